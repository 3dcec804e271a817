/* SPDX-License-Identifier: GPL-3.0-or-later */
/** REGISTER for trunks that want it (RFC 3261 10.2); PJSIP renews what holds. */
#ifndef REGISTRATION_H
#define REGISTRATION_H

#include "Trunks/trunk_table.h"

void registration_init(sip_trunk *trunk);
void registration_start(sip_trunk *trunk);
/** unregister: takes the binding back; otherwise it runs out by itself. */
void registration_stop(sip_trunk *trunk, bool unregister);

#endif
