/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tones.h"

#include <math.h>
#include <string.h>

/* In frames of 20 ms. */
enum {
    SHORTEST_TONE = 5,    /* a vowel keeps its pitch for less */
    SHORTEST_BEEP = 6,
    TOGETHER = 3,
    LONGEST_BEEP = 125,
    SHORTEST_CNG = 18,    /* 0.5 s, T.30 4.2 */
    SHORTEST_CED = 30,    /* 2.6 to 4 s, T.30 4.3; ANSam turns its phase every 450 ms (V.8) */
    SHORTEST_RING = 30,   /* 0.67 to 2.5 s, E.180 5.2 */
    LONGEST_BURST = 33,   /* of busy, E.180 6.2 */
    SHORTEST_BURST = 5,
    LONGEST_GAP = 35
};

static bool near(float hz, float wanted, float tolerance) { return fabsf(hz - wanted) <= tolerance; }

static bool same(const float one[2], const float other[2])
{
    for (int i = 0; i < 2; i++)
        if (!near(one[i], other[i], 0.02f * one[i] + 4)) return false;
    return true;
}

/*
 * The frame has the tone that sounds. Noise or an echo may pass for a second one, that is never the same: as long as two have not
 * sounded together for a while, the one that stays is the tone.
 */
static bool goes_with(listening_tones *tones, const float hz[2])
{
    if (same(tones->hz, hz)) return true;
    if (tones->hz[1] > 0 && tones->frames > TOGETHER) return false;
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 2; k++)
            if (tones->hz[i] > 0 && hz[k] > 0 && near(hz[k], tones->hz[i], 0.02f * hz[k] + 4)) {
                tones->hz[0] = tones->hz[i];
                tones->hz[1] = 0;
                return true;
            }
    return false;
}

/* Of E.180 supplement 2: what most networks ring and are busy with. */
static bool is_progress(const float hz[2])
{
    if (hz[1] == 0) return near(hz[0], 425, 20) || near(hz[0], 400, 12) || near(hz[0], 450, 12);
    return (near(hz[0], 440, 12) && near(hz[1], 480, 12)) || (near(hz[0], 400, 12) && near(hz[1], 450, 12)) ||
           (near(hz[0], 480, 12) && near(hz[1], 620, 15)) || (near(hz[0], 350, 12) && near(hz[1], 440, 12));
}

/* A key that somebody presses is no beep (ITU-T Q.23). */
static bool is_key(const float hz[2])
{
    return hz[1] > 0 && hz[0] > 680 && hz[0] < 960 && hz[1] > 1180 && hz[1] < 1660;
}

static void count_sit(listening_tones *tones)
{
    static const float steps[3] = {950, 1400, 1800};
    bool follows = tones->gap < 8; /* at most 30 ms lie between, E.180 5.7 */
    int step = tones->sit < 3 && follows ? tones->sit : 0;
    if (tones->hz[1] == 0 && near(tones->hz[0], steps[step], 60)) {
        tones->sit = (uint8_t)(step + 1);
        if (tones->sit == 3) tones->tone = LISTENING_TONE_SIT;
    } else {
        tones->sit = 0;
    }
}

/* A tone has ended after frames; spoken: before it there was speech. */
static void ended(listening_tones *tones, uint32_t now, bool spoken)
{
    uint16_t frames = tones->frames;
    if (frames >= SHORTEST_TONE) {
        count_sit(tones);
        bool again = tones->last_frames && same(tones->last_hz, tones->hz) && tones->gap <= LONGEST_GAP;
        bool burst = frames >= SHORTEST_BURST && frames <= LONGEST_BURST;
        if (!burst) tones->bursts = 0;
        else tones->bursts = again ? (uint8_t)(tones->bursts < 255 ? tones->bursts + 1 : 255) : 1;
        if (tones->bursts >= 2 && is_progress(tones->hz)) tones->tone = LISTENING_TONE_BUSY;
        bool fax = tones->tone == LISTENING_TONE_CNG || tones->tone == LISTENING_TONE_CED;
        bool network = !spoken && is_progress(tones->hz);
        if (frames >= SHORTEST_BEEP && frames <= LONGEST_BEEP && !fax && !network && tones->tone != LISTENING_TONE_SIT &&
            tones->tone != LISTENING_TONE_BUSY && !is_key(tones->hz) && tones->hz[0] > 370 && tones->hz[0] < 2050) {
            tones->beep_hz = (uint16_t)lrintf(tones->hz[0]);
            tones->beep_frames = frames;
            tones->beep_end = now;
            tones->beeps++;
        }
        tones->last_frames = frames;
        memcpy(tones->last_hz, tones->hz, sizeof tones->hz);
        tones->since = 0;
    }
    tones->frames = 0;
    tones->missed = 0;
}

/* What is known before a tone has ended. */
static void goes_on(listening_tones *tones, bool spoken)
{
    if (tones->hz[1] == 0 && near(tones->hz[0], 2100, 20) && tones->frames >= SHORTEST_CED)
        tones->tone = LISTENING_TONE_CED;
    if (tones->hz[1] == 0 && near(tones->hz[0], 1100, 38) && tones->frames >= SHORTEST_CNG && !spoken)
        tones->tone = LISTENING_TONE_CNG;
    if (tones->tone == LISTENING_TONE_NONE && is_progress(tones->hz) && tones->frames >= SHORTEST_RING &&
        (!spoken || tones->frames > LONGEST_BEEP / 2))
        tones->tone = LISTENING_TONE_RINGBACK;
}

void listening_tones_frame(listening_tones *tones, const listening_sound *sound, uint32_t now, bool spoken)
{
    if (tones->since < UINT16_MAX) tones->since++;
    if (!sound) { /* a lost frame neither ends a tone nor is part of one */
        if (tones->frames && ++tones->missed > 3) ended(tones, now - tones->missed, spoken);
        return;
    }
    bool toned = sound->hz[0] > 0;
    if (tones->frames && toned && goes_with(tones, sound->hz)) {
        tones->frames = (uint16_t)(tones->frames + 1 + tones->missed);
        tones->missed = 0;
        /* Slowly, so that a voice that glides is no tone. */
        if (same(tones->hz, sound->hz))
            for (int i = 0; i < 2; i++) tones->hz[i] += 0.1f * (sound->hz[i] - tones->hz[i]);
        goes_on(tones, spoken);
        return;
    }
    if (tones->frames && (++tones->missed > 2 || (toned && tones->missed > 1)))
        ended(tones, now - tones->missed + 1, spoken);
    if (!tones->frames && toned) {
        tones->frames = 1;
        tones->missed = 0;
        tones->gap = tones->since;
        memcpy(tones->hz, sound->hz, sizeof tones->hz);
    }
}

bool listening_tones_sounding(const listening_tones *tones) { return tones->frames >= SHORTEST_TONE; }

bool listening_tones_near(const listening_tones *tones)
{
    return tones->frames > 0 || (tones->last_frames > 0 && tones->since <= 2);
}
