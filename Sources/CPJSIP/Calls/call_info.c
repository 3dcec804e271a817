/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Calls/call_info.h"

#include "Base/events.h"
#include "Base/text.h"

#include <stdio.h>
#include <string.h>

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
    /* The call outlives its answer: it ends with BYE only. */
    respond(call->inv, tsx, rdata, 200);
    if (!call->ended && digit && strchr("0123456789*#ABCD", digit))
        event_post(&(cpjsip_event){.kind = CPJSIP_CALL_KEY, .call_id = call->id, .digit = digit, .info = true});
}

bool call_received_request(sip_call *call, pjsip_transaction *tsx, pjsip_rx_data *rdata)
{
    static const char *const of_session[] = {"INVITE", "ACK", "BYE", "CANCEL", "UPDATE", "PRACK"};
    for (size_t i = 0; i < sizeof of_session / sizeof of_session[0]; i++)
        if (pj_strcmp2(&tsx->method.name, of_session[i]) == 0) return false;
    if (pj_strcmp2(&tsx->method.name, "INFO") == 0)
        received_info(call, tsx, rdata);
    else
        /* OPTIONS: whether the dialog still exists (RFC 3261 11.2). */
        respond(call->inv, tsx, rdata, tsx->method.id == PJSIP_OPTIONS_METHOD ? 200 : 405);
    return true;
}

void call_send_info(sip_call *call, char digit)
{
    const pjsip_method info = {PJSIP_OTHER_METHOD, {"INFO", 4}};
    pjsip_tx_data *tdata;
    if (!call->confirmed || call->ended || !digit || !strchr("0123456789*#ABCD", digit)) return;
    if (pjsip_dlg_create_request(call->inv->dlg, &info, -1, &tdata) != PJ_SUCCESS) return;
    char text[64];
    snprintf(text, sizeof text, "Signal=%c\r\nDuration=160\r\n", digit);
    pj_str_t type = {"application", 11}, subtype = {"dtmf-relay", 10}, body = pj_str(text);
    tdata->msg->body = pjsip_msg_body_create(tdata->pool, &type, &subtype, &body);
    pjsip_dlg_send_request(call->inv->dlg, tdata, -1, NULL);
}
