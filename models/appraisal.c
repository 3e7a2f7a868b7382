#include "wattmill/appraisal.h"

#include <math.h>

#include "wattmill/numeric.h"
#include "wattmill/price_path.h"
#include "wattmill/require.h"

#define FACTOR_MAX 1000.0

/* Years after which a lot is replaced; beyond the appraisal when it lasts. */
static size_t whole_years(double life_years)
{
    return life_years > 1.0 ? (size_t)lround(life_years) : 1;
}

struct wm_lot wm_it_lot(const struct wm_appraisal_terms *terms, double usd, size_t buy, size_t sell)
{
    const size_t life = whole_years(terms->it_life_years), n = terms->n_years;
    return (struct wm_lot){.usd = usd,
                           .buy = buy,
                           .sell = sell,
                           .life_years = terms->it_life_years,
                           .residual_frac = terms->residual_it_frac,
                           .worn_years = (double)(n < life ? n : life)};
}

struct wm_lot wm_onsite_lot(double usd, double life_years)
{
    return (struct wm_lot){.usd = usd,
                           .sell = WM_APPRAISAL_YEARS_MAX,
                           .life_years = life_years,
                           .worn_years = (double)whole_years(life_years)};
}

/* A lot of an age over its price. */
static double worth_frac(const struct wm_lot *lot, size_t age)
{
    return 1.0 - (1.0 - lot->residual_frac) * fmin(1.0, (double)age / lot->worn_years);
}

static double write_off(const struct wm_appraisal_terms *terms, double capital_usd, double life,
                        size_t t)
{
    return wm_write_off_usd(terms->write_off, capital_usd, life, terms->write_off_frac,
                            terms->n_write_off, t);
}

/* Purchases, replacements, sale and write-offs of a lot. */
static void own(const struct wm_appraisal_terms *terms, const struct wm_lot *lot,
                struct wm_appraisal *a)
{
    const size_t life = whole_years(lot->life_years);
    const size_t end = lot->sell < terms->n_years ? lot->sell : terms->n_years;
    double book_usd = lot->usd;
    if (lot->buy >= terms->n_years)
        return;
    a->year[lot->buy].capex_usd += lot->usd;
    for (size_t t = lot->buy + 1; t <= end; t++) {
        struct wm_appraisal_year *const y = &a->year[t];
        const size_t age = (t - lot->buy - 1) % life + 1;
        const double off_usd =
            fmin(book_usd, write_off(terms, lot->usd, lot->life_years, age));
        book_usd -= off_usd;
        y->write_off_usd += off_usd;
        if (t < end && age < life)
            continue;
        /* sold, and what is left in the books with it; bought again unless this is the end */
        y->residual_usd += worth_frac(lot, age) * lot->usd;
        y->write_off_usd += book_usd;
        y->capex_usd += t < end ? lot->usd : 0.0;
        book_usd = lot->usd;
    }
}

static void own_facility(const struct wm_appraisal_terms *terms, double usd, struct wm_appraisal *a)
{
    double book_usd = usd;
    a->year[0].capex_usd += usd;
    for (size_t t = 1; t <= terms->n_years; t++) {
        const double off_usd = fmin(book_usd, write_off(terms, usd, terms->facility_life_years, t));
        book_usd -= off_usd;
        a->year[t].write_off_usd += off_usd;
    }
    a->year[terms->n_years].residual_usd += terms->residual_facility_frac * usd;
    a->year[terms->n_years].write_off_usd += book_usd;
}

/* Revenue to write-offs, before tax and debt. */
static void operate(const struct wm_appraisal_terms *terms, const struct wm_appraisal_basis *b,
                    double factor, struct wm_appraisal *a)
{
    const struct wm_lot all = wm_it_lot(terms, b->it_capex_usd, 0, terms->n_years);
    for (size_t i = 0; i < b->n_lots; i++)
        own(terms, &b->lots[i], a);
    if (b->n_lots == 0)
        own(terms, &all, a);
    for (size_t i = 0; i < b->n_onsite; i++)
        own(terms, &b->onsite[i], a);
    own_facility(terms, b->facility_capex_usd, a);
    for (size_t t = 1; t <= terms->n_years; t++) {
        struct wm_appraisal_year *const y = &a->year[t];
        const double later = (double)(t - 1);
        const double revenue_usd = b->years ? b->years[t - 1].revenue_usd : b->revenue_usd;
        const double power_usd = b->years ? b->years[t - 1].power_usd : b->power_usd;
        y->revenue_usd =
            wm_price_half_life(revenue_usd * factor, terms->price_half_life_years, later);
        y->power_usd = power_usd * pow(1.0 + terms->power_escalation_frac, later);
        y->opex_usd = b->opex_usd * pow(1.0 + terms->opex_escalation_frac, later);
    }
}

/* Tax on income after write-offs; `lost_usd` carries losses into later years. */
static double tax_usd(double rate_frac, double income_usd, double *lost_usd)
{
    const double taxable_usd = income_usd - *lost_usd;
    *lost_usd = fmax(0.0, -taxable_usd);
    return rate_frac * fmax(0.0, taxable_usd);
}

static void finance(const struct wm_appraisal_terms *terms, struct wm_appraisal *a)
{
    double lost_usd = 0.0, owner_lost_usd = 0.0, pv_usd = 0.0;
    a->debt_usd = terms->debt_share_frac * a->year[0].capex_usd;
    for (size_t t = 0; t <= terms->n_years; t++) {
        struct wm_appraisal_year *const y = &a->year[t];
        const double cash = y->revenue_usd - y->power_usd - y->opex_usd;
        const double income = cash + y->residual_usd - y->write_off_usd;
        y->dscr = (double)NAN;
        if (t > 0) {
            const struct wm_loan_year loan =
                wm_level_loan_year(a->debt_usd, terms->debt_rate_frac, terms->debt_years, t);
            y->interest_usd = loan.interest_usd;
            y->principal_usd = loan.principal_usd;
            y->tax_usd = tax_usd(terms->tax_rate_frac, income, &lost_usd);
            y->owner_tax_usd =
                tax_usd(terms->tax_rate_frac, income - y->interest_usd, &owner_lost_usd);
            y->dscr = wm_dscr(cash - y->owner_tax_usd, y->interest_usd + y->principal_usd);
        }
        const double before_tax = cash + y->residual_usd - y->capex_usd;
        y->flow_usd = before_tax - y->tax_usd;
        y->owner_flow_usd = before_tax - y->owner_tax_usd - y->interest_usd - y->principal_usd +
                            (t == 0 ? a->debt_usd : 0.0);
        pv_usd += y->flow_usd / pow(1.0 + terms->discount_rate_frac, (double)t);
        y->cumulated_pv_usd = pv_usd;
    }
    if (terms->debt_years > terms->n_years &&
        a->debt_usd > 0.0) /* the rest of the loan falls due */
        a->year[terms->n_years].owner_flow_usd -=
            wm_level_loan_year(a->debt_usd, terms->debt_rate_frac, terms->debt_years,
                               terms->n_years)
                .balance_usd;
    a->npv_usd = pv_usd;
}

static void cover(const struct wm_appraisal_terms *terms, struct wm_appraisal *a)
{
    double available_usd[WM_APPRAISAL_YEARS_MAX], sum = 0.0;
    size_t n = 0;
    a->dscr_min = a->dscr_mean = a->llcr = (double)NAN;
    for (size_t t = 1; t <= terms->n_years; t++) {
        const struct wm_appraisal_year *const y = &a->year[t];
        available_usd[t - 1] = y->revenue_usd - y->power_usd - y->opex_usd - y->owner_tax_usd;
        if (isnan(y->dscr))
            continue;
        a->dscr_min = fmin(a->dscr_min, y->dscr); /* fmin() passes over NAN */
        sum += y->dscr;
        n++;
    }
    if (n == 0)
        return;
    a->dscr_mean = sum / (double)n;
    if (terms->debt_years <= terms->n_years)
        a->llcr = wm_llcr(available_usd, terms->debt_years, a->debt_usd, terms->debt_rate_frac);
}

static void rates(const struct wm_appraisal_terms *terms, struct wm_appraisal *a)
{
    const size_t n = terms->n_years + 1;
    double flow[WM_APPRAISAL_YEARS_MAX + 1], owner[WM_APPRAISAL_YEARS_MAX + 1];
    double roots[WM_IRR_ROOTS_MAX];
    for (size_t t = 0; t < n; t++) {
        flow[t] = a->year[t].flow_usd;
        owner[t] = a->year[t].owner_flow_usd;
    }
    a->n_irr = wm_irr(flow, n, a->irr_frac);
    a->mirr_frac = wm_mirr(flow, n, terms->discount_rate_frac, terms->discount_rate_frac);
    a->payback_years = wm_payback(flow, n, 0.0);
    a->discounted_payback_years = wm_payback(flow, n, terms->discount_rate_frac);
    const bool has_owner = a->debt_usd > 0.0 && wm_irr(owner, n, roots) == 1;
    a->owner_irr_frac = has_owner ? roots[0] : (double)NAN;
}

/* `factor` scales revenue. */
static struct wm_appraisal flows(const struct wm_appraisal_terms *terms,
                                 const struct wm_appraisal_basis *basis, double factor)
{
    struct wm_appraisal a = {.n_years = terms->n_years};
    operate(terms, basis, factor, &a);
    finance(terms, &a);
    return a;
}

struct scaled {
    const struct wm_appraisal_terms *terms;
    const struct wm_appraisal_basis *basis;
};

static double npv_at_factor(double factor, void *context)
{
    const struct scaled *const s = context;
    return flows(s->terms, s->basis, factor).npv_usd;
}

struct wm_appraisal wm_appraisal(const struct wm_appraisal_terms *terms,
                                 const struct wm_appraisal_basis *basis)
{
    WM_REQUIRE(terms->n_years >= 1 && terms->n_years <= WM_APPRAISAL_YEARS_MAX);
    struct wm_appraisal a = flows(terms, basis, 1.0);
    cover(terms, &a);
    rates(terms, &a);
    struct scaled s = {terms, basis};
    if (!wm_root_brent(npv_at_factor, &s, 0.0, FACTOR_MAX, &a.price_factor))
        a.price_factor = (double)NAN;
    return a;
}
