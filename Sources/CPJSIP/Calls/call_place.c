/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Calls/call_place.h"

#include "Base/clock.h"
#include "Base/route.h"
#include "Base/sip_state.h"
#include "Base/text.h"
#include "Base/unique.h"
#include "Calls/call_control.h"
#include "Calls/call_media.h"
#include "Calls/call_table.h"
#include "Calls/invite.h"
#include "Trunks/silence.h"
#include "Trunks/trunk_table.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void fail(sip_call *call, cpjsip_unsent unsent, const char *what)
{
    call->own_reason = CPJSIP_OWN_TRANSPORT;
    call->unsent = unsent;
    call_post_ended(call, 0, false, what);
    call_free(call);
}

/* This machine has nothing left for any call; else it is about the address. */
static bool is_shortage(int reason)
{
    switch (reason) {
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
    case EAGAIN:
    case EADDRINUSE: /* every port of the range */
        return true;
    default:
        return false;
    }
}

static void add_identity(pjsip_tx_data *tdata, const cpjsip_trunk *trunk, const char *caller, const char *host)
{
    char value[512];
    if (trunk->asserted_identity) {
        snprintf(value, sizeof value, "<sip:%s@%s%s>", caller, host, trunk->user_phone ? ";user=phone" : "");
        add_header(tdata, "P-Asserted-Identity", value);
    }
    if (trunk->privacy_id) add_header(tdata, "Privacy", "id");
}

/*
 * Challenged: the next INVITE is PJSIP's, but for its branch. What may ring in the end can be cancelled by the next
 * process then.
 */
static pj_bool_t on_challenge(pjsip_auth_clt_sess *session, void *token, const pjsip_auth_clt_async_on_chal_param *challenge)
{
    const pjsip_dialog *dialog = challenge->user_data;
    pjsip_tx_data *again;
    if (challenge->tdata->msg->line.req.method.id != PJSIP_INVITE_METHOD ||
        pjsip_auth_clt_reinit_req(session, challenge->rdata, challenge->tdata, &again) != PJ_SUCCESS)
        return PJ_FALSE; /* PJSIP goes on, or finds out itself that it cannot */
    invite_set_branch(again, &dialog->local.info->tag, (int)dialog->local.cseq);
    pjsip_auth_clt_async_send_req(session, token, again);
    return PJ_TRUE;
}

/* NULL with the reason in *what. */
static pjsip_dialog *make_dialog(const sip_call *call, const cpjsip_call_request *request, const cpjsip_trunk *settings,
                                 int cseq, const char **what)
{
    invite_texts texts;
    *what = "the numbers or host names make no valid SIP URI";
    if (!invite_write(&texts, request, settings, call->transport, call->shown)) return NULL;
    pj_str_t target = pj_str(texts.target), to = pj_str(texts.to), from = pj_str(texts.from),
             contact = pj_str(texts.contact);
    pjsip_dialog *dialog;
    /* PJSIP makes the local tag, and a Call-ID that is replaced. */
    unique_fix(request->tag && strlen(request->tag) == UNIQUE_LENGTH ? request->tag : NULL);
    pj_status_t status = pjsip_dlg_create_uac(pjsip_ua_instance(), &from, &contact, &to, &target, &dialog);
    unique_fix(NULL);
    if (status != PJ_SUCCESS) return NULL;
    pj_strdup2(dialog->pool, &dialog->call_id->id, call->sip_call_id);
    dialog->local.first_cseq = dialog->local.cseq = cseq;
    pjsip_host_port via = {.host = pj_str((char *)call->shown), .port = own_port(call->transport)};
    pjsip_dlg_set_via_sent_by(dialog, &via, NULL);
    if (settings->auth_username) {
        pjsip_cred_info credentials;
        trunk_credentials(settings, &credentials);
        pjsip_auth_clt_set_credentials(&dialog->auth_sess, 1, &credentials);
        const pjsip_auth_clt_async_setting challenged = {.cb = on_challenge, .user_data = dialog};
        pjsip_auth_clt_async_configure(&dialog->auth_sess, &challenged);
    }
    return dialog;
}

cpjsip_unsent call_make_session(sip_call *call, const cpjsip_call_request *request, const cpjsip_trunk *settings, int cseq,
                                const char **what)
{
    pjsip_dialog *dialog = make_dialog(call, request, settings, cseq, what);
    if (!dialog) return CPJSIP_UNSENT_ADDRESS;
    if (pjsip_inv_create_uac(dialog, media_sdp(call), settings->session_timers ? PJSIP_INV_SUPPORT_TIMER : 0,
                             &call->inv) != PJ_SUCCESS) {
        pjsip_dlg_terminate(dialog);
        *what = "no INVITE session";
        return CPJSIP_UNSENT_ENDPOINT;
    }
    call_tie(call);
    if (settings->session_timers) {
        pjsip_timer_setting timer;
        pjsip_timer_setting_default(&timer);
        timer.sess_expires = settings->session_expires_s ? settings->session_expires_s : 1800;
        if (timer.sess_expires < timer.min_se) timer.sess_expires = timer.min_se;
        pjsip_timer_init_session(call->inv, &timer);
    }
    return CPJSIP_UNSENT_NONE;
}

void call_use_request(sip_call *call, const cpjsip_call_request *request)
{
    call->trunk_id = request->trunk_id;
    call->target_id = request->target_id;
    call->hold_ack = request->hold_ack;
    call->ring_timeout_ms = request->ring_timeout_ms;
    call->max_duration_ms = request->max_duration_ms;
    call->hold_timeout_ms = request->hold_timeout_ms;
}

static void send_invite(sip_call *call, const cpjsip_call_request *request, const cpjsip_trunk *settings)
{
    pjsip_tx_data *tdata;
    pj_status_t status = pjsip_inv_invite(call->inv, &tdata);
    uint64_t id = call->id;
    if (status == PJ_SUCCESS) {
        char host[256];
        add_identity(tdata, settings, request->caller,
                     bracketed(settings->from_host ? settings->from_host : settings->host, host, sizeof host));
        route_to(tdata, &call->destination, call->transport, call->shown);
        invite_set_branch(tdata, &call->inv->dlg->local.info->tag, INVITE_FIRST_CSEQ);
        call->invited_ms = monotonic_ms();
        uint32_t first = request->no_response_timeout_ms;
        if (!first || (request->ring_timeout_ms && request->ring_timeout_ms < first)) first = request->ring_timeout_ms;
        if (first) call_schedule(call, first);
        status = pjsip_inv_send_msg(call->inv, tdata);
        /* A failure may have been reported, and the call ended, within. */
        call = call_find(id);
    }
    if (status == PJ_SUCCESS || !call) return;
    char reason[PJ_ERR_MSG_SIZE];
    pj_strerror(status, reason, sizeof reason);
    call->own_reason = CPJSIP_OWN_TRANSPORT;
    call_post_ended(call, 0, false, reason);
    pjsip_inv_session *inv = call->inv;
    if (inv) {
        call_untie(call);
        pjsip_inv_terminate(inv, PJSIP_SC_SERVICE_UNAVAILABLE, PJ_FALSE);
    }
    call_free(call);
}

void call_place(const cpjsip_call_request *request)
{
    pj_str_t call_id;
    pj_cstr(&call_id, request->sip_call_id);
    sip_call *call = call_new(request->call_id, &call_id, call_timer);
    sip_trunk *trunk = trunk_find(request->trunk_id);
    sip_target *target = trunk_target(trunk, request->target_id);
    call_use_request(call, request);
    if (atomic_load(&sip.stopping)) return fail(call, CPJSIP_UNSENT_ENDPOINT, "the endpoint is being stopped");
    if (!target) return fail(call, CPJSIP_UNSENT_NO_TARGET, "the trunk has no such target");
    const cpjsip_trunk *settings = &trunk->settings;
    call->rewrite_contact = settings->rewrite_contact;
    call->destination = target->remote;
    call->transport = transport_type(settings->transport, &target->remote);
    strcpy(call->shown, target->shown);
    if (!media_open(call, target->local, request->codecs)) {
        char text[160];
        cpjsip_unsent unsent = is_shortage(errno) ? CPJSIP_UNSENT_NO_SOCKET : CPJSIP_UNSENT_NETWORK;
        snprintf(text, sizeof text, "no RTP port: %s", strerror(errno));
        return fail(call, unsent, text);
    }
    const char *what;
    cpjsip_unsent impossible = call_make_session(call, request, settings, INVITE_FIRST_CSEQ, &what);
    if (impossible) return fail(call, impossible, what);
    target_called(target);
    send_invite(call, request, settings);
}
