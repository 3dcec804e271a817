/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Calls that go out: the INVITE. */
#ifndef CALL_PLACE_H
#define CALL_PLACE_H

#include "cpjsip.h"

/** Whatever goes wrong is posted as CPJSIP_CALL_ENDED. */
void call_place(const cpjsip_call_request *request);

#endif
