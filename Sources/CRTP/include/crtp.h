/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * CRTP - the audio of thousands of calls, over the Linux kernel's sockets. It knows no SIP and no PJLIB.
 *
 * A pump owns the RTP thread, which sends every due packet of every call (RFC 3550, RFC 3551) and listens for key
 * presses (RFC 4733). Prompts are registered once, encoded, and shared by all calls that play them. A stream is the
 * audio of one call: its sockets, its place in the prompt, its counters.
 *
 * Threads: rtp_pump_start() and rtp_pump_stop() while nobody else uses the pump. Streams and prompts are for one
 * thread at a time, in practice the SIP thread; rtp_pump_statistics() is for any. The RTP thread calls back
 * (rtp_pump_config), with the call_id that the stream was opened with as context.
 *
 * Errors: functions that return an int return 0 or an errno value; those that return a pointer NULL with errno set.
 * Times: ms and us as the names say; moments are microseconds of CLOCK_BOOTTIME.
 *
 * One packet goes in each period of 20 ms, at most. What could not be sent (a late tick, a full queue, no
 * route) takes no sequence number and no piece of the prompt; the timestamp alone goes on with the time
 * (RFC 3550 5.1), as it does during hold.
 */
#ifndef CRTP_H
#define CRTP_H

#include "crtp_media.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rtp_pump rtp_pump;
typedef struct rtp_stream rtp_stream;

/* ---------------------------------------------------------------------- pump */

typedef struct {
    /**
     * Called from the RTP thread, key also from within rtp_stream_close() (what waited in the socket) and
     * prompt_released also from within whatever lets go of the prompt last. They must only copy and return, call
     * nothing here, and wait for no lock that is held while something here is called. Any may be NULL.
     */
    void (*key)(uint64_t call_id, char digit, int64_t time_us);
    void (*prompt_ended)(uint64_t call_id, uint32_t prompt_id, const rtp_media_stats *stats, int64_t time_us);
    void (*prompt_released)(uint32_t prompt_id);
    uint16_t port_first, port_last; /**< RTP takes even ports, RTCP the odd one above (RFC 3550 11) */
    uint32_t most_pairs;            /**< of sockets open at a time, in use or resting; 0: as many as there are ports */
    uint8_t dscp;                   /**< of all packets, e.g. 46 (EF), RFC 4594 */
    int realtime_priority;          /**< SCHED_FIFO priority of the RTP thread; 0: normal (failing to set it is not an error) */
    int cpu;                        /**< core for the RTP thread, -1: any */
} rtp_pump_config;

/** NULL with errno on failure: EINVAL when the range of ports holds no pair. The configuration is copied. */
rtp_pump *rtp_pump_start(const rtp_pump_config *config);
/** Ends the thread; streams still open are closed, prompts released. pump may be NULL. */
void rtp_pump_stop(rtp_pump *pump);
/** Counters since the start; none goes back. Each phase of the pump is locked for a moment. */
void rtp_pump_statistics(rtp_pump *pump, rtp_stats *out);

/* ------------------------------------------------------------------- prompts */

/**
 * Registers one prompt, encoded both ways, equally long; a length that is no multiple of 160 octets (20 ms) is
 * rounded down. The buffers stay with the caller and must live until prompt_released. Replaces a prompt of that id as
 * if it had been removed first.
 */
void rtp_pump_add_prompt(rtp_pump *pump, uint32_t prompt_id, const uint8_t *pcma, const uint8_t *pcmu, size_t length);
/** No stream starts it any more; released once none plays it. */
void rtp_pump_remove_prompt(rtp_pump *pump, uint32_t prompt_id);

/* ------------------------------------------------------------------- streams */

/**
 * Opens a stream: binds an RTP socket (even port) and an RTCP socket (odd) on local; port receives the RTP port.
 * local: an AF_INET or AF_INET6 address, its port ignored. NULL with errno (EADDRINUSE: no port left).
 */
rtp_stream *rtp_stream_open(rtp_pump *pump, uint64_t call_id, const struct sockaddr *local, uint16_t *port);
/**
 * As rtp_stream_open(), on this port, e.g. since an offer of a former process named it. NULL with errno (EADDRINUSE: another
 * stream or another program has it, or it is outside of the range).
 */
rtp_stream *rtp_stream_open_at(rtp_pump *pump, uint64_t call_id, const struct sockaddr *local, uint16_t port);

typedef struct {
    struct sockaddr_storage remote;      /**< RTP of the far end: the socket is connected to it */
    struct sockaddr_storage remote_rtcp; /**< usually port + 1; a=rtcp (RFC 3605) overrides */
    uint32_t codec;                      /**< RTP_CODEC_ */
    uint8_t payload_type;                /**< of the codec: 8 or 0 */
    uint8_t event_payload_type;          /**< telephone-event as we named it: keys come with it; 0: none */
    uint8_t remote_event_payload_type;   /**< as the far end named it: keys go with it, some come with it; 0: none */
    bool may_send;                       /**< false while the far end holds us (RFC 3264 8.4) */
} rtp_stream_parameters;

/**
 * After negotiation, and again after a re-INVITE. Starts the packets (silence) when start is true and they do
 * not flow yet; they end with rtp_stream_close() only. A remote with port 0 or the unspecified address is hold as well, and
 * the socket stays connected to the former one. Another codec discards what was recorded in the former. 0 or errno.
 */
int rtp_stream_set(rtp_stream *stream, const rtp_stream_parameters *parameters, bool start);
/**
 * Plays from offset_ms (down to 20 ms) on, replacing what plays; before the start it waits for that. prompt_ended comes once,
 * after the last frame was sent, and not for a prompt that was replaced or stopped. heard_ms goes on counting when the same
 * prompt is played again and begins anew with another. 0 or ENOENT.
 */
int rtp_stream_play(rtp_stream *stream, uint32_t prompt_id, uint32_t offset_ms);
/** Silence instead of the prompt. */
void rtp_stream_stop_playing(rtp_stream *stream);
/** RFC 4733, 220 ms; the prompt waits meanwhile. Up to 16 wait; more, or without negotiated events, are ignored. */
void rtp_stream_send_digit(rtp_stream *stream, char digit);
/** Keeps what is heard, as it is encoded, up to max_ms. Also before rtp_stream_set(). */
void rtp_stream_record(rtp_stream *stream, uint32_t max_ms);
/**
 * Stops the packets, sends an RTCP BYE, closes the sockets. stats are final. recording: malloc'ed,
 * the caller's to free; NULL when nothing was recorded. Once it has returned, no callback comes for this
 * stream. stats and recording may be NULL.
 */
void rtp_stream_close(rtp_stream *stream, rtp_media_stats *stats, uint8_t **recording, size_t *recording_length);

#ifdef __cplusplus
}
#endif
#endif
