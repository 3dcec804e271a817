/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "frame_former.h"

#include <string.h>

/* How far a window may lie behind the clock before its first frame is given up: its own length, and a tick of the reader. */
enum { PATIENCE_MS = LISTENING_WINDOW * LISTENING_FRAME_MS + 60 };
enum { FAR_BEHIND = 4 }; /* packets in a row */
enum { WINDOW_OCTETS = LISTENING_WINDOW * LISTENING_FRAME };

void listening_former_begin(listening_former *former, uint8_t silence)
{
    memset(former, 0, sizeof *former);
    memset(former->before, silence, sizeof former->before);
}

static int filled_count(const uint32_t filled[LISTENING_FRAME / 32])
{
    int count = 0;
    for (int i = 0; i < LISTENING_FRAME / 32; i++) count += __builtin_popcount(filled[i]);
    return count;
}

/* The first frame of the window goes on; a new one is at the other end. */
static void hand_on(listening_former *former, listening_sink sink, void *context)
{
    uint8_t *octets = former->octets[former->slot];
    uint32_t *filled = former->filled[former->slot];
    int count = filled_count(filled);
    if (count == 0) {
        former->lost++;
        sink(context, NULL);
    } else {
        /* What is missing sounds as it did 20 ms before: a gap of silence would be a click. */
        if (count < LISTENING_FRAME)
            for (int i = 0; i < LISTENING_FRAME; i++)
                if (!(filled[i / 32] >> i % 32 & 1)) octets[i] = former->before[i];
        memcpy(former->before, octets, LISTENING_FRAME);
        sink(context, octets);
    }
    memset(filled, 0, sizeof former->filled[0]);
    former->slot = (former->slot + 1) % LISTENING_WINDOW;
    former->first++;
    former->base += LISTENING_FRAME;
}

static bool window_empty(const listening_former *former)
{
    for (int i = 0; i < LISTENING_WINDOW; i++)
        if (filled_count(former->filled[i]) > 0) return false;
    return true;
}

void listening_former_pass(listening_former *former, uint32_t now_ms, listening_sink sink, void *context)
{
    /* A reader that was away for long does not make up for more than the tolerance in one go. */
    for (int most = LISTENING_TOLERANCE; most > 0; most--) {
        uint64_t due = (uint64_t)former->first * LISTENING_FRAME_MS + PATIENCE_MS;
        if (due > now_ms) return;
        hand_on(former, sink, context);
    }
}

/* Another source, or the same with a new clock: it goes on where time is. */
static void begin_source(listening_former *former, uint32_t ssrc, uint32_t timestamp, uint32_t now_ms, listening_sink sink,
                         void *context)
{
    for (int i = 0; i < LISTENING_WINDOW && !window_empty(former); i++) hand_on(former, sink, context);
    uint32_t now = now_ms / LISTENING_FRAME_MS;
    for (int most = LISTENING_TOLERANCE; most > 0 && former->first < now; most--) hand_on(former, sink, context);
    former->begun = true;
    former->ssrc = ssrc;
    former->base = timestamp;
    former->behind = 0;
}

void listening_former_put(listening_former *former, uint32_t ssrc, uint32_t timestamp, const uint8_t *payload, size_t size,
                          uint32_t now_ms, listening_sink sink, void *context)
{
    if (size == 0 || size > LISTENING_MOST_OCTETS) return;
    if (!former->begun || ssrc != former->ssrc) begin_source(former, ssrc, timestamp, now_ms, sink, context);
    int32_t offset = (int32_t)(timestamp - former->base);
    int64_t clock = (int64_t)now_ms * 8 - (int64_t)former->first * LISTENING_FRAME; /* where now is in the window */
    int64_t from_clock = offset - clock;
    if (from_clock > LISTENING_TOLERANCE * LISTENING_FRAME || from_clock < -LISTENING_TOLERANCE * LISTENING_FRAME) {
        begin_source(former, ssrc, timestamp, now_ms, sink, context);
        offset = 0;
    }
    if (offset < 0) { /* the front of it is too late, or all */
        size_t late = (size_t)(-(int64_t)offset);
        if (late >= size && ++former->behind < FAR_BEHIND) return;
        if (late >= size) { /* all of them are late: its clock stood still while it sent nothing */
            begin_source(former, ssrc, timestamp, now_ms, sink, context);
            late = 0;
        }
        payload += late;
        size -= late;
        offset = 0;
    }
    former->behind = 0;
    for (size_t i = 0; i < size; i++, offset++) {
        while (offset >= WINDOW_OCTETS) {
            hand_on(former, sink, context);
            offset -= LISTENING_FRAME;
        }
        int slot = (int)((former->slot + (uint32_t)offset / LISTENING_FRAME) % LISTENING_WINDOW);
        int at = offset % LISTENING_FRAME;
        former->octets[slot][at] = payload[i];
        former->filled[slot][at / 32] |= 1u << at % 32;
    }
    /* Whole ones at the front need not wait. */
    while (filled_count(former->filled[former->slot]) == LISTENING_FRAME) hand_on(former, sink, context);
}
