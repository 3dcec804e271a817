/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What is made of phrases and tones. */
#ifndef LISTENING_VERDICT_H
#define LISTENING_VERDICT_H

#include "clistening_state.h"

/** When something is judged; each moment has coefficients of its own. */
typedef enum {
    LISTENING_AT_PAUSE,  /* somebody has stopped: a person or not */
    LISTENING_IN_SPEECH, /* somebody goes on and on: a person or not */
    LISTENING_AT_END,    /* a long speech has ended, no beep has come: an assistant or a machine */
    LISTENING_NO_SPEECH_AT_PAUSE,  /* what has stopped was speech or not: music, cars, tones in noise */
    LISTENING_NO_SPEECH_IN_SPEECH, /* what goes on and on is */
    LISTENING_MOMENTS
} listening_moment;

/** A constant; for each feature one of its own, and one for its product with itself and each one before it. */
enum { LISTENING_TERMS = 1 + LISTENING_FEATURES + LISTENING_FEATURES * (LISTENING_FEATURES + 1) / 2 };

/** After each frame. */
void listening_judge(listening_call *call);
/** 0 to 1. */
float listening_probability(listening_moment moment, const float features[LISTENING_FEATURES]);

#endif
