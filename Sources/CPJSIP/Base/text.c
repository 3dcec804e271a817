/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Base/text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

const char *bracketed(const char *address, char *buffer, size_t size)
{
    snprintf(buffer, size, strchr(address, ':') ? "[%s]" : "%s", address);
    return buffer;
}

bool parse_address(const char *text, uint16_t port, pj_sockaddr *address)
{
    char plain[PJ_INET6_ADDRSTRLEN + 2];
    size_t length = strlen(text);
    if (length >= sizeof plain) return false;
    if (length > 2 && text[0] == '[' && text[length - 1] == ']') {
        text++;
        length -= 2;
    }
    memcpy(plain, text, length);
    plain[length] = 0;
    struct in_addr v4;
    struct in6_addr v6;
    pj_str_t host = {plain, (pj_ssize_t)length};
    if (inet_pton(AF_INET, plain, &v4) == 1) return pj_sockaddr_init(PJ_AF_INET, address, &host, port) == PJ_SUCCESS;
    if (inet_pton(AF_INET6, plain, &v6) == 1) return pj_sockaddr_init(PJ_AF_INET6, address, &host, port) == PJ_SUCCESS;
    return false;
}

char *copy_of(const pj_str_t *text, char *buffer, size_t size)
{
    size_t length = text->slen > 0 ? (size_t)text->slen : 0;
    if (length >= size) length = size - 1;
    memcpy(buffer, text->ptr ? text->ptr : "", length);
    buffer[length] = 0;
    return buffer;
}

bool same_host(const pj_sockaddr *one, const pj_sockaddr *other)
{
    return one->addr.sa_family == other->addr.sa_family &&
           memcmp(pj_sockaddr_get_addr(one), pj_sockaddr_get_addr(other), pj_sockaddr_get_addr_len(one)) == 0;
}

bool is_user_part(const char *text)
{
    size_t length = strlen(text);
    if (length == 0 || length > 128) return false;
    return strspn(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.!~*'()&=+$,;?/%#") == length;
}

void add_header(pjsip_tx_data *tdata, const char *name, const char *value)
{
    pj_str_t header, text;
    pj_cstr(&header, name);
    pj_strdup2(tdata->pool, &text, value);
    pjsip_msg_add_hdr(tdata->msg, (pjsip_hdr *)pjsip_generic_string_hdr_create(tdata->pool, &header, &text));
}
