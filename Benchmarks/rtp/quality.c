/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * The receiver of all streams: what a telephone would see. Arrival is when the kernel took the datagram in
 * (SO_TIMESTAMPNS), so that it does not matter when this thread comes to read it.
 */
#include "bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 64, BUCKETS = 10000, BUCKET_US = 10, BUFFER = 8 << 20, FRAME_NS = 20000000 };

/* A stream by its source port. */
typedef struct {
    uint32_t packets;
    uint16_t sequence;
    uint32_t timestamp, ssrc, first_timestamp;
    int64_t arrived, first, early, late; /* ns; the last two against an even pace that began with the first packet */
} line;

static line lines[65536];
static uint64_t errors_of_interval[BUCKETS + 1]; /* | time between two packets - 20 ms | */
static uint64_t packets, odd_size, lost, disordered, other_ssrc, uneven_timestamp;
static int64_t worst_interval;
static atomic_bool over;

static void take(uint16_t port, const uint8_t *data, size_t size, int64_t arrived)
{
    rtp_packet packet;
    if (size != PACKET || !rtp_parse(data, size, &packet)) {
        odd_size++;
        return;
    }
    line *at = &lines[port];
    packets++;
    if (at->packets++ == 0) {
        at->first = arrived;
        at->first_timestamp = packet.timestamp;
    } else {
        int step = (int16_t)(packet.sequence - at->sequence);
        lost += step > 1 ? (uint64_t)(step - 1) : 0;
        disordered += step < 1;
        other_ssrc += packet.ssrc != at->ssrc;
        uneven_timestamp += packet.timestamp - at->timestamp != RTP_FRAME_SIZE;
        int64_t error = llabs(arrived - at->arrived - FRAME_NS);
        if (error > worst_interval) worst_interval = error;
        int64_t bucket = error / 1000 / BUCKET_US;
        errors_of_interval[bucket < BUCKETS ? bucket : BUCKETS]++;
        int64_t frames = (int32_t)(packet.timestamp - at->first_timestamp) / RTP_FRAME_SIZE;
        int64_t off = arrived - at->first - frames * FRAME_NS;
        if (off < at->early) at->early = off;
        if (off > at->late) at->late = off;
    }
    at->sequence = packet.sequence;
    at->timestamp = packet.timestamp;
    at->ssrc = packet.ssrc;
    at->arrived = arrived;
}

static int64_t arrival(struct msghdr *message)
{
    for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part))
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SO_TIMESTAMPNS) {
            struct timespec at;
            memcpy(&at, CMSG_DATA(part), sizeof at);
            return at.tv_sec * 1000000000LL + at.tv_nsec;
        }
    return 0;
}

static void read_all(int fd)
{
    static uint8_t data[BATCH][256];
    static char control[BATCH][64];
    struct mmsghdr messages[BATCH];
    struct iovec pieces[BATCH];
    struct sockaddr_in from[BATCH];
    for (int count = BATCH; count == BATCH;) {
        for (int i = 0; i < BATCH; i++) {
            pieces[i] = (struct iovec){data[i], sizeof data[i]};
            messages[i].msg_hdr = (struct msghdr){
                .msg_name = &from[i], .msg_namelen = sizeof from[i], .msg_iov = &pieces[i], .msg_iovlen = 1,
                .msg_control = control[i], .msg_controllen = sizeof control[i]};
        }
        count = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
        for (int i = 0; i < count; i++)
            take(ntohs(from[i].sin_port), data[i], messages[i].msg_len, arrival(&messages[i].msg_hdr));
    }
}

static void *receive(void *argument)
{
    (void)argument;
    settle(bench.other, false);
    struct pollfd polls[FAR_ENDS];
    for (int i = 0; i < FAR_ENDS; i++) polls[i] = (struct pollfd){.fd = far_fd[i], .events = POLLIN};
    while (!atomic_load(&over)) {
        poll(polls, FAR_ENDS, 10);
        for (int i = 0; i < FAR_ENDS; i++)
            if (polls[i].revents) read_all(far_fd[i]);
        wait_ms(1); /* many at once: the receiver must not need all of its core */
    }
    return NULL;
}

static double percentile(double share)
{
    uint64_t all = 0, sum = 0;
    for (int i = 0; i <= BUCKETS; i++) all += errors_of_interval[i];
    int bucket = 0;
    while (bucket < BUCKETS && (double)(sum += errors_of_interval[bucket]) < share * (double)all) bucket++;
    return (bucket + 1) * BUCKET_US / 1000.0;
}

void quality_run(int ms)
{
    int on = 1, buffer = BUFFER;
    uint64_t overflowed = 0;
    for (int i = 0; i < FAR_ENDS; i++) {
        setsockopt(far_fd[i], SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
        setsockopt(far_fd[i], SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
        if (setsockopt(far_fd[i], SOL_SOCKET, SO_DETACH_FILTER, &on, sizeof on) < 0) fail("SO_DETACH_FILTER");
        overflowed -= rtp_socket_drops(far_fd[i]);
    }
    calls_open();
    pthread_t thread;
    if (pthread_create(&thread, NULL, receive, NULL) != 0) fail("thread");
    wait_ms(ms);
    for (int i = 0; i < FAR_ENDS; i++) overflowed += rtp_socket_drops(far_fd[i]);
    atomic_store(&over, true);
    pthread_join(thread, NULL);
    for (int i = 0; i < FAR_ENDS; i++)
        if (rtp_filter_attach(far_fd[i], RTP_NO_PAYLOAD, RTP_NO_PAYLOAD, RTP_NO_PAYLOAD) < 0) fail("filter");
    calls_close();
    int seen = 0;
    int64_t off = 0;
    for (int i = 0; i < 65536; i++) {
        seen += lines[i].packets > 0;
        if (lines[i].late - lines[i].early > off) off = lines[i].late - lines[i].early;
    }
    printf("at the receiver: %llu packets of %d streams; interval 20 ms +- p50 %.2f, p99 %.2f, p99.9 %.2f, max %.2f ms;\n"
           "                 furthest from an even pace %.2f ms\n",
           (unsigned long long)packets, seen, percentile(0.5), percentile(0.99), percentile(0.999),
           (double)worst_interval / 1e6, (double)off / 1e6);
    printf("                 lost %llu (of the receiver's own making at most %llu), out of order %llu, other SSRC %llu,\n"
           "                 uneven timestamps %llu, not RTP %llu\n",
           (unsigned long long)lost, (unsigned long long)overflowed, (unsigned long long)disordered,
           (unsigned long long)other_ssrc, (unsigned long long)uneven_timestamp, (unsigned long long)odd_size);
}
