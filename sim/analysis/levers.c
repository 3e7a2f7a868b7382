/* Levers: each alone, each left out of all, and one after the other. */
#include <math.h>
#include <string.h>

#include "pull.h"
#include "wattmill/suggest.h"

struct levers {
    struct pull_base base;
    const struct wm_json *const *rows; /* of the levers that are asked for */
    struct wm_levers *out;
    wm_bridge_progress_fn progress;
    void *context;
    size_t n_total;
};

static void keep(const struct wm_levers *l, const double metric[WM_N_METRICS],
                 double figure[WM_LEVER_N_FIGURES])
{
    const enum wm_metric keys[WM_LEVER_N_FIGURES] = {
        [WM_LEVER_GAIN] = l->metric,
        [WM_LEVER_J_PER_TOK] = WM_METRIC_energy_j_per_output_tok,
        [WM_LEVER_REVENUE] = WM_METRIC_revenue_usd_per_mw_utility_year,
        [WM_LEVER_NPV] = WM_METRIC_npv_usd,
        [WM_LEVER_CAPEX] = WM_METRIC_capex_usd,
        [WM_LEVER_GPUS] = WM_METRIC_gpus_installed,
        [WM_LEVER_TPOT] = WM_METRIC_tpot_p50_s,
        [WM_LEVER_TTFT] = WM_METRIC_ttft_p99_s};
    for (size_t i = 0; i < WM_LEVER_N_FIGURES; i++)
        figure[i] = metric[keys[i]];
}

/* A run with the levers of which `on` is true; those that cannot be pulled are left as they stand. */
static const char *with(struct levers *l, const bool *on, double figure[WM_LEVER_N_FIGURES],
                        double *slack)
{
    const size_t n = l->out->n;
    const struct wm_json **const sets =
        WM_NEW_ARRAY(l->base.arena, const struct wm_json *, 2 * n + 1);
    double metric[WM_N_METRICS];
    size_t n_sets = 0;
    for (size_t i = 0; i < n; i++)
        if (l->out->items[i].why[0] == 0)
            sets[n_sets++] = wm_json_find(l->rows[i], "off");
    for (size_t i = 0; i < n; i++)
        if (on[i] && l->out->items[i].why[0] == 0)
            sets[n_sets++] = wm_json_find(l->rows[i], "on");
    const char *const why = pull_run(&l->base, sets, n_sets, metric);
    l->out->n_runs++;
    if (l->progress != NULL)
        l->progress(l->context, l->out->n_runs, l->n_total);
    if (why[0] != 0)
        return why;
    keep(l->out, metric, figure);
    if (slack != NULL)
        *slack = 1.0 - metric[WM_METRIC_output_tok_served] / metric[WM_METRIC_output_tok_offered];
    return "";
}

/* Whether a scenario takes the lever at all, in either state and alone. */
static void try(struct levers *l)
{
    for (size_t i = 0; i < l->out->n; i++) {
        double metric[WM_N_METRICS];
        const struct wm_json *const off = wm_json_find(l->rows[i], "off");
        const struct wm_json *const both[] = {off, wm_json_find(l->rows[i], "on")};
        const char *const why = pull_run(&l->base, &off, 1, metric);
        l->out->items[i].why = why[0] != 0 ? why : pull_run(&l->base, both, 2, metric);
        l->out->n_runs += 2;
        if (l->progress != NULL)
            l->progress(l->context, l->out->n_runs, l->n_total);
    }
}

static bool pulled(const struct levers *l, const char *name)
{
    for (size_t i = 0; i < l->out->n; i++)
        if (strcmp(l->out->items[i].name, name) == 0)
            return l->out->items[i].why[0] == 0;
    return false;
}

static struct wm_lever lever_of(const struct wm_json *row)
{
    return (struct wm_lever){.name = row->key,
                             .title = pull_text(row, "title"),
                             .source = pull_text(row, "source"),
                             .as_of = pull_text(row, "as_of"),
                             .side_effects = pull_text(row, "side_effects"),
                             .gain_low = pull_number(row, "gain_low"),
                             .gain_high = pull_number(row, "gain_high"),
                             .months = pull_number(row, "months"),
                             .why = "",
                             .without = (double)NAN,
                             .step_from = (double)NAN,
                             .step_to = (double)NAN};
}

static enum wm_status pull_them(struct levers *l, struct wm_diags *diags)
{
    struct wm_levers *const o = l->out;
    bool *const on = WM_NEW_ARRAY(l->base.arena, bool, o->n + 1);
    double figure[WM_LEVER_N_FIGURES], slack = 1.0, metric[WM_N_METRICS];
    try(l);
    const char *const why = with(l, on, o->base, &slack);
    if (why[0] != 0) {
        wm_diag_add(diags, WM_E301, NULL, o->scenario, "with all levers off: %s", why);
        return WM_INFEASIBLE;
    }
    o->demand_limits = slack < 0.01;
    o->as_given = pull_run(&l->base, NULL, 0, metric)[0] == 0 ? metric[o->metric] : (double)NAN;
    double before = o->base[WM_LEVER_GAIN];
    for (size_t i = 0; i < o->n; i++) {
        struct wm_lever *const lever = &o->items[i];
        const char *const other = pull_text(l->rows[i], "excludes");
        if (lever->why[0] != 0)
            continue;
        for (size_t k = 0; k < o->n; k++)
            on[k] = k == i;
        lever->why = with(l, on, lever->alone, NULL);
        lever->in_all = lever->why[0] == 0 && !(other[0] != 0 && pulled(l, other));
        lever->cost_usd = pull_number(l->rows[i], "usd_per_mw") *
                              wm_unit_from_si(WM_UNIT_MW, l->base.contract_w) +
                          pull_number(l->rows[i], "usd_per_gpu") * lever->alone[WM_LEVER_GPUS];
    }
    memset(on, 0, o->n * sizeof *on);
    for (size_t i = 0; i < o->n; i++) {
        struct wm_lever *const lever = &o->items[i];
        on[i] = lever->in_all;
        if (!on[i])
            continue;
        const char *const stops = with(l, on, figure, NULL);
        if (stops[0] != 0) { /* it does not go with those before it */
            on[i] = lever->in_all = false;
            lever->why = stops;
            continue;
        }
        lever->step_from = before;
        lever->step_to = before = figure[WM_LEVER_GAIN];
        memcpy(o->all, figure, sizeof figure);
    }
    for (size_t i = 0; i < o->n; i++) {
        if (!on[i])
            continue;
        on[i] = false;
        if (with(l, on, figure, NULL)[0] == 0)
            o->items[i].without = figure[WM_LEVER_GAIN];
        on[i] = true;
    }
    return WM_OK;
}

static bool is_asked(const char *only, const char *name)
{
    const size_t n = strlen(name);
    for (const char *at = only; at != NULL && *at != 0; at += strcspn(at, ","), at += *at == ',')
        if (strcspn(at, ",") == n && strncmp(at, name, n) == 0)
            return true;
    return only == NULL;
}

/* Names that are asked for and are no levers; all of them. */
static bool are_known(struct wm_arena *arena, const char *only, const struct wm_json *rows,
                      struct wm_diags *diags)
{
    bool good = true;
    for (const char *at = only; at != NULL && *at != 0;) {
        const size_t n = strcspn(at, ",");
        const char *const name = wm_arena_printf(arena, "%.*s", (int)n, at);
        struct wm_suggest near = wm_suggest_init(name);
        for (const struct wm_json *c = rows->child; c != NULL; c = c->next)
            wm_suggest_offer(&near, c->key);
        if (wm_json_find(rows, name) == NULL) {
            wm_diag_add(diags, WM_E101, NULL, NULL, "no lever \"%s\"%s", name,
                        wm_suggest_text(arena, &near));
            good = false;
        }
        at += n + (at[n] == ',');
    }
    return good;
}

enum wm_status wm_levers_run(struct wm_arena *arena, const char *path,
                             const struct wm_override *sets, size_t n_sets, const char *only,
                             enum wm_metric metric, wm_bridge_progress_fn progress, void *context,
                             struct wm_levers *out, struct wm_diags *diags)
{
    const struct wm_json *const rows = pull_rows(arena, "levers", diags);
    struct levers l = {.out = out, .progress = progress, .context = context};
    *out = (struct wm_levers){.metric = metric, .scenario = path, .as_given = (double)NAN};
    if (rows == NULL)
        return WM_INVALID;
    if (!are_known(arena, only, rows, diags))
        return WM_USAGE;
    const enum wm_status status = pull_open(arena, path, sets, n_sets, NULL, &l.base, diags);
    if (status != WM_OK)
        return status;
    l.base.cache = wm_cache_open(&(struct wm_cache_params){.dir = NULL}); /* or without */
    const struct wm_json **const asked =
        WM_NEW_ARRAY(arena, const struct wm_json *, rows->n_children + 1);
    out->items = WM_NEW_ARRAY(arena, struct wm_lever, rows->n_children + 1);
    for (const struct wm_json *c = rows->child; c != NULL; c = c->next)
        if (is_asked(only, c->key)) {
            asked[out->n] = c;
            out->items[out->n++] = lever_of(c);
        }
    l.rows = asked;
    l.n_total = 5 * out->n + 1;
    const enum wm_status done = pull_them(&l, diags);
    wm_cache_close(l.base.cache);
    return done;
}
