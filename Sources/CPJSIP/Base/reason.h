/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The Reason header (RFC 3326). */
#ifndef REASON_H
#define REASON_H

#include <pjlib.h>
#include <pjsip.h>

#include <stdint.h>

/** The Q.850 cause, 1 to 127, in the value of a Reason header; 0: it has none. The first of several counts. */
int reason_q850_cause(const pj_str_t *value);
/** That of the message's first Reason header with one; 0: none has. */
int message_q850_cause(const pjsip_msg *msg);
/** Seconds of the message's Retry-After (RFC 3261 20.33); 0: it has none. */
uint32_t message_retry_after(const pjsip_msg *msg);

#endif
