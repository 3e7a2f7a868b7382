/* Prices by delivered speed: what share of a class's tokens came how fast, over the run. */
#include "../site/requests.h"
#include "metrics.h"

enum { HALVINGS = 60 };

/* Share of tokens that took no longer than `tpot_s` each. */
static double share_within(const struct wm_log_hist *tpot, double tpot_s)
{
    double lo = 0.0, hi = 1.0;
    if (wm_log_hist_quantile(tpot, 1.0) <= tpot_s)
        return 1.0;
    for (int i = 0; i < HALVINGS; i++) {
        const double mid = 0.5 * (lo + hi);
        *(wm_log_hist_quantile(tpot, mid) <= tpot_s ? &lo : &hi) = mid;
    }
    return lo;
}

static double tier_frac(const struct wm_run *r, size_t i)
{
    const struct wm_list *const tiers = &r->plan.classes[i].workload->price.speed_tiers;
    const struct wm_speed_tier *const tier = tiers->items;
    struct wm_log_hist *const ttft = WM_NEW(r->arena, struct wm_log_hist);
    struct wm_log_hist *const tpot = WM_NEW(r->arena, struct wm_log_hist);
    if (r->site.requests != NULL && wm_site_requests_has(r->site.requests, i))
        wm_site_requests_latency(r->site.requests, i, ttft, tpot);
    else
        wm_latency_spread(r->site.account.classes[i].latency,
                          r->plan.partitions[r->plan.classes[i].partition].surface,
                          &r->plan.classes[i], ttft, tpot);
    if (!(tpot->total > 0.0))
        return 1.0;
    double frac = 1.0, below = 1.0;
    for (size_t k = 0; k < tiers->n; k++) {
        frac += share_within(tpot, 1.0 / tier[k].tok_per_s_per_user) * (tier[k].price_frac - below);
        below = tier[k].price_frac;
    }
    return frac;
}

void wm_price_speeds(struct wm_run *r)
{
    for (size_t i = 0; i < r->plan.n_classes; i++) {
        struct wm_class *const c = &r->plan.classes[i];
        if (c->workload->price.speed_tiers.n == 0 || c->workload->kind != WM_WORKLOAD_REQUEST)
            continue;
        c->tier_frac = tier_frac(r, i);
        c->usd_per_out_tok *= c->tier_frac;
    }
}
