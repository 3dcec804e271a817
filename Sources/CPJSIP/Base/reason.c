/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Reason = reason-value *(COMMA reason-value), reason-value = protocol *(SEMI reason-params); a parameter is a name and
 * perhaps a token or a quoted string behind "=" (RFC 3326 2). What is quoted is text: nothing in it is a value or a
 * parameter. A value that breaks the grammar is passed over up to the next comma.
 */
#include "Base/reason.h"

#include <stdbool.h>
#include <string.h>

typedef struct {
    const char *at, *end;
} reader;

/* Folded lines have line ends among their blanks (RFC 3261 25.1, LWS). */
static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static bool is_at(reader *in, char c)
{
    while (in->at < in->end && is_blank(*in->at)) in->at++;
    return in->at < in->end && *in->at == c;
}

static bool skip(reader *in, char c)
{
    bool found = is_at(in, c);
    if (found) in->at++;
    return found;
}

/* RFC 3261 25.1. */
static bool is_of_token(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-.!%*_+`'~", c));
}

static pj_str_t token(reader *in)
{
    while (in->at < in->end && is_blank(*in->at)) in->at++;
    const char *start = in->at;
    while (in->at < in->end && is_of_token(*in->at)) in->at++;
    return (pj_str_t){(char *)start, in->at - start};
}

/* A string without end reaches to the end of the header. */
static void skip_quoted(reader *in)
{
    for (in->at++; in->at < in->end; in->at++) {
        if (*in->at == '\\' && in->at + 1 < in->end) {
            in->at++;
        } else if (*in->at == '"') {
            in->at++;
            return;
        }
    }
}

static void skip_value(reader *in)
{
    while (in->at < in->end && *in->at != ',') {
        if (*in->at == '"')
            skip_quoted(in);
        else
            in->at++;
    }
    if (in->at < in->end) in->at++;
}

static int cause_of(const pj_str_t *digits)
{
    int value = 0;
    if (digits->slen == 0 || digits->slen > 3) return 0;
    for (pj_ssize_t i = 0; i < digits->slen; i++) {
        if (digits->ptr[i] < '0' || digits->ptr[i] > '9') return 0;
        value = 10 * value + digits->ptr[i] - '0';
    }
    return value <= 127 ? value : 0;
}

int reason_q850_cause(const pj_str_t *value)
{
    reader in = {value->ptr, value->ptr + (value->slen > 0 ? value->slen : 0)};
    while (in.at < in.end) {
        pj_str_t protocol = token(&in);
        bool is_q850 = pj_stricmp2(&protocol, "Q.850") == 0;
        int cause = 0;
        while (skip(&in, ';')) {
            pj_str_t name = token(&in), text = {NULL, 0};
            if (skip(&in, '=')) {
                if (is_at(&in, '"'))
                    skip_quoted(&in);
                else
                    text = token(&in);
            }
            if (cause == 0 && pj_stricmp2(&name, "cause") == 0) cause = cause_of(&text);
        }
        if (is_q850 && cause > 0) return cause;
        skip_value(&in);
    }
    return 0;
}

int message_q850_cause(const pjsip_msg *msg)
{
    const pj_str_t name = {"Reason", 6};
    const pjsip_hdr *header = NULL;
    while ((header = pjsip_msg_find_hdr_by_name(msg, &name, header ? header->next : NULL))) {
        int cause = reason_q850_cause(&((const pjsip_generic_string_hdr *)header)->hvalue);
        if (cause > 0 || header->next == &msg->hdr) return cause;
    }
    return 0;
}

uint32_t message_retry_after(const pjsip_msg *msg)
{
    const pjsip_retry_after_hdr *retry =
        (const pjsip_retry_after_hdr *)pjsip_msg_find_hdr(msg, PJSIP_H_RETRY_AFTER, NULL);
    return retry && retry->ivalue > 0 ? (uint32_t)retry->ivalue : 0;
}
