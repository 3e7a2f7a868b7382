/*
 * Sales of accelerators by the hour: on demand, reserved, take-or-pay.
 *
 * The hours of a contract are those that its share of the pool is up. On demand, `used_frac` of them are
 * paid. Reserved, all are paid over the term. Take-or-pay, what is used is paid, and at least
 * `take_frac`. After its term a contract is sold on demand. A buyer may default: what is paid under
 * contract falls by `default_frac` a year, and what is then free is sold on demand.
 */
#ifndef WATTMILL_GPU_SALES_H
#define WATTMILL_GPU_SALES_H

#include "wattmill/field.h"

enum wm_gpu_sale_kind { WM_SALE_ON_DEMAND, WM_SALE_RESERVED, WM_SALE_TAKE_OR_PAY };

struct wm_gpu_sale {
    const char *name;
    enum wm_gpu_sale_kind kind;
    const char *pool;  /* "": every pool */
    double share_frac; /* of the pool */
    double usd_per_gpu_h;
    double used_frac;               /* of the hours */
    double take_frac;               /* take-or-pay: paid at least */
    double begin_years, term_years; /* of the contract, from the start of operation */
    double default_frac;            /* per year */
    double on_demand_usd_per_gpu_h; /* after the term and on default; NAN: usd_per_gpu_h */
};

extern const struct wm_field wm_gpu_sale_fields[];

/** Paid in [from, to) years of operation, by contract and on demand [USD]. */
struct wm_gpu_income {
    double contract_usd, on_demand_usd, sold_gpu_h;
};
/** @param gpu_h_per_year  that the sale's share is up */
struct wm_gpu_income wm_gpu_income(const struct wm_gpu_sale *sale, double gpu_h_per_year,
                                   double from_years, double to_years);

/** Contracted from now on, before defaults: at least this is to be paid [USD]. */
double wm_gpu_backlog_usd(const struct wm_gpu_sale *sale, double gpu_h_per_year, double now_years);

#endif
