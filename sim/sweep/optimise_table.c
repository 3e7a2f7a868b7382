#include "optimise_table.h"

#include <math.h>
#include <string.h>

#include "goal.h"
#include "plan.h"
#include "wattmill/run.h"
#include "wattmill/store.h"

#define N_STEPS 10000.0 /* of a number's range */

static double value_at(const struct wm_vary *v, double u)
{
    return v->low + u * (v->high - v->low);
}

static size_t choice_at(const struct wm_vary *v, double u)
{
    const size_t k = (size_t)(u * (double)v->n_choices);
    return k < v->n_choices ? k : v->n_choices - 1;
}

void wm_points_snap(const struct wm_table_of_points *t, double *u)
{
    for (size_t j = 0; j < t->p->n_vary; j++) {
        const struct wm_vary *const v = &t->p->vary[j];
        if (v->choices != NULL)
            u[j] = ((double)choice_at(v, u[j]) + 0.5) / (double)v->n_choices;
        else if (v->whole)
            u[j] = (nearbyint(value_at(v, u[j])) - v->low) / (v->high - v->low);
        else
            u[j] = nearbyint(u[j] * N_STEPS) / N_STEPS;
    }
}

/* The value as JSON: short, as nobody builds a tenth of a kilowatt. */
static const char *text_at(struct wm_arena *arena, const struct wm_vary *v, double u)
{
    if (v->choices != NULL)
        return v->choices[choice_at(v, u)];
    return v->whole ? wm_arena_printf(arena, "%.0f", value_at(v, u))
                    : wm_arena_printf(arena, "%.10g", value_at(v, u));
}

const double *wm_points_at(const struct wm_table_of_points *t, size_t i)
{
    return t->u + i * WM_OPTIMISE_KEYS_MAX;
}

static bool is_at(const struct wm_table_of_points *t, size_t i, const double *u)
{
    return memcmp(wm_points_at(t, i), u, t->p->n_vary * sizeof *u) == 0;
}

size_t wm_points_find(const struct wm_table_of_points *t, const double *u)
{
    size_t i = 0;
    while (i < t->n && !is_at(t, i, u))
        i++;
    return i;
}

bool wm_points_want(struct wm_table_of_points *t, const double *u, const char *stage)
{
    size_t i = 0;
    while (i < t->n_wanted && !is_at(t, i, u))
        i++;
    if (i < t->n_wanted)
        return true;
    if (i == t->p->max_points)
        return false;
    memcpy(t->u + i * WM_OPTIMISE_KEYS_MAX, u, t->p->n_vary * sizeof *u);
    t->stage[i] = stage;
    t->n_wanted++;
    return true;
}

static void write_vary(struct wm_json_writer *w, struct wm_arena *arena, const struct wm_vary *v,
                       size_t n, const struct wm_table_of_points *t, size_t j)
{
    wm_json_object_begin(w);
    wm_json_member_string(w, "path", v->path);
    wm_json_key(w, "sweep");
    wm_json_array_begin(w);
    for (size_t i = 0; i < n; i++)
        wm_json_raw(w, text_at(arena, v, wm_points_at(t, i)[j]));
    for (size_t k = 0; n == 0 && k < (v->choices != NULL ? v->n_choices : 2); k++)
        wm_json_raw(w, v->choices != NULL
                           ? v->choices[k]
                           : wm_arena_printf(arena, "%.10g", k == 0 ? v->low : v->high));
    wm_json_array_end(w);
    wm_json_object_end(w);
}

/* The next case of an axis of cases; its `set` is written by the caller. */
static void begin_case(struct wm_json_writer *w, struct wm_arena *arena, size_t i)
{
    wm_json_object_begin(w);
    wm_json_member_string(w, "label", wm_arena_printf(arena, "%zu", i));
    wm_json_key(w, "set");
}

static void begin_cases(struct wm_json_writer *w, const char *name)
{
    wm_json_object_begin(w);
    wm_json_member_string(w, "name", name);
    wm_json_key(w, "cases");
    wm_json_array_begin(w);
}

static void end_cases(struct wm_json_writer *w)
{
    wm_json_array_end(w);
    wm_json_object_end(w);
}

/* Each of `n` places at each draw: a grid of two axes, draws fastest. */
static void write_drawn(struct wm_json_writer *w, struct wm_arena *arena,
                        const struct wm_table_of_points *t, size_t n)
{
    begin_cases(w, "point");
    for (size_t i = 0; i < n; i++) {
        begin_case(w, arena, i);
        wm_json_object_begin(w);
        for (size_t j = 0; j < t->p->n_vary; j++) {
            wm_json_key(w, t->p->vary[j].path);
            wm_json_raw(w, text_at(arena, &t->p->vary[j], wm_points_at(t, i)[j]));
        }
        wm_json_object_end(w);
        wm_json_object_end(w);
    }
    end_cases(w);
    begin_cases(w, "draw");
    for (size_t k = 0; k < t->draws.n; k++) {
        begin_case(w, arena, k);
        wm_json_raw(w, t->draws.sets[k]);
        wm_json_object_end(w);
    }
    end_cases(w);
}

/* What the search reads and, so that the store tells something by itself, the first figures of a run. */
static void write_metrics(struct wm_json_writer *w, const struct wm_table_of_points *t)
{
    static const enum wm_metric also[] = {WM_METRIC_npv_usd, WM_METRIC_irr_frac,
                                          WM_METRIC_revenue_usd_per_mw_utility_year,
                                          WM_METRIC_power_share_b_frac};
    bool is_in[WM_N_METRICS] = {false};
    for (size_t i = 0; i < sizeof also / sizeof *also; i++)
        is_in[also[i]] = true;
    for (size_t m = 0; m < t->n_figures; m++)
        is_in[t->metric[m]] = true;
    wm_json_key(w, "metrics");
    wm_json_array_begin(w);
    for (unsigned i = 0; i < WM_N_METRICS; i++)
        if (is_in[i])
            wm_json_string(w, wm_metric_info((enum wm_metric)i)->key);
    wm_json_array_end(w);
    wm_json_key(w, "yearly");
    wm_json_bool(w, false);
}

/* A study whose points are `n` places, or the ends of each key when n is 0. */
static const char *study_text(struct wm_arena *arena, const struct wm_table_of_points *t, size_t n)
{
    struct wm_json_writer w = wm_json_writer_to_memory(arena, false);
    const bool is_drawn = n > 0 && t->draws.n > 0;
    wm_json_object_begin(&w);
    wm_json_member_integer(&w, "schema_version", 1);
    wm_json_member_string(&w, "name", t->is_by_range ? "optimise with range" : "optimise");
    wm_json_member_string(&w, "base", t->draws.scenario);
    wm_json_member_string(&w, "design", n > 0 && !is_drawn ? "zip" : "grid");
    if (is_drawn)
        write_metrics(&w, t);
    wm_json_key(&w, "axes");
    wm_json_array_begin(&w);
    if (is_drawn)
        write_drawn(&w, arena, t, n);
    for (size_t j = 0; j < t->p->n_vary && !is_drawn; j++)
        write_vary(&w, arena, &t->p->vary[j], n, t, j);
    wm_json_array_end(&w);
    wm_json_object_end(&w);
    wm_json_finish(&w);
    return w.bytes;
}

static bool check_keys(const struct wm_optimise_params *p, struct wm_diags *diags)
{
    bool ok = p->n_vary >= 1 && p->n_vary <= WM_OPTIMISE_KEYS_MAX;
    if (!ok)
        wm_diag_add(diags, WM_E101, NULL, NULL, "optimise: --vary names 1 to %d keys, found %zu",
                    WM_OPTIMISE_KEYS_MAX, p->n_vary);
    if (p->n_conditions > WM_CONDITIONS_MAX) {
        wm_diag_add(diags, WM_E101, NULL, NULL, "optimise: at most %d conditions, found %zu",
                    WM_CONDITIONS_MAX, p->n_conditions);
        ok = false;
    }
    return ok;
}

static const struct wm_goal *figure(const struct wm_table_of_points *t, size_t m)
{
    return m < t->p->n_goals ? &t->p->goals[m] : &t->p->conditions[m - t->p->n_goals].of;
}

static bool refuse(const struct wm_table_of_points *t, const char *text, const char *help)
{
    wm_diag_add(t->diags, WM_E101, NULL, NULL, "optimise: \"%s\" %s", text, help);
    return false;
}

/* Which metric is read for each goal and condition. */
static bool choose_metrics(struct wm_table_of_points *t)
{
    bool ok = true;
    for (size_t m = 0; m < t->n_figures; m++) {
        const struct wm_goal *const g = figure(t, m);
        const bool is_value = g->measure == WM_MEASURE_VALUE;
        t->metric[m] = g->metric;
        if (t->draws.n > 0) {
            if (wm_metric_is_of_range(g->metric))
                ok = refuse(t, g->text, "is of the run's own range; over draws write P10(npv_usd)");
            else if (is_value && m < t->p->n_goals)
                ok = refuse(t, g->text,
                            "may vary from draw to draw: write P10(...), CVaR10(...) or mean(...)");
            continue;
        }
        if (!is_value)
            t->metric[m] = wm_goal_by_range(g);
        if (t->metric[m] == WM_N_METRICS)
            ok = refuse(
                t, g->text,
                "is a measure, and nothing is uncertain: put distributions into the scenario "
                "or name a study with --over; the run's own range gives P10, P50, P90 of "
                "npv_usd, irr_frac, revenue_usd_per_mw_utility_year, and mean and CVaR10 "
                "of npv_usd");
        else if (wm_metric_is_of_range(t->metric[m]))
            t->is_by_range = true;
    }
    return ok;
}

enum wm_status wm_points_open(struct wm_arena *arena, const struct wm_optimise_params *params,
                              struct wm_table_of_points *t, struct wm_diags *diags)
{
    const struct wm_study *study = NULL;
    *t = (struct wm_table_of_points){.arena = arena,
                                     .p = params,
                                     .diags = diags,
                                     .n_figures = params->n_goals + params->n_conditions};
    if (!check_keys(params, diags))
        return WM_USAGE;
    enum wm_status status = wm_draws_load(arena, params, &t->draws, diags);
    if (status != WM_OK)
        return status;
    if (!choose_metrics(t))
        return WM_USAGE;
    const char *const text = study_text(arena, t, 0);
    status = wm_study_load_text(arena, text, strlen(text), "--vary", t->draws.central,
                                t->draws.n_central, &study, diags);
    if (status != WM_OK)
        return status;
    for (size_t j = 0; j < params->n_vary; j++)
        params->vary[j].whole = study->axes[j].targets[0].whole;
    t->scratch = wm_arena_open();
    t->u = WM_NEW_ARRAY(arena, double, params->max_points *WM_OPTIMISE_KEYS_MAX);
    t->values = WM_NEW_ARRAY(arena, double, params->max_points * t->n_figures);
    t->stage = (const char **)wm_arena_alloc(arena, params->max_points, sizeof *t->stage);
    return t->scratch != NULL ? WM_OK : WM_NO_MEMORY;
}

void wm_points_close(struct wm_table_of_points *t)
{
    wm_arena_close(t->scratch);
}

static double *values_of(const struct wm_table_of_points *t, size_t i)
{
    return t->values + i * t->n_figures;
}

struct reading {
    struct wm_table_of_points *t;
    size_t column[WM_FIGURES_MAX];
    size_t n_draws;
    double *drawn; /* [n][n_figures][n_draws] */
};

static double *drawn_of(const struct reading *g, size_t i, size_t m)
{
    return g->drawn + (i * g->t->n_figures + m) * g->n_draws;
}

static bool take_point(void *context, const struct wm_record *r)
{
    const struct reading *const g = context;
    const size_t i = (size_t)r->index / g->n_draws;
    if (i >= g->t->n || r->status != WM_POINT_OK)
        return true;
    for (size_t m = 0; m < g->t->n_figures; m++)
        if (g->column[m] != SIZE_MAX)
            drawn_of(g, i, m)[(size_t)r->index % g->n_draws] = r->value[g->column[m]];
    return true;
}

static bool high_is_bad(const struct wm_table_of_points *t, size_t m)
{
    if (m < t->p->n_goals)
        return t->p->goals[m].minimise;
    const enum wm_relation relation = t->p->conditions[m - t->p->n_goals].is.relation;
    return relation == WM_LESS || relation == WM_LESS_EQUAL;
}

/* Measures of what was drawn; a draw that did not end well leaves none. */
static void measure(struct reading *g)
{
    struct wm_table_of_points *const t = g->t;
    const struct wm_goal as_it_is = {.measure = WM_MEASURE_VALUE};
    for (size_t i = 0; i < t->n; i++)
        for (size_t m = 0; m < t->n_figures; m++)
            values_of(t, i)[m] = wm_measure_of(g->n_draws > 1 ? figure(t, m) : &as_it_is,
                                               drawn_of(g, i, m), g->n_draws, high_is_bad(t, m));
}

static enum wm_status read_points(struct wm_table_of_points *t)
{
    struct wm_store *store = NULL;
    struct reading g = {.t = t, .n_draws = t->draws.n > 0 ? t->draws.n : 1};
    enum wm_status status = wm_store_open(t->scratch, t->p->study->store, &store, t->diags);
    if (status != WM_OK)
        return status;
    const struct wm_store_about *const about = wm_store_about(store);
    for (size_t m = 0; m < t->n_figures; m++) {
        g.column[m] = SIZE_MAX;
        for (size_t i = 0; i < about->n_metrics; i++)
            if (strcmp(about->metrics[i].key, wm_metric_info(t->metric[m])->key) == 0)
                g.column[m] = i;
    }
    const size_t n = t->n * t->n_figures * g.n_draws;
    g.drawn = WM_NEW_ARRAY(t->scratch, double, n);
    for (size_t i = 0; i < n; i++)
        g.drawn[i] = (double)NAN;
    status = wm_store_each(store, WM_READ_VALUES, take_point, &g, t->diags);
    wm_store_close(store);
    measure(&g);
    return status;
}

enum wm_status wm_points_run(struct wm_table_of_points *t)
{
    const struct wm_study *study = NULL;
    struct wm_study_options options = *t->p->study;
    wm_arena_reset(t->scratch);
    struct wm_diags own = wm_diags_init(t->scratch); /* points may end badly: that is an answer */
    const char *const text = study_text(t->scratch, t, t->n_wanted);
    options.n_shards = 0;
    options.progress = NULL;
    options.range_draws = t->is_by_range ? WM_RANGE_DRAWS : 0;
    enum wm_status status = wm_study_load_text(t->scratch, text, strlen(text), "--vary",
                                               t->draws.central, t->draws.n_central, &study, &own);
    if (status == WM_OK)
        status = wm_study_run(t->scratch, study, &options, NULL, &own);
    if (status != WM_OK && status != WM_POINTS_FAILED) {
        for (size_t i = 0; i < own.n_items; i++)
            wm_diag_add(t->diags, own.items[i].code, NULL,
                        own.items[i].path != NULL
                            ? wm_arena_printf(t->arena, "%s", own.items[i].path)
                            : NULL,
                        "%s", own.items[i].text);
        return status;
    }
    t->n = t->n_wanted;
    t->n_rounds++;
    status = read_points(t);
    if (status == WM_OK && t->p->progress != NULL)
        t->p->progress(t->p->progress_context, t->n, t->p->max_points);
    return status;
}

static double sign(const struct wm_table_of_points *t, size_t goal)
{
    return t->p->goals[goal].minimise ? 1.0 : -1.0;
}

static const struct wm_assertion *bound(const struct wm_table_of_points *t, size_t c)
{
    return &t->p->conditions[c].is;
}

static double bounded(const struct wm_table_of_points *t, size_t i, size_t c)
{
    return values_of(t, i)[t->p->n_goals + c];
}

void wm_points_set_scale(struct wm_table_of_points *t)
{
    for (size_t g = 0; g < t->p->n_goals; g++) {
        double low = (double)INFINITY, high = -(double)INFINITY;
        for (size_t i = 0; i < t->n; i++)
            if (isfinite(values_of(t, i)[g])) {
                low = fmin(low, sign(t, g) * values_of(t, i)[g]);
                high = fmax(high, sign(t, g) * values_of(t, i)[g]);
            }
        t->best[g] = isfinite(low) ? low : 0.0;
        t->spread[g] = high > low ? high - low : 1.0;
    }
    for (size_t c = 0; c < t->p->n_conditions; c++) {
        double most = 0.0;
        for (size_t i = 0; i < t->n; i++)
            if (isfinite(bounded(t, i, c)))
                most = fmax(most, fabs(bounded(t, i, c) - bound(t, c)->value));
        t->scale[c] = most > 0.0 ? most : 1.0;
    }
}

static double scaled(const struct wm_table_of_points *t, size_t i, size_t goal)
{
    const double worst = 3.0; /* than the worst start, which is 1 */
    const double v = values_of(t, i)[goal];
    return isfinite(v) ? (sign(t, goal) * v - t->best[goal]) / t->spread[goal] : worst;
}

size_t wm_points_n_bounds(const struct wm_table_of_points *t, const struct wm_aim *aim)
{
    return t->p->n_conditions + (aim->has_limit ? 1 : 0);
}

void wm_points_scaled(const struct wm_table_of_points *t, size_t i, const struct wm_aim *aim,
                      double *values)
{
    values[0] = scaled(t, i, aim->goal);
    for (size_t c = 0; c < t->p->n_conditions; c++) {
        const struct wm_assertion *const a = bound(t, c);
        const double v = bounded(t, i, c), scale = t->scale[c] > 0.0 ? t->scale[c] : 1.0;
        const bool below = a->relation == WM_LESS || a->relation == WM_LESS_EQUAL;
        const double above = (below ? 1.0 : -1.0) * (v - a->value) / scale;
        values[1 + c] = !isfinite(v)                                  ? 1.0
                        : wm_relation_holds(v, a->relation, a->value) ? fmin(above, 0.0)
                                                                      : fmax(above, 1e-12);
    }
    if (aim->has_limit)
        values[1 + t->p->n_conditions] = scaled(t, i, 1 - aim->goal) - aim->limit;
}

double wm_points_unscaled(const struct wm_table_of_points *t, size_t goal, double value)
{
    return isfinite(value) ? sign(t, goal) * (value * t->spread[goal] + t->best[goal])
                           : (double)NAN;
}

/* Sum of what is unmet; INFINITY where a goal has no value. */
static double unmet(const struct wm_table_of_points *t, size_t i, const struct wm_aim *aim)
{
    double values[2 + WM_CONDITIONS_MAX], sum = 0.0;
    wm_points_scaled(t, i, aim, values);
    for (size_t c = 0; c < wm_points_n_bounds(t, aim); c++)
        sum += fmax(values[1 + c], 0.0);
    for (size_t g = 0; g < t->p->n_goals; g++)
        sum = isfinite(values_of(t, i)[g]) ? sum : (double)INFINITY;
    return sum;
}

bool wm_points_better(const struct wm_table_of_points *t, const struct wm_aim *aim, size_t a,
                      size_t b)
{
    const double p = unmet(t, a, aim), q = unmet(t, b, aim);
    if (p < q || p > q || isinf(p))
        return p < q;
    const double x = scaled(t, a, aim->goal), y = scaled(t, b, aim->goal);
    if (x < y || x > y || t->p->n_goals == 1)
        return x < y;
    return scaled(t, a, 1 - aim->goal) < scaled(t, b, 1 - aim->goal);
}

size_t wm_points_failed(const struct wm_table_of_points *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++)
        n += isinf(unmet(t, i, &(struct wm_aim){0})) ? 1 : 0;
    return n;
}

struct wm_optimise_point wm_points_tell(const struct wm_table_of_points *t, size_t i)
{
    const char **const texts = (const char **)wm_arena_alloc(t->arena, t->p->n_vary, sizeof *texts);
    for (size_t j = 0; j < t->p->n_vary; j++)
        texts[j] = text_at(t->arena, &t->p->vary[j], wm_points_at(t, i)[j]);
    return (struct wm_optimise_point){.values = texts,
                                      .goals = values_of(t, i),
                                      .conditions = values_of(t, i) + t->p->n_goals,
                                      .feasible = !(unmet(t, i, &(struct wm_aim){0}) > 0.0)};
}
