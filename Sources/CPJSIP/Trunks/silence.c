/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Trunks/silence.h"

#include "Base/clock.h"
#include "Base/events.h"
#include "Base/timer.h"
#include "Trunks/probe.h"

/* A server answers an INVITE within 200 ms, by 100 if by nothing else (RFC 3261 17.2.1). After three seconds each
 * was sent three times. */
#define SILENCE_MS 3000
#define SILENT_INVITES 3
/* With fewer INVITEs than that it is looked at again. */
#define AGAIN_MS 500

static void post(const sip_target *target, bool heard)
{
    event_post(&(cpjsip_event){.kind = CPJSIP_TARGET_SILENCE,
                               .trunk_id = target->trunk_id,
                               .target_id = target->id,
                               .code_from_wire = heard});
}

static void look(pj_timer_heap_t *heap, pj_timer_entry *entry)
{
    (void)heap;
    sip_target *target = entry->user_data;
    target->silence_scheduled = false;
    if (!target->unheard || target->silent) return;
    int64_t waited = monotonic_ms() - target->unheard_ms;
    if (waited < SILENCE_MS || target->unheard < SILENT_INVITES) {
        uint32_t delay = waited < SILENCE_MS ? (uint32_t)(SILENCE_MS - waited) : AGAIN_MS;
        timer_schedule(&target->silence_timer, &target->silence_scheduled, delay);
        return;
    }
    target->silent = true;
    post(target, false);
    sip_trunk *trunk = trunk_find(target->trunk_id);
    if (trunk) probe_soon(trunk);
}

void target_called(sip_target *target)
{
    if (target->unheard++ == 0) target->unheard_ms = monotonic_ms();
    if (target->silence_scheduled || target->silent) return;
    pj_timer_entry_init(&target->silence_timer, 0, target, look);
    timer_schedule(&target->silence_timer, &target->silence_scheduled, SILENCE_MS);
}

void target_heard(sip_target *target)
{
    target->unheard = 0;
    if (!target->silent) return;
    target->silent = false;
    post(target, true);
}

void target_forget(sip_target *target) { timer_cancel(&target->silence_timer, &target->silence_scheduled); }
