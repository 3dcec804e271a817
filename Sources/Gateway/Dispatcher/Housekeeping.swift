// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch
import GatewayCore
import Platform
import Store

/// What the journal needs now and then, decided once a second. Pure.
struct JournalCare: Equatable {
    enum Step: Equatable {
        /// Rows of submissions that were given up: some of them.
        case removeRefuse
        /// Moves the write-ahead log into the database.
        case checkpoint
        /// Gives the log's room back to the file system.
        case shrinkLog
    }

    /// Worth a checkpoint, in pages.
    static let pages = 500
    /// Room that may stay, in octets.
    static let keptLog = 4 << 20
    /// Commits in a second that leave time for more.
    static let fewCommits: UInt64 = 20
    /// Seconds without calls after which a peak counts as over.
    static let calm = 10

    private var lastCommits: UInt64 = 0
    private var calmSeconds = 0

    /// A second has passed.
    mutating func next(commits: UInt64, isIdle: Bool, hasRefuse: Bool, pagesInLog: Int, logSize: Int) -> [Step] {
        let isQuiet = commits - lastCommits <= Self.fewCommits
        lastCommits = commits
        calmSeconds = isIdle && isQuiet ? calmSeconds + 1 : 0
        var steps: [Step] = []
        // Under load too: else it would be there for as long as the load.
        if hasRefuse { steps.append(.removeRefuse) }
        if calmSeconds >= Self.calm, logSize > Self.keptLog, !hasRefuse {
            steps.append(.shrinkLog)
        } else if isQuiet, pagesInLog >= Self.pages {
            steps.append(.checkpoint)
        }
        return steps
    }
}

/// Keeps small what would only grow: the write-ahead log, rows that nobody needs, prompts.
@TurnActor final class Housekeeping {
    private let store: Store
    private let prompts: PromptLibrary
    private let log: Log
    private var care = JournalCare()

    nonisolated init(store: Store, prompts: PromptLibrary, log: Log) {
        self.store = store
        self.prompts = prompts
        self.log = log
    }

    /// Once a second, within a turn.
    func beat(_ dispatcher: Dispatcher) {
        let isIdle = dispatcher.engine.activeCalls == 0 && dispatcher.engine.openMessages == 0
        if dispatcher.engine.activeCalls == 0 { forgetPrompts(dispatcher) }
        let steps = care.next(
            commits: dispatcher.statistics.commits, isIdle: isIdle, hasRefuse: store.hasRefuse,
            pagesInLog: store.pagesInLog, logSize: store.logSize)
        guard !steps.isEmpty, dispatcher.journalFault == nil else { return }
        // After this turn: nobody waits for it then.
        TurnActor.async { [self] in
            for step in steps { perform(step, dispatcher, mayGoOn: isIdle) }
        }
    }

    /// Those that no action needs.
    private func forgetPrompts(_ dispatcher: Dispatcher) {
        let needed = dispatcher.engine.neededPrompts
        prompts.keep(needed)
        dispatcher.engine.promptsUnloaded(except: needed)
    }

    private func perform(_ step: JournalCare.Step, _ dispatcher: Dispatcher, mayGoOn: Bool) {
        do {
            switch step {
            case .removeRefuse:
                try dispatcher.atRest { try store.removeRefuse() }
                guard mayGoOn, store.hasRefuse else { return }
                // Behind what has come meanwhile.
                TurnActor.async { [self] in perform(step, dispatcher, mayGoOn: mayGoOn) }
            case .checkpoint: try dispatcher.atRest { try store.checkpoint() }
            case .shrinkLog: try dispatcher.atRest { try store.shrinkLog() }
            }
        } catch {
            // Nothing is lost by it; a turn that cannot write says so as an alarm.
            log.warning("the journal was not tidied", ["error": "\(error)"])
        }
    }
}
