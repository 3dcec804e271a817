// SPDX-License-Identifier: GPL-3.0-or-later

@testable import SMPP

extension GoldenPDU {
    /// SMPP 3.4 section 4.4.
    static let submit: [GoldenPDU] = [
        GoldenPDU(
            "submit_sm",
            PDU(.submitSM(SubmitSM(.alert())), sequence: 9),
            "00 00 00 3A",  // command_length 58
            "00 00 00 04",  // command_id: submit_sm
            "00 00 00 00",  // command_status 0
            "00 00 00 09",  // sequence_number 9
            "00",  // service_type ""
            "05",  // source_addr_ton: alphanumeric
            "00",  // source_addr_npi: unknown
            "4E 4C 2D 41 6C 65 72 74 00",  // source_addr "NL-Alert"
            "01",  // dest_addr_ton: international
            "01",  // dest_addr_npi: ISDN
            "33 31 36 31 32 33 34 35 36 37 38 00",  // destination_addr "31612345678"
            "00",  // esm_class: default mode
            "00",  // protocol_id
            "00",  // priority_flag 0
            "00",  // schedule_delivery_time ""
            "00",  // validity_period ""
            "00",  // registered_delivery: no receipt
            "00",  // replace_if_present_flag 0
            "00",  // data_coding: the SMSC's alphabet
            "00",  // sm_default_msg_id 0
            "06",  // sm_length 6
            "53 69 72 65 6E 65"),  // short_message "Sirene"
        GoldenPDU(
            "submit_sm, every field",
            PDU(
                .submitSM(
                    SubmitSM(
                        .alert {
                            $0.serviceType = "CMT"
                            $0.source = .e164("+31687654321")
                            $0.esmClass = .storeAndForward
                            $0.protocolID = 0x41
                            $0.priority = 3
                            $0.scheduleDeliveryTime = "261001120000004+"
                            $0.validityPeriod = "000000010000000R"
                            $0.registeredDelivery = 0x11
                            $0.replaceIfPresent = 1
                            $0.dataCoding = 8
                            $0.defaultMessageID = 7
                            $0.shortMessage = "Gevaar \u{1F6A8}".utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
                        })), sequence: 10),
            "00 00 00 6C",  // command_length 108
            "00 00 00 04",  // command_id: submit_sm
            "00 00 00 00",  // command_status 0
            "00 00 00 0A",  // sequence_number 10
            "43 4D 54 00",  // service_type "CMT"
            "01",  // source_addr_ton: international
            "01",  // source_addr_npi: ISDN
            "33 31 36 38 37 36 35 34 33 32 31 00",  // source_addr "31687654321"
            "01",  // dest_addr_ton: international
            "01",  // dest_addr_npi: ISDN
            "33 31 36 31 32 33 34 35 36 37 38 00",  // destination_addr "31612345678"
            "03",  // esm_class: store and forward
            "41",  // protocol_id
            "03",  // priority_flag 3
            "32 36 31 30 30 31 31 32 30 30 30 30 30 30 34 2B 00",  // schedule_delivery_time "261001120000004+"
            "30 30 30 30 30 30 30 31 30 30 30 30 30 30 30 52 00",  // validity_period "000000010000000R"
            "11",  // registered_delivery: receipt and notifications
            "01",  // replace_if_present_flag 1
            "08",  // data_coding: UCS-2
            "07",  // sm_default_msg_id 7
            "12",  // sm_length 18
            "00 47 00 65 00 76 00 61 00 61 00 72 00 20 D8 3D DE",  // short_message "Gevaar" and a surrogate pair
            "A8"),  // (goes on)
        GoldenPDU(
            "submit_sm, segment 2 of 3",
            PDU(
                .submitSM(
                    SubmitSM(
                        .alert {
                            $0.esmClass = .userDataHeader
                            $0.registeredDelivery = 1
                            $0.shortMessage = [5, 0, 3, 42, 3, 2] + Array("deel twee".utf8)
                        })), sequence: 11),
            "00 00 00 43",  // command_length 67
            "00 00 00 04",  // command_id: submit_sm
            "00 00 00 00",  // command_status 0
            "00 00 00 0B",  // sequence_number 11
            "00",  // service_type ""
            "05",  // source_addr_ton: alphanumeric
            "00",  // source_addr_npi: unknown
            "4E 4C 2D 41 6C 65 72 74 00",  // source_addr "NL-Alert"
            "01",  // dest_addr_ton: international
            "01",  // dest_addr_npi: ISDN
            "33 31 36 31 32 33 34 35 36 37 38 00",  // destination_addr "31612345678"
            "40",  // esm_class: user data header
            "00",  // protocol_id
            "00",  // priority_flag 0
            "00",  // schedule_delivery_time ""
            "00",  // validity_period ""
            "01",  // registered_delivery: receipt
            "00",  // replace_if_present_flag 0
            "00",  // data_coding: the SMSC's alphabet
            "00",  // sm_default_msg_id 0
            "0F",  // sm_length 15
            "05 00 03 2A 03 02 64 65 65 6C 20 74 77 65 65"),  // short_message header and "deel twee"
        GoldenPDU(
            "submit_sm, SAR",
            PDU(
                .submitSM(
                    SubmitSM(
                        .alert {
                            $0.parameters = [
                                OptionalParameter(.sarMessageReference, UInt16(0x0102)),
                                OptionalParameter(.sarTotalSegments, UInt8(3)),
                                OptionalParameter(.sarSegmentSequence, UInt8(2)),
                                OptionalParameter(.userMessageReference, UInt16(0xBEEF)),
                            ]
                        })), sequence: 12),
            "00 00 00 50",  // command_length 80
            "00 00 00 04",  // command_id: submit_sm
            "00 00 00 00",  // command_status 0
            "00 00 00 0C",  // sequence_number 12
            "00",  // service_type ""
            "05",  // source_addr_ton: alphanumeric
            "00",  // source_addr_npi: unknown
            "4E 4C 2D 41 6C 65 72 74 00",  // source_addr "NL-Alert"
            "01",  // dest_addr_ton: international
            "01",  // dest_addr_npi: ISDN
            "33 31 36 31 32 33 34 35 36 37 38 00",  // destination_addr "31612345678"
            "00",  // esm_class: default mode
            "00",  // protocol_id
            "00",  // priority_flag 0
            "00",  // schedule_delivery_time ""
            "00",  // validity_period ""
            "00",  // registered_delivery: no receipt
            "00",  // replace_if_present_flag 0
            "00",  // data_coding: the SMSC's alphabet
            "00",  // sm_default_msg_id 0
            "06",  // sm_length 6
            "53 69 72 65 6E 65",  // short_message "Sirene"
            "02 0C",  // sar_msg_ref_num: tag
            "00 02",  // length 2
            "01 02",  // 0x0102
            "02 0E",  // sar_total_segments: tag
            "00 01",  // length 1
            "03",  // 3
            "02 0F",  // sar_segment_seqnum: tag
            "00 01",  // length 1
            "02",  // 2
            "02 04",  // user_message_reference: tag
            "00 02",  // length 2
            "BE EF"),  // 0xBEEF
        GoldenPDU(
            "submit_sm, message_payload",
            PDU(
                .submitSM(
                    SubmitSM(
                        .alert {
                            $0.shortMessage = []
                            $0.parameters = [OptionalParameter(.messagePayload, Array("Alles veilig".utf8))]
                        })), sequence: 13),
            "00 00 00 44",  // command_length 68
            "00 00 00 04",  // command_id: submit_sm
            "00 00 00 00",  // command_status 0
            "00 00 00 0D",  // sequence_number 13
            "00",  // service_type ""
            "05",  // source_addr_ton: alphanumeric
            "00",  // source_addr_npi: unknown
            "4E 4C 2D 41 6C 65 72 74 00",  // source_addr "NL-Alert"
            "01",  // dest_addr_ton: international
            "01",  // dest_addr_npi: ISDN
            "33 31 36 31 32 33 34 35 36 37 38 00",  // destination_addr "31612345678"
            "00",  // esm_class: default mode
            "00",  // protocol_id
            "00",  // priority_flag 0
            "00",  // schedule_delivery_time ""
            "00",  // validity_period ""
            "00",  // registered_delivery: no receipt
            "00",  // replace_if_present_flag 0
            "00",  // data_coding: the SMSC's alphabet
            "00",  // sm_default_msg_id 0
            "00",  // sm_length 0
            "04 24",  // message_payload: tag
            "00 0C",  // length 12
            "41 6C 6C 65 73 20 76 65 69 6C 69 67"),  // "Alles veilig"
        GoldenPDU(
            "submit_sm_resp",
            PDU(.submitSMResponse(MessageResponse(messageID: "0123456789")), sequence: 9),
            "00 00 00 1B",  // command_length 27
            "80 00 00 04",  // command_id: submit_sm_resp
            "00 00 00 00",  // command_status 0
            "00 00 00 09",  // sequence_number 9
            "30 31 32 33 34 35 36 37 38 39 00"),  // message_id "0123456789"
        GoldenPDU(
            "submit_sm_resp, throttled: no body",
            PDU(.submitSMResponse(MessageResponse()), status: .throttled, sequence: 10),
            "00 00 00 10",  // command_length 16
            "80 00 00 04",  // command_id: submit_sm_resp
            "00 00 00 58",  // command_status ESME_RTHROTTLED
            "00 00 00 0A"),  // sequence_number 10
    ]
}
