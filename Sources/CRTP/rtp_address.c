/* SPDX-License-Identifier: GPL-3.0-or-later */
/** IPv4 and IPv6 addresses with a port. */
#include "rtp_internal.h"

#include <string.h>

static const struct sockaddr_in *v4(const struct sockaddr *address) { return (const void *)address; }
static const struct sockaddr_in6 *v6(const struct sockaddr *address) { return (const void *)address; }

bool rtp_family_known(const struct sockaddr *address)
{
    return address->sa_family == AF_INET || address->sa_family == AF_INET6;
}

socklen_t rtp_address_size(const struct sockaddr *address)
{
    return address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

bool rtp_address_usable(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) return v4(address)->sin_port != 0 && v4(address)->sin_addr.s_addr != INADDR_ANY;
    if (address->sa_family == AF_INET6)
        return v6(address)->sin6_port != 0 && !IN6_IS_ADDR_UNSPECIFIED(&v6(address)->sin6_addr);
    return false;
}

void rtp_address_copy(rtp_address *to, const struct sockaddr *from)
{
    memset(to, 0, sizeof *to);
    memcpy(to, from, rtp_address_size(from));
}

void rtp_address_set_port(rtp_address *address, uint16_t port)
{
    if (address->any.sa_family == AF_INET6)
        address->v6.sin6_port = htons(port);
    else
        address->v4.sin_port = htons(port);
}

bool rtp_host_equal(const struct sockaddr *one, const struct sockaddr *other)
{
    if (one->sa_family != other->sa_family) return false;
    if (one->sa_family == AF_INET6)
        return v6(one)->sin6_scope_id == v6(other)->sin6_scope_id &&
               IN6_ARE_ADDR_EQUAL(&v6(one)->sin6_addr, &v6(other)->sin6_addr);
    return v4(one)->sin_addr.s_addr == v4(other)->sin_addr.s_addr;
}

bool rtp_address_equal(const struct sockaddr *one, const struct sockaddr *other)
{
    if (!rtp_host_equal(one, other)) return false;
    return one->sa_family == AF_INET6 ? v6(one)->sin6_port == v6(other)->sin6_port
                                      : v4(one)->sin_port == v4(other)->sin_port;
}
