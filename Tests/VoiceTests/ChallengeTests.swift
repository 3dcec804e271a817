// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch
import GatewayCore
import Synchronization
import Testing

@testable import Voice

extension VoiceEndpointTests {
    /// What a call, a registration and a probe say of a challenge that was the last word.
    @Suite struct ChallengeTests {
        private typealias Response = ScriptedPeer.Response

        /// Answers the first request, the second one and so on with these; the last one for good.
        private final class Rounds: Sendable {
            private let responses: [Response]
            private let seen = Mutex<[String]>([])

            init(_ responses: [Response]) { self.responses = responses }

            func next(_ request: ScriptedPeer.Request) -> [Response] {
                let sequence = request.headers("CSeq").first ?? ""
                let round = seen.withLock { seen in
                    if let known = seen.firstIndex(of: sequence) { return known }
                    seen.append(sequence)
                    return seen.count - 1
                }
                return [responses[min(round, responses.count - 1)]]
            }

            var count: Int { seen.withLock { $0.count } }
        }

        private func challenge(
            _ realm: String, _ nonce: String, stale: Bool = false, proxy: Bool = false
        ) -> String {
            "\(proxy ? "Proxy" : "WWW")-Authenticate: Digest realm=\"\(realm)\", nonce=\"\(nonce)\", qop=\"auth\""
                + (stale ? ", stale=true" : "")
        }

        private func unauthorized(_ headers: String...) -> Response {
            Response(status: "401 Unauthorized", headers: headers)
        }

        private func proxy(_ headers: String...) -> Response {
            Response(status: "407 Proxy Authentication Required", headers: headers)
        }

        private func trunk(_ peer: ScriptedPeer, realm: String?) -> VoiceTrunk {
            var trunk = VoiceTrunk(id: 1, host: "127.0.0.1", port: peer.port)
            trunk.credentials = VoiceTrunk.Credentials(username: "burgernet", password: "geheim", realm: realm)
            return trunk
        }

        private let request = VoiceCallRequest(
            call: 1, trunk: 1, target: 4, sipCallID: "challenged", callee: "+31612345678", caller: "+31201234567")

        private func call(_ rounds: Rounds, realm: String? = "carrier") async throws -> CallEnded {
            let peer = try ScriptedPeer { $0.method == "INVITE" ? rounds.next($0) : [] }
            return try await peer.first(of: trunk(peer, realm: realm), placing: request) { event in
                if case .ended(let ended) = event { ended } else { nil }
            }
        }

        @Test("A challenge of a foreign realm ends the call at once, and says that the realm is not ours")
        func foreignRealm() async throws {
            let rounds = Rounds([unauthorized(challenge("pbx.example", "1"))])
            let ended = try await call(rounds)
            #expect((ended.code, ended.isCodeFromWire) == (401, true))
            #expect(ended.challenge == AuthenticationChallenge(realm: "pbx.example", isOurs: false))
            #expect(rounds.count == 1)
        }

        @Test("Refused with the same nonce, the credentials are wrong")
        func refused() async throws {
            let rounds = Rounds([proxy(challenge("carrier", "1", proxy: true))])
            let ended = try await call(rounds)
            #expect(ended.code == 407)
            #expect(ended.challenge == AuthenticationChallenge(realm: "carrier", isOurs: true))
            #expect(rounds.count == 2)
        }

        @Test("Refused with a new nonce each time, credentials of any realm are sent once more and no more")
        func newNonces() async throws {
            let rounds = Rounds((1...9).map { proxy(challenge("carrier", "\($0)", proxy: true)) })
            let ended = try await call(rounds, realm: nil)
            #expect(ended.challenge == AuthenticationChallenge(realm: "carrier", isOurs: true))
            #expect(rounds.count == 3)
        }

        @Test("A nonce that is stale for ever ends too, as does a realm that changes for ever")
        func bounded() async throws {
            let stale = Rounds((1...20).map { unauthorized(challenge("carrier", "\($0)", stale: $0 > 1)) })
            let ended = try await call(stale)
            #expect(ended.code == 401 && ended.challenge == AuthenticationChallenge(realm: "carrier", isOurs: true))
            #expect(stale.count == 4)
            let changing = Rounds((1...20).map { unauthorized(challenge("realm\($0)", "1")) })
            let other = try await call(changing, realm: nil)
            #expect(other.challenge == AuthenticationChallenge(realm: "realm9", isOurs: false))
            #expect(changing.count == 9)
        }

        @Test("Behind our own proxy a foreign realm is still foreign")
        func behindOurProxy() async throws {
            let rounds = Rounds([
                proxy(challenge("carrier", "1", proxy: true)), unauthorized(challenge("pbx.example", "2")),
            ])
            let ended = try await call(rounds)
            #expect(ended.code == 401)
            #expect(ended.challenge == AuthenticationChallenge(realm: "pbx.example", isOurs: false))
            #expect(rounds.count == 2)
        }

        @Test("Asked for both in one answer, what is refused is said before what we never had")
        func bothInOne() async throws {
            let rounds = Rounds([
                unauthorized(challenge("pbx.example", "1"), challenge("carrier", "2", proxy: true))
            ])
            let ended = try await call(rounds)
            #expect(ended.challenge == AuthenticationChallenge(realm: "carrier", isOurs: true))
            #expect(rounds.count == 2)
        }

        @Test("A 401 without a challenge, and any other status, says nothing of credentials")
        func withoutChallenge() async throws {
            #expect(try await call(Rounds([unauthorized()])).challenge == nil)
            let later = Rounds([unauthorized(challenge("carrier", "1")), Response(status: "486 Busy Here")])
            let ended = try await call(later)
            #expect(ended.code == 486 && ended.challenge == nil)
        }

        @Test("A probe answers challenges, and says when its credentials were refused", arguments: [true, false])
        func probe(isRight: Bool) async throws {
            let rounds = Rounds([
                unauthorized(challenge("carrier", "1")),
                isRight ? Response(status: "200 OK") : unauthorized(challenge("carrier", "1")),
            ])
            let peer = try ScriptedPeer { rounds.next($0) }
            var trunk = trunk(peer, realm: "carrier")
            trunk.probeIntervalMilliseconds = 60_000
            let status = try await peer.first(of: trunk) { event in
                if case .targetStatus(let status) = event { status } else { nil }
            }
            #expect(status.isAnswered && status.code == (isRight ? 200 : 401))
            #expect(status.challenge == (isRight ? nil : AuthenticationChallenge(realm: "carrier", isOurs: true)))
            let requests = peer.requests
            #expect(requests.map(\.method) == ["OPTIONS", "OPTIONS"])
            #expect(requests.map { $0.headers("Authorization").count } == [0, 1])
        }

        @Test("A registration says whose credentials were refused", arguments: ["carrier", "elsewhere"])
        func registration(realm: String) async throws {
            let rounds = Rounds([unauthorized(challenge(realm, "1"))])
            let peer = try ScriptedPeer { rounds.next($0) }
            var trunk = trunk(peer, realm: "carrier")
            trunk.registerExpiresSeconds = 60
            let status = try await peer.first(of: trunk) { event in
                if case .registration(let status) = event { status } else { nil }
            }
            #expect(status.code == 401 && status.expiresSeconds == nil)
            #expect(status.challenge == AuthenticationChallenge(realm: realm, isOurs: realm == "carrier"))
        }
    }
}
