/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * CPJSIP - SIP calls and their audio, over PJSIP.
 *
 * Knows calls, not actions. It owns two threads: the SIP thread (the only one that touches PJLIB)
 * and the RTP thread (crtp.h). Every function here may be called from any thread: it copies
 * its arguments into a command, wakes the SIP thread and returns. What happens comes back as
 * plain structs: the eventfd of cpjsip_event_fd() becomes readable with the first one, and
 * cpjsip_take_events() hands over all that wait, in order.
 *
 * Strings are NUL-terminated UTF-8, copied on the way in. Strings in an event live until the
 * batch is given back with cpjsip_release_events(). A missing string is NULL on the way in and ""
 * on the way out. Times are microseconds of CLOCK_BOOTTIME, which nobody can set; 0 = did not happen.
 * Codecs (RTP_CODEC_) and counters of audio are those of CRTP: crtp_media.h.
 */
#ifndef CPJSIP_H
#define CPJSIP_H

#include "crtp_media.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CPJSIP_TRANSPORT_UDP = 0, CPJSIP_TRANSPORT_TCP = 1 };

/* ------------------------------------------------------------------ endpoint */

typedef struct {
    const char *user_agent;        /**< User-Agent header, e.g. "burgernetd/0.1" */
    const char *udp_bind_v4;       /**< address to bind, e.g. "0.0.0.0"; NULL: no IPv4 */
    const char *udp_bind_v6;       /**< e.g. "::"; NULL: no IPv6 */
    uint16_t udp_port;             /**< SIP port for UDP (both families); 0: any free one */
    uint16_t tcp_port;             /**< SIP port for TCP (both families); 0: any free one */
    bool tcp_enabled;
    const char *public_address_v4; /**< address shown in Contact, Via and SDP; NULL: that of the route to the peer */
    const char *public_address_v6;
    uint16_t rtp_port_first;       /**< even; RTP takes even ports, RTCP the odd one above */
    uint16_t rtp_port_last;
    uint32_t rtp_socket_pairs;     /**< that may be open at a time, two descriptors each; 0: as many as there are ports */
    uint8_t rtp_dscp;              /**< e.g. 46 (EF), RFC 4594 */
    uint8_t sip_dscp;              /**< e.g. 24 (CS3) */
    int rtp_realtime_priority;     /**< SCHED_FIFO priority of the RTP thread; 0: normal (failing to set it is not an error) */
    int sip_cpu;                   /**< core for the SIP thread, -1: any */
    int rtp_cpu;                   /**< core for the RTP thread, -1: any */
    int log_level;                 /**< PJSIP's own log level that reaches log(), 0 to 5 */
    /** Called from CPJSIP's threads for each log line; must be quick and thread-safe. May be NULL. */
    void (*log)(int level, const char *line);
} cpjsip_config;

/** Starts PJLIB, transports and both threads. One endpoint per process. 0, or -1 with the reason in error. */
int cpjsip_start(const cpjsip_config *config, char *error, size_t error_size);

/**
 * Ends all calls (no waiting for answers to BYE and CANCEL beyond linger_ms, nor beyond unheard_ms for the first response
 * of a call that was given up before any, which is cancelled then), stops both threads. Blocks.
 * Every call has its CPJSIP_CALL_ENDED when it returns; take them afterwards. Calls placed meanwhile end at
 * once. Registrations are left to run out: a restarted process takes them over. May be started again.
 */
void cpjsip_stop(uint32_t linger_ms, uint32_t unheard_ms);

/** Ports really bound (for port 0). */
uint16_t cpjsip_udp_port(void);
uint16_t cpjsip_tcp_port(void);

/* -------------------------------------------------------------------- trunks */

typedef struct {
    uint32_t id;                   /**< chosen by the caller, not 0 */
    const char *host;              /**< host part of Request-URI, To and From, e.g. "sip.carrier.example" or "127.0.0.1"; IPv6 without brackets */
    uint16_t port;                 /**< port in the Request-URI; 0: none shown */
    int transport;                 /**< CPJSIP_TRANSPORT_ */
    const char *auth_username;     /**< NULL: no digest credentials */
    const char *auth_password;     /**< plain text */
    const char *auth_realm;        /**< NULL: "*" */
    const char *from_host;         /**< NULL: host */
    bool privacy_id;               /**< adds Privacy: id (RFC 3323) to each INVITE */
    bool asserted_identity;        /**< adds P-Asserted-Identity (RFC 3325) with the caller's number */
    bool user_phone;               /**< adds ;user=phone to the URIs */
    bool session_timers;           /**< RFC 4028 supported */
    uint32_t session_expires_s;    /**< 0: 1800 */
    uint32_t register_expires_s;   /**< 0: does not register */
    const char *register_user;     /**< user part of the address of record; NULL: auth_username */
    uint32_t probe_interval_ms;    /**< 0: no OPTIONS probing */
    uint32_t probe_timeout_ms;     /**< a probe unanswered for this long counts as failed */
    bool rewrite_contact;          /**< without Record-Route, requests in a dialog go to where its answer came from */
    bool accept_incoming;          /**< take new INVITEs from this trunk's addresses */
} cpjsip_trunk;

/** Adds or replaces a trunk (calls in progress keep what they were placed with). */
void cpjsip_trunk_set(const cpjsip_trunk *trunk);
/** Forgets a trunk: unregisters, stops probing. */
void cpjsip_trunk_remove(uint32_t trunk_id);

/**
 * The resolved addresses of a trunk's next hop; each is a target of its own for probing and calls.
 * Replaces the former list; a target with the same id, address and port goes on as it was. Requests are
 * accepted from these addresses only (any port).
 */
typedef struct {
    uint32_t id;                   /**< chosen by the caller, unique within the trunk */
    const char *address;           /**< numeric IPv4 or IPv6 (no brackets) */
    uint16_t port;
} cpjsip_target;
void cpjsip_trunk_set_targets(uint32_t trunk_id, const cpjsip_target *targets, size_t count);

/* --------------------------------------------------------------------- calls */

typedef struct {
    uint64_t call_id;              /**< chosen by the caller, below 2^63, never used twice */
    uint32_t trunk_id;
    uint32_t target_id;
    const char *sip_call_id;       /**< Call-ID header value, journalled by the caller beforehand */
    const char *tag;               /**< From tag, 32 characters that nobody can guess; the branches of INVITEs are made of it. NULL: random */
    const char *callee;            /**< user part of Request-URI and To, e.g. "+31612345678" */
    const char *caller;            /**< user part of From and P-Asserted-Identity */
    const char *caller_name;       /**< display name; NULL: none */
    uint32_t codecs;               /**< offered, RTP_CODEC_ bits; PCMA first */
    uint32_t no_response_timeout_ms;/**< no response at all (not even 100) for this long: ends with 408, no_response */
    uint32_t ring_timeout_ms;      /**< not answered for this long after the INVITE left: CANCEL */
    uint32_t max_duration_ms;      /**< BYE this long after the answer; 0: unlimited */
    uint32_t hold_timeout_ms;      /**< BYE when the far end holds us for this long (RFC 3264 8.4); 0: unlimited */
    bool hold_ack;                 /**< the ACK of the 200 waits for cpjsip_call_confirm() (journal first, act after) */
} cpjsip_call_request;

/** Sends an INVITE. Everything that goes wrong comes back as CPJSIP_CALL_ENDED. */
void cpjsip_call_place(const cpjsip_call_request *request);

/**
 * Sends the ACK held back by hold_ack, and the packets start. What is not confirmed within 32 s (64*T1, when the
 * far end gives up too) is acknowledged and ended, as CPJSIP_OWN_REQUESTED.
 */
void cpjsip_call_confirm(uint64_t call_id);

/**
 * CANCEL, BYE or a final response, whichever the call's state asks for. code: for unanswered incoming calls; 0:
 * 603. CPJSIP_CALL_ENDED comes with the BYE; after a CANCEL with the final response, or 5 s later without. A call of a
 * former process that was not answered is held no longer, without a word.
 */
void cpjsip_call_hangup(uint64_t call_id, int code);

/** Plays a prompt from offset_ms on; replaces what plays. The audio goes on as silence when it ends. */
void cpjsip_call_play(uint64_t call_id, uint32_t prompt_id, uint32_t offset_ms);
/** Silence instead of the prompt. */
void cpjsip_call_stop_playing(uint64_t call_id);

/** Answers to an incoming call: 180, 183 or a final response; 200 answers with SDP. reason: Q.850 cause for a Reason header, 0: none; retry_after_s likewise. */
void cpjsip_call_respond(uint64_t call_id, int code, int q850_cause, uint32_t retry_after_s);
/** Sends a key by RFC 4733 (info = false) or SIP INFO application/dtmf-relay (info = true). */
void cpjsip_call_send_digit(uint64_t call_id, char digit, bool info);
/** Keeps what is heard (before the answer or after) up to max_ms; it comes with CPJSIP_CALL_ENDED. */
void cpjsip_call_record(uint64_t call_id, uint32_t max_ms);

/** A call of a former process that may ring, or wait for the ACK of its 200. */
typedef struct {
    /** As it was placed; its target_id, and times before an answer, are not read. */
    cpjsip_call_request invite;
    const char *address;           /**< numeric; where its INVITE went */
    uint16_t port;
    uint16_t rtp_port;             /**< that its offer named; 0: not known */
    bool answered;                 /**< as far as is known: no CANCEL */
} cpjsip_former_call;

/**
 * CANCEL, with what the INVITE said as the trunk is set now (RFC 3261 9.1), and the RTP port of its offer is bound again.
 * CPJSIP_CALL_ENDED comes if the far end refuses the INVITE, with 487 or otherwise; nothing if it knows of none. A 2xx
 * that comes (again) makes it a call of this process, with CPJSIP_CALL_ANSWERED and an ACK that waits for
 * cpjsip_call_confirm(); CPJSIP_STRAY_ANSWER comes instead if it cannot be: the port is not to be had, the 2xx has no SDP.
 * Until one of these, or cpjsip_call_hangup(), the port is kept.
 */
void cpjsip_call_hold_former(const cpjsip_former_call *call);

/**
 * Ends a dialog that a former process left behind: one BYE (RFC 3261 12.2.1.1), with the trunk's credentials when
 * it is challenged; otherwise the answer is ignored.
 */
typedef struct {
    uint32_t trunk_id;
    uint32_t target_id;            /**< where it goes when route_set is empty and the target is not an address */
    const char *sip_call_id;
    const char *local_uri;         /**< From with tag left out, as in the dialog */
    const char *local_tag;
    const char *remote_uri;        /**< To */
    const char *remote_tag;
    const char *remote_target;     /**< Contact of the far end */
    const char *route_set;         /**< Route header values, comma separated, in order; "": none */
    uint32_t local_cseq;           /**< last used */
} cpjsip_dialog;
void cpjsip_dialog_end(const cpjsip_dialog *dialog);

/* ------------------------------------------------------------------- prompts */

/**
 * Registers one prompt, encoded both ways at 8 kHz, equally long. The buffers stay with the caller
 * and must live until CPJSIP_PROMPT_RELEASED. Their length is a multiple of 160 bytes (20 ms).
 */
void cpjsip_prompt_add(uint32_t prompt_id, const uint8_t *pcma, const uint8_t *pcmu, size_t length);
/** No call starts it any more; released once no call plays it. */
void cpjsip_prompt_remove(uint32_t prompt_id);

/* -------------------------------------------------------------------- events */

typedef enum {
    CPJSIP_CALL_SENT = 1,      /**< the INVITE left our socket; time, rtp_port */
    CPJSIP_CALL_PROVISIONAL,   /**< 1xx other than 100; code */
    CPJSIP_CALL_ANSWERED,      /**< 2xx, for an incoming call the ACK of our 2xx; dialog, codec, remote_address */
    CPJSIP_CALL_PROMPT_ENDED,  /**< the prompt was played to its end; media counters */
    CPJSIP_CALL_KEY,           /**< digit, info */
    CPJSIP_CALL_ENDED,         /**< last event of a call: code, cause, by, media counters */
    CPJSIP_CALL_INCOMING,      /**< new INVITE: call_id with bit 63 set, callee, caller, sip_call_id, trunk_id */
    CPJSIP_STRAY_ANSWER,       /**< a 2xx to an INVITE that this process does not know (call_id 0), of a further fork, or after CPJSIP_CALL_ENDED: was ACKed and ended with BYE; once per dialog; dialog */
    CPJSIP_TARGET_STATUS,      /**< answer or silence to an OPTIONS probe: trunk_id, target_id, code (408: silence), round-trip in duration_us */
    CPJSIP_TARGET_SILENCE,     /**< nothing came back to several INVITEs for seconds, or (code_from_wire) something does again: trunk_id, target_id */
    CPJSIP_REGISTRATION,       /**< trunk_id, code, reason; expires in duration_us (0: not registered) */
    CPJSIP_PROMPT_RELEASED,    /**< prompt_id: its buffers may go */
} cpjsip_event_kind;

typedef enum { CPJSIP_BY_NOBODY = 0, CPJSIP_BY_US, CPJSIP_BY_THEM } cpjsip_hangup_by;

/** Why we ended or gave up a call ourselves. */
typedef enum {
    CPJSIP_OWN_NONE = 0,
    CPJSIP_OWN_REQUESTED,      /**< cpjsip_call_hangup(), cpjsip_stop(), or no cpjsip_call_confirm() in time */
    CPJSIP_OWN_RING_TIMEOUT,
    CPJSIP_OWN_NO_RESPONSE,    /**< nothing came back to the INVITE */
    CPJSIP_OWN_MAX_DURATION,
    CPJSIP_OWN_SESSION_TIMER,  /**< RFC 4028: the far end did not refresh */
    CPJSIP_OWN_BAD_MEDIA,      /**< the answer had no SDP that we can use */
    CPJSIP_OWN_TRANSPORT,      /**< could not be sent at all */
    CPJSIP_OWN_LATE_ANSWER,    /**< the 200 crossed our CANCEL */
    CPJSIP_OWN_HELD,           /**< the far end held us for too long */
} cpjsip_own_reason;

/** Why the INVITE of a call never left. */
typedef enum {
    CPJSIP_UNSENT_NONE = 0,    /**< it left, or may have */
    CPJSIP_UNSENT_NO_TARGET,   /**< the trunk is gone, or the address that the call was meant for */
    CPJSIP_UNSENT_NO_SOCKET,   /**< no descriptor, port or memory is left for its audio */
    CPJSIP_UNSENT_NETWORK,     /**< the system takes nothing to that address, or the connection was refused */
    CPJSIP_UNSENT_ADDRESS,     /**< its numbers and host names make no SIP URI */
    CPJSIP_UNSENT_ENDPOINT,    /**< PJSIP has no place for it, or the endpoint is being stopped */
} cpjsip_unsent;

/** What a 401 or 407 that was the last word says of the trunk's credentials (RFC 3261 22). */
typedef enum {
    CPJSIP_CHALLENGE_NONE = 0,
    CPJSIP_CHALLENGE_FOREIGN,  /**< of a realm for which none were sent */
    CPJSIP_CHALLENGE_REFUSED,  /**< they were sent, and are asked for again */
} cpjsip_challenge;

typedef struct {
    cpjsip_event_kind kind;
    uint64_t call_id;
    int64_t time_us;
    uint32_t trunk_id;
    uint32_t target_id;
    uint32_t prompt_id;
    int code;                      /**< SIP status; 0 when none */
    bool code_from_wire;           /**< code came from the far end, not from us */
    int q850_cause;                /**< from a Reason: Q.850 header (RFC 3326); 0: none */
    uint32_t retry_after_s;        /**< Retry-After of the response; 0: none */
    cpjsip_challenge challenge;    /**< ENDED, TARGET_STATUS, REGISTRATION, when code is 401 or 407 */
    const char *challenge_realm;   /**< its realm */
    uint64_t duration_us;
    char digit;
    bool info;                     /**< digit by SIP INFO */
    bool answered;                 /**< ENDED: there was a 2xx */
    uint32_t codec;                /**< RTP_CODEC_; 0: none yet */
    cpjsip_hangup_by by;
    cpjsip_own_reason own_reason;
    cpjsip_unsent unsent;          /**< ENDED */
    rtp_media_stats media;
    const char *reason;            /**< reason phrase or error text */
    const char *sip_call_id;
    const char *callee;            /**< INCOMING: user of the Request-URI */
    const char *caller;            /**< INCOMING: user of P-Asserted-Identity, else From */
    const char *remote_address;    /**< "address:port" of the far end's RTP (ANSWERED) */
    uint16_t rtp_port;             /**< SENT: ours, that the offer names */
    cpjsip_dialog dialog;          /**< ANSWERED, STRAY_ANSWER */
    const uint8_t *recording;      /**< ENDED: heard payload in the call's codec, gaps filled with silence */
    size_t recording_length;
} cpjsip_event;

typedef struct cpjsip_event_batch cpjsip_event_batch;

/** Becomes readable with the first event after cpjsip_take_events(), and stays so until cpjsip_events_noticed(). */
int cpjsip_event_fd(void);
void cpjsip_events_noticed(void);
/** All waiting events, oldest first; NULL when there are none. One consumer at a time. */
cpjsip_event_batch *cpjsip_take_events(const cpjsip_event **events, size_t *count);
void cpjsip_release_events(cpjsip_event_batch *batch);

/* ---------------------------------------------------------------- statistics */

typedef struct {
    uint32_t calls;                /**< calls that exist in the SIP thread */
    rtp_stats rtp;                 /**< of the RTP thread */
    uint64_t sip_cpu_us;           /**< CPU time of the SIP thread */
    uint64_t dropped_requests;     /**< SIP requests from addresses that are no trunk's */
} cpjsip_stats;
void cpjsip_statistics(cpjsip_stats *out);

#ifdef __cplusplus
}
#endif
#endif
