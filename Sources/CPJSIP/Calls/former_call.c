/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * The INVITEs of these calls left another process, which took their transactions with it. What a CANCEL, and the ACK of
 * the 487 that follows, must have in common with the INVITE is made again as it was made then (invite.h).
 */
#include "Calls/former_call.h"

#include "Base/events.h"
#include "Base/reason.h"
#include "Base/route.h"
#include "Base/sip_state.h"
#include "Base/text.h"
#include "Calls/invite.h"
#include "Trunks/request.h"

#include <string.h>

/* INVITEs of a call over a trunk that asks for credentials: the first, the one with them, one more for a stale nonce.
 * Which one was pending is not known; a CANCEL to another is answered with 481. */
#define INVITES 3

typedef struct {
    uint64_t id;
    uint32_t trunk_id;
    pj_str_t call_id, tag, target, from, to;
    pj_sockaddr remote;
    pjsip_transport_type_e transport;
    char shown[PJ_INET6_ADDRSTRLEN];
    bool over; /* its end was posted */
} former_call;

/* By Call-ID, for as long as the endpoint: no more than were under way when the former process died. */
static pj_hash_table_t *calls;

void former_calls_init(void) { calls = pj_hash_create(sip.pool, 1023); }

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

void former_call_cancel(const cpjsip_former_call *wanted)
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
    call->id = wanted->invite.call_id;
    call->trunk_id = wanted->invite.trunk_id;
    pj_strdup2(sip.pool, &call->call_id, wanted->invite.sip_call_id);
    pj_strdup2(sip.pool, &call->tag, wanted->invite.tag);
    pj_strdup2_with_null(sip.pool, &call->target, texts.target);
    pj_strdup2_with_null(sip.pool, &call->from, texts.from);
    pj_strdup2_with_null(sip.pool, &call->to, texts.to);
    call->remote = remote;
    call->transport = transport;
    strcpy(call->shown, shown);
    pj_hash_set(sip.pool, calls, call->call_id.ptr, (unsigned)call->call_id.slen, 0, call);
    int last = INVITE_FIRST_CSEQ + (trunk->settings.auth_username ? INVITES : 1);
    /* RFC 3261 9.1 has a CANCEL wait for a provisional response, lest it overtake its INVITE. The INVITE left before
     * this process began. */
    for (int cseq = INVITE_FIRST_CSEQ; cseq < last; cseq++) cancel(call, cseq);
}

bool former_call_refused(pjsip_rx_data *rdata)
{
    const pj_str_t *call_id = &rdata->msg_info.cid->id;
    former_call *call = pj_hash_get(calls, call_id->ptr, (unsigned)call_id->slen, NULL);
    if (!call || pj_strcmp(&rdata->msg_info.from->tag, &call->tag) != 0) return false;
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
    char reason[160], sip_call_id[256];
    event_post(&(cpjsip_event){
        .kind = CPJSIP_CALL_ENDED,
        .call_id = call->id,
        .trunk_id = call->trunk_id,
        .code = code,
        .code_from_wire = true,
        .q850_cause = message_q850_cause(msg),
        .retry_after_s = message_retry_after(msg),
        .by = code == PJSIP_SC_REQUEST_TERMINATED ? CPJSIP_BY_US : CPJSIP_BY_NOBODY,
        .reason = copy_of(&msg->line.status.reason, reason, sizeof reason),
        .sip_call_id = copy_of(call_id, sip_call_id, sizeof sip_call_id),
    });
    return true;
}
