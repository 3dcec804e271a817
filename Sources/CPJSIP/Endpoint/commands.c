/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What cpjsip.h asks for, as commands to the SIP thread. */
#include "Base/sip_state.h"
#include "Calls/call_control.h"
#include "Calls/call_incoming.h"
#include "Calls/call_info.h"
#include "Calls/call_place.h"
#include "Calls/call_table.h"
#include "Calls/dialog_end.h"
#include "Calls/former_call.h"
#include "Endpoint/command_queue.h"
#include "Trunks/trunk.h"

#include <stdlib.h>
#include <string.h>

/* -------------------------------------------------------------------- trunks */

static void run_trunk_set(command *at) { trunk_set(&at->copy.trunk); }
static void run_trunk_remove(command *at) { trunk_remove(at->number[0]); }
static void run_targets(command *at) { trunk_set_targets(at->number[0], at->targets, at->length); }

void cpjsip_trunk_set(const cpjsip_trunk *trunk)
{
    command *at = command_make(run_trunk_set);
    cpjsip_trunk *copy = &at->copy.trunk;
    *copy = *trunk;
    command_own(at, &copy->host);
    command_own(at, &copy->auth_username);
    command_own(at, &copy->auth_password);
    command_own(at, &copy->auth_realm);
    command_own(at, &copy->from_host);
    command_own(at, &copy->register_user);
    command_send(at);
}

void cpjsip_trunk_remove(uint32_t trunk_id)
{
    command *at = command_make(run_trunk_remove);
    at->number[0] = trunk_id;
    command_send(at);
}

void cpjsip_trunk_set_targets(uint32_t trunk_id, const cpjsip_target *targets, size_t count)
{
    command *at = command_make(run_targets);
    at->number[0] = trunk_id;
    at->length = count;
    /* One block: the array, then the addresses. */
    at->targets = calloc(count ? count : 1, sizeof *targets + PJ_INET6_ADDRSTRLEN);
    if (!at->targets) abort();
    char *text = (char *)(at->targets + count);
    for (size_t i = 0; i < count; i++, text += PJ_INET6_ADDRSTRLEN) {
        at->targets[i] = targets[i];
        strncpy(text, targets[i].address, PJ_INET6_ADDRSTRLEN - 1);
        at->targets[i].address = text;
    }
    command_send(at);
}

/* --------------------------------------------------------------------- calls */

static void run_place(command *at) { call_place(&at->copy.request); }
static void run_confirm(command *at) { call_confirm(at->id); }
static void run_hang_up(command *at)
{
    sip_call *call = call_find(at->id);
    if (call)
        call_hang_up(call, CPJSIP_OWN_REQUESTED, at->code);
    else
        former_call_release(at->id);
}
static void run_play(command *at)
{
    sip_call *call = call_find(at->id);
    if (call && call->stream) rtp_stream_play(call->stream, at->number[0], at->number[1]);
}
static void run_stop_playing(command *at)
{
    sip_call *call = call_find(at->id);
    if (call && call->stream) rtp_stream_stop_playing(call->stream);
}
static void run_respond(command *at) { incoming_respond(at->id, at->code, (int)at->number[0], at->number[1]); }
static void run_digit(command *at)
{
    sip_call *call = call_find(at->id);
    if (!call || !call->stream) return;
    if (at->flag)
        call_send_info(call, at->digit);
    else
        rtp_stream_send_digit(call->stream, at->digit);
}
static void run_record(command *at)
{
    sip_call *call = call_find(at->id);
    if (call && call->stream) rtp_stream_record(call->stream, at->number[0]);
}
static void run_hold_former(command *at) { former_call_hold(&at->copy.former); }
static void run_dialog_end(command *at) { dialog_end(&at->copy.dialog); }

static void own_request(command *at, cpjsip_call_request *copy)
{
    command_own(at, &copy->sip_call_id);
    command_own(at, &copy->tag);
    command_own(at, &copy->callee);
    command_own(at, &copy->caller);
    command_own(at, &copy->caller_name);
}

void cpjsip_call_place(const cpjsip_call_request *request)
{
    command *at = command_make(run_place);
    at->copy.request = *request;
    own_request(at, &at->copy.request);
    command_send(at);
}

void cpjsip_call_hold_former(const cpjsip_former_call *call)
{
    command *at = command_make(run_hold_former);
    at->copy.former = *call;
    own_request(at, &at->copy.former.invite);
    command_own(at, &at->copy.former.address);
    command_send(at);
}

static void send_simple(void (*run)(command *), uint64_t id, int code, uint32_t first_number, uint32_t second_number)
{
    command *at = command_make(run);
    at->id = id;
    at->code = code;
    at->number[0] = first_number;
    at->number[1] = second_number;
    command_send(at);
}

void cpjsip_call_confirm(uint64_t call_id) { send_simple(run_confirm, call_id, 0, 0, 0); }
void cpjsip_call_hangup(uint64_t call_id, int code) { send_simple(run_hang_up, call_id, code, 0, 0); }
void cpjsip_call_play(uint64_t call_id, uint32_t prompt_id, uint32_t offset_ms)
{
    send_simple(run_play, call_id, 0, prompt_id, offset_ms);
}
void cpjsip_call_stop_playing(uint64_t call_id) { send_simple(run_stop_playing, call_id, 0, 0, 0); }
void cpjsip_call_respond(uint64_t call_id, int code, int q850_cause, uint32_t retry_after_s)
{
    send_simple(run_respond, call_id, code, (uint32_t)q850_cause, retry_after_s);
}
void cpjsip_call_record(uint64_t call_id, uint32_t max_ms) { send_simple(run_record, call_id, 0, max_ms, 0); }

void cpjsip_call_send_digit(uint64_t call_id, char digit, bool info)
{
    command *at = command_make(run_digit);
    at->id = call_id;
    at->digit = digit;
    at->flag = info;
    command_send(at);
}

void cpjsip_dialog_end(const cpjsip_dialog *dialog)
{
    command *at = command_make(run_dialog_end);
    cpjsip_dialog *copy = &at->copy.dialog;
    *copy = *dialog;
    command_own(at, &copy->sip_call_id);
    command_own(at, &copy->local_uri);
    command_own(at, &copy->local_tag);
    command_own(at, &copy->remote_uri);
    command_own(at, &copy->remote_tag);
    command_own(at, &copy->remote_target);
    command_own(at, &copy->route_set);
    command_send(at);
}

/* ------------------------------------------------------------------- prompts */

static void run_prompt_add(command *at)
{
    rtp_pump_add_prompt(sip.pump, at->number[0], at->pcma, at->pcmu, at->length);
}
static void run_prompt_remove(command *at) { rtp_pump_remove_prompt(sip.pump, at->number[0]); }

void cpjsip_prompt_add(uint32_t prompt_id, const uint8_t *pcma, const uint8_t *pcmu, size_t length)
{
    command *at = command_make(run_prompt_add);
    at->number[0] = prompt_id;
    at->pcma = pcma;
    at->pcmu = pcmu;
    at->length = length;
    command_send(at);
}

void cpjsip_prompt_remove(uint32_t prompt_id)
{
    command *at = command_make(run_prompt_remove);
    at->number[0] = prompt_id;
    command_send(at);
}
