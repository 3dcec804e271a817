/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Calls of a former process that may still ring. */
#ifndef FORMER_CALL_H
#define FORMER_CALL_H

#include "cpjsip.h"

#include <pjsip.h>

#include <stdbool.h>

/** With the endpoint. */
void former_calls_init(void);
/** As cpjsip_call_cancel_former(). */
void former_call_cancel(const cpjsip_former_call *wanted);
/** A final response above 2xx that belongs to no transaction: acknowledged when its INVITE was a former process's. False: not one. */
bool former_call_refused(pjsip_rx_data *rdata);

#endif
