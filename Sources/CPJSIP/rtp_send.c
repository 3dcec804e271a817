/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What a call sends in a period: a piece of its prompt, silence or a key, and now and then a report. */
#include "rtp_internal.h"

#include <errno.h>
#include <string.h>

/* RFC 3550 6.2: reports about every 5 s. */
#define RTCP_MS 5000
#define REPORTS_DRAINED 8
/* A key lasts 8 packets (160 ms), its end is sent three times (RFC 4733 2.5.1.4). */
#define DIGIT_PACKETS 8
#define DIGIT_END_PACKETS 3

uint32_t rtp_report_periods(uint32_t random, uint32_t ms)
{
    return 1 + (uint32_t)((uint64_t)ms * (0x80000000u + (uint64_t)random) >> 32) / 20;
}

void rtp_stream_report(rtp_stream *stream, bool bye)
{
    if (!rtp_address_usable(&stream->remote_rtcp.any)) return;
    int64_t now = rtp_wall_ns();
    /* The media clock at this instant: the last period's frame, and what has passed since that was due. */
    int64_t since_us = (rtp_now_ns(stream->pump) - stream->last_due_ns) / 1000;
    rtcp_report report = {
        .ssrc = stream->ssrc,
        /* NTP counts from 1900 (RFC 3550 4). */
        .ntp = (uint64_t)(now / 1000000000 + 2208988800LL) << 32 | ((uint64_t)(now % 1000000000) << 32) / 1000000000,
        .rtp_timestamp = stream->timestamp - RTP_FRAME_SIZE + (uint32_t)(since_us * 8 / 1000),
        .packets = stream->stats.packets_sent,
        .octets = stream->octets,
        .cname = stream->pump->cname,
        .sender = stream->stats.packets_sent != stream->reported[1],
        .bye = bye,
    };
    if (!bye) rtp_socket_drain(stream->sockets->rtcp_fd, REPORTS_DRAINED); /* what the far end reports */
    stream->reported[1] = stream->reported[0];
    stream->reported[0] = report.packets;
    uint8_t data[128];
    size_t size = rtcp_write(data, sizeof data, &report);
    /* A report that is lost is made good by the next one. */
    (void)!sendto(stream->sockets->rtcp_fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL, &stream->remote_rtcp.any,
                  rtp_address_size(&stream->remote_rtcp.any));
}

/*
 * One copy of 172 bytes and send(): 0.3 us a packet less than sendmsg() with header and payload where they lie, because
 * the kernel has no message header and no vector to fetch and check.
 */
static inline bool transmit(rtp_stream *stream, const uint8_t *payload, size_t size)
{
    uint8_t packet[RTP_HEADER_SIZE + RTP_FRAME_SIZE];
    memcpy(packet, stream->header, RTP_HEADER_SIZE);
    memcpy(packet + RTP_HEADER_SIZE, payload, size);
    size += RTP_HEADER_SIZE;
    if (send(stream->fd, packet, size, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return true;
    stream->stats.send_errors++;
    atomic_fetch_add_explicit(&stream->pump->send_errors, 1, memory_order_relaxed);
    /* ECONNREFUSED tells of an earlier packet; this one has not been sent yet. */
    return errno == ECONNREFUSED && send(stream->fd, packet, size, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

/* RFC 4733 2.5.1: one timestamp for the whole key, the duration grows, the end comes three times. */
static bool send_digit(rtp_stream *stream)
{
    if (stream->digit_step == 0) stream->digit_timestamp = stream->timestamp;
    bool end = stream->digit_step >= DIGIT_PACKETS;
    unsigned steps = end ? DIGIT_PACKETS : stream->digit_step + 1u;
    uint8_t payload[4];
    rtp_write_event(payload, rtp_event_of_digit(stream->digits[0]), end, (uint16_t)(steps * RTP_FRAME_SIZE));
    rtp_write_header(stream->header, stream->event_payload_type, stream->digit_step == 0, stream->sequence,
                     stream->digit_timestamp, stream->ssrc);
    if (!transmit(stream, payload, sizeof payload)) return false;
    stream->octets += sizeof payload;
    if (++stream->digit_step == DIGIT_PACKETS + DIGIT_END_PACKETS) {
        memmove(stream->digits, stream->digits + 1, --stream->digit_count);
        stream->digit_step = 0;
    }
    return true;
}

static void prompt_ended(rtp_stream *stream)
{
    rtp_prompt *prompt = stream->prompt;
    stream->audio = NULL;
    stream->prompt = NULL;
    cpjsip_media_stats stats;
    rtp_stream_count(stream, &stats);
    if (stream->pump->config.prompt_ended)
        stream->pump->config.prompt_ended(stream->call_id, prompt->id, &stats, rtp_wall_ns() / 1000);
    rtp_prompt_give(stream->pump, prompt);
}

static bool send_audio(rtp_stream *stream)
{
    if (stream->audio && stream->position >= stream->length) prompt_ended(stream); /* nothing of it was left */
    const uint8_t *piece = stream->audio ? stream->audio + stream->position : stream->silence;
    rtp_write_header(stream->header, stream->payload_type, stream->marker, stream->sequence, stream->timestamp,
                     stream->ssrc);
    if (!transmit(stream, piece, RTP_FRAME_SIZE)) return false;
    stream->octets += RTP_FRAME_SIZE;
    if (stream->audio) {
        stream->position += RTP_FRAME_SIZE;
        if (stream->position > stream->heard) stream->heard = stream->position;
    }
    return true;
}

static void note_lateness(rtp_stream *stream, int64_t due_ns, rtp_tick_counts *counts)
{
    if (counts->packets % 4 == 0) counts->now_ns = rtp_now_ns(stream->pump);
    int64_t late = (counts->now_ns - due_ns) / 1000;
    uint32_t late_us = late < 0 ? 0 : late > UINT32_MAX ? UINT32_MAX : (uint32_t)late;
    unsigned bucket = 0;
    while (bucket < CPJSIP_LATE_BUCKETS - 1 && late_us > cpjsip_late_bounds_us[bucket]) bucket++;
    counts->packets++;
    counts->late[bucket]++;
    if (late_us > counts->late_max_us) counts->late_max_us = late_us;
    stream->stats.packets_sent++;
    stream->late_sum_us += late_us;
    if (late_us > stream->stats.late_max_us) stream->stats.late_max_us = late_us;
}

/*
 * What cannot be sent (a full queue, no route) takes neither a sequence number nor a piece of the prompt: the next
 * period sends it. Only the media clock runs on, so that the far end plays what follows at the right time.
 */
void rtp_stream_send(rtp_stream *stream, int64_t due_ns, rtp_tick_counts *counts)
{
    if (!stream->sending) return;
    bool ended = false;
    if (stream->may_send) {
        bool sent = stream->digit_count > 0 ? send_digit(stream) : send_audio(stream);
        if (sent) {
            stream->sequence++;
            stream->marker = false;
            note_lateness(stream, due_ns, counts);
            ended = stream->audio && stream->position >= stream->length;
        }
    }
    stream->timestamp += RTP_FRAME_SIZE;
    stream->last_due_ns = due_ns;
    if (ended) prompt_ended(stream);
    if (--stream->rtcp_countdown == 0) {
        rtp_stream_report(stream, false);
        rtp_pump *pump = stream->pump; /* xorshift32 (Marsaglia): spreads reports, guards nothing */
        pump->random ^= pump->random << 13;
        pump->random ^= pump->random >> 17;
        pump->random ^= pump->random << 5;
        stream->rtcp_countdown = rtp_report_periods(pump->random, RTCP_MS);
    }
}

void rtp_stream_skip(rtp_stream *stream, uint32_t periods)
{
    if (!stream->sending) return;
    stream->timestamp += periods * RTP_FRAME_SIZE;
    if (!stream->may_send) return;
    stream->stats.skipped += periods;
    atomic_fetch_add_explicit(&stream->pump->skipped, periods, memory_order_relaxed);
}
