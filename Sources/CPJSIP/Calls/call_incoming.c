/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Calls/call_incoming.h"

#include "Base/events.h"
#include "Base/route.h"
#include "Base/sip_state.h"
#include "Base/text.h"
#include "Calls/call_contact.h"
#include "Calls/call_control.h"
#include "Calls/call_media.h"
#include "Calls/call_table.h"
#include "Trunks/trunk_table.h"

#include <stdio.h>
#include <string.h>

static uint64_t last_incoming;

static void answer_stateless(pjsip_rx_data *rdata, int code)
{
    /* RFC 3261 11.2 and 21.4.6: what we can do. */
    pjsip_hdr headers;
    pj_list_init(&headers);
    const pjsip_hdr *allow = pjsip_endpt_get_capability(sip.endpoint, PJSIP_H_ALLOW, NULL);
    const pjsip_hdr *accept = pjsip_endpt_get_capability(sip.endpoint, PJSIP_H_ACCEPT, NULL);
    if (allow && (code == 200 || code == 405)) pj_list_push_back(&headers, pjsip_hdr_clone(rdata->tp_info.pool, allow));
    if (accept && code == 200) pj_list_push_back(&headers, pjsip_hdr_clone(rdata->tp_info.pool, accept));
    pjsip_endpt_respond_stateless(sip.endpoint, rdata, code, NULL, &headers, NULL);
}

static void user_of(const pjsip_uri *uri, char *buffer, size_t size)
{
    buffer[0] = 0;
    const pjsip_uri *inner = pjsip_uri_get_uri((void *)uri);
    if (PJSIP_URI_SCHEME_IS_SIP(inner) || PJSIP_URI_SCHEME_IS_SIPS(inner))
        copy_of(&((const pjsip_sip_uri *)inner)->user, buffer, size);
    else if (PJSIP_URI_SCHEME_IS_TEL(inner))
        copy_of(&((const pjsip_tel_uri *)inner)->number, buffer, size);
}

static void caller_of(pjsip_rx_data *rdata, char *buffer, size_t size)
{
    const pj_str_t name = {"P-Asserted-Identity", 19};
    const pjsip_generic_string_hdr *asserted =
        (const pjsip_generic_string_hdr *)pjsip_msg_find_hdr_by_name(rdata->msg_info.msg, &name, NULL);
    if (asserted) {
        char text[320];
        copy_of(&asserted->hvalue, text, sizeof text);
        pjsip_uri *uri = pjsip_parse_uri(rdata->tp_info.pool, text, strlen(text), PJSIP_PARSE_URI_AS_NAMEADDR);
        if (uri) {
            user_of(uri, buffer, size);
            if (buffer[0]) return;
        }
    }
    user_of(rdata->msg_info.from->uri, buffer, size);
}

static void incoming(pjsip_rx_data *rdata, const sip_target *target)
{
    unsigned options = PJSIP_INV_SUPPORT_TIMER;
    pjsip_tx_data *tdata = NULL;
    if (pjsip_inv_verify_request(rdata, &options, NULL, NULL, sip.endpoint, &tdata) != PJ_SUCCESS) {
        if (tdata) {
            pjsip_response_addr address;
            pjsip_get_response_addr(tdata->pool, rdata, &address);
            pjsip_endpt_send_response(sip.endpoint, &address, tdata, NULL, NULL);
        } else {
            answer_stateless(rdata, 400);
        }
        return;
    }
    const pjsip_rdata_sdp_info *offer = pjsip_rdata_get_sdp_info(rdata);
    if (offer->sdp && !media_is_acceptable(offer->sdp)) {
        answer_stateless(rdata, 488);
        return;
    }

    char callee[256], caller[256], host[80], contact[320], call_id[256];
    user_of(rdata->msg_info.msg->line.req.uri, callee, sizeof callee);
    caller_of(rdata, caller, sizeof caller);
    copy_of(&rdata->msg_info.cid->id, call_id, sizeof call_id);
    pjsip_transport_type_e type = rdata->tp_info.transport->key.type;
    const char *user = is_user_part(callee) ? callee : "";
    snprintf(contact, sizeof contact, "<sip:%s%s%s:%u%s>", user, *user ? "@" : "",
             bracketed(target->shown, host, sizeof host), own_port(type), is_tcp(type) ? ";transport=tcp" : "");
    pj_str_t contact_text = pj_str(contact);
    const sip_trunk *trunk = trunk_find(target->trunk_id);
    bool rewrite = trunk && trunk->settings.rewrite_contact;
    if (rewrite) contact_rewrite(rdata);
    pjsip_dialog *dialog;
    if (pjsip_dlg_create_uas_and_inc_lock(pjsip_ua_instance(), rdata, &contact_text, &dialog) != PJ_SUCCESS) {
        answer_stateless(rdata, 500);
        return;
    }
    sip_call *call = call_new(1ULL << 63 | ++last_incoming, &rdata->msg_info.cid->id, call_timer);
    call->incoming = true;
    call->trunk_id = target->trunk_id;
    call->target_id = target->id;
    call->rewrite_contact = rewrite;
    call->destination = rdata->pkt_info.src_addr;
    call->transport = type;
    strcpy(call->shown, target->shown);
    pj_status_t status = PJ_ENOMEM;
    if (media_open(call, target->local, 0))
        status = pjsip_inv_create_uas(dialog, rdata, media_sdp(call), options, &call->inv);
    if (status != PJ_SUCCESS) {
        /* The dialog goes with its only transaction. */
        int code = call->stream ? 488 : 503;
        if (pjsip_dlg_create_response(dialog, rdata, code, NULL, &tdata) == PJ_SUCCESS)
            pjsip_dlg_send_response(dialog, pjsip_rdata_get_tsx(rdata), tdata);
        pjsip_dlg_dec_lock(dialog);
        call_free(call);
        return;
    }
    pjsip_host_port via = {.host = pj_str(call->shown), .port = own_port(type)};
    pjsip_dlg_set_via_sent_by(dialog, &via, NULL);
    call_tie(call);
    pjsip_dlg_dec_lock(dialog);
    uint64_t id = call->id;
    if (pjsip_inv_initial_answer(call->inv, rdata, 100, NULL, NULL, &tdata) != PJ_SUCCESS) {
        pjsip_inv_terminate(call->inv, 500, PJ_FALSE);
        call_free(call);
        return;
    }
    /* What fails from here on is reported as an end: of a call that nobody has heard of. */
    call->ended = true;
    pjsip_inv_send_msg(call->inv, tdata);
    if (!(call = call_find(id))) return;
    call->ended = false;
    event_post(&(cpjsip_event){
        .kind = CPJSIP_CALL_INCOMING,
        .call_id = call->id,
        .trunk_id = call->trunk_id,
        .target_id = call->target_id,
        .callee = callee,
        .caller = caller,
        .sip_call_id = call_id,
    });
}

static pj_bool_t on_rx_request(pjsip_rx_data *rdata)
{
    const pjsip_method *method = &rdata->msg_info.msg->line.req.method;
    const sip_target *target = target_of_address(&rdata->pkt_info.src_addr);
    const sip_trunk *trunk = target ? trunk_find(target->trunk_id) : NULL;
    if (method->id == PJSIP_ACK_METHOD) return PJ_TRUE;
    if (rdata->msg_info.to->tag.slen != 0) {
        answer_stateless(rdata, 481); /* a dialog that we know nothing of, e.g. of before a restart */
    } else if (method->id == PJSIP_OPTIONS_METHOD) {
        answer_stateless(rdata, 200);
    } else if (method->id == PJSIP_CANCEL_METHOD) {
        answer_stateless(rdata, 481);
    } else if (method->id == PJSIP_INVITE_METHOD) {
        if (trunk && trunk->settings.accept_incoming)
            incoming(rdata, target);
        else
            answer_stateless(rdata, 403);
    } else {
        answer_stateless(rdata, 405);
    }
    return PJ_TRUE;
}

void incoming_respond(uint64_t id, int code, int q850_cause, uint32_t retry_after_s)
{
    sip_call *call = call_find(id);
    if (!call || !call->incoming || call->ended || call->answered || call->hanging_up) return;
    if (code <= 100 || code > 699) code = 500;
    pjsip_tx_data *tdata;
    if (pjsip_inv_answer(call->inv, (unsigned)code, NULL, NULL, &tdata) != PJ_SUCCESS) {
        call_hang_up(call, CPJSIP_OWN_BAD_MEDIA, 488);
        return;
    }
    if (code >= 300) {
        call->hanging_up = true;
        call->by = CPJSIP_BY_US;
        call->own_reason = CPJSIP_OWN_REQUESTED;
    }
    char value[64];
    if (q850_cause > 0) {
        snprintf(value, sizeof value, "Q.850;cause=%d", q850_cause);
        add_header(tdata, "Reason", value);
    }
    if (retry_after_s > 0) {
        snprintf(value, sizeof value, "%u", retry_after_s);
        add_header(tdata, "Retry-After", value);
    }
    if (code / 100 == 2) {
        call->answered = true;
        call->answer_code = code;
    }
    pjsip_inv_send_msg(call->inv, tdata);
}

pj_status_t incoming_init(void)
{
    static pjsip_module module;
    module = (pjsip_module){
        .name = {"burgernetd", 10},
        .id = -1,
        .priority = PJSIP_MOD_PRIORITY_APPLICATION,
        .on_rx_request = on_rx_request,
    };
    pj_status_t status = pjsip_endpt_register_module(sip.endpoint, &module);
    if (status != PJ_SUCCESS) return status;
    calls_set_module(module.id);
    const pj_str_t more[] = {{"OPTIONS", 7}, {"INFO", 4}};
    return pjsip_endpt_add_capability(sip.endpoint, &module, PJSIP_H_ALLOW, NULL, 2, more);
}
