/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Requests of ours that no session of PJSIP cares for; challenges are answered with a trunk's credentials. */
#ifndef REQUEST_H
#define REQUEST_H

#include "Trunks/trunk_table.h"

#include <stdbool.h>
#include <stdint.h>

/** How a request went. The strings live until the callback returns. */
typedef struct {
    int code;           /**< of the final response; 408 of our own when there was none */
    bool received;
    const char *reason; /**< reason phrase or error text */
    cpjsip_challenge challenge;
    const char *realm;  /**< of challenge */
} request_end;

typedef void request_callback(uintptr_t token, const request_end *end);

/**
 * Sends tdata, whose CSeq grows with each challenge. settings may be NULL: without credentials. over may be NULL; it is
 * called once, from within when the request cannot be sent.
 */
void request_send(pjsip_tx_data *tdata, const cpjsip_trunk *settings, uintptr_t token, request_callback *over);

#endif
