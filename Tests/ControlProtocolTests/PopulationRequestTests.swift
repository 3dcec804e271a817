// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import ControlProtocol

@Suite("For whom an action is") struct PopulationRequestTests {
    private func action(_ populations: String) throws -> ActionDocument {
        try ActionDocument.decode(Array(#"{"id":"a1","message":[{"text":"x"}],"populations":\#(populations)}"#.utf8))
    }

    @Test("Populations are a list of names, written as they were read")
    func read() throws {
        let document = try action(#"["citizens","profinet"]"#)
        #expect(document.populations == ["citizens", "profinet"])
        #expect(try ActionDocument.decode(document.encode()) == document)
        #expect(try action("[]").populations.isEmpty)
    }

    @Test(
        "What is no list of names is refused",
        arguments: [#""profinet""#, #"[1]"#, #"["a b"]"#, #"["profinet","profinet"]"#])
    func refused(text: String) {
        let error = #expect(throws: ProtocolError.self) { try action(text) }
        #expect(error?.field == "action.populations")
    }

    @Test("A recipient may bring one, in either way of reading, and from a list")
    func recipients() throws {
        let line = RecipientLine(number: "0612345678", reference: "P-1", population: "profinet")
        let bytes = line.encode()
        #expect(RecipientScanner.scan(bytes.dropLast()) == line)
        #expect(try RecipientLine.decode(bytes.dropLast(), limit: Request.lineLimit) == line)
        #expect(RecipientLine.column(named: "populatie") == .population)
        var read = RecipientLine(line: 2)
        read.set(.population, "profinet")
        #expect(read.population == "profinet")
    }
}
