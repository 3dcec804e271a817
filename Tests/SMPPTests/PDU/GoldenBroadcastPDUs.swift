// SPDX-License-Identifier: GPL-3.0-or-later

@testable import SMPP

extension GoldenPDU {
    /// SMPP 5.0 sections 4.4, 4.6.1 to 4.6.4.
    static let broadcast: [GoldenPDU] = [
        GoldenPDU(
            "broadcast_sm",
            PDU(
                .broadcastSM(
                    .alert {
                        $0.serviceType = "CBS"
                        $0.messageID = "7"
                        $0.priority = 1
                        $0.validityPeriod = "000000010000000R"
                        $0.dataCoding = 1
                        $0.parameters = [
                            OptionalParameter(.broadcastAreaIdentifier, [0] + Array("Utrecht".utf8)),
                            OptionalParameter(.broadcastContentType, [0, 0, 0x10]),
                            OptionalParameter(.broadcastRepetitions, UInt16(2)),
                            OptionalParameter(.broadcastFrequencyInterval, [8, 0, 60]),
                            OptionalParameter(.messagePayload, Array("Sirene".utf8)),
                        ]
                    }), sequence: 60),
            "00 00 00 61",  // command_length 97
            "00 00 01 11",  // command_id: broadcast_sm
            "00 00 00 00",  // command_status 0
            "00 00 00 3C",  // sequence_number 60
            "43 42 53 00",  // service_type "CBS"
            "05",  // source_addr_ton: alphanumeric
            "00",  // source_addr_npi: unknown
            "4E 4C 2D 41 6C 65 72 74 00",  // source_addr "NL-Alert"
            "37 00",  // message_id "7"
            "01",  // priority_flag 1
            "00",  // schedule_delivery_time ""
            "30 30 30 30 30 30 30 31 30 30 30 30 30 30 30 52 00",  // validity_period "000000010000000R"
            "00",  // replace_if_present_flag 0
            "01",  // data_coding: IA5
            "00",  // sm_default_msg_id 0
            "06 06",  // broadcast_area_identifier: tag
            "00 08",  // length 8
            "00 55 74 72 65 63 68 74",  // alias "Utrecht"
            "06 01",  // broadcast_content_type: tag
            "00 03",  // length 3
            "00 00 10",  // public warning
            "06 04",  // broadcast_rep_num: tag
            "00 02",  // length 2
            "00 02",  // 2
            "06 05",  // broadcast_frequency_interval: tag
            "00 03",  // length 3
            "08 00 3C",  // 60 seconds
            "04 24",  // message_payload: tag
            "00 06",  // length 6
            "53 69 72 65 6E 65"),  // "Sirene"
        GoldenPDU(
            "broadcast_sm_resp",
            PDU(.broadcastSMResponse(MessageResponse(messageID: "7")), sequence: 60),
            "00 00 00 12",  // command_length 18
            "80 00 01 11",  // command_id: broadcast_sm_resp
            "00 00 00 00",  // command_status 0
            "00 00 00 3C",  // sequence_number 60
            "37 00"),  // message_id "7"
        GoldenPDU(
            "query_broadcast_sm",
            PDU(
                .queryBroadcastSM(
                    QueryBroadcastSM(
                        messageID: "7", source: Address(.alphanumeric, .unknown, "NL-Alert"),
                        parameters: [OptionalParameter(.userMessageReference, UInt16(9))])), sequence: 61),
            "00 00 00 23",  // command_length 35
            "00 00 01 12",  // command_id: query_broadcast_sm
            "00 00 00 00",  // command_status 0
            "00 00 00 3D",  // sequence_number 61
            "37 00",  // message_id "7"
            "05",  // source_addr_ton: alphanumeric
            "00",  // source_addr_npi: unknown
            "4E 4C 2D 41 6C 65 72 74 00",  // source_addr "NL-Alert"
            "02 04",  // user_message_reference: tag
            "00 02",  // length 2
            "00 09"),  // 9
        GoldenPDU(
            "query_broadcast_sm_resp",
            PDU(
                .queryBroadcastSMResponse(
                    MessageResponse(
                        messageID: "7",
                        parameters: [
                            OptionalParameter(.messageState, UInt8(1)),
                            OptionalParameter(.broadcastAreaIdentifier, [0] + Array("Utrecht".utf8)),
                            OptionalParameter(ParameterTag(rawValue: 0x0608), UInt8(75)),
                        ])), sequence: 61),
            "00 00 00 28",  // command_length 40
            "80 00 01 12",  // command_id: query_broadcast_sm_resp
            "00 00 00 00",  // command_status 0
            "00 00 00 3D",  // sequence_number 61
            "37 00",  // message_id "7"
            "04 27",  // message_state: tag
            "00 01",  // length 1
            "01",  // ENROUTE
            "06 06",  // broadcast_area_identifier: tag
            "00 08",  // length 8
            "00 55 74 72 65 63 68 74",  // alias "Utrecht"
            "06 08",  // broadcast_area_success: tag
            "00 01",  // length 1
            "4B"),  // 75 of 100
        GoldenPDU(
            "cancel_broadcast_sm",
            PDU(
                .cancelBroadcastSM(
                    CancelBroadcastSM(
                        serviceType: "CBS", messageID: "7", source: Address(.alphanumeric, .unknown, "NL-Alert"),
                        parameters: [OptionalParameter(.userMessageReference, UInt16(9))])), sequence: 62),
            "00 00 00 27",  // command_length 39
            "00 00 01 13",  // command_id: cancel_broadcast_sm
            "00 00 00 00",  // command_status 0
            "00 00 00 3E",  // sequence_number 62
            "43 42 53 00",  // service_type "CBS"
            "37 00",  // message_id "7"
            "05",  // source_addr_ton: alphanumeric
            "00",  // source_addr_npi: unknown
            "4E 4C 2D 41 6C 65 72 74 00",  // source_addr "NL-Alert"
            "02 04",  // user_message_reference: tag
            "00 02",  // length 2
            "00 09"),  // 9
        GoldenPDU(
            "cancel_broadcast_sm_resp",
            PDU(.cancelBroadcastSMResponse, sequence: 62),
            "00 00 00 10",  // command_length 16
            "80 00 01 13",  // command_id: cancel_broadcast_sm_resp
            "00 00 00 00",  // command_status 0
            "00 00 00 3E"),  // sequence_number 62
    ]
}
