/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Building and reading RTP, RTCP and telephone-event packets. Pure: no sockets, no clock. */
#ifndef RTP_PACKET_H
#define RTP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RTP_HEADER_SIZE 12
#define RTP_FRAME_SIZE 160 /* 20 ms at 8 kHz, one byte a sample */

/** RFC 3550 5.1. */
void rtp_write_header(uint8_t header[RTP_HEADER_SIZE], uint8_t payload_type, bool marker, uint16_t sequence,
                      uint32_t timestamp, uint32_t ssrc);

typedef struct {
    uint8_t payload_type;
    bool marker;
    uint16_t sequence;
    uint32_t timestamp;
    uint32_t ssrc;
    const uint8_t *payload;
    size_t payload_size;
} rtp_packet;

/** False when the bytes are no RTP packet; CSRC list, extension and padding are taken off. */
bool rtp_parse(const uint8_t *data, size_t size, rtp_packet *packet);

#define RTP_EVENTS_REMEMBERED 16

/** What a receiver of RFC 4733 events remembers: those seen last. Zero it first. */
typedef struct {
    struct {
        uint32_t ssrc, timestamp; /**< of the event's beginning: all its packets carry it (RFC 4733 2.5.1.2) */
        uint16_t duration;        /**< longest seen; 0 for one whose packets have timestamps of their own */
        uint8_t event;
        bool ended;
    } seen[RTP_EVENTS_REMEMBERED];
    uint8_t count, next;
} rtp_event_state;

/**
 * The key of a telephone-event packet when it is one not reported yet, otherwise 0. Packets of one key that carry
 * timestamps of their own, against RFC 4733 2.5.1.2, count as one while no more than 40 ms lie between them.
 */
char rtp_event_receive(rtp_event_state *state, const rtp_packet *packet);

/** 0 to 15 for 0-9 * # A-D; -1 for anything else. */
int rtp_event_of_digit(char digit);

/** RFC 4733 2.3: volume is 10 (-10 dBm0). */
void rtp_write_event(uint8_t payload[4], int event, bool end, uint16_t duration);

typedef struct {
    uint32_t ssrc;
    uint64_t ntp;
    uint32_t rtp_timestamp;
    uint32_t packets;
    uint32_t octets;
    const char *cname;
    bool sender; /**< sent RTP lately: SR, otherwise RR (RFC 3550 6.4) */
    bool bye;
} rtcp_report;

/** A compound of SR or RR, SDES with CNAME and, at the end, BYE (RFC 3550 6.4.1, 6.5, 6.6). Returns its size. */
size_t rtcp_write(uint8_t *data, size_t capacity, const rtcp_report *report);

#endif
