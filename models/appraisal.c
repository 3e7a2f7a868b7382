#include "wattmill/appraisal.h"

#include <math.h>

#include "asset.h"
#include "wattmill/numeric.h"
#include "wattmill/price_path.h"
#include "wattmill/require.h"

#define FACTOR_MAX 1000.0
#define ROUNDS_MAX 60 /* of debt shaped to cash after a tax that knows its interest */

/* Lengths and ends of the periods. */
static void lay_out(const struct wm_appraisal_terms *terms, const struct wm_appraisal_basis *b,
                    struct wm_appraisal *a)
{
    double end = 0.0;
    a->n_build = terms->n_build;
    a->n_years = terms->n_build + terms->n_years;
    for (size_t p = 1; p <= a->n_years; p++) {
        const size_t t = p > a->n_build ? p - a->n_build : 0; /* of operation */
        const double given = t == 0     ? terms->build_length_years[p - 1]
                             : b->years ? b->years[t - 1].years
                                        : 1.0;
        a->year[p].length_years = given > 0.0 ? given : 1.0;
        end += a->year[p].length_years;
        a->year[p].end_years = end;
    }
}

/* Owed by customers less owed by the site at the end of each year, and deposits: they come back. */
static void tie_up(const struct wm_appraisal_terms *terms, const struct wm_appraisal_basis *b,
                   struct wm_appraisal *a)
{
    double tied_usd = 0.0;
    a->year[0].tied_usd += b->security_usd;
    for (size_t p = a->n_build + 1; p <= a->n_years; p++) {
        struct wm_appraisal_year *const y = &a->year[p];
        const double owed_usd = (terms->receivable_years * y->revenue_usd -
                                 terms->payable_years * (y->power_usd + y->opex_usd)) /
                                y->length_years;
        const double asked_usd = p < a->n_years ? owed_usd : 0.0;
        const double ran = y->end_years - a->year[a->n_build].end_years;
        const double before = ran - y->length_years;
        const bool is_due = (before < terms->security_years && terms->security_years <= ran) ||
                            (p == a->n_years && terms->security_years > ran);
        y->tied_usd += asked_usd - tied_usd - (is_due ? b->security_usd : 0.0);
        tied_usd = asked_usd;
    }
}

/* Of period `t` of operation, before inflation; contracts apart. */
static double earned_usd(const struct wm_appraisal_basis *b, size_t t, double factor,
                         const struct wm_market_year *m, double length_years)
{
    const struct wm_run_year mean = {.revenue_usd = b->revenue_usd * length_years,
                                     .hours_usd = b->hours_usd * length_years,
                                     .grid_usd = b->grid_usd * length_years};
    const struct wm_run_year *const y = b->years != NULL ? &b->years[t - 1] : &mean;
    const double on_tokens = b->sells_no_tokens ? 1.0 : factor;
    const double on_hours = b->sells_no_tokens ? factor : 1.0;
    return y->revenue_usd * on_tokens * m->price * m->volume +
           y->hours_usd * on_hours * m->price + y->grid_usd;
}

/* Revenue to write-offs, before tax and debt; whether any lot was bought again. */
static bool operate(const struct wm_appraisal_terms *terms, const struct wm_appraisal_basis *b,
                    double factor, struct wm_appraisal *a)
{
    const struct wm_lot all = wm_it_lot(terms, b->it_capex_usd, 0, terms->n_years);
    const struct wm_lot facility = wm_facility_lot(terms, b->facility_capex_usd);
    const struct wm_lot grid = wm_grid_lot(terms, b->connection_usd);
    bool replaced = false;
    lay_out(terms, b, a);
    for (size_t i = 0; i < b->n_lots; i++)
        replaced |= wm_lot_own(terms, &b->lots[i], a);
    if (b->n_lots == 0)
        replaced |= wm_lot_own(terms, &all, a);
    for (size_t i = 0; i < b->n_onsite; i++)
        (void)wm_lot_own(terms, &b->onsite[i], a);
    (void)wm_lot_own(terms, &facility, a);
    (void)wm_lot_own(terms, &grid, a);
    const double start = a->year[a->n_build].end_years;
    for (size_t t = 1; t <= terms->n_years; t++) {
        struct wm_appraisal_year *const y = &a->year[a->n_build + t];
        const double later = y->end_years - y->length_years - start;
        const double power_usd =
            b->years ? b->years[t - 1].power_usd : b->power_usd * y->length_years;
        const double contract_usd = b->contract_usd != NULL ? b->contract_usd[t - 1] : 0.0;
        const double sold = t == 1 && terms->first_year_frac > 0.0 ? terms->first_year_frac : 1.0;
        const double dearer = pow(1.0 + terms->opex_escalation_frac, later);
        const struct wm_market_year m =
            wm_market_at(&terms->market, terms->price_half_life_years, dearer, later, (int)t - 1);
        y->price_frac = m.price;
        y->volume_frac = m.volume;
        y->saved_frac = m.saved_frac;
        if (m.is_undercut && a->undercut_year == 0)
            a->undercut_year = t;
        const double inflated = pow(1.0 + terms->inflation_frac, later);
        y->revenue_usd =
            sold * earned_usd(b, t, factor, &m, y->length_years) * inflated +
            contract_usd * (b->sells_no_tokens ? factor : 1.0);
        y->power_usd = power_usd * m.energy * pow(1.0 + terms->power_escalation_frac, later);
        if (b->supply != NULL)
            y->power_usd += b->supply[t - 1].paid_usd - b->supply[t - 1].credit_usd;
        y->opex_usd += y->length_years * b->opex_usd * dearer;
    }
    struct wm_appraisal_year *const end = &a->year[a->n_years];
    a->exit_usd = end->end_years - start < terms->contract_years - 1e-9 ? b->exit_usd : 0.0;
    end->opex_usd += a->exit_usd;
    tie_up(terms, b, a);
    return replaced;
}

static double operating_usd(const struct wm_appraisal_year *y)
{
    return y->revenue_usd - y->power_usd - y->opex_usd;
}

/* The project's tax, its flows and their worth. */
static void discount(const struct wm_appraisal_terms *terms, struct wm_appraisal *a)
{
    const double rate = log1p(terms->discount_rate_frac);
    struct wm_tax_carry carry = {0};
    double pv_usd = 0.0;
    for (size_t p = 0; p <= a->n_years; p++) {
        struct wm_appraisal_year *const y = &a->year[p];
        const double earned_usd = operating_usd(y) + y->residual_usd;
        if (p > a->n_build && terms->tax.rate_frac > 0.0)
            y->tax_usd = wm_tax_year_usd(&terms->tax, earned_usd, y->write_off_usd, 0.0, &carry);
        y->flow_usd = earned_usd - y->capex_usd - y->tax_usd - y->tied_usd;
        pv_usd += y->flow_usd * exp(-rate * y->end_years);
        y->cumulated_pv_usd = pv_usd;
    }
    a->npv_usd = pv_usd;
}

/* Capital that is spent until operation starts, by what secures it. */
struct first_capital {
    double it_usd[WM_PERIODS_MAX], facility_usd[WM_PERIODS_MAX];
};

static void split_capital(const struct wm_appraisal_basis *b, const struct wm_appraisal *a,
                          struct first_capital *c)
{
    for (size_t p = 0; p <= a->n_years; p++)
        c->it_usd[p] = c->facility_usd[p] = 0.0;
    for (size_t p = 0; p <= a->n_build; p++) {
        c->facility_usd[p] = a->n_build == 0  ? b->facility_capex_usd + b->connection_usd
                             : p < a->n_build ? a->year[p].capex_usd
                                              : 0.0;
        c->it_usd[p] = a->year[p].capex_usd - c->facility_usd[p];
    }
}

/* The owner's tax knows the interest, and debt that is shaped to cash knows the tax: round by round. */
static void borrow(const struct wm_appraisal_terms *terms, const struct wm_appraisal_basis *b,
                   struct wm_appraisal *a, struct wm_debt *debt)
{
    const struct wm_tranche whole = {.name = "debt",
                                     .share_frac = terms->debt_share_frac,
                                     .rate_frac = terms->debt_rate_frac,
                                     .term_years = (double)terms->debt_years};
    struct first_capital capital;
    double cash_usd[WM_PERIODS_MAX], length[WM_PERIODS_MAX];
    split_capital(b, a, &capital);
    struct wm_debt_case c = {.tranches = terms->n_tranches > 0 ? terms->tranches : &whole,
                             .n_tranches = terms->n_tranches > 0 ? terms->n_tranches : 1,
                             .n = a->n_years,
                             .n_build = a->n_build,
                             .length_years = length,
                             .it_usd = capital.it_usd,
                             .facility_usd = capital.facility_usd,
                             .cash_usd = cash_usd};
    for (size_t p = 0; p <= a->n_years; p++)
        length[p] = a->year[p].length_years;
    for (int round = 0; round < ROUNDS_MAX; round++) {
        struct wm_tax_carry carry = {0};
        double moved_usd = 0.0;
        for (size_t p = 0; p <= a->n_years; p++)
            cash_usd[p] =
                p > a->n_build ? operating_usd(&a->year[p]) - a->year[p].owner_tax_usd : 0.0;
        wm_debt_run(&c, debt);
        for (size_t p = a->n_build + 1; p <= a->n_years && terms->tax.rate_frac > 0.0; p++) {
            struct wm_appraisal_year *const y = &a->year[p];
            const double tax_usd =
                wm_tax_year_usd(&terms->tax, operating_usd(y) + y->residual_usd, y->write_off_usd,
                                debt->period[p].interest_usd + debt->period[p].fee_usd, &carry);
            moved_usd = fmax(moved_usd, fabs(tax_usd - y->owner_tax_usd));
            y->owner_tax_usd = tax_usd;
        }
        if (moved_usd <= 1e-12 * (1.0 + fabs(debt->lent_usd)))
            break;
    }
}

/* What lenders bring and take, and what is left to the owner. */
static void own(const struct wm_debt *debt, struct wm_appraisal *a)
{
    for (size_t p = 0; p <= a->n_years; p++) {
        struct wm_appraisal_year *const y = &a->year[p];
        const struct wm_debt_period *const d = &debt->period[p];
        const double cash_usd = operating_usd(y) - y->owner_tax_usd;
        y->interest_usd = d->interest_usd + d->fee_usd;
        y->principal_usd = d->principal_usd;
        y->drawn_usd = d->draw_usd;
        y->capitalised_usd = d->capitalised_usd;
        y->reserve_usd = d->reserve_usd;
        y->debt_usd = d->balance_usd;
        y->dscr = p > a->n_build
                      ? wm_dscr(cash_usd, y->interest_usd + y->principal_usd - d->swept_usd)
                      : (double)NAN;
        y->owner_flow_usd = cash_usd + y->residual_usd - y->capex_usd - y->tied_usd + d->draw_usd -
                            d->reserve_usd - y->interest_usd - y->principal_usd;
    }
    a->year[a->n_years].owner_flow_usd -= debt->last_balance_usd; /* the rest falls due */
    a->debt_usd = debt->lent_usd;
    a->idc_usd = debt->capitalised_usd;
    a->sources_usd = a->uses_usd = debt->capitalised_usd;
    for (size_t p = 0; p <= a->n_build; p++) {
        const struct wm_appraisal_year *const y = &a->year[p];
        a->uses_usd += y->capex_usd + y->tied_usd + y->reserve_usd;
        a->sources_usd += y->drawn_usd - y->owner_flow_usd;
    }
}

static double llcr(const struct wm_appraisal_terms *terms, const struct wm_appraisal *a)
{
    double present_usd = 0.0, rate = 0.0, weight = 0.0, term = 0.0;
    for (size_t k = 0; k < terms->n_tranches; k++) {
        rate += terms->tranches[k].rate_frac * terms->tranches[k].share_frac;
        weight += terms->tranches[k].share_frac;
        term = fmax(term, terms->tranches[k].term_years);
    }
    rate = weight > 0.0 ? rate / weight : terms->debt_rate_frac;
    term = weight > 0.0 ? term : (double)terms->debt_years;
    const double start = a->year[a->n_build].end_years;
    if (!(a->debt_usd > 0.0) || term > a->year[a->n_years].end_years - start + 1e-9)
        return (double)NAN;
    for (size_t p = a->n_build + 1; p <= a->n_years; p++) {
        const struct wm_appraisal_year *const y = &a->year[p];
        if (y->end_years - start <= term + 1e-9)
            present_usd +=
                (operating_usd(y) - y->owner_tax_usd) * pow(1.0 + rate, -(y->end_years - start));
    }
    return present_usd / a->debt_usd;
}

static void cover(const struct wm_appraisal_terms *terms, struct wm_appraisal *a)
{
    double sum = 0.0;
    size_t n = 0;
    a->dscr_min = a->dscr_mean = a->llcr = (double)NAN;
    for (size_t p = a->n_build + 1; p <= a->n_years; p++) {
        if (isnan(a->year[p].dscr))
            continue;
        a->dscr_min = fmin(a->dscr_min, a->year[p].dscr); /* fmin() passes over NAN */
        sum += a->year[p].dscr;
        n++;
    }
    if (n == 0)
        return;
    a->dscr_mean = sum / (double)n;
    a->llcr = llcr(terms, a);
}

/* Flows and when they fall due [years]; how many. */
static size_t flows_of(const struct wm_appraisal *a, bool owner, double flow[WM_PERIODS_MAX],
                       double at[WM_PERIODS_MAX])
{
    for (size_t p = 0; p <= a->n_years; p++) {
        flow[p] = owner ? a->year[p].owner_flow_usd : a->year[p].flow_usd;
        at[p] = a->year[p].end_years;
    }
    return a->n_years + 1;
}

static void rates(const struct wm_appraisal_terms *terms, struct wm_appraisal *a)
{
    double flow[WM_PERIODS_MAX], at[WM_PERIODS_MAX], roots[WM_IRR_ROOTS_MAX];
    const double r = terms->discount_rate_frac;
    size_t n = flows_of(a, false, flow, at);
    a->n_irr = wm_irr_at(flow, at, n, a->irr_frac);
    a->mirr_frac = wm_mirr_at(flow, at, n, r, r);
    a->payback_years = wm_payback_at(flow, at, n, 0.0);
    a->discounted_payback_years = wm_payback_at(flow, at, n, r);
    n = flows_of(a, true, flow, at);
    const bool has_owner = a->debt_usd > 0.0 && wm_irr_at(flow, at, n, roots) == 1;
    a->owner_irr_frac = has_owner ? roots[0] : (double)NAN;
}

/* Flows of the project alone; `factor` is on the price of what is sold. */
static bool flows(const struct wm_appraisal_terms *terms, const struct wm_appraisal_basis *basis,
                  double factor, struct wm_appraisal *a)
{
    *a = (struct wm_appraisal){0};
    const bool replaced = operate(terms, basis, factor, a);
    discount(terms, a);
    return replaced;
}

static bool has_owned(const struct wm_appraisal_basis *basis)
{
    for (size_t i = 0; i < basis->n_lots; i++)
        if (basis->lots[i].is_owned)
            return true;
    return false;
}

/* Whether IT that was bought at the start, or that was there, is at the end of its life then. */
static bool ends_a_life(const struct wm_appraisal_basis *basis, size_t life, size_t end)
{
    for (size_t i = 0; i < basis->n_lots; i++)
        if (basis->lots[i].is_owned && (end + wm_lot_gone_years(&basis->lots[i])) % life == 0)
            return true;
    return end % life == 0;
}

/*
 * The best of going on to the end and of giving up when a set of IT reaches the end of its life; the
 * terms then end there.
 */
static void decide(struct wm_appraisal_terms *terms, const struct wm_appraisal_basis *basis,
                   double factor, struct wm_appraisal *a)
{
    const size_t n = terms->n_years,
                 life = terms->it_life_years > 1.0 ? (size_t)lround(terms->it_life_years) : 1;
    const bool replaced = flows(terms, basis, factor, a);
    if (!terms->may_abandon || !replaced)
        return;
    for (size_t end = 1; end < n; end++) {
        if (!ends_a_life(basis, life, end))
            continue;
        struct wm_appraisal_terms shorter = *terms;
        struct wm_appraisal other;
        shorter.n_years = end;
        shorter.operation_years = 0.0;
        (void)flows(&shorter, basis, factor, &other);
        if (other.npv_usd > a->npv_usd) {
            other.abandoned_year = end;
            *a = other;
        }
    }
    if (a->abandoned_year > 0)
        terms->n_years = a->abandoned_year, terms->operation_years = 0.0;
}

struct scaled {
    const struct wm_appraisal_terms *terms;
    const struct wm_appraisal_basis *basis;
};

/* Of the better of going on and giving up, at this price. */
static double npv_at_factor(double factor, void *context)
{
    const struct scaled *const s = context;
    struct wm_appraisal_terms taken = *s->terms;
    struct wm_appraisal a;
    decide(&taken, s->basis, factor, &a);
    return a.npv_usd;
}

/* Factor on the price of what is sold at which the NPV is 0: on a straight line without tax and with one way to go on. */
static double zero_factor(const struct wm_appraisal_terms *terms,
                          const struct wm_appraisal_basis *basis)
{
    struct scaled s = {terms, basis};
    double factor = (double)NAN;
    const bool is_line = !(terms->tax.rate_frac > 0.0) &&
                         (!terms->may_abandon || (!has_owned(basis) && (double)terms->n_years <=
                                                                           terms->it_life_years));
    if (!is_line)
        return wm_root_brent(npv_at_factor, &s, 0.0, FACTOR_MAX, &factor) ? factor : (double)NAN;
    const double without = npv_at_factor(0.0, &s), with = npv_at_factor(1.0, &s);
    factor = with > without ? -without / (with - without) : (double)NAN;
    return factor >= 0.0 && factor <= FACTOR_MAX ? factor : (double)NAN;
}

/* Prices that stay: the site's own software goes on to gain. */
static struct wm_appraisal_terms at_level_prices(const struct wm_appraisal_terms *terms)
{
    struct wm_appraisal_terms flat = *terms;
    flat.price_half_life_years = (double)NAN;
    flat.market.gain_per_year = flat.market.competitor_price_frac = flat.market.elasticity = 0.0;
    flat.market.has_margin_floor = false;
    return flat;
}

double wm_appraisal_level_factor(const struct wm_appraisal_terms *terms,
                                 const struct wm_appraisal_basis *basis)
{
    const struct wm_appraisal_terms flat = at_level_prices(terms);
    return zero_factor(&flat, basis);
}

/* Of what new sellers save, what the path gives to customers. */
static double passed_on_frac(const struct wm_appraisal_terms *terms, const struct wm_appraisal *a)
{
    double given = 0.0, saved = 0.0;
    for (size_t p = a->n_build + 1; p <= a->n_years; p++) {
        const struct wm_appraisal_year *const y = &a->year[p];
        const double weight =
            y->length_years * y->volume_frac * pow(1.0 + terms->discount_rate_frac, -y->end_years);
        given += weight * (1.0 - y->price_frac);
        saved += weight * y->saved_frac;
    }
    return saved > 0.0 ? given / saved : (double)NAN;
}

struct wm_appraisal wm_appraisal(const struct wm_appraisal_terms *terms,
                                 const struct wm_appraisal_basis *basis)
{
    WM_REQUIRE(terms->n_years >= 1 && terms->n_years <= WM_APPRAISAL_YEARS_MAX &&
               terms->n_build <= WM_BUILD_YEARS_MAX);
    struct wm_appraisal a;
    struct wm_debt debt;
    struct wm_appraisal_terms taken = *terms;
    decide(&taken, basis, 1.0, &a);
    borrow(&taken, basis, &a, &debt);
    own(&debt, &a);
    cover(&taken, &a);
    rates(&taken, &a);
    a.price_factor = zero_factor(terms, basis);
    a.level_factor = wm_appraisal_level_factor(terms, basis);
    a.passed_on_frac = passed_on_frac(&taken, &a);
    return a;
}

struct wm_worth wm_appraisal_worth(const struct wm_appraisal_terms *terms,
                                   const struct wm_appraisal_basis *basis, double *pv_usd)
{
    struct wm_appraisal_terms taken = *terms;
    struct wm_appraisal a;
    double flow[WM_PERIODS_MAX], at[WM_PERIODS_MAX];
    decide(&taken, basis, 1.0, &a);
    for (size_t t = 0; pv_usd != NULL && t <= terms->n_years; t++) {
        const size_t period = a.n_build + t < a.n_years ? a.n_build + t : a.n_years;
        pv_usd[t] = a.year[period].cumulated_pv_usd;
    }
    const size_t n = flows_of(&a, false, flow, at);
    return (struct wm_worth){a.npv_usd, wm_irr_simple(flow, at, n)};
}
