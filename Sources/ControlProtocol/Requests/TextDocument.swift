// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// The `sms` of an action: what it says and how it is sent.
package struct TextDocument: Equatable, Sendable {
    package var text: String
    /// Number, short code, or 1 to 11 letters and digits; nil: the SMSC's own.
    package var sender: String?
    package var isFlash: Bool
    package var wantsReceipts: Bool
    package var mayTransliterate: Bool
    /// 0 to 3; nil: by the action's priority.
    package var priorityFlag: Int?
    /// Seconds; nil: to the action's end.
    package var validitySeconds: Int?
    package var deliverAt: Timestamp?
    package var replacesEarlier: Bool
    /// nil: by the action's priority.
    package var doubt: DoubtPolicy?

    package init(
        text: String, sender: String? = nil, isFlash: Bool = false, wantsReceipts: Bool = true,
        mayTransliterate: Bool = false, priorityFlag: Int? = nil, validitySeconds: Int? = nil,
        deliverAt: Timestamp? = nil, replacesEarlier: Bool = false, doubt: DoubtPolicy? = nil
    ) {
        self.text = text
        self.sender = sender
        self.isFlash = isFlash
        self.wantsReceipts = wantsReceipts
        self.mayTransliterate = mayTransliterate
        self.priorityFlag = priorityFlag
        self.validitySeconds = validitySeconds
        self.deliverAt = deliverAt
        self.replacesEarlier = replacesEarlier
        self.doubt = doubt
    }

    /// Characters; 255 segments would hold less.
    static let maximumText = 20_000
    static let validities = 60...(63 * 86_400)

    init(_ value: JSONValue, path: String) throws(ProtocolError) {
        var object = try ObjectReader(
            value, path: path,
            keys: [
                "text", "sender", "flash", "receipts", "transliterate", "priority-flag", "validity", "deliver-at",
                "replace", "doubt",
            ])
        object.valueCode = .invalidAction
        text = try object.string("text")
        try object.check(text, "text", maximum: Self.maximumText, allowsNewlines: true)
        guard text.contains(where: { !$0.isWhitespace }) else { throw object.notAllowed("text", "must not be empty") }
        sender = try object.line("sender", maximum: 21)
        isFlash = try object.flag("flash", default: false)
        wantsReceipts = try object.flag("receipts", default: true)
        mayTransliterate = try object.flag("transliterate", default: false)
        priorityFlag = try object.integer("priority-flag", 0...3)
        validitySeconds = try object.integer("validity", Self.validities, unit: "seconds")
        deliverAt = try object.time("deliver-at")
        replacesEarlier = try object.flag("replace", default: false)
        doubt = try object.word("doubt", DoubtPolicy.self)
    }

    var json: JSONValue {
        var members = [JSONMember("text", .string(text))]
        if let sender { members.append(JSONMember("sender", .string(sender))) }
        if isFlash { members.append(JSONMember("flash", .bool(true))) }
        if !wantsReceipts { members.append(JSONMember("receipts", .bool(false))) }
        if mayTransliterate { members.append(JSONMember("transliterate", .bool(true))) }
        if let priorityFlag { members.append(JSONMember("priority-flag", .integer(priorityFlag))) }
        if let validitySeconds { members.append(JSONMember("validity", .integer(validitySeconds))) }
        if let deliverAt { members.append(JSONMember("deliver-at", .string(deliverAt.description))) }
        if replacesEarlier { members.append(JSONMember("replace", .bool(true))) }
        if let doubt { members.append(JSONMember("doubt", .string(doubt.word))) }
        return .object(members)
    }
}

/// The `cascade` of an action: when a recipient goes over to the next channel.
package struct CascadeDocument: Equatable, Sendable {
    /// nil: those that say that the citizen was not reached.
    package var outcomes: [Outcome]?
    /// Not reached so many seconds after the first attempt of a channel; nil: only by outcome.
    package var afterSeconds: Int?

    package init(outcomes: [Outcome]? = nil, afterSeconds: Int? = nil) {
        self.outcomes = outcomes
        self.afterSeconds = afterSeconds
    }

    init(_ value: JSONValue, path: String) throws(ProtocolError) {
        var object = try ObjectReader(value, path: path, keys: ["outcomes", "after"])
        object.valueCode = .invalidAction
        afterSeconds = try object.integer("after", 1...86_400, unit: "seconds")
        guard let list = object.optional("outcomes") else { return }
        guard case .array(let items) = list else { throw object.wrongType("outcomes", "a list", list) }
        var outcomes: [Outcome] = []
        for item in items {
            guard case .string(let name) = item else { throw object.wrongType("outcomes", "a list of strings", item) }
            guard let outcome = Outcome(word: name) else {
                let allowed = Outcome.words.joined(separator: ", ")
                throw object.notAllowed("outcomes", "has \"\(name)\"; allowed are \(allowed)")
            }
            outcomes.append(outcome)
        }
        self.outcomes = outcomes
    }

    var json: JSONValue {
        var members: [JSONMember] = []
        if let outcomes { members.append(JSONMember("outcomes", .array(outcomes.map { .string($0.word) }))) }
        if let afterSeconds { members.append(JSONMember("after", .integer(afterSeconds))) }
        return .object(members)
    }
}

extension ActionDocument {
    static func channels(in object: ObjectReader, hasPrompt: Bool, hasText: Bool) throws(ProtocolError) -> [Channel] {
        guard let value = object.optional("channels") else { return [] }
        guard case .array(let items) = value else { throw object.wrongType("channels", "a list", value) }
        var channels: [Channel] = []
        for item in items {
            guard case .string(let name) = item, let channel = Channel(word: name) else {
                throw object.notAllowed("channels", "may have \(Channel.quoted(lastBefore: "and")) only")
            }
            guard !channels.contains(channel) else { throw object.notAllowed("channels", "has \"\(name)\" twice") }
            guard channel == .voice ? hasPrompt : hasText else {
                let missing = channel == .voice ? "message" : "sms"
                throw object.notAllowed("channels", "has \"\(name)\", but there is no \"\(object.join(missing))\"")
            }
            channels.append(channel)
        }
        guard !channels.isEmpty else { throw object.notAllowed("channels", "must have at least one channel") }
        return channels
    }
}
