/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Listens to calls on standard input and says on standard output what is made of them. A call is two 32-bit words, codec and
 * number of frames, and for each frame an octet, 1 when it arrives, and 160 octets.
 *
 *     J CALL MOMENT FEATURES...              each judgement, with -j
 *     C CALL FRAME VERDICT SCORE             each change of the verdict
 *     V CALL VERDICT SCORE DECIDED_MS RESTART_MS BEEP_HZ BEEP_MS SPEECH_MS LONGEST_MS PHRASES TONE
 *
 * On standard error: CPU of a frame.
 */
#include "clistening.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *name_of(listening_kind kind) { return kind == LISTENING_UNDECIDED ? "undecided" : listening_kind_name(kind); }

static double cpu_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static uint8_t audio[6000][1 + LISTENING_FRAME]; /* two minutes */

int main(int count, char **arguments)
{
    bool judgements = count > 1 && strcmp(arguments[1], "-j") == 0;
    double us = 0, worst = 0;
    uint64_t frames = 0;
    uint32_t head[2];
    for (unsigned number = 0; fread(head, sizeof head, 1, stdin) == 1; number++) {
        if (head[1] > sizeof audio / sizeof audio[0] || fread(audio, sizeof audio[0], head[1], stdin) != head[1]) return 2;
        listening_call call;
        listening_verdict verdict = {.kind = LISTENING_UNDECIDED};
        double begin = cpu_us();
        listening_begin(&call, (listening_codec)head[0]);
        uint32_t judged = 0;
        for (uint32_t i = 0; i < head[1]; i++) {
            listening_frame(&call, audio[i][0] ? audio[i] + 1 : NULL);
            listening_verdict next;
            listening_get_verdict(&call, &next);
            if (next.kind != verdict.kind)
                printf("C %u %u %s %.3f\n", number, i, name_of(next.kind), (double)next.score);
            verdict = next;
            if (judgements && call.judgements != judged) {
                judged = call.judgements;
                printf("J %u %u", number, call.judged);
                for (int f = 0; f < LISTENING_FEATURES; f++) printf(" %.5g", (double)call.features[f]);
                printf("\n");
            }
        }
        double took = cpu_us() - begin;
        us += took;
        frames += head[1];
        if (took > worst) worst = took;
        listening_evidence e;
        listening_get_evidence(&call, &e);
        printf("V %u %s %.3f %u %u %u %u %u %u %u %s\n", number, name_of(verdict.kind), (double)verdict.score,
               verdict.decided_ms, verdict.restart_ms, e.beep_hz, e.beep_ms, e.speech_ms, e.longest_ms, e.phrases,
               listening_tone_name(e.tone)[0] ? listening_tone_name(e.tone) : "-");
    }
    fprintf(stderr, "%.3f us of CPU a frame, %.2f ms the dearest call, %zu octets of state\n", frames ? us / (double)frames : 0,
            worst / 1e3, sizeof(listening_call));
    return 0;
}
