// SPDX-License-Identifier: GPL-3.0-or-later
#include <sqlite3.h>
#include <sys/types.h>

/** fallocate(2), which the module of the C library leaves out: it is declared for GNU's own sources alone. */
extern int fallocate(int descriptor, int mode, off_t offset, off_t length);

/** sqlite3_db_config() takes what Swift cannot give: so many arguments as there are. */
static inline int burgernetd_keep_log_when_closed(sqlite3 *connection, int keeps)
{
    return sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keeps, (int *)0);
}
