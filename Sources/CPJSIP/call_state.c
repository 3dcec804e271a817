/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What PJSIP reports of a call, and the call's own timer. */
#include "sip_internal.h"

#include <stdio.h>
#include <string.h>

/* RFC 3261 13.3.1.4: the far end gives up when its 200 is not acknowledged for 64*T1. */
#define CONFIRM_WAIT_MS 32000

static sip_call *call_of(pjsip_inv_session *inv) { return inv->mod_data[sip.user_module.id]; }

void call_send_ack(sip_call *call)
{
    pjsip_tx_data *ack;
    if (pjsip_inv_create_ack(call->inv, (int)call->ack_cseq, &ack) != PJ_SUCCESS) return;
    pjsip_host_info next;
    char host[256];
    pj_sockaddr address;
    if (pjsip_get_request_dest(ack, &next) != PJ_SUCCESS ||
        !parse_address(copy_of(&next.addr.host, host, sizeof host), 5060, &address))
        set_destination(ack, &call->destination, call->transport);
    pjsip_inv_send_msg(call->inv, ack);
}

static void answered(sip_call *call)
{
    char buffer[4096], remote[80] = "";
    cpjsip_dialog dialog = media_dialog(call, buffer, sizeof buffer);
    if (call->ended) {
        call->answered = true;
        event_post(&(cpjsip_event){.kind = CPJSIP_STRAY_ANSWER,
                                   .call_id = call->id,
                                   .trunk_id = call->trunk_id,
                                   .target_id = call->target_id,
                                   .code = 200,
                                   .sip_call_id = dialog.sip_call_id,
                                   .dialog = dialog});
        return;
    }
    call->answered = true;
    if (call->hanging_up) call->own_reason = CPJSIP_OWN_LATE_ANSWER;
    call_schedule(call, CONFIRM_WAIT_MS);
    if (call->media_set) pj_sockaddr_print(&call->parameters.remote, remote, sizeof remote, 3);
    event_post(&(cpjsip_event){
        .kind = CPJSIP_CALL_ANSWERED,
        .call_id = call->id,
        .trunk_id = call->trunk_id,
        .target_id = call->target_id,
        .code = 200,
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
    /* The first 2xx: its SDP has been looked at already. */
    if (!call->answered && !call->incoming) answered(call);
    if (call->ended && !call->confirmed) {
        /* Given up before: acknowledged and ended. */
        call->confirmed = true;
        call_send_ack(call);
        pjsip_tx_data *bye = NULL;
        if (pjsip_inv_end_session(inv, 200, NULL, &bye) == PJ_SUCCESS && bye) pjsip_inv_send_msg(inv, bye);
        return;
    }
    if (call->confirmed) {
        call_send_ack(call);
    } else if (call->media_failed || !call->media_set) {
        call_hang_up(call, CPJSIP_OWN_BAD_MEDIA, 0);
    } else if (call->own_reason == CPJSIP_OWN_LATE_ANSWER) {
        call->hanging_up = false;
        call_hang_up(call, CPJSIP_OWN_LATE_ANSWER, 0);
    } else if (!call->hold_ack) {
        call_confirm(call->id);
    }
}

/* The codec stands in the answer's SDP, which PJSIP hands over after it reports the state. */
static void on_media_update(pjsip_inv_session *inv, pj_status_t status)
{
    sip_call *call = call_of(inv);
    if (!call) return;
    media_update(call, status);
    if (call->confirmed && call->media_set && !call->media_failed) media_start(call);
}

static void disconnected(sip_call *call, const pjsip_event *event)
{
    pjsip_inv_session *inv = call->inv;
    const pjsip_msg *msg = NULL;
    if (event && event->type == PJSIP_EVENT_TSX_STATE && event->body.tsx_state.type == PJSIP_EVENT_RX_MSG)
        msg = event->body.tsx_state.src.rdata->msg_info.msg;
    if (msg) call_read_reason(call, msg);
    if (!call->ended) {
        bool is_request = msg && msg->type == PJSIP_REQUEST_MSG;
        char reason[160];
        copy_of(&inv->cause_text, reason, sizeof reason);
        if (call->answered) {
            if (!call->hanging_up) {
                if (is_request) {
                    call->by = CPJSIP_BY_THEM;
                } else {
                    call->by = CPJSIP_BY_US;
                    call->own_reason = CPJSIP_OWN_SESSION_TIMER;
                }
            }
            call_post_ended(call, 200, true, reason);
        } else if (call->incoming) {
            if (is_request || inv->cause == PJSIP_SC_REQUEST_TERMINATED) call->by = CPJSIP_BY_THEM;
            call_post_ended(call, inv->cause, is_request, reason);
        } else {
            if (msg && !is_request) {
                const pjsip_retry_after_hdr *retry =
                    (const pjsip_retry_after_hdr *)pjsip_msg_find_hdr(msg, PJSIP_H_RETRY_AFTER, NULL);
                if (retry && retry->ivalue > 0) call->retry_after_s = (uint32_t)retry->ivalue;
            }
            if (!msg && call->own_reason == CPJSIP_OWN_NONE)
                call->own_reason = call->responded ? CPJSIP_OWN_NONE : CPJSIP_OWN_TRANSPORT;
            call_post_ended(call, inv->cause, msg != NULL && !is_request, reason);
        }
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
    case PJSIP_INV_STATE_CONNECTING:
        /* For our own calls the SDP of the answer is looked at next; see on_send_ack. */
        break;
    case PJSIP_INV_STATE_CONFIRMED:
        if (call->incoming && !call->confirmed) {
            call->confirmed = true;
            media_start(call);
            char buffer[4096];
            event_post(&(cpjsip_event){.kind = CPJSIP_CALL_ANSWERED,
                                       .call_id = call->id,
                                       .trunk_id = call->trunk_id,
                                       .code = 200,
                                       .codec = call->media_set ? call->parameters.codec : 0,
                                       .dialog = media_dialog(call, buffer, sizeof buffer)});
        }
        break;
    case PJSIP_INV_STATE_DISCONNECTED:
        disconnected(call, event);
        break;
    case PJSIP_INV_STATE_NULL:
    case PJSIP_INV_STATE_CALLING:
    case PJSIP_INV_STATE_INCOMING:
    case PJSIP_INV_STATE_EARLY:
        break;
    }
}

static void respond(pjsip_inv_session *inv, pjsip_transaction *tsx, pjsip_rx_data *rdata, int code)
{
    pjsip_tx_data *tdata;
    if (pjsip_dlg_create_response(inv->dlg, rdata, code, NULL, &tdata) == PJ_SUCCESS)
        pjsip_dlg_send_response(inv->dlg, tsx, tdata);
}

/* SIP INFO: "Signal=5" of application/dtmf-relay, or the key alone of application/dtmf. */
static void received_info(sip_call *call, pjsip_transaction *tsx, pjsip_rx_data *rdata)
{
    const pjsip_msg_body *body = rdata->msg_info.msg->body;
    if (!body || body->len == 0) {
        respond(call->inv, tsx, rdata, 200); /* a keep-alive */
        return;
    }
    bool relay = pj_stricmp2(&body->content_type.subtype, "dtmf-relay") == 0;
    if (pj_stricmp2(&body->content_type.type, "application") != 0 ||
        (!relay && pj_stricmp2(&body->content_type.subtype, "dtmf") != 0)) {
        respond(call->inv, tsx, rdata, 415);
        return;
    }
    char text[128];
    pj_str_t content = {body->data, body->len < sizeof text ? (pj_ssize_t)body->len : (pj_ssize_t)sizeof text - 1};
    copy_of(&content, text, sizeof text);
    const char *at = text;
    if (relay) {
        at = strcasestr(text, "Signal");
        at = at ? strchr(at, '=') : NULL;
        at = at ? at + 1 : "";
    }
    while (*at == ' ' || *at == '\t') at++;
    char digit = *at >= 'a' && *at <= 'd' ? (char)(*at - 32) : *at;
    if (relay && at[0] == '1' && at[1] == '0') digit = '*';
    if (relay && at[0] == '1' && at[1] == '1') digit = '#';
    respond(call->inv, tsx, rdata, 200);
    if (digit && strchr("0123456789*#ABCD", digit))
        event_post(&(cpjsip_event){.kind = CPJSIP_CALL_KEY, .call_id = call->id, .digit = digit, .info = true});
}

static void on_tsx_state_changed(pjsip_inv_session *inv, pjsip_transaction *tsx, pjsip_event *event)
{
    sip_call *call = call_of(inv);
    if (!call) return;
    if (tsx->role == PJSIP_ROLE_UAS) {
        if (tsx->state != PJSIP_TSX_STATE_TRYING) return;
        pjsip_rx_data *rdata = event->body.tsx_state.src.rdata;
        if (pj_stricmp2(&tsx->method.name, "INFO") == 0)
            received_info(call, tsx, rdata);
        else if (pj_stricmp2(&tsx->method.name, "MESSAGE") == 0 || pj_stricmp2(&tsx->method.name, "NOTIFY") == 0 ||
                 pj_stricmp2(&tsx->method.name, "REFER") == 0)
            respond(inv, tsx, rdata, 501);
        return;
    }
    if (call->incoming || tsx->method.id != PJSIP_INVITE_METHOD || call->answered) return;
    if (tsx->state == PJSIP_TSX_STATE_PROCEEDING) {
        if (!call->responded) {
            call->responded = true;
            /* From the no-response limit to the rest of the ring timeout. */
            if (!call->hanging_up && call->ring_timeout_ms) {
                int64_t spent = monotonic_ms() - call->invited_ms;
                call_schedule(call, spent < call->ring_timeout_ms ? (uint32_t)(call->ring_timeout_ms - spent) : 1);
            } else if (!call->hanging_up) {
                call_cancel_timer(call);
            }
        }
        if (tsx->status_code > 100 && !call->ended)
            event_post(&(cpjsip_event){.kind = CPJSIP_CALL_PROVISIONAL,
                                       .call_id = call->id,
                                       .trunk_id = call->trunk_id,
                                       .target_id = call->target_id,
                                       .code = tsx->status_code,
                                       .code_from_wire = true});
    }
}

/* A re-INVITE or UPDATE offers something: what we answered before still holds. */
static void on_rx_offer(pjsip_inv_session *inv, const pjmedia_sdp_session *offer)
{
    (void)offer;
    sip_call *call = call_of(inv);
    if (call) pjsip_inv_set_sdp_answer(inv, media_sdp(call, inv->pool));
}

static void on_create_offer(pjsip_inv_session *inv, pjmedia_sdp_session **offer)
{
    sip_call *call = call_of(inv);
    if (call) *offer = media_sdp(call, inv->pool);
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
        call_hang_up(call, call->confirmed ? CPJSIP_OWN_MAX_DURATION : CPJSIP_OWN_BAD_MEDIA, 0);
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

/* A 1xx of another fork changes nothing; a 2xx of one is ended by access.c before it comes here. */
static pjsip_dialog *on_forked(pjsip_dialog *first, pjsip_rx_data *rdata)
{
    (void)first;
    (void)rdata;
    return NULL;
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
