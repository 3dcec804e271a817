// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import SMPP

extension SMSPreview {
    /// One object, without a line end.
    func json() throws -> [UInt8] {
        let segments = zip(segmented.segments, shown).map {
            Document.Segment(text: $1, units: $0.units, capacity: $0.capacity)
        }
        let document = Document(
            encoding: segmented.encoding.name, unit: segmented.encoding.unitName, text: segmented.text,
            characters: segmented.text.count, units: segmented.unitsUsed, free: segmented.unitsFreeInLast,
            segments: segments,
            submits: segmented.submits, billedPerRecipient: segmented.billedSegments,
            recipients: recipients, billed: recipients.map { $0 * segmented.billedSegments },
            amount: price.map { ($0 * (segmented.billedSegments * count)).amount },
            outside: segmented.costly.filter { $0.reason == .outsideAlphabet }.map(Document.Costly.init),
            escaped: segmented.costly.filter { $0.reason == .escaped }.map(Document.Costly.init),
            replacements: segmented.replacements.map(Document.Replacement.init),
            transliteration: segmented.transliterationOffer.map {
                Document.Offer(
                    segments: $0.segments, encoding: $0.encoding.name, text: $0.text,
                    replacements: $0.replacements.map(Document.Replacement.init))
            })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(document))
    }
}

/// The object of `--json`; amounts are text in EUR.
private struct Document: Encodable {
    struct Segment: Encodable {
        let text: String
        let units: Int
        let capacity: Int
    }

    struct Costly: Encodable {
        let character: String
        let codePoints: String
        let count: Int

        enum CodingKeys: String, CodingKey {
            case character, count
            case codePoints = "code-points"
        }

        init(_ costly: CostlyCharacter) {
            (character, codePoints, count) = (costly.character, costly.codePoints, costly.count)
        }
    }

    struct Replacement: Encodable {
        let from: String
        let codePoints: String
        let to: String
        let count: Int

        enum CodingKeys: String, CodingKey {
            case from, to, count
            case codePoints = "code-points"
        }

        init(_ replacement: TextReplacement) {
            (from, codePoints) = (replacement.from, replacement.codePoints)
            (to, count) = (replacement.to, replacement.count)
        }
    }

    struct Offer: Encodable {
        let segments: Int
        let encoding: String
        let text: String
        let replacements: [Replacement]
    }

    let encoding: String
    let unit: String
    let text: String
    let characters: Int
    let units: Int
    let free: Int
    let segments: [Segment]
    let submits: Int
    let billedPerRecipient: Int
    let recipients: Int?
    let billed: Int?
    let amount: String?
    let outside: [Costly]
    let escaped: [Costly]
    let replacements: [Replacement]
    let transliteration: Offer?

    enum CodingKeys: String, CodingKey {
        case encoding, unit, text, characters, units, free, segments, submits, recipients, billed, amount, outside
        case escaped, replacements, transliteration
        case billedPerRecipient = "billed-per-recipient"
    }
}
