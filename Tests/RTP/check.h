/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The smallest test harness that names what failed, and a pump with a clock of its own. */
#ifndef CHECK_H
#define CHECK_H

#include "rtp_internal.h"

#include <stdio.h>

extern int checks_passed, checks_failed;

#define CHECK(condition) check((condition) != 0, __FILE__, __LINE__, #condition)
#define EQUAL(actual, expected) check_equal((long long)(actual), (long long)(expected), __FILE__, __LINE__, #actual)

void check(int ok, const char *file, int line, const char *what);
void check_equal(long long actual, long long expected, const char *file, int line, const char *what);

/* ------------------------------------------------------------- what the pump told */

typedef struct {
    int keys, ended, released;
    char digits[256];
    uint64_t key_call, ended_call;
    uint32_t ended_prompt, released_prompt;
    rtp_media_stats ended_stats;
} told;
extern told heard_of; /* of the manual pump; zeroed by make_pump() */

/* ------------------------------------------------------------------------ pump */

/** Even; of the ports that this run has for itself, see take_ports(). */
extern uint16_t first_port;
enum { PORT_BLOCK = 420 };
#define PORT_FIRST first_port
#define PORT_LAST (first_port + 399)
/** Odd; it and nine above are for tests that count ports. */
#define SPARE_PORT (first_port + 401)
/** Chooses them; exits when there are none. */
void take_ports(void);

/** A pump without a thread; time begins at 0. */
rtp_pump *make_pump(void);
/** Goes on by so many ms, one tick each. */
void pass(rtp_pump *pump, int ms);
/** One tick at the given ms, whatever lies between. */
void jump_to(rtp_pump *pump, int64_t ms);

/** The far end of a stream: an RTP and an RTCP socket on the loopback address. */
typedef struct {
    int fd, rtcp_fd;
    struct sockaddr_storage address, rtcp_address;
} far_end;
far_end make_far_end(int family);
void free_far_end(far_end *end);

/** Next datagram, waiting for one that is on its way; -1: none came. */
int next_datagram(int fd, uint8_t *data, size_t size);
/** How many are there by now; they are thrown away. */
int drain(int fd);
/** Next RTP packet into storage; false: none came. */
bool next_packet(const far_end *end, rtp_packet *packet);
/** One byte string from the far end to the stream's RTP port. */
void send_to_stream(const far_end *end, uint16_t port, const void *data, size_t size);

struct sockaddr_storage loopback(int family, uint16_t port);
rtp_stream_parameters parameters_for(const far_end *end);
/** An open and started stream towards end. */
rtp_stream *start_stream(rtp_pump *pump, uint64_t call_id, const far_end *end, uint16_t *port);

/** An RTP packet by hand; returns its size. */
size_t make_packet(uint8_t *data, uint8_t payload_type, bool marker, uint16_t sequence, uint32_t timestamp,
                   uint32_t ssrc, const void *payload, size_t size);

/* The tests, one function per file. */
void packet_tests(void);
void event_tests(void);
void recording_tests(void);
void ports_tests(void);
void pool_tests(void);
void sending_tests(void);
void playing_tests(void);
void receiving_tests(void);
void report_tests(void);
void thread_tests(void);

#endif
