/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * What rtp_pump.c and rtp_stream.c share.
 *
 * Locks: a stream belongs to one of 20 phases for life and is guarded by that phase's mutex. The RTP
 * thread holds it for the phase that it is sending (at 4,000 streams: 200 packets, under 1 ms), so a
 * command of the SIP thread rarely waits. `prompts` is taken inside a phase's mutex, never around it.
 * A closed stream's memory is freed by the RTP thread, after the packets it was just reading.
 */
#ifndef RTP_INTERNAL_H
#define RTP_INTERNAL_H

#include "cpjsip_rtp.h"
#include "rtp_packet.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/uio.h>

#define RTP_PHASES 20
#define RTP_TICK_NS 1000000LL
#define RTP_PERIOD_NS (RTP_PHASES * RTP_TICK_NS)
#define RTP_DIGIT_QUEUE 16

typedef struct rtp_prompt {
    struct rtp_prompt *next;
    uint32_t id;
    const uint8_t *pcma, *pcmu;
    size_t length;
    unsigned references; /* streams that play it */
    bool removed;
} rtp_prompt;

struct rtp_stream {
    /* What a packet touches, first. */
    struct msghdr message;
    struct iovec pieces[2];
    uint8_t header[RTP_HEADER_SIZE];
    int fd;
    bool sending, may_send, marker;
    uint8_t payload_type;
    uint16_t sequence;
    uint32_t timestamp, ssrc;
    const uint8_t *silence;
    const uint8_t *audio; /* of the prompt in this call's codec; NULL: silence */
    size_t position, length;
    uint32_t rtcp_countdown; /* packets until the next sender report */
    cpjsip_media_stats stats;
    uint64_t late_sum_us;

    rtp_pump *pump;
    uint64_t call_id;
    unsigned phase;
    size_t index; /* in the phase */
    rtp_prompt *prompt;
    size_t heard; /* furthest byte of the prompt sent */
    uint32_t codec;
    int rtcp_fd;
    uint16_t port;
    struct sockaddr_storage remote_rtcp;
    socklen_t remote_rtcp_size;
    uint32_t octets;

    uint8_t event_payload_type;
    rtp_event_state received_event;
    uint32_t received;   /* read by us, beside those that the filter dropped */
    uint32_t drops_base; /* the socket's drop counter when it was connected */
    bool set, closed;

    char digits[RTP_DIGIT_QUEUE];
    unsigned digit_count;
    unsigned digit_step; /* packets of the current digit already sent */
    uint32_t digit_timestamp;
    uint8_t digit_payload[4];

    uint8_t *recording;
    size_t recorded, recording_capacity, recording_limit;
    bool recording_started;
    uint32_t recording_origin;

    struct rtp_stream *next_dead;
};

typedef struct {
    pthread_mutex_t mutex;
    rtp_stream **streams;
    size_t count, capacity;
} rtp_phase;

struct rtp_pump {
    rtp_pump_config config;
    rtp_phase phases[RTP_PHASES];
    pthread_t thread;
    bool has_thread;
    atomic_bool stopping;
    int epoll;
    int64_t next_tick; /* index of the next tick; tick t is due at t ms of CLOCK_MONOTONIC */

    pthread_mutex_t prompts_mutex;
    rtp_prompt *prompts;

    pthread_mutex_t ports_mutex;
    uint16_t *ports; /* free even ports, first in first out */
    size_t port_head, port_count, port_capacity;

    pthread_mutex_t dead_mutex;
    rtp_stream *dead;

    char cname[32];
    uint8_t silence_pcma[RTP_FRAME_SIZE], silence_pcmu[RTP_FRAME_SIZE];

    atomic_uint_fast64_t packets_sent, packets_received, send_errors, skipped;
    atomic_uint_fast64_t late[CPJSIP_LATE_BUCKETS];
    atomic_uint_fast32_t late_max_us, streams;
};

/** Everything that is due at `now_ns` (CLOCK_MONOTONIC); the thread calls it, a test may. Returns the next due time. */
int64_t rtp_pump_tick(rtp_pump *pump, int64_t now_ns);
/** As rtp_pump_start(), without a thread: the test ticks. */
rtp_pump *rtp_pump_create(const rtp_pump_config *config);

/** Sends the stream's packet that was due at due_ns. The phase is locked. */
void rtp_stream_send(rtp_stream *stream, int64_t due_ns);
/** Reads what waits on the socket, bounded. The phase is locked. */
void rtp_stream_receive(rtp_stream *stream);
void rtp_stream_free(rtp_stream *stream);
void rtp_stream_count(rtp_stream *stream, cpjsip_media_stats *stats);

rtp_prompt *rtp_prompt_take(rtp_pump *pump, uint32_t id);
void rtp_prompt_give(rtp_pump *pump, rtp_prompt *prompt);
uint16_t rtp_port_take(rtp_pump *pump);
void rtp_port_give(rtp_pump *pump, uint16_t port);

/** Classic BPF on a UDP socket. audio or event 255: that payload type is not let through. */
int rtp_filter_attach(int fd, uint8_t audio_payload_type, uint8_t event_payload_type);
int rtp_filter_drop_all(int fd);

#endif
