/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Trunks/trunk_table.h"

#include "Base/text.h"

static sip_trunk *trunks;

sip_trunk *trunks_first(void) { return trunks; }

sip_trunk *trunk_find(uint32_t id)
{
    sip_trunk *trunk = trunks;
    while (trunk && trunk->settings.id != id) trunk = trunk->next;
    return trunk;
}

void trunk_put_in(sip_trunk *trunk)
{
    trunk->next = trunks;
    trunks = trunk;
}

void trunk_take_out(sip_trunk *trunk)
{
    for (sip_trunk **at = &trunks; *at; at = &(*at)->next) {
        if (*at != trunk) continue;
        *at = trunk->next;
        break;
    }
}

sip_target *trunk_target(sip_trunk *trunk, uint32_t id)
{
    sip_target *target = trunk ? trunk->targets : NULL;
    while (target && target->id != id) target = target->next;
    return target;
}

sip_target *target_of_address(const pj_sockaddr *address)
{
    sip_target *best = NULL;
    int best_rank = -1;
    for (sip_trunk *trunk = trunks; trunk; trunk = trunk->next) {
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

void trunk_credentials(const cpjsip_trunk *settings, pjsip_cred_info *credentials)
{
    pj_bzero(credentials, sizeof *credentials);
    credentials->realm = pj_str((char *)(settings->auth_realm ? settings->auth_realm : "*"));
    credentials->scheme = pj_str("digest");
    credentials->data_type = PJSIP_CRED_DATA_PLAIN_PASSWD;
    credentials->username = pj_str((char *)settings->auth_username);
    credentials->data = pj_str((char *)(settings->auth_password ? settings->auth_password : ""));
}
