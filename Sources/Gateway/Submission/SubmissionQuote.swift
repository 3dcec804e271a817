// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import ControlProtocol
import GatewayCore

/// What a submission would be charged, before anything of it exists.
///
/// Recipients of one account, channel and destination cost the same, so one of each stands for all of them.
struct SubmissionQuote: Sendable {
    private struct Group: Hashable {
        var account: String
        var own: Channel?
        /// As the call's price goes by; "": none.
        var voicePrefix: String
        var smsPrefix: String
    }

    /// An account and a channel.
    private struct Line: Hashable {
        var account: String
        var channel: Channel
    }

    private let definition: ActionDefinition
    private let rater: Rater
    private let configuration: GatewayConfiguration
    private let now: Timestamp
    private var groups: [Group: (count: Int, number: PhoneNumber)] = [:]

    init(_ definition: ActionDefinition, _ configuration: GatewayConfiguration, now: Timestamp) {
        self.definition = definition
        self.configuration = configuration
        self.now = now
        rater = Rater(TariffBook(configuration.tariffs))
    }

    /// There is nothing to say.
    var isEmpty: Bool { groups.isEmpty }

    mutating func add(_ person: SubmissionBuilder.Person) {
        guard !rater.book.isEmpty else { return }
        let account = person.account.isEmpty ? definition.account : person.account
        func prefix(_ quantity: Usage.Quantity) -> String {
            guard case .rated(let rating) = rater.explain(.charge, usage(account, person.number, quantity)) else {
                return ""
            }
            return rating.prefix
        }
        let group = Group(
            account: account, own: person.channel,
            voicePrefix: definition.usesVoice ? prefix(.call(answer: now, milliseconds: 1)) : "",
            smsPrefix: definition.text == nil ? "" : prefix(.sms(segments: 1)))
        groups[group, default: (0, person.number)].count += 1
    }

    private func usage(_ account: String, _ number: PhoneNumber, _ quantity: Usage.Quantity) -> Usage {
        Usage(trunk: "", account: account, number: number.e164, start: now, quantity: quantity)
    }

    /// Expected: everybody is reached by the first channel, hears the message as often as it is played, and lets the
    /// time for keys pass. Worst: the longest call, every segment of every try, by every channel.
    func reports(messageMilliseconds: Int) -> [QuoteReport] {
        let segments =
            configuration.smscs.compactMap { try? MessagePlan(definition, $0.settings).text.billedSegments }
            .max() ?? 0
        // A text of several segments may have been taken over in part before each other try.
        let tries = segments > 1 ? (configuration.messaging.retry.count + 1) * max(1, configuration.smscs.count) : 1
        let call =
            Int64(messageMilliseconds * max(1, definition.plays)) + configuration.call.listenAfterMessage.milliseconds
        var lines: [Line: (recipients: Int, unrated: Int, expected: Money, worst: Money)] = [:]
        for (group, (count, number)) in groups {
            for (step, channel) in definition.steps(for: group.own).enumerated() {
                var line = lines[Line(account: group.account, channel: channel)] ?? (0, 0, .zero, .zero)
                let quantity: Usage.Quantity
                let most: Int64
                switch channel {
                case .voice: (quantity, most) = (.call(answer: now, milliseconds: call), 1)
                case .sms: (quantity, most) = (.sms(segments: segments), Int64(tries))
                }
                let usage = usage(group.account, number, quantity)
                let charge = rater.rate(usage).charge
                let worst = rater.worstCharge(usage, longestCall: configuration.call.maximumDuration)
                if step == 0 {
                    line.recipients += count
                    if charge == nil { line.unrated += count }
                    line.expected += Money(microEuros: (charge?.amount ?? .zero).microEuros * Int64(count))
                }
                line.worst += Money(microEuros: worst.microEuros * Int64(count) * most)
                lines[Line(account: group.account, channel: channel)] = line
            }
        }
        return lines.sorted { ($0.key.account, $0.key.channel.rawValue) < ($1.key.account, $1.key.channel.rawValue) }
            .map { key, line in
                QuoteReport(
                    account: key.account, channel: key.channel.rawValue, recipients: line.recipients,
                    unrated: line.unrated, expected: line.expected.decimal, worst: line.worst.decimal)
            }
    }
}
