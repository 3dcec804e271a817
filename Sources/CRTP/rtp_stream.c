/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the SIP thread does with a call's audio. */
#include "rtp_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#define RECEIVE_AT_CLOSE 64

/* sockets NULL: there are none, as errno says. */
static rtp_stream *open_over(rtp_pump *pump, uint64_t call_id, rtp_pair *sockets)
{
    if (!sockets) return NULL;
    rtp_stream *stream = calloc(1, sizeof *stream);
    if (!stream) {
        rtp_pair_give(pump, sockets);
        errno = ENOMEM;
        return NULL;
    }
    stream->pump = pump;
    stream->call_id = call_id;
    stream->sockets = sockets;
    /* RFC 3550 5.1: unpredictable start values. */
    uint32_t random[4];
    int reason = getrandom(random, sizeof random, 0) == sizeof random ? 0 : EIO;
    if (reason == 0) {
        rtp_sender sender = {
            .audio = pump->silence_pcma,
            .fd = sockets->fd,
            .ssrc = random[0],
            .timestamp = random[1],
            .sequence = (uint16_t)random[2],
            .marker = true,
            .rtcp_countdown = rtp_report_periods(random[3], 2500), /* RFC 3550 6.2: the first in half the time */
        };
        if (!rtp_phase_enter(stream, &sender, (random[2] >> 16) % RTP_PHASES)) reason = ENOMEM;
    }
    if (reason != 0) {
        rtp_pair_give(pump, sockets);
        free(stream);
        errno = reason;
        return NULL;
    }
    return stream;
}

rtp_stream *rtp_stream_open(rtp_pump *pump, uint64_t call_id, const struct sockaddr *local, uint16_t *port)
{
    rtp_stream *stream = open_over(pump, call_id, rtp_pair_take(pump, local));
    if (stream) *port = stream->sockets->port;
    return stream;
}

rtp_stream *rtp_stream_open_at(rtp_pump *pump, uint64_t call_id, const struct sockaddr *local, uint16_t port)
{
    return open_over(pump, call_id, rtp_pair_take_at(pump, local, port));
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

static const uint8_t *silence_of(const rtp_stream *stream)
{
    return stream->codec == RTP_CODEC_PCMU ? stream->pump->silence_pcmu : stream->pump->silence_pcma;
}

/* At what is left of the prompt, in the codec of the call. */
static void point_audio(const rtp_stream *stream, rtp_sender *sender)
{
    const rtp_prompt *prompt = stream->prompt;
    sender->playing = prompt != NULL;
    if (!prompt) {
        sender->audio = silence_of(stream);
        return;
    }
    sender->audio = (stream->codec == RTP_CODEC_PCMU ? prompt->pcmu : prompt->pcma) + prompt->length - sender->left;
}

static int apply(rtp_stream *stream, const rtp_stream_parameters *parameters, bool start)
{
    /* Hold as RFC 2543 did it: address 0.0.0.0. The connection stays what it was. */
    const struct sockaddr *remote = (const struct sockaddr *)&parameters->remote;
    const struct sockaddr *remote_rtcp = (const struct sockaddr *)&parameters->remote_rtcp;
    bool usable = rtp_address_usable(remote);
    int result = usable ? connect_to(stream, remote) : 0;
    if (result != 0) return result;
    rtp_sender *sender = rtp_sender_of(stream);
    bool changes = stream->codec != parameters->codec;
    stream->codec = parameters->codec;
    if (changes) {
        point_audio(stream, sender);
        rtp_recording_clear(&stream->recording); /* two codecs do not go into one */
    }
    sender->payload_type = parameters->payload_type;
    stream->event_payload_type = parameters->event_payload_type;
    stream->remote_event_payload_type = parameters->remote_event_payload_type;
    if (!stream->remote_event_payload_type) {
        stream->digit_count = stream->digit_step = 0;
        sender->keys = false;
    }
    bool may_send = parameters->may_send && usable;
    sender->marker |= may_send && !sender->may_send; /* a new talk spurt (RFC 3551 4.1) */
    sender->may_send = may_send;
    stream->recording.silence = silence_of(stream)[0];
    rtp_address_copy(&stream->remote_rtcp, remote_rtcp);
    if (stream->connected && (result = rtp_stream_filter(stream)) != 0) return result;
    sender->sending |= start;
    return 0;
}

int rtp_stream_set(rtp_stream *stream, const rtp_stream_parameters *parameters, bool start)
{
    if ((parameters->codec != RTP_CODEC_PCMA && parameters->codec != RTP_CODEC_PCMU) ||
        parameters->payload_type > 127 || parameters->event_payload_type > 127 ||
        parameters->remote_event_payload_type > 127)
        return EINVAL;
    rtp_phase *phase = rtp_phase_of(stream);
    pthread_mutex_lock(&phase->mutex);
    int result = apply(stream, parameters, start);
    pthread_mutex_unlock(&phase->mutex);
    return result;
}

uint32_t rtp_stream_heard(const rtp_stream *stream)
{
    if (!stream->prompt) return stream->heard;
    uint32_t position = (uint32_t)stream->prompt->length - rtp_sender_of(stream)->left;
    return position > stream->begun && position > stream->heard ? position : stream->heard;
}

/* Returns the prompt that played before, of which the caller lets go when the phase is unlocked. */
static rtp_prompt *replace_prompt(rtp_stream *stream, rtp_prompt *prompt)
{
    rtp_prompt *former = stream->prompt;
    stream->heard = rtp_stream_heard(stream);
    stream->prompt = prompt;
    return former;
}

int rtp_stream_play(rtp_stream *stream, uint32_t prompt_id, uint32_t offset_ms)
{
    rtp_prompt *prompt = rtp_prompt_take(stream->pump, prompt_id);
    if (!prompt) return ENOENT;
    rtp_phase *phase = rtp_phase_of(stream);
    pthread_mutex_lock(&phase->mutex);
    rtp_sender *sender = rtp_sender_of(stream);
    rtp_prompt *former = replace_prompt(stream, prompt);
    if (stream->stats.plays == 0 || stream->prompt_id != prompt_id) stream->heard = 0;
    stream->prompt_id = prompt_id;
    size_t position = (size_t)offset_ms / 20 * RTP_FRAME_SIZE;
    stream->begun = (uint32_t)(position < prompt->length ? position : prompt->length);
    sender->left = (uint32_t)prompt->length - stream->begun;
    point_audio(stream, sender);
    stream->stats.prompt_ms = (uint32_t)(prompt->length / 8);
    stream->stats.plays++;
    pthread_mutex_unlock(&phase->mutex);
    rtp_prompt_give(stream->pump, former);
    return 0;
}

void rtp_stream_stop_playing(rtp_stream *stream)
{
    rtp_phase *phase = rtp_phase_of(stream);
    pthread_mutex_lock(&phase->mutex);
    rtp_prompt *former = replace_prompt(stream, NULL);
    point_audio(stream, rtp_sender_of(stream));
    pthread_mutex_unlock(&phase->mutex);
    rtp_prompt_give(stream->pump, former);
}

void rtp_stream_send_digit(rtp_stream *stream, char digit)
{
    rtp_phase *phase = rtp_phase_of(stream);
    pthread_mutex_lock(&phase->mutex);
    if (stream->remote_event_payload_type && rtp_event_of_digit(digit) >= 0 && stream->digit_count < RTP_DIGIT_QUEUE) {
        stream->digits[stream->digit_count++] = digit;
        rtp_sender_of(stream)->keys = true;
    }
    pthread_mutex_unlock(&phase->mutex);
}

void rtp_stream_record(rtp_stream *stream, uint32_t max_ms)
{
    rtp_phase *phase = rtp_phase_of(stream);
    pthread_mutex_lock(&phase->mutex);
    size_t limit = (size_t)max_ms * 8;
    stream->recording.limit = limit > stream->recording.length ? limit : stream->recording.length;
    if (stream->connected) rtp_stream_filter(stream);
    pthread_mutex_unlock(&phase->mutex);
}

void rtp_stream_count(rtp_stream *stream, rtp_media_stats *stats)
{
    const rtp_sender *sender = rtp_sender_of(stream);
    uint32_t dropped = stream->connected ? rtp_socket_drops(stream->sockets->fd) - stream->drops_base : 0;
    *stats = stream->stats;
    stats->packets_sent = sender->packets;
    stats->packets_received = stream->received + dropped;
    stats->heard_ms = rtp_stream_heard(stream) / 8;
    stats->late_max_us = sender->late_max_us;
    stats->late_mean_us = sender->packets ? (uint32_t)(sender->late_sum_us / sender->packets) : 0;
}

void rtp_stream_close(rtp_stream *stream, rtp_media_stats *stats, uint8_t **recording, size_t *recording_length)
{
    rtp_pump *pump = stream->pump;
    rtp_phase *phase = rtp_phase_of(stream);
    pthread_mutex_lock(&phase->mutex);
    /* A key pressed just before the end counts. */
    if (stream->connected) rtp_stream_receive(stream, RECEIVE_AT_CLOSE);
    rtp_media_stats final;
    rtp_stream_count(stream, &final);
    /* What the far end still says must not wait in the socket until its next call. */
    stream->recording.limit = 0;
    if (stream->connected) rtp_stream_filter(stream);
    if (stats) *stats = final;
    phase->closed_drops += final.packets_received - stream->received;
    rtp_sender sender = *rtp_sender_of(stream);
    int64_t due_ns = phase->due_ns;
    rtp_phase_leave(stream);
    pthread_mutex_unlock(&phase->mutex);

    /* From here on nobody else knows the stream. Who never sent says no BYE (RFC 3550 6.3.7). */
    if (final.packets_sent > 0) rtp_stream_report(stream, &sender, due_ns, true);
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
