/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A dialog in plain text, to be journalled with the answer. */
#ifndef CALL_DIALOG_H
#define CALL_DIALOG_H

#include "Calls/call_table.h"

/** What a BYE needs; the strings live in buffer. */
cpjsip_dialog dialog_record(const sip_call *call, char *buffer, size_t size);

#endif
