/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Tags and branches are random, unless they have to be known again after a crash. */
#ifndef UNIQUE_H
#define UNIQUE_H

/** Characters of a tag. */
enum { UNIQUE_LENGTH = 32 };

/** What this thread makes is text, of UNIQUE_LENGTH characters, from now on; NULL: random again. */
void unique_fix(const char *text);

#endif
