// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import SMPP

@Suite("Cutting the stream into PDUs")
struct PDUSplitterTests {
    private let stream = GoldenPDU.all.flatMap(\.bytes)
    private let expected = GoldenPDU.all.map(\.bytes)

    /// Feeds the pieces and returns the PDUs that came out.
    private func split(
        _ pieces: some Sequence<[UInt8]>, by splitter: inout PDUSplitter
    ) throws(PDUSplitter.Fault) -> [[UInt8]] {
        var found: [[UInt8]] = []
        for piece in pieces { try splitter.feed(piece) { found.append(Array($0)) } }
        return found
    }

    private func split(_ pieces: some Sequence<[UInt8]>) throws -> [[UInt8]] {
        var splitter = PDUSplitter()
        let found = try split(pieces, by: &splitter)
        #expect(splitter.pending == 0)
        return found
    }

    @Test("All at once") func batched() throws {
        #expect(try split([stream]) == expected)
    }

    @Test("Octet by octet") func octetByOctet() throws {
        #expect(try split(stream.map { [$0] }) == expected)
    }

    @Test("Cut in two anywhere") func anyCut() throws {
        for cut in stream.indices { #expect(try split([Array(stream[..<cut]), Array(stream[cut...])]) == expected) }
    }

    @Test("In pieces of any size") func anyPieces() throws {
        var random = LCG(state: 7)
        for _ in 0..<300 {
            var pieces: [[UInt8]] = []
            var rest = stream[...]
            while !rest.isEmpty {
                let size = random.next(below: 90)
                pieces.append(Array(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            #expect(try split(pieces) == expected)
        }
    }

    @Test("Waits for the end") func pending() throws {
        var splitter = PDUSplitter()
        #expect(try split([Array(stream[..<3])], by: &splitter).isEmpty)
        #expect(splitter.pending == 3)
        #expect(try split([Array(stream[3..<49])], by: &splitter).isEmpty)
        #expect(splitter.pending == 49)
        #expect(try split([Array(stream[49..<50])], by: &splitter) == [expected[0]])
        #expect(splitter.pending == 0)
        #expect(try split([[]], by: &splitter).isEmpty)
    }

    @Test("The shortest and the longest are taken", arguments: [16, 65_536])
    func bounds(length: UInt32) throws {
        let pdu = word(length) + word(0x15) + word(0) + word(1) + [UInt8](repeating: 0x20, count: Int(length) - 16)
        #expect(try split([pdu]) == [pdu])
        #expect(try split(pdu.map { [$0] } + [stream]) == [pdu] + expected)
    }

    @Test(
        "Other lengths are a fault, before anything is awaited", arguments: [0, 15, 65_537, 0x7FFF_FFFF, 0xFFFF_FFFF])
    func fault(length: UInt32) throws {
        let header = word(length) + word(0x15) + word(0) + word(77)
        for pieces in [[header], [Array(header[..<4])], header.map { [$0] }] {
            var splitter = PDUSplitter()
            let error = #expect(throws: PDUSplitter.Fault.self) { try split(pieces, by: &splitter) }
            #expect(error?.commandLength == length)
            #expect(error?.sequence == (pieces == [header] ? 77 : 0))
            #expect(error?.description == "command_length \(length) is not within 16 to 65536")
            #expect(splitter.pending == 0)
        }
    }

    @Test("What came before the fault is given, and nothing after it") func afterFault() {
        var splitter = PDUSplitter()
        var found: [[UInt8]] = []
        let bytes = stream + word(15) + stream
        #expect(throws: PDUSplitter.Fault.self) { try splitter.feed(bytes) { found.append(Array($0)) } }
        #expect(found == expected)
        #expect(throws: PDUSplitter.Fault.self) { try splitter.feed(stream) { found.append(Array($0)) } }
        #expect(found == expected)
    }

    @Test("Hostile octets: nothing shorter or longer than allowed comes out") func hostile() {
        var random = LCG(state: 11)
        for _ in 0..<20_000 {
            var splitter = PDUSplitter()
            var good = true
            for _ in 0..<1 + random.next(below: 5) {
                // Mostly small lengths, so that some are right by chance.
                var piece = (0..<random.next(below: 40)).map { _ in UInt8(random.next(below: 256)) }
                for index in piece.indices where random.next(below: 3) > 0 { piece[index] = index % 4 == 3 ? 18 : 0 }
                do throws(PDUSplitter.Fault) {
                    try splitter.feed(piece) { pdu in
                        let length = pdu.prefix(4).reduce(0) { $0 << 8 | Int($1) }
                        if length != pdu.count || length < 16 { good = false }
                    }
                } catch {
                    if (16...65_536).contains(error.commandLength) { good = false }
                }
            }
            if !good { Issue.record("a PDU of a wrong length, or a fault for a right one") }
        }
    }
}

/// Four octets, big-endian.
func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) } }

extension PDUSplitter {
    mutating func feed(_ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) -> Void) throws(Fault) {
        let result = bytes.withUnsafeBytes { buffer -> Result<Void, Fault> in
            do throws(Fault) { return .success(try feed(buffer, body)) } catch { return .failure(error) }
        }
        try result.get()
    }
}
