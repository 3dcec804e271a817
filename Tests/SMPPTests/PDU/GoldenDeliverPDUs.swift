// SPDX-License-Identifier: GPL-3.0-or-later

@testable import SMPP

extension GoldenPDU {
    /// SMPP 3.4 sections 4.6 and 4.7.
    static let deliver: [GoldenPDU] = [
        GoldenPDU(
            "deliver_sm, from a citizen",
            PDU(
                .deliverSM(
                    DeliverSM(
                        .alert {
                            $0.source = .e164("31612345678")
                            $0.destination = Address(.networkSpecific, .unknown, "1403")
                            $0.shortMessage = Array("STOP".utf8)
                        })), sequence: 20),
            "00 00 00 34",  // command_length 52
            "00 00 00 05",  // command_id: deliver_sm
            "00 00 00 00",  // command_status 0
            "00 00 00 14",  // sequence_number 20
            "00",  // service_type ""
            "01",  // source_addr_ton: international
            "01",  // source_addr_npi: ISDN
            "33 31 36 31 32 33 34 35 36 37 38 00",  // source_addr "31612345678"
            "03",  // dest_addr_ton: network specific
            "00",  // dest_addr_npi: unknown
            "31 34 30 33 00",  // destination_addr "1403"
            "00",  // esm_class: default mode
            "00",  // protocol_id
            "00",  // priority_flag 0
            "00",  // schedule_delivery_time ""
            "00",  // validity_period ""
            "00",  // registered_delivery: no receipt
            "00",  // replace_if_present_flag 0
            "00",  // data_coding: the SMSC's alphabet
            "00",  // sm_default_msg_id 0
            "04",  // sm_length 4
            "53 54 4F 50"),  // short_message "STOP"
        GoldenPDU(
            "deliver_sm, receipt",
            PDU(
                .deliverSM(
                    DeliverSM(
                        .alert {
                            $0.source = .e164("31612345678")
                            $0.destination = Address(.alphanumeric, .unknown, "NL-Alert")
                            $0.esmClass = .deliveryReceipt
                            $0.shortMessage = Array(
                                ("id:0123456789 sub:001 dlvrd:001 submit date:2610011200 done date:2610011201 "
                                    + "stat:DELIVRD err:000 text:Sirene").utf8)
                            $0.parameters = [
                                OptionalParameter(.networkErrorCode, [3, 0, 11]),
                                OptionalParameter(.messageState, UInt8(2)),
                                OptionalParameter(.receiptedMessageID, text: "0123456789"),
                            ]
                        })), sequence: 21),
            "00 00 00 BB",  // command_length 187
            "00 00 00 05",  // command_id: deliver_sm
            "00 00 00 00",  // command_status 0
            "00 00 00 15",  // sequence_number 21
            "00",  // service_type ""
            "01",  // source_addr_ton: international
            "01",  // source_addr_npi: ISDN
            "33 31 36 31 32 33 34 35 36 37 38 00",  // source_addr "31612345678"
            "05",  // dest_addr_ton: alphanumeric
            "00",  // dest_addr_npi: unknown
            "4E 4C 2D 41 6C 65 72 74 00",  // destination_addr "NL-Alert"
            "04",  // esm_class: delivery receipt
            "00",  // protocol_id
            "00",  // priority_flag 0
            "00",  // schedule_delivery_time ""
            "00",  // validity_period ""
            "00",  // registered_delivery: no receipt
            "00",  // replace_if_present_flag 0
            "00",  // data_coding: the SMSC's alphabet
            "00",  // sm_default_msg_id 0
            "6C",  // sm_length 108
            "69 64 3A 30 31 32 33 34 35 36 37 38 39 20 73 75 62",  // short_message "id:0123456789 sub:001 ..."
            "3A 30 30 31 20 64 6C 76 72 64 3A 30 30 31 20 73 75",  // (goes on)
            "62 6D 69 74 20 64 61 74 65 3A 32 36 31 30 30 31 31",  // (goes on)
            "32 30 30 20 64 6F 6E 65 20 64 61 74 65 3A 32 36 31",  // (goes on)
            "30 30 31 31 32 30 31 20 73 74 61 74 3A 44 45 4C 49",  // (goes on)
            "56 52 44 20 65 72 72 3A 30 30 30 20 74 65 78 74 3A",  // (goes on)
            "53 69 72 65 6E 65",  // (goes on)
            "04 23",  // network_error_code: tag
            "00 03",  // length 3
            "03 00 0B",  // GSM, 11
            "04 27",  // message_state: tag
            "00 01",  // length 1
            "02",  // DELIVERED
            "00 1E",  // receipted_message_id: tag
            "00 0B",  // length 11
            "30 31 32 33 34 35 36 37 38 39 00"),  // "0123456789"
        GoldenPDU(
            "deliver_sm_resp",
            PDU(.deliverSMResponse(MessageResponse()), sequence: 20),
            "00 00 00 11",  // command_length 17
            "80 00 00 05",  // command_id: deliver_sm_resp
            "00 00 00 00",  // command_status 0
            "00 00 00 14",  // sequence_number 20
            "00"),  // message_id ""
        GoldenPDU(
            "deliver_sm_resp, refused for now",
            PDU(.deliverSMResponse(MessageResponse()), status: .temporaryApplicationError, sequence: 21),
            "00 00 00 10",  // command_length 16
            "80 00 00 05",  // command_id: deliver_sm_resp
            "00 00 00 64",  // command_status ESME_RX_T_APPN
            "00 00 00 15"),  // sequence_number 21
        GoldenPDU(
            "data_sm",
            PDU(
                .dataSM(
                    .alert {
                        $0.serviceType = "WAP"
                        $0.esmClass = .userDataHeader
                        $0.registeredDelivery = 1
                        $0.dataCoding = 4
                        $0.parameters = [
                            OptionalParameter(.sourceNetworkType, UInt8(1)),
                            OptionalParameter(.messagePayload, [6, 5, 4, 11, 0x84, 0x23, 0xF0] + Array("wap".utf8)),
                        ]
                    }), sequence: 30),
            "00 00 00 43",  // command_length 67
            "00 00 01 03",  // command_id: data_sm
            "00 00 00 00",  // command_status 0
            "00 00 00 1E",  // sequence_number 30
            "57 41 50 00",  // service_type "WAP"
            "05",  // source_addr_ton: alphanumeric
            "00",  // source_addr_npi: unknown
            "4E 4C 2D 41 6C 65 72 74 00",  // source_addr "NL-Alert"
            "01",  // dest_addr_ton: international
            "01",  // dest_addr_npi: ISDN
            "33 31 36 31 32 33 34 35 36 37 38 00",  // destination_addr "31612345678"
            "40",  // esm_class: user data header
            "01",  // registered_delivery: receipt
            "04",  // data_coding: binary
            "00 0E",  // source_network_type: tag
            "00 01",  // length 1
            "01",  // GSM
            "04 24",  // message_payload: tag
            "00 0A",  // length 10
            "06 05 04 0B 84 23 F0 77 61 70"),  // port header and "wap"
        GoldenPDU(
            "data_sm_resp",
            PDU(.dataSMResponse(MessageResponse(messageID: "77")), sequence: 30),
            "00 00 00 13",  // command_length 19
            "80 00 01 03",  // command_id: data_sm_resp
            "00 00 00 00",  // command_status 0
            "00 00 00 1E",  // sequence_number 30
            "37 37 00"),  // message_id "77"
        GoldenPDU(
            "data_sm_resp, failed, and says why",
            PDU(
                .dataSMResponse(
                    MessageResponse(
                        parameters: [
                            OptionalParameter(.deliveryFailureReason, UInt8(1)),
                            OptionalParameter(.networkErrorCode, [3, 0, 21]),
                            OptionalParameter(.additionalStatusInfoText, text: "absent"),
                        ])), status: .deliveryFailure, sequence: 31),
            "00 00 00 28",  // command_length 40
            "80 00 01 03",  // command_id: data_sm_resp
            "00 00 00 FE",  // command_status ESME_RDELIVERYFAILURE
            "00 00 00 1F",  // sequence_number 31
            "00",  // message_id ""
            "04 25",  // delivery_failure_reason: tag
            "00 01",  // length 1
            "01",  // destination denied
            "04 23",  // network_error_code: tag
            "00 03",  // length 3
            "03 00 15",  // GSM, 21
            "00 1D",  // additional_status_info_text: tag
            "00 07",  // length 7
            "61 62 73 65 6E 74 00"),  // "absent"
    ]
}
