// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

package enum Verb: String, Sendable, CaseIterable {
    case submit, plan, list, show, pause, resume, cancel, retry, watch, trunks, status, smsc, explain, budget,
        statement,
        report
    case cdrExport = "cdr-export"
    case cdrVerify = "cdr-verify"
    case cdrCredit = "cdr-credit"
    case cdrRerate = "cdr-rerate"
    case trunkUp = "trunk-up"
    case trunkDown = "trunk-down"
    case smscUp = "smsc-up"
    case smscDown = "smsc-down"
    case promptRender = "prompt-render"
    case participantsForget = "participants-forget"
}

/// One line from a client. docs/protocol.md is the contract.
package enum Request: Equatable, Sendable {
    /// Opens a submission; recipients and a commit or an abort follow.
    case submit(ActionDocument, skipInvalid: Bool)
    /// As `submit`, but a commit answers how it would go, and nothing of it remains.
    case plan(ActionDocument, skipInvalid: Bool)
    case recipient(RecipientLine)
    case commit
    case abort

    case list
    /// `messages`: what citizens wrote in answer.
    case show(ActionID, recipients: Bool, messages: Bool = false)
    case pause(ActionID)
    case resume(ActionID)
    case cancel(ActionID, finishCalls: Bool)
    case retryInterrupted(ActionID)
    /// nil: all actions, until the client leaves.
    case watch(ActionID?, intervalMilliseconds: Int)
    case exportCDRs(CDRSelection)
    /// How a record was rated.
    case explain(ExplainedRecord)
    case budgets
    /// What an account is billed for a month.
    case statement(account: String, StatementOptions)
    /// All accounts and trunks in a month.
    case report(StatementOptions)
    /// Rows from and with, to and with; nil: all. `noted`: what was kept elsewhere of a row.
    case verifyLedger(from: Int64?, to: Int64?, noted: LedgerPoint?)
    /// An amount without VAT that is given back for a row of the ledger.
    case credit(sequence: Int64, amount: Money, note: String)
    /// What was billed against today's tariffs; the differences become corrections.
    case rerate(RerateSelection)
    /// The number of a citizen, to be purged wherever it stands.
    case forgetParticipant(String)
    case trunks
    case setTrunk(String, up: Bool)
    case smscs
    case setSMSC(String, up: Bool)
    case status
    case renderPrompt(message: [PromptPiece], language: ActionDocument.Language)

    /// nil for the lines within a submission.
    package var verb: Verb? {
        switch self {
        case .submit: .submit
        case .plan: .plan
        case .recipient, .commit, .abort: nil
        case .list: .list
        case .show: .show
        case .pause: .pause
        case .resume: .resume
        case .cancel: .cancel
        case .retryInterrupted: .retry
        case .watch: .watch
        case .exportCDRs: .cdrExport
        case .explain: .explain
        case .budgets: .budget
        case .statement: .statement
        case .report: .report
        case .verifyLedger: .cdrVerify
        case .credit: .cdrCredit
        case .rerate: .cdrRerate
        case .forgetParticipant: .participantsForget
        case .trunks: .trunks
        case .setTrunk(_, let up): up ? .trunkUp : .trunkDown
        case .smscs: .smsc
        case .setSMSC(_, let up): up ? .smscUp : .smscDown
        case .status: .status
        case .renderPrompt: .promptRender
        }
    }

    /// Deepest nesting of a line; a request needs 4.
    package static let maximumDepth = 16
    package static let watchIntervals = 100...60_000
}

/// A person to be called, as submitted; nothing about it has been checked but its types.
package struct RecipientLine: Equatable, Sendable {
    package var number: String
    /// The submitter's own pseudonymous id; "" when none.
    package var reference: String
    /// "" when the action's account pays.
    package var account: String
    /// `voice` or `sms`, which the citizen chose; "": the action's order.
    package var channel: String
    /// Line of the submitter's own file; nil: the daemon counts.
    package var line: Int?

    package init(
        number: String, reference: String = "", account: String = "", channel: String = "", line: Int? = nil
    ) {
        self.number = number
        self.reference = reference
        self.account = account
        self.channel = channel
        self.line = line
    }
}

/// A record of the ledger that someone asks about.
package enum ExplainedRecord: Equatable, Sendable, CustomStringConvertible {
    case sequence(Int64)
    /// Of the INVITE; of an SMS `sms-` and the attempt's number.
    case callID(String)

    package var description: String {
        switch self {
        case .sequence(let sequence): "record \(sequence)"
        case .callID(let callID): "record of the call \(callID)"
        }
    }
}

package enum ExportFormat: String, Sendable, CaseIterable {
    case native, asterisk, freeswitch
    /// The canonical text of every row and its hash: whoever has it can prove the ledger.
    case ledger
}

package enum ExportLocale: String, Sendable, CaseIterable {
    /// As Dutch spreadsheets read CSV: semicolon, decimal comma, byte-order mark, CRLF.
    case dutch = "nl"
}

/// Which CDRs are exported. Times select by the start of the attempt.
package struct CDRSelection: Equatable, Sendable {
    package var format: ExportFormat
    /// nil: comma and decimal point.
    package var locale: ExportLocale?
    /// From then on.
    package var from: Timestamp?
    /// Before then.
    package var to: Timestamp?
    package var account: String?
    package var action: ActionID?

    package init(
        format: ExportFormat, locale: ExportLocale? = nil, from: Timestamp? = nil, to: Timestamp? = nil,
        account: String? = nil, action: ActionID? = nil
    ) {
        self.format = format
        self.locale = locale
        self.from = from
        self.to = to
        self.account = account
        self.action = action
    }
}

/// Which CDRs are rated again. Times select by the start of the attempt.
package struct RerateSelection: Equatable, Sendable {
    /// From then on.
    package var from: Timestamp
    /// Before then.
    package var to: Timestamp?
    package var account: String?
    package var action: ActionID?
    /// Why; it stands in the correction rows and on statements. "" only when nothing is written.
    package var note: String
    /// Shows what would change, and writes nothing.
    package var isDryRun: Bool

    package init(
        from: Timestamp, to: Timestamp? = nil, account: String? = nil, action: ActionID? = nil, note: String,
        isDryRun: Bool
    ) {
        self.from = from
        self.to = to
        self.account = account
        self.action = action
        self.note = note
        self.isDryRun = isDryRun
    }
}

/// A request with the tag that its replies carry.
package struct TaggedRequest: Equatable, Sendable {
    /// `id` on the wire.
    package var tag: String?
    package var request: Request

    package init(_ request: Request, tag: String? = nil) {
        self.request = request
        self.tag = tag
    }
}

// MARK: - Encoding

extension TaggedRequest {
    /// The line, LF included.
    package func encode() -> [UInt8] {
        // Of these there are a hundred thousand.
        if tag == nil, case .recipient(let line) = request { return line.encode() }
        var members = request.members
        if let tag { members.insert(JSONMember("id", .string(tag)), at: min(1, members.count)) }
        var bytes: [UInt8] = []
        JSONValue.object(members).write(to: &bytes)
        bytes.append(10)
        return bytes
    }
}

extension Request {
    /// The line, LF included.
    package func encode() -> [UInt8] { TaggedRequest(self).encode() }

    fileprivate var members: [JSONMember] {
        var members = verb.map { [JSONMember("verb", .string($0.rawValue))] } ?? []
        func add(_ key: String, _ value: JSONValue) { members.append(JSONMember(key, value)) }
        switch self {
        case .submit(let action, let skipInvalid), .plan(let action, let skipInvalid):
            add("action", action.json)
            if skipInvalid { add("skip-invalid", .bool(true)) }
        case .recipient(let recipient): add("recipient", recipient.json)
        case .commit: add("commit", .bool(true))
        case .abort: add("abort", .bool(true))
        case .list, .trunks, .smscs, .status, .budgets: break
        case .show(let action, let recipients, let messages):
            add("action", .string(action.text))
            if recipients { add("recipients", .bool(true)) }
            if messages { add("messages", .bool(true)) }
        case .pause(let action), .resume(let action): add("action", .string(action.text))
        case .cancel(let action, let finishCalls):
            add("action", .string(action.text))
            add("finish-calls", .bool(finishCalls))
        case .retryInterrupted(let action):
            add("action", .string(action.text))
            add("interrupted", .bool(true))
        case .watch(let action, let interval):
            if let action { add("action", .string(action.text)) }
            add("interval-ms", .integer(interval))
        case .exportCDRs(let selection):
            add("format", .string(selection.format.rawValue))
            if let locale = selection.locale { add("locale", .string(locale.rawValue)) }
            if let from = selection.from { add("from", .string(from.description)) }
            if let to = selection.to { add("to", .string(to.description)) }
            if let account = selection.account { add("account", .string(account)) }
            if let action = selection.action { add("action", .string(action.text)) }
        case .explain(.sequence(let sequence)): add("sequence", .integer(Int(sequence)))
        case .explain(.callID(let callID)): add("call-id", .string(callID))
        case .statement(let account, let options):
            add("account", .string(account))
            members += options.members
        case .report(let options): members += options.members
        case .verifyLedger(let from, let to, let noted):
            if let from { add("from", .integer(Int(from))) }
            if let to { add("to", .integer(Int(to))) }
            if let noted {
                add("noted-sequence", .integer(Int(noted.sequence)))
                add("noted-hash", .string(noted.hash))
            }
        case .credit(let sequence, let amount, let note):
            add("sequence", .integer(Int(sequence)))
            add("amount", .string(amount.decimalText))
            add("note", .string(note))
        case .rerate(let selection):
            add("from", .string(selection.from.description))
            if let to = selection.to { add("to", .string(to.description)) }
            if let account = selection.account { add("account", .string(account)) }
            if let action = selection.action { add("action", .string(action.text)) }
            if !selection.note.isEmpty { add("note", .string(selection.note)) }
            if selection.isDryRun { add("dry-run", .bool(true)) }
        case .forgetParticipant(let number): add("number", .string(number))
        case .setTrunk(let trunk, _): add("trunk", .string(trunk))
        case .setSMSC(let smsc, _): add("smsc", .string(smsc))
        case .renderPrompt(let message, let language):
            add("message", ActionDocument.json(message))
            add("language", .string(language.rawValue))
        }
        return members
    }
}

extension RecipientLine {
    /// The line of a submission, without a tree in between.
    fileprivate func encode() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64 + number.utf8.count + reference.utf8.count + account.utf8.count)
        bytes += #"{"recipient":{"number":"#.utf8
        JSONValue.write(number, to: &bytes)
        for (key, value) in [(#","id":"#, reference), (#","account":"#, account), (#","channel":"#, channel)]
        where !value.isEmpty {
            bytes += key.utf8
            JSONValue.write(value, to: &bytes)
        }
        if let line {
            bytes += #","line":"#.utf8
            bytes += String(line).utf8
        }
        bytes += "}}\n".utf8
        return bytes
    }

    var json: JSONValue {
        var members = [JSONMember("number", .string(number))]
        if !reference.isEmpty { members.append(JSONMember("id", .string(reference))) }
        if !account.isEmpty { members.append(JSONMember("account", .string(account))) }
        if !channel.isEmpty { members.append(JSONMember("channel", .string(channel))) }
        if let line { members.append(JSONMember("line", .integer(line))) }
        return .object(members)
    }
}
