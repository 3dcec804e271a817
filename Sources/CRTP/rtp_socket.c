/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The UDP sockets of a stream. */
#include "rtp_internal.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <unistd.h>

int rtp_socket_open(const struct sockaddr *local, uint16_t port, int buffer, uint8_t dscp)
{
    int fd = socket(local->sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    int class = dscp << 2;
    if (local->sa_family == AF_INET6) {
        int one = 1;
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
        setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &class, sizeof class);
    } else {
        setsockopt(fd, IPPROTO_IP, IP_TOS, &class, sizeof class);
    }
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    rtp_address address;
    rtp_address_copy(&address, local);
    rtp_address_set_port(&address, port);
    if (bind(fd, &address.any, rtp_address_size(local)) < 0) {
        int reason = errno;
        close(fd);
        errno = reason;
        return -1;
    }
    return fd;
}

/* Lets the kernel choose the source address anew where none was bound, too. */
void rtp_socket_dissolve(int fd)
{
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    connect(fd, &none, sizeof none);
}

int rtp_socket_connect(int fd, const struct sockaddr *remote)
{
    if (connect(fd, remote, rtp_address_size(remote)) < 0) return -1;
    rtp_socket_drain(fd, 1024);
    return 0;
}

void rtp_socket_drain(int fd, int limit)
{
    uint8_t byte;
    for (int i = 0; i < limit; i++)
        if (recv(fd, &byte, sizeof byte, MSG_DONTWAIT | MSG_TRUNC) < 0 && errno == EAGAIN) break;
}

uint32_t rtp_socket_drops(int fd)
{
    uint32_t info[SK_MEMINFO_VARS] = {0};
    socklen_t size = sizeof info;
    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &size) < 0) return 0;
    return info[SK_MEMINFO_DROPS];
}
