/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Tones are found, in both codecs and in noise; voices are none. */
#include "check.h"
#include "g711.h"

#include <stdlib.h>
#include <string.h>

static sound s;
static listening_call call;
static listening_evidence evidence;

static void listen(listening_codec codec, int lost_of)
{
    listen_to(&call, &s, codec, lost_of);
    listening_get_evidence(&call, &evidence);
}

static void beep(float low, float high, float seconds, float level, float noise, listening_codec codec, int line)
{
    s.count = 0;
    silence(&s, 0.5f);
    speech(&s, 4, 3);
    silence(&s, 0.6f);
    tone(&s, low, high, seconds, level);
    silence(&s, 2);
    hiss(&s, noise, 9);
    listen(codec, 100);
    bool found = abs((int)evidence.beep_hz - (int)low) <= 12 && abs((int)evidence.beep_ms - (int)(seconds * 1000)) <= 80;
    if (!found) check_equal(evidence.beep_hz, (long long)low, __FILE__, line, "beep_hz");
    else checks_passed++;
}

static void network(const float *tones, const float *seconds, int count, listening_tone wanted, float noise, int line)
{
    for (int codec = LISTENING_PCMA; codec <= LISTENING_PCMU; codec++) {
        s.count = 0;
        silence(&s, 0.4f);
        for (int again = 0; again < 4; again++)
            for (int i = 0; i < count; i++) {
                if (tones[2 * i] > 0) tone(&s, tones[2 * i], tones[2 * i + 1], seconds[i], -20);
                else silence(&s, seconds[i]);
            }
        hiss(&s, noise, 4);
        listen((listening_codec)codec, 100);
        check_equal(evidence.tone, wanted, __FILE__, line, "tone");
        listening_verdict verdict;
        listening_get_verdict(&call, &verdict);
        bool fax = wanted == LISTENING_TONE_CNG || wanted == LISTENING_TONE_CED;
        check_equal(verdict.kind, fax ? LISTENING_FAX : LISTENING_UNKNOWN, __FILE__, line, "verdict");
    }
}
#define NETWORK(wanted, noise, tones, seconds) \
    network((const float[])tones, (const float[])seconds, (int)(sizeof(float[])seconds / sizeof(float)), wanted, noise, __LINE__)
#define LIST(...) {__VA_ARGS__}

/* ITU-T G.711, tables 1 and 2: the codes of the extremes and of nothing, and that what encodes here is the codec's reverse. */
static void codec_tests(void)
{
    EQUAL(listening_pcma[0xAA], 32256);
    EQUAL(listening_pcma[0x2A], -32256);
    EQUAL(listening_pcma[0xD5], 8);
    EQUAL(listening_pcma[0x55], -8);
    EQUAL(listening_pcma[0x00], -5504);
    EQUAL(listening_pcmu[0x80], 32124);
    EQUAL(listening_pcmu[0x00], -32124);
    EQUAL(listening_pcmu[0xFF], 0);
    EQUAL(listening_pcmu[0x0F], -16764);
    for (int code = 0; code < 256; code++) {
        EQUAL(encode(LISTENING_PCMA, (float)listening_pcma[code] / 32767), code);
        if (code != 0x7F) EQUAL(encode(LISTENING_PCMU, (float)listening_pcmu[code] / 32767), code); /* 0x7F: minus nothing */
    }
}

void tone_tests(void)
{
    codec_tests();
    static const float hz[] = {400, 425, 440, 620, 800, 950, 1000, 1004, 1400, 1750, 2000};
    for (size_t i = 0; i < sizeof hz / sizeof hz[0]; i++)
        for (int codec = LISTENING_PCMA; codec <= LISTENING_PCMU; codec++) {
            beep(hz[i], 0, 0.2f, -18, -70, (listening_codec)codec, __LINE__);
            beep(hz[i], 0, 0.9f, -26, -50, (listening_codec)codec, __LINE__);
            beep(hz[i], 0, 0.5f, -15, -35, (listening_codec)codec, __LINE__);
        }
    beep(440, 480, 0.6f, -18, -60, LISTENING_PCMA, __LINE__);
    beep(630, 949, 0.4f, -18, -60, LISTENING_PCMU, __LINE__);

    NETWORK(LISTENING_TONE_RINGBACK, -65, LIST(440, 480, 0, 0), LIST(2, 4)); /* 40 Hz apart: on a quiet line only */
    for (int noise = -70; noise <= -45; noise += 25) {
        NETWORK(LISTENING_TONE_RINGBACK, noise, LIST(425, 0, 0, 0), LIST(1, 4));
        NETWORK(LISTENING_TONE_RINGBACK, noise, LIST(425, 0, 0, 0), LIST(1.67f, 3.33f));
        NETWORK(LISTENING_TONE_BUSY, noise, LIST(425, 0, 0, 0), LIST(0.5f, 0.5f));
        NETWORK(LISTENING_TONE_BUSY, noise, LIST(425, 0, 0, 0), LIST(0.25f, 0.25f));
        NETWORK(LISTENING_TONE_BUSY, noise, LIST(480, 620, 0, 0), LIST(0.5f, 0.5f));
        NETWORK(LISTENING_TONE_SIT, noise, LIST(950, 0, 1400, 0, 1800, 0, 0, 0), LIST(0.33f, 0.33f, 0.33f, 2));
        NETWORK(LISTENING_TONE_CNG, noise, LIST(1100, 0, 0, 0), LIST(0.5f, 3));
        NETWORK(LISTENING_TONE_CED, noise, LIST(2100, 0, 0, 0), LIST(3, 1));
    }

    /* Voices have no beep: a minute of them. */
    for (unsigned seed = 0; seed < 20; seed++) {
        s.count = 0;
        silence(&s, 0.3f);
        speech(&s, 10, seed);
        silence(&s, 2);
        hiss(&s, -55, seed);
        listen(LISTENING_PCMA, 100);
        EQUAL(evidence.beep_ms, 0);
        EQUAL(evidence.tone, LISTENING_TONE_NONE);
        CHECK(evidence.speech_ms > 8500 && evidence.speech_ms < 10700);
        CHECK(evidence.onset_ms >= 200 && evidence.onset_ms < 700);
    }

    /* Keys that somebody presses (ITU-T Q.23) are no beeps. */
    static const float low[] = {697, 770, 852, 941}, high[] = {1209, 1336, 1477};
    for (int i = 0; i < 12; i++) {
        s.count = 0;
        speech(&s, 1, 3);
        silence(&s, 1.5f);
        tone(&s, low[i / 3], high[i % 3], 0.3f, -15);
        silence(&s, 2);
        hiss(&s, -60, 4);
        listen(LISTENING_PCMA, 0);
        EQUAL(evidence.beep_ms, 0);
    }
    CHECK(strcmp(listening_tone_name(LISTENING_TONE_BUSY), "busy") == 0);
    CHECK(strcmp(listening_tone_name(LISTENING_TONE_NONE), "") == 0);
}
