// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import Glibc
import Platform

/// Answers and cancels that the journal could not take, for the next process, should this one not write them itself:
/// nobody who answered is called again, nor anybody of an action that was cancelled.
///
/// Each line is the first 16 digits of the SHA-256 of its JSON, a blank, and the JSON (``RescuedCall``,
/// ``RescuedCancel``); a NUL ends the file. The first place has its room since the start, and is written in place, which a full disk
/// does not hinder; the second one is on another file system, which serves while the first is read-only or broken.
final class RescueLog {
    private let paths: [String]
    private var descriptors: [Int32?]
    private var positions: [off_t]
    /// Something stands in it.
    private(set) var isUsed = false

    private static let room: off_t = 1 << 20

    /// - Parameter paths: where it may be kept, the best first.
    init(paths: [String]) {
        self.paths = paths
        descriptors = paths.map { _ in nil }
        positions = paths.map { _ in 0 }
    }

    /// Without it the first place is as good as the second one.
    func takeRoom() {
        var status = stat()
        guard !paths.isEmpty, let descriptor = open(0), fstat(descriptor, &status) == 0, status.st_size < Self.room
        else { return }
        _ = posix_fallocate(descriptor, 0, Self.room)
    }

    deinit { for case .some(let descriptor) in descriptors { close(descriptor) } }

    /// Writes what these records say of answers and of actions that were cancelled. Returns where; nil: nothing was to be
    /// kept, or nowhere could it be.
    func keep(_ records: some Sequence<JournalRecord>) -> String? {
        var lines: [UInt8] = []
        for record in records {
            if let json = Self.json(of: record) { lines += Self.line(json) }
        }
        guard !lines.isEmpty else { return nil }
        for place in paths.indices where append(lines, at: place) {
            isUsed = true
            return paths[place]
        }
        return nil
    }

    private static func json(of record: JournalRecord) -> String? {
        if let call = RescuedCall(record) { return try? JournalJSON.encode(call, "keeping an answer") }
        return RescuedCancel(record).flatMap { try? JournalJSON.encode($0, "keeping a cancel") }
    }

    private static func line(_ json: String) -> [UInt8] { Array("\(seal(of: json)) \(json)\n".utf8) }

    private static func seal(of json: String) -> String { String(SHA256.hexDigest(of: json.utf8).prefix(16)) }

    /// What a former process kept, in order. A line that is damaged costs no other one.
    func read() -> (calls: [RescuedCall], cancels: [RescuedCancel], damaged: Int) {
        var calls: [RescuedCall] = []
        var cancels: [RescuedCancel] = []
        var damaged = 0
        for path in paths {
            guard let bytes = Self.contents(of: path) else { continue }
            for line in bytes.split(separator: 10) {
                let text = String(decoding: line, as: UTF8.self)
                let json = String(text.dropFirst(17))
                guard text.utf8.count > 17, text.prefix(16) == Self.seal(of: json) else {
                    damaged += 1
                    continue
                }
                if let call = try? JournalJSON.decode(RescuedCall.self, json, "reading kept answers") {
                    calls.append(call)
                } else if let cancel = try? JournalJSON.decode(RescuedCancel.self, json, "reading kept cancels") {
                    cancels.append(cancel)
                } else {
                    damaged += 1
                }
            }
        }
        isUsed = !calls.isEmpty || !cancels.isEmpty || damaged > 0
        return (calls, cancels, damaged)
    }

    /// The journal has all of it.
    func clear() {
        guard isUsed else { return }
        isUsed = false
        for place in paths.indices {
            positions[place] = 0
            guard access(paths[place], F_OK) == 0, let descriptor = open(place) else { continue }
            // In place: a disk that was full a moment ago takes it.
            _ = [0].withUnsafeBytes { pwrite(descriptor, $0.baseAddress, 1, 0) }
            _ = fdatasync(descriptor)
        }
    }

    private func append(_ lines: [UInt8], at place: Int) -> Bool {
        guard let descriptor = open(place) else { return false }
        // An end that nothing of before can be taken for.
        let bytes = lines + [0, 10]
        let written = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, positions[place]) }
        guard written == bytes.count, fdatasync(descriptor) == 0 else { return false }
        positions[place] += off_t(lines.count)
        return true
    }

    private func open(_ place: Int) -> Int32? {
        if let known = descriptors[place] { return known }
        let descriptor = Glibc.open(paths[place], O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return nil }
        descriptors[place] = descriptor
        return descriptor
    }

    private static func contents(of path: String) -> [UInt8]? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = piece.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return bytes }
            // What follows an end was never written by us.
            if let end = piece[..<count].firstIndex(of: 0) { return bytes + piece[..<end] }
            bytes += piece[..<count]
        }
    }
}
