/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Bodies of messages: a session description, alone or among other parts. */
#ifndef BODY_H
#define BODY_H

#include <pjlib.h>
#include <pjsip.h>

#include <stdbool.h>

bool body_is_sdp(const pjsip_msg_body *body);
bool body_is_multipart(const pjsip_msg_body *body);
/**
 * The session description in a multipart body; NULL when there is none, or when (*excessive) there is more in it than is
 * looked through. It lives as long as the message and the pool.
 */
pjsip_msg_body *body_sdp_in_multipart(pj_pool_t *pool, pjsip_msg_body *body, bool *excessive);

#endif
