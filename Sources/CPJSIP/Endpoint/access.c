/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Endpoint/access.h"

#include "Base/body.h"
#include "Base/sdp_text.h"
#include "Base/sip_state.h"
#include "Base/text.h"
#include "Calls/call_challenge.h"
#include "Calls/call_contact.h"
#include "Calls/call_media.h"
#include "Calls/call_table.h"
#include "Calls/dialog_end.h"
#include "Calls/former_call.h"
#include "Trunks/trunk_table.h"

#define SDP_SIZE_LIMIT 8192
#define SDP_LINE_LIMIT 200

/* 1xx of one call beyond this count are not looked at: each costs memory and an event. */
#define PROVISIONAL_LIMIT 100

/* From here on an SDP among other parts is all of the body. False: there is more than is looked through. */
static bool unwrap(pjsip_rx_data *rdata)
{
    pjsip_msg *msg = rdata->msg_info.msg;
    if (!msg->body || !body_is_multipart(msg->body)) return true;
    bool excessive = false;
    msg->body = body_sdp_in_multipart(rdata->tp_info.pool, msg->body, &excessive);
    rdata->msg_info.ctype = NULL; /* it says multipart; PJSIP asks the body then */
    return !excessive;
}

/* INVITE, ACK, UPDATE and PRACK: those whose SDP is looked at. */
static bool may_offer_or_answer(const pjsip_method *method)
{
    return method->id == PJSIP_INVITE_METHOD || method->id == PJSIP_ACK_METHOD ||
           pj_strcmp2(&method->name, "UPDATE") == 0 || pj_strcmp2(&method->name, "PRACK") == 0;
}

static bool is_acceptable(const pjsip_msg_body *body)
{
    if (!body || body->len == 0) return true;
    if (body->len > SDP_SIZE_LIMIT) return false;
    if (!body_is_sdp(body)) return true;
    unsigned lines = 0;
    const char *data = body->data;
    for (unsigned i = 0; i < body->len; i++) lines += data[i] == '\n' || data[i] == '\r';
    /* CR LF counts twice. */
    return lines <= 2 * SDP_LINE_LIMIT;
}

/* The far end of a call may speak although its address has been replaced since by another look-up. */
static bool is_of_call(const pjsip_rx_data *rdata)
{
    const sip_call *call = call_find_sip(&rdata->msg_info.cid->id);
    return call && same_host(&call->destination, &rdata->pkt_info.src_addr);
}

static pj_bool_t on_rx_request(pjsip_rx_data *rdata)
{
    call_rewrite_contact(call_find_sip(&rdata->msg_info.cid->id), rdata);
    /* Silence, not 403: a stranger learns nothing, and a flood costs one look-up. */
    if (!target_of_address(&rdata->pkt_info.src_addr) && !is_of_call(rdata)) {
        atomic_fetch_add(&sip.dropped_requests, 1);
        return PJ_TRUE;
    }
    const pjsip_method *method = &rdata->msg_info.msg->line.req.method;
    bool looked_at = may_offer_or_answer(method), acceptable = !looked_at || unwrap(rdata);
    pjsip_msg_body *body = rdata->msg_info.msg->body;
    if (acceptable && is_acceptable(body)) {
        if (looked_at && body && body_is_sdp(body)) sdp_name_payload_types(rdata->tp_info.pool, body);
        return PJ_FALSE;
    }
    if (method->id != PJSIP_ACK_METHOD) pjsip_endpt_respond_stateless(sip.endpoint, rdata, 413, NULL, NULL, NULL);
    return PJ_TRUE;
}

/* A response belongs to a transaction of ours or to none: who may answer is not limited here, the far end
 * of a dialog may be elsewhere. */
static pj_bool_t on_rx_response(pjsip_rx_data *rdata)
{
    pjsip_msg *msg = rdata->msg_info.msg;
    /* The response counts, its body does not: a call answered with it has no media and is ended. */
    unwrap(rdata);
    if (msg->body && (!is_acceptable(msg->body) || !body_is_sdp(msg->body))) msg->body = NULL;
    if (msg->body) sdp_name_payload_types(rdata->tp_info.pool, msg->body);
    if (rdata->msg_info.cseq->method.id != PJSIP_INVITE_METHOD) return PJ_FALSE;
    sip_call *call = call_find_sip(&rdata->msg_info.cid->id);
    call_rewrite_contact(call, rdata);
    if (!call || call->incoming || call->answered) return PJ_FALSE;
    int code = msg->line.status.code;
    if (code / 100 == 1) {
        if (code > 100 && ++call->provisionals > PROVISIONAL_LIMIT) return PJ_TRUE;
        media_keep_early(call, rdata);
    } else if (code / 100 == 2) {
        media_use_early(call, rdata);
    } else if (code == 401 || code == 407) {
        call_challenged(call, rdata);
    }
    return PJ_FALSE;
}

/* Behind the transaction layer: a 2xx that arrives here is a retransmission, another fork's, or of an
 * INVITE of a former process; a refusal is one of those too. */
static pj_bool_t on_rx_untied_response(pjsip_rx_data *rdata)
{
    const pjsip_msg *msg = rdata->msg_info.msg;
    if (rdata->msg_info.cseq->method.id != PJSIP_INVITE_METHOD) return PJ_FALSE;
    if (msg->line.status.code >= 300) return former_call_refused(rdata);
    if (msg->line.status.code < 200) return PJ_FALSE;
    pjsip_dialog *dialog = pjsip_ua_find_dialog(&rdata->msg_info.cid->id, &rdata->msg_info.from->tag,
                                                &rdata->msg_info.to->tag, PJ_FALSE);
    if (dialog) return PJ_FALSE;
    const sip_target *target = target_of_address(&rdata->pkt_info.src_addr);
    const sip_trunk *trunk = target ? trunk_find(target->trunk_id) : NULL;
    if (trunk && trunk->settings.rewrite_contact) contact_rewrite(rdata);
    if (target && !former_call_answered(rdata, target)) stray_answer(rdata, target);
    return PJ_TRUE;
}

static pjsip_module access_module = {
    .name = {"burgernetd-access", 17},
    .id = -1,
    .priority = PJSIP_MOD_PRIORITY_TRANSPORT_LAYER + 1,
    .on_rx_request = on_rx_request,
    .on_rx_response = on_rx_response,
};

static pjsip_module stray_module = {
    .name = {"burgernetd-stray", 16},
    .id = -1,
    .priority = PJSIP_MOD_PRIORITY_TSX_LAYER + 1,
    .on_rx_response = on_rx_untied_response,
};

/* A stranger's TCP connection is closed before it can say anything. */
static void on_transport_state(pjsip_transport *transport, pjsip_transport_state state,
                               const pjsip_transport_state_info *info)
{
    (void)info;
    if (state != PJSIP_TP_STATE_CONNECTED || transport->dir != PJSIP_TP_DIR_INCOMING) return;
    if (target_of_address(&transport->key.rem_addr)) return;
    atomic_fetch_add(&sip.dropped_requests, 1);
    pjsip_transport_shutdown2(transport, PJ_TRUE);
}

pj_status_t access_init(void)
{
    pjsip_tpmgr_set_state_cb(pjsip_endpt_get_tpmgr(sip.endpoint), on_transport_state);
    access_module.id = stray_module.id = -1;
    pj_status_t status = pjsip_endpt_register_module(sip.endpoint, &access_module);
    return status == PJ_SUCCESS ? pjsip_endpt_register_module(sip.endpoint, &stray_module) : status;
}
