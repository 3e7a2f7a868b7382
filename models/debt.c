#include "wattmill/debt.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "wattmill/finance.h"
#include "wattmill/require.h"

static double grown(double rate_frac, double years)
{
    return expm1(years * log1p(rate_frac)); /* (1 + r)^L - 1 */
}

/* What a payment at the rate of `annual` over a part of a year comes to at its end. */
static double paid_in(double annual_usd, double rate_frac, double years)
{
    return rate_frac > 0.0 ? annual_usd * grown(rate_frac, years) / rate_frac : annual_usd * years;
}

static double secured_usd(const struct wm_debt_case *c, const struct wm_tranche *t, size_t p)
{
    return (t->of != WM_COLLATERAL_FACILITY ? c->it_usd[p] : 0.0) +
           (t->of != WM_COLLATERAL_IT ? c->facility_usd[p] : 0.0);
}

/* Periods of operation in which the tranche repays, and the cash in them that is not promised. */
struct service {
    size_t first, last; /* repays in periods first..last */
    double free_usd[WM_PERIODS_MAX];
    double present_usd; /* of free cash in first..last, when the first begins */
};

static struct service service_of(const struct wm_debt_case *c, const struct wm_tranche *t,
                                 const struct wm_debt *debt)
{
    struct service s = {.first = c->n + 1};
    double year = 0.0, first_begin = 0.0;
    for (size_t p = c->n_build + 1; p <= c->n; p++) {
        const struct wm_debt_period *const d = &debt->period[p];
        const double begin = year;
        year += c->length_years[p];
        s.free_usd[p] = fmax(0.0, c->cash_usd[p] - d->interest_usd - d->principal_usd - d->fee_usd);
        if (begin < t->grace_years - 1e-9 || begin > t->term_years - 1e-9)
            continue;
        if (p < s.first) {
            s.first = p;
            first_begin = begin;
        }
        s.last = p;
        s.present_usd += s.free_usd[p] / (1.0 + grown(t->rate_frac, year - first_begin));
    }
    return s;
}

/* Drawn with the capital, interest added: owed at the start of operation. */
static double build_up(const struct wm_debt_case *c, const struct wm_tranche *t, double scale,
                       struct wm_debt *debt)
{
    double owed = 0.0;
    for (size_t p = 0; p <= c->n_build; p++) {
        const double interest = p > 0 ? owed * grown(t->rate_frac, c->length_years[p]) : 0.0;
        const double draw = scale * t->share_frac * secured_usd(c, t, p);
        owed += interest + draw;
        debt->period[p].draw_usd += draw;
        debt->period[p].capitalised_usd += interest;
        debt->period[p].balance_usd += owed;
        debt->draws_usd += draw;
        debt->capitalised_usd += interest;
    }
    return owed;
}

static double owed_at_start(const struct wm_debt_case *c, const struct wm_tranche *t)
{
    struct wm_debt scratch;
    memset(&scratch, 0, sizeof scratch);
    return build_up(c, t, 1.0, &scratch);
}

/* A tranche while it is repaid. */
struct loan {
    double owed_usd, start_usd, rate_frac, year;
    double annual_usd; /* of the level payment; 0: to be set anew */
    double reserve_usd;
    bool is_refinanced;
};

static void refinance(const struct wm_tranche *t, struct loan *l, struct wm_debt_period *d)
{
    if (l->is_refinanced || l->year < t->refinance_years - 1e-9)
        return;
    d->fee_usd += t->refinance_fee_frac * l->owed_usd;
    l->rate_frac = t->refinance_rate_frac;
    l->is_refinanced = true;
    l->annual_usd = 0.0;
}

/* What is paid back of the debt by plan in period p, at most what is owed. */
static double planned_usd(const struct wm_debt_case *c, const struct wm_tranche *t,
                          const struct service *s, struct loan *l, size_t p, double interest_usd)
{
    if (p < s->first || p > s->last)
        return 0.0;
    double principal = 0.0;
    if (t->repayment == WM_REPAY_SCULPTED && !(t->refinance_years > 0.0 && l->is_refinanced)) {
        principal = s->present_usd > 0.0
                        ? s->free_usd[p] * l->start_usd / s->present_usd - interest_usd
                        : 0.0;
    } else {
        if (!(l->annual_usd > 0.0) && l->owed_usd > 0.0)
            l->annual_usd = l->owed_usd * wm_crf(l->rate_frac, t->term_years - l->year);
        principal = paid_in(l->annual_usd, l->rate_frac, c->length_years[p]) - interest_usd;
    }
    return fmin(l->owed_usd, principal);
}

/* Held from the start of operation, out of what was raised; back when nothing is owed. */
static void reserve(const struct wm_tranche *t, const struct wm_debt_case *c, struct loan *l,
                    size_t p, double service_usd, struct wm_debt *debt)
{
    if (p == c->n_build + 1 && t->reserve_months > 0.0) {
        l->reserve_usd = t->reserve_months / 12.0 * service_usd / c->length_years[p];
        debt->period[c->n_build].reserve_usd += l->reserve_usd;
    }
    if (p == c->n || l->owed_usd <= 1e-9 * l->start_usd) {
        debt->period[p].reserve_usd -= l->reserve_usd;
        l->reserve_usd = 0.0;
    }
}

static void repay(const struct wm_debt_case *c, const struct wm_tranche *t, const struct service *s,
                  double owed_usd, struct wm_debt *debt)
{
    struct loan l = {.owed_usd = owed_usd,
                     .start_usd = owed_usd,
                     .rate_frac = t->rate_frac,
                     .is_refinanced = !(t->refinance_years > 0.0)};
    for (size_t p = c->n_build + 1; p <= c->n; p++) {
        struct wm_debt_period *const d = &debt->period[p];
        refinance(t, &l, d);
        const double interest = l.owed_usd * grown(l.rate_frac, c->length_years[p]);
        const double principal = planned_usd(c, t, s, &l, p, interest);
        const double left = fmax(0.0, s->free_usd[p] - interest - principal);
        const double swept = fmin(l.owed_usd - principal, t->sweep_frac * left);
        l.owed_usd -= principal + swept;
        l.year += c->length_years[p];
        d->interest_usd += interest;
        d->principal_usd += principal + swept;
        d->swept_usd += swept;
        d->balance_usd += l.owed_usd;
        reserve(t, c, &l, p, interest + principal, debt);
    }
    debt->last_balance_usd += l.owed_usd;
}

void wm_debt_run(const struct wm_debt_case *c, struct wm_debt *debt)
{
    WM_REQUIRE(c->n < WM_PERIODS_MAX && c->n_build <= c->n);
    memset(debt, 0, sizeof *debt);
    for (size_t k = 0; k < c->n_tranches; k++) {
        const struct wm_tranche *const t = &c->tranches[k];
        const struct service s = service_of(c, t, debt);
        const double full = owed_at_start(c, t);
        const bool is_sized = t->repayment == WM_REPAY_SCULPTED && t->dscr_target > 0.0;
        const double most = is_sized ? s.present_usd / t->dscr_target : full;
        const double scale = full > 0.0 ? fmin(1.0, most / full) : 0.0;
        const double owed = build_up(c, t, scale, debt);
        debt->lent_usd += owed;
        repay(c, t, &s, owed, debt);
    }
}
