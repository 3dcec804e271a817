// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// Reads a scenario from JSON, strictly: an unknown key or a value of the wrong kind is an error, and
/// all errors are named at once. Keys left out keep the values of ``Scenario/init()``.
enum ScenarioFile {
    /// Throws ``ScenarioError``.
    static func parse(_ data: Data) throws -> Scenario {
        let value = try JSONValue.read(data)
        guard case .object(let members) = value else { throw ScenarioError("a scenario is a JSON object: { ... }") }
        var reader = JSONObjectReader(members)
        var scenario = Scenario()
        reader.integer("seed") { scenario.seed = UInt64(bitPattern: Int64($0)) }
        reader.number("time_scale") { scenario.timeScale = $0 }
        reader.object("shares") { scenario.shares = try shares($0) }
        reader.range("post_dial_seconds") { scenario.postDialSeconds = $0 }
        reader.range("ring_seconds") { scenario.ringSeconds = $0 }
        reader.range("voicemail_ring_seconds") { scenario.voicemailRingSeconds = $0 }
        reader.range("voicemail_seconds") { scenario.voicemailSeconds = $0 }
        reader.range("hang_up_early_seconds") { scenario.hangUpEarlySeconds = $0 }
        reader.number("listen_at_most_seconds") { scenario.listenAtMostSeconds = $0 }
        reader.number("key_probability") { scenario.keyProbability = $0 }
        reader.strings("keys") { scenario.keys = $0 }
        reader.range("key_seconds") { scenario.keySeconds = $0 }
        reader.range("key_gap_seconds") { scenario.keyGapSeconds = $0 }
        reader.integerRange("later_attempts") { scenario.laterAttempts = $0 }
        reader.number("busy_temporary") { scenario.busyTemporary = $0 }
        reader.number("congestion_temporary") { scenario.congestionTemporary = $0 }
        reader.number("unavailable_temporary") { scenario.unavailableTemporary = $0 }
        reader.integerRange("retry_after_seconds") { scenario.retryAfterSeconds = $0 }
        reader.bool("engaged") { scenario.engaged = $0 }
        reader.integer("channels") { scenario.channels = $0 }
        reader.number("calls_per_second") { scenario.callsPerSecond = $0 }
        reader.integer("burst") { scenario.burst = $0 }
        reader.object("numbers") { scenario.numbers = try numbers($0) }
        try reader.finish()
        try scenario.validate()
        return scenario
    }

    private static func shares(_ members: [String: JSONValue]) throws -> Shares {
        var weights: [Behaviour: Double] = [:]
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            guard case .number(let weight) = value else { throw ScenarioError("the share of \(name) must be a number") }
            weights[try Behaviour.named(name)] = weight
        }
        return try Shares(weights)
    }

    /// `"+31612345678": "busy"` or `{"behaviour": "busy", "ring": 3}`.
    private static func numbers(_ members: [String: JSONValue]) throws -> [String: PinnedNumber] {
        var numbers: [String: PinnedNumber] = [:]
        for (number, value) in members.sorted(by: { $0.key < $1.key }) {
            let key = NumberKey.normalised(number)
            do {
                guard try numbers.updateValue(pinned(value), forKey: key) == nil else {
                    throw ScenarioError("is there twice")
                }
            } catch let error as ScenarioError {
                throw ScenarioError("\(number): \(error.description)")
            }
        }
        return numbers
    }

    private static func pinned(_ value: JSONValue) throws -> PinnedNumber {
        switch value {
        case .string(let name): return try PinnedNumber.parse(behaviour: name, parameters: [])
        case .object(let members):
            guard case .string(let name)? = members["behaviour"] else {
                throw ScenarioError("\"behaviour\" is missing")
            }
            let parameters = try members.filter { $0.key != "behaviour" }.sorted { $0.key < $1.key }.map { member in
                switch member.value {
                case .string(let text): (member.key, text)
                case .number(let number):
                    (member.key, number == number.rounded() ? String(Int64(number)) : String(number))
                case .bool, .array, .object, .null:
                    throw ScenarioError("\"\(member.key)\" must be a number or a text")
                }
            }
            return try PinnedNumber.parse(behaviour: name, parameters: parameters)
        case .number, .bool, .array, .null:
            throw ScenarioError("must be the name of a behaviour or an object")
        }
    }
}
