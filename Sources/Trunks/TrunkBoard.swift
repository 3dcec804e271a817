// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import Pacing

/// Trunks and limited prefixes: which of them takes a call now, what they learn from their calls, and what is said
/// about them. One owner, not thread-safe.
package final class TrunkBoard {
    private let outbox: Outbox
    /// A trunk's index never changes while a call of it is under way.
    package private(set) var group = TrunkGroup()
    package private(set) var prefixes = LimitedPrefixes()
    /// What limits calls to whole populations, by their keys.
    private var populations = LimitedPrefixes()
    private var routes = PopulationRoutes()
    /// Trunks that are another population's; made when it is asked for.
    private var barredTrunks: [String: TrunkMask] = [:]
    private var reports = TrunkReports()
    /// Of the trunks in the configuration, by name.
    private var settings: [String: TrunkSettings] = [:]
    /// Trunks of which nothing is known any more, since this was asked for last.
    private var renewed: Set<Int> = []
    /// What this machine has for calls.
    package private(set) var room = MachineRoom()

    /// So many calls in a row that a trunk answers with 403 are an alarm.
    private static let forbiddenForAlarm = 10

    package init(outbox: Outbox) { self.outbox = outbox }

    // MARK: - Configuration

    /// What another configuration changes for those who wait.
    package struct Change: OptionSet, Sendable {
        package let rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }
        /// Numbers may belong to other prefixes than before.
        package static let prefixes = Change(rawValue: 1)
        /// Other trunks are there: the bits of a ``TrunkMask`` may mean others.
        package static let trunks = Change(rawValue: 2)
    }

    package func configure(_ configuration: EngineConfiguration) -> Change {
        let names = Set(configuration.trunks.map(\.limits.name))
        var change: Change = names == Set(settings.keys) ? [] : .trunks
        for index in group.trunks.indices where !names.contains(group.trunks[index].name) {
            group.trunks[index].isRetired = true
        }
        for one in configuration.trunks { apply(one) }
        settings = Dictionary(
            configuration.trunks.map { ($0.limits.name, $0) }, uniquingKeysWith: { first, _ in first })
        for index in group.trunks.indices {
            group.trunks[index].pacer.setChallengeGap(configuration.authenticationRetry)
        }
        room.capacity = configuration.capacity
        routes = PopulationRoutes(configuration.populations, \.trunks)
        barredTrunks = [:]
        _ = populations.configure(
            configuration.populations.map {
                PrefixLimits(prefix: $0.key, callsPerSecond: $0.callsPerSecond, channels: $0.channels)
            })
        if prefixes.configure(configuration.prefixes) { change.insert(.prefixes) }
        return change
    }

    private func apply(_ new: TrunkSettings) {
        let former = settings[new.limits.name]
        guard let index = group.index(of: new.limits.name) else { return add(new) }
        group.trunks[index].pacer.limits = new.limits
        if let former, former.place == new.place {
            // Registered or not is known of one who registers only.
            if former.mustRegister != new.mustRegister {
                group.trunks[index].isRegistered = false
                group.trunks[index].registrationFailure = nil
            }
            if former.manner != new.manner || former.isProbed != new.isProbed {
                group.trunks[index].pacer.forget()
                group.trunks[index].targets.forget()
            }
        } else {
            // What the operator said was about the trunk that went.
            if former == nil { group.trunks[index].disabledByOperator = false }
            group.trunks[index].startAfresh()
            reports.forget(index)
            renewed.insert(index)
        }
        group.trunks[index].isRetired = false
        group.trunks[index].mustRegister = new.mustRegister
        group.trunks[index].targets.isProbed = new.isProbed
    }

    /// A new one; in the place of one that is gone when there have been more than a ``TrunkMask`` can tell apart.
    private func add(_ new: TrunkSettings) {
        let trunk = TrunkState(limits: new.limits, isProbed: new.isProbed, mustRegister: new.mustRegister)
        guard group.trunks.count >= TrunkMask.places,
            let free = group.trunks.firstIndex(where: { $0.isRetired && $0.pacer.activeCalls == 0 })
        else {
            group.trunks.append(trunk)
            return
        }
        group.trunks[free] = trunk
        reports.forget(free)
        renewed.insert(free)
    }

    /// Trunks that are others than before under their numbers, since this was asked for last: what was said by them, or of
    /// them, is void.
    package func takeRenewed() -> Set<Int> {
        defer { renewed = [] }
        return renewed
    }

    /// - Throws: ``EngineError/unknownTrunk(_:)``.
    package func setEnabled(_ name: String, _ isEnabled: Bool) throws(EngineError) {
        guard let index = group.index(of: name), !group.trunks[index].isRetired else { throw .unknownTrunk(name) }
        group.trunks[index].disabledByOperator = !isEnabled
        if isEnabled { group.trunks[index].pacer.forget() }
    }

    /// Drops what was learned of a trunk: it is used by its contract again.
    ///
    /// - Throws: ``EngineError/unknownTrunk(_:)``.
    package func forget(_ name: String) throws(EngineError) {
        guard let index = group.index(of: name), !group.trunks[index].isRetired else { throw .unknownTrunk(name) }
        group.trunks[index].pacer.forget()
        group.trunks[index].targets.forget()
    }

    // MARK: - What the voice module reports of trunks

    package func resolved(_ name: String, _ addresses: [TargetAddress]) {
        guard let index = group.index(of: name) else { return }
        group.trunks[index].targets.resolved(addresses)
    }

    /// The addresses of a trunk as they are numbered; empty when there is no such trunk.
    package func targets(of name: String) -> [Target] {
        group.index(of: name).map { group.trunks[$0].targets.targets } ?? []
    }

    /// An OPTIONS probe: `code` nil when it was not answered.
    ///
    /// - Parameter refusesCredentials: Its last word was a challenge that our credentials did not satisfy.
    package func probed(
        _ name: String, target: UInt32, code: Int?, roundTrip: Interval?, refusesCredentials: Bool = false
    ) {
        guard let index = group.index(of: name) else { return }
        group.trunks[index].targets.probed(
            target, code: code, roundTrip: roundTrip, refusesCredentials: refusesCredentials)
    }

    /// Nothing comes back to several INVITEs (`isSilent`), or something does again.
    package func listened(_ name: String, target: UInt32, isSilent: Bool, now: Timestamp) {
        guard let index = group.index(of: name) else { return }
        group.trunks[index].targets.listened(target, isSilent: isSilent, now: now)
    }

    /// `failure` nil: registered.
    package func registrationChanged(_ name: String, failure: String?) {
        guard let index = group.index(of: name) else { return }
        group.trunks[index].registrationFailure = failure
        group.trunks[index].isRegistered = failure == nil
    }

    // MARK: - Choice

    package func name(of trunk: Int) -> String { group.trunks[trunk].name }

    package func mask(of names: [String]) -> TrunkMask { names.isEmpty ? .none : group.mask(of: names) }

    /// The trunks that must not be used for a population: nobody else's are, whatever is up.
    package func barred(for population: String) -> TrunkMask {
        if routes.isEmpty, population.isEmpty { return .none }
        if let known = barredTrunks[population] { return known }
        let mask = group.trunks.indices.reduce(TrunkMask.none) { mask, index in
            routes.mayUse(group.trunks[index].name, for: population) ? mask : mask.inserting(index)
        }
        barredTrunks[population] = mask
        return mask
    }

    /// What is left beside these trunks, for a population.
    package func other(than names: [String], for population: String) -> OtherTrunk {
        let mask = group.mask(of: names).union(barred(for: population))
        if group.hasOther(than: mask) { return .up }
        return group.hasHope(beside: mask) ? .down : .none
    }

    /// - Parameters:
    ///   - isPressing: The call cannot wait for anything but the contract and what the trunk takes.
    ///   - waiting: How many such calls wait: see ``TrunkGroup/choose(excluding:barred:isPressing:waiting:now:)``.
    package func choose(
        excluding mask: TrunkMask, for population: String, isPressing: Bool, waiting: @autoclosure () -> Int = 0,
        now: Timestamp
    ) -> TrunkChoice {
        if let wait = room.wait(active: activeCalls, now: now) { return wait }
        switch pace(of: population).map({ populations.availability($0, now: now) }) ?? .ready {
        case .ready: break
        case .paced(let until): return .wait(until: until)
        case .full: return .noneFree
        }
        return group.choose(
            excluding: mask, barred: barred(for: population), isPressing: isPressing,
            waiting: waiting(), now: now)
    }

    /// Place of a population's limits; nil: it has none.
    private func pace(of population: String) -> Int? {
        guard !populations.isEmpty else { return nil }
        return populations.all.firstIndex { $0.limits.prefix == population && !$0.isRetired }
    }

    private var activeCalls: Int { group.trunks.reduce(0) { $0 + $1.pacer.activeCalls } }

    /// No trunk can take a call.
    package var isDead: Bool { group.trunks.allSatisfy(\.isDown) }

    /// No trunk of any of these populations can take a call.
    package func isDead(for populations: [String]) -> Bool {
        populations.allSatisfy { population in
            let barred = barred(for: population)
            return group.trunks.indices.allSatisfy { barred.contains($0) || group.trunks[$0].isDown }
        }
    }

    /// When a trunk that is down is tried again by itself; nil: not by time alone.
    package func nextDeadline(now: Timestamp) -> Timestamp? { group.nextDeadline(now: now) }

    /// A number that was refused, and nothing but the number explains it.
    package func isSuspect(_ number: PhoneNumber) -> Bool {
        let digits = number.digits
        return group.trunks.contains { $0.pacer.evidence.isSuspect(digits) }
    }

    /// It refuses everybody, and is tried by single calls.
    package func isRefusing(_ trunk: Int) -> Bool { group.trunks[trunk].pacer.evidence.refusing != nil }

    package var hasRefusingRoutes: Bool { group.trunks.contains { !$0.pacer.evidence.routes.isEmpty } }

    /// The route of a number that a trunk is believed to refuse.
    package func route(of number: PhoneNumber, over trunk: Int) -> RoutePrefix? {
        // Nearly always: no digits are counted.
        guard !group.trunks[trunk].pacer.evidence.routes.isEmpty else { return nil }
        return group.trunks[trunk].pacer.evidence.route(of: number.digits)
    }

    package func isRefusing(_ route: RoutePrefix, over trunk: Int) -> Bool {
        group.trunks[trunk].pacer.evidence.isRefusing(route: route)
    }

    /// The trunk refused the number before, and nothing but the number explains it.
    package func isSecondTry(_ number: PhoneNumber, over trunk: Int) -> Bool {
        group.trunks[trunk].pacer.evidence.isSuspect(number.digits)
    }

    /// When the next call to such a number may go; nil: now.
    package func secondTryWait(over trunk: Int, now: Timestamp) -> Timestamp? {
        group.trunks[trunk].pacer.evidence.secondTryWait(now: now)
    }

    /// When the next call over a route may go; nil: now.
    ///
    /// - Parameter isIdle: Nobody else could use the slot.
    package func wait(route: RoutePrefix, over trunk: Int, isIdle: Bool, now: Timestamp) -> Timestamp? {
        let evidence = group.trunks[trunk].pacer.evidence
        guard evidence.isRefusing(route: route) else { return nil }
        // A trunk that refuses everybody is tried by those who are likelier to come through.
        if let next = evidence.refusing?.next, !isIdle { return max(next, now) + .seconds(1) }
        return evidence.wait(route: route, isIdle: isIdle, now: now)
    }

    // MARK: - The life of a call

    /// Takes a channel and a slot of the trunk, and of the prefix; nil: the trunk has no target to send to.
    package func seize(
        _ trunk: Int, for number: PhoneNumber, isSuspect: Bool = false, prefix: Int?, of population: String = "",
        isPressing: Bool = true, now: Timestamp
    ) -> (seizure: Seizure, target: Target)? {
        let digits = number.digits
        guard
            let (target, serial) = group.admit(
                trunk, digits, isSuspect: isSuspect, isPressing: isPressing, now: now)
        else { return nil }
        if let prefix { prefixes.admit(prefix, now: now) }
        let pace = pace(of: population)
        if let pace { populations.admit(pace, now: now) }
        let seizure = Seizure(
            trunk: trunk, target: target.id, serial: serial, number: digits, prefix: prefix, population: pace,
            begun: now)
        return (seizure, target)
    }

    /// A call of a former process goes on in this one: it takes a channel, and no slot. What it tells of its trunk is not
    /// known by the calls beside it. nil: there is no such trunk any more.
    package func adopt(
        _ name: String, for number: PhoneNumber, of population: String = "", now: Timestamp
    ) -> Seizure? {
        guard let trunk = group.index(of: name) else { return nil }
        group.trunks[trunk].pacer.adopt()
        let prefix = prefixes.index(of: number)
        if let prefix { prefixes.adopt(prefix) }
        let pace = pace(of: population)
        if let pace { populations.adopt(pace) }
        return Seizure(
            trunk: trunk, target: Seizure.noTarget, serial: Seizure.noSerial, number: number.digits, prefix: prefix,
            population: pace, begun: now)
    }

    /// The INVITE has left: whatever was in its way is not any more.
    package func departed(_ seizure: Seizure) {
        room.found()
        group.trunks[seizure.trunk].targets.left(seizure.target)
        group.trunks[seizure.trunk].lastUnsent = 0
    }

    /// The INVITE never left: its channel is free, and what was in its way is left alone for a while. That is the way to
    /// the target, or this machine; what only one number could not do says nothing of a trunk.
    package func unsent(_ seizure: Seizure, _ reason: UnsentReason, now: Timestamp) {
        let trunk = seizure.trunk
        group.trunks[trunk].unsent[reason, default: 0] += 1
        releaseLimits(seizure)
        _ = group.trunks[trunk].pacer.ended(seizure.serial, .nothing, now: now)
        switch reason {
        case .noSocket, .endpoint:
            if room.lacking(now: now) {
                let what = reason == .noSocket ? "descriptor, port or memory" : "place in the SIP endpoint"
                outbox.alarm("calls wait: no \(what) is left for another one, \(activeCalls) are under way")
            }
        case .network, .noTarget:
            group.trunks[trunk].targets.unsent(seizure.target, begun: seizure.begun, now: now)
        case .address:
            let isOther = ![0, seizure.number].contains(group.trunks[trunk].lastUnsent)
            group.trunks[trunk].lastUnsent = seizure.number
            if isOther { group.trunks[trunk].targets.unsent(seizure.target, begun: seizure.begun, now: now) }
        }
    }

    /// INVITEs that never left, over whatever trunk.
    package var unsentCount: Int { group.trunks.reduce(0) { $0 + $1.unsent.values.reduce(0, +) } }

    /// The INVITE has left, or never will: its pace counts from here.
    package func sent(_ seizure: Seizure, now: Timestamp) {
        group.trunks[seizure.trunk].pacer.sent(now: now)
        if let prefix = seizure.prefix { prefixes.sent(prefix, now: now) }
        if let population = seizure.population { populations.sent(population, now: now) }
    }

    private func releaseLimits(_ seizure: Seizure) {
        if let prefix = seizure.prefix { prefixes.release(prefix) }
        if let population = seizure.population { populations.release(population) }
    }

    /// The call never left, which says nothing about anybody: its channel is free, and its slot is spent.
    package func takenBack(_ seizure: Seizure, now: Timestamp) {
        sent(seizure, now: now)
        releaseLimits(seizure)
        group.trunks[seizure.trunk].pacer.ended(seizure.serial, .nothing, now: now)
    }

    /// The first sign of the other end, after the post-dial delay: whatever becomes of the call, it came through.
    package func heard(_ seizure: Seizure, sentAt start: Timestamp, at time: Timestamp) {
        group.trunks[seizure.trunk].pacer.passed(seizure.serial, now: time)
        delayed(seizure, sentAt: start, at: time)
    }

    private func delayed(_ seizure: Seizure, sentAt start: Timestamp, at time: Timestamp) {
        let delay = max(.zero, time - start)
        group.trunks[seizure.trunk].pacer.learned(.delay(delay), begun: seizure.begun, now: time)
    }

    /// The call is over: its channel is free, and its end says something.
    ///
    /// - Returns: Whom a refusal is believed to speak about.
    package func released(_ seizure: Seizure, _ over: SeizureEnd, now: Timestamp) -> Belief {
        let (trunk, end) = (seizure.trunk, over.end)
        room.freed(now: now)
        releaseLimits(seizure)
        var belief = group.trunks[trunk].pacer.ended(seizure.serial, CallSign(end, over.failure), now: now)
        group.trunks[trunk].targets.called(
            seizure.target, silent: end.ownReason == .noResponse, number: seizure.number, begun: seizure.begun,
            now: now)
        // Nothing is heard of the whole trunk, whoever was called.
        if end.ownReason == .noResponse, group.trunks[trunk].targets.reason != nil { belief = .trunk }
        group.trunks[trunk].forbiddenInARow =
            over.failure == .forbidden ? group.trunks[trunk].forbiddenInARow + 1 : 0
        let name = group.trunks[trunk].name
        switch over.failure {
        case .forbidden where group.trunks[trunk].forbiddenInARow == Self.forbiddenForAlarm:
            outbox.alarm("trunk \(name) answered 403 to \(Self.forbiddenForAlarm) calls in a row")
        case .loop:
            outbox.alarm("trunk \(name) answered \(end.sipCode) \(end.text): a routing loop")
        case nil:
            answered(true, seizure, over, now: now)
        case .busy, .unavailable, .noAnswer, .unreachable, .otherFailure:
            if end.fromWire, let start = over.unheardSince { delayed(seizure, sentAt: start, at: over.time) }
            answered(false, seizure, over, now: now)
        case .congestion, .authentication, .forbidden, .invalidNumber, .mediaRefused, .rejected, .redirected,
            .abandoned:
            break
        }
        reports.reportPace(trunk, of: group, to: outbox, now: now)
        return belief
    }

    private func answered(_ isAnswered: Bool, _ seizure: Seizure, _ over: SeizureEnd, now: Timestamp) {
        guard over.isFirstAttempt else { return }
        group.trunks[seizure.trunk].pacer.learned(.answered(isAnswered), begun: seizure.begun, now: now)
    }

    /// What of trunks turned out not to be about the numbers, since this was asked for last.
    package func takeExonerated() -> [(trunk: Int, exoneration: Exoneration)] {
        group.trunks.indices.flatMap { index in
            group.trunks[index].takeExonerated().map { (index, $0) }
        }
    }

    // MARK: - Reports

    /// Says once when a trunk goes down or comes up. One that is only tried again is not up: first it has to work.
    package func report(now: Timestamp) { reports.report(&group, to: outbox, now: now) }
}
