// SPDX-License-Identifier: GPL-3.0-or-later

/// SHA-256 (FIPS 180-4) and HMAC (RFC 2104), so that pure modules can name content by its hash
/// without a C library behind them.
///
/// Every row of the ledger passes through here, and every byte of an export: nothing is allocated but the digest.
package struct SHA256: Sendable {
    /// The eight words of the state, H0 to H7.
    private var state: SIMD8<UInt32> = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]
    /// What has come of a block that is not full.
    private var block = SIMD64<UInt8>(repeating: 0)
    private var filled = 0
    private var length: UInt64 = 0

    package init() {}

    package mutating func update(_ bytes: some Sequence<UInt8>) {
        if bytes.withContiguousStorageIfAvailable({ update(UnsafeRawBufferPointer($0)) }) != nil { return }
        for byte in bytes { withUnsafeBytes(of: byte) { update($0) } }
    }

    package mutating func update(_ text: String) {
        var text = text
        text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        length += UInt64(bytes.count)
        var rest = bytes[...]
        if filled > 0 {
            let count = min(64 - filled, rest.count)
            withUnsafeMutableBytes(of: &block) { block in
                UnsafeMutableRawBufferPointer(rebasing: block[filled...])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest.prefix(count)))
            }
            filled += count
            rest = rest.dropFirst(count)
            guard filled == 64 else { return }
            withUnsafeBytes(of: block) { Self.compress($0, count: 1, &state) }
            filled = 0
        }
        let whole = rest.count / 64
        if whole > 0 {
            Self.compress(UnsafeRawBufferPointer(rebasing: rest), count: whole, &state)
            rest = rest.dropFirst(whole * 64)
        }
        withUnsafeMutableBytes(of: &block) { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest)) }
        filled = rest.count
    }

    /// The 32 bytes of the digest. The value must not be used afterwards.
    package mutating func finalize() -> [UInt8] { finalizeDigest().bytes }

    /// As ``finalize()``, without an array.
    package mutating func finalizeDigest() -> Digest {
        withUnsafeMutableBytes(of: &block) { block in
            block[filled] = 0x80
            for index in filled + 1..<64 { block[index] = 0 }
        }
        if filled >= 56 {
            withUnsafeBytes(of: block) { Self.compress($0, count: 1, &state) }
            block = SIMD64(repeating: 0)
        }
        withUnsafeMutableBytes(of: &block) { block in
            block.storeBytes(of: (length * 8).bigEndian, toByteOffset: 56, as: UInt64.self)
        }
        withUnsafeBytes(of: block) { Self.compress($0, count: 1, &state) }
        return Digest(words: state)
    }

    package static func hash(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var hasher = SHA256()
        hasher.update(bytes)
        return hasher.finalize()
    }

    /// Lower-case hexadecimal digest.
    package static func hexDigest(of bytes: some Sequence<UInt8>) -> String { hexadecimal(hash(bytes)) }

    /// HMAC-SHA-256 (RFC 2104).
    package static func authenticationCode(of message: some Sequence<UInt8>, key: [UInt8]) -> [UInt8] {
        var code = KeyedHash(key: key).begin()
        code.update(message)
        return code.finalize().bytes
    }

    /// A digest by value.
    package struct Digest: Hashable, Sendable {
        var words: SIMD8<UInt32>

        init(words: SIMD8<UInt32>) { self.words = words }

        /// Of 32 bytes; nil: they are not so many.
        package init?(_ bytes: some Collection<UInt8>) {
            guard bytes.count == 32 else { return nil }
            words = .init(repeating: 0)
            for (index, byte) in bytes.enumerated() { words[index / 4] = words[index / 4] << 8 | UInt32(byte) }
        }

        /// Of 64 hexadecimal digits; nil: they are not.
        package init?(hexadecimal text: String) {
            guard text.utf8.count == 64 else { return nil }
            words = .init(repeating: 0)
            for (index, digit) in text.utf8.enumerated() {
                guard let value = Character(Unicode.Scalar(digit)).hexDigitValue else { return nil }
                words[index / 8] = words[index / 8] << 4 | UInt32(value)
            }
        }

        /// 32 zeros: what stands before the first of a chain.
        package static let zero = Digest(words: .init(repeating: 0))

        package var bytes: [UInt8] { withBytes { Array($0) } }
        package var hexadecimal: String { withBytes { GatewayCore.hexadecimal($0) } }

        /// ``hexadecimal`` cut in two.
        package var hexadecimalHalves: (String, String) {
            withBytes { bytes in
                (
                    GatewayCore.hexadecimal(UnsafeRawBufferPointer(rebasing: bytes[..<16])),
                    GatewayCore.hexadecimal(UnsafeRawBufferPointer(rebasing: bytes[16...]))
                )
            }
        }

        /// The 32 bytes, in order.
        package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
            var bigEndian = words
            for index in 0..<8 { bigEndian[index] = words[index].bigEndian }
            return try withUnsafeBytes(of: bigEndian) { try body($0) }
        }
    }

    /// The rounds over whole blocks (FIPS 180-4 section 6.2.2).
    private static func compress(_ bytes: UnsafeRawBufferPointer, count: Int, _ state: inout SIMD8<UInt32>) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
            guard let w = schedule.baseAddress, let source = bytes.baseAddress else { return }
            constants.withUnsafeBufferPointer { table in
                guard let k = table.baseAddress else { return }
                for number in 0..<count {
                    let block = source + number &* 64
                    for index in 0..<16 {
                        w[index] = UInt32(bigEndian: block.loadUnaligned(fromByteOffset: index &* 4, as: UInt32.self))
                    }
                    for index in 16..<64 {
                        let (low, high) = (w[index &- 15], w[index &- 2])
                        let sigma0 = rotate(low, 7) ^ rotate(low, 18) ^ (low &>> 3)
                        let sigma1 = rotate(high, 17) ^ rotate(high, 19) ^ (high &>> 10)
                        w[index] = w[index &- 16] &+ sigma0 &+ w[index &- 7] &+ sigma1
                    }
                    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
                    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
                    // Eight at a time, so that no word moves from one variable to the next.
                    for index in stride(from: 0, to: 64, by: 8) {
                        @inline(__always) func word(_ offset: Int) -> UInt32 {
                            k[index &+ offset] &+ w[index &+ offset]
                        }
                        round(a, b, c, &d, e, f, g, &h, word(0))
                        round(h, a, b, &c, d, e, f, &g, word(1))
                        round(g, h, a, &b, c, d, e, &f, word(2))
                        round(f, g, h, &a, b, c, d, &e, word(3))
                        round(e, f, g, &h, a, b, c, &d, word(4))
                        round(d, e, f, &g, h, a, b, &c, word(5))
                        round(c, d, e, &f, g, h, a, &b, word(6))
                        round(b, c, d, &e, f, g, h, &a, word(7))
                    }
                    state &+= SIMD8(a, b, c, d, e, f, g, h)
                }
            }
        }
    }

    @inline(__always)
    private static func rotate(_ value: UInt32, _ count: UInt32) -> UInt32 {
        value &>> count | value &<< (32 &- count)
    }

    @inline(__always)
    private static func round(
        _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32, _ e: UInt32, _ f: UInt32, _ g: UInt32,
        _ h: inout UInt32, _ word: UInt32
    ) {
        let sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
        let first = h &+ sum1 &+ (g ^ (e & (f ^ g))) &+ word
        let sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
        d = d &+ first
        h = first &+ sum0 &+ ((a & b) | (c & (a | b)))
    }

    private static let constants: [UInt32] = [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ]
}

/// HMAC-SHA-256 (RFC 2104) with one key for many messages: the key's own two blocks are hashed once.
package struct KeyedHash: Sendable {
    private let inner: SHA256
    private let outer: SHA256

    package init(key: [UInt8]) {
        var padded = key.count > 64 ? SHA256.hash(key) : key
        padded += [UInt8](repeating: 0, count: 64 - padded.count)
        var inner = SHA256()
        inner.update(padded.map { $0 ^ 0x36 })
        self.inner = inner
        var outer = SHA256()
        outer.update(padded.map { $0 ^ 0x5c })
        self.outer = outer
    }

    package func begin() -> Code { Code(inner: inner, outer: outer) }

    package func code(of text: String) -> SHA256.Digest {
        var code = begin()
        code.update(text.utf8)
        return code.finalize()
    }

    /// The code of one message, under way.
    package struct Code {
        private var inner: SHA256
        private var outer: SHA256

        fileprivate init(inner: SHA256, outer: SHA256) {
            self.inner = inner
            self.outer = outer
        }

        package mutating func update(_ bytes: some Sequence<UInt8>) { inner.update(bytes) }

        /// The value must not be used afterwards.
        package mutating func finalize() -> SHA256.Digest {
            inner.finalizeDigest().withBytes { outer.update($0) }
            return outer.finalizeDigest()
        }
    }
}
