/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Trunks/probe.h"

#include "Base/clock.h"
#include "Base/events.h"
#include "Base/route.h"
#include "Base/sip_state.h"
#include "Base/text.h"
#include "Base/timer.h"
#include "Trunks/request.h"

#include <stdio.h>

/* Probes are known by number: the target may be gone when an answer comes. */
static uintptr_t last_probe;

/* While a target is down it is asked this often at least: a carrier that is back is used again soon. */
#define DOWN_INTERVAL_MS 5000
#define SOON_MS 200

static void post(sip_target *target, const request_end *end)
{
    target->probe = 0;
    target->probe_lost = !end->received || end->code == PJSIP_SC_SERVICE_UNAVAILABLE;
    timer_cancel(&target->probe_timeout, &target->probe_timeout_scheduled);
    event_post(&(cpjsip_event){
        .kind = CPJSIP_TARGET_STATUS,
        .trunk_id = target->trunk_id,
        .target_id = target->id,
        .code = end->code,
        .code_from_wire = end->received,
        .reason = end->reason,
        .challenge = end->challenge,
        .challenge_realm = end->realm,
        .duration_us = (uint64_t)(boot_us() - target->probed_us),
    });
}

static sip_target *target_of_probe(uintptr_t number)
{
    for (sip_trunk *trunk = trunks_first(); trunk; trunk = trunk->next)
        for (sip_target *target = trunk->targets; target; target = target->next)
            if (target->probe == number) return target;
    return NULL;
}

static void over(uintptr_t token, const request_end *end)
{
    sip_target *target = target_of_probe(token);
    if (target) post(target, end);
}

/* PJSIP's own time-out argument has no effect (sip_util_statefull.c). */
static void timed_out(pj_timer_heap_t *heap, pj_timer_entry *entry)
{
    (void)heap;
    sip_target *target = entry->user_data;
    target->probe_timeout_scheduled = false;
    post(target, &(request_end){.code = PJSIP_SC_REQUEST_TIMEOUT, .reason = "no answer"});
}

static void probe_target(sip_trunk *trunk, sip_target *target)
{
    const cpjsip_trunk *settings = &trunk->settings;
    pjsip_transport_type_e type = transport_type(settings->transport, &target->remote);
    char uri[320], from[320], contact[160], host[256], port[8] = "";
    const char *tcp = is_tcp(type) ? ";transport=tcp" : "";
    if (settings->port) snprintf(port, sizeof port, ":%u", settings->port);
    snprintf(uri, sizeof uri, "sip:%s%s%s", bracketed(settings->host, host, sizeof host), port, tcp);
    snprintf(from, sizeof from, "<sip:%s>",
             bracketed(settings->from_host ? settings->from_host : settings->host, host, sizeof host));
    snprintf(contact, sizeof contact, "<sip:%s:%u%s>", bracketed(target->shown, host, sizeof host), own_port(type), tcp);
    pj_str_t uri_text = pj_str(uri), from_text = pj_str(from), contact_text = pj_str(contact);
    target->probed_us = boot_us();
    target->probe = ++last_probe;
    pjsip_tx_data *tdata;
    pj_status_t status = pjsip_endpt_create_request(sip.endpoint, pjsip_get_options_method(), &uri_text, &from_text,
                                                    &uri_text, &contact_text, NULL, -1, NULL, &tdata);
    if (status == PJ_SUCCESS) {
        route_to(tdata, &target->remote, type, target->shown);
        pj_timer_entry_init(&target->probe_timeout, 0, target, timed_out);
        timer_schedule(&target->probe_timeout, &target->probe_timeout_scheduled,
                       settings->probe_timeout_ms ? settings->probe_timeout_ms : 4000);
        request_send(tdata, settings, target->probe, over);
        return;
    }
    char reason[PJ_ERR_MSG_SIZE];
    pj_strerror(status, reason, sizeof reason);
    post(target, &(request_end){.code = PJSIP_SC_REQUEST_TIMEOUT, .reason = reason});
}

void probe_forget(sip_target *target)
{
    target->probe = 0;
    timer_cancel(&target->probe_timeout, &target->probe_timeout_scheduled);
}

static void probe_all(pj_timer_heap_t *heap, pj_timer_entry *entry)
{
    (void)heap;
    sip_trunk *trunk = entry->user_data;
    trunk->probe_scheduled = false;
    if (!trunk->settings.probe_interval_ms) return;
    uint32_t interval = trunk->settings.probe_interval_ms;
    for (sip_target *target = trunk->targets; target; target = target->next) {
        if (!target->probe) probe_target(trunk, target);
        if ((target->probe_lost || target->silent) && interval > DOWN_INTERVAL_MS) interval = DOWN_INTERVAL_MS;
    }
    timer_schedule(&trunk->probe_timer, &trunk->probe_scheduled, interval);
}

void probe_init(sip_trunk *trunk) { pj_timer_entry_init(&trunk->probe_timer, 0, trunk, probe_all); }

void probe_start(sip_trunk *trunk)
{
    probe_stop(trunk);
    probe_all(NULL, &trunk->probe_timer);
}

void probe_soon(sip_trunk *trunk)
{
    if (trunk->probe_scheduled) timer_schedule(&trunk->probe_timer, &trunk->probe_scheduled, SOON_MS);
}

void probe_stop(sip_trunk *trunk) { timer_cancel(&trunk->probe_timer, &trunk->probe_scheduled); }
