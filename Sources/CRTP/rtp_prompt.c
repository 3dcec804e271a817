/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Prompts by id, counted: a removed one lives until the last stream has let go of it. */
#include "rtp_internal.h"

#include <stdlib.h>

void rtp_pump_add_prompt(rtp_pump *pump, uint32_t id, const uint8_t *pcma, const uint8_t *pcmu, size_t length)
{
    rtp_prompt *prompt = calloc(1, sizeof *prompt);
    if (!prompt) return;
    *prompt = (rtp_prompt){
        .id = id, .pcma = pcma, .pcmu = pcmu, .length = length / RTP_FRAME_SIZE * RTP_FRAME_SIZE, .users = 1};
    rtp_pump_remove_prompt(pump, id);
    rtp_prompt **bucket = &pump->prompts.bucket[id % RTP_PROMPT_BUCKETS];
    pthread_mutex_lock(&pump->prompts.mutex);
    prompt->next = *bucket;
    *bucket = prompt;
    pthread_mutex_unlock(&pump->prompts.mutex);
}

/* Where the table points to the prompt of that id, or to NULL at the end of its bucket. */
static rtp_prompt **place(rtp_pump *pump, uint32_t id)
{
    rtp_prompt **at = &pump->prompts.bucket[id % RTP_PROMPT_BUCKETS];
    while (*at && (*at)->id != id) at = &(*at)->next;
    return at;
}

void rtp_pump_remove_prompt(rtp_pump *pump, uint32_t id)
{
    pthread_mutex_lock(&pump->prompts.mutex);
    rtp_prompt **at = place(pump, id);
    rtp_prompt *prompt = *at;
    if (prompt) *at = prompt->next;
    pthread_mutex_unlock(&pump->prompts.mutex);
    rtp_prompt_give(pump, prompt);
}

rtp_prompt *rtp_prompt_take(rtp_pump *pump, uint32_t id)
{
    pthread_mutex_lock(&pump->prompts.mutex);
    rtp_prompt *prompt = *place(pump, id);
    if (prompt) atomic_fetch_add_explicit(&prompt->users, 1, memory_order_relaxed);
    pthread_mutex_unlock(&pump->prompts.mutex);
    return prompt;
}

/* The last user finds it out of the table already, so it needs no lock. */
void rtp_prompt_give(rtp_pump *pump, rtp_prompt *prompt)
{
    if (!prompt || atomic_fetch_sub_explicit(&prompt->users, 1, memory_order_acq_rel) > 1) return;
    uint32_t id = prompt->id;
    free(prompt);
    if (pump->config.prompt_released) pump->config.prompt_released(id);
}

void rtp_prompts_free(rtp_pump *pump)
{
    for (size_t i = 0; i < RTP_PROMPT_BUCKETS; i++)
        while (pump->prompts.bucket[i]) rtp_pump_remove_prompt(pump, pump->prompts.bucket[i]->id);
}
