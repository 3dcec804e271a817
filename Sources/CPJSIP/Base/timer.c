/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Base/timer.h"

#include "Base/sip_state.h"

void timer_schedule(pj_timer_entry *entry, bool *scheduled, uint32_t delay_ms)
{
    timer_cancel(entry, scheduled);
    pj_time_val delay = {(long)(delay_ms / 1000), (long)(delay_ms % 1000)};
    *scheduled = pjsip_endpt_schedule_timer(sip.endpoint, entry, &delay) == PJ_SUCCESS;
}

void timer_cancel(pj_timer_entry *entry, bool *scheduled)
{
    if (*scheduled) pjsip_endpt_cancel_timer(sip.endpoint, entry);
    *scheduled = false;
}
