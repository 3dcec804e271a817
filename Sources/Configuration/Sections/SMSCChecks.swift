// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP

/// Whether the values of one `[SMSC NAME]` go together.
extension ConfigurationReader {
    mutating func check(_ smsc: GatewayConfiguration.SMSC, _ section: UnitSection) {
        checkPasswordSources(file: smsc.passwordFile, credential: smsc.passwordCredential, section)
        if !smsc.sender.isEmpty, Address(sender: smsc.sender) == nil {
            complain(
                section, "Sender",
                "\(quoted(smsc.sender)) is neither a number, a short code nor 1 to 11 letters and digits")
        }
        checkTLS(smsc, section)
        checkParameters(smsc, section)
        if smsc.reconnectMaximum < smsc.reconnectMinimum {
            complain(section, "ReconnectMaximum", "is shorter than ReconnectMinimum=")
        }
        if smsc.enquireLink + smsc.enquireTimeout > .seconds(5) {
            warn(
                section, "EnquireLink",
                "with EnquireTimeout=, a dead link is noticed after "
                    + ValueReader<Interval>.write(smsc.enquireLink + smsc.enquireTimeout) + " only")
        }
    }

    /// SMPP 3.3 knows no optional parameters.
    private mutating func checkParameters(_ smsc: GatewayConfiguration.SMSC, _ section: UnitSection) {
        guard smsc.interfaceVersion == .v33 else { return }
        switch smsc.concatenation {
        case .sar, .payload:
            complain(section, "Concatenation", "needs optional parameters, which InterfaceVersion=3.3 has not")
        case .udh8, .udh16: break
        }
        if smsc.dataSM { complain(section, "DataSM", "needs optional parameters, which InterfaceVersion=3.3 has not") }
    }

    private mutating func checkTLS(_ smsc: GatewayConfiguration.SMSC, _ section: UnitSection) {
        if !smsc.tls {
            for key in ["TLSAuthority", "TLSPin", "TLSName", "TLSCertificate", "TLSKey"]
            where isAssigned(section, key) {
                warn(section, key, "has no effect without TLS=yes")
            }
        } else if !smsc.tlsCheckAuthority, smsc.tlsPin == nil {
            complain(section, "TLSCheckAuthority", "anybody could be the SMSC: TLSPin= is needed then")
        }
    }
}
