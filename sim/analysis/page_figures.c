/* The figures of a page: drawn in a folder, read back as text. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "wattmill/page.h"

#define FIGURES_MAX 8

static const struct {
    const char *name, *caption;
    wm_sink_fn csv;
} figures[] = {
    {"energy_flow", "Where the MWh went", wm_energy_flow_csv},
    {"cost_stack", "Revenue beside levelised cost", wm_cost_stack_csv},
    {"opex_shares", "Share of OpEx that goes to power, definitions A to E", wm_opex_shares_csv},
    {"cash_flow", "Cash flow and cumulated present value", wm_cash_flow_csv},
    {"ceiling_heat", "Draw over the ceiling, hour by hour", wm_ceiling_heat_csv},
    {"load_duration", "Load duration against the ceiling", wm_load_duration_csv},
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

/* Data of a figure that an earlier run wrote beside its result; false when there are none. */
static bool beside(struct wm_arena *arena, const struct wm_side *side, const char *name,
                   struct text *out)
{
    const char *const slash = strrchr(side->path, '/');
    const int n_dir = slash != NULL ? (int)(slash - side->path) : 1;
    const char *const path =
        wm_arena_printf(arena, "%.*s/%s.csv", n_dir, slash != NULL ? side->path : ".", name);
    struct wm_diags quiet = wm_diags_init(arena);
    return access(path, R_OK) == 0 &&
           wm_text_load(arena, path, &out->bytes, &out->n, &quiet) == WM_OK;
}

/* Draws one and reads it back. 0: no data, 1: drawn, -1: failed. */
static int draw(struct wm_folder *f, const struct wm_side *side, size_t i, const char **svg)
{
    struct text data = {NULL, 0};
    const struct wm_report report = {.results = side->run};
    const char *const name = figures[i].name;
    if (side->run == NULL && !beside(f->arena, side, name, &data))
        return 0;
    const bool drawn = side->run != NULL ? wm_folder_figure(f, name, figures[i].csv, &report)
                                         : wm_folder_figure(f, name, write_text, &data);
    size_t n = 0;
    const char *const path = wm_arena_printf(f->arena, "%s/%s.svg", f->dir, name);
    return drawn && wm_text_load(f->arena, path, svg, &n, f->diags) == WM_OK ? 1 : -1;
}

bool wm_page_figures(struct wm_folder *folder, const struct wm_side *side,
                     struct wm_page_part *part)
{
    const char **const svg = WM_NEW_ARRAY(folder->arena, const char *, FIGURES_MAX);
    const char **const captions = WM_NEW_ARRAY(folder->arena, const char *, FIGURES_MAX);
    size_t n = 0;
    bool good = true;
    folder->formats |= WM_FIGURE_SVG;
    for (size_t i = 0; i < N_FIGURES && good; i++) {
        const int state = draw(folder, side, i, &svg[n]);
        if (state == 1)
            captions[n++] = figures[i].caption;
        good = state >= 0;
    }
    part->svg = svg;
    part->captions = captions;
    part->n_figures = n;
    return good;
}
