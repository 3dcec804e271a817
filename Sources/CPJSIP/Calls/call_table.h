/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The calls that exist, by our id and by Call-ID header. */
#ifndef CALL_TABLE_H
#define CALL_TABLE_H

#include "Base/challenge.h"
#include "cpjsip.h"
#include "crtp.h"

#include <pjlib.h>
#include <pjsip.h>
#include <pjsip_ua.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** How far the INVITE of a call has come. */
typedef enum {
    DEPARTURE_NONE = 0, /**< not handed to a transport, or one that could not send it */
    DEPARTURE_PENDING,  /**< a transport has it: the connection is being made, or its buffer is full */
    DEPARTURE_LEFT,
    DEPARTURE_FORMER,       /**< a former process sent it: this one must not */
} call_departure;

typedef struct sip_call {
    struct sip_call *next, *next_of_call_id; /**< in their hash buckets */
    uint64_t id;
    char *sip_call_id;
    uint32_t trunk_id, target_id;
    bool incoming, hold_ack, rewrite_contact;
    call_departure departure; /**< of the first INVITE */
    cpjsip_unsent unsent;     /**< why it never left, when that is known */
    pjsip_inv_session *inv;
    pj_sockaddr destination;
    pjsip_transport_type_e transport;
    char shown[PJ_INET6_ADDRSTRLEN];

    uint32_t ring_timeout_ms, max_duration_ms, hold_timeout_ms;
    int64_t invited_ms; /**< CLOCK_MONOTONIC */
    pj_timer_entry timer, hold_timer;
    bool timer_scheduled, hold_scheduled;

    bool heard;      /**< the target knows that something came back */
    bool responded;  /**< any response, 100 and a challenge too */
    bool answered;   /**< a 2xx came or went */
    bool confirmed;  /**< the ACK may go or has gone */
    bool hanging_up; /**< CANCEL or BYE decided */
    bool ended;      /**< CPJSIP_CALL_ENDED was posted */
    bool bye_sent;   /**< by us, or by PJSIP of its own accord */
    unsigned ack_cseq;
    unsigned provisionals;
    challenge_count challenges; /**< to the INVITE */
    int challenged_cseq;        /**< of the INVITE that was challenged last */
    cpjsip_challenge challenge; /**< what the last challenge comes to */
    char *challenge_realm;
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

/** A new call in both tables; sip_call_id is copied. expired is called by its timer, which is the call's user data. */
sip_call *call_new(uint64_t id, const pj_str_t *sip_call_id, pj_timer_heap_callback *expired);
sip_call *call_find(uint64_t id);
/** The youngest call with this Call-ID header. */
sip_call *call_find_sip(const pj_str_t *sip_call_id);
/** The call and its INVITE session, call->inv, know each other from here on. */
void call_tie(sip_call *call);
/** The session lives on without the call. */
void call_untie(sip_call *call);
/** The call of a session, NULL when it has none any more. */
sip_call *call_of(const pjsip_inv_session *inv);
/** The module whose place in a session is the call's; from the registration of that module on. */
void calls_set_module(int id);
/** Without an event; closes its stream when that is still open. */
void call_free(sip_call *call);
/** Calls visit for each call; visit may free the call it is given, no other. */
void calls_each(void (*visit)(sip_call *call));
/** Any thread. */
uint32_t calls_count(void);

#endif
