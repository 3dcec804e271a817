/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Ends that PJSIP reports: who ended the call, and why. */
#ifndef CALL_END_H
#define CALL_END_H

#include "Calls/call_table.h"

/** Reads the cause from Reason: Q.850;cause=N;text="..." (RFC 3326). */
void call_read_reason(sip_call *call, const pjsip_msg *msg);
/** The session is over: posts the end when that has not been done, and frees the call. */
void call_disconnected(sip_call *call, const pjsip_event *event);
/**
 * PJSIP ends the dialog by itself: no refresh came (RFC 4028 10), or a request of ours was answered with
 * 481 or not at all. For us it is over with that BYE.
 */
void call_ended_by_pjsip(sip_call *call);

#endif
