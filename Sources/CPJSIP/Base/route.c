/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Base/route.h"

#include "Base/sip_state.h"
#include "Base/text.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

void find_own(const pj_sockaddr *remote, char local[PJ_INET6_ADDRSTRLEN], char shown[PJ_INET6_ADDRSTRLEN])
{
    bool v6 = remote->addr.sa_family == PJ_AF_INET6;
    strcpy(local, v6 ? "::1" : "127.0.0.1");
    /* A connected UDP socket knows without sending. */
    int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_storage own;
    socklen_t size = sizeof own;
    if (fd >= 0 && connect(fd, (const struct sockaddr *)remote, (socklen_t)pj_sockaddr_get_len(remote)) == 0 &&
        getsockname(fd, (struct sockaddr *)&own, &size) == 0)
        pj_sockaddr_print((pj_sockaddr_t *)&own, local, PJ_INET6_ADDRSTRLEN, 0);
    if (fd >= 0) close(fd);
    /* A bound address that is not "any" is what everything leaves from. */
    const char *bound = v6 ? sip.config.udp_bind_v6 : sip.config.udp_bind_v4;
    pj_sockaddr bound_address;
    if (bound && parse_address(bound, 0, &bound_address) && pj_sockaddr_has_addr(&bound_address))
        pj_sockaddr_print(&bound_address, local, PJ_INET6_ADDRSTRLEN, 0);
    const char *public = v6 ? sip.config.public_address_v6 : sip.config.public_address_v4;
    snprintf(shown, PJ_INET6_ADDRSTRLEN, "%s", public ? public : local);
}
