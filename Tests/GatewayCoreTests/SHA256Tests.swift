// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@Suite("SHA-256 in pieces and by key") struct SHA256PieceTests {
    /// FIPS 180-4, and lengths about the ends of blocks: digests of so many times `a`, by another implementation.
    @Test(
        "Whatever the length",
        arguments: [
            (55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
            (56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"),
            (63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"),
            (64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
            (65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"),
            (119, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb"),
            (1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
        ])
    func lengths(count: Int, digest: String) {
        let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: count)
        #expect(SHA256.hexDigest(of: bytes) == digest)
        // Not contiguous: one by one.
        #expect(SHA256.hexDigest(of: bytes.lazy.map { $0 }) == digest)
    }

    @Test("Cut anywhere, it is the same")
    func pieces() {
        let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let whole = SHA256.hash(bytes)
        for cut in 0...300 {
            var hasher = SHA256()
            hasher.update(bytes.prefix(cut))
            hasher.update(bytes.dropFirst(cut))
            #expect(hasher.finalize() == whole)
        }
    }

    /// RFC 4231, test cases 1, 3 and 6.
    @Test(
        "HMAC by RFC 4231, one key for many messages",
        arguments: [
            (
                [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
            ),
            (
                [UInt8](repeating: 0xaa, count: 131),
                Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ])
    func keyed(key: [UInt8], message: [UInt8], digest: String) {
        let hash = KeyedHash(key: key)
        for _ in 0..<2 {
            var code = hash.begin()
            code.update(message)
            #expect(code.finalize().hexadecimal == digest)
        }
        #expect(hexadecimal(SHA256.authenticationCode(of: message, key: key)) == digest)
    }

    @Test("A digest is read back")
    func digest() {
        let digest = KeyedHash(key: [1]).code(of: "x")
        #expect(SHA256.Digest(hexadecimal: digest.hexadecimal) == digest)
        #expect(SHA256.Digest(digest.bytes) == digest)
        #expect(SHA256.Digest(digest.bytes.dropLast()) == nil)
        #expect(SHA256.Digest(hexadecimal: "z" + digest.hexadecimal.dropFirst()) == nil)
    }

    @Test("Pseudonyms: the same for the same number and key, telling nothing")
    func pseudonyms() {
        let pseudonyms = NumberPseudonyms(instanceKey: [1, 2, 3])
        let one = pseudonyms.pseudonym(of: "+31612345678")
        #expect(one.utf8.count == 34 && NumberPseudonyms.isPseudonym(one))
        #expect(
            one == "n-"
                + hexadecimal(SHA256.authenticationCode(of: "+31612345678".utf8, key: pseudonyms.key).prefix(16)))
        #expect(pseudonyms.pseudonym(of: "+31612345679") != one)
        #expect(NumberPseudonyms(instanceKey: [1, 2, 4]).pseudonym(of: "+31612345678") != one)
    }
}
