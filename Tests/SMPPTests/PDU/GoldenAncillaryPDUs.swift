// SPDX-License-Identifier: GPL-3.0-or-later

@testable import SMPP

extension GoldenPDU {
    /// SMPP 3.4 sections 4.5, 4.8, 4.9 and 4.10.
    static let ancillary: [GoldenPDU] = [
        GoldenPDU(
            "submit_multi",
            PDU(
                .submitMulti(
                    SubmitMulti(
                        .alert {
                            $0.destination = .none
                            $0.priority = 1
                            $0.registeredDelivery = 1
                            $0.parameters = [OptionalParameter(.userMessageReference, UInt16(7))]
                        },
                        destinations: [
                            .address(.e164("31612345678")), .distributionList("buurtwacht"),
                            .address(Address(.national, NumberingPlanIndicator(rawValue: 8), "0612345679")),
                        ])), sequence: 45),
            "00 00 00 5C",  // command_length 92
            "00 00 00 21",  // command_id: submit_multi
            "00 00 00 00",  // command_status 0
            "00 00 00 2D",  // sequence_number 45
            "00",  // service_type ""
            "05",  // source_addr_ton: alphanumeric
            "00",  // source_addr_npi: unknown
            "4E 4C 2D 41 6C 65 72 74 00",  // source_addr "NL-Alert"
            "03",  // number_of_dests 3
            "01",  // dest_flag: SME address
            "01",  // dest_addr_ton: international
            "01",  // dest_addr_npi: ISDN
            "33 31 36 31 32 33 34 35 36 37 38 00",  // destination_addr "31612345678"
            "02",  // dest_flag: distribution list
            "62 75 75 72 74 77 61 63 68 74 00",  // dl_name "buurtwacht"
            "01",  // dest_flag: SME address
            "02",  // dest_addr_ton: national
            "08",  // dest_addr_npi: national
            "30 36 31 32 33 34 35 36 37 39 00",  // destination_addr "0612345679"
            "00",  // esm_class: default mode
            "00",  // protocol_id
            "01",  // priority_flag 1
            "00",  // schedule_delivery_time ""
            "00",  // validity_period ""
            "01",  // registered_delivery: receipt
            "00",  // replace_if_present_flag 0
            "00",  // data_coding: the SMSC's alphabet
            "00",  // sm_default_msg_id 0
            "06",  // sm_length 6
            "53 69 72 65 6E 65",  // short_message "Sirene"
            "02 04",  // user_message_reference: tag
            "00 02",  // length 2
            "00 07"),  // 7
        GoldenPDU(
            "submit_multi_resp",
            PDU(
                .submitMultiResponse(
                    SubmitMultiResponse(
                        messageID: "88",
                        failures: [
                            .init(destination: .e164("31612345678"), status: .invalidDestinationAddress),
                            .init(
                                destination: Address(.national, NumberingPlanIndicator(rawValue: 8), "0612345679"),
                                status: .messageQueueFull),
                        ])), sequence: 45),
            "00 00 00 37",  // command_length 55
            "80 00 00 21",  // command_id: submit_multi_resp
            "00 00 00 00",  // command_status 0
            "00 00 00 2D",  // sequence_number 45
            "38 38 00",  // message_id "88"
            "02",  // no_unsuccess 2
            "01",  // dest_addr_ton: international
            "01",  // dest_addr_npi: ISDN
            "33 31 36 31 32 33 34 35 36 37 38 00",  // destination_addr "31612345678"
            "00 00 00 0B",  // error_status_code: ESME_RINVDSTADR
            "02",  // dest_addr_ton: national
            "08",  // dest_addr_npi: national
            "30 36 31 32 33 34 35 36 37 39 00",  // destination_addr "0612345679"
            "00 00 00 14"),  // error_status_code: ESME_RMSGQFUL
        GoldenPDU(
            "query_sm",
            PDU(.querySM(QuerySM(messageID: "0123456789", source: .e164("31687654321"))), sequence: 40),
            "00 00 00 29",  // command_length 41
            "00 00 00 03",  // command_id: query_sm
            "00 00 00 00",  // command_status 0
            "00 00 00 28",  // sequence_number 40
            "30 31 32 33 34 35 36 37 38 39 00",  // message_id "0123456789"
            "01",  // source_addr_ton: international
            "01",  // source_addr_npi: ISDN
            "33 31 36 38 37 36 35 34 33 32 31 00"),  // source_addr "31687654321"
        GoldenPDU(
            "query_sm_resp",
            PDU(
                .querySMResponse(
                    QuerySMResponse(
                        messageID: "0123456789", finalDate: "261001120100004+", messageState: 2, errorCode: 9)),
                sequence: 40),
            "00 00 00 2E",  // command_length 46
            "80 00 00 03",  // command_id: query_sm_resp
            "00 00 00 00",  // command_status 0
            "00 00 00 28",  // sequence_number 40
            "30 31 32 33 34 35 36 37 38 39 00",  // message_id "0123456789"
            "32 36 31 30 30 31 31 32 30 31 30 30 30 30 34 2B 00",  // final_date "261001120100004+"
            "02",  // message_state: DELIVERED
            "09"),  // error_code 9
        GoldenPDU(
            "query_sm_resp, under way",
            PDU(.querySMResponse(QuerySMResponse(messageID: "0123456789", messageState: 1)), sequence: 41),
            "00 00 00 1E",  // command_length 30
            "80 00 00 03",  // command_id: query_sm_resp
            "00 00 00 00",  // command_status 0
            "00 00 00 29",  // sequence_number 41
            "30 31 32 33 34 35 36 37 38 39 00",  // message_id "0123456789"
            "00",  // final_date ""
            "01",  // message_state: ENROUTE
            "00"),  // error_code 0
        GoldenPDU(
            "cancel_sm",
            PDU(
                .cancelSM(
                    CancelSM(
                        serviceType: "CMT", messageID: "0123456789", source: .e164("31687654321"),
                        destination: .e164("31612345678"))), sequence: 42),
            "00 00 00 3B",  // command_length 59
            "00 00 00 08",  // command_id: cancel_sm
            "00 00 00 00",  // command_status 0
            "00 00 00 2A",  // sequence_number 42
            "43 4D 54 00",  // service_type "CMT"
            "30 31 32 33 34 35 36 37 38 39 00",  // message_id "0123456789"
            "01",  // source_addr_ton: international
            "01",  // source_addr_npi: ISDN
            "33 31 36 38 37 36 35 34 33 32 31 00",  // source_addr "31687654321"
            "01",  // dest_addr_ton: international
            "01",  // dest_addr_npi: ISDN
            "33 31 36 31 32 33 34 35 36 37 38 00"),  // destination_addr "31612345678"
        GoldenPDU(
            "cancel_sm_resp",
            PDU(.cancelSMResponse, sequence: 42),
            "00 00 00 10",  // command_length 16
            "80 00 00 08",  // command_id: cancel_sm_resp
            "00 00 00 00",  // command_status 0
            "00 00 00 2A"),  // sequence_number 42
        GoldenPDU(
            "cancel_sm_resp, failed",
            PDU(.cancelSMResponse, status: CommandStatus(rawValue: 0x11), sequence: 43),
            "00 00 00 10",  // command_length 16
            "80 00 00 08",  // command_id: cancel_sm_resp
            "00 00 00 11",  // command_status ESME_RCANCELFAIL
            "00 00 00 2B"),  // sequence_number 43
        GoldenPDU(
            "replace_sm",
            PDU(
                .replaceSM(
                    ReplaceSM(
                        messageID: "0123456789", source: .e164("31687654321"), scheduleDeliveryTime: "261001120000004+",
                        validityPeriod: "000000010000000R", registeredDelivery: 1, defaultMessageID: 3,
                        shortMessage: Array("Alles veilig".utf8))), sequence: 44),
            "00 00 00 5A",  // command_length 90
            "00 00 00 07",  // command_id: replace_sm
            "00 00 00 00",  // command_status 0
            "00 00 00 2C",  // sequence_number 44
            "30 31 32 33 34 35 36 37 38 39 00",  // message_id "0123456789"
            "01",  // source_addr_ton: international
            "01",  // source_addr_npi: ISDN
            "33 31 36 38 37 36 35 34 33 32 31 00",  // source_addr "31687654321"
            "32 36 31 30 30 31 31 32 30 30 30 30 30 30 34 2B 00",  // schedule_delivery_time "261001120000004+"
            "30 30 30 30 30 30 30 31 30 30 30 30 30 30 30 52 00",  // validity_period "000000010000000R"
            "01",  // registered_delivery: receipt
            "03",  // sm_default_msg_id 3
            "0C",  // sm_length 12
            "41 6C 6C 65 73 20 76 65 69 6C 69 67"),  // short_message "Alles veilig"
        GoldenPDU(
            "replace_sm_resp",
            PDU(.replaceSMResponse, sequence: 44),
            "00 00 00 10",  // command_length 16
            "80 00 00 07",  // command_id: replace_sm_resp
            "00 00 00 00",  // command_status 0
            "00 00 00 2C"),  // sequence_number 44
    ]
}
