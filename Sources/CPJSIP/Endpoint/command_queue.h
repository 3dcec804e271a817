/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Commands on their way in: copied, queued under a mutex, and the SIP thread woken once. */
#ifndef COMMAND_QUEUE_H
#define COMMAND_QUEUE_H

#include "cpjsip.h"

typedef struct command {
    struct command *next;
    void (*run)(struct command *command);
    uint64_t id;
    uint32_t number[3];
    int code;
    char digit;
    bool flag;
    const uint8_t *pcma, *pcmu;
    size_t length;
    cpjsip_target *targets;
    union {
        cpjsip_call_request request;
        cpjsip_former_call former;
        cpjsip_trunk trunk;
        cpjsip_dialog dialog;
    } copy;
    const char **strings[10]; /* those of copy that are ours to free */
    unsigned string_count;
} command;

/** Zeroed but for run. Any thread. Aborts without memory. */
command *command_make(void (*run)(command *command));
/** The string, when there is one, becomes a copy that goes with the command. Any thread. */
void command_own(command *command, const char **string);
/** The SIP thread runs it and frees it. Any thread. */
void command_send(command *command);

/** 0, or -1. */
int commands_open(void);
/** What was not run is thrown away. */
void commands_close(void);
/** Runs what other threads have asked for, a bounded number at once; true when some are left. */
bool commands_run(void);

#endif
