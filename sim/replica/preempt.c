/* Who gives way when KV blocks run out. */
#include "replica_state.h"

/* Back to the head of its queue, with what it has made. */
void replica_send_back(struct wm_replica *r, uint32_t slot, bool keeps_kv)
{
    struct batch *const b = &r->batch;
    struct wm_pending *const s = &b->slots[slot];
    if (b->state[slot] == SLOT_DECODING)
        heap_remove(b, slot);
    const uint64_t steps = b->state[slot] == SLOT_DECODING ? b->step - s->join_step : 0;
    const bool decoding = b->state[slot] == SLOT_DECODING;
    batch_release(b, slot);
    s->made_tok += (uint32_t)(steps * (uint64_t)b->ctx_per_step >> WM_CTX_FRAC_BITS);
    s->has_kv = keeps_kv && decoding;
    if (s->has_kv)
        r->extra_s += r->params.swap_s_per_tok * (double)(s->input_tok + s->made_tok);
    if (!decoding) /* what was read of its prompt is lost, and no longer part of this step */
        for (uint32_t i = 0; i < r->n_reading; i++)
            if (r->reading[i] == slot) {
                r->reading[i] = r->reading[--r->n_reading];
                r->chunk[i] = r->chunk[r->n_reading];
                break;
            }
    queue_push_front(&r->queues[replica_priority(r, s)], r->arena, s);
    r->n_waiting++;
}

/* The sequence that gives way: least urgent, then arrived last. @pre the batch is not empty */
uint32_t replica_victim(const struct wm_replica *r)
{
    const struct batch *const b = &r->batch;
    uint32_t worst = UINT32_MAX;
    for (uint32_t i = 0; i < b->max_seqs; i++) {
        if (b->state[i] == SLOT_FREE)
            continue;
        if (worst == UINT32_MAX) {
            worst = i;
            continue;
        }
        const struct wm_pending *const x = &b->slots[i], *const y = &b->slots[worst];
        const uint32_t px = replica_priority(r, x), py = replica_priority(r, y);
        if (px != py                         ? px > py
            : x->arrival_ns != y->arrival_ns ? x->arrival_ns > y->arrival_ns
                                             : x->id > y->id)
            worst = i;
    }
    return worst;
}

void replica_preempt_one(struct wm_replica *r)
{
    const uint32_t slot = replica_victim(r);
    r->totals.n_preempted++;
    r->service->classes[r->batch.slots[slot].class_id].n_preempted++;
    r->no_admission = true;
    replica_send_back(r, slot, r->params.preemption == WM_PREEMPT_SWAP);
}
