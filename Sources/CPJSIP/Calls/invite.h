/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * What an INVITE says that its CANCEL must say again (RFC 3261 9.1). All of it follows from the request, so that a
 * process that comes after can say it too.
 */
#ifndef INVITE_H
#define INVITE_H

#include "cpjsip.h"

#include <pjsip.h>

#include <stdbool.h>

/** CSeq of the first INVITE of a call; each challenge adds one (RFC 3261 22.2). */
enum { INVITE_FIRST_CSEQ = 1 };

typedef struct {
    char target[600], from[600], to[600], contact[300];
} invite_texts;

/** shown: our address. False: the numbers or host names make no valid SIP URI. */
bool invite_write(invite_texts *texts, const cpjsip_call_request *request, const cpjsip_trunk *settings,
                  pjsip_transport_type_e transport, const char *shown);
/** The branch of the INVITE with this CSeq, in its Via: made of the local tag, which nobody can guess. */
void invite_set_branch(pjsip_tx_data *invite, const pj_str_t *local_tag, int cseq);

#endif
