#include "kpi.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// clang-format off
static const struct words {
    enum wm_metric metric;
    const char *words;
    const char *unit; /* where the table of units has none that planners use; or NULL */
} words[] = {
    {WM_METRIC_revenue_usd_per_mw_utility_year,   "Revenue per contract megawatt and year", NULL},
    {WM_METRIC_profit_usd_per_mw_utility_year,    "Profit after depreciation, per contract megawatt and year", NULL},
    {WM_METRIC_margin_e_usd_per_mw_utility_year,  "Margin after the cost of capital, per contract megawatt and year", NULL},
    {WM_METRIC_npv_usd,                           "Net present value (NPV)", NULL},
    {WM_METRIC_irr_frac,                          "Internal rate of return (IRR)", NULL},
    {WM_METRIC_payback_years,                     "Payback", "years"},
    {WM_METRIC_dscr_min,                          "Lowest debt service cover (DSCR)", "x"},
    {WM_METRIC_capex_usd,                         "Capital, IT and facility", NULL},
    {WM_METRIC_power_cost_usd,                    "Cost of power in the run", NULL},
    {WM_METRIC_bill_usd_per_mwh,                  "Meter bill per MWh bought", NULL},
    {WM_METRIC_power_share_a_frac,                "Power in OpEx, A: facility cash", NULL},
    {WM_METRIC_power_share_b_frac,                "Power in OpEx, B: operator cash, assumed ledger", NULL},
    {WM_METRIC_power_share_c_frac,                "Power in OpEx, C: colocation tenant", NULL},
    {WM_METRIC_power_share_d_frac,                "Power in OpEx, D: accrual, with depreciation", NULL},
    {WM_METRIC_power_share_e_frac,                "Power in OpEx, E: annualised total cost", NULL},
    {WM_METRIC_power_share_frac,                  "Power in cash OpEx of the chosen ledger", NULL},
    {WM_METRIC_lcot_out_usd_per_mtok,             "Levelised cost of output tokens", NULL},
    {WM_METRIC_lcot_in_usd_per_mtok,              "Levelised cost of computed input tokens", NULL},
    {WM_METRIC_output_tok_per_s_per_mw_utility,   "Output served per contract megawatt", NULL},
    {WM_METRIC_capacity_output_tok_per_s_per_mw_utility, "Output capacity per contract megawatt", NULL},
    {WM_METRIC_sold_frac,                         "Capacity sold", NULL},
    {WM_METRIC_energy_j_per_output_tok,           "Site energy per output token", NULL},
    {WM_METRIC_gpus_installed,                    "Accelerators installed", "GPUs"},
    {WM_METRIC_pue_mean,                          "PUE, mean", ""},
    {WM_METRIC_site_power_mean_mw,                "Power at the meter, mean", NULL},
    {WM_METRIC_site_power_peak_mw,                "Power at the meter, highest 15 minutes", NULL},
    {WM_METRIC_ceiling_bound_hours,               "Hours in which the ceiling binds", NULL},
    {WM_METRIC_shadow_price_usd_per_mwh_mean,     "Worth of one more MWh under the ceiling, mean", NULL},
    {WM_METRIC_stranded_mw_mean,                  "Power stranded, mean", NULL},
    {WM_METRIC_demand_slack_mw,                   "Power that demand leaves, mean", NULL},
    {WM_METRIC_curtailed_mwh,                     "Energy curtailed", NULL},
    {WM_METRIC_ttft_p99_s,                        "Time to first token, 99th percentile", NULL},
    {WM_METRIC_tpot_p50_s,                        "Time per output token, median", NULL},
    {WM_METRIC_slo_attainment_frac,               "Requests within both latency targets", NULL},
    {WM_METRIC_carbon_kg,                         "Carbon, location-based", NULL},
    {WM_METRIC_water_m3,                          "Water make-up", "m³"},
};
// clang-format on

const struct wm_kpi_group wm_kpi_groups[] = {
    {"Money",
     9,
     {WM_METRIC_revenue_usd_per_mw_utility_year, WM_METRIC_npv_usd, WM_METRIC_irr_frac,
      WM_METRIC_payback_years, WM_METRIC_dscr_min, WM_METRIC_capex_usd,
      WM_METRIC_margin_e_usd_per_mw_utility_year, WM_METRIC_lcot_out_usd_per_mtok,
      WM_METRIC_lcot_in_usd_per_mtok}},
    {"Power",
     9,
     {WM_METRIC_power_cost_usd, WM_METRIC_bill_usd_per_mwh, WM_METRIC_power_share_b_frac,
      WM_METRIC_power_share_e_frac, WM_METRIC_site_power_mean_mw, WM_METRIC_site_power_peak_mw,
      WM_METRIC_ceiling_bound_hours, WM_METRIC_shadow_price_usd_per_mwh_mean, WM_METRIC_pue_mean}},
    {"Service",
     8,
     {WM_METRIC_gpus_installed, WM_METRIC_output_tok_per_s_per_mw_utility,
      WM_METRIC_capacity_output_tok_per_s_per_mw_utility, WM_METRIC_sold_frac,
      WM_METRIC_energy_j_per_output_tok, WM_METRIC_ttft_p99_s, WM_METRIC_tpot_p50_s,
      WM_METRIC_slo_attainment_frac}},
    {"Environment", 3, {WM_METRIC_curtailed_mwh, WM_METRIC_carbon_kg, WM_METRIC_water_m3}},
};
const size_t wm_n_kpi_groups = sizeof wm_kpi_groups / sizeof *wm_kpi_groups;

static const struct words *find(enum wm_metric metric)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].metric == metric)
            return &words[i];
    return NULL;
}

const char *wm_kpi_words(enum wm_metric metric)
{
    const struct words *const w = find(metric);
    return w != NULL ? w->words : wm_metric_info(metric)->key;
}

/* Units of the table whose prefix grows with the value: in front of "$" or of the symbol itself. */
static bool prefix_of(double largest, const char **prefix, double *scale)
{
    static const struct {
        double from, scale;
        const char *prefix;
    } steps[] = {{1e12, 1e12, "T"}, {1e9, 1e9, "G"}, {1e6, 1e6, "M"}, {1e4, 1e3, "k"}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (largest >= steps[i].from) {
            *prefix = steps[i].prefix;
            *scale = steps[i].scale;
            return true;
        }
    return false;
}

/* "USD/MW-yr" with the prefix M: "M$/MW-yr". */
static void write_symbol(struct wm_kpi_unit *u, const char *prefix, const char *symbol)
{
    const bool money = strncmp(symbol, "USD", 3) == 0;
    (void)snprintf(u->symbol, sizeof u->symbol, "%s%s%s", prefix, money ? "$" : "",
                   money ? symbol + 3 : symbol);
}

struct wm_kpi_unit wm_kpi_unit(enum wm_metric metric, const double *si, size_t n)
{
    const struct words *const w = find(metric);
    const enum wm_unit unit = wm_metric_info(metric)->unit;
    const char *symbol = w != NULL && w->unit != NULL ? w->unit : wm_unit_symbol(unit);
    const char *prefix = "";
    double largest = 0.0, scale = 1.0;
    struct wm_kpi_unit u = {.per_si = wm_unit_from_si(unit, 1.0)};
    for (size_t i = 0; i < n; i++)
        if (isfinite(si[i]))
            largest = fmax(largest, fabs(si[i] * u.per_si));
    if (unit == WM_UNIT_FRAC) {
        symbol = "%";
        scale = 0.01;
    } else if (unit == WM_UNIT_S && largest < 1.0) {
        symbol = "ms";
        scale = 1e-3;
    } else if (unit == WM_UNIT_KG && largest >= 1e4) {
        symbol = largest >= 1e7 ? "kt" : "t";
        scale = largest >= 1e7 ? 1e6 : 1e3;
    } else if (unit == WM_UNIT_MWH && largest >= 1e4) {
        symbol = "GWh";
        scale = 1e3;
    } else if (unit == WM_UNIT_NONE && strcmp(symbol, "1") == 0) {
        symbol = "";
    } else if (strncmp(symbol, "USD", 3) == 0 || strncmp(symbol, "tok", 3) == 0) {
        (void)prefix_of(largest, &prefix, &scale);
    }
    u.per_si /= scale;
    write_symbol(&u, prefix, symbol);
    return u;
}

/* Commas between the thousands of a whole number of at most 15 digits. */
static const char *grouped(double value, char buf[32])
{
    char digits[24];
    const int n = snprintf(digits, sizeof digits, "%.0f", fabs(value));
    size_t at = 0;
    if (value < 0.0)
        buf[at++] = '-';
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            buf[at++] = ',';
        buf[at++] = digits[i];
    }
    buf[at] = 0;
    return buf;
}

const char *wm_kpi_number(double value, char buf[32])
{
    if (!isfinite(value))
        (void)snprintf(buf, 32, "-");
    else if (fabs(value) >= 1e15)
        (void)snprintf(buf, 32, "%.3g", value);
    else if (fabs(value) >= 1e3)
        return grouped(value, buf);
    else
        (void)snprintf(buf, 32, "%.4g", value);
    return buf;
}

const char *wm_kpi_text(const struct wm_kpi_unit *unit, double si, char buf[32])
{
    const double value = si * unit->per_si;
    const bool share = unit->symbol[0] == '%' && fabs(value) < 1e3;
    if (!isfinite(value) || !share || (value != 0.0 && fabs(value) < 0.05))
        return wm_kpi_number(value, buf);
    (void)snprintf(buf, 32, "%.1f", value);
    return buf;
}

bool wm_kpi_range(const double metric[WM_N_METRICS], enum wm_metric of, double out[3])
{
    static const struct {
        enum wm_metric of, p10;
    } ranges[] = {
        {WM_METRIC_npv_usd, WM_METRIC_npv_p10_usd},
        {WM_METRIC_irr_frac, WM_METRIC_irr_p10_frac},
        {WM_METRIC_revenue_usd_per_mw_utility_year, WM_METRIC_revenue_p10_usd_per_mw_utility_year},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (ranges[i].of == of) {
            for (size_t k = 0; k < 3; k++)
                out[k] = metric[ranges[i].p10 + k];
            return isfinite(out[0]) || isfinite(out[1]) || isfinite(out[2]);
        }
    return false;
}
