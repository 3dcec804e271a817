// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import SMPP

/// Why an action's text cannot be sent over an SMSC.
package enum MessageTemplateError: Error, Equatable, Sendable, CustomStringConvertible {
    case noText
    case noSender
    case sender(String)
    case text(String)
    case severalSegmentsCannotReplace(Int)

    package var description: String {
        switch self {
        case .noText: "there is no text"
        case .noSender: "neither the action nor the SMSC names a sender"
        case .sender(let text):
            "the sender \"\(text)\" is neither a number, a short code nor 1 to 11 letters and digits"
        case .text(let reason): reason
        case .severalSegmentsCannotReplace(let count):
            "only a message of one segment can replace an earlier one; this one has \(count)"
        }
    }
}

/// An action's text as one SMSC wants it: all that is the same for each recipient.
package struct MessageTemplate: Sendable {
    package let text: SegmentedText
    package let sender: String
    /// As CDRs name it.
    package let encoding: String
    private let fields: MessageFields
    /// Of a text that is one submit, how it is written; nil: it is several.
    private let whole: MessageFields?
    private let usesDataSM: Bool
    private let addresses: SMSCSettings.AddressTypes
    private let sendsReference: Bool

    package init(_ definition: ActionDefinition, _ smsc: SMSCSettings) throws(MessageTemplateError) {
        guard let message = definition.text else { throw .noText }
        var options = smsc.text
        options.transliterate = message.mayTransliterate
        options.flash = message.isFlash
        do {
            text = try SegmentedText(message.text, options: options)
        } catch {
            throw .text("\(error)")
        }
        encoding = text.encoding.name
        sender = message.sender ?? smsc.sender
        guard !sender.isEmpty else { throw .noSender }
        guard let source = Address(sender: sender) else { throw .sender(sender) }
        guard !message.replacesEarlier || text.submits == 1 else {
            throw .severalSegmentsCannotReplace(text.submits)
        }
        usesDataSM = smsc.usesDataSM
        addresses = smsc.addresses
        sendsReference = smsc.sendsReference
        var fields = MessageFields()
        fields.serviceType = smsc.serviceType
        fields.source = source.typed(addresses.sourceTON, addresses.sourceNPI)
        fields.priority = message.priorityFlag ?? (definition.priority == .lifeThreat ? 1 : 0)
        fields.registeredDelivery = message.wantsReceipts ? 1 : 0
        fields.replaceIfPresent = message.replacesEarlier ? 1 : 0
        fields.scheduleDeliveryTime = message.deliverAt.map(absoluteTime) ?? ""
        self.fields = fields
        if text.submits == 1 {
            text.apply(segment: 0, reference: 0, to: &fields)
            whole = fields
        } else {
            whole = nil
        }
    }

    /// Whether it can be put in the place of another text at the SMSC: replace_sm has a new short_message, and neither a new
    /// data_coding nor a new esm_class (SMPP 3.4 section 4.10.1).
    func canReplace(_ other: MessageTemplate) -> Bool {
        guard let whole, let former = other.whole, !usesDataSM, !whole.shortMessage.isEmpty,
            !former.shortMessage.isEmpty
        else { return false }
        return whole.dataCoding == former.dataCoding && whole.esmClass == former.esmClass && sender == other.sender
            && whole.scheduleDeliveryTime.isEmpty && former.scheduleDeliveryTime.isEmpty
    }

    /// Takes the place of the message of this id.
    func replacement(of messageID: String, validity: String) -> PDU.Body {
        .replaceSM(
            ReplaceSM(
                messageID: messageID, source: fields.source, validityPeriod: validity,
                registeredDelivery: fields.registeredDelivery, shortMessage: whole?.shortMessage ?? []))
    }

    /// One segment for one recipient.
    func body(number: String, attempt: AttemptID, segment: Int, reference: UInt16, validity: String) -> PDU.Body {
        var fields = fields
        fields.destination = Address.e164(number).typed(addresses.destinationTON, addresses.destinationNPI)
        fields.validityPeriod = validity
        fields.parameters.reserveCapacity(4)
        // All segments of a message carry one reference; the attempt's number is unique for long enough.
        text.apply(segment: segment, reference: UInt16(truncatingIfNeeded: attempt.value), to: &fields)
        if sendsReference { fields.parameters.append(OptionalParameter(.userMessageReference, reference)) }
        guard usesDataSM else { return .submitSM(SubmitSM(fields)) }
        var data = DataSM()
        data.serviceType = fields.serviceType
        data.source = fields.source
        data.destination = fields.destination
        data.esmClass = fields.esmClass
        data.registeredDelivery = fields.registeredDelivery
        data.dataCoding = fields.dataCoding
        data.parameters = fields.parameters
        if !fields.shortMessage.isEmpty {
            data.parameters.append(OptionalParameter(.messagePayload, fields.shortMessage))
        }
        return .dataSM(data)
    }
}

extension Address {
    /// With another type and plan where one is given.
    func typed(_ type: UInt8?, _ plan: UInt8?) -> Address {
        Address(
            type.map(TypeOfNumber.init(rawValue:)) ?? typeOfNumber,
            plan.map(NumberingPlanIndicator.init(rawValue:)) ?? self.plan, value)
    }
}

/// `YYMMDDhhmmss000R` (SMPP 3.4 section 7.1.1.2), at least a minute, at most 99 days.
func relativeTime(_ interval: Interval) -> String {
    let seconds = min(max(60, interval.microseconds / 1_000_000), 99 * 86_400)
    return "0000" + twoDigits(seconds / 86_400) + twoDigits(seconds / 3600 % 24) + twoDigits(seconds / 60 % 60)
        + twoDigits(seconds % 60) + "000R"
}

/// `YYMMDDhhmmsst00+` in UTC (SMPP 3.4 section 7.1.1.1).
func absoluteTime(_ time: Timestamp) -> String {
    // 2026-11-24T13:30:41.123Z
    let text = Array(time.description.utf8)
    let digits = text.filter { (48...57).contains($0) }
    return String(decoding: digits[2..<14], as: UTF8.self) + "000+"
}

private func twoDigits(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
