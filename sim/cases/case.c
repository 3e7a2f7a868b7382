/* The list of cases, and what is done alike with all of them. */
#include "parts.h"

#include <math.h>
#include <string.h>

#include "wattmill/require.h"
#include "wattmill/tariff.h"

static const struct wm_case_type *const types[] = {
#define WM_FORM(id) &wm_case_##id,
#include "wattmill/forms.def"
#undef WM_FORM
};

const struct wm_case_type *wm_case_of(const struct wm_form *form)
{
    size_t i = 0;
    while (types[i]->form != form)
        i++;
    return types[i];
}

enum wm_status wm_case_run(struct wm_arena *arena, const struct wm_loaded *loaded,
                           const struct wm_case_options *options, struct wm_case_run *out,
                           struct wm_diags *diags)
{
    *out = (struct wm_case_run){.type = wm_case_of(loaded->form),
                                .loaded = loaded,
                                .stamp = wm_stamp_of(&loaded->origins, loaded->seed),
                                .arena = arena,
                                .diags = diags};
    const enum wm_status status =
        out->type->run(arena, loaded->params, options, &out->outcome, diags);
    out->figures = out->type->figures(arena, out->outcome);
    return status;
}

const struct wm_figure *wm_figure_find(const struct wm_figures *figures, const char *key)
{
    for (size_t i = 0; i < figures->n; i++)
        if (strcmp(figures->items[i].key, key) == 0)
            return &figures->items[i];
    return NULL;
}

void figure_add(struct figure_list *list, const char *key, const char *unit, double value,
                const char *doc)
{
    list->items[list->n++] =
        (struct wm_figure){.key = key, .unit = unit, .doc = doc, .value = value};
}

void wm_figures_print(FILE *file, struct wm_arena *arena, const struct wm_figures *figures,
                      enum wm_format format)
{
    static const struct wm_grid_column columns[] = {
        {.key = "key"},
        {.key = "value", .is_json = true, .align_right = true},
        {.key = "unit"},
        {.key = "meaning"}};
    const char **const cells = WM_NEW_ARRAY(arena, const char *, 4 * figures->n + 1);
    size_t n_rows = 0;
    for (size_t i = 0; i < figures->n; i++) {
        const struct wm_figure *const f = &figures->items[i];
        char buf[32];
        if (!isfinite(f->value))
            continue;
        const char *const row[4] = {
            f->key, wm_arena_printf(arena, "%s", wm_json_number_text(f->value, buf)), f->unit,
            f->doc};
        memcpy(&cells[4 * n_rows++], row, sizeof row);
    }
    wm_grid_write(file, &(struct wm_grid){columns, 4, cells, n_rows}, format);
}

static void write_figures(struct wm_json_writer *w, const struct wm_figures *figures)
{
    wm_json_key(w, "metrics");
    wm_json_object_begin(w);
    for (size_t i = 0; i < figures->n; i++) {
        const struct wm_figure *const f = &figures->items[i];
        if (!isfinite(f->value))
            continue;
        wm_json_key(w, f->key);
        wm_json_object_begin(w);
        wm_json_member_number(w, "value", f->value);
        wm_json_member_string(w, "unit", f->unit);
        wm_json_member_string(w, "doc", f->doc);
        wm_json_object_end(w);
    }
    wm_json_object_end(w);
}

void case_json_begin(struct wm_json_writer *w, const struct wm_case_run *run)
{
    const struct wm_loaded *const l = run->loaded;
    wm_json_object_begin(w);
    wm_json_member_string(w, "name", l->name[0] != '\0' ? l->name : l->form->name);
    wm_json_member_string(w, "case", l->form->name);
    wm_json_key(w, "inputs");
    wm_output_inputs_json(w, &l->origins);
    if (l->dir != NULL && l->dir[0] != '\0')
        wm_json_member_string(w, "files_in", l->dir);
    wm_json_key(w, "document");
    wm_json_write(w, l->json);
    write_figures(w, &run->figures);
}

void case_json_end(struct wm_json_writer *w, const struct wm_case_run *run)
{
    wm_output_messages_json(w, run->diags);
    wm_output_stamp_json(w, &run->stamp);
    wm_json_object_end(w);
    wm_json_finish(w);
}

static void put_json(FILE *file, const void *context)
{
    const struct wm_case_run *const run = context;
    run->type->json(file, run);
}

static void put_metrics(FILE *file, const void *context)
{
    const struct wm_case_run *const run = context;
    fputs("key,value,unit\n", file);
    for (size_t i = 0; i < run->figures.n; i++) {
        const struct wm_figure *const f = &run->figures.items[i];
        if (!isfinite(f->value))
            continue;
        fprintf(file, "%s,", f->key);
        wm_csv_put_number(file, f->value);
        fprintf(file, ",%s\n", f->unit);
    }
}

bool wm_case_put(struct wm_folder *folder, const struct wm_case_run *run)
{
    return wm_folder_put(folder, run->type->result, put_json, run) &&
           wm_folder_put(folder, "metrics.csv", put_metrics, run) &&
           (run->type->put == NULL || run->type->put(folder, run));
}

enum wm_status wm_case_check_names(struct wm_arena *arena, const struct wm_case_type *type,
                                   const struct wm_assertion *assertions, size_t n,
                                   struct wm_diags *diags)
{
    const struct wm_figures figures = type->figures(arena, NULL);
    enum wm_status status = WM_OK;
    for (size_t i = 0; i < n; i++) {
        struct wm_suggest near = wm_suggest_init(assertions[i].key);
        for (size_t k = 0; k < figures.n; k++)
            wm_suggest_offer(&near, figures.items[k].key);
        if (wm_figure_find(&figures, assertions[i].key) == NULL)
            status = wm_assertion_unknown(arena, &assertions[i], &near, diags);
    }
    return status;
}

enum wm_status wm_case_assert(const struct wm_case_run *run, const struct wm_assertion *assertions,
                              size_t n, struct wm_diags *diags)
{
    bool hold = true;
    for (size_t i = 0; i < n; i++) {
        const struct wm_figure *const f = wm_figure_find(&run->figures, assertions[i].key);
        WM_REQUIRE(f != NULL);
        hold = wm_assertion_holds(&assertions[i], f->value,
                                  strcmp(f->unit, "1") == 0 ? "" : f->unit, diags) &&
               hold;
    }
    return hold ? WM_OK : WM_FAILED;
}

/* Energy and demand charge of a constant load. */
static double price_at_full_load(const struct wm_tariff *t)
{
    const double kw_months_per_mwh = 1000.0 * 12.0 / WM_H_PER_YEAR;
    return t->energy_usd_per_mwh + t->delivery_usd_per_mwh +
           t->demand_usd_per_kw_month * kw_months_per_mwh;
}

struct wm_frontier_site wm_terms_of(const struct wm_terms_form *t,
                                    const struct wm_accelerator *accelerator)
{
    const double price =
        wm_is_set(t->power_usd_per_mwh) ? t->power_usd_per_mwh : price_at_full_load(&t->tariff);
    struct wm_frontier_site terms = wm_frontier_site_of(accelerator, t->climate, &t->power_chain,
                                                        &t->cooling, &t->ledger, price);
    if (wm_is_set(t->pue))
        terms.pue = t->pue;
    return terms;
}
