/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Socket filters: the kernel drops the microphones of thousands before they wake anybody. */
#include "rtp_internal.h"

#include <linux/filter.h>

/* A UDP socket's filter sees the datagram from its UDP header on (8 bytes), then RTP's second byte
 * holds marker and payload type. */
#define RTP_PAYLOAD_TYPE_OFFSET 9

int rtp_filter_attach(int fd, uint8_t audio, uint8_t event, uint8_t remote_event)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, RTP_PAYLOAD_TYPE_OFFSET),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x7f),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, event, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, remote_event, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, audio, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0xffff),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}
