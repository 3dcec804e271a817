/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rtp_packet.h"

#include <string.h>

static void put16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, (uint16_t)(value >> 16));
    put16(at + 2, (uint16_t)value);
}

static uint16_t get16(const uint8_t *at) { return (uint16_t)(at[0] << 8 | at[1]); }
static uint32_t get32(const uint8_t *at) { return (uint32_t)get16(at) << 16 | get16(at + 2); }

void rtp_write_header(uint8_t header[RTP_HEADER_SIZE], uint8_t payload_type, bool marker, uint16_t sequence,
                      uint32_t timestamp, uint32_t ssrc)
{
    header[0] = 0x80; /* version 2, no padding, extension or CSRC */
    header[1] = (uint8_t)((marker ? 0x80 : 0) | payload_type);
    put16(header + 2, sequence);
    put32(header + 4, timestamp);
    put32(header + 8, ssrc);
}

bool rtp_parse(const uint8_t *data, size_t size, rtp_packet *packet)
{
    if (size < RTP_HEADER_SIZE || data[0] >> 6 != 2) return false;
    size_t header = RTP_HEADER_SIZE + 4u * (data[0] & 0x0f);
    if (data[0] & 0x10) {
        if (size < header + 4) return false;
        header += 4 + 4u * get16(data + header + 2);
    }
    if (size < header) return false;
    size_t payload = size - header;
    if (data[0] & 0x20) {
        uint8_t padding = data[size - 1];
        if (padding == 0 || padding > payload) return false;
        payload -= padding;
    }
    packet->payload_type = data[1] & 0x7f;
    packet->marker = data[1] >> 7;
    packet->sequence = get16(data + 2);
    packet->timestamp = get32(data + 4);
    packet->ssrc = get32(data + 8);
    packet->payload = data + header;
    packet->payload_size = payload;
    return true;
}

/* 40 ms at 8 kHz. */
#define SAME_KEY 320

char rtp_event_receive(rtp_event_state *state, const rtp_packet *packet)
{
    static const char digits[] = "0123456789*#ABCD";
    if (packet->payload_size < 4 || packet->payload[0] > 15) return 0;
    uint8_t event = packet->payload[0];
    bool end = packet->payload[1] >> 7;
    uint16_t duration = get16(packet->payload + 2);
    /* Whichever packet comes first reports the key, the end packet too when the others were lost. An order of
     * timestamps is not asked for: a far end that starts them anew (re-INVITE) must not lose its keys. */
    bool continues = false, same_press = false;
    for (unsigned i = 0; i < state->count; i++) {
        if (state->seen[i].ssrc != packet->ssrc || state->seen[i].event != event) continue;
        uint32_t since = packet->timestamp - state->seen[i].timestamp;
        if (since == 0) {
            if (duration > state->seen[i].duration) state->seen[i].duration = duration;
            state->seen[i].ended |= end;
            return 0;
        }
        /* Nobody presses a key again within 40 ms: an end with another timestamp is that of the same press, and so is
         * what goes on without a marker. */
        if (end || (!packet->marker && !state->seen[i].ended))
            same_press |= since <= (uint32_t)state->seen[i].duration + SAME_KEY;
        /* A key held longer than the duration field can tell goes on as a new segment (RFC 4733 2.5.1.3). */
        if (!packet->marker && !state->seen[i].ended && state->seen[i].duration >= 0xf000)
            continues |= since == state->seen[i].duration || since == 0xffff;
    }
    unsigned at = state->next;
    state->seen[at].ssrc = packet->ssrc;
    state->seen[at].timestamp = packet->timestamp;
    state->seen[at].duration = same_press ? 0 : duration;
    state->seen[at].event = event;
    state->seen[at].ended = end;
    state->next = (uint8_t)((at + 1) % RTP_EVENTS_REMEMBERED);
    if (state->count < RTP_EVENTS_REMEMBERED) state->count++;
    return continues || same_press ? 0 : digits[event];
}

int rtp_event_of_digit(char digit)
{
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit == '*') return 10;
    if (digit == '#') return 11;
    if (digit >= 'A' && digit <= 'D') return 12 + digit - 'A';
    return -1;
}

void rtp_write_event(uint8_t payload[4], int event, bool end, uint16_t duration)
{
    payload[0] = (uint8_t)event;
    payload[1] = (uint8_t)((end ? 0x80 : 0) | 10);
    put16(payload + 2, duration);
}

size_t rtcp_write(uint8_t *data, size_t capacity, const rtcp_report *report)
{
    size_t name = strlen(report->cname);
    if (name > 255) name = 255;
    /* SDES: header, SSRC, item type and length, text, at least one zero, padded to 32 bits. */
    size_t chunk = (4 + 2 + name + 1 + 3) & ~(size_t)3;
    size_t first = report->sender ? 28 : 8;
    size_t size = first + 4 + chunk + (report->bye ? 8 : 0);
    if (size > capacity) return 0;
    memset(data, 0, size);
    /* No report blocks: the kernel drops the audio that they would be about. */
    data[0] = 0x80;
    data[1] = report->sender ? 200 : 201;
    put16(data + 2, (uint16_t)(first / 4 - 1));
    put32(data + 4, report->ssrc);
    if (report->sender) {
        put32(data + 8, (uint32_t)(report->ntp >> 32));
        put32(data + 12, (uint32_t)report->ntp);
        put32(data + 16, report->rtp_timestamp);
        put32(data + 20, report->packets);
        put32(data + 24, report->octets);
    }
    uint8_t *sdes = data + first;
    sdes[0] = 0x81;
    sdes[1] = 202;
    put16(sdes + 2, (uint16_t)(chunk / 4));
    put32(sdes + 4, report->ssrc);
    sdes[8] = 1;
    sdes[9] = (uint8_t)name;
    memcpy(sdes + 10, report->cname, name);
    if (report->bye) {
        uint8_t *bye = sdes + 4 + chunk;
        bye[0] = 0x81;
        bye[1] = 203;
        put16(bye + 2, 1);
        put32(bye + 4, report->ssrc);
    }
    return size;
}
