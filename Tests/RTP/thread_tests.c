/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * The real thread, while calls come, change and go on a second one and a third asks for statistics, as the SIP thread
 * and the dispatcher do: for the sanitizers, and for what close() promises.
 */
#include "check.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

enum { CALLS = 2000, AT_ONCE = 40 };

static atomic_int closed[CALLS];
static atomic_int told_after_close, ended, keys, released;

static void on_key(uint64_t call, char digit, int64_t time_us)
{
    (void)digit, (void)time_us;
    atomic_fetch_add(&keys, 1);
    if (atomic_load(&closed[call])) atomic_fetch_add(&told_after_close, 1);
}

static void on_ended(uint64_t call, uint32_t prompt, const rtp_media_stats *stats, int64_t time_us)
{
    (void)prompt, (void)stats, (void)time_us;
    atomic_fetch_add(&ended, 1);
    if (atomic_load(&closed[call])) atomic_fetch_add(&told_after_close, 1);
}

static void on_released(uint32_t prompt)
{
    (void)prompt;
    atomic_fetch_add(&released, 1);
}

static atomic_bool watched_enough;

/* Counters never go back. */
static void *watch(void *pump)
{
    rtp_stats former = {0};
    long went_back = 0;
    while (!atomic_load(&watched_enough)) {
        rtp_stats now;
        rtp_pump_statistics(pump, &now);
        went_back += now.packets_sent < former.packets_sent || now.packets_received < former.packets_received ||
                     now.skipped < former.skipped || now.cpu_us < former.cpu_us;
        former = now;
        sched_yield();
    }
    return (void *)went_back;
}

/* The far end holds us, takes us back, or chooses another codec (re-INVITE). */
static void change(rtp_stream *stream, const far_end *end, uint64_t call)
{
    rtp_stream_parameters parameters = parameters_for(end);
    parameters.may_send = call % 4 != 0;
    if (call % 8 == 1) {
        parameters.codec = RTP_CODEC_PCMU;
        parameters.payload_type = 0;
    }
    EQUAL(rtp_stream_set(stream, &parameters, true), 0);
}

static void calls_come_and_go(void)
{
    rtp_pump_config config = {.key = on_key, .prompt_ended = on_ended, .prompt_released = on_released,
                              .port_first = PORT_FIRST, .port_last = PORT_LAST, .realtime_priority = 10, .cpu = -1};
    rtp_pump *pump = rtp_pump_start(&config);
    CHECK(pump != NULL);
    if (!pump) return;
    static uint8_t audio[RTP_FRAME_SIZE * 2];
    rtp_pump_add_prompt(pump, 1, audio, audio, sizeof audio);
    far_end end = make_far_end(AF_INET);
    pthread_t watcher;
    EQUAL(pthread_create(&watcher, NULL, watch, pump), 0);
    struct {
        rtp_stream *stream;
        uint64_t call;
        uint16_t port;
    } slots[AT_ONCE] = {0};
    uint64_t packets = 0;
    for (uint64_t call = 0; call < CALLS; call++) {
        unsigned at = (unsigned)(call % AT_ONCE);
        if (slots[at].stream) {
            rtp_media_stats stats;
            uint8_t *recording;
            size_t length;
            rtp_stream_close(slots[at].stream, &stats, &recording, &length);
            atomic_store(&closed[slots[at].call], 1);
            free(recording);
            packets += stats.packets_sent;
        }
        slots[at].call = call;
        slots[at].stream = start_stream(pump, call, &end, &slots[at].port);
        rtp_stream_record(slots[at].stream, 1000);
        rtp_stream_play(slots[at].stream, 1, 0);
        uint8_t payload[4], data[16];
        rtp_write_event(payload, 5, false, 160);
        send_to_stream(&end, slots[at].port, data, make_packet(data, 101, true, 1, 1000, 1, payload, 4));
        rtp_stream *other = slots[(at + 1) % AT_ONCE].stream;
        if (other) rtp_stream_send_digit(other, '5');
        if (other && call % 3 == 0) rtp_stream_stop_playing(other);
        if (other && call % 2 == 0) change(other, &end, call / 2);
        rtp_stats all;
        rtp_pump_statistics(pump, &all);
        CHECK(all.streams <= AT_ONCE);
        if (call == CALLS / 2) {
            rtp_pump_remove_prompt(pump, 1);
            rtp_pump_add_prompt(pump, 1, audio, audio, sizeof audio);
        }
        drain(end.fd);
        /* The pump's own progress paces the calls: each lives for some periods. */
        uint64_t sent = all.packets_sent;
        for (int spins = 0; call % AT_ONCE == 0 && call > 0 && spins < 1000000; spins++) {
            rtp_pump_statistics(pump, &all);
            if (all.packets_sent >= sent + AT_ONCE * 3 / 2) break;
        }
    }
    for (unsigned i = 0; i < AT_ONCE; i++) {
        rtp_media_stats stats;
        rtp_stream_close(slots[i].stream, &stats, NULL, NULL);
        atomic_store(&closed[slots[i].call], 1);
        packets += stats.packets_sent;
    }
    rtp_stats all;
    rtp_pump_statistics(pump, &all);
    EQUAL(all.streams, 0);
    EQUAL(atomic_load(&keys), CALLS); /* a key was sent in every call, none got lost */
    EQUAL(atomic_load(&told_after_close), 0);
    CHECK(atomic_load(&ended) > 0);
    CHECK(all.cpu_us > 0);
    /* The last tick publishes its counts after the streams' own; stopping waits for it. */
    CHECK(all.packets_sent <= packets);
    atomic_store(&watched_enough, true);
    void *went_back;
    pthread_join(watcher, &went_back);
    EQUAL((long)went_back, 0);
    rtp_pump_stop(pump);
    EQUAL(atomic_load(&released), 2);
    free_far_end(&end);
}

static void an_idle_pump_stops(void)
{
    rtp_pump_config config = {.port_first = PORT_FIRST, .port_last = PORT_LAST, .cpu = 0};
    rtp_pump *pump = rtp_pump_start(&config);
    CHECK(pump != NULL);
    rtp_pump_stop(pump);
    pump = rtp_pump_start(&config);
    CHECK(pump != NULL);
    far_end end = make_far_end(AF_INET);
    uint16_t port;
    start_stream(pump, 1, &end, &port); /* ends the rest */
    rtp_packet packet;
    CHECK(next_packet(&end, &packet));
    CHECK(next_packet(&end, &packet));
    rtp_pump_stop(pump);
    rtp_pump_stop(NULL);
    free_far_end(&end);
}

void thread_tests(void)
{
    calls_come_and_go();
    an_idle_pump_stops();
}
