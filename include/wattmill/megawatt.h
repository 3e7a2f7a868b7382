/*
 * Worth of a megawatt: what a MW of the ceiling would earn with the best generation that could be
 * installed now, when it pays to keep the old one, and what shed or stranded MW are worth.
 *
 * All figures are per MW at the meter (utility) and year of 8,760 h. Pure; cannot fail.
 */
#ifndef WATTMILL_MEGAWATT_H
#define WATTMILL_MEGAWATT_H

#include <stddef.h>

/** A generation as a use of one MW. */
struct wm_mw_use {
    const char *name;
    double gpus_per_mw;          /* at the meter */
    double revenue_usd_per_year; /* per MW */
    double opex_usd_per_year;    /* cash, per MW */
    double capex_usd;            /* per MW; 0 for what is owned already */
    double residual_usd;         /* per MW, at the end of its life */
    double life_years;
};

/** Revenue of a MW from renting out: GPUs x rent x 8,760 h x share of time rented [USD/yr]. */
double wm_rental_usd_per_mw_year(double gpus_per_mw, double rent_usd_per_gpu_h, double sold_frac);

/** Revenue - OpEx - equivalent annual cost of its capital [USD/MW-yr]. */
double wm_mw_margin_usd(const struct wm_mw_use *use, double rate_frac);

/**
 * Opportunity cost of a MW: the best margin among the uses that could be installed now; 0 when none
 * earns more than leaving the MW empty. `best` (may be NULL) is its index, n when none.
 */
double wm_mw_lambda_usd(const struct wm_mw_use *uses, size_t n, double rate_frac, size_t *best);

/** What a year of keeping owned hardware costs: resale now with interest less resale in a year. */
double wm_holding_cost_usd(double resale_now_usd, double resale_next_usd, double rate_frac);

/**
 * Resale value of accelerators over their new price at an age: 0.625, 0.425, 0.30, 0.175, 0.125 after
 * 1 to 5 years, geometric between them and beyond (0.71 a year); 1 at age 0.
 *
 * @param age_years  >= 0
 * @par Source       GPU Lease Rate Index, residual guide of 8 January 2026 (press; low trust)
 */
double wm_resale_frac(double age_years);

/**
 * Rent at which owned accelerators earn just what their MW could earn otherwise:
 *
 *     rent = (lambda + opex + holding cost) / (8760 sold gpus_per_mw)    [USD/GPU-h]
 */
double wm_break_even_rent_usd_per_gpu_h(double lambda_usd, double opex_usd, double holding_usd,
                                        double gpus_per_mw, double sold_frac);

/** Revenue lost per MWh shed from sold capacity: revenue / 8760 - energy not bought [USD/MWh]. */
double wm_curtailment_usd_per_mwh(double revenue_usd_per_mw_year, double avoided_usd_per_mwh);

/**
 * Cost of shedding `shed_mw` for `hours` when `idle_mw` of the ceiling are not drawn anyway: the
 * first idle MW are free.
 */
double wm_curtailment_usd(double shed_mw, double idle_mw, double hours, double usd_per_mwh);

/** Worth of MW under the ceiling that are never drawn [USD/yr]: lambda per MW. */
double wm_stranded_usd_per_year(double ceiling_mw, double peak_mw, double lambda_usd);

/** Worth of having power earlier: margin per MW-year x MW x months / 12 [USD]. */
double wm_time_to_power_usd(double usd_per_mw_year, double mw, double months);

#endif
