/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * What the files of the SIP side share, and how they lie above each other.
 *
 *     Endpoint   the doors: commands in, messages past `access` and `transmit`, the SIP thread that runs it all
 *     Calls      placing, state, media, ends; dialogs of nobody
 *     Trunks     trunks and their targets; probes, silence, registration
 *     Base       events out, timers, routes, texts, challenges; this state
 *     CRTP       the audio; knows nothing of all this
 *
 * A file includes its own header, headers of layers below, and of its own layer such as do not lead back to it:
 * there is no circle. The order within a layer is that of the includes, for instance
 *
 *     call_state -> call_end, call_info, call_dialog
 *     former_call -> call_place
 *     call_end, call_place, call_incoming -> call_control -> call_media -> call_table
 *     trunk -> silence -> probe -> request -> trunk_table
 *
 * What a file offers stands in the header of its name, or in cpjsip.h. Upward it speaks by events (events.h) or
 * through a function that it was given: a timer's, a transaction's, PJSIP's callbacks. `scripts/check-c-arrows` holds
 * all of that.
 *
 * Everything here and in the layers belongs to the SIP thread, the only one that touches PJLIB, unless it says
 * otherwise.
 */
#ifndef SIP_STATE_H
#define SIP_STATE_H

#include "cpjsip.h"
#include "crtp.h"

#include <pjlib.h>
#include <pjsip.h>

#include <stdatomic.h>

typedef struct {
    pjsip_endpoint *endpoint;
    pj_pool_t *pool;        /**< lives as long as the endpoint */
    pj_pool_t *scratch;     /**< whoever uses it resets it first */
    rtp_pump *pump;
    cpjsip_config config;   /**< with strings of its own */
    uint16_t udp_port, tcp_port;
    atomic_bool stopping;   /**< any thread */
    atomic_uint_fast64_t dropped_requests; /**< any thread */
} sip_state;

extern sip_state sip;

#endif
