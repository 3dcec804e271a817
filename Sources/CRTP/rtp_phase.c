/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The streams of a phase: three arrays that the RTP thread walks through. */
#include "rtp_internal.h"

#include <stdlib.h>
#include <string.h>

rtp_phase *rtp_phase_of(const rtp_stream *stream) { return &stream->pump->phases[stream->phase]; }
rtp_sender *rtp_sender_of(const rtp_stream *stream) { return &rtp_phase_of(stream)->senders[stream->index]; }

static bool grow(rtp_phase *phase)
{
    size_t capacity = phase->capacity ? phase->capacity * 2 : 64;
    rtp_stream **streams = realloc(phase->streams, capacity * sizeof *streams);
    if (streams) phase->streams = streams;
    struct pollfd *polls = realloc(phase->polls, capacity * sizeof *polls);
    if (polls) phase->polls = polls;
    rtp_sender *senders = aligned_alloc(_Alignof(rtp_sender), capacity * sizeof *senders);
    if (!streams || !polls || !senders) {
        free(senders);
        return false;
    }
    if (phase->count > 0) memcpy(senders, phase->senders, phase->count * sizeof *senders);
    free(phase->senders);
    phase->senders = senders;
    phase->capacity = capacity;
    return true;
}

bool rtp_phase_enter(rtp_stream *stream, const rtp_sender *sender, unsigned first)
{
    rtp_pump *pump = stream->pump;
    /* Packets are to be evenly spread; reading the counts without locks is near enough. */
    unsigned emptiest = first;
    for (unsigned i = 0; i < RTP_PHASES; i++) {
        unsigned other = (first + i) % RTP_PHASES;
        if (pump->phases[other].count < pump->phases[emptiest].count) emptiest = other;
    }
    stream->phase = (uint8_t)emptiest;
    rtp_phase *phase = &pump->phases[emptiest];
    pthread_mutex_lock(&phase->mutex);
    bool fits = phase->count < phase->capacity || grow(phase);
    if (fits) {
        stream->index = phase->count;
        phase->senders[stream->index] = *sender;
        phase->polls[stream->index] = (struct pollfd){.fd = -1, .events = POLLIN};
        phase->streams[stream->index] = stream;
        phase->count++;
    }
    pthread_mutex_unlock(&phase->mutex);
    if (fits && atomic_fetch_add(&pump->open, 1) == 0) rtp_pump_wake(pump);
    return fits;
}

void rtp_phase_leave(rtp_stream *stream)
{
    rtp_phase *phase = rtp_phase_of(stream);
    size_t last = --phase->count;
    phase->senders[stream->index] = phase->senders[last];
    phase->polls[stream->index] = phase->polls[last];
    phase->streams[stream->index] = phase->streams[last];
    phase->streams[last]->index = stream->index;
    atomic_fetch_sub(&stream->pump->open, 1);
}
