/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Trunks and their targets: addresses, probing by OPTIONS, registration. */
#include "sip_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A failed registration is tried again after this; PJSIP renews one that holds. */
#define REGISTER_RETRY_S 30

sip_trunk *trunk_find(uint32_t id)
{
    sip_trunk *trunk = sip.trunks;
    while (trunk && trunk->settings.id != id) trunk = trunk->next;
    return trunk;
}

sip_target *trunk_target(sip_trunk *trunk, uint32_t id)
{
    sip_target *target = trunk ? trunk->targets : NULL;
    while (target && target->id != id) target = target->next;
    return target;
}

sip_trunk *trunk_of_address(const pj_sockaddr *address)
{
    for (sip_trunk *trunk = sip.trunks; trunk; trunk = trunk->next) {
        for (sip_target *target = trunk->targets; target; target = target->next) {
            if (target->remote.addr.sa_family != address->addr.sa_family) continue;
            if (memcmp(pj_sockaddr_get_addr(&target->remote), pj_sockaddr_get_addr(address),
                       pj_sockaddr_get_addr_len(address)) == 0)
                return trunk;
        }
    }
    return NULL;
}

/* ------------------------------------------------------------------ resolver */

static void resolve(pjsip_resolver_t *resolver, pj_pool_t *pool, const pjsip_host_info *host, void *token,
                    pjsip_resolver_callback *callback)
{
    (void)resolver;
    (void)pool;
    pjsip_server_addresses found;
    pj_bzero(&found, sizeof found);
    char name[256];
    copy_of(&host->addr.host, name, sizeof name);
    int type = host->type == PJSIP_TRANSPORT_UNSPECIFIED ? PJSIP_TRANSPORT_UDP : host->type;
    uint16_t port = (uint16_t)(host->addr.port ? host->addr.port : 5060);
    pj_sockaddr address;
    bool known = parse_address(name, port, &address);
    for (sip_trunk *trunk = sip.trunks; trunk && !known; trunk = trunk->next) {
        if (!trunk->targets || pj_ansi_stricmp(trunk->settings.host, name) != 0) continue;
        address = trunk->targets->remote;
        known = true;
    }
    if (!known) {
        callback(PJ_ERESOLVE, token, NULL);
        return;
    }
    type = address.addr.sa_family == PJ_AF_INET6 ? type | PJSIP_TRANSPORT_IPV6 : type & ~PJSIP_TRANSPORT_IPV6;
    found.count = 1;
    found.entry[0].type = (pjsip_transport_type_e)type;
    found.entry[0].addr = address;
    found.entry[0].addr_len = pj_sockaddr_get_len(&address);
    callback(PJ_SUCCESS, token, &found);
}

pjsip_ext_resolver trunk_resolver = {.resolve = resolve};

/* ------------------------------------------------------------------- probing */

static void probe_answered(void *token, pjsip_event *event)
{
    sip_target *target = token;
    target->probes_under_way--;
    if (target->gone) {
        if (target->probes_under_way == 0) free(target);
        return;
    }
    const pjsip_transaction *tsx = event->body.tsx_state.tsx;
    bool received = event->body.tsx_state.type == PJSIP_EVENT_RX_MSG;
    event_post(&(cpjsip_event){
        .kind = CPJSIP_TARGET_STATUS,
        .trunk_id = target->trunk_id,
        .target_id = target->id,
        .code = received ? tsx->status_code : 408,
        .code_from_wire = received,
        .duration_us = (uint64_t)(wall_us() - target->probed_us),
    });
}

static void probe(sip_trunk *trunk, sip_target *target)
{
    char uri[320], from[320], contact[160], host[80];
    const char *tcp = trunk->settings.transport == CPJSIP_TRANSPORT_TCP ? ";transport=tcp" : "";
    uint16_t own_port = *tcp ? sip.tcp_port : sip.udp_port;
    snprintf(uri, sizeof uri, "sip:%s:%u%s", bracketed(target->address, host, sizeof host),
             pj_sockaddr_get_port(&target->remote), tcp);
    snprintf(from, sizeof from, "<sip:probe@%s>",
             trunk->settings.from_host ? bracketed(trunk->settings.from_host, host, sizeof host)
                                       : bracketed(target->shown, host, sizeof host));
    snprintf(contact, sizeof contact, "<sip:%s:%u%s>", bracketed(target->shown, host, sizeof host), own_port, tcp);
    pj_str_t uri_text = pj_str(uri), from_text = pj_str(from), contact_text = pj_str(contact);
    pjsip_tx_data *tdata;
    if (pjsip_endpt_create_request(sip.endpoint, pjsip_get_options_method(), &uri_text, &from_text, &uri_text,
                                   &contact_text, NULL, -1, NULL, &tdata) != PJ_SUCCESS)
        return;
    add_header(tdata, "User-Agent", sip.config.user_agent ? sip.config.user_agent : "burgernetd");
    set_destination(tdata, &target->remote, transport_type(trunk->settings.transport, &target->remote));
    target->probed_us = wall_us();
    target->probes_under_way++;
    pj_status_t status = pjsip_endpt_send_request(sip.endpoint, tdata, (pj_int32_t)trunk->settings.probe_timeout_ms,
                                                  target, probe_answered);
    if (status == PJ_SUCCESS) return;
    target->probes_under_way--;
    event_post(&(cpjsip_event){.kind = CPJSIP_TARGET_STATUS,
                               .trunk_id = target->trunk_id,
                               .target_id = target->id,
                               .code = 408});
}

static void schedule(pj_timer_entry *entry, bool *scheduled, uint32_t delay_ms)
{
    if (*scheduled) pjsip_endpt_cancel_timer(sip.endpoint, entry);
    pj_time_val delay = {(long)(delay_ms / 1000), (long)(delay_ms % 1000)};
    *scheduled = pjsip_endpt_schedule_timer(sip.endpoint, entry, &delay) == PJ_SUCCESS;
}

static void probe_all(pj_timer_heap_t *heap, pj_timer_entry *entry)
{
    (void)heap;
    sip_trunk *trunk = entry->user_data;
    trunk->probe_scheduled = false;
    for (sip_target *target = trunk->targets; target; target = target->next) {
        /* One at a time: a probe without answer is silence already. */
        if (target->probes_under_way == 0) probe(trunk, target);
    }
    if (trunk->settings.probe_interval_ms)
        schedule(&trunk->probe_timer, &trunk->probe_scheduled, trunk->settings.probe_interval_ms);
}

/* -------------------------------------------------------------- registration */

static void registration_event(struct pjsip_regc_cbparam *parameter)
{
    sip_trunk *trunk = parameter->token;
    char reason[160];
    copy_of(&parameter->reason, reason, sizeof reason);
    bool good = parameter->status == PJ_SUCCESS && parameter->code / 100 == 2;
    event_post(&(cpjsip_event){
        .kind = CPJSIP_REGISTRATION,
        .trunk_id = trunk->settings.id,
        .code = parameter->code,
        .code_from_wire = parameter->rdata != NULL,
        .reason = reason,
        .duration_us = good && parameter->expiration > 0 ? (uint64_t)parameter->expiration * 1000000 : 0,
    });
    if (!good && trunk->registration)
        schedule(&trunk->register_timer, &trunk->register_scheduled, REGISTER_RETRY_S * 1000);
}

static void send_registration(pj_timer_heap_t *heap, pj_timer_entry *entry)
{
    (void)heap;
    sip_trunk *trunk = entry->user_data;
    trunk->register_scheduled = false;
    pjsip_tx_data *tdata;
    pj_status_t status = pjsip_regc_register(trunk->registration, PJ_TRUE, &tdata);
    if (status == PJ_SUCCESS) {
        set_destination(tdata, &trunk->targets->remote,
                        transport_type(trunk->settings.transport, &trunk->targets->remote));
        status = pjsip_regc_send(trunk->registration, tdata);
    }
    if (status == PJ_SUCCESS) return;
    char reason[PJ_ERR_MSG_SIZE];
    pj_strerror(status, reason, sizeof reason);
    event_post(&(cpjsip_event){.kind = CPJSIP_REGISTRATION, .trunk_id = trunk->settings.id, .reason = reason});
    schedule(&trunk->register_timer, &trunk->register_scheduled, REGISTER_RETRY_S * 1000);
}

void registration_start(sip_trunk *trunk)
{
    if (!trunk->settings.register_expires_s || !trunk->targets || trunk->registration) return;
    const char *user = trunk->settings.register_user ? trunk->settings.register_user : trunk->settings.auth_username;
    if (!user) return;
    char server[320], record[400], contact[320], host[256];
    const char *tcp = trunk->settings.transport == CPJSIP_TRANSPORT_TCP ? ";transport=tcp" : "";
    snprintf(server, sizeof server, "sip:%s%s", bracketed(trunk->settings.host, host, sizeof host), tcp);
    snprintf(record, sizeof record, "<sip:%s@%s>", user, host);
    snprintf(contact, sizeof contact, "<sip:%s@%s:%u%s>", user, bracketed(trunk->targets->shown, host, sizeof host),
             *tcp ? sip.tcp_port : sip.udp_port, tcp);
    pj_str_t server_text = pj_str(server), record_text = pj_str(record), contact_text = pj_str(contact);
    if (pjsip_regc_create(sip.endpoint, trunk, registration_event, &trunk->registration) != PJ_SUCCESS) return;
    if (pjsip_regc_init(trunk->registration, &server_text, &record_text, &record_text, 1, &contact_text,
                        trunk->settings.register_expires_s) != PJ_SUCCESS) {
        pjsip_regc_destroy(trunk->registration);
        trunk->registration = NULL;
        return;
    }
    if (trunk->settings.auth_username) {
        pjsip_cred_info credentials;
        pj_bzero(&credentials, sizeof credentials);
        credentials.realm = pj_str((char *)(trunk->settings.auth_realm ? trunk->settings.auth_realm : "*"));
        credentials.scheme = pj_str("digest");
        credentials.username = pj_str((char *)trunk->settings.auth_username);
        credentials.data = pj_str((char *)(trunk->settings.auth_password ? trunk->settings.auth_password : ""));
        pjsip_regc_set_credentials(trunk->registration, 1, &credentials);
    }
    send_registration(NULL, &trunk->register_timer);
}

void registration_stop(sip_trunk *trunk)
{
    if (trunk->register_scheduled) pjsip_endpt_cancel_timer(sip.endpoint, &trunk->register_timer);
    trunk->register_scheduled = false;
    if (!trunk->registration) return;
    /* Not unregistered: the binding runs out by itself, and a restarted daemon takes it over. */
    pjsip_regc_destroy(trunk->registration);
    trunk->registration = NULL;
}

/* ------------------------------------------------------------------ settings */

static void free_targets(sip_target *target)
{
    while (target) {
        sip_target *next = target->next;
        target->gone = true;
        if (target->probes_under_way == 0) free(target);
        target = next;
    }
}

static char *own(const char *text) { return text ? strdup(text) : NULL; }

static void free_settings(cpjsip_trunk *settings)
{
    free((void *)settings->host);
    free((void *)settings->auth_username);
    free((void *)settings->auth_password);
    free((void *)settings->auth_realm);
    free((void *)settings->from_host);
    free((void *)settings->register_user);
}

static void stop(sip_trunk *trunk)
{
    if (trunk->probe_scheduled) pjsip_endpt_cancel_timer(sip.endpoint, &trunk->probe_timer);
    trunk->probe_scheduled = false;
    registration_stop(trunk);
}

static void start(sip_trunk *trunk)
{
    if (trunk->settings.probe_interval_ms && trunk->targets) probe_all(NULL, &trunk->probe_timer);
    registration_start(trunk);
}

void trunk_set(const cpjsip_trunk *settings)
{
    sip_trunk *trunk = trunk_find(settings->id);
    if (trunk) {
        stop(trunk);
        free_settings(&trunk->settings);
    } else {
        trunk = calloc(1, sizeof *trunk);
        if (!trunk) abort();
        pj_timer_entry_init(&trunk->probe_timer, 0, trunk, probe_all);
        pj_timer_entry_init(&trunk->register_timer, 0, trunk, send_registration);
        trunk->next = sip.trunks;
        sip.trunks = trunk;
    }
    trunk->settings = *settings;
    trunk->settings.host = own(settings->host);
    trunk->settings.auth_username = own(settings->auth_username);
    trunk->settings.auth_password = own(settings->auth_password);
    trunk->settings.auth_realm = own(settings->auth_realm);
    trunk->settings.from_host = own(settings->from_host);
    trunk->settings.register_user = own(settings->register_user);
    start(trunk);
}

void trunk_remove(uint32_t id)
{
    for (sip_trunk **at = &sip.trunks; *at; at = &(*at)->next) {
        sip_trunk *trunk = *at;
        if (trunk->settings.id != id) continue;
        stop(trunk);
        *at = trunk->next;
        free_targets(trunk->targets);
        free_settings(&trunk->settings);
        free(trunk);
        return;
    }
}

void trunks_remove_all(void)
{
    while (sip.trunks) trunk_remove(sip.trunks->settings.id);
}

/* The address that packets to this target leave from: a connected UDP socket knows without sending. */
static void find_local(sip_target *target)
{
    bool v6 = target->remote.addr.sa_family == PJ_AF_INET6;
    strcpy(target->local, v6 ? "::1" : "127.0.0.1");
    int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_storage local;
    socklen_t size = sizeof local;
    if (fd >= 0 && connect(fd, (struct sockaddr *)&target->remote, (socklen_t)pj_sockaddr_get_len(&target->remote)) == 0 &&
        getsockname(fd, (struct sockaddr *)&local, &size) == 0)
        pj_sockaddr_print((pj_sockaddr_t *)&local, target->local, sizeof target->local, 0);
    if (fd >= 0) close(fd);
    /* A bound address that is not "any" is what everything leaves from. */
    const char *bound = v6 ? sip.config.udp_bind_v6 : sip.config.udp_bind_v4;
    pj_sockaddr bound_address;
    if (bound && parse_address(bound, 0, &bound_address) && pj_sockaddr_has_addr(&bound_address))
        snprintf(target->local, sizeof target->local, "%s", bound);
    const char *public = v6 ? sip.config.public_address_v6 : sip.config.public_address_v4;
    snprintf(target->shown, sizeof target->shown, "%s", public ? public : target->local);
}

void trunk_set_targets(uint32_t id, const cpjsip_target *targets, size_t count)
{
    sip_trunk *trunk = trunk_find(id);
    if (!trunk) return;
    stop(trunk);
    free_targets(trunk->targets);
    trunk->targets = NULL;
    sip_target **end = &trunk->targets;
    for (size_t i = 0; i < count; i++) {
        sip_target *target = calloc(1, sizeof *target);
        if (!target) abort();
        target->id = targets[i].id;
        target->trunk_id = id;
        snprintf(target->address, sizeof target->address, "%s", targets[i].address);
        if (!parse_address(targets[i].address, targets[i].port, &target->remote)) {
            free(target);
            continue;
        }
        find_local(target);
        *end = target;
        end = &target->next;
    }
    start(trunk);
}
