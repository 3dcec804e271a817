// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// How an action went, for those who evaluate it. Milliseconds count from when it could begin.
package struct EvaluationReport: Equatable, Sendable, Codable {
    /// When the first telephone rang, when half and nine in ten of those who were reached had been, and the last; nil: nobody.
    package struct Milestones: Equatable, Sendable, Codable {
        package var firstRing: Int?
        package var half: Int?
        package var most: Int?
        package var last: Int?

        package init(firstRing: Int? = nil, half: Int? = nil, most: Int? = nil, last: Int? = nil) {
            self.firstRing = firstRing
            self.half = half
            self.most = most
            self.last = last
        }

        private enum CodingKeys: String, CodingKey {
            case firstRing = "first-ring-ms"
            case half = "half-ms"
            case most = "most-ms"
            case last = "last-ms"
        }
    }

    /// What was foretold when it was accepted.
    package struct Plan: Equatable, Sendable, Codable {
        package var reached: Int
        /// When half and nine in ten of all recipients would be reached; nil: never.
        package var halfReached: Int?
        package var mostReached: Int?
        /// When each twentieth of the recipients would have an outcome.
        package var course: [Int]

        package init(reached: Int, halfReached: Int?, mostReached: Int?, course: [Int]) {
            self.reached = reached
            self.halfReached = halfReached
            self.mostReached = mostReached
            self.course = course
        }

        private enum CodingKeys: String, CodingKey {
            case reached
            case halfReached = "half-reached-ms"
            case mostReached = "most-reached-ms"
            case course = "course-ms"
        }
    }

    /// Recipients who had been reached, and who had an outcome, by then.
    package struct Point: Equatable, Sendable, Codable {
        package var milliseconds: Int
        package var reached: Int
        package var done: Int

        package init(milliseconds: Int, reached: Int, done: Int) {
            self.milliseconds = milliseconds
            self.reached = reached
            self.done = done
        }

        private enum CodingKeys: String, CodingKey {
            case reached, done
            case milliseconds = "ms"
        }
    }

    package struct OutcomeCount: Equatable, Sendable, Codable {
        /// nil: none yet.
        package var outcome: OpenWord<Outcome>?
        /// `voice` or `sms`: of the last attempt; nil: nothing was tried.
        package var channel: OpenWord<Channel>?
        package var recipients: Int

        package init(outcome: Outcome?, channel: Channel?, recipients: Int) {
            self.outcome = outcome.map(OpenWord.init)
            self.channel = channel.map(OpenWord.init)
            self.recipients = recipients
        }
    }

    /// Calls that ended alike.
    package struct Cause: Equatable, Sendable, Codable {
        package var disposition: String
        /// Final SIP status; 0: there was none.
        package var sip: Int
        /// Q.850.
        package var cause: Int
        package var calls: Int

        package init(disposition: String, sip: Int, cause: Int, calls: Int) {
            self.disposition = disposition
            self.sip = sip
            self.cause = cause
            self.calls = calls
        }
    }

    /// The first, second... attempts, and whom they reached.
    package struct Attempts: Equatable, Sendable, Codable {
        package var number: Int
        package var made: Int
        package var reached: Int

        package init(number: Int, made: Int, reached: Int) {
            self.number = number
            self.made = made
            self.reached = reached
        }
    }

    package struct Key: Equatable, Sendable, Codable {
        package var key: String
        /// What it meant in this action; "": nothing.
        package var meaning: String
        /// Calls in which it was pressed.
        package var calls: Int

        package init(key: String, meaning: String, calls: Int) {
            self.key = key
            self.meaning = meaning
            self.calls = calls
        }
    }

    /// Answered calls, by how much of the message was played to them.
    package struct Heard: Equatable, Sendable, Codable {
        package var whole = 0
        package var most = 0
        package var less = 0

        package init() {}
    }

    package struct Trunk: Equatable, Sendable, Codable {
        package var trunk: String
        package var attempts: Int
        package var reached: Int
        /// Congestion, failures, refusals of the network.
        package var refused: Int
        /// From INVITE to ringing, mean; nil: nothing rang.
        package var postDialDelay: Int?

        package init(trunk: String, attempts: Int, reached: Int, refused: Int, postDialDelay: Int?) {
            self.trunk = trunk
            self.attempts = attempts
            self.reached = reached
            self.refused = refused
            self.postDialDelay = postDialDelay
        }

        private enum CodingKeys: String, CodingKey {
            case trunk, attempts, reached, refused
            case postDialDelay = "post-dial-delay-ms"
        }
    }

    package struct Account: Equatable, Sendable, Codable {
        package var account: String
        package var name: String
        package var recipients: Int
        package var reached: Int
        package var calls: Int
        package var billsec: Int
        package var segments: Int
        /// Euros without VAT, credits and corrections taken off.
        package var charge: String

        package init(
            account: String, name: String, recipients: Int, reached: Int, calls: Int, billsec: Int, segments: Int,
            charge: String
        ) {
            self.account = account
            self.name = name
            self.recipients = recipients
            self.reached = reached
            self.calls = calls
            self.billsec = billsec
            self.segments = segments
            self.charge = charge
        }
    }

    /// What a citizen wrote.
    package struct Written: Equatable, Sendable, Codable {
        package var at: UTCTime
        package var text: String

        package init(at: Timestamp, text: String) {
            self.at = UTCTime(at)
            self.text = text
        }
    }

    package var id: String
    package var title: String
    package var phase: OpenWord<ActionPhase>
    package var priority: OpenWord<ActionPriority>
    /// The one municipality that it is about; nil: all.
    package var account: String?
    package var accountName: String?
    /// It goes on: the figures are those of now.
    package var isDraft: Bool
    package var accepted: UTCTime
    package var begins: UTCTime
    package var ended: UTCTime?
    /// As it was submitted; nil: nobody was called.
    package var message: String?
    /// As the voice was given it.
    package var spoken: String?
    package var messageMilliseconds: Int
    /// nil: no SMS.
    package var sms: String?
    package var deeds: [DeedReport]
    package var override: OverrideReport?
    package var corrects: String?
    package var closes: String?
    /// Entered at closing.
    package var result: String?
    package var recipients = 0
    package var reached = 0
    package var milestones = Milestones()
    package var plan: Plan?
    package var course: [Point] = []
    package var outcomes: [OutcomeCount] = []
    package var causes: [Cause] = []
    package var attempts: [Attempts] = []
    package var keys: [Key] = []
    package var heard = Heard()
    /// Empty for one municipality.
    package var trunks: [Trunk] = []
    package var accounts: [Account] = []
    /// The first ones, and how many there are in all.
    package var written: [Written] = []
    package var writtenCount = 0

    package init(
        id: String, title: String, phase: ActionPhase, priority: ActionPriority, account: String? = nil,
        accountName: String? = nil, isDraft: Bool, accepted: Timestamp, begins: Timestamp, ended: Timestamp?,
        message: String?, spoken: String?, messageMilliseconds: Int, sms: String?, deeds: [DeedReport] = [],
        override: OverrideReport? = nil, corrects: String? = nil, closes: String? = nil, result: String? = nil
    ) {
        self.id = id
        self.title = title
        self.phase = OpenWord(phase)
        self.priority = OpenWord(priority)
        self.account = account
        self.accountName = accountName
        self.isDraft = isDraft
        self.accepted = UTCTime(accepted)
        self.begins = UTCTime(begins)
        self.ended = ended.map(UTCTime.init)
        self.message = message
        self.spoken = spoken
        self.messageMilliseconds = messageMilliseconds
        self.sms = sms
        self.deeds = deeds
        self.override = override
        self.corrects = corrects
        self.closes = closes
        self.result = result
    }

    private enum CodingKeys: String, CodingKey {
        case id, title, phase, priority, account, accepted, begins, ended, message, spoken, sms, deeds, override,
            corrects, closes, result, recipients, reached, milestones, plan, course, outcomes, causes, attempts, keys,
            heard, trunks, accounts, written
        case accountName = "account-name"
        case isDraft = "draft"
        case messageMilliseconds = "message-ms"
        case writtenCount = "written-count"
    }
}

extension Replies {
    /// Of the verb `evaluation`.
    package static let evaluation = ReplyKind<EvaluationReport>("evaluation")
}
