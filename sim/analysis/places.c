/* Places: what a gain from one scenario to another is worth under the weather, ceiling, calls and tariff of each. */
#include <math.h>
#include <string.h>

#include "pull.h"

const char *const wm_place_blocks[WM_PLACE_N_BLOCKS] = {"weather", "ceiling", "calls", "tariff"};

struct pair {
    struct pull_base old, new;
    enum wm_metric metric;
    double claimed; /* gain as they stand */
};

/* The gain with some blocks of a place. */
static const char *gain(const struct pair *p, const struct wm_json *const *sets, size_t n,
                        double *old, double *new)
{
    double metric[WM_N_METRICS];
    const char *why = pull_run(&p->old, sets, n, metric);
    *old = metric[p->metric];
    if (why[0] == 0)
        why = pull_run(&p->new, sets, n, metric);
    *new = metric[p->metric];
    return why;
}

static struct wm_place_gain place(const struct pair *p, const struct wm_json *row)
{
    struct wm_place_gain g = {.name = row->key,
                              .title = pull_text(row, "title"),
                              .source = pull_text(row, "source"),
                              .as_of = pull_text(row, "as_of"),
                              .kept_frac = (double)NAN};
    const struct wm_json *sets[WM_PLACE_N_BLOCKS];
    for (size_t i = 0; i < WM_PLACE_N_BLOCKS; i++)
        sets[i] = wm_json_find(row, wm_place_blocks[i]);
    g.why = gain(p, sets, WM_PLACE_N_BLOCKS, &g.old, &g.new);
    if (g.why[0] == 0)
        g.kept_frac = (g.new - g.old) / p->claimed;
    else
        g.old = g.new = (double)NAN;
    for (size_t i = 0; i < WM_PLACE_N_BLOCKS; i++) {
        double old, new;
        g.block[i] = g.why[0] == 0 && gain(p, &sets[i], 1, &old, &new)[0] == 0
                         ? (new - old) / p->claimed
                         : (double)NAN;
    }
    return g;
}

static enum wm_status run_places(struct wm_arena *arena, const char *from, const char *to,
                                 const struct wm_override *sets, size_t n_sets,
                                 enum wm_metric metric, wm_bridge_progress_fn progress,
                                 void *context, struct wm_cache *cache, struct wm_places *out,
                                 struct wm_diags *diags)
{
    const struct wm_json *const rows = pull_rows(arena, "places", diags);
    struct pair p = {.metric = metric};
    *out = (struct wm_places){.metric = metric, .from = from, .to = to};
    if (rows == NULL)
        return WM_INVALID;
    enum wm_status status = pull_open(arena, from, sets, n_sets, cache, &p.old, diags);
    const enum wm_status second = pull_open(arena, to, sets, n_sets, cache, &p.new, diags);
    status = status != WM_OK ? status : second;
    if (status != WM_OK)
        return status;
    const char *const why = gain(&p, NULL, 0, &out->old, &out->new);
    if (why[0] != 0) {
        wm_diag_add(diags, WM_E301, NULL, NULL, "as they stand: %s", why);
        return WM_INFEASIBLE;
    }
    p.claimed = out->new - out->old;
    out->items = WM_NEW_ARRAY(arena, struct wm_place_gain, rows->n_children + 1);
    for (const struct wm_json *c = rows->child; c != NULL; c = c->next) {
        out->items[out->n++] = place(&p, c);
        if (progress != NULL)
            progress(context, out->n, rows->n_children);
    }
    return WM_OK;
}

enum wm_status wm_places_run(struct wm_arena *arena, const char *from, const char *to,
                             const struct wm_override *sets, size_t n_sets, enum wm_metric metric,
                             wm_bridge_progress_fn progress, void *context, struct wm_places *out,
                             struct wm_diags *diags)
{
    struct wm_cache *const cache = wm_cache_open(&(struct wm_cache_params){.dir = NULL});
    const enum wm_status status = run_places(arena, from, to, sets, n_sets, metric, progress,
                                             context, cache, out, diags);
    wm_cache_close(cache);
    return status;
}

static const char *number(struct wm_arena *arena, double value, bool exact)
{
    char buf[32];
    if (!isfinite(value))
        return NULL;
    return exact ? wm_arena_printf(arena, "%s", wm_json_number_text(value, buf))
                 : wm_arena_printf(arena, fabs(value) >= 1e4 ? "%.0f" : "%.4g", value);
}

void wm_places_write(FILE *file, struct wm_arena *arena, const struct wm_places *p,
                     enum wm_format format)
{
    static const struct wm_grid_column columns[] = {
        {.key = "place"},
        {.key = "from", .is_json = true, .align_right = true},
        {.key = "to", .is_json = true, .align_right = true},
        {.key = "ratio", .is_json = true, .align_right = true},
        {.key = "kept", .is_json = true, .align_right = true},
        {.key = "weather", .is_json = true, .align_right = true},
        {.key = "ceiling", .is_json = true, .align_right = true},
        {.key = "calls", .is_json = true, .align_right = true},
        {.key = "tariff", .is_json = true, .align_right = true},
        {.key = "title"},
        {.key = "source"},
        {.key = "as_of"},
        {.key = "why_not"}};
    enum { N = sizeof columns / sizeof *columns, N_SHOWN = 9 };
    const bool is_table = format == WM_FORMAT_TABLE;
    const bool exact = !is_table && format != WM_FORMAT_MD;
    const size_t n_columns = is_table ? N_SHOWN : N;
    const enum wm_unit unit = wm_metric_info(p->metric)->unit;
    const char **const cells = WM_NEW_ARRAY(arena, const char *, (p->n + 1) * N);
    for (size_t i = 0; i <= p->n; i++) {
        const struct wm_place_gain stands = {.name = "as they stand",
                                             .title = "the scenarios as they are",
                                             .source = "",
                                             .as_of = "",
                                             .why = "",
                                             .old = p->old,
                                             .new = p->new,
                                             .kept_frac = 1.0,
                                             .block = {1.0, 1.0, 1.0, 1.0}};
        const struct wm_place_gain *const g = i == 0 ? &stands : &p->items[i - 1];
        const char *row[N] = {g->name, number(arena, wm_unit_from_si(unit, g->old), exact),
                              number(arena, wm_unit_from_si(unit, g->new), exact),
                              number(arena, g->new / g->old, exact),
                              number(arena, g->kept_frac, exact)};
        for (size_t k = 0; k < WM_PLACE_N_BLOCKS; k++)
            row[5 + k] = number(arena, g->block[k], exact);
        row[9] = g->title;
        row[10] = g->source;
        row[11] = g->as_of;
        row[12] = g->why[0] != 0 ? g->why : NULL;
        memcpy(&cells[i * n_columns], row, n_columns * sizeof *row);
    }
    wm_grid_write(file, &(struct wm_grid){columns, n_columns, cells, p->n + 1}, format);
    if (!is_table)
        return;
    fprintf(file,
            "\n%s [%s] from %s to %s. kept: share of the gain as they stand that the place keeps; "
            "weather to tariff: with that of the place alone.\n",
            wm_metric_info(p->metric)->key, wm_unit_symbol(unit), p->from, p->to);
    for (size_t i = 0; i < p->n; i++)
        if (p->items[i].why[0] != 0)
            fprintf(file, "%s: %s\n", p->items[i].name, p->items[i].why);
}

void wm_places_csv(FILE *file, const void *context)
{
    const struct wm_places *const p = context;
    fputs("place,kept,weather,ceiling,calls,tariff\n", file);
    for (size_t i = 0; i < p->n; i++) {
        wm_csv_text(file, p->items[i].name);
        fputc(',', file);
        wm_csv_put_number(file, p->items[i].kept_frac);
        for (size_t k = 0; k < WM_PLACE_N_BLOCKS; k++) {
            fputc(',', file);
            wm_csv_put_number(file, p->items[i].block[k]);
        }
        fputc('\n', file);
    }
}
