/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The RTP thread: a wheel of 20 phases, 1 ms apart, over which calls are spread evenly. */
#include "rtp_internal.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <time.h>

const uint32_t rtp_late_bounds_us[RTP_LATE_BUCKETS - 1] = {100,  250,  500,  1000,  1500, 2000,
                                                                3000, 5000, 10000, 20000, 50000};

/* How often a thread that rests looks after sockets that nobody has wanted for long. */
#define IDLE_POOL_NS 20000000000LL

static int64_t read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int64_t rtp_now_ns(const rtp_pump *pump) { return pump->has_thread ? read_clock(CLOCK_MONOTONIC) : pump->now_ns; }
int64_t rtp_wall_ns(void) { return read_clock(CLOCK_REALTIME); }
int64_t rtp_boot_us(void) { return read_clock(CLOCK_BOOTTIME) / 1000; }

/* ---------------------------------------------------------------------- tick */

/* For counters with one writer: an atomic addition would cost a locked instruction. */
static void add(atomic_uint_fast64_t *counter, uint64_t amount)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + amount, memory_order_relaxed);
}

static void publish(rtp_pump *pump, const rtp_tick_counts *counts)
{
    add(&pump->packets_sent, counts->packets);
    for (int i = 0; i < RTP_LATE_BUCKETS; i++)
        if (counts->late[i]) add(&pump->late[i], counts->late[i]);
    if (counts->late_max_us > atomic_load_explicit(&pump->late_max_us, memory_order_relaxed))
        atomic_store_explicit(&pump->late_max_us, counts->late_max_us, memory_order_relaxed);
}

static void serve_phase(rtp_pump *pump, int64_t tick)
{
    rtp_phase *phase = &pump->phases[tick % RTP_PHASES];
    rtp_tick_counts counts = {0};
    pthread_mutex_lock(&phase->mutex);
    phase->due_ns = tick * RTP_TICK_NS;
    rtp_phase_send(pump, phase, &counts);
    /* Not all phases in the same period. */
    if ((tick / RTP_PHASES + tick % RTP_PHASES) % RTP_LISTEN_PERIODS == 0) rtp_phase_receive(phase);
    pthread_mutex_unlock(&phase->mutex);
    publish(pump, &counts);
}

/* Ticks that are more than a period late are not made up for: two packets of one call in a row would
 * only fill somebody's jitter buffer. */
static void skip(rtp_pump *pump, int64_t ticks)
{
    for (int64_t i = 0; i < RTP_PHASES && i < ticks; i++) {
        rtp_phase *at = &pump->phases[(pump->next_tick + i) % RTP_PHASES];
        uint32_t periods = (uint32_t)((ticks - i + RTP_PHASES - 1) / RTP_PHASES);
        pthread_mutex_lock(&at->mutex);
        rtp_phase_skip(pump, at, periods);
        pthread_mutex_unlock(&at->mutex);
    }
    pump->next_tick += ticks;
}

int64_t rtp_pump_tick(rtp_pump *pump, int64_t now_ns)
{
    int64_t now_tick = now_ns / RTP_TICK_NS;
    if (!pump->has_thread) pump->now_ns = now_ns;
    if (now_tick - pump->next_tick >= RTP_PHASES) skip(pump, now_tick - pump->next_tick - RTP_PHASES + 1);
    while (pump->next_tick <= now_tick) serve_phase(pump, pump->next_tick++);
    return pump->next_tick * RTP_TICK_NS;
}

/* Without streams nothing is due; ticks of that time never were. Returns when the next one is. */
static int64_t rest(rtp_pump *pump)
{
    bool pool_is_empty = false;
    pthread_mutex_lock(&pump->rest_mutex);
    while (atomic_load(&pump->open) == 0 && !atomic_load(&pump->stopping)) {
        if (pool_is_empty) {
            pthread_cond_wait(&pump->rest_over, &pump->rest_mutex);
            continue;
        }
        int64_t until = rtp_now_ns(pump) + IDLE_POOL_NS;
        struct timespec at = {.tv_sec = until / 1000000000LL, .tv_nsec = until % 1000000000LL};
        pthread_cond_timedwait(&pump->rest_over, &pump->rest_mutex, &at);
        pool_is_empty = rtp_pool_close_idle(pump);
    }
    pthread_mutex_unlock(&pump->rest_mutex);
    pump->next_tick = rtp_now_ns(pump) / RTP_TICK_NS + 1;
    return pump->next_tick * RTP_TICK_NS;
}

void rtp_pump_wake(rtp_pump *pump)
{
    pthread_mutex_lock(&pump->rest_mutex);
    pthread_cond_signal(&pump->rest_over);
    pthread_mutex_unlock(&pump->rest_mutex);
}

/* What the machine does not allow is left out: the pump works without, only less evenly. */
static void *run(void *argument)
{
    rtp_pump *pump = argument;
    pthread_setname_np(pthread_self(), "rtp");
    prctl(PR_SET_TIMERSLACK, 1UL);
    if (pump->config.cpu >= 0) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET((size_t)pump->config.cpu, &set);
        pthread_setaffinity_np(pthread_self(), sizeof set, &set);
    }
    if (pump->config.realtime_priority > 0) {
        struct sched_param parameter = {.sched_priority = pump->config.realtime_priority};
        pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameter);
    }
    int64_t next = 0;
    while (!atomic_load_explicit(&pump->stopping, memory_order_relaxed)) {
        if (next == 0 || atomic_load_explicit(&pump->open, memory_order_relaxed) == 0) next = rest(pump);
        struct timespec at = {.tv_sec = next / 1000000000LL, .tv_nsec = next % 1000000000LL};
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR) {}
        next = rtp_pump_tick(pump, rtp_now_ns(pump));
    }
    return NULL;
}

rtp_pump *rtp_pump_create(const rtp_pump_config *config)
{
    rtp_pump *pump = calloc(1, sizeof *pump);
    if (!pump) return NULL;
    pump->config = *config;
    int reason = rtp_ports_make(pump);
    uint32_t random[4];
    if (reason == 0 && getrandom(random, sizeof random, 0) != sizeof random) reason = EIO;
    if (reason != 0) {
        free(pump->ports);
        free(pump);
        errno = reason;
        return NULL;
    }
    pthread_mutexattr_t inherit;
    pthread_mutexattr_init(&inherit);
    pthread_mutexattr_setprotocol(&inherit, PTHREAD_PRIO_INHERIT);
    for (unsigned i = 0; i < RTP_PHASES; i++) pthread_mutex_init(&pump->phases[i].mutex, &inherit);
    pthread_mutex_init(&pump->prompts.mutex, &inherit);
    pthread_mutexattr_destroy(&inherit);
    pthread_mutex_init(&pump->ports_mutex, NULL);
    rtp_pool_make(pump);
    pthread_mutex_init(&pump->rest_mutex, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&pump->rest_over, &monotonic);
    pthread_condattr_destroy(&monotonic);
    memset(pump->silence_pcma, 0xd5, sizeof pump->silence_pcma);
    memset(pump->silence_pcmu, 0xff, sizeof pump->silence_pcmu);
    /* A name that says nothing about the machine: 96 random bits (RFC 7022 4.2). */
    snprintf(pump->cname, sizeof pump->cname, "%08x%08x%08x", random[0], random[1], random[2]);
    pump->random = random[3] | 1;
    return pump;
}

rtp_pump *rtp_pump_start(const rtp_pump_config *config)
{
    rtp_pump *pump = rtp_pump_create(config);
    if (!pump) return NULL;
    pump->has_thread = true;
    /* Signals belong to the threads that expect them. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int reason = pthread_create(&pump->thread, NULL, run, pump);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (reason) {
        pump->has_thread = false;
        rtp_pump_stop(pump);
        errno = reason;
        return NULL;
    }
    return pump;
}

void rtp_pump_stop(rtp_pump *pump)
{
    if (!pump) return;
    atomic_store(&pump->stopping, true);
    if (pump->has_thread) {
        rtp_pump_wake(pump);
        pthread_join(pump->thread, NULL);
    }
    for (unsigned i = 0; i < RTP_PHASES; i++)
        while (pump->phases[i].count > 0) rtp_stream_close(pump->phases[i].streams[0], NULL, NULL, NULL);
    rtp_prompts_free(pump);
    rtp_pool_free(pump);
    for (unsigned i = 0; i < RTP_PHASES; i++) {
        free(pump->phases[i].senders);
        free(pump->phases[i].polls);
        free(pump->phases[i].streams);
        pthread_mutex_destroy(&pump->phases[i].mutex);
    }
    pthread_mutex_destroy(&pump->prompts.mutex);
    pthread_mutex_destroy(&pump->ports_mutex);
    pthread_mutex_destroy(&pump->rest_mutex);
    pthread_cond_destroy(&pump->rest_over);
    free(pump->ports);
    free(pump);
}

void rtp_pump_statistics(rtp_pump *pump, rtp_stats *out)
{
    out->streams = 0;
    out->packets_sent = atomic_load(&pump->packets_sent);
    out->packets_received = atomic_load(&pump->packets_read);
    /* A stream stays in its phase, so that its drops are counted either as an open or as a closed one's. */
    for (unsigned i = 0; i < RTP_PHASES; i++) {
        rtp_phase *phase = &pump->phases[i];
        pthread_mutex_lock(&phase->mutex);
        out->packets_received += phase->closed_drops;
        for (size_t s = 0; s < phase->count; s++) {
            rtp_stream *stream = phase->streams[s];
            out->streams += phase->senders[s].sending && phase->senders[s].may_send;
            if (stream->connected) out->packets_received += rtp_socket_drops(stream->sockets->fd) - stream->drops_base;
        }
        pthread_mutex_unlock(&phase->mutex);
    }
    out->send_errors = atomic_load(&pump->send_errors);
    out->skipped = atomic_load(&pump->skipped);
    for (int i = 0; i < RTP_LATE_BUCKETS; i++) out->late[i] = atomic_load(&pump->late[i]);
    out->late_max_us = (uint32_t)atomic_load(&pump->late_max_us);
    clockid_t clock;
    struct timespec used;
    out->cpu_us = 0;
    if (pump->has_thread && pthread_getcpuclockid(pump->thread, &clock) == 0 && clock_gettime(clock, &used) == 0)
        out->cpu_us = (uint64_t)used.tv_sec * 1000000 + (uint64_t)used.tv_nsec / 1000;
}
