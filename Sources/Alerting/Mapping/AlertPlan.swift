// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What an alert asks the gateway to do.
package enum AlertDeed: Equatable, Sendable {
    /// Alert the recipients.
    case submit(AlertMessage)
    /// Correct the actions of the alerts that it updates, with a new text.
    case correct([ActionID], AlertMessage)
    /// Stop the actions of the alerts that it cancels; nil: it has no text with which to close them.
    case stop([ActionID], closing: AlertMessage?)
    /// Why nobody is to be told.
    case nothing(String)
}

/// What follows from an alert: a pure function of it. docs/cap.md has the table.
package struct AlertPlan: Equatable, Sendable {
    package var deed: AlertDeed
    /// nil: the alert is meant (`Actual`). Else nothing is sent, whoever asks.
    package var rehearsal: CAPStatus?
    /// Octets of a file that is worth reading.
    package static let largestFile = XMLLimits.size

    /// For the operator, before anything goes out.
    package var remarks: [AlertProblem]

    /// `allowsRestricted`: the submitter answers for it that the recipients are those for whom a restricted or private
    /// alert is meant. `longestPiece`: characters that one piece of a message may have.
    package init(_ alert: CAPAlert, allowsRestricted: Bool, longestPiece: Int) throws(AlertRefusal) {
        remarks = alert.remarks
        rehearsal = alert.status == .actual ? nil : alert.status
        switch alert.messageType {
        case .acknowledgement:
            deed = .nothing("the alert acknowledges another one (msgType Ack)")
            return
        case .error:
            deed = .nothing(
                "the alert rejects another one (msgType Error)\(alert.note.map { ": \($0.readable(200))" } ?? "")")
            return
        case .alert, .update, .cancel: break
        }
        guard alert.scope == .everybody || allowsRestricted else {
            let reason = (alert.restriction ?? alert.addresses).map { " (\($0.readable(200)))" } ?? ""
            throw AlertRefusal(
                nil,
                "the alert is \(alert.scope == .restricted ? "restricted" : "private")\(reason); only when the recipients are "
                    + "those for whom it is meant, add --allow-restricted")
        }
        var actions: [ActionID] = []
        for reference in alert.references {
            if let action = try? reference.action, !actions.contains(action) { actions.append(action) }
        }
        switch alert.messageType {
        case .cancel:
            let closing = alert.infos.isEmpty ? nil : try AlertMessage(alert, longestPiece: longestPiece, &remarks)
            deed = .stop(actions, closing: closing)
        case .update:
            deed = .correct(actions, try AlertMessage(alert, longestPiece: longestPiece, &remarks))
        case .alert, .acknowledgement, .error:
            deed = .submit(try AlertMessage(alert, longestPiece: longestPiece, &remarks))
        }
    }
}
