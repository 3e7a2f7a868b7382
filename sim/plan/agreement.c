#include "agreement.h"

double wm_agreement_given_w(const struct wm_site *site, const struct wm_ppa *ppa, int64_t at_us)
{
    if (ppa->file == NULL)
        return ppa->power_w;
    const double offset_s = wm_site_utc_offset_s(site, ppa->file);
    return ppa->power_w * ppa->file->solar_frac[wm_site_year_row(ppa->file, at_us, offset_s)];
}

double wm_agreements_usd_per_mwh(const struct wm_site *site, const struct wm_surroundings *now,
                                 int64_t at_us, double meter_w)
{
    const struct wm_ppa *const ppa = site->ppas.items;
    const double tariff = now->energy_usd_per_mwh - site->tariff.delivery_usd_per_mwh;
    const double market = wm_is_set(now->system_usd_per_mwh) ? now->system_usd_per_mwh : tariff;
    double covered_w = 0.0;
    for (size_t i = 0; i < site->ppas.n; i++) {
        if (ppa[i].settled != WM_PPA_ON_LOAD)
            continue;
        covered_w += wm_agreement_given_w(site, &ppa[i], at_us);
        if (meter_w < covered_w)
            return wm_ppa_usd_per_mwh(&ppa[i], market) + site->tariff.delivery_usd_per_mwh;
    }
    return now->energy_usd_per_mwh;
}
