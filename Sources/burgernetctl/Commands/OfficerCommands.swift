// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore
import Glibc

extension OfficerBearing {
    static var officerOption: Option { option("officer", "NAME") }
}

extension Invocation {
    /// `--officer`, else $BURGERNET_OFFICER; nil: neither names anybody.
    func officer() throws -> OfficerName? {
        let fromEnvironment = getenv("BURGERNET_OFFICER").map { String(cString: $0) } ?? ""
        guard let text = value("officer") ?? (fromEnvironment.isEmpty ? nil : fromEnvironment) else { return nil }
        do {
            return try OfficerName(text)
        } catch {
            throw usage(printable(error.description))
        }
    }
}

extension Verbs.Approve: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["approve"], arguments: ["ACTION"],
            details: """
                Who approves must be another officer than who submitted it. The action begins at once; after the time
                that [Gate] ApproveWithin= gives it is stale, and has to be submitted anew.
                """,
            options: [officerOption], examples: ["approve 2026-0042 --officer 'A. de Vries'"],
            run: { try operate($0, Self(action: $0.actionID(), officer: $0.officer())) })
    ]
}

extension Verbs.Stop: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["stop"], arguments: ["ACTION"],
            details: """
                Nobody else is called, telephones that ring are let go, and SMS that have not left are taken back. Who
                listens hears the message to its end, and then what --say says; cancel ends those calls as well.
                """,
            options: [option("say", "TEXT"), option("switch"), officerOption],
            examples: [
                "stop 2026-0042 --officer 'A. de Vries'",
                "stop 2026-0042 --say 'De jongen is gevonden.' --switch --officer 'A. de Vries'",
            ],
            run: {
                try operate(
                    $0,
                    Self(
                        action: $0.actionID(), say: $0.value("say"), isSwitch: $0.has("switch"),
                        officer: $0.officer()))
            })
    ]
}
