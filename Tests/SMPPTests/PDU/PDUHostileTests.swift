// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import SMPP

@Suite("Hostile PDUs")
struct PDUHostileTests {
    /// What is wrong with how these octets are read, if anything is. A trap ends the run.
    private func fault(_ bytes: [UInt8]) -> String? {
        guard var pdu = try? PDU.decode(bytes) else { return nil }
        // What was lost is not written again.
        pdu.damage = nil
        let encoded = pdu.encoded()
        guard let again = try? PDU.decode(encoded) else { return "what we write cannot be read" }
        if again.encoded() != encoded { return "writing is not stable" }
        // An error response loses its body, a string that is too long its end; nothing else may change.
        let isWhole = pdu.status == .ok || !pdu.command.isResponse
        if isWhole, again != pdu, PDULimits.holds(pdu) { return "reading what we write gives another PDU" }
        return again.header == pdu.header ? nil : "the header has changed"
    }

    private func check(_ rounds: Int, seed: UInt64, _ make: (inout LCG) -> [UInt8]) -> Int {
        var random = LCG(state: seed)
        var decoded = 0
        for round in 0..<rounds {
            let bytes = make(&random)
            if let fault = fault(bytes) {
                Issue.record("round \(round): \(fault): \(bytes)")
                break
            }
            if (try? PDU.decode(bytes)) != nil { decoded += 1 }
        }
        return decoded
    }

    @Test("Random mutations of golden PDUs") func mutations() {
        let golden = GoldenPDU.all.map(\.bytes)
        let decoded = check(150_000, seed: 1) { random in
            var bytes = golden[random.next(below: golden.count)]
            for _ in 0...random.next(below: 4) {
                let place = random.next(below: bytes.count)
                switch random.next(below: 6) {
                case 0: bytes[place] ^= 1 << UInt8(random.next(below: 8))
                case 1: bytes[place] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF][random.next(below: 6)]
                case 2: bytes[place] = UInt8(random.next(below: 256))
                case 3: bytes.insert(UInt8(random.next(below: 256)), at: place)
                case 4: if bytes.count > PDUHeader.length { bytes.remove(at: place) }
                default: bytes += golden[random.next(below: golden.count)].suffix(random.next(below: 30))
                }
            }
            // Mostly with a true command_length: the octets behind it are what is to be tried.
            return random.next(below: 10) == 0 ? bytes : .sized(bytes[...])
        }
        #expect(decoded > 50_000, "most mutations should get past the length")
    }

    @Test("Random bodies behind every command") func bodies() {
        let commands = GoldenPDU.all.map(\.pdu.command.rawValue)
        let decoded = check(40_000, seed: 2) { random in
            let header = word(0) + word(commands[random.next(below: commands.count)]) + word(0) + word(9)
            // Many zeros, which end strings.
            let body = (0..<random.next(below: 120)).map { _ in
                random.next(below: 3) == 0 ? 0 : UInt8(random.next(below: 256))
            }
            return .sized(header[...] + body)
        }
        #expect(decoded > 1000, "some should make sense")
    }

    @Test("Random octets") func noise() {
        _ = check(10_000, seed: 3) { random in
            (0..<random.next(below: 200)).map { _ in UInt8(random.next(below: 256)) }
        }
    }

    @Test("The longest strings go out whole, longer ones are cut and do not move the next field")
    func strings() throws {
        for golden in GoldenPDU.all {
            #expect(PDULimits.holds(golden.pdu), "\(golden)")
        }
        let id = String(repeating: "f", count: 64)
        let longest = PDU(
            .querySM(QuerySM(messageID: id, source: .e164(String(repeating: "1", count: 20)))), sequence: 1)
        #expect(try PDU.decode(longest.encoded()) == longest)
        let longer = PDU(
            .querySM(QuerySM(messageID: id + "f", source: .e164(String(repeating: "1", count: 21)))), sequence: 1)
        #expect(try PDU.decode(longer.encoded()) == longest)
        // A NUL would end the string early; what is outside Latin-1 has no octet.
        let strange = PDU(.querySM(QuerySM(messageID: "a\0b\u{20AC}\u{E9}")), sequence: 1)
        #expect(try PDU.decode(strange.encoded()) == PDU(.querySM(QuerySM(messageID: "a?b?\u{E9}")), sequence: 1))
    }
}
