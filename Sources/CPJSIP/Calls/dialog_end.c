/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Calls/dialog_end.h"

#include "Base/answered.h"
#include "Base/events.h"
#include "Base/route.h"
#include "Base/sip_state.h"
#include "Base/text.h"
#include "Calls/call_table.h"
#include "Trunks/request.h"

#include <stdio.h>
#include <string.h>

static const pjsip_method bye_method = {PJSIP_BYE_METHOD, {"BYE", 3}};

static void send_bye(pjsip_tx_data *bye, const sip_trunk *trunk)
{
    request_send(bye, trunk ? &trunk->settings : NULL, 0, NULL);
}

/* Contact and Route as they stand when they are addresses, otherwise the fallback (route.c for a dialog of
 * ours). */
static void route_or(pjsip_tx_data *tdata, const pj_sockaddr *fallback, pjsip_transport_type_e type, const char *shown)
{
    pjsip_host_info next;
    char host[256];
    pj_sockaddr address;
    if (pjsip_get_request_dest(tdata, &next) == PJ_SUCCESS &&
        parse_address(copy_of(&next.addr.host, host, sizeof host), (uint16_t)(next.addr.port ? next.addr.port : 5060),
                      &address) &&
        address.addr.sa_family == fallback->addr.sa_family) {
        int named = next.type & ~PJSIP_TRANSPORT_IPV6;
        int same = named == PJSIP_TRANSPORT_UDP || (named == PJSIP_TRANSPORT_TCP && sip.config.tcp_enabled)
                       ? named
                       : (int)(type & ~PJSIP_TRANSPORT_IPV6);
        if (address.addr.sa_family == PJ_AF_INET6) same |= PJSIP_TRANSPORT_IPV6;
        route_to(tdata, &address, (pjsip_transport_type_e)same, shown);
    } else {
        route_to(tdata, fallback, type, shown);
    }
}

/* --------------------------------------------------------------- stray answers */

static void add_routes(pjsip_tx_data *tdata, pjsip_msg *response)
{
    /* The Record-Route headers in reverse are the route set of the caller (RFC 3261 12.1.2). */
    pjsip_hdr *first = NULL;
    for (pjsip_hdr *header = response->hdr.next; header != &response->hdr; header = header->next) {
        if (header->type != PJSIP_H_RECORD_ROUTE) continue;
        pjsip_route_hdr *route = pjsip_route_hdr_create(tdata->pool);
        const pjsip_rr_hdr *record = (const pjsip_rr_hdr *)header;
        route->name_addr.uri = pjsip_uri_clone(tdata->pool, record->name_addr.uri);
        if (first)
            pj_list_insert_before(first, route);
        else
            pjsip_msg_add_hdr(tdata->msg, (pjsip_hdr *)route);
        first = (pjsip_hdr *)route;
    }
}

static pjsip_tx_data *request_of(pjsip_rx_data *rdata, const sip_target *from_target, const pjsip_method *method, int cseq)
{
    pjsip_contact_hdr *contact =
        (pjsip_contact_hdr *)pjsip_msg_find_hdr(rdata->msg_info.msg, PJSIP_H_CONTACT, NULL);
    pjsip_uri *target = pjsip_uri_get_uri(contact && contact->uri ? contact->uri : rdata->msg_info.to->uri);
    pjsip_tx_data *tdata;
    pjsip_from_hdr *from = pjsip_hdr_clone(rdata->tp_info.pool, rdata->msg_info.from);
    pjsip_to_hdr *to = pjsip_hdr_clone(rdata->tp_info.pool, rdata->msg_info.to);
    pjsip_fromto_hdr_set_from(from);
    pjsip_fromto_hdr_set_to(to);
    if (pjsip_endpt_create_request_from_hdr(sip.endpoint, method, target, from, to, NULL, rdata->msg_info.cid, cseq, NULL,
                                            &tdata) != PJ_SUCCESS)
        return NULL;
    add_routes(tdata, rdata->msg_info.msg);
    route_or(tdata, &rdata->pkt_info.src_addr, rdata->tp_info.transport->key.type, from_target->shown);
    return tdata;
}

static const char *uri_text(const void *uri, char *buffer, size_t size)
{
    int length = pjsip_uri_print(PJSIP_URI_IN_FROMTO_HDR, uri, buffer, size - 1);
    buffer[length > 0 ? length : 0] = 0;
    return buffer;
}

/* The Route headers of a request, comma separated. */
static const char *route_text(const pjsip_msg *msg, char *buffer, size_t size)
{
    size_t at = 0;
    for (const pjsip_hdr *header = msg->hdr.next; header != &msg->hdr; header = header->next) {
        if (header->type != PJSIP_H_ROUTE || at + 2 >= size) continue;
        if (at > 0) buffer[at++] = ',';
        int length = pjsip_uri_print(PJSIP_URI_IN_ROUTING_HDR, &((const pjsip_route_hdr *)header)->name_addr, buffer + at,
                                     size - at - 1);
        if (length > 0) at += (size_t)length;
    }
    buffer[at] = 0;
    return buffer;
}

void stray_answer(pjsip_rx_data *rdata, const sip_target *target)
{
    int cseq = rdata->msg_info.cseq->cseq;
    pjsip_tx_data *ack = request_of(rdata, target, pjsip_get_ack_method(), cseq);
    if (ack && pjsip_endpt_send_request_stateless(sip.endpoint, ack, NULL, NULL) != PJ_SUCCESS) pjsip_tx_data_dec_ref(ack);
    /* Every further 2xx of the same dialog is acknowledged again, but reported and ended once. */
    if (!answered_note(&rdata->msg_info.cid->id, &rdata->msg_info.to->tag)) return;
    pjsip_tx_data *bye = request_of(rdata, target, &bye_method, cseq + 1);
    if (!bye) return;
    sip_call *call = call_find_sip(&rdata->msg_info.cid->id);
    char call_id[256], local_tag[128], remote_tag[128], local[512], remote[512], contact[512], routes[1024];
    copy_of(&rdata->msg_info.cid->id, call_id, sizeof call_id);
    event_post(&(cpjsip_event){
        .kind = CPJSIP_STRAY_ANSWER,
        .call_id = call ? call->id : 0,
        .trunk_id = target->trunk_id,
        .target_id = target->id,
        .code = rdata->msg_info.msg->line.status.code,
        .code_from_wire = true,
        .sip_call_id = call_id,
        .dialog =
            {
                .trunk_id = target->trunk_id,
                .target_id = target->id,
                .sip_call_id = call_id,
                .local_uri = uri_text(pjsip_uri_get_uri(rdata->msg_info.from->uri), local, sizeof local),
                .local_tag = copy_of(&rdata->msg_info.from->tag, local_tag, sizeof local_tag),
                .remote_uri = uri_text(pjsip_uri_get_uri(rdata->msg_info.to->uri), remote, sizeof remote),
                .remote_tag = copy_of(&rdata->msg_info.to->tag, remote_tag, sizeof remote_tag),
                .remote_target = uri_text(bye->msg->line.req.uri, contact, sizeof contact),
                .route_set = route_text(bye->msg, routes, sizeof routes),
                .local_cseq = (uint32_t)(cseq + 1),
            },
    });
    send_bye(bye, trunk_find(target->trunk_id));
}

/* -------------------------------------------------- dialogs of a former process */

/* The Route headers of a stored route set: "<sip:a;lr>,<sip:b;lr>". */
static void add_stored_routes(pjsip_tx_data *tdata, const char *set)
{
    const pj_str_t name = {"Route", 5};
    while (*set) {
        const char *end = strstr(set, ">,"); /* no comma of a URI follows a ">" */
        size_t length = end ? (size_t)(end + 1 - set) : strlen(set);
        char *text = pj_pool_alloc(tdata->pool, length + 1);
        memcpy(text, set, length);
        text[length] = 0;
        pjsip_hdr *route = pjsip_parse_hdr(tdata->pool, &name, text, length, NULL);
        if (route) pjsip_msg_add_hdr(tdata->msg, route);
        set += length;
        if (*set == ',') set++;
    }
}

void dialog_end(const cpjsip_dialog *dialog)
{
    sip_trunk *trunk = trunk_find(dialog->trunk_id);
    sip_target *target = trunk_target(trunk, dialog->target_id);
    if (!target && trunk) target = trunk->targets;
    char from[600], to[600];
    snprintf(from, sizeof from, "<%s>", dialog->local_uri);
    snprintf(to, sizeof to, "<%s>", dialog->remote_uri);
    pj_str_t target_text = pj_str((char *)dialog->remote_target), call_id = pj_str((char *)dialog->sip_call_id);
    pj_str_t from_text = pj_str(dialog->local_uri[0] == '<' || dialog->local_uri[0] == '"' ? (char *)dialog->local_uri : from);
    pj_str_t to_text = pj_str(dialog->remote_uri[0] == '<' || dialog->remote_uri[0] == '"' ? (char *)dialog->remote_uri : to);
    pjsip_tx_data *tdata;
    if (pjsip_endpt_create_request(sip.endpoint, &bye_method, &target_text, &from_text, &to_text, NULL, &call_id,
                                   (int)dialog->local_cseq + 1, NULL, &tdata) != PJ_SUCCESS)
        return;
    pjsip_from_hdr *from_header = (pjsip_from_hdr *)pjsip_msg_find_hdr(tdata->msg, PJSIP_H_FROM, NULL);
    pjsip_to_hdr *to_header = (pjsip_to_hdr *)pjsip_msg_find_hdr(tdata->msg, PJSIP_H_TO, NULL);
    pj_strdup2(tdata->pool, &from_header->tag, dialog->local_tag);
    pj_strdup2(tdata->pool, &to_header->tag, dialog->remote_tag);
    add_stored_routes(tdata, dialog->route_set);
    if (target)
        route_or(tdata, &target->remote, transport_type(trunk->settings.transport, &target->remote), target->shown);
    send_bye(tdata, trunk);
}
