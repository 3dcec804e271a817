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
    private let register: RegisterSnapshot
    /// Of the populations for whom the action is, by their keys: accounts that pay for those who name none.
    private let accountsOfPopulations: [String: String]
    /// Every population that there is, by its key.
    private let populations: Set<String>
    private var wishes: ParticipantReader
    /// By ``PhoneNumber/digits``, which take less room.
    private var lineOfNumber: [UInt64: Int32] = [:]
    private var hasher = SHA256()
    /// What is hashed of a line; kept for its room.
    private var hashed: [UInt8] = []

    init(
        definition: ActionDefinition, plan: NumberingPlan, assumesLostZero: Bool = false, accounts: AccountCodes? = nil,
        register: RegisterSnapshot = RegisterSnapshot(), configuration: GatewayConfiguration = GatewayConfiguration()
    ) {
        self.register = register
        populations = configuration.populationKeys
        accountsOfPopulations = Dictionary(
            configuration.populations.map { ($0.key, $0.account) }, uniquingKeysWith: { first, _ in first })
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
        population: String = "", preferences: ParticipantLine? = nil, line: Int
    ) -> Verdict {
        hash(written, reference, account, channel, population, preferences)
        var text = written
        if written.isEmpty, !reference.isEmpty {
            guard let digits = register.references[reference] else {
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
        let known = register.notes[number.digits]
        guard definition.priority != .test || plan.isTestNumber(number) || known?.isTestNumber == true else {
            return refuse(
                "is no test number ([Numbers] TestNumbers=, or \"test\" in the register), and the action is a test",
                text)
        }
        let people: String
        switch belonging(population, known) {
        case .success(let key): people = key
        case .failure(let mistake): return refuse(mistake.reason, text)
        }
        guard reference.isEmpty || isIdentifier(reference) else {
            return refuse(IdentifierError(kind: "recipient id", text: reference).description, text)
        }
        guard account.isEmpty || isIdentifier(account) else {
            return refuse(IdentifierError(kind: "account", text: account).description, text)
        }
        let payer = account.isEmpty && defaultAccount.isEmpty ? accountsOfPopulations[people] ?? "" : account
        guard !(payer.isEmpty && defaultAccount.isEmpty) else {
            return refuse("neither the recipient nor the action names an account to bill", text)
        }
        if let meant = accounts?.known(insteadOf: account) {
            return refuse(MistakenAccount(code: account, known: meant).description, text)
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
                number: number, reference: reference, account: payer,
                channel: chosen ?? wished(own?.channels ?? known?.channels), population: people, preferences: own))
    }

    private struct Mistake: Error {
        var reason: String
    }

    /// The population of a recipient: the register's word, else the list's; nobody's: a citizen. It must be one of those
    /// for whom the action is.
    private func belonging(_ written: String, _ known: ParticipantRegister.Note?) -> Result<String, Mistake> {
        var key = known?.population ?? ""
        if !written.isEmpty {
            let said = PopulationName.key(written)
            guard populations.contains(said) else {
                let hint = Suggestion.hint(for: written, among: populations.map(PopulationName.name))
                return .failure(Mistake(reason: "there is no [Population \(written.readable(64))]\(hint)"))
            }
            guard known == nil || said == key else {
                let name = PopulationName.name(key)
                return .failure(
                    Mistake(reason: "is of the population \(name) in the register, not of \(PopulationName.name(said))")
                )
            }
            key = said
        }
        guard definition.people.contains(key) else {
            let whose = PopulationName.list(definition.people)
            return .failure(
                Mistake(
                    reason: "is of the population \(PopulationName.name(key)), and the action is for \(whose)"
                        + " (\"populations\")"))
        }
        return .success(key)
    }

    /// The first of the wished channels that the action has; nil: its own order holds.
    private func wished(_ channels: [Channel]?) -> Channel? {
        guard let channels else { return nil }
        let offered = definition.steps(for: nil)
        return channels.first { offered.contains($0) }
    }

    /// The channel and preferences, which came later, only where there are some: what was submitted before it still has its hash.
    private mutating func hash(
        _ number: String, _ reference: String, _ account: String, _ channel: String, _ population: String,
        _ preferences: ParticipantLine?
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
        if !population.isEmpty {
            hashed.append(0x1d)
            hashed.append(contentsOf: population.utf8)
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
