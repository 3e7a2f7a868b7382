/* Documents of a case other than the site side by side: inputs that differ, all figures. */
#include <math.h>
#include <string.h>

#include "cases.h"

enum wm_status wm_case_column_load(struct wm_arena *arena, const char *path,
                                   const struct wm_override *sets, size_t n_sets,
                                   struct wm_case_column *c, struct wm_diags *diags)
{
    const struct wm_case_options options = {.run = {.n_threads = 1}};
    struct wm_loaded *const loaded = WM_NEW(arena, struct wm_loaded);
    enum wm_status status = wm_document_load(arena, path, sets, n_sets, loaded, diags);
    if (status != WM_OK)
        return status;
    status = wm_case_run(arena, loaded, &options, &c->run, diags);
    c->side = (struct wm_side){.path = path, .name = loaded->name[0] != '\0' ? loaded->name : path};
    wm_side_keep_inputs(arena, &loaded->origins, &c->side);
    return status;
}

static void write_changes(FILE *file, struct wm_arena *arena, const struct wm_case_column *sides,
                          enum wm_format format)
{
    static const struct wm_grid_column columns[] = {
        {.key = "input"}, {.key = "A"}, {.key = "B"}, {.key = "unit"}};
    size_t n = 0;
    const struct wm_change *const changes =
        wm_side_changes(arena, &sides[0].side, &sides[1].side, &n);
    const char **const cells = WM_NEW_ARRAY(arena, const char *, 4 * n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct wm_change *const x = &changes[i];
        const char *const row[] = {x->path, x->from != NULL ? x->from : "(absent)",
                                   x->to != NULL ? x->to : "(absent)", x->unit};
        memcpy(&cells[4 * i], row, sizeof row);
    }
    wm_grid_write(file, &(struct wm_grid){columns, 4, cells, n}, format);
}

static const char *number(struct wm_arena *arena, double value, bool exact)
{
    char buf[32];
    if (!isfinite(value))
        return NULL;
    return exact ? wm_arena_printf(arena, "%s", wm_json_number_text(value, buf))
                 : wm_arena_printf(arena, "%.5g", value);
}

/* Figures down, sides across; of two sides also difference and ratio. */
static void write_figures(FILE *file, struct wm_arena *arena, const struct wm_case_column *sides,
                          size_t n_sides, enum wm_format format)
{
    const bool exact = format == WM_FORMAT_CSV || format == WM_FORMAT_JSON, two = n_sides == 2;
    const size_t n_columns = 2 + n_sides + (two ? 2 : 0), n = sides[0].run.figures.n;
    struct wm_grid_column *const columns = WM_NEW_ARRAY(arena, struct wm_grid_column, n_columns);
    const char **const cells = WM_NEW_ARRAY(arena, const char *, n *n_columns + 1);
    columns[0] = (struct wm_grid_column){.key = "figure"};
    columns[1] = (struct wm_grid_column){.key = "unit"};
    for (size_t k = 0; k + 2 < n_columns; k++)
        columns[2 + k] = (struct wm_grid_column){
            .key = k < n_sides ? (two ? (k == 0 ? "A" : "B") : sides[k].side.name)
                               : (k == n_sides ? "B - A" : "B / A"),
            .is_json = true,
            .align_right = true};
    for (size_t i = 0; i < n; i++) {
        const char **const row = &cells[i * n_columns];
        row[0] = sides[0].run.figures.items[i].key;
        row[1] = sides[0].run.figures.items[i].unit;
        for (size_t k = 0; k < n_sides; k++)
            row[2 + k] = number(arena, sides[k].run.figures.items[i].value, exact);
        const double a = sides[0].run.figures.items[i].value;
        const double b = sides[1].run.figures.items[i].value;
        if (two) {
            row[4] = number(arena, b - a, exact);
            row[5] = number(arena, fabs(a) > 0.0 ? b / a : (double)NAN, exact);
        }
    }
    wm_grid_write(file, &(struct wm_grid){columns, n_columns, cells, n}, format);
}

enum wm_status wm_compare_cases(FILE *file, struct wm_arena *arena, const char *const *paths,
                                size_t n, const struct wm_override *sets, size_t n_sets,
                                enum wm_format format, struct wm_diags *diags)
{
    const struct wm_case_column *sides = NULL;
    const enum wm_status status = wm_cases_load(arena, paths, n, sets, n_sets, &sides, diags);
    if (status != WM_OK)
        return status;
    if (n == 2 && format == WM_FORMAT_TABLE) {
        fprintf(file, "A: %s\nB: %s\n\n", sides[0].side.name, sides[1].side.name);
        write_changes(file, arena, sides, format);
        fputc('\n', file);
    }
    write_figures(file, arena, sides, n, format);
    return WM_OK;
}
