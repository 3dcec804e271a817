/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Calls/call_control.h"

#include "Base/clock.h"
#include "Base/events.h"
#include "Base/timer.h"
#include "Calls/call_media.h"
#include "Calls/call_pending.h"
#include "Trunks/silence.h"
#include "Trunks/trunk_table.h"

/* How long the far end may take to answer a CANCEL before the call counts as over for us. */
#define CANCEL_WAIT_MS 5000
/* And to end the INVITE once it has answered the CANCEL: both leave together (RFC 3261 9.2), a retransmission of the 487
 * is there after T1. */
#define CANCELLED_WAIT_MS 1000
#define NOT_CONNECTED "the connection was not made in time"

void call_cancel_timer(sip_call *call) { timer_cancel(&call->timer, &call->timer_scheduled); }

void call_schedule(sip_call *call, uint32_t delay_ms) { timer_schedule(&call->timer, &call->timer_scheduled, delay_ms); }

void call_heard(sip_call *call)
{
    if (call->heard || call->incoming) return;
    call->heard = true;
    sip_target *target = trunk_target(trunk_find(call->trunk_id), call->target_id);
    if (target) target_heard(target);
}

void call_departed(sip_call *call)
{
    bool first = call->departure != DEPARTURE_LEFT;
    call->departure = DEPARTURE_LEFT;
    if (first && !call->ended)
        event_post(&(cpjsip_event){.kind = CPJSIP_CALL_SENT,
                                   .call_id = call->id,
                                   .trunk_id = call->trunk_id,
                                   .target_id = call->target_id,
                                   .rtp_port = call->rtp_port});
}

static cpjsip_unsent unsent(const sip_call *call)
{
    if (call->incoming || call->responded || call->departure != DEPARTURE_NONE) return CPJSIP_UNSENT_NONE;
    return call->unsent ? call->unsent : CPJSIP_UNSENT_NETWORK;
}

void call_post_ended(sip_call *call, int code, bool from_wire, const char *reason)
{
    if (call->ended) return;
    call->ended = true;
    timer_cancel(&call->hold_timer, &call->hold_scheduled);
    cpjsip_event event = {
        .kind = CPJSIP_CALL_ENDED,
        .call_id = call->id,
        .trunk_id = call->trunk_id,
        .target_id = call->target_id,
        .code = code,
        .code_from_wire = from_wire,
        .q850_cause = call->q850_cause,
        .retry_after_s = call->retry_after_s,
        .challenge = from_wire && (code == 401 || code == 407) ? call->challenge : CPJSIP_CHALLENGE_NONE,
        .challenge_realm = call->challenge_realm,
        .answered = call->answered,
        .codec = call->media_set ? call->parameters.codec : 0,
        .by = call->by,
        .own_reason = call->own_reason,
        .unsent = unsent(call),
        .reason = reason,
        .sip_call_id = call->sip_call_id,
    };
    media_close(call, &event.media);
    event.recording = call->recording;
    event.recording_length = call->recording_length;
    call->recording = NULL;
    event_post(&event);
}

void call_send_ack(sip_call *call)
{
    pjsip_inv_session *inv = call->inv;
    pjsip_tx_data *ack;
    if (pjsip_inv_create_ack(inv, (int)call->ack_cseq, &ack) != PJ_SUCCESS) return;
    pjsip_inv_add_ref(inv);
    pjsip_inv_send_msg(inv, ack);
    /* PJSIP keeps the ACK, and the INVITE, for as long as the call lasts: 10 KB each. Should the 2xx come again,
     * on_send_ack() makes a new ACK; the INVITE is needed before the answer only. */
    if (inv->last_ack) {
        pjsip_tx_data_dec_ref(inv->last_ack);
        inv->last_ack = NULL;
    }
    if (inv->invite_req && inv->state >= PJSIP_INV_STATE_CONFIRMED) {
        pjsip_tx_data_dec_ref(inv->invite_req);
        inv->invite_req = NULL;
    }
    pjsip_inv_dec_ref(inv);
}

static void end_session(sip_call *call, int code)
{
    pjsip_tx_data *tdata = NULL;
    if (pjsip_inv_end_session(call->inv, code, NULL, &tdata) == PJ_SUCCESS && tdata)
        pjsip_inv_send_msg(call->inv, tdata);
}

/* Nothing was heard of the INVITE, and it is wanted no more: whoever comes to hear it later must not ring. A CANCEL
 * cannot say so before a response (RFC 3261 9.1); PJSIP sends it after the first one. */
static void stop_sending(const sip_call *call)
{
    pjsip_transaction *tsx = call->inv ? call->inv->invite_tsx : NULL;
    if (!call->incoming && !call->responded && tsx && tsx->role == PJSIP_ROLE_UAC) pjsip_tsx_stop_retransmit(tsx);
}

void call_send_bye(uint64_t id)
{
    sip_call *call = call_find(id);
    if (call && !call->bye_sent) end_session(call, 200);
}

void call_confirm(uint64_t id)
{
    sip_call *call = call_find(id);
    if (!call || call->incoming || !call->answered || call->confirmed || call->ended) return;
    call->confirmed = true;
    call_send_ack(call);
    if (!(call = call_find(id)) || call->ended) return;
    media_start(call);
    call_watch_hold(call);
    if (call->max_duration_ms)
        call_schedule(call, call->max_duration_ms);
    else
        call_cancel_timer(call);
}

/* Ended without a word to the far end. */
static void terminate(sip_call *call, const char *reason)
{
    call_post_ended(call, call->answered ? call->answer_code : 487, call->answered && !call->incoming, reason);
    pjsip_inv_session *inv = call->inv;
    if (inv) {
        call_untie(call);
        pjsip_inv_terminate(inv, PJSIP_SC_REQUEST_TERMINATED, PJ_FALSE);
    }
    call_free(call);
}

void call_hang_up(sip_call *call, cpjsip_own_reason reason, int code)
{
    if (call->hanging_up || call->ended) return;
    call->hanging_up = true;
    call->own_reason = reason;
    call->by = CPJSIP_BY_US;
    if (call_take_back(call)) return terminate(call, NOT_CONNECTED);
    uint64_t id = call->id;
    if (call->answered && !call->incoming && !call->confirmed) {
        /* A 2xx is always acknowledged before the BYE (RFC 3261 15). */
        call->confirmed = true;
        call_send_ack(call);
        if (!(call = call_find(id))) return;
    }
    if (call->answered) {
        /* With the BYE it is over for us, whatever becomes of the BYE. */
        call_post_ended(call, call->answer_code, !call->incoming, call->end_text);
        call_send_bye(id);
        return;
    }
    stop_sending(call);
    end_session(call, call->incoming ? (code >= 300 && code < 700 ? code : 603) : 487);
    if (!(call = call_find(id)) || call->ended) return;
    /* CANCEL: over when the 487 is there, or when it does not come. Without a response so far nothing can be cancelled,
     * and nobody is waited for: PJSIP sends the CANCEL after the first one (RFC 3261 9.1), ACK and BYE after a 200. */
    if (call->incoming || call->responded)
        call_schedule(call, CANCEL_WAIT_MS);
    else
        call_post_ended(call, 487, false, "given up before any response");
}

bool call_is_unheard(const sip_call *call)
{
    return !call->incoming && call->hanging_up && !call->responded && call->departure != DEPARTURE_NONE;
}

void call_cancelled(sip_call *call)
{
    if (!call->ended && !call->answered && call->hanging_up) call_schedule(call, CANCELLED_WAIT_MS);
}

static void held(pj_timer_heap_t *heap, pj_timer_entry *entry)
{
    (void)heap;
    sip_call *call = entry->user_data;
    call->hold_scheduled = false;
    call->end_text = "held for too long";
    call_hang_up(call, CPJSIP_OWN_HELD, 0);
}

void call_watch_hold(sip_call *call)
{
    bool silent = call->media_set && !call->parameters.may_send;
    if (!silent || !call->confirmed || call->ended || !call->hold_timeout_ms) {
        timer_cancel(&call->hold_timer, &call->hold_scheduled);
    } else if (!call->hold_scheduled) {
        pj_timer_entry_init(&call->hold_timer, 0, call, held);
        timer_schedule(&call->hold_timer, &call->hold_scheduled, call->hold_timeout_ms);
    }
}

void call_abandon(sip_call *call)
{
    call_take_back(call);
    if (!call->ended) {
        call->by = CPJSIP_BY_US;
        if (call->own_reason == CPJSIP_OWN_NONE) call->own_reason = CPJSIP_OWN_REQUESTED;
    }
    terminate(call, "shut down");
}

void call_timer(pj_timer_heap_t *heap, pj_timer_entry *entry)
{
    (void)heap;
    sip_call *call = entry->user_data;
    call->timer_scheduled = false;
    if (call->ended) return;
    if (call->answered) {
        if (!call->confirmed) call->end_text = "the answer was not confirmed";
        call_hang_up(call, call->confirmed ? CPJSIP_OWN_MAX_DURATION : CPJSIP_OWN_REQUESTED, 0);
    } else if (call->hanging_up) {
        /* The far end answers neither INVITE nor CANCEL. A late 200 still gets its ACK and BYE. */
        call_post_ended(call, 487, false, "no answer to CANCEL");
    } else if (!call->responded &&
               (!call->ring_timeout_ms || monotonic_ms() - call->invited_ms < call->ring_timeout_ms)) {
        call->own_reason = CPJSIP_OWN_NO_RESPONSE;
        if (call_take_back(call)) return terminate(call, NOT_CONNECTED);
        call_post_ended(call, 408, false, "no response to INVITE");
        call->hanging_up = true;
        end_session(call, 487);
    } else {
        call_hang_up(call, CPJSIP_OWN_RING_TIMEOUT, 0);
    }
}
