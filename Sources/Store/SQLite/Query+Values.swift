// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

extension Query.Value {
    /// NULL for nil.
    static func optional(_ number: Int64?) -> Query.Value { number.map { .integer($0) } ?? .null }
    static func optional(_ text: String?) -> Query.Value { text.map { .text($0) } ?? .null }
    /// Microseconds since 1970 in UTC.
    static func time(_ time: Timestamp?) -> Query.Value { optional(time?.microseconds) }
}

extension Query {
    /// The next column as microseconds since 1970 in UTC; nil: NULL.
    func time() -> Timestamp? { optionalInteger().map { Timestamp(microseconds: $0) } }
}
