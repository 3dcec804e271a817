/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Socket pairs that go from call to call. Opening one takes a dozen system calls and two memory pages for
 * its filter; a pair that is used again takes two connect().
 *
 * A pair that a call has let go of stays as it is, connected to that call's far end, so that what still
 * comes from there is met by the filter and not by an ICMP error, and rests. The next call dissolves the
 * connection, and throws away what waits to be read once it is connected to its own far end.
 */
#include "rtp_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* Packets of a call that is over still come for a round trip, or until a repeated BYE has got through. */
#define REST_NS 3000000000LL
#define CLOSE_AFTER_NS 60000000000LL
/* The kernel doubles them. Some forty packets, 800 ms of a recording; thousands of sockets must not cost memory. */
#define RTP_BUFFER 16384
#define RTCP_BUFFER 2048

static void close_pair(rtp_pump *pump, rtp_pair *pair)
{
    close(pair->fd);
    close(pair->rtcp_fd);
    rtp_port_give(pump, pair->port);
    free(pair);
    pump->pool.open--;
}

/* The sockets on pair->port, which goes back to the others when that fails. */
static int bind_sockets(rtp_pump *pump, rtp_pair *pair, const struct sockaddr *local)
{
    pair->fd = rtp_socket_open(local, pair->port, RTP_BUFFER, pump->config.dscp);
    pair->rtcp_fd = pair->fd < 0 ? -1 : rtp_socket_open(local, (uint16_t)(pair->port + 1), RTCP_BUFFER, pump->config.dscp);
    if (pair->rtcp_fd >= 0) {
        if (rtp_filter_attach(pair->fd, RTP_NO_PAYLOAD, RTP_USUAL_EVENT, RTP_USUAL_EVENT) == 0) return 0;
        close(pair->rtcp_fd);
    }
    int reason = errno;
    if (pair->fd >= 0) close(pair->fd);
    rtp_port_give(pump, pair->port);
    return reason;
}

/* The sockets of a new pair. A port pair of which another program holds one goes to the end of the queue. */
static int open_sockets(rtp_pump *pump, rtp_pair *pair, const struct sockaddr *local)
{
    for (size_t tries = 0; tries < pump->port_capacity; tries++) {
        pair->port = rtp_port_take(pump);
        if (pair->port == 0) break;
        int reason = bind_sockets(pump, pair, local);
        if (reason != EADDRINUSE) return reason;
    }
    return EADDRINUSE;
}

/* port 0: any. */
static rtp_pair *open_pair(rtp_pump *pump, rtp_parked *queue, uint16_t port)
{
    if (pump->config.most_pairs && pump->pool.open >= pump->config.most_pairs) {
        errno = EMFILE; /* the descriptors that are left are others' */
        return NULL;
    }
    rtp_pair *pair = calloc(1, sizeof *pair);
    if (!pair) return NULL;
    int reason;
    if (port == 0) {
        reason = open_sockets(pump, pair, &queue->local.any);
    } else {
        pair->port = port;
        reason = rtp_port_take_this(pump, port) ? bind_sockets(pump, pair, &queue->local.any) : EADDRINUSE;
    }
    if (reason != 0) {
        free(pair);
        errno = reason;
        return NULL;
    }
    pair->audio_filter = RTP_NO_PAYLOAD;
    pair->event_filter = pair->remote_event_filter = RTP_USUAL_EVENT;
    pair->queue = queue;
    pump->pool.open++;
    return pair;
}

/* The queue of pairs on that address; made when there is none yet. NULL: no memory. */
static rtp_parked *queue_of(rtp_pump *pump, const struct sockaddr *local)
{
    rtp_parked *queue = pump->pool.queues;
    while (queue && !rtp_host_equal(&queue->local.any, local)) queue = queue->next;
    if (queue || !(queue = calloc(1, sizeof *queue))) return queue;
    rtp_address_copy(&queue->local, local);
    queue->next = pump->pool.queues;
    pump->pool.queues = queue;
    return queue;
}

/* The queue whose first pair has rested longest; NULL: nothing is parked. */
static rtp_parked *longest(rtp_pump *pump)
{
    rtp_parked *found = NULL;
    for (rtp_parked *queue = pump->pool.queues; queue; queue = queue->next)
        if (queue->first && (!found || queue->first->parked_ns < found->first->parked_ns)) found = queue;
    return found;
}

/* The first of the queue when it has been parked since before that time. */
static rtp_pair *unpark(rtp_pump *pump, rtp_parked *queue, int64_t before_ns)
{
    rtp_pair *pair = queue ? queue->first : NULL;
    if (!pair || pair->parked_ns > before_ns) return NULL;
    queue->first = pair->next;
    if (!queue->first) queue->last = NULL;
    pump->pool.count--;
    return pair;
}

static void park(rtp_pump *pump, rtp_pair *pair)
{
    rtp_parked *queue = pair->queue;
    pair->next = NULL;
    if (queue->last)
        queue->last->next = pair;
    else
        queue->first = pair;
    queue->last = pair;
    pump->pool.count++;
}

rtp_pair *rtp_pair_take(rtp_pump *pump, const struct sockaddr *local)
{
    if (!rtp_family_known(local)) {
        errno = EAFNOSUPPORT;
        return NULL;
    }
    int64_t now = rtp_now_ns(pump);
    pthread_mutex_lock(&pump->pool.mutex);
    rtp_parked *queue = queue_of(pump, local);
    rtp_pair *pair = unpark(pump, queue, now - REST_NS);
    if (!pair && queue) pair = open_pair(pump, queue, 0);
    if (!pair) {
        /* No port or no descriptor is left: rather a pair that has hardly rested, or the port of another address. */
        int reason = queue ? errno : ENOMEM;
        pair = unpark(pump, queue, now);
        rtp_pair *other = pair || !queue ? NULL : unpark(pump, longest(pump), now);
        if (other) {
            close_pair(pump, other);
            pair = open_pair(pump, queue, 0);
        }
        errno = reason;
    }
    pthread_mutex_unlock(&pump->pool.mutex);
    if (pair && pair->connected) {
        /* A far end that sends before it answers is met by the filter, too. */
        rtp_socket_dissolve(pair->fd);
        pair->connected = false;
    }
    return pair;
}

rtp_pair *rtp_pair_take_at(rtp_pump *pump, const struct sockaddr *local, uint16_t port)
{
    if (!rtp_family_known(local) || port == 0) {
        errno = port == 0 ? EADDRINUSE : EAFNOSUPPORT;
        return NULL;
    }
    pthread_mutex_lock(&pump->pool.mutex);
    rtp_parked *queue = queue_of(pump, local);
    rtp_pair *pair = queue ? open_pair(pump, queue, port) : NULL;
    int reason = queue ? errno : ENOMEM;
    pthread_mutex_unlock(&pump->pool.mutex);
    errno = reason;
    return pair;
}

void rtp_pair_give(rtp_pump *pump, rtp_pair *pair)
{
    int64_t now = rtp_now_ns(pump);
    pair->parked_ns = now;
    pthread_mutex_lock(&pump->pool.mutex);
    park(pump, pair);
    if (pump->pool.count > pump->pool.limit) close_pair(pump, unpark(pump, longest(pump), now));
    /* Two for one: what a peak has left behind goes bit by bit. */
    for (int i = 0; i < 2 && (pair = unpark(pump, longest(pump), now - CLOSE_AFTER_NS)); i++) close_pair(pump, pair);
    pthread_mutex_unlock(&pump->pool.mutex);
}

void rtp_pool_make(rtp_pump *pump)
{
    /* Half of the descriptors that the process may have, at most: others need some too. */
    struct rlimit files;
    bool known = getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur != RLIM_INFINITY;
    pump->pool.limit = known ? (size_t)(files.rlim_cur / 4) : SIZE_MAX;
    pthread_mutex_init(&pump->pool.mutex, NULL);
}

bool rtp_pool_close_idle(rtp_pump *pump)
{
    pthread_mutex_lock(&pump->pool.mutex);
    rtp_pair *pair;
    while ((pair = unpark(pump, longest(pump), rtp_now_ns(pump) - CLOSE_AFTER_NS))) close_pair(pump, pair);
    bool empty = pump->pool.count == 0;
    pthread_mutex_unlock(&pump->pool.mutex);
    return empty;
}

void rtp_pool_free(rtp_pump *pump)
{
    while (pump->pool.queues) {
        rtp_parked *queue = pump->pool.queues;
        rtp_pair *pair;
        while ((pair = unpark(pump, queue, INT64_MAX))) close_pair(pump, pair);
        pump->pool.queues = queue->next;
        free(queue);
    }
    pthread_mutex_destroy(&pump->pool.mutex);
}
