/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Trunks come, change and go, and the addresses of their next hop with them. */
#ifndef TRUNK_H
#define TRUNK_H

#include "cpjsip.h"

void trunk_set(const cpjsip_trunk *settings);
void trunk_remove(uint32_t id);
void trunk_set_targets(uint32_t id, const cpjsip_target *targets, size_t count);
/** At the end. Bindings stay: a restarted daemon takes them over. */
void trunks_remove_all(void);

#endif
