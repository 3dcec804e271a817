/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Endpoint/departure.h"

#include "Calls/call_control.h"
#include "Calls/call_table.h"

/*
 * PJSIP says that a transaction is calling, and by callbacks of its own that a transport has failed it, but to nobody
 * else that a message has left. So the transport's send function has ours in front of it. All transports of a type
 * share theirs, and only the SIP thread sends.
 */
typedef pj_status_t send_function(pjsip_transport *transport, pjsip_tx_data *tdata, const pj_sockaddr_t *remote,
                                  int remote_length, void *token, pjsip_transport_callback callback);

/* By PJSIP's type of transport: UDP and TCP, with or without the flag of IPv6. */
#define TYPES 256
static send_function *originals[TYPES];
/* PJSIP gives each message that it sends the same callback. */
static pjsip_transport_callback callback_of_pjsip;

static sip_call *call_of_invite(const pjsip_tx_data *tdata)
{
    const pjsip_msg *msg = tdata->msg;
    if (msg->type != PJSIP_REQUEST_MSG || msg->line.req.method.id != PJSIP_INVITE_METHOD) return NULL;
    const pjsip_cid_hdr *call_id = (const pjsip_cid_hdr *)pjsip_msg_find_hdr(msg, PJSIP_H_CALL_ID, NULL);
    sip_call *call = call_id ? call_find_sip(&call_id->id) : NULL;
    return call && !call->incoming && call->departure != DEPARTURE_LEFT ? call : NULL;
}

/* What was pending has left or failed; token is its message. */
static void sent_later(pjsip_transport *transport, void *token, pj_ssize_t sent)
{
    sip_call *call = call_of_invite(token);
    if (call && sent > 0) {
        call_departed(call);
    } else if (call) {
        call->departure = DEPARTURE_NONE;
    }
    callback_of_pjsip(transport, token, sent);
}

static pj_status_t watched_send(pjsip_transport *transport, pjsip_tx_data *tdata, const pj_sockaddr_t *remote, int remote_length,
                        void *token, pjsip_transport_callback callback)
{
    send_function *original = originals[transport->key.type % TYPES];
    sip_call *call = call_of_invite(tdata);
    if (!call) return original(transport, tdata, remote, remote_length, token, callback);
    if (call->departure == DEPARTURE_FORMER) return PJ_SUCCESS;
    callback_of_pjsip = callback;
    call->departure = DEPARTURE_PENDING;
    pj_status_t status = original(transport, tdata, remote, remote_length, token, sent_later);
    if (status == PJ_EPENDING || !(call = call_of_invite(tdata))) return status;
    if (status == PJ_SUCCESS) {
        call_departed(call);
    } else {
        call->departure = DEPARTURE_NONE;
    }
    return status;
}

void departure_watch(pjsip_tx_data *tdata)
{
    pjsip_transport *transport = tdata->tp_info.transport;
    if (!transport || transport->send_msg == watched_send) return;
    originals[transport->key.type % TYPES] = transport->send_msg;
    transport->send_msg = watched_send;
}
