// SPDX-License-Identifier: GPL-3.0-or-later

@testable import SMPP

extension GoldenPDU {
    /// SMPP 3.4 sections 4.1, 4.2, 4.3, 4.11 and 4.12.
    static let session: [GoldenPDU] = [
        GoldenPDU(
            "bind_transmitter",
            PDU(
                .bind(
                    .transmitter,
                    Bind(
                        systemID: "burgernet", password: "geheim12", systemType: "ALERT",
                        addressRange: Address(.international, .isdn, "^3161"))), sequence: 1),
            "00 00 00 32",  // command_length 50
            "00 00 00 02",  // command_id: bind_transmitter
            "00 00 00 00",  // command_status 0
            "00 00 00 01",  // sequence_number 1
            "62 75 72 67 65 72 6E 65 74 00",  // system_id "burgernet"
            "67 65 68 65 69 6D 31 32 00",  // password "geheim12"
            "41 4C 45 52 54 00",  // system_type "ALERT"
            "34",  // interface_version: 3.4
            "01",  // addr_ton: international
            "01",  // addr_npi: ISDN
            "5E 33 31 36 31 00"),  // address_range "^3161"
        GoldenPDU(
            "bind_receiver",
            PDU(
                .bind(
                    .receiver,
                    Bind(
                        systemID: "burgernet", password: "geheim12", systemType: "ALERT",
                        addressRange: Address(.international, .isdn, "^3161"))), sequence: 2),
            "00 00 00 32",  // command_length 50
            "00 00 00 01",  // command_id: bind_receiver
            "00 00 00 00",  // command_status 0
            "00 00 00 02",  // sequence_number 2
            "62 75 72 67 65 72 6E 65 74 00",  // system_id "burgernet"
            "67 65 68 65 69 6D 31 32 00",  // password "geheim12"
            "41 4C 45 52 54 00",  // system_type "ALERT"
            "34",  // interface_version: 3.4
            "01",  // addr_ton: international
            "01",  // addr_npi: ISDN
            "5E 33 31 36 31 00"),  // address_range "^3161"
        GoldenPDU(
            "bind_transceiver",
            PDU(
                .bind(
                    .transceiver,
                    Bind(
                        systemID: "burgernet", password: "geheim12", systemType: "ALERT",
                        addressRange: Address(.international, .isdn, "^3161"))), sequence: 3),
            "00 00 00 32",  // command_length 50
            "00 00 00 09",  // command_id: bind_transceiver
            "00 00 00 00",  // command_status 0
            "00 00 00 03",  // sequence_number 3
            "62 75 72 67 65 72 6E 65 74 00",  // system_id "burgernet"
            "67 65 68 65 69 6D 31 32 00",  // password "geheim12"
            "41 4C 45 52 54 00",  // system_type "ALERT"
            "34",  // interface_version: 3.4
            "01",  // addr_ton: international
            "01",  // addr_npi: ISDN
            "5E 33 31 36 31 00"),  // address_range "^3161"
        GoldenPDU(
            "bind_transceiver, 5.0, all empty",
            PDU(.bind(.transceiver, Bind(systemID: "", password: "", interfaceVersion: 0x50)), sequence: 4),
            "00 00 00 17",  // command_length 23
            "00 00 00 09",  // command_id: bind_transceiver
            "00 00 00 00",  // command_status 0
            "00 00 00 04",  // sequence_number 4
            "00",  // system_id ""
            "00",  // password ""
            "00",  // system_type ""
            "50",  // interface_version: 5.0
            "00",  // addr_ton: unknown
            "00",  // addr_npi: unknown
            "00"),  // address_range ""
        GoldenPDU(
            "bind_transmitter_resp",
            PDU(
                .bindResponse(
                    .transmitter,
                    BindResponse(systemID: "SMSC", parameters: [OptionalParameter(.scInterfaceVersion, UInt8(0x34))])),
                sequence: 1),
            "00 00 00 1A",  // command_length 26
            "80 00 00 02",  // command_id: bind_transmitter_resp
            "00 00 00 00",  // command_status 0
            "00 00 00 01",  // sequence_number 1
            "53 4D 53 43 00",  // system_id "SMSC"
            "02 10",  // sc_interface_version: tag
            "00 01",  // length 1
            "34"),  // 3.4
        GoldenPDU(
            "bind_receiver_resp",
            PDU(
                .bindResponse(
                    .receiver,
                    BindResponse(systemID: "SMSC", parameters: [OptionalParameter(.scInterfaceVersion, UInt8(0x34))])),
                sequence: 2),
            "00 00 00 1A",  // command_length 26
            "80 00 00 01",  // command_id: bind_receiver_resp
            "00 00 00 00",  // command_status 0
            "00 00 00 02",  // sequence_number 2
            "53 4D 53 43 00",  // system_id "SMSC"
            "02 10",  // sc_interface_version: tag
            "00 01",  // length 1
            "34"),  // 3.4
        GoldenPDU(
            "bind_transceiver_resp",
            PDU(
                .bindResponse(
                    .transceiver,
                    BindResponse(systemID: "SMSC", parameters: [OptionalParameter(.scInterfaceVersion, UInt8(0x34))])),
                sequence: 3),
            "00 00 00 1A",  // command_length 26
            "80 00 00 09",  // command_id: bind_transceiver_resp
            "00 00 00 00",  // command_status 0
            "00 00 00 03",  // sequence_number 3
            "53 4D 53 43 00",  // system_id "SMSC"
            "02 10",  // sc_interface_version: tag
            "00 01",  // length 1
            "34"),  // 3.4
        GoldenPDU(
            "bind_transceiver_resp, refused: no body",
            PDU(.bindResponse(.transceiver, BindResponse(systemID: "")), status: .invalidPassword, sequence: 4),
            "00 00 00 10",  // command_length 16
            "80 00 00 09",  // command_id: bind_transceiver_resp
            "00 00 00 0E",  // command_status ESME_RINVPASWD
            "00 00 00 04"),  // sequence_number 4
        GoldenPDU(
            "outbind",
            PDU(.outbind(Outbind(systemID: "SMSC", password: "geheim12")), sequence: 5),
            "00 00 00 1E",  // command_length 30
            "00 00 00 0B",  // command_id: outbind
            "00 00 00 00",  // command_status 0
            "00 00 00 05",  // sequence_number 5
            "53 4D 53 43 00",  // system_id "SMSC"
            "67 65 68 65 69 6D 31 32 00"),  // password "geheim12"
        GoldenPDU(
            "unbind",
            PDU(.unbind, sequence: 6),
            "00 00 00 10",  // command_length 16
            "00 00 00 06",  // command_id: unbind
            "00 00 00 00",  // command_status 0
            "00 00 00 06"),  // sequence_number 6
        GoldenPDU(
            "unbind_resp",
            PDU(.unbindResponse, sequence: 6),
            "00 00 00 10",  // command_length 16
            "80 00 00 06",  // command_id: unbind_resp
            "00 00 00 00",  // command_status 0
            "00 00 00 06"),  // sequence_number 6
        GoldenPDU(
            "generic_nack",
            PDU(.genericNack, status: .invalidCommandID, sequence: 8),
            "00 00 00 10",  // command_length 16
            "80 00 00 00",  // command_id: generic_nack
            "00 00 00 03",  // command_status ESME_RINVCMDID
            "00 00 00 08"),  // sequence_number 8
        GoldenPDU(
            "enquire_link, last sequence number",
            PDU(.enquireLink, sequence: 2147483647),
            "00 00 00 10",  // command_length 16
            "00 00 00 15",  // command_id: enquire_link
            "00 00 00 00",  // command_status 0
            "7F FF FF FF"),  // sequence_number 2147483647
        GoldenPDU(
            "enquire_link_resp",
            PDU(.enquireLinkResponse, sequence: 2147483647),
            "00 00 00 10",  // command_length 16
            "80 00 00 15",  // command_id: enquire_link_resp
            "00 00 00 00",  // command_status 0
            "7F FF FF FF"),  // sequence_number 2147483647
        GoldenPDU(
            "alert_notification",
            PDU(
                .alertNotification(
                    AlertNotification(
                        source: .e164("31612345678"), esme: Address(.alphanumeric, .unknown, "NL-Alert"),
                        parameters: [OptionalParameter(.msAvailabilityStatus, UInt8(0))])), sequence: 50),
            "00 00 00 2E",  // command_length 46
            "00 00 01 02",  // command_id: alert_notification
            "00 00 00 00",  // command_status 0
            "00 00 00 32",  // sequence_number 50
            "01",  // source_addr_ton: international
            "01",  // source_addr_npi: ISDN
            "33 31 36 31 32 33 34 35 36 37 38 00",  // source_addr "31612345678"
            "05",  // esme_addr_ton: alphanumeric
            "00",  // esme_addr_npi: unknown
            "4E 4C 2D 41 6C 65 72 74 00",  // esme_addr "NL-Alert"
            "04 22",  // ms_availability_status: tag
            "00 01",  // length 1
            "00"),  // available
    ]
}
