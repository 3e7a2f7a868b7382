/* What levers do as a table, JSON, CSV, Markdown, and the data of their figure. */
#include <math.h>
#include <string.h>

#include "wattmill/levers.h"

static const char *number(struct wm_arena *arena, double value, bool exact)
{
    char buf[32];
    if (!isfinite(value))
        return NULL;
    return exact ? wm_arena_printf(arena, "%s", wm_json_number_text(value, buf))
                 : wm_arena_printf(arena, "%.3g", value);
}

static double gain_alone(const struct wm_levers *l, const struct wm_lever *lever, int figure)
{
    return lever->why[0] == 0 ? lever->alone[figure] / l->base[figure] : (double)NAN;
}

/* What all together make beyond the product of what each makes alone. */
static double interaction(const struct wm_levers *l)
{
    double product = 1.0;
    for (size_t i = 0; i < l->n; i++)
        if (l->items[i].in_all)
            product *= gain_alone(l, &l->items[i], WM_LEVER_GAIN);
    return l->all[WM_LEVER_GAIN] / l->base[WM_LEVER_GAIN] / product;
}

static const struct wm_grid_column columns[] = {
    {.key = "lever"},
    {.key = "alone", .is_json = true, .align_right = true},
    {.key = "in_order", .is_json = true, .align_right = true},
    {.key = "last", .is_json = true, .align_right = true},
    {.key = "published_low", .is_json = true, .align_right = true},
    {.key = "published_high", .is_json = true, .align_right = true},
    {.key = "j_per_tok", .is_json = true, .align_right = true},
    {.key = "gpus", .is_json = true, .align_right = true},
    {.key = "tpot", .is_json = true, .align_right = true},
    {.key = "ttft", .is_json = true, .align_right = true},
    {.key = "npv_change_musd", .is_json = true, .align_right = true},
    {.key = "cost_musd", .is_json = true, .align_right = true},
    {.key = "months", .is_json = true, .align_right = true},
    {.key = "side_effects"},
    {.key = "source"},
    {.key = "as_of"},
    {.key = "why_not"}};
enum { N_COLUMNS = sizeof columns / sizeof *columns, N_SHOWN = 13 };

static void fill(struct wm_arena *arena, const struct wm_levers *l, const struct wm_lever *v,
                 bool exact, const char *cells[N_COLUMNS])
{
    const double values[] = {
        gain_alone(l, v, WM_LEVER_GAIN),
        v->step_to / v->step_from,
        l->all[WM_LEVER_GAIN] / v->without,
        v->gain_low,
        v->gain_high,
        gain_alone(l, v, WM_LEVER_J_PER_TOK),
        gain_alone(l, v, WM_LEVER_GPUS),
        gain_alone(l, v, WM_LEVER_TPOT),
        gain_alone(l, v, WM_LEVER_TTFT),
        v->why[0] == 0 ? 1e-6 * (v->alone[WM_LEVER_NPV] - l->base[WM_LEVER_NPV] - v->cost_usd)
                       : (double)NAN,
        1e-6 * v->cost_usd,
        v->months};
    cells[0] = v->name;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        cells[i + 1] = number(arena, values[i], exact);
    cells[13] = v->side_effects;
    cells[14] = v->source;
    cells[15] = v->as_of;
    cells[16] = v->why[0] != 0 ? v->why : NULL;
}

static void write_json(FILE *file, struct wm_arena *arena, const struct wm_levers *l)
{
    struct wm_json_writer w = wm_json_writer_to_file(file);
    wm_json_object_begin(&w);
    wm_json_member_string(&w, "scenario", l->scenario);
    wm_json_member_string(&w, "metric", wm_metric_info(l->metric)->key);
    const double unit = wm_unit_from_si(wm_metric_info(l->metric)->unit, 1.0);
    wm_json_member_number(&w, "base", unit * l->base[WM_LEVER_GAIN]);
    wm_json_member_number(&w, "all", unit * l->all[WM_LEVER_GAIN]);
    wm_json_member_number(&w, "as_given", unit * l->as_given);
    wm_json_member_number(&w, "interaction", interaction(l));
    wm_json_member_bool(&w, "demand_limits", l->demand_limits);
    wm_json_key(&w, "levers");
    wm_json_array_begin(&w);
    for (size_t i = 0; i < l->n; i++) {
        const char *cells[N_COLUMNS];
        fill(arena, l, &l->items[i], true, cells);
        wm_json_object_begin(&w);
        wm_json_member_bool(&w, "in_all", l->items[i].in_all);
        for (size_t c = 0; c < N_COLUMNS; c++) {
            if (cells[c] == NULL)
                continue;
            wm_json_key(&w, columns[c].key);
            if (columns[c].is_json)
                wm_json_raw(&w, cells[c]);
            else
                wm_json_string(&w, cells[c]);
        }
        wm_json_object_end(&w);
    }
    wm_json_array_end(&w);
    wm_json_object_end(&w);
    wm_json_finish(&w);
}

void wm_levers_write(FILE *file, struct wm_arena *arena, const struct wm_levers *l,
                     enum wm_format format)
{
    const bool exact = format != WM_FORMAT_TABLE && format != WM_FORMAT_MD;
    const size_t n_columns = format == WM_FORMAT_TABLE ? N_SHOWN : N_COLUMNS;
    const char **const cells = WM_NEW_ARRAY(arena, const char *, l->n *n_columns + 1);
    if (format == WM_FORMAT_JSON) {
        write_json(file, arena, l);
        return;
    }
    for (size_t i = 0; i < l->n; i++) {
        const char *row[N_COLUMNS];
        fill(arena, l, &l->items[i], exact, row);
        memcpy(&cells[i * n_columns], row, n_columns * sizeof *row);
    }
    wm_grid_write(file, &(struct wm_grid){columns, n_columns, cells, l->n}, format);
    if (format != WM_FORMAT_TABLE)
        return;
    const struct wm_metric_info *const info = wm_metric_info(l->metric);
    char a[24], b[24], c[24];
    fprintf(
        file,
        "\n%s: all off %s, all on %s %s: %.3g x = interaction %.3g x the product of each alone; "
        "as it stands %s\n",
        info->key, wm_short_number(wm_unit_from_si(info->unit, l->base[WM_LEVER_GAIN]), a),
        wm_short_number(wm_unit_from_si(info->unit, l->all[WM_LEVER_GAIN]), b),
        wm_unit_symbol(info->unit), l->all[WM_LEVER_GAIN] / l->base[WM_LEVER_GAIN], interaction(l),
        wm_short_number(wm_unit_from_si(info->unit, l->as_given), c));
    fputs("alone, last: the lever by itself, and with all others on; j_per_tok to ttft: over all "
          "off, alone; npv_change: with its cost, in M$\n",
          file);
    if (l->demand_limits)
        fputs("Demand limits: all off serves what is asked for, so levers save energy and capital "
              "and sell nothing more.\n",
              file);
    for (size_t i = 0; i < l->n; i++)
        if (l->items[i].why[0] != 0)
            fprintf(file, "%s is left out: %s\n", l->items[i].name, l->items[i].why);
        else if (!l->items[i].in_all)
            fprintf(file, "%s is not among all: another lever takes its place\n", l->items[i].name);
}

void wm_levers_csv(FILE *file, const void *context)
{
    const struct wm_levers *const l = context;
    const double base = l->base[WM_LEVER_GAIN];
    fputs("kind,lever,from,to,gain,alone\n", file);
    fputs("0,all off,0,1,1,1\n", file);
    for (size_t i = 0; i < l->n; i++) {
        const struct wm_lever *const v = &l->items[i];
        if (!v->in_all)
            continue;
        fprintf(file, "%d,", v->step_to >= v->step_from ? 1 : 2);
        wm_csv_text(file, v->name);
        const double numbers[] = {v->step_from / base, v->step_to / base, v->step_to / v->step_from,
                                  gain_alone(l, v, WM_LEVER_GAIN)};
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
            fputc(',', file);
            wm_csv_put_number(file, numbers[k]);
        }
        fputc('\n', file);
    }
    fputs("0,all on,0,", file);
    wm_csv_put_number(file, l->all[WM_LEVER_GAIN] / base);
    fputs(",", file);
    wm_csv_put_number(file, l->all[WM_LEVER_GAIN] / base);
    fputs(",1\n", file);
}
