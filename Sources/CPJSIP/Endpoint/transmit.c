/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Endpoint/transmit.h"

#include "Base/sip_state.h"
#include "Base/text.h"
#include "Endpoint/departure.h"

#include <string.h>

/* PJSIP would give each message PJSIP_MAX_PKT_LEN bytes and keep some for as long as the call lasts:
 * at thousands of calls that is most of the memory. Only the SIP thread writes here. */
static char printed[PJSIP_MAX_PKT_LEN];

static void encode(pjsip_tx_data *tdata)
{
    if (pjsip_tx_data_is_valid(tdata)) return; /* a retransmission */
    pj_ssize_t size = pjsip_msg_print(tdata->msg, printed, sizeof printed);
    if (size <= 0 || (size_t)size >= sizeof printed) return; /* PJSIP finds out itself and says so */
    if (!tdata->buf.start || tdata->buf.end - tdata->buf.start <= size) {
        tdata->buf.start = pj_pool_alloc(tdata->pool, (pj_size_t)size + 1);
        tdata->buf.end = tdata->buf.start + size + 1;
    }
    memcpy(tdata->buf.start, printed, (size_t)size);
    tdata->buf.cur = tdata->buf.start + size;
    *tdata->buf.cur = 0;
}

static pj_status_t on_tx_request(pjsip_tx_data *tdata)
{
    const pj_str_t name = {"User-Agent", 10};
    if (sip.config.user_agent && !pjsip_tx_data_is_valid(tdata) && !pjsip_msg_find_hdr_by_name(tdata->msg, &name, NULL))
        add_header(tdata, "User-Agent", sip.config.user_agent);
    encode(tdata);
    departure_watch(tdata);
    return PJ_SUCCESS;
}

static pj_status_t on_tx_response(pjsip_tx_data *tdata)
{
    encode(tdata);
    return PJ_SUCCESS;
}

static pjsip_module transmit_module = {
    .name = {"burgernetd-transmit", 19},
    .id = -1,
    /* Just above the transport layer, which prints what has not been printed. */
    .priority = PJSIP_MOD_PRIORITY_TRANSPORT_LAYER + 1,
    .on_tx_request = on_tx_request,
    .on_tx_response = on_tx_response,
};

pj_status_t transmit_init(void)
{
    transmit_module.id = -1;
    return pjsip_endpt_register_module(sip.endpoint, &transmit_module);
}
