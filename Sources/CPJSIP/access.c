/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * What comes in is looked at here before anything else sees it: who sent it, and whether its body is
 * of a kind and size that PJMEDIA may parse. Answers that no call waits for are ended here.
 */
#include "sip_internal.h"

#include <string.h>

#define SDP_SIZE_LIMIT 8192
#define SDP_LINE_LIMIT 200

static bool is_acceptable(const pjsip_msg_body *body)
{
    if (!body || body->len == 0) return true;
    if (pj_stricmp2(&body->content_type.type, "multipart") == 0) return false;
    if (pj_stricmp2(&body->content_type.subtype, "sdp") != 0) return body->len <= SDP_SIZE_LIMIT;
    if (body->len > SDP_SIZE_LIMIT) return false;
    unsigned lines = 0;
    const char *data = body->data;
    for (unsigned i = 0; i < body->len; i++) lines += data[i] == '\n';
    return lines <= SDP_LINE_LIMIT;
}

static pj_bool_t on_rx_request(pjsip_rx_data *rdata)
{
    /* Silence, not 403: a stranger learns nothing, and a flood costs one look-up. */
    if (!trunk_of_address(&rdata->pkt_info.src_addr)) {
        atomic_fetch_add(&sip.dropped_requests, 1);
        return PJ_TRUE;
    }
    if (is_acceptable(rdata->msg_info.msg->body)) return PJ_FALSE;
    if (rdata->msg_info.msg->line.req.method.id != PJSIP_ACK_METHOD)
        pjsip_endpt_respond_stateless(sip.endpoint, rdata, 413, NULL, NULL, NULL);
    return PJ_TRUE;
}

static pj_bool_t on_rx_response(pjsip_rx_data *rdata)
{
    if (!trunk_of_address(&rdata->pkt_info.src_addr)) return PJ_TRUE;
    /* The response counts, its body does not: a call answered with it has no media and is ended. */
    if (!is_acceptable(rdata->msg_info.msg->body)) rdata->msg_info.msg->body = NULL;
    return PJ_FALSE;
}

/* Behind the transaction layer: a 2xx that arrives here is a retransmission, another fork's, or of an
 * INVITE of a former process. */
static pj_bool_t on_rx_untied_response(pjsip_rx_data *rdata)
{
    const pjsip_msg *msg = rdata->msg_info.msg;
    if (msg->line.status.code / 100 != 2 || rdata->msg_info.cseq->method.id != PJSIP_INVITE_METHOD) return PJ_FALSE;
    pjsip_dialog *dialog = pjsip_ua_find_dialog(&rdata->msg_info.cid->id, &rdata->msg_info.from->tag,
                                                &rdata->msg_info.to->tag, PJ_FALSE);
    if (dialog) return PJ_FALSE;
    stray_answer(rdata);
    return PJ_TRUE;
}

static pjsip_module access_module = {
    .name = {"burgernetd-access", 17},
    .id = -1,
    .priority = PJSIP_MOD_PRIORITY_TRANSPORT_LAYER + 1,
    .on_rx_request = on_rx_request,
    .on_rx_response = on_rx_response,
};

static pj_status_t on_tx_request(pjsip_tx_data *tdata)
{
    const pj_str_t name = {"User-Agent", 10};
    if (sip.config.user_agent && !pjsip_msg_find_hdr_by_name(tdata->msg, &name, NULL)) {
        add_header(tdata, "User-Agent", sip.config.user_agent);
        pjsip_tx_data_invalidate_msg(tdata);
    }
    return PJ_SUCCESS;
}

static pjsip_module stray_module = {
    .name = {"burgernetd-stray", 16},
    .id = -1,
    .priority = PJSIP_MOD_PRIORITY_TSX_LAYER + 1,
    .on_rx_response = on_rx_untied_response,
    .on_tx_request = on_tx_request,
};

pj_status_t access_init(void)
{
    access_module.id = stray_module.id = -1;
    pj_status_t status = pjsip_endpt_register_module(sip.endpoint, &access_module);
    return status == PJ_SUCCESS ? pjsip_endpt_register_module(sip.endpoint, &stray_module) : status;
}
