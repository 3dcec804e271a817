// SPDX-License-Identifier: GPL-3.0-or-later

/// A text in an encoding, cut into segments.
struct TextChoice {
    struct Segment {
        /// Places in the text's scalars.
        var scalars: Range<Int>
        var units: Int
    }

    let coding: TextCoding
    let segments: [Segment]
    /// Octets of user data on the air, of all segments.
    let octets: Int
    /// Units of all segments.
    let units: Int

    /// Whether it costs less: fewer segments, else fewer octets.
    func isCheaper(than other: TextChoice) -> Bool {
        (segments.count, octets) < (other.segments.count, other.octets)
    }

    /// Whether a text is better sent with characters replaced, of which this is the choice: it costs less, or not
    /// more and needs no more than the default alphabet.
    func isPreferable(to original: TextChoice) -> Bool {
        if isCheaper(than: original) { return true }
        return segments.count == original.segments.count && coding.isPlain && !original.coding.isPlain
    }
}

/// Finds the cheapest encoding of a text: the default alphabet where it has all characters; else that of the fewest
/// segments, then octets on the air, then the simplest.
struct TextChooser {
    let options: TextOptions
    let scalars: [Unicode.Scalar]
    /// Where the grapheme clusters end.
    private let clusterEnds: [Int]
    /// What each scalar is among the different ones.
    private let indices: [Int]
    private let different: [Unicode.Scalar]
    private let counts: [Int]

    /// Takes a normalised text.
    init(_ text: String, options: TextOptions) {
        self.options = options
        scalars = Array(text.unicodeScalars)
        var ends: [Int] = []
        ends.reserveCapacity(scalars.count)
        var end = 0
        for character in text {
            end += character.unicodeScalars.count
            ends.append(end)
        }
        clusterEnds = ends
        var places: [Unicode.Scalar: Int] = [:]
        var different: [Unicode.Scalar] = []
        var counts: [Int] = []
        indices = scalars.map { scalar in
            if let place = places[scalar] {
                counts[place] += 1
                return place
            }
            places[scalar] = different.count
            different.append(scalar)
            counts.append(1)
            return different.count - 1
        }
        self.different = different
        self.counts = counts
    }

    /// UTF-16 has every character, so that there is always one.
    func best() -> TextChoice {
        var best = cut(.ucs2, costs: different.map { UTF16.width($0) })
        // From the least simple to the simplest, so that the simplest of equals stays.
        for (encoding, costs) in others().reversed() {
            let coding = TextCoding(encoding: encoding, options: options)
            let units = zip(costs, counts).reduce(0) { $0 + $1.0 * $1.1 }
            guard lowestCount(units, coding) <= best.segments.count else { continue }
            let choice = cut(encoding, costs: costs)
            // Octets alone are no reason for a header that a telephone may not know.
            let isPlain = coding.isPlain && choice.segments.count <= best.segments.count
            if isPlain || !best.isCheaper(than: choice) { best = choice }
        }
        return best
    }

    /// Segments that so many units take at least.
    private func lowestCount(_ units: Int, _ coding: TextCoding) -> Int {
        if units <= coding.capacity(isConcatenated: false) { return 1 }
        let capacity = coding.capacity(isConcatenated: true)
        return (units + capacity - 1) / capacity
    }

    // MARK: - Encodings

    /// The encodings besides UTF-16 that have all characters, the simplest first, with the units of each of the
    /// different characters.
    private func others() -> [(TextEncoding, [Int])] {
        switch options.alphabet {
        case .gsmUnpacked, .gsmPacked: return gsm()
        case .latin1: return different.allSatisfy { $0.value < 0x100 } ? [(.latin1, different.map { _ in 1 })] : []
        case .ascii:
            if different.allSatisfy(\.isASCII) {
                // The SMSC makes GSM of it, where some of these characters need an escape.
                return [(.ascii, different.map { GSMAlphabet.standard.cost(of: $0) ?? 1 })]
            }
            // No data_coding says both ISO 8859-1 and class 0.
            guard !options.flash, different.allSatisfy({ $0.value < 0x100 }) else { return [] }
            return [(.latin1, different.map { _ in 1 })]
        }
    }

    private func gsm() -> [(TextEncoding, [Int])] {
        let plain = different.map { GSMAlphabet.standard.cost(of: $0) }
        var found: [(TextEncoding, [Int])] = []
        if !plain.contains(nil) { found.append((.gsm(locking: nil, single: nil), plain.compactMap { $0 })) }
        // Every telephone knows the default alphabet. The tables of another language could save its escapes, but who
        // does not know them would read nonsense: they stand in for UTF-16 only.
        guard options.shiftTables, found.isEmpty else { return found }
        let languages = NationalLanguage.allCases
        let lockable = languages.filter(\.hasLockingTable)
        let pairs: [(NationalLanguage?, NationalLanguage?)] =
            languages.map { (nil, $0) } + lockable.map { ($0, nil) } + lockable.map { ($0, $0) }
            + lockable.flatMap { locking in languages.filter { $0 != locking }.map { (locking, $0) } }
        for (locking, single) in pairs {
            let alphabet = GSMAlphabet(locking: locking, single: single)
            var costs: [Int] = []
            costs.reserveCapacity(different.count)
            for scalar in different {
                guard let cost = alphabet.cost(of: scalar) else { break }
                costs.append(cost)
            }
            if costs.count == different.count { found.append((.gsm(locking: locking, single: single), costs)) }
        }
        return found
    }

    // MARK: - Cutting

    /// Fills segment after segment. A cluster stays whole unless it is longer than a segment, a scalar always.
    private func cut(_ encoding: TextEncoding, costs: [Int]) -> TextChoice {
        let coding = TextCoding(encoding: encoding, options: options)
        let total = zip(costs, counts).reduce(0) { $0 + $1.0 * $1.1 }
        if total <= coding.capacity(isConcatenated: false) {
            return TextChoice(
                coding: coding, segments: [.init(scalars: 0..<scalars.count, units: total)],
                octets: coding.octetsOnAir(units: total, isConcatenated: false), units: total)
        }
        let capacity = coding.capacity(isConcatenated: true)
        var segments: [TextChoice.Segment] = []
        var current = TextChoice.Segment(scalars: 0..<0, units: 0)
        func add(_ end: Int, _ units: Int) {
            if current.units + units > capacity {
                segments.append(current)
                current = .init(scalars: current.scalars.upperBound..<current.scalars.upperBound, units: 0)
            }
            current.scalars = current.scalars.lowerBound..<end
            current.units += units
        }
        var start = 0
        for end in clusterEnds {
            let units = (start..<end).reduce(0) { $0 + costs[indices[$1]] }
            if units <= capacity {
                add(end, units)
            } else {
                for place in start..<end { add(place + 1, costs[indices[place]]) }
            }
            start = end
        }
        segments.append(current)
        let octets = segments.reduce(0) { $0 + coding.octetsOnAir(units: $1.units, isConcatenated: true) }
        return TextChoice(coding: coding, segments: segments, octets: octets, units: total)
    }
}
