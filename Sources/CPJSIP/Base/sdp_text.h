/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Session descriptions as text, before pjmedia reads them. */
#ifndef SDP_TEXT_H
#define SDP_TEXT_H

#include <pjsip.h>

/**
 * Gives each dynamic payload type of an audio line without a=rtpmap (RFC 4566 6 wants one) a name: pjmedia refuses the
 * whole description else. One alone is that of key presses, which some gateways leave out.
 */
void sdp_name_payload_types(pj_pool_t *pool, pjsip_msg_body *body);

#endif
