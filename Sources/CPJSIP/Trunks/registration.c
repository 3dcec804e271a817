/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Trunks/registration.h"

#include "Base/challenge.h"
#include "Base/events.h"
#include "Base/reason.h"
#include "Base/route.h"
#include "Base/sip_state.h"
#include "Base/text.h"
#include "Base/timer.h"

#include <stdio.h>

/* A failed registration is tried again after this, at the next target. */
#define RETRY_S 30

static sip_target *registrar(const sip_trunk *trunk)
{
    unsigned count = 0;
    for (sip_target *target = trunk->targets; target; target = target->next) count++;
    if (count == 0) return NULL;
    sip_target *target = trunk->targets;
    for (unsigned i = trunk->register_attempts % count; i > 0; i--) target = target->next;
    return target;
}

/* rdata: of the final response, NULL when there was none. */
static void post(const sip_trunk *trunk, int code, pjsip_rx_data *rdata, const char *reason, uint64_t expires_s)
{
    char realm[REALM_SIZE] = "";
    cpjsip_challenge challenge = CPJSIP_CHALLENGE_NONE;
    const pjsip_transaction *tsx = rdata ? pjsip_rdata_get_tsx(rdata) : NULL;
    if (tsx && tsx->last_tx && (code == PJSIP_SC_UNAUTHORIZED || code == PJSIP_SC_PROXY_AUTHENTICATION_REQUIRED))
        challenge = challenge_of(tsx->last_tx->msg, rdata->msg_info.msg, realm);
    event_post(&(cpjsip_event){
        .kind = CPJSIP_REGISTRATION,
        .trunk_id = trunk->settings.id,
        .code = code,
        .code_from_wire = rdata != NULL,
        .reason = reason,
        .challenge = challenge,
        .challenge_realm = realm,
        .duration_us = expires_s * 1000000,
    });
}

static void forget(sip_trunk *trunk)
{
    if (trunk->registration) pjsip_regc_destroy(trunk->registration);
    trunk->registration = NULL;
}

static void finished(struct pjsip_regc_cbparam *parameter)
{
    sip_trunk *trunk = parameter->token;
    if (parameter->regc != trunk->registration) return;
    char reason[160];
    copy_of(&parameter->reason, reason, sizeof reason);
    bool good = parameter->status == PJ_SUCCESS && parameter->code / 100 == 2;
    bool holds = good && parameter->expiration > 0 && parameter->expiration != PJSIP_REGC_EXPIRATION_NOT_SPECIFIED;
    post(trunk, parameter->code, parameter->rdata, reason, holds ? parameter->expiration : 0);
    if (good) {
        trunk->register_attempts = 0;
        return;
    }
    trunk->register_attempts++;
    uint32_t delay_s = RETRY_S;
    if (parameter->rdata) {
        uint32_t asked_s = message_retry_after(parameter->rdata->msg_info.msg);
        if (asked_s > RETRY_S && asked_s < 3600) delay_s = asked_s;
    }
    timer_schedule(&trunk->register_timer, &trunk->register_scheduled, delay_s * 1000);
}

static pj_status_t create(sip_trunk *trunk, const sip_target *target)
{
    const cpjsip_trunk *settings = &trunk->settings;
    const char *user = settings->register_user ? settings->register_user : settings->auth_username;
    if (!user || !is_user_part(user)) return PJSIP_EINVALIDURI;
    pjsip_transport_type_e type = transport_type(settings->transport, &target->remote);
    char server[320], record[400], contact[320], host[256], port[8] = "";
    const char *tcp = is_tcp(type) ? ";transport=tcp" : "";
    if (settings->port) snprintf(port, sizeof port, ":%u", settings->port);
    bracketed(settings->host, host, sizeof host);
    snprintf(server, sizeof server, "sip:%s%s%s", host, port, tcp);
    snprintf(record, sizeof record, "<sip:%s@%s>", user, host);
    snprintf(contact, sizeof contact, "<sip:%s@%s:%u%s>", user, bracketed(target->shown, host, sizeof host),
             own_port(type), tcp);
    pj_str_t server_text = pj_str(server), record_text = pj_str(record), contact_text = pj_str(contact);
    pj_status_t status = pjsip_regc_create(sip.endpoint, trunk, finished, &trunk->registration);
    if (status != PJ_SUCCESS) return status;
    status = pjsip_regc_init(trunk->registration, &server_text, &record_text, &record_text, 1, &contact_text,
                             settings->register_expires_s);
    if (status != PJ_SUCCESS) return status;
    pj_str_t shown = pj_str((char *)target->shown);
    pjsip_host_port via = {.host = shown, .port = own_port(type)};
    pjsip_regc_set_via_sent_by(trunk->registration, &via, NULL);
    if (settings->auth_username) {
        pjsip_cred_info credentials;
        trunk_credentials(settings, &credentials);
        pjsip_regc_set_credentials(trunk->registration, 1, &credentials);
    }
    return PJ_SUCCESS;
}

static void attempt(pj_timer_heap_t *heap, pj_timer_entry *entry)
{
    (void)heap;
    sip_trunk *trunk = entry->user_data;
    trunk->register_scheduled = false;
    forget(trunk);
    const sip_target *target = registrar(trunk);
    if (!target) return;
    pjsip_tx_data *tdata;
    pj_status_t status = create(trunk, target);
    if (status == PJ_SUCCESS) status = pjsip_regc_register(trunk->registration, PJ_TRUE, &tdata);
    if (status == PJ_SUCCESS) {
        route_to(tdata, &target->remote, transport_type(trunk->settings.transport, &target->remote), NULL);
        status = pjsip_regc_send(trunk->registration, tdata);
        /* A failure to send has been reported to finished() when that has set the timer. */
        if (trunk->register_scheduled) return;
    }
    if (status == PJ_SUCCESS) return;
    char reason[PJ_ERR_MSG_SIZE];
    pj_strerror(status, reason, sizeof reason);
    post(trunk, 0, NULL, reason, 0);
    trunk->register_attempts++;
    timer_schedule(&trunk->register_timer, &trunk->register_scheduled, RETRY_S * 1000);
}

void registration_init(sip_trunk *trunk) { pj_timer_entry_init(&trunk->register_timer, 0, trunk, attempt); }

void registration_start(sip_trunk *trunk)
{
    if (!trunk->settings.register_expires_s || !trunk->targets || trunk->registration || trunk->register_scheduled) return;
    attempt(NULL, &trunk->register_timer);
}

void registration_stop(sip_trunk *trunk, bool unregister)
{
    timer_cancel(&trunk->register_timer, &trunk->register_scheduled);
    if (!trunk->registration) return;
    pjsip_tx_data *tdata;
    const sip_target *target = registrar(trunk);
    if (unregister && target && pjsip_regc_unregister(trunk->registration, &tdata) == PJ_SUCCESS) {
        route_to(tdata, &target->remote, transport_type(trunk->settings.transport, &target->remote), NULL);
        pjsip_regc *registration = trunk->registration;
        /* Nothing that comes back concerns the trunk any more. */
        trunk->registration = NULL;
        pjsip_regc_send(registration, tdata);
        pjsip_regc_destroy(registration); /* once its transaction is over */
        return;
    }
    forget(trunk);
}
