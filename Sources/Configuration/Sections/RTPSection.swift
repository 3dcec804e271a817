// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

extension GatewayConfiguration {
    /// `[RTP]`: the audio. All of it takes effect at a restart only.
    package struct RTP: Equatable, Sendable {
        /// First, even; a call takes an even port and the odd one above it.
        package var firstPort: UInt16 = 16384
        /// Last.
        package var lastPort: UInt16 = 32767
        /// Differentiated services code point, 0 to 63; 46 is EF (RFC 4594).
        package var dscp = 46
        /// SCHED_FIFO priority of the RTP thread, 1 to 99; 0: normal scheduling.
        package var realtimePriority = 0
        /// Core of the RTP thread; nil: any.
        package var cpu: Int?

        package init() {}

        /// How many calls the ports carry.
        package var callCapacity: Int { (Int(lastPort) - Int(firstPort) + 1) / 2 }
    }
}

extension ConfigurationSchema {
    static var rtp: ConfigurationSection<GatewayConfiguration> {
        ConfigurationSection(
            kind: "RTP",
            keys: [
                .value("Ports", \.rtp.ports, .portRange, .restart),
                .value("DSCP", \.rtp.dscp, .integer(0...63), .restart),
                .value("RealtimePriority", \.rtp.realtimePriority, .integer(0...99), .restart),
                .value("CPU", \.rtp.cpu, ValueReader<Int>.integer(0...1023).optional, .restart),
            ])
    }
}

extension GatewayConfiguration.RTP {
    fileprivate var ports: PortRange {
        get { PortRange(first: firstPort, last: lastPort) }
        set { (firstPort, lastPort) = (newValue.first, newValue.last) }
    }
}
