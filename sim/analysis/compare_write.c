/* A comparison as table, JSON, CSV and Markdown, and as data of figures. */
#include <math.h>
#include <string.h>

#include "wattmill/compare.h"

/* What a planner looks at first; the other metrics on demand. */
static const enum wm_metric headline[] = {
    WM_METRIC_npv_p50_usd,
    WM_METRIC_npv_p10_usd,
    WM_METRIC_npv_p90_usd,
    WM_METRIC_npv_negative_frac,
    WM_METRIC_irr_p50_frac,
    WM_METRIC_revenue_p50_usd_per_mw_utility_year,
    WM_METRIC_revenue_usd_per_mw_utility_year,
    WM_METRIC_profit_usd_per_mw_utility_year,
    WM_METRIC_margin_e_usd_per_mw_utility_year,
    WM_METRIC_npv_usd,
    WM_METRIC_irr_frac,
    WM_METRIC_payback_years,
    WM_METRIC_dscr_min,
    WM_METRIC_capex_usd,
    WM_METRIC_power_cost_usd,
    WM_METRIC_power_share_a_frac,
    WM_METRIC_power_share_b_frac,
    WM_METRIC_power_share_c_frac,
    WM_METRIC_power_share_d_frac,
    WM_METRIC_power_share_e_frac,
    WM_METRIC_lcot_out_usd_per_mtok,
    WM_METRIC_lcot_in_usd_per_mtok,
    WM_METRIC_output_tok_per_s_per_mw_utility,
    WM_METRIC_capacity_output_tok_per_s_per_mw_utility,
    WM_METRIC_sold_frac,
    WM_METRIC_energy_j_per_output_tok,
    WM_METRIC_gpus_installed,
    WM_METRIC_pue_mean,
    WM_METRIC_site_power_mean_mw,
    WM_METRIC_site_power_peak_mw,
    WM_METRIC_ceiling_bound_hours,
    WM_METRIC_shadow_price_usd_per_mwh_mean,
    WM_METRIC_stranded_mw_mean,
    WM_METRIC_demand_slack_mw,
    WM_METRIC_curtailed_mwh,
    WM_METRIC_ttft_p99_s,
    WM_METRIC_tpot_p50_s,
    WM_METRIC_slo_attainment_frac,
    WM_METRIC_carbon_kg,
    WM_METRIC_water_m3,
};
#define N_HEADLINE (sizeof headline / sizeof *headline)

bool wm_metric_is_main(enum wm_metric metric)
{
    for (size_t i = 0; i < N_HEADLINE; i++)
        if (headline[i] == metric)
            return true;
    return false;
}

static double printed(const struct wm_side *side, enum wm_metric metric)
{
    return wm_unit_from_si(wm_metric_info(metric)->unit, side->metric[metric]);
}

static bool any_has(const struct wm_comparison *c, enum wm_metric metric)
{
    for (size_t i = 0; i < c->n_sides; i++)
        if (isfinite(c->sides[i].metric[metric]))
            return true;
    return false;
}

/* Metrics to print: those that some side has. */
static size_t choose(const struct wm_comparison *c, bool all, enum wm_metric out[WM_N_METRICS])
{
    size_t n = 0;
    for (size_t i = 0; i < (all ? (size_t)WM_N_METRICS : N_HEADLINE); i++) {
        const enum wm_metric m = all ? (enum wm_metric)i : headline[i];
        if (any_has(c, m))
            out[n++] = m;
    }
    return n;
}

static const char *short_text(struct wm_arena *arena, double value)
{
    char buf[24];
    const char *const text = wm_short_number(value, buf);
    const size_t n = strlen(text); /* ends in a blank without a prefix */
    return wm_arena_copy_text(arena, text, text[n - 1] == ' ' ? n - 1 : n);
}

/* The whole number for machines; NULL leaves the cell out. */
static const char *exact_text(struct wm_arena *arena, double value)
{
    char buf[32];
    return isfinite(value) ? wm_arena_printf(arena, "%s", wm_json_number_text(value, buf)) : NULL;
}

static const char *number(struct wm_arena *arena, double value, bool exact)
{
    return exact ? exact_text(arena, value) : short_text(arena, value);
}

/* Metrics down, sides across; of two sides also difference and ratio. */
static void write_metrics(FILE *file, struct wm_arena *arena, const struct wm_comparison *c,
                          enum wm_format format)
{
    const bool exact = format == WM_FORMAT_CSV || format == WM_FORMAT_JSON;
    const bool two = c->n_sides == 2;
    enum wm_metric metrics[WM_N_METRICS];
    const size_t n = choose(c, c->all_metrics || exact, metrics);
    const size_t n_columns = 2 + c->n_sides + (two ? 2 : 0);
    struct wm_grid_column *const columns = WM_NEW_ARRAY(arena, struct wm_grid_column, n_columns);
    const char **const cells = WM_NEW_ARRAY(arena, const char *, n *n_columns);
    columns[0] = (struct wm_grid_column){.key = "metric"};
    columns[1] = (struct wm_grid_column){.key = "unit"};
    for (size_t k = 0; k < n_columns - 2; k++)
        columns[2 + k] = (struct wm_grid_column){
            .key = k < c->n_sides ? (two ? (k == 0 ? "A" : "B") : c->sides[k].name)
                                  : (k == 2 ? "B - A" : "B / A"),
            .is_json = true,
            .align_right = true};
    for (size_t i = 0; i < n; i++) {
        const char **const row = &cells[i * n_columns];
        row[0] = wm_metric_info(metrics[i])->key;
        row[1] = wm_unit_symbol(wm_metric_info(metrics[i])->unit);
        for (size_t k = 0; k < c->n_sides; k++)
            row[2 + k] = number(arena, printed(&c->sides[k], metrics[i]), exact);
        if (two) {
            const double a = printed(&c->sides[0], metrics[i]);
            const double b = printed(&c->sides[1], metrics[i]);
            row[4] = number(arena, b - a, exact);
            row[5] = number(arena, fabs(a) > 0.0 ? b / a : (double)NAN, exact);
        }
    }
    wm_grid_write(file, &(struct wm_grid){columns, n_columns, cells, n}, format);
}

/* A value as a cell; on a terminal a long one is cut. */
static const char *value_text(struct wm_arena *arena, const char *value, enum wm_format format)
{
    enum { COLUMNS_MAX = 40 };
    if (value == NULL)
        return "(absent)";
    if (format != WM_FORMAT_TABLE || strlen(value) <= COLUMNS_MAX)
        return value;
    size_t n = COLUMNS_MAX - 3;
    while (n > 0 && ((unsigned char)value[n] & 0xc0) == 0x80) /* not inside a UTF-8 sequence */
        n--;
    return wm_arena_printf(arena, "%.*s...", (int)n, value);
}

static void write_changes(FILE *file, struct wm_arena *arena, const struct wm_comparison *c,
                          enum wm_format format)
{
    static const struct wm_grid_column columns[] = {
        {.key = "input"}, {.key = "A"}, {.key = "B"}, {.key = "unit"}};
    const char **const cells = WM_NEW_ARRAY(arena, const char *, c->n_changes * 4 + 1);
    for (size_t i = 0; i < c->n_changes; i++) {
        const struct wm_change *const x = &c->changes[i];
        const char *const row[] = {x->path, value_text(arena, x->from, format),
                                   value_text(arena, x->to, format), x->unit};
        memcpy(&cells[4 * i], row, sizeof row);
    }
    wm_grid_write(file, &(struct wm_grid){columns, 4, cells, c->n_changes}, format);
}

static const char *way(const struct wm_bridge *b)
{
    return b->is_shapley ? "Shapley values, bars sum exactly"
                         : "changed one after the other in this order";
}

static void write_bridge(FILE *file, struct wm_arena *arena, const struct wm_bridge *b,
                         enum wm_format format)
{
    static const struct wm_grid_column columns[] = {
        {.key = "block"}, {.key = "change", .is_json = true, .align_right = true}, {.key = "unit"}};
    const enum wm_unit unit = wm_metric_info(b->metric)->unit;
    const char **const cells = WM_NEW_ARRAY(arena, const char *, (b->n_steps + 2) * 3);
    size_t n = 0;
    for (size_t i = 0; i < b->n_steps + 2; i++) {
        const bool end = i == 0 || i == b->n_steps + 1;
        const double si = end ? (i == 0 ? b->from : b->to) : b->steps[i - 1].change;
        cells[n++] = end ? (i == 0 ? "A" : "B") : b->steps[i - 1].block;
        cells[n++] = short_text(arena, wm_unit_from_si(unit, si));
        cells[n++] = wm_unit_symbol(unit);
    }
    wm_grid_write(file, &(struct wm_grid){columns, 3, cells, b->n_steps + 2}, format);
}

/* Sides down, the few figures that fit a screen across. */
static void write_ladder(FILE *file, struct wm_arena *arena, const struct wm_comparison *c,
                         enum wm_format format)
{
    static const struct {
        const char *heading;
        enum wm_metric metric;
        double scale;
    } kpis[] = {
        {"M$/MW-yr", WM_METRIC_revenue_usd_per_mw_utility_year, 1e-6},
        {"NPV P50 M$", WM_METRIC_npv_p50_usd, 1e-6},
        {"P10", WM_METRIC_npv_p10_usd, 1e-6},
        {"P90", WM_METRIC_npv_p90_usd, 1e-6},
        {"one case", WM_METRIC_npv_usd, 1e-6},
        {"ktok/s/MW", WM_METRIC_output_tok_per_s_per_mw_utility, 1e-3},
        {"capacity", WM_METRIC_capacity_output_tok_per_s_per_mw_utility, 1e-3},
        {"J/tok", WM_METRIC_energy_j_per_output_tok, 1.0},
        {"$/Mtok out", WM_METRIC_lcot_out_usd_per_mtok, 1.0},
        {"power B %", WM_METRIC_power_share_b_frac, 100.0},
    };
    enum { N = sizeof kpis / sizeof *kpis, COLUMNS = N + 3 };
    struct wm_grid_column columns[COLUMNS] = {{.key = "scenario"}, {.key = "limit"}};
    const char **const cells = WM_NEW_ARRAY(arena, const char *, c->n_sides *COLUMNS);
    columns[2 + N] =
        (struct wm_grid_column){.key = "warnings", .is_json = true, .align_right = true};
    for (size_t k = 0; k < N; k++)
        columns[2 + k] =
            (struct wm_grid_column){.key = kpis[k].heading, .is_json = true, .align_right = true};
    for (size_t i = 0; i < c->n_sides; i++) {
        cells[i * COLUMNS] = c->sides[i].name;
        cells[i * COLUMNS + 1] = wm_side_limit(&c->sides[i]);
        for (size_t k = 0; k < N; k++) {
            const double x = printed(&c->sides[i], kpis[k].metric) * kpis[k].scale;
            cells[i * COLUMNS + 2 + k] =
                isfinite(x) ? wm_arena_printf(arena, fabs(x) < 1e3 ? "%.4g" : "%.0f", x) : "-";
        }
        cells[i * COLUMNS + 2 + N] = wm_arena_printf(arena, "%zu", c->sides[i].messages.n_warnings);
    }
    wm_grid_write(file, &(struct wm_grid){columns, COLUMNS, cells, c->n_sides}, format);
}

static void clean(FILE *file, const char *text, enum wm_format format)
{
    if (format == WM_FORMAT_MD) {
        wm_md_text(file, text);
        return;
    }
    for (const char *t = text; *t != 0; t++)
        if ((unsigned char)*t >= ' ' && *t != 0x7f)
            fputc(*t, file);
}

static void heading(FILE *file, const char *text, enum wm_format format)
{
    fprintf(file, format == WM_FORMAT_MD ? "\n## %s\n\n" : "\n%s\n", text);
}

/* Revenues this close are the same: demand limits them all. */
#define SAME_FRAC 1e-3

/* The median of the draws, or the one case where a result holds none. */
static double worth_usd(const struct wm_side *s)
{
    const double median = s->metric[WM_METRIC_npv_p50_usd];
    return isfinite(median) ? median : s->metric[WM_METRIC_npv_usd];
}

static const struct wm_side *worthiest_side(const struct wm_comparison *c)
{
    const struct wm_side *best = NULL;
    for (size_t i = 0; i < c->n_sides; i++)
        if (isfinite(worth_usd(&c->sides[i])) &&
            (best == NULL || worth_usd(&c->sides[i]) > worth_usd(best)))
            best = &c->sides[i];
    return best;
}

/* Most revenue per MW; among those that earn the same, the highest net present value. */
static const struct wm_side *best_side(const struct wm_comparison *c, size_t *n_same)
{
    const enum wm_metric key = WM_METRIC_revenue_usd_per_mw_utility_year;
    const struct wm_side *best = NULL;
    double most = 0.0;
    for (size_t i = 0; i < c->n_sides; i++)
        most = fmax(most, c->sides[i].metric[key]); /* fmax() passes over NAN */
    *n_same = 0;
    for (size_t i = 0; i < c->n_sides; i++) {
        const struct wm_side *const s = &c->sides[i];
        if (!(s->metric[key] >= most * (1.0 - SAME_FRAC)))
            continue;
        (*n_same)++;
        if (best == NULL || worth_usd(s) > worth_usd(best))
            best = s;
    }
    return best;
}

/* What must be known of a side before its figures. */
static void leads(FILE *file, const struct wm_comparison *c, enum wm_format format)
{
    for (size_t i = 0; i < c->n_sides; i++) {
        const struct wm_json *const list =
            wm_json_find(wm_json_find(c->sides[i].result, "headline"), "leads");
        for (const struct wm_json *t = list != NULL ? list->child : NULL; t != NULL; t = t->next) {
            fputs("! ", file);
            clean(file, c->sides[i].name, format);
            fputs(": ", file);
            clean(file, t->type == WM_JSON_STRING ? t->text : "", format);
            fputs(format == WM_FORMAT_MD ? "\n\n" : "\n", file);
        }
    }
}

/* "NPV P50 1.889 G$ (P10 -495.2 M$, P90 5.189 G$)", or of a result without draws "NPV 4.434 G$" */
static const char *worth_text(struct wm_arena *arena, const struct wm_side *side)
{
    const double *const m = side->metric;
    char text[4][24];
    for (unsigned k = 0; k < 3; k++)
        (void)wm_short_number(m[WM_METRIC_npv_p10_usd + k], text[k]);
    return isfinite(m[WM_METRIC_npv_p50_usd])
               ? wm_arena_printf(arena, "NPV P50 %s$ (P10 %s$, P90 %s$)", text[1], text[0], text[2])
               : wm_arena_printf(arena, "NPV %s$", wm_short_number(m[WM_METRIC_npv_usd], text[3]));
}

/* ", 4.434 G$ in one case: list prices of 2026-11, flat" */
static void one_case(FILE *file, const struct wm_side *side, enum wm_format format)
{
    char text[24];
    const struct wm_json *const path =
        wm_json_find(wm_json_find(side->result, "headline"), "price_path");
    if (isfinite(side->metric[WM_METRIC_npv_p50_usd]))
        fprintf(file, ", %s$", wm_short_number(side->metric[WM_METRIC_npv_usd], text));
    fputs(" in one case", file);
    if (path == NULL || path->type != WM_JSON_STRING)
        return;
    fputs(": ", file);
    clean(file, path->text, format);
}

/* Sides that are worth as much as `top`. */
static size_t n_as_worthy(const struct wm_comparison *c, const struct wm_side *top)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n_sides; i++)
        n += fabs(worth_usd(&c->sides[i]) - worth_usd(top)) <= SAME_FRAC * fabs(worth_usd(top));
    return n;
}

/* "Both earn", "All are", "4 of 6 earn" */
static const char *several(struct wm_arena *arena, const struct wm_comparison *c, size_t n, const char *verb)
{
    return n < c->n_sides      ? wm_arena_printf(arena, "%zu of %zu %s", n, c->n_sides, verb)
           : c->n_sides == 2 ? wm_arena_printf(arena, "Both %s", verb)
                             : wm_arena_printf(arena, "All %s", verb);
}

/* Who is worth most; NULL where no side has a present value. */
static const char *worthiest_text(struct wm_arena *arena, const struct wm_comparison *c)
{
    const struct wm_side *const top = worthiest_side(c);
    const size_t n = top != NULL ? n_as_worthy(c, top) : 0;
    if (top == NULL)
        return NULL;
    return n > 1 ? wm_arena_printf(arena, "%s worth %s: %s.", several(arena, c, n, "are"),
                                   n < c->n_sides ? "most" : "the same", worth_text(arena, top))
                 : wm_arena_printf(arena, "%s is worth most: %s.", top->name, worth_text(arena, top));
}

static const char *earns_text(struct wm_arena *arena, const struct wm_comparison *c)
{
    size_t n_same = 0;
    char money[24];
    const struct wm_side *const best = best_side(c, &n_same);
    if (best == NULL)
        return "No side can run.";
    (void)wm_short_number(printed(best, WM_METRIC_revenue_usd_per_mw_utility_year), money);
    if (n_same < 2)
        return wm_arena_printf(arena, "%s earns most: %s$ per contract MW-year, limited by %s.",
                               best->name, money, wm_side_limit(best));
    const char *const who = several(arena, c, n_same, "earn");
    if (n_as_worthy(c, best) > 1)
        return wm_arena_printf(arena, "%s the same, %s$ per contract MW-year.", who, money);
    return wm_arena_printf(arena,
                           "%s the same, %s$ per contract MW-year; of these %s has the highest NPV, "
                           "limited by %s.",
                           who, money, best->name, wm_side_limit(best));
}

const char *wm_comparison_verdict(struct wm_arena *arena, const struct wm_comparison *c)
{
    const char *const worth = worthiest_text(arena, c), *const earns = earns_text(arena, c);
    return worth != NULL ? wm_arena_printf(arena, "%s %s", worth, earns) : earns;
}

static void verdict(FILE *file, struct wm_arena *arena, const struct wm_comparison *c,
                    enum wm_format format)
{
    const char *const worth = worthiest_text(arena, c);
    leads(file, c, format);
    if (worth != NULL) {
        clean(file, worth, format);
        fputs(format == WM_FORMAT_MD ? "\n\n" : "\n", file);
    }
    clean(file, earns_text(arena, c), format);
    fputc('\n', file);
}

static void write_infeasible(FILE *file, const struct wm_comparison *c, enum wm_format format)
{
    for (size_t i = 0; i < c->n_sides; i++)
        if (c->sides[i].infeasible != NULL) {
            clean(file, c->sides[i].name, format);
            fputs(" is infeasible: ", file);
            clean(file, c->sides[i].infeasible, format);
            fputc('\n', file);
        }
}

static void write_text(FILE *file, struct wm_arena *arena, const struct wm_comparison *c,
                       enum wm_format format)
{
    verdict(file, arena, c, format);
    if (c->n_sides == 2) {
        for (size_t i = 0; i < 2; i++) {
            fprintf(file, "%s%c  ", format == WM_FORMAT_MD ? "\n" : "", 'A' + (int)i);
            clean(file, c->sides[i].name, format);
            fprintf(file, "  (%s%s", c->sides[i].infeasible == NULL ? "limited by " : "",
                    wm_side_limit(&c->sides[i]));
            fputs("; ", file);
            fputs(worth_text(arena, &c->sides[i]), file);
            one_case(file, &c->sides[i], format);
            fputs(")\n", file);
        }
        heading(file, c->n_changes > 0 ? "Inputs that differ" : "No input differs", format);
        if (c->n_changes > 0)
            write_changes(file, arena, c, format);
    }
    write_infeasible(file, c, format);
    if (c->n_sides > 2) {
        heading(file, "Sides", format);
        write_ladder(file, arena, c, format);
    }
    if (c->n_sides == 2 || c->all_metrics) {
        heading(file, "Metrics", format);
        write_metrics(file, arena, c, format);
    }
    for (size_t k = 0; k < c->n_bridges; k++) {
        const struct wm_bridge *const b = &c->bridges[k];
        const char *const key = wm_metric_info(b->metric)->key;
        if (b->n_steps == 0)
            continue;
        heading(file, wm_arena_printf(arena, "Bridge of %s: %s; %zu runs", key, way(b), b->n_runs),
                format);
        write_bridge(file, arena, b, format);
    }
}

/* What a page of the comparison shows of a side, as its result has it. */
static void json_parts(struct wm_json_writer *w, const struct wm_side *s)
{
    static const char *const keys[] = {"headline", "inputs", "yearly", "pools", "classes", "ledger", "stamp"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct wm_json *const part = wm_json_find(s->result, keys[i]);
        if (part == NULL)
            continue;
        wm_json_key(w, keys[i]);
        wm_json_write(w, part);
    }
}

static void json_side(struct wm_json_writer *w, const struct wm_side *s)
{
    wm_json_object_begin(w);
    wm_json_member_string(w, "name", s->name);
    wm_json_member_string(w, "limit", wm_side_limit(s));
    if (s->infeasible != NULL)
        wm_json_member_string(w, "infeasible", s->infeasible);
    wm_json_key(w, "metrics");
    wm_json_object_begin(w);
    for (unsigned i = 0; i < WM_N_METRICS; i++)
        if (isfinite(s->metric[i]))
            wm_json_member_number(w, wm_metric_info((enum wm_metric)i)->key,
                                  printed(s, (enum wm_metric)i));
    wm_json_object_end(w);
    json_parts(w, s);
    wm_json_object_end(w);
}

static void json_changes(struct wm_json_writer *w, const struct wm_comparison *c)
{
    wm_json_key(w, "changed");
    wm_json_array_begin(w);
    for (size_t i = 0; i < c->n_changes; i++) {
        const struct wm_change *const x = &c->changes[i];
        wm_json_object_begin(w);
        wm_json_member_string(w, "path", x->path);
        wm_json_key(w, "a");
        wm_json_raw(w, x->from != NULL ? x->from : "null");
        wm_json_key(w, "b");
        wm_json_raw(w, x->to != NULL ? x->to : "null");
        wm_json_member_string(w, "unit", x->unit);
        wm_json_object_end(w);
    }
    wm_json_array_end(w);
}

static void json_bridge(struct wm_json_writer *w, const struct wm_bridge *b)
{
    const struct wm_metric_info *const info = wm_metric_info(b->metric);
    wm_json_object_begin(w);
    wm_json_member_string(w, "metric", info->key);
    wm_json_member_string(w, "unit", wm_unit_symbol(info->unit));
    wm_json_member_string(w, "way", b->is_shapley ? "shapley" : "ordered");
    wm_json_member_integer(w, "runs", (int64_t)b->n_runs);
    wm_json_member_number(w, "a", wm_unit_from_si(info->unit, b->from));
    wm_json_key(w, "steps");
    wm_json_array_begin(w);
    for (size_t i = 0; i < b->n_steps; i++) {
        wm_json_object_begin(w);
        wm_json_member_string(w, "block", b->steps[i].block);
        wm_json_member_number(w, "change", wm_unit_from_si(info->unit, b->steps[i].change));
        wm_json_object_end(w);
    }
    wm_json_array_end(w);
    wm_json_member_number(w, "b", wm_unit_from_si(info->unit, b->to));
    wm_json_object_end(w);
}

static void write_json(FILE *file, const struct wm_comparison *c)
{
    struct wm_json_writer w = wm_json_writer_to_file(file);
    wm_json_object_begin(&w);
    wm_json_key(&w, "sides");
    wm_json_array_begin(&w);
    for (size_t i = 0; i < c->n_sides; i++)
        json_side(&w, &c->sides[i]);
    wm_json_array_end(&w);
    json_changes(&w, c);
    wm_json_key(&w, "bridges");
    wm_json_array_begin(&w);
    for (size_t k = 0; k < c->n_bridges; k++)
        json_bridge(&w, &c->bridges[k]);
    wm_json_array_end(&w);
    wm_json_object_end(&w);
    wm_json_finish(&w);
}

void wm_comparison_write(FILE *file, struct wm_arena *arena, const struct wm_comparison *c,
                         enum wm_format format)
{
    if (format == WM_FORMAT_JSON)
        write_json(file, c);
    else if (format == WM_FORMAT_CSV)
        write_metrics(file, arena, c, format);
    else
        write_text(file, arena, c, format);
}

static void row(FILE *file, int kind, const char *name, const double *values, size_t n)
{
    fprintf(file, "%d,", kind);
    wm_csv_text(file, name);
    for (size_t i = 0; i < n; i++) {
        fputc(',', file);
        wm_csv_put_number(file, values[i]);
    }
    fputc('\n', file);
}

void wm_waterfall_csv(FILE *file, const void *comparison)
{
    const struct wm_comparison *const c = comparison;
    size_t panel = 0;
    fputs("kind,block,low,high,change,metric,unit,panel,place\n", file);
    for (size_t k = 0; k < c->n_bridges; k++) {
        const struct wm_bridge *const b = &c->bridges[k];
        if (b->n_steps == 0)
            continue;
        const struct wm_metric_info *const info = wm_metric_info(b->metric);
        double level = wm_unit_from_si(info->unit, b->from);
        for (size_t i = 0; i < b->n_steps + 2; i++) {
            const bool end = i == 0 || i == b->n_steps + 1;
            const double change = end ? wm_unit_from_si(info->unit, i == 0 ? b->from : b->to)
                                      : wm_unit_from_si(info->unit, b->steps[i - 1].change);
            const double low = end ? 0.0 : level, high = end ? change : level + change;
            const char *const name = end ? c->sides[i == 0 ? 0 : 1].name : b->steps[i - 1].block;
            fprintf(file, "%d,", end ? 0 : change < 0.0 ? 2 : 1);
            wm_csv_text(file, name);
            for (size_t v = 0; v < 3; v++) {
                fputc(',', file);
                wm_csv_put_number(file, v == 0 ? low : v == 1 ? high : change);
            }
            fprintf(file, ",%s,%s,%zu,%zu\n", info->key, wm_unit_symbol(info->unit), panel, i);
            level = end ? level : high;
        }
        panel++;
    }
}

void wm_generation_ladder_csv(FILE *file, const void *comparison)
{
    const struct wm_comparison *const c = comparison;
    fputs("limit,scenario,revenue_musd_per_mw_year,capacity_ktok_per_s_per_mw,"
          "served_ktok_per_s_per_mw,j_per_output_tok\n",
          file);
    for (size_t i = 0; i < c->n_sides; i++) {
        const struct wm_side *const s = &c->sides[i];
        const char *const limit = wm_side_limit(s);
        const int kind = strcmp(limit, "demand") == 0  ? 0
                         : strcmp(limit, "power") == 0 ? 1
                         : s->infeasible != NULL       ? 3
                                                       : 2;
        const double values[] = {1e-6 * printed(s, WM_METRIC_revenue_usd_per_mw_utility_year),
                                 1e-3 *
                                     printed(s, WM_METRIC_capacity_output_tok_per_s_per_mw_utility),
                                 1e-3 * printed(s, WM_METRIC_output_tok_per_s_per_mw_utility),
                                 printed(s, WM_METRIC_energy_j_per_output_tok)};
        row(file, kind, s->name, values, 4);
    }
}
