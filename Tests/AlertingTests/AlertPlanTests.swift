// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Alerting

@Suite("What follows from an alert")
struct AlertPlanTests {
    private func message(_ bytes: [UInt8]) throws -> AlertMessage {
        guard case .submit(let message) = try plan(bytes).deed else { throw AlertRefusal(nil, "no submission") }
        return message
    }

    @Test("Dutch first, then English, each in its own voice")
    func languages() throws {
        let message = try message(Sample.bytes("burgernet"))
        #expect(message.language == .dutch)
        #expect(message.title == "Vermist in Gouda: een jongen van zes jaar")
        #expect(message.priority == .lifeThreat)
        #expect(
            message.prompt == [
                .text(
                    """
                    Dit is een bericht van Politie Den Haag.
                    Vermist in Gouda: een jongen van zes jaar.
                    Hij draagt een rode jas en heeft een blauwe step.
                    Gezien? Bel gratis 0800-0011.
                    Informatie: de meldkamer, 0800-0011.
                    """),
                .pause(1000),
                .text("Missing in Gouda: a boy of six.\nHave you seen him? Call 0800-0011.", language: .english),
            ])
        #expect(
            message.text == """
                Politie Den Haag: Vermist in Gouda: een jongen van zes jaar. Hij draagt een rode jas en heeft een blauwe \
                step. Gezien? Bel gratis 0800-0011. de meldkamer, 0800-0011

                Missing in Gouda: a boy of six. Have you seen him? Call 0800-0011.
                """)
    }

    @Test("A language without a voice is in the SMS, and that is told")
    func otherLanguages() throws {
        let plan = try plan(Sample.bytes("amber-two-languages"))
        guard case .submit(let message) = plan.deed else { throw AlertRefusal(nil, "no submission") }
        #expect(message.language == .english)
        #expect(message.prompt.count == 1)
        #expect(
            message.text.hasSuffix(
                "\n\nAlerta Amber en el condado de Los Ángeles. Niño de cuatro años en un sedán gris."))
        #expect(plan.remarks.first?.text == "there is no voice for \"es-US\": its text is in the SMS alone")
        let french = try self.message(Sample.plain("<language>nl", "<language>fr"))
        #expect(french.prompt.isEmpty && !french.text.isEmpty)
    }

    @Test("Lines that were broken for a screen run on; an empty line is a pause")
    func flow() throws {
        let text = try message(Sample.bytes("nws-1.1")).text
        #expect(text.contains("already fallen, snow and soil moisture.\nIt is renewed in two weeks."))
    }

    /// Rows of docs/cap.md: urgency, severity, certainty; several values stand for each of them.
    static let classes: [([CAPUrgency], [CAPSeverity], [CAPCertainty], ActionPriority)] = [
        ([.immediate], [.extreme, .severe], [.observed, .likely], .lifeThreat),
        ([.immediate], [.extreme, .severe], [.possible, .unknown], .urgent),
        ([.immediate], [.moderate, .unknown], [.observed, .likely, .possible, .unknown], .urgent),
        (
            [.expected, .unknown], [.extreme, .severe, .moderate, .unknown], [.observed, .likely, .possible, .unknown],
            .urgent
        ),
        ([.future, .past], CAPSeverity.allCases, CAPCertainty.allCases, .normal),
        ([.immediate, .expected, .unknown], [.minor], CAPCertainty.allCases, .normal),
        ([.immediate, .expected, .unknown], [.extreme, .severe, .moderate, .unknown], [.unlikely], .normal),
    ]

    @Test("The table of classes has each of the 125 cases once, and holds")
    func classTable() {
        var seen = 0
        for (urgencies, severities, certainties, expected) in Self.classes {
            for urgency in urgencies {
                for severity in severities {
                    for certainty in certainties {
                        seen += 1
                        #expect(ActionPriority(urgency, severity, certainty) == expected)
                    }
                }
            }
        }
        #expect(seen == 125)
    }

    @Test("The most pressing of its blocks decides")
    func mostPressing() throws {
        let second =
            "</info><info><language>en</language><category>Fire</category><event>Fire</event>"
            + "<urgency>Past</urgency><severity>Minor</severity><certainty>Observed</certainty></info></alert>"
        #expect(try message(Sample.plain("</info>\n</alert>", second)).priority == .lifeThreat)
    }

    @Test("Only what is Actual is meant", arguments: CAPStatus.allCases)
    func statuses(_ status: CAPStatus) throws {
        let plan = try plan(Sample.plain("<status>Actual", "<status>\(status.word)"))
        #expect(plan.rehearsal == (status == .actual ? nil : status))
        guard case .submit = plan.deed else { return #expect(Bool(false), "an alert is submitted, or as if") }
    }

    @Test("What it is to earlier alerts decides what is done")
    func messageTypes() throws {
        let reference = "</scope><references>desk@example.org,A-0,2026-11-24T12:00:00+01:00</references>"
        func deed(_ type: String) throws -> AlertDeed {
            let text = Sample.plain.replacing("</scope>", with: reference).replacing(">Alert<", with: ">\(type)<")
            return try plan(Array(text.utf8)).deed
        }
        let first = try CAPAlert.Reference(
            sender: "desk@example.org", identifier: "A-0", sent: #require(Timestamp(iso8601: "2026-11-24T11:00:00Z"))
        ).action
        guard case .correct(let corrected, let message) = try deed("Update") else { throw AlertRefusal(nil, "Update") }
        #expect(corrected == [first] && message.title == "Grote brand")
        guard case .stop(let stopped, let closing?) = try deed("Cancel") else { throw AlertRefusal(nil, "Cancel") }
        #expect(stopped == [first] && closing.title == "Grote brand")
        guard case .nothing = try deed("Ack"), case .nothing = try deed("Error") else { throw AlertRefusal(nil, "Ack") }
    }

    @Test("A cancellation without a text has nothing to close with")
    func cancelAlone() throws {
        let info = try #require(Sample.plain.range(of: "  <info>"))
        let text =
            Sample.plain[..<info.lowerBound].replacing(">Alert<", with: ">Cancel<")
            .replacing("</scope>", with: "</scope><references>a,b,2026-11-24T12:00:00+01:00</references>") + "</alert>"
        guard case .stop(let actions, nil) = try plan(Array(text.utf8)).deed else { throw AlertRefusal(nil, "Cancel") }
        #expect(actions.count == 1)
    }

    @Test("The same alert is the same action; another sender, identifier or time is another")
    func names() throws {
        let first = try message(Array(Sample.plain.utf8)).action
        #expect(first.text.hasPrefix("cap-A-1-") && first.text.count == 24)
        // The same moment.
        #expect(
            try message(Sample.plain("<sent>2026-11-24T13:30:00+01:00", "<sent>2026-11-24T12:30:00-00:00")).action
                == first)
        let others = [
            ("<sent>2026-11-24T13:30:00", "<sent>2026-11-24T13:30:01"), ("desk@", "disk@"), ("A-1", "A-2"),
        ]
        for (old, new) in others { #expect(try message(Sample.plain(old, new)).action != first) }
        // Whatever an author writes in it, it is a name that the gateway takes.
        let long = try message(Sample.bytes("nws-1.1")).action.text
        #expect(long == "cap-NOAA-NWS-ALERTS-AR125843BFB820.HydrologicOu-\(long.suffix(16))" && long.count == 64)
        #expect(try message(Sample.plain("A-1", "urn:oid:2.49/é")).action.text.hasPrefix("cap-urn-oid-2.49---"))
    }

    @Test("Times are the alert's, whatever the clock says")
    func times() throws {
        let plain = try message(Array(Sample.plain.utf8))
        #expect(plain.starts == nil)
        #expect(plain.expires?.description == "2026-11-24T14:30:00.000Z")
        func withTimes(_ times: String) throws -> AlertMessage {
            try message(Sample.plain("<expires>", times + "<expires>"))
        }
        let later = try withTimes("<effective>2026-11-24T14:00:00+01:00</effective>")
        #expect(later.starts?.description == "2026-11-24T13:00:00.000Z")
        // What it warns of begins later; who is warned must know before.
        #expect(try withTimes("<onset>2026-11-24T14:00:00+01:00</onset>").starts == nil)
        #expect(try withTimes("<effective>2026-11-24T13:00:00+01:00</effective>").starts == nil)
        #expect(refusal(Sample.plain("<expires>", "<effective>2026-11-24T15:30:00+01:00</effective><expires>")) != nil)
    }

    @Test("A restricted or private alert needs the submitter's word")
    func scopes() throws {
        let restricted = Sample.plain("Public</scope>", "Restricted</scope><restriction>police only</restriction>")
        #expect(throws: AlertRefusal.self) { try plan(restricted) }
        do {
            _ = try plan(restricted)
        } catch let refusal as AlertRefusal {
            #expect(refusal.description.contains("restricted (police only)"))
            #expect(refusal.description.contains("--allow-restricted"))
        }
        guard case .submit = try plan(restricted, allowsRestricted: true).deed else { throw AlertRefusal(nil, "no") }
        let secret = Sample.plain("Public</scope>", "Private</scope><addresses>a b</addresses>")
        #expect(throws: AlertRefusal.self) { try plan(secret) }
    }

    @Test("A text that is too long to be spoken is refused, not cut")
    func tooLong() throws {
        let bytes = Sample.plain("Grote brand", String(repeating: "Brand. ", count: 1000))
        do {
            _ = try plan(bytes)
            Issue.record("it is taken")
        } catch let refusal as AlertRefusal {
            #expect(
                refusal.description
                    == "line 9, column 3: this <info> has 6999 characters of text; at most 5000 can be spoken")
        }
    }
}
