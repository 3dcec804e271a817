/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Endpoint/endpoint.h"

#include "Base/sip_state.h"
#include "Base/text.h"
#include "Calls/call_incoming.h"
#include "Calls/call_state.h"
#include "Calls/former_call.h"
#include "Endpoint/access.h"
#include "Endpoint/command_queue.h"
#include "Endpoint/resolver.h"
#include "Endpoint/transmit.h"
#include "Trunks/trunk.h"

#include <stdio.h>

#define TIMERS_PER_ROUND 512

static pj_caching_pool caching_pool;
static char start_error[256];

static bool fail(const char *what, pj_status_t status)
{
    char reason[PJ_ERR_MSG_SIZE];
    pj_strerror(status, reason, sizeof reason);
    snprintf(start_error, sizeof start_error, "%s: %s", what, reason);
    return false;
}

/* UDP and TCP of one address family. */
static bool add_transports(const char *bind, uint16_t udp_port, uint16_t tcp_port)
{
    pj_sockaddr address;
    char what[128];
    if (!parse_address(bind, udp_port, &address)) {
        snprintf(start_error, sizeof start_error, "%s is no numeric address", bind);
        return false;
    }
    bool v6 = address.addr.sa_family == PJ_AF_INET6;
    pjsip_udp_transport_cfg udp;
    pjsip_udp_transport_cfg_default(&udp, v6 ? PJ_AF_INET6 : PJ_AF_INET);
    udp.bind_addr = address;
    udp.qos_params.flags = PJ_QOS_PARAM_HAS_DSCP;
    udp.qos_params.dscp_val = sip.config.sip_dscp;
    pjsip_transport *transport;
    pj_status_t status = pjsip_udp_transport_start2(sip.endpoint, &udp, &transport);
    if (status != PJ_SUCCESS) {
        snprintf(what, sizeof what, "UDP %s port %u", bind, udp_port);
        return fail(what, status);
    }
    sip.udp_port = (uint16_t)transport->local_name.port;
    if (!sip.config.tcp_enabled) return true;
    pj_sockaddr_set_port(&address, tcp_port);
    pjsip_tcp_transport_cfg config;
    pjsip_tcp_transport_cfg_default(&config, v6 ? PJ_AF_INET6 : PJ_AF_INET);
    config.bind_addr = address;
    config.reuse_addr = PJ_TRUE;
    config.qos_params.flags = PJ_QOS_PARAM_HAS_DSCP;
    config.qos_params.dscp_val = sip.config.sip_dscp;
    pjsip_tpfactory *factory;
    status = pjsip_tcp_transport_start3(sip.endpoint, &config, &factory);
    if (status != PJ_SUCCESS) {
        snprintf(what, sizeof what, "TCP %s port %u", bind, tcp_port);
        return fail(what, status);
    }
    sip.tcp_port = (uint16_t)factory->addr_name.port;
    return true;
}

const char *endpoint_error(void) { return start_error; }

bool endpoint_open(void)
{
    /* Requests of ours that are too large for UDP stay on UDP: trunks are configured, not guessed. */
    pjsip_cfg()->endpt.disable_tcp_switch = PJ_TRUE;
    pjsip_cfg()->endpt.allow_port_in_fromto_hdr = PJ_TRUE;
    /* Timers I and K (RFC 3261 17.1.2.2, 17.2.1) only swallow what comes again, which nobody here would look at
     * anyway. Meanwhile a dialog stays in memory with its transaction: 15,000 of them at 3,000 calls a second. */
    pjsip_tsx_set_timers(0, 0, 500, 0);
    pj_caching_pool_init(&caching_pool, NULL, 64 * 1024 * 1024);
    pj_status_t status = pjsip_endpt_create(&caching_pool.factory, "burgernetd", &sip.endpoint);
    if (status != PJ_SUCCESS) return fail("creating the SIP endpoint", status);
    /* PJSIP takes ten a round. A call has several, and a round may bring more calls than that: what is over would
     * stay in memory, and retransmissions be late, until there is less to do. */
    pj_timer_heap_set_max_timed_out_per_poll(pjsip_endpt_get_timer_heap(sip.endpoint), TIMERS_PER_ROUND);
    sip.pool = pjsip_endpt_create_pool(sip.endpoint, "burgernetd", 4000, 4000);
    sip.scratch = pjsip_endpt_create_pool(sip.endpoint, "scratch", 4000, 4000);
    if (!sip.pool || !sip.scratch) return fail("memory", PJ_ENOMEM);
    pjsip_endpt_set_ext_resolver(sip.endpoint, &route_resolver);
    if (commands_open() < 0) {
        snprintf(start_error, sizeof start_error, "cannot make a socket pair");
        return false;
    }
    if ((status = pjsip_tsx_layer_init_module(sip.endpoint)) != PJ_SUCCESS) return fail("transaction layer", status);
    if ((status = access_init()) != PJ_SUCCESS) return fail("access module", status);
    if ((status = transmit_init()) != PJ_SUCCESS) return fail("transmit module", status);
    former_calls_init();
    if ((status = calls_init()) != PJ_SUCCESS) return fail("INVITE sessions", status);
    if ((status = incoming_init()) != PJ_SUCCESS) return fail("incoming calls", status);
    if (sip.config.udp_bind_v4 && !add_transports(sip.config.udp_bind_v4, sip.config.udp_port, sip.config.tcp_port))
        return false;
    /* Both families share the ports, also when the system chose them. */
    if (sip.config.udp_bind_v6 &&
        !add_transports(sip.config.udp_bind_v6, sip.udp_port ? sip.udp_port : sip.config.udp_port,
                        sip.tcp_port ? sip.tcp_port : sip.config.tcp_port))
        return false;
    return true;
}

void endpoint_close(void)
{
    trunks_remove_all();
    commands_close();
    if (sip.endpoint) {
        if (sip.scratch) pjsip_endpt_release_pool(sip.endpoint, sip.scratch);
        if (sip.pool) pjsip_endpt_release_pool(sip.endpoint, sip.pool);
        pjsip_endpt_destroy(sip.endpoint);
        pj_caching_pool_destroy(&caching_pool);
    }
    sip.endpoint = NULL;
    sip.pool = sip.scratch = NULL;
}
