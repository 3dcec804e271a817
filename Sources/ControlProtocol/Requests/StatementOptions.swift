// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// How a statement or report is written. docs/statements.md describes both.
package struct StatementOptions: Equatable, Sendable {
    package enum Format: String, Sendable, CaseIterable {
        case html, csv
    }

    package enum Language: String, Sendable, CaseIterable {
        case dutch = "nl"
        case english = "en"
    }

    package var month: DutchMonth
    package var format: Format
    package var language: Language
    /// nil: comma, decimal point, LF.
    package var locale: ExportLocale?

    package init(month: DutchMonth, format: Format = .html, language: Language = .dutch, locale: ExportLocale? = nil) {
        self.month = month
        self.format = format
        self.language = language
        self.locale = locale
    }

    static let keys = ["month", "format", "language", "locale"]

    init(in object: ObjectReader) throws(ProtocolError) {
        let text = try object.string("month")
        guard let month = DutchMonth(text) else {
            throw object.notAllowed("month", "must be a month such as 2026-10, not \"\(excerpt(text))\"")
        }
        self.month = month
        format = try object.word("format", Format.self) ?? .html
        language = try object.word("language", Language.self) ?? .dutch
        locale = try object.word("locale", ExportLocale.self)
        if locale != nil, format != .csv { throw object.notAllowed("locale", "goes with \"format\" \"csv\" alone") }
    }

    var members: [JSONMember] {
        var members = [
            JSONMember("month", .string(month.description)), JSONMember("format", .string(format.rawValue)),
            JSONMember("language", .string(language.rawValue)),
        ]
        if let locale { members.append(JSONMember("locale", .string(locale.rawValue))) }
        return members
    }
}
