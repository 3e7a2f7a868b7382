/* What the rows of a tariff cannot say. */
#include <math.h>
#include <stdio.h>

#include "wattmill/diag.h"
#include "wattmill/tariff.h"
#include "wattmill/unit.h"

/* Where a mistake is. */
struct at {
    const char *path; /* of the tariff */
    const struct wm_charge *charge;
    size_t index;
    struct wm_diags *diags;
};

static void wrong(const struct at *at, const char *key, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s.charges.%zu%s%s", at->path, at->index, key[0] ? "." : "", key);
    wm_diag_add(at->diags, WM_E211, NULL, path, "%s", text);
}

static bool is_window(double window_s)
{
    return window_s < 901.0 || fabs(window_s - 1800.0) < 1.0 || window_s > 3599.0;
}

/* Which prices a basis takes. */
enum { BY_MWH = 1, BY_KW = 2, BY_MONTH = 4, IN_TIERS = 8 };
static const struct {
    unsigned prices;
    const char *needs;
} rules[WM_N_CHARGE_BASES] = {
    [WM_CHARGE_ENERGY] = {BY_MWH | IN_TIERS,
                          "basis energy needs usd_per_mwh or tiers of it, nothing else"},
    [WM_CHARGE_DEMAND] = {BY_KW | IN_TIERS,
                          "basis demand needs one of usd_per_kw_month, usd_per_kw_year, "
                          "usd_per_mw_day or tiers of usd_per_kw_month, nothing else"},
    [WM_CHARGE_CONTRACT] = {BY_KW, "basis contract needs one of usd_per_kw_month, usd_per_kw_year, "
                                   "usd_per_mw_day, nothing else"},
    [WM_CHARGE_COINCIDENT] = {BY_KW,
                              "basis coincident needs one of usd_per_kw_month, usd_per_kw_year, "
                              "usd_per_mw_day, nothing else"},
    [WM_CHARGE_MONTH] = {BY_MONTH, "basis month needs usd_per_month, nothing else"},
    [WM_CHARGE_TAKE] = {BY_MWH, "basis take needs usd_per_mwh, nothing else"},
    [WM_CHARGE_MINIMUM] = {BY_MONTH, "basis minimum needs usd_per_month, nothing else"},
};

static unsigned given(const struct wm_charge *c, int *n)
{
    const int n_kw = (int)wm_is_set(c->usd_per_kw_month) + (int)wm_is_set(c->usd_per_kw_year) +
                     (int)wm_is_set(c->usd_per_mw_day);
    *n = (int)wm_is_set(c->usd_per_mwh) + n_kw + (int)wm_is_set(c->usd_per_month) +
         (c->tiers.n > 0 ? 1 : 0);
    return (wm_is_set(c->usd_per_mwh) ? BY_MWH : 0U) | (n_kw > 0 ? BY_KW : 0U) |
           (wm_is_set(c->usd_per_month) ? BY_MONTH : 0U) | (c->tiers.n > 0 ? IN_TIERS : 0U);
}

static void check_price(const struct at *at)
{
    int n = 0;
    const unsigned prices = given(at->charge, &n);
    if (n != 1 || (prices & ~rules[at->charge->basis].prices) != 0)
        wrong(at, "", rules[at->charge->basis].needs);
}

/* End of a tier in the one unit it is given in; NAN: without; -1: in several or another's. */
static double end_of(const struct wm_charge_tier *t, bool is_demand)
{
    const int n =
        (int)wm_is_set(t->up_to_j) + (int)wm_is_set(t->up_to_use_s) + (int)wm_is_set(t->up_to_w);
    if (n > 1 || (n == 1 && is_demand != wm_is_set(t->up_to_w)))
        return -1.0;
    return is_demand ? t->up_to_w : wm_is_set(t->up_to_j) ? t->up_to_j : t->up_to_use_s;
}

static void check_tiers(const struct at *at)
{
    const struct wm_list *const list = &at->charge->tiers;
    const struct wm_charge_tier *const t = list->items;
    const bool is_demand = at->charge->basis == WM_CHARGE_DEMAND;
    double last = 0.0;
    if (list->n > WM_CHARGE_TIERS)
        wrong(at, "tiers", "has more than 8 blocks");
    for (size_t i = 0; i < list->n; i++) {
        const double end = end_of(&t[i], is_demand);
        const bool is_last = i + 1 == list->n;
        if (is_demand ? !wm_is_set(t[i].usd_per_kw_month) : !wm_is_set(t[i].usd_per_mwh))
            wrong(at, "tiers",
                  is_demand ? "each block needs usd_per_kw_month" : "each block needs usd_per_mwh");
        else if (is_last == wm_is_set(end) || (!is_last && end <= last))
            wrong(at, "tiers",
                  is_demand ? "blocks rise by up_to_mw; the last has none"
                            : "blocks rise by up_to_mwh or up_to_hours_use, one of "
                              "them; the last has none");
        last = end;
    }
}

static void check_ramp(const struct at *at)
{
    const struct wm_charge_step *const s = at->charge->ramp.items;
    if (at->charge->ramp.n > WM_CHARGE_RAMP)
        wrong(at, "ramp", "has more than 16 steps");
    for (size_t i = 1; i < at->charge->ramp.n; i++)
        if (s[i].from_us <= s[i - 1].from_us)
            wrong(at, "ramp", "steps must rise in time");
}

/* Whether the hours hold at any time at which no period before `n` does. */
static bool ever_holds(const struct wm_tariff *t, const struct wm_tariff_hours *hours, int n)
{
    static const enum wm_day_kind days[] = {WM_DAY_WEEKDAY, WM_DAY_SATURDAY, WM_DAY_SUNDAY};
    for (int month = 1; month <= 12; month++)
        for (size_t d = 0; d < 3; d++)
            for (int q = 0; q < 96; q++) {
                if (!wm_tariff_hours_hold(hours, month, days[d], 900.0 * q))
                    continue;
                const int first = wm_tariff_period_at(t, month, days[d], 900.0 * q);
                if (first < 0 || first >= n)
                    return true;
            }
    return false;
}

static void check_charge(const struct wm_tariff *t, const struct at *at)
{
    const struct wm_charge *const c = at->charge;
    const bool is_coincident = c->basis == WM_CHARGE_COINCIDENT;
    check_price(at);
    check_tiers(at);
    check_ramp(at);
    if (is_coincident != (c->peaks != WM_COINCIDENT_NONE))
        wrong(at, "peaks", "and basis coincident go together");
    if (wm_is_set(c->window_s) && !is_window(c->window_s))
        wrong(at, "window_min", "must be 15, 30 or 60");
    if (c->to_w <= c->from_w)
        wrong(at, "to_mw", "must be above from_mw");
    if (c->service != WM_SERVICE_ALL && (c->from_w > 0.0 || wm_is_set(c->to_w)))
        wrong(at, "service", "names the part of the load: leave out from_mw and to_mw");
    if (c->to_us <= c->from_us)
        wrong(at, "to", "must be after from");
    if (c->basis == WM_CHARGE_TAKE && c->min_frac <= 0.0 && c->min_w <= 0.0 && c->ramp.n == 0)
        wrong(at, "min_frac", "basis take needs a floor: min_frac, min_mw or ramp");
    if (!ever_holds(t, &c->hours, 0))
        wrong(at, "", "no hour of any year fits it");
}

void wm_tariff_check(const struct wm_tariff *tariff, const char *path, struct wm_diags *diags)
{
    const struct wm_tariff_period *const p = tariff->periods.items;
    const struct wm_charge *const c = tariff->charges.items;
    char key[256];
    if (tariff->periods.n > WM_TARIFF_PERIODS) {
        snprintf(key, sizeof key, "%s.periods", path);
        wm_diag_add(diags, WM_E211, NULL, key, "has %zu entries, at most %d are read",
                    tariff->periods.n, WM_TARIFF_PERIODS);
    }
    if (tariff->charges.n > WM_TARIFF_CHARGES) {
        snprintf(key, sizeof key, "%s.charges", path);
        wm_diag_add(diags, WM_E211, NULL, key, "has %zu entries, at most %d are read",
                    tariff->charges.n, WM_TARIFF_CHARGES);
    }
    if (!is_window(60.0 * (double)tariff->demand_window_min)) {
        snprintf(key, sizeof key, "%s.demand_window_min", path);
        wm_diag_add(diags, WM_E211, NULL, key, "must be 15, 30 or 60");
    }
    for (size_t i = 0; i < tariff->periods.n && i < WM_TARIFF_PERIODS; i++) {
        snprintf(key, sizeof key, "%s.periods.%zu", path, i);
        if (!ever_holds(tariff, &p[i].hours, (int)i))
            wm_diag_add(diags, WM_W907, NULL, key,
                        "\"%s\" never holds: no hour fits it, or periods before it take them all",
                        p[i].name);
    }
    for (size_t i = 0; i < tariff->charges.n && i < WM_TARIFF_CHARGES; i++)
        check_charge(tariff, &(struct at){path, &c[i], i, diags});
}
