/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "level.h"

#include <math.h>

/*
 * The noise is the lowest smoothed level of the last two seconds: speech has gaps, noise has none. Loud is what stands well
 * above it: by a share of the distance to the loudest speech, so that in a quiet room breath is not speech, and in a street the
 * cars are not.
 */
enum { PIECE_FRAMES = 10, BRIDGED = 3 };
#define QUIET (-75.0f)         /* below that nothing is noise, and the codec's own steps begin */
#define LOUDEST_NOISE (-30.0f) /* whoever speaks at once and without a gap is no noise */
#define LOUDEST_POWER 1e-3f
#define EARLY_NOISE (-50.0f)   /* before two seconds are known: who speaks from the first word on is no noise */
#define EARLY_POWER 3e-5f
#define SPEECH (-52.0f)        /* the faintest that counts; an echo of what we play comes back below it (ITU-T G.131) */
#define ABOVE 0.45f
#define BIAS 3.0f              /* of a minimum against the mean */

void listening_level_begin(listening_level *level)
{
    *level = (listening_level){.smoothed = -60, .noise = -60, .peak = -35};
    for (int i = 0; i < LISTENING_FLOORS; i++) level->lowest[i] = 0;
    for (int i = 0; i < LISTENING_FLOORS; i++) level->lowest_power[i] = 1;
}

static void follow_noise(listening_level *level)
{
    float *lowest = &level->lowest[level->piece];
    float *lowest_power = &level->lowest_power[level->piece];
    if (level->piece_frames == 0) {
        *lowest = level->smoothed;
        *lowest_power = level->smoothed_power;
    }
    if (level->smoothed < *lowest) *lowest = level->smoothed;
    if (level->smoothed_power < *lowest_power) *lowest_power = level->smoothed_power;
    if (++level->piece_frames == PIECE_FRAMES) {
        level->piece_frames = 0;
        level->piece = (level->piece + 1) % LISTENING_FLOORS;
        if (level->pieces < LISTENING_FLOORS) level->pieces++;
    }
    float noise = 0;
    for (int i = 0; i < LISTENING_FLOORS; i++) noise = level->lowest[i] < noise ? level->lowest[i] : noise;
    if (level->pieces < LISTENING_FLOORS && noise > EARLY_NOISE) noise = EARLY_NOISE;
    noise += BIAS;
    float noise_power = 1;
    for (int i = 0; i < LISTENING_FLOORS; i++)
        noise_power = level->lowest_power[i] < noise_power ? level->lowest_power[i] : noise_power;
    float most = level->pieces < LISTENING_FLOORS ? EARLY_POWER : LOUDEST_POWER;
    level->noise_power = noise_power > most ? most : noise_power;
    level->noise = noise < QUIET ? QUIET : noise > LOUDEST_NOISE ? LOUDEST_NOISE : noise;
    level->noise_emphasized = powf(10, level->noise / 10);
}

static bool decide(listening_level *level, bool loud)
{
    level->recent = (uint8_t)(level->recent << 1 | loud);
    int five = __builtin_popcount(level->recent & 0x1f);
    if (five >= 3) level->active = true;
    if (level->recent == 0) level->active = false;
    return loud && __builtin_popcount(level->recent & 7) >= 2;
}

bool listening_level_frame(listening_level *level, float decibels, float power)
{
    level->hidden = 0;
    bool first = level->pieces == 0 && level->piece_frames == 0;
    level->smoothed += (first ? 1 : 0.4f) * (decibels - level->smoothed);
    level->smoothed_power += (first ? 1 : 0.4f) * (power - level->smoothed_power);
    float span = level->peak - level->noise;
    float above = span > 0 ? ABOVE * span : 0;
    if (above < 6) above = 6;
    float threshold = level->noise + above;
    if (threshold < SPEECH) threshold = SPEECH;
    bool loud = decibels > threshold;
    if (loud && decibels > level->peak) level->peak += 0.3f * (decibels - level->peak);
    if (loud && decibels <= level->peak) level->peak += 0.01f * (decibels - level->peak);
    follow_noise(level);
    return decide(level, loud);
}

bool listening_level_lost(listening_level *level)
{
    bool loud = level->hidden < BRIDGED && (level->recent & 1);
    if (level->hidden < UINT8_MAX) level->hidden++;
    return decide(level, loud);
}
