/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Which dialogs were answered lately. */
#ifndef ANSWERED_H
#define ANSWERED_H

#include <pjlib.h>

#include <stdbool.h>

/** False when this dialog has been noted before. Bounded: the oldest are forgotten. */
bool answered_note(const pj_str_t *sip_call_id, const pj_str_t *remote_tag);

#endif
