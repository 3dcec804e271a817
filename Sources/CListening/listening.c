/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clistening.h"

#include "frame_former.h"
#include "g711.h"
#include "level.h"
#include "phrases.h"
#include "sound.h"
#include "tones.h"
#include "verdict.h"

#include <string.h>

void listening_begin(listening_call *call, listening_codec codec)
{
    memset(call, 0, sizeof *call);
    call->codec = codec;
    listening_former_begin(&call->former, codec == LISTENING_PCMU ? 0xFF : 0xD5);
    listening_level_begin(&call->level);
}

void listening_frame(listening_call *call, const uint8_t octets[LISTENING_FRAME])
{
    bool spoken = listening_said_something(&call->phrases);
    uint32_t now = call->phrases.now;
    if (!octets) {
        bool loud = listening_level_lost(&call->level);
        listening_tones_frame(&call->tones, NULL, now, spoken);
        listening_phrases_frame(&call->phrases, NULL, loud, call->level.active, listening_tones_near(&call->tones));
    } else {
        const int16_t *expand = call->codec == LISTENING_PCMU ? listening_pcmu : listening_pcma;
        int16_t samples[LISTENING_FRAME];
        for (int i = 0; i < LISTENING_FRAME; i++) samples[i] = expand[octets[i]];
        listening_sound sound = listening_analyse(samples, call->level.noise_power, call->level.noise_emphasized);
        bool loud = listening_level_frame(&call->level, listening_decibels(sound.emphasized), sound.power);
        listening_tones_frame(&call->tones, &sound, now, spoken);
        listening_phrases_frame(&call->phrases, &sound, loud, call->level.active, listening_tones_near(&call->tones));
    }
    listening_judge(call);
}

static void take(void *context, const uint8_t *octets) { listening_frame(context, octets); }

void listening_packet(listening_call *call, uint32_t ssrc, uint32_t timestamp, const uint8_t *payload, size_t size,
                      uint32_t now_ms)
{
    listening_former_put(&call->former, ssrc, timestamp, payload, size, now_ms, take, call);
}

void listening_pass(listening_call *call, uint32_t now_ms) { listening_former_pass(&call->former, now_ms, take, call); }

static uint32_t milliseconds(uint32_t frames) { return frames * LISTENING_FRAME_MS; }

void listening_get_evidence(const listening_call *call, listening_evidence *out)
{
    const listening_phrases *phrases = &call->phrases;
    *out = (listening_evidence){
        .speech_ms = milliseconds(listening_spoken(phrases)),
        .onset_ms = milliseconds(phrases->onset),
        .longest_ms = milliseconds(phrases->longest),
        .last_ms = milliseconds(listening_last_phrase(phrases)),
        .phrases = phrases->count,
        .pause_ms = milliseconds(listening_pause(phrases)),
        .beep_hz = call->tones.beep_hz,
        .beep_ms = milliseconds(call->tones.beep_frames),
        .tone = call->tones.tone,
        .floor_db = call->level.noise,
        .level_db = call->level.peak,
        .lost_ms = milliseconds(call->former.lost),
    };
}

const char *listening_kind_name(listening_kind kind)
{
    switch (kind) {
    case LISTENING_UNDECIDED: break;
    case LISTENING_PERSON: return "human-likely";
    case LISTENING_MACHINE: return "machine";
    case LISTENING_SCREENED: return "screened";
    case LISTENING_FAX: return "fax";
    case LISTENING_SILENCE: return "silence";
    case LISTENING_UNKNOWN: return "unknown";
    }
    return "";
}

const char *listening_tone_name(listening_tone tone)
{
    switch (tone) {
    case LISTENING_TONE_NONE: break;
    case LISTENING_TONE_RINGBACK: return "ringback";
    case LISTENING_TONE_BUSY: return "busy";
    case LISTENING_TONE_SIT: return "sit";
    case LISTENING_TONE_CNG: return "cng";
    case LISTENING_TONE_CED: return "ced";
    }
    return "";
}
