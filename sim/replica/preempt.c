/* Who gives way when KV blocks run out. */
#include "replica_state.h"

/* Back to the head of its queue, with what it has made. */
void replica_send_back(struct wm_replica *r, uint32_t slot, bool keeps_kv)
{
    struct batch *const b = &r->batch;
    struct wm_pending *const s = &b->slots[slot];
    const bool decoding = s->progress == WM_DECODING;
    const uint64_t steps = decoding ? steps_made(b, s) : 0;
    if (decoding)
        wheel_remove(b, slot);
    batch_release(b, slot);
    s->made_tok += (uint32_t)(steps * b->ctx_per_step >> WM_CTX_FRAC_BITS);
    s->blocks = blocks_of(b, s->input_tok + s->made_tok);
    s->has_kv = keeps_kv && decoding;
    if (s->has_kv)
        r->extra_s += r->params->swap_s_per_tok * (double)(s->input_tok + s->made_tok);
    if (!decoding) /* what was read of its prompt is lost, and no longer part of this step */
        for (uint32_t i = 0; i < r->n_reading; i++)
            if (r->reading[i].slot == slot) {
                r->reading[i] = r->reading[--r->n_reading];
                break;
            }
    queue_push_front(&r->queues[replica_priority(r, s->class_id)], r->arena, s);
    r->n_waiting++;
}

/* The sequence that gives way: least urgent, then arrived last. @pre the batch is not empty */
uint32_t replica_victim(const struct wm_replica *r)
{
    const struct batch *const b = &r->batch;
    uint32_t worst = UINT32_MAX;
    for (uint32_t i = 0; i < b->n_touched; i++) {
        if (b->slots[i].progress == WM_WAITING)
            continue;
        if (worst == UINT32_MAX) {
            worst = i;
            continue;
        }
        const struct wm_pending *const x = &b->slots[i], *const y = &b->slots[worst];
        const uint32_t px = replica_priority(r, x->class_id), py = replica_priority(r, y->class_id);
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
    replica_send_back(r, slot, r->params->preemption == WM_PREEMPT_SWAP);
}
