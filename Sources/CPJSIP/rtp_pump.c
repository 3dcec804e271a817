/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The RTP thread: a wheel of 20 phases, 1 ms apart, over which calls are spread evenly. */
#include "rtp_internal.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

const uint32_t cpjsip_late_bounds_us[CPJSIP_LATE_BUCKETS - 1] = {100,  250,  500,  1000,  1500, 2000,
                                                                3000, 5000, 10000, 20000, 50000};

/* Datagrams read in one tick at most, so that a flood cannot delay what is due. */
#define RECEIVE_BATCH 256

static int64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void send_phase(rtp_pump *pump, unsigned phase, int64_t due_ns)
{
    rtp_phase *at = &pump->phases[phase];
    pthread_mutex_lock(&at->mutex);
    for (size_t i = 0; i < at->count; i++) {
        if (i + 1 < at->count) __builtin_prefetch(at->streams[i + 1]);
        rtp_stream_send(at->streams[i], due_ns);
    }
    pthread_mutex_unlock(&at->mutex);
}

/* Ticks that are more than a period late are not made up for: two packets of one call in a row would
 * only fill somebody's jitter buffer. */
static void skip_phase(rtp_pump *pump, unsigned phase)
{
    rtp_phase *at = &pump->phases[phase];
    pthread_mutex_lock(&at->mutex);
    for (size_t i = 0; i < at->count; i++) {
        if (!at->streams[i]->sending) continue;
        at->streams[i]->stats.skipped++;
        atomic_fetch_add_explicit(&pump->skipped, 1, memory_order_relaxed);
    }
    pthread_mutex_unlock(&at->mutex);
}

static void receive(rtp_pump *pump)
{
    struct epoll_event events[RECEIVE_BATCH];
    int count = epoll_wait(pump->epoll, events, RECEIVE_BATCH, 0);
    for (int i = 0; i < count; i++) {
        rtp_stream *stream = events[i].data.ptr;
        rtp_phase *phase = &pump->phases[stream->phase];
        pthread_mutex_lock(&phase->mutex);
        if (!stream->closed) rtp_stream_receive(stream);
        pthread_mutex_unlock(&phase->mutex);
    }
}

/* Streams closed before this point can be in no batch of epoll events any more. */
static void bury(rtp_pump *pump)
{
    pthread_mutex_lock(&pump->dead_mutex);
    rtp_stream *dead = pump->dead;
    pump->dead = NULL;
    pthread_mutex_unlock(&pump->dead_mutex);
    while (dead) {
        rtp_stream *next = dead->next_dead;
        rtp_stream_free(dead);
        dead = next;
    }
}

int64_t rtp_pump_tick(rtp_pump *pump, int64_t now_ns)
{
    int64_t now_tick = now_ns / RTP_TICK_NS;
    while (pump->next_tick <= now_tick - RTP_PHASES) {
        /* Beyond a few periods, what was skipped is counted once per phase and period, not per tick. */
        if (now_tick - pump->next_tick > 50 * RTP_PHASES) pump->next_tick = now_tick - 50 * RTP_PHASES;
        skip_phase(pump, (unsigned)(pump->next_tick % RTP_PHASES));
        pump->next_tick++;
    }
    while (pump->next_tick <= now_tick) {
        send_phase(pump, (unsigned)(pump->next_tick % RTP_PHASES), pump->next_tick * RTP_TICK_NS);
        pump->next_tick++;
    }
    receive(pump);
    bury(pump);
    return pump->next_tick * RTP_TICK_NS;
}

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
    pump->next_tick = monotonic_ns() / RTP_TICK_NS + 1;
    int64_t next = pump->next_tick * RTP_TICK_NS;
    while (!atomic_load_explicit(&pump->stopping, memory_order_relaxed)) {
        struct timespec at = {.tv_sec = next / 1000000000LL, .tv_nsec = next % 1000000000LL};
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR) {}
        next = rtp_pump_tick(pump, monotonic_ns());
    }
    return NULL;
}

static bool make_ports(rtp_pump *pump)
{
    uint32_t first = (pump->config.port_first + 1u) & ~1u;
    uint32_t last = pump->config.port_last;
    size_t pairs = last > first ? (last - first + 1) / 2 : 0;
    if (pairs == 0) {
        errno = EINVAL;
        return false;
    }
    pump->ports = malloc(pairs * sizeof *pump->ports);
    if (!pump->ports) return false;
    /* Begin anywhere: a restarted daemon must not take the port of a call that is just over. */
    uint32_t offset = 0;
    if (getrandom(&offset, sizeof offset, 0) != sizeof offset) offset = 0;
    for (size_t i = 0; i < pairs; i++) pump->ports[i] = (uint16_t)(first + 2 * ((i + offset) % pairs));
    pump->port_capacity = pump->port_count = pairs;
    return true;
}

rtp_pump *rtp_pump_create(const rtp_pump_config *config)
{
    rtp_pump *pump = calloc(1, sizeof *pump);
    if (!pump) return NULL;
    pump->config = *config;
    pump->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (pump->epoll < 0 || !make_ports(pump)) {
        int reason = errno;
        if (pump->epoll >= 0) close(pump->epoll);
        free(pump);
        errno = reason;
        return NULL;
    }
    for (unsigned i = 0; i < RTP_PHASES; i++) pthread_mutex_init(&pump->phases[i].mutex, NULL);
    pthread_mutex_init(&pump->prompts_mutex, NULL);
    pthread_mutex_init(&pump->ports_mutex, NULL);
    pthread_mutex_init(&pump->dead_mutex, NULL);
    memset(pump->silence_pcma, 0xd5, sizeof pump->silence_pcma);
    memset(pump->silence_pcmu, 0xff, sizeof pump->silence_pcmu);
    uint64_t name = 0;
    if (getrandom(&name, sizeof name, 0) != sizeof name) name = (uint64_t)monotonic_ns();
    snprintf(pump->cname, sizeof pump->cname, "%016llx", (unsigned long long)name);
    return pump;
}

rtp_pump *rtp_pump_start(const rtp_pump_config *config)
{
    rtp_pump *pump = rtp_pump_create(config);
    if (!pump) return NULL;
    int reason = pthread_create(&pump->thread, NULL, run, pump);
    if (reason) {
        rtp_pump_stop(pump);
        errno = reason;
        return NULL;
    }
    pump->has_thread = true;
    return pump;
}

void rtp_pump_stop(rtp_pump *pump)
{
    if (!pump) return;
    atomic_store(&pump->stopping, true);
    if (pump->has_thread) pthread_join(pump->thread, NULL);
    for (unsigned i = 0; i < RTP_PHASES; i++) {
        while (pump->phases[i].count > 0) {
            cpjsip_media_stats stats;
            rtp_stream_close(pump->phases[i].streams[0], &stats, NULL, NULL);
        }
    }
    bury(pump);
    for (rtp_prompt *prompt = pump->prompts; prompt;) {
        rtp_prompt *next = prompt->next;
        if (pump->config.prompt_released) pump->config.prompt_released(prompt->id);
        free(prompt);
        prompt = next;
    }
    for (unsigned i = 0; i < RTP_PHASES; i++) {
        free(pump->phases[i].streams);
        pthread_mutex_destroy(&pump->phases[i].mutex);
    }
    close(pump->epoll);
    free(pump->ports);
    free(pump);
}

/* ------------------------------------------------------------------- prompts */

void rtp_pump_add_prompt(rtp_pump *pump, uint32_t id, const uint8_t *pcma, const uint8_t *pcmu, size_t length)
{
    rtp_prompt *prompt = calloc(1, sizeof *prompt);
    if (!prompt) return;
    *prompt = (rtp_prompt){.id = id, .pcma = pcma, .pcmu = pcmu, .length = length / RTP_FRAME_SIZE * RTP_FRAME_SIZE};
    pthread_mutex_lock(&pump->prompts_mutex);
    prompt->next = pump->prompts;
    pump->prompts = prompt;
    pthread_mutex_unlock(&pump->prompts_mutex);
}

static void release(rtp_pump *pump, rtp_prompt *prompt)
{
    for (rtp_prompt **at = &pump->prompts; *at; at = &(*at)->next) {
        if (*at != prompt) continue;
        *at = prompt->next;
        break;
    }
    if (pump->config.prompt_released) pump->config.prompt_released(prompt->id);
    free(prompt);
}

void rtp_pump_remove_prompt(rtp_pump *pump, uint32_t id)
{
    pthread_mutex_lock(&pump->prompts_mutex);
    for (rtp_prompt *prompt = pump->prompts; prompt; prompt = prompt->next) {
        if (prompt->id != id || prompt->removed) continue;
        prompt->removed = true;
        if (prompt->references == 0) release(pump, prompt);
        break;
    }
    pthread_mutex_unlock(&pump->prompts_mutex);
}

rtp_prompt *rtp_prompt_take(rtp_pump *pump, uint32_t id)
{
    pthread_mutex_lock(&pump->prompts_mutex);
    rtp_prompt *prompt = pump->prompts;
    while (prompt && (prompt->id != id || prompt->removed)) prompt = prompt->next;
    if (prompt) prompt->references++;
    pthread_mutex_unlock(&pump->prompts_mutex);
    return prompt;
}

void rtp_prompt_give(rtp_pump *pump, rtp_prompt *prompt)
{
    if (!prompt) return;
    pthread_mutex_lock(&pump->prompts_mutex);
    if (--prompt->references == 0 && prompt->removed) release(pump, prompt);
    pthread_mutex_unlock(&pump->prompts_mutex);
}

/* --------------------------------------------------------------------- ports */

/* First in, first out: a port rests as long as possible, so that late packets of an old call do not
 * meet a new one. */
uint16_t rtp_port_take(rtp_pump *pump)
{
    uint16_t port = 0;
    pthread_mutex_lock(&pump->ports_mutex);
    if (pump->port_count > 0) {
        port = pump->ports[pump->port_head];
        pump->port_head = (pump->port_head + 1) % pump->port_capacity;
        pump->port_count--;
    }
    pthread_mutex_unlock(&pump->ports_mutex);
    return port;
}

void rtp_port_give(rtp_pump *pump, uint16_t port)
{
    pthread_mutex_lock(&pump->ports_mutex);
    pump->ports[(pump->port_head + pump->port_count) % pump->port_capacity] = port;
    pump->port_count++;
    pthread_mutex_unlock(&pump->ports_mutex);
}

void rtp_pump_statistics(rtp_pump *pump, cpjsip_stats *out)
{
    out->streams = (uint32_t)atomic_load(&pump->streams);
    out->packets_sent = atomic_load(&pump->packets_sent);
    out->packets_received = atomic_load(&pump->packets_received);
    out->send_errors = atomic_load(&pump->send_errors);
    out->skipped = atomic_load(&pump->skipped);
    for (int i = 0; i < CPJSIP_LATE_BUCKETS; i++) out->late[i] = atomic_load(&pump->late[i]);
    out->late_max_us = (uint32_t)atomic_load(&pump->late_max_us);
    clockid_t clock;
    struct timespec used;
    out->rtp_cpu_us = 0;
    if (pump->has_thread && pthread_getcpuclockid(pump->thread, &clock) == 0 && clock_gettime(clock, &used) == 0)
        out->rtp_cpu_us = (uint64_t)used.tv_sec * 1000000 + (uint64_t)used.tv_nsec / 1000;
}
