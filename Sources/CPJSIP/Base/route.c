/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Base/route.h"

#include "Base/sip_state.h"

bool is_tcp(pjsip_transport_type_e type) { return (type & ~PJSIP_TRANSPORT_IPV6) == PJSIP_TRANSPORT_TCP; }

uint16_t own_port(pjsip_transport_type_e type) { return is_tcp(type) ? sip.tcp_port : sip.udp_port; }

pjsip_transport_type_e transport_type(int transport, const pj_sockaddr *address)
{
    int type = transport == CPJSIP_TRANSPORT_TCP ? PJSIP_TRANSPORT_TCP : PJSIP_TRANSPORT_UDP;
    if (address->addr.sa_family == PJ_AF_INET6) type |= PJSIP_TRANSPORT_IPV6;
    return (pjsip_transport_type_e)type;
}

void route_to(pjsip_tx_data *tdata, const pj_sockaddr *address, pjsip_transport_type_e type, const char *shown)
{
    char text[PJ_INET6_ADDRSTRLEN];
    pj_sockaddr_print(address, text, sizeof text, 0);
    pj_strdup2(tdata->pool, &tdata->dest_info.name, text);
    /* Once this is set, PJSIP asks no resolver. */
    tdata->dest_info.cur_addr = 0;
    tdata->dest_info.addr.count = 1;
    tdata->dest_info.addr.entry[0].type = type;
    tdata->dest_info.addr.entry[0].priority = 0;
    tdata->dest_info.addr.entry[0].weight = 0;
    pj_sockaddr_cp(&tdata->dest_info.addr.entry[0].addr, address);
    tdata->dest_info.addr.entry[0].addr_len = pj_sockaddr_get_len(address);
    if (!shown) return;
    pj_strdup2(tdata->pool, &tdata->via_addr.host, shown);
    tdata->via_addr.port = own_port(type);
    tdata->via_tp = NULL;
}
