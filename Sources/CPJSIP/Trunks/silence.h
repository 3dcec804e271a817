/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Silence of a target: INVITEs to which nothing comes back, long before their own time is over. */
#ifndef SILENCE_H
#define SILENCE_H

#include "Trunks/trunk_table.h"

/** An INVITE left for this target. */
void target_called(sip_target *target);
/** Something came back. */
void target_heard(sip_target *target);
void target_forget(sip_target *target);

#endif
