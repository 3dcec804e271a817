/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Timers of the endpoint, each with a flag that says whether it is in the heap. What is due is called back. */
#ifndef TIMER_H
#define TIMER_H

#include <pjlib.h>

#include <stdbool.h>
#include <stdint.h>

/** (Re)schedules entry; *scheduled says whether it is in the heap. The callback sets it to false. */
void timer_schedule(pj_timer_entry *entry, bool *scheduled, uint32_t delay_ms);
void timer_cancel(pj_timer_entry *entry, bool *scheduled);

#endif
