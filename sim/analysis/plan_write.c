/* A plan as table, JSON, CSV and Markdown, and as data of its figure. */
#include <math.h>
#include <string.h>

#include "wattmill/plan.h"

static const char *text(struct wm_arena *arena, const char *format, double value)
{
    char buf[32];
    if (format == NULL) /* exact, for machines */
        return wm_arena_printf(arena, "%s", wm_json_number_text(value, buf));
    if (strcmp(format, "%.1f") == 0)
        return wm_arena_printf(arena, "%.1f", value);
    return wm_arena_printf(arena, "%.4g", value);
}

/* Generations that run in some year. */
static size_t in_use(const struct wm_plan *p, size_t out[WM_REFRESH_KINDS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < p->terms.n_kinds; i++) {
        double most = p->kinds[i].owned_mw;
        for (size_t t = 0; t < p->result.n_years; t++)
            most = fmax(most, p->result.year[t].mw[i]);
        if (most > 1e-6)
            out[n++] = i;
    }
    return n;
}

static void years(FILE *file, struct wm_arena *arena, const struct wm_plan *p,
                  enum wm_format format)
{
    static const char *const fixed[] = {"year",
                                        "lambda_musd_per_mw_year",
                                        "served_mtok_per_s",
                                        "revenue_musd",
                                        "opex_musd",
                                        "capex_musd",
                                        "resale_musd"};
    enum { N_FIXED = sizeof fixed / sizeof *fixed };
    size_t kinds[WM_REFRESH_KINDS_MAX];
    const size_t n_kinds = in_use(p, kinds), n = N_FIXED + n_kinds;
    const bool exact = format == WM_FORMAT_CSV;
    struct wm_grid_column *const columns = WM_NEW_ARRAY(arena, struct wm_grid_column, n);
    const char **const cells = WM_NEW_ARRAY(arena, const char *, n * p->result.n_years);
    for (size_t i = 0; i < n; i++)
        columns[i] = (struct wm_grid_column){
            .key = i < N_FIXED ? fixed[i]
                               : wm_arena_printf(arena, "%s_mw", p->kinds[kinds[i - N_FIXED]].name),
            .is_json = true,
            .align_right = true};
    for (size_t t = 0; t < p->result.n_years; t++) {
        const struct wm_refresh_year *const y = &p->result.year[t];
        const double values[N_FIXED] = {
            (double)t + 1.0,       1e-6 * y->lambda_usd_per_mw, 1e-6 * y->served_tok_per_s,
            1e-6 * y->revenue_usd, 1e-6 * y->opex_usd,          1e-6 * y->capex_usd,
            1e-6 * y->resale_usd};
        for (size_t i = 0; i < n; i++)
            cells[t * n + i] = i < N_FIXED
                                   ? text(arena, exact ? NULL : "%.4g", values[i])
                                   : text(arena, exact ? NULL : "%.1f", y->mw[kinds[i - N_FIXED]]);
    }
    wm_grid_write(file, &(struct wm_grid){columns, n, cells, p->result.n_years}, format);
}

static void advice(FILE *file, const struct wm_plan *p)
{
    for (size_t i = 0; i < p->result.n_advice; i++) {
        const struct wm_refresh_advice *const a = &p->result.advice[i];
        const struct wm_refresh_kind *const k = &p->kinds[a->kind];
        if (a->retire_year == 0)
            fprintf(file, "%s: keep for all %zu years", k->name, p->result.n_years);
        else if (a->retire_year == 1)
            fprintf(file, "%s: retire %.1f of %.1f MW now", k->name,
                    k->owned_mw - p->result.year[0].owned_mw[a->kind], k->owned_mw);
        else
            fprintf(file, "%s: keep until the end of year %d, then retire", k->name,
                    a->retire_year - 1);
        fprintf(file,
                ". A MW of it earns %.3g M$ a year after OpEx and loss of resale value; its MW is "
                "worth %.3g M$.\n  Break-even: %.3g $ per GPU-hour earned.\n",
                1e-6 * a->margin_usd_per_mw, 1e-6 * a->lambda_usd_per_mw,
                a->break_even_usd_per_gpu_h);
    }
}

/* ktok/s of a MW by product, in their order: "812 / 240". */
static const char *capacities(struct wm_arena *arena, const struct wm_plan *p,
                              const struct wm_refresh_kind *k)
{
    const char *all = "";
    for (size_t q = 0; q < p->terms.n_products; q++)
        all = wm_arena_printf(arena, "%s%s%.4g", all, q > 0 ? " / " : "",
                              1e-3 * k->out_tok_per_s_per_mw[q]);
    return all;
}

static void kinds(FILE *file, struct wm_arena *arena, const struct wm_plan *p,
                  enum wm_format format)
{
    static const struct wm_grid_column columns[] = {
        {.key = "generation"},
        {.key = "GPUs/MW", .is_json = true, .align_right = true},
        {.key = "ktok/s/MW", .align_right = true},
        {.key = "M$/MW new", .is_json = true, .align_right = true},
        {.key = "M$/MW-yr fixed", .is_json = true, .align_right = true},
        {.key = "owned MW", .is_json = true, .align_right = true}};
    enum { N = sizeof columns / sizeof *columns };
    const char **const cells = WM_NEW_ARRAY(arena, const char *, p->terms.n_kinds *N);
    for (size_t i = 0; i < p->terms.n_kinds; i++) {
        const struct wm_refresh_kind *const k = &p->kinds[i];
        const char *const row[N] = {k->name,
                                    text(arena, "%.4g", k->gpus_per_mw),
                                    capacities(arena, p, k),
                                    text(arena, "%.4g", 1e-6 * k->capex_usd_per_mw),
                                    text(arena, "%.4g", 1e-6 * k->fixed_usd_per_mw_year),
                                    text(arena, "%.1f", k->owned_mw)};
        memcpy(&cells[i * N], row, sizeof row);
    }
    wm_grid_write(file, &(struct wm_grid){columns, N, cells, p->terms.n_kinds}, format);
}

static void write_text(FILE *file, struct wm_arena *arena, const struct wm_plan *p,
                       enum wm_format format)
{
    const struct wm_refresh_case *const c = &p->terms;
    char npv[24];
    const size_t last = p->result.n_years - 1;
    const bool grows = fabs(c->ceiling_mw[last] - c->ceiling_mw[0]) > 1e-9;
    const char *const to = grows ? wm_arena_printf(arena, " to %.4g", c->ceiling_mw[last]) : "";
    fprintf(file, "%zu years under %.4g%s MW at %.3g %%; worth %s$ with what is owned.\n\n",
            p->result.n_years, c->ceiling_mw[0], to, 100.0 * c->discount_rate_frac,
            wm_short_number(p->result.npv_usd, npv));
    advice(file, p);
    fputc('\n', file);
    years(file, arena, p, format);
    fputs("\nlambda: what one more MW under the ceiling is worth in the year.\n\n", file);
    kinds(file, arena, p, format);
    for (size_t i = 0; i < p->n_left_out; i++)
        fprintf(file, "left out: %s: %s\n", p->left_out[i].name, p->left_out[i].why);
    if (p->is_verified)
        fprintf(
            file,
            "\nYear 1 run as whole racks: %.4g Mtok/s served and %.4g M$ earned; planned %.4g and "
            "%.4g.\n",
            1e-6 * p->run_served_tok_per_s, 1e-6 * p->run_revenue_usd,
            1e-6 * p->result.year[0].served_tok_per_s, 1e-6 * p->result.year[0].revenue_usd);
}

static void json_year(struct wm_json_writer *w, const struct wm_plan *p, size_t t)
{
    const struct wm_refresh_year *const y = &p->result.year[t];
    wm_json_object_begin(w);
    wm_json_member_integer(w, "year", (int64_t)t + 1);
    wm_json_member_number(w, "lambda_usd_per_mw_year", y->lambda_usd_per_mw);
    wm_json_member_number(w, "demand_usd_per_tok_per_s_year", y->demand_usd_per_tok_per_s);
    wm_json_member_number(w, "offered_tok_per_s", y->offered_tok_per_s);
    wm_json_member_number(w, "served_tok_per_s", y->served_tok_per_s);
    wm_json_member_number(w, "revenue_usd", y->revenue_usd);
    wm_json_member_number(w, "opex_usd", y->opex_usd);
    wm_json_member_number(w, "capex_usd", y->capex_usd);
    wm_json_member_number(w, "resale_usd", y->resale_usd);
    wm_json_member_number(w, "ceiling_mw", p->terms.ceiling_mw[t]);
    wm_json_key(w, "mw");
    wm_json_object_begin(w);
    for (size_t i = 0; i < p->terms.n_kinds; i++)
        wm_json_member_number(w, p->kinds[i].name, y->mw[i]);
    wm_json_object_end(w);
    wm_json_object_end(w);
}

static void write_json(FILE *file, const struct wm_plan *p)
{
    struct wm_json_writer w = wm_json_writer_to_file(file);
    wm_json_object_begin(&w);
    wm_json_member_string(&w, "name", p->name);
    wm_json_member_number(&w, "npv_usd", p->result.npv_usd);
    wm_json_key(&w, "advice");
    wm_json_array_begin(&w);
    for (size_t i = 0; i < p->result.n_advice; i++) {
        const struct wm_refresh_advice *const a = &p->result.advice[i];
        wm_json_object_begin(&w);
        wm_json_member_string(&w, "generation", p->kinds[a->kind].name);
        wm_json_member_integer(&w, "retire_year", a->retire_year);
        wm_json_member_number(&w, "margin_usd_per_mw_year", a->margin_usd_per_mw);
        wm_json_member_number(&w, "lambda_usd_per_mw_year", a->lambda_usd_per_mw);
        wm_json_member_number(&w, "break_even_usd_per_gpu_h", a->break_even_usd_per_gpu_h);
        wm_json_object_end(&w);
    }
    wm_json_array_end(&w);
    wm_json_key(&w, "years");
    wm_json_array_begin(&w);
    for (size_t t = 0; t < p->result.n_years; t++)
        json_year(&w, p, t);
    wm_json_array_end(&w);
    wm_json_key(&w, "left_out");
    wm_json_object_begin(&w);
    for (size_t i = 0; i < p->n_left_out; i++)
        wm_json_member_string(&w, p->left_out[i].name, p->left_out[i].why);
    wm_json_object_end(&w);
    if (p->is_verified) {
        wm_json_key(&w, "run_of_year_1");
        wm_json_object_begin(&w);
        wm_json_member_number(&w, "served_tok_per_s", p->run_served_tok_per_s);
        wm_json_member_number(&w, "revenue_usd", p->run_revenue_usd);
        wm_json_member_bool(&w, "meets_the_plan", p->is_met);
        wm_json_object_end(&w);
    }
    wm_json_object_end(&w);
    wm_json_finish(&w);
}

void wm_plan_write(FILE *file, struct wm_arena *arena, const struct wm_plan *plan,
                   enum wm_format format)
{
    if (format == WM_FORMAT_JSON)
        write_json(file, plan);
    else if (format == WM_FORMAT_CSV)
        years(file, arena, plan, format);
    else
        write_text(file, arena, plan, format);
}

void wm_refresh_csv(FILE *file, const void *context)
{
    const struct wm_plan *const p = context;
    size_t used[WM_REFRESH_KINDS_MAX];
    const size_t n = in_use(p, used);
    fputs("year,kind,generation,low_mw,high_mw,lambda_musd_per_mw_year,ceiling_mw\n", file);
    for (size_t t = 0; t < p->result.n_years; t++) {
        double low = 0.0;
        for (size_t i = 0; i < n; i++) {
            const struct wm_refresh_year *const y = &p->result.year[t];
            const double high = low + y->mw[used[i]];
            fprintf(file, "%zu,%zu,", t + 1, i);
            wm_csv_text(file, p->kinds[used[i]].name);
            const double row[] = {low, high, 1e-6 * y->lambda_usd_per_mw, p->terms.ceiling_mw[t]};
            for (size_t k = 0; k < sizeof row / sizeof *row; k++) {
                fputc(',', file);
                wm_csv_put_number(file, row[k]);
            }
            fputc('\n', file);
            low = high;
        }
    }
}
