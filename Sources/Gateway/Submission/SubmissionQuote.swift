// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import Configuration
import ControlProtocol
import Forecasting
import GatewayCore
import Pacing
import Texting

/// What a submission would be charged and who is in it, before anything of it exists.
///
/// Recipients of one account, channel, price and limited prefix are alike, so one of each stands for all of them.
struct SubmissionQuote: Sendable {
    private struct Group: Hashable {
        var account: String
        var own: Channel?
        /// As the call's price goes by; "": none.
        var voicePrefix: String
        var smsPrefix: String
        /// Index of the prefix that limits calls.
        var limit: Int?
        /// "": the citizens.
        var population: String
    }

    private struct Members {
        /// Of the first.
        var number: PhoneNumber
        var count = 0
        /// Of those who may be called: which routes trunks refuse is known when a forecast is made.
        var digits: [UInt64] = []
    }

    /// An account and a channel.
    private struct Line: Hashable {
        var account: String
        var channel: Channel
    }

    let definition: ActionDefinition
    private let rater: Rater
    let configuration: GatewayConfiguration
    let now: Timestamp
    private var prefixes = LimitedPrefixes()
    private var groups: [Group: Members] = [:]

    init(_ definition: ActionDefinition, _ configuration: GatewayConfiguration, now: Timestamp) {
        self.definition = definition
        self.configuration = configuration
        self.now = now
        rater = Rater(TariffBook(configuration.tariffs))
        _ = prefixes.configure(configuration.prefixes)
    }

    /// No tariff says anything.
    var isEmpty: Bool { groups.isEmpty || rater.book.isEmpty }

    mutating func add(_ person: StagedRecipient) {
        let account = person.account.isEmpty ? definition.account : person.account
        let (call, message) = (Usage.Quantity.call(answer: now, milliseconds: 1), Usage.Quantity.sms(segments: 1))
        let group = Group(
            account: account, own: person.channel,
            voicePrefix: definition.usesVoice ? pricedPrefix(usage(account, person.number, call)) : "",
            smsPrefix: definition.text == nil ? "" : pricedPrefix(usage(account, person.number, message)),
            limit: definition.usesVoice ? prefixes.index(of: person.number) : nil, population: person.population)
        groups[group, default: Members(number: person.number)].count += 1
        if definition.usesVoice { groups[group]?.digits.append(person.number.digits) }
    }

    /// As the charge goes by; "": none.
    private func pricedPrefix(_ usage: Usage) -> String {
        guard !rater.book.isEmpty, case .rated(let rating) = rater.explain(.charge, usage) else { return "" }
        return rating.prefix
    }

    private func usage(_ account: String, _ number: PhoneNumber, _ quantity: Usage.Quantity) -> Usage {
        Usage(trunk: "", account: account, number: number.e164, start: now, quantity: quantity)
    }

    /// Expected: everybody is reached by the first channel, hears the message as often as it is played, and lets the
    /// time for keys pass. Worst: the longest call, every segment of every try, by every channel.
    func reports(promptMilliseconds: Int) -> [QuoteReport] {
        guard !isEmpty else { return [] }
        let segments = segments
        // A text of several segments may have been taken over in part before each other try.
        let tries = segments > 1 ? (configuration.messaging.retry.count + 1) * max(1, configuration.smscs.count) : 1
        let call = nominal(promptMilliseconds).milliseconds
        var lines: [Line: (recipients: Int, unrated: Int, expected: Money, worst: Money)] = [:]
        for (group, members) in groups {
            let (count, number) = (members.count, members.number)
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
        return lines.sorted { ($0.key.account, $0.key.channel.word) < ($1.key.account, $1.key.channel.word) }
            .map { key, line in
                QuoteReport(
                    account: key.account, channel: key.channel, recipients: line.recipients,
                    unrated: line.unrated, expected: line.expected.decimal, worst: line.worst.decimal)
            }
    }

    /// Segments of the text, over whatever SMSC makes most of it.
    var segments: Int {
        definition.people.compactMap(configuration.population).flatMap { configuration.smscs(of: $0) }
            .compactMap { try? MessageTemplate(definition, $0.settings).text.billedSegments }.max() ?? 0
    }

    /// From the answer to the end of a call whose message is heard.
    private func nominal(_ promptMilliseconds: Int) -> Interval {
        ForecastInput.nominal(
            promptMilliseconds: promptMilliseconds, plays: definition.plays,
            listening: configuration.call.listenAfterPrompt, longest: configuration.call.maximumDuration)
    }

    /// How many are tried first by which channel.
    var channels: [Channel: Int] {
        var counts: [Channel: Int] = [:]
        for (group, members) in groups {
            if let first = definition.steps(for: group.own).first { counts[first, default: 0] += members.count }
        }
        return counts
    }

    // MARK: - Its course

    /// What a forecast needs; `conditions`: those of the moment, `now`: civil.
    func forecastInput(_ conditions: ForecastConditions, promptMilliseconds: Int, now: Timestamp) -> ForecastInput {
        let begins = max(.zero, (definition.starts ?? now) - now)
        let nominal = nominal(promptMilliseconds)
        let call = configuration.call
        let expires = min(
            (definition.expires ?? .distantFuture) - (now + begins), configuration.general.maximumActionAge)
        var routes = ForecastRoutes(conditions.routes)
        let (limits, paces) = populationLimits(conditions)
        let alike = groups.sorted { $0.value.number.digits < $1.value.number.digits }.flatMap { group, members in
            let one = ForecastInput.Group(
                count: members.count, account: group.account, steps: definition.steps(for: group.own),
                prefix: group.limit.flatMap { limit in
                    conditions.prefixes.firstIndex { $0.prefix == configuration.prefixes[limit].prefix }
                } ?? paces[group.population],
                prices: prices(group.account, members.number, nominal, conditions.mix.meanStay),
                barred: barred(for: group.population, conditions))
            return split(one, members.digits, by: &routes)
        }
        return ForecastInput(
            groups: alike,
            priority: definition.priority, nominal: nominal, canRepeat: definition.keys.values.contains(.repeat),
            begins: begins, expires: max(.zero, expires), cascade: definition.cascade, trunks: conditions.trunks,
            prefixes: limits, routes: routes.found, loads: conditions.loads, retry: conditions.retry,
            timeouts: AnswerMix.Timeouts(ring: call.ringTimeout, noResponse: call.noResponseTimeout),
            mix: conditions.mix, segmentsPerSecond: conditions.segmentsPerSecond, segments: segments,
            wantsReceipts: definition.text?.wantsReceipts ?? false, budgets: conditions.budgets,
            weight: definition.weight ?? 1, classFloor: conditions.classFloor)
    }

    /// Trunks, as bits, that are another population's: of an action for several.
    private func barred(for population: String, _ conditions: ForecastConditions) -> UInt64 {
        guard definition.people.count > 1, let own = configuration.population(population) else { return 0 }
        let names = Set(configuration.trunks(of: own).map(\.name))
        return conditions.trunks.indices.reduce(0) { mask, index in
            names.contains(conditions.trunks[index].limits.name) ? mask : mask | 1 << UInt64(index & 63)
        }
    }

    /// What limits calls: prefixes, and behind them populations.
    private func populationLimits(_ conditions: ForecastConditions) -> ([PrefixLimits], [String: Int]) {
        var (limits, places) = (conditions.prefixes, [String: Int]())
        for key in definition.people {
            guard let population = configuration.population(key),
                population.callsPerSecond != nil || population.channels != nil
            else { continue }
            places[key] = limits.count
            limits.append(
                PrefixLimits(
                    prefix: "[Population \(population.name)]", callsPerSecond: population.callsPerSecond,
                    channels: population.channels))
        }
        return (limits, places)
    }

    /// Those whose numbers trunks are believed to refuse are another group.
    private func split(_ group: ForecastInput.Group, _ digits: [UInt64], by routes: inout ForecastRoutes)
        -> [ForecastInput.Group]
    {
        guard !routes.isEmpty, !digits.isEmpty else { return [group] }
        var counts: [Int?: Int] = [:]
        for number in digits { counts[routes.index(of: number), default: 0] += 1 }
        return counts.sorted { ($0.key ?? -1) < ($1.key ?? -1) }.map { route, count in
            var part = group
            (part.route, part.count) = (route, count)
            return part
        }
    }

    private func prices(_ account: String, _ number: PhoneNumber, _ nominal: Interval, _ stay: Interval)
        -> ForecastInput.Prices
    {
        var prices = ForecastInput.Prices()
        guard !rater.book.isEmpty else { return prices }
        func charge(_ quantity: Usage.Quantity) -> Money {
            rater.rate(usage(account, number, quantity)).charge?.amount ?? .zero
        }
        prices.heard = charge(.call(answer: now, milliseconds: nominal.milliseconds))
        prices.left = charge(.call(answer: now, milliseconds: min(nominal, stay).milliseconds))
        prices.worstCall = rater.worstCharge(
            usage(account, number, .call(answer: now, milliseconds: 0)),
            longestCall: configuration.call.maximumDuration)
        if definition.text != nil {
            prices.message = charge(.sms(segments: segments))
            prices.worstMessage = rater.worstCharge(
                usage(account, number, .sms(segments: segments)), longestCall: .zero)
        }
        return prices
    }
}
