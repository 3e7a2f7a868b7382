/* The figures of a page: drawn in a folder, read back as text. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "wattmill/page.h"

#define FIGURES_MAX 8

static const struct {
    const char *name, *caption;
    wm_sink_fn csv;
    bool has_chart, is_of_series; /* charts of a series need charts.json */
    bool is_of_halls;             /* of a site that names its halls */
} figures[] = {
    {"energy_flow", "Where the MWh went", wm_energy_flow_csv, true, false, false},
    {"cost_stack", "Revenue beside levelised cost", wm_cost_stack_csv, true, false, false},
    {"opex_shares", "Share of OpEx that goes to power, definitions A to E", wm_opex_shares_csv,
     false, false, false},
    {"cash_flow", "Cash flow and cumulated present value", wm_cash_flow_csv, true, false, false},
    {"ceiling_heat", "Site power as a share of the ceiling, hour by hour", wm_ceiling_heat_csv,
     true, true, false},
    {"load_duration", "Load duration against the ceiling", wm_load_duration_csv, true, true, false},
    {"monthly_bill", "Bill by month and line", wm_monthly_bill_csv, false, false, false},
    {"hall_power", "Power by hall", wm_hall_power_csv, false, false, true},
};
#define N_FIGURES (sizeof figures / sizeof *figures)

struct text {
    const char *bytes;
    size_t n;
};

static void write_text(FILE *file, const void *context)
{
    const struct text *const t = context;
    fwrite(t->bytes, 1, t->n, file);
}

/* Whether the result's own list of files names this one, with other content. */
static bool is_foreign(struct wm_arena *arena, const struct wm_side *side, const char *name,
                       const char *path)
{
    const struct wm_json *const files = wm_json_find(side->result, "files");
    const struct wm_json *const told = wm_json_find(files, name);
    const char *const is = wm_file_digest(arena, path);
    return is != NULL &&
           (told == NULL || told->type != WM_JSON_STRING || strcmp(told->text, is) != 0);
}

/*
 * Data of a figure that an earlier run wrote beside its result; false when there are none, or when they are
 * of another run.
 */
static bool beside(struct wm_arena *arena, const struct wm_side *side, const char *name,
                   struct text *out, struct wm_diags *diags)
{
    const char *const slash = strrchr(side->path, '/');
    const int n_dir = slash != NULL ? (int)(slash - side->path) : 1;
    const char *const path =
        wm_arena_printf(arena, "%.*s/%s", n_dir, slash != NULL ? side->path : ".", name);
    if (access(path, R_OK) != 0)
        return false;
    if (is_foreign(arena, side, name, path)) {
        wm_diag_add(diags, WM_W922, NULL, NULL,
                    "%s is not the one that %s was written with; its figure is left out", path,
                    side->path);
        return false;
    }
    return wm_text_load(arena, path, &out->bytes, &out->n, diags) == WM_OK;
}

/* Draws one and reads it back; false when there are no data, or it failed and `good` says so. */
static bool draw(struct wm_folder *f, const struct wm_side *side, size_t i, const char **svg,
                 bool *good)
{
    struct text data = {NULL, 0};
    const struct wm_report report = {.results = side->run};
    const char *const name = figures[i].name;
    const size_t before = f->diags->n_errors;
    if (figures[i].is_of_halls && side->run != NULL && side->run->hall_series == NULL)
        return false;
    if (side->run == NULL &&
        !beside(f->arena, side, wm_arena_printf(f->arena, "%s.csv", name), &data, f->diags)) {
        *good = *good && f->diags->n_errors == before;
        return false;
    }
    const bool drawn = side->run != NULL ? wm_folder_figure(f, name, figures[i].csv, &report)
                                         : wm_folder_figure(f, name, write_text, &data);
    size_t n = 0;
    const char *const path = wm_arena_printf(f->arena, "%s/%s.svg", f->dir, name);
    const bool done = drawn && wm_text_load(f->arena, path, svg, &n, f->diags) == WM_OK;
    *good = *good && done;
    return done;
}

/* What charts on the page show; of a result read back it lies beside it. */
static const char *charts_of(struct wm_folder *f, const struct wm_side *side)
{
    struct text data = {NULL, 0};
    if (side->run == NULL)
        return beside(f->arena, side, "charts.json", &data, f->diags) ? data.bytes : NULL;
    struct wm_json_writer w = wm_json_writer_to_memory(f->arena, true);
    wm_charts_write(&w, f->arena, side->run);
    wm_json_finish(&w);
    return w.bytes;
}

bool wm_page_figures(struct wm_folder *folder, const struct wm_side *side,
                     struct wm_page_part *part)
{
    const char **const svg = WM_NEW_ARRAY(folder->arena, const char *, FIGURES_MAX);
    const char **const captions = WM_NEW_ARRAY(folder->arena, const char *, FIGURES_MAX);
    bool *const has_chart = WM_NEW_ARRAY(folder->arena, bool, FIGURES_MAX);
    size_t n = 0;
    bool good = true;
    part->charts = charts_of(folder, side);
    folder->formats |= WM_FIGURE_SVG;
    for (size_t i = 0; i < N_FIGURES; i++)
        if (draw(folder, side, i, &svg[n], &good)) {
            has_chart[n] =
                figures[i].has_chart && (part->charts != NULL || !figures[i].is_of_series);
            captions[n++] = figures[i].caption;
        }
    part->has_chart = has_chart;
    part->svg = svg;
    part->captions = captions;
    part->n_figures = n;
    return good;
}
