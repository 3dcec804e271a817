// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// How a statement or report is written. docs/statements.md describes both.
package struct StatementOptions: Equatable, Sendable {
    package enum Format: String, Vocabulary {
        case html, csv
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

    private static let months = ValueForm<DutchMonth>(
        read: { object, key throws(ProtocolError) in
            let text = try object.string(key)
            guard let month = DutchMonth(text) else {
                throw object.notAllowed(key, "must be a month such as 2026-10, not \"\(excerpt(text))\"")
            }
            return month
        }, write: { .string($0.description) })

    static let form = ObjectForm<Self>(
        Key("month", \.month, months), Key("format", \.format, .word(default: .html)),
        Key("language", \.language, .word(default: .dutch)), Key("locale", \.locale, .optionalWord())
    ) { (month, format, language, locale) throws(ProtocolError) in
        if locale != nil, format != .csv { throw .notAllowed("locale", "goes with \"format\" \"csv\" alone") }
        return Self(month: month, format: format, language: language, locale: locale)
    }
}
