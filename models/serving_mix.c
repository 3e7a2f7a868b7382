/* Aggregated serving: the mean iteration of a mixed stream, and closed loops of users. */
#include "wattmill/require.h"
#include "wattmill/serving.h"

static const double mean_residual = 0.5; /* of the running iteration, when a request arrives */

/* Iterations that the mean prompt takes. */
static double mean_chunks(const struct wm_prompts *prompts, double new_tok, double chunk_tok)
{
    double sum = prompts->n == 0 ? ceil(new_tok / chunk_tok) : 0.0;
    for (size_t i = 0; i < prompts->n; i++)
        sum += prompts->at[i].share * fmax(1.0, ceil(prompts->at[i].ratio * new_tok / chunk_tok));
    return sum;
}

/* Mean of the largest of `n` independent Poisson numbers of mean `mean`: sum of P(max > k). */
static double mean_largest(double mean, double n)
{
    double term = exp(-mean), below = term, sum = 0.0;
    for (double k = 1.0;; k += 1.0) {
        const double over = 1.0 - pow(below, n);
        sum += over;
        if (over < 1e-4)
            return sum;
        term *= mean / k;
        below = fmin(1.0, below + term);
    }
}

/* How the prompts of iterations come together. */
struct meeting {
    double share_frac; /* of iterations that carry prompts; > 1: prompts cannot keep up */
    double at_once;    /* chunks in such an iteration */
    double readers;    /* attention groups' worth of them: chunks over those of the busiest group */
};

/*
 * `due` chunks an iteration for `readers` groups that take `most` each at once. Where the engine keeps
 * the groups in balance they read together. Else prompts reach each group at random, a Poisson number of
 * chunks of mean due / readers, and the iteration takes as long as the group that has most of them: an
 * order statistic. A group that reads all the time always has its `most`. An engine that looks at new
 * requests every `intake` iterations gathers them: groups read together more often.
 */
static struct meeting meet(const struct wm_step_model *m, double due, double most, double intake)
{
    const double readers = m->group.data * m->group.pipeline, mean = due / readers;
    if (m->group.data <= 1.0 || m->engine->balances_data) {
        const double at_once = readers * fmax(1.0, fmin(mean, most));
        return (struct meeting){due / at_once, at_once, readers};
    }
    if (mean >= most)
        return (struct meeting){mean / most, readers * most, readers};
    const double any = -expm1(-due * intake), largest = mean_largest(mean * intake, readers);
    /* iterations with prompts from one look to the next, and what the busiest group reads in one */
    const double reading = any * fmax(1.0, largest / any / most);
    const double share_frac = fmin(1.0, reading / intake), at_once = due / share_frac;
    const double busiest = fmin(most, largest / reading);
    return (struct meeting){share_frac, at_once, fmin(readers, at_once / busiest)};
}

static const struct wm_prompts alike = {.n = 0};

static struct wm_mix mix_at(const struct wm_step_model *m, double sequences, double context_tok,
                            double new_tok, double past_tok, double output_tok, double chunk_tok,
                            const struct wm_prompts *prompts, double intake)
{
    WM_REQUIRE(sequences > 0.0 && output_tok > 0.0 && chunk_tok > 0.0);
    const struct wm_load decode = wm_load_decode(sequences, context_tok);
    struct wm_mix mix = {.decode = wm_step_eval(m, &decode), .tok_per_step = wm_step_gain(m)};
    mix.step_s = mix.decode.time_s;
    mix.tpot_s = mix.step_s / mix.tok_per_step;
    mix.decode_j = mix.decode.board_w * mix.decode.time_s;
    if (new_tok <= 0.0)
        return mix;
    mix.chunks = mean_chunks(prompts, new_tok, chunk_tok);
    const double piece_tok = new_tok / mix.chunks;
    /* pieces of prompts due per iteration; short ones share a chunk; attention groups and stages read
       side by side */
    const double due = sequences * mix.tok_per_step / output_tok * mix.chunks;
    const struct meeting meeting =
        meet(m, due, fmax(1.0, floor(chunk_tok / piece_tok)), intake);
    const double at_once = meeting.at_once;
    /* over the chunks of a prompt the past grows: the mean chunk stands for all */
    const double mean_past_tok = past_tok + 0.5 * (new_tok - piece_tok);
    struct wm_load chunk = wm_load_prefill(at_once, piece_tok, mean_past_tok, false);
    chunk.pairs *= wm_prompts_moment(prompts, 2); /* attention grows with the square */
    chunk.sampled = at_once / mix.chunks;
    chunk.readers = meeting.readers;
    const struct wm_load both = wm_load_add(&decode, &chunk);
    mix.mixed = wm_step_eval(m, &both);
    mix.mixed_share_frac = meeting.share_frac;
    mix.chunk_step_s = mix.mixed.time_s;
    mix.step_s += mix.mixed_share_frac * (mix.mixed.time_s - mix.decode.time_s);
    mix.tpot_s = mix.step_s / mix.tok_per_step;
    mix.prefill_j = mix.mixed_share_frac * (mix.mixed.board_w * mix.mixed.time_s - mix.decode_j);
    return mix;
}

struct wm_mix wm_mix_of_prompts(const struct wm_step_model *m, double sequences, double context_tok,
                                double new_tok, double past_tok, double output_tok,
                                double chunk_tok, const struct wm_prompts *prompts)
{
    return mix_at(m, sequences, context_tok, new_tok, past_tok, output_tok, chunk_tok, prompts,
                  1.0);
}

struct wm_mix wm_mix_eval(const struct wm_step_model *m, double sequences, double context_tok,
                          double new_tok, double past_tok, double output_tok, double chunk_tok)
{
    return wm_mix_of_prompts(m, sequences, context_tok, new_tok, past_tok, output_tok, chunk_tok,
                             &alike);
}

static double intake_of(const struct wm_loop_case *c)
{
    return fmax(1.0, c->intake_steps);
}

static struct wm_mix mix_of(const struct wm_loop_case *c, double sequences)
{
    return mix_at(&c->m, sequences, c->input_tok + 0.5 * c->output_tok,
                  c->input_tok - c->cached_tok, c->cached_tok, c->output_tok,
                  c->m.engine->prefill_chunk_tok, &alike, intake_of(c));
}

/* Time from sending a request to its first token, without waiting for memory. */
static double first_token_s(const struct wm_loop_case *c, const struct wm_mix *mix)
{
    const double own_s = mix->chunks * mix->chunk_step_s;
    return c->m.engine->prompt_overhead_s + mean_residual * intake_of(c) * mix->step_s + own_s;
}

/* Sequences that can decode, when `sequences` do: the memory's, the users' that do not wait, and as many as
   leave each iteration no more than one pass of prompts. */
static double can_decode(const struct wm_loop_case *c, const struct wm_mix *mix, double room,
                         double sequences)
{
    const double cycle_s = c->output_tok * fmax(mix->tpot_s, 1e-12);
    const double most = fmin(room, c->users * cycle_s / (cycle_s + first_token_s(c, mix)));
    return mix->mixed_share_frac > 1.0 ? fmin(most, sequences / mix->mixed_share_frac) : most;
}

struct wm_loop_point wm_loop_eval(const struct wm_loop_case *c)
{
    WM_REQUIRE(c->users > 0.0 && c->output_tok > 0.0 && c->input_tok >= c->cached_tok);
    const double held_tok = c->input_tok + (c->keeps_room ? 1.0 : 0.5) * c->output_tok;
    const double room = fmin(wm_group_batch_limit(&c->m, held_tok),
                             (double)c->m.engine->max_batch_per_gpu * wm_group_gpus(&c->m.group));
    struct wm_loop_point p = {0};
    if (room < 1.0)
        return p;
    /* who does not decode waits: the more decode, the fewer are left to do so; between the bounds */
    double lo = 0.5 * fmin(1.0, room), hi = fmin(c->users, room), sequences = hi;
    struct wm_mix mix = mix_of(c, sequences);
    for (int i = 0; i < 24 && hi - lo > 1e-5 * hi; i++) {
        const double next = can_decode(c, &mix, room, sequences);
        if (fabs(next - sequences) < 1e-4 * sequences)
            break;
        *(next > sequences ? &lo : &hi) = sequences;
        if (lo >= hi) /* all of them at once */
            break;
        sequences = next > lo && next < hi ? next : 0.5 * (lo + hi);
        mix = mix_of(c, sequences);
    }
    p.sequences = sequences;
    p.tpot_s = mix.tpot_s;
    p.out_tok_per_s = sequences / p.tpot_s;
    /* by Little's law what does not decode waits for its first token */
    p.ttft_s = fmax(first_token_s(c, &mix),
                    c->users * c->output_tok / p.out_tok_per_s - c->output_tok * p.tpot_s);
    p.board_w = (mix.decode_j + mix.prefill_j) / mix.step_s;
    return p;
}
