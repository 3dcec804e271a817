/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What PJSIP reports of a call. */
#ifndef CALL_STATE_H
#define CALL_STATE_H

#include <pjlib.h>

/** User agent, INVITE sessions and their extensions: PJSIP's modules. */
pj_status_t calls_init(void);

#endif
