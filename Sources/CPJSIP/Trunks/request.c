/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Trunks/request.h"

#include "Base/challenge.h"
#include "Base/sip_state.h"
#include "Base/text.h"

typedef struct {
    pj_pool_t *pool;
    pjsip_auth_clt_sess session;
    challenge_count challenges;
    uintptr_t token;
    request_callback *over;
    bool *gone; /* told when it is over while it is being sent */
} sent_request;

static void finish(sent_request *at, const request_end *end)
{
    if (at->gone) *at->gone = true;
    if (at->over) at->over(at->token, end);
    pjsip_auth_clt_deinit(&at->session);
    pjsip_endpt_release_pool(sip.endpoint, at->pool);
}

static void answered(void *token, pjsip_event *event);

static void transmit(sent_request *at, pjsip_tx_data *tdata)
{
    bool gone = false;
    at->gone = &gone;
    pj_status_t status = pjsip_endpt_send_request(sip.endpoint, tdata, -1, at, answered);
    if (gone) return; /* answered() was told of the failure */
    at->gone = NULL;
    if (status == PJ_SUCCESS) return;
    char reason[PJ_ERR_MSG_SIZE];
    pj_strerror(status, reason, sizeof reason);
    finish(at, &(request_end){.code = PJSIP_SC_REQUEST_TIMEOUT, .reason = reason, .realm = ""});
}

static void answered(void *token, pjsip_event *event)
{
    sent_request *at = token;
    const pjsip_transaction *tsx = event->body.tsx_state.tsx;
    bool received = event->body.tsx_state.type == PJSIP_EVENT_RX_MSG;
    char reason[128], realm[REALM_SIZE] = "";
    request_end end = {.code = received ? tsx->status_code : PJSIP_SC_REQUEST_TIMEOUT,
                       .received = received,
                       .reason = copy_of(&tsx->status_text, reason, sizeof reason),
                       .realm = realm};
    if (received && (end.code == PJSIP_SC_UNAUTHORIZED || end.code == PJSIP_SC_PROXY_AUTHENTICATION_REQUIRED)) {
        const pjsip_rx_data *rdata = event->body.tsx_state.src.rdata;
        const pjsip_msg *request = tsx->last_tx->msg, *response = rdata->msg_info.msg;
        end.challenge = challenge_of(request, response, realm);
        pjsip_tx_data *again;
        if (challenge_goes_on(&at->challenges, request, response) &&
            pjsip_auth_clt_reinit_req(&at->session, rdata, tsx->last_tx, &again) == PJ_SUCCESS) {
            PJSIP_MSG_CSEQ_HDR(again->msg)->cseq++;
            transmit(at, again);
            return;
        }
    }
    finish(at, &end);
}

void request_send(pjsip_tx_data *tdata, const cpjsip_trunk *settings, uintptr_t token, request_callback *over)
{
    pj_pool_t *pool = pjsip_endpt_create_pool(sip.endpoint, "request%p", 512, 512);
    sent_request *at = PJ_POOL_ZALLOC_T(pool, sent_request);
    at->pool = pool;
    at->token = token;
    at->over = over;
    pjsip_auth_clt_init(&at->session, sip.endpoint, pool, 0);
    if (settings && settings->auth_username) {
        pjsip_cred_info credentials;
        trunk_credentials(settings, &credentials);
        pjsip_auth_clt_set_credentials(&at->session, 1, &credentials);
    }
    transmit(at, tdata);
}
