#include "supply.h"

#include "../plan/agreement.h"

/* Sums of a run towards matching. */
struct cover {
    double load_j, covered_j; /* covered: not more than the load of all of them */
    double hour_load_j, hour_covered_j;
    double hourly_j;           /* covered within the hour */
    double hourly_short_j;     /* of the share asked for, by hour */
};

static void end_hour(struct cover *c, double share_frac)
{
    c->hourly_j += fmin(c->hour_load_j, c->hour_covered_j);
    c->hourly_short_j += fmax(0.0, share_frac * c->hour_load_j - c->hour_covered_j);
    c->hour_load_j = c->hour_covered_j = 0.0;
}

static void settle_row(const struct wm_run *r, const struct wm_series_row *row, double length_s,
                       struct wm_ppa_account *accounts, struct cover *c)
{
    const struct wm_site *const site = &r->scenario->site;
    const struct wm_ppa *const ppa = site->ppas.items;
    const double tariff = row->energy_usd_per_mwh - site->tariff.delivery_usd_per_mwh;
    const struct wm_ppa_instant now = {
        length_s, tariff, wm_is_set(row->market_usd_per_mwh) ? row->market_usd_per_mwh : tariff};
    double left_w = row->meter_w;
    c->load_j += row->meter_w * length_s;
    c->hour_load_j += row->meter_w * length_s;
    for (size_t i = 0; i < site->ppas.n; i++) {
        const double before_j = accounts[i].energy_j;
        wm_ppa_settle(&ppa[i], &now, wm_agreement_given_w(site, &ppa[i], row->time_us), &left_w, &accounts[i]);
        if (!ppa[i].has_certificates)
            continue;
        c->covered_j += accounts[i].energy_j - before_j;
        c->hour_covered_j += accounts[i].energy_j - before_j;
    }
}

static void set_metrics(struct wm_run *r, const struct cover *c)
{
    const struct wm_certificates *const k = &r->scenario->site.certificates;
    struct wm_supply *const s = &r->results->supply;
    double energy_j = 0.0;
    for (size_t i = 0; i < s->n; i++)
        energy_j += s->ppa[i].energy_j;
    const bool hourly = k->matching == WM_MATCHING_HOURLY;
    const double short_j =
        hourly ? c->hourly_short_j : fmax(0.0, k->share_frac * c->load_j - c->covered_j);
    const double bought_j = k->matching == WM_MATCHING_NONE ? 0.0 : short_j;
    s->certificates_usd = bought_j / WM_J_PER_MWH * k->usd_per_mwh;
    if (s->n == 0 && k->matching == WM_MATCHING_NONE)
        return;
    const double annual = fmin(1.0, wm_ratio(c->covered_j + bought_j, c->load_j));
    const double fuel_kg = r->site.onsite.account.fuel_kg;
    SET(r, ppa_mwh, energy_j);
    SET(r, ppa_net_usd, wm_supply_net_usd(r->results));
    SET(r, certificate_cost_usd, s->certificates_usd);
    SET(r, matched_annual_frac, annual);
    SET(r, matched_hourly_frac,
        fmin(1.0, wm_ratio(c->hourly_j + (hourly ? bought_j : 0.0), c->load_j)));
    SET(r, carbon_market_kg, (r->site.account.carbon_kg - fuel_kg) * (1.0 - annual) + fuel_kg);
}

void wm_set_supply(struct wm_run *r)
{
    const struct wm_site *const site = &r->scenario->site;
    struct wm_supply *const s = &r->results->supply;
    struct wm_ppa_account *const accounts =
        WM_NEW_ARRAY(r->arena, struct wm_ppa_account, site->ppas.n + 1);
    struct cover c = {0};
    const size_t n = r->results->n_series;
    if (site->ppas.n == 0 && site->certificates.matching == WM_MATCHING_NONE)
        return;
    for (size_t i = 0; i < n; i++) {
        const struct wm_series_row *const row = &r->results->series[i];
        settle_row(r, row, r->site.account.time_s / (double)n, accounts, &c);
        if ((row->time_us / WM_US_PER_H) !=
            (i + 1 < n ? r->results->series[i + 1].time_us / WM_US_PER_H : INT64_MAX))
            end_hour(&c, site->certificates.share_frac);
    }
    s->ppa = accounts;
    s->n = site->ppas.n;
    set_metrics(r, &c);
}

static double net_usd(const struct wm_ppa_account *a)
{
    return a->strike_usd + a->index_usd - a->credit_usd;
}

double wm_supply_net_usd(const struct wm_results *r)
{
    double usd = 0.0;
    for (size_t i = 0; i < r->supply.n; i++)
        usd += net_usd(&r->supply.ppa[i]);
    return usd;
}

double wm_supply_by_load_usd(const struct wm_run *r)
{
    const struct wm_ppa *const ppa = r->scenario->site.ppas.items;
    const struct wm_supply *const s = &r->results->supply;
    double usd = s->certificates_usd;
    for (size_t i = 0; i < s->n; i++)
        if (ppa[i].settled == WM_PPA_ON_LOAD)
            usd += net_usd(&s->ppa[i]);
    return usd;
}
