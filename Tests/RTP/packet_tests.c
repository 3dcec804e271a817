/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Packets as bytes, and what a receiver of keys makes of them. */
#include "check.h"

#include <string.h>

static void header_is_laid_out(void)
{
    static const uint8_t golden[RTP_HEADER_SIZE] = {
        0x80,                   /* version 2, no padding, no extension, no CSRC */
        0x88,                   /* marker, payload type 8 (PCMA) */
        0x12, 0x34,             /* sequence number */
        0xDE, 0xAD, 0xBE, 0xEF, /* timestamp */
        0x01, 0x02, 0x03, 0x04, /* SSRC */
    };
    uint8_t header[RTP_HEADER_SIZE];
    rtp_write_header(header, 8, true, 0x1234, 0xDEADBEEF, 0x01020304);
    CHECK(memcmp(header, golden, sizeof golden) == 0);

    rtp_packet packet;
    CHECK(rtp_parse(header, sizeof header, &packet));
    CHECK(packet.marker);
    EQUAL(packet.payload_type, 8);
    EQUAL(packet.sequence, 0x1234);
    EQUAL(packet.timestamp, 0xDEADBEEF);
    EQUAL(packet.ssrc, 0x01020304);
    EQUAL(packet.payload_size, 0);
}

static void event_is_laid_out(void)
{
    static const uint8_t golden[4] = {
        11,         /* event: # */
        0x8A,       /* end, volume -10 dBm0 */
        0x05, 0x00, /* 1280 samples: 160 ms */
    };
    uint8_t payload[4];
    rtp_write_event(payload, rtp_event_of_digit('#'), true, 1280);
    CHECK(memcmp(payload, golden, sizeof golden) == 0);
}

static void headers_promise_no_more_than_they_hold(void)
{
    static const struct {
        const char *what;
        uint8_t bytes[40];
        size_t size;
        int payload; /* its size; -1: refused */
    } table[] = {
        {"nothing", {0}, 0, -1},
        {"eleven bytes", {0x80, 8}, 11, -1},
        {"header only", {0x80, 8}, 12, 0},
        {"version 1", {0x40, 8}, 20, -1},
        {"version 3", {0xC0, 8}, 20, -1},
        {"one CSRC", {0x81, 8}, 20, 4},
        {"CSRC cut off", {0x82, 8}, 16, -1},
        {"extension of one word", {0x90, 8, [12] = 0xBE, 0xDE, 0, 1}, 24, 4},
        {"extension header cut off", {0x90, 8}, 14, -1},
        {"extension longer than the packet", {0x90, 8, [14] = 0xFF, 0xFF}, 40, -1},
        {"padding of two", {0xA0, 8, [19] = 2}, 20, 6},
        {"all is padding", {0xA0, 8, [19] = 8}, 20, 0},
        {"padding of none", {0xA0, 8, [19] = 0}, 20, -1},
        {"padding beyond the payload", {0xA0, 8, [19] = 9}, 20, -1},
        {"padding announced, nothing there", {0xA0, 8}, 12, -1},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        rtp_packet packet;
        bool ok = rtp_parse(table[i].bytes, table[i].size, &packet);
        check_equal(ok ? (int)packet.payload_size : -1, table[i].payload, __FILE__, __LINE__, table[i].what);
    }
}

void packet_tests(void)
{
    header_is_laid_out();
    event_is_laid_out();
    headers_promise_no_more_than_they_hold();
}

/* ---------------------------------------------------------------------- keys */

typedef struct {
    uint32_t ssrc, timestamp;
    uint8_t event;
    bool end, marker;
    uint16_t duration;
} key_packet;

/* The keys reported for a row of packets (ended by timestamp 0), in order. */
static void reports(const char *what, const key_packet *packets, const char *expected)
{
    rtp_event_state state = {0};
    char digits[64] = {0};
    size_t count = 0;
    for (; packets->timestamp; packets++) {
        uint8_t payload[4], data[16];
        rtp_write_event(payload, packets->event, packets->end, packets->duration);
        size_t size = make_packet(data, 101, packets->marker, 0, packets->timestamp, packets->ssrc, payload, 4);
        rtp_packet packet;
        CHECK(rtp_parse(data, size, &packet));
        char digit = rtp_event_receive(&state, &packet);
        if (digit) digits[count++] = digit;
    }
    if (strcmp(digits, expected) != 0) printf("reported \"%s\", expected \"%s\"\n", digits, expected);
    check(strcmp(digits, expected) == 0, __FILE__, __LINE__, what);
}

static void each_key_is_reported_once(void)
{
    reports("a key as it should be", (key_packet[]){{1, 1000, 5, false, true, 160}, {1, 1000, 5, false, false, 320},
        {1, 1000, 5, true, false, 480}, {1, 1000, 5, true, false, 480}, {1, 1000, 5, true, false, 480}, {0}}, "5");
    reports("the first packets lost", (key_packet[]){{1, 1000, 5, true, false, 480}, {1, 1000, 5, true, false, 480}, {0}}, "5");
    reports("a duplicate", (key_packet[]){{1, 1000, 5, false, true, 160}, {1, 1000, 5, false, true, 160}, {0}}, "5");
    reports("the end before the beginning", (key_packet[]){{1, 1000, 5, true, false, 480},
        {1, 1000, 5, false, true, 160}, {1, 1000, 5, false, false, 320}, {0}}, "5");
    reports("the same key twice", (key_packet[]){{1, 1000, 7, false, true, 160}, {1, 1000, 7, true, false, 320},
        {1, 3000, 7, false, true, 160}, {1, 3000, 7, true, false, 320}, {0}}, "77");
    reports("two keys whose packets mingle", (key_packet[]){{1, 1000, 1, false, true, 160}, {1, 3000, 2, false, true, 160},
        {1, 1000, 1, true, false, 480}, {1, 3000, 2, true, false, 480}, {1, 1000, 1, true, false, 480}, {0}}, "12");
    reports("a key overtaken by the next one is not lost", (key_packet[]){{1, 3000, 2, false, true, 160},
        {1, 1000, 1, true, false, 480}, {0}}, "21");
    reports("first duration zero", (key_packet[]){{1, 1000, 3, false, true, 0}, {1, 1000, 3, true, false, 320}, {0}}, "3");
    reports("another source with earlier timestamps", (key_packet[]){{1, 900000, 4, true, true, 320},
        {2, 1000, 4, true, true, 320}, {2, 1000, 4, true, true, 320}, {0}}, "44");
    reports("timestamps begin anew", (key_packet[]){{1, 0x90000000, 4, true, true, 320}, {1, 0x10000000, 6, true, true, 320}, {0}}, "46");
    reports("timestamps wrap", (key_packet[]){{1, 0xFFFFFF00, 4, true, true, 320}, {1, 0x00000500, 4, true, true, 320}, {0}}, "44");
    reports("a key held for more than eight seconds", (key_packet[]){{1, 1000, 9, false, true, 160},
        {1, 1000, 9, false, false, 0xFFFF}, {1, 1000 + 0xFFFF, 9, false, false, 160}, {1, 1000 + 0xFFFF, 9, true, false, 320}, {0}}, "9");
    reports("each end with a timestamp of its own", (key_packet[]){{1, 1000, 5, false, true, 160},
        {1, 1000, 5, false, false, 320}, {1, 1320, 5, true, false, 480}, {1, 1480, 5, true, false, 480},
        {1, 1640, 5, true, false, 480}, {1, 1000, 5, false, false, 320}, {0}}, "5");
    reports("an end with a marker and a timestamp of its own", (key_packet[]){{1, 1000, 5, false, true, 800},
        {1, 1000 + 800 + 320, 5, true, true, 960}, {0}}, "5");
    reports("each packet with a timestamp of its own", (key_packet[]){{1, 1000, 5, false, true, 160},
        {1, 1160, 5, false, false, 320}, {1, 1320, 5, false, false, 480}, {1, 1480, 5, true, false, 640},
        {1, 1640, 5, true, false, 640}, {0}}, "5");
    reports("the same key more than 40 ms later, of which only the end came", (key_packet[]){
        {1, 1000, 5, false, true, 160}, {1, 1000, 5, true, false, 800}, {1, 1000 + 800 + 321, 5, true, false, 800}, {0}}, "55");
    reports("the same key again after ends with timestamps of their own", (key_packet[]){{1, 1000, 5, false, true, 320},
        {1, 1320, 5, true, false, 480}, {1, 1480, 5, true, false, 480}, {1, 2000, 5, false, true, 320},
        {1, 2320, 5, true, false, 480}, {0}}, "55");
    reports("another key at once", (key_packet[]){{1, 1000, 5, false, true, 160}, {1, 1160, 6, true, false, 160}, {0}}, "56");
    reports("events beyond 15 are no keys", (key_packet[]){{1, 1000, 16, false, true, 160}, {1, 2000, 255, false, true, 160}, {0}}, "");
}

static void every_key_has_its_number(void)
{
    static const char keys[] = "0123456789*#ABCD";
    for (int i = 0; i < 16; i++) {
        EQUAL(rtp_event_of_digit(keys[i]), i);
        char expected[2] = {keys[i], '\0'};
        reports("a key's letter", (key_packet[]){{1, 1000, (uint8_t)i, true, true, 160}, {0}}, expected);
    }
    EQUAL(rtp_event_of_digit('E'), -1);
    EQUAL(rtp_event_of_digit('\0'), -1);
}

static void short_payloads_are_ignored(void)
{
    rtp_event_state state = {0};
    for (size_t size = 0; size < 4; size++) {
        uint8_t data[16];
        rtp_packet packet;
        CHECK(rtp_parse(data, make_packet(data, 101, true, 1, 1000, 1, "\5\0\0\240", size), &packet));
        EQUAL(rtp_event_receive(&state, &packet), 0);
    }
}

void event_tests(void)
{
    each_key_is_reported_once();
    every_key_has_its_number();
    short_payloads_are_ignored();
}
