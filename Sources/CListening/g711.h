/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LISTENING_G711_H
#define LISTENING_G711_H

#include "clistening_state.h"

/** Linear samples of ITU-T G.711, 16 bits, full scale at 32768. */
extern const int16_t listening_pcma[256], listening_pcmu[256];

#endif
