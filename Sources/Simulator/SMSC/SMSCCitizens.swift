// SPDX-License-Identifier: GPL-3.0-or-later

/// What becomes of a message that the SMSC has accepted; the words of `--smsc-outcomes`.
package enum MessageOutcome: String, Sendable, CaseIterable {
    case delivered
    case undelivered
    case expired
    case rejected
    /// Nothing is ever reported.
    case none
}

/// What a citizen sends back; the words of `--smsc-answers`.
package enum CitizenAnswer: String, Sendable, CaseIterable {
    /// "JA".
    case ja
    /// "STOP".
    case stop
    /// A text of two segments.
    case long
}

/// What lies behind a number by its last digits; the words of `--smsc-digits`.
package enum SMSCBehaviour: String, Sendable, CaseIterable {
    case delivered
    case undelivered
    case expired
    case rejected
    case none
    /// Delivered after ten times as long.
    case late
    /// ESME_RMSGQFUL at first.
    case queueFull = "queue-full"
    /// ESME_RINVDSTADR.
    case invalid
    /// ESME_RSUBMITFAIL.
    case refused
    /// Accepted and delivered, but the submit is not answered.
    case silent
    /// Delivered, then answers.
    case ja
    case stop
    case long

    var outcome: MessageOutcome? {
        switch self {
        case .delivered, .late, .silent, .ja, .stop, .long: .delivered
        case .undelivered: .undelivered
        case .expired: .expired
        case .rejected: .rejected
        case .none: MessageOutcome.none
        case .queueFull, .invalid, .refused: nil
        }
    }

    var answer: CitizenAnswer? {
        switch self {
        case .ja: .ja
        case .stop: .stop
        case .long: .long
        case .delivered, .undelivered, .expired, .rejected, .none, .late, .queueFull, .invalid, .refused, .silent: nil
        }
    }
}

extension Weights<MessageOutcome> {
    static let allDelivered = Weights([(.delivered, 1)])
}

extension Weights<CitizenAnswer> {
    static let usual = Weights([(.ja, 70), (.stop, 20), (.long, 10)])
}

/// Who lives behind each number, as ``CitizenModel`` says it for calls: a function of seed and number.
struct SMSCCitizens: Sendable {
    struct Citizen: Equatable, Sendable {
        var behaviour: SMSCBehaviour?
        var outcome: MessageOutcome
        /// Sent when the message was delivered.
        var answer: CitizenAnswer?
        var hasFullQueue: Bool
    }

    let settings: SMSCSettings
    let seed: UInt64
    /// Whether an SMSC with these settings has to look at a number before it can answer a submit.
    let matterBeforeResponse: Bool
    private let suffixLengths: [Int]

    init(settings: SMSCSettings, seed: UInt64) {
        self.settings = settings
        self.seed = seed
        suffixLengths = Set(settings.digits.keys.map(\.utf8.count)).sorted(by: >)
        matterBeforeResponse =
            !settings.digits.isEmpty || !settings.queueFullPrefix.isEmpty || settings.queueFullShare > 0
    }

    /// A number without `+` or `00` in front of it.
    static func key(_ number: String) -> Substring {
        if number.utf8.first == UInt8(ascii: "+") { return number.dropFirst() }
        return number.hasPrefix("00") ? number.dropFirst(2) : number[...]
    }

    func citizen(_ number: String) -> Citizen {
        let key = Self.key(number)
        let behaviour = behaviour(key)
        var generator = SeededGenerator(seed: seed, domain: "sms citizen", number: String(key))
        // Drawn in this order and always all, so that one setting does not shift the others.
        let outcome = settings.outcomes.value(at: generator.unit()) ?? .delivered
        let answers = generator.chance(settings.answerShare)
        let answer = settings.answers.value(at: generator.unit())
        let full = generator.chance(settings.queueFullShare)
        let prefix = settings.queueFullPrefix
        return Citizen(
            behaviour: behaviour, outcome: behaviour?.outcome ?? outcome,
            answer: behaviour?.answer ?? (answers ? answer : nil),
            hasFullQueue: full || behaviour == .queueFull || (!prefix.isEmpty && key.hasPrefix(prefix)))
    }

    private func behaviour(_ key: Substring) -> SMSCBehaviour? {
        for length in suffixLengths where length <= key.utf8.count {
            if let behaviour = settings.digits[String(key.suffix(length))] { return behaviour }
        }
        return nil
    }

    /// The times of one message.
    struct Times: Equatable, Sendable {
        /// Seconds from the submit to the outcome.
        var outcome: Double
        /// Seconds from the outcome to the answer.
        var answer: Double
    }

    func times(of message: UInt64, to number: String, _ citizen: Citizen) -> Times {
        var generator = SeededGenerator(
            seed: seed, domain: "sms times", number: number, attempt: Int(truncatingIfNeeded: message))
        let delay = generator.value(in: settings.receiptRange)
        let answer = generator.value(in: 0...2 * settings.answerDelay)
        return Times(outcome: citizen.behaviour == .late ? 10 * delay : delay, answer: answer)
    }
}
