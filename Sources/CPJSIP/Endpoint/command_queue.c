/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Endpoint/command_queue.h"

#include "Base/sip_state.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

void command_own(command *at, const char **string)
{
    if (!*string) return;
    *string = strdup(*string);
    if (!*string) abort();
    at->strings[at->string_count++] = string;
}

command *command_make(void (*run)(command *))
{
    command *at = calloc(1, sizeof *at);
    if (!at) abort(); /* a hang-up that is forgotten would be worse */
    at->run = run;
    return at;
}

void command_send(command *at)
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
