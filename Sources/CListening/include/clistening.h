/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * CListening - who answered: a person, a machine, an assistant that screens, a fax, nobody.
 *
 * Pure: no sockets, clock, threads or allocation. Audio is G.711 at 8 kHz, one octet a sample (RFC 3551 4.5.14), in frames
 * of 160 octets (20 ms). Time is counted in frames since listening_begin(), which is the answer. All state of a call is in
 * `listening_call`; several calls may be listened to at once by several threads.
 *
 *     packets -> listening_packet() -> frames -> levels, tones, phrases -> verdict
 *
 * Levels are in dB of the loudest square wave that the codec can carry (dBov, RFC 6465 2); a sine at that limit has -3.
 */
#ifndef CLISTENING_H
#define CLISTENING_H

#include "clistening_state.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Who answered, as far as can be heard. A key that was pressed says more, and is not known here. */
typedef enum {
    LISTENING_UNDECIDED,
    LISTENING_PERSON,   /**< said something short and waits */
    LISTENING_MACHINE,  /**< spoke for long as recordings do, or beeped after it spoke */
    LISTENING_SCREENED, /**< spoke for long, then waits without a beep: an assistant that has asked something */
    LISTENING_FAX,      /**< ITU-T T.30: 1100 or 2100 Hz */
    LISTENING_SILENCE,  /**< nothing was said */
    LISTENING_UNKNOWN   /**< music, or a tone of the network (ITU-T E.180) */
} listening_kind;

typedef struct {
    listening_kind kind;
    float score;         /**< 0 to 1: how sure */
    uint32_t decided_ms; /**< after the answer */
    bool speaks;         /**< the far end speaks just now */
    bool may_change;     /**< a beep or a long speech that is still to come would change it */
    uint32_t restart_ms; /**< when whoever plays should begin again: a long speech, with its beep, ended there; 0: not (yet) */
} listening_verdict;

/** What a verdict rests on, in numbers. */
typedef struct {
    uint32_t speech_ms;       /**< spoken in all */
    uint32_t onset_ms;        /**< first word, after the answer */
    uint32_t longest_ms;      /**< longest phrase, pauses of less than a second included */
    uint32_t last_ms;         /**< last phrase */
    uint32_t phrases;
    uint32_t pause_ms;        /**< since the last word */
    uint32_t beep_hz, beep_ms; /**< last single tone that counts as a beep; two after each other: the second */
    listening_tone tone;      /**< of the network or of a fax */
    float floor_db, level_db; /**< of noise; of speech at its loudest */
    uint32_t lost_ms;         /**< never arrived */
} listening_evidence;

/** At the answer. codec: LISTENING_PCMA or LISTENING_PCMU. */
void listening_begin(listening_call *call, listening_codec codec);

/**
 * A packet with that payload, at now_ms after the answer. Any order, size and source; what is too late or came before is
 * passed over. A frame is worked on when it is whole, or 140 ms after its beginning.
 */
void listening_packet(listening_call *call, uint32_t ssrc, uint32_t timestamp, const uint8_t *payload, size_t size,
                      uint32_t now_ms);
/** It is now_ms after the answer: what has not come by now counts as silence. Once every 20 to 200 ms. */
void listening_pass(listening_call *call, uint32_t now_ms);
/** One frame that is known to be the next one; octets NULL: it was lost. For audio that is no stream of packets. */
void listening_frame(listening_call *call, const uint8_t octets[LISTENING_FRAME]);

void listening_get_verdict(const listening_call *call, listening_verdict *out);
void listening_get_evidence(const listening_call *call, listening_evidence *out);
/** human-likely, machine, screened, fax, silence, unknown; empty while undecided. */
const char *listening_kind_name(listening_kind kind);
/** ringback, busy, sit, cng, ced; empty for none. */
const char *listening_tone_name(listening_tone tone);

#ifdef __cplusplus
}
#endif
#endif
