// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import Pacing
import SMPP

/// What went in and out.
package struct MessageCounts: Equatable, Sendable {
    /// Handed to a bind.
    package var submitted = 0
    package var accepted = 0
    /// Responses other than ESME_ROK, throttling and full queues not counted.
    package var refused = 0
    package var throttled = 0
    package var queueFull = 0
    package var timedOut = 0
    package var receipts = 0
    /// Receipts of which no message is known, or several.
    package var unmatchedReceipts = 0
    /// Messages from citizens.
    package var inbound = 0

    package init() {}

    static func += (left: inout MessageCounts, right: MessageCounts) {
        left.submitted += right.submitted
        left.accepted += right.accepted
        left.refused += right.refused
        left.throttled += right.throttled
        left.queueFull += right.queueFull
        left.timedOut += right.timedOut
        left.receipts += right.receipts
        left.unmatchedReceipts += right.unmatchedReceipts
        left.inbound += right.inbound
    }
}

/// One bind as the engine sees it.
package struct BindState: Sendable {
    package let name: String
    package internal(set) var mode: BindMode
    package internal(set) var isUp = false
    package internal(set) var isRetired = false
    package internal(set) var pacer: MessagePacer
    package internal(set) var counts = MessageCounts()
    /// The last thing that went wrong, and when.
    package internal(set) var lastError: String?
    package internal(set) var lastErrorAt: Timestamp?
    /// Messages that this turn handed over.
    var admitted = 0

    init(_ settings: SMSCSettings.Bind, limits: BindLimits) {
        name = settings.name
        mode = settings.mode
        pacer = MessagePacer(limits: limits)
    }

    package var canSubmit: Bool { isUp && !isRetired && mode != .receiver }
}

/// One SMSC as the engine sees it. A class: it holds a million outstanding messages.
package final class SMSCState {
    package let name: String
    package internal(set) var settings: SMSCSettings
    package internal(set) var binds: [BindState] = []
    package internal(set) var isRetired = false
    package internal(set) var disabledByOperator = false

    /// Messages that may be submitted, by priority, in the order of their id.
    var prepared: [Fifo<AttemptID>] = ActionPriority.allCases.map { _ in Fifo() }
    /// Segments of the first one that were handed over.
    var preparedSegments = ActionPriority.allCases.map { _ in 0 }
    /// Segments to be submitted again, by priority.
    var again: [Fifo<SegmentToken>] = ActionPriority.allCases.map { _ in Fifo() }
    var matcher: ReceiptMatcher
    /// Numbers whose queue is full.
    var backoff = NumberBackoff()
    /// Receipts that came before their submit response, the oldest first: the SMSC sends them again if this
    /// process dies before it knows what they mean.
    var earlyTickets = Fifo<(key: BindKey, ticket: UInt64)>()
    /// Messages that are over, oldest first: the matcher knows a repeated receipt of theirs for a while.
    var finished = Fifo<UInt64>()
    /// A deadline is set by which what waits for it goes elsewhere.
    var isEvacuationDue = false

    static let rememberedLimit = 100_000
    /// How long segments wait for an SMSC to come back before another one gets their message.
    static let returnTime = Interval.seconds(5)
    /// Messages journalled ahead of their release, at most: what a lost machine makes doubtful.
    static let lookAhead = 512

    init(settings: SMSCSettings) {
        name = settings.name
        self.settings = settings
        matcher = ReceiptMatcher(configuration: settings.receipts)
        apply(settings)
    }

    func apply(_ new: SMSCSettings) {
        if new.receipts != settings.receipts { matcher = ReceiptMatcher(configuration: new.receipts) }
        settings = new
        isRetired = false
        for bind in new.binds {
            if let index = binds.firstIndex(where: { $0.name == bind.name }) {
                binds[index].mode = bind.mode
                binds[index].isRetired = false
                binds[index].pacer.limits = new.limits
            } else {
                binds.append(BindState(bind, limits: new.limits))
            }
        }
        let names = Set(new.binds.map(\.name))
        for index in binds.indices where !names.contains(binds[index].name) { binds[index].isRetired = true }
    }

    /// A bind is up by which messages can leave.
    package var isUsable: Bool { !isRetired && !disabledByOperator && binds.contains { $0.canSubmit } }

    /// Messages journalled that have not left.
    package var preparedCount: Int { prepared.reduce(0) { $0 + $1.count } }

    /// How its receipts write message ids; nil while that is not known.
    package var messageIDForm: MessageIdentifierForm? { matcher.learner.form }

    package var counts: MessageCounts { binds.reduce(into: MessageCounts()) { $0 += $1.counts } }

    /// How many messages may be journalled ahead: what the binds can take soon, so that little is bound to an SMSC
    /// that may go away.
    func room(now: Timestamp) -> Int {
        var room = 0
        for bind in binds where bind.canSubmit {
            guard let pace = bind.pacer.pace(now: now) else { return Self.lookAhead }
            room += max(bind.pacer.limits.window, Int(pace / 10))
        }
        return min(Self.lookAhead, room)
    }

    /// The bind that takes the next message: the emptiest of those that may.
    func chooseBind(now: Timestamp) -> (bind: Int?, wait: Timestamp?) {
        var best: Int?
        var wait: Timestamp?
        for index in binds.indices where binds[index].canSubmit {
            switch binds[index].pacer.availability(now: now) {
            case .ready:
                if let known = best, binds[known].pacer.outstanding <= binds[index].pacer.outstanding { continue }
                best = index
            case .paced(let until): wait = wait.map { min($0, until) } ?? until
            case .full: break
            }
        }
        return (best, wait)
    }

    /// How full it is by its share among those of its priority.
    var share: Double {
        let underWay = binds.reduce(0) { $0 + $1.pacer.outstanding }
        return Double(preparedCount + underWay) / Double(max(1, settings.weight))
    }

    // MARK: - What waits to be handed over

    /// The segment that is handed over next: one that was out before, else the first that was never; nil: none may.
    ///
    /// - Parameter hardened: The newest message that is on the disk; nil: all are.
    func next(_ rank: Int, hardened: AttemptID?) -> (token: SegmentToken, isFirst: Bool)? {
        if let token = again[rank].first { return (token, false) }
        guard let id = prepared[rank].first, hardened.map({ id <= $0 }) ?? true else { return nil }
        return (SegmentToken(id, preparedSegments[rank]), true)
    }

    /// Nothing of it is handed over (any more).
    func dropNext(_ rank: Int, isFirst: Bool) {
        if isFirst {
            _ = prepared[rank].popFirst()
            preparedSegments[rank] = 0
        } else {
            _ = again[rank].popFirst()
        }
    }

    /// A segment of the first one that waits was handed over, the last of its message or not.
    func handedOver(_ rank: Int, isLast: Bool) {
        preparedSegments[rank] += 1
        if isLast { dropNext(rank, isFirst: true) }
    }

    // MARK: - Receipts

    /// A message is over.
    func remember(_ handle: UInt64) {
        finished.append(handle)
        if finished.count > Self.rememberedLimit, let oldest = finished.popFirst() { matcher.forget(oldest) }
    }
}
