// SPDX-License-Identifier: GPL-3.0-or-later

/// The GSM 7 bit alphabet with the tables in force: a locking shift table for single septets and a single shift
/// table for what follows an escape (3GPP TS 23.038 sections 6.2.1, 6.2.1.1 and annex A).
package struct GSMAlphabet: Sendable {
    /// nil: the default alphabet.
    package let locking: NationalLanguage?
    /// nil: the default alphabet extension table.
    package let single: NationalLanguage?

    private let main: GSMTable
    private let shifted: GSMTable

    /// The default alphabet and its extension table.
    package static let standard = GSMAlphabet()

    package init(locking: NationalLanguage? = nil, single: NationalLanguage? = nil) {
        self.locking = locking
        self.single = single
        main = GSMTable.locking[Int(locking?.rawValue ?? 0)]
        shifted = GSMTable.single[Int(single?.rawValue ?? 0)]
    }

    /// How many septets a character takes: 1, or 2 with an escape; nil when it is in neither table.
    package func cost(of scalar: Unicode.Scalar) -> Int? {
        if main.septets[scalar] != nil { return 1 }
        return shifted.septets[scalar] == nil ? nil : 2
    }

    /// Appends the septets of a character, one in each octet; false, and nothing, when it is in neither table.
    package func append(_ scalar: Unicode.Scalar, to septets: inout [UInt8]) -> Bool {
        if let septet = main.septets[scalar] {
            septets.append(septet)
            return true
        }
        guard let septet = shifted.septets[scalar] else { return false }
        septets.append(GSMTable.escape)
        septets.append(septet)
        return true
    }

    /// The septets of a text, one in each octet; nil when a character is in neither table.
    package func septets(of text: String) -> [UInt8]? {
        var septets: [UInt8] = []
        for scalar in text.unicodeScalars {
            guard append(scalar, to: &septets) else { return nil }
        }
        return septets
    }

    /// The text of septets, one in each octet. An octet above 0x7F is U+FFFD. As telephones do, it shows the
    /// character of the locking table where the single shift table has none, and a space for two escapes, for an
    /// escape at the end and for a place without a character (section 6.2.1.1 notes).
    package func text(of septets: some Sequence<UInt8>) -> String {
        var text = String.UnicodeScalarView()
        var isEscaped = false
        for septet in septets {
            guard septet < 0x80 else {
                text.append("\u{FFFD}")
                isEscaped = false
                continue
            }
            if septet == GSMTable.escape {
                if isEscaped { text.append(" ") }
                isEscaped.toggle()
                continue
            }
            let shiftedScalar = isEscaped ? shifted.scalars[Int(septet)] : nil
            text.append(shiftedScalar ?? main.scalars[Int(septet)] ?? " ")
            isEscaped = false
        }
        if isEscaped { text.append(" ") }
        return String(text)
    }

    /// The characters that cost one septet, and those that cost two, by their septets.
    var characters: [(scalar: Unicode.Scalar, septets: [UInt8])] {
        main.scalars.enumerated().compactMap { place, scalar in scalar.map { ($0, [UInt8(place)]) } }
            + shifted.scalars.enumerated().compactMap { place, scalar in
                scalar.map { ($0, [GSMTable.escape, UInt8(place)]) }
            }
    }
}
