// SPDX-License-Identifier: GPL-3.0-or-later

/// The command_status of a response (SMPP 3.4 section 5.1.3, table 5-2; those above 0xFF from SMPP 5.0 section 4.7.6).
package struct CommandStatus: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
    private init(_ rawValue: UInt32) { self.rawValue = rawValue }

    package static let ok = CommandStatus(0x00)
    package static let invalidMessageLength = CommandStatus(0x01)
    package static let invalidCommandLength = CommandStatus(0x02)
    package static let invalidCommandID = CommandStatus(0x03)
    package static let incorrectBindStatus = CommandStatus(0x04)
    package static let alreadyBound = CommandStatus(0x05)
    package static let systemError = CommandStatus(0x08)
    package static let invalidSourceAddress = CommandStatus(0x0A)
    package static let invalidDestinationAddress = CommandStatus(0x0B)
    package static let invalidMessageID = CommandStatus(0x0C)
    package static let bindFailed = CommandStatus(0x0D)
    package static let invalidPassword = CommandStatus(0x0E)
    package static let invalidSystemID = CommandStatus(0x0F)
    package static let messageQueueFull = CommandStatus(0x14)
    package static let invalidESMClass = CommandStatus(0x43)
    package static let submitFailed = CommandStatus(0x45)
    package static let invalidSourceTON = CommandStatus(0x48)
    package static let invalidSourceNPI = CommandStatus(0x49)
    package static let invalidSystemType = CommandStatus(0x53)
    package static let throttled = CommandStatus(0x58)
    package static let invalidSchedule = CommandStatus(0x61)
    package static let invalidExpiry = CommandStatus(0x62)
    package static let temporaryApplicationError = CommandStatus(0x64)
    package static let permanentApplicationError = CommandStatus(0x65)
    package static let rejectedByApplication = CommandStatus(0x66)
    package static let invalidParameterStream = CommandStatus(0xC0)
    package static let parameterNotAllowed = CommandStatus(0xC1)
    package static let invalidParameterLength = CommandStatus(0xC2)
    package static let missingParameter = CommandStatus(0xC3)
    package static let invalidParameterValue = CommandStatus(0xC4)
    package static let deliveryFailure = CommandStatus(0xFE)
    package static let unknownError = CommandStatus(0xFF)
    package static let prohibited = CommandStatus(0x101)
    package static let invalidDataCoding = CommandStatus(0x104)

    private static let names: [UInt32: String] = [
        0x00: "ESME_ROK", 0x01: "ESME_RINVMSGLEN", 0x02: "ESME_RINVCMDLEN", 0x03: "ESME_RINVCMDID",
        0x04: "ESME_RINVBNDSTS", 0x05: "ESME_RALYBND", 0x06: "ESME_RINVPRTFLG", 0x07: "ESME_RINVREGDLVFLG",
        0x08: "ESME_RSYSERR", 0x0A: "ESME_RINVSRCADR", 0x0B: "ESME_RINVDSTADR", 0x0C: "ESME_RINVMSGID",
        0x0D: "ESME_RBINDFAIL", 0x0E: "ESME_RINVPASWD", 0x0F: "ESME_RINVSYSID", 0x11: "ESME_RCANCELFAIL",
        0x13: "ESME_RREPLACEFAIL", 0x14: "ESME_RMSGQFUL", 0x15: "ESME_RINVSERTYP", 0x33: "ESME_RINVNUMDESTS",
        0x34: "ESME_RINVDLNAME", 0x40: "ESME_RINVDESTFLAG", 0x42: "ESME_RINVSUBREP", 0x43: "ESME_RINVESMCLASS",
        0x44: "ESME_RCNTSUBDL", 0x45: "ESME_RSUBMITFAIL", 0x48: "ESME_RINVSRCTON", 0x49: "ESME_RINVSRCNPI",
        0x50: "ESME_RINVDSTTON", 0x51: "ESME_RINVDSTNPI", 0x53: "ESME_RINVSYSTYP", 0x54: "ESME_RINVREPFLAG",
        0x55: "ESME_RINVNUMMSGS", 0x58: "ESME_RTHROTTLED", 0x61: "ESME_RINVSCHED", 0x62: "ESME_RINVEXPIRY",
        0x63: "ESME_RINVDFTMSGID", 0x64: "ESME_RX_T_APPN", 0x65: "ESME_RX_P_APPN", 0x66: "ESME_RX_R_APPN",
        0x67: "ESME_RQUERYFAIL", 0xC0: "ESME_RINVOPTPARSTREAM", 0xC1: "ESME_ROPTPARNOTALLWD",
        0xC2: "ESME_RINVPARLEN", 0xC3: "ESME_RMISSINGOPTPARAM", 0xC4: "ESME_RINVOPTPARAMVAL",
        0xFE: "ESME_RDELIVERYFAILURE", 0xFF: "ESME_RUNKNOWNERR", 0x100: "ESME_RSERTYPUNAUTH",
        0x101: "ESME_RPROHIBITED", 0x102: "ESME_RSERTYPUNAVAIL", 0x103: "ESME_RSERTYPDENIED",
        0x104: "ESME_RINVDCS", 0x105: "ESME_RINVSRCADDRSUBUNIT", 0x106: "ESME_RINVDSTADDRSUBUNIT",
        0x107: "ESME_RINVBCASTFREQINT", 0x108: "ESME_RINVBCASTALIAS_NAME", 0x109: "ESME_RINVBCASTAREAFMT",
        0x10A: "ESME_RINVNUMBCAST_AREAS", 0x10B: "ESME_RINVBCASTCNTTYPE", 0x10C: "ESME_RINVBCASTMSGCLASS",
        0x10D: "ESME_RBCASTFAIL", 0x10E: "ESME_RBCASTQUERYFAIL", 0x10F: "ESME_RBCASTCANCELFAIL",
        0x110: "ESME_RINVBCAST_REP", 0x111: "ESME_RINVBCASTSRVGRP", 0x112: "ESME_RINVBCASTCHANIND",
    ]

    /// The specification's name, or the number.
    package var description: String {
        if let name = Self.names[rawValue] { return name }
        let digits = String(rawValue, radix: 16, uppercase: true)
        return "0x" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }
}
