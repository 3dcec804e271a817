/* SPDX-License-Identifier: GPL-3.0-or-later */
/** SDP of a call (RFC 4566, offer and answer by PJMEDIA's negotiator) and its RTP stream. */
#ifndef CALL_MEDIA_H
#define CALL_MEDIA_H

#include "Calls/call_table.h"

#include <pjmedia/sdp.h>
#include <pjmedia/sdp_neg.h>

/** codecs: RTP_CODEC_ bits, 0: all. False with errno. */
bool media_open(sip_call *call, const char *local, uint32_t codecs);
/** Our offer or answer, until the next one is made: PJSIP copies it. */
pjmedia_sdp_session *media_sdp(sip_call *call);
/** Whether an offer has audio that we can answer. */
bool media_is_acceptable(const pjmedia_sdp_session *offer);
/** Whether an offer takes only packets that are shorter than ours. */
bool media_forbids_packets(const pjmedia_sdp_session *offer);
/** The negotiation is done: connects the stream. */
void media_update(sip_call *call, pj_status_t status);
/** The packets may flow. */
void media_start(sip_call *call);
/** What was recorded is the call's. Zeroes when there is no stream. */
void media_close(sip_call *call, rtp_media_stats *stats);
/** An early SDP is kept aside, and used when the 2xx of the same dialog brings none. */
void media_keep_early(sip_call *call, pjsip_rx_data *rdata);
void media_use_early(sip_call *call, pjsip_rx_data *rdata);

#endif
