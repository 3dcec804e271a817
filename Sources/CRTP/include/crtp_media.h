/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * How the audio of a call is named and counted: what passes through the hands of those who place calls, too.
 * Plain values; they belong to whoever holds them.
 */
#ifndef CRTP_MEDIA_H
#define CRTP_MEDIA_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** G.711 at 8 kHz, one octet a sample (RFC 3551 4.5.14). Bits, where several are meant. */
enum { RTP_CODEC_PCMA = 1, RTP_CODEC_PCMU = 2 };

/** What the RTP thread counted for one call. Lateness is that of a packet against its due time. */
typedef struct {
    uint32_t packets_sent;
    uint32_t packets_received;     /**< those the kernel filter dropped included (SO_MEMINFO) */
    uint32_t heard_ms;             /**< of the prompt, furthest point sent */
    uint32_t prompt_ms;            /**< length of the prompt last played */
    uint32_t plays;                /**< how often a prompt was started */
    uint32_t late_max_us;          /**< worst lateness of a packet */
    uint32_t late_mean_us;
    uint32_t skipped;              /**< ticks that were too late and not made up for */
    uint32_t send_errors;
} rtp_media_stats;

/** Upper bounds in us of the lateness histogram; the last bucket is everything above. */
#define RTP_LATE_BUCKETS 12
extern const uint32_t rtp_late_bounds_us[RTP_LATE_BUCKETS - 1]; /* 100 250 500 1000 1500 2000 3000 5000 10000 20000 50000 */

/** What the RTP thread counted for all calls since it was started. */
typedef struct {
    uint32_t streams;              /**< calls that send audio now */
    uint64_t packets_sent;
    uint64_t packets_received;     /**< as in rtp_media_stats */
    uint64_t send_errors;
    uint64_t skipped;
    uint64_t late[RTP_LATE_BUCKETS];
    uint32_t late_max_us;
    uint64_t cpu_us;               /**< CPU time of the RTP thread */
} rtp_stats;

#ifdef __cplusplus
}
#endif
#endif
