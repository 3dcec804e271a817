/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The calls that exist, by our id and by Call-ID header. */
#include "sip_internal.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS 16384

static sip_call *by_id[BUCKETS], *by_call_id[BUCKETS];

static sip_call **bucket_of_id(uint64_t id) { return &by_id[(id * 0x9e3779b97f4a7c15ULL) >> 50 & (BUCKETS - 1)]; }

static sip_call **bucket_of_call_id(const char *text, size_t length)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    return &by_call_id[(hash ^ hash >> 15) & (BUCKETS - 1)];
}

sip_call *call_find(uint64_t id)
{
    sip_call *call = *bucket_of_id(id);
    while (call && call->id != id) call = call->next;
    return call;
}

sip_call *call_find_sip(const pj_str_t *text)
{
    size_t length = text->slen > 0 ? (size_t)text->slen : 0;
    sip_call *call = *bucket_of_call_id(text->ptr, length);
    while (call && (strlen(call->sip_call_id) != length || memcmp(call->sip_call_id, text->ptr, length) != 0))
        call = call->next_of_call_id;
    return call;
}

sip_call *call_new(uint64_t id, const pj_str_t *sip_call_id)
{
    sip_call *call = calloc(1, sizeof *call);
    if (!call || !(call->sip_call_id = strndup(sip_call_id->ptr, (size_t)sip_call_id->slen))) abort();
    call->id = id;
    pj_timer_entry_init(&call->timer, 0, call, call_timer);
    sip_call **head = bucket_of_id(id);
    call->next = *head;
    *head = call;
    head = bucket_of_call_id(call->sip_call_id, strlen(call->sip_call_id));
    call->next_of_call_id = *head;
    *head = call;
    atomic_fetch_add(&sip.call_count, 1);
    return call;
}

void call_free(sip_call *call)
{
    call_cancel_timer(call);
    rtp_media_stats stats;
    media_close(call, &stats);
    for (sip_call **at = bucket_of_id(call->id); *at; at = &(*at)->next) {
        if (*at != call) continue;
        *at = call->next;
        break;
    }
    for (sip_call **at = bucket_of_call_id(call->sip_call_id, strlen(call->sip_call_id)); *at;
         at = &(*at)->next_of_call_id) {
        if (*at != call) continue;
        *at = call->next_of_call_id;
        break;
    }
    atomic_fetch_sub(&sip.call_count, 1);
    free(call->early_sdp);
    free(call->recording);
    free(call->sip_call_id);
    free(call);
}

void calls_each(void (*visit)(sip_call *call))
{
    for (size_t i = 0; i < BUCKETS; i++) {
        for (sip_call *call = by_id[i], *next; call; call = next) {
            next = call->next;
            visit(call);
        }
    }
}
