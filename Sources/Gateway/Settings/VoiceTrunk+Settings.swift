// SPDX-License-Identifier: GPL-3.0-or-later
import Configuration
import GatewayCore
import Voice

/// A trunk of the SIP endpoint, as its section says it.
extension VoiceTrunk {
    init(_ trunk: GatewayConfiguration.Trunk, id: UInt32) {
        self.init(id: id, host: trunk.host, port: trunk.port)
        transport = trunk.transport == .tcp ? .tcp : .udp
        credentials = trunk.credentials.map {
            Credentials(username: $0.username, password: $0.password.text, realm: $0.realm)
        }
        fromHost = trunk.fromHost
        privacy = trunk.privacy
        assertedIdentity = trunk.assertedIdentity
        userPhone = trunk.userPhone
        sessionTimers = trunk.sessionTimers
        sessionExpiresSeconds = UInt32(clamping: trunk.sessionExpires.milliseconds / 1000)
        registerExpiresSeconds = trunk.register ? UInt32(clamping: trunk.registerExpires.milliseconds / 1000) : nil
        registerUser = trunk.registerUser
        probeIntervalMilliseconds = trunk.probeInterval.map { UInt32(clamping: $0.milliseconds) }
        probeTimeoutMilliseconds = UInt32(clamping: trunk.probeTimeout.milliseconds)
        rewritesContact = trunk.contact == .rewrite
        acceptsIncoming = trunk.acceptIncoming
    }
}
