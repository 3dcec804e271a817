// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Glibc

/// Whether the files of a journal are as their seal says, before SQLite touches them.
enum JournalProof {
    /// What the files of a journal show.
    struct Finding: Equatable {
        /// Nothing at all is at the journal's place.
        var isMissing: Bool
        /// The log; nil: there is none that can be read.
        var log: WriteAheadLog?
        /// The last sign of life in the database alone; nil: it has none, or cannot be read.
        var alive: Int64?
        /// Why the database cannot be read; nil: it can, or there is none.
        var damage: StoreError?
    }

    enum Verdict: Equatable {
        case whole
        /// There was a journal, and it is gone.
        case missing
        /// So many frames of the log are lost; nil: of another state of the database, nobody knows how many.
        case loss(frames: UInt32?)
    }

    static func compare(_ seal: LogSeal, _ finding: Finding) -> Verdict {
        if finding.isMissing { return .missing }
        if let log = finding.log {
            // Begun anew since: what the seal speaks of is in the database.
            if log.generation != seal.generation || log.salts != seal.salts {
                let isLater = Int32(bitPattern: log.generation &- seal.generation) > 0
                if isLater || seal.generation == 0 && seal.salts == 0 { return .whole }
            } else {
                return log.frames >= seal.frames ? .whole : .loss(frames: seal.frames - log.frames)
            }
        }
        // Another program, such as sqlite3, may have moved the log into the database.
        if seal.alive == 0 || finding.alive == seal.alive { return .whole }
        return .loss(frames: seal.frames > 0 ? seal.frames : nil)
    }

    /// - Parameter path: of the database.
    static func look(_ path: String, _ seal: LogSeal) -> Finding {
        var status = stat()
        let isMissing = stat(path, &status) != 0 || status.st_size == 0
        var finding = Finding(
            isMissing: isMissing, log: WriteAheadLog.inspect(path: path + "-wal", upTo: seal.frames), alive: nil)
        guard !isMissing else { return finding }
        do {
            finding.alive = try SQLiteConnection.number(.alive, inDatabaseAlone: path)
        } catch let error as StoreError where error.isDamage {
            finding.damage = error
        } catch {}
        return finding
    }

    /// Of the seal, what SQLite does not have: whether there was one, and what it says.
    static func check(_ path: String, seal sealPath: String, _ operation: String) throws {
        if let seal = LogSeal.read(sealPath) { return try check(path, seal, sealPath, operation) }
        let isThere = access(sealPath, F_OK) == 0
        var status = stat()
        if stat(path, &status) != 0 || status.st_size == 0 {
            // Of a damaged seal, and of a log, it is known at least that there was a journal.
            guard isThere || stat(path + "-wal", &status) == 0 && status.st_size > 0 else { return }
            throw gone("", operation)
        }
        // A version before had none.
        guard (try? SQLiteConnection.number(.sealed, inDatabaseAlone: path)) != nil else { return }
        throw StoreError(
            operation: operation,
            message:
                "\(sealPath) is \(isThere ? "damaged" : "gone"): whether a part of the journal is lost is not known. Put it "
                + "back if you have it, as it was beside this journal. burgernetd --accept-loss goes on without it, and "
                + "marks those who may be called twice", isRefusal: true)
    }

    private static func gone(_ what: String, _ operation: String) -> StoreError {
        StoreError(
            operation: operation,
            message:
                "there was a journal\(what), and it is gone. Put it back from where it is, with its -wal. Only if nothing of "
                + "it is needed any more: burgernetd --init begins a new one", isRefusal: true)
    }

    /// When the seal was written last, by the civil clock: the journal's own times are not.
    private static func lastWritten(_ sealPath: String) -> String {
        var status = stat()
        guard stat(sealPath, &status) == 0 else { return "at an unknown time" }
        let time = status.st_mtim
        return "\(Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000))"
    }

    /// - Throws: ``StoreError`` when something is lost, with what an operator can do.
    static func check(_ path: String, _ seal: LogSeal, _ sealPath: String, _ operation: String) throws {
        let finding = look(path, seal)
        switch compare(seal, finding) {
        case .whole: return
        case .missing:
            throw gone(" (last written \(lastWritten(sealPath)), \(seal.sequence) rows in its ledger)", operation)
        case .loss(let frames):
            if let damage = finding.damage { throw damage }
            let what = frames.map { "the last \($0) pages of its log are cut off or damaged" } ?? "it is an older one"
            throw StoreError(
                operation: operation,
                message:
                    "a part of the journal is lost: \(what). It was last written "
                    + "\(lastWritten(sealPath)), with \(seal.sequence) rows in the ledger and "
                    + "\(seal.attempt) attempts; who was called or answered shortly before that is not known. Put the "
                    + "files back if you have them. burgernetd --accept-loss goes on without that part, and marks those "
                    + "who may be called twice", isRefusal: true)
        }
    }
}
