// SPDX-License-Identifier: GPL-3.0-or-later

/// What may stand for a character that an alphabet has not.
enum TransliterationTable {
    /// By character: what stands for it, the best first.
    static let replacements: [Unicode.Scalar: [String]] = {
        var table: [Unicode.Scalar: [String]] = [:]
        for (replacements, characters) in source {
            for scalar in characters.unicodeScalars { table[scalar] = replacements }
        }
        return table
    }()

    /// Characters without width and meaning in Latin text; in Indian and Arabic scripts and in emoji the joiners
    /// and selectors among them change what is seen.
    static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0xAD, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2064, 0x2066...0x2069, 0xFE00...0xFE0F, 0xFEFF: true
        default: false
        }
    }

    /// Combining marks of the scripts of Europe.
    static func isMark(_ scalar: Unicode.Scalar) -> Bool { (0x300...0x36F).contains(scalar.value) }

    private static let source: [(replacements: [String], characters: String)] = [
        // Apostrophes and single quotes.
        (["'"], "\u{2018}\u{2019}\u{201A}\u{201B}\u{2032}\u{2035}\u{2039}\u{203A}\u{2BC}\u{2B9}\u{B4}\u{60}\u{FF07}"),
        // Double quotes.
        (["\""], "\u{201C}\u{201D}\u{201E}\u{201F}\u{2033}\u{2036}\u{AB}\u{BB}\u{301D}\u{301E}\u{FF02}"),
        // Hyphens and dashes.
        (["-"], "\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2015}\u{2043}\u{2212}\u{FE58}\u{FE63}\u{FF0D}"),
        (["..."], "\u{2026}"),
        ([".."], "\u{2025}"),
        // Bullets.
        (["-"], "\u{2022}\u{2023}\u{2219}\u{25CF}\u{25E6}\u{25AA}\u{25AB}\u{25A0}\u{B7}"),
        // Spaces, of which the tabulator is one.
        ([" "], "\t\u{A0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}"),
        ([" "], "\u{200A}\u{202F}\u{205F}\u{3000}"),
        (["\n"], "\u{2028}\u{2029}"),
        // Ligatures and letters without a decomposition; what an alphabet has comes first.
        (["ij"], "\u{133}"),
        (["IJ"], "\u{132}"),
        (["\u{E6}", "ae"], "\u{E6}"),
        (["\u{C6}", "AE"], "\u{C6}"),
        (["oe"], "\u{153}"),
        (["OE"], "\u{152}"),
        (["ff"], "\u{FB00}"),
        (["fi"], "\u{FB01}"),
        (["fl"], "\u{FB02}"),
        (["ffi"], "\u{FB03}"),
        (["ffl"], "\u{FB04}"),
        (["st"], "\u{FB05}\u{FB06}"),
        (["ss"], "\u{DF}"),
        (["\u{DF}", "SS"], "\u{1E9E}"),
        (["o"], "\u{F8}"),
        (["O"], "\u{D8}"),
        (["\u{F6}", "o"], "\u{151}"),
        (["\u{D6}", "O"], "\u{150}"),
        (["\u{FC}", "u"], "\u{171}"),
        (["\u{DC}", "U"], "\u{170}"),
        (["a"], "\u{105}"),
        (["i"], "\u{131}"),
        (["l"], "\u{142}"),
        (["L"], "\u{141}"),
        (["d"], "\u{111}\u{F0}"),
        (["D"], "\u{110}\u{D0}"),
        (["h"], "\u{127}"),
        (["H"], "\u{126}"),
        (["t"], "\u{167}"),
        (["T"], "\u{166}"),
        (["th"], "\u{FE}"),
        (["Th"], "\u{DE}"),
        (["n"], "\u{14B}"),
        (["'n"], "\u{149}"),
        (["N"], "\u{14A}"),
        (["k"], "\u{138}"),
        (["s"], "\u{17F}"),
        (["l"], "\u{140}"),
        (["L"], "\u{13F}"),
        // Signs.
        (["(tm)"], "\u{2122}"),
        (["(c)"], "\u{A9}"),
        (["(r)"], "\u{AE}"),
        (["EUR"], "\u{20AC}"),
        (["GBP"], "\u{A3}"),
        (["nr."], "\u{2116}"),
        (["o"], "\u{BA}\u{B0}"),
        (["a"], "\u{AA}"),
        (["x"], "\u{D7}"),
        (["/"], "\u{2044}\u{2215}\u{F7}"),
        (["+/-"], "\u{B1}"),
        (["<="], "\u{2264}"),
        ([">="], "\u{2265}"),
        (["->"], "\u{2192}"),
        (["<-"], "\u{2190}"),
        (["u"], "\u{B5}"),
        (["!"], "\u{A1}\u{203C}"),
        (["?"], "\u{BF}"),
        (["1"], "\u{B9}"),
        (["2"], "\u{B2}"),
        (["3"], "\u{B3}"),
        (["1/4"], "\u{BC}"),
        (["1/2"], "\u{BD}"),
        (["3/4"], "\u{BE}"),
        (["1/3"], "\u{2153}"),
        (["2/3"], "\u{2154}"),
        (["1/8"], "\u{215B}"),
        (["3/8"], "\u{215C}"),
        (["5/8"], "\u{215D}"),
        (["7/8"], "\u{215E}"),
    ]
}
