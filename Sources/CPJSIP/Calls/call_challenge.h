/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Challenges to an INVITE of ours. PJSIP answers them; here is counted how often, and kept what is said of the last one. */
#ifndef CALL_CHALLENGE_H
#define CALL_CHALLENGE_H

#include "Calls/call_table.h"

/** A 401 or 407 has come, and PJSIP is about to answer it: not when that has been enough. */
void call_challenged(sip_call *call, const pjsip_rx_data *rdata);

#endif
