// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

extension SMSCSettings {
    /// Names of the settings: `--smsc-receipt-delay` on the command line, `"receipt_delay"` in the file.
    enum Name: String, CaseIterable {
        case account, ids, receipts, outcomes, rate, latency, enquire, answers, digits, keep
        case receiptIDs = "receipt-ids"
        case receiptDelay = "receipt-delay"
        case receiptSpread = "receipt-spread"
        case receiptEarly = "receipt-early"
        case receiptDoubled = "receipt-doubled"
        case receiptReordered = "receipt-reordered"
        case receiptOtherBind = "receipt-other-bind"
        case receiptAfterReconnect = "receipt-after-reconnect"
        case deliverWindow = "deliver-window"
        case deliverTimeout = "deliver-timeout"
        case deliverRetry = "deliver-retry"
        case queueFull = "queue-full"
        case queueFullSeconds = "queue-full-seconds"
        case dropAfter = "drop-after"
        case dropEvery = "drop-every"
        case dropHow = "drop-how"
        case blackHoleAfter = "black-hole-after"
        case blackHoleEvery = "black-hole-every"
        case blackHoleSeconds = "black-hole-seconds"
        case latencySpread = "latency-spread"
        case responseDrop = "response-drop"
        case enquireTimeout = "enquire-timeout"
        case answerShare = "answer-share"
        case answerDelay = "answer-delay"

        var key: String { rawValue.replacingOccurrences(of: "-", with: "_") }
    }

    /// Throws ``ScenarioError`` without the setting's name.
    mutating func set(_ name: Name, to value: String) throws {
        switch name {
        case .account: try addAccount(value)
        case .ids: identifiers = try Self.word(value)
        case .receiptIDs: receiptIdentifiers = try Self.word(value)
        case .receipts: receiptFormat = try Self.word(value)
        case .outcomes: outcomes = try .parse(value)
        case .receiptDelay: receiptDelay = try Self.seconds(value)
        case .receiptSpread: receiptSpread = try Self.seconds(value)
        case .receiptEarly: receiptEarly = try Self.share(value)
        case .receiptDoubled: receiptDoubled = try Self.share(value)
        case .receiptReordered: receiptReordered = try Self.share(value)
        case .receiptOtherBind: receiptOtherBind = try Self.share(value)
        case .receiptAfterReconnect: receiptAfterReconnect = try Self.share(value)
        case .deliverWindow: deliverWindow = try Self.number(value, 1...100_000) { Int($0) }
        case .deliverTimeout: deliverTimeout = try Self.seconds(value)
        case .deliverRetry: deliverRetry = try Self.seconds(value)
        case .rate: rate = try Self.number(value, 0...10_000_000) { Double($0) }
        case .queueFull: try setQueueFull(value)
        case .queueFullSeconds: queueFullSeconds = try Self.seconds(value)
        case .dropAfter: dropAfter = try Self.number(value, 0...1_000_000_000) { Int($0) }
        case .dropEvery: dropEvery = try Self.seconds(value)
        case .dropHow: dropHow = try Self.word(value)
        case .blackHoleAfter: blackHoleAfter = try Self.number(value, 0...1_000_000_000) { Int($0) }
        case .blackHoleEvery: blackHoleEvery = try Self.seconds(value)
        case .blackHoleSeconds: blackHoleSeconds = try Self.seconds(value)
        case .latency: latency = try Self.seconds(value)
        case .latencySpread: latencySpread = try Self.seconds(value)
        case .responseDrop: responseDrop = try Self.share(value)
        case .enquire: enquire = try Self.seconds(value)
        case .enquireTimeout: enquireTimeout = try Self.seconds(value)
        case .answerShare: answerShare = try Self.share(value)
        case .answerDelay: answerDelay = try Self.seconds(value)
        case .answers: answers = try .parse(value)
        case .digits: digits.merge(try Self.behaviours(value)) { $1 }
        case .keep: keep = try Self.number(value, 1...100_000_000) { Int($0) }
        }
    }

    private static func number<Value: Comparable>(
        _ text: String, _ range: ClosedRange<Value>, _ read: (String) -> Value?
    ) throws -> Value {
        guard let number = read(text), range.contains(number) else {
            throw ScenarioError("\(text) must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func seconds(_ text: String) throws -> Double { try number(text, 0...86_400) { Double($0) } }
    private static func share(_ text: String) throws -> Double { try number(text, 0...1) { Double($0) } }

    private mutating func addAccount(_ text: String) throws {
        guard let colon = text.firstIndex(of: ":") else { throw ScenarioError("must be SYSTEM_ID:PASSWORD") }
        let id = String(text[..<colon])
        let password = String(text[text.index(after: colon)...])
        guard !id.isEmpty, id.utf8.count <= 15 else { throw ScenarioError("a system_id has 1 to 15 characters") }
        guard password.utf8.count <= 8 else { throw ScenarioError("a password has at most 8 characters") }
        accounts[id] = password
    }

    /// A number with a point is a share, digits alone are a prefix.
    private mutating func setQueueFull(_ text: String) throws {
        if text.contains(".") {
            queueFullShare = try Self.share(text)
        } else {
            let prefix = text.hasPrefix("+") ? String(text.dropFirst()) : text
            guard !prefix.isEmpty, Self.isDigits(prefix) else {
                throw ScenarioError("\(text) must be the first digits of numbers, or a share with a point such as 0.05")
            }
            queueFullPrefix = prefix
        }
    }

    private static func behaviours(_ text: String) throws -> [String: SMSCBehaviour] {
        var found: [String: SMSCBehaviour] = [:]
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard pair.count == 2, !pair[0].isEmpty, isDigits(pair[0]) else {
                throw ScenarioError("\"\(part.prefix(40))\" must be DIGITS=BEHAVIOUR, for example 99=undelivered")
            }
            guard try found.updateValue(word(pair[1]), forKey: pair[0]) == nil else {
                throw ScenarioError("\(pair[0]) is given twice")
            }
        }
        return found
    }

    private static func isDigits(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } }
}

extension SMSCSettings {
    /// Reads a JSON object over these settings, strictly. Its keys are the options without `--smsc-`, with `_` for
    /// `-`; weights, `digits` and `account` are objects. Throws ``ScenarioError``, one line per problem.
    mutating func read(_ data: Data) throws {
        let value = try JSONValue.read(data)
        guard case .object(let members) = value else { throw ScenarioError("the settings are a JSON object: { ... }") }
        let names = Dictionary(uniqueKeysWithValues: Name.allCases.map { ($0.key, $0) })
        var problems: [String] = []
        for (key, value) in members.sorted(by: { $0.key < $1.key }) {
            guard let name = names[key] else {
                problems.append("unknown key \"\(key.prefix(40))\"")
                continue
            }
            do {
                for text in try Self.texts(value, name) { try set(name, to: text) }
            } catch let error as ScenarioError {
                problems.append("\"\(key)\": \(error.description)")
            }
        }
        guard problems.isEmpty else { throw ScenarioError(problems.joined(separator: "\n")) }
    }

    /// The member as the command line would write it.
    private static func texts(_ value: JSONValue, _ name: Name) throws -> [String] {
        func plain(_ value: JSONValue) throws -> String {
            switch value {
            case .string(let text): return text
            case .number(let number):
                // A share of 1 needs its point to differ from the prefix "1".
                if name == .queueFull { return String(number) }
                return Int(exactly: number).map(String.init) ?? String(number)
            case .null, .bool, .array, .object: throw ScenarioError("must be a number or a text")
            }
        }
        switch (name, value) {
        case (.account, .object(let members)):
            return try members.sorted { $0.key < $1.key }.map { "\($0.key):\(try plain($0.value))" }
        case (.outcomes, .object(let members)), (.answers, .object(let members)), (.digits, .object(let members)):
            return [
                try members.sorted { $0.key < $1.key }.map { "\($0.key)=\(try plain($0.value))" }
                    .joined(separator: ",")
            ]
        default: return [try plain(value)]
        }
    }
}
