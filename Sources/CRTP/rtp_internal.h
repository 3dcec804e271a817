/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * What the files of the RTP pump share.
 *
 * Locks: a stream belongs to one of 20 phases for life and is guarded by that phase's mutex. The RTP
 * thread holds it for the phase that it is sending (at 4,000 streams: 200 packets, under 1 ms), so a
 * command of the SIP thread rarely waits; the SIP thread holds it for a few assignments and short system
 * calls. The mutexes inherit priority, so that the RTP thread never waits for a SIP thread that lost its
 * core. The RTP thread knows a stream only by its phase, and calls back under the phase's mutex: when
 * rtp_stream_close() has taken the stream out, nothing comes any more and its memory may go.
 * `prompts.mutex` is taken inside a phase's mutex, never around it.
 *
 * What a packet touches of its stream lies in one cache line beside those of its phase; the rest is looked
 * at when something changes. A line moves when another stream of its phase ends.
 *
 * Sockets are read without epoll, a phase at a time every third period: a socket that epoll watches makes
 * the kernel call its wait queue for each packet *sent* (sock_def_write_space()), which costs 0.35 us a
 * packet. poll() without waiting asks after 200 sockets in the time of thirty vain recv().
 */
#ifndef RTP_INTERNAL_H
#define RTP_INTERNAL_H

#include "crtp.h"
#include "rtp_packet.h"
#include "rtp_recording.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

#define RTP_PHASES 20
#define RTP_TICK_NS 1000000LL
#define RTP_PERIOD_NS (RTP_PHASES * RTP_TICK_NS)
#define RTP_DIGIT_QUEUE 16
#define RTP_LISTEN_PERIODS 3 /* a key is seen 60 ms after it came at the latest */
#define RTP_PROMPT_BUCKETS 256
#define RTP_CNAME_SIZE 25
#define RTP_NO_PAYLOAD 255  /* to a filter: this kind is not let in */
#define RTP_USUAL_EVENT 101 /* telephone-event as we offer it */

typedef union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} rtp_address;

typedef struct rtp_parked rtp_parked;

/** An RTP and an RTCP socket. They belong to a stream or are parked in the pool. */
typedef struct rtp_pair {
    struct rtp_pair *next; /* parked after this one */
    rtp_parked *queue;     /* where it is parked */
    int64_t parked_ns;
    int fd, rtcp_fd;
    uint16_t port;
    /* What the filter of fd lets in. */
    uint8_t audio_filter, event_filter, remote_event_filter;
    bool connected;                     /* fd is, to the present far end or the former */
} rtp_pair;

/** The pairs bound to one local address that wait for their next call, first in first out. */
struct rtp_parked {
    rtp_parked *next;
    rtp_address local;
    rtp_pair *first, *last;
};

typedef struct rtp_prompt {
    struct rtp_prompt *next;
    uint32_t id;
    const uint8_t *pcma, *pcmu;
    size_t length;
    atomic_uint users; /* streams that play it, and the table while it is registered */
} rtp_prompt;

/** What a packet touches. */
typedef struct {
    const uint8_t *audio; /* next piece of the prompt; nothing plays: the codec's silence */
    uint64_t late_sum_us;
    uint32_t left;      /* octets of the prompt from there on */
    uint32_t timestamp; /* of the next period: the media clock, which runs on while nothing is sent */
    uint32_t ssrc;
    uint32_t packets, octets; /* sent */
    uint32_t late_max_us;
    uint32_t rtcp_countdown; /* periods until the next report */
    int fd;
    uint16_t sequence; /* of the next packet */
    uint8_t payload_type;
    bool sending;  /* packets have been started */
    bool may_send; /* and are not held */
    bool marker;   /* the next packet begins a talk spurt (RFC 3551 4.1) */
    bool playing;
    bool keys; /* wait to be sent, in place of audio */
} __attribute__((aligned(64))) rtp_sender;

_Static_assert(sizeof(rtp_sender) == 64, "one cache line");

struct rtp_stream {
    rtp_pump *pump;
    uint64_t call_id;
    uint8_t phase;
    size_t index; /* in the phase */
    rtp_pair *sockets;
    rtp_address remote, remote_rtcp;
    bool connected; /* the RTP socket is, to remote */
    uint32_t codec;

    rtp_prompt *prompt;
    uint32_t prompt_id; /* played last */
    uint32_t begun;     /* octet of the prompt at which it began to play */
    uint32_t heard;     /* furthest octet sent of those before, see rtp_stream_heard() */
    rtp_media_stats stats; /* those that rtp_sender does not hold */
    uint32_t reported[2]; /* packets sent by the time of the last two reports */

    uint8_t event_payload_type, remote_event_payload_type;
    rtp_event_state received_event;
    uint32_t received;   /* read by us, beside those that the filter dropped */
    uint32_t drops_base; /* the socket's drop counter when it was connected */

    char digits[RTP_DIGIT_QUEUE];
    uint8_t digit_count;
    uint8_t digit_step; /* packets of the current digit already sent */
    uint32_t digit_timestamp;

    rtp_recording recording;
};

typedef struct {
    pthread_mutex_t mutex;
    /* Three arrays in the same order. */
    rtp_sender *senders;
    struct pollfd *polls; /* fd below 0: nothing is let in there */
    rtp_stream **streams;
    size_t capacity;
    atomic_size_t count;   /* written under the mutex; read without to choose a phase */
    int64_t due_ns;        /* of the last packets */
    size_t polled_first;   /* where the next reading begins, so that a flood is not always served first */
    uint64_t closed_drops; /* what the kernel dropped for streams that are closed */
} rtp_phase;

struct rtp_pump {
    rtp_pump_config config;
    rtp_phase phases[RTP_PHASES];
    pthread_t thread;
    bool has_thread; /* false: a test ticks, and the clock stands at now_ns between ticks */
    int64_t now_ns;
    atomic_bool stopping;
    int64_t next_tick; /* index of the next tick; tick t is due at t ms of CLOCK_MONOTONIC */
    uint32_t random;   /* of the RTP thread, for report intervals */

    pthread_mutex_t rest_mutex;
    pthread_cond_t rest_over;
    atomic_uint open; /* streams; without any, the thread rests */

    struct {
        pthread_mutex_t mutex;
        rtp_prompt *bucket[RTP_PROMPT_BUCKETS];
    } prompts;

    pthread_mutex_t ports_mutex;
    uint16_t *ports; /* free even ports, first in first out */
    size_t port_head, port_count, port_capacity;

    struct {
        pthread_mutex_t mutex; /* ports_mutex is taken inside */
        rtp_parked *queues;
        size_t count, limit; /* of parked pairs */
        size_t open;         /* pairs in use or parked */
    } pool;

    char cname[RTP_CNAME_SIZE];
    uint8_t silence_pcma[RTP_FRAME_SIZE], silence_pcmu[RTP_FRAME_SIZE];

    atomic_uint_fast64_t packets_sent, packets_read, send_errors, skipped;
    atomic_uint_fast64_t late[RTP_LATE_BUCKETS];
    atomic_uint_fast32_t late_max_us;
};

/** What one tick has counted, made public at its end. */
typedef struct {
    int64_t now_ns; /* read for every eighth packet: some 20 us do not matter, the reading's 0.1 us does */
    uint32_t packets, late_max_us;
    uint32_t late[RTP_LATE_BUCKETS];
} rtp_tick_counts;

/* rtp_pump.c */
/** Everything that is due at `now_ns` (CLOCK_MONOTONIC); the thread calls it, a test may. Returns the next due time. */
int64_t rtp_pump_tick(rtp_pump *pump, int64_t now_ns);
/** As rtp_pump_start(), without a thread: the test ticks. Time begins at 0. */
rtp_pump *rtp_pump_create(const rtp_pump_config *config);
int64_t rtp_now_ns(const rtp_pump *pump);
/** CLOCK_REALTIME in ns, for the NTP time of sender reports (RFC 3550 6.4.1); nothing is measured by it. */
int64_t rtp_wall_ns(void);
/** CLOCK_BOOTTIME in us: of events. */
int64_t rtp_boot_us(void);
/** The first stream ends the thread's rest. */
void rtp_pump_wake(rtp_pump *pump);

/* rtp_send.c; the phase is locked */
/** Sends the packets of a phase that were due at phase->due_ns. */
void rtp_phase_send(rtp_pump *pump, rtp_phase *phase, rtp_tick_counts *counts);
/** periods have gone by without anything being sent. */
void rtp_phase_skip(rtp_pump *pump, rtp_phase *phase, uint32_t periods);
/** due_ns: of the last packet. */
void rtp_stream_report(rtp_stream *stream, const rtp_sender *sender, int64_t due_ns, bool bye);
/** Periods until the next report: ms randomised by 0.5 to 1.5 (RFC 3550 6.3.1). */
uint32_t rtp_report_periods(uint32_t random, uint32_t ms);

/* rtp_receive.c; the phase is locked */
/** Reads what waits on the sockets of a phase, within bounds. */
void rtp_phase_receive(rtp_phase *phase);
/** Reads what waits on the socket, limit packets at most. Returns how many were read. */
int rtp_stream_receive(rtp_stream *stream, int limit);
/** Lets in what is wanted just now. 0 or errno. */
int rtp_stream_filter(rtp_stream *stream);

/* rtp_phase.c */
/** Puts the stream on the emptiest phase, of several on the first from there on. False: no memory. */
bool rtp_phase_enter(rtp_stream *stream, const rtp_sender *sender, unsigned first);
/** The phase is locked. */
void rtp_phase_leave(rtp_stream *stream);
rtp_phase *rtp_phase_of(const rtp_stream *stream);
rtp_sender *rtp_sender_of(const rtp_stream *stream);

/* rtp_stream.c; the phase is locked */
void rtp_stream_count(rtp_stream *stream, rtp_media_stats *stats);
/** The furthest octet of the prompt that was sent. */
uint32_t rtp_stream_heard(const rtp_stream *stream);

/* rtp_prompt.c */
/** A registered prompt with one user more; NULL: no such prompt. */
rtp_prompt *rtp_prompt_take(rtp_pump *pump, uint32_t id);
/** One user less; the last one releases it. prompt may be NULL. */
void rtp_prompt_give(rtp_pump *pump, rtp_prompt *prompt);
void rtp_prompts_free(rtp_pump *pump);

/* rtp_ports.c */
/** 0 or errno; EINVAL: the range holds no pair. */
int rtp_ports_make(rtp_pump *pump);
/** An even port whose upper neighbour is free too; 0: none left. */
uint16_t rtp_port_take(rtp_pump *pump);
/** False: it is taken, or not of the range. */
bool rtp_port_take_this(rtp_pump *pump, uint16_t port);
void rtp_port_give(rtp_pump *pump, uint16_t port);

/* rtp_pool.c */
void rtp_pool_make(rtp_pump *pump);
void rtp_pool_free(rtp_pump *pump);
/** A pair bound to local's address, not connected. NULL with errno (EADDRINUSE: no port left). */
rtp_pair *rtp_pair_take(rtp_pump *pump, const struct sockaddr *local);
/** As rtp_pair_take(), on this port. */
rtp_pair *rtp_pair_take_at(rtp_pump *pump, const struct sockaddr *local, uint16_t port);
void rtp_pair_give(rtp_pump *pump, rtp_pair *pair);
/** Closes what nobody has wanted for a minute. True when nothing is parked any more. */
bool rtp_pool_close_idle(rtp_pump *pump);

/* rtp_socket.c; -1 with errno on failure */
/** A UDP socket on that port of local's address. */
int rtp_socket_open(const struct sockaddr *local, uint16_t port, int buffer, uint8_t dscp);
/** Any address may send to it again. */
void rtp_socket_dissolve(int fd);
/** Connects a socket that is not connected, and throws away what came before. */
int rtp_socket_connect(int fd, const struct sockaddr *remote);
/** Throws away what waits to be read, limit datagrams at most. */
void rtp_socket_drain(int fd, int limit);
/** The socket's own count of datagrams that it dropped, the filter's among them. */
uint32_t rtp_socket_drops(int fd);

/* rtp_address.c */
socklen_t rtp_address_size(const struct sockaddr *address);
bool rtp_family_known(const struct sockaddr *address);
/** False for port 0 and the unspecified address: there is nobody to send to. */
bool rtp_address_usable(const struct sockaddr *address);
/** The family must be a known one. */
void rtp_address_copy(rtp_address *to, const struct sockaddr *from);
void rtp_address_set_port(rtp_address *address, uint16_t port);
bool rtp_address_equal(const struct sockaddr *one, const struct sockaddr *other);
/** The same whatever the port. */
bool rtp_host_equal(const struct sockaddr *one, const struct sockaddr *other);

/* rtp_filter.c */
/** Classic BPF on a UDP socket: lets in these payload types, each of which may be RTP_NO_PAYLOAD or another one again. */
int rtp_filter_attach(int fd, uint8_t audio_payload_type, uint8_t event_payload_type,
                      uint8_t remote_event_payload_type);

#endif
