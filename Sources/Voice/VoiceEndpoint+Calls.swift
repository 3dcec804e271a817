// SPDX-License-Identifier: GPL-3.0-or-later
import CPJSIP

extension VoiceEndpoint {
    // MARK: Outgoing calls

    /// Sends an INVITE. Everything that goes wrong comes back as ``VoiceEvent/ended(_:)``.
    package func placeCall(_ request: VoiceCallRequest) { request.withC { cpjsip_call_place($0) } }

    /// Sends the ACK that ``VoiceCallRequest/holdsACK`` held back; the audio starts.
    package func confirm(_ call: VoiceCallID) { cpjsip_call_confirm(call) }

    /// CANCEL, BYE or a final response, whichever the call's state asks for.
    ///
    /// - Parameter code: for an incoming call that was not answered; 0: 603.
    package func hangup(_ call: VoiceCallID, code: Int = 0) { cpjsip_call_hangup(call, Int32(clamping: code)) }

    // MARK: Audio

    /// Plays a prompt; replaces what plays. Silence follows its end.
    package func play(_ call: VoiceCallID, prompt: UInt32, offsetMilliseconds: UInt32 = 0) {
        cpjsip_call_play(call, prompt, offsetMilliseconds)
    }

    /// Silence instead of the prompt.
    package func stopPlaying(_ call: VoiceCallID) { cpjsip_call_stop_playing(call) }

    /// Sends a key by RFC 4733, or by SIP INFO.
    package func sendDigit(_ call: VoiceCallID, _ digit: Character, byInfo: Bool = false) {
        guard let value = digit.asciiValue else { return }
        cpjsip_call_send_digit(call, CChar(bitPattern: value), byInfo)
    }

    /// Keeps what is heard, at most this long; it comes with ``VoiceEvent/ended(_:)``.
    package func record(_ call: VoiceCallID, maximumMilliseconds: UInt32) {
        cpjsip_call_record(call, maximumMilliseconds)
    }

    // MARK: Incoming calls

    /// Answers an incoming call: 180, 183 or a final response; 200 answers with SDP.
    ///
    /// - Parameters:
    ///   - q850Cause: for a Reason header (RFC 3326).
    ///   - retryAfterSeconds: for a Retry-After header.
    package func respond(_ call: VoiceCallID, code: Int, q850Cause: Int? = nil, retryAfterSeconds: UInt32? = nil) {
        cpjsip_call_respond(call, Int32(clamping: code), Int32(clamping: q850Cause ?? 0), retryAfterSeconds ?? 0)
    }

    // MARK: Calls of a former process

    /// Sends a CANCEL for a call of a former process that may ring, and waits for what becomes of it.
    ///
    /// ``VoiceEvent/ended(_:)`` comes if the far end refuses the INVITE, as it does when it takes the CANCEL. If it was
    /// answered, ``VoiceEvent/answered(_:)`` comes and the call goes on as one of this process;
    /// ``VoiceEvent/strayAnswer(_:)`` when that cannot be. ``hangup(_:code:)`` ends the waiting.
    package func holdFormer(_ call: FormerVoiceCall) {
        call.request.withC { invite in
            call.address.withCString { address in
                var raw = cpjsip_former_call()
                raw.invite = invite.pointee
                raw.address = address
                raw.port = call.port
                raw.rtp_port = call.rtpPort
                raw.answered = call.isAnswered
                cpjsip_call_hold_former(&raw)
            }
        }
    }

    /// Sends one BYE in a dialog that a former process left behind; the answer is ignored.
    package func endDialog(_ record: DialogRecord) {
        withStrings(record.sipCallID, record.localURI, record.localTag, record.remoteURI) {
            callID, local, localTag, remote in
            withStrings(record.remoteTag, record.remoteTarget, record.routeSet, nil) { remoteTag, target, routes, _ in
                var raw = cpjsip_dialog()
                raw.trunk_id = record.trunk
                raw.target_id = record.target
                raw.sip_call_id = callID
                raw.local_uri = local
                raw.local_tag = localTag
                raw.remote_uri = remote
                raw.remote_tag = remoteTag
                raw.remote_target = target
                raw.route_set = routes
                raw.local_cseq = record.localCSeq
                cpjsip_dialog_end(&raw)
            }
        }
    }
}

extension VoiceCallRequest {
    fileprivate func withC(_ body: (UnsafePointer<cpjsip_call_request>) -> Void) {
        withStrings(sipCallID, callee, caller, callerName) { callID, callee, caller, name in
            withString(tag) { tag in
                var raw = cpjsip_call_request()
                raw.call_id = call
                raw.trunk_id = trunk
                raw.target_id = target
                raw.sip_call_id = callID
                raw.tag = tag
                raw.callee = callee
                raw.caller = caller
                raw.caller_name = name
                raw.codecs = codecs.rawValue
                raw.no_response_timeout_ms = noResponseTimeoutMilliseconds
                raw.ring_timeout_ms = ringTimeoutMilliseconds
                raw.max_duration_ms = maximumDurationMilliseconds
                raw.hold_timeout_ms = holdTimeoutMilliseconds
                raw.hold_ack = holdsACK
                body(&raw)
            }
        }
    }
}
