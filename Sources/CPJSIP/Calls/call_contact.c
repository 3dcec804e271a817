/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Calls/call_contact.h"

#include "Base/route.h"

void contact_rewrite(pjsip_rx_data *rdata)
{
    pjsip_msg *msg = rdata->msg_info.msg;
    pjsip_contact_hdr *contact = (pjsip_contact_hdr *)pjsip_msg_find_hdr(msg, PJSIP_H_CONTACT, NULL);
    if (!contact || contact->star || !contact->uri || rdata->msg_info.record_route) return;
    pjsip_uri *uri = pjsip_uri_get_uri(contact->uri);
    if (!PJSIP_URI_SCHEME_IS_SIP(uri)) return;
    pjsip_sip_uri *address = (pjsip_sip_uri *)uri;
    pj_strdup2(rdata->tp_info.pool, &address->host, rdata->pkt_info.src_name);
    address->port = rdata->pkt_info.src_port;
    address->maddr_param.slen = 0;
    address->transport_param = pj_str(is_tcp(rdata->tp_info.transport->key.type) ? "tcp" : "");
}

void call_rewrite_contact(const sip_call *call, pjsip_rx_data *rdata)
{
    if (!call || !call->rewrite_contact || !call->inv || !pj_list_empty(&call->inv->dlg->route_set)) return;
    contact_rewrite(rdata);
}
