// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

@testable import Speech

@Suite struct PromptCacheTests {
    @Test("What was stored comes back; what was not, does not")
    func hit() throws {
        let folder = try Folder()
        let cache = PromptCache(directory: folder.path + "/deep/cache", limit: 1 << 20)
        cache.store([1, -2, 3], as: "a")
        #expect(cache.samples(of: "a") == [1, -2, 3])
        #expect(cache.samples(of: "b") == nil)
        #expect(folder.names(in: "deep/cache") == ["a.prompt"], "no temporary file stays")
    }

    @Test("A damaged file counts as absent, wherever the damage is")
    func damaged() throws {
        let folder = try Folder()
        let cache = PromptCache(directory: folder.path, limit: 1 << 20)
        cache.store(tone(milliseconds: 1), as: "a")
        let good = try folder.read("a.prompt")
        for index in good.indices {
            var bytes = good
            bytes[index] ^= 0x10
            try folder.write(bytes, "a.prompt")
            #expect(cache.samples(of: "a") == nil, "byte \(index)")
        }
        for count in 0..<good.count {
            try folder.write(Array(good.prefix(count)), "a.prompt")
            #expect(cache.samples(of: "a") == nil, "\(count) bytes")
        }
        try folder.write(good, "a.prompt")
        #expect(cache.samples(of: "a") != nil)
    }

    @Test("Above the limit what was used longest ago goes first, remains of a crash included")
    func evicts() throws {
        let folder = try Folder()
        // 64 bytes of hash, 44 of header and 800 samples: 1708 bytes each.
        let cache = PromptCache(directory: folder.path, limit: 4000)
        func age(_ name: String, hours: Double) throws {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -3600 * hours)],
                ofItemAtPath: "\(folder.path)/\(name)")
        }
        try folder.write([UInt8](repeating: 0, count: 1000), "c.prompt.Xy12Zz")
        try age("c.prompt.Xy12Zz", hours: 9)
        try folder.write([1], "operators-own-file")
        cache.store(tone(milliseconds: 100), as: "a")
        try age("a.prompt", hours: 3)
        cache.store(tone(milliseconds: 100), as: "b")
        try age("b.prompt", hours: 2)
        #expect(folder.names() == ["a.prompt", "b.prompt", "operators-own-file"])
        // Using it makes it the youngest.
        #expect(cache.samples(of: "a") != nil)
        cache.store(tone(milliseconds: 100), as: "d")
        #expect(folder.names() == ["a.prompt", "d.prompt", "operators-own-file"])
    }

    @Test("A folder that cannot be written to costs time, not sound")
    func unwritable() throws {
        let folder = try Folder()
        try folder.write([1], "file")
        let cache = PromptCache(directory: folder.path + "/file/cache", limit: 1 << 20)
        cache.store([1], as: "a")
        #expect(cache.samples(of: "a") == nil)
    }
}
