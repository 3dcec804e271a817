// SPDX-License-Identifier: GPL-3.0-or-later

// 3GPP TS 23.038 sections 6.2.1.1 and A.2: the tables that an escape selects for one character. `NN:` says at which
// septet the words after it stand; the words are those of the locking shift tables.
extension GSMTable {
    /// The default alphabet extension table, which every national one contains.
    static let extensionSource = #"""
        0A: FF 14: ^ 28: { } 2F: \ 3C: [ ~ ] 40: | 65: €
        """#

    /// What the tables of the languages of India and Pakistan have in common besides.
    static let sharedSource = """
        00: @ £ $ ¥ ¿ " ¤ % & ' 0B: * + 0E: - / < = > ¡ 15: ¡ _ # * 41: A B C D E F G H I J K L M N O P Q R S T
        U V W X Y Z
        """

    /// What each table adds, by national language identifier.
    static let singleSource: [String] = [
        // 6.2.1.1 default
        "",
        // A.2.1 Turkish
        """
        47: Ğ 49: İ 53: Ş 63: ç 67: ğ 69: ı 73: ş
        """,
        // A.2.2 Spanish
        """
        09: ç 41: Á 49: Í 4F: Ó 55: Ú 61: á 69: í 6F: ó 75: ú
        """,
        // A.2.3 Portuguese
        """
        05: ê 09: ç 0B: Ô ô 0E: Á á 12: Φ Γ 15: Ω Π Ψ Σ Θ 1F: Ê 41: À 49: Í 4F: Ó 55: Ú 5B: Ã Õ 61: Â 69: í 6F:
        ó 75: ú 7B: ã õ 7F: â
        """,
        // A.2.4 Bengali
        """
        19: 09E6 09E7 1C: 09E8 09E9 09EA 09EB 09EC 09ED 09EE 09EF 09DF 09E0 09E1 09E2 2A: 09E3 09F2 09F3 09F4
        09F5 30: 09F6 09F7 09F8 09F9 09FA
        """,
        // A.2.5 Gujarati
        """
        19: 0964 0965 1C: 0AE6 0AE7 0AE8 0AE9 0AEA 0AEB 0AEC 0AED 0AEE 0AEF
        """,
        // A.2.6 Hindi
        """
        19: 0964 0965 1C: 0966 0967 0968 0969 096A 096B 096C 096D 096E 096F 0951 0952 2A: 0953 0954 0958 0959
        095A 30: 095B 095C 095D 095E 095F 0960 0961 0962 0963 0970 0971
        """,
        // A.2.7 Kannada
        """
        19: 0964 0965 1C: 0CE6 0CE7 0CE8 0CE9 0CEA 0CEB 0CEC 0CED 0CEE 0CEF 0CDE 0CF1 2A: 0CF2
        """,
        // A.2.8 Malayalam
        """
        19: 0964 0965 1C: 0D66 0D67 0D68 0D69 0D6A 0D6B 0D6C 0D6D 0D6E 0D6F 0D70 0D71 2A: 0D72 0D73 0D74 0D75
        0D7A 30: 0D7B 0D7C 0D7D 0D7E 0D7F
        """,
        // A.2.9 Oriya
        """
        19: 0964 0965 1C: 0B66 0B67 0B68 0B69 0B6A 0B6B 0B6C 0B6D 0B6E 0B6F 0B5C 0B5D 2A: 0B5F 0B70 0B71
        """,
        // A.2.10 Punjabi
        """
        19: 0964 0965 1C: 0A66 0A67 0A68 0A69 0A6A 0A6B 0A6C 0A6D 0A6E 0A6F 0A59 0A5A 2A: 0A5B 0A5C 0A5E 0A75
        """,
        // A.2.11 Tamil
        """
        19: 0964 0965 1C: 0BE6 0BE7 0BE8 0BE9 0BEA 0BEB 0BEC 0BED 0BEE 0BEF 0BF3 0BF4 2A: 0BF5 0BF6 0BF7 0BF8
        0BFA
        """,
        // A.2.12 Telugu
        """
        1C: 0C66 0C67 0C68 0C69 0C6A 0C6B 0C6C 0C6D 0C6E 0C6F 0C58 0C59 2A: 0C78 0C79 0C7A 0C7B 0C7C 30: 0C7D
        0C7E 0C7F
        """,
        // A.2.13 Urdu
        """
        19: 0600 0601 1C: 06F0 06F1 06F2 06F3 06F4 06F5 06F6 06F7 06F8 06F9 060C 060D 2A: 060E 060F 0610 0611
        0612 30: 0613 0614 061B 061F 0640 0652 0658 066B 066C 0672 0673 06CD 3F: 06D4
        """,
    ]
}
