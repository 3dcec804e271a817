/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Calls/call_pending.h"

#include "Base/route.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

/* The kernel's word: nobody has answered the SYN, so no octet can have gone. */
static bool is_connecting(pjsip_transport *transport)
{
    if (!transport || !is_tcp((pjsip_transport_type_e)transport->key.type)) return false;
    struct tcp_info info;
    socklen_t size = sizeof info;
    int fd = (int)pjsip_tcp_transport_get_socket(transport);
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_state == TCP_SYN_SENT;
}

bool call_take_back(sip_call *call)
{
    static const char keep_alive[] = "\r\n\r\n";
    pjsip_transaction *tsx = call->inv ? call->inv->invite_tsx : NULL;
    if (call->incoming || call->departure != DEPARTURE_PENDING || !tsx || !tsx->last_tx) return false;
    pjsip_tx_data *tdata = tsx->last_tx;
    size_t length = sizeof keep_alive - 1;
    if (!is_connecting(tdata->tp_info.transport) || (size_t)(tdata->buf.end - tdata->buf.start) < length) return false;
    /* PJSIP's list of what waits for a connection has no way out. Should this one be made after all, it carries what
     * says nothing (RFC 5626 3.5.1; RFC 3261 7.5) in the INVITE's place. */
    memcpy(tdata->buf.start, keep_alive, length);
    tdata->buf.cur = tdata->buf.start + length;
    call->departure = DEPARTURE_NONE;
    return true;
}
