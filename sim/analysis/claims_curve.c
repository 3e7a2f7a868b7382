/*
 * The million-fold as a curve: which ratio comes out depends on how fast a user must be served. Each end is
 * run its best way at that speed with the software of its time. And what made it, block by block.
 */
#include <math.h>
#include <string.h>

#include "claim_study.h"
#include "wattmill/compare.h"
#include "wattmill/output.h"

#define NEW_END "vr200-nvl72"

static const double floors[] = {0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0};
enum { N_FLOORS = sizeof floors / sizeof *floors };

/* Old ends; engine NULL: the usual one of today, which the first accelerators with tensor cores met. */
static const struct series {
    const char *name, *accelerator, *llm, *engine;
    enum wm_precision precision, new_precision;
    bool is_serial;
} all_series[] = {
    {"P100 one sequence at a time: GPT-MoE 1.8T", "p100", CLAIM_LARGE, CLAIM_OLD_ENGINE, WM_BF16,
     WM_FP4, true},
    {"P100: GPT-MoE 1.8T", "p100", CLAIM_LARGE, CLAIM_OLD_ENGINE, WM_BF16, WM_FP4, false},
    {"V100: GPT-MoE 1.8T", "v100", CLAIM_LARGE, CLAIM_OLD_ENGINE, WM_BF16, WM_FP4, false},
    {"A100: GPT-MoE 1.8T", "a100-80", CLAIM_LARGE, NULL, WM_BF16, WM_FP4, false},
    {"H100: GPT-MoE 1.8T", "h100", CLAIM_LARGE, NULL, WM_FP8, WM_FP4, false},
    {"P100: Llama 3.1 8B", "p100", CLAIM_SMALL, CLAIM_OLD_ENGINE, WM_BF16, WM_FP4, false},
};
enum { N_SERIES = sizeof all_series / sizeof *all_series };

/* The most that a pipeline makes of a MW while a user gets his speed; 0: he never does. */
static double best_of_pipeline(const struct claim_pipeline *p, double tok_per_s)
{
    double best = 0.0, out_per_mw;
    if (p->is_serial)
        return claim_pipeline_speed(p, p->group.pipeline, &out_per_mw) >= tok_per_s ? out_per_mw
                                                                                    : 0.0;
    for (double n = p->group.pipeline; n <= p->most_sequences; n += p->group.pipeline)
        if (claim_pipeline_speed(p, n, &out_per_mw) >= tok_per_s)
            best = fmax(best, out_per_mw);
    return best;
}

static double planned(struct study *s, const char *accelerator, const char *llm, const char *engine,
                      enum wm_precision precision, double tok_per_s)
{
    const struct claim_ask ask = {claim_entry(s, WM_CATALOG_accelerator, accelerator), llm, engine,
                                  precision, fmax(tok_per_s, CLAIM_ANY_SPEED)};
    return ask.accelerator != NULL ? fmax(claim_planned_per_mw(s, &ask), 0.0) : 0.0;
}

static double old_out(struct study *s, const struct series *e, double tok_per_s)
{
    struct claim_pipeline p;
    if (strcmp(e->llm, CLAIM_LARGE) != 0 || e->engine == NULL)
        return planned(s, e->accelerator, e->llm, e->engine, e->precision, tok_per_s);
    const struct wm_accelerator *const a = claim_entry(s, WM_CATALOG_accelerator, e->accelerator);
    if (a == NULL || !claim_pipeline_of(s, a, e->engine, e->precision, &p))
        return 0.0;
    p.is_serial = e->is_serial;
    return best_of_pipeline(&p, tok_per_s);
}

static void fill(struct study *s, struct wm_claim_curve *out)
{
    out->points = WM_NEW_ARRAY(s->arena, struct wm_claim_point, N_SERIES * N_FLOORS);
    for (size_t i = 0; i < N_SERIES; i++)
        for (size_t k = 0; k < N_FLOORS; k++) {
            const struct series *const e = &all_series[i];
            const bool is_known =
                i > 0 && strcmp(e->llm, e[-1].llm) == 0; /* of the series before */
            const double new_out =
                is_known ? out->points[out->n - N_FLOORS].new_out_per_mw
                         : planned(s, NEW_END, e->llm, NULL, e->new_precision, floors[k]);
            const double before = old_out(s, e, floors[k]);
            out->points[out->n++] = (struct wm_claim_point){
                e->name, floors[k], before, new_out,
                before > 0.0 && new_out > 0.0 ? new_out / before : (double)NAN};
        }
}

/* Blocks of the ratio on the large model: those of the hardware, then these. */
enum { PIPELINE = CLAIM_HARDWARE_BLOCKS, BATCHING, SOFTWARE, N_BLOCKS };
static const char *const way_blocks[] = {"pipeline: every stage works",
                                         "batching: as many as the memory holds",
                                         "software: kernels and scheduling"};

/* Output of a MW with the blocks of `set` as at the new end, the others as at the serial old end. */
static double out_of_mixture(struct study *s, const struct wm_accelerator *old,
                             const struct wm_accelerator *new, size_t set)
{
    const struct wm_accelerator a = claim_hybrid(old, new, set);
    const enum wm_precision precision = set & 2u ? WM_FP4 : WM_BF16;
    const bool is_modern = set >> SOFTWARE & 1u;
    const size_t free_ways = (size_t)1 << PIPELINE | (size_t)1 << BATCHING | (size_t)1 << SOFTWARE;
    struct claim_pipeline p;
    double out_per_mw = 0.0;
    if (claim_pipeline_of(s, &a, is_modern ? WM_USUAL_ENGINE : CLAIM_OLD_ENGINE, precision, &p)) {
        p.is_serial = !(set >> PIPELINE & 1u);
        claim_pipeline_speed(&p, set >> BATCHING & 1u ? p.most_sequences : p.group.pipeline,
                             &out_per_mw);
    }
    if ((set & free_ways) == free_ways) {
        const struct claim_ask ask = {&a, CLAIM_LARGE, NULL, precision, CLAIM_ANY_SPEED};
        out_per_mw = fmax(out_per_mw, claim_planned_per_mw(s, &ask)); /* passes over NAN */
    }
    return out_per_mw;
}

static void decompose(struct study *s, struct wm_claim_curve *out)
{
    const struct wm_accelerator *const old = claim_entry(s, WM_CATALOG_accelerator, "p100");
    const struct wm_accelerator *const new = claim_entry(s, WM_CATALOG_accelerator, NEW_END);
    double *const worth = WM_NEW_ARRAY(s->arena, double, (size_t)1 << N_BLOCKS);
    double value[N_BLOCKS], sum = 0.0;
    if (old == NULL || new == NULL)
        return;
    for (size_t set = 0; set < (size_t)1 << N_BLOCKS; set++) {
        worth[set] = log(out_of_mixture(s, old, new, set));
        if (!isfinite(worth[set]))
            return;
    }
    wm_shapley(worth, N_BLOCKS, value);
    for (size_t i = 0; i < N_BLOCKS; i++)
        sum += value[i];
    out->parts = WM_NEW_ARRAY(s->arena, struct wm_claim_part, N_BLOCKS);
    for (size_t i = 0; i < N_BLOCKS; i++)
        out->parts[out->n_parts++] = (struct wm_claim_part){
            "million-fold-serial",
            i < CLAIM_HARDWARE_BLOCKS ? claim_hardware_blocks[i] : way_blocks[i - PIPELINE],
            exp(value[i]), value[i] / sum};
}

enum wm_status wm_claim_curve(struct wm_arena *arena, const char *name, struct wm_claim_curve *out,
                              struct wm_diags *diags)
{
    struct study s = {.arena = arena, .diags = diags, .why = ""};
    *out = (struct wm_claim_curve){0};
    if (strcmp(name, "million-fold") != 0) {
        wm_diag_add(diags, WM_E101, NULL, NULL,
                    "claims: no curve of \"%s\"; there is one of million-fold", name);
        return WM_USAGE;
    }
    const enum wm_status status = wm_catalog_load(arena, &s.catalog, diags);
    if (status != WM_OK)
        return status;
    fill(&s, out);
    decompose(&s, out);
    return WM_OK;
}

void wm_claim_curve_csv(FILE *file, const void *context)
{
    const struct wm_claim_curve *const curve = context;
    fputs("series,speed_floor_tok_per_s_per_user,old_out_tok_per_s_per_mw,new_out_tok_per_s_per_mw,"
          "ratio\n",
          file);
    for (size_t i = 0; i < curve->n; i++) {
        const struct wm_claim_point *const p = &curve->points[i];
        if (i > 0 && p->series != p[-1].series)
            fputs("\n\n", file);
        wm_csv_text(file, p->series);
        const double numbers[] = {p->tok_per_s_per_user, p->old_out_per_mw, p->new_out_per_mw,
                                  p->ratio};
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
            fputc(',', file);
            wm_csv_put_number(file, numbers[k]);
        }
        fputc('\n', file);
    }
}

void wm_claim_parts_csv(FILE *file, const void *context)
{
    const struct wm_claim_curve *const curve = context;
    fputs("block,factor,share_of_log\n", file);
    for (size_t i = 0; i < curve->n_parts; i++) {
        wm_csv_text(file, curve->parts[i].block);
        fputc(',', file);
        wm_csv_put_number(file, curve->parts[i].factor);
        fputc(',', file);
        wm_csv_put_number(file, curve->parts[i].share_frac);
        fputc('\n', file);
    }
}

static const char *cell(struct wm_arena *arena, double value)
{
    if (!(value > 0.0))
        return NULL;
    return wm_arena_printf(arena, value >= 1e4 ? "%.0f" : "%.3g", value);
}

void wm_claim_curve_write(FILE *file, struct wm_arena *arena, const struct wm_claim_curve *curve,
                          enum wm_format format)
{
    static const struct wm_grid_column columns[] = {
        {.key = "old_end"},
        {.key = "speed_floor_tok_per_s_per_user", .is_json = true, .align_right = true},
        {.key = "old_out_tok_per_s_per_mw", .is_json = true, .align_right = true},
        {.key = "new_out_tok_per_s_per_mw", .is_json = true, .align_right = true},
        {.key = "ratio", .is_json = true, .align_right = true}};
    enum { N = sizeof columns / sizeof *columns };
    const char **const cells = WM_NEW_ARRAY(arena, const char *, curve->n *N);
    for (size_t i = 0; i < curve->n; i++) {
        const struct wm_claim_point *const p = &curve->points[i];
        const char *const row[N] = {
            p->series, wm_arena_printf(arena, "%.1f", p->tok_per_s_per_user),
            cell(arena, p->old_out_per_mw), cell(arena, p->new_out_per_mw), cell(arena, p->ratio)};
        memcpy(&cells[N * i], row, sizeof row);
    }
    wm_grid_write(file, &(struct wm_grid){columns, N, cells, curve->n}, format);
    if (format != WM_FORMAT_TABLE || curve->n_parts == 0)
        return;
    fputs("\nOne sequence at a time on P100 to VR200, factor by factor (Shapley values of the "
          "logarithm; they multiply)\n",
          file);
    for (size_t i = 0; i < curve->n_parts; i++)
        fprintf(file, "  %8.3g x  %4.0f %%  %s\n", curve->parts[i].factor,
                100.0 * curve->parts[i].share_frac, curve->parts[i].block);
}
