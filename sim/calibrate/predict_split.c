#include "predict_split.h"

#include <math.h>

/* A pass of a prefill worker over as many prompts as its chunk holds. */
struct pass {
    double prompts, passes; /* per batch; passes of a prompt longer than the chunk */
    struct wm_step step;
    double board_w;
};

static struct pass pass_of(const struct wm_step_model *m, double input_tok, double prompts)
{
    const double chunk_tok = m->engine->prefill_chunk_tok;
    struct pass p = {.passes = ceil(input_tok / chunk_tok)};
    const double piece_tok = input_tok / p.passes;
    const double most = m->group.data * fmax(1.0, floor(chunk_tok / piece_tok));
    p.prompts = fmin(fmax(prompts, m->group.data), most);
    const struct wm_load load =
        wm_load_prefill(p.prompts, piece_tok, 0.5 * (input_tok - piece_tok), p.passes <= 1.0);
    p.step = wm_step_eval(m, &load);
    p.board_w = p.step.board_w;
    return p;
}

/* What a number of sequences per decode worker comes to. */
struct balance {
    double users, per_s, use_frac; /* requests per second; of the prefill workers' capacity */
    double prompt_s, tpot_s, decode_w, prefill_w;
};

static struct balance balance_of(const struct wm_step_model *decode,
                                 const struct wm_step_model *prefill, const struct pass *full,
                                 const struct pass *alone, const struct wm_operating_point *p,
                                 double sequences)
{
    const struct wm_load load = wm_load_decode(sequences, p->input_tok + 0.5 * p->output_tok);
    const struct wm_step step = wm_step_eval(decode, &load);
    struct balance b = {.tpot_s = step.time_s / wm_step_gain(decode)};
    b.per_s = p->decode_workers * sequences / (p->output_tok * b.tpot_s);
    const double capacity = p->prefill_workers * full->prompts / (full->passes * full->step.time_s);
    b.use_frac = b.per_s / capacity;
    if (b.use_frac >= 1.0) {
        b.users = (double)INFINITY;
        return b;
    }
    b.prompt_s = prefill->engine->prompt_overhead_s +
                 alone->passes * alone->step.time_s * (1.0 + b.use_frac / (2.0 * (1.0 - b.use_frac)));
    b.users = b.per_s * (b.prompt_s + p->output_tok * b.tpot_s);
    b.decode_w = step.board_w;
    const double idle_w = wm_board_rest_w(prefill->accelerator);
    b.prefill_w = idle_w + b.use_frac * (full->board_w - idle_w);
    return b;
}

struct wm_loop_point wm_split_eval(const struct wm_step_model *m,
                                   const struct wm_operating_point *point)
{
    struct wm_step_model prefill = *m;
    prefill.group = point->prefill;
    prefill.draft = (struct wm_draft){0.0, 0.0};
    const double mean_tok = point->input_tok + 0.5 * point->output_tok;
    double hi = fmin(wm_group_batch_limit(m, mean_tok), point->load / point->decode_workers);
    if (hi <= 0.0 || wm_group_batch_limit(&prefill, point->input_tok) < 1.0)
        return (struct wm_loop_point){0};
    const struct pass full = pass_of(&prefill, point->input_tok, (double)INFINITY);
    const struct pass alone = pass_of(&prefill, point->input_tok, 1.0);
    double lo = 1e-3 * hi;
    struct balance b = balance_of(m, &prefill, &full, &alone, point, hi);
    if (b.users > point->load) /* else memory, not the users, limits what decodes */
        for (int i = 0; i < 40 && hi - lo > 1e-5 * hi; i++) {
            const double mid = 0.5 * (lo + hi);
            const struct balance at = balance_of(m, &prefill, &full, &alone, point, mid);
            if (at.users > point->load) {
                hi = mid;
            } else {
                lo = mid;
                b = at;
            }
        }
    else
        lo = hi;
    if (isinf(b.users))
        b = balance_of(m, &prefill, &full, &alone, point, lo);
    const double n_prefill = point->prefill_workers * wm_group_gpus(&point->prefill);
    const double n_decode = point->decode_workers * wm_group_gpus(&m->group);
    return (struct wm_loop_point){.out_tok_per_s = b.per_s * point->output_tok,
                                  .tpot_s = b.tpot_s,
                                  .ttft_s = b.prompt_s,
                                  .sequences = lo,
                                  .board_w = (b.prefill_w * n_prefill + b.decode_w * n_decode) /
                                             (n_prefill + n_decode)};
}
