/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Bare loops over connected sockets: nothing but send(). */
#include "bench.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CACHES = 16 << 20 };

static int *fds;
static uint8_t *caches;

void floors_open(void)
{
    fds = calloc((size_t)bench.streams, sizeof *fds);
    caches = malloc(CACHES);
    if (!fds || !caches) fail("memory");
    for (int i = 0; i < bench.streams; i++) {
        struct sockaddr_storage local = loopback();
        struct sockaddr *remote = (struct sockaddr *)&far_address[i % FAR_ENDS];
        fds[i] = rtp_socket_open((struct sockaddr *)&local, 0, 16384, 46);
        if (fds[i] < 0 || rtp_socket_connect(fds[i], remote) < 0) fail("socket of a bare loop");
    }
}

typedef struct {
    floor_kind kind;
    int ms;
    double us;
} run;

static void *loop(void *argument)
{
    run *run = argument;
    settle(bench.cpu, true);
    uint8_t packet[PACKET];
    memset(packet, 0xD5, sizeof packet);
    int64_t packets = 0, used = 0, began = clock_ns(CLOCK_MONOTONIC), cpu_began = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    for (int64_t tick = 0; clock_ns(CLOCK_MONOTONIC) - began < run->ms * 1000000LL; tick++) {
        if (run->kind == FLOOR_PACED) {
            int64_t due = began + (tick + 1) * RTP_TICK_NS;
            struct timespec at = {due / 1000000000, due % 1000000000};
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
        }
        if (run->kind == FLOOR_COLD)
            for (size_t i = 0; i < CACHES; i += 64) caches[i]++;
        int phase = (int)(tick % RTP_PHASES);
        int first = (int)((int64_t)bench.streams * phase / RTP_PHASES);
        int last = (int)((int64_t)bench.streams * (phase + 1) / RTP_PHASES);
        int64_t before = run->kind == FLOOR_COLD ? clock_ns(CLOCK_THREAD_CPUTIME_ID) : 0;
        for (int i = first; i < last; i++) send(fds[i], packet, sizeof packet, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (run->kind == FLOOR_COLD) used += clock_ns(CLOCK_THREAD_CPUTIME_ID) - before;
        packets += last - first;
    }
    if (run->kind != FLOOR_COLD) used = clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_began;
    run->us = (double)used / 1000 / (double)packets;
    return NULL;
}

double floor_run(floor_kind kind, int ms)
{
    run run = {.kind = kind, .ms = ms};
    pthread_t thread;
    if (pthread_create(&thread, NULL, loop, &run) != 0) fail("thread");
    pthread_join(thread, NULL);
    return run.us;
}
