#include "wattmill/power_contract.h"

#include <math.h>

#include "wattmill/input.h"
#include "wattmill/site_year.h"
#include "wattmill/unit.h"

static const char *const kind_words[] = {"fixed", "index", NULL};
static const char *const settled_words[] = {"load", "produced", NULL};
static const char *const matching_words[] = {"none", "annual", "hourly", NULL};

// clang-format off
const struct wm_field wm_ppa_fields[] = {
    WM_TEXT_REQ(wm_ppa, name, "of the agreement"),
    WM_CHOICE(wm_ppa, kind, kind_words, "fixed", "fixed: usd_per_mwh; index: the market's price plus usd_per_mwh"),
    WM_REAL_REQ(wm_ppa, power_w, "contract_mw", WM_UNIT_MW, 0.001, 10000.0, "bought: at all hours, or nameplate of the file's output"),
    WM_FILE_AS(wm_ppa, file, "file", wm_solar_file_load, wm_site_year, "CSV of the plant's output over nameplate, hour_of_year or time and solar_frac, of sun or wind; left out: the same at all hours"),
    WM_CHOICE(wm_ppa, settled, settled_words, "load", "load: what the site draws, at most, in place of the tariff's energy; produced: all that is given, against the market's price (contract for difference)"),
    WM_REAL_REQ(wm_ppa, usd_per_mwh, "usd_per_mwh", WM_UNIT_USD_PER_MWH, -1000.0, 10000.0, "price, or what is added to the index", WM_USUAL(1.0, 300.0)),
    WM_REAL(wm_ppa, escalation_frac, WM_UNIT_FRAC, -0.5, 1.0, 0.0, "of that, per year from the start of operation"),
    WM_REAL(wm_ppa, term_years, WM_UNIT_YEAR, 0.1, 50.0, 15.0, "from the start of operation; 10 to 20 are usual (estimate)"),
    WM_FLAG(wm_ppa, has_certificates, true, "its certificates are the site's"),
    WM_FIELD_END,
};
const struct wm_field wm_certificates_fields[] = {
    WM_CHOICE(wm_certificates, matching, matching_words, "none", "none: none are bought; annual: over the run; hourly: in every hour"),
    WM_REAL(wm_certificates, share_frac, WM_UNIT_FRAC, 0.0, 1.0, 1.0, "of the energy at the meter that is to be covered"),
    WM_REAL(wm_certificates, usd_per_mwh, WM_UNIT_USD_PER_MWH, 0.0, 1000.0, 0.0, "of certificates beside agreements; of the hour where matching is hourly"),
    WM_FIELD_END,
};
// clang-format on

void wm_ppa_settle(const struct wm_ppa *p, const struct wm_ppa_instant *now, double given_w,
                   double *left_w, struct wm_ppa_account *a)
{
    const bool on_load = p->settled == WM_PPA_ON_LOAD;
    const double w = on_load ? fmin(given_w, *left_w) : given_w;
    const double mwh = w * now->length_s / WM_J_PER_MWH;
    *left_w -= on_load ? w : 0.0;
    a->energy_j += w * now->length_s;
    a->strike_usd += mwh * p->usd_per_mwh;
    a->index_usd += p->kind == WM_PPA_INDEX ? mwh * now->market_usd_per_mwh : 0.0;
    a->credit_usd += mwh * (on_load ? now->tariff_usd_per_mwh : now->market_usd_per_mwh);
}

struct wm_ppa_cash wm_ppa_cash_in(const struct wm_ppa *p, const struct wm_ppa_account *a,
                                  double power_escalation_frac, double from_years,
                                  double length_years)
{
    const double years = fmax(0.0, fmin(from_years + length_years, p->term_years) - from_years);
    const double power = years * pow(1.0 + power_escalation_frac, from_years);
    const double own = years * pow(1.0 + p->escalation_frac, from_years);
    return (struct wm_ppa_cash){own * a->strike_usd, power * (a->credit_usd - a->index_usd)};
}
