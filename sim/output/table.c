/*
 * The first screen: verdict, figures in two columns, where the energy went, balances, warnings.
 * Every line is built in a buffer and cut at 80 columns, so that no number can break the screen.
 */
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "wattmill/output.h"

#define COLUMNS   80
#define FILES_MAX 3

static double printed(const struct wm_report *r, enum wm_metric metric)
{
    return wm_unit_from_si(wm_metric_info(metric)->unit, r->results->metric[metric]);
}

/* Prints at most 80 columns; bytes inside a UTF-8 sequence take none, control characters none at all. */
__attribute__((format(printf, 2, 3))) static void line(FILE *file, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    int n = 0;
    for (const char *c = text; *c != 0; c++) {
        const unsigned char byte = (unsigned char)*c;
        if (byte < ' ' || byte == 0x7f)
            continue;
        if ((byte & 0xc0) != 0x80 && ++n > COLUMNS)
            break;
        fputc(byte, file);
    }
    fputc('\n', file);
}

static void pair(FILE *file, const struct wm_report *r, const char *left, enum wm_metric a,
                 const char *left_unit, const char *right, enum wm_metric b, const char *right_unit)
{
    char x[24], y[24], one[64], two[64];
    (void)snprintf(one, sizeof one, "%9s%s", wm_short_number(printed(r, a), x), left_unit);
    (void)snprintf(two, sizeof two, "%9s%s", wm_short_number(printed(r, b), y), right_unit);
    line(file, "%-17.17s%-22.22s %-17.17s%-22.22s", left, one, right, two);
}

/* What leads: one line, so that the screen holds; the others stand among the warnings and are counted where there is room. */
static void leads(FILE *file, const struct wm_headline *h)
{
    char more[32] = "";
    if (h->n_leads == 0)
        return;
    (void)snprintf(more, sizeof more, " (+%zu)", h->n_leads - 1);
    const bool is_counted = h->n_leads > 1 && strlen(h->leads[0]) + strlen(more) + 2 <= COLUMNS;
    line(file, "! %s%s", h->leads[0], is_counted ? more : "");
}

/* "1.889 G$ (P10 -495.2 M$, P90 5.189 G$"; the bracket is left open. */
static const char *spread(const struct wm_report *r, enum wm_metric p10, char buf[96])
{
    char text[3][24];
    for (unsigned k = 0; k < 3; k++)
        (void)wm_short_number(printed(r, p10 + k), text[k]);
    (void)snprintf(buf, 96, "%s$ (P10 %s$, P90 %s$", text[1], text[0], text[2]);
    return buf;
}

static const char *percent(double frac, char buf[24])
{
    if (!isfinite(frac))
        return "-";
    (void)snprintf(buf, 24, "%.3g", 100.0 * frac);
    return buf;
}

static bool has_range(const struct wm_report *r)
{
    return isfinite(r->results->metric[WM_METRIC_npv_p50_usd]);
}

/* The draws lead where there are any: a single case stands below, with its prices. */
static void verdict(FILE *file, const struct wm_report *r)
{
    const double *const m = r->results->metric;
    char money[96], irr[24];
    const double share = 100.0 * printed(r, WM_METRIC_power_share_frac);
    const double bound = printed(r, WM_METRIC_ceiling_bound_hours);
    if (r->color)
        fputs("\033[1m", file);
    leads(file, &r->results->headline);
    if (has_range(r)) {
        line(file, "NPV P50 %s; <0 in %.0f %%), IRR P50 %s %%;",
             spread(r, WM_METRIC_npv_p10_usd, money), 100.0 * m[WM_METRIC_npv_negative_frac],
             percent(m[WM_METRIC_irr_p50_frac], irr));
        line(file, "P50 %s) per contract MW-year;",
             spread(r, WM_METRIC_revenue_p10_usd_per_mw_utility_year, money));
    } else {
        line(file, "%s$ per contract MW-year;",
             wm_short_number(printed(r, WM_METRIC_revenue_usd_per_mw_utility_year), money));
    }
    line(file, "power %.0f %% of OpEx %c (%s, assumed);", share, r->results->cash.definition[0],
         r->results->scenario->economics.ledger.head.name);
    line(file, "the ceiling binds %.0f h; limited by %s.", bound, wm_limit_name(m));
    if (r->color)
        fputs("\033[0m", file);
}

static void shares(FILE *file, const struct wm_report *r)
{
    char text[5][16];
    for (unsigned i = 0; i < 5; i++) {
        const double x = 100.0 * r->results->metric[WM_METRIC_power_share_a_frac + i];
        (void)snprintf(text[i], sizeof text[i], isfinite(x) ? "%.3g %%" : "-", x);
    }
    line(file, "Power/OpEx       A %s  B %s  C %s  D %s  E %s", text[0], text[1], text[2], text[3],
         text[4]);
}

/* Money over the years in the one case that the scenario states, before or after tax as the ledger says;
 * "-" where a figure does not exist. */
static void appraisal(FILE *file, const struct wm_report *r)
{
    const struct wm_economics *const e = &r->results->scenario->economics;
    const double *const m = r->results->metric;
    const double tax_frac = isnan(e->tax_rate_frac) ? e->ledger.tax_rate_frac : e->tax_rate_frac;
    char npv[24], irr[3][24], payback[24], dscr[24], span[80] = "";
    const char *const path = r->results->headline.price_path;
    (void)wm_short_number(m[WM_METRIC_npv_usd], npv);
    const bool fits = strlen(npv) + strlen(path) + strlen("One case: NPV $ at ") <= COLUMNS;
    line(file, "One case: NPV %s$ at %s", npv, fits ? path : "");
    if (!fits)
        line(file, "  %s", path);
    if (has_range(r))
        (void)snprintf(span, sizeof span, " (P10 %s, P90 %s)",
                       percent(m[WM_METRIC_irr_p10_frac], irr[1]),
                       percent(m[WM_METRIC_irr_p90_frac], irr[2]));
    const double years = m[WM_METRIC_payback_years];
    line(file, "%zu yr %s: IRR %s %%%s, payback %s%s, DSCR %s", r->results->appraisal->n_years,
         tax_frac > 0.0 ? "taxed" : "pre-tax", percent(m[WM_METRIC_irr_frac], irr[0]), span,
         isfinite(years) ? wm_short_number(years, payback) : "never", isfinite(years) ? "yr" : "",
         wm_short_number(m[WM_METRIC_dscr_min], dscr));
}

static void energy_bar(FILE *file, const struct wm_report *r)
{
    const double *const e = r->results->energy_j;
    enum { PARTS = 7 };
    const double parts[PARTS] = {e[WM_USE_PREFILL],
                                 e[WM_USE_DECODE],
                                 e[WM_USE_TRAINING],
                                 e[WM_USE_IDLE],
                                 e[WM_USE_HOST] + e[WM_USE_NETWORK],
                                 e[WM_USE_COOLING],
                                 e[WM_USE_CONVERSION] + e[WM_USE_HOUSE]};
    static const char marks[] = "PDT.HCL";
    double sum = 0.0, end = 0.0, pct[PARTS];
    for (size_t i = 0; i < PARTS; i++)
        sum += parts[i];
    if (!(sum > 0.0) || !isfinite(sum))
        return;
    char bar[61];
    size_t at = 0;
    for (size_t i = 0; i < PARTS; i++) {
        end += parts[i] / sum;
        pct[i] = 100.0 * parts[i] / sum;
        while (at < 60 && (double)at + 0.5 < 60.0 * end)
            bar[at++] = marks[i];
    }
    bar[at] = 0;
    line(file, "Where MW go      [%s]", bar);
    if (parts[2] > 0.0)
        line(file,
             "P prefill %.0f D decode %.0f T train %.0f . idle %.0f H host+net %.0f C cool %.0f "
             "L loss %.0f %%",
             pct[0], pct[1], pct[2], pct[3], pct[4], pct[5], pct[6]);
    else
        line(file,
             "P prefill %.0f  D decode %.0f  . idle %.0f  H host+net %.0f  C cooling %.0f  "
             "L loss %.0f %%",
             pct[0], pct[1], pct[3], pct[4], pct[5], pct[6]);
}

static void latency(FILE *file, const struct wm_report *r)
{
    char t50[24], t99[24], p50[24], p99[24];
    line(file, "TTFT p50, p99    %9ss, %-10.10s TPOT p50, p99 %s, %s s/tok",
         wm_short_number(printed(r, WM_METRIC_ttft_p50_s), t50),
         wm_short_number(printed(r, WM_METRIC_ttft_p99_s), t99),
         wm_short_number(printed(r, WM_METRIC_tpot_p50_s), p50),
         wm_short_number(printed(r, WM_METRIC_tpot_p99_s), p99));
}

static void footer(FILE *file, const struct wm_report *r)
{
    double worst = 0.0;
    for (size_t i = 0; i < r->results->n_balances; i++)
        worst = fmax(worst, fabs(r->results->balances[i].residual_rel));
    const size_t n_warnings = r->diags == NULL ? (size_t)0 : r->diags->n_warnings;
    line(file, "Balances         %s, largest residual %.1e; %zu warning%s",
         r->results->balances_close ? "close" : "DO NOT CLOSE", worst, n_warnings,
         n_warnings == 1 ? "" : "s");
    if (r->n_files > 0) {
        const char *const slash = strrchr(r->files[0], '/');
        const int dir_length = slash ? (int)(slash - r->files[0]) : 1;
        line(file, "Files            %zu in %.*s: result.json, metrics.csv, figures", r->n_files,
             dir_length, slash ? r->files[0] : ".");
    }
    line(file, "wattmill %s (%.15s)  scenario %.8s  catalogue %.8s  seed %lld", r->stamp.version,
         r->stamp.git_id, r->stamp.scenario_hash, r->stamp.catalog_hash, (long long)r->stamp.seed);
}

void wm_output_table(FILE *file, const struct wm_report *r)
{
#define PAIR(l, a, lu, t, b, ru) pair(file, r, l, WM_METRIC_##a, lu, t, WM_METRIC_##b, ru)
    verdict(file, r);
    line(file, "%s; B: assumed ledger, evidence spans 26-52 %%", r->results->scenario->name);
    PAIR("Revenue utility", revenue_usd_per_mw_utility_year, "$/MW-yr", "Revenue IT",
         revenue_usd_per_mw_it_year, "$/MW-yr");
    shares(file, r);
    PAIR("Power bill", power_cost_usd, "$", "OpEx B (assumed)", opex_b_usd, "$");
    PAIR("LCOT output", lcot_out_usd_per_mtok, "$/Mtok", "LCOT input", lcot_in_usd_per_mtok,
         "$/Mtok");
    PAIR("LCOT all tokens", lcot_total_usd_per_mtok, "$/Mtok", "Energy", energy_j_per_output_tok,
         "J/out tok");
    PAIR("Served output", output_tok_per_s_per_mw_utility, "tok/s/MW", "Capacity output",
         capacity_output_tok_per_s_per_mw_utility, "tok/s/MW");
    PAIR("Sold / capacity", sold_frac, "", "GPUs installed", gpus_installed, "");
    PAIR("PUE mean", pue_mean, "", "PUE peak hour", pue_peak_hour, "");
    PAIR("Site mean", site_power_mean_mw, "MW", "Site peak 15 min", site_power_peak_mw, "MW");
    PAIR("Stranded mean", stranded_mw_mean, "MW", "Ceiling mean", ceiling_mean_mw, "MW");
    PAIR("Shadow price", shadow_price_usd_per_mwh_mean, "$/MWh", "WUE", wue_l_per_kwh, "L/kWh");
    latency(file, r);
    PAIR("SLO met", slo_attainment_frac, "of served", "Profit (accrual)",
         profit_usd_per_mw_utility_year, "$/MW-yr");
    appraisal(file, r);
#undef PAIR
    energy_bar(file, r);
    footer(file, r);
}
