/* SPDX-License-Identifier: GPL-3.0-or-later */
/** When the INVITE of a call has really left: not when PJSIP has taken it, but when a socket has. */
#ifndef DEPARTURE_H
#define DEPARTURE_H

#include <pjsip.h>

/** A request is about to be handed to its transport. */
void departure_watch(pjsip_tx_data *tdata);

#endif
