/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the SIP thread does with a call's audio. */
#include "rtp_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define RECEIVE_AT_CLOSE 64
/* On the emptiest phase, so that packets are evenly spread; reading the counts without locks is near enough. */
static int place(rtp_stream *stream, unsigned first)
{
    rtp_pump *pump = stream->pump;
    stream->phase = first;
    for (unsigned i = 0; i < RTP_PHASES; i++) {
        unsigned other = (first + i) % RTP_PHASES;
        if (pump->phases[other].count < pump->phases[stream->phase].count) stream->phase = other;
    }
    rtp_phase *phase = &pump->phases[stream->phase];
    pthread_mutex_lock(&phase->mutex);
    if (phase->count == phase->capacity) {
        size_t capacity = phase->capacity ? phase->capacity * 2 : 64;
        rtp_stream **streams = realloc(phase->streams, capacity * sizeof *streams);
        if (!streams) {
            pthread_mutex_unlock(&phase->mutex);
            return ENOMEM;
        }
        phase->streams = streams;
        phase->capacity = capacity;
    }
    stream->index = phase->count;
    phase->streams[phase->count++] = stream;
    pthread_mutex_unlock(&phase->mutex);
    if (atomic_fetch_add(&pump->open, 1) == 0) rtp_pump_wake(pump);
    return 0;
}

rtp_stream *rtp_stream_open(rtp_pump *pump, uint64_t call_id, const struct sockaddr *local, uint16_t *port)
{
    rtp_stream *stream = aligned_alloc(_Alignof(rtp_stream), sizeof *stream);
    if (!stream) return NULL;
    memset(stream, 0, sizeof *stream);
    stream->pump = pump;
    stream->call_id = call_id;
    stream->marker = true;
    /* RFC 3550 5.1: unpredictable start values. */
    uint32_t random[4];
    int reason = getrandom(random, sizeof random, 0) == sizeof random ? 0 : EIO;
    if (reason == 0 && !(stream->sockets = rtp_pair_take(pump, local))) reason = errno;
    if (reason == 0) {
        stream->ssrc = random[0];
        stream->timestamp = random[1];
        stream->sequence = (uint16_t)random[2];
        stream->listen_wait = (random[2] >> 24) % RTP_LISTEN_PERIODS;
        stream->rtcp_countdown = rtp_report_periods(random[3], 2500); /* RFC 3550 6.2: the first in half the time */
        stream->fd = stream->sockets->fd;
        *port = stream->sockets->port;
        reason = place(stream, (random[2] >> 16) % RTP_PHASES);
        if (reason != 0) rtp_pair_give(pump, stream->sockets);
    }
    if (reason != 0) {
        free(stream);
        errno = reason;
        return NULL;
    }
    return stream;
}

/* Only packets from there arrive from now on. */
static int connect_to(rtp_stream *stream, const struct sockaddr *remote)
{
    rtp_pair *sockets = stream->sockets;
    if (!rtp_family_known(remote)) return EAFNOSUPPORT;
    if (stream->connected && rtp_address_equal(&stream->remote.any, remote)) return 0;
    if (!stream->connected) stream->drops_base = rtp_socket_drops(sockets->fd);
    if (sockets->connected) rtp_socket_dissolve(sockets->fd);
    sockets->connected = false;
    if (rtp_socket_connect(sockets->fd, remote) < 0) return errno;
    sockets->connected = stream->connected = true;
    rtp_address_copy(&stream->remote, remote);
    return 0;
}

static int apply(rtp_stream *stream, const rtp_stream_parameters *parameters, bool start)
{
    rtp_pump *pump = stream->pump;
    /* Hold as RFC 2543 did it: address 0.0.0.0. The connection stays what it was. */
    const struct sockaddr *remote = (const struct sockaddr *)&parameters->remote;
    const struct sockaddr *remote_rtcp = (const struct sockaddr *)&parameters->remote_rtcp;
    bool usable = rtp_address_usable(remote);
    int result = usable ? connect_to(stream, remote) : 0;
    if (result != 0) return result;
    bool pcmu = parameters->codec == CPJSIP_CODEC_PCMU;
    if (stream->codec != parameters->codec) {
        if (stream->prompt) stream->audio = pcmu ? stream->prompt->pcmu : stream->prompt->pcma;
        rtp_recording_clear(&stream->recording); /* two codecs do not go into one */
    }
    stream->codec = parameters->codec;
    stream->payload_type = parameters->payload_type;
    stream->event_payload_type = parameters->event_payload_type;
    if (!stream->event_payload_type) stream->digit_count = stream->digit_step = 0;
    bool may_send = parameters->may_send && usable;
    stream->marker |= may_send && !stream->may_send; /* a new talk spurt (RFC 3551 4.1) */
    stream->may_send = may_send;
    stream->silence = pcmu ? pump->silence_pcmu : pump->silence_pcma;
    stream->recording.silence = stream->silence[0];
    rtp_address_copy(&stream->remote_rtcp, remote_rtcp);
    if (stream->connected && (result = rtp_stream_filter(stream)) != 0) return result;
    stream->sending |= start;
    return 0;
}

int rtp_stream_set(rtp_stream *stream, const rtp_stream_parameters *parameters, bool start)
{
    if ((parameters->codec != CPJSIP_CODEC_PCMA && parameters->codec != CPJSIP_CODEC_PCMU) ||
        parameters->payload_type > 127 || parameters->event_payload_type > 127)
        return EINVAL;
    rtp_phase *phase = &stream->pump->phases[stream->phase];
    pthread_mutex_lock(&phase->mutex);
    int result = apply(stream, parameters, start);
    pthread_mutex_unlock(&phase->mutex);
    return result;
}

int rtp_stream_play(rtp_stream *stream, uint32_t prompt_id, uint32_t offset_ms)
{
    rtp_prompt *prompt = rtp_prompt_take(stream->pump, prompt_id);
    if (!prompt) return ENOENT;
    rtp_phase *phase = &stream->pump->phases[stream->phase];
    pthread_mutex_lock(&phase->mutex);
    rtp_prompt *former = stream->prompt;
    if (stream->stats.plays == 0 || stream->prompt_id != prompt_id) stream->heard = 0;
    stream->prompt = prompt;
    stream->prompt_id = prompt_id;
    stream->audio = stream->codec == CPJSIP_CODEC_PCMU ? prompt->pcmu : prompt->pcma;
    stream->length = prompt->length;
    stream->position = (size_t)offset_ms / 20 * RTP_FRAME_SIZE;
    if (stream->position > stream->length) stream->position = stream->length;
    stream->stats.prompt_ms = (uint32_t)(prompt->length / 8);
    stream->stats.plays++;
    pthread_mutex_unlock(&phase->mutex);
    rtp_prompt_give(stream->pump, former);
    return 0;
}

void rtp_stream_stop_playing(rtp_stream *stream)
{
    rtp_phase *phase = &stream->pump->phases[stream->phase];
    pthread_mutex_lock(&phase->mutex);
    rtp_prompt *former = stream->prompt;
    stream->prompt = NULL;
    stream->audio = NULL;
    pthread_mutex_unlock(&phase->mutex);
    rtp_prompt_give(stream->pump, former);
}

void rtp_stream_send_digit(rtp_stream *stream, char digit)
{
    rtp_phase *phase = &stream->pump->phases[stream->phase];
    pthread_mutex_lock(&phase->mutex);
    if (stream->event_payload_type && rtp_event_of_digit(digit) >= 0 && stream->digit_count < RTP_DIGIT_QUEUE)
        stream->digits[stream->digit_count++] = digit;
    pthread_mutex_unlock(&phase->mutex);
}

void rtp_stream_record(rtp_stream *stream, uint32_t max_ms)
{
    rtp_phase *phase = &stream->pump->phases[stream->phase];
    pthread_mutex_lock(&phase->mutex);
    size_t limit = (size_t)max_ms * 8;
    stream->recording.limit = limit > stream->recording.length ? limit : stream->recording.length;
    if (stream->connected) rtp_stream_filter(stream);
    pthread_mutex_unlock(&phase->mutex);
}

void rtp_stream_count(rtp_stream *stream, cpjsip_media_stats *stats)
{
    *stats = stream->stats;
    stats->heard_ms = (uint32_t)(stream->heard / 8);
    stats->packets_received = stream->received + (stream->connected ? rtp_socket_drops(stream->fd) - stream->drops_base : 0);
    stats->late_mean_us = stats->packets_sent ? (uint32_t)(stream->late_sum_us / stats->packets_sent) : 0;
}

void rtp_stream_close(rtp_stream *stream, cpjsip_media_stats *stats, uint8_t **recording, size_t *recording_length)
{
    rtp_pump *pump = stream->pump;
    rtp_phase *phase = &pump->phases[stream->phase];
    pthread_mutex_lock(&phase->mutex);
    /* A key pressed just before the end counts. */
    if (stream->connected) rtp_stream_receive(stream, RECEIVE_AT_CLOSE);
    cpjsip_media_stats final;
    rtp_stream_count(stream, &final);
    /* What the far end still says must not wait in the socket until its next call. */
    stream->recording.limit = 0;
    if (stream->connected) rtp_stream_filter(stream);
    if (stats) *stats = final;
    phase->closed_drops += final.packets_received - stream->received;
    rtp_stream *last = phase->streams[--phase->count];
    phase->streams[stream->index] = last;
    last->index = stream->index;
    pthread_mutex_unlock(&phase->mutex);
    atomic_fetch_sub(&pump->open, 1);

    /* From here on nobody else knows the stream. */
    if (final.packets_sent > 0) rtp_stream_report(stream, true); /* who never sent says no BYE (RFC 3550 6.3.7) */
    rtp_prompt_give(pump, stream->prompt);
    rtp_pair_give(pump, stream->sockets);
    if (recording) {
        *recording = stream->recording.data;
        *recording_length = stream->recording.length;
    } else {
        free(stream->recording.data);
    }
    free(stream);
}
