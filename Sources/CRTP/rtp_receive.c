/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What a call hears: key presses and, while it is recorded, audio. The kernel has dropped the rest. */
#include "rtp_internal.h"

#include <errno.h>

/* Datagrams read in one tick at most, and of one call, so that a flood cannot delay what is due. */
#define RECEIVE_BATCH 256
#define RECEIVE_PER_CALL 8

static bool records(const rtp_stream *stream)
{
    return stream->recording.length < stream->recording.limit;
}

int rtp_stream_filter(rtp_stream *stream)
{
    rtp_pair *sockets = stream->sockets;
    /* Without keys the filter stays as it is: of those that it lets in none come, and nobody would read them. */
    uint8_t ours = stream->event_payload_type, theirs = stream->remote_event_payload_type;
    bool keys = ours || theirs;
    uint8_t event = keys ? (ours ? ours : theirs) : sockets->event_filter;
    uint8_t remote_event = keys ? (theirs ? theirs : ours) : sockets->remote_event_filter;
    uint8_t audio = records(stream) ? rtp_sender_of(stream)->payload_type : RTP_NO_PAYLOAD;
    bool listens = keys || audio != RTP_NO_PAYLOAD;
    rtp_phase_of(stream)->polls[stream->index].fd = listens ? sockets->fd : -1;
    /* The kernel translates each filter anew, for which it takes ten times as long as for a packet. */
    if (sockets->audio_filter == audio && sockets->event_filter == event &&
        sockets->remote_event_filter == remote_event)
        return 0;
    if (rtp_filter_attach(sockets->fd, audio, event, remote_event) < 0) return errno;
    sockets->audio_filter = audio;
    sockets->event_filter = event;
    sockets->remote_event_filter = remote_event;
    return 0;
}

/* RFC 3264 5.1 has keys come with the type that we named; some far ends take their own for both directions. */
static bool is_event(const rtp_stream *stream, uint8_t payload_type)
{
    return payload_type != 0 &&
           (payload_type == stream->event_payload_type || payload_type == stream->remote_event_payload_type);
}

static void take(rtp_stream *stream, const uint8_t *data, size_t size)
{
    rtp_packet packet;
    if (!rtp_parse(data, size, &packet)) return;
    if (is_event(stream, packet.payload_type)) {
        char digit = rtp_event_receive(&stream->received_event, &packet);
        if (digit && stream->pump->config.key) stream->pump->config.key(stream->call_id, digit, rtp_boot_us());
    } else if (packet.payload_type == rtp_sender_of(stream)->payload_type && records(stream)) {
        rtp_recording_put(&stream->recording, &packet, rtp_now_ns(stream->pump));
        if (!records(stream)) rtp_stream_filter(stream); /* full: the kernel drops the rest again */
    }
}

int rtp_stream_receive(rtp_stream *stream, int limit)
{
    uint8_t data[2048];
    int read = 0;
    while (read < limit) {
        ssize_t size = recv(stream->sockets->fd, data, sizeof data, MSG_DONTWAIT);
        if (size < 0 && errno != ECONNREFUSED) break;
        read++;
        if (size < 0) { /* ICMP's answer to a packet of ours */
            stream->stats.send_errors++;
            atomic_fetch_add_explicit(&stream->pump->send_errors, 1, memory_order_relaxed);
            continue;
        }
        stream->received++;
        atomic_fetch_add_explicit(&stream->pump->packets_read, 1, memory_order_relaxed);
        take(stream, data, (size_t)size);
    }
    return read;
}

void rtp_phase_receive(rtp_phase *phase)
{
    size_t count = phase->count;
    int ready = count > 0 ? poll(phase->polls, count, 0) : 0;
    if (ready <= 0) return;
    size_t first = phase->polled_first % count;
    for (size_t i = 0, budget = RECEIVE_BATCH; i < count && ready > 0 && budget > 0; i++) {
        size_t at = (first + i) % count;
        if (phase->polls[at].revents == 0) continue;
        ready--;
        int limit = budget < RECEIVE_PER_CALL ? (int)budget : RECEIVE_PER_CALL;
        budget -= (size_t)rtp_stream_receive(phase->streams[at], limit);
        phase->polled_first = at + 1;
    }
}
