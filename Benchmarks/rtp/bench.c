/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * What the RTP pump costs against a bare send() loop over as many connected sockets, in the same run
 * on the same core, and how late its packets are.
 *
 *     bench STREAMS SECONDS CPU PRIORITY
 *
 * The bare loops send packets of the same size to the same receivers: "tight" one after the other, without
 * any time; "paced" on the pump's own wheel, 20 phases of 1 ms, without anything but send(). Each runs
 * before and after the pump. Receivers are a few loopback sockets whose filter drops everything.
 */
#include "rtp_internal.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { RECEIVERS = 16, PACKET = RTP_HEADER_SIZE + RTP_FRAME_SIZE, PROMPT_SECONDS = 30 };

static int streams, seconds, cpu, priority;
static struct sockaddr_storage receiver[RECEIVERS];

static void fail(const char *what)
{
    perror(what);
    exit(2);
}

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static struct sockaddr_storage loopback(void)
{
    struct sockaddr_storage address = {0};
    *(struct sockaddr_in *)&address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return address;
}

static void open_receivers(void)
{
    for (int i = 0; i < RECEIVERS; i++) {
        struct sockaddr_storage local = loopback();
        int fd = rtp_socket_open((struct sockaddr *)&local, 0, 2048, 0);
        socklen_t size = sizeof receiver[i];
        if (fd < 0 || rtp_filter_attach(fd, RTP_NO_PAYLOAD, RTP_NO_PAYLOAD) < 0 ||
            getsockname(fd, (struct sockaddr *)&receiver[i], &size) < 0) fail("receiver");
    }
}

/* ---------------------------------------------------------------- bare loops */

typedef struct {
    bool paced;
    double us_per_packet;
    int64_t packets;
} bare_run;

static void *bare(void *argument)
{
    bare_run *run = argument;
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET((unsigned)cpu, &cpus);
    pthread_setaffinity_np(pthread_self(), sizeof cpus, &cpus);
    prctl(PR_SET_TIMERSLACK, 1UL);
    if (priority > 0) pthread_setschedparam(pthread_self(), SCHED_FIFO, &(struct sched_param){priority});
    int *fds = calloc((size_t)streams, sizeof *fds);
    for (int i = 0; i < streams; i++) {
        struct sockaddr_storage local = loopback();
        fds[i] = rtp_socket_open((struct sockaddr *)&local, 0, 16384, 46);
        if (fds[i] < 0 || connect(fds[i], (struct sockaddr *)&receiver[i % RECEIVERS], sizeof(struct sockaddr_in)) < 0)
            fail("bare socket");
    }
    uint8_t packet[PACKET];
    memset(packet, 0xD5, sizeof packet);
    for (int i = 0; i < streams; i++) send(fds[i], packet, sizeof packet, 0); /* routes are known from here on */
    int64_t began = clock_ns(CLOCK_MONOTONIC), cpu_began = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    run->packets = 0;
    for (int64_t tick = 0; clock_ns(CLOCK_MONOTONIC) - began < seconds * 500000000LL; tick++) {
        if (run->paced) {
            int64_t due = began + (tick + 1) * RTP_TICK_NS;
            struct timespec at = {due / 1000000000, due % 1000000000};
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
        }
        int phase = (int)(tick % RTP_PHASES);
        int first = (int)((int64_t)streams * phase / RTP_PHASES), last = (int)((int64_t)streams * (phase + 1) / RTP_PHASES);
        for (int i = first; i < last; i++) send(fds[i], packet, sizeof packet, MSG_DONTWAIT);
        run->packets += last - first;
    }
    run->us_per_packet = (double)(clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_began) / 1000 / (double)run->packets;
    for (int i = 0; i < streams; i++) close(fds[i]);
    free(fds);
    return NULL;
}

static double run_bare(bool paced)
{
    bare_run run = {.paced = paced};
    pthread_t thread;
    if (pthread_create(&thread, NULL, bare, &run) != 0) fail("thread");
    pthread_join(thread, NULL);
    return run.us_per_packet;
}

/* ------------------------------------------------------------------ the pump */

static double percentile(const uint64_t late[], double share)
{
    uint64_t all = 0, sum = 0;
    for (int i = 0; i < CPJSIP_LATE_BUCKETS; i++) all += late[i];
    for (int i = 0; i < CPJSIP_LATE_BUCKETS - 1; i++) {
        sum += late[i];
        if ((double)sum >= share * (double)all) return cpjsip_late_bounds_us[i] / 1000.0;
    }
    return 1000;
}

static double run_pump(void)
{
    rtp_pump_config config = {.port_first = 10000, .port_last = 65000, .dscp = 46, .realtime_priority = priority, .cpu = cpu};
    rtp_pump *pump = rtp_pump_start(&config);
    if (!pump) fail("rtp_pump_start");
    uint8_t *prompt = malloc(PROMPT_SECONDS * 8000);
    memset(prompt, 0x55, PROMPT_SECONDS * 8000);
    rtp_pump_add_prompt(pump, 1, prompt, prompt, PROMPT_SECONDS * 8000);
    rtp_stream **opened = calloc((size_t)streams, sizeof *opened);
    for (int i = 0; i < streams; i++) {
        struct sockaddr_storage local = loopback();
        uint16_t port;
        opened[i] = rtp_stream_open(pump, (uint64_t)i + 1, (struct sockaddr *)&local, &port);
        if (!opened[i]) fail("rtp_stream_open");
        rtp_stream_parameters parameters = {.remote = receiver[i % RECEIVERS], .remote_rtcp = receiver[0],
            .codec = CPJSIP_CODEC_PCMA, .payload_type = 8, .event_payload_type = 101, .may_send = true};
        if (rtp_stream_set(opened[i], &parameters, true) != 0) fail("rtp_stream_set");
        rtp_stream_play(opened[i], 1, (uint32_t)i * 20 % 20000);
    }
    cpjsip_stats before, after;
    rtp_pump_statistics(pump, &before);
    struct timespec while_it_runs = {.tv_sec = seconds};
    nanosleep(&while_it_runs, NULL);
    rtp_pump_statistics(pump, &after);

    uint64_t late[CPJSIP_LATE_BUCKETS];
    for (int i = 0; i < CPJSIP_LATE_BUCKETS; i++) late[i] = after.late[i] - before.late[i];
    uint64_t packets = after.packets_sent - before.packets_sent;
    double us = (double)(after.rtp_cpu_us - before.rtp_cpu_us) / (double)packets;
    printf("pump           %6.3f us a packet, %.0f packets/s of %d, %.0f %% of a core\n", us,
           (double)packets / seconds, streams * 50, (double)(after.rtp_cpu_us - before.rtp_cpu_us) / seconds / 10000);
    printf("lateness       p50 <= %.2f ms, p99 <= %.2f ms, p99.9 <= %.2f ms, max %.2f ms (set-up included)\n",
           percentile(late, 0.5), percentile(late, 0.99), percentile(late, 0.999), after.late_max_us / 1000.0);
    printf("skipped        %llu, send errors %llu\n", (unsigned long long)(after.skipped - before.skipped),
           (unsigned long long)after.send_errors);
    for (int i = 0; i < streams; i++) rtp_stream_close(opened[i], NULL, NULL, NULL);
    rtp_pump_stop(pump);
    free(opened);
    free(prompt);
    return us;
}

int main(int count, char **arguments)
{
    if (count != 5) {
        fprintf(stderr, "usage: bench STREAMS SECONDS CPU PRIORITY\n");
        return 2;
    }
    streams = atoi(arguments[1]);
    seconds = atoi(arguments[2]);
    cpu = atoi(arguments[3]);
    priority = atoi(arguments[4]);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    open_receivers();
    double tight = run_bare(false), paced = run_bare(true);
    double pump = run_pump();
    tight = (tight + run_bare(false)) / 2;
    paced = (paced + run_bare(true)) / 2;
    printf("bare, tight    %6.3f us a packet: ratio %.2f\n", tight, pump / tight);
    printf("bare, paced    %6.3f us a packet: ratio %.2f\n", paced, pump / paced);
    return 0;
}
