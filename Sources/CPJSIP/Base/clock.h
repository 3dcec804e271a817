/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The two clocks: one that people read, one that never goes back. Any thread. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/** CLOCK_REALTIME in us since the Unix epoch. */
int64_t wall_us(void);
/** CLOCK_MONOTONIC in ms. */
int64_t monotonic_ms(void);

#endif
