/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Calls/invite.h"

#include "Base/route.h"
#include "Base/text.h"

#include <stdio.h>

/* A quoted display name, or nothing. */
static const char *display(const char *name, char *buffer, size_t size)
{
    buffer[0] = 0;
    if (!name || !*name) return buffer;
    size_t at = 0;
    buffer[at++] = '"';
    for (; *name && at + 4 < size; name++) {
        if ((unsigned char)*name < 32) continue;
        if (*name == '"' || *name == '\\') buffer[at++] = '\\';
        buffer[at++] = *name;
    }
    buffer[at++] = '"';
    buffer[at++] = ' ';
    buffer[at] = 0;
    return buffer;
}

bool invite_write(invite_texts *texts, const cpjsip_call_request *request, const cpjsip_trunk *settings,
                  pjsip_transport_type_e transport, const char *shown)
{
    char host[256], own_host[80], port[8] = "", name[160];
    const char *phone = settings->user_phone ? ";user=phone" : "";
    const char *tcp = is_tcp(transport) ? ";transport=tcp" : "";
    if (!is_user_part(request->callee) || !is_user_part(request->caller)) return false;
    display(request->caller_name, name, sizeof name);
    snprintf(texts->from, sizeof texts->from, "%s<sip:%s@%s%s>", name, request->caller,
             bracketed(settings->from_host ? settings->from_host : settings->host, host, sizeof host), phone);
    bracketed(settings->host, host, sizeof host);
    bracketed(shown, own_host, sizeof own_host);
    if (settings->port) snprintf(port, sizeof port, ":%u", settings->port);
    snprintf(texts->target, sizeof texts->target, "sip:%s@%s%s%s%s", request->callee, host, port, tcp, phone);
    snprintf(texts->to, sizeof texts->to, "<sip:%s@%s%s>", request->callee, host, phone);
    snprintf(texts->contact, sizeof texts->contact, "<sip:%s@%s:%u%s>", request->caller, own_host, own_port(transport), tcp);
    return true;
}

void invite_set_branch(pjsip_tx_data *invite, const pj_str_t *local_tag, int cseq)
{
    pjsip_via_hdr *via = (pjsip_via_hdr *)pjsip_msg_find_hdr(invite->msg, PJSIP_H_VIA, NULL);
    char branch[256];
    /* "z9hG4bK": RFC 3261 8.1.1.7. */
    int length = snprintf(branch, sizeof branch, PJSIP_RFC3261_BRANCH_ID "%.*s-%d", (int)local_tag->slen, local_tag->ptr,
                          cseq);
    if (length >= (int)sizeof branch) return; /* not one of ours */
    pj_strdup2(invite->pool, &via->branch_param, branch);
}
