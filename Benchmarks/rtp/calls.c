/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Calls on the pump, each with its prompt. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PROMPT_SECONDS = 30, PROMPT = PROMPT_SECONDS * 8000, COST_CALLS = 500, COST_ROUNDS = 4 };

static rtp_pump *pump;
static rtp_stream **streams;
static uint8_t *prompt;

rtp_stream *call_at(int index) { return streams[index]; }

static rtp_stream *open_call(rtp_pump *on, int index, bool twice)
{
    struct sockaddr_storage local = loopback();
    uint16_t port;
    rtp_stream *stream = rtp_stream_open(on, (uint64_t)index + 1, (struct sockaddr *)&local, &port);
    rtp_stream_parameters parameters = {
        .remote = far_address[index % FAR_ENDS], .remote_rtcp = far_address[FAR_ENDS], .codec = RTP_CODEC_PCMA,
        .payload_type = 8, .event_payload_type = 101, .remote_event_payload_type = 101, .may_send = true};
    if (!stream || (twice && rtp_stream_set(stream, &parameters, false) != 0) ||
        rtp_stream_set(stream, &parameters, true) != 0)
        fail("call");
    return stream;
}

void calls_open(void)
{
    if (!pump) {
        rtp_pump_config config = {.port_first = bench.port_first, .port_last = (uint16_t)(bench.port_first + PUMP_PORTS - 1),
                                  .dscp = 46, .realtime_priority = bench.priority, .cpu = bench.cpu};
        pump = rtp_pump_start(&config);
        streams = calloc((size_t)bench.streams, sizeof *streams);
        prompt = malloc(PROMPT);
        if (!pump || !streams || !prompt) fail("pump");
        for (size_t i = 0; i < PROMPT; i++) prompt[i] = (uint8_t)(i * 2654435761u >> 24);
        rtp_pump_add_prompt(pump, 1, prompt, prompt, PROMPT);
    }
    for (int i = 0; i < bench.streams; i++) {
        streams[i] = open_call(pump, i, false);
        rtp_stream_play(streams[i], 1, (uint32_t)i * 20 % 10000);
    }
}

void calls_close(void)
{
    for (int i = 0; i < bench.streams; i++) rtp_stream_close(streams[i], NULL, NULL, NULL);
}

static double percentile(const uint64_t late[], double share)
{
    uint64_t all = 0, sum = 0;
    for (int i = 0; i < RTP_LATE_BUCKETS; i++) all += late[i];
    for (int i = 0; i < RTP_LATE_BUCKETS - 1; i++) {
        sum += late[i];
        if ((double)sum >= share * (double)all) return rtp_late_bounds_us[i] / 1000.0;
    }
    return 1000;
}

pump_run calls_run(int ms)
{
    rtp_stats before, after;
    int64_t began = clock_ns(CLOCK_MONOTONIC);
    rtp_pump_statistics(pump, &before);
    wait_ms(ms);
    double seconds = (double)(clock_ns(CLOCK_MONOTONIC) - began) / 1e9;
    rtp_pump_statistics(pump, &after);
    uint64_t late[RTP_LATE_BUCKETS];
    for (int i = 0; i < RTP_LATE_BUCKETS; i++) late[i] = after.late[i] - before.late[i];
    double packets = (double)(after.packets_sent - before.packets_sent);
    double cpu = (double)(after.cpu_us - before.cpu_us);
    return (pump_run){
        .us = cpu / packets,
        .core = cpu / seconds / 1e6,
        .share = packets / (seconds * bench.streams * 50),
        .p50 = percentile(late, 0.5),
        .p99 = percentile(late, 0.99),
        .max = after.late_max_us / 1000.0,
        .skipped = after.skipped - before.skipped,
        .errors = after.send_errors - before.send_errors,
        .received = after.packets_received - before.packets_received,
    };
}

/* The work of the SIP thread; nothing is sent meanwhile. */
void calls_cost(double *first, double *again)
{
    uint16_t port = (uint16_t)(bench.port_first + PUMP_PORTS);
    rtp_pump_config config = {.port_first = port, .port_last = (uint16_t)(port + STILL_PORTS - 1), .dscp = 46, .cpu = -1};
    rtp_pump *still = rtp_pump_create(&config);
    static rtp_stream *some[COST_CALLS];
    if (!still) fail("pump");
    *again = 1e9;
    for (int round = 0; round < COST_ROUNDS; round++) {
        int64_t began = clock_ns(CLOCK_THREAD_CPUTIME_ID);
        for (int i = 0; i < COST_CALLS; i++) some[i] = open_call(still, i, true);
        for (int i = 0; i < COST_CALLS; i++) rtp_stream_close(some[i], NULL, NULL, NULL);
        double us = (double)(clock_ns(CLOCK_THREAD_CPUTIME_ID) - began) / 1000 / COST_CALLS;
        if (round == 0) *first = us;
        if (round > 0 && us < *again) *again = us;
        still->now_ns += 10000000000LL;
    }
    rtp_pump_stop(still);
}
