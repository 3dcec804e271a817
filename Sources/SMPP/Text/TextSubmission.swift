// SPDX-License-Identifier: GPL-3.0-or-later

/// The parts of one submit_sm that a text decides, all but the reference of its segments.
struct TextSubmission: Hashable, Sendable {
    var dataCoding: UInt8
    /// Header and text.
    var octets: [UInt8]
    var hasUserDataHeader: Bool
    /// Where the concatenation's reference stands in the octets.
    var referenceOffset: Int?
    /// Whether it has 16 bits.
    var isWide = false
    var isPayload = false
    /// Of the sar_* parameters.
    var sar: SAR?

    struct SAR: Hashable, Sendable {
        var total: UInt8
        var sequence: UInt8
    }

    static func all(of choice: TextChoice, scalars: [Unicode.Scalar]) -> [TextSubmission] {
        let coding = choice.coding
        let shifts = coding.shiftElements
        let concatenation = coding.options.concatenation
        let count = choice.segments.count
        func submission(_ range: Range<Int>, elements: [UInt8]) -> TextSubmission {
            let header = elements.isEmpty ? [] : [UInt8(elements.count)] + elements
            return TextSubmission(
                dataCoding: coding.dataCoding, octets: coding.octets(of: scalars[range], header: header),
                hasUserDataHeader: !header.isEmpty)
        }
        // A text of one segment needs no concatenation, and every SMSC takes it in short_message.
        if count == 1 { return [submission(0..<scalars.count, elements: shifts)] }
        if concatenation == .payload {
            var whole = submission(0..<scalars.count, elements: shifts)
            whole.isPayload = true
            return [whole]
        }
        return choice.segments.enumerated().map { index, segment in
            let total = UInt8(clamping: count)
            let sequence = UInt8(clamping: index + 1)
            var one: TextSubmission
            switch concatenation {
            case .udh8:
                one = submission(segment.scalars, elements: [0x00, 3, 0, total, sequence] + shifts)
                one.referenceOffset = 3
            case .udh16:
                one = submission(segment.scalars, elements: [0x08, 4, 0, 0, total, sequence] + shifts)
                one.referenceOffset = 3
                one.isWide = true
            case .sar, .payload:
                one = submission(segment.scalars, elements: shifts)
                one.sar = SAR(total: total, sequence: sequence)
            }
            return one
        }
    }
}

extension SegmentedText {
    /// Puts a segment into the fields of a submit_sm: data_coding, the UDHI bit of esm_class, short_message or
    /// message_payload, and the sar_* parameters; other fields and parameters stay.
    ///
    /// - Parameters:
    ///   - segment: From 0, below ``submits``.
    ///   - reference: The same for all segments of a message, another for the recipient's next message. Of a
    ///     concatenation with an 8 bit reference its low octet counts.
    package func apply(segment: Int, reference: UInt16, to fields: inout MessageFields) {
        let submission = submissions[segment]
        if !fields.parameters.isEmpty {
            fields.parameters.removeAll { SegmentedText.ownParameters.contains($0.tag) }
        }
        fields.dataCoding = submission.dataCoding
        if submission.hasUserDataHeader {
            fields.esmClass.insert(.userDataHeader)
        } else {
            fields.esmClass.remove(.userDataHeader)
        }
        if submission.isPayload {
            fields.shortMessage = []
            fields.parameters.append(OptionalParameter(.messagePayload, submission.octets))
            return
        }
        fields.shortMessage = submission.octets
        if let offset = submission.referenceOffset {
            if submission.isWide {
                fields.shortMessage[offset] = UInt8(reference >> 8)
                fields.shortMessage[offset + 1] = UInt8(reference & 0xFF)
            } else {
                fields.shortMessage[offset] = UInt8(reference & 0xFF)
            }
        }
        if let sar = submission.sar {
            fields.parameters.append(OptionalParameter(.sarMessageReference, reference))
            fields.parameters.append(OptionalParameter(.sarTotalSegments, sar.total))
            fields.parameters.append(OptionalParameter(.sarSegmentSequence, sar.sequence))
        }
    }

    private static let ownParameters: [ParameterTag] = [
        .messagePayload, .sarMessageReference, .sarTotalSegments, .sarSegmentSequence,
    ]
}
