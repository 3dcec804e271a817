/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Endpoint/resolver.h"

#include "Base/route.h"
#include "Base/sip_state.h"
#include "Base/text.h"
#include "Calls/call_table.h"
#include "Trunks/trunk_table.h"

static bool has_family(const pj_sockaddr *address)
{
    return address->addr.sa_family == PJ_AF_INET6 ? sip.config.udp_bind_v6 != NULL : sip.config.udp_bind_v4 != NULL;
}

/* The first target of the trunk of this name, e.g. the renewal of a registration. */
static const sip_target *target_of_name(const char *name, int *transport)
{
    for (const sip_trunk *trunk = trunks_first(); trunk; trunk = trunk->next) {
        if (!trunk->targets || pj_ansi_stricmp(trunk->settings.host, name) != 0) continue;
        *transport = trunk->settings.transport;
        return trunk->targets;
    }
    return NULL;
}

static void resolve(pjsip_resolver_t *resolver, pj_pool_t *pool, const pjsip_host_info *host, void *token,
                    pjsip_resolver_callback *callback)
{
    (void)resolver;
    (void)pool;
    /* Requests and responses alike come with pjsip_send_state (sip_util.c). */
    const pjsip_msg *msg = ((const pjsip_send_state *)token)->tdata->msg;
    const pjsip_cid_hdr *call_id = PJSIP_MSG_CID_HDR(msg);
    const sip_call *call = msg->type == PJSIP_REQUEST_MSG && call_id ? call_find_sip(&call_id->id) : NULL;
    char name[256];
    copy_of(&host->addr.host, name, sizeof name);
    int type = host->type & ~PJSIP_TRANSPORT_IPV6;
    /* No transport named, or one that we do not speak: that of the call. */
    if (type != PJSIP_TRANSPORT_UDP && type != PJSIP_TRANSPORT_TCP)
        type = call && is_tcp(call->transport) ? PJSIP_TRANSPORT_TCP : PJSIP_TRANSPORT_UDP;
    if (type == PJSIP_TRANSPORT_TCP && !sip.config.tcp_enabled) type = PJSIP_TRANSPORT_UDP;
    int transport;
    const sip_target *target;
    pj_sockaddr address;
    if (parse_address(name, (uint16_t)(host->addr.port ? host->addr.port : 5060), &address) && has_family(&address)) {
        /* As the message says. */
    } else if (call) {
        address = call->destination;
        type = call->transport;
    } else if (msg->type == PJSIP_REQUEST_MSG && (target = target_of_name(name, &transport))) {
        address = target->remote;
        type = transport_type(transport, &address);
    } else {
        callback(PJ_ERESOLVE, token, NULL);
        return;
    }
    pjsip_server_addresses found;
    pj_bzero(&found, sizeof found);
    type = address.addr.sa_family == PJ_AF_INET6 ? type | PJSIP_TRANSPORT_IPV6 : type & ~PJSIP_TRANSPORT_IPV6;
    found.count = 1;
    found.entry[0].type = (pjsip_transport_type_e)type;
    found.entry[0].addr = address;
    found.entry[0].addr_len = pj_sockaddr_get_len(&address);
    callback(PJ_SUCCESS, token, &found);
}

pjsip_ext_resolver route_resolver = {.resolve = resolve};
