/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Requests inside a dialog that the INVITE session leaves alone: INFO above all. */
#ifndef CALL_INFO_H
#define CALL_INFO_H

#include "Calls/call_table.h"

/** Answers one that the INVITE session leaves alone; true when it did. */
bool call_received_request(sip_call *call, pjsip_transaction *tsx, pjsip_rx_data *rdata);
/** A key as application/dtmf-relay. */
void call_send_info(sip_call *call, char digit);

#endif
