// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch

/// Lets an actor's work run on a serial queue. (Dispatch for Linux has no DispatchSerialQueue, which is one.)
package final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    package init(_ queue: DispatchQueue) { self.queue = queue }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    /// Traps elsewhere.
    package func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }
}
