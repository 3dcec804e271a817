/* SPDX-License-Identifier: GPL-3.0-or-later */
/** One call's audio: its sockets, what it sends next, what it hears. */
#include "rtp_internal.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include <linux/sock_diag.h>

/* RFC 3550 6.2: reports about every 5 s, randomised by half; the first one sooner. */
#define RTCP_PACKETS 250
#define RECEIVE_PER_CALL 8
/* A key lasts 8 packets (160 ms), its end is sent three times (RFC 4733 2.5.1.4). */
#define DIGIT_PACKETS 8
#define DIGIT_END_PACKETS 3

static int64_t wall_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static void set_port(struct sockaddr_storage *address, uint16_t port)
{
    if (address->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)address)->sin6_port = htons(port);
    else
        ((struct sockaddr_in *)address)->sin_port = htons(port);
}

static socklen_t size_of(const struct sockaddr_storage *address)
{
    return address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

static int open_socket(const struct sockaddr *local, uint16_t port, int buffer, uint8_t dscp)
{
    int fd = socket(local->sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    int class = dscp << 2;
    if (local->sa_family == AF_INET6) {
        int one = 1;
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
        setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &class, sizeof class);
    } else {
        setsockopt(fd, IPPROTO_IP, IP_TOS, &class, sizeof class);
    }
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    struct sockaddr_storage address = {0};
    memcpy(&address, local, local->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
    set_port(&address, port);
    /* The filter first: nothing from anywhere is read before the far end is known. */
    if (rtp_filter_drop_all(fd) < 0 || bind(fd, (struct sockaddr *)&address, size_of(&address)) < 0) {
        int reason = errno;
        close(fd);
        errno = reason;
        return -1;
    }
    return fd;
}

rtp_stream *rtp_stream_open(rtp_pump *pump, uint64_t call_id, const struct sockaddr *local, uint16_t *port)
{
    rtp_stream *stream = calloc(1, sizeof *stream);
    if (!stream) return NULL;
    stream->fd = stream->rtcp_fd = -1;
    int reason = EADDRINUSE;
    /* A port that another program holds goes to the end of the queue. */
    for (size_t tries = 0; tries < pump->port_capacity && stream->fd < 0; tries++) {
        uint16_t candidate = rtp_port_take(pump);
        if (candidate == 0) break;
        stream->fd = open_socket(local, candidate, 16384, pump->config.dscp);
        if (stream->fd >= 0) {
            stream->rtcp_fd = open_socket(local, (uint16_t)(candidate + 1), 2048, pump->config.dscp);
            if (stream->rtcp_fd < 0) {
                reason = errno;
                close(stream->fd);
                stream->fd = -1;
            }
        } else {
            reason = errno;
        }
        if (stream->fd >= 0)
            stream->port = candidate;
        else
            rtp_port_give(pump, candidate);
        if (stream->fd < 0 && reason != EADDRINUSE) break;
    }
    uint32_t random[4] = {0};
    if (stream->fd >= 0 && getrandom(random, sizeof random, 0) != sizeof random) {
        reason = errno;
        close(stream->fd);
        close(stream->rtcp_fd);
        rtp_port_give(pump, stream->port);
        stream->fd = -1;
    }
    if (stream->fd < 0) {
        free(stream);
        errno = reason;
        return NULL;
    }
    /* RFC 3550 5.1: unpredictable start values. */
    stream->ssrc = random[0];
    stream->timestamp = random[1];
    stream->sequence = (uint16_t)random[2];
    stream->rtcp_countdown = RTCP_PACKETS / 2 + random[3] % RTCP_PACKETS / 2;
    stream->pump = pump;
    stream->call_id = call_id;
    stream->marker = true;
    stream->message.msg_iov = stream->pieces;
    stream->message.msg_iovlen = 2;
    stream->pieces[0] = (struct iovec){stream->header, RTP_HEADER_SIZE};

    /* The emptiest phase keeps packets evenly spread; reading the counts without locks is near enough. */
    unsigned phase = random[3] % RTP_PHASES;
    for (unsigned i = 0; i < RTP_PHASES; i++) {
        unsigned other = (phase + i) % RTP_PHASES;
        if (pump->phases[other].count < pump->phases[phase].count) phase = other;
    }
    stream->phase = phase;
    rtp_phase *at = &pump->phases[phase];
    pthread_mutex_lock(&at->mutex);
    if (at->count == at->capacity) {
        size_t capacity = at->capacity ? at->capacity * 2 : 64;
        rtp_stream **streams = realloc(at->streams, capacity * sizeof *streams);
        if (!streams) {
            pthread_mutex_unlock(&at->mutex);
            rtp_port_give(pump, stream->port);
            rtp_stream_free(stream);
            errno = ENOMEM;
            return NULL;
        }
        at->streams = streams;
        at->capacity = capacity;
    }
    stream->index = at->count;
    at->streams[at->count++] = stream;
    pthread_mutex_unlock(&at->mutex);
    *port = stream->port;
    return stream;
}

/* The socket's own count of datagrams that it dropped, the filter's among them. */
static uint32_t drops(int fd)
{
    uint32_t info[SK_MEMINFO_VARS] = {0};
    socklen_t size = sizeof info;
    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &size) < 0) return 0;
    return info[SK_MEMINFO_DROPS];
}

static int apply_filter(rtp_stream *stream)
{
    uint8_t event = stream->event_payload_type ? stream->event_payload_type : 255;
    uint8_t audio = stream->recording_limit ? stream->payload_type : 255;
    return rtp_filter_attach(stream->fd, audio, event);
}

int rtp_stream_set(rtp_stream *stream, const rtp_stream_parameters *parameters, bool start)
{
    rtp_pump *pump = stream->pump;
    rtp_phase *phase = &pump->phases[stream->phase];
    pthread_mutex_lock(&phase->mutex);
    int result = 0;
    if (connect(stream->fd, (const struct sockaddr *)&parameters->remote, size_of(&parameters->remote)) < 0) {
        result = errno;
    } else {
        bool pcmu = parameters->codec == CPJSIP_CODEC_PCMU;
        if (stream->codec && stream->codec != parameters->codec && stream->prompt)
            stream->audio = pcmu ? stream->prompt->pcmu : stream->prompt->pcma;
        stream->codec = parameters->codec;
        stream->payload_type = parameters->payload_type;
        stream->event_payload_type = parameters->event_payload_type;
        stream->may_send = parameters->may_send;
        stream->silence = pcmu ? pump->silence_pcmu : pump->silence_pcma;
        stream->remote_rtcp = parameters->remote_rtcp;
        stream->remote_rtcp_size = size_of(&parameters->remote_rtcp);
        if (!stream->set) {
            stream->drops_base = drops(stream->fd);
            stream->set = true;
            struct epoll_event event = {.events = EPOLLIN, .data.ptr = stream};
            if (epoll_ctl(pump->epoll, EPOLL_CTL_ADD, stream->fd, &event) < 0) result = errno;
        }
        if (apply_filter(stream) < 0) result = errno;
        if (start && !stream->sending && result == 0) {
            stream->sending = true;
            atomic_fetch_add(&pump->streams, 1);
        }
    }
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
    if (former != prompt) stream->heard = 0;
    stream->prompt = prompt;
    stream->audio = stream->codec == CPJSIP_CODEC_PCMU ? prompt->pcmu : prompt->pcma;
    stream->length = prompt->length;
    stream->position = (size_t)offset_ms * 8 / RTP_FRAME_SIZE * RTP_FRAME_SIZE;
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
    stream->recording_limit = (size_t)max_ms * 8;
    if (stream->set) apply_filter(stream);
    pthread_mutex_unlock(&phase->mutex);
}

void rtp_stream_count(rtp_stream *stream, cpjsip_media_stats *stats)
{
    *stats = stream->stats;
    stats->heard_ms = (uint32_t)(stream->heard / 8);
    stats->packets_received = stream->received + (stream->set ? drops(stream->fd) - stream->drops_base : 0);
    stats->late_mean_us = stats->packets_sent ? (uint32_t)(stream->late_sum_us / stats->packets_sent) : 0;
}

static void send_report(rtp_stream *stream, bool bye)
{
    uint8_t data[128];
    int64_t now = wall_us();
    /* NTP counts from 1900 (RFC 3550 4). */
    uint64_t ntp = (uint64_t)(now / 1000000 + 2208988800LL) << 32 | (uint64_t)(now % 1000000) * 4294967296ULL / 1000000;
    rtcp_report report = {
        .ssrc = stream->ssrc, .ntp = ntp, .rtp_timestamp = stream->timestamp, .packets = stream->stats.packets_sent,
        .octets = stream->octets, .cname = stream->pump->cname, .bye = bye,
    };
    size_t size = rtcp_write(data, sizeof data, &report);
    if (stream->remote_rtcp_size == 0) return;
    /* An error of an earlier report must not eat this one. */
    for (int tries = 0; tries < 2; tries++) {
        ssize_t sent = sendto(stream->rtcp_fd, data, size, MSG_DONTWAIT, (struct sockaddr *)&stream->remote_rtcp,
                              stream->remote_rtcp_size);
        if (sent >= 0 || errno != ECONNREFUSED) break;
    }
}

/* The next packet's payload; false when a key goes out instead of audio and keeps its own timestamp. */
static bool next_piece(rtp_stream *stream, uint8_t *payload_type, bool *marker, uint32_t *timestamp)
{
    if (stream->digit_count > 0) {
        if (stream->digit_step == 0) {
            stream->digit_timestamp = stream->timestamp;
            *marker = true;
        }
        stream->digit_step++;
        bool end = stream->digit_step > DIGIT_PACKETS;
        unsigned steps = end ? DIGIT_PACKETS : stream->digit_step;
        rtp_write_event(stream->digit_payload, rtp_event_of_digit(stream->digits[0]), end,
                        (uint16_t)(steps * RTP_FRAME_SIZE));
        stream->pieces[1] = (struct iovec){stream->digit_payload, sizeof stream->digit_payload};
        *payload_type = stream->event_payload_type;
        *timestamp = stream->digit_timestamp;
        if (stream->digit_step == DIGIT_PACKETS + DIGIT_END_PACKETS) {
            memmove(stream->digits, stream->digits + 1, --stream->digit_count);
            stream->digit_step = 0;
        }
        return false;
    }
    bool playing = stream->audio && stream->position < stream->length;
    const uint8_t *piece = playing ? stream->audio + stream->position : stream->silence;
    stream->pieces[1] = (struct iovec){(void *)piece, RTP_FRAME_SIZE};
    return playing;
}

static void note_lateness(rtp_stream *stream, int64_t due_ns)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t late = (now.tv_sec * 1000000000LL + now.tv_nsec - due_ns) / 1000;
    uint32_t late_us = late > 0 ? (uint32_t)late : 0;
    rtp_pump *pump = stream->pump;
    int bucket = 0;
    while (bucket < CPJSIP_LATE_BUCKETS - 1 && late_us > cpjsip_late_bounds_us[bucket]) bucket++;
    /* One writer: a relaxed load and store do, an atomic addition would cost a locked instruction. */
    atomic_store_explicit(&pump->late[bucket], atomic_load_explicit(&pump->late[bucket], memory_order_relaxed) + 1,
                          memory_order_relaxed);
    atomic_store_explicit(&pump->packets_sent,
                          atomic_load_explicit(&pump->packets_sent, memory_order_relaxed) + 1, memory_order_relaxed);
    if (late_us > atomic_load_explicit(&pump->late_max_us, memory_order_relaxed))
        atomic_store_explicit(&pump->late_max_us, late_us, memory_order_relaxed);
    if (late_us > stream->stats.late_max_us) stream->stats.late_max_us = late_us;
    stream->late_sum_us += late_us;
}

void rtp_stream_send(rtp_stream *stream, int64_t due_ns)
{
    if (!stream->sending || !stream->may_send) return;
    uint8_t payload_type = stream->payload_type;
    bool marker = stream->marker;
    uint32_t timestamp = stream->timestamp;
    bool playing = next_piece(stream, &payload_type, &marker, &timestamp);
    rtp_write_header(stream->header, payload_type, marker, stream->sequence, timestamp, stream->ssrc);
    ssize_t sent = sendmsg(stream->fd, &stream->message, MSG_DONTWAIT | MSG_NOSIGNAL);
    /* ECONNREFUSED tells of an earlier packet; this one has not been sent yet. */
    if (sent < 0 && errno == ECONNREFUSED) sent = sendmsg(stream->fd, &stream->message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) {
        stream->stats.send_errors++;
        atomic_fetch_add_explicit(&stream->pump->send_errors, 1, memory_order_relaxed);
    } else {
        stream->stats.packets_sent++;
        stream->octets += (uint32_t)(sent - RTP_HEADER_SIZE);
        note_lateness(stream, due_ns);
    }
    stream->sequence++;
    stream->timestamp += RTP_FRAME_SIZE;
    stream->marker = false;
    if (playing) {
        stream->position += RTP_FRAME_SIZE;
        if (stream->position > stream->heard) stream->heard = stream->position;
        if (stream->position >= stream->length) {
            rtp_prompt *prompt = stream->prompt;
            stream->audio = NULL;
            stream->prompt = NULL;
            cpjsip_media_stats stats;
            rtp_stream_count(stream, &stats);
            if (stream->pump->config.prompt_ended)
                stream->pump->config.prompt_ended(stream->call_id, prompt->id, &stats, wall_us());
            rtp_prompt_give(stream->pump, prompt);
        }
    }
    if (--stream->rtcp_countdown == 0) {
        stream->rtcp_countdown = RTCP_PACKETS / 2 + stream->sequence % RTCP_PACKETS;
        send_report(stream, false);
    }
}

static void record(rtp_stream *stream, const rtp_packet *packet)
{
    if (!stream->recording_started) {
        stream->recording_started = true;
        stream->recording_origin = packet->timestamp;
    }
    int32_t at = (int32_t)(packet->timestamp - stream->recording_origin);
    if (at < 0 || (size_t)at >= stream->recording_limit) return;
    size_t size = packet->payload_size;
    if (size > stream->recording_limit - (size_t)at) size = stream->recording_limit - (size_t)at;
    size_t end = (size_t)at + size;
    if (end > stream->recording_capacity) {
        size_t capacity = stream->recording_capacity ? stream->recording_capacity * 2 : 16384;
        while (capacity < end) capacity *= 2;
        uint8_t *grown = realloc(stream->recording, capacity);
        if (!grown) return;
        memset(grown + stream->recording_capacity, stream->silence[0], capacity - stream->recording_capacity);
        stream->recording = grown;
        stream->recording_capacity = capacity;
    }
    memcpy(stream->recording + at, packet->payload, size);
    if (end > stream->recorded) stream->recorded = end;
}

void rtp_stream_receive(rtp_stream *stream)
{
    uint8_t data[512];
    for (int i = 0; i < RECEIVE_PER_CALL; i++) {
        ssize_t size = recv(stream->fd, data, sizeof data, MSG_DONTWAIT);
        if (size < 0) return;
        stream->received++;
        atomic_fetch_add_explicit(&stream->pump->packets_received, 1, memory_order_relaxed);
        rtp_packet packet;
        if (!rtp_parse(data, (size_t)size, &packet)) continue;
        if (stream->event_payload_type && packet.payload_type == stream->event_payload_type) {
            char digit = rtp_event_receive(&stream->received_event, &packet);
            if (digit && stream->pump->config.key) stream->pump->config.key(stream->call_id, digit, wall_us());
        } else if (stream->recording_limit && packet.payload_type == stream->payload_type) {
            record(stream, &packet);
        }
    }
}

void rtp_stream_close(rtp_stream *stream, cpjsip_media_stats *stats, uint8_t **recording, size_t *recording_length)
{
    rtp_pump *pump = stream->pump;
    rtp_phase *phase = &pump->phases[stream->phase];
    pthread_mutex_lock(&phase->mutex);
    if (stream->set) rtp_stream_receive(stream);
    rtp_stream_count(stream, stats);
    /* What the filter dropped is counted for all calls when each ends. */
    atomic_fetch_add_explicit(&pump->packets_received, stats->packets_received - stream->received, memory_order_relaxed);
    if (stream->sending) {
        send_report(stream, true);
        atomic_fetch_sub(&pump->streams, 1);
    }
    stream->closed = true;
    stream->sending = false;
    rtp_stream *last = phase->streams[--phase->count];
    phase->streams[stream->index] = last;
    last->index = stream->index;
    rtp_prompt *prompt = stream->prompt;
    stream->prompt = NULL;
    if (recording) {
        *recording = stream->recording;
        *recording_length = stream->recorded;
        stream->recording = NULL;
    }
    if (stream->set) epoll_ctl(pump->epoll, EPOLL_CTL_DEL, stream->fd, NULL);
    pthread_mutex_unlock(&phase->mutex);
    rtp_prompt_give(pump, prompt);
    close(stream->fd);
    close(stream->rtcp_fd);
    stream->fd = stream->rtcp_fd = -1;
    rtp_port_give(pump, stream->port);
    pthread_mutex_lock(&pump->dead_mutex);
    stream->next_dead = pump->dead;
    pump->dead = stream;
    pthread_mutex_unlock(&pump->dead_mutex);
}

void rtp_stream_free(rtp_stream *stream)
{
    if (stream->fd >= 0) close(stream->fd);
    if (stream->rtcp_fd >= 0) close(stream->rtcp_fd);
    free(stream->recording);
    free(stream);
}
