/* SPDX-License-Identifier: GPL-3.0-or-later */
/** RTCP: what reports look like and when they go. */
#include "check.h"

#include <string.h>

static uint32_t word(const uint8_t *at) { return (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3]; }

static void a_compound_is_laid_out(void)
{
    static const uint8_t golden[] = {
        0x80, 200, 0, 6,        /* SR, no report blocks, 7 words */
        0x11, 0x22, 0x33, 0x44, /* SSRC */
        0xE0, 0x00, 0x00, 0x01, /* NTP seconds */
        0x80, 0x00, 0x00, 0x00, /* NTP fraction: half a second */
        0x00, 0x00, 0x01, 0x40, /* RTP timestamp */
        0x00, 0x00, 0x00, 0x02, /* packets */
        0x00, 0x00, 0x01, 0x40, /* octets */
        0x81, 202, 0, 3,        /* SDES, one chunk, 4 words */
        0x11, 0x22, 0x33, 0x44, /* SSRC */
        1, 4, 'n', 'a',         /* CNAME, 4 octets */
        'm', 'e', 0, 0,         /* ended by a zero, filled up to the word */
        0x81, 203, 0, 1,        /* BYE, one source */
        0x11, 0x22, 0x33, 0x44, /* SSRC */
    };
    rtcp_report report = {.ssrc = 0x11223344, .ntp = 0xE000000180000000, .rtp_timestamp = 320, .packets = 2,
                          .octets = 320, .cname = "name", .sender = true, .bye = true};
    uint8_t data[128];
    EQUAL(rtcp_write(data, sizeof data, &report), sizeof golden);
    CHECK(memcmp(data, golden, sizeof golden) == 0);
    report.bye = false;
    EQUAL(rtcp_write(data, sizeof data, &report), sizeof golden - 8);
    report.sender = false; /* RR: SSRC only */
    EQUAL(rtcp_write(data, sizeof data, &report), sizeof golden - 8 - 20);
    EQUAL(data[1], 201);
    EQUAL(data[3], 1);
    EQUAL(data[9], 202);
    EQUAL(rtcp_write(data, 20, &report), 0); /* does not fit */
    for (size_t length = 0; length < 8; length++) {
        const char *names[] = {"", "a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg"};
        report.cname = names[length];
        size_t size = rtcp_write(data, sizeof data, &report);
        EQUAL(size % 4, 0);
        EQUAL(size, 8 + 4u * ((data[10] << 8 | data[11]) + 1));
        EQUAL(data[size - 1], 0);
    }
}

static void reports_come_now_and_then_and_a_bye_at_the_end(void)
{
    rtp_pump *pump = make_pump();
    far_end end = make_far_end(AF_INET);
    uint16_t port;
    rtp_stream *stream = start_stream(pump, 1, &end, &port);
    uint8_t data[256];
    int first_ms = 0, count = 0;
    for (int ms = 0; ms < 60000; ms++) {
        pass(pump, 1);
        int reports = drain(end.rtcp_fd);
        if (reports > 0 && first_ms == 0) first_ms = ms;
        count += reports;
        if (ms % 20 == 0) drain(end.fd);
    }
    CHECK(first_ms >= 1240 && first_ms <= 3800);
    CHECK(count >= 8 && count <= 24);

    uint32_t packets = rtp_sender_of(stream)->packets;
    EQUAL(packets, 3000);
    rtp_stream_close(stream, NULL, NULL, NULL);
    int size = next_datagram(end.rtcp_fd, data, sizeof data);
    EQUAL(size, 28 + 4 + 4 + 2 + 24 + 2 + 8);
    EQUAL(data[1], 200);
    uint32_t ssrc = word(data + 4);
    int64_t now = rtp_wall_ns() / 1000000000 + 2208988800;
    CHECK(now - (int64_t)word(data + 8) <= 2);
    EQUAL(word(data + 20), packets);
    EQUAL(word(data + 24), packets * RTP_FRAME_SIZE);
    EQUAL(data[29], 202);
    EQUAL(word(data + 32), ssrc);
    EQUAL(data[size - 7], 203);
    EQUAL(word(data + size - 4), ssrc);
    rtp_pump_stop(pump);
    free_far_end(&end);
}

static void the_timestamp_of_a_report_is_the_media_clock(void)
{
    rtp_pump *pump = make_pump();
    far_end end = make_far_end(AF_INET);
    uint16_t port;
    rtp_stream *stream = start_stream(pump, 1, &end, &port);
    do pass(pump, 1);
    while (rtp_sender_of(stream)->packets == 0);
    rtp_packet packet;
    CHECK(next_packet(&end, &packet));
    uint32_t timestamp = packet.timestamp;
    pass(pump, 5); /* 40 samples after the packet was due */
    rtp_stream_close(stream, NULL, NULL, NULL);
    uint8_t data[256];
    CHECK(next_datagram(end.rtcp_fd, data, sizeof data) > 0);
    EQUAL(word(data + 16), timestamp + 40);
    rtp_pump_stop(pump);
    free_far_end(&end);
}

static void who_sends_nothing_reports_as_a_receiver_and_says_no_bye(void)
{
    rtp_pump *pump = make_pump();
    far_end end = make_far_end(AF_INET);
    uint16_t port;
    rtp_stream *stream = start_stream(pump, 1, &end, &port);
    rtp_stream_parameters parameters = parameters_for(&end);
    parameters.may_send = false;
    rtp_stream_set(stream, &parameters, false);
    pass(pump, 5000);
    uint8_t data[256];
    CHECK(next_datagram(end.rtcp_fd, data, sizeof data) > 0);
    EQUAL(data[1], 201);
    drain(end.rtcp_fd);
    rtp_stream_close(stream, NULL, NULL, NULL);
    EQUAL(drain(end.rtcp_fd), 0);
    rtp_pump_stop(pump);
    free_far_end(&end);
}

void report_tests(void)
{
    a_compound_is_laid_out();
    reports_come_now_and_then_and_a_bye_at_the_end();
    the_timestamp_of_a_report_is_the_media_clock();
    who_sends_nothing_reports_as_a_receiver_and_says_no_bye();
}
