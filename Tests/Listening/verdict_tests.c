/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Who answered. How often that is right with real voices, Benchmarks/listening shows; here is what follows from what. */
#include "check.h"

#include <string.h>

static sound s;
static listening_call call;
static listening_verdict verdict;
static listening_evidence evidence;

static void listen(listening_codec codec, float noise)
{
    hiss(&s, noise, 11);
    listen_to(&call, &s, codec, 100);
    listening_get_verdict(&call, &verdict);
    listening_get_evidence(&call, &evidence);
}

/* Ends where verdict is `kind` for the first time. ms; -1: it never is. */
static int first_time(listening_kind kind, listening_codec codec)
{
    listening_call at;
    listening_begin(&at, codec);
    for (int i = 0; i + LISTENING_FRAME <= s.count; i += LISTENING_FRAME) {
        uint8_t octets[LISTENING_FRAME];
        for (int k = 0; k < LISTENING_FRAME; k++) octets[k] = encode(codec, s.samples[i + k]);
        listening_frame(&at, octets);
        listening_verdict now;
        listening_get_verdict(&at, &now);
        if (now.kind == kind) return i / 8 + LISTENING_FRAME_MS;
    }
    return -1;
}

static void people(unsigned seed, listening_codec codec)
{
    s.count = 0; /* a name, and somebody who waits */
    silence(&s, 0.7f);
    speech(&s, 1.1f, seed);
    silence(&s, 6);
    listen(codec, -60);
    EQUAL(verdict.kind, LISTENING_PERSON);
    int at = first_time(LISTENING_PERSON, codec);
    CHECK(at >= 1800 && at <= 1800 + 1500);
    CHECK(evidence.phrases == 1 && evidence.speech_ms > 900 && evidence.speech_ms < 1400);
    EQUAL(verdict.restart_ms, 0);

    s.count = 0; /* hello? ... hello? */
    silence(&s, 0.4f);
    for (int i = 0; i < 3; i++) {
        speech(&s, 0.5f, seed + (unsigned)i);
        silence(&s, 2.2f);
    }
    listen(codec, -60);
    EQUAL(verdict.kind, LISTENING_PERSON);
    EQUAL(verdict.restart_ms, 0);
    EQUAL(evidence.phrases, 3);
}

static void machines(unsigned seed, listening_codec codec)
{
    s.count = 0; /* a long greeting and its beep */
    silence(&s, 0.5f);
    speech(&s, 7, seed);
    silence(&s, 0.5f);
    tone(&s, 1000, 0, 0.4f, -20);
    silence(&s, 4);
    listen(codec, -60);
    EQUAL(verdict.kind, LISTENING_MACHINE);
    CHECK(verdict.score > 0.9f && !verdict.may_change);
    CHECK(verdict.restart_ms >= 8300 && verdict.restart_ms <= 8500);
    CHECK(evidence.beep_hz > 990 && evidence.beep_hz < 1010);
    CHECK(first_time(LISTENING_MACHINE, codec) < 8600);

    s.count = 0; /* a short one: until the beep nobody could know */
    silence(&s, 0.5f);
    speech(&s, 1.2f, seed);
    silence(&s, 1.4f);
    tone(&s, 440, 0, 0.5f, -20);
    silence(&s, 3);
    listen(codec, -60);
    EQUAL(verdict.kind, LISTENING_MACHINE);
    CHECK(verdict.restart_ms >= 3500 && verdict.restart_ms <= 3700);

    s.count = 0; /* nothing but the beep */
    silence(&s, 1);
    tone(&s, 800, 0, 0.5f, -20);
    silence(&s, 3);
    listen(codec, -60);
    EQUAL(verdict.kind, LISTENING_MACHINE);

    s.count = 0; /* an assistant asks, and asks again */
    silence(&s, 0.5f);
    speech(&s, 5, seed);
    silence(&s, 5);
    CHECK(first_time(LISTENING_SCREENED, codec) <= 5500 + 2000);
    speech(&s, 2, seed + 1);
    silence(&s, 3);
    listen(codec, -60);
    EQUAL(verdict.kind, LISTENING_SCREENED);
    CHECK(verdict.restart_ms > 0);
}

void verdict_tests(void)
{
    for (unsigned seed = 1; seed <= 12; seed++)
        for (int codec = LISTENING_PCMA; codec <= LISTENING_PCMU; codec++) {
            people(seed, (listening_codec)codec);
            machines(seed, (listening_codec)codec);
        }

    s.count = 0;
    silence(&s, 8);
    listen(LISTENING_PCMA, -60);
    EQUAL(verdict.kind, LISTENING_SILENCE);
    EQUAL(verdict.decided_ms, 5000);
    CHECK(verdict.may_change);
    s.count = 0; /* who says something late after all */
    silence(&s, 7);
    speech(&s, 0.8f, 3);
    silence(&s, 3);
    listen(LISTENING_PCMA, -60);
    EQUAL(verdict.kind, LISTENING_PERSON);

    s.count = 0; /* who presses a key, in the band, just when it is decided */
    silence(&s, 0.7f);
    speech(&s, 1.1f, 2);
    silence(&s, 0.8f);
    tone(&s, 770, 1209, 0.5f, -15);
    silence(&s, 3);
    listen(LISTENING_PCMA, -60);
    EQUAL(verdict.kind, LISTENING_PERSON);

    /* No packet ever comes. */
    listening_begin(&call, LISTENING_PCMA);
    for (uint32_t now = 0; now <= 6000; now += 60) listening_pass(&call, now);
    listening_get_verdict(&call, &verdict);
    listening_get_evidence(&call, &evidence);
    EQUAL(verdict.kind, LISTENING_SILENCE);
    CHECK(evidence.lost_ms > 5500);

    CHECK(strcmp(listening_kind_name(LISTENING_PERSON), "human-likely") == 0);
    CHECK(strcmp(listening_kind_name(LISTENING_UNDECIDED), "") == 0);
    CHECK(sizeof(listening_call) <= 2048); /* thousands of them */
}
