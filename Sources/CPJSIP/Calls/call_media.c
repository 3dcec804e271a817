/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Calls/call_media.h"

#include "Base/sip_state.h"
#include "Base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* telephone-event as media_sdp() names it. */
#define OFFERED_EVENT_TYPE 101
/* Each packet that we send holds so many milliseconds. */
#define PACKET_MS 20

bool media_open(sip_call *call, const char *local, uint32_t codecs)
{
    pj_sockaddr address;
    if (!parse_address(local, 0, &address)) {
        errno = EINVAL;
        return false;
    }
    call->codecs = codecs ? codecs : RTP_CODEC_PCMA | RTP_CODEC_PCMU;
    call->stream = rtp_stream_open(sip.pump, call->id, (struct sockaddr *)&address, &call->rtp_port);
    return call->stream != NULL;
}

static void add_attribute(pjmedia_sdp_media *media, pj_pool_t *pool, const char *name, const char *value)
{
    pj_str_t text;
    if (value) pj_strdup2(pool, &text, value);
    pjmedia_sdp_media_add_attr(media, pjmedia_sdp_attr_create(pool, name, value ? &text : NULL));
}

pjmedia_sdp_session *media_sdp(sip_call *call)
{
    pj_pool_t *pool = sip.scratch;
    pj_pool_reset(pool);
    pjmedia_sdp_session *session = PJ_POOL_ZALLOC_T(pool, pjmedia_sdp_session);
    pj_str_t family = pj_str(strchr(call->shown, ':') ? "IP6" : "IP4");
    pj_str_t address;
    pj_strdup2(pool, &address, call->shown);
    session->origin.user = pj_str("-");
    session->origin.id = session->origin.version = (pj_uint32_t)(call->id & 0x7fffffff);
    session->origin.net_type = pj_str("IN");
    session->origin.addr_type = family;
    session->origin.addr = address;
    session->name = pj_str("burgernetd");
    session->conn = PJ_POOL_ZALLOC_T(pool, pjmedia_sdp_conn);
    session->conn->net_type = pj_str("IN");
    session->conn->addr_type = family;
    session->conn->addr = address;

    pjmedia_sdp_media *media = PJ_POOL_ZALLOC_T(pool, pjmedia_sdp_media);
    session->media_count = 1;
    session->media[0] = media;
    media->desc.media = pj_str("audio");
    media->desc.port = call->rtp_port;
    media->desc.port_count = 1;
    media->desc.transport = pj_str("RTP/AVP");
    if (call->codecs & RTP_CODEC_PCMA) {
        media->desc.fmt[media->desc.fmt_count++] = pj_str("8");
        add_attribute(media, pool, "rtpmap", "8 PCMA/8000");
    }
    if (call->codecs & RTP_CODEC_PCMU) {
        media->desc.fmt[media->desc.fmt_count++] = pj_str("0");
        add_attribute(media, pool, "rtpmap", "0 PCMU/8000");
    }
    media->desc.fmt[media->desc.fmt_count++] = pj_str("101");
    add_attribute(media, pool, "rtpmap", "101 telephone-event/8000");
    add_attribute(media, pool, "fmtp", "101 0-15");
    add_attribute(media, pool, "ptime", "20");
    add_attribute(media, pool, "sendrecv", NULL);
    return session;
}

/* The payload type of telephone-event, 0 when there is none. */
static uint8_t event_type(const pjmedia_sdp_media *media)
{
    for (unsigned i = 0; i < media->attr_count; i++) {
        pjmedia_sdp_rtpmap map;
        if (pj_strcmp2(&media->attr[i]->name, "rtpmap") != 0) continue;
        if (pjmedia_sdp_attr_get_rtpmap(media->attr[i], &map) != PJ_SUCCESS) continue;
        if (pj_stricmp2(&map.enc_name, "telephone-event") == 0) return (uint8_t)(pj_strtoul(&map.pt) & 0x7f);
    }
    return 0;
}

/* Of the medium, or of the session when the medium names none (RFC 4566 6). */
static bool has_direction(const pjmedia_sdp_session *session, const pjmedia_sdp_media *media, const char *name)
{
    static const char *const all[] = {"sendrecv", "sendonly", "recvonly", "inactive"};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (pjmedia_sdp_media_find_attr2(media, all[i], NULL)) return strcmp(all[i], name) == 0;
    return pjmedia_sdp_attr_find2(session->attr_count, session->attr, name, NULL) != NULL;
}

/* a=maxptime (RFC 4566 6) forbids packets as long as ours. a=ptime is a wish only. */
static bool forbids_packets(const pjmedia_sdp_media *media)
{
    const pjmedia_sdp_attr *attribute = pjmedia_sdp_media_find_attr2(media, "maxptime", NULL);
    if (!attribute) return false;
    unsigned long most = pj_strtoul(&attribute->value);
    return most > 0 && most < PACKET_MS;
}

bool media_forbids_packets(const pjmedia_sdp_session *offer)
{
    for (unsigned i = 0; i < offer->media_count; i++)
        if (forbids_packets(offer->media[i])) return true;
    return false;
}

bool media_is_acceptable(const pjmedia_sdp_session *offer)
{
    for (unsigned i = 0; i < offer->media_count; i++) {
        const pjmedia_sdp_media *media = offer->media[i];
        if (pj_stricmp2(&media->desc.media, "audio") != 0 || pj_stricmp2(&media->desc.transport, "RTP/AVP") != 0 ||
            media->desc.port == 0 || forbids_packets(media))
            continue;
        for (unsigned j = 0; j < media->desc.fmt_count; j++)
            if (pj_strcmp2(&media->desc.fmt[j], "8") == 0 || pj_strcmp2(&media->desc.fmt[j], "0") == 0) return true;
    }
    return false;
}

static bool is_loopback(const pj_sockaddr *address)
{
    if (address->addr.sa_family == PJ_AF_INET6) {
        static const pj_in6_addr one = {.s6_addr = {[15] = 1}};
        return memcmp(&address->ipv6.sin6_addr, &one, sizeof one) == 0;
    }
    return pj_ntohl(address->ipv4.sin_addr.s_addr) >> 24 == 127;
}

/* Nobody is called there: many hear it, or all. */
static bool is_of_many(const pj_sockaddr *address)
{
    if (address->addr.sa_family == PJ_AF_INET6) return ((const uint8_t *)&address->ipv6.sin6_addr)[0] == 0xff;
    return pj_ntohl(address->ipv4.sin_addr.s_addr) >> 28 == 14 || address->ipv4.sin_addr.s_addr == PJ_INADDR_NONE;
}

/* A person can be behind it: not this machine, unless the call itself went there. */
static bool is_reachable(const sip_call *call, const pj_sockaddr *address)
{
    return !is_of_many(address) && (!is_loopback(address) || call->incoming || is_loopback(&call->destination));
}

/* What we send is plain RTP (RFC 3551); a secure profile is not what was offered (RFC 3264 6.1), and has no keys here. */
static bool is_plain(const pjmedia_sdp_media *media)
{
    return pj_stricmp2(&media->desc.transport, "RTP/AVP") == 0 || pj_stricmp2(&media->desc.transport, "RTP/AVPF") == 0;
}

static bool read_remote(sip_call *call, const pjmedia_sdp_session *local, const pjmedia_sdp_session *remote)
{
    unsigned line = 0, lines = local->media_count < remote->media_count ? local->media_count : remote->media_count;
    while (line < lines && (local->media[line]->desc.port == 0 || remote->media[line]->desc.port == 0)) line++;
    if (line == lines) return false;
    const pjmedia_sdp_media *ours = local->media[line], *theirs = remote->media[line];
    if (pj_stricmp2(&theirs->desc.media, "audio") != 0 || !is_plain(theirs) || forbids_packets(theirs)) return false;
    const pjmedia_sdp_conn *connection = theirs->conn ? theirs->conn : remote->conn;
    if (!connection) return false;
    rtp_stream_parameters parameters;
    memset(&parameters, 0, sizeof parameters);
    for (unsigned i = 0; i < ours->desc.fmt_count && !parameters.codec; i++) {
        if (pj_strcmp2(&ours->desc.fmt[i], "8") == 0) parameters.codec = RTP_CODEC_PCMA;
        if (pj_strcmp2(&ours->desc.fmt[i], "0") == 0) parameters.codec = RTP_CODEC_PCMU;
    }
    if (!parameters.codec) return false;
    parameters.payload_type = parameters.codec == RTP_CODEC_PCMA ? 8 : 0;
    /* Keys come with the payload type that we named, and go with the far end's (RFC 3264 5.1). Some press keys that
     * their answer left out. */
    parameters.event_payload_type = event_type(ours);
    if (!parameters.event_payload_type && !call->incoming) parameters.event_payload_type = OFFERED_EVENT_TYPE;
    parameters.remote_event_payload_type = event_type(theirs);
    char host[PJ_INET6_ADDRSTRLEN + 2];
    pj_sockaddr address;
    copy_of(&connection->addr, host, sizeof host);
    if (!parse_address(host, theirs->desc.port, &address)) return false;
    if ((address.addr.sa_family == PJ_AF_INET6) != (strchr(call->shown, ':') != NULL)) return false;
    if (!is_reachable(call, &address)) return false;
    bool silent = !pj_sockaddr_has_addr(&address); /* c=0.0.0.0: hold of old (RFC 3264 8.4) */
    if (has_direction(remote, theirs, "sendonly") || has_direction(remote, theirs, "inactive")) silent = true;
    parameters.may_send = !silent;
    if (!pj_sockaddr_has_addr(&address) && call->media_set) {
        /* Nowhere to send to: what is connected stays connected. */
        parameters.remote = call->parameters.remote;
        parameters.remote_rtcp = call->parameters.remote_rtcp;
    } else {
        memcpy(&parameters.remote, &address, pj_sockaddr_get_len(&address));
        pj_sockaddr rtcp = address;
        pj_sockaddr_set_port(&rtcp, (pj_uint16_t)(theirs->desc.port + 1));
        const pjmedia_sdp_attr *attribute = pjmedia_sdp_media_find_attr2(theirs, "rtcp", NULL);
        pjmedia_sdp_rtcp_attr named;
        if (attribute && pjmedia_sdp_attr_get_rtcp(attribute, &named) == PJ_SUCCESS) { /* RFC 3605 */
            char text[PJ_INET6_ADDRSTRLEN + 2];
            copy_of(&named.addr, text, sizeof text);
            pj_sockaddr other;
            if (named.addr.slen && parse_address(text, (uint16_t)named.port, &other) &&
                other.addr.sa_family == address.addr.sa_family && is_reachable(call, &other))
                rtcp = other;
            else
                pj_sockaddr_set_port(&rtcp, (pj_uint16_t)named.port);
        }
        memcpy(&parameters.remote_rtcp, &rtcp, pj_sockaddr_get_len(&rtcp));
    }
    call->parameters = parameters;
    return true;
}

void media_update(sip_call *call, pj_status_t status)
{
    const pjmedia_sdp_session *local, *remote;
    if (!call->stream) return;
    bool good = status == PJ_SUCCESS && pjmedia_sdp_neg_get_active_local(call->inv->neg, &local) == PJ_SUCCESS &&
                pjmedia_sdp_neg_get_active_remote(call->inv->neg, &remote) == PJ_SUCCESS &&
                read_remote(call, local, remote) && rtp_stream_set(call->stream, &call->parameters, false) == 0;
    if (good) {
        call->media_set = true;
        call->media_failed = false;
    } else if (!call->media_set || call->answered) {
        call->media_failed = true;
    }
}

void media_start(sip_call *call)
{
    if (call->stream && call->media_set) rtp_stream_set(call->stream, &call->parameters, true);
}

void media_close(sip_call *call, rtp_media_stats *stats)
{
    memset(stats, 0, sizeof *stats);
    if (!call->stream) return;
    rtp_stream_close(call->stream, stats, &call->recording, &call->recording_length);
    call->stream = NULL;
}

/* ---------------------------------------------------------------- early media */

/*
 * The answer counts when it comes with the 2xx; what a 1xx says is kept aside (RFC 3261 13.2.1: the
 * same answer may come in both). So nothing that a network announces before the answer, rightly or not,
 * stands in the way of the answer itself.
 */
void media_keep_early(sip_call *call, pjsip_rx_data *rdata)
{
    const pjsip_msg_body *body = rdata->msg_info.msg->body;
    rdata->msg_info.msg->body = NULL;
    if (!body || body->len == 0) return;
    char *copy = malloc(body->len);
    if (!copy) return;
    memcpy(copy, body->data, body->len);
    free(call->early_sdp);
    call->early_sdp = copy;
    call->early_sdp_length = body->len;
    copy_of(&rdata->msg_info.to->tag, call->early_tag, sizeof call->early_tag);
}

void media_use_early(sip_call *call, pjsip_rx_data *rdata)
{
    pjsip_msg *msg = rdata->msg_info.msg;
    if (!msg->body && call->early_sdp && pj_strcmp2(&rdata->msg_info.to->tag, call->early_tag) == 0) {
        const pj_str_t type = {"application", 11}, subtype = {"sdp", 3};
        const pj_str_t text = {call->early_sdp, (pj_ssize_t)call->early_sdp_length};
        msg->body = pjsip_msg_body_create(rdata->tp_info.pool, &type, &subtype, &text);
        rdata->msg_info.ctype = NULL;
    }
    free(call->early_sdp);
    call->early_sdp = NULL;
}
