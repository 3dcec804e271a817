/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Calls that go out: the INVITE. */
#ifndef CALL_PLACE_H
#define CALL_PLACE_H

#include "Calls/call_table.h"
#include "cpjsip.h"

/** Whatever goes wrong is posted as CPJSIP_CALL_ENDED. */
void call_place(const cpjsip_call_request *request);
/** What a call needs to know of its request, beside its INVITE. */
void call_use_request(sip_call *call, const cpjsip_call_request *request);
/**
 * The INVITE session of a call whose addresses and audio are known; its first INVITE has this CSeq. CPJSIP_UNSENT_NONE:
 * it is there; else *what says why not.
 */
cpjsip_unsent call_make_session(sip_call *call, const cpjsip_call_request *request, const cpjsip_trunk *settings, int cseq,
                                const char **what);

#endif
