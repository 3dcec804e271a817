// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch
import GatewayCore
import Glibc
import Testing

@testable import Voice

/// The real endpoint against a socket that never answers; how it speaks SIP is for the acceptance tests.
@Suite(.serialized) struct VoiceEndpointTests {
    static func configuration() -> VoiceConfiguration {
        var configuration = VoiceConfiguration()
        configuration.bindIPv4 = "127.0.0.1"
        configuration.udpPort = 0
        configuration.tcpPort = nil
        // Below what tests reserve; a pair that others use is passed over.
        configuration.rtpPorts = 8192...9999
        return configuration
    }

    @Test func aCallToNobodyEndsAndTheEndpointStartsAgain() async throws {
        let silent = try SilentSocket()
        for round in 1...2 as ClosedRange<UInt64> {
            let (stream, continuation) = AsyncStream.makeStream(of: VoiceEvent.self)
            let endpoint = try VoiceEndpoint.start(
                configuration: Self.configuration(), queue: DispatchQueue(label: "voice-test")
            ) { events in
                for event in events { continuation.yield(event) }
            }
            #expect(endpoint.udpPort != 0 && endpoint.tcpPort == 0)
            #expect(throws: VoiceStartError.self) {
                try VoiceEndpoint.start(configuration: Self.configuration(), queue: .main) { _ in }
            }
            let prompt = [UInt8](repeating: 0xd5, count: 1700)
            #expect(endpoint.addPrompt(5, pcma: prompt, pcmu: prompt))
            #expect(!endpoint.addPrompt(5, pcma: prompt, pcmu: prompt))
            #expect(!endpoint.addPrompt(6, pcma: Array(prompt.prefix(159)), pcmu: prompt))
            endpoint.setTrunk(VoiceTrunk(id: 1, host: "sip.carrier.example"))
            endpoint.setTargets(trunk: 1, [VoiceTarget(id: 4, address: "127.0.0.1", port: silent.port)])
            var request = VoiceCallRequest(
                call: round, trunk: 1, target: 4, sipCallID: "call-\(round)", callee: "+31612345678",
                caller: "+31201234567")
            request.noResponseTimeoutMilliseconds = 50
            endpoint.placeCall(request)
            request.call = round + 10
            request.target = 9
            endpoint.placeCall(request)
            endpoint.removePrompt(5)
            var seen: [VoiceEvent] = []
            var ended = 0
            for await event in stream {
                seen.append(event)
                if case .ended = event { ended += 1 }
                if ended == 2 { break }
            }
            endpoint.stop(lingerMilliseconds: 0)
            let first = seen.compactMap { event -> CallEnded? in
                if case .ended(let ended) = event, ended.call == round { ended } else { nil }
            }
            #expect(first.map(\.ownReason) == [.noResponse])
            #expect(first.map(\.code) == [408])
            #expect(first.allSatisfy { !$0.isCodeFromWire && !$0.wasAnswered })
            let second = seen.compactMap { event -> OwnReason? in
                if case .ended(let ended) = event, ended.call == round + 10 { ended.ownReason } else { nil }
            }
            #expect(second == [.transport])
            #expect(seen.contains(.promptReleased(5)))
            #expect(endpoint.statistics().calls == 0)
        }
    }

    @Test func aBadAddressIsNamed() {
        var configuration = Self.configuration()
        configuration.bindIPv4 = "192.0.2.77"
        do {
            _ = try VoiceEndpoint.start(configuration: configuration, queue: .main) { _ in }
            Issue.record("started on an address that is not ours")
        } catch {
            #expect("\(error)".contains("192.0.2.77"))
        }
    }
}

/// A UDP port that takes everything and says nothing.
private final class SilentSocket: Sendable {
    let descriptor: Int32
    let port: UInt16

    init() throws { (descriptor, port) = try ScriptedPeer.bound() }

    deinit { close(descriptor) }
}
