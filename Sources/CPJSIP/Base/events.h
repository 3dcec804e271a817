/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Events on their way out (cpjsip_take_events()). Any thread. */
#ifndef EVENTS_H
#define EVENTS_H

#include "cpjsip.h"

/** 0, or -1 with errno. May be called again. */
int events_open(void);
/**
 * Copies the event and its strings. The recording changes owner. A time of 0 is that of now. Aborts without memory: a
 * lost event would be a lost bill.
 */
void event_post(const cpjsip_event *event);

#endif
