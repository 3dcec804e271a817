/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What 401 and 407 say of the credentials that a request brought (RFC 3261 22). */
#ifndef CHALLENGE_H
#define CHALLENGE_H

#include "cpjsip.h"

#include <pjlib.h>
#include <pjsip.h>

#include <stdbool.h>
#include <stddef.h>

/** Longer realms are cut. */
#define REALM_SIZE 128

/**
 * What the answer to request, 401 or 407, comes to when it is the last one. realm receives the first realm whose
 * credentials request brought and that is asked for again, otherwise the first that is asked for.
 */
cpjsip_challenge challenge_of(const pjsip_msg *request, const pjsip_msg *response, char realm[REALM_SIZE]);

/** How often one request was challenged. Zero it first. */
typedef struct {
    unsigned rounds;
    unsigned refusals; /**< rounds that ask again for credentials that were brought, without calling the nonce stale */
} challenge_count;

/**
 * Counts a challenge to request; false when it is not to be answered any more. Each proxy and the far end may have a
 * realm of their own (RFC 3261 22.3), and what was right may be stale when it arrives: PJSIP takes three nonces of one
 * realm. Some servers change the nonce without calling the former one stale; credentials that were refused twice are
 * wrong (RFC 3261 22.2).
 */
bool challenge_goes_on(challenge_count *count, const pjsip_msg *request, const pjsip_msg *response);

#endif
