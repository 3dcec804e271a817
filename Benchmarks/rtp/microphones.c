/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Citizens who talk: a packet comes in for each that goes out, 20 ms apart. */
#include "bench.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static atomic_bool over;
static atomic_uint_fast64_t sent, used_ns;

static void *talk(void *argument)
{
    (void)argument;
    settle(bench.other, false);
    uint8_t packet[PACKET];
    int64_t began = clock_ns(CLOCK_MONOTONIC), cpu_began = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    for (int64_t tick = 0; !atomic_load(&over); tick++) {
        int64_t due = began + (tick + 1) * RTP_TICK_NS;
        struct timespec at = {due / 1000000000, due % 1000000000};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
        for (int i = (int)(tick % RTP_PHASES); i < bench.streams; i += RTP_PHASES) {
            struct sockaddr_storage to = loopback();
            ((struct sockaddr_in *)&to)->sin_port = htons(call_at(i)->sockets->port);
            rtp_write_header(packet, 8, false, (uint16_t)(tick / RTP_PHASES), (uint32_t)(tick / RTP_PHASES) * 160, 1);
            sendto(far_fd[i % FAR_ENDS], packet, sizeof packet, MSG_DONTWAIT, (struct sockaddr *)&to,
                   sizeof(struct sockaddr_in));
            atomic_fetch_add_explicit(&sent, 1, memory_order_relaxed);
        }
    }
    atomic_store(&used_ns, (uint64_t)(clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_began));
    return NULL;
}

static pump_run run(int ms, double *sender_us)
{
    pthread_t thread;
    atomic_store(&over, false);
    atomic_store(&sent, 0);
    if (pthread_create(&thread, NULL, talk, NULL) != 0) fail("thread");
    pump_run result = calls_run(ms);
    atomic_store(&over, true);
    pthread_join(thread, NULL);
    *sender_us = (double)atomic_load(&used_ns) / 1000 / (double)atomic_load(&sent);
    return result;
}

static void print(const char *what, pump_run run, double sender_us)
{
    printf("%-34s %6.3f us a packet sent, %5.1f %% of a core, %6.0f packets a second came", what, run.us, run.core * 100,
           (double)run.received);
    if (sender_us > 0) printf(", each %.2f us to send and deliver", sender_us);
    printf("\n");
}

void microphones_run(int ms)
{
    double with_us = 0, without_us = 0;
    calls_open();
    wait_ms(200);
    pump_run quiet = calls_run(ms), with = run(ms, &with_us);
    for (int i = 0; i < bench.streams; i++) rtp_filter_attach(call_at(i)->sockets->fd, 8, 101, 101);
    pump_run without = run(ms, &without_us);
    calls_close();
    quiet.received = quiet.received * 1000 / (uint64_t)ms;
    with.received = with.received * 1000 / (uint64_t)ms;
    without.received = without.received * 1000 / (uint64_t)ms;
    print("nobody talks", quiet, 0);
    print("all talk, the kernel's filter drops", with, with_us);
    print("all talk, the RTP thread reads", without, without_us);
}
