/*
 * A step table from the serving model: the model is asked for decode steps of every batch, for steps
 * that read so many prompt tokens, and for what one chunk, one pair of tokens and one reached token
 * add. Energy is board power at the step's load times its time, plus the hosts'.
 */
#include <math.h>

#include "wattmill/require.h"
#include "wattmill/step_table.h"

struct cost {
    double time_s, energy_j;
};

/* A step in one stage. The model's iteration moves as many such loads on as there are stages. */
static struct cost cost_of(const struct wm_step_model *m, const struct wm_load *load)
{
    const double stages = m->group.pipeline;
    struct wm_load all = *load;
    for (double n = 1.0; n < stages; n += 1.0)
        all = wm_load_add(&all, load);
    const struct wm_step step = wm_step_eval(m, &all);
    const double gpus = wm_group_gpus(&m->group) / stages, time_s = step.time_s / stages;
    return (struct cost){time_s, time_s * gpus * (step.board_w + m->accelerator->host_busy_w)};
}

/* A step that reads `tok` prompt tokens, seen as tokens alone: one chunk that attends to nothing, spread
   over `readers` attention groups. */
static struct wm_load tokens_alone(double tok, double readers)
{
    return (struct wm_load){.prefill_tok = tok, .chunks = 1.0, .readers = readers};
}

/* A chunk on each attention group, and a chunk on one of them. */
struct lockstep {
    struct cost all, one;
};

static struct lockstep lockstep_of(const struct wm_step_model *m, double tok)
{
    const struct wm_load each = tokens_alone(tok * m->group.data, m->group.data);
    const struct wm_load lone = tokens_alone(tok, 1.0);
    return (struct lockstep){cost_of(m, &each), cost_of(m, &lone)};
}

/* Time of a token that the busiest attention group does not have to itself. */
static double shared_time_s(const struct wm_step_model *m, double max_tok)
{
    const double groups = m->group.data;
    if (groups <= 1.0)
        return 0.0;
    const struct lockstep l = lockstep_of(m, max_tok / groups);
    return fmax(0.0, l.all.time_s - l.one.time_s) / (max_tok - max_tok / groups);
}

/* Draw of attention groups that wait, if all did, for one that reads 8, 16, 32 ... tokens: their experts work for
   it. What the step draws is that of the one that reads, and theirs. */
static void fill_lag(const struct wm_step_model *m, double rest_w, double *lag_w)
{
    const double groups = m->group.data;
    for (int i = 0; i < WM_STEP_LAG; i++) {
        const struct lockstep l = lockstep_of(m, ldexp(WM_STEP_TOK_ROUND, i));
        const double most_w = l.all.energy_j / l.all.time_s, mean_w = l.one.energy_j / l.one.time_s;
        lag_w[i] = groups > 1.0 ? (mean_w - most_w / groups) / (1.0 - 1.0 / groups) : rest_w;
        lag_w[i] = fmax(rest_w, lag_w[i]);
    }
}

/* Every multiple of 8 up to 64k tokens, then every 64th part more, and straight lines between. */
static void fill_tokens(const struct wm_step_model *m, size_t n_tok, double chunk_s, double chunk_j,
                        double *token_s, double *token_j)
{
    enum { ALL_TO = 8192, PART = 64 };
    size_t done = 0;
    for (size_t i = 0; i < n_tok;) {
        const struct wm_load load =
            tokens_alone(fmax(1.0, (double)(i * WM_STEP_TOK_ROUND)), m->group.data);
        const struct cost step = cost_of(m, &load);
        token_s[i] = fmax(0.0, step.time_s - chunk_s);
        token_j[i] = fmax(0.0, step.energy_j - chunk_j);
        for (size_t k = done + 1; k < i; k++) {
            const double share = (double)(k - done) / (double)(i - done);
            token_s[k] = token_s[done] + share * (token_s[i] - token_s[done]);
            token_j[k] = token_j[done] + share * (token_j[i] - token_j[done]);
        }
        done = i;
        const size_t next = i + (i < ALL_TO ? 1 : i / PART);
        i = next < n_tok || i + 1 == n_tok ? next : n_tok - 1;
    }
}

static void decode_at(const struct wm_step_model *m, const struct wm_step_costs *c, uint32_t b,
                      double mean_context_tok, double *const out[6])
{
    double *const decode_s = out[0], *const decode_j = out[1], *const ctx_s = out[2],
                  *const ctx_j = out[3], *const seq_s = out[4], *const seq_j = out[5];
    const double n = (double)b, context = fmax(mean_context_tok, 16.0);
    const struct wm_load low = wm_load_decode(n, 0.5 * context);
    const struct wm_load high = wm_load_decode(n, 1.5 * context);
    const struct cost x = cost_of(m, &low), y = cost_of(m, &high);
    const double span = n * context;
    ctx_s[b] = fmax(0.0, (y.time_s - x.time_s) / span);
    ctx_j[b] = fmax(0.0, (y.energy_j - x.energy_j) / span);
    decode_s[b] = x.time_s - ctx_s[b] * 0.5 * span;
    decode_j[b] = fmax(0.0, x.energy_j - ctx_j[b] * 0.5 * span);
    /* beside prompts: what is left when its tokens went through the linear layers with theirs */
    const uint32_t tok = (uint32_t)(n * (1.0 + m->draft.tok) + 0.5);
    const uint32_t i = (tok + WM_STEP_TOK_ROUND - 1) / WM_STEP_TOK_ROUND;
    const uint32_t last = c->max_tok / WM_STEP_TOK_ROUND + 1;
    seq_s[b] = fmax(0.0, decode_s[b] - c->token_s[i < last ? i : last]);
    seq_j[b] = fmax(0.0, decode_j[b] - c->token_j[i < last ? i : last]);
}

/* Every batch up to 128, then every 64th part of it more, and straight lines between. */
static void fill_decode(const struct wm_step_model *m, const struct wm_step_costs *c,
                        double mean_context_tok, double *const out[6])
{
    enum { ALL_TO = 128, PART = 64 };
    uint32_t done = 0;
    for (uint32_t b = 1; done < c->max_seqs; b += b < ALL_TO ? 1 : b / PART) {
        b = b < c->max_seqs ? b : c->max_seqs;
        decode_at(m, c, b, mean_context_tok, out);
        for (uint32_t i = done + 1; done > 0 && i < b; i++) {
            const double share = (double)(i - done) / (double)(b - done);
            for (int k = 0; k < 6; k++)
                out[k][i] = out[k][done] + share * (out[k][b] - out[k][done]);
        }
        done = b;
    }
}

struct wm_step_table *wm_step_table_of_model(struct wm_arena *arena, const struct wm_step_model *m,
                                             uint32_t max_seqs, uint32_t max_tok,
                                             double mean_context_tok)
{
    WM_REQUIRE(max_seqs >= 1 && max_tok >= WM_STEP_TOK_ROUND && mean_context_tok >= 0.0);
    const size_t n = (size_t)max_seqs + 1, n_tok = (size_t)max_tok / WM_STEP_TOK_ROUND + 2;
    double *const work = WM_NEW_ARRAY(arena, double, 6 * n + 2 * n_tok);
    double *const out[6] = {work, work + n, work + 2 * n, work + 3 * n, work + 4 * n, work + 5 * n};
    double *const token_s = work + 6 * n, *const token_j = token_s + n_tok;
    /* what a chunk adds beyond its tokens, measured at a large one */
    const double c = (double)max_tok;
    const double groups = m->group.data;
    const struct wm_load bare = tokens_alone(c, groups);
    struct wm_load sampled = bare, twice = bare, pairs = bare, none = bare;
    sampled.sampled = 1.0;
    twice.sampled = 2.0;
    pairs.pairs = 0.5 * c * c;
    struct wm_load reach = pairs; /* what is reached counts only where there are pairs */
    reach.reach_tok = c;
    none.chunks = 0.0;
    const struct cost base = cost_of(m, &bare), no_chunk = cost_of(m, &none),
                      with_sample = cost_of(m, &sampled), with_two = cost_of(m, &twice),
                      with_pairs = cost_of(m, &pairs), with_reach = cost_of(m, &reach);
    const double chunk_s = base.time_s - no_chunk.time_s;
    const double chunk_j = base.energy_j - no_chunk.energy_j;
    fill_tokens(m, n_tok, chunk_s, chunk_j, token_s, token_j);
    const double gpus = wm_group_gpus(&m->group) / m->group.pipeline;
    const struct wm_accelerator *const hw = m->accelerator;
    struct wm_step_costs costs = {
        .max_seqs = max_seqs,
        .max_tok = max_tok,
        .clock_frac = m->clock_frac,
        .idle_w = gpus * (wm_board_rest_w(hw) + hw->host_idle_w),
        .rest_w = gpus * (wm_board_rest_w(hw) + hw->host_busy_w),
        .token_s = token_s,
        .token_j = token_j,
        .shared_s = shared_time_s(m, c),
        .prompt_s = fmax(0.0, chunk_s + with_two.time_s - with_sample.time_s),
        .prompt_j = fmax(0.0, chunk_j + with_two.energy_j - with_sample.energy_j),
        .pair_s = fmax(0.0, with_pairs.time_s - base.time_s) / (0.5 * c * c),
        .pair_j = fmax(0.0, with_pairs.energy_j - base.energy_j) / (0.5 * c * c),
        .reach_s = fmax(0.0, with_reach.time_s - with_pairs.time_s) / c,
        .reach_j = fmax(0.0, with_reach.energy_j - with_pairs.energy_j) / c};
    fill_lag(m, costs.rest_w, costs.lag_w);
    /* no sequence decodes: a prompt that ends passes the output head alone */
    out[4][0] = fmax(0.0, 2.0 * with_sample.time_s - base.time_s - with_two.time_s);
    out[5][0] = fmax(0.0, 2.0 * with_sample.energy_j - base.energy_j - with_two.energy_j);
    fill_decode(m, &costs, mean_context_tok, out);
    costs.decode_s = out[0];
    costs.decode_j = out[1];
    costs.ctx_s = out[2];
    costs.ctx_j = out[3];
    costs.seq_s = out[4];
    costs.seq_j = out[5];
    return wm_step_table_new(arena, &costs);
}
