/* The site over time as a case: wm_run(), whose metrics are its figures. */
#include "parts.h"
#include "wattmill/run.h"

static struct wm_figures figures(struct wm_arena *arena, const void *outcome)
{
    const struct wm_results *const r = outcome;
    struct figure_list list = {.items = WM_NEW_ARRAY(arena, struct wm_figure, WM_N_METRICS)};
    for (unsigned i = 0; i < WM_N_METRICS; i++) {
        const struct wm_metric_info *const info = wm_metric_info((enum wm_metric)i);
        figure_add(&list, info->key, wm_unit_symbol(info->unit),
                   r != NULL ? wm_unit_from_si(info->unit, r->metric[i]) : (double)NAN, info->doc);
    }
    return (struct wm_figures){list.items, list.n};
}

static enum wm_status run(struct wm_arena *arena, const void *params,
                          const struct wm_case_options *options, const void **outcome,
                          struct wm_diags *diags)
{
    const struct wm_results *results = NULL;
    const enum wm_status status = wm_run(arena, params, &options->run, &results, diags);
    *outcome = results;
    return status;
}

static void json(FILE *file, const struct wm_case_run *r)
{
    wm_output_json(file, &(struct wm_report){.results = r->outcome,
                                             .origins = &r->loaded->origins,
                                             .diags = r->diags,
                                             .stamp = r->stamp});
}

const struct wm_case_type wm_case_site = {
    .form = &wm_site_form, .result = "result.json", .figures = figures, .run = run, .json = json};
