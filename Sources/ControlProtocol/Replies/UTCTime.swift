// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// A ``Timestamp`` that stands in JSON as ISO 8601 text in UTC: `2026-11-24T12:30:41.123Z`.
package struct UTCTime: Hashable, Sendable, Codable, CustomStringConvertible {
    package var timestamp: Timestamp

    package init(_ timestamp: Timestamp) { self.timestamp = timestamp }

    package init(from decoder: Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let timestamp = Timestamp(iso8601: text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not ISO 8601: \(text)")
        }
        self.timestamp = timestamp
    }

    package func encode(to encoder: Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    package var description: String { timestamp.description }
}
