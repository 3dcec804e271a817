// SPDX-License-Identifier: GPL-3.0-or-later

/// What stands for a telephone number in the ledger's proof, and for good once the number itself is purged: `n-` and
/// 32 hexadecimal digits of a keyed hash.
///
/// The same number has the same pseudonym everywhere in an installation, so that rows of one citizen can still be
/// told to belong together; without the key nobody finds the number by trying all of them.
package struct NumberPseudonyms: Sendable {
    private let hash: KeyedHash
    /// Derived of the installation's own key: with this one alone, pseudonyms can be checked and nothing else.
    package let key: [UInt8]

    package init(instanceKey: [UInt8]) {
        key = SHA256.authenticationCode(of: "number-pseudonym".utf8, key: instanceKey)
        hash = KeyedHash(key: key)
    }

    /// Of an E.164 number.
    package func pseudonym(of number: String) -> String {
        var text: [UInt8] = []
        append(pseudonymOf: number.utf8, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// As UTF-8.
    package func append(pseudonymOf number: some Sequence<UInt8>, to text: inout [UInt8]) {
        var code = hash.begin()
        code.update(number)
        text.append(UInt8(ascii: "n"))
        text.append(UInt8(ascii: "-"))
        code.finalize().withBytes { bytes in
            for byte in bytes.prefix(16) {
                text.append(hexadecimalDigit(byte >> 4))
                text.append(hexadecimalDigit(byte & 15))
            }
        }
    }

    /// Whether this stands for a number that is purged.
    package static func isPseudonym(_ text: String) -> Bool { text.utf8.starts(with: "n-".utf8) }
}
