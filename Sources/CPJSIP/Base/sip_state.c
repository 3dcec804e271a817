/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Base/sip_state.h"

sip_state sip;
