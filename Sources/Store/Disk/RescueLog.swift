// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import Glibc
import Platform

/// Answers and cancels that the journal could not take, for the next process, should this one not write them itself:
/// nobody who answered is called again, nor anybody of an action that was cancelled; and a sign of life, so that calls
/// under way have an end.
///
/// ``RescueFile`` has the form. The first place has its room since the start, and is written in place, which a full disk
/// does not hinder; the second one is on another file system, which serves while the first is read-only or broken.
final class RescueLog {
    private let paths: [String]
    private var descriptors: [Int32?]
    private var positions: [off_t]
    /// Of the lines that count: whatever is cleared begins another, and so none of before comes back.
    private var generation: UInt64 = 1
    /// Where lines were kept last.
    private var place: Int?
    private var lastBeat: Timestamp?
    /// Something stands in it.
    private(set) var isUsed = false

    private static let room: off_t = 1 << 20
    /// What an end may be too early by.
    private static let beatInterval = Interval.milliseconds(250)
    private static let nothing = "{}"

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

    /// Writes what these records say of answers and of actions that were cancelled, and that this process lives. Returns
    /// where; nil: nothing was to be kept, or nowhere could it be.
    func keep(_ records: some Sequence<JournalRecord>, alive now: Timestamp) -> String? {
        var lines: [UInt8] = []
        for record in records {
            if let json = Self.json(of: record) { lines += RescueFile.line(generation, json) }
        }
        guard !lines.isEmpty else {
            beat(now)
            return nil
        }
        for place in paths.indices where append(lines, at: place, now) {
            isUsed = true
            self.place = place
            return paths[place]
        }
        return nil
    }

    /// Where lines are, the last of them. What it is worth is not worth waiting for a disk.
    private func beat(_ now: Timestamp) {
        guard let place, isUsed, lastBeat.map({ now - $0 >= Self.beatInterval }) ?? true else { return }
        lastBeat = now
        _ = write(ending([], now), at: place)
    }

    /// The next lines take the beat's place.
    private func ending(_ lines: [UInt8], _ now: Timestamp) -> [UInt8] {
        let beat = try? JournalJSON.encode(RescuedBeat(alive: now.microseconds), "keeping a sign of life")
        // An end that nothing of before can be taken for.
        return lines + (beat.map { RescueFile.line(generation, $0) } ?? []) + [0, 10]
    }

    private static func json(of record: JournalRecord) -> String? {
        if let call = RescuedCall(record) { return try? JournalJSON.encode(call, "keeping an answer") }
        return RescuedCancel(record).flatMap { try? JournalJSON.encode($0, "keeping a cancel") }
    }

    /// What a former process kept. A line that is damaged costs no other one. What is kept from now on follows it.
    func read() -> Kept {
        let files = paths.map { RescueFile(Self.contents(of: $0) ?? []) }
        let newest = files.flatMap(\.lines).map(\.generation).max() ?? 0
        generation = files.allSatisfy(\.lines.isEmpty) ? 1 : newest
        var kept = Kept()
        for (place, file) in files.enumerated() {
            kept.damaged += file.damaged(newest)
            for line in file.lines where line.generation == newest && line.json != Self.nothing {
                if take(line.json, into: &kept) { positions[place] = off_t(line.end) }
            }
        }
        isUsed = !kept.isEmpty
        return kept
    }

    /// False: the next line takes its place.
    private func take(_ json: String, into kept: inout Kept) -> Bool {
        if let call = try? JournalJSON.decode(RescuedCall.self, json, "reading kept answers") {
            kept.calls.append(call)
        } else if let cancel = try? JournalJSON.decode(RescuedCancel.self, json, "reading kept cancels") {
            kept.cancels.append(cancel)
        } else if let beat = try? JournalJSON.decode(RescuedBeat.self, json, "reading a sign of life") {
            kept.alive = Timestamp(microseconds: beat.alive)
            return false
        } else {
            kept.damaged += 1
        }
        return true
    }

    /// The journal has all of it.
    func clear() {
        guard isUsed else { return }
        isUsed = false
        generation += 1
        for place in paths.indices {
            positions[place] = 0
            guard access(paths[place], F_OK) == 0 else { continue }
            // In place: a disk that was full a moment ago takes it.
            _ = write(RescueFile.line(generation, Self.nothing) + [0, 10], at: place)
            if let descriptor = descriptors[place] { _ = fdatasync(descriptor) }
        }
    }

    private func append(_ lines: [UInt8], at place: Int, _ now: Timestamp) -> Bool {
        guard write(ending(lines, now), at: place), let descriptor = descriptors[place], fdatasync(descriptor) == 0
        else { return false }
        positions[place] += off_t(lines.count)
        return true
    }

    private func write(_ bytes: [UInt8], at place: Int) -> Bool {
        guard let descriptor = open(place) else { return false }
        return bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, positions[place]) } == bytes.count
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
            bytes += piece[..<count]
        }
    }
}
