/* Time and energy of a step that reads prompts. */
#include <math.h>

#include "segment.h"

static double token_cost(const double *table, uint32_t max_tok, uint32_t n_tok)
{
    const uint32_t last = max_tok / WM_STEP_TOK_ROUND;
    const uint32_t i = (n_tok + WM_STEP_TOK_ROUND - 1) / WM_STEP_TOK_ROUND;
    return i <= last ? table[i] : table[last] * (double)i / (double)last;
}

/* What the busiest attention group reads, as if all read as much. */
static struct prompts busiest(const struct wm_replica *r, const struct prompts *sum)
{
    const uint32_t n = replica_n_ranks(r);
    const struct prompts *most = &r->ranks[0];
    if (n == 1)
        return *sum;
    for (uint32_t i = 1; i < n; i++)
        if (r->ranks[i].tok > most->tok)
            most = &r->ranks[i];
    const double all = (double)n;
    return (struct prompts){most->tok * n, most->n * n, most->pairs * all, most->reach * all};
}

struct cost {
    double time_s, energy_j;
};

/* Linear layers of `n_tok` tokens, and what the prompts among them add. */
static struct cost cost_of(const struct wm_step_table *t, uint32_t n_tok, const struct prompts *p)
{
    const double n = (double)p->n;
    return (struct cost){token_cost(t->token_s, t->max_tok, n_tok) + t->prompt_s * n +
                             t->pair_s * p->pairs + t->reach_s * p->reach,
                         token_cost(t->token_j, t->max_tok, n_tok) + t->prompt_j * n +
                             t->pair_j * p->pairs + t->reach_j * p->reach};
}

/* Draw of groups that wait for one that reads so many tokens; a line in their logarithm. */
static double lag_w(const struct wm_step_table *t, uint32_t n_tok)
{
    const double at = fmin(fmax(0.0, log2((double)n_tok / WM_STEP_TOK_ROUND)), WM_STEP_LAG - 1.001);
    const int i = (int)at;
    return t->lag_w[i] + (at - i) * (t->lag_w[i + 1] - t->lag_w[i]);
}

/* The same in lockstep: groups with less than the busiest wait for it, and experts have no more tokens than there
   are. */
static struct cost lockstep_cost(const struct wm_replica *r, uint32_t decode_tok,
                                 const struct prompts *sum)
{
    const struct wm_step_table *const t = r->table;
    const struct prompts slow = busiest(r, sum);
    const struct cost even = cost_of(t, sum->tok + decode_tok, sum);
    if (slow.tok <= sum->tok)
        return even;
    const struct cost whole = cost_of(t, slow.tok + decode_tok, &slow); /* if all had as much */
    const double work = (double)(sum->tok + decode_tok) / (double)(slow.tok + decode_tok);
    const double less_s = whole.time_s - t->shared_s * (double)(slow.tok - sum->tok);
    const double time_s = less_s > even.time_s ? less_s : even.time_s;
    const double attention_s = t->pair_s * slow.pairs + t->reach_s * slow.reach;
    /* the memory's draw goes with the root of its busy time (step.h); attention leaves it to rest */
    const double experts = sqrt(fmax(0.0, 1.0 - attention_s / time_s));
    const double most_w = lag_w(t, slow.tok / replica_n_ranks(r));
    const double wait_j = time_s * (t->rest_w + (most_w - t->rest_w) * experts);
    return (struct cost){time_s,
                         work * time_s * whole.energy_j / whole.time_s + (1.0 - work) * wait_j};
}

double replica_reading_s(const struct wm_replica *r, uint32_t past, uint32_t todo)
{
    const struct wm_step_table *const t = r->table;
    const uint32_t n = replica_n_ranks(r);
    const double reach = (double)past + 0.5 * (double)todo;
    const struct prompts one = {todo, 1, (double)todo * reach, reach};
    const struct prompts slow = {todo * n, n, (double)n * one.pairs, (double)n * reach};
    const double less_s = cost_of(t, slow.tok, &slow).time_s - t->shared_s * (double)(slow.tok - todo);
    return fmax(cost_of(t, todo, &one).time_s, less_s) * (double)replica_n_stages(r);
}

/* Time and energy of a step that reads prompts, with all sequences that decode in it. */
void replica_plan_mixed(struct wm_replica *r, const struct prompts *sum)
{
    const struct wm_step_table *const t = r->table;
    const struct batch *const b = &r->batch;
    const bool chunked = r->params->batching == WM_BATCH_CHUNKED;
    const uint32_t n = chunked ? b->n_decoding : 0;
    const double ctx_tok = (double)b->ctx / (1 << WM_CTX_FRAC_BITS);
    const double tok_per_seq = r->params->tok_per_step > 1.0 ? r->params->tok_per_step : 1.0;
    const uint32_t decode_tok = (uint32_t)((double)n * tok_per_seq);
    const struct cost prompts = lockstep_cost(r, decode_tok, sum);
    const double time_s = prompts.time_s + t->seq_s[n];
    const double energy_j = prompts.energy_j + t->seq_j[n] + (n > 0 ? t->ctx_j[n] * ctx_tok : 0.0);
    r->first_time = (int64_t)((time_s + r->extra_s) * UNITS_PER_S + 0.5);
    if (n > 0)
        r->first_time += t->ctx[n] * b->ctx;
    r->more_time = 0;
    r->n_steps = 1;
    r->prompt_tok = sum->tok;
    r->mixed_j = energy_j + r->extra_s * t->idle_w;
    /* the prompts' part: what the step takes more than without them */
    const int64_t alone = n > 0 ? t->decode[n] + t->ctx[n] * b->ctx : 0;
    const double alone_j = n > 0 ? t->decode_j[n] + t->ctx_j[n] * ctx_tok : 0.0;
    r->prompts_ns = r->first_time > alone ? (r->first_time - alone) >> WM_STEP_FRAC_BITS : 0;
    r->prompts_j = r->mixed_j > alone_j ? r->mixed_j - alone_j : 0.0;
    r->extra_s = 0.0;
    r->segment = chunked ? SEGMENT_MIXED : SEGMENT_PREFILL;
    segment_set_end(r);
}
