/* The data of a run's figures as CSV, one function a figure; scripts in plots/. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wattmill/civil.h"
#include "wattmill/output.h"

static int descending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* A year has 35,040 rows; a point is kept when a curve moved by 0.05 % of the contract or after 0.25 % of the time. */
static bool moved(const double row[5], const double last[4])
{
    for (size_t k = 1; k < 4; k++)
        if (fabs(row[k] - last[k]) > 5e-4 * row[4])
            return true;
    return row[0] - last[0] > 0.25;
}

void wm_load_duration_csv(FILE *file, const void *context)
{
    const struct wm_report *const report = context;
    const struct wm_results *const r = report->results;
    /* the sink has no arena; three sorted copies live as long as this file */
    struct wm_arena *const arena = wm_arena_begin();
    fputs("share_of_year_pct,site_mw,it_mw,ceiling_mw,contract_mw\n", file);
    double *const site = WM_NEW_ARRAY(arena, double, r->n_series);
    double *const it = WM_NEW_ARRAY(arena, double, r->n_series);
    double *const ceiling = WM_NEW_ARRAY(arena, double, r->n_series);
    for (size_t i = 0; i < r->n_series; i++) {
        site[i] = r->series[i].meter_w;
        it[i] = r->series[i].it_w;
        ceiling[i] = r->series[i].ceiling_w;
    }
    qsort(site, r->n_series, sizeof *site, descending);
    qsort(it, r->n_series, sizeof *it, descending);
    qsort(ceiling, r->n_series, sizeof *ceiling, descending);
    double last[4] = {-1.0, -1.0, -1.0, -1.0};
    for (size_t i = 0; i < r->n_series; i++) {
        const double row[] = {
            100.0 * ((double)i + 0.5) / (double)r->n_series, wm_unit_from_si(WM_UNIT_MW, site[i]),
            wm_unit_from_si(WM_UNIT_MW, it[i]), wm_unit_from_si(WM_UNIT_MW, ceiling[i]),
            wm_unit_from_si(WM_UNIT_MW, r->scenario->site.ceiling.limit_w)};
        if (i > 0 && i + 1 < r->n_series && !moved(row, last))
            continue;
        for (size_t k = 0; k < 5; k++) {
            if (k > 0)
                fputc(',', file);
            wm_csv_put_number(file, row[k]);
        }
        fputc('\n', file);
        memcpy(last, row, sizeof last);
    }
    wm_arena_close(arena);
}

void wm_opex_shares_csv(FILE *file, const void *context)
{
    const struct wm_report *const report = context;
    static const char *const names[] = {"A facility cash", "B (assumed ledger)",
                                        "C colocation tenant", "D accrual", "E annualised TCO"};
    const struct wm_results *const r = report->results;
    const double power_musd = r->metric[WM_METRIC_power_cost_usd] * WM_H_PER_YEAR / r->hours * 1e-6;
    fputs("definition,power_musd_per_year,rest_musd_per_year,power_share_pct\n", file);
    for (unsigned i = 0; i < 5; i++) {
        const double share = r->metric[WM_METRIC_power_share_a_frac + i];
        fprintf(file, "%s,", names[i]);
        wm_csv_put_number(file, power_musd);
        fputc(',', file);
        wm_csv_put_number(file, power_musd / share - power_musd);
        fputc(',', file);
        wm_csv_put_number(file, 100.0 * share);
        fputc('\n', file);
    }
}

/* Parts of definition E, by the tags that a line must and must not have. */
static const struct part {
    const char *name;
    unsigned all, none;
} parts[] = {
    {"power", WM_TAG_POWER, 0},
    {"facility running", WM_TAG_FACILITY, WM_TAG_CAPITAL | WM_TAG_DEPRECIATION | WM_TAG_LEASE},
    {"IT running", WM_TAG_IT, WM_TAG_CAPITAL | WM_TAG_DEPRECIATION | WM_TAG_LEASE},
    {"penalties", WM_TAG_PENALTY, 0},
    {"facility capital", WM_TAG_FACILITY | WM_TAG_CAPITAL, 0},
    {"IT capital", WM_TAG_IT | WM_TAG_CAPITAL, 0},
};

static double part_usd(const struct wm_ledger *l, const struct part *p)
{
    double usd = 0.0;
    for (size_t i = 0; i < l->n_lines; i++)
        if ((l->lines[i].tags & p->all) == p->all && !(l->lines[i].tags & p->none))
            usd += l->lines[i].usd;
    return usd;
}

/* Labels of a bar stand at least this apart, over the taller bar's height. */
#define LABEL_SPACING 0.055

struct stack {
    FILE *file;
    int bar, n;
    double spacing, top, label;            /* of the rows so far */
    double musd_per_mw_year, usd_per_mtok; /* per USD of the run */
};

static void stack_row(struct stack *s, const char *name, double usd)
{
    const double high = s->top + usd * s->musd_per_mw_year;
    if (!(fabs(usd) > 0.0))
        return;
    s->label = fmax(0.5 * (s->top + high), s->label + s->spacing);
    const double row[] = {s->top, high, usd * s->musd_per_mw_year, usd * s->usd_per_mtok, s->label};
    fprintf(s->file, "%d,%d,", s->bar, s->n++);
    wm_csv_text(s->file, name);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        fputc(',', s->file);
        wm_csv_put_number(s->file, row[i]);
    }
    fputc('\n', s->file);
    s->top = high;
}

/* Output tokens that a class billed; NAN of a job. */
static double class_sold_tok(const struct wm_results *r, const struct wm_class_result *c)
{
    const struct wm_workload *const all = r->scenario->workloads.items;
    for (size_t i = 0; i < r->scenario->workloads.n; i++) {
        const struct wm_workload *const w = &all[i];
        const bool refunds = w->on_slo_miss == WM_SLO_MISS_REFUND;
        if (strcmp(w->name, c->name) == 0 && !wm_workload_is_job(w))
            return c->output_tok_served * w->price.paid_frac *
                   (refunds ? c->slo_attainment_frac : 1.0);
    }
    return (double)NAN;
}

void wm_cost_stack_csv(FILE *file, const void *context)
{
    const struct wm_report *const report = context;
    const struct wm_results *const r = report->results;
    const double mw = wm_unit_from_si(WM_UNIT_MW, r->contract_w); /* as the metrics per megawatt */
    const double scale = 1e-6 * WM_H_PER_YEAR / r->hours / mw;
    const double mtok = r->metric[WM_METRIC_output_tok_sold] / WM_TOK_PER_MTOK;
    const double revenue_usd = r->metric[WM_METRIC_revenue_usd];
    const double tallest = scale * fmax(revenue_usd, r->ledger->opex_usd[WM_OPEX_E]);
    const struct stack empty = {.file = file,
                                .spacing = LABEL_SPACING * tallest,
                                .label = -0.5 * LABEL_SPACING * tallest,
                                .musd_per_mw_year = scale,
                                .usd_per_mtok = 1.0 / mtok};
    struct stack s = empty;
    double classes_usd = 0.0;
    fputs("bar,part,name,low_musd_per_mw_year,high_musd_per_mw_year,musd_per_mw_year,"
          "usd_per_mtok_out_sold,label_musd_per_mw_year\n",
          file);
    for (size_t i = 0; i < r->n_classes; i++) {
        s.usd_per_mtok = WM_TOK_PER_MTOK / class_sold_tok(r, &r->classes[i]);
        stack_row(&s, r->classes[i].name, r->classes[i].revenue_usd);
        classes_usd += r->classes[i].revenue_usd;
    }
    s.usd_per_mtok = empty.usd_per_mtok;
    if (fabs(revenue_usd - classes_usd) > 1e-9 * fabs(revenue_usd))
        stack_row(&s, "other revenue", revenue_usd - classes_usd);
    s = empty;
    s.bar = 1;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        stack_row(&s, parts[i].name, part_usd(r->ledger, &parts[i]));
}

/* Rows of the series that make an hour. */
#define ROWS_PER_HOUR 4

/* Local standard time less UTC: the clock without daylight saving, so that no hour is lost or twice. */
static int64_t standard_us(const struct wm_results *r)
{
    int64_t least = r->n_series > 0 ? r->series[0].local_us - r->series[0].time_us : 0;
    for (size_t i = 0; i < r->n_series; i++) {
        const int64_t offset = r->series[i].local_us - r->series[i].time_us;
        least = offset < least ? offset : least;
    }
    return least;
}

/* Hours of a day that the run has not: the picture is a grid of whole days. */
static void heat_gap(FILE *file, int64_t day_s, int64_t from, int64_t to)
{
    for (int64_t h = from; h < to; h++)
        fprintf(file, "%lld,%lld,NaN,0\n", (long long)day_s, (long long)h);
}

void wm_ceiling_heat_csv(FILE *file, const void *context)
{
    const struct wm_report *const report = context;
    const struct wm_results *const r = report->results;
    const int64_t offset_us = standard_us(r);
    int64_t day_s = 0, of_day = 24;
    fputs("day_s,hour_local_standard,site_share_of_ceiling_pct,bound\n", file);
    for (size_t i = 0; i + ROWS_PER_HOUR <= r->n_series; i += ROWS_PER_HOUR) {
        const int64_t hour = (r->series[i].time_us + offset_us) / WM_US_PER_H;
        double site_w = 0.0, ceiling_w = 0.0, shadow = 0.0;
        for (size_t k = i; k < i + ROWS_PER_HOUR; k++) {
            site_w += r->series[k].meter_w;
            ceiling_w += r->series[k].ceiling_w;
            shadow += r->series[k].shadow_price_usd_per_mwh;
        }
        day_s = hour / 24 * 86400;
        of_day = hour % 24;
        if (i == 0)
            heat_gap(file, day_s, 0, of_day);
        fprintf(file, "%lld,%lld,", (long long)day_s, (long long)of_day);
        wm_csv_put_number(file, 100.0 * site_w / ceiling_w);
        fprintf(file, ",%d\n", shadow > 0.0);
    }
    heat_gap(file, day_s, of_day + 1, 24);
}

void wm_cash_flow_csv(FILE *file, const void *context)
{
    const struct wm_report *const report = context;
    const struct wm_appraisal *const a = report->results->appraisal;
    fputs("year,flow_musd,cumulated_pv_musd,revenue_musd,power_musd,opex_musd,capex_musd,"
          "residual_musd,tax_musd\n",
          file);
    for (size_t t = 0; a != NULL && t <= a->n_years; t++) {
        const struct wm_appraisal_year *const y = &a->year[t];
        const double row[] = {y->flow_usd, y->cumulated_pv_usd, y->revenue_usd,  y->power_usd,
                              y->opex_usd, y->capex_usd,        y->residual_usd, y->tax_usd};
        fprintf(file, "%zu", t);
        for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
            fputc(',', file);
            wm_csv_put_number(file, 1e-6 * row[i]);
        }
        fputc('\n', file);
    }
}
