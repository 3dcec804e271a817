/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What one frame is by itself: power, slope of the spectrum, one or two tones. */
#ifndef LISTENING_SOUND_H
#define LISTENING_SOUND_H

#include "clistening_state.h"

/** The noises: mean squares that are there all the time, as the line has them and with emphasis. */
listening_sound listening_analyse(const int16_t samples[LISTENING_FRAME], float noise, float emphasized_noise);

/** 10 log10, not below -90. */
float listening_decibels(float power);

#endif
