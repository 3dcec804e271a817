// SPDX-License-Identifier: GPL-3.0-or-later
import CPJSIP
import GatewayCore

extension VoiceEvent {
    /// `nil` for a kind that this version does not know.
    ///
    /// - Parameter clock: See ``VoiceConfiguration/time``.
    init?(_ event: cpjsip_event, clock: (Int64) -> Timestamp = { Timestamp(microseconds: $0) }) {
        let time = clock(event.time_us)
        switch event.kind {
        case CPJSIP_CALL_SENT:
            self = .sent(CallSent(call: event.call_id, time: time, rtpPort: event.rtp_port))
        case CPJSIP_CALL_PROVISIONAL:
            self = .provisional(
                CallProvisional(call: event.call_id, time: time, code: Int(event.code), reason: string(event.reason)))
        case CPJSIP_CALL_ANSWERED:
            self = .answered(
                CallAnswered(
                    call: event.call_id, time: time, code: Int(event.code), trunk: event.trunk_id,
                    target: event.target_id,
                    codec: Codec(bits: event.codec), remoteAddress: string(event.remote_address),
                    dialog: DialogRecord(event.dialog)))
        case CPJSIP_CALL_PROMPT_ENDED:
            self = .promptEnded(
                PromptEnded(
                    call: event.call_id, time: time, prompt: event.prompt_id, media: MediaStatistics(event.media)))
        case CPJSIP_CALL_KEY:
            let digit = Character(Unicode.Scalar(UInt8(bitPattern: event.digit)))
            self = .key(CallKey(call: event.call_id, time: time, digit: digit, isInfo: event.info))
        case CPJSIP_CALL_ENDED:
            self = .ended(CallEnded(event, time: time))
        case CPJSIP_CALL_INCOMING:
            self = .incoming(
                CallIncoming(
                    call: event.call_id, time: time, trunk: event.trunk_id, sipCallID: string(event.sip_call_id),
                    callee: string(event.callee), caller: string(event.caller)))
        case CPJSIP_STRAY_ANSWER:
            self = .strayAnswer(
                StrayAnswer(
                    call: event.call_id == 0 ? nil : event.call_id, time: time, sipCallID: string(event.sip_call_id),
                    dialog: DialogRecord(event.dialog)))
        case CPJSIP_TARGET_STATUS:
            self = .targetStatus(
                TargetStatus(
                    trunk: event.trunk_id, target: event.target_id, time: time, code: Int(event.code),
                    isAnswered: event.code_from_wire, roundTripMicroseconds: event.duration_us,
                    reason: string(event.reason), challenge: AuthenticationChallenge(event)))
        case CPJSIP_TARGET_SILENCE:
            self = .targetSilence(
                TargetSilence(trunk: event.trunk_id, target: event.target_id, isSilent: !event.code_from_wire))
        case CPJSIP_REGISTRATION:
            self = .registration(
                RegistrationStatus(
                    trunk: event.trunk_id, time: time, code: Int(event.code), reason: string(event.reason),
                    expiresSeconds: event.duration_us == 0 ? nil : UInt32(clamping: event.duration_us / 1_000_000),
                    challenge: AuthenticationChallenge(event)))
        case CPJSIP_PROMPT_RELEASED:
            self = .promptReleased(event.prompt_id)
        default:
            // A C enum is open.
            return nil
        }
    }
}

extension CallEnded {
    init(_ event: cpjsip_event, time: Timestamp) {
        self.init(
            call: event.call_id, time: time, trunk: event.trunk_id, target: event.target_id, code: Int(event.code),
            isCodeFromWire: event.code_from_wire, q850Cause: event.q850_cause == 0 ? nil : Int(event.q850_cause),
            retryAfterSeconds: event.retry_after_s == 0 ? nil : event.retry_after_s,
            challenge: AuthenticationChallenge(event), reason: string(event.reason),
            wasAnswered: event.answered, endedBy: HangupParty(event.by), ownReason: OwnReason(event.own_reason),
            unsent: UnsentReason(event.unsent), codec: Codec(bits: event.codec), media: MediaStatistics(event.media),
            recording: Array(UnsafeBufferPointer(start: event.recording, count: event.recording_length)))
    }
}

extension AuthenticationChallenge {
    init?(_ event: cpjsip_event) {
        guard event.challenge != CPJSIP_CHALLENGE_NONE else { return nil }
        self.init(realm: string(event.challenge_realm), isOurs: event.challenge == CPJSIP_CHALLENGE_REFUSED)
    }
}

extension Codec {
    init?(bits: UInt32) {
        switch bits {
        case UInt32(RTP_CODEC_PCMA): self = .pcma
        case UInt32(RTP_CODEC_PCMU): self = .pcmu
        default: return nil
        }
    }
}

extension HangupParty {
    init(_ by: cpjsip_hangup_by) {
        switch by {
        case CPJSIP_BY_US: self = .gateway
        case CPJSIP_BY_THEM: self = .callee
        default: self = .nobody
        }
    }
}

extension OwnReason {
    init(_ reason: cpjsip_own_reason) {
        switch reason {
        case CPJSIP_OWN_REQUESTED: self = .requested
        case CPJSIP_OWN_RING_TIMEOUT: self = .ringTimeout
        case CPJSIP_OWN_NO_RESPONSE: self = .noResponse
        case CPJSIP_OWN_MAX_DURATION: self = .maximumDuration
        case CPJSIP_OWN_SESSION_TIMER: self = .sessionTimer
        case CPJSIP_OWN_BAD_MEDIA: self = .badMedia
        case CPJSIP_OWN_TRANSPORT: self = .transport
        case CPJSIP_OWN_LATE_ANSWER: self = .lateAnswer
        case CPJSIP_OWN_HELD: self = .held
        default: self = .none
        }
    }
}

extension UnsentReason {
    /// nil: it left, or may have.
    init?(_ reason: cpjsip_unsent) {
        switch reason {
        case CPJSIP_UNSENT_NO_TARGET: self = .noTarget
        case CPJSIP_UNSENT_NO_SOCKET: self = .noSocket
        case CPJSIP_UNSENT_NETWORK: self = .network
        case CPJSIP_UNSENT_ADDRESS: self = .address
        case CPJSIP_UNSENT_ENDPOINT: self = .endpoint
        default: return nil
        }
    }
}

extension DialogRecord {
    init(_ dialog: cpjsip_dialog) {
        self.init(
            trunk: dialog.trunk_id, target: dialog.target_id, sipCallID: string(dialog.sip_call_id),
            localURI: string(dialog.local_uri), localTag: string(dialog.local_tag),
            remoteURI: string(dialog.remote_uri),
            remoteTag: string(dialog.remote_tag), remoteTarget: string(dialog.remote_target),
            routeSet: string(dialog.route_set), localCSeq: dialog.local_cseq)
    }
}

extension MediaStatistics {
    init(_ stats: rtp_media_stats) {
        packetsSent = stats.packets_sent
        packetsReceived = stats.packets_received
        heardMilliseconds = stats.heard_ms
        promptMilliseconds = stats.prompt_ms
        plays = stats.plays
        maximumLatenessMicroseconds = stats.late_max_us
        meanLatenessMicroseconds = stats.late_mean_us
        skipped = stats.skipped
        sendErrors = stats.send_errors
    }
}
