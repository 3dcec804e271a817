/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Loud or not, against a noise that may change. */
#ifndef LISTENING_LEVEL_H
#define LISTENING_LEVEL_H

#include "clistening_state.h"

void listening_level_begin(listening_level *level);
/**
 * The next frame's level in dBov, and its mean square. Returns whether that frame is loud; level->active says whether it
 * belongs to speech.
 */
bool listening_level_frame(listening_level *level, float decibels, float power);
/** The next frame was lost: it counts as the one before, for 60 ms; then as silence. */
bool listening_level_lost(listening_level *level);

#endif
