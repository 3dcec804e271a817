/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * What the files of the SIP side share. Everything here belongs to the SIP thread, the only one that
 * touches PJLIB, unless it says otherwise.
 */
#ifndef SIP_INTERNAL_H
#define SIP_INTERNAL_H

#include "cpjsip.h"
#include "crtp.h"

#include <pjlib.h>
#include <pjlib-util.h>
#include <pjmedia/sdp.h>
#include <pjmedia/sdp_neg.h>
#include <pjsip.h>
#include <pjsip_ua.h>

#include <stdatomic.h>

typedef struct sip_target {
    uint32_t id;
    char address[PJ_INET6_ADDRSTRLEN];
    pj_sockaddr remote;
    char local[PJ_INET6_ADDRSTRLEN];  /**< our address on the way to it */
    char shown[PJ_INET6_ADDRSTRLEN];  /**< the address we show: public or local */
    uint32_t trunk_id;
    int64_t probed_us;           /**< when the last probe left */
    uintptr_t probe;             /**< number of the probe whose answer is awaited; 0: none */
    pj_timer_entry probe_timeout;
    bool probe_timeout_scheduled;
    bool probe_lost;             /**< the last probe was not answered, or with 503 */
    int64_t unheard_ms;          /**< when the first INVITE left since anything came back (CLOCK_MONOTONIC) */
    unsigned unheard;            /**< INVITEs since anything came back */
    bool silent;                 /**< CPJSIP_TARGET_SILENCE was posted */
    pj_timer_entry silence_timer;
    bool silence_scheduled;
    struct sip_target *next;
} sip_target;

typedef struct sip_trunk {
    cpjsip_trunk settings; /**< with strings of its own */
    sip_target *targets;
    pj_timer_entry probe_timer;
    bool probe_scheduled;
    pjsip_regc *registration;
    unsigned register_attempts; /**< failed in a row: the next one goes to the next target */
    pj_timer_entry register_timer;
    bool register_scheduled;
    struct sip_trunk *next;
} sip_trunk;

typedef struct sip_call {
    struct sip_call *next, *next_of_call_id; /**< in their hash buckets */
    uint64_t id;
    char *sip_call_id;
    uint32_t trunk_id, target_id;
    bool incoming, hold_ack;
    pjsip_inv_session *inv;
    pj_sockaddr destination;
    pjsip_transport_type_e transport;
    char shown[PJ_INET6_ADDRSTRLEN];

    uint32_t ring_timeout_ms, max_duration_ms;
    int64_t invited_ms; /**< CLOCK_MONOTONIC */
    pj_timer_entry timer;
    bool timer_scheduled;

    bool heard;      /**< the target knows that something came back */
    bool responded;  /**< any response, 100 and a challenge too */
    bool answered;   /**< a 2xx came or went */
    bool confirmed;  /**< the ACK may go or has gone */
    bool hanging_up; /**< CANCEL or BYE decided */
    bool ended;      /**< CPJSIP_CALL_ENDED was posted */
    unsigned ack_cseq;
    unsigned provisionals, challenges;
    int answer_code;
    const char *end_text; /**< reason phrase for an end of our own making */
    cpjsip_own_reason own_reason;
    cpjsip_hangup_by by;
    int q850_cause;
    uint32_t retry_after_s;

    rtp_stream *stream;
    uint16_t rtp_port;
    bool media_set, media_failed;
    uint32_t codecs; /**< offered */
    rtp_stream_parameters parameters;
    uint8_t *recording;
    size_t recording_length;
    char *early_sdp; /**< of the last 1xx that had one */
    size_t early_sdp_length;
    char early_tag[128];
} sip_call;

typedef struct {
    pjsip_endpoint *endpoint;
    pj_caching_pool caching_pool;
    pj_pool_t *pool, *scratch;
    rtp_pump *pump;
    cpjsip_config config; /**< with strings of its own */
    uint16_t udp_port, tcp_port;
    sip_trunk *trunks;
    atomic_bool stopping;
    atomic_uint_fast32_t call_count;
    atomic_uint_fast64_t dropped_requests;
    pjsip_module user_module; /**< whose id indexes mod_data */
} sip_state;

extern sip_state sip;

/* events.c: any thread */
int events_open(void);
void events_close(void);
/** Copies the event and its strings. The recording changes owner. */
void event_post(const cpjsip_event *event);
int64_t wall_us(void);
int64_t monotonic_ms(void);

/* commands.c */
int commands_open(void);
void commands_close(void);
/** Runs what other threads have asked for, a bounded number at once; true when some are left. */
bool commands_run(void);

/* call_table.c */
/** A new call in both tables; sip_call_id is copied. */
sip_call *call_new(uint64_t id, const pj_str_t *sip_call_id);
sip_call *call_find(uint64_t id);
/** The youngest call with this Call-ID header. */
sip_call *call_find_sip(const pj_str_t *sip_call_id);
void call_free(sip_call *call);
/** Calls visit for each call; visit may free the call it is given, no other. */
void calls_each(void (*visit)(sip_call *call));

/* trunk.c */
sip_trunk *trunk_find(uint32_t id);
sip_target *trunk_target(sip_trunk *trunk, uint32_t id);
/** The target with this address, whatever its port; that with this port or of a trunk that takes calls goes first. */
sip_target *target_of_address(const pj_sockaddr *address);
/** The same address, whatever the ports. */
bool same_host(const pj_sockaddr *one, const pj_sockaddr *other);
void trunk_set(const cpjsip_trunk *settings);
void trunk_remove(uint32_t id);
void trunk_set_targets(uint32_t id, const cpjsip_target *targets, size_t count);
void trunks_remove_all(void);
void trunk_credentials(const cpjsip_trunk *settings, pjsip_cred_info *credentials);
/** (Re)schedules entry; *scheduled says whether it is in the heap. */
void timer_schedule(pj_timer_entry *entry, bool *scheduled, uint32_t delay_ms);
void timer_cancel(pj_timer_entry *entry, bool *scheduled);

/* probe.c */
void probe_init(sip_trunk *trunk);
/** Probes the targets that wait for no answer, and again after the interval. */
void probe_start(sip_trunk *trunk);
void probe_stop(sip_trunk *trunk);
void probe_target(sip_trunk *trunk, sip_target *target);
void probe_forget(sip_target *target);
/** The next probe in a moment. */
void probe_soon(sip_trunk *trunk);

/* silence.c */
/** An INVITE left for this target. */
void target_called(sip_target *target);
/** Something came back. */
void target_heard(sip_target *target);
void target_forget(sip_target *target);
/** A response to this call's INVITE came. */
void call_heard(sip_call *call);

/* registration.c */
void registration_init(sip_trunk *trunk);
void registration_start(sip_trunk *trunk);
/** unregister: takes the binding back; otherwise it runs out by itself. */
void registration_stop(sip_trunk *trunk, bool unregister);

/* call.c */
void call_place(const cpjsip_call_request *request);
void call_confirm(uint64_t id);
void call_hang_up(sip_call *call, cpjsip_own_reason reason, int code);
void call_schedule(sip_call *call, uint32_t delay_ms);
void call_cancel_timer(sip_call *call);
void call_post_ended(sip_call *call, int code, bool from_wire, const char *reason);
void call_read_reason(sip_call *call, const pjsip_msg *msg);

/* call_state.c: what PJSIP reports */
extern const pjsip_inv_callback call_callbacks;
void call_timer(pj_timer_heap_t *heap, pj_timer_entry *entry);
void call_send_ack(sip_call *call);
pj_status_t calls_init(void);

/* call_info.c: requests inside a dialog beside those of the INVITE session */
/** Answers one that the INVITE session leaves alone; true when it did. */
bool call_received_request(sip_call *call, pjsip_transaction *tsx, pjsip_rx_data *rdata);
void call_send_info(sip_call *call, char digit);

/* call_incoming.c */
pj_status_t incoming_init(void);
void incoming_respond(uint64_t id, int code, int q850_cause, uint32_t retry_after_s);

/* call_media.c */
bool media_open(sip_call *call, const char *local, uint32_t codecs);
/** Our offer or answer, until the next one is made: PJSIP copies it. */
pjmedia_sdp_session *media_sdp(sip_call *call);
/** Whether an offer has audio that we can answer. */
bool media_is_acceptable(const pjmedia_sdp_session *offer);
/** The negotiation is done: connects the stream. */
void media_update(sip_call *call, pj_status_t status);
/** The packets may flow. */
void media_start(sip_call *call);
void media_close(sip_call *call, rtp_media_stats *stats);
/** An early SDP is kept aside, and used when the 2xx of the same dialog brings none. */
void media_keep_early(sip_call *call, pjsip_rx_data *rdata);
void media_use_early(sip_call *call, pjsip_rx_data *rdata);

/* call_dialog.c */
/** What a BYE needs, in plain text; the strings live in buffer. */
cpjsip_dialog dialog_record(const sip_call *call, char *buffer, size_t size);

/* access.c */
pj_status_t access_init(void);

/* transmit.c */
pj_status_t transmit_init(void);

/* dialog_end.c */
void dialog_end(const cpjsip_dialog *dialog);
/** ACK and BYE to a 2xx that belongs to no call of ours, or to a further fork of one. */
void stray_answer(pjsip_rx_data *rdata, const sip_target *target);

/* answered.c */
/** False when this dialog has been noted before. Bounded: the oldest are forgotten. */
bool answered_note(const pj_str_t *sip_call_id, const pj_str_t *remote_tag);

/* route.c */
/** PJSIP asks here instead of DNS. */
extern pjsip_ext_resolver route_resolver;
/** Where a request goes whatever its URI says, and the address of ours that its Via shows. */
void route_to(pjsip_tx_data *tdata, const pj_sockaddr *address, pjsip_transport_type_e type, const char *shown);
pjsip_transport_type_e transport_type(int transport, const pj_sockaddr *address);
bool is_tcp(pjsip_transport_type_e type);
uint16_t own_port(pjsip_transport_type_e type);

/* util.c */
void add_header(pjsip_tx_data *tdata, const char *name, const char *value);
/** "[::1]" or "127.0.0.1", in buffer. */
const char *bracketed(const char *address, char *buffer, size_t size);
/** Numeric only; false for a name. */
bool parse_address(const char *text, uint16_t port, pj_sockaddr *address);
/** Whether text may stand as the user part of a SIP URI as it is (RFC 3261 25.1). */
bool is_user_part(const char *text);
char *copy_of(const pj_str_t *text, char *buffer, size_t size);

#endif
