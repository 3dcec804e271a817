// SPDX-License-Identifier: GPL-3.0-or-later
import CPJSIP
import Foundation
import GatewayCore
import Testing

@testable import Voice

@Suite struct EventMappingTests {
    @Test func anEndedCallKeepsEveryField() throws {
        let payload: [UInt8] = [0xd5, 0xd4]
        let event = payload.withUnsafeBufferPointer { payload in
            "Busy Here".withCString { reason in
                var raw = cpjsip_event()
                raw.kind = CPJSIP_CALL_ENDED
                raw.call_id = 7
                raw.time_us = 1_700_000_000_000_001
                raw.trunk_id = 2
                raw.target_id = 3
                raw.code = 486
                raw.code_from_wire = true
                raw.q850_cause = 17
                raw.retry_after_s = 9
                raw.challenge = CPJSIP_CHALLENGE_REFUSED
                raw.challenge_realm = reason
                raw.by = CPJSIP_BY_THEM
                raw.own_reason = CPJSIP_OWN_NONE
                raw.codec = UInt32(RTP_CODEC_PCMU)
                raw.media.packets_sent = 100
                raw.media.heard_ms = 2000
                raw.media.late_max_us = 1500
                raw.reason = reason
                raw.recording = payload.baseAddress
                raw.recording_length = payload.count
                return VoiceEvent(raw)
            }
        }
        guard case .ended(let ended) = event else {
            Issue.record("not .ended")
            return
        }
        #expect(ended.call == 7)
        #expect(ended.time == Timestamp(microseconds: 1_700_000_000_000_001))
        #expect((ended.trunk, ended.target, ended.code) == (2, 3, 486))
        #expect(ended.isCodeFromWire && !ended.wasAnswered)
        #expect(ended.q850Cause == 17 && ended.retryAfterSeconds == 9)
        #expect(ended.endedBy == .callee && ended.ownReason == .none && ended.codec == .pcmu)
        #expect(ended.media.packetsSent == 100 && ended.media.heardMilliseconds == 2000)
        #expect(ended.media.maximumLatenessMicroseconds == 1500)
        #expect(ended.reason == "Busy Here")
        #expect(ended.challenge == AuthenticationChallenge(realm: "Busy Here", isOurs: true))
        #expect(ended.recording == payload)
    }

    @Test func zeroMeansNone() {
        var raw = cpjsip_event()
        raw.kind = CPJSIP_CALL_ENDED
        guard case .ended(let ended) = VoiceEvent(raw) else {
            Issue.record("not .ended")
            return
        }
        #expect(ended.q850Cause == nil && ended.retryAfterSeconds == nil && ended.codec == nil)
        #expect(ended.challenge == nil)
        #expect(ended.endedBy == .nobody && ended.recording.isEmpty && ended.reason.isEmpty)
    }

    @Test(arguments: [
        (CPJSIP_OWN_NONE, OwnReason.none), (CPJSIP_OWN_REQUESTED, .requested), (CPJSIP_OWN_RING_TIMEOUT, .ringTimeout),
        (CPJSIP_OWN_NO_RESPONSE, .noResponse), (CPJSIP_OWN_MAX_DURATION, .maximumDuration),
        (CPJSIP_OWN_SESSION_TIMER, .sessionTimer), (CPJSIP_OWN_BAD_MEDIA, .badMedia),
        (CPJSIP_OWN_TRANSPORT, .transport),
        (CPJSIP_OWN_LATE_ANSWER, .lateAnswer), (CPJSIP_OWN_HELD, .held),
    ])
    func ownReasons(raw: cpjsip_own_reason, reason: OwnReason) { #expect(OwnReason(raw) == reason) }

    @Test func aKeyAndAnUnknownStrayAnswer() {
        var raw = cpjsip_event()
        raw.kind = CPJSIP_CALL_KEY
        raw.call_id = 1
        raw.digit = CChar(bitPattern: 0x23)
        raw.info = true
        #expect(VoiceEvent(raw) == .key(CallKey(call: 1, time: .epoch, digit: "#", isInfo: true)))
        raw = cpjsip_event()
        raw.kind = CPJSIP_STRAY_ANSWER
        guard case .strayAnswer(let answer) = VoiceEvent(raw) else {
            Issue.record("not .strayAnswer")
            return
        }
        #expect(answer.call == nil)
    }

    @Test func probesAndRegistrations() {
        var raw = cpjsip_event()
        raw.kind = CPJSIP_TARGET_STATUS
        raw.code = 408
        raw.duration_us = 4_000_000
        #expect(
            VoiceEvent(raw)
                == .targetStatus(
                    TargetStatus(
                        trunk: 0, target: 0, time: .epoch, code: 408, isAnswered: false,
                        roundTripMicroseconds: 4_000_000,
                        reason: "")))
        raw = cpjsip_event()
        raw.kind = CPJSIP_REGISTRATION
        raw.code = 200
        raw.duration_us = 120_000_000
        #expect(
            VoiceEvent(raw)
                == .registration(RegistrationStatus(trunk: 0, time: .epoch, code: 200, reason: "", expiresSeconds: 120))
        )
    }

    @Test func silence() {
        var raw = cpjsip_event()
        raw.kind = CPJSIP_TARGET_SILENCE
        raw.trunk_id = 2
        raw.target_id = 3
        #expect(VoiceEvent(raw) == .targetSilence(TargetSilence(trunk: 2, target: 3, isSilent: true)))
        raw.code_from_wire = true
        #expect(VoiceEvent(raw) == .targetSilence(TargetSilence(trunk: 2, target: 3, isSilent: false)))
    }

    @Test func aDialogRecordSurvivesTheJournal() throws {
        let record = DialogRecord(
            trunk: 1, target: 2, sipCallID: "a@b", localURI: "sip:+3120@gw", localTag: "l", remoteURI: "sip:+316@x",
            remoteTag: "r", remoteTarget: "sip:[::1]:5060", routeSet: "<sip:p;lr>,<sip:q;lr>", localCSeq: 4711)
        #expect(try JSONDecoder().decode(DialogRecord.self, from: JSONEncoder().encode(record)) == record)
    }

    @Test func latenessBoundsAreThoseOfTheRTPThread() {
        let bounds = withUnsafeBytes(of: rtp_late_bounds_us) { Array($0.bindMemory(to: UInt32.self)) }
        #expect(VoiceStatistics.latenessBounds == bounds)
    }
}

@Suite struct DialogRecordTests {
    private let record = DialogRecord(
        trunk: 3, target: 9, sipCallID: "5f1c", localURI: "sip:+31182@gw.example", localTag: "a1",
        remoteURI: "sip:+31612345678@carrier.example", remoteTag: "b2",
        remoteTarget: "sip:192.0.2.7:5062;transport=tcp",
        routeSet: "<sip:192.0.2.8;lr>,<sip:[2001:db8::1];lr>", localCSeq: 4711)

    @Test func whatIsJournalledIsReadAgain() {
        #expect(DialogRecord(journalText: record.journalText) == record)
        var bare = record
        bare.routeSet = ""
        bare.remoteTag = ""
        #expect(DialogRecord(journalText: bare.journalText) == bare)
    }

    /// As it lies on disk: what fails here would not be read from journals out there.
    @Test func itLiesOnDiskAsALineForEachField() {
        let text = """
            3
            9
            5f1c
            sip:+31182@gw.example
            a1
            sip:+31612345678@carrier.example
            b2
            sip:192.0.2.7:5062;transport=tcp
            <sip:192.0.2.8;lr>,<sip:[2001:db8::1];lr>
            4711
            """
        #expect(record.journalText == text)
        #expect(DialogRecord(journalText: text) == record)
    }

    @Test func theJSONOfBeforeIsRead() {
        let text =
            #"{"trunk":3,"target":9,"sipCallID":"5f1c","localURI":"sip:+31182@gw.example","localTag":"a1","#
            + #""remoteURI":"sip:+31612345678@carrier.example","remoteTag":"b2","#
            + #""remoteTarget":"sip:192.0.2.7:5062;transport=tcp","#
            + #""routeSet":"<sip:192.0.2.8;lr>,<sip:[2001:db8::1];lr>","localCSeq":4711}"#
        #expect(DialogRecord(journalText: text) == record)
    }

    @Test func aJournalOfBeforeHoldsJSON() throws {
        let text = String(decoding: try JSONEncoder().encode(record), as: UTF8.self)
        #expect(DialogRecord(journalText: text) == record)
    }

    @Test(arguments: ["", "{}", "1\n2\n3", "x\n9\na\nb\nc\nd\ne\nf\ng\n1", "1\n9\na\nb\nc\nd\ne\nf\ng\n-1"])
    func anythingElseIsRefused(text: String) {
        #expect(DialogRecord(journalText: text) == nil)
    }
}
