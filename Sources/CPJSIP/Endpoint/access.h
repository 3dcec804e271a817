/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * What comes in is looked at here before anything else sees it: who sent it, and whether its body is
 * of a kind and size that PJMEDIA may parse. Answers that no call waits for are ended here.
 */
#ifndef ACCESS_H
#define ACCESS_H

#include <pjlib.h>

pj_status_t access_init(void);

#endif
