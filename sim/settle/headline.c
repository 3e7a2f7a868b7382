/* What the first screen begins with: results that no source knows, prices that nobody asks. */
#include "headline.h"

#include <math.h>
#include <string.h>

#include "wattmill/civil.h"

/* A published span and what is compared with it. */
struct span {
    enum wm_metric metric;
    double low, high;
    const char *who;    /* "... times what <who>" */
    const char *source; /* of the span */
    bool per_gpu;       /* of parts of one kind: a mean over two kinds has no span */
};

/* Outside these a reader should ask why. */
static const struct span spans[] = {
    {WM_METRIC_revenue_usd_per_mw_utility_year, 6e6, 30e6, "clouds report per MW",
     "CoreWeave 2025, IREN-Microsoft, Oracle-OpenAI, SemiAnalysis' AI clouds 10 to 12 MUSD", false},
    {WM_METRIC_revenue_usd_per_gpu_hour, 1.25, 8.50, "GPUs rent for",
     "rents of A100 to VR200, 3-year contracts (SemiAnalysis InferenceX, Jul-Sep 2026)", true},
    {WM_METRIC_tco_usd_per_mw_utility_year, 4.5e6, 14e6, "sites cost per MW",
     "total costs of MI355X to GB300 (SemiAnalysis InferenceX, Apr 2026)", false},
    {WM_METRIC_site_kw_per_gpu, 1.1, 3.5, "accelerators draw all-in",
     "all-in power of TPU7x to VR200 (SemiAnalysis InferenceX, Jul-Sep 2026)", true},
};
enum { N_SPANS = sizeof spans / sizeof *spans };

static double value_of(const struct wm_results *r, const struct span *s)
{
    return wm_unit_from_si(wm_metric_info(s->metric)->unit, r->metric[s->metric]);
}

/* Times the end of the span that is passed; 1 inside it. */
static double excess(const struct span *s, double value)
{
    return value > s->high ? value / s->high : value < s->low ? value / s->low : 1.0;
}

static void lead(struct wm_results *r, const char *text)
{
    if (r->headline.n_leads < WM_LEADS_MAX)
        r->headline.leads[r->headline.n_leads++] = text;
}

static bool has_two_kinds(const struct wm_results *r)
{
    bool any = false;
    for (size_t i = 0; i < r->n_pools; i++)
        any = any || r->pools[i].n_prefill_gpus > 0;
    return any;
}

static void compare_span(struct wm_arena *arena, struct wm_results *r, const struct span *s,
                         struct wm_diags *diags)
{
    const struct wm_metric_info *const info = wm_metric_info(s->metric);
    const double value = value_of(r, s), times = excess(s, value);
    const double scale = s->high >= 1e6 ? 1e-6 : 1.0;
    if (isnan(value) || fabs(times - 1.0) < 1e-12 || (s->per_gpu && has_two_kinds(r)))
        return;
    wm_diag_add(diags, WM_W901, NULL, info->key, "is %.4g %s%s; published: %.4g to %.4g, %s",
                scale * value, scale < 1.0 ? "M" : "", wm_unit_symbol(info->unit), scale * s->low,
                scale * s->high, s->source);
    lead(r,
         wm_arena_printf(arena, "%.2g times the %s %s (%.3g; published %.4g-%.4g %s%s)", times,
                         times > 1.0 ? "most" : "least", s->who, scale * value, scale * s->low,
                         scale * s->high, scale < 1.0 ? "M" : "", wm_unit_symbol(info->unit)));
}

static void tell_ended(struct wm_arena *arena, struct wm_results *r, const struct wm_deck *deck)
{
    char day[32];
    if (deck->ended_us <= wm_scenario_span(r->scenario).start_us)
        lead(r, wm_arena_printf(arena, "nothing is sold at prices %s since %.10s", deck->head.name,
                                wm_time_text(deck->ended_us, day)));
}

/* "2026-11" of "2026-11-20" */
static const char *month_of(struct wm_arena *arena, const char *date)
{
    return wm_arena_printf(arena, "%.7s", date);
}

/* Decks of the workloads, each once; dates of the oldest and newest. */
static const char *price_dates(struct wm_arena *arena, struct wm_results *r)
{
    const struct wm_workload *const w = r->scenario->workloads.items;
    const char *first = NULL, *last = NULL;
    for (size_t i = 0; i < r->scenario->workloads.n; i++) {
        const struct wm_deck *const deck = w[i].price.deck;
        bool seen = deck == NULL;
        for (size_t k = 0; k < i; k++)
            seen = seen || w[k].price.deck == deck;
        if (seen)
            continue;
        tell_ended(arena, r, deck);
        if (deck->head.as_of[0] == '\0')
            continue;
        first = first == NULL || strcmp(deck->head.as_of, first) < 0 ? deck->head.as_of : first;
        last = last == NULL || strcmp(deck->head.as_of, last) > 0 ? deck->head.as_of : last;
    }
    if (first == NULL)
        return NULL;
    const char *const a = month_of(arena, first), *const b = month_of(arena, last);
    return strcmp(a, b) == 0 ? a : wm_arena_printf(arena, "%s to %s", a, b);
}

/* " x 0.042 (market)" of the workload whose price is changed most; "" when none is. */
static const char *market_text(struct wm_arena *arena, const struct wm_scenario *s)
{
    const struct wm_workload *const w = s->workloads.items;
    double least = 1.0;
    for (size_t i = 0; i < s->workloads.n; i++)
        if (w[i].price.deck != NULL && fabs(log(w[i].price.market_frac)) > fabs(log(least)))
            least = w[i].price.market_frac;
    return fabs(least - 1.0) > 1e-12 ? wm_arena_printf(arena, " x %.3g (market)", least) : "";
}

/* Prices that a seller's gains or a competitor move beside any half-life of their own. */
static bool follows_market(const struct wm_market_choice *m)
{
    return m->gain_per_year > 0.0 || m->competitor_price_frac > 0.0;
}

static const char *price_path(struct wm_arena *arena, struct wm_results *r)
{
    const double half_life = r->scenario->economics.price_half_life_years;
    const char *const dates = price_dates(arena, r);
    const char *const prices = dates ? wm_arena_printf(arena, "list prices of %s%s", dates,
                                                       market_text(arena, r->scenario))
                                     : "prices";
    const bool follows = follows_market(&r->scenario->economics.market);
    if (isnan(half_life))
        return wm_arena_printf(arena, "%s, %s", prices, follows ? "then by economics.market" : "flat");
    return wm_arena_printf(arena, "%s, falling by half in %.3g yr%s", prices, half_life,
                           follows ? " and by economics.market" : "");
}

void wm_set_headline(struct wm_arena *arena, struct wm_results *r, struct wm_diags *diags)
{
    /* a site without accelerators or work is not compared */
    for (size_t i = 0; r->n_classes > 0 && i < N_SPANS; i++)
        compare_span(arena, r, &spans[i], diags);
    r->headline.price_path = price_path(arena, r);
}
