/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Packets of any size, order and source become one row of frames. */
#ifndef LISTENING_FRAME_FORMER_H
#define LISTENING_FRAME_FORMER_H

#include "clistening_state.h"

/** Takes the next frame; octets NULL: nothing of it came. */
typedef void (*listening_sink)(void *context, const uint8_t *octets);

/** silence: the octet that stands for what never came. */
void listening_former_begin(listening_former *former, uint8_t silence);
/** See listening_packet(). At most LISTENING_MOST_FRAMES frames come of it. */
void listening_former_put(listening_former *former, uint32_t ssrc, uint32_t timestamp, const uint8_t *payload, size_t size,
                          uint32_t now_ms, listening_sink sink, void *context);
/** Hands on what has been waited for long enough at now_ms. */
void listening_former_pass(listening_former *former, uint32_t now_ms, listening_sink sink, void *context);

/** In a packet: as much as an Ethernet frame has room for, and a millisecond more than ten frames are. */
enum { LISTENING_MOST_OCTETS = 1480 };
/** Further than that from where the clock is, a timestamp is of another clock: two seconds, as recordings have it. */
enum { LISTENING_TOLERANCE = 100 };

#endif
