/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Packets of any order, size and source become one row of frames. */
#include "check.h"
#include "frame_former.h"

#include <string.h>

enum { MOST = 2000 };
static char row[MOST + 1]; /* a letter a frame; - lost; ? of several letters */
static int row_length;

static void take(void *context, const uint8_t *octets)
{
    (void)context;
    char letter = '-';
    if (octets) {
        letter = (char)octets[0];
        for (int i = 1; i < LISTENING_FRAME; i++)
            if (octets[i] != octets[0]) letter = '?';
    }
    if (row_length < MOST) row[row_length++] = letter;
    row[row_length] = 0;
}

static listening_former former;
static const uint32_t start = 0xFFFFFF00; /* it wraps in the course */

static void begin(void)
{
    listening_former_begin(&former, 0xD5);
    row_length = 0;
    row[0] = 0;
}

/* size octets of a letter that belong at_ms after the first, and come at now_ms. */
static void put(char letter, int at_ms, size_t size, uint32_t now_ms)
{
    uint8_t payload[2000];
    memset(payload, letter, sizeof payload);
    listening_former_put(&former, 1, start + (uint32_t)(at_ms * 8), payload, size, now_ms, take, NULL);
}

static void holds(const char *frames, int line) { check(strcmp(row, frames) == 0, __FILE__, line, row); }
#define HOLDS(frames) holds(frames, __LINE__)

void former_tests(void)
{
    begin(); /* in order */
    put('a', 0, 160, 0);
    put('b', 20, 160, 20);
    HOLDS("ab");
    put('d', 60, 160, 60); /* c is waited for */
    HOLDS("ab");
    put('c', 40, 160, 65);
    HOLDS("abcd");
    put('c', 40, 160, 66); /* doubled */
    put('d', 60, 160, 66);
    HOLDS("abcd");

    begin(); /* lost: the window has gone by, or the time has */
    put('a', 0, 160, 0);
    put('c', 40, 160, 40);
    HOLDS("a");
    listening_former_pass(&former, 159, take, NULL);
    HOLDS("a");
    listening_former_pass(&former, 180, take, NULL);
    HOLDS("a-c");
    put('b', 20, 160, 190); /* too late */
    HOLDS("a-c");
    EQUAL(former.lost, 1);

    begin(); /* other sizes: 10 ms, 30 ms, one octet */
    put('a', 0, 80, 0);
    HOLDS("");
    put('a', 10, 80, 10);
    HOLDS("a");
    put('b', 20, 240, 20);
    HOLDS("ab");
    put('b', 50, 79, 50);
    HOLDS("ab");
    put('b', 50, 80, 60);
    HOLDS("abb");
    put('c', 60, 0, 70);
    put('c', 60, 1481, 70); /* larger than a packet */
    HOLDS("abb");

    begin(); /* a hole in a frame sounds as it did 20 ms before */
    put('a', 0, 160, 0);
    put('a', 20, 80, 20);
    put('b', 40, 160, 40);
    listening_former_pass(&former, 200, take, NULL);
    HOLDS("aab-");

    begin(); /* nothing at all, and then far ahead: the row keeps pace with the clock */
    listening_former_pass(&former, 1000, take, NULL);
    EQUAL(row_length, 44);
    put('a', 0, 160, 1000);
    EQUAL(row_length, 51);
    EQUAL(row[50], 'a');

    begin(); /* a clock that stood still while nothing was sent */
    put('a', 0, 160, 0);
    listening_former_pass(&former, 600, take, NULL);
    for (int i = 0; i < 6; i++) put('b', 20 + 20 * i, 160, 620 + 20u * (unsigned)i);
    CHECK(strchr(row, 'b') != NULL);
    CHECK(row_length * 20 <= 620 + 6 * 20);

    begin(); /* another source, and a timestamp from anywhere */
    put('a', 0, 160, 0);
    uint8_t payload[160];
    memset(payload, 'x', sizeof payload);
    listening_former_put(&former, 2, 77, payload, 160, 40, take, NULL);
    HOLDS("a-x");
    listening_former_put(&former, 2, 0x80000000u, payload, 160, 60, take, NULL);
    HOLDS("a-xx");
    listening_former_put(&former, 2, 0x80000000u + 99 * 160, payload, 160, 80, take, NULL); /* ahead, within the tolerance */
    CHECK(row_length < 110);
}
