/* Time and energy of a step that reads prompts. */
#include "segment.h"

static double token_cost(const double *table, uint32_t max_tok, uint32_t n_tok)
{
    const uint32_t last = max_tok / WM_STEP_TOK_ROUND;
    const uint32_t i = (n_tok + WM_STEP_TOK_ROUND - 1) / WM_STEP_TOK_ROUND;
    return i <= last ? table[i] : table[last] * (double)i / (double)last;
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
    const uint32_t n_tok = sum->tok + (uint32_t)((double)n * tok_per_seq);
    const double prompts = (double)r->n_reading;
    double time_s = token_cost(t->token_s, t->max_tok, n_tok) + t->prompt_s * prompts +
                    t->pair_s * sum->pairs + t->reach_s * sum->reach;
    double energy_j = token_cost(t->token_j, t->max_tok, n_tok) + t->prompt_j * prompts +
                      t->pair_j * sum->pairs + t->reach_j * sum->reach;
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
