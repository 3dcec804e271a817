/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Base/challenge.h"

#include "Base/text.h"

#define ROUNDS 8
#define REFUSALS 2

typedef pjsip_www_authenticate_hdr challenge_header;

/* The first challenge after former, NULL: of all. */
static const challenge_header *next_challenge(const pjsip_msg *response, const challenge_header *former)
{
    const pjsip_hdr *header = former ? ((const pjsip_hdr *)former)->next : response->hdr.next;
    for (; header != &response->hdr; header = header->next)
        if (header->type == PJSIP_H_WWW_AUTHENTICATE || header->type == PJSIP_H_PROXY_AUTHENTICATE)
            return (const challenge_header *)header;
    return NULL;
}

/* A proxy and the far end may have realms of the same name: each has its own kind of header (RFC 3261 22.3). */
static bool brought(const pjsip_msg *request, const challenge_header *challenge)
{
    pjsip_hdr_e answer =
        challenge->type == PJSIP_H_WWW_AUTHENTICATE ? PJSIP_H_AUTHORIZATION : PJSIP_H_PROXY_AUTHORIZATION;
    for (const pjsip_hdr *header = request->hdr.next; header != &request->hdr; header = header->next) {
        if (header->type != answer) continue;
        const pjsip_authorization_hdr *sent = (const pjsip_authorization_hdr *)header;
        if (pj_stricmp(&sent->credential.common.realm, &challenge->challenge.common.realm) == 0) return true;
    }
    return false;
}

cpjsip_challenge challenge_of(const pjsip_msg *request, const pjsip_msg *response, char realm[REALM_SIZE])
{
    realm[0] = 0;
    const challenge_header *first = next_challenge(response, NULL);
    if (!first) return CPJSIP_CHALLENGE_NONE;
    for (const challenge_header *at = first; at; at = next_challenge(response, at)) {
        if (!brought(request, at)) continue;
        copy_of(&at->challenge.common.realm, realm, REALM_SIZE);
        return CPJSIP_CHALLENGE_REFUSED;
    }
    copy_of(&first->challenge.common.realm, realm, REALM_SIZE);
    return CPJSIP_CHALLENGE_FOREIGN;
}

static bool refuses(const pjsip_msg *request, const pjsip_msg *response)
{
    for (const challenge_header *at = next_challenge(response, NULL); at; at = next_challenge(response, at))
        if (brought(request, at) && !at->challenge.digest.stale) return true;
    return false;
}

bool challenge_goes_on(challenge_count *count, const pjsip_msg *request, const pjsip_msg *response)
{
    count->refusals += refuses(request, response);
    return ++count->rounds <= ROUNDS && count->refusals < REFUSALS;
}
