// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore

/// JSON in columns of the journal. What may stand there has declared it: ``Journalled``.
enum JournalJSON {
    static func encode(_ value: some Journalled, _ operation: String) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            throw StoreError(operation: operation, message: "cannot encode: \(error)")
        }
    }

    static func decode<Value: Journalled>(_ type: Value.Type, _ text: String, _ operation: String) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw StoreError.damaged(operation, "\(type): \(error)")
        }
    }

    /// NULL for nothing.
    static func column(_ value: (some Journalled)?, _ operation: String) throws -> Query.Value {
        try value.map { .text(try encode($0, operation)) } ?? .null
    }
}
