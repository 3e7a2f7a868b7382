/* Lots: what is bought, worn, taxed, replaced and sold in an appraisal. */
#include "asset.h"

#include <math.h>

#include "wattmill/megawatt.h"

/* Years after which a lot is replaced; beyond the appraisal when it lasts. */
static size_t whole_years(double life_years)
{
    return life_years > 1.0 ? (size_t)lround(life_years) : 1;
}

static double operation_years(const struct wm_appraisal_terms *terms)
{
    return terms->operation_years > 0.0 ? terms->operation_years : (double)terms->n_years;
}

struct wm_lot wm_it_lot(const struct wm_appraisal_terms *terms, double usd, size_t buy, size_t sell)
{
    const double life = (double)whole_years(terms->it_life_years), n = operation_years(terms);
    return (struct wm_lot){.usd = usd,
                           .buy = buy,
                           .sell = sell,
                           .life_years = terms->it_life_years,
                           .residual_frac = terms->residual_it_frac,
                           .worn_years = fmin(n, life),
                           .asset = WM_ASSET_IT};
}

struct wm_lot wm_onsite_lot(double usd, double life_years)
{
    return (struct wm_lot){.usd = usd,
                           .sell = WM_APPRAISAL_YEARS_MAX,
                           .life_years = life_years,
                           .worn_years = (double)whole_years(life_years),
                           .asset = WM_ASSET_ONSITE};
}

struct wm_lot wm_facility_lot(const struct wm_appraisal_terms *terms, double usd)
{
    const bool by_life = isnan(terms->residual_facility_frac);
    return (struct wm_lot){.usd = usd,
                           .sell = WM_APPRAISAL_YEARS_MAX,
                           .life_years = terms->facility_life_years,
                           .residual_frac = by_life ? 0.0 : terms->residual_facility_frac,
                           .worn_years =
                               by_life ? terms->facility_life_years : operation_years(terms),
                           .asset = WM_ASSET_FACILITY};
}

struct wm_lot wm_grid_lot(const struct wm_appraisal_terms *terms, double usd)
{
    return (struct wm_lot){.usd = usd,
                           .sell = WM_APPRAISAL_YEARS_MAX,
                           .life_years = fmax(terms->facility_life_years, WM_APPRAISAL_YEARS_MAX),
                           .worn_years = 1e-9,
                           .asset = WM_ASSET_GRID};
}

double wm_lot_worth_frac(const struct wm_lot *lot, double age_years)
{
    if (isnan(lot->residual_frac))
        return wm_resale_frac(age_years);
    return 1.0 - (1.0 - lot->residual_frac) * fmin(1.0, age_years / lot->worn_years);
}

static double property_tax_usd(const struct wm_property_tax *tax, const struct wm_lot *lot,
                               size_t age)
{
    if (tax->n == 0 || lot->asset != WM_ASSET_IT)
        return 0.0;
    return tax->rate_frac * tax->assessed_frac[age < tax->n ? age - 1 : tax->n - 1] * lot->usd;
}

static double worth_factor(const struct wm_appraisal_terms *terms, const struct wm_lot *lot)
{
    return lot->asset == WM_ASSET_IT && terms->it_worth_factor > 0.0 ? terms->it_worth_factor : 1.0;
}

static double dearer(const struct wm_appraisal_terms *terms, const struct wm_appraisal_year *y)
{
    return pow(1.0 + terms->inflation_frac, y->end_years);
}

/* The facility is paid for along its curve, everything else when it comes. */
static void buy(const struct wm_appraisal_terms *terms, const struct wm_lot *lot, size_t at,
                struct wm_appraisal *a)
{
    if (lot->asset == WM_ASSET_GRID) {
        a->year[0].capex_usd += lot->usd;
        return;
    }
    if (lot->asset != WM_ASSET_FACILITY || a->n_build == 0) {
        a->year[at].capex_usd += lot->usd * dearer(terms, &a->year[at]);
        return;
    }
    for (size_t p = 0; p < a->n_build; p++)
        a->year[p].capex_usd += terms->build_frac[p] * lot->usd * dearer(terms, &a->year[p]);
}

size_t wm_lot_gone_years(const struct wm_lot *lot)
{
    const double last = (double)(whole_years(lot->life_years) - 1);
    return lot->is_owned ? (size_t)fmin(round(lot->age_years), last) : 0;
}

bool wm_lot_own(const struct wm_appraisal_terms *terms, const struct wm_lot *lot,
                struct wm_appraisal *a)
{
    static const struct wm_tax_mix five = {.five_frac = 1.0};
    const struct wm_tax_mix *const mix =
        lot->asset == WM_ASSET_FACILITY || lot->asset == WM_ASSET_GRID ? &terms->facility_mix
                                                                       : &five;
    const size_t life = whole_years(lot->life_years);
    const size_t end = lot->sell < terms->n_years ? lot->sell : terms->n_years;
    const size_t gone = wm_lot_gone_years(lot);
    double book_usd = lot->is_owned ? lot->book_usd : lot->usd;
    double age_years = lot->is_owned ? lot->age_years : 0.0;
    bool replaced = false, is_first = lot->is_owned;
    if (lot->buy >= terms->n_years)
        return false;
    if (!lot->is_owned)
        buy(terms, lot, a->n_build + lot->buy, a);
    for (size_t t = lot->buy + 1; t <= end; t++) {
        struct wm_appraisal_year *const y = &a->year[a->n_build + t];
        const size_t age = (t - lot->buy - 1 + gone) % life + 1;
        const double off_usd =
            fmin(book_usd, y->length_years * wm_tax_write_off_usd(&terms->tax, mix, lot->usd,
                                                                  lot->life_years, age));
        book_usd -= off_usd;
        age_years += y->length_years;
        y->write_off_usd += off_usd;
        y->opex_usd += y->length_years * property_tax_usd(&terms->it_tax, lot, age);
        if (t < end && age < life)
            continue;
        /* sold, and what is left in the books with it; bought again unless this is the end */
        const double worth_usd = is_first && !isnan(lot->salvage_usd)
                                     ? lot->salvage_usd
                                     : wm_lot_worth_frac(lot, age_years) * lot->usd;
        y->residual_usd += worth_factor(terms, lot) * worth_usd * dearer(terms, y);
        is_first = false;
        y->write_off_usd += book_usd;
        y->capex_usd += t < end ? lot->usd * dearer(terms, y) : 0.0;
        replaced = replaced || t < end;
        book_usd = lot->usd;
        age_years = 0.0;
    }
    return replaced;
}
