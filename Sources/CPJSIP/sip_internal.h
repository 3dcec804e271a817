/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * What the files of the SIP side share. Everything here belongs to the SIP thread, the only one that
 * touches PJLIB, unless it says otherwise.
 */
#ifndef SIP_INTERNAL_H
#define SIP_INTERNAL_H

#include "cpjsip.h"
#include "cpjsip_rtp.h"

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
    int64_t probed_us; /**< when the last probe left */
    bool gone;         /**< replaced while a probe was under way */
    unsigned probes_under_way;
    struct sip_target *next;
} sip_target;

typedef struct sip_trunk {
    cpjsip_trunk settings; /**< with strings of its own */
    sip_target *targets;
    pj_timer_entry probe_timer;
    bool probe_scheduled;
    pjsip_regc *registration;
    pj_timer_entry register_timer;
    bool register_scheduled;
    struct sip_trunk *next;
} sip_trunk;

typedef struct sip_call {
    struct sip_call *next; /**< in its hash bucket */
    uint64_t id;
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

    bool responded;  /**< any response, 100 too */
    bool answered;   /**< a 2xx came or went */
    bool confirmed;  /**< the ACK may go or has gone */
    bool hanging_up; /**< CANCEL or BYE decided */
    bool ended;      /**< CPJSIP_CALL_ENDED was posted */
    unsigned ack_cseq;
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
} sip_call;

typedef struct {
    pjsip_endpoint *endpoint;
    pj_caching_pool caching_pool;
    pj_pool_t *pool;
    rtp_pump *pump;
    cpjsip_config config; /**< with strings of its own */
    uint16_t udp_port, tcp_port;
    sip_trunk *trunks;
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
/** Runs what other threads have asked for. */
void commands_run(void);

/* trunk.c */
sip_trunk *trunk_find(uint32_t id);
sip_target *trunk_target(sip_trunk *trunk, uint32_t id);
/** The trunk that one of our targets' addresses belongs to; the port is passed over. */
sip_trunk *trunk_of_address(const pj_sockaddr *address);
void trunk_set(const cpjsip_trunk *settings);
void trunk_remove(uint32_t id);
void trunk_set_targets(uint32_t id, const cpjsip_target *targets, size_t count);
void trunks_remove_all(void);
/** PJSIP asks here instead of DNS: numeric addresses, and hosts that are a trunk's name. */
extern pjsip_ext_resolver trunk_resolver;
void registration_start(sip_trunk *trunk);
void registration_stop(sip_trunk *trunk);

/* call.c */
sip_call *call_new(uint64_t id);
sip_call *call_find(uint64_t id);
void call_free(sip_call *call);
void call_place(const cpjsip_call_request *request);
void call_confirm(uint64_t id);
void call_hang_up(sip_call *call, cpjsip_own_reason reason, int code);
void call_schedule(sip_call *call, uint32_t delay_ms);
void call_cancel_timer(sip_call *call);
void call_post_ended(sip_call *call, int code, bool from_wire, const char *reason);
void calls_hang_up_all(void);
pj_status_t calls_init(void);
void call_read_reason(sip_call *call, const pjsip_msg *msg);

/* call_state.c: what PJSIP reports */
extern const pjsip_inv_callback call_callbacks;
void call_timer(pj_timer_heap_t *heap, pj_timer_entry *entry);
void call_send_ack(sip_call *call);

/* call_incoming.c */
pj_status_t incoming_init(void);
void incoming_respond(uint64_t id, int code, int q850_cause, uint32_t retry_after_s);
void call_send_info(sip_call *call, char digit);

/* call_media.c */
bool media_open(sip_call *call, const char *local, uint32_t codecs);
pjmedia_sdp_session *media_sdp(sip_call *call, pj_pool_t *pool);
/** The negotiation is done: connects the stream. */
void media_update(sip_call *call, pj_status_t status);
/** The packets may flow. */
void media_start(sip_call *call);
void media_close(sip_call *call, cpjsip_media_stats *stats);
cpjsip_dialog media_dialog(sip_call *call, char *buffer, size_t size);

/* access.c */
pj_status_t access_init(void);

/* dialog_end.c */
void dialog_end(const cpjsip_dialog *dialog);
/** ACK and BYE to a 2xx that belongs to no call of ours. */
void stray_answer(pjsip_rx_data *rdata);

/* util.c */
void set_destination(pjsip_tx_data *tdata, const pj_sockaddr *address, pjsip_transport_type_e type);
void add_header(pjsip_tx_data *tdata, const char *name, const char *value);
pjsip_transport_type_e transport_type(int transport, const pj_sockaddr *address);
/** "[::1]" or "127.0.0.1" in a static buffer of the caller's. */
const char *bracketed(const char *address, char *buffer, size_t size);
/** Numeric only; false for a name. */
bool parse_address(const char *text, uint16_t port, pj_sockaddr *address);
char *copy_of(const pj_str_t *text, char *buffer, size_t size);

#endif
