// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import Configuration
import GatewayCore
import Platform
import Store

/// Reads the journal and goes on where the former process stopped.
struct TakeOver {
    let context: ControlContext
    let telephone: Telephone
    let messenger: Messenger
    let clock: SteadyClock

    /// Once, before the first event. Blocks on the journal.
    ///
    /// - Throws: What the store says when it cannot be read.
    func run() throws {
        let (dispatcher, configuration) = (context.dispatcher, context.configuration.snapshot)
        try TurnActor.sync {
            let snapshot = try JournalPlace.refusing { try context.store.load() }
            if let warning = context.store.rescueWarning { context.log.error("alarm: \(warning)") }
            let reading = clock.reading()
            let mark = ClockMark.start(
                after: snapshot.clock, machineRestarted: snapshot.machineRestarted, lastAlive: snapshot.lastAlive,
                boot: .microseconds(reading.boot), civil: Timestamp(microseconds: reading.civil))
            clock.goOn(bootOffset: mark.bootOffset)
            dispatcher.engine.clockStarts(mark)
            dispatcher.engine.restore(
                snapshot, counters: try counters(of: snapshot), now: clock.time(atBoot: reading.boot))
            context.publishReferences()
            let open = snapshot.actions.filter { !$0.phase.isFinal }
            if !snapshot.calls.isEmpty || !open.isEmpty { report(snapshot, openActions: open.count) }
            for action in open where action.definition.usesVoice { context.loadPrompt(of: action) }
            messenger.configure(configuration)
        }
        // Behind what this turn does about calls of the former process.
        dispatcher.post { [telephone] dispatcher, _ in dispatcher.afterThisTurn { telephone.open() } }
    }

    private func counters(of snapshot: JournalSnapshot) throws -> [Int64: ActionCounters] {
        var counters: [Int64: ActionCounters] = [:]
        for action in snapshot.actions where action.finalCounters == nil {
            counters[action.key] = try context.store.counters(ofAction: action.key, named: action.id.text)
        }
        return counters
    }

    private func report(_ snapshot: JournalSnapshot, openActions: Int) {
        context.log.notice(
            "takes up what a former process left",
            [
                "actions": openActions, "recipients": snapshot.recipients.count, "calls": snapshot.calls.count,
                "messages": snapshot.messages.count,
            ])
    }
}
