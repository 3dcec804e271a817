// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// How the value of a key stands in JSON.
struct ValueForm<Value>: Sendable {
    let read: @Sendable (ObjectReader, String) throws(ProtocolError) -> Value
    /// nil: the key is left out.
    let write: @Sendable (Value) -> JSONValue?
}

extension ValueForm where Value == Bool {
    /// Left out unless it is true.
    static var flag: ValueForm {
        ValueForm(
            read: { object, key throws(ProtocolError) in try object.flag(key, default: false) },
            write: { $0 ? .bool(true) : nil })
    }

    /// Written in either case.
    static var plainFlag: ValueForm {
        ValueForm(read: flag.read, write: { .bool($0) })
    }
}

extension ValueForm where Value == String {
    static var string: ValueForm {
        ValueForm(
            read: { object, key throws(ProtocolError) in try object.string(key) }, write: { .string($0) })
    }

    /// A name that ``isIdentifier(_:)`` allows.
    static var identifier: ValueForm {
        ValueForm(
            read: { object, key throws(ProtocolError) in
                _ = try object.required(key)
                return try object.identifier(key) ?? ""
            }, write: { .string($0) })
    }
}

extension ValueForm where Value == String? {
    static var optionalIdentifier: ValueForm {
        ValueForm(
            read: { object, key throws(ProtocolError) in try object.identifier(key) },
            write: { $0.map { .string($0) } })
    }
}

extension ValueForm where Value == OfficerName? {
    static var officer: ValueForm {
        ValueForm(
            read: { object, key throws(ProtocolError) in
                guard let text = try object.optionalString(key) else { return nil }
                do throws(OfficerNameError) {
                    return try OfficerName(text)
                } catch {
                    throw object.notAllowed(key, error.reason)
                }
            }, write: { $0.map { .string($0.text) } })
    }
}

extension ValueForm where Value == ActionID {
    static var actionID: ValueForm {
        ValueForm(
            read: { object, key throws(ProtocolError) in try object.actionID(key) }, write: { .string($0.text) })
    }
}

extension ValueForm where Value == ActionID? {
    static var optionalActionID: ValueForm {
        ValueForm(
            read: { object, key throws(ProtocolError) in try object.optionalActionID(key) },
            write: { $0.map { .string($0.text) } })
    }
}

extension ValueForm where Value == Timestamp? {
    static var optionalTime: ValueForm {
        ValueForm(
            read: { object, key throws(ProtocolError) in try object.time(key) },
            write: { $0.map { .string($0.description) } })
    }

    /// Of a period whose beginning is another key.
    static func optionalTime(after beginning: String) -> ValueForm {
        ValueForm(
            read: { object, key throws(ProtocolError) in
                guard let time = try object.time(key) else { return nil }
                if let start = try object.time(beginning), time <= start {
                    throw object.notAllowed(key, "must be later than \"\(object.join(beginning))\"")
                }
                return time
            }, write: optionalTime.write)
    }
}

extension ValueForm where Value == Int64? {
    /// A row's place in the ledger, from 1.
    static var optionalSequence: ValueForm {
        ValueForm(
            read: { object, key throws(ProtocolError) in try object.integer(key, 1...Int.max).map(Int64.init) },
            write: { $0.map { .integer(Int($0)) } })
    }
}

extension ValueForm where Value == Int64 {
    static var sequence: ValueForm {
        ValueForm(
            read: { object, key throws(ProtocolError) in
                _ = try object.required(key)
                return Int64(try object.integer(key, 1...Int.max) ?? 1)
            }, write: { .integer(Int($0)) })
    }
}

extension ValueForm where Value: Vocabulary {
    /// Written in any case; left out it is the fallback.
    static func word(default fallback: Value) -> ValueForm {
        ValueForm(
            read: { object, key throws(ProtocolError) in try object.word(key, Value.self) ?? fallback },
            write: { .string($0.word) })
    }

    /// Must be there; null is the fallback.
    static func requiredWord(default fallback: Value) -> ValueForm {
        ValueForm(
            read: { object, key throws(ProtocolError) in
                _ = try object.required(key)
                return try object.word(key, Value.self) ?? fallback
            }, write: { .string($0.word) })
    }
}

extension ValueForm {
    static func optionalWord<Word: Vocabulary>() -> ValueForm where Value == Word? {
        ValueForm(
            read: { object, key throws(ProtocolError) in try object.word(key, Word.self) },
            write: { $0.map { .string($0.word) } })
    }
}
