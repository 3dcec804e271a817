// SPDX-License-Identifier: GPL-3.0-or-later
import CPJSIP
import Synchronization

/// Leads CPJSIP's log lines to the closure of the configuration: a C function pointer carries no context.
enum VoiceLog {
    private struct State {
        var isInstalled = false
        var log: (@Sendable (Int, String) -> Void)?
    }
    private static let state = Mutex(State())

    /// Throws when an endpoint exists already.
    static func install(_ log: (@Sendable (Int, String) -> Void)?) throws {
        let wasFree = state.withLock { state in
            guard !state.isInstalled else { return false }
            state = State(isInstalled: true, log: log)
            return true
        }
        guard wasFree else { throw VoiceStartError(reason: "there is one already in this process") }
    }

    static func remove() { state.withLock { $0 = State() } }

    static let write: @convention(c) (Int32, CString?) -> Void = { level, line in
        let log = state.withLock { $0.log }
        log?(Int(level), string(line))
    }
}
