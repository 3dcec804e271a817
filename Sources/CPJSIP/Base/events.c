/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Events on their way out: collected in a batch under a mutex, announced by an eventfd. */
#include "Base/events.h"

#include "Base/clock.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define CHUNK_SIZE 16384

/* Strings live in chunks that never move. */
typedef struct chunk {
    struct chunk *next;
    size_t used, size;
    char bytes[];
} chunk;

struct cpjsip_event_batch {
    cpjsip_event *events;
    size_t count, capacity;
    chunk *chunks;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static cpjsip_event_batch *current;
static int fd = -1;

int events_open(void)
{
    if (fd < 0) fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return fd < 0 ? -1 : 0;
}

int cpjsip_event_fd(void) { return fd; }

static const char *keep(cpjsip_event_batch *batch, const char *text)
{
    if (!text || !*text) return "";
    size_t size = strlen(text) + 1;
    chunk *at = batch->chunks;
    if (!at || at->size - at->used < size) {
        size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;
        chunk *fresh = malloc(sizeof *fresh + room);
        if (!fresh) return "";
        *fresh = (chunk){.next = at, .used = 0, .size = room};
        batch->chunks = at = fresh;
    }
    char *copy = at->bytes + at->used;
    /* Some of it was written by the far end: no control characters for logs and spreadsheets. */
    for (size_t i = 0; i < size - 1; i++) copy[i] = (unsigned char)text[i] < 32 || text[i] == 127 ? '?' : text[i];
    copy[size - 1] = 0;
    at->used += size;
    return copy;
}

void event_post(const cpjsip_event *event)
{
    pthread_mutex_lock(&mutex);
    if (!current) current = calloc(1, sizeof *current);
    cpjsip_event_batch *batch = current;
    bool first = batch && batch->count == 0;
    if (batch && batch->count == batch->capacity) {
        size_t capacity = batch->capacity ? batch->capacity * 2 : 64;
        cpjsip_event *grown = realloc(batch->events, capacity * sizeof *grown);
        if (grown) {
            batch->events = grown;
            batch->capacity = capacity;
        } else {
            batch = NULL;
        }
    }
    if (!batch) {
        /* A lost event would be a lost bill; without memory for 64 bytes nothing here can go on. */
        abort();
    }
    cpjsip_event *copy = &batch->events[batch->count++];
    *copy = *event;
    if (copy->time_us == 0) copy->time_us = boot_us();
    const char **strings[] = {
        &copy->reason, &copy->challenge_realm, &copy->sip_call_id, &copy->callee, &copy->caller, &copy->remote_address,
        &copy->dialog.sip_call_id, &copy->dialog.local_uri, &copy->dialog.local_tag, &copy->dialog.remote_uri,
        &copy->dialog.remote_tag, &copy->dialog.remote_target, &copy->dialog.route_set,
    };
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) *strings[i] = keep(batch, *strings[i]);
    pthread_mutex_unlock(&mutex);
    if (first && fd >= 0) {
        uint64_t one = 1;
        ssize_t written = write(fd, &one, sizeof one);
        (void)written; /* fails only when the counter is full, and then it is readable */
    }
}

void cpjsip_events_noticed(void)
{
    uint64_t ignored;
    ssize_t got = read(fd, &ignored, sizeof ignored);
    (void)got;
}

cpjsip_event_batch *cpjsip_take_events(const cpjsip_event **events, size_t *count)
{
    pthread_mutex_lock(&mutex);
    cpjsip_event_batch *batch = current;
    current = NULL;
    pthread_mutex_unlock(&mutex);
    *events = batch ? batch->events : NULL;
    *count = batch ? batch->count : 0;
    return batch;
}

void cpjsip_release_events(cpjsip_event_batch *batch)
{
    if (!batch) return;
    for (size_t i = 0; i < batch->count; i++) free((void *)batch->events[i].recording);
    for (chunk *at = batch->chunks; at;) {
        chunk *next = at->next;
        free(at);
        at = next;
    }
    free(batch->events);
    free(batch);
}
