/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The endpoint: starts PJSIP and its transports in the SIP thread, runs it, ends it. */
#include "sip_internal.h"

#include <pthread.h>
#include <sched.h>
#include <errno.h>
#include <malloc.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMERS_PER_ROUND 512

sip_state sip;

static pthread_t thread;
static bool running;
static uint32_t stop_linger_ms;
static sem_t started;
static int start_status;
static char start_error[256];

static void write_log(int level, const char *data, int length)
{
    (void)length;
    if (!sip.config.log) return;
    char line[1024];
    snprintf(line, sizeof line, "%s", data);
    line[strcspn(line, "\r\n")] = 0;
    sip.config.log(level, line);
}

static bool fail(const char *what, pj_status_t status)
{
    char reason[PJ_ERR_MSG_SIZE];
    pj_strerror(status, reason, sizeof reason);
    snprintf(start_error, sizeof start_error, "%s: %s", what, reason);
    return false;
}

static char *dup_or_null(const char *text) { return text ? strdup(text) : NULL; }

/* UDP and TCP of one address family. */
static bool add_transports(const char *bind, uint16_t udp_port, uint16_t tcp_port)
{
    pj_sockaddr address;
    char what[128];
    if (!parse_address(bind, udp_port, &address)) {
        snprintf(start_error, sizeof start_error, "%s is no numeric address", bind);
        return false;
    }
    bool v6 = address.addr.sa_family == PJ_AF_INET6;
    pjsip_udp_transport_cfg udp;
    pjsip_udp_transport_cfg_default(&udp, v6 ? PJ_AF_INET6 : PJ_AF_INET);
    udp.bind_addr = address;
    udp.qos_params.flags = PJ_QOS_PARAM_HAS_DSCP;
    udp.qos_params.dscp_val = sip.config.sip_dscp;
    pjsip_transport *transport;
    pj_status_t status = pjsip_udp_transport_start2(sip.endpoint, &udp, &transport);
    if (status != PJ_SUCCESS) {
        snprintf(what, sizeof what, "UDP %s port %u", bind, udp_port);
        return fail(what, status);
    }
    sip.udp_port = (uint16_t)transport->local_name.port;
    if (!sip.config.tcp_enabled) return true;
    pj_sockaddr_set_port(&address, tcp_port);
    pjsip_tcp_transport_cfg config;
    pjsip_tcp_transport_cfg_default(&config, v6 ? PJ_AF_INET6 : PJ_AF_INET);
    config.bind_addr = address;
    config.reuse_addr = PJ_TRUE;
    config.qos_params.flags = PJ_QOS_PARAM_HAS_DSCP;
    config.qos_params.dscp_val = sip.config.sip_dscp;
    pjsip_tpfactory *factory;
    status = pjsip_tcp_transport_start3(sip.endpoint, &config, &factory);
    if (status != PJ_SUCCESS) {
        snprintf(what, sizeof what, "TCP %s port %u", bind, tcp_port);
        return fail(what, status);
    }
    sip.tcp_port = (uint16_t)factory->addr_name.port;
    return true;
}

static bool open_endpoint(void)
{
    /* Requests of ours that are too large for UDP stay on UDP: trunks are configured, not guessed. */
    pjsip_cfg()->endpt.disable_tcp_switch = PJ_TRUE;
    pjsip_cfg()->endpt.allow_port_in_fromto_hdr = PJ_TRUE;
    /* Timers I and K (RFC 3261 17.1.2.2, 17.2.1) only swallow what comes again, which nobody here would look at
     * anyway. Meanwhile a dialog stays in memory with its transaction: 15,000 of them at 3,000 calls a second. */
    pjsip_tsx_set_timers(0, 0, 500, 0);
    pj_caching_pool_init(&sip.caching_pool, NULL, 64 * 1024 * 1024);
    pj_status_t status = pjsip_endpt_create(&sip.caching_pool.factory, "burgernetd", &sip.endpoint);
    if (status != PJ_SUCCESS) return fail("creating the SIP endpoint", status);
    /* PJSIP takes ten a round. A call has several, and a round may bring more calls than that: what is over would
     * stay in memory, and retransmissions be late, until there is less to do. */
    pj_timer_heap_set_max_timed_out_per_poll(pjsip_endpt_get_timer_heap(sip.endpoint), TIMERS_PER_ROUND);
    sip.pool = pjsip_endpt_create_pool(sip.endpoint, "burgernetd", 4000, 4000);
    sip.scratch = pjsip_endpt_create_pool(sip.endpoint, "scratch", 4000, 4000);
    if (!sip.pool || !sip.scratch) return fail("memory", PJ_ENOMEM);
    pjsip_endpt_set_ext_resolver(sip.endpoint, &route_resolver);
    if (commands_open() < 0) {
        snprintf(start_error, sizeof start_error, "cannot make a socket pair");
        return false;
    }
    if ((status = pjsip_tsx_layer_init_module(sip.endpoint)) != PJ_SUCCESS) return fail("transaction layer", status);
    if ((status = access_init()) != PJ_SUCCESS) return fail("access module", status);
    if ((status = transmit_init()) != PJ_SUCCESS) return fail("transmit module", status);
    if ((status = calls_init()) != PJ_SUCCESS) return fail("INVITE sessions", status);
    if ((status = incoming_init()) != PJ_SUCCESS) return fail("incoming calls", status);
    if (sip.config.udp_bind_v4 && !add_transports(sip.config.udp_bind_v4, sip.config.udp_port, sip.config.tcp_port))
        return false;
    /* Both families share the ports, also when the system chose them. */
    if (sip.config.udp_bind_v6 &&
        !add_transports(sip.config.udp_bind_v6, sip.udp_port ? sip.udp_port : sip.config.udp_port,
                        sip.tcp_port ? sip.tcp_port : sip.config.tcp_port))
        return false;
    return true;
}

static void close_endpoint(void)
{
    trunks_remove_all();
    commands_close();
    if (sip.endpoint) {
        if (sip.scratch) pjsip_endpt_release_pool(sip.endpoint, sip.scratch);
        if (sip.pool) pjsip_endpt_release_pool(sip.endpoint, sip.pool);
        pjsip_endpt_destroy(sip.endpoint);
        pj_caching_pool_destroy(&sip.caching_pool);
    }
    sip.endpoint = NULL;
    sip.pool = sip.scratch = NULL;
}

/* One round; `busy` says that commands were left over from the last one. */
static bool handle(unsigned milliseconds, bool busy)
{
    pj_time_val timeout = {0, busy ? 0 : (long)milliseconds};
    pjsip_endpt_handle_events(sip.endpoint, &timeout);
    return commands_run();
}

static void hang_up(sip_call *call) { call_hang_up(call, CPJSIP_OWN_REQUESTED, 480); }

/* The time to wait is over: the far end's answer will not be heard any more. */
static void abandon(sip_call *call)
{
    if (!call->ended) {
        call->by = CPJSIP_BY_US;
        if (call->own_reason == CPJSIP_OWN_NONE) call->own_reason = CPJSIP_OWN_REQUESTED;
        call_post_ended(call, call->answered ? call->answer_code : 487, call->answered && !call->incoming, "shut down");
    }
    if (call->inv) {
        call->inv->mod_data[sip.user_module.id] = NULL;
        pjsip_inv_terminate(call->inv, PJSIP_SC_REQUEST_TERMINATED, PJ_FALSE);
    }
    call_free(call);
}

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
    bool open = open_endpoint();
    start_status = open ? 0 : -1;
    sem_post(&started);
    if (!open) {
        close_endpoint();
        return NULL;
    }
    bool busy = false;
    while (!atomic_load(&sip.stopping)) busy = handle(100, busy);
    while (commands_run()) {}
    calls_each(hang_up);
    int64_t limit = monotonic_ms() + stop_linger_ms;
    while (atomic_load(&sip.call_count) > 0 && monotonic_ms() < limit) busy = handle(10, busy);
    calls_each(abandon);
    close_endpoint();
    return NULL;
}

/* Callbacks of the RTP thread. */

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
    start_error[0] = 0;
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
        .port_first = config->rtp_port_first, .port_last = config->rtp_port_last, .dscp = config->rtp_dscp,
        .realtime_priority = config->rtp_realtime_priority, .cpu = config->rtp_cpu,
    };
    if (events_open() < 0 || !(sip.pump = rtp_pump_start(&pump))) {
        snprintf(error, error_size, "the RTP thread does not start: %s", strerror(errno));
        free_config();
        return -1;
    }
    atomic_store(&sip.stopping, false);
    sem_init(&started, 0, 0);
    int status = pthread_create(&thread, NULL, run, NULL);
    if (status != 0) {
        snprintf(start_error, sizeof start_error, "the SIP thread does not start: %s", strerror(status));
        start_status = -1;
    } else {
        while (sem_wait(&started) < 0) {}
        if (start_status < 0) pthread_join(thread, NULL);
    }
    if (start_status < 0) {
        snprintf(error, error_size, "%s", start_error);
        rtp_pump_stop(sip.pump);
        sip.pump = NULL;
        free_config();
        return -1;
    }
    running = true;
    return 0;
}

void cpjsip_stop(uint32_t linger_ms)
{
    if (!running) return;
    stop_linger_ms = linger_ms;
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
    out->calls = (uint32_t)atomic_load(&sip.call_count);
    out->dropped_requests = atomic_load(&sip.dropped_requests);
    clockid_t clock;
    struct timespec used;
    if (pthread_getcpuclockid(thread, &clock) == 0 && clock_gettime(clock, &used) == 0)
        out->sip_cpu_us = (uint64_t)used.tv_sec * 1000000 + (uint64_t)used.tv_nsec / 1000;
}
