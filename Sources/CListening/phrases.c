/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "phrases.h"

#include "sound.h"

#include <math.h>

/* In frames. */
enum { GAP = 50, CLICK = 5, ONSET = 3, SOMETHING = 30 };
#define SYLLABLE_DEPTH 5.0f /* dB between the middle of a syllable and what parts it from the next */
#define STEADY 0.03f

static void measure(listening_phrases *phrases, const listening_sound *sound)
{
    float level = listening_decibels(sound->emphasized);
    phrases->loud++;
    phrases->toned += sound->hz[0] > 0;
    phrases->slopes += sound->slope;
    phrases->slopes_squared += sound->slope * sound->slope;
    phrases->levels += level;
    phrases->levels_squared += level * level;
    float swing = fabsf(sound->slope - phrases->last_slope);
    phrases->swings += swing;
    phrases->steady += swing < STEADY;
    phrases->moves += fabsf(level - phrases->last_level);
    phrases->last_level = level;
    phrases->last_slope = sound->slope;
}

static void count_syllables(listening_phrases *phrases, float level)
{
    if (phrases->falling) {
        if (level < phrases->valley) phrases->valley = level;
        if (level > phrases->valley + SYLLABLE_DEPTH) {
            phrases->falling = false;
            phrases->ridge = level;
        }
    } else {
        if (level > phrases->ridge) phrases->ridge = level;
        if (level < phrases->ridge - SYLLABLE_DEPTH) {
            phrases->falling = true;
            phrases->valley = level;
            phrases->syllables++;
        }
    }
}

static void close_phrase(listening_phrases *phrases)
{
    if (phrases->counts) phrases->spoken += phrases->end - phrases->begin;
    phrases->open = phrases->counts = false;
    phrases->loud_in_it = 0;
}

void listening_phrases_frame(listening_phrases *phrases, const listening_sound *sound, bool loud, bool active, bool toned)
{
    uint32_t now = phrases->now++;
    if (phrases->open && now - phrases->trial_end > GAP) close_phrase(phrases);
    if (!loud || !active) return;
    if (!phrases->open) {
        if (toned) return;
        phrases->open = true;
        phrases->trial_begin = now > ONSET ? now - ONSET : 0;
        phrases->trial_end = now + 1;
        phrases->last_slope = sound ? sound->slope : 0;
        phrases->last_level = sound ? listening_decibels(sound->emphasized) : -50;
    }
    if (sound) {
        measure(phrases, sound);
        count_syllables(phrases, listening_decibels(sound->emphasized));
    }
    if (toned) return;
    phrases->trial_end = now + 1;
    if (++phrases->loud_in_it == CLICK) {
        phrases->gap = phrases->trial_begin - phrases->end;
        phrases->begin = phrases->trial_begin;
        if (phrases->count++ == 0) phrases->onset = phrases->begin;
        phrases->counts = true;
    }
    if (!phrases->counts) return;
    phrases->end = phrases->trial_end;
    if (phrases->end - phrases->begin > phrases->longest) phrases->longest = phrases->end - phrases->begin;
}

uint32_t listening_last_phrase(const listening_phrases *phrases)
{
    return phrases->count ? phrases->end - phrases->begin : 0;
}

uint32_t listening_spoken(const listening_phrases *phrases)
{
    return phrases->spoken + (phrases->counts ? phrases->end - phrases->begin : 0);
}

bool listening_said_something(const listening_phrases *phrases) { return listening_spoken(phrases) > SOMETHING; }

uint32_t listening_pause(const listening_phrases *phrases) { return phrases->count ? phrases->now - phrases->end : 0; }

static float over(float value, float limit) { return value > limit ? value - limit : 0; }

void listening_features(const listening_phrases *phrases, float f[LISTENING_FEATURES])
{
    const float second = 1000.0f / LISTENING_FRAME_MS;
    float loud = phrases->loud > 0 ? (float)phrases->loud : 1;
    float all = (float)listening_spoken(phrases) / second, longest = (float)phrases->longest / second;
    float onset = (float)phrases->onset / second;
    float slope = phrases->slopes / loud, level = phrases->levels / loud;
    float slope_variance = phrases->slopes_squared / loud - slope * slope;
    float level_variance = phrases->levels_squared / loud - level * level;
    f[0] = logf(0.2f + all);
    f[1] = logf(0.2f + longest);
    f[2] = over(longest, 1.5f) - over(longest, 4);
    f[3] = over(all, 3) - over(all, 10);
    f[4] = logf(phrases->count > 0 ? (float)phrases->count : 1);
    f[5] = onset < 4 ? onset : 4;
    f[6] = all > 0 ? (float)phrases->loud / second / all : 0;
    f[7] = all > 0 ? (float)phrases->syllables / all : 0;
    f[8] = slope;
    f[9] = slope_variance > 0 ? sqrtf(slope_variance) : 0;
    f[10] = phrases->swings / loud;
    f[11] = level_variance > 0 ? sqrtf(level_variance) / 10 : 0;
    f[12] = (float)phrases->toned / loud;
    f[13] = logf(0.2f + (float)listening_last_phrase(phrases) / second);
    f[14] = (float)phrases->steady / loud;
    f[15] = phrases->moves / loud / 10;
}
