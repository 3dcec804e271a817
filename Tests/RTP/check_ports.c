/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Ports of its own for each run of the tests: several may run on one machine, and others use ports, too. */
#include "check.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

/* Above those that the kernel gives out (net.ipv4.ip_local_port_range), below the last. */
enum { LOWEST = 61000, HIGHEST = 65500 };

uint16_t first_port;

/* The abstract name goes with the process, and belongs to the network namespace that the ports belong to. */
static int lock_of(unsigned block)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int length = snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "burgernetd-rtp-tests-%u", block);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&name, size) == 0) return fd;
    if (fd >= 0) close(fd);
    return -1;
}

/* Without IPv6 nobody has the port there. */
static bool is_free(int family, uint16_t port)
{
    struct sockaddr_storage local = loopback(family, port);
    int fd = rtp_socket_open((struct sockaddr *)&local, port, 2048, 0);
    if (fd < 0) return errno != EADDRINUSE;
    close(fd);
    return true;
}

static bool are_free(uint16_t first)
{
    for (unsigned i = 0; i < PORT_BLOCK; i++)
        if (!is_free(AF_INET, (uint16_t)(first + i)) || !is_free(AF_INET6, (uint16_t)(first + i))) return false;
    return true;
}

void take_ports(void)
{
    for (unsigned block = 0; LOWEST + (block + 1) * PORT_BLOCK <= HIGHEST; block++) {
        int lock = lock_of(block);
        if (lock < 0) continue;
        first_port = (uint16_t)(LOWEST + block * PORT_BLOCK);
        if (are_free(first_port)) return;
        close(lock);
    }
    fprintf(stderr, "no %u UDP ports in a row are free from %u to %u\n", PORT_BLOCK, LOWEST, HIGHEST);
    exit(2);
}
