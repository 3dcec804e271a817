// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Configuration
import ControlProtocol
import Foundation
import GatewayCore
import Participants

/// Takes the recipients of one submission in order: validates, merges duplicates by number, and
/// hashes what was submitted, so that "the same content again" can be told from other content.
///
/// Pure; holds one number per accepted recipient to find duplicates.
struct SubmissionBuilder {
    enum Verdict: Equatable {
        case accepted(StagedRecipient)
        case invalid(reason: String, shown: String)
        case duplicate(firstLine: Int, shown: String)
    }

    private(set) var accepted = 0
    private(set) var invalid = 0
    private(set) var duplicates = 0
    private let plan: NumberingPlan
    private let assumesLostZero: Bool
    /// nil: codes are taken as they are written.
    private let accounts: AccountCodes?
    private let defaultAccount: String
    private let definition: ActionDefinition
    /// Numbers of the register, ``PhoneNumber/digits`` by reference.
    private let references: [String: UInt64]
    private var wishes: ParticipantReader
    /// By ``PhoneNumber/digits``, which take less room.
    private var lineOfNumber: [UInt64: Int32] = [:]
    private var hasher = SHA256()
    /// What is hashed of a line; kept for its room.
    private var hashed: [UInt8] = []

    init(
        definition: ActionDefinition, plan: NumberingPlan, assumesLostZero: Bool = false, accounts: AccountCodes? = nil,
        references: [String: UInt64] = [:]
    ) {
        self.references = references
        wishes = ParticipantReader(plan)
        self.plan = plan
        self.assumesLostZero = assumesLostZero
        self.accounts = accounts
        defaultAccount = definition.account
        self.definition = definition
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // The definition holds strings, numbers and dates only, which cannot fail to encode.
        hasher.update((try? encoder.encode(definition)) ?? Data())
    }

    mutating func add(
        number written: String, reference: String, account: String, channel: String = "",
        preferences: ParticipantLine? = nil, line: Int
    ) -> Verdict {
        hash(written, reference, account, channel, preferences)
        var text = written
        if written.isEmpty, !reference.isEmpty {
            guard let digits = references[reference] else {
                return refuse(
                    "has no number, and nobody in the register has the reference \(reference.readable(64))", "")
            }
            text = "+\(digits)"
        }
        let number: PhoneNumber
        do {
            number = try plan.parse(text, assumesLostZero: assumesLostZero)
        } catch {
            let remedy = error == .lostZero ? " (assume-lost-zero puts it back)" : ""
            return refuse(error.description + remedy, text)
        }
        guard definition.priority != .test || plan.isTestNumber(number) else {
            return refuse("is no test number ([Numbers] TestNumbers=), and the action is a test", text)
        }
        guard reference.isEmpty || isIdentifier(reference) else {
            return refuse(IdentifierError(kind: "recipient id", text: reference).description, text)
        }
        guard account.isEmpty || isIdentifier(account) else {
            return refuse(IdentifierError(kind: "account", text: account).description, text)
        }
        guard !(account.isEmpty && defaultAccount.isEmpty) else {
            return refuse("neither the recipient nor the action names an account to bill", text)
        }
        if let known = accounts?.known(insteadOf: account) {
            return refuse(MistakenAccount(code: account, known: known).description, text)
        }
        let chosen = channel.isEmpty ? nil : Channel(listed: channel)
        guard channel.isEmpty || chosen != nil else {
            return refuse("the channel \"\(channel.readable(20))\" is neither voice nor sms", text)
        }
        guard !definition.steps(for: chosen).isEmpty else {
            return refuse("the action has nothing for the channel \(channel)", text)
        }
        var own: Preferences?
        if let preferences {
            do throws(ProtocolError) {
                own = try wishes.preferences(preferences)
            } catch {
                return refuse(error.message, text)
            }
        }
        if let first = lineOfNumber.updateValue(Int32(clamping: line), forKey: number.digits) {
            lineOfNumber[number.digits] = first
            duplicates += 1
            return .duplicate(firstLine: Int(first), shown: number.redacted)
        }
        accepted += 1
        return .accepted(
            StagedRecipient(
                number: number, reference: reference, account: account, channel: chosen, preferences: own))
    }

    /// The channel and preferences, which came later, only where there are some: what was submitted before it still has its hash.
    private mutating func hash(
        _ number: String, _ reference: String, _ account: String, _ channel: String, _ preferences: ParticipantLine?
    ) {
        hashed.removeAll(keepingCapacity: true)
        hashed.append(10)
        hashed.append(contentsOf: number.utf8)
        for part in [reference, account] {
            hashed.append(0x1f)
            hashed.append(contentsOf: part.utf8)
        }
        if !channel.isEmpty {
            hashed.append(0x1f)
            hashed.append(contentsOf: channel.utf8)
        }
        if let preferences {
            hashed.append(0x1e)
            hashed.append(contentsOf: preferences.json)
        }
        hasher.update(hashed)
    }

    /// A line that was no recipient at all.
    mutating func addUnreadable(line: Int) {
        hasher.update("\n?\(line)")
        invalid += 1
    }

    /// SHA-256 over the definition and every line in order.
    func contentHash() -> String {
        var copy = hasher
        return hexadecimal(copy.finalize())
    }

    private mutating func refuse(_ reason: String, _ text: String) -> Verdict {
        invalid += 1
        return .invalid(reason: reason, shown: redact(text))
    }

    /// As much of a bad number as helps to find it, no more; what is no printable ASCII by its code point.
    private func redact(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(40).map { $0.isPlain ? String(Character($0)) : "<\($0.codePoint)>" }
        guard shown.count > 7 else { return shown.joined() }
        return (shown.prefix(4) + Array(repeating: "*", count: shown.count - 7) + shown.suffix(3)).joined()
    }
}
