/* A frontier as a case: a series for each accelerator and precision; its figures are the best point's. */
#include <math.h>

#include "parts.h"

static void eval(struct wm_arena *arena, const struct wm_frontier_form *f,
                 const struct wm_accelerator *a, enum wm_precision precision, struct series *out)
{
    const struct wm_accelerator *const reads =
        f->prefill_accelerator == a ? NULL : f->prefill_accelerator;
    out->c =
        (struct wm_serving_case){.accelerator = a,
                                 .prefill_accelerator = reads,
                                 .llm = f->llm,
                                 .engine = f->engine,
                                 .ways = f->ways,
                                 .precision = precision,
                                 .input_tok = f->input_tok,
                                 .cached_frac = f->cached_frac,
                                 .output_tok = f->output_tok,
                                 .max_gpus = f->max_gpus,
                                 .draft = wm_draft_of(f->llm, f->draft_tok, f->accept_frac),
                                 .ttft_slo_s = case_or_zero(f->slo.ttft_s),
                                 .tok_per_s_per_user_slo = case_or_zero(f->slo.tok_per_s_per_user)};
    out->site[0] = wm_terms_of(&f->site, a);
    if (reads != NULL)
        out->site[1] = wm_terms_of(&f->site, reads);
    out->f.points = WM_NEW_ARRAY(arena, struct wm_frontier_point, WM_FRONTIER_POINTS);
    out->name = wm_arena_printf(arena, "%s%s%s %s", a->head.name, reads != NULL ? " + " : "",
                                reads != NULL ? reads->head.name : "",
                                wm_precision_words[precision]);
    wm_frontier_eval(&out->c, out->site, &out->f);
}

/* The series whose best point gives most per megawatt; NULL when none has one. */
static const struct series *best_of(const struct frontier_outcome *o)
{
    const struct series *best = NULL;
    for (size_t i = 0; i < o->n; i++) {
        const struct series *const s = &o->items[i];
        if (s->f.fault == WM_PLAN_OK &&
            (best == NULL || s->f.points[s->f.best].out_tok_per_s_per_mw_utility >
                                 best->f.points[best->f.best].out_tok_per_s_per_mw_utility))
            best = s;
    }
    return best;
}

/* Who has no point within the targets: a mistake when nobody has one, else told. */
static enum wm_status tell(struct wm_arena *arena, const struct frontier_outcome *o,
                           struct wm_diags *diags)
{
    const bool none = best_of(o) == NULL;
    for (size_t i = 0; i < o->n; i++)
        if (o->items[i].f.fault != WM_PLAN_OK)
            wm_diag_add(diags, none ? WM_E301 : WM_W908, NULL, NULL, "%s: %s", o->items[i].name,
                        frontier_reason(arena, &o->items[i]));
    return none ? WM_INFEASIBLE : WM_OK;
}

static enum wm_status run(struct wm_arena *arena, const void *params,
                          const struct wm_case_options *options, const void **outcome,
                          struct wm_diags *diags)
{
    const struct wm_frontier_form *const f = params;
    const struct wm_accelerator *const *const list = f->accelerators.items;
    struct series *const all =
        WM_NEW_ARRAY(arena, struct series, f->accelerators.n * WM_N_PRECISIONS);
    struct frontier_outcome *const o = WM_NEW(arena, struct frontier_outcome);
    (void)options;
    o->items = all;
    for (size_t i = 0; i < f->accelerators.n; i++) {
        enum wm_precision precisions[WM_N_PRECISIONS];
        const size_t n = wm_precisions_of(list[i], f->precision, precisions);
        for (size_t k = 0; k < n; k++)
            eval(arena, f, list[i], precisions[k], &all[o->n++]);
    }
    *outcome = o;
    return tell(arena, o, diags);
}

static struct wm_figures figures(struct wm_arena *arena, const void *outcome)
{
    const struct series *const s = outcome != NULL ? best_of(outcome) : NULL;
    const struct wm_frontier_point none = {0};
    const struct wm_frontier_point *const p = s != NULL ? &s->f.points[s->f.best] : &none;
    struct figure_list l = {.items = WM_NEW_ARRAY(arena, struct wm_figure, 24)};
    figure_add(&l, "tp", "1", p->group.tensor, "accelerators a layer is split over");
    figure_add(&l, "dp", "1", p->group.data, "attention groups");
    figure_add(&l, "ep", "1", p->group.expert, "accelerators that share whole experts");
    figure_add(&l, "pp", "1", p->group.pipeline, "pipeline stages");
    figure_add(&l, "batch", "1", p->batch, "sequences decoding in the group");
    figure_add(&l, "gpus", "1", p->gpus, "accelerators of the replica");
    figure_add(&l, "prefill_gpus", "1", p->prefill_gpus, "of them, reading prompts");
    figure_add(&l, "tok_per_s_per_user", "tok/s", p->tok_per_s_per_user, "speed of an answer");
    figure_add(&l, "tpot_s", "s", p->tpot_s, "time per output token");
    figure_add(&l, "ttft_s", "s", p->ttft_s, "time to first token");
    figure_add(&l, "tok_per_s_per_gpu", "tok/s", p->out_tok_per_s_per_gpu,
               "output per accelerator");
    figure_add(&l, "tok_per_s_per_mw_utility", "tok/s/MW", p->out_tok_per_s_per_mw_utility,
               "output per megawatt at the meter");
    figure_add(&l, "gpu_power_w", "W", p->board_w, "of a board, mean");
    figure_add(&l, "it_power_per_gpu_w", "W", p->it_w, "with its share of host and shared IT");
    figure_add(&l, "j_per_output_tok", "J/tok", p->j_per_out_tok, "at the meter");
    figure_add(&l, "usd_per_mtok_output", "USD/Mtok", p->usd_per_mtok_out,
               "all cost on output tokens");
    figure_add(&l, "pue", "1", s != NULL ? s->site[0].pue : 0.0, "of the site at full load");
    for (size_t i = 0; i < l.n && s == NULL; i++)
        l.items[i].value = (double)NAN;
    return (struct wm_figures){l.items, l.n};
}

const struct wm_case_type wm_case_frontier = {.form = &wm_frontier_form,
                                              .result = "frontier.json",
                                              .figures = figures,
                                              .run = run,
                                              .json = frontier_json,
                                              .print = frontier_print,
                                              .put = frontier_put};
