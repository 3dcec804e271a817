// SPDX-License-Identifier: GPL-3.0-or-later
import Configuration
import Platform
import Voice

/// What the SIP endpoint goes by, as the configuration says it.
extension VoiceConfiguration {
    init(
        _ configuration: GatewayConfiguration, version: String,
        log: @escaping @Sendable (_ level: Int, _ line: String) -> Void
    ) {
        self.init()
        let (sip, rtp) = (configuration.sip, configuration.rtp)
        userAgent = sip.userAgent ?? "burgernetd/\(version)"
        bindIPv4 = sip.bind
        bindIPv6 = sip.bindIPv6
        udpPort = sip.port
        tcpPort = sip.tcp ? sip.port : nil
        publicIPv4 = sip.publicAddress
        publicIPv6 = sip.publicAddressIPv6
        rtpPorts = rtp.firstPort...rtp.lastPort
        socketPairs = ResourceNeeds(configuration).socketPairs(.read())
        rtpDSCP = UInt8(clamping: rtp.dscp)
        sipDSCP = UInt8(clamping: sip.dscp)
        rtpRealtimePriority = rtp.realtimePriority
        sipCPU = sip.cpu
        rtpCPU = rtp.cpu
        logLevel = configuration.general.logLevel == .debug ? 4 : 1
        self.log = log
    }
}
