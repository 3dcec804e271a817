// SPDX-License-Identifier: GPL-3.0-or-later

/// How the characters of a message become octets.
package enum TextEncoding: Hashable, Sendable {
    /// The GSM 7 bit alphabet; nil: the default table (3GPP TS 23.038 section 6.2.1).
    case gsm(locking: NationalLanguage?, single: NationalLanguage?)
    /// ISO 8859-1.
    case latin1
    /// ANSI X3.4.
    case ascii
    /// UTF-16, big-endian, which telephones read where the standard says UCS-2.
    case ucs2

    /// For people: `GSM-7`, `GSM-7 (Turkish locking+single)`, `UCS-2`.
    package var name: String {
        switch self {
        case .gsm(nil, nil): "GSM-7"
        case .gsm(nil, let single?): "GSM-7 (\(single.name) single)"
        case .gsm(let locking?, nil): "GSM-7 (\(locking.name) locking)"
        case .gsm(let locking?, let single?):
            locking == single
                ? "GSM-7 (\(locking.name) locking+single)"
                : "GSM-7 (\(locking.name) locking, \(single.name) single)"
        case .latin1: "Latin-1"
        case .ascii: "ASCII"
        case .ucs2: "UCS-2"
        }
    }

    /// What its units are called: `septets`, `octets` or `UTF-16 units`.
    package var unitName: String {
        switch self {
        case .gsm, .ascii: "septets"
        case .latin1: "octets"
        case .ucs2: "UTF-16 units"
        }
    }
}
