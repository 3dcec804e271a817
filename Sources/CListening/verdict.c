/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verdict.h"

#include "clistening.h"
#include "coefficients.h"
#include "phrases.h"
#include "tones.h"

#include <math.h>

/* In frames of 20 ms. */
enum {
    PAUSE = 50,            /* a greeting has ended */
    LONG_END = 65,         /* a long one: beeps come sooner, mostly */
    FIRST_LOOK = 70,       /* at a phrase that goes on */
    LOOK_EVERY = 10,
    MUSIC_LOOK = 100,
    EDGE = 3,
    WAITED = 150,          /* an assistant, for an answer */
    LATEST_BEEP = 300,     /* after the last word */
    LONE_BEEP = 60,        /* nothing was said, and nothing comes after it */
    NOBODY = 250
};
#define SURE_IN_SPEECH 0.97f
#define SURE_AGAINST_PERSON 0.97f /* who was taken for a person is not taken for a machine lightly */
#define MAYBE_NO_SPEECH 0.35f     /* music and noise are never people */
#define SURE_OF_MUSIC 0.8f
#define SCORE_OF_TONE 0.99f
#define SCORE_OF_LONE_BEEP 0.8f

float listening_probability(listening_moment moment, const float f[LISTENING_FEATURES])
{
    const float *c = listening_coefficients[moment];
    float sum = *c++;
    for (int i = 0; i < LISTENING_FEATURES; i++) {
        float of_this = *c++;
        for (int j = 0; j <= i; j++) of_this += *c++ * f[j];
        sum += of_this * f[i];
    }
    return 1 / (1 + expf(-sum));
}

static float judge(listening_call *call, listening_moment moment)
{
    listening_features(&call->phrases, call->features);
    call->judged = (uint8_t)moment;
    call->judgements++;
    return listening_probability(moment, call->features);
}

static void decide(listening_call *call, listening_kind kind, float score)
{
    if (call->kind != (uint8_t)kind) call->decided = call->phrases.now;
    call->kind = (uint8_t)kind;
    call->score = score;
}

/* True when a tone says all there is to say. */
static bool heed_tones(listening_call *call)
{
    const listening_tones *tones = &call->tones;
    const listening_phrases *phrases = &call->phrases;
    if (tones->tone == LISTENING_TONE_CNG || tones->tone == LISTENING_TONE_CED) {
        decide(call, LISTENING_FAX, SCORE_OF_TONE);
        return true;
    }
    bool said = listening_said_something(phrases);
    if (tones->tone != LISTENING_TONE_NONE && !(call->kind == LISTENING_MACHINE && call->beeps && said)) {
        decide(call, LISTENING_UNKNOWN, SCORE_OF_TONE);
        return true;
    }
    if (tones->beeps == call->beeps) return false;
    uint32_t begin = tones->beep_end - tones->beep_frames;
    if (!said) {
        if (phrases->now - tones->beep_end < LONE_BEEP || listening_tones_sounding(tones)) return false;
        call->beeps = tones->beeps;
        call->restart = tones->beep_end;
        decide(call, LISTENING_MACHINE, SCORE_OF_LONE_BEEP);
        return false;
    }
    call->beeps = tones->beeps;
    /* Spoken, a tone, and nobody who speaks on. What is not recognised of a tone passes for speech. */
    int64_t wait = (int64_t)begin - phrases->end;
    if (wait < -(int64_t)tones->beep_frames - EDGE || wait > LATEST_BEEP) return false;
    call->restart = tones->beep_end;
    call->long_speech = false;
    decide(call, LISTENING_MACHINE, SCORE_OF_TONE);
    return false;
}

static bool decided(const listening_call *call)
{
    return call->kind == LISTENING_MACHINE || call->kind == LISTENING_SCREENED;
}

static void judge_pause(listening_call *call)
{
    float not_person = judge(call, LISTENING_AT_PAUSE);
    if (decided(call)) return;
    float other = listening_probability(LISTENING_NO_SPEECH_AT_PAUSE, call->features);
    if (other >= MAYBE_NO_SPEECH) {
        if (call->kind != LISTENING_PERSON) decide(call, LISTENING_UNKNOWN, other);
    } else if (not_person < (call->kind == LISTENING_PERSON ? SURE_AGAINST_PERSON : 0.5f)) {
        decide(call, LISTENING_PERSON, 1 - not_person);
    } else {
        call->long_speech = true;
        decide(call, LISTENING_MACHINE, not_person);
    }
}

static void judge_speech(listening_call *call, uint32_t length)
{
    float not_person = judge(call, LISTENING_IN_SPEECH);
    float other = listening_probability(LISTENING_NO_SPEECH_IN_SPEECH, call->features);
    if (length >= MUSIC_LOOK && !call->beeps && other > SURE_OF_MUSIC) {
        decide(call, LISTENING_UNKNOWN, other);
        return;
    }
    if (not_person < (call->kind == LISTENING_PERSON ? SURE_AGAINST_PERSON : SURE_IN_SPEECH)) return;
    call->long_speech = true;
    if (!decided(call)) decide(call, LISTENING_MACHINE, not_person);
}

/* A long speech is over and no beep has come. */
static void judge_end(listening_call *call)
{
    call->long_speech = false;
    call->restart = call->phrases.now;
    float screened = judge(call, LISTENING_AT_END);
    if (call->kind == LISTENING_UNKNOWN || call->beeps) return;
    bool asks_again = call->phrases.count > 1 && call->phrases.gap >= WAITED;
    if (call->kind == LISTENING_SCREENED && asks_again) return;
    if (screened >= 0.5f) decide(call, LISTENING_SCREENED, screened);
    else decide(call, LISTENING_MACHINE, 1 - screened);
}

void listening_judge(listening_call *call)
{
    const listening_phrases *phrases = &call->phrases;
    if (heed_tones(call)) return;
    uint32_t pause = listening_pause(phrases);
    bool sounding = listening_tones_sounding(&call->tones);
    if (phrases->count == 0) {
        if (phrases->now >= NOBODY && call->kind == LISTENING_UNDECIDED && call->tones.beeps == 0 && !sounding)
            decide(call, LISTENING_SILENCE, 1);
        return;
    }
    if (pause >= PAUSE && call->judged_end != phrases->end && !sounding) {
        call->judged_end = phrases->end;
        judge_pause(call);
    }
    if (pause >= LONG_END && call->long_speech && !sounding) judge_end(call);
    if (pause == 0 && phrases->counts) {
        uint32_t length = phrases->end - phrases->begin;
        if (length >= FIRST_LOOK && length % LOOK_EVERY == 0) judge_speech(call, length);
    }
}

void listening_get_verdict(const listening_call *call, listening_verdict *out)
{
    uint32_t pause = listening_pause(&call->phrases);
    *out = (listening_verdict){
        .kind = (listening_kind)call->kind,
        .score = call->score,
        .decided_ms = call->decided * LISTENING_FRAME_MS,
        .speaks = call->phrases.counts && pause < PAUSE / 2,
        .may_change = call->kind != LISTENING_FAX && !(call->kind == LISTENING_MACHINE && call->beeps),
        .restart_ms = call->restart * LISTENING_FRAME_MS,
    };
}
