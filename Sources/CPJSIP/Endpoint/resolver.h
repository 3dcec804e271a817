/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Where requests go that were not told (route.h). PJSIP has no name server: the addresses of a trunk are looked up on
 * the Swift side. A new request goes to its target; a request inside a dialog follows Contact and Route
 * (RFC 3261 12.2.1.1) as long as they are addresses, and goes to the call's target when they are names.
 */
#ifndef RESOLVER_H
#define RESOLVER_H

#include <pjsip.h>

/** PJSIP asks here instead of DNS. */
extern pjsip_ext_resolver route_resolver;

#endif
