// SPDX-License-Identifier: GPL-3.0-or-later

/// An encoding as one SMSC takes it: what fits a segment, and the octets.
struct TextCoding {
    let encoding: TextEncoding
    let options: TextOptions

    /// Whether it is the SMSC's default alphabet without further tables.
    var isPlain: Bool {
        switch encoding {
        case .gsm(nil, nil), .ascii: true
        case .latin1: options.alphabet == .latin1
        case .gsm, .ucs2: false
        }
    }

    /// Octets of user data in one short message (3GPP TS 23.040 section 9.2.3.16).
    static let userDataOctets = 140

    /// Octets of the header that reach the telephone, its length octet included. With SAR and message_payload
    /// the SMSC adds a concatenation of its own, taken to be the one with an 8 bit reference.
    func headerOctets(isConcatenated: Bool) -> Int {
        var octets = shiftElements.count
        if isConcatenated { octets += options.concatenation == .udh16 ? 6 : 5 }
        return octets == 0 ? 0 : octets + 1
    }

    /// Units that fit one segment.
    func capacity(isConcatenated: Bool) -> Int {
        let left = TextCoding.userDataOctets - headerOctets(isConcatenated: isConcatenated)
        return switch encoding {
        case .gsm, .ascii: left * 8 / 7
        case .latin1: left
        case .ucs2: left / 2
        }
    }

    /// Octets of user data on the air.
    func octetsOnAir(units: Int, isConcatenated: Bool) -> Int {
        let header = headerOctets(isConcatenated: isConcatenated)
        return switch encoding {
        case .gsm, .ascii: SeptetPacking.octets(headerOctets: header, septets: units)
        case .latin1: header + units
        case .ucs2: header + units * 2
        }
    }

    /// The information elements of the tables.
    var shiftElements: [UInt8] {
        guard case .gsm(let locking, let single) = encoding else { return [] }
        return (single.map { [0x24, 1, $0.rawValue] } ?? []) + (locking.map { [0x25, 1, $0.rawValue] } ?? [])
    }

    var dataCoding: UInt8 {
        switch encoding {
        case .gsm, .ascii: options.flash ? 0x10 : 0
        case .latin1 where options.alphabet == .latin1: options.flash ? 0x10 : 0
        case .latin1: options.latin1DataCoding
        case .ucs2: options.flash ? 0x18 : options.ucs2DataCoding
        }
    }

    /// The octets of a text that the encoding has, behind a header.
    func octets(of scalars: some Sequence<Unicode.Scalar>, header: [UInt8]) -> [UInt8] {
        var octets: [UInt8] = []
        switch encoding {
        case .gsm(let locking, let single):
            let alphabet = GSMAlphabet(locking: locking, single: single)
            for scalar in scalars {
                let isKnown = alphabet.append(scalar, to: &octets)
                precondition(isKnown, "\(codePointName(scalar)) is not in \(encoding.name)")
            }
            if options.alphabet == .gsmPacked { return SeptetPacking.pack(octets, header: header) }
        case .latin1, .ascii:
            for scalar in scalars { octets.append(UInt8(scalar.value)) }
        case .ucs2:
            for scalar in scalars {
                for unit in UTF16.encode(scalar) ?? .init() {
                    octets.append(UInt8(unit >> 8))
                    octets.append(UInt8(unit & 0xFF))
                }
            }
        }
        return header + octets
    }
}
