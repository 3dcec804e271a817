// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore

/// What waits to be handed to the binds of one SMSC, of one priority.
///
/// What a bind gave back goes first: its message is partly out, or was about to leave. Then those who were never sent,
/// in the order of their ids, as a ``ReleaseMark`` wants it; one place in four is for those who are sent once more (the
/// SMSC refused them for now, or nobody knows whether it took them), so that neither waits for ever.
struct OutgoingQueue {
    /// Whence a segment comes.
    enum Source {
        /// Never sent.
        case prepared
        /// A bind gave it back, or its message goes on where it was.
        case resumed
        /// Refused for now; its own wait is over.
        case refused
        /// Nobody knows whether it was taken.
        case doubtful
    }

    /// Messages that may be submitted, in the order of their id.
    private var prepared = Fifo<AttemptID>()
    /// Segments of the first one that were handed over.
    private var segmentsOut = 0
    private var resumed = Fifo<SegmentToken>()
    private var refused = Fifo<SegmentToken>()
    private var doubtful = Fifo<SegmentToken>()
    /// Handed over for the first time since somebody was sent once more.
    private var firstTries = 0
    private static let firstTriesForEachOther = 3

    var isEmpty: Bool { prepared.isEmpty && !hasOthers }

    /// Others wait than those who were never sent.
    var hasOthers: Bool { !resumed.isEmpty || !refused.isEmpty || !doubtful.isEmpty }

    /// Messages journalled that have not left.
    var preparedCount: Int { prepared.count }

    // MARK: - In

    mutating func prepare(_ id: AttemptID) { prepared.append(id) }

    mutating func append(_ token: SegmentToken, _ source: Source) {
        switch source {
        case .prepared, .resumed: resumed.append(token)
        case .refused: refused.append(token)
        case .doubtful: doubtful.append(token)
        }
    }

    // MARK: - Out

    /// The segment that is handed over next; nil: none may.
    ///
    /// - Parameters:
    ///   - hardened: The newest message that is on the disk; nil: all are.
    ///   - mayRepeat: Those in doubt may be sent once more.
    func next(hardened: AttemptID?, mayRepeat: Bool) -> (token: SegmentToken, source: Source)? {
        if let token = resumed.first { return (token, .resumed) }
        let again: (token: SegmentToken, source: Source)?
        if mayRepeat, let token = doubtful.first {
            again = (token, .doubtful)
        } else {
            again = refused.first.map { ($0, .refused) }
        }
        if let again, firstTries >= Self.firstTriesForEachOther { return again }
        guard let id = prepared.first, hardened.map({ id <= $0 }) ?? true else { return again }
        return (SegmentToken(id, segmentsOut), .prepared)
    }

    /// Nothing of what came next is handed over (any more).
    mutating func drop(_ source: Source) {
        switch source {
        case .prepared:
            _ = prepared.popFirst()
            segmentsOut = 0
        case .resumed: _ = resumed.popFirst()
        case .refused: _ = refused.popFirst()
        case .doubtful: _ = doubtful.popFirst()
        }
    }

    /// What came next was handed over.
    ///
    /// - Parameter isLast: Of the segments of its message.
    mutating func handedOver(_ source: Source, isLast: Bool) {
        switch source {
        case .prepared:
            segmentsOut += 1
            firstTries += 1
            if isLast { drop(.prepared) }
        case .resumed: drop(source)
        case .refused, .doubtful:
            firstTries = 0
            drop(source)
        }
    }

    // MARK: - Taken back

    /// Those who were never sent, all that `isTaken` says yes to.
    mutating func takePrepared(where isTaken: (AttemptID) -> Bool) -> [AttemptID] {
        var kept = Fifo<AttemptID>()
        var taken: [AttemptID] = []
        let first = prepared.first
        while let id = prepared.popFirst() { if isTaken(id) { taken.append(id) } else { kept.append(id) } }
        prepared = kept
        if prepared.first != first { segmentsOut = 0 }
        return taken
    }

    /// The last ones of those who were never sent, in their order; the first one, of which a segment may be out, stays.
    mutating func takeLastPrepared(_ count: Int) -> [AttemptID] {
        let all = prepared.elements
        let taken = Set(all.suffix(max(0, min(count, all.count - 1))))
        return taken.isEmpty ? [] : takePrepared { taken.contains($0) }
    }

    /// The messages of all others.
    mutating func takeOthers() -> [AttemptID] {
        var ids: [AttemptID] = []
        while let token = resumed.popFirst() ?? refused.popFirst() ?? doubtful.popFirst() {
            if !ids.contains(token.attempt) { ids.append(token.attempt) }
        }
        return ids
    }
}
