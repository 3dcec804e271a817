/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The UDP sockets of a stream. */
#include "rtp_internal.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

socklen_t rtp_address_size(const struct sockaddr_storage *address)
{
    return address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

bool rtp_address_usable(const struct sockaddr_storage *address)
{
    const struct sockaddr_in *v4 = (const void *)address;
    const struct sockaddr_in6 *v6 = (const void *)address;
    if (address->ss_family == AF_INET) return v4->sin_port != 0 && v4->sin_addr.s_addr != INADDR_ANY;
    if (address->ss_family == AF_INET6) return v6->sin6_port != 0 && !IN6_IS_ADDR_UNSPECIFIED(&v6->sin6_addr);
    return false;
}

bool rtp_address_equal(const struct sockaddr_storage *one, const struct sockaddr_storage *other)
{
    if (one->ss_family != other->ss_family) return false;
    if (one->ss_family == AF_INET6) {
        const struct sockaddr_in6 *a = (const void *)one, *b = (const void *)other;
        return a->sin6_port == b->sin6_port && a->sin6_scope_id == b->sin6_scope_id &&
               IN6_ARE_ADDR_EQUAL(&a->sin6_addr, &b->sin6_addr);
    }
    const struct sockaddr_in *a = (const void *)one, *b = (const void *)other;
    return a->sin_port == b->sin_port && a->sin_addr.s_addr == b->sin_addr.s_addr;
}

static void set_port(struct sockaddr_storage *address, uint16_t port)
{
    if (address->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)address)->sin6_port = htons(port);
    else
        ((struct sockaddr_in *)address)->sin_port = htons(port);
}

int rtp_socket_open(const struct sockaddr *local, uint16_t port, int buffer, uint8_t dscp)
{
    if (local->sa_family != AF_INET && local->sa_family != AF_INET6) {
        errno = EAFNOSUPPORT;
        return -1;
    }
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
    struct sockaddr_storage address = {0};
    memcpy(&address, local, local->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
    set_port(&address, port);
    /* The filter first: nothing from anywhere is read before the far end is known. */
    if (rtp_filter_drop_all(fd) < 0 || bind(fd, (struct sockaddr *)&address, rtp_address_size(&address)) < 0) {
        int reason = errno;
        close(fd);
        errno = reason;
        return -1;
    }
    return fd;
}

int rtp_socket_connect(int fd, const struct sockaddr_storage *remote)
{
    if (rtp_filter_drop_all(fd) < 0) return -1;
    /* Dissolving first lets the kernel choose the source address anew where none was bound. */
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    connect(fd, &none, sizeof none);
    if (connect(fd, (const struct sockaddr *)remote, rtp_address_size(remote)) < 0) return -1;
    uint8_t byte;
    for (int i = 0; i < 1024; i++)
        if (recv(fd, &byte, sizeof byte, MSG_DONTWAIT | MSG_TRUNC) < 0 && errno == EAGAIN) break;
    return 0;
}

uint32_t rtp_socket_drops(int fd)
{
    uint32_t info[SK_MEMINFO_VARS] = {0};
    socklen_t size = sizeof info;
    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &size) < 0) return 0;
    return info[SK_MEMINFO_DROPS];
}
