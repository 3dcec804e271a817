/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <stdlib.h>
#include <string.h>

/* A frame of one value, 20 ms long, that arrives at_ms after the beginning. */
static void put(rtp_recording *recording, uint32_t ssrc, uint32_t timestamp, uint8_t value, int at_ms)
{
    uint8_t payload[RTP_FRAME_SIZE];
    memset(payload, value, sizeof payload);
    rtp_packet packet = {.ssrc = ssrc, .timestamp = timestamp, .payload = payload, .payload_size = sizeof payload};
    rtp_recording_put(recording, &packet, 1000000000 + at_ms * 1000000LL);
}

/* One letter per frame, as it lies in the recording. */
static void holds(const rtp_recording *recording, const char *frames, int line)
{
    check_equal((long long)recording->length, (long long)strlen(frames) * RTP_FRAME_SIZE, __FILE__, line, "length");
    bool same = recording->length == strlen(frames) * RTP_FRAME_SIZE;
    for (size_t i = 0; same && i < recording->length; i++)
        same = recording->data[i] == (frames[i / RTP_FRAME_SIZE] == '-' ? 0xD5 : frames[i / RTP_FRAME_SIZE]);
    check(same, __FILE__, line, frames);
}

static rtp_recording make(size_t frames) { return (rtp_recording){.limit = frames * RTP_FRAME_SIZE, .silence = 0xD5}; }

void recording_tests(void)
{
    rtp_recording recording = make(50);
    put(&recording, 1, 0xFFFFFFA0, 'a', 0); /* the timestamp wraps in the course */
    put(&recording, 1, 0xFFFFFFA0 + 160, 'b', 20);
    put(&recording, 1, 0xFFFFFFA0 + 480, 'd', 60);
    holds(&recording, "ab-d", __LINE__);
    put(&recording, 1, 0xFFFFFFA0 + 320, 'c', 70); /* late */
    holds(&recording, "abcd", __LINE__);
    put(&recording, 1, 0xFFFFFFA0 + 160, 'b', 80); /* doubled */
    put(&recording, 1, 0xFFFFFFA0 - 160, 'x', 80); /* before the first */
    holds(&recording, "abcd", __LINE__);
    put(&recording, 1, 0xFFFFFFA0 + 800, 'f', 100);
    holds(&recording, "abcd-f", __LINE__);

    /* Another source goes on where the clock is, whatever its timestamps. */
    put(&recording, 2, 7, 'g', 140);
    put(&recording, 2, 167, 'h', 160);
    holds(&recording, "abcd-f-gh", __LINE__);
    /* The same source with a new clock. */
    put(&recording, 2, 0x70000000, 'i', 180);
    put(&recording, 2, 0x70000000 + 160, 'j', 200);
    holds(&recording, "abcd-f-ghij", __LINE__);
    put(&recording, 2, 5, 'k', 220);
    holds(&recording, "abcd-f-ghijk", __LINE__);
    free(recording.data);

    /* The limit holds to the byte, and the memory too. */
    recording = make(3);
    recording.limit -= 60;
    for (int i = 0; i < 10; i++) put(&recording, 1, (uint32_t)i * 160, 'a', i * 20);
    EQUAL(recording.length, 420);
    CHECK(recording.capacity <= 420);
    rtp_recording_clear(&recording);
    CHECK(recording.data == NULL);
    EQUAL(recording.limit, 420);

    /* Nothing is kept, and no memory taken, when nothing is to be recorded. */
    recording = make(0);
    put(&recording, 1, 0, 'a', 0);
    CHECK(recording.data == NULL);

    /* Chunks grow: 20 s in 16,000 + 16,000 + 32,000 ... bytes. */
    recording = make(1000);
    for (int i = 0; i < 1000; i++) put(&recording, 1, (uint32_t)i * 160, (uint8_t)i, i * 20);
    EQUAL(recording.length, 160000);
    for (int i = 0; i < 1000; i++) CHECK(recording.data[i * 160 + 159] == (uint8_t)i);
    free(recording.data);
}
