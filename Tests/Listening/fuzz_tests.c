/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A million packets of any size, order, source and time: state stays bounded, and time goes on by itself. */
#include "check.h"

#include <math.h>

enum { PACKETS = 1000000, CALLS = 200 };

void fuzz_tests(void)
{
    unsigned seed = 20261201;
    static uint8_t payload[1600];
    for (int number = 0; number < CALLS; number++) {
        listening_call call;
        listening_begin(&call, number % 2 ? LISTENING_PCMA : LISTENING_PCMU);
        uint32_t now = 0, timestamp = (uint32_t)(draw(&seed) * 4e9f), ssrc = 1;
        float frequency = 300 + 2000 * draw(&seed);
        for (int i = 0; i < PACKETS / CALLS; i++) {
            float chance = draw(&seed);
            size_t size = chance < 0.8f ? 160 : (size_t)(draw(&seed) * (float)sizeof payload);
            if (draw(&seed) < 0.05f) timestamp += (uint32_t)(int32_t)((draw(&seed) - 0.5f) * 40000);
            if (draw(&seed) < 0.002f) timestamp = (uint32_t)(draw(&seed) * 4e9f);
            if (draw(&seed) < 0.002f) ssrc++;
            now += draw(&seed) < 0.01f ? (uint32_t)(draw(&seed) * 5000) : 20;
            int what = (int)(draw(&seed) * 4);
            for (size_t at = 0; at < size; at++)
                payload[at] = what == 0   ? (uint8_t)(draw(&seed) * 256)
                              : what == 1 ? 0xD5
                                          : encode(call.codec, 0.3f * sinf(6.28f * frequency * (float)at / 8000));
            listening_packet(&call, ssrc, timestamp, payload, size, now);
            timestamp += 160;
            if (i % 3 == 0) listening_pass(&call, now);
        }
        listening_pass(&call, now);
        listening_pass(&call, now + 2000);
        listening_verdict verdict;
        listening_evidence evidence;
        listening_get_verdict(&call, &verdict);
        listening_get_evidence(&call, &evidence);
        CHECK(verdict.kind <= LISTENING_UNKNOWN && verdict.score >= 0 && verdict.score <= 1);
        CHECK(isfinite(evidence.floor_db) && isfinite(evidence.level_db));
        CHECK(evidence.longest_ms <= evidence.speech_ms || evidence.phrases <= 1);
        CHECK(verdict.decided_ms <= call.phrases.now * LISTENING_FRAME_MS);
    }
}
