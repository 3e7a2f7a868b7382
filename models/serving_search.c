/*
 * Plan search: which groups of accelerators decode, which read prompts, and how many of each. Every pair is
 * tried that could make more than the best so far if both were full all the time, the most promising first.
 * Whether it does make more is told by one operating point; only then its capacity is searched.
 */
#include <float.h>

#include "serving_plan.h"
#include "wattmill/plan_check.h"

/* Decode groups that share prefill groups; fewer, where they make nearly as much, are easier to place. */
enum { MOST_DECODE_GROUPS = 8, PASSES = 3, READERS = WM_SERVING_GROUPS };
static const double nearly = 0.98;
static const double worth_trying = 1.002; /* over the best so far */
/* The same where the counts of both kinds are given: what a replica leaves cannot make another one. */
static const double nearly_given = 1.0 - 1e-9, worth_trying_given = 1.0 + 1e-9;

/* A group that reads prompts in passes of a size; out tok/s whose prompts it reads, as busy as is allowed. */
struct reader {
    struct wm_group group;
    double gpus, pass_tok, out_tok_per_s;
};

/* A group that decodes, with the most it makes at the user's speed. */
struct decoder {
    struct wm_group group;
    enum wm_serving_mode mode;
    double gpus, batch_limit, batch, out_tok_per_s;
    double bound; /* output per size that no replica of it exceeds */
};

struct search {
    const struct wm_serving_case *c;
    size_t n_readers, n_decoders;
    struct reader readers[READERS];
    struct decoder decoders[2 * WM_SERVING_GROUPS];
    struct wm_serving_plan best;
    double best_per_size; /* its output over what there is, left-over accelerators too */
    double worth_trying;
    const struct decoder *best_decoder;
    const struct reader *best_reader;
};

static double context_tok(const struct wm_serving_case *c)
{
    /* time-mean of the cache of a sequence: prompt + half the length-biased answer */
    return c->input_tok + 0.5 * c->output_tok * (1.0 + c->output_scv);
}

static double weight(const struct wm_serving_case *c)
{
    return c->prefill_weight > 0.0 ? c->prefill_weight : 1.0;
}

/* What a replica takes of `max_gpus`: both kinds by weight, or the scarcer one where each is given. */
static double size_of(const struct wm_serving_case *c, double decode_gpus, double prefill_gpus)
{
    if (c->prefill_max_gpus > 0.0)
        return fmax(decode_gpus, prefill_gpus * (c->max_gpus / c->prefill_max_gpus));
    return decode_gpus + prefill_gpus * weight(c);
}

/* Accelerators that read prompts, beside so many that decode. */
static double prefill_room(const struct wm_serving_case *c, double decode_gpus)
{
    return c->prefill_max_gpus > 0.0 ? c->prefill_max_gpus
                                     : (c->max_gpus - decode_gpus) / weight(c);
}

/* Share of what there is that whole replicas of a size use. */
static double share_used(const struct wm_serving_case *c, double size)
{
    return floor(c->max_gpus / size) * size / c->max_gpus;
}

/* Passes of a group that reads a prompt in time: the fullest, and halves of it. A pass takes what has come
   during the one before, so that a fuller one hardly costs time before it is needed. */
static void list_passes(struct search *s, const struct wm_group *group)
{
    const struct wm_serving_case *const c = s->c;
    const double gpus = wm_group_gpus(group);
    struct wm_serving_plan trial = {
        .c = *c, .prefill_group = *group, .prefill_gpus = gpus, .prefill_group_gpus = gpus};
    const double least = wm_plan_least_pass_tok(&trial);
    trial.prefill_pass_tok = c->engine->prefill_chunk_tok * group->data * group->pipeline;
    for (int i = 0; i < PASSES && s->n_readers < READERS;) {
        const double tok = wm_plan_full_pass_tok(&trial);
        if (wm_plan_reads_within(&trial, c->ttft_slo_s)) {
            const double rate = wm_plan_prefill_rate(&trial);
            s->readers[s->n_readers++] = (struct reader){*group, gpus, trial.prefill_pass_tok,
                                                         rate * c->engine->prefill_max_util_frac};
            i++;
        }
        if (tok <= least)
            return;
        trial.prefill_pass_tok = fmax(least, 0.5 * trial.prefill_pass_tok);
    }
}

static bool reads_apart(const struct search *s, const struct decoder *d)
{
    return d->mode == WM_DISAGGREGATED && wm_case_new_tok(s->c) > 0.0;
}

static double most_per_size(const struct search *s, const struct decoder *d)
{
    if (!reads_apart(s, d))
        return d->out_tok_per_s / d->gpus;
    double most = 0.0;
    for (size_t i = 0; i < s->n_readers; i++) {
        const struct reader *const r = &s->readers[i];
        const double size =
            size_of(s->c, d->gpus, r->gpus * d->out_tok_per_s / r->out_tok_per_s);
        most = fmax(most, d->out_tok_per_s / size);
    }
    return most;
}

static struct wm_serving_plan plan_of(const struct search *s, const struct decoder *d)
{
    return (struct wm_serving_plan){.c = *s->c,
                                    .mode = d->mode,
                                    .decode_group = d->group,
                                    .decode_gpus = d->gpus,
                                    .context_tok = context_tok(s->c),
                                    .batch_limit = d->batch_limit};
}

/* The constraint of the group that came furthest. */
static void fail(struct search *s, enum wm_plan_fault fault)
{
    if (s->best.fault != WM_PLAN_OK && fault > s->best.fault)
        s->best.fault = fault;
}

/* Whether there is room for a group that reads its prompts; no group that reads in time is a fault of another kind. */
static bool has_reader(const struct search *s, const struct decoder *d)
{
    bool has_one = !reads_apart(s, d) || s->n_readers == 0;
    for (size_t i = 0; i < s->n_readers; i++)
        has_one |= size_of(s->c, d->gpus, s->readers[i].gpus) <= s->c->max_gpus;
    return has_one;
}

static void add_decoder(struct search *s, enum wm_serving_mode mode, const struct wm_group *group,
                        double batch_limit)
{
    struct decoder d = {
        .group = *group, .mode = mode, .gpus = wm_group_gpus(group), .batch_limit = batch_limit};
    const struct wm_serving_plan plan = plan_of(s, &d);
    d.batch = wm_plan_speed_batch(&plan, 1.0);
    if (d.batch <= 0.0) {
        fail(s, WM_PLAN_SPEED);
        return;
    }
    d.out_tok_per_s = d.batch / wm_plan_iteration(&plan, d.batch, 1.0).tpot_s;
    d.bound = most_per_size(s, &d);
    if (has_reader(s, &d)) /* unless a replica is found */
        fail(s, WM_PLAN_TTFT);
    size_t at = s->n_decoders++; /* by falling bound */
    for (; at > 0 && s->decoders[at - 1].bound < d.bound; at--)
        s->decoders[at] = s->decoders[at - 1];
    s->decoders[at] = d;
}

/* Takes a replica when it makes more than the best. */
static bool consider(struct search *s, struct wm_serving_plan *plan, double batch)
{
    const double size = size_of(s->c, plan->decode_gpus, plan->prefill_gpus);
    const double wanted = s->best_per_size * s->worth_trying * size / share_used(s->c, size);
    if (s->best_per_size > 0.0 && !wm_plan_makes(plan, batch, wanted))
        return false;
    plan->capacity_batch = wm_plan_batch_within(plan, batch);
    if (plan->capacity_batch <= 0.0)
        return false;
    plan->capacity_out_tok_per_s = wm_plan_rate(plan, plan->capacity_batch);
    const double made = plan->capacity_out_tok_per_s / size * share_used(s->c, size);
    if (made <= s->best_per_size)
        return false;
    plan->fault = WM_PLAN_OK;
    s->best_per_size = made;
    s->best = *plan;
    return true;
}

/* `k` decode groups with as many prefill groups as keep both busy, and more as long as shorter waits could
   make up for them. True: the best is one of these now. */
static bool try_sharing(struct search *s, const struct decoder *d, const struct reader *r, double k)
{
    struct wm_serving_plan plan = plan_of(s, d);
    plan.prefill_group = r->group;
    plan.prefill_group_gpus = r->gpus;
    plan.prefill_pass_tok = r->pass_tok;
    plan.decode_gpus = k * d->gpus;
    const double full = k * d->out_tok_per_s, needed = full / r->out_tok_per_s;
    const double room = floor(prefill_room(s->c, plan.decode_gpus) / r->gpus);
    bool is_best = false;
    for (double n = fmax(1.0, fmin(room, floor(needed))); n <= room;
         n += n < needed ? 1.0 : ceil(0.1 * n)) {
        plan.prefill_gpus = n * r->gpus;
        const double size = size_of(s->c, plan.decode_gpus, plan.prefill_gpus);
        const double most = fmin(full, n * r->out_tok_per_s) / size;
        if (n >= needed && most <= s->best_per_size * s->worth_trying)
            break;
        if (most * share_used(s->c, size) > s->best_per_size * s->worth_trying &&
            consider(s, &plan, k * d->batch)) {
            s->best_decoder = d;
            s->best_reader = r;
            is_best = true;
        }
    }
    return is_best;
}

static void try_decoder(struct search *s, const struct decoder *d)
{
    struct wm_serving_plan plan = plan_of(s, d);
    if (!reads_apart(s, d)) {
        if (d->gpus <= s->c->max_gpus && d->bound * share_used(s->c, d->gpus) > s->best_per_size &&
            consider(s, &plan, d->batch))
            s->best_decoder = d;
        return;
    }
    for (size_t i = 0; i < s->n_readers; i++)
        for (double k = MOST_DECODE_GROUPS; k >= 1.0; k -= 1.0)
            (void)try_sharing(s, d, &s->readers[i], k);
}

/* The smallest replica of the best groups that makes nearly as much. */
static void shrink(struct search *s)
{
    const double most = s->best_per_size, groups = wm_plan_decode_groups(&s->best);
    s->best_per_size = (s->c->prefill_max_gpus > 0.0 ? nearly_given : nearly) * most;
    for (double k = 1.0; k < groups; k += 1.0)
        if (try_sharing(s, s->best_decoder, s->best_reader, k))
            return;
}

static void list_groups(struct search *s)
{
    struct wm_serving_groups groups;
    if (wm_case_serves(s->c, WM_DISAGGREGATED) && wm_case_new_tok(s->c) > 0.0) {
        wm_prefill_groups(s->c, &groups);
        if (groups.n == 0 && s->c->prefill_accelerator != NULL)
            fail(s, WM_PLAN_PREFILL_MEMORY);
        for (size_t i = 0; i < groups.n; i++)
            list_passes(s, &groups.group[i]);
    }
    wm_serving_groups(s->c, context_tok(s->c), &groups);
    for (enum wm_serving_mode mode = WM_DISAGGREGATED; mode <= WM_AGGREGATED; mode++)
        for (size_t i = 0; i < groups.n && wm_case_serves(s->c, mode); i++)
            add_decoder(s, mode, &groups.group[i], groups.batch_limit[i]);
}

enum wm_plan_fault wm_prefill_fault(const struct wm_serving_case *c)
{
    if (c->prefill_accelerator == NULL)
        return WM_PLAN_OK;
    if (!wm_case_serves(c, WM_DISAGGREGATED))
        return WM_PLAN_PREFILL_MODE;
    if (wm_compute_precision(c->prefill_accelerator, c->precision) == WM_N_PRECISIONS)
        return WM_PLAN_PREFILL_UNIT;
    return WM_PLAN_OK;
}

struct wm_serving_plan wm_serving_plan(const struct wm_serving_case *c)
{
    if (c->curve != NULL)
        return wm_curve_plan(c);
    struct search s = {
        .c = c,
        .best = {.c = *c, .fault = WM_PLAN_MEMORY, .mode = c->engine->mode},
        .worth_trying = c->prefill_max_gpus > 0.0 ? worth_trying_given : worth_trying};
    if (!wm_context_is_possible(c->llm, c->input_tok, c->output_tok)) {
        s.best.fault = WM_PLAN_CONTEXT;
        return s.best;
    }
    if (wm_compute_precision(c->accelerator, c->precision) == WM_N_PRECISIONS) {
        s.best.fault = WM_PLAN_NO_UNIT;
        return s.best;
    }
    const enum wm_plan_fault fault = wm_prefill_fault(c);
    if (fault != WM_PLAN_OK) {
        s.best.fault = fault;
        return s.best;
    }
    list_groups(&s);
    for (size_t i = 0;
         i < s.n_decoders && s.decoders[i].bound > s.best_per_size * s.worth_trying; i++)
        try_decoder(&s, &s.decoders[i]);
    if (s.best_reader != NULL && s.best.prefill_gpus > 0.0)
        shrink(&s);
    return s.best;
}
