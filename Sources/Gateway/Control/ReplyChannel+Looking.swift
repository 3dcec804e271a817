// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch
import GatewayCore
import Platform

extension ReplyChannel {
    /// Looks at something, in a turn or while the turns wait for the disk, and goes on with it on the control queue: what
    /// is read never waits for the disk.
    ///
    /// - Parameter body: As of ``Dispatcher/lookAtRest(_:)``.
    @ControlActor func look<Result: Sendable>(
        at dispatcher: Dispatcher, _ body: @escaping @TurnActor @Sendable (Dispatcher, Timestamp) -> Result,
        then: @escaping @ControlActor @Sendable (Result) -> Void
    ) {
        let isAnswered = Locked(false)
        @Sendable func answer(_ result: Result) {
            let isFirst = isAnswered.withLock { isAnswered in
                defer { isAnswered = true }
                return !isAnswered
            }
            if isFirst { ControlActor.async { then(result) } }
        }
        dispatcher.post { dispatcher, now in
            if !isAnswered.snapshot { answer(body(dispatcher, now)) }
        }
        @ControlActor func lookAtRest() {
            ControlActor.async(after: .now() + .milliseconds(20)) {
                guard !isAnswered.snapshot else { return }
                if let seen = dispatcher.lookAtRest(body) { answer(seen) } else { lookAtRest() }
            }
        }
        lookAtRest()
    }
}
