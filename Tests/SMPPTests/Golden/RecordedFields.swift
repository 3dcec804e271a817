// SPDX-License-Identifier: GPL-3.0-or-later

@testable import SMPP

extension PDU {
    /// The fields under the names of the specification, as in the recorded files.
    var recordedFields: [String: RecordedValue] {
        var fields = body.recordedFields
        fields["command_id"] = RecordedValue(command.rawValue)
        fields["command_status"] = RecordedValue(status.rawValue)
        fields["sequence_number"] = RecordedValue(sequence)
        if fields["optional"] == nil { fields["optional"] = .list([]) }
        return fields
    }
}

extension PDU.Body {
    fileprivate var recordedFields: [String: RecordedValue] {
        switch self {
        case .bind(_, let bind):
            [
                "system_id": .text(bind.systemID), "password": .text(bind.password),
                "system_type": .text(bind.systemType), "interface_version": RecordedValue(bind.interfaceVersion),
                "optional": optional(bind.parameters),
            ].merging(address("addr", bind.addressRange, value: "address_range")) { first, _ in first }
        case .bindResponse(_, let response):
            ["system_id": .text(response.systemID), "optional": optional(response.parameters)]
        case .outbind(let outbind):
            ["system_id": .text(outbind.systemID), "password": .text(outbind.password)]
        case .submitSM(let message): Self.fields(of: message.fields)
        case .deliverSM(let message): Self.fields(of: message.fields)
        case .submitMulti(let multi): Self.fields(of: multi)
        case .submitMultiResponse(let response): Self.fields(of: response)
        case .dataSM(let data): Self.fields(of: data)
        case .submitSMResponse(let response), .deliverSMResponse(let response), .dataSMResponse(let response),
            .broadcastSMResponse(let response), .queryBroadcastSMResponse(let response):
            ["message_id": .text(response.messageID), "optional": optional(response.parameters)]
        case .querySM(let query):
            ["message_id": .text(query.messageID)].merging(address("source_addr", query.source)) { first, _ in first }
        case .querySMResponse(let response):
            [
                "message_id": .text(response.messageID), "final_date": .text(response.finalDate),
                "message_state": RecordedValue(response.messageState), "error_code": RecordedValue(response.errorCode),
                "optional": optional(response.parameters),
            ]
        case .cancelSM(let cancel):
            ["service_type": .text(cancel.serviceType), "message_id": .text(cancel.messageID)]
                .merging(address("source_addr", cancel.source)) { first, _ in first }
                .merging(address("dest_addr", cancel.destination, value: "destination_addr")) { first, _ in first }
        case .replaceSM(let replace): Self.fields(of: replace)
        case .alertNotification(let alert):
            ["optional": optional(alert.parameters)]
                .merging(address("source_addr", alert.source)) { first, _ in first }
                .merging(address("esme_addr", alert.esme)) { first, _ in first }
        case .unbind, .unbindResponse, .genericNack, .enquireLink, .enquireLinkResponse, .cancelSMResponse,
            .replaceSMResponse, .cancelBroadcastSMResponse:
            [:]
        case .broadcastSM(let broadcast): Self.fields(of: broadcast)
        case .queryBroadcastSM(let query):
            ["message_id": .text(query.messageID), "optional": optional(query.parameters)]
                .merging(address("source_addr", query.source)) { first, _ in first }
        case .cancelBroadcastSM(let cancel):
            [
                "service_type": .text(cancel.serviceType), "message_id": .text(cancel.messageID),
                "optional": optional(cancel.parameters),
            ].merging(address("source_addr", cancel.source)) { first, _ in first }
        }
    }

    private static func fields(of message: MessageFields) -> [String: RecordedValue] {
        var fields: [String: RecordedValue] = [
            "service_type": .text(message.serviceType), "esm_class": RecordedValue(message.esmClass.rawValue),
            "protocol_id": RecordedValue(message.protocolID), "priority_flag": RecordedValue(message.priority),
            "schedule_delivery_time": .text(message.scheduleDeliveryTime),
            "validity_period": .text(message.validityPeriod),
            "registered_delivery": RecordedValue(message.registeredDelivery),
            "replace_if_present_flag": RecordedValue(message.replaceIfPresent),
            "data_coding": RecordedValue(message.dataCoding),
            "sm_default_msg_id": RecordedValue(message.defaultMessageID),
            "short_message": RecordedValue(hex: message.shortMessage), "optional": optional(message.parameters),
        ]
        fields.merge(address("source_addr", message.source)) { first, _ in first }
        fields.merge(address("dest_addr", message.destination, value: "destination_addr")) { first, _ in first }
        return fields
    }

    private static func fields(of multi: SubmitMulti) -> [String: RecordedValue] {
        var fields = fields(of: multi.fields)
        fields["dest_address"] = .list(
            multi.destinations.map { destination in
                switch destination {
                case .address(let one):
                    ["dest_flag": .number(1)].merging(
                        address("dest_addr", one, value: "destination_addr")
                    ) { first, _ in first }
                case .distributionList(let name): ["dest_flag": .number(2), "dl_name": .text(name)]
                }
            })
        return fields
    }

    private static func fields(of response: SubmitMultiResponse) -> [String: RecordedValue] {
        let failures = response.failures.map { failure in
            ["error_status_code": RecordedValue(failure.status.rawValue)].merging(
                address("dest_addr", failure.destination, value: "destination_addr")
            ) { first, _ in first }
        }
        return [
            "message_id": .text(response.messageID), "unsuccess_sme": .list(failures),
            "optional": optional(response.parameters),
        ]
    }

    private static func fields(of broadcast: BroadcastSM) -> [String: RecordedValue] {
        [
            "service_type": .text(broadcast.serviceType), "message_id": .text(broadcast.messageID),
            "priority_flag": RecordedValue(broadcast.priority),
            "schedule_delivery_time": .text(broadcast.scheduleDeliveryTime),
            "validity_period": .text(broadcast.validityPeriod),
            "replace_if_present_flag": RecordedValue(broadcast.replaceIfPresent),
            "data_coding": RecordedValue(broadcast.dataCoding),
            "sm_default_msg_id": RecordedValue(broadcast.defaultMessageID),
            "optional": optional(broadcast.parameters),
        ].merging(address("source_addr", broadcast.source)) { first, _ in first }
    }

    private static func fields(of data: DataSM) -> [String: RecordedValue] {
        [
            "service_type": .text(data.serviceType), "esm_class": RecordedValue(data.esmClass.rawValue),
            "registered_delivery": RecordedValue(data.registeredDelivery),
            "data_coding": RecordedValue(data.dataCoding), "optional": optional(data.parameters),
        ].merging(address("source_addr", data.source)) { first, _ in first }
            .merging(address("dest_addr", data.destination, value: "destination_addr")) { first, _ in first }
    }

    private static func fields(of replace: ReplaceSM) -> [String: RecordedValue] {
        [
            "message_id": .text(replace.messageID), "schedule_delivery_time": .text(replace.scheduleDeliveryTime),
            "validity_period": .text(replace.validityPeriod),
            "registered_delivery": RecordedValue(replace.registeredDelivery),
            "sm_default_msg_id": RecordedValue(replace.defaultMessageID),
            "short_message": RecordedValue(hex: replace.shortMessage), "optional": optional(replace.parameters),
        ].merging(address("source_addr", replace.source)) { first, _ in first }
    }
}

private func optional(_ parameters: [OptionalParameter]) -> RecordedValue {
    .list(parameters.map { ["tag": RecordedValue($0.tag.rawValue), "value": RecordedValue(hex: $0.value)] })
}

private func address(_ prefix: String, _ address: Address, value: String? = nil) -> [String: RecordedValue] {
    [
        prefix + "_ton": RecordedValue(address.typeOfNumber.rawValue),
        prefix + "_npi": RecordedValue(address.plan.rawValue),
        value ?? prefix: .text(address.value),
    ]
}
