/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * accept4(), which Swift's Glibc module does not show: between accept() and fcntl() another thread's child
 * process would inherit the socket.
 */
#ifndef CTLS_SOCKET_H
#define CTLS_SOCKET_H

#include <sys/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Accepts a connection as a non-blocking socket that children do not inherit; -1 with errno. */
int ctls_accept(int listener, struct sockaddr *peer, socklen_t *size);

#ifdef __cplusplus
}
#endif

#endif
