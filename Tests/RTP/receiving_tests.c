/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What is let in: the negotiated far end's keys, and its audio only while it is recorded. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

static void send_audio(const far_end *end, uint16_t port, unsigned number, uint8_t value)
{
    uint8_t payload[RTP_FRAME_SIZE], data[RTP_HEADER_SIZE + RTP_FRAME_SIZE];
    memset(payload, value, sizeof payload);
    size_t size = make_packet(data, 8, false, (uint16_t)number, number * 160, 1, payload, sizeof payload);
    send_to_stream(end, port, data, size);
}

static void send_key(const far_end *end, uint16_t port, uint8_t payload_type, uint8_t event, uint32_t timestamp)
{
    uint8_t payload[4], data[16];
    rtp_write_event(payload, event, false, 160);
    send_to_stream(end, port, data, make_packet(data, payload_type, true, 1, timestamp, 1, payload, 4));
}

static void the_kernel_drops_audio_and_passes_keys(void)
{
    rtp_pump *pump = make_pump();
    far_end end = make_far_end(AF_INET);
    uint16_t port;
    rtp_stream *stream = start_stream(pump, 5, &end, &port);
    for (unsigned i = 0; i < 50; i++) send_audio(&end, port, i, 'a');
    send_key(&end, port, 101, 5, 1000);
    send_key(&end, port, 101, 5, 1000);
    send_key(&end, port, 100, 6, 2000); /* another payload type than the negotiated one */
    send_to_stream(&end, port, "x", 1); /* no RTP at all */
    pass(pump, 60);
    EQUAL(heard_of.keys, 1);
    EQUAL(heard_of.key_call, 5);
    EQUAL(heard_of.digits[0], '5');
    EQUAL(stream->received, 2); /* no more than that came up here */
    rtp_stats all;
    rtp_pump_statistics(pump, &all);
    EQUAL(all.packets_received, 54); /* the rest was counted by the kernel */
    rtp_media_stats stats;
    rtp_stream_close(stream, &stats, NULL, NULL);
    EQUAL(stats.packets_received, 54);
    rtp_pump_statistics(pump, &all);
    EQUAL(all.packets_received, 54);
    EQUAL(all.streams, 0);
    rtp_pump_stop(pump);
    free_far_end(&end);
}

static void only_the_negotiated_address_is_heard(void)
{
    rtp_pump *pump = make_pump();
    far_end end = make_far_end(AF_INET), stranger = make_far_end(AF_INET);
    struct sockaddr_storage local = loopback(AF_INET, 0);
    uint16_t port;
    rtp_stream *stream = rtp_stream_open(pump, 1, (struct sockaddr *)&local, &port);
    rtp_stream_record(stream, 1000);
    /* Before anything is negotiated, nobody is heard and nothing is kept for later. */
    for (unsigned i = 0; i < 5; i++) send_audio(&stranger, port, i, 'x');
    send_key(&stranger, port, 101, 1, 1000);
    send_key(&end, port, 101, 2, 1000);
    pass(pump, 60);
    rtp_stream_parameters parameters = parameters_for(&end);
    EQUAL(rtp_stream_set(stream, &parameters, true), 0);
    send_key(&stranger, port, 101, 3, 3000);
    send_key(&end, port, 101, 4, 4000);
    pass(pump, 60);
    EQUAL(heard_of.keys, 1);
    EQUAL(heard_of.digits[0], '4');

    /* After a re-INVITE to another address the former one is a stranger, what it had sent too. */
    send_key(&end, port, 101, 5, 5000);
    parameters = parameters_for(&stranger);
    EQUAL(rtp_stream_set(stream, &parameters, false), 0);
    send_key(&end, port, 101, 6, 6000);
    send_key(&stranger, port, 101, 7, 7000);
    pass(pump, 60);
    EQUAL(heard_of.keys, 2);
    EQUAL(heard_of.digits[1], '7');
    uint8_t *recording = (uint8_t *)1;
    size_t length = 1;
    rtp_stream_close(stream, NULL, &recording, &length);
    CHECK(recording == NULL);
    EQUAL(length, 0);
    rtp_pump_stop(pump);
    free_far_end(&end);
    free_far_end(&stranger);
}

static void a_recording_takes_audio_and_keys(void)
{
    rtp_pump *pump = make_pump();
    far_end end = make_far_end(AF_INET);
    uint16_t port;
    rtp_stream *stream = start_stream(pump, 1, &end, &port);
    rtp_stream_record(stream, 100);
    send_audio(&end, port, 10, 'a');
    pass(pump, 60);
    send_audio(&end, port, 12, 'c');
    send_audio(&end, port, 11, 'b');
    send_audio(&end, port, 11, 'b');
    send_key(&end, port, 101, 9, 77);
    pass(pump, 60);
    send_audio(&end, port, 14, 'e');
    pass(pump, 60); /* full: from here on the kernel drops again */
    EQUAL(stream->received, 6);
    for (unsigned i = 15; i < 20; i++) send_audio(&end, port, i, 'x');
    pass(pump, 60);
    EQUAL(stream->received, 6);
    EQUAL(heard_of.keys, 1);
    uint8_t *recording;
    size_t length;
    rtp_media_stats stats;
    rtp_stream_close(stream, &stats, &recording, &length);
    EQUAL(stats.packets_received, 11);
    EQUAL(length, 5 * RTP_FRAME_SIZE);
    static const uint8_t expected[5] = {'a', 'b', 'c', 0xD5, 'e'};
    for (size_t i = 0; i < length && length == 5 * RTP_FRAME_SIZE; i++)
        if (recording[i] != expected[i / RTP_FRAME_SIZE]) {
            CHECK(!"the recording holds what was heard");
            break;
        }
    free(recording);
    rtp_pump_stop(pump);
    free_far_end(&end);
}

static void without_events_no_key_comes(void)
{
    rtp_pump *pump = make_pump();
    far_end end = make_far_end(AF_INET);
    uint16_t port;
    rtp_stream *stream = start_stream(pump, 1, &end, &port);
    rtp_stream_parameters parameters = parameters_for(&end);
    parameters.event_payload_type = parameters.remote_event_payload_type = 0;
    rtp_stream_set(stream, &parameters, false);
    send_key(&end, port, 101, 1, 1000);
    send_key(&end, port, 0, 1, 1000);
    pass(pump, 60);
    EQUAL(heard_of.keys, 0);
    EQUAL(stream->received, 0);
    rtp_pump_stop(pump);
    free_far_end(&end);
}

static void keys_come_by_either_payload_type(void)
{
    rtp_pump *pump = make_pump();
    far_end end = make_far_end(AF_INET);
    uint16_t port;
    rtp_stream *stream = start_stream(pump, 1, &end, &port);
    rtp_stream_parameters parameters = parameters_for(&end);
    parameters.remote_event_payload_type = 96;
    rtp_stream_set(stream, &parameters, false);
    send_key(&end, port, 101, 1, 1000);
    send_key(&end, port, 96, 2, 3000);
    send_key(&end, port, 97, 3, 5000);
    pass(pump, 60);
    CHECK(strcmp(heard_of.digits, "12") == 0);
    EQUAL(stream->received, 2);
    parameters.event_payload_type = 0; /* of the two only theirs */
    rtp_stream_set(stream, &parameters, false);
    send_key(&end, port, 101, 4, 7000);
    send_key(&end, port, 96, 5, 9000);
    pass(pump, 60);
    CHECK(strcmp(heard_of.digits, "125") == 0);
    rtp_pump_stop(pump);
    free_far_end(&end);
}

static void a_flood_is_read_piece_by_piece(void)
{
    rtp_pump *pump = make_pump();
    far_end end = make_far_end(AF_INET);
    uint16_t port;
    rtp_stream *stream = start_stream(pump, 1, &end, &port);
    for (uint32_t i = 0; i < 20; i++) send_key(&end, port, 101, 1, 1000 + i * 1000);
    pass(pump, 60); /* every third period, eight packets */
    EQUAL(stream->received, 8);
    pass(pump, 120);
    EQUAL(heard_of.keys, 20);
    rtp_pump_stop(pump);
    free_far_end(&end);
}

static void the_last_key_before_the_end_counts(void)
{
    rtp_pump *pump = make_pump();
    far_end end = make_far_end(AF_INET);
    uint16_t port;
    rtp_stream *stream = start_stream(pump, 1, &end, &port);
    pass(pump, 60);
    send_key(&end, port, 101, 1, 1000);
    rtp_stream_close(stream, NULL, NULL, NULL);
    EQUAL(heard_of.keys, 1);
    pass(pump, 60);
    EQUAL(heard_of.keys, 1);
    rtp_pump_stop(pump);
    free_far_end(&end);
}

static void two_pumps_understand_each_other(void)
{
    rtp_pump *pump = make_pump();
    far_end nobody = make_far_end(AF_INET);
    uint16_t ports[2];
    rtp_stream *a = start_stream(pump, 1, &nobody, &ports[0]), *b = start_stream(pump, 2, &nobody, &ports[1]);
    rtp_stream_parameters parameters = parameters_for(&nobody);
    parameters.remote = loopback(AF_INET, ports[1]);
    rtp_stream_set(a, &parameters, true);
    parameters.remote = loopback(AF_INET, ports[0]);
    rtp_stream_set(b, &parameters, true);
    const char *keys = "0123456789*#ABCD";
    for (const char *key = keys; *key; key++) rtp_stream_send_digit(a, *key);
    pass(pump, 17 * 11 * 20);
    EQUAL(heard_of.keys, 16);
    CHECK(strcmp(heard_of.digits, keys) == 0);
    EQUAL(heard_of.key_call, 2);
    rtp_pump_stop(pump);
    free_far_end(&nobody);
}

void receiving_tests(void)
{
    the_kernel_drops_audio_and_passes_keys();
    only_the_negotiated_address_is_heard();
    a_recording_takes_audio_and_keys();
    without_events_no_key_comes();
    keys_come_by_either_payload_type();
    a_flood_is_read_piece_by_piece();
    the_last_key_before_the_end_counts();
    two_pumps_understand_each_other();
}
