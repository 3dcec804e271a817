/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Ending dialogs that no INVITE session of this process stands for. */
#include "sip_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const pjsip_method bye_method = {PJSIP_BYE_METHOD, {"BYE", 3}};

/* Every further 2xx of the same dialog is acknowledged again, but reported and ended once. */
#define REMEMBERED 4096
static uint64_t seen[REMEMBERED];
static size_t seen_at;

static bool is_new(const pj_str_t *call_id, const pj_str_t *tag)
{
    pj_uint32_t high = pj_hash_calc(0, call_id->ptr, (unsigned)call_id->slen);
    pj_uint32_t low = pj_hash_calc(high, tag->ptr, (unsigned)tag->slen);
    uint64_t key = ((uint64_t)high << 32 | low) | 1;
    for (size_t i = 0; i < REMEMBERED; i++)
        if (seen[i] == key) return false;
    seen[seen_at++ % REMEMBERED] = key;
    return true;
}

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

static pjsip_tx_data *request_of(pjsip_rx_data *rdata, const pjsip_method *method, int cseq)
{
    pjsip_contact_hdr *contact =
        (pjsip_contact_hdr *)pjsip_msg_find_hdr(rdata->msg_info.msg, PJSIP_H_CONTACT, NULL);
    pjsip_uri *target = contact && contact->uri ? pjsip_uri_get_uri(contact->uri) : rdata->msg_info.to->uri;
    pjsip_tx_data *tdata;
    pjsip_from_hdr *from = pjsip_hdr_clone(rdata->tp_info.pool, rdata->msg_info.from);
    pjsip_to_hdr *to = pjsip_hdr_clone(rdata->tp_info.pool, rdata->msg_info.to);
    pjsip_fromto_hdr_set_from(from);
    pjsip_fromto_hdr_set_to(to);
    if (pjsip_endpt_create_request_from_hdr(sip.endpoint, method, target, from, to, NULL, rdata->msg_info.cid, cseq, NULL,
                                            &tdata) != PJ_SUCCESS)
        return NULL;
    add_routes(tdata, rdata->msg_info.msg);
    /* Back to where the answer came from: the next hop in any case. */
    set_destination(tdata, &rdata->pkt_info.src_addr, rdata->tp_info.transport->key.type);
    return tdata;
}

static void ignore(void *token, pjsip_event *event)
{
    (void)token;
    (void)event;
}

void stray_answer(pjsip_rx_data *rdata)
{
    int cseq = rdata->msg_info.cseq->cseq;
    pjsip_tx_data *ack = request_of(rdata, pjsip_get_ack_method(), cseq);
    if (ack) pjsip_endpt_send_request_stateless(sip.endpoint, ack, NULL, NULL);
    if (!is_new(&rdata->msg_info.cid->id, &rdata->msg_info.to->tag)) return;
    pjsip_tx_data *bye = request_of(rdata, &bye_method, cseq + 1);
    if (bye) pjsip_endpt_send_request(sip.endpoint, bye, -1, NULL, ignore);
    char call_id[256], tag[256];
    sip_trunk *trunk = trunk_of_address(&rdata->pkt_info.src_addr);
    event_post(&(cpjsip_event){
        .kind = CPJSIP_STRAY_ANSWER,
        .trunk_id = trunk ? trunk->settings.id : 0,
        .code = rdata->msg_info.msg->line.status.code,
        .code_from_wire = true,
        .sip_call_id = copy_of(&rdata->msg_info.cid->id, call_id, sizeof call_id),
        .dialog = {.sip_call_id = call_id, .remote_tag = copy_of(&rdata->msg_info.to->tag, tag, sizeof tag)},
    });
}

/* The Route headers of a stored route set: "<sip:a;lr>,<sip:b;lr>". */
static void add_stored_routes(pjsip_tx_data *tdata, const char *set)
{
    const pj_str_t name = {"Route", 5};
    while (*set) {
        const char *end = strstr(set, ">,");
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
    pjsip_host_info next;
    char host[256];
    pj_sockaddr address;
    bool numeric = pjsip_get_request_dest(tdata, &next) == PJ_SUCCESS &&
                   parse_address(copy_of(&next.addr.host, host, sizeof host), 5060, &address);
    if (!numeric && target)
        set_destination(tdata, &target->remote, transport_type(trunk->settings.transport, &target->remote));
    pjsip_endpt_send_request(sip.endpoint, tdata, -1, NULL, ignore);
}
