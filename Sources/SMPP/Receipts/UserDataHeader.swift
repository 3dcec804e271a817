// SPDX-License-Identifier: GPL-3.0-or-later

/// Which part of which long message a segment is.
package struct Concatenation: Sendable, Hashable {
    /// Where the reference comes from: the three number their messages apart.
    package enum Scheme: UInt8, Sendable, Hashable {
        /// Information element 0x00 (3GPP TS 23.040 §9.2.3.24.1).
        case reference8 = 0
        /// Information element 0x08 (§9.2.3.24.8).
        case reference16 = 1
        /// sar_msg_ref_num, sar_total_segments, sar_segment_seqnum (SMPP 3.4 §5.3.2.22 to §5.3.2.24).
        case sar = 2
    }

    /// Where the reference comes from.
    package let scheme: Scheme
    /// The same in all segments.
    package let reference: UInt16
    /// How many segments there are.
    package let total: UInt8
    /// Which one this is, from 1.
    package let sequence: UInt8

    /// Makes a concatenation; `nil` for values that 23.040 says to ignore: total 0, sequence 0, sequence beyond
    /// total.
    package init?(scheme: Scheme, reference: UInt16, total: UInt8, sequence: UInt8) {
        guard total > 0, sequence > 0, sequence <= total else { return nil }
        self.scheme = scheme
        self.reference = reference
        self.total = total
        self.sequence = sequence
    }

    /// From the three SAR TLVs, of which all must be there (§5.3.2.22).
    package init?(sarReference: UInt16?, total: UInt8?, sequence: UInt8?) {
        guard let sarReference, let total, let sequence else { return nil }
        self.init(scheme: .sar, reference: sarReference, total: total, sequence: sequence)
    }
}

/// The user data header in front of a short message (3GPP TS 23.040 §9.2.3.24), which esm_class 0x40 announces
/// (SMPP 3.4 §5.2.12).
package struct UserDataHeader: Sendable, Hashable {
    /// One information element.
    package struct Element: Sendable, Hashable {
        /// What it is.
        package let identifier: UInt8
        /// Its octets.
        package let data: [UInt8]
    }

    /// The elements, in order.
    package let elements: [Element]
    /// How many octets of the user data the header takes, with the one that gives its length.
    package let length: Int
    /// Whether the header does not fit the user data, or an element does not fit the header. What could be read
    /// is in ``elements``.
    package let isDamaged: Bool

    /// Reads the header at the beginning of user data; `nil` for no octets at all. Never reads beyond them.
    package init?(_ octets: UnsafeBufferPointer<UInt8>) {
        guard let announced = octets.first else { return nil }
        let end = min(octets.count, Int(announced) + 1)
        var damaged = end <= Int(announced)
        var elements: [Element] = []
        var index = 1
        while index < end {
            guard index + 1 < end else {
                damaged = true
                break
            }
            let start = index + 2
            let stop = start + Int(octets[index + 1])
            guard stop <= end else {
                damaged = true
                break
            }
            elements.append(Element(identifier: octets[index], data: Array(octets[start..<stop])))
            index = stop
        }
        self.elements = elements
        length = end
        isDamaged = damaged
    }

    /// Reads the header at the beginning of an array of octets.
    package init?(_ octets: [UInt8]) {
        guard let header = octets.withUnsafeBufferPointer({ UserDataHeader($0) }) else { return nil }
        self = header
    }

    /// The concatenation; of several elements the last valid one counts (§9.2.3.24).
    package var concatenation: Concatenation? {
        for element in elements.reversed() {
            let data = element.data
            var found: Concatenation?
            switch (element.identifier, data.count) {
            case (0x00, 3):
                found = Concatenation(
                    scheme: .reference8, reference: UInt16(data[0]), total: data[1], sequence: data[2])
            case (0x08, 4):
                found = Concatenation(
                    scheme: .reference16, reference: UInt16(data[0]) << 8 | UInt16(data[1]), total: data[2],
                    sequence: data[3])
            default:
                break
            }
            if let found { return found }
        }
        return nil
    }

    /// Destination and source port (elements 0x04 and 0x05, §9.2.3.24.3 and §9.2.3.24.4).
    package var ports: (destination: UInt16, source: UInt16)? {
        for element in elements.reversed() {
            let data = element.data
            switch (element.identifier, data.count) {
            case (0x04, 2): return (UInt16(data[0]), UInt16(data[1]))
            case (0x05, 4):
                return (UInt16(data[0]) << 8 | UInt16(data[1]), UInt16(data[2]) << 8 | UInt16(data[3]))
            default: break
            }
        }
        return nil
    }
}
