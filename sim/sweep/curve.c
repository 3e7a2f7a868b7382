/* The curve of trade-off of a search with two goals, as rows: goals, conditions, what binds, and how to run it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wattmill/optimise.h"

/* Short with its prefix for a reader; else digits. */
static const char *number(struct wm_arena *arena, double value, bool is_short)
{
    char text[24];
    return !isfinite(value) ? NULL
           : is_short       ? wm_arena_printf(arena, "%s", wm_short_number(value, text))
                            : wm_arena_printf(arena, "%.8g", value);
}

static const char *heading(struct wm_arena *arena, const struct wm_goal *g)
{
    const enum wm_unit unit = wm_metric_info(g->metric)->unit;
    return unit == WM_UNIT_NONE ? g->text
                                : wm_arena_printf(arena, "%s [%s]", g->text, wm_unit_symbol(unit));
}

const char *wm_vary_bound(const struct wm_vary *v, const char *text)
{
    if (v->choices != NULL)
        return NULL;
    const double value = strtod(text, NULL), width = v->high - v->low;
    return value >= v->high - 0.002 * width  ? "upper"
           : value <= v->low + 0.002 * width ? "lower"
                                             : NULL;
}

bool wm_bound_binds(const struct wm_bound *bound, double value)
{
    return fabs(value - bound->is.value) <= 1e-3 * fmax(fabs(bound->is.value), 1e-9);
}

/* A text that a shell takes as it is; anything else in quotes that it takes off again. */
static const char *quoted(struct wm_arena *arena, const char *text)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-=+/:,";
    const char *out = "'";
    if (text[0] != '\0' && strspn(text, plain) == strlen(text))
        return text;
    for (; *text != '\0'; text++)
        out = *text == '\'' ? wm_arena_printf(arena, "%s'\\''", out)
                            : wm_arena_printf(arena, "%s%c", out, *text);
    return wm_arena_printf(arena, "%s'", out);
}

/* A JSON text of one word without its quotes: `--set` takes it as a text again. */
static const char *bare(struct wm_arena *arena, const char *json)
{
    const size_t n = strlen(json);
    const char *const inner =
        n > 2 && json[0] == '"' ? wm_arena_copy_text(arena, json + 1, n - 2) : "";
    const bool is_word =
        strspn(inner, "abcdefghijklmnopqrstuvwxyz") > 0 &&
        strspn(inner, "abcdefghijklmnopqrstuvwxyz0123456789.-_") == strlen(inner) &&
        strcmp(inner, "true") != 0 && strcmp(inner, "false") != 0 && strcmp(inner, "null") != 0;
    return is_word ? inner : json;
}

const char *wm_optimise_command(struct wm_arena *arena, const struct wm_optimise_params *p,
                                const struct wm_optimum *o, const struct wm_optimise_point *at)
{
    const char *line = wm_arena_printf(arena, "wattmill %s %s",
                                       o->n_draws > 1 && p->over == NULL ? "sweep" : "run",
                                       quoted(arena, p->scenario));
    for (size_t i = 0; i < p->n_sets; i++) {
        const struct wm_override *const s = &p->sets[i];
        const char *const text =
            s->path == NULL ? s->value : wm_arena_printf(arena, "%s=%s", s->path, s->value);
        line = wm_arena_printf(arena, "%s --%s %s", line, s->path == NULL ? "catalog" : "set",
                               quoted(arena, text));
    }
    for (size_t j = 0; j < p->n_vary; j++)
        line = wm_arena_printf(arena, "%s --set %s", line,
                               quoted(arena, wm_arena_printf(arena, "%s=%s", p->vary[j].path,
                                                             bare(arena, at->values[j]))));
    return line;
}

static const char *binding(struct wm_arena *arena, const struct wm_optimise_params *p,
                           const struct wm_optimise_point *at)
{
    const char *line = "";
    for (size_t j = 0; j < p->n_vary; j++) {
        const char *const end = wm_vary_bound(&p->vary[j], at->values[j]);
        if (end != NULL)
            line = wm_arena_printf(arena, "%s%s%s end of %s", line, line[0] == '\0' ? "" : ", ",
                                   end, p->vary[j].path);
    }
    for (size_t c = 0; c < p->n_conditions; c++)
        if (wm_bound_binds(&p->conditions[c], at->conditions[c]))
            line = wm_arena_printf(arena, "%s%s%s", line, line[0] == '\0' ? "" : ", ",
                                   p->conditions[c].is.text);
    return line;
}

struct wm_grid wm_curve_grid(struct wm_arena *arena, const struct wm_optimise_params *p,
                             const struct wm_optimum *o, bool is_short)
{
    const size_t n = p->n_goals + p->n_conditions + 2;
    struct wm_grid_column *const columns = WM_NEW_ARRAY(arena, struct wm_grid_column, n);
    const char **const cells =
        (const char **)wm_arena_alloc(arena, o->n_curve * n + 1, sizeof *cells);
    for (size_t m = 0; m < n - 2; m++)
        columns[m] = (struct wm_grid_column){
            heading(arena, m < p->n_goals ? &p->goals[m] : &p->conditions[m - p->n_goals].of),
            !is_short, true};
    columns[n - 2] = (struct wm_grid_column){"binds", false, false};
    columns[n - 1] = (struct wm_grid_column){"again", false, false};
    for (size_t i = 0; i < o->n_curve; i++) {
        const struct wm_optimise_point *const at = &o->curve[i];
        const char **const row = cells + i * n;
        for (size_t g = 0; g < p->n_goals; g++)
            row[g] = number(arena, at->goals[g], is_short);
        for (size_t c = 0; c < p->n_conditions; c++)
            row[p->n_goals + c] = number(arena, at->conditions[c], is_short);
        row[n - 2] = binding(arena, p, at);
        row[n - 1] = wm_optimise_command(arena, p, o, at);
    }
    return (struct wm_grid){columns, n, cells, o->n_curve};
}

void wm_curve_csv(FILE *file, const void *grid)
{
    wm_grid_write(file, grid, WM_FORMAT_CSV);
}
