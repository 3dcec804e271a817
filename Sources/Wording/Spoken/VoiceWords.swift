// SPDX-License-Identifier: GPL-3.0-or-later

/// Looks whether it has something to say of the tokens from `index` on.
typealias SpokenRule = @Sendable (_ passage: Passage, _ index: Int, _ voice: VoiceWords) -> Match?

/// The words of a language that rules write, and which rules there are.
struct VoiceWords: Equatable, Sendable {
    var code: String
    /// 0 to 9.
    var digits: [String]
    /// a to z, as they are named.
    var letters: [String]
    var months: [String]
    /// Written otherwise, or abbreviated: to 1 to 12.
    var monthsByName: [String: Int]
    /// Monday first.
    var weekdays: [String]
    var weekdaysByName: [String: Int]
    /// Those that may stand for something else; only before a date.
    var shortWeekdays: [String: Int]
    /// 1 to 99.
    var ordinal: @Sendable (Int) -> String
    var symbols: [Unicode.Scalar: String]
    var units: [String: String]
    var abbreviations: [String: Abbreviation]
    var or: String
    var and: String
    var to: String
    var plus: String
    var dot: String
    var slash: String
    var dash: String
    var at: String
    var decimalMark: String
    /// Between thousands.
    var groupMark: String
    /// How ``decimalMark`` is said.
    var decimal: String
    var rules: [SpokenRule]

    static func == (left: VoiceWords, right: VoiceWords) -> Bool { left.code == right.code }

    /// nil: there are no rules of that language.
    static func of(_ language: String) -> VoiceWords? {
        switch language.prefix(while: { $0 != "-" }) {
        case "nl": dutch
        case "en": english
        default: nil
        }
    }

    /// Digit by digit.
    func digitByDigit(_ text: some StringProtocol) -> String {
        text.utf8.compactMap { (0x30...0x39).contains($0) ? digits[Int($0) - 0x30] : nil }.joined(separator: " ")
    }

    /// Letter by letter, digits too; what is neither is left out.
    func characterByCharacter(_ text: some StringProtocol) -> String {
        text.utf8.compactMap { byte -> String? in
            switch byte {
            case 0x30...0x39: digits[Int(byte) - 0x30]
            case 0x41...0x5a: letters[Int(byte) - 0x41]
            case 0x61...0x7a: letters[Int(byte) - 0x61]
            default: nil
            }
        }.joined(separator: " ")
    }
}

/// What an abbreviation stands for, and where it does.
struct Abbreviation: Equatable, Sendable {
    enum Place: Equatable, Sendable {
        case anywhere
        /// Without its dot it is a word of its own, or means nothing.
        case dotted
        /// Before a name, also without its dot, which never ends a sentence.
        case title
        /// Before a name, with its dot.
        case name
        /// Before a number.
        case beforeNumber
        /// Behind a number.
        case afterNumber
    }

    var spoken: String
    var place: Place

    init(_ spoken: String, _ place: Place = .anywhere) {
        self.spoken = spoken
        self.place = place
    }
}
