// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import Testing

@testable import Store

/// JSON on disk, as journals out there hold it. If one of these fails, the code is wrong: what is on disk stays.
@Suite("JSON in the journal") struct JournalJSONTests {
    private func check<Value: Journalled & Equatable>(_ value: Value, _ json: String) throws {
        #expect(try JournalJSON.encode(value, "test") == json)
        #expect(try JournalJSON.decode(Value.self, json, "test") == value)
    }

    @Test("A definition with everything in it")
    func definition() throws {
        let text = TextMessage(
            text: "Blijf binnen", sender: "NL-Alert", isFlash: true, wantsReceipts: false, mayTransliterate: true,
            priorityFlag: 3, validity: .seconds(60), deliverAt: Timestamp(microseconds: 7), replacesEarlier: true,
            doubt: .hold)
        let definition = ActionDefinition(
            priority: .lifeThreat, language: "en",
            prompt: [.recording("opening"), .text("a/b"), .text("c", language: .dutch), .pause(500)],
            callerNumber: "+31182588444", callerName: "Gouda", starts: Timestamp(microseconds: 5),
            expires: Timestamp(microseconds: 6), plays: 2, keys: ["1": .repeat, "2": .confirm], account: "GM0513",
            title: "Brand", channels: [.sms, .voice], text: text,
            cascade: Cascade(outcomes: [.busy, .noAnswer], after: .minutes(10)))
        try check(
            definition,
            #"{"account":"GM0513","callerName":"Gouda","callerNumber":"+31182588444","#
                + #""cascade":{"after":600000000,"outcomes":["busy","no-answer"]},"channels":["sms","voice"],"#
                + #""expires":6,"keys":{"1":"repeat","2":"confirm"},"language":"en","#
                + #""message":[{"recording":"opening"},{"text":"a/b"},{"language":"nl","text":"c"},{"pause":500}],"plays":2,"priority":0,"#
                + #""starts":5,"text":{"deliverAt":7,"doubt":"hold","isFlash":true,"mayTransliterate":true,"#
                + #""priorityFlag":3,"replacesEarlier":true,"sender":"NL-Alert","text":"Blijf binnen","validity":60000000,"#
                + #""wantsReceipts":false},"title":"Brand"}"#)
    }

    @Test("How engine time stands to the machine's clocks")
    func clock() throws {
        try check(
            ClockMark(
                bootOffset: .microseconds(1), civilOffset: .microseconds(-2), setAt: Timestamp(microseconds: 3),
                setBy: .microseconds(4)),
            #"{"bootOffset":1,"civilOffset":-2,"setAt":3,"setBy":4}"#)
        try check(
            ClockMark(bootOffset: .zero, civilOffset: .zero), #"{"bootOffset":0,"civilOffset":0,"setBy":0}"#)
    }

    @Test("An answer that was kept beside the journal")
    func rescuedCall() throws {
        var call = attempt(7, recipient: 1)
        call.state = .heard
        call.answer = Timestamp(milliseconds: 2000)
        call.ringing = Timestamp(milliseconds: 1500)
        call.codec = .pcma
        call.dialog = "d"
        call.heardMilliseconds = 900
        call.keys = "1"
        try check(
            try #require(RescuedCall(.callChanged(call))),
            #"{"answer":2000000,"attempt":7,"call-id":"c7","codec":"PCMA","dialog":"d","heard-ms":900,"keys":"1","#
                + #""ringing":1500000,"start":1007000}"#)
    }

    @Test("Who did what to an action")
    func conduct() throws {
        let officer = try OfficerName("J. Jansen")
        try check(
            ActionConduct(
                deeds: [
                    DeedRecord(
                        .submitted, by: Requester(user: "dispatch", officer: officer), at: Timestamp(microseconds: 5)),
                    DeedRecord(
                        .corrected, by: Requester(user: "root"), at: Timestamp(microseconds: 6), note: "n", action: "b"),
                ], approveBy: Timestamp(microseconds: 7), follows: "a", tie: .correction),
            #"{"approveBy":7,"deeds":[{"at":5,"by":{"officer":"J. Jansen","user":"dispatch"},"deed":"submitted","#
                + #""note":""},{"action":"b","at":6,"by":{"user":"root"},"deed":"corrected","note":"n"}],"#
                + #""follows":"a","tie":"correction"}"#)
        try check(
            DeedRecord(
                .closed, by: Requester(user: "root"), at: Timestamp(microseconds: 6), action: "b", alert: "cap-2"),
            #"{"action":"b","alert":"cap-2","at":6,"by":{"user":"root"},"deed":"closed","note":""}"#)
    }

    @Test("A cancel that was kept beside the journal; versions of before did not say whose")
    func rescuedCancel() throws {
        let json = #"{"action":1,"ended":2,"id":"a"}"#
        let cancel = try JournalJSON.decode(RescuedCancel.self, json, "test")
        #expect(cancel.conduct == nil)
        #expect(try JournalJSON.encode(cancel, "test") == json)
    }

    @Test("A definition of the least")
    func smallDefinition() throws {
        try check(
            ActionDefinition(prompt: [.text("x")]),
            #"{"account":"","cascade":{"outcomes":["busy","no-answer","invalid-number","failed","congestion","#
                + #""interrupted","undelivered","opted-out","over-budget"]},"channels":["voice"],"#
                + #""keys":{"1":"repeat"},"language":"nl","message":[{"text":"x"}],"plays":1,"priority":2,"title":""}"#)
    }

    @Test(
        "What came later stands only where it was given: a definition without it has the bytes, and the hash, of before"
    )
    func laterDefinition() throws {
        try check(
            ActionDefinition(
                priority: .lifeThreat, prompt: [], cascade: Cascade(outcomes: []), weight: 3,
                override: ActionOverride(officer: "J. de Vries", reason: "dam breach"), enough: 12),
            #"{"account":"","cascade":{"outcomes":[]},"channels":["voice"],"enough":12,"#
                + #""keys":{"1":"repeat"},"language":"nl","message":[],"#
                + #""override":{"officer":"J. de Vries","reason":"dam breach"},"plays":1,"priority":0,"title":"","weight":3}"#
        )
    }

    @Test("Counters: each outcome is followed by its count")
    func counters() throws {
        var counters = ActionCounters()
        (counters.waiting, counters.calling, counters.messaging) = (1, 2, 3)
        (counters.attempts, counters.heard) = (4, 5)
        counters.outcomes = [.noAnswer: 6, .answered: 7]
        try check(
            counters,
            #"{"attempts":4,"calling":2,"heard":5,"messaging":3,"outcomes":["answered",7,"no-answer",6],"waiting":1}"#)
        // Versions of before wrote outcomes in any order.
        let other =
            #"{"attempts":4,"calling":2,"heard":5,"messaging":3,"outcomes":["no-answer",6,"answered",7],"waiting":1}"#
        #expect(try JournalJSON.decode(ActionCounters.self, other, "test") == counters)
    }

    @Test("A forecast and what became of it")
    func forecast() throws {
        var forecast = Forecast()
        (forecast.recipients, forecast.reached, forecast.calls, forecast.messages) = (1, 2, 3, 4)
        (forecast.overBudget, forecast.expired, forecast.charge) = (5, 6, Money(microEuros: 7))
        forecast.course = [.microseconds(8), .microseconds(9)]
        (forecast.halfReached, forecast.mostReached) = (.microseconds(10), .microseconds(11))
        forecast.waits = [Forecast.Wait(.retryDelays, .microseconds(12))]
        let halfDone = Timestamp(microseconds: 13)
        try check(
            ActionForecast(forecast, halfDone: halfDone, mostDone: Timestamp(microseconds: 14)),
            #"{"forecast":{"calls":3,"charge":{"microEuros":7},"course":[8,9],"expired":6,"halfReached":10,"#
                + #""messages":4,"mostReached":11,"overBudget":5,"reached":2,"recipients":1,"#
                + #""waits":[{"limit":"retry-delays","time":12}]},"halfDone":13,"mostDone":14}"#)
        try check(
            ActionForecast(Forecast()),
            #"{"forecast":{"calls":0,"charge":{"microEuros":0},"course":[],"expired":0,"messages":0,"overBudget":0,"#
                + #""reached":0,"recipients":0,"waits":[]}}"#)
    }

    @Test("A history, whole by the encoder")
    func history() throws {
        try check(
            Self.history,
            #"{"attempts":1,"busy":2,"congestion":6,"doubts":9,"excludedSMSCs":["odido"],"excludedTrunks":["kpn"],"#
                + #""forbidden":7,"loop":8,"messages":10,"pcmaOnly":true,"ringTimeout":4,"step":11,"stepStarted":12,"#
                + #""unavailable":3,"unreachable":5}"#)
    }

    @Test("A history without lists, by hand: only what is not zero")
    func compactHistory() throws {
        var history = Self.history
        (history.excludedTrunks, history.excludedSMSCs, history.stepStarted) = ([], [], nil)
        let json =
            #"{"attempts":1,"busy":2,"unavailable":3,"ringTimeout":4,"unreachable":5,"congestion":6,"forbidden":7,"#
            + #""loop":8,"doubts":9,"messages":10,"step":11,"pcmaOnly":true}"#
        #expect(history.compactJSON() == json)
        #expect(AttemptHistory(compactJSON: json) == history)
        #expect(try JournalJSON.decode(AttemptHistory.self, json, "test") == history)
    }

    private static let history: AttemptHistory = {
        var history = AttemptHistory()
        (history.attempts, history.busy, history.unavailable, history.ringTimeout) = (1, 2, 3, 4)
        (history.unreachable, history.congestion, history.forbidden, history.loop) = (5, 6, 7, 8)
        (history.doubts, history.messages, history.step) = (9, 10, 11)
        (history.excludedTrunks, history.excludedSMSCs) = (["kpn"], ["odido"])
        history.pcmaOnly = true
        history.stepStarted = Timestamp(microseconds: 12)
        return history
    }()
}
