/* SPDX-License-Identifier: GPL-3.0-or-later */
/** An INVITE that waits in a transport for its connection. */
#ifndef CALL_PENDING_H
#define CALL_PENDING_H

#include "Calls/call_table.h"

/**
 * Takes the INVITE back from a connection that is not made yet: nothing of it has left, and nothing will. False: it has
 * left, or may have.
 */
bool call_take_back(sip_call *call);

#endif
