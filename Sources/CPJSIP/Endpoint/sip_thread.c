/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The SIP thread and the RTP thread: started, run and ended. */
#include "Base/clock.h"
#include "Base/events.h"
#include "Base/sip_state.h"
#include "Calls/call_control.h"
#include "Calls/call_table.h"
#include "Endpoint/command_queue.h"
#include "Endpoint/endpoint.h"

#include <pjlib-util.h>

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_t thread;
static bool running;
static uint32_t stop_linger_ms, stop_unheard_ms;
static bool unheard;
static sem_t started;
static bool opened; /* the endpoint, by the time of `started` */

/* ---------------------------------------------------------------- SIP thread */

/* One round; `busy` says that commands were left over from the last one. */
static bool handle(unsigned milliseconds, bool busy)
{
    pj_time_val timeout = {0, busy ? 0 : (long)milliseconds};
    pjsip_endpt_handle_events(sip.endpoint, &timeout);
    return commands_run();
}

static void hang_up(sip_call *call) { call_hang_up(call, CPJSIP_OWN_REQUESTED, 480); }

static void note_unheard(sip_call *call) { unheard |= call_is_unheard(call); }

static void *run(void *argument)
{
    (void)argument;
    pj_thread_desc description;
    pj_thread_t *registered;
    pj_bzero(description, sizeof description);
    pj_thread_register("sip", description, &registered);
    pthread_setname_np(pthread_self(), "sip");
    if (sip.config.sip_cpu >= 0) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET((size_t)sip.config.sip_cpu, &set);
        pthread_setaffinity_np(pthread_self(), sizeof set, &set);
    }
    bool open = opened = endpoint_open();
    sem_post(&started);
    if (!open) {
        endpoint_close();
        return NULL;
    }
    bool busy = false;
    while (!atomic_load(&sip.stopping)) busy = handle(100, busy);
    while (commands_run()) {}
    calls_each(hang_up);
    int64_t limit = monotonic_ms() + stop_linger_ms;
    while (calls_count() > 0 && monotonic_ms() < limit) busy = handle(10, busy);
    for (limit += (int64_t)stop_unheard_ms - stop_linger_ms; monotonic_ms() < limit; busy = handle(10, busy)) {
        unheard = false;
        calls_each(note_unheard);
        if (!unheard) break;
    }
    calls_each(call_abandon);
    endpoint_close();
    return NULL;
}

/* ------------------------------------------- callbacks of PJLIB and the pump */

static void write_log(int level, const char *data, int length)
{
    (void)length;
    if (!sip.config.log) return;
    char line[1024];
    snprintf(line, sizeof line, "%s", data);
    line[strcspn(line, "\r\n")] = 0;
    sip.config.log(level, line);
}

static void on_key(uint64_t call_id, char digit, int64_t time_us)
{
    event_post(&(cpjsip_event){.kind = CPJSIP_CALL_KEY, .call_id = call_id, .digit = digit, .time_us = time_us});
}

static void on_prompt_ended(uint64_t call_id, uint32_t prompt_id, const rtp_media_stats *stats, int64_t time_us)
{
    event_post(&(cpjsip_event){.kind = CPJSIP_CALL_PROMPT_ENDED,
                               .call_id = call_id,
                               .prompt_id = prompt_id,
                               .media = *stats,
                               .time_us = time_us});
}

static void on_prompt_released(uint32_t prompt_id)
{
    event_post(&(cpjsip_event){.kind = CPJSIP_PROMPT_RELEASED, .prompt_id = prompt_id});
}

/* ---------------------------------------------------------- starting, ending */

static char *dup_or_null(const char *text) { return text ? strdup(text) : NULL; }

static void free_config(void)
{
    free((void *)sip.config.user_agent);
    free((void *)sip.config.udp_bind_v4);
    free((void *)sip.config.udp_bind_v6);
    free((void *)sip.config.public_address_v4);
    free((void *)sip.config.public_address_v6);
    memset(&sip.config, 0, sizeof sip.config);
}

int cpjsip_start(const cpjsip_config *config, char *error, size_t error_size)
{
    static bool initialized;
    if (running) {
        snprintf(error, error_size, "the endpoint runs already");
        return -1;
    }
    memset(&sip, 0, sizeof sip);
    sip.config = *config;
    sip.config.user_agent = dup_or_null(config->user_agent);
    sip.config.udp_bind_v4 = dup_or_null(config->udp_bind_v4);
    sip.config.udp_bind_v6 = dup_or_null(config->udp_bind_v6);
    sip.config.public_address_v4 = dup_or_null(config->public_address_v4);
    sip.config.public_address_v6 = dup_or_null(config->public_address_v6);
    pj_log_set_level(config->log_level);
    pj_log_set_decor(PJ_LOG_HAS_SENDER | PJ_LOG_HAS_SPACE);
    pj_log_set_log_func(write_log);
    /* PJLIB is set up once for the life of the process; an endpoint may come and go. */
    if (!initialized && (pj_init() != PJ_SUCCESS || pjlib_util_init() != PJ_SUCCESS)) {
        snprintf(error, error_size, "PJLIB does not start");
        free_config();
        return -1;
    }
    initialized = true;
    /* The SIP thread's heap grows by this much: each step is a system call, and calls come by the thousands. */
    mallopt(M_TOP_PAD, 1024 * 1024);
    /* What a moment's calls gave back, the next moment's take again. */
    mallopt(M_TRIM_THRESHOLD, 16 * 1024 * 1024);
    rtp_pump_config pump = {
        .key = on_key, .prompt_ended = on_prompt_ended, .prompt_released = on_prompt_released,
        .port_first = config->rtp_port_first, .port_last = config->rtp_port_last,
        .most_pairs = config->rtp_socket_pairs, .dscp = config->rtp_dscp,
        .realtime_priority = config->rtp_realtime_priority, .cpu = config->rtp_cpu,
    };
    if (events_open() < 0 || !(sip.pump = rtp_pump_start(&pump))) {
        snprintf(error, error_size, "the RTP thread does not start: %s", strerror(errno));
        free_config();
        return -1;
    }
    atomic_store(&sip.stopping, false);
    sem_init(&started, 0, 0);
    opened = false;
    int status = pthread_create(&thread, NULL, run, NULL);
    if (status != 0) {
        snprintf(error, error_size, "the SIP thread does not start: %s", strerror(status));
    } else {
        while (sem_wait(&started) < 0) {}
        if (!opened) {
            pthread_join(thread, NULL);
            snprintf(error, error_size, "%s", endpoint_error());
        }
    }
    if (!opened) {
        rtp_pump_stop(sip.pump);
        sip.pump = NULL;
        free_config();
        return -1;
    }
    running = true;
    return 0;
}

void cpjsip_stop(uint32_t linger_ms, uint32_t unheard_ms)
{
    if (!running) return;
    stop_linger_ms = linger_ms;
    stop_unheard_ms = unheard_ms;
    atomic_store(&sip.stopping, true);
    cpjsip_call_confirm(0); /* wakes the SIP thread; no call has this id */
    pthread_join(thread, NULL);
    rtp_pump_stop(sip.pump);
    sip.pump = NULL;
    free_config();
    running = false;
}

uint16_t cpjsip_udp_port(void) { return sip.udp_port; }
uint16_t cpjsip_tcp_port(void) { return sip.tcp_port; }

void cpjsip_statistics(cpjsip_stats *out)
{
    memset(out, 0, sizeof *out);
    if (!running) return;
    rtp_pump_statistics(sip.pump, &out->rtp);
    out->calls = calls_count();
    out->dropped_requests = atomic_load(&sip.dropped_requests);
    clockid_t clock;
    struct timespec used;
    if (pthread_getcpuclockid(thread, &clock) == 0 && clock_gettime(clock, &used) == 0)
        out->sip_cpu_us = (uint64_t)used.tv_sec * 1000000 + (uint64_t)used.tv_nsec / 1000;
}
