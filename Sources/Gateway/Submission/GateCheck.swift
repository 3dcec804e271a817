// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Configuration
import ControlProtocol
import GatewayCore

/// What `[Gate]` asks of a submission before it is accepted.
struct GateCheck {
    private let recipients: Int
    private let isConfirmed: Bool
    /// How long a second officer has to let it go; nil: none has to.
    let approval: Interval?

    init(_ gate: GatewayConfiguration.Gate, _ definition: ActionDefinition, _ recipients: Int) {
        self.recipients = recipients
        isConfirmed = gate.confirmAbove.map { recipients <= $0 } ?? true
        approval = gate.approval(recipients: recipients, priority: definition.priority)
    }

    /// - Parameter confirm: The number of recipients that the submitter counts on.
    func pass(confirm: Int?, officer: OfficerName?) throws(ProtocolError) {
        if let confirm, confirm != recipients {
            throw ProtocolError(
                .notConfirmed, "the action has \(recipients) recipients, not \(confirm); nothing was accepted",
                field: "confirm", count: recipients)
        }
        guard isConfirmed || confirm != nil else {
            throw ProtocolError(
                .notConfirmed,
                "the action has \(recipients) recipients; so many have to be confirmed: \"confirm\". Nothing was accepted",
                field: "confirm", count: recipients)
        }
        guard approval == nil || officer != nil else {
            throw ProtocolError(
                .officerRequired,
                "a second officer has to approve the action, so who submits it must be named: \"officer\"",
                field: "officer")
        }
    }

    /// What it will ask, for people who only try.
    var remarks: [String] {
        var remarks: [String] = []
        if !isConfirmed { remarks.append("\(recipients) recipients have to be confirmed: \"confirm\"") }
        if approval != nil { remarks.append("a second officer has to approve it before anybody is alerted") }
        return remarks
    }
}
