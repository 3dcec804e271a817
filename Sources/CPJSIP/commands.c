/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Commands on their way in: copied, queued under a mutex, and the SIP thread woken once. */
#include "sip_internal.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct command {
    struct command *next;
    void (*run)(struct command *command);
    uint64_t id;
    uint32_t number[3];
    int code;
    char digit;
    bool flag;
    const uint8_t *pcma, *pcmu;
    size_t length;
    cpjsip_target *targets;
    union {
        cpjsip_call_request request;
        cpjsip_trunk trunk;
        cpjsip_dialog dialog;
    } copy;
    const char **strings[10]; /* those of copy that are ours to free */
    unsigned string_count;
} command;

/* Then the network has its turn: thousands of calls may be placed at once. */
#define COMMANDS_PER_ROUND 64

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static command *first, **last = &first;
static command *waiting; /* taken, not yet run; the SIP thread's own */
static int wake_fds[2] = {-1, -1};
static pj_ioqueue_key_t *wake_key;
static pj_ioqueue_op_key_t wake_operation;
static char wake_buffer[16];

static void read_wakes(pj_ioqueue_key_t *key)
{
    /* Until it waits: a datagram that is there already raises no new event. */
    for (;;) {
        pj_ssize_t size = sizeof wake_buffer;
        if (pj_ioqueue_recv(key, &wake_operation, wake_buffer, &size, 0) != PJ_SUCCESS) return;
    }
}

static void on_wake(pj_ioqueue_key_t *key, pj_ioqueue_op_key_t *operation, pj_ssize_t size)
{
    (void)operation;
    (void)size;
    read_wakes(key);
}

int commands_open(void)
{
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, wake_fds) < 0) return -1;
    pj_ioqueue_callback callback = {.on_read_complete = on_wake};
    pj_ioqueue_op_key_init(&wake_operation, sizeof wake_operation);
    if (pj_ioqueue_register_sock(sip.pool, pjsip_endpt_get_ioqueue(sip.endpoint), wake_fds[0], NULL, &callback,
                                 &wake_key) != PJ_SUCCESS) {
        close(wake_fds[0]);
        close(wake_fds[1]);
        wake_fds[0] = wake_fds[1] = -1;
        return -1;
    }
    read_wakes(wake_key);
    return 0;
}

static void free_command(command *at)
{
    for (unsigned i = 0; i < at->string_count; i++) free((void *)*at->strings[i]);
    free(at->targets);
    free(at);
}

static void free_list(command *at)
{
    while (at) {
        command *next = at->next;
        free_command(at);
        at = next;
    }
}

void commands_close(void)
{
    pthread_mutex_lock(&mutex);
    if (wake_key) pj_ioqueue_unregister(wake_key); /* closes the socket */
    wake_key = NULL;
    if (wake_fds[1] >= 0) close(wake_fds[1]);
    wake_fds[0] = wake_fds[1] = -1;
    command *rest = first;
    first = NULL;
    last = &first;
    pthread_mutex_unlock(&mutex);
    free_list(waiting);
    waiting = NULL;
    free_list(rest);
}

bool commands_run(void)
{
    if (!waiting) {
        pthread_mutex_lock(&mutex);
        waiting = first;
        first = NULL;
        last = &first;
        pthread_mutex_unlock(&mutex);
    }
    for (unsigned count = 0; waiting && count < COMMANDS_PER_ROUND; count++) {
        command *at = waiting;
        waiting = at->next;
        at->run(at);
        free_command(at);
    }
    return waiting != NULL;
}

static void own(command *at, const char **string)
{
    if (!*string) return;
    *string = strdup(*string);
    if (!*string) abort();
    at->strings[at->string_count++] = string;
}

static command *make(void (*run)(command *))
{
    command *at = calloc(1, sizeof *at);
    if (!at) abort(); /* a hang-up that is forgotten would be worse */
    at->run = run;
    return at;
}

static void send_command(command *at)
{
    pthread_mutex_lock(&mutex);
    bool wake = first == NULL;
    *last = at;
    last = &at->next;
    if (wake && wake_fds[1] >= 0) {
        ssize_t sent = send(wake_fds[1], "w", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
        (void)sent; /* a full socket wakes as well */
    }
    pthread_mutex_unlock(&mutex);
}

/* -------------------------------------------------------------------- trunks */

static void run_trunk_set(command *at) { trunk_set(&at->copy.trunk); }
static void run_trunk_remove(command *at) { trunk_remove(at->number[0]); }
static void run_targets(command *at) { trunk_set_targets(at->number[0], at->targets, at->length); }

void cpjsip_trunk_set(const cpjsip_trunk *trunk)
{
    command *at = make(run_trunk_set);
    cpjsip_trunk *copy = &at->copy.trunk;
    *copy = *trunk;
    own(at, &copy->host);
    own(at, &copy->auth_username);
    own(at, &copy->auth_password);
    own(at, &copy->auth_realm);
    own(at, &copy->from_host);
    own(at, &copy->register_user);
    send_command(at);
}

void cpjsip_trunk_remove(uint32_t trunk_id)
{
    command *at = make(run_trunk_remove);
    at->number[0] = trunk_id;
    send_command(at);
}

void cpjsip_trunk_set_targets(uint32_t trunk_id, const cpjsip_target *targets, size_t count)
{
    command *at = make(run_targets);
    at->number[0] = trunk_id;
    at->length = count;
    /* One block: the array, then the addresses. */
    at->targets = calloc(count ? count : 1, sizeof *targets + PJ_INET6_ADDRSTRLEN);
    if (!at->targets) abort();
    char *text = (char *)(at->targets + count);
    for (size_t i = 0; i < count; i++, text += PJ_INET6_ADDRSTRLEN) {
        at->targets[i] = targets[i];
        strncpy(text, targets[i].address, PJ_INET6_ADDRSTRLEN - 1);
        at->targets[i].address = text;
    }
    send_command(at);
}

/* --------------------------------------------------------------------- calls */

static void run_place(command *at) { call_place(&at->copy.request); }
static void run_confirm(command *at) { call_confirm(at->id); }
static void run_hang_up(command *at)
{
    sip_call *call = call_find(at->id);
    if (call) call_hang_up(call, CPJSIP_OWN_REQUESTED, at->code);
}
static void run_play(command *at)
{
    sip_call *call = call_find(at->id);
    if (call && call->stream) rtp_stream_play(call->stream, at->number[0], at->number[1]);
}
static void run_stop_playing(command *at)
{
    sip_call *call = call_find(at->id);
    if (call && call->stream) rtp_stream_stop_playing(call->stream);
}
static void run_respond(command *at) { incoming_respond(at->id, at->code, (int)at->number[0], at->number[1]); }
static void run_digit(command *at)
{
    sip_call *call = call_find(at->id);
    if (!call || !call->stream) return;
    if (at->flag)
        call_send_info(call, at->digit);
    else
        rtp_stream_send_digit(call->stream, at->digit);
}
static void run_record(command *at)
{
    sip_call *call = call_find(at->id);
    if (call && call->stream) rtp_stream_record(call->stream, at->number[0]);
}
static void run_dialog_end(command *at) { dialog_end(&at->copy.dialog); }

void cpjsip_call_place(const cpjsip_call_request *request)
{
    command *at = make(run_place);
    cpjsip_call_request *copy = &at->copy.request;
    *copy = *request;
    own(at, &copy->sip_call_id);
    own(at, &copy->callee);
    own(at, &copy->caller);
    own(at, &copy->caller_name);
    send_command(at);
}

static void send_simple(void (*run)(command *), uint64_t id, int code, uint32_t first_number, uint32_t second_number)
{
    command *at = make(run);
    at->id = id;
    at->code = code;
    at->number[0] = first_number;
    at->number[1] = second_number;
    send_command(at);
}

void cpjsip_call_confirm(uint64_t call_id) { send_simple(run_confirm, call_id, 0, 0, 0); }
void cpjsip_call_hangup(uint64_t call_id, int code) { send_simple(run_hang_up, call_id, code, 0, 0); }
void cpjsip_call_play(uint64_t call_id, uint32_t prompt_id, uint32_t offset_ms)
{
    send_simple(run_play, call_id, 0, prompt_id, offset_ms);
}
void cpjsip_call_stop_playing(uint64_t call_id) { send_simple(run_stop_playing, call_id, 0, 0, 0); }
void cpjsip_call_respond(uint64_t call_id, int code, int q850_cause, uint32_t retry_after_s)
{
    send_simple(run_respond, call_id, code, (uint32_t)q850_cause, retry_after_s);
}
void cpjsip_call_record(uint64_t call_id, uint32_t max_ms) { send_simple(run_record, call_id, 0, max_ms, 0); }

void cpjsip_call_send_digit(uint64_t call_id, char digit, bool info)
{
    command *at = make(run_digit);
    at->id = call_id;
    at->digit = digit;
    at->flag = info;
    send_command(at);
}

void cpjsip_dialog_end(const cpjsip_dialog *dialog)
{
    command *at = make(run_dialog_end);
    cpjsip_dialog *copy = &at->copy.dialog;
    *copy = *dialog;
    own(at, &copy->sip_call_id);
    own(at, &copy->local_uri);
    own(at, &copy->local_tag);
    own(at, &copy->remote_uri);
    own(at, &copy->remote_tag);
    own(at, &copy->remote_target);
    own(at, &copy->route_set);
    send_command(at);
}

/* ------------------------------------------------------------------- prompts */

static void run_prompt_add(command *at)
{
    rtp_pump_add_prompt(sip.pump, at->number[0], at->pcma, at->pcmu, at->length);
}
static void run_prompt_remove(command *at) { rtp_pump_remove_prompt(sip.pump, at->number[0]); }

void cpjsip_prompt_add(uint32_t prompt_id, const uint8_t *pcma, const uint8_t *pcmu, size_t length)
{
    command *at = make(run_prompt_add);
    at->number[0] = prompt_id;
    at->pcma = pcma;
    at->pcmu = pcmu;
    at->length = length;
    send_command(at);
}

void cpjsip_prompt_remove(uint32_t prompt_id)
{
    command *at = make(run_prompt_remove);
    at->number[0] = prompt_id;
    send_command(at);
}
