/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rtp_recording.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CHUNK = 16000, CLOCK_TOLERANCE = 16000 }; /* both two seconds */

static bool grow(rtp_recording *recording, size_t needed)
{
    if (needed <= recording->capacity)
        return true;
    size_t capacity = recording->capacity == 0 ? FIRST_CHUNK : recording->capacity * 2;
    if (capacity < needed)
        capacity = needed;
    if (capacity > recording->limit)
        capacity = recording->limit;
    uint8_t *data = realloc(recording->data, capacity);
    if (data == NULL)
        return false;
    recording->data = data;
    recording->capacity = capacity;
    return true;
}

void rtp_recording_put(rtp_recording *recording, const rtp_packet *packet, int64_t now_ns)
{
    if (packet->payload_size == 0 || recording->limit == 0)
        return;
    if (!recording->begun) {
        recording->begun = true;
        recording->begun_ns = now_ns;
        recording->ssrc = packet->ssrc;
        recording->base = packet->timestamp;
        recording->base_position = 0;
    }
    int64_t expected = (now_ns - recording->begun_ns) * 8 / 1000000;
    int64_t position = recording->base_position + (int32_t)(packet->timestamp - recording->base);
    if (packet->ssrc != recording->ssrc || llabs(position - expected) > CLOCK_TOLERANCE) {
        int64_t end = (int64_t)recording->length;
        position = expected > end ? expected : end;
        recording->ssrc = packet->ssrc;
        recording->base = packet->timestamp;
        recording->base_position = position;
    }
    if (position < 0 || (uint64_t)position >= recording->limit)
        return;
    size_t at = (size_t)position, length = packet->payload_size;
    if (length > recording->limit - at)
        length = recording->limit - at;
    if (!grow(recording, at + length))
        return;
    if (at > recording->length)
        memset(recording->data + recording->length, recording->silence, at - recording->length);
    memcpy(recording->data + at, packet->payload, length);
    if (at + length > recording->length)
        recording->length = at + length;
}

void rtp_recording_clear(rtp_recording *recording)
{
    free(recording->data);
    *recording = (rtp_recording){.limit = recording->limit, .silence = recording->silence};
}
