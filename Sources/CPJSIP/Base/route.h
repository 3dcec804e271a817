/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Where requests go, and over what. */
#ifndef ROUTE_H
#define ROUTE_H

#include <pjsip.h>

#include <stdbool.h>
#include <stdint.h>

/** Where a request goes whatever its URI says, and the address of ours that its Via shows; NULL: PJSIP's choice. */
void route_to(pjsip_tx_data *tdata, const pj_sockaddr *address, pjsip_transport_type_e type, const char *shown);
/** The address of ours that packets to remote leave from, and the one that we show: the public one or the same. */
void find_own(const pj_sockaddr *remote, char local[PJ_INET6_ADDRSTRLEN], char shown[PJ_INET6_ADDRSTRLEN]);
/** transport: CPJSIP_TRANSPORT_ */
pjsip_transport_type_e transport_type(int transport, const pj_sockaddr *address);
bool is_tcp(pjsip_transport_type_e type);
/** The port of ours that the far end is told. */
uint16_t own_port(pjsip_transport_type_e type);

#endif
