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
    /// Receipts of which no message is known, or several. One that comes before its submit response counts until then.
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
    /// It takes responses and nothing more: one side has asked for its end.
    package internal(set) var isLeaving = false
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

    package var canSubmit: Bool { isUp && !isLeaving && !isRetired && mode != .receiver }
}

/// One SMSC as the engine sees it. A class: it holds a million outstanding messages.
package final class SMSCState {
    package let name: String
    package internal(set) var settings: SMSCSettings
    package internal(set) var binds: [BindState] = []
    package internal(set) var isRetired = false
    package internal(set) var disabledByOperator = false

    /// What waits to be handed over, by priority.
    var queues = ActionPriority.allCases.map { _ in OutgoingQueue() }
    /// What it is asked to delete, by priority.
    var recalls = ActionPriority.allCases.map { _ in RecallQueue() }
    /// Whether it knows cancel_sm and replace_sm.
    var commands = CommandKnowledge()
    /// What less pressing classes are owed of what leaves.
    var floors = ClassFloors()
    /// When messages were journalled ahead last, by priority.
    var refilled = ActionPriority.allCases.map { _ in Timestamp.epoch }
    /// By priority; nil: it has none.
    var work: [SMSCWork?] = ActionPriority.allCases.map { _ in nil }
    var matcher: ReceiptMatcher
    /// Numbers whose queue is full (ESME_RMSGQFUL), and those that are throttled (ESME_RTHROTTLED).
    var fullQueues = NumberBackoff()
    var throttled = NumberBackoff(first: .milliseconds(500), growth: .doubling)
    /// Numbers whose messages were taken back because others were free.
    private var passedOver = NumberBackoff(first: .seconds(10), longest: .seconds(10))
    /// Of whom such refusals speak.
    var evidence = RefusalEvidence()
    var record = RefusalRecord()
    /// When they were believed of the SMSC last.
    var refusedAt: Timestamp?
    /// It was said that everything is refused.
    var isRefusalSaid = false
    /// What is in doubt is not sent once more before: late responses may still end the doubt.
    var quietUntil = Timestamp.epoch
    /// Links that left something in doubt, one soon after the other, and when the last one did.
    private var lossesInARow = 0
    private var lastLoss = Timestamp.epoch
    /// Receipts that came before their submit response, the oldest first: the SMSC sends them again if this
    /// process dies before it knows what they mean.
    var earlyTickets: [(key: BindKey, ticket: UInt64, id: String)] = []
    /// Receipts that waited for a response in vain, since one that did not.
    var unknownInARow = 0
    /// Messages that are over, oldest first: the matcher knows a repeated receipt of theirs for a while.
    var finished = Fifo<UInt64>()
    /// A deadline is set by which what waits for it goes elsewhere.
    var isEvacuationDue = false

    /// A message can be named by its id in cancel_sm or replace_sm.
    func takes(_ command: CommandID) -> Bool {
        let isWanted = command == .replaceSM ? settings.mayReplace : settings.mayCancel
        return isWanted && commands.isKnown(command) && !matcher.identifiersAreUnreliable
    }

    /// A segment of this priority was handed over.
    func countForFloors(_ rank: Int, share: Double) {
        floors.share = share
        for lower in rank + 1..<queues.count { floors.earn(lower, isWaiting: !queues[lower].isEmpty) }
    }

    static let rememberedLimit = 100_000
    static let earlyHold = Interval.milliseconds(200)
    /// How long segments wait for an SMSC to come back before another one gets their message.
    static let returnTime = Interval.seconds(5)
    /// Messages journalled ahead of their release, at most: what a lost machine makes doubtful.
    static let lookAhead = 512
    /// Responses that are late come together: so long after one of them nothing is sent once more.
    static let quietTime = Interval.seconds(1)
    static let longestQuiet = Interval.seconds(15)
    /// Links that were lost longer ago do not count.
    static let calm = Interval.minutes(1)
    /// A refusal that was believed of the SMSC counts for so long.
    static let refusalTime = Interval.seconds(5)

    init(settings: SMSCSettings) {
        name = settings.name
        self.settings = settings
        matcher = ReceiptMatcher(configuration: settings.receipts)
        apply(settings)
    }

    func apply(_ new: SMSCSettings) {
        if isRetired {
            disabledByOperator = false
            startAfresh()
        } else if new.place != settings.place {
            startAfresh()
        }
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

    /// In the configuration again, or another one under the same name: nothing is known of it but the messages whose
    /// receipts may still come.
    private func startAfresh() {
        fullQueues = NumberBackoff()
        throttled = NumberBackoff(first: .milliseconds(500), growth: .doubling)
        passedOver = NumberBackoff(first: .seconds(10), longest: .seconds(10))
        evidence = RefusalEvidence()
        refusedAt = nil
        isRefusalSaid = false
        commands = CommandKnowledge()
        unknownInARow = 0
        matcher = ReceiptMatcher(configuration: settings.receipts)
        for index in binds.indices {
            binds[index].pacer.forget()
            binds[index].lastError = nil
            binds[index].lastErrorAt = nil
        }
    }

    /// A bind is up by which messages can leave.
    package var isUsable: Bool { !isRetired && !disabledByOperator && binds.contains { $0.canSubmit } }

    /// Messages journalled that have not left.
    package var preparedCount: Int { queues.reduce(0) { $0 + $1.preparedCount } }

    /// Its refusals were believed of itself lately.
    func isRefusing(now: Timestamp) -> Bool { refusedAt.map { now - $0 < Self.refusalTime } ?? false }

    /// Nothing is taken, whoever it is for: others are used if there are any.
    func refusesEverything(now: Timestamp, for time: Interval = .seconds(2)) -> Bool {
        isRefusing(now: now) && evidence.refusesEverything(now: now, for: time)
    }

    /// How its receipts write message ids; nil while that is not known.
    package var messageIDForm: MessageIdentifierForm? { matcher.learner.form }

    package var counts: MessageCounts { binds.reduce(into: MessageCounts()) { $0 += $1.counts } }

    // MARK: - Numbers

    /// How often in a row it was refused for now.
    func refusals(of number: String) -> Int { throttled.times(number) + fullQueues.times(number) }

    /// Until when it is left alone here; nil: it is not.
    func wait(of number: String, now: Timestamp) -> Timestamp? {
        guard let last = [throttled, fullQueues, passedOver].compactMap({ $0.due(number) }).max(), last > now else {
            return nil
        }
        return last
    }

    func passOver(_ number: String, now: Timestamp) { _ = passedOver.refused(number, now: now) }

    /// A message to it was taken.
    func noteTaken(_ number: String, now: Timestamp) {
        evidence.taken(wasRefused: refusals(of: number) > 0, now: now)
        record.taken(number)
        throttled.accepted(number)
        fullQueues.accepted(number)
    }

    // MARK: - Links

    /// A link has left messages in doubt.
    func noteDoubts(now: Timestamp) {
        lossesInARow = now - lastLoss < Self.calm ? lossesInARow + 1 : 1
        lastLoss = now
    }

    /// A link is up. What another one has left in doubt is sent once more when this one has lasted a while: longer after
    /// each loss, for what is lost twice is not sent again.
    func noteUp(now: Timestamp) {
        guard now - lastLoss < Self.calm else {
            quietUntil = max(quietUntil, now + Self.quietTime)
            return
        }
        let wait = Self.quietTime * Double(1 << min(max(0, lossesInARow - 1), 4))
        quietUntil = max(quietUntil, now + min(Self.longestQuiet, wait))
    }

    /// Responses are awaited.
    var hasOutstanding: Bool { binds.contains { $0.pacer.outstanding > 0 } }

    /// How long the acknowledgement of a receipt waits that may have come before its submit response; nil: not at all.
    /// What citizens write waits behind it where the SMSC sends one thing at a time, so that it is soon no longer done
    /// for an SMSC whose receipts wait in vain.
    var earlyHold: Interval? {
        guard hasOutstanding, unknownInARow < 4 else { return nil }
        return Self.earlyHold * (1 / Double(1 << unknownInARow))
    }

    /// How many messages may be journalled ahead: what the binds can take soon, so that little is bound to an SMSC
    /// that may go away. Of one that refuses, no more than it takes at once.
    func room(now: Timestamp) -> Int {
        var room = 0
        let isRefusing = isRefusing(now: now)
        for bind in binds where bind.canSubmit {
            if bind.pacer.isSilent {
                room += 1
            } else if let pace = bind.pacer.pace(now: now) {
                room += isRefusing ? max(1, Int(pace / 10)) : max(bind.pacer.limits.window, Int(pace / 10))
            } else {
                return Self.lookAhead
            }
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

    // MARK: - Receipts

    /// A message is over.
    func remember(_ handle: UInt64) {
        finished.append(handle)
        if finished.count > Self.rememberedLimit, let oldest = finished.popFirst() { matcher.forget(oldest) }
    }
}
