/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The last look at what leaves: our name, and a buffer of the message's own size. */
#ifndef TRANSMIT_H
#define TRANSMIT_H

#include <pjlib.h>

pj_status_t transmit_init(void);

#endif
