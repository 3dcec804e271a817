// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Who asks: the Unix user at the other end of the control socket, and the officer whom that names.
package struct Requester: Equatable, Sendable, Journalled {
    /// A login name, or the number of one that has none.
    package var user: String
    package var officer: OfficerName?

    package init(user: String, officer: OfficerName? = nil) {
        self.user = user
        self.officer = officer
    }

    /// `dispatch for J. Jansen`.
    package var text: String { officer.map { "\(user) for \($0)" } ?? user }

    /// Names in the journal, which stay whatever the properties are called.
    package enum CodingKeys: String, CodingKey {
        case user = "user"
        case officer = "officer"
    }
}

/// One thing that somebody did to an action.
package struct DeedRecord: Equatable, Sendable, Journalled {
    package var deed: Deed
    package var by: Requester
    /// Civil, as the action's other times.
    package var at: Timestamp
    /// Why, or with which result; "": nothing was said.
    package var note: String
    /// The action that followed from it; nil: none.
    package var action: String?
    /// The alert that asked for it, by the name that its own action would have; nil: none did. Another alert that is about
    /// that one is so about this action.
    package var alert: String?

    package init(
        _ deed: Deed, by: Requester, at: Timestamp, note: String = "", action: String? = nil, alert: String? = nil
    ) {
        self.deed = deed
        self.by = by
        self.at = at
        self.note = note
        self.action = action
        self.alert = alert
    }

    /// Names in the journal, which stay whatever the properties are called.
    package enum CodingKeys: String, CodingKey {
        case deed = "deed"
        case by = "by"
        case at = "at"
        case note = "note"
        case action = "action"
        case alert = "alert"
    }
}

/// Who did what to an action, whose approval it awaits, and from which it follows. An action of before has none.
package struct ActionConduct: Equatable, Sendable, Journalled {
    /// In order.
    package var deeds: [DeedRecord]
    /// Until then a second officer may approve it, in engine time; nil: none has to.
    package var approveBy: Timestamp?
    /// The action that it corrects or closes.
    package var follows: String?
    package var tie: ActionTie?

    package init(
        deeds: [DeedRecord] = [], approveBy: Timestamp? = nil, follows: String? = nil, tie: ActionTie? = nil
    ) {
        self.deeds = deeds
        self.approveBy = approveBy
        self.follows = follows
        self.tie = tie
    }

    /// Who pauses and resumes without end must not make a row that grows without end: the log has all of it.
    private static let mostDeeds = 100

    package mutating func append(_ record: DeedRecord) {
        deeds.append(record)
        guard deeds.count > Self.mostDeeds else { return }
        let isRepeatable: [Deed] = [.paused, .resumed, .retried]
        if let oldest = deeds.firstIndex(where: { isRepeatable.contains($0.deed) }) { deeds.remove(at: oldest) }
    }

    /// What was done last of a kind was not done after all.
    package mutating func removeLast(_ deed: Deed) {
        if let index = deeds.lastIndex(where: { $0.deed == deed }) { deeds.remove(at: index) }
    }

    /// The civil clock names the moments of the deeds otherwise.
    mutating func shift(by interval: Interval) {
        for index in deeds.indices { deeds[index].at = deeds[index].at + interval }
    }

    /// The newest of its kind.
    package func last(_ deed: Deed) -> DeedRecord? { deeds.last { $0.deed == deed } }

    /// Names in the journal, which stay whatever the properties are called.
    package enum CodingKeys: String, CodingKey {
        case deeds = "deeds"
        case approveBy = "approveBy"
        case follows = "follows"
        case tie = "tie"
    }
}
