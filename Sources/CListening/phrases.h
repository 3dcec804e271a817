/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Frames become phrases and pauses, and numbers about them. */
#ifndef LISTENING_PHRASES_H
#define LISTENING_PHRASES_H

#include "clistening_state.h"

/**
 * loud: that frame is; active: speech or music goes on; toned: a tone sounds, and makes no phrase longer. sound NULL: the frame
 * was lost.
 */
void listening_phrases_frame(listening_phrases *phrases, const listening_sound *sound, bool loud, bool active, bool toned);

/** In frames: how long was spoken in all, and in the last phrase. */
uint32_t listening_spoken(const listening_phrases *phrases);
uint32_t listening_last_phrase(const listening_phrases *phrases);
/** More than a car that passes, or the edges of a tone: a beep after it is that of a machine. */
bool listening_said_something(const listening_phrases *phrases);
/** Since the last word; 0 before the first. */
uint32_t listening_pause(const listening_phrases *phrases);

/** What is judged: durations in seconds, shares, means. Written in the order that the coefficients have. */
void listening_features(const listening_phrases *phrases, float features[LISTENING_FEATURES]);

#endif
