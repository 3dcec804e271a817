// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore

/// What a civil clock that was set does to actions: `starts` and `expires` name civil moments, all else is engine time.
extension Roster {
    /// The civil clock was set: moments that it names come at another engine time now.
    ///
    /// - Parameter step: How far ahead.
    /// - Returns: What it does to which action, for people.
    package func clockSet(by step: Interval, now: Timestamp) -> [String] {
        inOrder.compactMap { action in
            switch action.record.phase {
            case .staged, .completed, .cancelled, .expired, .stale: nil
            case .scheduled, .running, .paused, .awaitingApproval: clockSet(for: action, now: now)
            }
        }
    }

    private func clockSet(for action: LiveAction, now: Timestamp) -> String? {
        var effects: [String] = []
        if action.record.phase == .scheduled, let starts = action.record.definition.starts {
            let due = clock.engineTime(of: starts)
            agenda.set(.actionStarts(action.key), at: due)
            effects.append(due <= now ? "starts at once" : "starts in \(Self.seconds(due - now))")
        }
        let end = expiry(of: action)
        agenda.set(.actionExpires(action.key), at: end)
        if end <= now {
            effects.append("is past its end: nobody is tried, and it expires unless the clock is set back")
        } else if action.isHeldByClock {
            letGo(action)
            effects.append("is before its end again and goes on")
        } else if action.record.definition.expires != nil {
            effects.append("expires in \(Self.seconds(end - now))")
        }
        return effects.isEmpty ? nil : "action \(action.record.id.text) \(effects.joined(separator: ", "))"
    }

    private func letGo(_ action: LiveAction) {
        action.isHeldByClock = false
        if action.record.phase == .running { runnable[action.priority.rawValue].append(action) }
    }

    private static func seconds(_ interval: Interval) -> String { "\(interval.milliseconds / 1000) s" }
}
