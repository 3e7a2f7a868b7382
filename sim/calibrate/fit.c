/*
 * The fit. A parameter's logarithm is its start plus a shift of its family plus a shift of its silicon
 * (of board power: of the board); priors are further residuals, and so is the order that physics
 * imposes on rates (fit_order.c). A point depends on one accelerator and one engine, so the Jacobian is
 * filled by a dozen evaluations a set-up, whatever the number of parameters; rows of the same set-up
 * (other months, other submitters) share what the model says of it.
 */
#include <math.h>
#include <string.h>

#include "benchmarks.h"
#include "fit_order.h"
#include "fit_weights.h"
#include "wattmill/calibrate.h"
#include "wattmill/numeric.h"
#include "wattmill/parallel.h"
#include "wattmill/require.h"

static const double soft_scale = 0.15; /* errors well beyond this count by their size only */
static const double step = 1e-3;       /* of a logarithm, for derivatives */
static const double steepest = 3.0;    /* no parameter moves a rate or a time by more than its cube */
static const unsigned n_threads = 2;
static const double wait_weight = 0.4; /* of a time to first token, which hangs on a client's start */

/* A number of a struct that the fit may move; sigmas are of natural logarithms. */
struct knob {
    const char *key;
    size_t offset;
    double per_unit; /* SI per unit of the catalogue's key */
    double family_sigma, own_sigma;
};

#define HW(path, key, unit, family, own)                              \
    {                                                                 \
        key, offsetof(struct wm_accelerator, path), unit, family, own \
    }
static const struct knob hw_knobs[] = {
    HW(achieved.compute_frac, "achieved.compute_frac", 1.0, 0.3, 0.12),
    HW(achieved.memory_frac, "achieved.memory_frac", 1.0, 0.08, 0.05),
    HW(achieved.attention_frac, "achieved.attention_frac", 1.0, 0.4, 0.15),
    HW(achieved.moe_frac, "achieved.moe_frac", 1.0, 0.5, 0.15),
    HW(achieved.widen_frac, "achieved.widen_frac", 1.0, 0.5, 0.4),
    HW(achieved.overhead, "achieved.overhead", 1.0, 0.5, 0.10),
    HW(achieved.reduce, "achieved.reduce", 1.0, 0.7, 0.25),
    HW(achieved.layer_s, "achieved.layer_us", 1e-6, 1.0, 0.25),
    HW(collective.scale_out_latency_s, "collective.scale_out_latency_us", 1e-6, 0.5, 0.1),
    HW(bf16.serving_frac, "bf16.serving_frac", 1.0, 0.05, 0.03),
    HW(fp8.serving_frac, "fp8.serving_frac", 1.0, 0.06, 0.04),
    HW(fp8_block.serving_frac, "fp8_block.serving_frac", 1.0, 0.06, 0.04),
    HW(fp4.serving_frac, "fp4.serving_frac", 1.0, 0.08, 0.06),
};
static const struct knob power_knobs[] = {
    HW(power.base_frac, "power.base_frac", 1.0, 0.15, 0.1),
    HW(power.memory_frac, "power.memory_frac", 1.0, 0.2, 0.12),
    HW(power.compute_frac, "power.compute_frac", 1.0, 0.25, 0.12),
};
#undef HW
#define SW(path, key, unit, own)                              \
    {                                                         \
        key, offsetof(struct wm_engine, path), unit, 0.0, own \
    }
static const struct knob sw_knobs[] = {
    SW(step_overhead_s, "step_overhead_us", 1e-6, 0.7),
    SW(seq_overhead_s, "seq_overhead_us", 1e-6, 1.0),
    SW(reply_overhead_s, "reply_overhead_us", 1e-6, 1.0),
    SW(layer_overhead_s, "layer_overhead_us", 1e-6, 1.5),
    SW(prompt_overhead_s, "prompt_overhead_ms", 1e-3, 1.0),
    SW(kernel_frac, "kernel_frac", 1.0, 0.4),
};
#undef SW
enum {
    N_HW = sizeof hw_knobs / sizeof *hw_knobs,
    N_POWER = sizeof power_knobs / sizeof *power_knobs,
    N_SW = sizeof sw_knobs / sizeof *sw_knobs,
    NAME_MAX_BYTES = 32,
};

/* What of a row is compared, and the logarithms of what the model says of a set-up. */
enum quantity { RATE, STEP_TIME, WAIT, BOARD, N_QUANTITIES };
struct outlook {
    double of[N_QUANTITIES];
    bool fits; /* the memory; no parameter of the fit changes that */
};

struct fit {
    struct wm_arena *arena;
    const struct wm_catalog *catalog;
    size_t n_hw, n_sw, n_families, n_silicon;
    struct wm_accelerator *hw; /* as started, then as fitted */
    struct wm_engine *sw;
    size_t *family_of, *silicon_of; /* [n_hw] */
    size_t *own_of;                 /* [n_hw] which of silicon or board has shifts of its own */
    size_t *first_of;               /* [n_silicon] the first entry of it */
    size_t *hw_points, *sw_points;  /* [n], how many rows each has */
    const struct wm_operating_point **points;
    size_t *point_hw, *point_sw;
    double *point_weight;
    enum quantity *point_what;
    size_t n_points;
    size_t *point_setup, *setup_point; /* [n_points], [n_setups]: the first point of each */
    struct outlook *said;              /* [n_setups] at x, then [n_setups][knobs]: one knob moved */
    size_t n_setups;
    const double *x; /* what is being tried */
    const struct knob *knobs; /* of the accelerator in this stage */
    size_t n_knobs;
    bool is_power;
    size_t *hw_column, *family_column, *sw_column; /* first column of each, or NONE */
    size_t n_columns;
    double *sigma; /* prior of each column */
    const struct wm_fit_options *options;
};
#define NONE ((size_t)-1)

static double *member(void *base, const struct knob *knob)
{
    return (double *)(void *)((char *)base + knob->offset);
}

static double soften(double r)
{
    const double z = r / soft_scale;
    const double half = sqrt(1.0 + z * z) - 1.0;
    return copysign(soft_scale * sqrt(2.0 * half), r);
}

/* Slope of soften(). */
static double softness(double r)
{
    const double z = r / soft_scale, root = sqrt(1.0 + z * z);
    return fabs(z) < 1e-6 ? 1.0 : fabs(z) / (root * sqrt(2.0 * (root - 1.0)));
}

static double measured(const struct wm_operating_point *p, enum quantity what)
{
    return what == BOARD       ? p->board_w
           : what == WAIT      ? p->ttft_s
           : what == STEP_TIME ? p->tpot_s
                               : p->out_tok_per_s_per_gpu;
}

static struct outlook look(const struct fit *f, size_t setup, const struct wm_accelerator *hw,
                           const struct wm_engine *sw)
{
    const struct wm_prediction p =
        wm_operating_point_predict(f->points[f->setup_point[setup]], hw, sw);
    struct outlook o = {.fits = p.out_tok_per_s_per_gpu > 0.0};
    if (o.fits) {
        o.of[RATE] = log(p.out_tok_per_s_per_gpu);
        o.of[STEP_TIME] = log(p.tpot_s);
        o.of[WAIT] = p.ttft_s > 0.0 ? log(p.ttft_s) : 0.0;
        o.of[BOARD] = log(p.board_w);
    }
    return o;
}

/* Logarithm by which the model is over a row; of times, by which it is under. */
static double miss(const struct fit *f, size_t i)
{
    const enum quantity what = f->point_what[i];
    const double over =
        f->said[f->point_setup[i]].of[what] - log(measured(f->points[i], what));
    return what == STEP_TIME ? -over : over;
}

/* An accelerator and an engine moved by the shifts x. */
static void move_hw(const struct fit *f, size_t a, const double *x, struct wm_accelerator *out)
{
    *out = f->hw[a];
    const size_t own = f->hw_column[f->own_of[a]], family = f->family_column[f->family_of[a]];
    for (size_t k = 0; k < f->n_knobs; k++) {
        const double shift =
            (own != NONE ? x[own + k] : 0.0) + (family != NONE ? x[family + k] : 0.0);
        *member(out, &f->knobs[k]) *= exp(shift);
    }
}

static void move_sw(const struct fit *f, size_t e, const double *x, struct wm_engine *out)
{
    *out = f->sw[e];
    if (f->sw_column[e] == NONE)
        return;
    for (size_t k = 0; k < N_SW; k++)
        *member(out, &sw_knobs[k]) *= exp(x[f->sw_column[e] + k]);
}

/* What physics imposes on an accelerator, as residuals. */
static size_t n_bounds(const struct fit *f)
{
    return f->is_power ? 1 : WM_FIT_ORDERS;
}

static void bounds(const struct fit *f, const struct wm_accelerator *hw, double *r)
{
    if (f->is_power)
        r[0] = wm_fit_full_draw(hw);
    else
        wm_fit_order(hw, r);
}

static void look_at(void *context, size_t setup)
{
    struct fit *const f = context;
    const size_t point = f->setup_point[setup];
    struct wm_accelerator hw;
    struct wm_engine sw;
    move_hw(f, f->point_hw[point], f->x, &hw);
    move_sw(f, f->point_sw[point], f->x, &sw);
    f->said[setup] = look(f, setup, &hw, &sw);
}

static void residuals(const double *x, double *r, void *context)
{
    struct fit *const f = context;
    f->x = x;
    wm_parallel_for(n_threads, f->n_setups, look_at, f);
    for (size_t i = 0; i < f->n_points; i++)
        r[i] = f->said[f->point_setup[i]].fits ? f->point_weight[i] * soften(miss(f, i)) : 0.0;
    for (size_t j = 0; j < f->n_columns; j++) /* priors, in the softened unit */
        r[f->n_points + j] = soft_scale * x[j] / f->sigma[j];
    for (size_t a = 0; a < f->n_hw; a++) {
        struct wm_accelerator hw;
        move_hw(f, a, x, &hw);
        bounds(f, &hw, r + f->n_points + f->n_columns + a * n_bounds(f));
    }
}

/* Rows of the bounds: they depend on what moves an accelerator alone. */
static void jacobian_bounds(const struct fit *f, size_t a, const double *x, double *rows)
{
    const size_t own = f->hw_column[f->own_of[a]], family = f->family_column[f->family_of[a]];
    struct wm_accelerator hw;
    double before[WM_FIT_ORDERS], after[WM_FIT_ORDERS];
    move_hw(f, a, x, &hw);
    bounds(f, &hw, before);
    for (size_t k = 0; k < f->n_knobs; k++) {
        double *value = member(&hw, &f->knobs[k]);
        const double kept = *value;
        *value = kept * exp(step);
        bounds(f, &hw, after);
        *value = kept;
        for (size_t i = 0; i < n_bounds(f); i++) {
            const double slope = (after[i] - before[i]) / step;
            if (own != NONE)
                rows[i * f->n_columns + own + k] = slope;
            if (family != NONE)
                rows[i * f->n_columns + family + k] = slope;
        }
    }
}

/* Whether a parameter of the accelerator is about a unit or a way that the set-up does not use. */
static bool is_idle(const struct wm_operating_point *p, const struct wm_accelerator *hw,
                    const struct knob *knob)
{
    const enum wm_precision experts = wm_compute_precision(hw, p->precision);
    const enum wm_precision rest =
        wm_compute_precision(hw, wm_llm_rest_precision(p->llm, p->precision));
    if (knob->offset == offsetof(struct wm_accelerator, fp4.serving_frac))
        return experts != WM_FP4 && rest != WM_FP4;
    if (knob->offset == offsetof(struct wm_accelerator, achieved.moe_frac))
        return p->llm->experts_total <= 0;
    if (knob->offset == offsetof(struct wm_accelerator, fp8_block.serving_frac))
        return p->llm->fp8_scaling != WM_FP8_BLOCK;
    if (knob->offset == offsetof(struct wm_accelerator, collective.scale_out_latency_s))
        return fmax(wm_group_gpus(&p->group), wm_group_gpus(&p->prefill)) <=
               (double)hw->scale_up_gpus;
    return false;
}

/* What the model says of a set-up with each parameter moved: those of its accelerator, then its engine. */
static void look_around(void *context, size_t setup)
{
    struct fit *const f = context;
    const size_t point = f->setup_point[setup], e = f->point_sw[point];
    struct outlook *const moved = f->said + f->n_setups + setup * (f->n_knobs + N_SW);
    struct wm_accelerator hw;
    struct wm_engine sw;
    look_at(f, setup);
    move_hw(f, f->point_hw[point], f->x, &hw);
    move_sw(f, e, f->x, &sw);
    for (size_t k = 0; k < f->n_knobs; k++) {
        double *value = member(&hw, &f->knobs[k]);
        const double kept = *value;
        *value = kept * exp(step);
        moved[k] = is_idle(f->points[point], &hw, &f->knobs[k]) ? f->said[setup]
                                                                : look(f, setup, &hw, &sw);
        *value = kept;
    }
    for (size_t k = 0; f->sw_column[e] != NONE && k < N_SW; k++) {
        double *value = member(&sw, &sw_knobs[k]);
        const double kept = *value;
        *value = kept * exp(step);
        moved[f->n_knobs + k] = look(f, setup, &hw, &sw);
        *value = kept;
    }
}

/* What jumps (another split is best, one more pass) is no slope. */
static double bounded(double change)
{
    return fmax(-steepest * step, fmin(steepest * step, change));
}

static void jacobian_row(const struct fit *f, size_t i, double *row)
{
    const size_t a = f->point_hw[i], e = f->point_sw[i], setup = f->point_setup[i];
    const struct outlook *const moved = f->said + f->n_setups + setup * (f->n_knobs + N_SW);
    const struct outlook *const at = &f->said[setup];
    const enum quantity what = f->point_what[i];
    if (!at->fits)
        return;
    const double per_log =
        f->point_weight[i] * softness(miss(f, i)) * (what == STEP_TIME ? -1.0 : 1.0) / step;
    for (size_t k = 0; k < f->n_knobs; k++) {
        const double slope = per_log * bounded(moved[k].of[what] - at->of[what]);
        if (f->hw_column[f->own_of[a]] != NONE)
            row[f->hw_column[f->own_of[a]] + k] = slope;
        if (f->family_column[f->family_of[a]] != NONE)
            row[f->family_column[f->family_of[a]] + k] = slope;
    }
    for (size_t k = 0; f->sw_column[e] != NONE && k < N_SW; k++)
        row[f->sw_column[e] + k] = per_log * bounded(moved[f->n_knobs + k].of[what] - at->of[what]);
}

static void jacobian(const double *x, double *j, void *context)
{
    struct fit *const f = context;
    const size_t n_order = f->n_hw * n_bounds(f);
    memset(j, 0, (f->n_points + f->n_columns + n_order) * f->n_columns * sizeof *j);
    f->x = x;
    wm_parallel_for(n_threads, f->n_setups, look_around, f);
    for (size_t i = 0; i < f->n_points; i++)
        jacobian_row(f, i, j + i * f->n_columns);
    for (size_t k = 0; k < f->n_columns; k++)
        j[(f->n_points + k) * f->n_columns + k] = soft_scale / f->sigma[k];
    for (size_t a = 0; a < f->n_hw; a++)
        jacobian_bounds(f, a, x, j + (f->n_points + f->n_columns + a * n_bounds(f)) * f->n_columns);
}

static void on_step(int iteration, double sum, void *context)
{
    const struct fit *f = context;
    if (f->options->progress != NULL)
        f->options->progress(iteration, sum, NULL);
}

/* "Blackwell Ultra NVL72" -> "Blackwell", "CDNA4" -> "CDNA" */
static void family_name(const char *generation, char name[NAME_MAX_BYTES])
{
    size_t n = 0;
    for (; n < NAME_MAX_BYTES - 1; n++) {
        const char c = generation[n];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')))
            break;
        name[n] = c;
    }
    name[n] = '\0';
}

static void find_families(struct fit *f)
{
    char(*names)[NAME_MAX_BYTES] =
        wm_arena_alloc(f->arena, f->n_hw + 1, sizeof(char[NAME_MAX_BYTES]));
    for (size_t a = 0; a < f->n_hw; a++) {
        char name[NAME_MAX_BYTES];
        family_name(f->hw[a].generation, name);
        size_t k = 0;
        while (k < f->n_families && strcmp(names[k], name) != 0)
            k++;
        if (k == f->n_families)
            memcpy(names[f->n_families++], name, sizeof name);
        f->family_of[a] = k;
    }
}

/* Parts of one silicon; a part that names none is alone. */
static void find_silicon(struct fit *f)
{
    f->first_of = WM_NEW_ARRAY(f->arena, size_t, f->n_hw + 1);
    for (size_t a = 0; a < f->n_hw; a++) {
        size_t k = 0;
        while (k < f->n_silicon && (f->hw[a].silicon[0] == '\0' ||
                                    strcmp(f->hw[f->first_of[k]].silicon, f->hw[a].silicon) != 0))
            k++;
        if (k == f->n_silicon)
            f->first_of[f->n_silicon++] = a;
        f->silicon_of[a] = k;
    }
}

static void copy_entries(struct fit *f)
{
    f->n_hw = wm_catalog_n(f->catalog, WM_CATALOG_accelerator);
    f->n_sw = wm_catalog_n(f->catalog, WM_CATALOG_engine);
    f->hw = WM_NEW_ARRAY(f->arena, struct wm_accelerator, f->n_hw);
    f->sw = WM_NEW_ARRAY(f->arena, struct wm_engine, f->n_sw);
    for (size_t a = 0; a < f->n_hw; a++)
        memcpy(&f->hw[a], wm_catalog_at(f->catalog, WM_CATALOG_accelerator, a), sizeof *f->hw);
    for (size_t e = 0; e < f->n_sw; e++)
        memcpy(&f->sw[e], wm_catalog_at(f->catalog, WM_CATALOG_engine, e), sizeof *f->sw);
    f->family_of = WM_NEW_ARRAY(f->arena, size_t, f->n_hw);
    f->silicon_of = WM_NEW_ARRAY(f->arena, size_t, f->n_hw);
    f->own_of = WM_NEW_ARRAY(f->arena, size_t, f->n_hw);
    f->hw_points = WM_NEW_ARRAY(f->arena, size_t, f->n_hw);
    f->sw_points = WM_NEW_ARRAY(f->arena, size_t, f->n_sw);
    f->hw_column = WM_NEW_ARRAY(f->arena, size_t, f->n_hw);
    f->sw_column = WM_NEW_ARRAY(f->arena, size_t, f->n_sw);
    find_families(f);
    find_silicon(f);
    f->family_column = WM_NEW_ARRAY(f->arena, size_t, f->n_families);
}

static bool is_name(const char *name, const char *wanted)
{
    return wanted != NULL && strcmp(name, wanted) == 0;
}

static bool takes(const struct fit *f, const struct wm_operating_point *p)
{
    const struct wm_fit_options *o = f->options;
    const enum wm_serving_way way = wm_operating_point_way(p);
    const bool counts = way == WM_SERVED_PLAIN || (way == WM_SERVED_SPLIT && !f->is_power);
    if (!p->is_fit || !counts || is_name(p->accelerator->head.name, o->leave_accelerator) ||
        is_name(p->llm->head.name, o->leave_model))
        return false;
    if (o->only_accelerator != NULL && strcmp(p->accelerator->head.name, o->only_accelerator) != 0)
        return false;
    return f->is_power ? p->board_w > 0.0 : p->out_tok_per_s_per_gpu > 0.0 || p->tpot_s > 0.0;
}

/* Whether a row's time to first token counts beside its rate: of users in a loop, one group. */
static bool takes_wait(const struct fit *f, const struct wm_operating_point *p)
{
    return !f->is_power && p->ttft_s > 0.0 && p->drive == WM_DRIVE_USERS &&
           wm_operating_point_way(p) == WM_SERVED_PLAIN;
}

/* Rows that the model cannot tell apart. */
static bool is_same(const struct wm_operating_point *p, const struct wm_operating_point *q)
{
    return p->accelerator == q->accelerator && p->llm == q->llm && p->engine == q->engine &&
           p->precision == q->precision && p->drive == q->drive && p->load == q->load &&
           p->input_tok == q->input_tok && p->output_tok == q->output_tok &&
           p->ttft_limit_s == q->ttft_limit_s && p->max_gpus == q->max_gpus &&
           p->prefill_workers == q->prefill_workers &&
           p->decode_workers == q->decode_workers && p->n_gpus == q->n_gpus &&
           p->draft.tok == q->draft.tok && memcmp(&p->group, &q->group, sizeof p->group) == 0 &&
           memcmp(&p->prefill, &q->prefill, sizeof p->prefill) == 0 &&
           memcmp(&p->launch, &q->launch, sizeof p->launch) == 0;
}

static void find_setups(struct fit *f)
{
    f->point_setup = WM_NEW_ARRAY(f->arena, size_t, f->n_points + 1);
    f->setup_point = WM_NEW_ARRAY(f->arena, size_t, f->n_points + 1);
    f->n_setups = 0;
    for (size_t i = 0; i < f->n_points; i++) {
        size_t k = 0;
        while (k < f->n_setups && !is_same(f->points[f->setup_point[k]], f->points[i]))
            k++;
        if (k == f->n_setups)
            f->setup_point[f->n_setups++] = i;
        f->point_setup[i] = k;
    }
    f->said = WM_NEW_ARRAY(f->arena, struct outlook, f->n_setups * (1 + f->n_knobs + N_SW) + 1);
}

static enum quantity main_quantity(const struct fit *f, const struct wm_operating_point *p)
{
    return f->is_power ? BOARD : p->out_tok_per_s_per_gpu > 0.0 ? RATE : STEP_TIME;
}

static void add_point(struct fit *f, const struct wm_operating_point *p, enum quantity what)
{
    size_t a = 0, e = 0;
    while (strcmp(f->hw[a].head.name, p->accelerator->head.name) != 0)
        a++;
    while (strcmp(f->sw[e].head.name, p->engine->head.name) != 0)
        e++;
    f->point_hw[f->n_points] = a;
    f->point_sw[f->n_points] = e;
    f->point_what[f->n_points] = what;
    f->points[f->n_points++] = p;
    f->hw_points[a] += what != WAIT;
    f->sw_points[e] += what != WAIT;
}

static void choose_points(struct fit *f, const struct wm_operating_points *points)
{
    const size_t room = 2 * points->n + 1;
    f->points = WM_NEW_ARRAY(f->arena, const struct wm_operating_point *, room);
    f->point_hw = WM_NEW_ARRAY(f->arena, size_t, room);
    f->point_sw = WM_NEW_ARRAY(f->arena, size_t, room);
    f->point_weight = WM_NEW_ARRAY(f->arena, double, room);
    f->point_what = WM_NEW_ARRAY(f->arena, enum quantity, room);
    f->n_points = 0;
    for (size_t a = 0; a < f->n_hw; a++)
        f->own_of[a] = f->is_power ? a : f->first_of[f->silicon_of[a]];
    memset(f->hw_points, 0, f->n_hw * sizeof *f->hw_points);
    memset(f->sw_points, 0, f->n_sw * sizeof *f->sw_points);
    for (size_t i = 0; i < points->n; i++) {
        const struct wm_operating_point *p = &points->items[i];
        if (takes(f, p))
            add_point(f, p, main_quantity(f, p));
    }
    const size_t n_rates = f->n_points;
    wm_fit_weigh(f->points, n_rates, f->is_power, f->point_weight);
    for (size_t i = 0; i < n_rates; i++) {
        if (!takes_wait(f, f->points[i]))
            continue;
        f->point_weight[f->n_points] = wait_weight * wm_source_trust(f->points[i]->source);
        add_point(f, f->points[i], WAIT);
    }
    find_setups(f);
}

static size_t add_columns(struct fit *f, const struct knob *knobs, size_t n, bool family)
{
    const size_t first = f->n_columns;
    for (size_t k = 0; k < n; k++)
        f->sigma[f->n_columns++] = family ? knobs[k].family_sigma : knobs[k].own_sigma;
    return first;
}

/* Columns for what has points; an accelerator fitted alone needs no family. */
static void lay_columns(struct fit *f)
{
    f->n_columns = 0;
    f->sigma =
        WM_NEW_ARRAY(f->arena, double, (f->n_hw + f->n_families) * f->n_knobs + f->n_sw * N_SW + 1);
    const bool alone = f->options->only_accelerator != NULL;
    for (size_t k = 0; k < f->n_families; k++)
        f->family_column[k] = NONE;
    for (size_t a = 0; a < f->n_hw; a++)
        f->hw_column[a] = NONE;
    for (size_t a = 0; a < f->n_hw; a++) {
        const size_t own = f->own_of[a];
        if (f->hw_points[a] == 0)
            continue;
        if (f->hw_column[own] == NONE)
            f->hw_column[own] = add_columns(f, f->knobs, f->n_knobs, alone);
        if (!alone && f->family_column[f->family_of[a]] == NONE)
            f->family_column[f->family_of[a]] = add_columns(f, f->knobs, f->n_knobs, true);
    }
    for (size_t e = 0; e < f->n_sw; e++)
        f->sw_column[e] = f->is_power || alone || f->sw_points[e] == 0
                              ? NONE
                              : add_columns(f, sw_knobs, N_SW, false);
}

static void report(struct fit *f, struct wm_fit *fit, const char *section, const char *name,
                   const struct knob *knob, double value, double start, double variance,
                   double prior, size_t n)
{
    fit->rows[fit->n_rows++] =
        (struct wm_fit_row){.owner = wm_arena_printf(f->arena, "%s.%s", section, name),
                            .key = knob->key,
                            .value = value / knob->per_unit,
                            .start = start / knob->per_unit,
                            .rel_error_frac = sqrt(variance),
                            .pull_frac = fmax(0.0, 1.0 - variance / (prior * prior)),
                            .n_points = n};
}

/* Whether the accelerator has no unit of the precision a knob is about: nothing was fitted then. */
static bool lacks(const struct wm_accelerator *hw, const struct knob *knob)
{
    return (knob->offset == offsetof(struct wm_accelerator, bf16.serving_frac) &&
            hw->bf16.flop_per_s <= 0.0) ||
           (knob->offset == offsetof(struct wm_accelerator, fp8.serving_frac) &&
            hw->fp8.flop_per_s <= 0.0) ||
           (knob->offset == offsetof(struct wm_accelerator, fp8_block.serving_frac) &&
            hw->fp8_block.flop_per_s <= 0.0) ||
           (knob->offset == offsetof(struct wm_accelerator, fp4.serving_frac) &&
            hw->fp4.flop_per_s <= 0.0);
}

/* What moves an accelerator in the end, and how sure that is: the logarithms' shift and variance. */
struct shift {
    double value, variance, prior;
};

/* Families that have rows, over which those without spread. */
static struct shift over_families(const struct fit *f, const double *x, size_t k)
{
    double n = 0.0, sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < f->n_families; i++) {
        if (f->family_column[i] == NONE)
            continue;
        const double value = x[f->family_column[i] + k];
        n += 1.0;
        sum += value;
        squares += value * value;
    }
    const double mean = n > 0.0 ? sum / n : 0.0, sigma = f->knobs[k].family_sigma;
    const double spread = n > 1.0 ? fmax(0.0, squares / n - mean * mean) : sigma * sigma;
    return (struct shift){mean, spread + f->knobs[k].own_sigma * f->knobs[k].own_sigma,
                          hypot(sigma, f->knobs[k].own_sigma)};
}

/* The family of the same vendor that is nearest in years and has rows; NONE: no such. */
static size_t kin_of(const struct fit *f, size_t a)
{
    size_t best = NONE;
    int64_t least = 0;
    for (size_t i = 0; i < f->n_hw; i++) {
        const int64_t years = f->hw[i].year > f->hw[a].year ? f->hw[i].year - f->hw[a].year
                                                            : f->hw[a].year - f->hw[i].year;
        if (f->family_column[f->family_of[i]] == NONE || f->hw_points[i] == 0 ||
            strcmp(f->hw[i].vendor, f->hw[a].vendor) != 0 || (best != NONE && years >= least))
            continue;
        best = f->family_of[i];
        least = years;
    }
    return best;
}

/* A family with rows moves its members; one without takes its vendor's nearest, else the mean of all. */
static struct shift shift_of(const struct fit *f, const double *x, const double *variance, size_t a,
                             size_t k)
{
    const struct knob *const knob = &f->knobs[k];
    const size_t own = f->hw_column[f->own_of[a]];
    size_t family = f->family_column[f->family_of[a]];
    struct shift s = {0};
    if (own == NONE && family == NONE) {
        const size_t kin = kin_of(f, a);
        if (kin == NONE)
            return over_families(f, x, k);
        family = f->family_column[kin];
        s.variance = over_families(f, x, k).variance; /* it is not of that family */
    }
    const double own_sigma = own != NONE ? f->sigma[own + k] : knob->own_sigma;
    s.value = (own != NONE ? x[own + k] : 0.0) + (family != NONE ? x[family + k] : 0.0);
    if (s.variance <= 0.0)
        s.variance = (own != NONE ? variance[own + k] : own_sigma * own_sigma) +
                     (family != NONE ? variance[family + k] : 0.0);
    s.prior = hypot(own_sigma, family != NONE ? knob->family_sigma : 0.0);
    return s;
}

/* Writes the solution into the entries and the report. */
static void settle(struct fit *f, const double *x, const double *variance, struct wm_fit *fit)
{
    struct wm_accelerator *const moved = WM_NEW_ARRAY(f->arena, struct wm_accelerator, f->n_hw);
    const bool alone = f->options->only_accelerator != NULL;
    for (size_t a = 0; a < f->n_hw; a++) {
        moved[a] = f->hw[a];
        if (alone && f->hw_points[a] == 0)
            continue;
        for (size_t k = 0; k < f->n_knobs; k++)
            *member(&moved[a], &f->knobs[k]) *= exp(shift_of(f, x, variance, a, k).value);
        /* with a model resident a board draws no less than without one */
        moved[a].power.base_frac =
            fmax(moved[a].power.base_frac, moved[a].power.idle_w / moved[a].tdp_w);
        if (!f->is_power)
            wm_fit_keep_order(&moved[a]);
        for (size_t k = 0; k < f->n_knobs; k++) {
            const struct knob *knob = &f->knobs[k];
            const struct shift s = shift_of(f, x, variance, a, k);
            struct wm_accelerator start = f->hw[a];
            if (!lacks(&moved[a], knob))
                report(f, fit, "accelerators", f->hw[a].head.name, knob, *member(&moved[a], knob),
                       *member(&start, knob), s.variance, s.prior, f->hw_points[a]);
        }
    }
    memcpy(f->hw, moved, f->n_hw * sizeof *moved);
    for (size_t e = 0; e < f->n_sw; e++) {
        if (f->sw_column[e] == NONE)
            continue;
        struct wm_engine start = f->sw[e], now;
        move_sw(f, e, x, &now);
        f->sw[e] = now;
        for (size_t k = 0; k < N_SW; k++)
            report(f, fit, "engines", now.head.name, &sw_knobs[k], *member(&now, &sw_knobs[k]),
                   *member(&start, &sw_knobs[k]), variance[f->sw_column[e] + k],
                   sw_knobs[k].own_sigma, f->sw_points[e]);
    }
}

static bool run_stage(struct fit *f, const struct wm_operating_points *points, struct wm_fit *fit)
{
    f->knobs = f->is_power ? power_knobs : hw_knobs;
    f->n_knobs = f->is_power ? N_POWER : N_HW;
    choose_points(f, points);
    if (f->n_points == 0)
        return false;
    lay_columns(f);
    double *x = WM_NEW_ARRAY(f->arena, double, f->n_columns);
    double *variance = WM_NEW_ARRAY(f->arena, double, f->n_columns);
    const size_t n_order = f->n_hw * n_bounds(f);
    const struct wm_least_squares problem = {.n_residual = f->n_points + f->n_columns + n_order,
                                             .n_param = f->n_columns,
                                             .residuals = residuals,
                                             .jacobian = jacobian,
                                             .context = f,
                                             .max_iterations =
                                                 f->is_power ? 12 : f->options->max_iterations,
                                             .tolerance = 1e-5,
                                             .progress = on_step};
    if (!wm_least_squares(&problem, x, variance))
        return false;
    /* residuals are in units of soft_scale: so is the variance */
    for (size_t j = 0; j < f->n_columns; j++)
        variance[j] *= soft_scale * soft_scale;
    settle(f, x, variance, fit);
    return true;
}

enum wm_status wm_fit_points(struct wm_arena *arena, const struct wm_catalog *catalog,
                             const struct wm_operating_points *points,
                             const struct wm_fit_options *options, struct wm_fit *fit,
                             struct wm_diags *diags)
{
    struct fit f = {.arena = arena, .catalog = catalog, .options = options};
    copy_entries(&f);
    *fit = (struct wm_fit){.accelerators = f.hw,
                           .engines = f.sw,
                           .rows = WM_NEW_ARRAY(arena, struct wm_fit_row,
                                                f.n_hw * (N_HW + N_POWER) + f.n_sw * N_SW + 1)};
    const bool speed = run_stage(&f, points, fit);
    fit->n_points = f.n_points;
    f.is_power = true;
    const bool power = run_stage(&f, points, fit);
    if (!speed && !power) {
        wm_diag_add(diags, WM_E214, NULL, NULL,
                    "no operating point left to fit; rows for it say `fit` in the column split");
        return WM_INVALID;
    }
    return WM_OK;
}
