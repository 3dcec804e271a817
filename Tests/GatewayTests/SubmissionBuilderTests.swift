// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Configuration
import ControlProtocol
import GatewayCore
import Participants
import Testing

@testable import Gateway

@Suite struct SubmissionBuilderTests {
    private func builder(account: String = "GM0513") -> SubmissionBuilder {
        SubmissionBuilder(definition: ActionDefinition(prompt: [.text("x")], account: account), plan: NumberingPlan())
    }

    @Test("Whoever the register knows needs no number, and what is wished goes along")
    func references() throws {
        let number = try #require(PhoneNumber(e164: "+31612345678"))
        var builder = SubmissionBuilder(
            definition: ActionDefinition(prompt: [.text("x")], account: "GM0513"), plan: NumberingPlan(),
            register: RegisterSnapshot(references: ["P-1": number.digits]))
        var wishes = ParticipantLine()
        wishes[.calls] = "never"
        let first = builder.add(number: "", reference: "P-1", account: "", preferences: wishes, line: 1)
        #expect(
            first
                == .accepted(
                    StagedRecipient(number: number, reference: "P-1", preferences: Preferences(callTimes: .never))))
        #expect(
            builder.add(number: "0612345678", reference: "", account: "", line: 2)
                == .duplicate(firstLine: 1, shown: number.redacted))
        guard case .invalid(let unknown, _) = builder.add(number: "", reference: "P-2", account: "", line: 3) else {
            return #expect(Bool(false))
        }
        #expect(unknown == "has no number, and nobody in the register has the reference P-2")
        wishes[.calls] = "at noon"
        guard
            case .invalid(let reason, _) = builder.add(
                number: "0612345679", reference: "P-3", account: "", preferences: wishes, line: 4)
        else { return #expect(Bool(false)) }
        #expect(reason.hasPrefix("\"calls\""))
    }

    private func configured(_ names: String...) -> GatewayConfiguration {
        var configuration = GatewayConfiguration()
        configuration.populations = names.map { name in
            var population = GatewayConfiguration.Population(name: name)
            population.account = "POL"
            return population
        }
        return configuration
    }

    @Test("A recipient is of the register's population, else the list's, and must be one of those of the action")
    func populations() throws {
        let known = try #require(PhoneNumber(e164: "+31612345678"))
        let register = RegisterSnapshot(notes: [known.digits: .init(population: "profinet")])
        func verdict(
            _ populations: [String]?, _ number: String, _ written: String = "", account: String = ""
        ) -> SubmissionBuilder.Verdict {
            var builder = SubmissionBuilder(
                definition: ActionDefinition(prompt: [.text("x")], account: account, populations: populations),
                plan: NumberingPlan(), register: register, configuration: configured("profinet"))
            return builder.add(number: number, reference: "", account: "", population: written, line: 1)
        }
        func reason(_ verdict: SubmissionBuilder.Verdict) -> String {
            if case .invalid(let reason, _) = verdict { reason } else { "" }
        }
        let other = "0612345679"
        #expect(
            verdict(["profinet"], known.e164)
                == .accepted(StagedRecipient(number: known, reference: "", account: "POL", population: "profinet")))
        #expect(
            verdict(["", "profinet"], known.e164, account: "GM0513")
                == .accepted(StagedRecipient(number: known, reference: "", population: "profinet")))
        #expect(
            reason(verdict(nil, known.e164, account: "GM0513"))
                == "is of the population profinet, and the action is for citizens (\"populations\")")
        #expect(
            reason(verdict(["profinet"], other))
                == "is of the population citizens, and the action is for profinet (\"populations\")")
        #expect(reason(verdict(["profinet"], other, "profinet")) == "")
        #expect(
            reason(verdict(["", "profinet"], known.e164, "burgers"))
                == "is of the population profinet in the register, not of citizens")
        #expect(
            reason(verdict(["", "profinet"], other, "profinett"))
                == "there is no [Population profinett]; did you mean profinet?")
    }

    @Test("The register's channels are tried in their order where neither list nor submission says anything")
    func wishedChannels() throws {
        let number = try #require(PhoneNumber(e164: "+31612345678"))
        func channel(
            _ wished: [Channel], own: String? = nil, written: String = "", text: TextMessage? = TextMessage(text: "x")
        ) -> Channel? {
            let channels: [Channel] = text == nil ? [.voice] : [.voice, .sms]
            var builder = SubmissionBuilder(
                definition: ActionDefinition(
                    prompt: [.text("x")], account: "GM0513", channels: channels, text: text),
                plan: NumberingPlan(), register: RegisterSnapshot(notes: [number.digits: .init(channels: wished)]))
            var line: ParticipantLine?
            if let own {
                line = ParticipantLine()
                line?[.channels] = own
            }
            let verdict = builder.add(
                number: number.e164, reference: "", account: "", channel: written, preferences: line, line: 1)
            if case .accepted(let person) = verdict { return person.channel }
            return nil
        }
        #expect(channel([.sms, .voice]) == .sms && channel([.voice]) == .voice)
        #expect(channel([.sms, .voice], own: "voice,sms") == .voice)
        #expect(channel([.sms, .voice], written: "telefoon") == .voice)
        #expect(channel([.sms], text: nil) == nil)
    }

    @Test("A test takes numbers that the register marks, beside those of the configuration")
    func markedNumbers() throws {
        let marked = try #require(PhoneNumber(e164: "+31612345678"))
        var builder = SubmissionBuilder(
            definition: ActionDefinition(priority: .test, prompt: [.text("x")], account: "GM0513"),
            plan: NumberingPlan(tests: ["+31612345677"]),
            register: RegisterSnapshot(notes: [marked.digits: .init(isTestNumber: true)]))
        func isTaken(_ number: String) -> Bool {
            if case .accepted = builder.add(number: number, reference: "", account: "", line: 1) { true } else { false }
        }
        #expect(isTaken("0612345678") && isTaken("0612345677") && !isTaken("0612345676"))
    }

    @Test("Bad recipients are refused by reason and shown redacted")
    func refusals() {
        var builder = builder(account: "")
        #expect(
            builder.add(number: "061234567", reference: "", account: "A", line: 1)
                == .invalid(
                    reason: "mobile numbers have 10 digits, this one has 9", shown: "0612**567"))
        #expect(
            builder.add(number: "0612345678", reference: "", account: "", line: 2)
                == .invalid(
                    reason: "neither the recipient nor the action names an account to bill", shown: "0612***678"))
        guard case .invalid(let reason, _) = builder.add(number: "0612345678", reference: "a b", account: "A", line: 3)
        else {
            Issue.record("accepted")
            return
        }
        #expect(reason.hasPrefix("recipient id \"a b\" is not valid"))
        #expect(builder.invalid == 3 && builder.accepted == 0)
    }

    @Test("An action of class test takes test numbers only, by number or by prefix")
    func testNumbers() throws {
        var builder = SubmissionBuilder(
            definition: ActionDefinition(priority: .test, prompt: [.text("x")], account: "GM0513"),
            plan: NumberingPlan(tests: ["+31612345678", "+316999"]))
        for number in ["0612345678", "0699912345"] {
            guard case .accepted = builder.add(number: number, reference: "", account: "", line: 1) else {
                Issue.record("\(number) was refused")
                return
            }
        }
        guard case .invalid(let reason, _) = builder.add(number: "0612345679", reference: "", account: "", line: 3)
        else {
            Issue.record("accepted")
            return
        }
        #expect(reason.contains("no test number") && builder.accepted == 2)
    }

    @Test("What cannot be seen in a refused number, account or channel is named")
    func readable() {
        var builder = builder()
        #expect(
            builder.add(number: "\u{202D}061234567\u{202C}", reference: "", account: "", line: 1)
                == .invalid(
                    reason: "mobile numbers have 10 digits, this one has 9",
                    shown: "<U+202D>061****67<U+202C>"))
        #expect(
            builder.add(number: "06\u{E9}", reference: "", account: "", line: 2)
                == .invalid(reason: "the number contains U+00E9", shown: "06<U+00E9>"))
        #expect(
            builder.add(number: "0612345678", reference: "", account: "GM0513\u{200B}", line: 3)
                == .invalid(
                    reason: IdentifierError(kind: "account", text: "GM0513\u{200B}").description, shown: "0612***678"))
        #expect(
            builder.add(number: "0612345678", reference: "", account: "", channel: "sm\u{AD}s", line: 4)
                == .invalid(reason: "the channel \"sm<U+00AD>s\" is neither voice nor sms", shown: "0612***678"))
    }

    @Test(
        "Channels are read as lists write them",
        arguments: [
            ("voice", Channel.voice), ("Voice", .voice), ("TELEFOON", .voice), ("Mobiel", .voice), ("sms", .sms),
            ("Sms", .sms), ("SMS", .sms),
        ])
    func channels(text: String, expected: Channel) throws {
        let definition = ActionDefinition(
            prompt: [.text("x")], account: "GM0513", channels: [.voice, .sms], text: TextMessage(text: "x"))
        var builder = SubmissionBuilder(definition: definition, plan: NumberingPlan())
        guard
            case .accepted(let person) = builder.add(
                number: "0612345678", reference: "", account: "", channel: text, line: 1)
        else { return #expect(Bool(false)) }
        #expect(person.channel == expected)
    }

    @Test("A lost zero is hinted at, and put back when that is asked for")
    func lostZero() throws {
        var builder = builder()
        guard case .invalid(let reason, _) = builder.add(number: "612345678", reference: "", account: "", line: 1)
        else {
            return #expect(Bool(false))
        }
        #expect(reason.contains("was a leading zero lost") && reason.contains("assume-lost-zero"))
        var lenient = SubmissionBuilder(
            definition: ActionDefinition(prompt: [.text("x")], account: "A"), plan: NumberingPlan(),
            assumesLostZero: true)
        guard case .accepted(let person) = lenient.add(number: "612345678", reference: "", account: "", line: 1) else {
            return #expect(Bool(false))
        }
        #expect(person.number.e164 == "+31612345678")
    }

    @Test("An account that is a configured one in another writing is refused, unless codes are taken as they are")
    func mistakenAccounts() {
        var configuration = GatewayConfiguration()
        configuration.accounts = [.init(code: "GM0513", name: "Gouda")]
        let definition = ActionDefinition(prompt: [.text("x")])
        var strict = SubmissionBuilder(
            definition: definition, plan: NumberingPlan(), accounts: AccountCodes(configuration))
        #expect(
            strict.add(number: "0612345678", reference: "", account: "gm0513", line: 1)
                == .invalid(
                    reason: MistakenAccount(code: "gm0513", known: "GM0513").description, shown: "0612***678"))
        var lenient = SubmissionBuilder(definition: definition, plan: NumberingPlan())
        guard
            case .accepted = lenient.add(number: "0612345678", reference: "", account: "gm0513", line: 1),
            case .accepted = strict.add(number: "0612345678", reference: "", account: "GM0513", line: 2),
            case .accepted = strict.add(number: "0612345679", reference: "", account: "GM0627", line: 3)
        else { return #expect(Bool(false)) }
    }

    @Test("The same number in any writing is one recipient")
    func duplicates() {
        var builder = builder()
        _ = builder.add(number: "0612345678", reference: "P-1", account: "", line: 2)
        #expect(
            builder.add(number: "+31 (0)6 1234 5678", reference: "P-2", account: "", line: 9)
                == .duplicate(firstLine: 2, shown: "+316*****678"))
        #expect(builder.accepted == 1 && builder.duplicates == 1)
    }

    @Test("The content hash tells every difference, and no other")
    func hash() {
        func hash(_ change: (inout SubmissionBuilder) -> Void, account: String = "GM0513") -> String {
            var builder = builder(account: account)
            change(&builder)
            return builder.contentHash()
        }
        let first = hash { _ = $0.add(number: "0612345678", reference: "P-1", account: "", line: 2) }
        #expect(first == hash { _ = $0.add(number: "0612345678", reference: "P-1", account: "", line: 7) })
        let others = [
            hash { _ in },
            hash { _ = $0.add(number: "0612345679", reference: "P-1", account: "", line: 2) },
            hash { _ = $0.add(number: "0612345678", reference: "P-", account: "1", line: 2) },
            hash({ _ = $0.add(number: "0612345678", reference: "P-1", account: "", line: 2) }, account: "GM0484"),
        ]
        #expect(Set(others + [first]).count == 5)
    }

    /// It lies on disk, and "the same content again" is told by it after an upgrade too. Of the definition's JSON, as
    /// the journal has it, and of each line: a line feed, number, reference and account, and a channel if there is one,
    /// with 0x1f between them; `?` and its number for a line that was no recipient.
    @Test("The hash of a submission is what it always was")
    func goldenHash() {
        let definition = ActionDefinition(
            prompt: [.text("a/b")], account: "GM0513", channels: [.voice, .sms], text: TextMessage(text: "b"))
        var builder = SubmissionBuilder(definition: definition, plan: NumberingPlan())
        _ = builder.add(number: "0612345678", reference: "P-1", account: "", line: 1)
        _ = builder.add(number: "+31612345679", reference: "", account: "GM0484", channel: "sms", line: 2)
        builder.addUnreadable(line: 3)
        let json =
            #"{"account":"GM0513","cascade":{"outcomes":["busy","no-answer","invalid-number","failed","congestion","#
            + #""interrupted","undelivered","opted-out","over-budget"]},"channels":["voice","sms"],"#
            + #""keys":{"1":"repeat"},"language":"nl","message":[{"text":"a/b"}],"plays":1,"priority":2,"#
            + #""text":{"isFlash":false,"mayTransliterate":false,"replacesEarlier":false,"text":"b","#
            + #""wantsReceipts":true},"title":""}"#
        let lines = "\n0612345678\u{1f}P-1\u{1f}\n+31612345679\u{1f}\u{1f}GM0484\u{1f}sms\n?3"
        #expect(builder.contentHash() == SHA256.hexDigest(of: (json + lines).utf8))
        #expect(builder.contentHash() == "f447c1cd27791846531f7b567b566e1d3f36db7dff4537da8d91ce4aebaf6fc4")
    }
}
