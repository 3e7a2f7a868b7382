#include "prices.h"

double wm_class_revenue_usd(const struct wm_site_plan *plan, const struct wm_site_result *site,
                            size_t class)
{
    return plan->classes[class].usd_per_out_tok * site->account.unpriced.classes[class].billed_tok;
}

double wm_class_transfer_usd(const struct wm_site_plan *plan, const struct wm_site_result *site,
                             size_t class)
{
    return plan->classes[class].transfer_usd_per_out_tok * site->account.classes[class].served_tok;
}

struct wm_energy_cost wm_energy_cost(const struct wm_run *r)
{
    struct wm_energy_cost cost = {0};
    for (size_t i = 0; i < r->site.price_sets->n; i++) {
        const struct wm_energy_tally *const e = &r->site.account.unpriced.energy[i];
        double n_series = 0.0;
        const double usd_per_j =
            wm_price_set_usd_per_mwh(r->billing, &r->site.price_sets->at[i], &n_series) /
            WM_J_PER_MWH;
        const double series = n_series / WM_J_PER_MWH;
        cost.site_usd += usd_per_j * e->plain.site_j + series * e->market.site_j;
        cost.it_usd += usd_per_j * e->plain.it_j + series * e->market.it_j;
        cost.meter_usd += usd_per_j * e->plain.meter_j + series * e->market.meter_j;
    }
    return cost;
}

/* What a watt at the margin made, at the worth of a token, less what it cost. */
static double shadow(const struct wm_run *r, const struct wm_unpriced *t)
{
    double sum = t->mixed_usd_per_mwh_s;
    for (size_t i = 0; i < r->plan.n_classes; i++) {
        const struct wm_class *const c = &r->plan.classes[i];
        sum += c->worth_usd_per_out_tok / c->weight * t->classes[i].margin_tok_ws * WM_J_PER_MWH;
    }
    for (size_t i = 0; i < r->site.price_sets->n; i++) {
        double n_series = 0.0;
        const double usd_per_mwh =
            wm_price_set_usd_per_mwh(r->billing, &r->site.price_sets->at[i], &n_series);
        sum -= usd_per_mwh * t->energy[i].plain.bound_s + n_series * t->energy[i].market.bound_s;
    }
    return sum;
}

double wm_shadow_usd_per_mwh_s(const struct wm_run *r)
{
    return shadow(r, &r->site.account.unpriced);
}

static double revenue_usd(const struct wm_run *r, const struct wm_unpriced *t)
{
    double usd = 0.0;
    for (size_t i = 0; i < r->plan.n_classes; i++)
        usd += r->plan.classes[i].usd_per_out_tok * t->classes[i].billed_tok;
    return usd;
}

struct wm_year_result *wm_priced_years(const struct wm_run *r)
{
    struct wm_year_result *const years =
        WM_NEW_ARRAY(r->arena, struct wm_year_result, r->site.n_years);
    double earned_usd = 0.0, worth = 0.0;
    for (size_t i = 0; i < r->site.n_years; i++) {
        const struct wm_unpriced *const t = &r->site.unpriced[i];
        const double now_usd = revenue_usd(r, t), now_worth = shadow(r, t);
        years[i] = r->site.years[i];
        years[i].revenue_usd += now_usd - earned_usd;
        years[i].shadow_usd_per_mwh = (now_worth - worth) / years[i].time_s;
        earned_usd = now_usd;
        worth = now_worth;
    }
    return years;
}
