// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

// What is seen of actions, and done with them.
extension Verbs {
    package struct List: Verb {
        package init() {}

        package static let declaration = VerbDeclaration<Self>(
            "list", "list the actions that the daemon knows", replies: [Replies.action, Replies.count],
            make: Self.init)
    }

    package struct Show: Verb {
        package var action: ActionID
        package var recipients: Bool
        package var messages: Bool

        package init(action: ActionID, recipients: Bool = false, messages: Bool = false) {
            self.action = action
            self.recipients = recipients
            self.messages = messages
        }

        package static let declaration = VerbDeclaration<Self>(
            "show", "show one action in figures", keys: Key("action", \.action, .actionID),
            Key("recipients", \.recipients, .flag, help: "list every recipient too, with redacted number"),
            Key("messages", \.messages, .flag, help: "list what citizens wrote in answer, with redacted number"),
            replies: [Replies.inbound, Replies.recipient, Replies.action], make: Self.init)
    }

    /// One action until it is over, or all that are not final until the client leaves.
    package struct Watch: Verb {
        package var action: ActionID?
        package var intervalMilliseconds: Int

        package init(action: ActionID?, intervalMilliseconds: Int = 1000) {
            self.action = action
            self.intervalMilliseconds = intervalMilliseconds
        }

        private static let intervals = ValueForm<Int>(
            read: { object, key throws(ProtocolError) in
                try object.integer(key, 100...60_000, unit: "milliseconds") ?? 1000
            }, write: { .integer($0) })

        package static let declaration = VerbDeclaration<Self>(
            "watch", "follow one action until it ends, or all until you stop it",
            keys: Key("action", \.action, .optionalActionID), Key("interval-ms", \.intervalMilliseconds, intervals),
            replies: [Replies.progress], make: Self.init)
    }

    package struct Pause: OfficerBearing {
        package var action: ActionID
        package var officer: OfficerName?

        package init(action: ActionID, officer: OfficerName? = nil) {
            self.action = action
            self.officer = officer
        }

        package static let officerVerb = OfficerVerb.pause

        package static let declaration = VerbDeclaration<Self>(
            "pause", "start no new calls and SMS; those under way go on", keys: Key("action", \.action, .actionID),
            Key("officer", \.officer, .officer, help: officerHelp),
            replies: [Replies.action], make: Self.init)
    }

    package struct Resume: OfficerBearing {
        package var action: ActionID
        package var officer: OfficerName?

        package init(action: ActionID, officer: OfficerName? = nil) {
            self.action = action
            self.officer = officer
        }

        package static let officerVerb = OfficerVerb.resume

        package static let declaration = VerbDeclaration<Self>(
            "resume", "go on with a paused action", keys: Key("action", \.action, .actionID),
            Key("officer", \.officer, .officer, help: officerHelp),
            replies: [Replies.action], make: Self.init)
    }

    package struct Cancel: OfficerBearing {
        package var action: ActionID
        package var finishCalls: Bool
        package var officer: OfficerName?

        package init(action: ActionID, finishCalls: Bool = false, officer: OfficerName? = nil) {
            self.action = action
            self.finishCalls = finishCalls
            self.officer = officer
        }

        package static let officerVerb = OfficerVerb.cancel

        package static let declaration = VerbDeclaration<Self>(
            "cancel", "stop an action for good, calls under way and SMS that have not left included",
            keys: Key("action", \.action, .actionID),
            Key(
                "finish-calls", \.finishCalls, .plainFlag,
                help: "let calls that were answered hear the message to its end"),
            Key("officer", \.officer, .officer, help: officerHelp),
            replies: [Replies.action], make: Self.init)
    }

    /// For those whose outcome is `interrupted`.
    package struct Retry: OfficerBearing {
        package var action: ActionID
        package var officer: OfficerName?

        package init(action: ActionID, officer: OfficerName? = nil) {
            self.action = action
            self.officer = officer
        }

        package static let officerVerb = OfficerVerb.retry

        package static let declaration = VerbDeclaration<Self>(
            "retry", "alert those again whose call was cut off or whose SMS stayed in doubt",
            keys: Key("action", \.action, .actionID), .mark("interrupted", help: "those with the outcome interrupted"),
            Key("officer", \.officer, .officer, help: officerHelp),
            replies: [Replies.action], make: { action, _, officer in Self(action: action, officer: officer) })
    }
}
