/* Correlations of axes, and the metrics a study keeps. */
#include <math.h>
#include <string.h>

#include "design.h"
#include "strata.h"
#include "study_load.h"
#include "wattmill/suggest.h"

static size_t axis_index(const struct wm_study *s, const char *name)
{
    for (size_t j = 0; j < s->n_axes; j++)
        if (strcmp(s->axes[j].name, name) == 0 || strcmp(s->axes[j].params.path, name) == 0)
            return j;
    return s->n_axes;
}

static bool read_corr(struct wm_study_load *l, const struct wm_json *entry, double *matrix)
{
    const struct wm_study *const s = l->study;
    const struct wm_json *const a = wm_json_at(entry, 0), *const b = wm_json_at(entry, 1),
                                *const rho = wm_json_at(entry, 2);
    if (entry->type != WM_JSON_ARRAY || entry->n_children != 3 || a->type != WM_JSON_STRING ||
        b->type != WM_JSON_STRING || rho->type != WM_JSON_NUMBER || !(fabs(rho->number) < 1.0))
        return wm_load_fail(l, &entry->place, "corr", "is [axis, axis, rho] with -1 < rho < 1");
    const size_t i = axis_index(s, a->text), j = axis_index(s, b->text);
    const char *const missing = i == s->n_axes ? a->text : j == s->n_axes ? b->text : NULL;
    if (missing != NULL) {
        struct wm_suggest near = wm_suggest_init(missing);
        for (size_t k = 0; k < s->n_axes; k++)
            wm_suggest_offer(&near, s->axes[k].name);
        wm_diag_add(l->diags, WM_E501, &entry->place, "corr", "there is no axis \"%s\"%s", missing,
                    wm_suggest_text(l->arena, &near));
        return false;
    }
    if (i == j)
        return wm_load_fail(l, &entry->place, "corr", "names the same axis twice");
    matrix[i * s->n_axes + j] = matrix[j * s->n_axes + i] = rho->number;
    return true;
}

bool wm_load_corr(struct wm_study_load *l)
{
    struct wm_study *const s = l->study;
    const struct wm_json *const corr = s->params.corr;
    if (corr == NULL || corr->n_children == 0)
        return true;
    if (corr->type != WM_JSON_ARRAY)
        return wm_load_fail(l, &corr->place, "corr", "is an array of [axis, axis, rho]");
    if (!wm_design_of(s->params.design)->correlates)
        return wm_load_fail(
            l, &corr->place, "corr",
            "needs monte_carlo, sobol or latin_hypercube; Sobol indices assume that axes are "
            "independent");
    bool ok = true;
    double *const matrix = WM_NEW_ARRAY(l->arena, double, s->n_axes * s->n_axes);
    for (size_t j = 0; j < s->n_axes; j++)
        matrix[j * s->n_axes + j] = 1.0;
    for (const struct wm_json *c = corr->child; c != NULL; c = c->next)
        ok = read_corr(l, c, matrix) && ok;
    if (ok && !wm_factorise(matrix, s->n_axes))
        return wm_load_fail(
            l, &corr->place, "corr",
            "these correlations contradict each other: the matrix is not positive definite");
    s->factor = matrix;
    return ok;
}

bool wm_load_metrics(struct wm_study_load *l)
{
    struct wm_study *const s = l->study;
    const struct wm_json *const list = s->params.metrics;
    s->keeps = WM_NEW_ARRAY(l->arena, bool, s->figures.n);
    for (size_t i = 0; i < s->figures.n; i++)
        s->keeps[i] = list == NULL;
    if (list == NULL)
        return true;
    if (list->type != WM_JSON_ARRAY)
        return wm_load_fail(l, &list->place, "metrics", "is an array of metric keys");
    bool ok = true;
    for (const struct wm_json *c = list->child; c != NULL; c = c->next) {
        const char *const key = c->type == WM_JSON_STRING ? c->text : "";
        const struct wm_figure *const figure = wm_figure_find(&s->figures, key);
        if (figure != NULL) {
            s->keeps[figure - s->figures.items] = true;
            continue;
        }
        struct wm_suggest near = wm_suggest_init(key);
        for (size_t i = 0; i < s->figures.n; i++)
            wm_suggest_offer(&near, s->figures.items[i].key);
        wm_diag_add(l->diags, WM_E501, &c->place, "metrics", "no metric \"%s\"%s", key,
                    wm_suggest_text(l->arena, &near));
        ok = false;
    }
    return ok;
}
