// SPDX-License-Identifier: GPL-3.0-or-later
import CPJSIP

extension VoiceEndpoint {
    /// Adds or replaces a trunk. Calls in progress keep what they were placed with.
    package func setTrunk(_ trunk: VoiceTrunk) {
        withStrings(trunk.host, trunk.fromHost, trunk.registerUser, nil) { host, fromHost, registerUser, _ in
            withStrings(
                trunk.credentials?.username, trunk.credentials?.password, trunk.credentials?.realm, nil
            ) { username, password, realm, _ in
                var raw = cpjsip_trunk()
                raw.id = trunk.id
                raw.host = host
                raw.port = trunk.port ?? 0
                raw.transport = trunk.transport.rawValue
                raw.auth_username = username
                raw.auth_password = password
                raw.auth_realm = realm
                raw.from_host = fromHost
                raw.privacy_id = trunk.privacy
                raw.asserted_identity = trunk.assertedIdentity
                raw.user_phone = trunk.userPhone
                raw.session_timers = trunk.sessionTimers
                raw.session_expires_s = trunk.sessionExpiresSeconds
                raw.register_expires_s = trunk.registerExpiresSeconds ?? 0
                raw.register_user = registerUser
                raw.probe_interval_ms = trunk.probeIntervalMilliseconds ?? 0
                raw.probe_timeout_ms = trunk.probeTimeoutMilliseconds
                raw.rewrite_contact = trunk.rewritesContact
                raw.accept_incoming = trunk.acceptsIncoming
                cpjsip_trunk_set(&raw)
            }
        }
    }

    /// Forgets a trunk: unregisters, stops probing. Calls in progress go on.
    package func removeTrunk(_ trunk: UInt32) { cpjsip_trunk_remove(trunk) }

    /// Replaces a trunk's addresses. Requests are accepted from these only.
    package func setTargets(trunk: UInt32, _ targets: [VoiceTarget]) {
        // One buffer holds all the addresses; the C side copies it before it returns.
        var text: [CChar] = []
        var starts: [Int] = []
        for target in targets {
            starts.append(text.count)
            text.append(contentsOf: target.address.utf8CString)
        }
        text.withUnsafeBufferPointer { text in
            let raw = zip(targets, starts).map { target, start in
                cpjsip_target(id: target.id, address: text.baseAddress.map { $0 + start }, port: target.port)
            }
            cpjsip_trunk_set_targets(trunk, raw, raw.count)
        }
    }

    // MARK: Prompts

    /// Registers one prompt, encoded both ways at 8 kHz. Both are cut to whole packets of 20 ms and to equal length.
    ///
    /// - Returns: false when the id is in use, or nothing is left to play.
    @discardableResult
    package func addPrompt(_ id: UInt32, pcma: [UInt8], pcmu: [UInt8]) -> Bool {
        let length = min(pcma.count, pcmu.count) / 160 * 160
        guard length > 0, let buffers = prompts.add(id, pcma: pcma[..<length], pcmu: pcmu[..<length]) else {
            return false
        }
        cpjsip_prompt_add(id, buffers.pcma, buffers.pcmu, length)
        return true
    }

    /// No call starts it any more. ``VoiceEvent/promptReleased(_:)`` comes when no call plays it.
    package func removePrompt(_ id: UInt32) { cpjsip_prompt_remove(id) }

    // MARK: Statistics

    package func statistics() -> VoiceStatistics {
        var raw = cpjsip_stats()
        cpjsip_statistics(&raw)
        var statistics = VoiceStatistics()
        statistics.calls = raw.calls
        statistics.streams = raw.rtp.streams
        statistics.packetsSent = raw.rtp.packets_sent
        statistics.packetsReceived = raw.rtp.packets_received
        statistics.sendErrors = raw.rtp.send_errors
        statistics.skipped = raw.rtp.skipped
        statistics.lateness = withUnsafeBytes(of: raw.rtp.late) { Array($0.bindMemory(to: UInt64.self)) }
        statistics.maximumLatenessMicroseconds = raw.rtp.late_max_us
        statistics.rtpCPUMicroseconds = raw.rtp.cpu_us
        statistics.sipCPUMicroseconds = raw.sip_cpu_us
        statistics.droppedRequests = raw.dropped_requests
        return statistics
    }
}
