// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing

/// What trunks and prefixes learn from their calls.
extension Engine {
    /// The first sign of the other end, after the post-dial delay.
    func rang(_ attempt: LiveCall, at time: Timestamp) {
        guard let trunk = attempt.trunk, attempt.record.state == .sent else { return }
        let delay = max(.zero, time - attempt.record.start)
        trunks.trunks[trunk].pacer.learned(.delay(delay), begun: attempt.begun, now: time)
    }

    /// A call is over: its channel is free, and its end says something about the trunk.
    func trunkLearns(
        _ trunk: Int, _ attempt: LiveCall, _ end: CallEnd, _ termination: CallTermination, at time: Timestamp,
        now: Timestamp
    ) {
        if let prefix = attempt.prefix { prefixes.release(prefix) }
        trunks.trunks[trunk].pacer.release()
        trunks.trunks[trunk].targets.called(
            attempt.target, silent: end.ownReason == .noResponse, begun: attempt.begun, now: now)
        trunks.trunks[trunk].forbiddenInARow =
            termination.failure == .forbidden ? trunks.trunks[trunk].forbiddenInARow + 1 : 0
        let name = trunks.trunks[trunk].name
        switch termination.failure {
        case .congestion where end.fromWire:
            trunks.trunks[trunk].pacer.congested(retryAfter: end.retryAfter, begun: attempt.begun, now: now)
        case .authentication:
            trunks.trunks[trunk].authenticationFailure =
                "the carrier refused our credentials (\(end.sipCode) \(end.text))"
            trunks.trunks[trunk].authenticationRetry = now + configuration.authenticationRetry
        case .forbidden where trunks.trunks[trunk].forbiddenInARow == 10:
            output.notices.append(.alarm("trunk \(name) answered 403 to 10 calls in a row"))
        case .loop:
            output.notices.append(
                .alarm("trunk \(name) answered \(end.sipCode) \(end.text): a routing loop"))
        case nil:
            noteAnswer(true, trunk, attempt, now: now)
        case .busy, .unavailable, .noAnswer, .unreachable, .otherFailure:
            if end.fromWire { rang(attempt, at: time) }
            noteAnswer(false, trunk, attempt, now: now)
        case .congestion, .forbidden, .invalidNumber, .mediaRefused, .rejected, .redirected, .abandoned:
            break
        }
        reportPace(trunk, now: now)
    }

    /// Later calls are to those who did not answer before, and say nothing about the trunk.
    private func noteAnswer(_ isAnswered: Bool, _ trunk: Int, _ attempt: LiveCall, now: Timestamp) {
        guard attempt.record.number == 1 else { return }
        trunks.trunks[trunk].pacer.learned(.answered(isAnswered), begun: attempt.begun, now: now)
    }

    /// Nothing comes back to several INVITEs (`isSilent`), or something does again.
    package func targetListened(_ name: String, target: UInt32, isSilent: Bool, now: Timestamp) {
        guard let index = trunks.index(of: name) else { return }
        trunks.trunks[index].targets.listened(target, isSilent: isSilent, now: now)
    }
}
