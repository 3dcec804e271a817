// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import TestSupport
import Testing

@testable import Gateway

@Suite("Tariffs kept for later") struct TariffArchiveTests {
    private func tariffs(perMinute: String) -> [Tariff] {
        var reader = TariffReader()
        let text = """
            [Tariff all]
            Account=*
            ValidFrom=2026-01-01
            [Voice v]
            Prefix=+31
            PerMinute=\(perMinute)
            Increment=60/1
            """
        reader.read(Array(text.utf8), file: "a.tariff")
        return reader.tariffs.map(\.tariff)
    }

    @Test("Every version that was loaded can be asked for later") func archive() throws {
        let directory = try TemporaryDirectory()
        let old = tariffs(perMinute: "0.06")
        let new = tariffs(perMinute: "0.07")
        let archive = TariffArchive(stateDirectory: directory.path)
        try archive.keep(old)
        try archive.keep(new)
        try archive.keep(old)
        #expect(Set(archive.load().map(\.version)) == Set((old + new).map(\.version)))
        let book = TariffBook(new, archive: archive.load())
        #expect(book.tariff(version: old[0].version) == old[0])
    }
}
