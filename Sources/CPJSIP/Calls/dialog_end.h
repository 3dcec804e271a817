/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Ending dialogs that no INVITE session of this process stands for. */
#ifndef DIALOG_END_H
#define DIALOG_END_H

#include "Trunks/trunk_table.h"

/** As cpjsip_dialog_end(). */
void dialog_end(const cpjsip_dialog *dialog);
/** ACK and BYE to a 2xx that belongs to no call of ours, or to a further fork of one. */
void stray_answer(pjsip_rx_data *rdata, const sip_target *target);

#endif
