/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the parts of the RTP benchmark share. */
#ifndef BENCH_H
#define BENCH_H

#include "rtp_internal.h"

#include <stdio.h>

enum { FAR_ENDS = 16, PACKET = RTP_HEADER_SIZE + RTP_FRAME_SIZE };

/** Ports of the pump that plays, and behind them those of the one whose calls are only opened and closed. */
enum { PUMP_PORTS = 17000, STILL_PORTS = 2000 };

typedef struct {
    int streams;
    int cpu;      /* of the thread that is measured */
    int other;    /* of everything else */
    int priority; /* real-time, 0: none */
    uint16_t port_first; /* of PUMP_PORTS + STILL_PORTS */
} settings;
extern settings bench;

/**
 * Loopback sockets that stand for the far ends, and one that takes the reports; their filter drops everything
 * until it is taken off.
 */
extern int far_fd[FAR_ENDS + 1];
extern struct sockaddr_storage far_address[FAR_ENDS + 1];

void fail(const char *what);
int64_t clock_ns(clockid_t clock);
/** The calling thread on one core, with the priority of the RTP thread or without. */
void settle(int cpu, bool realtime);
struct sockaddr_storage loopback(void);
void wait_ms(int ms);

/* floors.c */
typedef enum {
    FLOOR_WARM,  /* one packet after the other */
    FLOOR_COLD,  /* the same, with what the core's own caches held overwritten before each twentieth; that is not counted */
    FLOOR_PACED, /* on the pump's own wheel: a twentieth each millisecond */
    FLOORS
} floor_kind;
void floors_open(void);
/** us of CPU a packet. */
double floor_run(floor_kind kind, int ms);

/* calls.c */
typedef struct {
    double us, core;  /* CPU of the RTP thread: a packet, and of a core */
    double share;     /* of the packets that were due */
    double p50, p99, max; /* lateness in ms */
    uint64_t skipped, errors, received;
} pump_run;
void calls_open(void);
void calls_close(void);
pump_run calls_run(int ms);
/** us for opening, negotiating, starting and ending a call; again: with sockets that former calls used. */
void calls_cost(double *first, double *again);
rtp_stream *call_at(int index);

/* quality.c */
/** What a receiver sees of all streams. */
void quality_run(int ms);

/* microphones.c */
/** As many streams that come in. */
void microphones_run(int ms);

#endif
