/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "Calls/call_end.h"

#include "Base/reason.h"
#include "Base/text.h"
#include "Calls/call_control.h"

void call_read_reason(sip_call *call, const pjsip_msg *msg)
{
    int cause = message_q850_cause(msg);
    if (cause > 0) call->q850_cause = cause;
}

/* How a call that was never answered ended. */
static void refused(sip_call *call, const pjsip_msg *msg)
{
    pjsip_inv_session *inv = call->inv;
    bool response = msg && msg->type == PJSIP_RESPONSE_MSG;
    char reason[160];
    copy_of(&inv->cause_text, reason, sizeof reason);
    if (call->incoming) {
        /* CANCEL, or the transaction came to nothing. */
        if (!call->hanging_up) call->by = CPJSIP_BY_THEM;
        call_post_ended(call, inv->cause, false, reason);
        return;
    }
    if (response) {
        call_heard(call);
        uint32_t retry_after_s = message_retry_after(msg);
        if (retry_after_s) call->retry_after_s = retry_after_s;
    } else if (call->own_reason == CPJSIP_OWN_NONE) {
        call->own_reason = inv->cause == PJSIP_SC_REQUEST_TIMEOUT && !call->responded ? CPJSIP_OWN_NO_RESPONSE
                                                                                      : CPJSIP_OWN_TRANSPORT;
    }
    /* PJSIP's own code says 487 as soon as we cancel. */
    call_post_ended(call, response ? msg->line.status.code : (int)inv->cause, response, reason);
}

void call_disconnected(sip_call *call, const pjsip_event *event)
{
    const pjsip_msg *msg = NULL;
    if (event && event->type == PJSIP_EVENT_TSX_STATE && event->body.tsx_state.type == PJSIP_EVENT_RX_MSG)
        msg = event->body.tsx_state.src.rdata->msg_info.msg;
    if (msg && !call->ended) call_read_reason(call, msg);
    if (!call->ended && !call->answered) {
        refused(call, msg);
    } else if (!call->ended) {
        if (msg && msg->type == PJSIP_REQUEST_MSG) {
            call->by = CPJSIP_BY_THEM;
        } else if (!call->hanging_up) {
            /* A transport or transaction that failed under the dialog. */
            call->by = CPJSIP_BY_US;
            call->own_reason = CPJSIP_OWN_TRANSPORT;
        }
        call_post_ended(call, call->answer_code, !call->incoming, call->end_text);
    }
    call_untie(call);
    call_free(call);
}

void call_ended_by_pjsip(sip_call *call)
{
    bool gone = call->inv->cause == PJSIP_SC_CALL_TSX_DOES_NOT_EXIST;
    call->hanging_up = true;
    call->by = gone ? CPJSIP_BY_THEM : CPJSIP_BY_US;
    call->own_reason = gone ? CPJSIP_OWN_NONE : CPJSIP_OWN_SESSION_TIMER;
    char reason[160];
    call_post_ended(call, call->answer_code, !call->incoming, copy_of(&call->inv->cause_text, reason, sizeof reason));
}
