/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TWO_PI 6.2831853f

int checks_passed, checks_failed;

void check(int ok, const char *file, int line, const char *what)
{
    if (ok) {
        checks_passed++;
        return;
    }
    checks_failed++;
    printf("%s:%d: failed: %s\n", file, line, what);
}

void check_equal(long long actual, long long expected, const char *file, int line, const char *what)
{
    if (actual == expected) {
        checks_passed++;
        return;
    }
    checks_failed++;
    printf("%s:%d: failed: %s is %lld, expected %lld\n", file, line, what, actual, expected);
}

float draw(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (float)(*seed >> 8) / 16777216.0f;
}

static void put(sound *sound, float sample)
{
    if (sound->count < (int)(sizeof sound->samples / sizeof sound->samples[0])) sound->samples[sound->count++] = sample;
}

void silence(sound *sound, float seconds)
{
    for (int i = 0; i < (int)(seconds * 8000); i++) put(sound, 0);
}

void tone(sound *sound, float low, float high, float seconds, float level)
{
    float size = powf(10, level / 20) * sqrtf(2) / (high > 0 ? 2 : 1);
    for (int i = 0; i < (int)(seconds * 8000); i++) {
        float time = (float)i / 8000, wave = sinf(TWO_PI * low * time);
        if (high > 0) wave += sinf(TWO_PI * high * time + 1);
        put(sound, wave * size);
    }
}

/* A second-order resonance. */
typedef struct {
    float before, long_before;
} resonance;

static float resonate(resonance *r, float in, float hz, float width)
{
    float radius = expf(-width * TWO_PI / 2 / 8000);
    float out = in + 2 * radius * cosf(TWO_PI * hz / 8000) * r->before - radius * radius * r->long_before;
    r->long_before = r->before;
    r->before = out;
    return out;
}

void speech(sound *sound, float seconds, unsigned seed)
{
    resonance first = {0}, second = {0};
    float phase = 0, pitch = 110 + 60 * draw(&seed);
    int end = sound->count + (int)(seconds * 8000), begin = sound->count;
    while (sound->count < end) {
        int length = (int)((0.09f + 0.12f * draw(&seed)) * 8000), consonant = length / 3;
        float f1 = 300 + 500 * draw(&seed), f2 = 900 + 1300 * draw(&seed), glide = 0.9f + 0.25f * draw(&seed);
        float strength = 0.5f + draw(&seed);
        bool hissing = draw(&seed) < 0.4f;
        for (int i = 0; i < length && sound->count < end; i++) {
            float at = (float)i / (float)length, in;
            if (i < consonant) {
                in = hissing ? (draw(&seed) - 0.5f) * 1.2f : 0;
                put(sound, in * 0.15f);
                continue;
            }
            phase += pitch * (1 + (glide - 1) * at) / 8000;
            in = 0;
            if (phase >= 1) {
                phase -= 1;
                in = strength * sinf(3.14159f * (at * 0.9f + 0.1f));
            }
            put(sound, (resonate(&first, in, f1, 90) + 0.6f * resonate(&second, in, f2, 130)) * 0.2f);
        }
    }
    /* As loud as speech is on a telephone. */
    double power = 0;
    for (int i = begin; i < sound->count; i++) power += sound->samples[i] * sound->samples[i];
    float gain = 0.1f / sqrtf((float)power / (float)(sound->count - begin));
    for (int i = begin; i < sound->count; i++) sound->samples[i] *= gain;
}

void hiss(sound *sound, float level, unsigned seed)
{
    float size = powf(10, level / 20) * sqrtf(12);
    for (int i = 0; i < sound->count; i++) sound->samples[i] += (draw(&seed) - 0.5f) * size;
}

void loudness(sound *sound, float decibels)
{
    for (int i = 0; i < sound->count; i++) sound->samples[i] *= powf(10, decibels / 20);
}

uint8_t encode(listening_codec codec, float sample)
{
    int value = (int)lrintf(sample * 32767), segment = 0;
    int size = value < 0 ? -value : value;
    if (size > 32635) size = 32635;
    if (codec == LISTENING_PCMU) {
        size += 132;
        while (size >> (segment + 8)) segment++;
        return (uint8_t)~((value < 0 ? 0x80 : 0) | segment << 4 | (size >> (segment + 3) & 15));
    }
    size >>= 3;
    while (size >> (segment + 5)) segment++;
    int step = segment ? size >> segment : size >> 1;
    return (uint8_t)(((value < 0 ? 0 : 0x80) | segment << 4 | (step & 15)) ^ 0x55);
}

void listen_to(listening_call *call, const sound *sound, listening_codec codec, int lost_of)
{
    unsigned seed = 5;
    listening_begin(call, codec);
    for (int at = 0; at + LISTENING_FRAME <= sound->count; at += LISTENING_FRAME) {
        uint8_t octets[LISTENING_FRAME];
        for (int i = 0; i < LISTENING_FRAME; i++) octets[i] = encode(codec, sound->samples[at + i]);
        bool lost = lost_of && draw(&seed) * (float)lost_of < 1;
        listening_frame(call, lost ? NULL : octets);
    }
}

int main(void)
{
    former_tests();
    tone_tests();
    verdict_tests();
    fuzz_tests();
    printf("%d passed, %d failed\n", checks_passed, checks_failed);
    return checks_failed > 0;
}
