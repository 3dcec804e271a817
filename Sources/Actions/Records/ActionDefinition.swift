// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// An action as it was submitted, validated. Its JSON is what the journal keeps, and what a submission's hash is made of.
package struct ActionDefinition: Equatable, Sendable, Journalled {
    package var priority: ActionPriority
    /// `nl` or `en`: the voice and the standard prompts.
    package var language: String
    /// What a call plays; empty: nobody is called.
    package var prompt: [PromptPiece]
    /// Number shown; nil: the trunk's own.
    package var callerNumber: String?
    package var callerName: String?
    /// Not before; nil: at once.
    package var starts: Timestamp?
    /// No call is started after this; nil: no limit but the configuration's.
    package var expires: Timestamp?
    /// How often the message is played without being asked, at least 1.
    package var plays: Int
    /// Digit to meaning.
    package var keys: [String: KeyMeaning]
    /// Account of recipients who bring none.
    package var account: String
    package var title: String
    /// In which order recipients are tried, each at most once; a recipient's own channel comes before.
    package var channels: [Channel]
    /// What an SMS says; nil: none is sent.
    package var text: TextMessage?
    package var cascade: Cascade
    /// Its share among actions of its priority; nil: 1. Optional, as all that came later: a definition without it has the
    /// bytes, and so the hash, that it had before.
    package var weight: Int?
    /// nil: what participants wish holds.
    package var override: ActionOverride?
    /// It ends when so many have confirmed; nil: when everybody has an outcome.
    package var enough: Int?
    /// For whom it is, by names as records have them; nil: for the citizens alone.
    package var populations: [String]?

    package init(
        priority: ActionPriority = .normal, language: String = "nl", prompt: [PromptPiece],
        callerNumber: String? = nil, callerName: String? = nil, starts: Timestamp? = nil, expires: Timestamp? = nil,
        plays: Int = 1, keys: [String: KeyMeaning] = ["1": .repeat], account: String = "", title: String = "",
        channels: [Channel] = [.voice], text: TextMessage? = nil, cascade: Cascade = Cascade(), weight: Int? = nil,
        override: ActionOverride? = nil, enough: Int? = nil, populations: [String]? = nil
    ) {
        self.populations = populations
        self.priority = priority
        self.language = language
        self.prompt = prompt
        self.callerNumber = callerNumber
        self.callerName = callerName
        self.starts = starts
        self.expires = expires
        self.plays = plays
        self.keys = keys
        self.account = account
        self.title = title
        self.channels = channels
        self.text = text
        self.cascade = cascade
        self.weight = weight
        self.override = override
        self.enough = enough
    }

    /// Names in the journal, which stay whatever the properties are called.
    package enum CodingKeys: String, CodingKey {
        case priority = "priority"
        case language = "language"
        case prompt = "message"
        case callerNumber = "callerNumber"
        case callerName = "callerName"
        case starts = "starts"
        case expires = "expires"
        case plays = "plays"
        case keys = "keys"
        case account = "account"
        case title = "title"
        case channels = "channels"
        case text = "text"
        case cascade = "cascade"
        case weight = "weight"
        case override = "override"
        case enough = "enough"
        case populations = "populations"
    }

    /// Journals of before the SMS channel lack its fields.
    package init(from decoder: Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        priority = try values.decode(ActionPriority.self, forKey: .priority)
        language = try values.decode(String.self, forKey: .language)
        prompt = try values.decode([PromptPiece].self, forKey: .prompt)
        callerNumber = try values.decodeIfPresent(String.self, forKey: .callerNumber)
        callerName = try values.decodeIfPresent(String.self, forKey: .callerName)
        starts = try values.decodeIfPresent(Timestamp.self, forKey: .starts)
        expires = try values.decodeIfPresent(Timestamp.self, forKey: .expires)
        plays = try values.decode(Int.self, forKey: .plays)
        keys = try values.decode([String: KeyMeaning].self, forKey: .keys)
        account = try values.decode(String.self, forKey: .account)
        title = try values.decode(String.self, forKey: .title)
        channels = try values.decodeIfPresent([Channel].self, forKey: .channels) ?? [.voice]
        text = try values.decodeIfPresent(TextMessage.self, forKey: .text)
        cascade = try values.decodeIfPresent(Cascade.self, forKey: .cascade) ?? Cascade()
        weight = try values.decodeIfPresent(Int.self, forKey: .weight)
        override = try values.decodeIfPresent(ActionOverride.self, forKey: .override)
        enough = try values.decodeIfPresent(Int.self, forKey: .enough)
        populations = try values.decodeIfPresent([String].self, forKey: .populations)
    }

    /// Those for whom it is, at least one.
    package var people: [String] { populations.flatMap { $0.isEmpty ? nil : $0 } ?? [""] }
}
