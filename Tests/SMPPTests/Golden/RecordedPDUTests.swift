// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import SMPP

@Suite("PDUs that other implementations encoded")
struct RecordedPDUTests {
    @Test("They say what went into them", arguments: RecordedPDU.libraries)
    func fields(library: String) throws {
        let records = try RecordedPDU.of(library)
        #expect(records.count >= 25)
        for record in records {
            let decoded = try PDU.decode(record.bytes)
            #expect(decoded.command.description == record.pdu, "\(record)")
            let ours = decoded.recordedFields
            var theirs = record.fields
            if case .list(let parameters)? = theirs["optional"] {
                // The name is for people.
                theirs["optional"] = .list(parameters.map { $0.filter { $0.key != "name" } })
            }
            for (name, value) in theirs { #expect(ours[name] == value, "\(record): \(name)") }
            for (name, value) in ours where theirs[name] == nil { #expect(value.isBlank, "\(record): \(name)") }
        }
    }

    /// All of these are canonical: no recorded PDU has a field in a form that the encoder would not choose.
    @Test("They are written again as they were", arguments: RecordedPDU.libraries)
    func octets(library: String) throws {
        for record in try RecordedPDU.of(library) {
            #expect(try PDU.decode(record.bytes).encoded() == record.bytes, "\(record)")
        }
    }
}
