/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The smallest test harness that names what failed, and sounds that are made on the spot. */
#ifndef LISTENING_CHECK_H
#define LISTENING_CHECK_H

#include "clistening.h"

extern int checks_passed, checks_failed;

#define CHECK(condition) check((condition) != 0, __FILE__, __LINE__, #condition)
#define EQUAL(actual, expected) check_equal((long long)(actual), (long long)(expected), __FILE__, __LINE__, #actual)

void check(int ok, const char *file, int line, const char *what);
void check_equal(long long actual, long long expected, const char *file, int line, const char *what);

/** Linear samples at 8 kHz that are put after each other. */
typedef struct {
    float samples[60 * 8000];
    int count;
} sound;

void silence(sound *sound, float seconds);
/** One tone or, with high above 0, two; level in dBov. */
void tone(sound *sound, float low, float high, float seconds, float level);
/** Something like speech: syllables of a buzz through formants that move, hisses between. */
void speech(sound *sound, float seconds, unsigned seed);
/** Steady noise over all that is there. */
void hiss(sound *sound, float level, unsigned seed);
void loudness(sound *sound, float decibels);

uint8_t encode(listening_codec codec, float sample);
/** The whole sound as frames, one in lost_of lost (0: none). */
void listen_to(listening_call *call, const sound *sound, listening_codec codec, int lost_of);
/** 0 to below 1; the same for the same seed. */
float draw(unsigned *seed);

/* The tests, one function per file. */
void former_tests(void);
void tone_tests(void);
void verdict_tests(void);
void fuzz_tests(void);

#endif
