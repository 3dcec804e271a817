// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import Foundation
import GatewayCore

/// What stands beside an export: enough to see that the file is whole and what it comes to. The same export gives the
/// same manifest: it has no time of its own. docs/cdr-format.md is the contract.
struct ExportManifest: Codable, Equatable {
    struct Filter: Codable, Equatable {
        var from: String?
        var to: String?
        var account: String?
        var action: String?
    }

    var file = ""
    var format: String
    var locale: String?
    var filter: Filter
    var rows: Int
    var firstSequence: Int64?
    var lastSequence: Int64?
    /// Hash of the last row: it proves that row and all before it.
    var ledger: LedgerPoint?
    var accounts: [ExportReport.Account]
    var bytes = 0
    var sha256 = ""

    private enum CodingKeys: String, CodingKey {
        case file, format, locale, filter, rows, ledger, accounts, bytes, sha256
        case firstSequence = "first-sequence"
        case lastSequence = "last-sequence"
    }

    init(_ request: Verbs.ExportCDRs, _ report: ExportReport) {
        format = request.format.word
        locale = request.locale?.word
        filter = Filter(
            from: request.from?.description, to: request.to?.description, account: request.account,
            action: request.action?.text)
        rows = report.rows
        firstSequence = report.firstSequence
        lastSequence = report.last?.sequence
        ledger = report.last
        accounts = report.accounts
    }

    func encode() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [10]
    }

    /// The row that a manifest notes.
    static func ledgerPoint(inFile path: String) throws -> LedgerPoint {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Failure.input("\(path) cannot be read")
        }
        guard let manifest = try? JSONDecoder().decode(ExportManifest.self, from: data) else {
            throw Failure.input("\(path) is no manifest of an export")
        }
        guard let point = manifest.ledger else { throw Failure.input("\(path) is of an export without rows") }
        return point
    }
}
