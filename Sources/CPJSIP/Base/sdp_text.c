/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Base/sdp_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_DYNAMIC 96
#define PAYLOAD_TYPES 128
/* A line of ours is no longer. */
#define LINE_SIZE 48

/* The payload types of an m= line: those after media, port and transport. */
static void read_types(const char *line, bool types[PAYLOAD_TYPES])
{
    memset(types, 0, PAYLOAD_TYPES * sizeof *types);
    for (int word = 0; *(line += strspn(line, " ")) && *line != '\r' && *line != '\n'; word++) {
        unsigned long type = strtoul(line, NULL, 10);
        if (word >= 3 && type >= FIRST_DYNAMIC && type < PAYLOAD_TYPES) types[type] = true;
        line += strcspn(line, " \r\n");
    }
}

/* Writes the lines that are missing; returns where they end. */
static char *write_missing(char *at, bool types[PAYLOAD_TYPES])
{
    unsigned missing = 0;
    for (int type = FIRST_DYNAMIC; type < PAYLOAD_TYPES; type++) missing += types[type];
    for (int type = FIRST_DYNAMIC; type < PAYLOAD_TYPES; type++) {
        if (!types[type]) continue;
        at += snprintf(at, LINE_SIZE, "a=rtpmap:%d %s/8000\r\n", type, missing == 1 ? "telephone-event" : "unnamed");
        types[type] = false;
    }
    return at;
}

void sdp_name_payload_types(pj_pool_t *pool, pjsip_msg_body *body)
{
    const char *from = body->data, *end = from + body->len;
    unsigned media = 0;
    for (const char *at = from; at + 1 < end; at++) media += at[0] == 'm' && at[1] == '=';
    /* Each type of each line at most; a NUL ends the copy, so that words end, too. */
    char *copy = pj_pool_alloc(pool, body->len + 3), *text, *to;
    text = to = pj_pool_alloc(pool, body->len + 3 + (media + 1) * (PAYLOAD_TYPES - FIRST_DYNAMIC) * LINE_SIZE);
    memcpy(copy, from, body->len);
    copy[body->len] = 0;
    bool types[PAYLOAD_TYPES] = {false};
    for (const char *line = copy, *next; *line; line = next) {
        next = line + strcspn(line, "\n");
        if (*next) next++;
        unsigned type;
        if (line[0] == 'm' && line[1] == '=') {
            to = write_missing(to, types);
            if (strncmp(line, "m=audio ", 8) == 0) read_types(line + 2, types);
        } else if (sscanf(line, "a=rtpmap:%u", &type) == 1 && type < PAYLOAD_TYPES) {
            types[type] = false;
        }
        memcpy(to, line, (size_t)(next - line));
        to += next - line;
        if (!*next && to[-1] != '\n') {
            memcpy(to, "\r\n", 2);
            to += 2;
        }
    }
    to = write_missing(to, types);
    if ((size_t)(to - text) <= body->len + 2) return;
    body->data = text;
    body->len = (unsigned)(to - text);
}
