/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The trunks that exist, and the addresses of their next hop: their targets. */
#ifndef TRUNK_TABLE_H
#define TRUNK_TABLE_H

#include "cpjsip.h"

#include <pjlib.h>
#include <pjsip.h>
#include <pjsip_ua.h>

#include <stdbool.h>
#include <stdint.h>

typedef struct sip_target {
    uint32_t id;
    char address[PJ_INET6_ADDRSTRLEN];
    pj_sockaddr remote;
    char local[PJ_INET6_ADDRSTRLEN]; /**< our address on the way to it */
    char shown[PJ_INET6_ADDRSTRLEN]; /**< the address we show: public or local */
    uint32_t trunk_id;
    struct sip_target *next;

    /* probe.c */
    int64_t probed_us;           /**< when the last probe left */
    uintptr_t probe;             /**< number of the probe whose answer is awaited; 0: none */
    pj_timer_entry probe_timeout;
    bool probe_timeout_scheduled;
    bool probe_lost;             /**< the last probe was not answered, or with 503 */

    /* silence.c */
    int64_t unheard_ms;          /**< when the first INVITE left since anything came back (CLOCK_MONOTONIC) */
    unsigned unheard;            /**< INVITEs since anything came back */
    bool silent;                 /**< CPJSIP_TARGET_SILENCE was posted */
    pj_timer_entry silence_timer;
    bool silence_scheduled;
} sip_target;

typedef struct sip_trunk {
    cpjsip_trunk settings; /**< with strings of its own */
    sip_target *targets;
    struct sip_trunk *next;

    /* probe.c */
    pj_timer_entry probe_timer;
    bool probe_scheduled;

    /* registration.c */
    pjsip_regc *registration;
    unsigned register_attempts; /**< failed in a row: the next one goes to the next target */
    pj_timer_entry register_timer;
    bool register_scheduled;
} sip_trunk;

/** All of them, along `next`. */
sip_trunk *trunks_first(void);
sip_trunk *trunk_find(uint32_t id);
void trunk_put_in(sip_trunk *trunk);
/** Out of the table; it lives on. */
void trunk_take_out(sip_trunk *trunk);
/** NULL when trunk is, or has no such target. */
sip_target *trunk_target(sip_trunk *trunk, uint32_t id);
/** The target with this address, whatever its port; that with this port or of a trunk that takes calls goes first. */
sip_target *target_of_address(const pj_sockaddr *address);
/** For digest authentication. The strings are those of settings. */
void trunk_credentials(const cpjsip_trunk *settings, pjsip_cred_info *credentials);

#endif
