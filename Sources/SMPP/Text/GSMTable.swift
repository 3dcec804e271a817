// SPDX-License-Identifier: GPL-3.0-or-later

/// One table of 128 places, with its inverse.
struct GSMTable: Sendable {
    /// nil: no character stands there.
    private(set) var scalars: [Unicode.Scalar?]
    /// The lowest septet of each character.
    private(set) var septets: [Unicode.Scalar: UInt8] = [:]

    /// The escape to the single shift table (section 6.2.1 note 1).
    static let escape: UInt8 = 0x1B

    /// By national language identifier, 0 for the default; Spanish shares the default alphabet.
    static let locking = lockingSource.map { GSMTable([$0 ?? lockingSource[0] ?? ""]) }

    /// By national language identifier, 0 for the default extension table.
    static let single = singleSource.indices.map { index in
        let isIndian = index >= Int(NationalLanguage.bengali.rawValue)
        return GSMTable([extensionSource, isIndian ? sharedSource : "", singleSource[index]])
    }

    /// Reads the words of the tables' sources; a later word takes the place of an earlier one.
    private init(_ sources: [String]) {
        scalars = Array(repeating: nil, count: 128)
        for source in sources {
            var place = 0
            for word in source.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
                let letters = Array(word.unicodeScalars)
                if letters.count == 3, letters[2] == ":", let start = Int(word.dropLast(), radix: 16) {
                    place = start
                    continue
                }
                scalars[place] = GSMTable.scalar(of: letters)
                place += 1
            }
        }
        for (place, scalar) in scalars.enumerated() {
            if let scalar, septets[scalar] == nil { septets[scalar] = UInt8(place) }
        }
    }

    private static func scalar(of word: [Unicode.Scalar]) -> Unicode.Scalar? {
        if word.count == 1 { return word[0] }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: word)
        return switch String(text) {
        case "..", "ESC": nil
        case "SP": " "
        case "LF": "\n"
        case "CR": "\r"
        case "FF": "\u{0C}"
        case let digits: UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init)
        }
    }
}
