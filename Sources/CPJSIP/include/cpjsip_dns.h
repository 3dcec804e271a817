/* SPDX-License-Identifier: GPL-3.0-or-later */
/** DNS through the C library: res_nquery is beyond Swift's reach (macros, res_state). Needs no endpoint. */
#ifndef CPJSIP_DNS_H
#define CPJSIP_DNS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Asks for the SRV records of name (RFC 2782). Blocks; any thread. Returns the length of the answer in
 * `answer`, at most size; 0 when there is no such name or record; -1 when nobody could say (time-out, SERVFAIL).
 */
int cpjsip_dns_query_srv(const char *name, uint8_t *answer, size_t size);

#ifdef __cplusplus
}
#endif
#endif
