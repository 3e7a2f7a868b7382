/* One point from expansion to outcome: read, run, keep what goes to the store. */
#include <math.h>
#include <setjmp.h>
#include <time.h>

#include "runner.h"
#include "wattmill/run.h"

// clang-format off
#define COLUMN(member, unit) {#member, unit, offsetof(struct wm_appraisal_year, member)}
const struct wm_yearly_column wm_yearly_columns[] = {
    COLUMN(revenue_usd, "USD"),       COLUMN(power_usd, "USD"),        COLUMN(opex_usd, "USD"),
    COLUMN(capex_usd, "USD"),         COLUMN(residual_usd, "USD"),     COLUMN(write_off_usd, "USD"),
    COLUMN(tax_usd, "USD"),           COLUMN(flow_usd, "USD"),         COLUMN(cumulated_pv_usd, "USD"),
    COLUMN(interest_usd, "USD"),      COLUMN(principal_usd, "USD"),    COLUMN(owner_tax_usd, "USD"),
    COLUMN(owner_flow_usd, "USD"),    COLUMN(dscr, ""),                COLUMN(end_years, "yr"),
    COLUMN(tied_usd, "USD"),
};
// clang-format on
const size_t wm_n_yearly_columns = sizeof wm_yearly_columns / sizeof *wm_yearly_columns;

double wm_clock_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void keep_values(const struct wm_study *study, struct wm_arena *arena,
                        const struct wm_figures *figures, struct wm_outcome *out)
{
    out->figures = study->figures.items;
    out->metrics = WM_NEW_ARRAY(arena, uint16_t, figures->n);
    out->values = WM_NEW_ARRAY(arena, double, figures->n);
    for (size_t i = 0; i < figures->n; i++) {
        if (!study->keeps[i] || !isfinite(figures->items[i].value))
            continue;
        out->metrics[out->n_values] = (uint16_t)i;
        out->values[out->n_values++] = figures->items[i].value;
    }
}

static void keep_years(const struct wm_study *study, struct wm_arena *arena,
                       const struct wm_results *results, struct wm_outcome *out)
{
    const struct wm_appraisal *const a = results->appraisal;
    if (a == NULL || !study->params.yearly)
        return;
    out->n_years = a->n_years + 1;
    out->yearly = WM_NEW_ARRAY(arena, double, out->n_years *wm_n_yearly_columns);
    for (size_t year = 0; year < out->n_years; year++)
        for (size_t i = 0; i < wm_n_yearly_columns; i++)
            out->yearly[year * wm_n_yearly_columns + i] =
                *(const double *)(const void *)((const char *)&a->year[year] +
                                                wm_yearly_columns[i].offset);
}

static void keep_messages(struct wm_arena *arena, const struct wm_diags *diags,
                          struct wm_outcome *out)
{
    out->codes = (const char **)wm_arena_alloc(arena, diags->n_items, sizeof *out->codes);
    out->messages = (const char **)wm_arena_alloc(arena, diags->n_items, sizeof *out->messages);
    out->n_messages = diags->n_items;
    for (size_t i = 0; i < diags->n_items; i++) {
        const struct wm_diag *const d = &diags->items[i];
        out->codes[i] = wm_code_name(d->code);
        out->messages[i] = wm_arena_printf(arena, "%s%s%s", d->path != NULL ? d->path : "",
                                           d->path != NULL ? " " : "", d->text);
    }
}

static enum wm_point_status outcome_status(enum wm_status status)
{
    return status == WM_OK           ? WM_POINT_OK
           : status == WM_INFEASIBLE ? WM_POINT_INFEASIBLE
                                     : WM_POINT_FAILED;
}

/* The study's own way of running a site, where it has one, or the case. */
static enum wm_status run_point(struct wm_worker *w, const struct wm_loaded *loaded,
                                const struct wm_point *point, const void **outcome,
                                struct wm_diags *diags)
{
    /* of one thread: the others are at other points */
    const struct wm_case_options options = {
        .run = {.cache = w->cache,
                .stages = w->stages,
                .files = &w->expander.files,
                .range_draws = w->range_draws,
                .without_series = w->range_draws == 0 && loaded->scenario != NULL &&
                                  !wm_scenario_settles_by_rows(loaded->scenario)}};
    const struct wm_results *results = NULL;
    if (w->run == NULL)
        return w->study->type->run(w->scratch, loaded->params, &options, outcome, diags);
    const enum wm_status status =
        w->run(w->run_context, w->scratch, loaded->scenario, point, &results, diags);
    *outcome = results;
    return status;
}

static void run_guarded(struct wm_worker *w, struct wm_arena *keep, struct wm_outcome *out)
{
    struct wm_diags diags = wm_diags_init(w->scratch);
    const struct wm_case_type *const type = w->study->type;
    struct wm_loaded loaded;
    const void *outcome = NULL;
    if (wm_expander_read(&w->expander, w->scratch, &loaded, &diags) != WM_OK) {
        out->status = WM_POINT_INVALID;
        keep_messages(keep, &diags, out);
        return;
    }
    out->status = outcome_status(run_point(w, &loaded, &out->point, &outcome, &diags));
    if (outcome != NULL) {
        const struct wm_figures figures = type->figures(w->scratch, outcome);
        keep_values(w->study, keep, &figures, out);
    }
    if (outcome != NULL && loaded.scenario != NULL)
        keep_years(w->study, keep, outcome, out);
    keep_messages(keep, &diags, out);
}

struct attempt {
    struct wm_worker *worker;
    struct wm_arena *keep;
    struct wm_outcome *out;
};

static enum wm_status attempt(struct wm_arena *scratch, void *context)
{
    (void)scratch;
    const struct attempt *const a = context;
    run_guarded(a->worker, a->keep, a->out);
    return WM_OK;
}

void wm_worker_run(struct wm_worker *w, struct wm_arena *keep, uint64_t index,
                   struct wm_outcome *out)
{
    static const char *const no_memory_code[] = {"E301"};
    static const char *const no_memory[] = {"no memory is left for this point"};
    const double start_s = wm_clock_s();
    *out = (struct wm_outcome){0};
    wm_expander_at(&w->expander, keep, index, &out->point);
    wm_arena_reset(w->scratch);
    if (wm_arena_guard(w->scratch, attempt, &(struct attempt){w, keep, out}) != WM_OK) {
        out->status = WM_POINT_FAILED;
        out->n_values = out->n_years = 0;
        out->codes = (const char **)wm_arena_alloc(keep, 1, sizeof *out->codes);
        out->messages = (const char **)wm_arena_alloc(keep, 1, sizeof *out->messages);
        out->codes[0] = no_memory_code[0];
        out->messages[0] = no_memory[0];
        out->n_messages = 1;
    }
    out->seconds = wm_clock_s() - start_s;
}

bool wm_worker_open(struct wm_worker *w, const struct wm_study *study,
                    const struct wm_study_options *options)
{
    *w = (struct wm_worker){.study = study,
                            .run = options->run,
                            .run_context = options->run_context,
                            .cache = options->cache,
                            .stages = options->stages,
                            .range_draws = options->range_draws};
    w->arena = wm_arena_open();
    w->scratch = wm_arena_open();
    if (w->arena == NULL || w->scratch == NULL ||
        !wm_expander_open(w->arena, study, &w->expander)) {
        wm_worker_close(w);
        return false;
    }
    return true;
}

void wm_worker_close(struct wm_worker *w)
{
    wm_expander_close(&w->expander);
    wm_arena_close(w->scratch);
    wm_arena_close(w->arena);
    w->scratch = w->arena = NULL; /* closing it again does nothing */
}
