/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Prompts, and keys that we send. */
#include "check.h"

#include <errno.h>
#include <string.h>

enum { FRAMES = 5, LENGTH = FRAMES * RTP_FRAME_SIZE };
static uint8_t pcma[LENGTH], pcmu[LENGTH];

static rtp_pump *pump_with_prompt(void)
{
    for (int i = 0; i < LENGTH; i++) {
        pcma[i] = (uint8_t)('a' + i / RTP_FRAME_SIZE);
        pcmu[i] = (uint8_t)('A' + i / RTP_FRAME_SIZE);
    }
    rtp_pump *pump = make_pump();
    rtp_pump_add_prompt(pump, 7, pcma, pcmu, LENGTH);
    rtp_pump_add_prompt(pump, 8, pcma, pcmu, 2 * RTP_FRAME_SIZE);
    return pump;
}

/* One letter per packet that has come: '-' is silence, '!' a key. Sequence and timestamp must go on evenly. */
static void hears(const far_end *end, const char *expected, int line)
{
    static uint16_t sequence;
    static uint32_t timestamp, ssrc;
    char heard[128] = {0};
    rtp_packet packet;
    for (size_t i = 0; i < strlen(expected) && next_packet(end, &packet); i++) {
        if (i > 0 && packet.payload_type == 8) {
            check(packet.sequence == (uint16_t)(sequence + 1), __FILE__, line, "sequence goes on");
            check(packet.timestamp == timestamp + RTP_FRAME_SIZE, __FILE__, line, "timestamp goes on");
            check(packet.ssrc == ssrc, __FILE__, line, "SSRC stays");
        }
        sequence = packet.sequence;
        timestamp = packet.timestamp;
        ssrc = packet.ssrc;
        bool silent = packet.payload[0] == 0xD5 || packet.payload[0] == 0xFF;
        heard[i] = packet.payload_type == 101 ? '!' : silent ? '-' : (char)packet.payload[0];
    }
    if (strcmp(heard, expected) != 0) printf("heard \"%s\"\n", heard);
    check(strcmp(heard, expected) == 0, __FILE__, line, expected);
    check_equal(drain(end->fd), 0, __FILE__, line, "packets left over");
}

static void a_prompt_plays_between_silence_and_ends_once(void)
{
    rtp_pump *pump = pump_with_prompt();
    far_end end = make_far_end(AF_INET);
    uint16_t port;
    rtp_stream *stream = start_stream(pump, 42, &end, &port);
    pass(pump, 40);
    EQUAL(rtp_stream_play(stream, 7, 0), 0);
    pass(pump, 80);
    EQUAL(heard_of.ended, 0);
    pass(pump, 20);
    EQUAL(heard_of.ended, 1); /* with the last frame */
    EQUAL(heard_of.ended_call, 42);
    EQUAL(heard_of.ended_prompt, 7);
    EQUAL(heard_of.ended_stats.heard_ms, 100);
    EQUAL(heard_of.ended_stats.prompt_ms, 100);
    EQUAL(heard_of.ended_stats.plays, 1);
    EQUAL(heard_of.ended_stats.packets_sent, 7);
    pass(pump, 40);
    EQUAL(heard_of.ended, 1);
    hears(&end, "--abcde--", __LINE__);

    /* Again, and from the middle. */
    EQUAL(rtp_stream_play(stream, 7, 79), 0); /* down to the frame: 60 */
    pass(pump, 60);
    hears(&end, "de-", __LINE__);
    EQUAL(heard_of.ended, 2);
    EQUAL(heard_of.ended_stats.plays, 2);
    EQUAL(heard_of.ended_stats.heard_ms, 100);
    rtp_pump_stop(pump);
    free_far_end(&end);
}

static void the_furthest_point_counts(void)
{
    rtp_pump *pump = pump_with_prompt();
    far_end end = make_far_end(AF_INET);
    uint16_t port;
    rtp_stream *stream = start_stream(pump, 1, &end, &port);
    rtp_media_stats stats;
    rtp_stream_play(stream, 7, 0);
    pass(pump, 60);
    rtp_stream_play(stream, 7, 0); /* from the beginning: not less heard */
    pass(pump, 20);
    rtp_stream_count(stream, &stats);
    EQUAL(stats.heard_ms, 60);
    EQUAL(stats.plays, 2);
    rtp_stream_stop_playing(stream);
    pass(pump, 20);
    hears(&end, "abca-", __LINE__);
    rtp_stream_count(stream, &stats);
    EQUAL(stats.heard_ms, 60);
    EQUAL(stats.prompt_ms, 100);
    rtp_stream_play(stream, 7, 80); /* jumped over is not heard until it is sent */
    rtp_stream_count(stream, &stats);
    EQUAL(stats.heard_ms, 60);
    rtp_stream_play(stream, 8, 0); /* another prompt: counted anew */
    pass(pump, 20);
    rtp_stream_close(stream, &stats, NULL, NULL);
    EQUAL(stats.heard_ms, 20);
    EQUAL(stats.prompt_ms, 40);
    EQUAL(heard_of.ended, 0); /* replaced, stopped and cut off are not ends */
    rtp_pump_stop(pump);
    free_far_end(&end);
}

static void an_offset_at_the_end_ends_at_once(void)
{
    rtp_pump *pump = pump_with_prompt();
    far_end end = make_far_end(AF_INET);
    uint16_t port;
    rtp_stream *stream = start_stream(pump, 1, &end, &port);
    EQUAL(rtp_stream_play(stream, 7, 100), 0);
    pass(pump, 40);
    EQUAL(heard_of.ended, 1);
    EQUAL(rtp_stream_play(stream, 7, UINT32_MAX), 0);
    pass(pump, 40);
    EQUAL(heard_of.ended, 2);
    EQUAL(heard_of.ended_stats.heard_ms, 0);
    hears(&end, "----", __LINE__);
    rtp_pump_stop(pump);
    free_far_end(&end);
}

static void hold_keeps_the_place(void)
{
    rtp_pump *pump = pump_with_prompt();
    far_end end = make_far_end(AF_INET);
    uint16_t port;
    rtp_stream *stream = start_stream(pump, 1, &end, &port);
    rtp_stream_play(stream, 7, 0);
    pass(pump, 40);
    hears(&end, "ab", __LINE__);
    rtp_stream_parameters parameters = parameters_for(&end);
    parameters.may_send = false;
    rtp_stream_set(stream, &parameters, false);
    pass(pump, 100);
    EQUAL(drain(end.fd), 0);
    parameters.may_send = true;
    parameters.codec = RTP_CODEC_PCMU; /* and in another code */
    parameters.payload_type = 8;
    rtp_stream_set(stream, &parameters, false);
    pass(pump, 80);
    hears(&end, "CDE-", __LINE__);
    EQUAL(heard_of.ended, 1);
    rtp_pump_stop(pump);
    free_far_end(&end);
}

static void a_late_tick_loses_nothing_of_the_prompt(void)
{
    rtp_pump *pump = pump_with_prompt();
    far_end end = make_far_end(AF_INET);
    uint16_t port;
    rtp_stream *stream = start_stream(pump, 1, &end, &port);
    rtp_stream_play(stream, 7, 0);
    pass(pump, 40);
    jump_to(pump, 40 + 100);
    pass(pump, 60);
    char heard[8] = {0};
    rtp_packet packet;
    for (int i = 0; i < 6 && next_packet(&end, &packet); i++)
        heard[i] = packet.payload[0] == 0xD5 ? '-' : (char)packet.payload[0];
    CHECK(strcmp(heard, "abcde-") == 0);
    EQUAL(stream->stats.skipped, 4);
    rtp_pump_stop(pump);
    free_far_end(&end);
}

static void prompts_live_as_long_as_they_play(void)
{
    rtp_pump *pump = pump_with_prompt();
    far_end end = make_far_end(AF_INET);
    uint16_t port;
    rtp_stream *one = start_stream(pump, 1, &end, &port), *other = start_stream(pump, 2, &end, &port);
    EQUAL(rtp_stream_play(one, 99, 0), ENOENT);
    rtp_pump_remove_prompt(pump, 99);
    EQUAL(heard_of.released, 0);
    rtp_pump_remove_prompt(pump, 8); /* nobody plays it */
    EQUAL(heard_of.released, 1);
    EQUAL(heard_of.released_prompt, 8);
    rtp_stream_play(one, 7, 0);
    rtp_stream_play(other, 7, 0);
    rtp_pump_remove_prompt(pump, 7);
    EQUAL(heard_of.released, 1);
    EQUAL(rtp_stream_play(one, 7, 0), ENOENT); /* what plays goes on */
    rtp_stream_stop_playing(other);
    EQUAL(heard_of.released, 1);
    pass(pump, 100);
    EQUAL(heard_of.ended, 1);
    EQUAL(heard_of.released, 2);
    EQUAL(heard_of.released_prompt, 7);

    /* The id may be used again while the former prompt still plays. */
    rtp_pump_add_prompt(pump, 7, pcma, pcmu, LENGTH);
    rtp_stream_play(one, 7, 0);
    rtp_pump_remove_prompt(pump, 7);
    rtp_pump_add_prompt(pump, 7, pcmu, pcma, LENGTH);
    EQUAL(heard_of.released, 2);
    rtp_stream_close(one, NULL, NULL, NULL);
    EQUAL(heard_of.released, 3);
    rtp_pump_stop(pump); /* what is registered is released with the pump */
    EQUAL(heard_of.released, 4);
    free_far_end(&end);
}

/* ------------------------------------------------------------------ keys sent */

static void keys_are_sent_as_events_in_place_of_audio(void)
{
    rtp_pump *pump = pump_with_prompt();
    far_end end = make_far_end(AF_INET);
    uint16_t port;
    rtp_stream *stream = start_stream(pump, 1, &end, &port);
    pass(pump, 20);
    rtp_packet packet;
    CHECK(next_packet(&end, &packet));
    uint16_t sequence = packet.sequence;
    uint32_t timestamp = packet.timestamp;
    rtp_stream_send_digit(stream, '4');
    rtp_stream_send_digit(stream, '#');
    rtp_stream_send_digit(stream, 'x'); /* no key */
    pass(pump, 23 * 20);

    rtp_event_state state = {0};
    char keys[8] = {0};
    size_t count = 0;
    for (unsigned i = 0; i < 22; i++) {
        CHECK(next_packet(&end, &packet));
        EQUAL(packet.payload_type, 101);
        EQUAL(packet.payload_size, 4);
        EQUAL(packet.sequence, (uint16_t)(sequence + 1 + i));
        EQUAL(packet.timestamp, timestamp + (i < 11 ? 1u : 12u) * RTP_FRAME_SIZE); /* that of its beginning */
        EQUAL(packet.marker, i % 11 == 0);
        unsigned step = i % 11;
        EQUAL(packet.payload[0], i < 11 ? 4 : 11);
        EQUAL(packet.payload[1], step < 8 ? 0x0A : 0x8A);
        EQUAL(packet.payload[2] << 8 | packet.payload[3], (step < 8 ? step + 1 : 8) * RTP_FRAME_SIZE);
        char key = rtp_event_receive(&state, &packet);
        if (key) keys[count++] = key;
    }
    CHECK(strcmp(keys, "4#") == 0);
    CHECK(next_packet(&end, &packet)); /* then the audio goes on, where the media clock stands */
    EQUAL(packet.payload_type, 8);
    EQUAL(packet.sequence, (uint16_t)(sequence + 23));
    EQUAL(packet.timestamp, timestamp + 23 * RTP_FRAME_SIZE);

    /* Sixteen wait at most. */
    for (int i = 0; i < 20; i++) rtp_stream_send_digit(stream, '1');
    EQUAL(stream->digit_count, 16);
    /* Events negotiated away: none is sent any more. */
    rtp_stream_parameters parameters = parameters_for(&end);
    parameters.remote_event_payload_type = 0;
    rtp_stream_set(stream, &parameters, false);
    rtp_stream_send_digit(stream, '1');
    pass(pump, 20);
    hears(&end, "-", __LINE__);
    rtp_pump_stop(pump);
    free_far_end(&end);
}

static void a_prompt_waits_while_a_key_is_sent(void)
{
    rtp_pump *pump = pump_with_prompt();
    far_end end = make_far_end(AF_INET);
    uint16_t port;
    rtp_stream *stream = start_stream(pump, 1, &end, &port);
    rtp_stream_play(stream, 7, 0);
    pass(pump, 40);
    rtp_stream_send_digit(stream, '1');
    pass(pump, 11 * 20 + 80);
    char heard[32] = {0};
    rtp_packet packet;
    for (int i = 0; i < 17 && next_packet(&end, &packet); i++)
        heard[i] = packet.payload_type == 101 ? '!' : packet.payload[0] == 0xD5 ? '-' : (char)packet.payload[0];
    CHECK(strcmp(heard, "ab!!!!!!!!!!!cde-") == 0);
    rtp_pump_stop(pump);
    free_far_end(&end);
}

void playing_tests(void)
{
    a_prompt_plays_between_silence_and_ends_once();
    the_furthest_point_counts();
    an_offset_at_the_end_ends_at_once();
    hold_keeps_the_place();
    a_late_tick_loses_nothing_of_the_prompt();
    prompts_live_as_long_as_they_play();
    keys_are_sent_as_events_in_place_of_audio();
    a_prompt_waits_while_a_key_is_sent();
}
