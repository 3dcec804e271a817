/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Tags and branches, in place of PJLIB's own: its UUIDs open a device and ask the system for each, and a call
 * needs several. These names take the place of guid_uuid.o of the static library. 128 random bits each.
 */
#include "Base/unique.h"

#include <pj/guid.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

const unsigned PJ_GUID_STRING_LENGTH = UNIQUE_LENGTH;
unsigned pj_GUID_STRING_LENGTH(void) { return PJ_GUID_STRING_LENGTH; }

/* At most 256: the system never hands over fewer then (getrandom(2)). */
static _Thread_local unsigned char randomness[256];
static _Thread_local size_t used = sizeof randomness;
static _Thread_local const char *fixed;

void unique_fix(const char *text) { fixed = text; }

pj_str_t *pj_generate_unique_string(pj_str_t *str)
{
    static const char digits[] = "0123456789abcdef";
    if (fixed) {
        memcpy(str->ptr, fixed, UNIQUE_LENGTH);
        str->slen = UNIQUE_LENGTH;
        return str;
    }
    if (used == sizeof randomness) {
        /* Guessable tags would let strangers end calls. */
        while (getrandom(randomness, sizeof randomness, 0) != sizeof randomness)
            if (errno != EINTR) abort();
        used = 0;
    }
    unsigned char *from = randomness + used;
    for (unsigned i = 0; i < UNIQUE_LENGTH / 2; i++) {
        str->ptr[2 * i] = digits[from[i] >> 4];
        str->ptr[2 * i + 1] = digits[from[i] & 15];
    }
    memset(from, 0, UNIQUE_LENGTH / 2);
    used += UNIQUE_LENGTH / 2;
    str->slen = UNIQUE_LENGTH;
    return str;
}
