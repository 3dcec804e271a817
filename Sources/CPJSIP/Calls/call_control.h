/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What we do with a call: acknowledge, confirm, hang up; its timer, and the end that is told once. */
#ifndef CALL_CONTROL_H
#define CALL_CONTROL_H

#include "Calls/call_table.h"

/** The call's one timer; what it means follows from the state, see call_timer(). */
void call_schedule(sip_call *call, uint32_t delay_ms);
void call_cancel_timer(sip_call *call);
/** No response, no answer, no confirmation, no answer to CANCEL, or the longest duration: the call is ended. */
void call_timer(pj_timer_heap_t *heap, pj_timer_entry *entry);
/** A response to this call's INVITE came: its target is not silent. */
void call_heard(sip_call *call);
/** The ACK of a 2xx, by its CSeq. */
void call_send_ack(sip_call *call);
/**
 * The BYE of an answered call, unless one has left: with the ACK of an answer without media PJSIP ends the session by
 * itself. The call may be gone afterwards, and may have been before.
 */
void call_send_bye(uint64_t id);
/** The answer is journalled: ACK, and the packets start. The call may be gone afterwards. */
void call_confirm(uint64_t id);
/** What the far end lets us send has been negotiated, or the packets may flow: a hold has its time, or is over. */
void call_watch_hold(sip_call *call);
/** CANCEL, BYE or a final response (code, 0: 603). The call may be gone afterwards. */
void call_hang_up(sip_call *call, cpjsip_own_reason reason, int code);
/** Given up before any response: the first one that comes is answered by a CANCEL, or by ACK and BYE. */
bool call_is_unheard(const sip_call *call);
/** The far end has taken the CANCEL: it ends the INVITE now, or never. */
void call_cancelled(sip_call *call);
/** The INVITE has left our socket: posts CPJSIP_CALL_SENT, once. */
void call_departed(sip_call *call);
/** Posts CPJSIP_CALL_ENDED, once. */
void call_post_ended(sip_call *call, int code, bool from_wire, const char *reason);
/** The time to wait is over: the far end's answer will not be heard any more. Frees the call. */
void call_abandon(sip_call *call);

#endif
