/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Texts of SIP messages: addresses, user parts, headers. */
#ifndef TEXT_H
#define TEXT_H

#include <pjlib.h>
#include <pjsip.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** "[::1]" or "127.0.0.1", in buffer. */
const char *bracketed(const char *address, char *buffer, size_t size);
/** Numeric only; false for a name. */
bool parse_address(const char *text, uint16_t port, pj_sockaddr *address);
/** The same address, whatever the ports. */
bool same_host(const pj_sockaddr *one, const pj_sockaddr *other);
/** Whether text may stand as the user part of a SIP URI as it is (RFC 3261 25.1). */
bool is_user_part(const char *text);
/** NUL-terminated in buffer, cut where it does not fit. */
char *copy_of(const pj_str_t *text, char *buffer, size_t size);
void add_header(pjsip_tx_data *tdata, const char *name, const char *value);

#endif
