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
#define DIGIT_SIZE 4

uint32_t rtp_report_periods(uint32_t random, uint32_t ms)
{
    return 1 + (uint32_t)((uint64_t)ms * (0x80000000u + (uint64_t)random) >> 32) / 20;
}

void rtp_stream_report(rtp_stream *stream, const rtp_sender *sender, int64_t due_ns, bool bye)
{
    if (!rtp_address_usable(&stream->remote_rtcp.any)) return;
    int64_t now = rtp_wall_ns();
    /* The media clock at this instant: the last period's frame, and what has passed since that was due. */
    int64_t since_us = (rtp_now_ns(stream->pump) - due_ns) / 1000;
    rtcp_report report = {
        .ssrc = sender->ssrc,
        /* NTP counts from 1900 (RFC 3550 4). */
        .ntp = (uint64_t)(now / 1000000000 + 2208988800LL) << 32 | ((uint64_t)(now % 1000000000) << 32) / 1000000000,
        .rtp_timestamp = sender->timestamp - RTP_FRAME_SIZE + (uint32_t)(since_us * 8 / 1000),
        .packets = sender->packets,
        .octets = sender->octets,
        .cname = stream->pump->cname,
        .sender = sender->packets != stream->reported[1],
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

/* What goes wrong is no packet's common path. */
static __attribute__((noinline)) bool transmit_again(rtp_stream *stream, const uint8_t *packet, size_t size)
{
    stream->stats.send_errors++;
    atomic_fetch_add_explicit(&stream->pump->send_errors, 1, memory_order_relaxed);
    /* ECONNREFUSED tells of an earlier packet; this one has not been sent yet. */
    return errno == ECONNREFUSED && send(stream->sockets->fd, packet, size, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

/*
 * One copy of 172 bytes and send(): 0.3 us a packet less than sendmsg() with header and payload where they lie, because
 * the kernel has no message header and no vector to fetch and check.
 */
static inline bool transmit(rtp_stream *const *stream, const rtp_sender *sender, uint8_t packet[], size_t payload_size)
{
    size_t size = RTP_HEADER_SIZE + payload_size;
    if (send(sender->fd, packet, size, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return true;
    return transmit_again(*stream, packet, size);
}

/* RFC 4733 2.5.1: one timestamp for the whole key, the duration grows, the end comes three times. */
static __attribute__((noinline)) bool send_digit(rtp_stream *stream, rtp_sender *sender)
{
    if (stream->digit_step == 0) stream->digit_timestamp = sender->timestamp;
    bool end = stream->digit_step >= DIGIT_PACKETS;
    unsigned steps = end ? DIGIT_PACKETS : stream->digit_step + 1u;
    uint8_t packet[RTP_HEADER_SIZE + DIGIT_SIZE];
    rtp_write_header(packet, stream->remote_event_payload_type, stream->digit_step == 0, sender->sequence,
                     stream->digit_timestamp, sender->ssrc);
    rtp_write_event(packet + RTP_HEADER_SIZE, rtp_event_of_digit(stream->digits[0]), end,
                    (uint16_t)(steps * RTP_FRAME_SIZE));
    if (!transmit(&stream, sender, packet, DIGIT_SIZE)) return false;
    sender->octets += DIGIT_SIZE;
    if (++stream->digit_step == DIGIT_PACKETS + DIGIT_END_PACKETS) {
        memmove(stream->digits, stream->digits + 1, --stream->digit_count);
        stream->digit_step = 0;
        sender->keys = stream->digit_count > 0;
    }
    return true;
}

static __attribute__((noinline)) void prompt_ended(rtp_stream *stream, rtp_sender *sender)
{
    rtp_pump *pump = stream->pump;
    rtp_prompt *prompt = stream->prompt;
    stream->heard = rtp_stream_heard(stream);
    stream->prompt = NULL;
    sender->playing = false;
    sender->audio = stream->codec == RTP_CODEC_PCMU ? pump->silence_pcmu : pump->silence_pcma;
    rtp_media_stats stats;
    rtp_stream_count(stream, &stats);
    if (pump->config.prompt_ended)
        pump->config.prompt_ended(stream->call_id, prompt->id, &stats, rtp_boot_us());
    rtp_prompt_give(pump, prompt);
}

static inline bool send_audio(rtp_stream *const *stream, rtp_sender *sender)
{
    if (sender->playing && sender->left == 0) prompt_ended(*stream, sender); /* nothing of it was left */
    uint8_t packet[RTP_HEADER_SIZE + RTP_FRAME_SIZE];
    rtp_write_header(packet, sender->payload_type, sender->marker, sender->sequence, sender->timestamp, sender->ssrc);
    memcpy(packet + RTP_HEADER_SIZE, sender->audio, RTP_FRAME_SIZE);
    if (!transmit(stream, sender, packet, RTP_FRAME_SIZE)) return false;
    sender->octets += RTP_FRAME_SIZE;
    if (sender->playing) {
        sender->audio += RTP_FRAME_SIZE;
        sender->left -= RTP_FRAME_SIZE;
    }
    return true;
}

static inline void note_lateness(const rtp_pump *pump, rtp_sender *sender, int64_t due_ns, rtp_tick_counts *counts)
{
    if (counts->packets % 8 == 0) counts->now_ns = rtp_now_ns(pump);
    int64_t late = (counts->now_ns - due_ns) / 1000;
    uint32_t late_us = late < 0 ? 0 : late > UINT32_MAX ? UINT32_MAX : (uint32_t)late;
    unsigned bucket = 0;
    while (bucket < RTP_LATE_BUCKETS - 1 && late_us > rtp_late_bounds_us[bucket]) bucket++;
    counts->packets++;
    counts->late[bucket]++;
    if (late_us > counts->late_max_us) counts->late_max_us = late_us;
    sender->packets++;
    sender->late_sum_us += late_us;
    if (late_us > sender->late_max_us) sender->late_max_us = late_us;
}

static __attribute__((noinline)) void report(rtp_stream *stream, rtp_sender *sender, int64_t due_ns)
{
    rtp_stream_report(stream, sender, due_ns, false);
    rtp_pump *pump = stream->pump; /* xorshift32 (Marsaglia): spreads reports, guards nothing */
    pump->random ^= pump->random << 13;
    pump->random ^= pump->random >> 17;
    pump->random ^= pump->random << 5;
    sender->rtcp_countdown = rtp_report_periods(pump->random, RTCP_MS);
}

/*
 * What cannot be sent (a full queue, no route) takes neither a sequence number nor a piece of the prompt: the next
 * period sends it. Only the media clock runs on, so that the far end plays what follows at the right time.
 */
static inline void send_one(rtp_pump *pump, rtp_stream *const *stream, rtp_sender *sender, int64_t due_ns,
                            rtp_tick_counts *counts)
{
    bool sent = sender->may_send && (sender->keys ? send_digit(*stream, sender) : send_audio(stream, sender));
    if (sent) {
        sender->sequence++;
        sender->marker = false;
        note_lateness(pump, sender, due_ns, counts);
    }
    sender->timestamp += RTP_FRAME_SIZE;
    if (sent && sender->playing && sender->left == 0) prompt_ended(*stream, sender);
    if (--sender->rtcp_countdown == 0) report(*stream, sender, due_ns);
}

/* The lines lie in a row and are fetched by the processor itself; the pieces of the prompt do not. */
static inline void fetch_audio(const rtp_sender *sender)
{
    __builtin_prefetch(sender->audio);
    __builtin_prefetch(sender->audio + 64);
    __builtin_prefetch(sender->audio + 128);
}

void rtp_phase_send(rtp_pump *pump, rtp_phase *phase, rtp_tick_counts *counts)
{
    rtp_sender *senders = phase->senders;
    for (size_t i = 0, count = phase->count; i < count; i++) {
        if (i + 2 < count) fetch_audio(&senders[i + 2]);
        if (senders[i].sending) send_one(pump, &phase->streams[i], &senders[i], phase->due_ns, counts);
    }
}

void rtp_phase_skip(rtp_pump *pump, rtp_phase *phase, uint32_t periods)
{
    for (size_t i = 0; i < phase->count; i++) {
        rtp_sender *sender = &phase->senders[i];
        if (!sender->sending) continue;
        sender->timestamp += periods * RTP_FRAME_SIZE;
        if (!sender->may_send) continue;
        phase->streams[i]->stats.skipped += periods;
        atomic_fetch_add_explicit(&pump->skipped, periods, memory_order_relaxed);
    }
}
