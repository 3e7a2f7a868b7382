#include "curtailment.h"

#include "../plan/contract.h"
#include "ceiling.h"

#include <math.h>

#include "wattmill/civil.h"
#include "wattmill/rng.h"

static bool in_season(enum wm_season season, const struct wm_zone *zone, int64_t at_us)
{
    const int month = wm_zone_local(zone, at_us).month;
    switch (season) {
    case WM_SEASON_SUMMER:
        return month >= 6 && month <= 9;
    case WM_SEASON_WINTER:
        return month == 12 || month <= 2;
    case WM_SEASON_ANY:
        break;
    }
    return true;
}

/* Days of a 365-day year in the season. */
static double season_days(enum wm_season season)
{
    static const double days[] = {
        [WM_SEASON_ANY] = 365.0, [WM_SEASON_SUMMER] = 122.0, [WM_SEASON_WINTER] = 90.0};
    return days[season];
}

static struct wm_ceiling_window window_at(const struct wm_ceiling *ceiling, int64_t from_us)
{
    const struct wm_curtailment *c = &ceiling->curtailment;
    const struct wm_contract k = wm_contract_at(ceiling, from_us);
    return (struct wm_ceiling_window){.from_us = from_us,
                                      .to_us =
                                          from_us + llround(c->duration_s * (double)WM_US_PER_S),
                                      .limit_w = fmax(k.firm_w, (1.0 - c->depth_frac) * k.limit_w),
                                      .notice_s = c->notice_s,
                                      .penalty_usd_per_mwh = c->penalty_usd_per_mwh,
                                      .payment_usd_per_mwh = c->payment_usd_per_mwh};
}

/* Walks the calls; counts them, and keeps them where `out` has room. */
static size_t walk(const struct wm_ceiling *ceiling, const struct wm_ceiling_span *span,
                   struct wm_ceiling_window *out)
{
    const struct wm_curtailment *c = &ceiling->curtailment;
    const double share =
        fmin(0.999, c->called_s_per_year / (season_days(c->season) * 24.0 * WM_S_PER_H));
    const double gap_s = c->duration_s * (1.0 / share - 1.0);
    struct wm_rng rng = wm_rng_stream(span->seed, "curtailment", 0);
    size_t n = 0;
    for (int64_t at_us = span->start_us;;) {
        const double gap_us = gap_s * wm_rng_exponential(&rng) * (double)WM_US_PER_S;
        if (gap_us >= (double)(span->end_us - at_us)) /* rare calls lie ages off */
            return n;
        at_us += llround(gap_us);
        if (!in_season(c->season, &span->zone, at_us)) /* gaps have no memory: go on from here */
            continue;
        const struct wm_ceiling_window w = window_at(ceiling, at_us);
        if (out)
            out[n] = w;
        n++;
        at_us = w.to_us;
    }
}

struct wm_list wm_curtailment_draw(struct wm_arena *arena, const struct wm_ceiling *ceiling,
                                   const struct wm_ceiling_span *span)
{
    if (ceiling->curtailment.called_s_per_year <= 0.0)
        return (struct wm_list){0};
    const size_t n = walk(ceiling, span, NULL);
    struct wm_ceiling_window *const windows = WM_NEW_ARRAY(arena, struct wm_ceiling_window, n);
    walk(ceiling, span, windows);
    return (struct wm_list){.items = windows, .n = n};
}
