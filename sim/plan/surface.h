/*
 * Serving surface of a partition: operating points of one replica over clock and batch, tabulated
 * once, and the upper concave envelope of its output rate over its power, on which dispatch works.
 *
 * Every quantity of a point is additive over replicas, so replicas spread over several points are a
 * mixture: a few points of the table with weights.
 */
#ifndef WM_RUN_SURFACE_H
#define WM_RUN_SURFACE_H

#include "wattmill/arena.h"
#include "wattmill/serving.h"

enum { WM_SURFACE_CLOCKS = 16, WM_SURFACE_BATCHES = 33 };
#define WM_SURFACE_POINTS (WM_SURFACE_CLOCKS * WM_SURFACE_BATCHES)

/** A point of the table. */
struct wm_surface_point {
    struct wm_serving_point serving;
    double clock_frac;     /* 0: switched off */
    uint16_t clock, batch; /* row and column of the table */
};

struct wm_surface {
    size_t n_clocks; /* rows with a capacity, in falling order of clock: row 0 is the fastest */
    struct wm_surface_point rows[WM_SURFACE_CLOCKS][WM_SURFACE_BATCHES];
    struct wm_surface_point off; /* switched off: serves nothing */
    /* vertices of the envelope in rising order of power, from `off` */
    size_t n_hull;
    const struct wm_surface_point *hull[WM_SURFACE_POINTS + 1];
};

/**
 * Least power for a mean rate: the lower envelope of the points that may be used, from one that serves
 * nothing, in rising order of rate and power. A rate between two vertices is held by replicas at both.
 */
struct wm_thrift {
    size_t n;
    const struct wm_surface_point *hull[WM_SURFACE_POINTS + 1];
};

enum { WM_SPREAD_POINTS = 6 };

/** Shares of the replicas at points of one surface; a rest to 1 is cut off from power. */
struct wm_spread {
    const struct wm_surface_point *point[WM_SPREAD_POINTS];
    double weight[WM_SPREAD_POINTS];
    size_t n;
    double
        position; /* between the columns of row 0 when the mixture stands for a point there; or -1 */
};

/**
 * Tabulates `plan` at clocks up to `top_clock_frac`; plan->fault must be WM_PLAN_OK.
 *
 * @param off_frac  power of a replica that is switched off over that of an idle one with its model
 *                  resident [0..1]. With 1 the envelope begins at the idle point. Below, it begins
 *                  beneath the idle point, which then lies under the envelope: a replica either
 *                  works where a watt gives most tokens, or is off
 */
const struct wm_surface *wm_surface_new(struct wm_arena *arena, const struct wm_serving_plan *plan,
                                        double top_clock_frac, double off_frac);

/** Fills the rows alone, on up to `n_threads` threads, which do not change them. */
void wm_surface_fill(struct wm_surface *surface, const struct wm_serving_plan *plan,
                     double top_clock_frac, unsigned n_threads);

/** Finds the envelope of a table filled by other means, from its idle point scaled by `off_frac`. */
void wm_surface_build_hull(struct wm_arena *arena, struct wm_surface *surface, double off_frac);

/** The idle point: the model resident, no request. */
const struct wm_surface_point *wm_surface_idle(const struct wm_surface *surface);

/**
 * @param rest     what replicas without work do: the surface's off or idle point
 * @param allowed  [n_clocks][WM_SURFACE_BATCHES] points that may be used
 * @return         NULL where none may
 */
const struct wm_thrift *wm_thrift_new(struct wm_arena *arena, const struct wm_surface *surface,
                                      const struct wm_surface_point *rest,
                                      bool (*allowed)[WM_SURFACE_BATCHES]);
/** The mixture that holds `rate_tok_per_s` with least power; false above what the points can do. */
bool wm_thrift_at_rate(const struct wm_thrift *thrift, double rate_tok_per_s,
                       struct wm_spread *mix);

/** Output rate of a replica at the fastest clock and its latency target [tok/s]. */
double wm_surface_capacity(const struct wm_surface *surface);

/** Operating point on a row of the table at `rate` (cut to what the row can do). */
struct wm_spread wm_surface_at_rate(const struct wm_surface *surface, size_t row,
                                    double rate_tok_per_s);

/** The mixture's share `frac` past vertex `vertex` of the envelope towards the next. */
struct wm_spread wm_surface_on_hull(const struct wm_surface *surface, size_t vertex, double frac);

/** (1 - t) a + t b. @pre together at most WM_SPREAD_POINTS points */
struct wm_spread wm_spread_blend(const struct wm_spread *a, const struct wm_spread *b, double t);

/** Weighted sum of a member of the serving points. */
#define WM_SPREAD_SUM(mix, member) wm_spread_sum((mix), offsetof(struct wm_serving_point, member))
static inline double wm_spread_sum(const struct wm_spread *mix, size_t offset)
{
    double sum = 0.0;
    for (size_t i = 0; i < mix->n; i++)
        sum += mix->weight[i] *
               *(const double *)(const void *)((const char *)&mix->point[i]->serving + offset);
    return sum;
}

#endif
