/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What PJSIP reports of a call, and the call's own timer. */
#include "sip_internal.h"

#include <stdio.h>
#include <string.h>

/* RFC 3261 13.3.1.4: the far end gives up when its 200 is not acknowledged for 64*T1. */
#define CONFIRM_WAIT_MS 32000
/* A dialog in plain text is no larger than the messages that it came with. */
#define RECORD_SIZE PJSIP_MAX_PKT_LEN

static sip_call *call_of(pjsip_inv_session *inv) { return inv->mod_data[sip.user_module.id]; }

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

static void answered(sip_call *call)
{
    char buffer[RECORD_SIZE], remote[80] = "";
    cpjsip_dialog dialog = dialog_record(call, buffer, sizeof buffer);
    call->answered = true;
    call_heard(call);
    answered_note(&call->inv->dlg->call_id->id, &call->inv->dlg->remote.info->tag);
    if (call->ended) {
        event_post(&(cpjsip_event){.kind = CPJSIP_STRAY_ANSWER,
                                   .call_id = call->id,
                                   .trunk_id = call->trunk_id,
                                   .target_id = call->target_id,
                                   .code = call->answer_code,
                                   .code_from_wire = true,
                                   .sip_call_id = dialog.sip_call_id,
                                   .dialog = dialog});
        return;
    }
    if (call->hanging_up) call->own_reason = CPJSIP_OWN_LATE_ANSWER;
    call_schedule(call, CONFIRM_WAIT_MS);
    if (call->media_set) pj_sockaddr_print(&call->parameters.remote, remote, sizeof remote, 3);
    event_post(&(cpjsip_event){
        .kind = CPJSIP_CALL_ANSWERED,
        .call_id = call->id,
        .trunk_id = call->trunk_id,
        .target_id = call->target_id,
        .code = call->answer_code,
        .code_from_wire = true,
        .codec = call->media_set ? call->parameters.codec : 0,
        .sip_call_id = dialog.sip_call_id,
        .remote_address = remote,
        .dialog = dialog,
    });
}

/* PJSIP asks for the ACK of a 2xx: of the first one, of its retransmissions, of re-INVITEs. */
static void on_send_ack(pjsip_inv_session *inv, pjsip_rx_data *rdata)
{
    sip_call *call = call_of(inv);
    if (!call) return;
    call->ack_cseq = (unsigned)rdata->msg_info.cseq->cseq;
    if (call->confirmed || call->incoming) {
        call_send_ack(call);
        return;
    }
    bool again = call->answered;
    /* The SDP of the first 2xx has been looked at already. */
    if (!again) {
        call->answer_code = rdata->msg_info.msg->line.status.code;
        answered(call);
    }
    if (call->ended) {
        /* Given up before: acknowledged and ended. */
        call->confirmed = true;
        call_send_ack(call);
        pjsip_tx_data *bye = NULL;
        if (pjsip_inv_end_session(inv, 200, NULL, &bye) == PJ_SUCCESS && bye) pjsip_inv_send_msg(inv, bye);
    } else if (call->own_reason == CPJSIP_OWN_LATE_ANSWER) {
        call->hanging_up = false;
        call_hang_up(call, CPJSIP_OWN_LATE_ANSWER, 0);
    } else if (call->media_failed || !call->media_set) {
        call->end_text = "the answer has no media that we can use";
        call_hang_up(call, CPJSIP_OWN_BAD_MEDIA, 0);
    } else if (!call->hold_ack) {
        call_confirm(call->id);
    }
}

/* The answer's SDP: PJSIP hands it over after it reports the state and before it asks for the ACK. */
static void on_media_update(pjsip_inv_session *inv, pj_status_t status)
{
    sip_call *call = call_of(inv);
    if (!call) return;
    media_update(call, status);
    if (call->confirmed && call->media_set && !call->media_failed) media_start(call);
}

/* How a call that was never answered ended. */
static void refused(sip_call *call, const pjsip_msg *msg)
{
    pjsip_inv_session *inv = call->inv;
    bool response = msg && msg->type == PJSIP_RESPONSE_MSG;
    char reason[160];
    copy_of(&inv->cause_text, reason, sizeof reason);
    if (call->incoming) {
        /* CANCEL, or the transaction came to nothing. */
        if (!call->hanging_up) call->by = CPJSIP_BY_THEM;
        call_post_ended(call, inv->cause, false, reason);
        return;
    }
    if (response) {
        call_heard(call);
        const pjsip_retry_after_hdr *retry =
            (const pjsip_retry_after_hdr *)pjsip_msg_find_hdr(msg, PJSIP_H_RETRY_AFTER, NULL);
        if (retry && retry->ivalue > 0) call->retry_after_s = (uint32_t)retry->ivalue;
    } else if (call->own_reason == CPJSIP_OWN_NONE) {
        call->own_reason = inv->cause == PJSIP_SC_REQUEST_TIMEOUT && !call->responded ? CPJSIP_OWN_NO_RESPONSE
                                                                                      : CPJSIP_OWN_TRANSPORT;
    }
    /* PJSIP's own code says 487 as soon as we cancel. */
    call_post_ended(call, response ? msg->line.status.code : (int)inv->cause, response, reason);
}

static void disconnected(sip_call *call, const pjsip_event *event)
{
    pjsip_inv_session *inv = call->inv;
    const pjsip_msg *msg = NULL;
    if (event && event->type == PJSIP_EVENT_TSX_STATE && event->body.tsx_state.type == PJSIP_EVENT_RX_MSG)
        msg = event->body.tsx_state.src.rdata->msg_info.msg;
    if (msg && !call->ended) call_read_reason(call, msg);
    if (!call->ended && !call->answered) {
        refused(call, msg);
    } else if (!call->ended) {
        if (msg && msg->type == PJSIP_REQUEST_MSG) {
            call->by = CPJSIP_BY_THEM;
        } else if (!call->hanging_up) {
            /* A transport or transaction that failed under the dialog. */
            call->by = CPJSIP_BY_US;
            call->own_reason = CPJSIP_OWN_TRANSPORT;
        }
        call_post_ended(call, call->answer_code, !call->incoming, call->end_text);
    }
    inv->mod_data[sip.user_module.id] = NULL;
    call->inv = NULL;
    call_free(call);
}

static void on_state_changed(pjsip_inv_session *inv, pjsip_event *event)
{
    sip_call *call = call_of(inv);
    if (!call) return;
    switch (inv->state) {
    case PJSIP_INV_STATE_CALLING:
        event_post(&(cpjsip_event){.kind = CPJSIP_CALL_SENT,
                                   .call_id = call->id,
                                   .trunk_id = call->trunk_id,
                                   .target_id = call->target_id});
        break;
    case PJSIP_INV_STATE_CONNECTING:
        /* For our own calls the SDP of the answer is looked at next; see on_send_ack. */
        break;
    case PJSIP_INV_STATE_CONFIRMED:
        if (call->incoming && !call->confirmed) {
            call->confirmed = true;
            /* Hung up between the 200 and its ACK: PJSIP sends the BYE now. */
            if (call->ended) break;
            media_start(call);
            char buffer[RECORD_SIZE], remote[80] = "";
            if (call->media_set) pj_sockaddr_print(&call->parameters.remote, remote, sizeof remote, 3);
            event_post(&(cpjsip_event){.kind = CPJSIP_CALL_ANSWERED,
                                       .call_id = call->id,
                                       .trunk_id = call->trunk_id,
                                       .target_id = call->target_id,
                                       .code = call->answer_code,
                                       .codec = call->media_set ? call->parameters.codec : 0,
                                       .sip_call_id = call->sip_call_id,
                                       .remote_address = remote,
                                       .dialog = dialog_record(call, buffer, sizeof buffer)});
        }
        break;
    case PJSIP_INV_STATE_DISCONNECTED:
        disconnected(call, event);
        break;
    case PJSIP_INV_STATE_NULL:
    case PJSIP_INV_STATE_INCOMING:
    case PJSIP_INV_STATE_EARLY:
        break;
    }
}

/* PJSIP ends the dialog by itself: no refresh came (RFC 4028 10), or a request of ours was answered with
 * 481 or not at all. For us it is over with that BYE. */
static void ended_by_pjsip(sip_call *call)
{
    bool gone = call->inv->cause == PJSIP_SC_CALL_TSX_DOES_NOT_EXIST;
    call->hanging_up = true;
    call->by = gone ? CPJSIP_BY_THEM : CPJSIP_BY_US;
    call->own_reason = gone ? CPJSIP_OWN_NONE : CPJSIP_OWN_SESSION_TIMER;
    char reason[160];
    call_post_ended(call, call->answer_code, !call->incoming, copy_of(&call->inv->cause_text, reason, sizeof reason));
}

static void progressed(sip_call *call, const pjsip_transaction *tsx, const pjsip_event *event)
{
    if (!call->responded) {
        call->responded = true;
        call_heard(call);
        /* From the no-response limit to the rest of the ring timeout. */
        if (!call->hanging_up && call->ring_timeout_ms) {
            int64_t spent = monotonic_ms() - call->invited_ms;
            call_schedule(call, spent < call->ring_timeout_ms ? (uint32_t)(call->ring_timeout_ms - spent) : 1);
        } else if (!call->hanging_up) {
            call_cancel_timer(call);
        }
    }
    if (tsx->state != PJSIP_TSX_STATE_PROCEEDING || tsx->status_code <= 100 || call->ended ||
        event->body.tsx_state.type != PJSIP_EVENT_RX_MSG)
        return;
    char reason[128];
    copy_of(&tsx->status_text, reason, sizeof reason);
    event_post(&(cpjsip_event){.kind = CPJSIP_CALL_PROVISIONAL,
                               .call_id = call->id,
                               .trunk_id = call->trunk_id,
                               .target_id = call->target_id,
                               .code = tsx->status_code,
                               .code_from_wire = true,
                               .reason = reason});
}

static void on_tsx_state_changed(pjsip_inv_session *inv, pjsip_transaction *tsx, pjsip_event *event)
{
    sip_call *call = call_of(inv);
    if (!call) return;
    if (tsx->role == PJSIP_ROLE_UAS) {
        if (tsx->state != PJSIP_TSX_STATE_TRYING || event->body.tsx_state.type != PJSIP_EVENT_RX_MSG) return;
        pjsip_rx_data *rdata = event->body.tsx_state.src.rdata;
        if (tsx->method.id == PJSIP_CANCEL_METHOD && !call->ended)
            call_read_reason(call, rdata->msg_info.msg);
        else
            call_received_request(call, tsx, rdata);
        return;
    }
    if (tsx->method.id == PJSIP_BYE_METHOD && call->answered && !call->hanging_up && !call->ended &&
        tsx->state == PJSIP_TSX_STATE_CALLING)
        ended_by_pjsip(call);
    if (call->incoming || tsx->method.id != PJSIP_INVITE_METHOD || call->answered) return;
    bool challenged = tsx->state == PJSIP_TSX_STATE_COMPLETED && (tsx->status_code == 401 || tsx->status_code == 407);
    if (tsx->state == PJSIP_TSX_STATE_PROCEEDING || challenged) progressed(call, tsx, event);
}

/* A re-INVITE or UPDATE offers something: what we answered before still holds. */
static void on_rx_offer(pjsip_inv_session *inv, const pjmedia_sdp_session *offer)
{
    (void)offer;
    sip_call *call = call_of(inv);
    if (call) pjsip_inv_set_sdp_answer(inv, media_sdp(call));
}

static void on_create_offer(pjsip_inv_session *inv, pjmedia_sdp_session **offer)
{
    sip_call *call = call_of(inv);
    if (call) *offer = media_sdp(call);
}

static void on_new_session(pjsip_inv_session *inv, pjsip_event *event)
{
    /* A fork that PJSIP would make a session of; the first dialog is the only one that we keep. */
    (void)event;
    pjsip_inv_terminate(inv, PJSIP_SC_REQUEST_TERMINATED, PJ_FALSE);
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
        call_post_ended(call, 408, false, "no response to INVITE");
        call->hanging_up = true;
        pjsip_tx_data *tdata = NULL;
        if (pjsip_inv_end_session(call->inv, 487, NULL, &tdata) == PJ_SUCCESS && tdata)
            pjsip_inv_send_msg(call->inv, tdata);
    } else {
        call_hang_up(call, CPJSIP_OWN_RING_TIMEOUT, 0);
    }
}

const pjsip_inv_callback call_callbacks = {
    .on_state_changed = on_state_changed,
    .on_new_session = on_new_session,
    .on_tsx_state_changed = on_tsx_state_changed,
    .on_rx_offer = on_rx_offer,
    .on_create_offer = on_create_offer,
    .on_media_update = on_media_update,
    .on_send_ack = on_send_ack,
};

/*
 * A response of another fork than the first that was heard of. Its 2xx makes it the one that counts; PJSIP's
 * dialog takes over its tag and route. A 2xx after that is another fork's: access.c has ended it.
 */
static pjsip_dialog *on_forked(pjsip_dialog *first, pjsip_rx_data *rdata)
{
    return rdata->msg_info.msg->line.status.code / 100 == 2 ? first : NULL;
}

pj_status_t calls_init(void)
{
    pjsip_ua_init_param parameter = {.on_dlg_forked = on_forked};
    pj_status_t status = pjsip_ua_init_module(sip.endpoint, &parameter);
    if (status == PJ_SUCCESS) status = pjsip_inv_usage_init(sip.endpoint, &call_callbacks);
    if (status == PJ_SUCCESS) status = pjsip_100rel_init_module(sip.endpoint);
    if (status == PJ_SUCCESS) status = pjsip_timer_init_module(sip.endpoint);
    return status;
}
