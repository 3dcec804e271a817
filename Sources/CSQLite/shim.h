// SPDX-License-Identifier: GPL-3.0-or-later
#include <sqlite3.h>
#include <sys/types.h>

/** fallocate(2), which the module of the C library leaves out: it is declared for GNU's own sources alone. */
extern int fallocate(int descriptor, int mode, off_t offset, off_t length);
