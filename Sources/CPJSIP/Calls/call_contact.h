/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Contacts of far ends that write an address which is not reached from here. */
#ifndef CALL_CONTACT_H
#define CALL_CONTACT_H

#include "Calls/call_table.h"

/**
 * Makes the Contact of a message that address and port which it came from, so that what follows in its dialog goes
 * there (against RFC 3261 12.2.1.1). A message with Record-Route is left alone: what follows goes by its route set.
 */
void contact_rewrite(pjsip_rx_data *rdata);
/** The same for a message of a call whose trunk wants that. A route set that is known already counts as well. */
void call_rewrite_contact(const sip_call *call, pjsip_rx_data *rdata);

#endif
