/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * What the RTP pump costs against bare send() loops over as many connected sockets, in the same run on the
 * same core; what a receiver sees of it; and what it costs when everybody talks.
 *
 *     RTP_PORT=FIRST bench STREAMS ROUNDS CPU PRIORITY
 *
 * FIRST is the first of PUMP_PORTS + STILL_PORTS ports that nobody else uses.
 *
 * A round is a second of each floor and of the pump. Medians count, so that another program that gets in
 * the way for a moment spoils neither.
 */
#include "bench.h"

#include <arpa/inet.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

enum { ROUND_MS = 1000, MOST_ROUNDS = 50 };

settings bench;
int far_fd[FAR_ENDS + 1];
struct sockaddr_storage far_address[FAR_ENDS + 1];

void fail(const char *what)
{
    perror(what);
    exit(2);
}

int64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

void settle(int cpu, bool realtime)
{
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET((unsigned)cpu, &cpus);
    pthread_setaffinity_np(pthread_self(), sizeof cpus, &cpus);
    prctl(PR_SET_TIMERSLACK, 1UL);
    if (realtime && bench.priority > 0)
        pthread_setschedparam(pthread_self(), SCHED_FIFO, &(struct sched_param){bench.priority});
}

struct sockaddr_storage loopback(void)
{
    struct sockaddr_storage address = {0};
    *(struct sockaddr_in *)&address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return address;
}

void wait_ms(int ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&time, NULL);
}

static void open_far_ends(void)
{
    for (int i = 0; i <= FAR_ENDS; i++) {
        struct sockaddr_storage local = loopback();
        socklen_t size = sizeof far_address[i];
        far_fd[i] = rtp_socket_open((struct sockaddr *)&local, 0, 2048, 0);
        if (far_fd[i] < 0 || rtp_filter_attach(far_fd[i], RTP_NO_PAYLOAD, RTP_NO_PAYLOAD, RTP_NO_PAYLOAD) < 0 ||
            getsockname(far_fd[i], (struct sockaddr *)&far_address[i], &size) < 0)
            fail("far end");
    }
}

static int ascending(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

static double median(double values[], int count)
{
    qsort(values, (size_t)count, sizeof *values, ascending);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static void cost(int rounds)
{
    static double floors[FLOORS][MOST_ROUNDS], pump[MOST_ROUNDS], ratios[FLOORS][MOST_ROUNDS];
    pump_run worst = {.share = 2};
    double core = 0;
    floors_open();
    for (int round = 0; round < rounds; round++) {
        for (int kind = 0; kind < FLOORS; kind++) floors[kind][round] = floor_run((floor_kind)kind, ROUND_MS);
        calls_open();
        wait_ms(200);
        pump_run run = calls_run(ROUND_MS);
        calls_close();
        pump[round] = run.us;
        core += run.core / rounds;
        for (int kind = 0; kind < FLOORS; kind++) ratios[kind][round] = run.us / floors[kind][round];
        if (run.share < worst.share) worst.share = run.share;
        if (run.p50 > worst.p50) worst.p50 = run.p50;
        if (run.p99 > worst.p99) worst.p99 = run.p99;
        if (run.max > worst.max) worst.max = run.max;
        worst.skipped += run.skipped;
        worst.errors += run.errors;
    }
    static const char *const names[FLOORS] = {"bare loop, warm caches", "bare loop, cold caches", "bare loop, at the same pace"};
    printf("%-28s %6.3f us a packet, %.0f %% of a core\n", "pump", median(pump, rounds), core * 100);
    for (int kind = 0; kind < FLOORS; kind++)
        printf("%-28s %6.3f us a packet: ratio %.2f\n", names[kind], median(floors[kind], rounds),
               median(ratios[kind], rounds));
    printf("worst round                  %.2f %% of the packets that were due; late p50 <= %.2f, p99 <= %.2f, max %.2f ms; "
           "%llu skipped, %llu errors\n", worst.share * 100, worst.p50, worst.p99, worst.max,
           (unsigned long long)worst.skipped, (unsigned long long)worst.errors);
}

int main(int count, char **arguments)
{
    int rounds = count == 5 ? atoi(arguments[2]) : 0;
    const char *port = getenv("RTP_PORT");
    if (rounds < 1 || rounds > MOST_ROUNDS || !port) {
        fprintf(stderr, "usage: RTP_PORT=FIRST bench STREAMS ROUNDS CPU PRIORITY\n");
        return 2;
    }
    bench = (settings){.streams = atoi(arguments[1]), .cpu = atoi(arguments[3]), .priority = atoi(arguments[4]),
                       .port_first = (uint16_t)atoi(port)};
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    open_far_ends();
    cost(rounds);
    quality_run(5000);
    microphones_run(2000);
    double first, again;
    calls_cost(&first, &again);
    printf("audio of a call              %.1f us to set up and end with new sockets, %.1f us with used ones\n", first, again);
    return 0;
}
