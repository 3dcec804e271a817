/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Clocks that nobody can set: whatever is measured or told to the gateway is theirs. Any thread. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/** CLOCK_BOOTTIME in us: of events, which the gateway gives their civil time. */
int64_t boot_us(void);
/** CLOCK_MONOTONIC in ms. */
int64_t monotonic_ms(void);

#endif
