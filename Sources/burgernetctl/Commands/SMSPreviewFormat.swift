// SPDX-License-Identifier: GPL-3.0-or-later
import SMPP

/// A planned message as `sms preview` tells of it.
struct SMSPreview {
    let segmented: SegmentedText
    let sender: (text: String, address: Address)?
    let recipients: Int?
    let price: Price?

    var count: Int { recipients ?? 1 }
    private var alphabetName: String {
        switch segmented.options.alphabet {
        case .gsmUnpacked, .gsmPacked: "GSM"
        case .latin1: "Latin-1"
        case .ascii: "ASCII"
        }
    }

    /// The segments as a telephone shows them: what goes out, decoded. An SMSC that cuts a payload itself gives
    /// the segments that are billed.
    var shown: [String] {
        guard segmented.submits == segmented.segments.count else { return segmented.segments.map(\.text) }
        return segmented.segments.indices.map { index in
            var fields = MessageFields()
            segmented.apply(segment: index, reference: 1, to: &fields)
            let isHeaded = fields.esmClass.contains(.userDataHeader)
            return TextDecoder.decode(
                fields.content, dataCoding: fields.dataCoding, hasUserDataHeader: isHeaded,
                alphabet: segmented.options.alphabet
            ).text
        }
    }

    // MARK: - For people

    func lines() -> [String] {
        var rows: [(String, String)] = [
            ("Encoding", segmented.encoding.name + (segmented.options.flash ? ", flash" : ""))
        ]
        rows.append(
            (
                "Length",
                "\(counted(segmented.text.count, "character")), \(segmented.unitsUsed) \(unit(segmented.unitsUsed)), "
                    + "\(segmented.unitsFreeInLast) free in the last segment"
            ))
        rows.append(("Segments", "\(segmented.segments.count)"))
        rows.append(("Submits", "\(segmented.submits) submit_sm for each recipient"))
        rows.append(("Cost", cost))
        if let sender { rows.append(("Sender", "\(sender.text) (\(senderKind(sender.address)))")) }
        var lines = rows.map { $0.0 + String(repeating: " ", count: 10 - $0.0.count) + printable($0.1) }
        for (index, (segment, text)) in zip(segmented.segments, shown).enumerated() {
            lines.append("")
            lines.append(
                "Segment \(index + 1) of \(segmented.segments.count), \(segment.units) of \(segment.capacity) "
                    + "\(segmented.encoding.unitName):")
            // Bars show where a line begins and ends, spaces included.
            for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
                lines.append("  |\(printable(String(line)))|")
            }
        }
        let remarks = remarks()
        return lines + (remarks.isEmpty ? [] : [""] + remarks.map(printable))
    }

    private var cost: String {
        let billed = segmented.billedSegments
        var text = "\(counted(billed, "segment")) billed for each recipient"
        if let price { text += ", \((price * billed).amount) EUR" }
        guard let recipients else { return text }
        text += "; \(counted(billed * recipients, "segment")) for \(counted(recipients, "recipient"))"
        if let price { text += ", \((price * (billed * recipients)).amount) EUR" }
        return text
    }

    private func remarks() -> [String] {
        var remarks: [String] = []
        let outside = segmented.costly.filter { $0.reason == .outsideAlphabet }
        if !outside.isEmpty {
            let total = outside.reduce(0) { $0 + $1.count }
            remarks.append("\(counted(total, "character")) outside \(alphabetName): \(list(outside.map(describe)))")
        }
        let escaped = segmented.costly.filter { $0.reason == .escaped }
        if !escaped.isEmpty {
            let total = escaped.reduce(0) { $0 + $1.count }
            let verb = total == 1 ? "costs" : "cost"
            remarks.append(
                "\(counted(total, "character")) \(verb) two septets each: \(list(escaped.map(describe)))")
        }
        if !segmented.replacements.isEmpty {
            remarks.append("Transliterated: \(list(segmented.replacements.map(describe)))")
        }
        if let offer = segmented.transliterationOffer {
            let saved = segmented.billedSegments - offer.segments
            var text =
                "Transliteration (--transliterate) would save \(counted(saved, "segment")): \(offer.segments) "
                + "instead of \(segmented.billedSegments), in \(offer.encoding.name)"
            if let price { text += ", \((price * (saved * count)).amount) EUR less" }
            remarks.append(text + ": " + list(offer.replacements.map(describe)))
        }
        return remarks
    }

    private func describe(_ character: CostlyCharacter) -> String {
        name(character.character, character.codePoints) + times(character.count)
    }

    private func describe(_ replacement: TextReplacement) -> String {
        let to = replacement.to.isEmpty ? "left out" : replacement.to == " " ? "a space" : replacement.to
        return "\(name(replacement.from, replacement.codePoints)) becomes \(to)" + times(replacement.count)
    }

    /// Spaces, marks and what is invisible are named by their code points alone.
    private func name(_ character: String, _ codePoints: String) -> String {
        let isVisible = character.unicodeScalars.first.map { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator, .nonspacingMark,
                .enclosingMark, .spacingMark:
                false
            default: true
            }
        }
        return isVisible == true ? "\(character) (\(codePoints))" : codePoints
    }

    private func times(_ count: Int) -> String { count == 1 ? "" : " \(count) times" }

    private func list(_ entries: [String]) -> String {
        let most = 12
        let rest = entries.count - most
        return entries.prefix(most).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }

    private func unit(_ count: Int) -> String {
        let name = segmented.encoding.unitName
        return count == 1 ? String(name.dropLast()) : name
    }

    private func senderKind(_ address: Address) -> String {
        switch address.typeOfNumber {
        case .international: "international number"
        case .alphanumeric: "name, \(address.value.count) of 11 characters; it cannot be answered"
        case .networkSpecific: "short code"
        default: "number"
        }
    }
}
