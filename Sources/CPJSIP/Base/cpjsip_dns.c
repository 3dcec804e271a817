/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cpjsip_dns.h"

#include <arpa/nameser.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>

int cpjsip_dns_query_srv(const char *name, uint8_t *answer, size_t size)
{
    /* A state of our own: the thread's default one would not see changes of resolv.conf in long-lived threads. */
    struct __res_state state;
    memset(&state, 0, sizeof state);
    if (!name || !answer || size == 0 || size > INT_MAX || res_ninit(&state) != 0) return -1;
    int length = res_nquery(&state, name, ns_c_in, ns_t_srv, answer, (int)size);
    int reason = state.res_h_errno;
    res_nclose(&state);
    if (length < 0) return reason == TRY_AGAIN ? -1 : 0;
    /* res_nquery says how long the answer would have been. */
    return length > (int)size ? (int)size : length;
}
