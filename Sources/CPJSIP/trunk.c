/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Trunks and the addresses of their next hop. */
#include "sip_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

bool same_host(const pj_sockaddr *one, const pj_sockaddr *other)
{
    return one->addr.sa_family == other->addr.sa_family &&
           memcmp(pj_sockaddr_get_addr(one), pj_sockaddr_get_addr(other), pj_sockaddr_get_addr_len(one)) == 0;
}

sip_target *target_of_address(const pj_sockaddr *address)
{
    sip_target *best = NULL;
    int best_rank = -1;
    for (sip_trunk *trunk = sip.trunks; trunk; trunk = trunk->next) {
        for (sip_target *target = trunk->targets; target; target = target->next) {
            if (!same_host(&target->remote, address)) continue;
            int rank = (pj_sockaddr_get_port(&target->remote) == pj_sockaddr_get_port(address) ? 2 : 0) +
                       (trunk->settings.accept_incoming ? 1 : 0);
            if (rank <= best_rank) continue;
            best = target;
            best_rank = rank;
        }
    }
    return best;
}

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

void trunk_credentials(const cpjsip_trunk *settings, pjsip_cred_info *credentials)
{
    pj_bzero(credentials, sizeof *credentials);
    credentials->realm = pj_str((char *)(settings->auth_realm ? settings->auth_realm : "*"));
    credentials->scheme = pj_str("digest");
    credentials->data_type = PJSIP_CRED_DATA_PLAIN_PASSWD;
    credentials->username = pj_str((char *)settings->auth_username);
    credentials->data = pj_str((char *)(settings->auth_password ? settings->auth_password : ""));
}

/* ------------------------------------------------------------------ settings */

static char *own(const char *text)
{
    char *copy = text ? strdup(text) : NULL;
    if (text && !copy) abort();
    return copy;
}

static void free_settings(cpjsip_trunk *settings)
{
    free((void *)settings->host);
    free((void *)settings->auth_username);
    free((void *)settings->auth_password);
    free((void *)settings->auth_realm);
    free((void *)settings->from_host);
    free((void *)settings->register_user);
}

static bool same_text(const char *one, const char *other)
{
    return one == other || (one && other && strcmp(one, other) == 0);
}

/* A reload that changes something else leaves the registration alone. */
static bool same_registration(const cpjsip_trunk *one, const cpjsip_trunk *other)
{
    return one->register_expires_s == other->register_expires_s && one->transport == other->transport &&
           one->port == other->port && same_text(one->host, other->host) &&
           same_text(one->auth_username, other->auth_username) && same_text(one->auth_password, other->auth_password) &&
           same_text(one->auth_realm, other->auth_realm) && same_text(one->register_user, other->register_user);
}

void trunk_set(const cpjsip_trunk *settings)
{
    sip_trunk *trunk = trunk_find(settings->id);
    if (trunk) {
        if (!same_registration(&trunk->settings, settings)) registration_stop(trunk, true);
        probe_stop(trunk);
        free_settings(&trunk->settings);
    } else {
        trunk = calloc(1, sizeof *trunk);
        if (!trunk) abort();
        probe_init(trunk);
        registration_init(trunk);
        trunk->next = sip.trunks;
        sip.trunks = trunk;
    }
    trunk->settings = *settings;
    trunk->settings.host = own(settings->host ? settings->host : "");
    trunk->settings.auth_username = own(settings->auth_username);
    trunk->settings.auth_password = own(settings->auth_password);
    trunk->settings.auth_realm = own(settings->auth_realm);
    trunk->settings.from_host = own(settings->from_host);
    trunk->settings.register_user = own(settings->register_user);
    probe_start(trunk);
    registration_start(trunk);
}

static void free_target(sip_target *target)
{
    probe_forget(target);
    target_forget(target);
    free(target);
}

static void forget(sip_trunk *trunk, bool unregister)
{
    registration_stop(trunk, unregister);
    probe_stop(trunk);
    for (sip_trunk **at = &sip.trunks; *at; at = &(*at)->next) {
        if (*at != trunk) continue;
        *at = trunk->next;
        break;
    }
    while (trunk->targets) {
        sip_target *target = trunk->targets;
        trunk->targets = target->next;
        free_target(target);
    }
    free_settings(&trunk->settings);
    free(trunk);
}

void trunk_remove(uint32_t id)
{
    sip_trunk *trunk = trunk_find(id);
    if (trunk) forget(trunk, true);
}

/* Bindings stay: a restarted daemon takes them over. */
void trunks_remove_all(void)
{
    while (sip.trunks) forget(sip.trunks, false);
}

/* ------------------------------------------------------------------- targets */

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
        pj_sockaddr_print(&bound_address, target->local, sizeof target->local, 0);
    const char *public = v6 ? sip.config.public_address_v6 : sip.config.public_address_v4;
    snprintf(target->shown, sizeof target->shown, "%s", public ? public : target->local);
}

static sip_target *take_known(sip_target **list, const cpjsip_target *wanted, const pj_sockaddr *remote)
{
    for (sip_target **at = list; *at; at = &(*at)->next) {
        sip_target *target = *at;
        if (target->id != wanted->id || !same_host(&target->remote, remote) ||
            pj_sockaddr_get_port(&target->remote) != pj_sockaddr_get_port(remote))
            continue;
        *at = target->next;
        target->next = NULL;
        return target;
    }
    return NULL;
}

void trunk_set_targets(uint32_t id, const cpjsip_target *targets, size_t count)
{
    sip_trunk *trunk = trunk_find(id);
    if (!trunk) return;
    sip_target *former = trunk->targets, *former_first = former;
    trunk->targets = NULL;
    sip_target **end = &trunk->targets;
    bool any_new = false;
    for (size_t i = 0; i < count; i++) {
        pj_sockaddr remote;
        if (!parse_address(targets[i].address, targets[i].port ? targets[i].port : 5060, &remote)) continue;
        sip_target *target = take_known(&former, &targets[i], &remote);
        if (!target) {
            target = calloc(1, sizeof *target);
            if (!target) abort();
            target->id = targets[i].id;
            target->trunk_id = id;
            target->remote = remote;
            pj_sockaddr_print(&remote, target->address, sizeof target->address, 0);
            any_new = true;
        }
        find_local(target); /* our own address may have changed since */
        *end = target;
        end = &target->next;
    }
    bool registrar_moved = trunk->targets != former_first;
    while (former) {
        sip_target *gone = former;
        former = former->next;
        free_target(gone);
    }
    if (any_new) probe_start(trunk);
    if (registrar_moved) {
        registration_stop(trunk, false);
        registration_start(trunk);
    }
}
