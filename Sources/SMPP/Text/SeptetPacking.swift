// SPDX-License-Identifier: GPL-3.0-or-later

/// Septets in octets, the first in the low bits (3GPP TS 23.038 section 6.1.2.1).
package enum SeptetPacking {
    private static let carriageReturn: UInt8 = 0x0D

    /// Bits between a user data header of so many octets and the first septet, which begins on a septet boundary
    /// (3GPP TS 23.040 section 9.2.3.24).
    static func fillBits(after headerOctets: Int) -> Int { (7 - headerOctets * 8 % 7) % 7 }

    /// Octets that the header, fill bits and so many septets take.
    static func octets(headerOctets: Int, septets: Int) -> Int {
        (headerOctets * 8 + fillBits(after: headerOctets) + septets * 7 + 7) / 8
    }

    /// Packs septets, one in each octet, behind the octets of a header, which may be empty.
    ///
    /// Seven bits left over at the end are a carriage return, since zeros would be read as `@`, and a carriage
    /// return that ends on an octet boundary is doubled, so that it is not taken for that filler (TS 23.038
    /// section 6.1.2.3.1).
    package static func pack(_ septets: [UInt8], header: [UInt8] = []) -> [UInt8] {
        var octets = header
        let fill = fillBits(after: header.count)
        octets.reserveCapacity(self.octets(headerOctets: header.count, septets: septets.count + 1))
        var held: UInt16 = 0
        var bits = fill
        func append(_ septet: UInt8) {
            held |= UInt16(septet & 0x7F) << UInt16(bits)
            bits += 7
            if bits >= 8 {
                octets.append(UInt8(truncatingIfNeeded: held))
                held >>= 8
                bits -= 8
            }
        }
        for septet in septets { append(septet) }
        if bits == 1 || bits == 0 && septets.last == carriageReturn { append(carriageReturn) }
        if bits > 0 { octets.append(UInt8(truncatingIfNeeded: held)) }
        return octets
    }

    /// The septets behind a header of so many octets; the filler that ``pack(_:header:)`` adds is left out.
    package static func unpack(_ octets: some Collection<UInt8>, headerOctets: Int = 0) -> [UInt8] {
        var septets: [UInt8] = []
        septets.reserveCapacity(octets.count * 8 / 7)
        var held: UInt16 = 0
        var bits = -fillBits(after: headerOctets)
        for octet in octets.dropFirst(headerOctets) {
            if bits < 0 {
                held = UInt16(octet) >> UInt16(-bits)
                bits += 8
            } else {
                held |= UInt16(octet) << UInt16(bits)
                bits += 8
            }
            while bits >= 7 {
                septets.append(UInt8(held & 0x7F))
                held >>= 7
                bits -= 7
            }
        }
        if bits == 0, septets.last == carriageReturn { septets.removeLast() }
        return septets
    }
}
