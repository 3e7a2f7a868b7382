/* Time: what a segment takes, and what its end books. */
#include "replica_state.h"

/* Moves the clock to the boundary that ends the segment and books its steps, time and energy. */
void replica_end_segment(struct wm_replica *r)
{
    struct batch *const b = &r->batch;
    struct wm_replica_totals *const t = &r->totals;
    const int64_t n = r->segment == SEGMENT_JUMP ? r->n_steps : 1;
    const int64_t time =
        r->frac +
        (r->segment == SEGMENT_JUMP ? jump_time(r->first_time, r->more_time, n) : r->mixed_time);
    const int64_t ns = time >> WM_STEP_FRAC_BITS;
    r->now_ns += ns;
    r->frac = time & FRAC_MASK;
    t->busy_ns += ns;
    t->n_steps += (uint64_t)n;
    t->n_jumps++;
    if (r->segment == SEGMENT_JUMP) {
        const double tok_per_ctx = 1.0 / (1 << WM_CTX_FRAC_BITS);
        const double ctx_tok = (double)b->ctx * tok_per_ctx;
        const double more_tok = (double)b->n_decoding * (double)b->ctx_per_step * tok_per_ctx;
        const double steps = (double)n;
        t->energy_j += steps * r->table->decode_j[b->n_decoding] +
                       r->table->ctx_j[b->n_decoding] *
                           (steps * ctx_tok + more_tok * (0.5 * steps * (steps - 1.0)));
    } else {
        t->energy_j += r->mixed_j;
        t->prefill_j += r->mixed_j;
        t->prefill_ns += ns;
    }
    if (r->segment == SEGMENT_PREFILL)
        return;                     /* decoding stood still */
    batch_grow(b, (uint64_t)n - 1); /* the last step's growth comes when the finished have left */
    b->step += (uint64_t)n;
    b->ctx += n * b->n_decoding * b->ctx_per_step;
    t->decode_tok += ((uint64_t)n * b->n_decoding * (uint64_t)b->ctx_per_step) >> WM_CTX_FRAC_BITS;
}

static double token_cost(const double *table, uint32_t max_tok, uint32_t n_tok)
{
    const uint32_t last = max_tok / WM_STEP_TOK_ROUND;
    const uint32_t i = (n_tok + WM_STEP_TOK_ROUND - 1) / WM_STEP_TOK_ROUND;
    return i <= last ? table[i] : table[last] * (double)i / (double)last;
}

/* Time and energy of a step that reads prompts, with all sequences that decode in it. */
void replica_plan_mixed(struct wm_replica *r, uint32_t prompt_tok)
{
    const struct wm_step_table *const t = r->table;
    const struct batch *const b = &r->batch;
    const bool chunked = r->params.batching == WM_BATCH_CHUNKED;
    const uint32_t n = chunked ? b->n_decoding : 0;
    const double ctx_tok = (double)b->ctx / (1 << WM_CTX_FRAC_BITS);
    const double tok_per_seq = r->params.tok_per_step > 1.0 ? r->params.tok_per_step : 1.0;
    const uint32_t n_tok = prompt_tok + (uint32_t)((double)n * tok_per_seq);
    double pairs = 0.0, reach = 0.0;
    for (uint32_t i = 0; i < r->n_reading; i++) {
        const struct wm_pending *const s = &b->slots[r->reading[i]];
        const double c = (double)r->chunk[i];
        const double before = (double)(s->input_tok + s->made_tok - s->todo_tok);
        pairs += c * (before + 0.5 * c);
        reach += before + 0.5 * c;
    }
    const double prompts = (double)r->n_reading;
    double time_s = token_cost(t->token_s, t->max_tok, n_tok) + t->prompt_s * prompts +
                    t->pair_s * pairs + t->reach_s * reach;
    double energy_j = token_cost(t->token_j, t->max_tok, n_tok) + t->prompt_j * prompts +
                      t->pair_j * pairs + t->reach_j * reach;
    time_s += t->seq_s[n];
    energy_j += t->seq_j[n];
    if (n > 0) {
        time_s += (double)t->ctx[n] * (double)b->ctx / UNITS_PER_S;
        energy_j += t->ctx_j[n] * ctx_tok;
    }
    r->mixed_time = (int64_t)((time_s + r->extra_s) * UNITS_PER_S + 0.5);
    r->mixed_j = energy_j + r->extra_s * t->idle_w;
    r->extra_s = 0.0;
    r->segment = chunked ? SEGMENT_MIXED : SEGMENT_PREFILL;
    r->next_ns = r->now_ns + ((r->frac + r->mixed_time) >> WM_STEP_FRAC_BITS);
}

/* Whether the first in the queue would be admitted if preemption had not just forbidden it. */
static bool is_held_back(struct wm_replica *r)
{
    struct queue *const queue = replica_first_queue(r);
    return queue != NULL && r->batch.n_free > 0 && replica_fits(r, queue_front(queue));
}

void replica_plan_jump(struct wm_replica *r, bool preempted)
{
    const struct wm_step_table *const t = r->table;
    const struct batch *const b = &r->batch;
    const uint32_t n = b->n_decoding;
    r->segment = SEGMENT_JUMP;
    r->first_time = t->decode[n] + t->ctx[n] * b->ctx;
    r->more_time = t->ctx[n] * n * b->ctx_per_step;
    r->n_steps = 1;
    if (r->extra_s > 0.0) { /* swaps lengthen one step */
        r->first_time += (int64_t)(r->extra_s * UNITS_PER_S + 0.5);
        r->totals.energy_j += r->extra_s * t->idle_w;
        r->extra_s = 0.0;
    } else if (!r->per_step && !(preempted && is_held_back(r))) {
        const uint64_t most = batch_done_step(b) - b->step;
        r->n_steps =
            jump_limit(r->first_time, r->more_time, (int64_t)batch_steps_until_full(b, most));
    }
    r->next_ns = r->now_ns + ((r->frac + jump_time(r->first_time, r->more_time, r->n_steps)) >>
                              WM_STEP_FRAC_BITS);
}

/* Ends a jump at the first boundary at or after `now_ns`. */
void replica_cut_jump(struct wm_replica *r, int64_t now_ns)
{
    if (r->segment != SEGMENT_JUMP || r->n_steps == 1)
        return;
    const int64_t gap = ((now_ns - r->now_ns) << WM_STEP_FRAC_BITS) - r->frac;
    r->n_steps = jump_steps(r->first_time, r->more_time, gap, r->n_steps);
    r->next_ns = r->now_ns + ((r->frac + jump_time(r->first_time, r->more_time, r->n_steps)) >>
                              WM_STEP_FRAC_BITS);
}

/* Whole steps of a jump that are over at `now_ns`. */
int64_t replica_steps_over(const struct wm_replica *r, int64_t now_ns)
{
    const int64_t gap = ((now_ns + 1 - r->now_ns) << WM_STEP_FRAC_BITS) - r->frac;
    const int64_t n = jump_steps(r->first_time, r->more_time, gap, r->n_steps);
    return jump_time(r->first_time, r->more_time, n) < gap ? n : n - 1;
}
