#include "optimise_table.h"

#include <math.h>
#include <string.h>

#include "plan.h"
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

/* A study of design zip whose points are `n` places, or the ends of each key when n is 0. */
static const char *study_text(struct wm_arena *arena, const struct wm_table_of_points *t, size_t n)
{
    struct wm_json_writer w = wm_json_writer_to_memory(arena, false);
    wm_json_object_begin(&w);
    wm_json_member_integer(&w, "schema_version", 1);
    wm_json_member_string(&w, "name", "optimise");
    wm_json_member_string(&w, "base", t->p->scenario);
    wm_json_member_string(&w, "design", n > 0 ? "zip" : "grid");
    wm_json_key(&w, "axes");
    wm_json_array_begin(&w);
    for (size_t j = 0; j < t->p->n_vary; j++) {
        const struct wm_vary *const v = &t->p->vary[j];
        wm_json_object_begin(&w);
        wm_json_member_string(&w, "path", v->path);
        wm_json_key(&w, "sweep");
        wm_json_array_begin(&w);
        for (size_t i = 0; i < n; i++)
            wm_json_raw(&w, text_at(arena, v, wm_points_at(t, i)[j]));
        for (size_t k = 0; n == 0 && k < (v->choices != NULL ? v->n_choices : 2); k++)
            wm_json_raw(&w, v->choices != NULL
                                ? v->choices[k]
                                : wm_arena_printf(arena, "%.10g", k == 0 ? v->low : v->high));
        wm_json_array_end(&w);
        wm_json_object_end(&w);
    }
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
    for (size_t c = 0; c < p->n_conditions; c++)
        if (p->conditions[c].relation == WM_EQUAL) {
            wm_diag_add(diags, WM_E103, NULL, NULL,
                        "%s \"%s\": no search meets an equality; give a bound",
                        p->conditions[c].option, p->conditions[c].text);
            ok = false;
        }
    return ok;
}

enum wm_status wm_points_open(struct wm_arena *arena, const struct wm_optimise_params *params,
                              struct wm_table_of_points *t, struct wm_diags *diags)
{
    const struct wm_study *study = NULL;
    *t = (struct wm_table_of_points){.arena = arena, .p = params, .diags = diags};
    if (!check_keys(params, diags))
        return WM_USAGE;
    const char *const text = study_text(arena, t, 0);
    const enum wm_status status = wm_study_load_text(arena, text, strlen(text), "--vary",
                                                     params->sets, params->n_sets, &study, diags);
    if (status != WM_OK)
        return status;
    for (size_t j = 0; j < params->n_vary; j++)
        params->vary[j].whole = study->axes[j].targets[0].whole;
    t->scratch = wm_arena_open();
    t->u = WM_NEW_ARRAY(arena, double, params->max_points *WM_OPTIMISE_KEYS_MAX);
    t->values = WM_NEW_ARRAY(arena, double, params->max_points *(1 + params->n_conditions));
    t->stage = (const char **)wm_arena_alloc(arena, params->max_points, sizeof *t->stage);
    return t->scratch != NULL ? WM_OK : WM_NO_MEMORY;
}

void wm_points_close(struct wm_table_of_points *t)
{
    wm_arena_close(t->scratch);
}

static double *values_of(const struct wm_table_of_points *t, size_t i)
{
    return t->values + i * (1 + t->p->n_conditions);
}

struct reading {
    struct wm_table_of_points *t;
    size_t column[1 + WM_CONDITIONS_MAX];
};

static bool take_point(void *context, const struct wm_record *r)
{
    const struct reading *const g = context;
    if (r->index >= g->t->n || r->status != WM_POINT_OK)
        return true;
    for (size_t m = 0; m <= g->t->p->n_conditions; m++)
        if (g->column[m] != SIZE_MAX)
            values_of(g->t, (size_t)r->index)[m] = r->value[g->column[m]];
    return true;
}

static enum wm_status read_points(struct wm_table_of_points *t)
{
    struct wm_store *store = NULL;
    struct reading g = {.t = t};
    enum wm_status status = wm_store_open(t->scratch, t->p->study->store, &store, t->diags);
    if (status != WM_OK)
        return status;
    const struct wm_store_about *const about = wm_store_about(store);
    for (size_t m = 0; m <= t->p->n_conditions; m++) {
        const enum wm_metric metric = m == 0 ? t->p->metric : t->p->conditions[m - 1].metric;
        g.column[m] = SIZE_MAX;
        for (size_t i = 0; i < about->n_metrics; i++)
            if (strcmp(about->metrics[i].key, wm_metric_info(metric)->key) == 0)
                g.column[m] = i;
    }
    for (size_t i = 0; i < t->n * (1 + t->p->n_conditions); i++)
        t->values[i] = (double)NAN;
    status = wm_store_each(store, WM_READ_VALUES, take_point, &g, t->diags);
    wm_store_close(store);
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
    enum wm_status status = wm_study_load_text(t->scratch, text, strlen(text), "--vary", t->p->sets,
                                               t->p->n_sets, &study, &own);
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

static double sign(const struct wm_table_of_points *t)
{
    return t->p->minimise ? 1.0 : -1.0;
}

void wm_points_set_scale(struct wm_table_of_points *t)
{
    double low = (double)INFINITY, high = -(double)INFINITY;
    for (size_t i = 0; i < t->n; i++)
        if (isfinite(values_of(t, i)[0])) {
            low = fmin(low, sign(t) * values_of(t, i)[0]);
            high = fmax(high, sign(t) * values_of(t, i)[0]);
        }
    t->best = isfinite(low) ? low : 0.0;
    t->spread = high > low ? high - low : 1.0;
    for (size_t c = 0; c < t->p->n_conditions; c++) {
        double most = 0.0;
        for (size_t i = 0; i < t->n; i++)
            if (isfinite(values_of(t, i)[1 + c]))
                most = fmax(most, fabs(values_of(t, i)[1 + c] - t->p->conditions[c].value));
        t->scale[c] = most > 0.0 ? most : 1.0;
    }
}

void wm_points_scaled(const struct wm_table_of_points *t, size_t i, double *values)
{
    const double *const v = values_of(t, i);
    const double worst = 3.0; /* than the worst start, which is 1 */
    values[0] = isfinite(v[0]) ? (sign(t) * v[0] - t->best) / t->spread : worst;
    for (size_t c = 0; c < t->p->n_conditions; c++) {
        const struct wm_assertion *const a = &t->p->conditions[c];
        const bool below = a->relation == WM_LESS || a->relation == WM_LESS_EQUAL;
        const double scale = t->scale[c] > 0.0 ? t->scale[c] : 1.0;
        values[1 + c] = !isfinite(v[1 + c]) ? 1.0
                        : wm_relation_holds(v[1 + c], a->relation, a->value)
                            ? fmin((below ? 1.0 : -1.0) * (v[1 + c] - a->value) / scale, 0.0)
                            : fmax((below ? 1.0 : -1.0) * (v[1 + c] - a->value) / scale, 1e-12);
    }
}

double wm_points_unscaled(const struct wm_table_of_points *t, double scaled)
{
    return isfinite(scaled) ? sign(t) * (scaled * t->spread + t->best) : (double)NAN;
}

static double unmet(const struct wm_table_of_points *t, size_t i, double *objective)
{
    double values[1 + WM_CONDITIONS_MAX], sum = 0.0;
    wm_points_scaled(t, i, values);
    for (size_t c = 0; c < t->p->n_conditions; c++)
        sum += fmax(values[1 + c], 0.0);
    *objective = isfinite(values_of(t, i)[0]) ? sign(t) * values_of(t, i)[0] : (double)INFINITY;
    return isfinite(values_of(t, i)[0]) ? sum : (double)INFINITY;
}

bool wm_points_better(const struct wm_table_of_points *t, size_t a, size_t b)
{
    double x = 0.0, y = 0.0;
    const double p = unmet(t, a, &x), q = unmet(t, b, &y);
    return p < q || (p <= q && x < y);
}

bool wm_points_is_neighbour(const struct wm_table_of_points *t, size_t i)
{
    return strcmp(t->stage[i], "neighbourhood") == 0;
}

size_t wm_points_failed(const struct wm_table_of_points *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++)
        n += isfinite(values_of(t, i)[0]) ? 0 : 1;
    return n;
}

struct wm_optimise_point wm_points_tell(const struct wm_table_of_points *t, size_t i)
{
    double objective = 0.0;
    const char **const texts = (const char **)wm_arena_alloc(t->arena, t->p->n_vary, sizeof *texts);
    for (size_t j = 0; j < t->p->n_vary; j++)
        texts[j] = text_at(t->arena, &t->p->vary[j], wm_points_at(t, i)[j]);
    return (struct wm_optimise_point){.values = texts,
                                      .objective = values_of(t, i)[0],
                                      .conditions = values_of(t, i) + 1,
                                      .feasible = !(unmet(t, i, &objective) > 0.0)};
}
