/* SPDX-License-Identifier: GPL-3.0-or-later */
/** OPTIONS probing: any answer is life, silence for the trunk's time-out is not. */
#ifndef PROBE_H
#define PROBE_H

#include "Trunks/trunk_table.h"

void probe_init(sip_trunk *trunk);
/** Probes the targets that wait for no answer, and again after the interval. */
void probe_start(sip_trunk *trunk);
void probe_stop(sip_trunk *trunk);
void probe_forget(sip_target *target);
/** The next probe in a moment. */
void probe_soon(sip_trunk *trunk);

#endif
