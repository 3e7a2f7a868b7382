/*
 * How likely a claim holds: its figure drawn with the errors of the model and the ranges of its conditions.
 * A factor of each entry acts with a power; the rest of a total cost is shared as published (below).
 */
#include <math.h>

#include "claim_rows.h"
#include "wattmill/rng.h"
#include "wattmill/stats.h"
#include "wattmill/uncertainty.h"

const char *const claim_spread_words[] = {
    "none",   "per-gpu", "per-mw", "rubin-per-mw", "old-end",      "old-ladder", "slide",
    "change", "energy",  "cap",    "draw",         "share-cash",   "share-rent", "share-total",
    "cost",   "hall",    "rent",   "tokens",       "rubin-tokens", "per-kw",     "kw",
    NULL};

#define SEED       42
#define MOST_TERMS 4

struct term {
    const char *entry; /* of uncertainties */
    double power;
};

/* Power with which a computed loss rises as a cap falls: ln(27.9 / 8.2) / ln(0.75 / 0.5), power-cap-50 and -75. */
#define CAP_POWER 3.0
/* Epoch AI, May 2026: servers are 0.6 of the total cost; the hall's 0.25 is an estimate. */
#define IT_OF_REST   0.6
#define HALL_OF_REST 0.25
/* Rent of a hall follows its price; of a tenant's bill without power this much is rent (estimate). */
#define RENT_OF_BILL 0.7

// clang-format off
static const struct spread {
    bool is_share; /* percent of a sum: factors act on part / rest */
    struct term terms[MOST_TERMS];
} spreads[] = {
    [CLAIM_SPREAD_NONE]         = {0},
    [CLAIM_SPREAD_PER_GPU]      = {false, {{"serving-ratio", 1.0}}},
    [CLAIM_SPREAD_PER_MW]       = {false, {{"serving-ratio", 1.0}, {"nameplate-ratio", 1.0}}},
    [CLAIM_SPREAD_RUBIN_PER_MW] = {false, {{"unmeasured-part", 1.0}, {"serving-ratio", 1.0}, {"nameplate-ratio", 1.0}}},
    [CLAIM_SPREAD_OLD_END]      = {false, {{"unmeasured-part", 1.0}, {"old-end", -1.0}, {"nameplate-ratio", 1.0}}},
    [CLAIM_SPREAD_OLD_LADDER]   = {false, {{"serving-model", 1.0}, {"old-end", -1.0}, {"nameplate-ratio", 1.0}}},
    [CLAIM_SPREAD_SLIDE]        = {false, {{"unmeasured-part", 1.0}, {"nameplate-ratio", 1.0}}},
    [CLAIM_SPREAD_CHANGE]       = {false, {{"serving-change", 1.0}}},
    [CLAIM_SPREAD_ENERGY]       = {false, {{"energy-ratio", 1.0}}},
    [CLAIM_SPREAD_CAP]          = {false, {{"board-power", CAP_POWER}}},
    [CLAIM_SPREAD_DRAW]         = {false, {{"board-power", -1.0}}},
    [CLAIM_SPREAD_SHARE_CASH]   = {true,  {{"energy-price", 1.0}, {"facility-capex", -HALL_OF_REST}}},
    [CLAIM_SPREAD_SHARE_RENT]   = {true,  {{"energy-price", 1.0}, {"facility-capex", -RENT_OF_BILL}}},
    [CLAIM_SPREAD_SHARE_TOTAL]  = {true,  {{"energy-price", 1.0}, {"it-capex", -IT_OF_REST}, {"facility-capex", -HALL_OF_REST}}},
    [CLAIM_SPREAD_COST]         = {false, {{"it-capex", IT_OF_REST}, {"facility-capex", HALL_OF_REST}}},
    [CLAIM_SPREAD_HALL]         = {false, {{"facility-capex", RENT_OF_BILL}, {"it-capex", -IT_OF_REST}}},
    [CLAIM_SPREAD_RENT]         = {false, {{"gpu-rent", 1.0}, {"nameplate-ratio", -1.0}}},
    [CLAIM_SPREAD_TOKENS]       = {false, {{"price-over-list", 1.0}, {"serving-model", 1.0}, {"nameplate-ratio", -1.0}}},
    [CLAIM_SPREAD_RUBIN_TOKENS] = {false, {{"price-over-list", 1.0}, {"serving-model", 1.0}, {"unmeasured-part", 1.0}, {"nameplate-ratio", -1.0}}},
    [CLAIM_SPREAD_PER_KW]       = {false, {{"nameplate-ratio", -1.0}}},
    [CLAIM_SPREAD_KW]           = {false, {{"nameplate-ratio", 1.0}}},
};
// clang-format on

/* Quantiles of a spread's entries; an entry that the catalogue does not have counts as certain. */
static size_t tables(struct study *s, const struct spread *f, struct wm_quantiles *q)
{
    size_t n = 0;
    for (; n < MOST_TERMS && f->terms[n].entry != NULL; n++) {
        static const struct wm_uncertainty certain = {.dist = WM_SPREAD_FIXED, .mode = 1.0};
        const struct wm_uncertainty *const u =
            (const void *)wm_catalog_find(s->catalog, WM_CATALOG_uncertainty, f->terms[n].entry);
        wm_uncertainty_table(u != NULL ? u : &certain, &q[n]);
    }
    return n;
}

static double with_factor(double value, double factor, bool is_share)
{
    if (!is_share)
        return value * factor;
    const double part = 0.01 * value * factor;
    return 100.0 * part / (part + 1.0 - 0.01 * value);
}

void claim_draw(struct study *s, enum claim_spread spread, struct wm_claim *c)
{
    const struct spread *const f = &spreads[spread];
    c->holds_prob = (double)NAN;
    c->computed_p10 = c->computed_p90 = c->computed;
    if (isnan(c->computed))
        return;
    struct wm_quantiles q[MOST_TERMS];
    const size_t n_terms = tables(s, f, q);
    double *const drawn = WM_NEW_ARRAY(s->arena, double, WM_CLAIM_DRAWS);
    struct wm_rng rng = wm_rng_stream(SEED, c->id, 0);
    size_t n_met = 0;
    for (size_t i = 0; i < WM_CLAIM_DRAWS; i++) {
        double factor = 1.0;
        for (size_t k = 0; k < n_terms; k++)
            factor *= pow(wm_quantile_at(&q[k], wm_rng_normal(&rng)), f->terms[k].power);
        drawn[i] = with_factor(c->computed, factor, f->is_share);
        n_met += claim_is_met(c, drawn[i]);
    }
    wm_sort(drawn, WM_CLAIM_DRAWS);
    c->computed_p10 = drawn[WM_CLAIM_DRAWS / 10];
    c->computed_p90 = drawn[WM_CLAIM_DRAWS - WM_CLAIM_DRAWS / 10];
    if (isfinite(c->published_high))
        c->holds_prob = (double)n_met / WM_CLAIM_DRAWS;
}
