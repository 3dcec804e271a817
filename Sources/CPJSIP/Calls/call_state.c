/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Calls/call_state.h"

#include "Base/answered.h"
#include "Base/clock.h"
#include "Base/events.h"
#include "Base/sip_state.h"
#include "Base/text.h"
#include "Calls/call_control.h"
#include "Calls/call_dialog.h"
#include "Calls/call_end.h"
#include "Calls/call_info.h"
#include "Calls/call_media.h"
#include "Calls/call_table.h"

/* RFC 3261 13.3.1.4: the far end gives up when its 200 is not acknowledged for 64*T1. */
#define CONFIRM_WAIT_MS 32000
/* A dialog in plain text is no larger than the messages that it came with. */
#define RECORD_SIZE PJSIP_MAX_PKT_LEN

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
        uint64_t id = call->id;
        call->confirmed = true;
        call_send_ack(call);
        call_send_bye(id);
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
    call_watch_hold(call);
}

static void on_state_changed(pjsip_inv_session *inv, pjsip_event *event)
{
    sip_call *call = call_of(inv);
    if (!call) return;
    switch (inv->state) {
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
        call_disconnected(call, event);
        break;
    case PJSIP_INV_STATE_CALLING: /* that it has left is told by Endpoint/departure.c */
    case PJSIP_INV_STATE_NULL:
    case PJSIP_INV_STATE_INCOMING:
    case PJSIP_INV_STATE_EARLY:
        break;
    }
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
    if (tsx->method.id == PJSIP_CANCEL_METHOD && tsx->state == PJSIP_TSX_STATE_COMPLETED && tsx->status_code / 100 == 2)
        call_cancelled(call);
    if (tsx->method.id == PJSIP_BYE_METHOD) call->bye_sent = true;
    if (tsx->method.id == PJSIP_BYE_METHOD && call->answered && !call->hanging_up && !call->ended &&
        tsx->state == PJSIP_TSX_STATE_CALLING)
        call_ended_by_pjsip(call);
    if (call->incoming || tsx->method.id != PJSIP_INVITE_METHOD || call->answered) return;
    bool challenged = tsx->state == PJSIP_TSX_STATE_COMPLETED && (tsx->status_code == 401 || tsx->status_code == 407);
    if (tsx->state == PJSIP_TSX_STATE_PROCEEDING || challenged) progressed(call, tsx, event);
}

/* A re-INVITE or UPDATE offers something: what we answered before still holds. Without an answer it is refused. */
static void on_rx_offer(pjsip_inv_session *inv, const pjmedia_sdp_session *offer)
{
    sip_call *call = call_of(inv);
    if (call && !media_forbids_packets(offer)) pjsip_inv_set_sdp_answer(inv, media_sdp(call));
}

/* PJSIP answers, with 488 when there is no answer to the offer. */
static pj_status_t on_rx_reinvite(pjsip_inv_session *inv, const pjmedia_sdp_session *offer, pjsip_rx_data *rdata)
{
    (void)inv;
    (void)offer;
    (void)rdata;
    return PJ_EIGNORED;
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

static const pjsip_inv_callback callbacks = {
    .on_state_changed = on_state_changed,
    .on_new_session = on_new_session,
    .on_tsx_state_changed = on_tsx_state_changed,
    .on_rx_offer = on_rx_offer,
    .on_rx_reinvite = on_rx_reinvite,
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
    if (status == PJ_SUCCESS) status = pjsip_inv_usage_init(sip.endpoint, &callbacks);
    if (status == PJ_SUCCESS) status = pjsip_100rel_init_module(sip.endpoint);
    if (status == PJ_SUCCESS) status = pjsip_timer_init_module(sip.endpoint);
    return status;
}
