/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Calls: their table, placing, hanging up, timers. What PJSIP reports is in call_state.c. */
#include "sip_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 16384
/* How long the far end may take to answer a CANCEL before the call counts as over for us. */
#define CANCEL_WAIT_MS 5000

static sip_call *table[BUCKETS];

static sip_call **bucket(uint64_t id) { return &table[(id * 0x9e3779b97f4a7c15ULL) >> 50 & (BUCKETS - 1)]; }

sip_call *call_find(uint64_t id)
{
    sip_call *call = *bucket(id);
    while (call && call->id != id) call = call->next;
    return call;
}

sip_call *call_new(uint64_t id)
{
    sip_call *call = calloc(1, sizeof *call);
    if (!call) abort();
    call->id = id;
    pj_timer_entry_init(&call->timer, 0, call, call_timer);
    sip_call **head = bucket(id);
    call->next = *head;
    *head = call;
    atomic_fetch_add(&sip.call_count, 1);
    return call;
}

void call_free(sip_call *call)
{
    call_cancel_timer(call);
    cpjsip_media_stats stats;
    media_close(call, &stats);
    for (sip_call **at = bucket(call->id); *at; at = &(*at)->next) {
        if (*at != call) continue;
        *at = call->next;
        break;
    }
    atomic_fetch_sub(&sip.call_count, 1);
    free(call->recording);
    free(call);
}

void call_cancel_timer(sip_call *call)
{
    if (call->timer_scheduled) pjsip_endpt_cancel_timer(sip.endpoint, &call->timer);
    call->timer_scheduled = false;
}

void call_schedule(sip_call *call, uint32_t delay_ms)
{
    call_cancel_timer(call);
    pj_time_val delay = {(long)(delay_ms / 1000), (long)(delay_ms % 1000)};
    call->timer_scheduled = pjsip_endpt_schedule_timer(sip.endpoint, &call->timer, &delay) == PJ_SUCCESS;
}

void call_post_ended(sip_call *call, int code, bool from_wire, const char *reason)
{
    if (call->ended) return;
    call->ended = true;
    cpjsip_event event = {
        .kind = CPJSIP_CALL_ENDED,
        .call_id = call->id,
        .trunk_id = call->trunk_id,
        .target_id = call->target_id,
        .code = code,
        .code_from_wire = from_wire,
        .q850_cause = call->q850_cause,
        .retry_after_s = call->retry_after_s,
        .answered = call->answered,
        .codec = call->media_set ? call->parameters.codec : 0,
        .by = call->by,
        .own_reason = call->own_reason,
        .reason = reason,
    };
    media_close(call, &event.media);
    event.recording = call->recording;
    event.recording_length = call->recording_length;
    call->recording = NULL;
    event_post(&event);
}

static void fail(sip_call *call, const char *what)
{
    call->own_reason = CPJSIP_OWN_TRANSPORT;
    call_post_ended(call, 0, false, what);
    call_free(call);
}

/* A quoted display name, or nothing. */
static const char *display(const char *name, char *buffer, size_t size)
{
    buffer[0] = 0;
    if (!name || !*name) return buffer;
    size_t at = 0;
    buffer[at++] = '"';
    for (; *name && at + 4 < size; name++) {
        if ((unsigned char)*name < 32) continue;
        if (*name == '"' || *name == '\\') buffer[at++] = '\\';
        buffer[at++] = *name;
    }
    buffer[at++] = '"';
    buffer[at++] = ' ';
    buffer[at] = 0;
    return buffer;
}

static pj_status_t add_identity(pjsip_tx_data *tdata, const cpjsip_trunk *trunk, const char *caller, const char *host)
{
    char value[320];
    if (trunk->asserted_identity) {
        snprintf(value, sizeof value, "<sip:%s@%s%s>", caller, host, trunk->user_phone ? ";user=phone" : "");
        add_header(tdata, "P-Asserted-Identity", value);
    }
    if (trunk->privacy_id) add_header(tdata, "Privacy", "id");
    return PJ_SUCCESS;
}

void call_place(const cpjsip_call_request *request)
{
    sip_call *call = call_new(request->call_id);
    sip_trunk *trunk = trunk_find(request->trunk_id);
    sip_target *target = trunk_target(trunk, request->target_id);
    call->trunk_id = request->trunk_id;
    call->target_id = request->target_id;
    call->hold_ack = request->hold_ack;
    call->ring_timeout_ms = request->ring_timeout_ms;
    call->max_duration_ms = request->max_duration_ms;
    if (!target) return fail(call, "the trunk has no such target");
    call->destination = target->remote;
    call->transport = transport_type(trunk->settings.transport, &target->remote);
    strcpy(call->shown, target->shown);
    if (!media_open(call, target->local, request->codecs)) {
        char what[160];
        snprintf(what, sizeof what, "no RTP port: %s", strerror(errno));
        return fail(call, what);
    }

    char host[256], from_host[256], own_host[80], port[8] = "", name[160], target_uri[600], from[600], to[600], contact[300];
    const cpjsip_trunk *settings = &trunk->settings;
    const char *phone = settings->user_phone ? ";user=phone" : "";
    const char *tcp = settings->transport == CPJSIP_TRANSPORT_TCP ? ";transport=tcp" : "";
    bracketed(settings->host, host, sizeof host);
    bracketed(settings->from_host ? settings->from_host : settings->host, from_host, sizeof from_host);
    bracketed(call->shown, own_host, sizeof own_host);
    if (settings->port) snprintf(port, sizeof port, ":%u", settings->port);
    display(request->caller_name, name, sizeof name);
    snprintf(target_uri, sizeof target_uri, "sip:%s@%s%s%s%s", request->callee, host, port, tcp, phone);
    snprintf(to, sizeof to, "<sip:%s@%s%s>", request->callee, host, phone);
    snprintf(from, sizeof from, "%s<sip:%s@%s%s>", name, request->caller, from_host, phone);
    snprintf(contact, sizeof contact, "<sip:%s@%s:%u%s>", request->caller, own_host,
             *tcp ? sip.tcp_port : sip.udp_port, tcp);
    pj_str_t target_text = pj_str(target_uri), to_text = pj_str(to), from_text = pj_str(from),
             contact_text = pj_str(contact);

    pjsip_dialog *dialog;
    if (pjsip_dlg_create_uac(pjsip_ua_instance(), &from_text, &contact_text, &to_text, &target_text, &dialog) !=
        PJ_SUCCESS)
        return fail(call, "the numbers or host names make no valid SIP URI");
    pj_strdup2(dialog->pool, &dialog->call_id->id, request->sip_call_id);
    if (settings->auth_username) {
        pjsip_cred_info credentials;
        pj_bzero(&credentials, sizeof credentials);
        credentials.realm = pj_str((char *)(settings->auth_realm ? settings->auth_realm : "*"));
        credentials.scheme = pj_str("digest");
        credentials.username = pj_str((char *)settings->auth_username);
        credentials.data = pj_str((char *)(settings->auth_password ? settings->auth_password : ""));
        pjsip_auth_clt_set_credentials(&dialog->auth_sess, 1, &credentials);
    }
    pj_status_t status = pjsip_inv_create_uac(dialog, media_sdp(call, dialog->pool),
                                              settings->session_timers ? PJSIP_INV_SUPPORT_TIMER : 0, &call->inv);
    if (status != PJ_SUCCESS) {
        pjsip_dlg_terminate(dialog);
        return fail(call, "no INVITE session");
    }
    call->inv->mod_data[sip.user_module.id] = call;
    if (settings->session_timers) {
        pjsip_timer_setting timer;
        pjsip_timer_setting_default(&timer);
        timer.sess_expires = settings->session_expires_s ? settings->session_expires_s : 1800;
        pjsip_timer_init_session(call->inv, &timer);
    }
    pjsip_tx_data *tdata;
    status = pjsip_inv_invite(call->inv, &tdata);
    if (status == PJ_SUCCESS) {
        add_identity(tdata, settings, request->caller, from_host);
        set_destination(tdata, &call->destination, call->transport);
        call->invited_ms = monotonic_ms();
        /* The timer first: sending may end the call at once. */
        uint32_t first = request->no_response_timeout_ms;
        if (!first || (request->ring_timeout_ms && request->ring_timeout_ms < first)) first = request->ring_timeout_ms;
        if (first) call_schedule(call, first);
        int64_t now = wall_us();
        event_post(&(cpjsip_event){.kind = CPJSIP_CALL_SENT,
                                   .call_id = call->id,
                                   .trunk_id = call->trunk_id,
                                   .target_id = call->target_id,
                                   .time_us = now});
        uint64_t id = call->id;
        status = pjsip_inv_send_msg(call->inv, tdata);
        call = call_find(id);
    }
    if (status != PJ_SUCCESS && call) {
        char reason[PJ_ERR_MSG_SIZE];
        pj_strerror(status, reason, sizeof reason);
        call->own_reason = CPJSIP_OWN_TRANSPORT;
        call_post_ended(call, 0, false, reason);
        uint64_t id = call->id;
        pjsip_inv_terminate(call->inv, PJSIP_SC_SERVICE_UNAVAILABLE, PJ_FALSE);
        if ((call = call_find(id))) call_free(call);
    }
}

void call_confirm(uint64_t id)
{
    sip_call *call = call_find(id);
    if (!call || !call->answered || call->confirmed || call->ended) return;
    call->confirmed = true;
    call_send_ack(call);
    media_start(call);
    if (call->max_duration_ms)
        call_schedule(call, call->max_duration_ms);
    else
        call_cancel_timer(call);
}

/* Sends what PJSIP made to end the call, to where the call is. */
static void send_end(sip_call *call, pjsip_tx_data *tdata)
{
    if (tdata->msg->type == PJSIP_REQUEST_MSG && tdata->msg->line.req.method.id == PJSIP_BYE_METHOD) {
        pjsip_host_info next;
        char host[256];
        pj_sockaddr address;
        /* A Contact or route by name: PJSIP has no name server, it goes where the INVITE went. */
        if (pjsip_get_request_dest(tdata, &next) != PJ_SUCCESS ||
            !parse_address(copy_of(&next.addr.host, host, sizeof host), 5060, &address))
            set_destination(tdata, &call->destination, call->transport);
    }
    pjsip_inv_send_msg(call->inv, tdata);
}

void call_hang_up(sip_call *call, cpjsip_own_reason reason, int code)
{
    if (call->hanging_up || call->ended) return;
    call->hanging_up = true;
    call->own_reason = reason;
    call->by = CPJSIP_BY_US;
    uint64_t id = call->id;
    if (call->answered && !call->incoming && !call->confirmed) {
        /* A 2xx is always acknowledged before the BYE (RFC 3261 15). */
        call->confirmed = true;
        call_send_ack(call);
    }
    if (!(call = call_find(id))) return;
    bool was_answered = call->answered;
    if (was_answered) call_post_ended(call, 200, !call->incoming, "");
    pjsip_tx_data *tdata = NULL;
    int status = was_answered ? 200 : call->incoming ? (code >= 300 ? code : 603) : 487;
    pj_status_t result = pjsip_inv_end_session(call->inv, status, NULL, &tdata);
    if (result == PJ_SUCCESS && tdata) send_end(call, tdata);
    /* CANCEL: over when the 487 is there, or when it does not come. Without a response so far PJSIP
     * sends the CANCEL after the first one (RFC 3261 9.1). */
    if ((call = call_find(id)) && !was_answered && !call->ended) call_schedule(call, CANCEL_WAIT_MS);
}

void calls_hang_up_all(void)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        for (sip_call *call = table[i], *next; call; call = next) {
            next = call->next;
            call_hang_up(call, CPJSIP_OWN_REQUESTED, 480);
        }
    }
}

/* Reason: Q.850;cause=N;text="..." (RFC 3326), and Retry-After of a response. */
void call_read_reason(sip_call *call, const pjsip_msg *msg)
{
    const pj_str_t name = {"Reason", 6};
    const pjsip_hdr *header = NULL;
    while ((header = pjsip_msg_find_hdr_by_name(msg, &name, header ? header->next : NULL))) {
        char text[256];
        copy_of(&((const pjsip_generic_string_hdr *)header)->hvalue, text, sizeof text);
        for (char *at = text; (at = strcasestr(at, "Q.850"));) {
            char *end = strchr(at, ','), *cause = strcasestr(at, "cause=");
            if (!cause) cause = strcasestr(at, "cause =");
            if (cause && (!end || cause < end)) {
                int value = atoi(strchr(cause, '=') + 1);
                if (value > 0 && value < 128) call->q850_cause = value;
                return;
            }
            at++;
        }
        if (header->next == &msg->hdr) break;
    }
}
