// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

@testable import Simulator

@Suite struct SMSCSettingsTests {
    private func options(_ arguments: String...) throws -> SMSCOptions {
        try SimulatorOptions.parse(["--smsc", "127.0.0.1:2775"] + arguments).smsc
    }

    @Test func noneWithoutTheOption() throws {
        let options = try SimulatorOptions.parse([])
        #expect(options.smsc == SMSCOptions())
        #expect(options.smsc.listen == nil && options.smsc.hasVoice)
    }

    @Test func everySettingHasAnOptionAndAKey() throws {
        let values: [SMSCSettings.Name: String] = [
            .account: "gateway:geheim", .ids: "hex", .receiptIDs: "upper", .receipts: "mixed",
            .outcomes: "delivered=9,none=1", .receiptDelay: "3", .receiptSpread: "1", .receiptEarly: "0.1",
            .receiptDoubled: "0.2", .receiptReordered: "0.3", .receiptOtherBind: "0.4", .receiptAfterReconnect: "0.5",
            .deliverWindow: "7", .deliverTimeout: "8", .deliverRetry: "9", .rate: "120", .queueFull: "0.05",
            .queueFullSeconds: "11", .dropAfter: "12", .dropEvery: "13", .dropHow: "close", .blackHoleAfter: "14",
            .blackHoleEvery: "15", .blackHoleSeconds: "16", .latency: "0.7", .latencySpread: "0.6",
            .responseDrop: "0.01", .enquire: "17", .enquireTimeout: "18", .answerShare: "0.15", .answerDelay: "19",
            .answers: "stop=1", .digits: "99=invalid", .keep: "20",
        ]
        #expect(Set(values.keys) == Set(SMSCSettings.Name.allCases))
        var arguments = ["--smsc", "127.0.0.1:2775"]
        var members: [String] = []
        for (name, value) in values {
            arguments += ["--smsc-" + name.rawValue, value]
            members.append(Double(value) == nil ? "\"\(name.key)\": \"\(value)\"" : "\"\(name.key)\": \(value)")
            #expect(SimulatorOptions.usage.contains("--smsc-" + name.rawValue))
        }
        let fromOptions = try SimulatorOptions.parse(arguments).smsc.applied(to: nil)
        let file = Data("{\(members.joined(separator: ","))}".utf8)
        let fromFile = try options().applied(to: file)
        #expect(fromOptions == fromFile)
        var expected = SMSCSettings()
        expected.accounts = ["gateway": "geheim"]
        expected.identifiers = .hex
        expected.receiptIdentifiers = .upper
        expected.receiptFormat = .mixed
        expected.outcomes = Weights([(.delivered, 9), (.none, 1)])
        (expected.receiptDelay, expected.receiptSpread) = (3, 1)
        (expected.receiptEarly, expected.receiptDoubled, expected.receiptReordered) = (0.1, 0.2, 0.3)
        (expected.receiptOtherBind, expected.receiptAfterReconnect) = (0.4, 0.5)
        (expected.deliverWindow, expected.deliverTimeout, expected.deliverRetry) = (7, 8, 9)
        (expected.rate, expected.queueFullShare, expected.queueFullSeconds) = (120, 0.05, 11)
        (expected.dropAfter, expected.dropEvery, expected.dropHow) = (12, 13, .close)
        (expected.blackHoleAfter, expected.blackHoleEvery, expected.blackHoleSeconds) = (14, 15, 16)
        (expected.latency, expected.latencySpread, expected.responseDrop) = (0.7, 0.6, 0.01)
        (expected.enquire, expected.enquireTimeout) = (17, 18)
        (expected.answerShare, expected.answerDelay, expected.answers) = (0.15, 19, Weights([(.stop, 1)]))
        (expected.digits, expected.keep) = (["99": .invalid], 20)
        #expect(fromOptions == expected)
    }

    @Test func optionsGoOverTheFile() throws {
        let file = Data(
            """
            {"rate": 5, "ids": "uuid", "queue_full": 1, "account": {"a": "b", "c": 123},
             "digits": {"1": "stop", "22": "late"}, "outcomes": {"delivered": 3, "expired": 1}}
            """.utf8)
        let settings = try options("--smsc-rate", "7", "--smsc-digits", "1=ja").applied(to: file)
        #expect(settings.rate == 7)
        #expect(settings.identifiers == .uuid)
        #expect(settings.queueFullShare == 1)
        #expect(settings.accounts == ["a": "b", "c": "123"])
        #expect(settings.digits == ["1": .ja, "22": .late])
        #expect(settings.outcomes == Weights([(.delivered, 3), (.expired, 1)]))
    }

    @Test func spreadNeverReachesBeforeTheSubmit() throws {
        let settings = try options("--smsc-receipt-delay", "0.2", "--smsc-receipt-spread", "5").applied(to: nil)
        #expect(settings.receiptRange == 0...0.4)
    }

    @Test func queueFullIsAPrefixOrAShare() throws {
        #expect(try options("--smsc-queue-full", "+3161").applied(to: nil).queueFullPrefix == "3161")
        #expect(try options("--smsc-queue-full", "0.25").applied(to: nil).queueFullShare == 0.25)
    }

    @Test(arguments: [
        (["--smsc-rate", "5"], "the --smsc- options need --smsc ADDRESS:PORT"),
        (["--no-voice"], "--no-voice needs --smsc ADDRESS:PORT, there is nothing to simulate"),
        (["--smsc", "x"], "--smsc x must be ADDRESS:PORT, for example 127.0.0.1:5070 or [::1]:5070"),
        (["--smsc", "localhost:2775"], "--smsc: \"localhost\" is no numeric IPv4 or IPv6 address"),
        (["--smsc-frob", "1"], "unknown option --smsc-frob; try --help"),
        (["--smsc-rate", "x"], "--smsc-rate: x must be a number from 0.0 to 10000000.0"),
        (
            ["--smsc-ids", "octal"],
            "--smsc-ids: unknown word \"octal\"; known: decimal, hex, uuid, same, none"
        ),
        (["--smsc-receipt-early", "1.5"], "--smsc-receipt-early: 1.5 must be a number from 0.0 to 1.0"),
        (["--smsc-account", "x"], "--smsc-account: must be SYSTEM_ID:PASSWORD"),
        (
            ["--smsc-digits", "x=ja"],
            "--smsc-digits: \"x=ja\" must be DIGITS=BEHAVIOUR, for example 99=undelivered"
        ),
        (["--smsc-outcomes", "delivered=0"], "--smsc-outcomes: the weights add up to 0"),
        (
            ["--smsc", "127.0.0.1:2775", "--smsc-tls-key", "k.pem"],
            "--smsc-tls-key needs --smsc-tls-certificate FILE"
        ),
    ])
    func errors(_ arguments: [String], _ expected: String) {
        #expect(throws: ScenarioError(expected)) { try SimulatorOptions.parse(arguments) }
    }

    @Test(arguments: [
        (#"{"rate": "x", "speed": 1}"#, "\"rate\": x must be a number from 0.0 to 10000000.0\nunknown key \"speed\""),
        (#"{"rate": true}"#, "\"rate\": must be a number or a text"),
        (#"[]"#, "the settings are a JSON object: { ... }"),
        (#"{"ids": "uuid", "receipt_ids": "hex"}"#, "receipt-ids hex needs ids decimal, hex or none"),
        (#"{"ids": "same", "receipt_ids": "decimal"}"#, "receipt-ids decimal needs ids decimal, hex or none"),
    ])
    func fileErrors(_ text: String, _ expected: String) throws {
        let options = try options()
        #expect(throws: ScenarioError(expected)) { try options.applied(to: Data(text.utf8)) }
    }
}

@Suite struct MessageIdentifiersTests {
    private func identifiers(
        _ form: SMSCSettings.Identifiers, _ receiptForm: SMSCSettings.ReceiptIdentifiers = .same
    ) -> MessageIdentifiers {
        var settings = SMSCSettings()
        settings.identifiers = form
        settings.receiptIdentifiers = receiptForm
        return MessageIdentifiers(settings: settings, seed: 1)
    }

    @Test(arguments: [
        (SMSCSettings.Identifiers.decimal, SMSCSettings.ReceiptIdentifiers.same, "48879", "48879"),
        (.decimal, .hex, "48879", "beef"), (.decimal, .zeroPadded, "48879", "00000000000000048879"),
        (.hex, .same, "beef", "beef"), (.hex, .decimal, "beef", "48879"), (.hex, .upper, "beef", "BEEF"),
        (.hex, .lower, "beef", "beef"), (.same, .same, "1", "1"), (.none, .same, "", "48879"),
        (.none, .hex, "", "beef"),
    ])
    func forms(
        _ form: SMSCSettings.Identifiers, _ receiptForm: SMSCSettings.ReceiptIdentifiers, _ response: String,
        _ receipt: String
    ) {
        let identifiers = identifiers(form, receiptForm)
        #expect(identifiers.response(48_879) == response)
        #expect(identifiers.receipt(48_879) == receipt)
    }

    @Test(arguments: [SMSCSettings.Identifiers.decimal, .hex, .uuid])
    func idsAreFoundAgain(_ form: SMSCSettings.Identifiers) {
        let identifiers = identifiers(form)
        for number in [UInt64(0), 1, 9_999_999, 0xFFFF_FFFF_FFFF] {
            #expect(identifiers.number(of: identifiers.response(number)) == number)
        }
        #expect(identifiers.number(of: "") == nil)
        #expect(identifiers.number(of: "ffffffff-ffff-8fff-8fff-000000000001") == nil)
    }

    @Test func uuidsHaveTheirShape() throws {
        let uuid = identifiers(.uuid).response(7)
        #expect(UUID(uuidString: uuid) != nil)
        #expect(uuid.hasSuffix("-000000000007"))
        #expect(uuid.split(separator: "-")[2].first == "8")
    }
}
