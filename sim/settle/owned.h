/*
 * Owned: accelerators that are there and paid for (fleet.N.owned). They are no capital of the run; upkeep and
 * insurance follow their price as new, tax their age, depreciation and capital recovery their book value over
 * the rest of their life.
 */
#ifndef WM_SETTLE_OWNED_H
#define WM_SETTLE_OWNED_H

#include "metrics.h"

/** Sums over the pools that are owned [USD; the last three per year]. */
struct wm_owned_sums {
    double price_usd, book_usd;
    double straight_usd, recovery_usd, tax_usd;
};
struct wm_owned_sums wm_owned_sums(const struct wm_run *run, double discount_rate_frac);

/** Price of a pool's accelerators as new, sales tax included [USD]. */
double wm_owned_price_usd(const struct wm_run *run, size_t pool);
/** Their book value at the start [USD]; 0 of a pool that is bought. */
double wm_owned_book_usd(const struct wm_run *run, size_t pool);

#endif
