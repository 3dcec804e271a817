/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Calls that come in, and requests outside of any dialog. */
#ifndef CALL_INCOMING_H
#define CALL_INCOMING_H

#include <pjlib.h>

#include <stdint.h>

/** The module that takes them; its place in an INVITE session is the call's. */
pj_status_t incoming_init(void);
/** As cpjsip_call_respond(). */
void incoming_respond(uint64_t id, int code, int q850_cause, uint32_t retry_after_s);

#endif
