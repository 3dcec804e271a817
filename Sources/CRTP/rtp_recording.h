/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What is heard, put in its place by RTP timestamp. Pure but for the memory it grows into. */
#ifndef RTP_RECORDING_H
#define RTP_RECORDING_H

#include "rtp_packet.h"

typedef struct {
    uint8_t *data;
    size_t length, capacity;
    size_t limit;           /**< bytes; 0: does not record */
    uint8_t silence;
    bool begun;
    uint32_t ssrc;
    uint32_t base;          /**< timestamp of the sample at base_position */
    int64_t base_position;
    int64_t begun_ns;       /**< when the first packet came: position 0 */
} rtp_recording;

/**
 * Stores a packet's payload. Packets may be late, doubled or missing. A far end that starts its
 * timestamps anew (another SSRC, or more than two seconds away from the clock) goes on where the
 * clock says. Beyond the limit and before the first packet nothing is kept.
 */
void rtp_recording_put(rtp_recording *recording, const rtp_packet *packet, int64_t now_ns);

/** Forgets what was recorded, keeps the limit. */
void rtp_recording_clear(rtp_recording *recording);

#endif
