/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Tones that last, their order and rhythm: beeps, ringback, busy, special information tones, fax. */
#ifndef LISTENING_TONES_H
#define LISTENING_TONES_H

#include "clistening_state.h"

/** now: index of the frame; spoken: there was speech before. NULL: the frame was lost. */
void listening_tones_frame(listening_tones *tones, const listening_sound *sound, uint32_t now, bool spoken);
/** A tone sounds long enough not to be a vowel. */
bool listening_tones_sounding(const listening_tones *tones);
/** The last frame belongs to a tone, or to the edge of one. */
bool listening_tones_near(const listening_tones *tones);

#endif
