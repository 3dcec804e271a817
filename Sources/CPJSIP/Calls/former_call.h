/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Calls of a former process that may still ring. */
#ifndef FORMER_CALL_H
#define FORMER_CALL_H

#include "Trunks/trunk_table.h"
#include "cpjsip.h"

#include <pjsip.h>

#include <stdbool.h>

/** With the endpoint. */
void former_calls_init(void);
/** As cpjsip_call_hold_former(). */
void former_call_hold(const cpjsip_former_call *wanted);
/** Nobody waits for its answer any more: one that comes all the same is a stray one. No such call: nothing happens. */
void former_call_release(uint64_t id);
/** A final response above 2xx that belongs to no transaction: acknowledged when its INVITE was a former process's. False: not one. */
bool former_call_refused(pjsip_rx_data *rdata);
/**
 * A 2xx that belongs to no transaction, from a target of ours: a call of a former process that is still held goes on as one
 * of this process, whose answer this is. False: it is not one, or cannot go on.
 */
bool former_call_answered(pjsip_rx_data *rdata, const sip_target *target);

#endif
