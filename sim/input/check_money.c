/* Checks of what is sold and of the appraisal that concern several keys at once. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fields.h"
#include "wattmill/civil.h"
#include "wattmill/scenario.h"

/* A deck older than this at the start of the run is told. */
#define OLD_US (366 * 24 * WM_US_PER_H)

static void check_table(const struct wm_economics *e, struct wm_diags *diags)
{
    const struct wm_list *const table = &e->tax_table;
    const struct wm_capital_share *const years = table->items;
    const bool is_table = e->tax_write_off == WM_WRITE_OFF_TABLE;
    double sum = 0.0;
    for (size_t i = 0; i < table->n; i++)
        sum += years[i].share_frac;
    if (is_table != (table->n > 0))
        wm_diag_add(diags, WM_E211, NULL, "economics.tax_table",
                    "and tax_write_off \"table\" go together");
    if (sum > 1.0 + 1e-9)
        wm_diag_add(diags, WM_E211, NULL, "economics.tax_table",
                    "sums to %g, more than the capital", sum);
    if (table->n > WM_TAX_TABLE_MAX)
        wm_diag_add(diags, WM_E211, NULL, "economics.tax_table", "has %zu years, at most %d",
                    table->n, WM_TAX_TABLE_MAX);
}

static double sum_of(const struct wm_list *shares)
{
    const struct wm_capital_share *const item = shares->items;
    double sum = 0.0;
    for (size_t i = 0; i < shares->n; i++)
        sum += item[i].share_frac;
    return sum;
}

static void check_construction(const struct wm_construction *c, struct wm_diags *diags)
{
    const size_t n = (size_t)ceil(c->years - 1e-9);
    if (c->curve.n > 0 && c->curve.n != n)
        wm_diag_add(diags, WM_E211, NULL, "economics.construction.curve",
                    "has %zu shares, but %g years of construction begin %zu", c->curve.n, c->years,
                    n);
    if (c->curve.n > 0 && fabs(sum_of(&c->curve) - 1.0) > 1e-9)
        wm_diag_add(diags, WM_E211, NULL, "economics.construction.curve",
                    "sums to %g; all of the capital is spent: 1", sum_of(&c->curve));
}

static void check_debt(const struct wm_economics *e, struct wm_diags *diags)
{
    const struct wm_tranche *const t = e->debt.items;
    double it = 0.0, facility = 0.0;
    if (e->debt.n > WM_TRANCHES_MAX)
        wm_diag_add(diags, WM_E211, NULL, "economics.debt", "has %zu tranches, at most %d",
                    e->debt.n, WM_TRANCHES_MAX);
    for (size_t i = 0; i < e->debt.n; i++) {
        it += t[i].of != WM_COLLATERAL_FACILITY ? t[i].share_frac : 0.0;
        facility += t[i].of != WM_COLLATERAL_IT ? t[i].share_frac : 0.0;
        if (t[i].grace_years > t[i].term_years - 1.0)
            wm_diag_add(diags, WM_E211, NULL,
                        wm_arena_printf(diags->arena, "economics.debt.%zu.grace_years", i),
                        "grace of %g years leaves less than a year of its term of %g to repay",
                        t[i].grace_years, t[i].term_years);
    }
    if (it > 1.0 + 1e-9 || facility > 1.0 + 1e-9)
        wm_diag_add(diags, WM_E211, NULL, "economics.debt",
                    "lends %g of IT and %g of the facility, at most 1", it, facility);
}

/* What is sold by the hour names pools that are there, and sells none of them twice. */
static void check_gpu_sales(const struct wm_scenario *s, struct wm_diags *diags)
{
    const struct wm_gpu_sale *const sale = s->economics.gpu_sales.items;
    const struct wm_fleet *const fleet = s->fleet.items;
    const size_t n = s->economics.gpu_sales.n;
    for (size_t i = 0; i < n; i++) {
        bool found = sale[i].pool[0] == '\0';
        for (size_t k = 0; k < s->fleet.n; k++)
            found = found || strcmp(fleet[k].name, sale[i].pool) == 0;
        if (!found)
            wm_diag_add(diags, WM_E211, NULL,
                        wm_arena_printf(diags->arena, "economics.gpu_sales.%zu.pool", i),
                        "\"%s\" is not in fleet", sale[i].pool);
    }
    for (size_t k = 0; k < s->fleet.n; k++) {
        double share = 0.0;
        for (size_t i = 0; i < n; i++)
            share += sale[i].pool[0] == '\0' || strcmp(fleet[k].name, sale[i].pool) == 0
                         ? sale[i].share_frac
                         : 0.0;
        if (share > 1.0 + 1e-9)
            wm_diag_add(diags, WM_E211, NULL, "economics.gpu_sales", "sell %g of pool \"%s\"",
                        share, fleet[k].name);
    }
    if (s->economics.ledger.sells == WM_SELLS_GPU_HOURS && n == 0)
        wm_diag_add(diags, WM_E211, NULL, "economics.gpu_sales",
                    "is empty, but ledger %s sells gpu-hours: give at least one sale",
                    s->economics.ledger.head.name);
}

/* Against the start of the run, never against today: a scenario means the same every day. */
static void check_deck(const struct wm_scenario *s, const struct wm_workload *w,
                       struct wm_diags *diags)
{
    const struct wm_deck *const deck = w->price.deck;
    char day[32];
    const int64_t start_us = wm_scenario_span(s).start_us;
    int64_t as_of_us = 0;
    if (deck == NULL)
        return;
    if (deck->ended_us <= start_us)
        wm_diag_add(diags, WM_W932, NULL, w->name,
                    "price.deck %s: nothing is sold at these prices since %.10s, before the run "
                    "starts; see wattmill catalog price_decks",
                    deck->head.name, wm_time_text(deck->ended_us, day));
    else if (wm_time_parse(deck->head.as_of, &as_of_us) && start_us - as_of_us > OLD_US)
        wm_diag_add(diags, WM_W931, NULL, w->name,
                    "price.deck %s is of %s, over a year before the run starts", deck->head.name,
                    deck->head.as_of);
}

/* One thing makes prices fall; what is read names what it acts on. */
static void check_market(const struct wm_economics *e, struct wm_diags *diags)
{
    const struct wm_market_choice *const m = &e->market;
    if (m->gain_per_year > 0.0 && !isnan(e->price_half_life_years))
        wm_diag_add(diags, WM_E211, NULL, "economics.market.gain_per_year",
                    "and price_half_life_years would lower prices twice: give one");
    if (isnan(m->competitor_price_frac) && !isnan(m->competitor_half_life_years))
        wm_diag_add(diags, WM_E211, NULL, "economics.market.competitor_half_life_years",
                    "needs a competitor_price_frac");
}

static void check_tiers(const struct wm_workload *w, struct wm_diags *diags)
{
    const struct wm_speed_tier *const tier = w->price.speed_tiers.items;
    const size_t n = w->price.speed_tiers.n;
    for (size_t i = 1; i < n; i++)
        if (tier[i].tok_per_s_per_user <= tier[i - 1].tok_per_s_per_user)
            wm_diag_add(diags, WM_E211, NULL, w->name,
                        "price.speed_tiers: %g tok/s follows %g; they must rise",
                        tier[i].tok_per_s_per_user, tier[i - 1].tok_per_s_per_user);
    if (n > 0 && w->kind != WM_WORKLOAD_REQUEST)
        wm_diag_add(diags, WM_E211, NULL, w->name,
                    "price.speed_tiers are of kind request: nobody waits for the others' tokens");
}

static void check_exit(const struct wm_interconnection *i, struct wm_diags *diags)
{
    if (i->exit_usd_per_mw > 0.0 && !(i->term_years > 0.0))
        wm_diag_add(diags, WM_W933, NULL, "site.interconnection.exit_usd_per_mw",
                    "= %g USD/MW has no effect: site.interconnection.term_years says until when it is owed",
                    i->exit_usd_per_mw);
}

void wm_check_money(const struct wm_scenario *scenario, struct wm_diags *diags)
{
    const struct wm_workload *const w = scenario->workloads.items;
    check_table(&scenario->economics, diags);
    check_market(&scenario->economics, diags);
    check_construction(&scenario->economics.construction, diags);
    check_exit(&scenario->site.interconnection, diags);
    check_debt(&scenario->economics, diags);
    check_gpu_sales(scenario, diags);
    if (scenario->economics.tax_facility_5_frac + scenario->economics.tax_facility_15_frac > 1.0)
        wm_diag_add(diags, WM_E211, NULL, "economics.tax_facility_15_frac",
                    "and tax_facility_5_frac are more than the facility together");
    for (size_t i = 0; i < scenario->workloads.n; i++) {
        check_tiers(&w[i], diags);
        bool told = false;
        for (size_t k = 0; k < i; k++)
            told = told || w[k].price.deck == w[i].price.deck;
        if (!told)
            check_deck(scenario, &w[i], diags);
    }
}
