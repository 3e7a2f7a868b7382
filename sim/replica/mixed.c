/* Time and energy of a step that reads prompts. */
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

static double prompts_cost(const double *table, uint32_t max_tok, uint32_t n_tok,
                           const struct prompts *p, const double per[3])
{
    return token_cost(table, max_tok, n_tok) + per[0] * (double)p->n + per[1] * p->pairs +
           per[2] * p->reach;
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
    const double per_s[3] = {t->prompt_s, t->pair_s, t->reach_s};
    const double per_j[3] = {t->prompt_j, t->pair_j, t->reach_j};
    const uint32_t n_tok = sum->tok + decode_tok;
    double time_s = prompts_cost(t->token_s, t->max_tok, n_tok, sum, per_s);
    double energy_j = prompts_cost(t->token_j, t->max_tok, n_tok, sum, per_j);
    const struct prompts slow = busiest(r, sum);
    if (slow.tok > sum->tok) { /* the others wait; experts have no more tokens than there are */
        const double even_s = time_s;
        time_s = prompts_cost(t->token_s, t->max_tok, slow.tok + decode_tok, &slow, per_s) -
                 t->shared_s * (double)(slow.tok - sum->tok);
        time_s = time_s > even_s ? time_s : even_s;
        energy_j += (time_s - even_s) * t->lag_w;
    }
    time_s += t->seq_s[n];
    energy_j += t->seq_j[n] + (n > 0 ? t->ctx_j[n] * ctx_tok : 0.0);
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
