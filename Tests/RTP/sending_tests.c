/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The wheel: when packets go, and what their headers say. */
#include "check.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void packets_flow_until_close(void)
{
    rtp_pump *pump = make_pump();
    far_end end = make_far_end(AF_INET);
    uint16_t port;
    rtp_stream *stream = start_stream(pump, 1, &end, &port);
    pass(pump, 200);
    rtp_packet first, packet;
    CHECK(next_packet(&end, &first));
    CHECK(first.marker);
    EQUAL(first.payload_type, 8);
    EQUAL(first.payload_size, RTP_FRAME_SIZE);
    for (int i = 0; i < RTP_FRAME_SIZE; i++) CHECK(first.payload[i] == 0xD5);
    uint16_t sequence = first.sequence;
    uint32_t timestamp = first.timestamp, ssrc = first.ssrc;
    for (unsigned i = 1; i < 10; i++) {
        CHECK(next_packet(&end, &packet));
        CHECK(!packet.marker);
        EQUAL(packet.sequence, (uint16_t)(sequence + i));
        EQUAL(packet.timestamp, timestamp + i * RTP_FRAME_SIZE);
        EQUAL(packet.ssrc, ssrc);
    }
    EQUAL(drain(end.fd), 0);
    rtp_media_stats stats;
    rtp_stream_close(stream, &stats, NULL, NULL);
    EQUAL(stats.packets_sent, 10);
    EQUAL(stats.skipped, 0);
    EQUAL(stats.late_max_us, 0);
    pass(pump, 100);
    EQUAL(drain(end.fd), 0);
    rtp_pump_stop(pump);
    free_far_end(&end);
}

static void nothing_flows_before_the_start(void)
{
    rtp_pump *pump = make_pump();
    far_end end = make_far_end(AF_INET);
    struct sockaddr_storage local = loopback(AF_INET, 0);
    uint16_t port;
    rtp_stream *stream = rtp_stream_open(pump, 1, (struct sockaddr *)&local, &port);
    pass(pump, 100);
    rtp_stream_parameters parameters = parameters_for(&end);
    EQUAL(rtp_stream_set(stream, &parameters, false), 0);
    pass(pump, 100);
    EQUAL(drain(end.fd), 0);
    EQUAL(rtp_stream_set(stream, &parameters, true), 0);
    EQUAL(rtp_stream_set(stream, &parameters, false), 0); /* a re-INVITE does not stop what flows */
    pass(pump, 20);
    rtp_packet packet;
    CHECK(next_packet(&end, &packet));
    CHECK(packet.marker);
    rtp_pump_stop(pump);
    free_far_end(&end);
}

static void streams_are_spread_evenly(void)
{
    rtp_pump *pump = make_pump();
    far_end end = make_far_end(AF_INET);
    uint16_t port;
    for (int i = 0; i < 100; i++) start_stream(pump, (uint64_t)i, &end, &port);
    for (int i = 0; i < RTP_PHASES; i++) {
        pass(pump, 1);
        EQUAL(drain(end.fd), 5);
    }
    rtp_pump_stop(pump);
    free_far_end(&end);
}

/* Each stream is sent at most once however late the tick; beyond a period the rest is skipped and counted. */
static void a_late_tick_never_bursts(void)
{
    static const struct {
        int late_ms;
        unsigned packets, skipped;
    } table[] = {{1, 0, 0}, {19, 0, 0}, {20, 1, 0}, {21, 1, 0}, {39, 1, 0}, {40, 1, 1}, {60, 1, 2}, {5000, 1, 249},
                 {3600000, 1, 179999}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        rtp_pump *pump = make_pump();
        far_end end = make_far_end(AF_INET);
        uint16_t port;
        rtp_stream *stream = start_stream(pump, 1, &end, &port);
        do pass(pump, 1);
        while (rtp_sender_of(stream)->packets == 0); /* just been sent */
        rtp_packet before, after;
        CHECK(next_packet(&end, &before));
        uint16_t sequence = before.sequence;
        uint32_t timestamp = before.timestamp;

        jump_to(pump, pump->now_ns / RTP_TICK_NS + table[i].late_ms);
        check_equal(rtp_sender_of(stream)->packets - 1, table[i].packets, __FILE__, __LINE__, "packets");
        check_equal(stream->stats.skipped, table[i].skipped, __FILE__, __LINE__, "skipped");
        CHECK(rtp_sender_of(stream)->late_max_us < 20000);
        pass(pump, 20);
        /* No sequence number is left out, and the media clock stands where the time is. */
        uint32_t due = table[i].packets + table[i].skipped;
        for (unsigned p = 0; p <= table[i].packets; p++) CHECK(next_packet(&end, &after));
        EQUAL(after.sequence, (uint16_t)(sequence + table[i].packets + 1));
        EQUAL(after.timestamp, timestamp + (due + 1) * RTP_FRAME_SIZE);
        EQUAL(drain(end.fd), 0);
        rtp_stats all;
        rtp_pump_statistics(pump, &all);
        EQUAL(all.skipped, table[i].skipped);
        EQUAL(all.packets_sent, rtp_sender_of(stream)->packets);
        rtp_pump_stop(pump);
        free_far_end(&end);
    }
}

static void lateness_is_measured_against_the_phase(void)
{
    rtp_pump *pump = make_pump();
    far_end end = make_far_end(AF_INET);
    uint16_t port;
    rtp_stream *stream = start_stream(pump, 1, &end, &port);
    do pass(pump, 1);
    while (rtp_sender_of(stream)->packets == 0);
    jump_to(pump, pump->now_ns / RTP_TICK_NS + 20 + 7); /* seven late */
    rtp_stats all;
    rtp_pump_statistics(pump, &all);
    EQUAL(all.late[0], 1); /* <= 100 us */
    EQUAL(all.late[8], 1); /* <= 10 ms */
    EQUAL(all.late_max_us, 7000);
    EQUAL(all.streams, 1);
    rtp_media_stats stats;
    rtp_stream_close(stream, &stats, NULL, NULL);
    EQUAL(stats.late_max_us, 7000);
    EQUAL(stats.late_mean_us, 3500);
    rtp_pump_stop(pump);
    free_far_end(&end);
}

static void hold_keeps_the_clock_and_resume_begins_a_talk_spurt(void)
{
    rtp_pump *pump = make_pump();
    far_end end = make_far_end(AF_INET);
    uint16_t port;
    rtp_stream *stream = start_stream(pump, 1, &end, &port);
    pass(pump, 20);
    rtp_packet packet;
    CHECK(next_packet(&end, &packet));
    uint16_t sequence = packet.sequence;
    uint32_t timestamp = packet.timestamp;
    rtp_stream_parameters parameters = parameters_for(&end);
    parameters.may_send = false;
    EQUAL(rtp_stream_set(stream, &parameters, false), 0);
    pass(pump, 100);
    EQUAL(drain(end.fd), 0);
    parameters.may_send = true;
    parameters.remote = loopback(AF_INET, 0); /* 127.0.0.1 port 0: nobody */
    EQUAL(rtp_stream_set(stream, &parameters, false), 0);
    pass(pump, 100);
    EQUAL(drain(end.fd), 0);
    parameters.remote = end.address;
    EQUAL(rtp_stream_set(stream, &parameters, false), 0);
    pass(pump, 20);
    CHECK(next_packet(&end, &packet));
    CHECK(packet.marker);
    EQUAL(packet.sequence, (uint16_t)(sequence + 1));
    EQUAL(packet.timestamp, timestamp + 11 * RTP_FRAME_SIZE);
    pass(pump, 20);
    CHECK(next_packet(&end, &packet));
    CHECK(!packet.marker);
    rtp_pump_stop(pump);
    free_far_end(&end);
}

static void a_closed_port_kills_nobody(void)
{
    rtp_pump *pump = make_pump();
    far_end end = make_far_end(AF_INET);
    uint16_t port;
    rtp_stream *stream = start_stream(pump, 1, &end, &port);
    free_far_end(&end); /* from now on ICMP answers: port unreachable */
    pass(pump, 200);
    rtp_media_stats stats;
    rtp_stream_close(stream, &stats, NULL, NULL);
    EQUAL(stats.packets_sent, 10);
    CHECK(stats.send_errors > 0);
    rtp_stats all;
    rtp_pump_statistics(pump, &all);
    EQUAL(all.send_errors, stats.send_errors);
    rtp_pump_stop(pump);
}

static void a_new_address_gets_the_packets(void)
{
    rtp_pump *pump = make_pump();
    far_end one = make_far_end(AF_INET), other = make_far_end(AF_INET);
    uint16_t port;
    rtp_stream *stream = start_stream(pump, 1, &one, &port);
    pass(pump, 40);
    EQUAL(drain(one.fd), 2);
    rtp_stream_parameters parameters = parameters_for(&other);
    parameters.codec = RTP_CODEC_PCMU;
    parameters.payload_type = 0;
    EQUAL(rtp_stream_set(stream, &parameters, false), 0);
    pass(pump, 40);
    EQUAL(drain(one.fd), 0);
    rtp_packet packet;
    CHECK(next_packet(&other, &packet));
    EQUAL(packet.payload_type, 0);
    EQUAL(packet.payload[0], 0xFF);
    rtp_pump_stop(pump);
    free_far_end(&one);
    free_far_end(&other);
}

static void what_makes_no_sense_is_refused(void)
{
    rtp_pump *pump = make_pump();
    far_end end = make_far_end(AF_INET);
    uint16_t port;
    rtp_stream *stream = start_stream(pump, 1, &end, &port);
    rtp_stream_parameters parameters = parameters_for(&end);
    parameters.codec = 0;
    EQUAL(rtp_stream_set(stream, &parameters, false), EINVAL);
    parameters = parameters_for(&end);
    parameters.event_payload_type = 128;
    EQUAL(rtp_stream_set(stream, &parameters, false), EINVAL);
    parameters = parameters_for(&end);
    parameters.remote_event_payload_type = 128;
    EQUAL(rtp_stream_set(stream, &parameters, false), EINVAL);
    parameters = parameters_for(&end);
    parameters.remote = loopback(AF_INET6, 5000); /* the socket is IPv4 */
    CHECK(rtp_stream_set(stream, &parameters, false) != 0);
    rtp_pump_stop(pump);
    free_far_end(&end);
}

static void ipv6_works_the_same(void)
{
    int probe = socket(AF_INET6, SOCK_DGRAM, 0);
    struct sockaddr_storage address = loopback(AF_INET6, 0);
    bool there = probe >= 0 && bind(probe, (struct sockaddr *)&address, rtp_address_size((struct sockaddr *)&address)) == 0;
    if (probe >= 0) close(probe);
    if (!there) {
        printf("no IPv6 here: not tested\n");
        return;
    }
    rtp_pump *pump = make_pump();
    far_end end = make_far_end(AF_INET6);
    uint16_t port;
    start_stream(pump, 1, &end, &port);
    uint8_t data[16];
    size_t size = make_packet(data, 101, true, 1, 1000, 1, "\3\12\0\240", 4);
    send_to_stream(&end, port, data, size);
    pass(pump, 60);
    EQUAL(drain(end.fd), 3);
    EQUAL(heard_of.keys, 1);
    EQUAL(heard_of.digits[0], '3');
    rtp_pump_stop(pump);
    free_far_end(&end);
}

void sending_tests(void)
{
    packets_flow_until_close();
    nothing_flows_before_the_start();
    streams_are_spread_evenly();
    a_late_tick_never_bursts();
    lateness_is_measured_against_the_phase();
    hold_keeps_the_clock_and_resume_begins_a_talk_spurt();
    a_closed_port_kills_nobody();
    a_new_address_gets_the_packets();
    what_makes_no_sense_is_refused();
    ipv6_works_the_same();
}
