#include "sales.h"

#include <string.h>

static bool sells_pool(const struct wm_gpu_sale *sale, const char *pool)
{
    return sale->pool[0] == '\0' || strcmp(sale->pool, pool) == 0;
}

/* Hours that a sale's share is up, a year of 8,760 h. */
static double gpu_h_per_year(const struct wm_run *r, const struct wm_gpu_sale *sale)
{
    double gpu_s = 0.0;
    for (size_t i = 0; i < r->plan.n_partitions; i++) {
        const struct wm_partition *const p = &r->plan.partitions[i];
        const struct wm_partition_account *const a = &r->site.account.partitions[i];
        if (sells_pool(sale, r->plan.pools[p->pool].fleet->name))
            gpu_s += p->surface != NULL ? a->up_replica_s * (double)p->gpus_per_replica +
                                              p->spare_gpus * a->there_s
                                        : (double)p->n_gpus * a->there_s;
    }
    return sale->share_frac * gpu_s / r->site.account.time_s * WM_H_PER_YEAR;
}

double wm_own_tok_frac(const struct wm_economics *e, const char *pool)
{
    const struct wm_gpu_sale *const sale = e->gpu_sales.items;
    double frac = e->ledger.sells == WM_SELLS_TOKENS ? 1.0 : 0.0;
    for (size_t i = 0; i < e->gpu_sales.n; i++)
        frac -= sells_pool(&sale[i], pool) ? sale[i].share_frac : 0.0;
    return fmax(0.0, frac);
}

struct wm_income wm_income_of(const struct wm_run *r, const struct wm_totals *t, double space_usd)
{
    const struct wm_economics *const e = &r->scenario->economics;
    const struct wm_gpu_sale *const sale = e->gpu_sales.items;
    const double years = r->site.account.time_s / WM_S_PER_YEAR;
    struct wm_income in = {0};
    if (e->ledger.sells == WM_SELLS_SPACE) {
        in.space_usd = space_usd;
        return in;
    }
    in.grid_usd = wm_grid_service_usd(r);
    (void)t;
    for (size_t i = 0; i < r->plan.n_classes; i++)
        in.token_usd +=
            wm_own_tok_frac(e, r->plan.classes[i].workload->pool) * r->results->classes[i].revenue_usd;
    double *const hours = WM_NEW_ARRAY(r->arena, double, e->gpu_sales.n + 1);
    for (size_t i = 0; i < e->gpu_sales.n; i++) {
        hours[i] = gpu_h_per_year(r, &sale[i]);
        const struct wm_gpu_income paid = wm_gpu_income(&sale[i], hours[i], 0.0, years);
        in.on_demand_usd += paid.on_demand_usd;
        in.contract_usd += paid.contract_usd;
        in.sold_gpu_h += paid.sold_gpu_h;
        in.backlog_usd += wm_gpu_backlog_usd(&sale[i], hours[i], 0.0);
    }
    in.sale_gpu_h_per_year = hours;
    return in;
}

double wm_contracts_usd(const struct wm_results *r, double from_years, double to_years)
{
    const struct wm_economics *const e = &r->scenario->economics;
    const struct wm_gpu_sale *const sale = e->gpu_sales.items;
    const double years = r->hours / WM_H_PER_YEAR, length = to_years - from_years;
    double usd = 0.0;
    if (r->income.sale_gpu_h_per_year == NULL)
        return 0.0;
    for (size_t i = 0; i < e->gpu_sales.n; i++) {
        const double hours = r->income.sale_gpu_h_per_year[i];
        const struct wm_gpu_income then = wm_gpu_income(&sale[i], hours, from_years, to_years);
        const struct wm_gpu_income now = wm_gpu_income(&sale[i], hours, 0.0, years);
        usd += then.contract_usd + then.on_demand_usd - length * now.on_demand_usd / years;
    }
    return usd;
}
