/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Trunks/trunk.h"

#include "Base/route.h"
#include "Base/text.h"
#include "Trunks/probe.h"
#include "Trunks/registration.h"
#include "Trunks/silence.h"
#include "Trunks/trunk_table.h"

#include <stdlib.h>
#include <string.h>

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
        trunk_put_in(trunk);
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
    trunk_take_out(trunk);
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

void trunks_remove_all(void)
{
    while (trunks_first()) forget(trunks_first(), false);
}

/* ------------------------------------------------------------------- targets */

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
        find_own(&target->remote, target->local, target->shown); /* our own address may have changed since */
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
