/* SPDX-License-Identifier: GPL-3.0-or-later */
/** SDP of a call (RFC 4566, offer and answer by PJMEDIA's negotiator) and its RTP stream. */
#include "sip_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENT_PAYLOAD_TYPE 101

bool media_open(sip_call *call, const char *local, uint32_t codecs)
{
    pj_sockaddr address;
    if (!parse_address(local, 0, &address)) {
        errno = EINVAL;
        return false;
    }
    call->codecs = codecs ? codecs : CPJSIP_CODEC_PCMA | CPJSIP_CODEC_PCMU;
    call->stream = rtp_stream_open(sip.pump, call->id, (struct sockaddr *)&address, &call->rtp_port);
    return call->stream != NULL;
}

static void add_attribute(pjmedia_sdp_media *media, pj_pool_t *pool, const char *name, const char *value)
{
    pj_str_t text;
    if (value) pj_strdup2(pool, &text, value);
    pjmedia_sdp_media_add_attr(media, pjmedia_sdp_attr_create(pool, name, value ? &text : NULL));
}

pjmedia_sdp_session *media_sdp(sip_call *call, pj_pool_t *pool)
{
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
    if (call->codecs & CPJSIP_CODEC_PCMA) {
        media->desc.fmt[media->desc.fmt_count++] = pj_str("8");
        add_attribute(media, pool, "rtpmap", "8 PCMA/8000");
    }
    if (call->codecs & CPJSIP_CODEC_PCMU) {
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

static bool read_remote(sip_call *call, const pjmedia_sdp_session *local, const pjmedia_sdp_session *remote)
{
    if (local->media_count == 0 || remote->media_count == 0) return false;
    const pjmedia_sdp_media *ours = local->media[0], *theirs = remote->media[0];
    if (ours->desc.port == 0 || theirs->desc.port == 0) return false;
    const pjmedia_sdp_conn *connection = theirs->conn ? theirs->conn : remote->conn;
    if (!connection) return false;
    rtp_stream_parameters parameters;
    memset(&parameters, 0, sizeof parameters);
    for (unsigned i = 0; i < ours->desc.fmt_count && !parameters.codec; i++) {
        if (pj_strcmp2(&ours->desc.fmt[i], "8") == 0) parameters.codec = CPJSIP_CODEC_PCMA;
        if (pj_strcmp2(&ours->desc.fmt[i], "0") == 0) parameters.codec = CPJSIP_CODEC_PCMU;
    }
    if (!parameters.codec) return false;
    parameters.payload_type = parameters.codec == CPJSIP_CODEC_PCMA ? 8 : 0;
    /* Keys come with the payload type that we named (RFC 3264 5.1), if the far end takes part at all. */
    parameters.event_payload_type = event_type(theirs) ? event_type(ours) : 0;
    char host[PJ_INET6_ADDRSTRLEN + 2];
    pj_sockaddr address;
    copy_of(&connection->addr, host, sizeof host);
    if (!parse_address(host, theirs->desc.port, &address)) return false;
    bool silent = !pj_sockaddr_has_addr(&address); /* c=0.0.0.0: hold of old (RFC 3264 8.4) */
    for (unsigned i = 0; i < theirs->attr_count; i++) {
        const pj_str_t *name = &theirs->attr[i]->name;
        if (pj_strcmp2(name, "sendonly") == 0 || pj_strcmp2(name, "inactive") == 0) silent = true;
    }
    parameters.may_send = !silent;
    if (!pj_sockaddr_has_addr(&address)) {
        /* Nowhere to send to: what is connected stays connected. */
        if (!call->media_set) return false;
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
                other.addr.sa_family == address.addr.sa_family)
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

void media_close(sip_call *call, cpjsip_media_stats *stats)
{
    memset(stats, 0, sizeof *stats);
    if (!call->stream) return;
    rtp_stream_close(call->stream, stats, &call->recording, &call->recording_length);
    call->stream = NULL;
}

/* ------------------------------------------------------- dialog in plain text */

static const char *print_uri(pjsip_uri *uri, pjsip_uri_context_e context, char **at, size_t *room)
{
    int size = *room > 1 ? pjsip_uri_print(context, uri, *at, *room - 1) : -1;
    if (size < 0) return "";
    char *text = *at;
    text[size] = 0;
    *at += size + 1;
    *room -= (size_t)size + 1;
    return text;
}

static const char *print_text(const pj_str_t *text, char **at, size_t *room)
{
    if (*room <= (size_t)text->slen + 1) return "";
    char *copy = copy_of(text, *at, *room);
    *at += text->slen + 1;
    *room -= (size_t)text->slen + 1;
    return copy;
}

cpjsip_dialog media_dialog(sip_call *call, char *buffer, size_t size)
{
    pjsip_dialog *dialog = call->inv->dlg;
    char *at = buffer;
    cpjsip_dialog out = {.trunk_id = call->trunk_id, .target_id = call->target_id};
    out.sip_call_id = print_text(&dialog->call_id->id, &at, &size);
    out.local_uri = print_uri(dialog->local.info->uri, PJSIP_URI_IN_FROMTO_HDR, &at, &size);
    out.local_tag = print_text(&dialog->local.info->tag, &at, &size);
    out.remote_uri = print_uri(dialog->remote.info->uri, PJSIP_URI_IN_FROMTO_HDR, &at, &size);
    out.remote_tag = print_text(&dialog->remote.info->tag, &at, &size);
    out.remote_target = print_uri(dialog->target, PJSIP_URI_IN_REQ_URI, &at, &size);
    out.local_cseq = (uint32_t)(dialog->local.cseq > 0 ? dialog->local.cseq - 1 : 0);
    char *routes = at;
    const pjsip_route_hdr *route = dialog->route_set.next;
    out.route_set = "";
    while (route != &dialog->route_set) {
        if (at != routes && size > 2) {
            at[-1] = ',';
        }
        if (!*print_uri((pjsip_uri *)&route->name_addr, PJSIP_URI_IN_ROUTING_HDR, &at, &size)) break;
        out.route_set = routes;
        route = route->next;
    }
    return out;
}
