#include "owned.h"

#include <math.h>

#include "../plan/kv_tiers.h"
#include "wattmill/finance.h"

double wm_owned_price_usd(const struct wm_run *r, size_t pool)
{
    return ((double)r->plan.pools[pool].n_gpus * r->plan.pools[pool].hw->it_capex_usd_per_gpu +
            wm_kv_tiers_usd(&r->plan, pool)) *
           (1.0 + r->scenario->site.local_tax.sales_it_frac);
}

/* Years in which an owned pool is still used: to the end of its life, one at least. */
static double left_years(const struct wm_run *r, const struct wm_fleet *f)
{
    return fmax(1.0, r->scenario->economics.ledger.it_life_years - f->owned.age_years);
}

double wm_owned_book_usd(const struct wm_run *r, size_t pool)
{
    const struct wm_pool *const p = &r->plan.pools[pool];
    const struct wm_owned *const o = &p->fleet->owned;
    const double life = r->scenario->economics.ledger.it_life_years;
    if (!wm_fleet_is_owned(p->fleet))
        return 0.0;
    return wm_is_set(o->book_usd_per_gpu)
               ? (double)p->n_gpus * o->book_usd_per_gpu
               : wm_owned_price_usd(r, pool) * fmax(0.0, 1.0 - o->age_years / life);
}

struct wm_owned_sums wm_owned_sums(const struct wm_run *r, double discount_rate_frac)
{
    const struct wm_ledger_params *const l = &r->scenario->economics.ledger;
    const struct wm_local_tax *const tax = &r->scenario->site.local_tax;
    struct wm_owned_sums sums = {0};
    for (size_t i = 0; i < r->plan.n_pools; i++) {
        const struct wm_fleet *const f = r->plan.pools[i].fleet;
        if (!wm_fleet_is_owned(f))
            continue;
        const double price_usd = wm_owned_price_usd(r, i), book_usd = wm_owned_book_usd(r, i);
        const double left = left_years(r, f);
        sums.price_usd += price_usd;
        sums.book_usd += book_usd;
        sums.straight_usd += wm_straight_line(book_usd, 0.0, left);
        sums.recovery_usd += wm_equivalent_annual_cost(book_usd, 0.0, discount_rate_frac, left);
        sums.tax_usd += price_usd * (tax->applies ? wm_local_tax_mean_from_frac(
                                                        tax, f->owned.age_years, l->it_life_years)
                                                  : l->property_tax_frac);
    }
    return sums;
}
