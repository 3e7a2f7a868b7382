#include "wattmill/step_table.h"

#include <math.h>
#include <string.h>

#include "wattmill/require.h"

static const double units_per_s = 1e9 * (1 << WM_STEP_FRAC_BITS);

static const double *copied(struct wm_arena *arena, const double *from, size_t n)
{
    double *const to = WM_NEW_ARRAY(arena, double, n);
    if (from != NULL)
        memcpy(to, from, n * sizeof *to);
    return to;
}

static int64_t units(double time_s, double scale)
{
    WM_REQUIRE(time_s >= 0.0 && time_s < 3600.0);
    return (int64_t)(time_s * scale + 0.5);
}

struct wm_step_table *wm_step_table_new(struct wm_arena *arena, const struct wm_step_costs *c)
{
    const size_t n = (size_t)c->max_seqs + 1;
    const size_t n_tok = (size_t)c->max_tok / WM_STEP_TOK_ROUND + 2;
    int64_t *const decode = WM_NEW_ARRAY(arena, int64_t, n);
    int64_t *const ctx = WM_NEW_ARRAY(arena, int64_t, n);
    for (size_t b = 0; b < n; b++) {
        decode[b] = units(c->decode_s[b], units_per_s);
        ctx[b] = units(c->ctx_s[b], units_per_s / (1 << WM_CTX_FRAC_BITS));
        WM_REQUIRE(b == 0 || decode[b] > 0);
    }
    struct wm_step_table *const t = WM_NEW(arena, struct wm_step_table);
    *t = (struct wm_step_table){.max_seqs = c->max_seqs,
                                .max_tok = c->max_tok,
                                .clock_frac = c->clock_frac,
                                .idle_w = c->idle_w,
                                .rest_w = c->rest_w,
                                .decode = decode,
                                .ctx = ctx,
                                .decode_j = copied(arena, c->decode_j, n),
                                .ctx_j = copied(arena, c->ctx_j, n),
                                .token_s = copied(arena, c->token_s, n_tok),
                                .token_j = copied(arena, c->token_j, n_tok),
                                .seq_s = copied(arena, c->seq_s, n),
                                .seq_j = copied(arena, c->seq_j, n),
                                .shared_s = c->shared_s,
                                .prompt_s = c->prompt_s,
                                .prompt_j = c->prompt_j,
                                .pair_s = c->pair_s,
                                .pair_j = c->pair_j,
                                .reach_s = c->reach_s,
                                .reach_j = c->reach_j};
    memcpy(t->lag_w, c->lag_w, sizeof t->lag_w);
    return t;
}

struct wm_step_table *wm_step_table_affine(struct wm_arena *arena, const struct wm_step_affine *a,
                                           uint32_t max_seqs, uint32_t max_tok)
{
    const size_t n = (size_t)max_seqs + 1;
    const size_t n_tok = (size_t)max_tok / WM_STEP_TOK_ROUND + 2;
    double *const work = WM_NEW_ARRAY(arena, double, 6 * n + 2 * n_tok);
    double *const decode_s = work, *const decode_j = work + n, *const ctx_s = work + 2 * n,
                  *const ctx_j = work + 3 * n, *const seq_s = work + 4 * n,
                  *const seq_j = work + 5 * n, *const token_s = work + 6 * n,
                  *const token_j = work + 6 * n + n_tok;
    for (size_t b = 0; b < n; b++) {
        decode_s[b] = a->step_s + a->seq_s * (double)b;
        ctx_s[b] = a->ctx_s;
        /* prompt tokens are counted with the sequences' own in token_s: take those back */
        seq_s[b] = fmax(0.0, (a->seq_s - a->tok_s) * (double)b);
        decode_j[b] = decode_s[b] * a->busy_w;
        ctx_j[b] = ctx_s[b] * a->busy_w;
        seq_j[b] = seq_s[b] * a->busy_w;
    }
    for (size_t i = 0; i < n_tok; i++) {
        token_s[i] = a->step_s + a->tok_s * (double)(i * WM_STEP_TOK_ROUND);
        token_j[i] = token_s[i] * a->busy_w;
    }
    const struct wm_step_costs c = {.max_seqs = max_seqs,
                                    .max_tok = max_tok,
                                    .clock_frac = 1.0,
                                    .idle_w = a->idle_w,
                                    .decode_s = decode_s,
                                    .decode_j = decode_j,
                                    .ctx_s = ctx_s,
                                    .ctx_j = ctx_j,
                                    .token_s = token_s,
                                    .token_j = token_j,
                                    .seq_s = seq_s,
                                    .seq_j = seq_j};
    return wm_step_table_new(arena, &c);
}
