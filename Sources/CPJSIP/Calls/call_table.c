/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Calls/call_table.h"

#include "Base/timer.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 16384

static sip_call *by_id[BUCKETS], *by_call_id[BUCKETS];
static atomic_uint_fast32_t count;
static int module_id;

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

sip_call *call_new(uint64_t id, const pj_str_t *sip_call_id, pj_timer_heap_callback *expired)
{
    sip_call *call = calloc(1, sizeof *call);
    if (!call || !(call->sip_call_id = strndup(sip_call_id->ptr, (size_t)sip_call_id->slen))) abort();
    call->id = id;
    pj_timer_entry_init(&call->timer, 0, call, expired);
    sip_call **head = bucket_of_id(id);
    call->next = *head;
    *head = call;
    head = bucket_of_call_id(call->sip_call_id, strlen(call->sip_call_id));
    call->next_of_call_id = *head;
    *head = call;
    atomic_fetch_add(&count, 1);
    return call;
}

void calls_set_module(int id) { module_id = id; }

void call_tie(sip_call *call) { call->inv->mod_data[module_id] = call; }

void call_untie(sip_call *call)
{
    call->inv->mod_data[module_id] = NULL;
    call->inv = NULL;
}

sip_call *call_of(const pjsip_inv_session *inv) { return inv->mod_data[module_id]; }

void call_free(sip_call *call)
{
    timer_cancel(&call->timer, &call->timer_scheduled);
    timer_cancel(&call->hold_timer, &call->hold_scheduled);
    if (call->stream) rtp_stream_close(call->stream, NULL, NULL, NULL);
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
    atomic_fetch_sub(&count, 1);
    free(call->challenge_realm);
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

uint32_t calls_count(void) { return (uint32_t)atomic_load(&count); }
