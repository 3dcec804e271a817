/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * The INVITEs of these calls left another process, which took their transactions with it. What a CANCEL, and the ACK of
 * the 487 that follows, must have in common with the INVITE is made again as it was made then (invite.h).
 *
 * So is the transaction itself when a 2xx comes: PJSIP sends the INVITE once more, as far as it knows (Endpoint/departure.c
 * keeps it), and is then given the 2xx, which its branch matches. What follows is an ordinary call: the route set, the
 * SDP, its ACK, its BYE are PJSIP's work.
 */
#include "Calls/former_call.h"

#include "Base/events.h"
#include "Base/reason.h"
#include "Base/route.h"
#include "Base/sip_state.h"
#include "Base/text.h"
#include "Calls/call_control.h"
#include "Calls/call_place.h"
#include "Calls/call_table.h"
#include "Calls/invite.h"
#include "Trunks/request.h"

#include <string.h>

/* INVITEs of a call over a trunk that asks for credentials: the first, the one with them, one more for a stale nonce.
 * Which one was pending is not known; a CANCEL to another is answered with 481. */
#define INVITES 3

typedef struct {
    cpjsip_call_request request; /* its strings are the endpoint's */
    pj_str_t call_id, tag, target, from, to;
    pj_sockaddr remote;
    pjsip_transport_type_e transport;
    char shown[PJ_INET6_ADDRSTRLEN];
    rtp_stream *stream; /* on the port that the offer named, for as long as an answer is waited for; NULL: not to be had */
    uint16_t rtp_port;
    bool over; /* its end was posted */
} former_call;

/* By Call-ID and by id, for as long as the endpoint: no more than were under way when the former process died. */
static pj_hash_table_t *calls, *ids;

void former_calls_init(void)
{
    calls = pj_hash_create(sip.pool, 1023);
    ids = pj_hash_create(sip.pool, 1023);
}

/* The one whose INVITE this is a response to; NULL: none. */
static former_call *call_of_response(const pjsip_rx_data *rdata)
{
    const pj_str_t *call_id = &rdata->msg_info.cid->id;
    former_call *call = pj_hash_get(calls, call_id->ptr, (unsigned)call_id->slen, NULL);
    return call && pj_strcmp(&rdata->msg_info.from->tag, &call->tag) == 0 ? call : NULL;
}

static const char *kept(const char *text)
{
    pj_str_t copy;
    if (!text) return NULL;
    pj_strdup2_with_null(sip.pool, &copy, text);
    return copy.ptr;
}

static cpjsip_call_request kept_request(const cpjsip_call_request *request)
{
    cpjsip_call_request copy = *request;
    copy.sip_call_id = kept(request->sip_call_id);
    copy.tag = kept(request->tag);
    copy.callee = kept(request->callee);
    copy.caller = kept(request->caller);
    copy.caller_name = kept(request->caller_name);
    return copy;
}

/* As it was but for what neither CANCEL nor ACK repeats. */
static pjsip_tx_data *make_invite(const former_call *call, int cseq)
{
    pjsip_tx_data *invite;
    if (pjsip_endpt_create_request(sip.endpoint, pjsip_get_invite_method(), &call->target, &call->from, &call->to, NULL,
                                   &call->call_id, cseq, NULL, &invite) != PJ_SUCCESS)
        return NULL;
    PJSIP_MSG_FROM_HDR(invite->msg)->tag = call->tag;
    invite_set_branch(invite, &call->tag, cseq);
    return invite;
}

static void cancel(const former_call *call, int cseq)
{
    pjsip_tx_data *invite = make_invite(call, cseq), *tdata;
    if (!invite) return;
    if (pjsip_endpt_create_cancel(sip.endpoint, invite, &tdata) == PJ_SUCCESS) {
        route_to(tdata, &call->remote, call->transport, call->shown);
        request_send(tdata, NULL, 0, NULL);
    }
    pjsip_tx_data_dec_ref(invite);
}

void former_call_hold(const cpjsip_former_call *wanted)
{
    const sip_trunk *trunk = trunk_find(wanted->invite.trunk_id);
    const size_t tag_length = wanted->invite.tag ? strlen(wanted->invite.tag) : 0;
    invite_texts texts;
    pj_sockaddr remote;
    char local[PJ_INET6_ADDRSTRLEN], shown[PJ_INET6_ADDRSTRLEN];
    if (!trunk || tag_length == 0 || !parse_address(wanted->address, wanted->port, &remote)) return;
    find_own(&remote, local, shown);
    pjsip_transport_type_e transport = transport_type(trunk->settings.transport, &remote);
    if (!invite_write(&texts, &wanted->invite, &trunk->settings, transport, shown)) return;
    former_call *call = PJ_POOL_ZALLOC_T(sip.pool, former_call);
    call->request = kept_request(&wanted->invite);
    pj_cstr(&call->call_id, call->request.sip_call_id);
    pj_cstr(&call->tag, call->request.tag);
    pj_strdup2_with_null(sip.pool, &call->target, texts.target);
    pj_strdup2_with_null(sip.pool, &call->from, texts.from);
    pj_strdup2_with_null(sip.pool, &call->to, texts.to);
    call->remote = remote;
    call->transport = transport;
    strcpy(call->shown, shown);
    pj_hash_set(sip.pool, calls, call->call_id.ptr, (unsigned)call->call_id.slen, 0, call);
    pj_hash_set(sip.pool, ids, &call->request.call_id, sizeof call->request.call_id, 0, call);
    pj_sockaddr own;
    if (wanted->rtp_port && parse_address(local, 0, &own)) {
        call->rtp_port = wanted->rtp_port;
        call->stream = rtp_stream_open_at(sip.pump, wanted->invite.call_id, (struct sockaddr *)&own, call->rtp_port);
    }
    if (wanted->answered) return;
    int last = INVITE_FIRST_CSEQ + (trunk->settings.auth_username ? INVITES : 1);
    /* RFC 3261 9.1 has a CANCEL wait for a provisional response, lest it overtake its INVITE. The INVITE left before
     * this process began. */
    for (int cseq = INVITE_FIRST_CSEQ; cseq < last; cseq++) cancel(call, cseq);
}

static void release(former_call *call)
{
    if (call->stream) rtp_stream_close(call->stream, NULL, NULL, NULL);
    call->stream = NULL;
}

void former_call_release(uint64_t id)
{
    former_call *call = pj_hash_get(ids, &id, sizeof id, NULL);
    if (call) release(call);
}

/* Without a word to anybody: the call is as if it had not been made. */
static void unmake(sip_call *call)
{
    pjsip_inv_session *inv = call->inv;
    if (inv) {
        call_untie(call);
        pjsip_inv_terminate(inv, PJSIP_SC_INTERNAL_SERVER_ERROR, PJ_FALSE);
    }
    call_free(call);
}

/* A call with an INVITE transaction that waits for the response with this CSeq; NULL: it cannot be made. */
static sip_call *make_call(former_call *former, const sip_trunk *trunk, const sip_target *target, int cseq)
{
    sip_call *call = call_new(former->request.call_id, &former->call_id, call_timer);
    call_use_request(call, &former->request);
    call->target_id = target->trunk_id == call->trunk_id ? target->id : 0;
    call->rewrite_contact = trunk->settings.rewrite_contact;
    call->destination = former->remote;
    call->transport = former->transport;
    strcpy(call->shown, former->shown);
    call->codecs = former->request.codecs;
    call->stream = former->stream;
    call->rtp_port = former->rtp_port;
    former->stream = NULL;
    call->responded = true;
    call->departure = DEPARTURE_FORMER;
    /* What fails here is no end of the call: nobody has heard that there is one. */
    call->ended = true;
    const char *what;
    pjsip_tx_data *invite;
    if (call_make_session(call, &former->request, &trunk->settings, cseq, &what) ||
        pjsip_inv_invite(call->inv, &invite) != PJ_SUCCESS) {
        unmake(call);
        return NULL;
    }
    route_to(invite, &call->destination, call->transport, call->shown);
    invite_set_branch(invite, &former->tag, cseq);
    uint64_t id = call->id;
    pj_status_t status = pjsip_inv_send_msg(call->inv, invite);
    if (!(call = call_find(id))) return NULL;
    if (status != PJ_SUCCESS || !call->inv || !call->inv->invite_tsx) {
        unmake(call);
        return NULL;
    }
    call->departure = DEPARTURE_LEFT;
    call->ended = false;
    return call;
}

bool former_call_answered(pjsip_rx_data *rdata, const sip_target *target)
{
    former_call *former = call_of_response(rdata);
    /* An SDP of a 1xx went to the former process. */
    if (!former || !former->stream || !rdata->msg_info.msg->body || atomic_load(&sip.stopping)) return false;
    const sip_trunk *trunk = trunk_find(former->request.trunk_id);
    sip_call *call = trunk ? make_call(former, trunk, target, (int)rdata->msg_info.cseq->cseq) : NULL;
    if (!call) return false;
    pjsip_tsx_recv_msg(call->inv->invite_tsx, rdata);
    return true;
}

bool former_call_refused(pjsip_rx_data *rdata)
{
    former_call *call = call_of_response(rdata);
    if (!call) return false;
    pjsip_tx_data *invite = make_invite(call, (int)rdata->msg_info.cseq->cseq), *ack;
    if (!invite) return false;
    if (pjsip_endpt_create_ack(sip.endpoint, invite, rdata, &ack) == PJ_SUCCESS) {
        route_to(ack, &call->remote, call->transport, call->shown);
        if (pjsip_endpt_send_request_stateless(sip.endpoint, ack, NULL, NULL) != PJ_SUCCESS) pjsip_tx_data_dec_ref(ack);
    }
    pjsip_tx_data_dec_ref(invite);
    const pjsip_msg *msg = rdata->msg_info.msg;
    int code = msg->line.status.code;
    /* A challenge to one INVITE says nothing of the next, which may ring. */
    if (call->over || code == PJSIP_SC_UNAUTHORIZED || code == PJSIP_SC_PROXY_AUTHENTICATION_REQUIRED) return true;
    call->over = true;
    release(call);
    char reason[160], sip_call_id[256];
    event_post(&(cpjsip_event){
        .kind = CPJSIP_CALL_ENDED,
        .call_id = call->request.call_id,
        .trunk_id = call->request.trunk_id,
        .code = code,
        .code_from_wire = true,
        .q850_cause = message_q850_cause(msg),
        .retry_after_s = message_retry_after(msg),
        .by = code == PJSIP_SC_REQUEST_TERMINATED ? CPJSIP_BY_US : CPJSIP_BY_NOBODY,
        .reason = copy_of(&msg->line.status.reason, reason, sizeof reason),
        .sip_call_id = copy_of(&call->call_id, sip_call_id, sizeof sip_call_id),
    });
    return true;
}
