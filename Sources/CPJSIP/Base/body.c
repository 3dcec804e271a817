/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Carriers that speak SIP-I put ISUP beside the SDP (RFC 3204), others put pictures, locations or recordings there. Of
 * multipart bodies (RFC 2046 5.1, RFC 5621) the SDP alone is of interest, whatever the handling of the other parts. PJSIP
 * has split the outermost one when it read the message.
 */
#include "Base/body.h"

#include "Base/text.h"

#include <string.h>
#include <strings.h>

/* Of the outermost body; an SDP has a limit of its own (access.c). */
#define SIZE_LIMIT 12288
/* Of all bodies together. */
#define PART_LIMIT 8
/* Multipart bodies within each other. */
#define DEPTH_LIMIT 3

typedef struct {
    pj_pool_t *pool;
    unsigned parts;
    bool excessive;
} search;

bool body_is_sdp(const pjsip_msg_body *body)
{
    return pj_stricmp2(&body->content_type.type, "application") == 0 &&
           pj_stricmp2(&body->content_type.subtype, "sdp") == 0;
}

bool body_is_multipart(const pjsip_msg_body *body) { return pj_stricmp2(&body->content_type.type, "multipart") == 0; }

/* Without a disposition an SDP is that of the session (RFC 3261 20.11); an early session is another one (RFC 3959). */
static bool is_of_session(const pjsip_multipart_part *part)
{
    for (const pjsip_hdr *header = part->hdr.next; header != &part->hdr; header = header->next) {
        if (pj_stricmp2(&header->name, "Content-Disposition") != 0) continue;
        char text[32];
        copy_of(&((const pjsip_generic_string_hdr *)header)->hvalue, text, sizeof text);
        text[strcspn(text, "; \t")] = 0;
        return strcasecmp(text, "session") == 0;
    }
    return true;
}

/* PJSIP leaves inner bodies as they came, and its parser wants a NUL behind. */
static pjsip_msg_body *split(pj_pool_t *pool, const pjsip_msg_body *body)
{
    char *text = pj_pool_alloc(pool, body->len + 1);
    memcpy(text, body->data, body->len);
    text[body->len] = 0;
    return pjsip_multipart_parse(pool, text, body->len, &body->content_type, 0);
}

static pjsip_msg_body *look(search *at, pjsip_msg_body *body, unsigned depth)
{
    /* Of alternatives the last that is understood is preferred (RFC 2046 5.1.4), of others the first one counts. */
    bool last = pj_stricmp2(&body->content_type.subtype, "alternative") == 0;
    pjsip_msg_body *found = NULL;
    at->excessive = at->excessive || depth > DEPTH_LIMIT;
    for (pjsip_multipart_part *part = at->excessive ? NULL : pjsip_multipart_get_first_part(body);
         part && !at->excessive; part = pjsip_multipart_get_next_part(body, part)) {
        pjsip_msg_body *candidate = NULL;
        at->excessive = ++at->parts > PART_LIMIT;
        if (part->body && body_is_multipart(part->body)) {
            pjsip_msg_body *inner = split(at->pool, part->body);
            if (inner) candidate = look(at, inner, depth + 1);
        } else if (part->body && body_is_sdp(part->body) && is_of_session(part)) {
            candidate = part->body;
        }
        if (candidate && (!found || last)) found = candidate;
    }
    return at->excessive ? NULL : found;
}

pjsip_msg_body *body_sdp_in_multipart(pj_pool_t *pool, pjsip_msg_body *body, bool *excessive)
{
    search at = {.pool = pool};
    pj_str_t raw = {NULL, 0};
    if (pjsip_multipart_get_raw(body, NULL, &raw) == PJ_SUCCESS && raw.slen > SIZE_LIMIT) at.excessive = true;
    pjsip_msg_body *found = at.excessive ? NULL : look(&at, body, 1);
    *excessive = at.excessive;
    return found;
}
