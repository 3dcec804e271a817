/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Calls/call_dialog.h"

#include "Base/text.h"

typedef struct {
    char *at;
    size_t room;
} writer;

static const char *put_uri(writer *out, const void *uri, pjsip_uri_context_e context)
{
    int size = out->room > 1 ? pjsip_uri_print(context, uri, out->at, out->room - 1) : -1;
    if (size < 0) return "";
    char *text = out->at;
    text[size] = 0;
    out->at += size + 1;
    out->room -= (size_t)size + 1;
    return text;
}

static const char *put_text(writer *out, const pj_str_t *text)
{
    if (text->slen <= 0 || out->room <= (size_t)text->slen + 1) return "";
    char *copy = copy_of(text, out->at, out->room);
    out->at += text->slen + 1;
    out->room -= (size_t)text->slen + 1;
    return copy;
}

cpjsip_dialog dialog_record(const sip_call *call, char *buffer, size_t size)
{
    const pjsip_dialog *dialog = call->inv->dlg;
    writer out = {buffer, size};
    cpjsip_dialog record = {.trunk_id = call->trunk_id, .target_id = call->target_id};
    record.sip_call_id = put_text(&out, &dialog->call_id->id);
    record.local_uri = put_uri(&out, pjsip_uri_get_uri(dialog->local.info->uri), PJSIP_URI_IN_FROMTO_HDR);
    record.local_tag = put_text(&out, &dialog->local.info->tag);
    record.remote_uri = put_uri(&out, pjsip_uri_get_uri(dialog->remote.info->uri), PJSIP_URI_IN_FROMTO_HDR);
    record.remote_tag = put_text(&out, &dialog->remote.info->tag);
    record.remote_target = put_uri(&out, pjsip_uri_get_uri(dialog->target), PJSIP_URI_IN_REQ_URI);
    /* PJSIP's is the next one. */
    record.local_cseq = (uint32_t)(dialog->local.cseq > 0 ? dialog->local.cseq - 1 : 0);
    record.route_set = "";
    char *routes = out.at;
    const pjsip_route_hdr *route = dialog->route_set.next;
    for (; route != &dialog->route_set; route = route->next) {
        char *comma = out.at;
        if (!*put_uri(&out, &route->name_addr, PJSIP_URI_IN_ROUTING_HDR)) break;
        if (comma != routes) comma[-1] = ','; /* in place of the former one's NUL */
        record.route_set = routes;
    }
    return record;
}
