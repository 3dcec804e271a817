/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Calls/call_challenge.h"

#include "Base/challenge.h"

#include <stdlib.h>
#include <string.h>

void call_challenged(sip_call *call, const pjsip_rx_data *rdata)
{
    int cseq = (int)rdata->msg_info.cseq->cseq;
    const pjsip_transaction *tsx = call->inv ? call->inv->invite_tsx : NULL;
    if (!tsx || !tsx->last_tx || cseq <= call->challenged_cseq) return; /* a retransmission */
    call->challenged_cseq = cseq;
    const pjsip_msg *request = tsx->last_tx->msg, *response = rdata->msg_info.msg;
    char realm[REALM_SIZE];
    call->challenge = challenge_of(request, response, realm);
    free(call->challenge_realm);
    call->challenge_realm = strdup(realm);
    const pjsip_cred_info none = {0};
    if (!challenge_goes_on(&call->challenges, request, response))
        pjsip_auth_clt_set_credentials(&call->inv->dlg->auth_sess, 0, &none);
}
