// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch
import Foundation
import GatewayCore
import Glibc
import Synchronization
import Testing

@testable import Voice

extension VoiceEndpointTests {
    @Test("Another process cancels a call with what its INVITE said, challenged or not", arguments: [false, true])
    func formerCall(isChallenged: Bool) async throws {
        let peer = try ScriptedPeer { request in
            switch request.method {
            case "INVITE" where isChallenged && request.headers("Proxy-Authorization").isEmpty:
                return [
                    .init(
                        status: "407 Proxy Authentication Required",
                        headers: [#"Proxy-Authenticate: Digest realm="a", nonce="1", qop="auth""#])
                ]
            case "INVITE": return [.init(status: "180 Ringing")]
            default: return [.init(status: "200 OK")]
            }
        }
        defer { peer.stop() }
        var trunk = VoiceTrunk(id: 1, host: "sip.carrier.example")
        if isChallenged { trunk.credentials = VoiceTrunk.Credentials(username: "burgernet", password: "geheim") }
        var request = VoiceCallRequest(
            call: 7, trunk: 1, target: 4, sipCallID: "0123456789abcdef", callee: "+31612345678", caller: "+31201234567")
        request.callerName = "Burgernet"
        request.tag = String(repeating: "5a", count: 16)
        var configuration = Self.configuration()

        let (stream, continuation) = AsyncStream.makeStream(of: VoiceEvent.self)
        let first = try VoiceEndpoint.start(configuration: configuration, queue: DispatchQueue(label: "voice-test")) {
            for event in $0 { continuation.yield(event) }
        }
        configuration.udpPort = first.udpPort
        first.setTrunk(trunk)
        first.setTargets(trunk: 1, [VoiceTarget(id: 4, address: "127.0.0.1", port: peer.port)])
        first.placeCall(request)
        for await event in stream { if case .provisional = event { break } }
        first.stop(lingerMilliseconds: 0)
        let before = peer.requests.count

        let second = try VoiceEndpoint.start(configuration: configuration, queue: DispatchQueue(label: "voice-test")) {
            _ in
        }
        second.setTrunk(trunk)
        second.holdFormer(FormerVoiceCall(request, address: "127.0.0.1", port: peer.port))
        var cancels: [ScriptedPeer.Request] = []
        while cancels.count < (isChallenged ? 3 : 1) {
            try await Task.sleep(for: .milliseconds(5))
            cancels = peer.requests.dropFirst(before).filter { $0.method == "CANCEL" }
        }
        second.stop(lingerMilliseconds: 0)

        let invite = try #require(peer.requests.last { $0.method == "INVITE" })
        let sequence = invite.headers("CSeq")[0].prefix { $0 != " " }
        let cancel = try #require(cancels.first { $0.headers("CSeq") == ["\(sequence) CANCEL"] })
        #expect(sequence == (isChallenged ? "2" : "1"))
        for name in ["Via", "From", "To", "Call-ID"] { #expect(cancel.headers(name) == invite.headers(name)) }
        #expect(cancel.requestURI == invite.requestURI)
        #expect(invite.headers("From")[0].hasSuffix(";tag=" + (request.tag ?? "")))
    }

    /// An even port of the range, which nobody uses, nor the one above.
    private static func freePort() throws -> UInt16 {
        for port in stride(from: configuration().rtpPorts.lowerBound, to: configuration().rtpPorts.upperBound, by: 2) {
            guard let (rtp, _) = try? ScriptedPeer.bound(port) else { continue }
            defer { Glibc.close(rtp) }
            guard let (rtcp, _) = try? ScriptedPeer.bound(port + 1) else { continue }
            Glibc.close(rtcp)
            return port
        }
        throw ScriptedPeer.Failure()
    }

    /// An endpoint holds a call whose INVITE, with that CSeq, another process had sent. The peer answers its CANCEL with the
    /// 200 of the INVITE as well. Returns what the peer was sent.
    ///
    /// - Parameter act: Called with each event, until it is true.
    private func held(
        cseq: Int, rtpPort: UInt16, sdp: String? = nil, _ act: @Sendable (VoiceEndpoint, VoiceEvent) -> Bool
    ) async throws -> [ScriptedPeer.Request] {
        let lines = [
            "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", "m=audio 7000 RTP/AVP 8 101",
            "a=rtpmap:101 telephone-event/8000", "",
        ]
        let answer = ScriptedPeer.Response(
            status: "200 OK",
            headers: [
                "Record-Route: <sip:second@127.0.0.1:PORT;lr>", "Record-Route: <sip:first@127.0.0.1:PORT;lr>",
                "Contact: <sip:phone@192.0.2.7>", "Content-Type: application/sdp",
            ], body: sdp ?? lines.joined(separator: "\r\n"), cseq: "\(cseq) INVITE")
        let peer = try ScriptedPeer { request in
            if request.method != "CANCEL" { return [.init(status: "200 OK")] }
            guard request.headers("CSeq") == ["\(cseq) CANCEL"] else {
                return [.init(status: "481 Call/Transaction Does Not Exist")]
            }
            // Not acknowledged at once, it comes again.
            return [.init(status: "200 OK"), answer, answer]
        }
        defer { peer.stop() }
        var trunk = VoiceTrunk(id: 1, host: "sip.carrier.example")
        if cseq > 1 { trunk.credentials = VoiceTrunk.Credentials(username: "burgernet", password: "geheim") }
        var request = VoiceCallRequest(
            call: 7, trunk: 1, target: 0, sipCallID: UUID().uuidString, callee: "+31612345678", caller: "+31201234567")
        request.tag = String(repeating: "5a", count: 16)
        let (stream, continuation) = AsyncStream.makeStream(of: VoiceEvent.self)
        let endpoint = try VoiceEndpoint.start(
            configuration: Self.configuration(), queue: DispatchQueue(label: "voice-test")
        ) {
            for event in $0 { continuation.yield(event) }
        }
        endpoint.setTrunk(trunk)
        endpoint.setTargets(trunk: 1, [VoiceTarget(id: 4, address: "127.0.0.1", port: peer.port)])
        endpoint.holdFormer(FormerVoiceCall(request, address: "127.0.0.1", port: peer.port, rtpPort: rtpPort))
        for await event in stream { if act(endpoint, event) { break } }
        endpoint.stop(lingerMilliseconds: 500)
        return peer.requests
    }

    @Test(
        "A 200 to an INVITE of another process is taken over: route set, target and CSeq are those of its dialog",
        arguments: [1, 2, 3])
    func takenOver(cseq: Int) async throws {
        let rtpPort = try Self.freePort()
        let seen = Mutex<[VoiceEvent]>([])
        let requests = try await held(cseq: cseq, rtpPort: rtpPort) { endpoint, event in
            seen.withLock { $0.append(event) }
            switch event {
            case .answered(let answer):
                endpoint.confirm(answer.call)
                endpoint.hangup(answer.call)
                return false
            case .ended, .strayAnswer: return true
            default: return false
            }
        }
        let answers = seen.withLock { $0 }.compactMap { if case .answered(let one) = $0 { one } else { nil } }
        #expect(answers.map(\.call) == [7] && answers.map(\.codec) == [.pcma] && answers.map(\.target) == [4])
        let dialog = try #require(answers.first?.dialog)
        #expect(dialog.routeSet.hasPrefix("<sip:first@127.0.0.1:") && dialog.routeSet.contains(",<sip:second@"))
        #expect((dialog.remoteTarget, dialog.remoteTag) == ("sip:phone@192.0.2.7", "peer"))
        #expect(dialog.localTag == String(repeating: "5a", count: 16) && dialog.localCSeq == UInt32(cseq))
        // What the former process sent is not sent again.
        #expect(!requests.contains { $0.method == "INVITE" })
        for (method, number) in [("ACK", cseq), ("BYE", cseq + 1)] {
            let request = try #require(requests.first { $0.method == method })
            #expect(request.headers("CSeq") == ["\(number) \(method)"])
            #expect(request.requestURI == "sip:phone@192.0.2.7")
            #expect(request.headers("Route").map { $0.prefix(10) } == ["<sip:first", "<sip:secon"])
            #expect(request.headers("Call-ID") == [dialog.sipCallID])
            #expect(request.headers("To")[0].hasSuffix(";tag=peer"))
        }
        #expect(requests.count { $0.method == "BYE" } == 1)
        #expect(!seen.withLock { $0 }.contains { if case .strayAnswer = $0 { true } else { false } })
    }

    @Test("A 200 to a call that cannot go on is ended: its port is not to be had or not known, or it has no SDP")
    func notTakenOver() async throws {
        let taken = try ScriptedPeer.bound(try Self.freePort())  // another program's
        defer { Glibc.close(taken.descriptor) }
        let free = try Self.freePort()
        for (rtpPort, sdp) in [(taken.port, nil), (0, nil), (10_000, nil), (free, "")] as [(UInt16, String?)] {
            let seen = Mutex<String?>(nil)
            let requests = try await held(cseq: 1, rtpPort: rtpPort, sdp: sdp) { _, event in
                switch event {
                case .strayAnswer(let answer): seen.withLock { $0 = answer.sipCallID }
                case .answered: break
                default: return false
                }
                return true
            }
            #expect(seen.withLock { $0 } == requests.first?.headers("Call-ID").first)
            #expect(requests.contains { $0.method == "ACK" } && requests.count { $0.method == "BYE" } == 1)
        }
    }

    @Test("The port of a call that is held is nobody else's, until it is held no longer")
    func heldNoLonger() async throws {
        var configuration = Self.configuration()
        let port = try Self.freePort()
        configuration.rtpPorts = port...port + 1
        let silent = try ScriptedPeer { _ in [] }
        defer { silent.stop() }
        let (stream, continuation) = AsyncStream.makeStream(of: VoiceEvent.self)
        let endpoint = try VoiceEndpoint.start(configuration: configuration, queue: DispatchQueue(label: "voice-test"))
        {
            for event in $0 { continuation.yield(event) }
        }
        defer { endpoint.stop(lingerMilliseconds: 0) }
        endpoint.setTrunk(VoiceTrunk(id: 1, host: "sip.carrier.example"))
        endpoint.setTargets(trunk: 1, [VoiceTarget(id: 4, address: "127.0.0.1", port: silent.port)])
        var request = VoiceCallRequest(
            call: 7, trunk: 1, target: 4, sipCallID: "7", callee: "+31612345678", caller: "+31201234567")
        request.tag = String(repeating: "5a", count: 16)
        endpoint.holdFormer(
            FormerVoiceCall(request, address: "127.0.0.1", port: silent.port, rtpPort: port, isAnswered: true))
        (request.call, request.sipCallID, request.tag) = (8, "8", nil)
        endpoint.placeCall(request)
        endpoint.hangup(7)
        (request.call, request.sipCallID) = (9, "9")
        endpoint.placeCall(request)
        var offered: UInt16?
        for await event in stream {
            if case .ended(let ended) = event { #expect(ended.call == 8 && ended.unsent == .noSocket) }
            guard case .sent(let sent) = event else { continue }
            #expect(sent.call == 9)
            offered = sent.rtpPort
            break
        }
        #expect(offered == port)
        // Of one that is answered as far as is known there is nothing to cancel.
        #expect(!silent.requests.contains { $0.method == "CANCEL" })
    }
}

extension ScriptedPeer.Request {
    fileprivate var requestURI: Substring? { text.split(separator: " ").dropFirst().first }
}
