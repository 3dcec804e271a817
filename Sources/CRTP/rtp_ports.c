/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Port pairs: RTP on an even port, RTCP on the odd one above (RFC 3550 11). */
#include "rtp_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

int rtp_ports_make(rtp_pump *pump)
{
    uint32_t first = (pump->config.port_first + 1u) & ~1u;
    if (first == 0) first = 2; /* to bind(), 0 is any port */
    uint32_t last = pump->config.port_last;
    size_t pairs = last > first ? (last - first + 1) / 2 : 0;
    if (pairs == 0) return EINVAL;
    pump->ports = malloc(pairs * sizeof *pump->ports);
    if (!pump->ports) return ENOMEM;
    /* Begin anywhere: a restarted daemon must not take the port of a call that is just over. */
    uint32_t offset = 0;
    if (getrandom(&offset, sizeof offset, 0) != sizeof offset) offset = 0;
    for (size_t i = 0; i < pairs; i++) pump->ports[i] = (uint16_t)(first + 2 * ((i + offset) % pairs));
    pump->port_capacity = pump->port_count = pairs;
    return 0;
}

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

/* The one that waits longest takes its place. */
bool rtp_port_take_this(rtp_pump *pump, uint16_t port)
{
    bool found = false;
    pthread_mutex_lock(&pump->ports_mutex);
    for (size_t i = 0; i < pump->port_count && !found; i++) {
        size_t at = (pump->port_head + i) % pump->port_capacity;
        if (pump->ports[at] != port) continue;
        pump->ports[at] = pump->ports[pump->port_head];
        pump->port_head = (pump->port_head + 1) % pump->port_capacity;
        pump->port_count--;
        found = true;
    }
    pthread_mutex_unlock(&pump->ports_mutex);
    return found;
}

void rtp_port_give(rtp_pump *pump, uint16_t port)
{
    pthread_mutex_lock(&pump->ports_mutex);
    pump->ports[(pump->port_head + pump->port_count) % pump->port_capacity] = port;
    pump->port_count++;
    pthread_mutex_unlock(&pump->ports_mutex);
}
