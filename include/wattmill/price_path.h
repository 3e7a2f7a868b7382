/*
 * Price paths: how prices of tokens and rents of accelerators move over years.
 *
 * Three curves that must not be mixed: what a *tier* of models is sold at (half-life by band), what a
 * *constant quality* costs (falls much faster; only for the worth of an old model), and the *rent* of
 * an accelerator (returns to a moving mean: the H100 went from 8 to 1.70 and back to 2.35 USD/h).
 * Pure; times in years; cannot fail.
 */
#ifndef WATTMILL_PRICE_PATH_H
#define WATTMILL_PRICE_PATH_H

/* Half-lives of list prices by tier [years], arXiv 2603.28576 (panel 2020-26). Flagships show none
   (R^2 = 0.03): their price stays. */
#define WM_HALF_LIFE_ECONOMY_YEARS 1.10
#define WM_HALF_LIFE_MID_YEARS     1.55

/** p0 2^(-t / h). @param half_life_years > 0; NAN: the price stays */
double wm_price_half_life(double price, double half_life_years, double time_years);

/**
 * Price of a constant quality, p0 10^(-t): ten times cheaper a year.
 * @par Source  a16z, "LLMflation", 2024; Epoch AI finds 9 to 900 times by milestone
 */
double wm_price_constant_quality(double price, double time_years);

/** Rent that returns to a mean: d ln p = kappa (theta(t) - ln p) dt + sigma dW. */
struct wm_rent_path {
    double kappa_per_year;   /* > 0; 0.8 is an estimate from the H100's path 2023-26 */
    double sigma;            /* per square root of a year; 0.35, the same */
    double theta0_ln;        /* ln of the mean at t = 0 */
    double drift_per_year;   /* of theta; -0.20, the same */
    double launch_years;     /* a new generation ships then; NAN: never */
    double launch_step_frac; /* fall of rent and mean at that time; 0.20 to 0.30 */
};

/**
 * Rent after `step_years`, from the exact solution of the equation between two times.
 *
 *     d = ln p - theta(t);  d' = d e^(-kappa s) - drift (1 - e^(-kappa s)) / kappa
 *                                + sigma sqrt((1 - e^(-2 kappa s)) / (2 kappa)) z
 *
 * @param normal  z, a draw of the standard normal; 0 gives the median path
 */
double wm_rent_step(const struct wm_rent_path *path, double rent, double time_years,
                    double step_years, double normal);

/** What is asked for at another price: q0 (p / p0)^elasticity. Elasticity < 0: -1.11 (NBER, 2026). */
double wm_elastic_quantity(double quantity, double price, double new_price, double elasticity);
/** The same, but no more than `capacity` can be sold. */
double wm_capped_quantity(double quantity, double price, double new_price, double elasticity,
                          double capacity);

/** Capacity price in USD per MW-day as USD per kW-month of 365/12 days. */
double wm_usd_per_kw_month_of_mw_day(double usd_per_mw_day);

#endif
