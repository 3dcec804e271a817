/* SPDX-License-Identifier: GPL-3.0-or-later */
/** PJSIP's endpoint with its transports and modules. */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include <stdbool.h>

/** Opens it as sip.config asks for. False with endpoint_error(); close it then, too. */
bool endpoint_open(void);
/** What did not work, for people. */
const char *endpoint_error(void);
/** With trunks and commands; calls must have ended. */
void endpoint_close(void);

#endif
