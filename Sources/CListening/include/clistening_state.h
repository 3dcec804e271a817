/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The state of a call that is listened to. It stands here so that it can be embedded; nobody outside looks into it. */
#ifndef CLISTENING_STATE_H
#define CLISTENING_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LISTENING_FRAME = 160,  /* octets: 20 ms */
    LISTENING_FRAME_MS = 20,
    LISTENING_WINDOW = 4,   /* frames that may still be incomplete */
    LISTENING_FLOORS = 10,  /* pieces of 200 ms, of whose levels the lowest is the noise */
    LISTENING_FEATURES = 16
};

typedef enum { LISTENING_PCMA = 1, LISTENING_PCMU = 2 } listening_codec;

/** Tones that say what they are. A beep is none of them. */
typedef enum {
    LISTENING_TONE_NONE,
    LISTENING_TONE_RINGBACK, /* ITU-T E.180: 425 Hz; 440 and 480 Hz; 400 and 450 Hz */
    LISTENING_TONE_BUSY,     /* the same or 480 and 620 Hz, on and off for half a second or less; congestion too */
    LISTENING_TONE_SIT,      /* ITU-T E.180 5: 950, 1400, 1800 Hz */
    LISTENING_TONE_CNG,      /* ITU-T T.30: a fax that calls, 1100 Hz */
    LISTENING_TONE_CED       /* one that answers, 2100 Hz */
} listening_tone;

/** frame_former.c: packets become frames. */
typedef struct {
    uint8_t octets[LISTENING_WINDOW][LISTENING_FRAME];
    uint32_t filled[LISTENING_WINDOW][LISTENING_FRAME / 32]; /* bits: which octets are there */
    uint8_t before[LISTENING_FRAME]; /* the last frame that was handed on */
    uint32_t base;   /* timestamp of the first octet of the window */
    uint32_t ssrc;
    uint32_t first;  /* index of the window's first frame, since the beginning */
    uint32_t slot;   /* where it lies */
    uint32_t lost;   /* frames */
    uint8_t behind;  /* packets in a row that came too late */
    bool begun;      /* base and ssrc are known */
} listening_former;

/** level.c: how loud, against which noise, and whether that is speech. */
typedef struct {
    float smoothed, noise, peak; /* dBov, as ears weigh it; peak: of speech, falling slowly */
    float smoothed_power, noise_power, noise_emphasized; /* mean squares; the first two as the line has them */
    float lowest[LISTENING_FLOORS], lowest_power[LISTENING_FLOORS];
    uint8_t piece, piece_frames, pieces;
    uint8_t recent;  /* bits: which of the last 8 frames were loud */
    uint8_t hidden;  /* frames in a row that were lost */
    bool active;     /* speech or music */
} listening_level;

/** What one frame is, before anything is made of it. */
typedef struct {
    float power, emphasized; /* mean square, of full scale; with the first difference taken, as ears weigh it */
    float slope;             /* first autocorrelation: 1 a low hum, -1 a hiss */
    float hz[2];             /* of one or two tones that make up nearly all of it, lower one first; 0: none */
} listening_sound;

/** tones.c: single tones, and what their order says. */
typedef struct {
    float hz[2];      /* of the one that sounds */
    uint16_t frames;  /* how long it sounds */
    uint8_t missed;   /* frames in a row that do not belong to it */
    uint16_t since;   /* frames since the last one ended */
    uint16_t gap;     /* between that and the one that sounds */
    uint16_t last_frames;
    float last_hz[2];
    uint8_t sit;      /* how many of the three tones came in order */
    uint8_t bursts;   /* of one tone on and off */
    listening_tone tone;
    uint16_t beep_hz, beep_frames;
    uint32_t beep_end; /* frame after its last one; 0: none */
    uint32_t beeps;
} listening_tones;

/** phrases.c: speech and pauses. In frames. */
typedef struct {
    uint32_t now;
    uint32_t spoken;      /* phrases before the present one, added up */
    uint32_t onset, longest, count;
    uint32_t begin, end;  /* of the phrase that goes on or went last; end: after its last word */
    uint32_t gap;         /* of silence before it */
    uint32_t trial_begin, trial_end; /* of what may be a phrase, or a click */
    uint32_t loud_in_it;  /* loud frames of it */
    bool counts;          /* it is a phrase */
    bool open;            /* nothing closed it yet */
    /* Over all loud frames. */
    uint32_t loud, toned, steady, syllables;
    float moves, last_level; /* of the level, from frame to frame */
    float slopes, slopes_squared, levels, levels_squared, swings, last_slope;
    float ridge, valley;  /* of the level, for syllables */
    bool falling;
} listening_phrases;

typedef struct {
    listening_codec codec;
    listening_former former;
    listening_level level;
    listening_tones tones;
    listening_phrases phrases;
    /* verdict.c */
    uint8_t kind;
    float score;
    uint32_t decided;      /* frame */
    uint32_t restart;      /* frame; 0: none */
    uint32_t beeps;        /* that were heeded */
    uint32_t judged_end;   /* of the phrase after which was judged last */
    uint32_t judgements;
    bool long_speech;      /* one that is no person's goes on, or ended and the end was not told yet */
    uint8_t judged;        /* listening_moment of the last judgement */
    float features[LISTENING_FEATURES]; /* of the last judgement */
} listening_call;

#endif
