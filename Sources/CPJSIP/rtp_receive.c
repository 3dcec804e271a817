/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What a call hears: key presses and, while it is recorded, audio. The kernel has dropped the rest. */
#include "rtp_internal.h"

#include <errno.h>

static bool records(const rtp_stream *stream)
{
    return stream->recording.length < stream->recording.limit;
}

int rtp_stream_filter(rtp_stream *stream)
{
    rtp_pair *sockets = stream->sockets;
    uint8_t event = stream->event_payload_type ? stream->event_payload_type : RTP_NO_PAYLOAD;
    uint8_t audio = records(stream) ? stream->payload_type : RTP_NO_PAYLOAD;
    stream->listens = event != RTP_NO_PAYLOAD || audio != RTP_NO_PAYLOAD;
    /* The kernel translates each filter anew, for which it takes ten times as long as for a packet. */
    if (sockets->audio_filter == audio && sockets->event_filter == event) return 0;
    if (rtp_filter_attach(sockets->fd, audio, event) < 0) return errno;
    sockets->audio_filter = audio;
    sockets->event_filter = event;
    return 0;
}

static void take(rtp_stream *stream, const uint8_t *data, size_t size)
{
    rtp_packet packet;
    if (!rtp_parse(data, size, &packet)) return;
    if (stream->event_payload_type && packet.payload_type == stream->event_payload_type) {
        char digit = rtp_event_receive(&stream->received_event, &packet);
        if (digit && stream->pump->config.key) stream->pump->config.key(stream->call_id, digit, rtp_wall_ns() / 1000);
    } else if (packet.payload_type == stream->payload_type && records(stream)) {
        rtp_recording_put(&stream->recording, &packet, rtp_now_ns(stream->pump));
        if (!records(stream)) rtp_stream_filter(stream); /* full: the kernel drops the rest again */
    }
}

int rtp_stream_receive(rtp_stream *stream, int limit)
{
    uint8_t data[2048];
    int read = 0;
    while (read < limit) {
        ssize_t size = recv(stream->fd, data, sizeof data, MSG_DONTWAIT);
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
