/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Which dialogs were answered lately. A 2xx that comes again after its call is over must be
 * acknowledged again (RFC 3261 13.2.2.4), but is no answer of anybody else.
 */
#include "Base/answered.h"

#include <stdint.h>

#define REMEMBERED 65536

static uint64_t keys[REMEMBERED];
static uint32_t next_of[REMEMBERED], heads[REMEMBERED]; /* index + 1; 0: none */
static uint32_t oldest;

static uint64_t add(uint64_t hash, const pj_str_t *text)
{
    for (pj_ssize_t i = 0; i < text->slen; i++) hash = (hash ^ (unsigned char)text->ptr[i]) * 1099511628211ULL;
    return (hash ^ 0xff) * 1099511628211ULL;
}

static uint32_t *head_of(uint64_t key) { return &heads[(key ^ key >> 32) % REMEMBERED]; }

bool answered_note(const pj_str_t *sip_call_id, const pj_str_t *remote_tag)
{
    uint64_t key = add(add(14695981039346656037ULL, sip_call_id), remote_tag); /* FNV-1a */
    for (uint32_t at = *head_of(key); at; at = next_of[at - 1])
        if (keys[at - 1] == key) return false;
    for (uint32_t *at = head_of(keys[oldest]); *at; at = &next_of[*at - 1]) {
        if (*at != oldest + 1) continue;
        *at = next_of[oldest];
        break;
    }
    uint32_t *head = head_of(key);
    keys[oldest] = key;
    next_of[oldest] = *head;
    *head = oldest + 1;
    oldest = (oldest + 1) % REMEMBERED;
    return true;
}
