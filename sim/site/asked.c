#include "asked.h"

#include <math.h>
#include <string.h>

#include "../plan/demand.h"
#include "wattmill/rng.h"

struct wm_asked {
    const struct wm_scenario *scenario;
    const struct wm_site_plan *plan;
    int64_t start_us, from_us; /* of the run; of the demand's course */
    double hours; /* of the course, in whole quarters */
    size_t n_hours;
    double **varied;  /* [n_classes][n_hours], NULL: 1 */
    double *moves;    /* [n_classes], room for an hour */
    size_t *drift_to; /* [n_classes] */
    bool has_drift;
};

/* 1970-01-01 was a Thursday: day 3 of a week from Monday. */
static size_t hour_of_week(int64_t at_us)
{
    return (size_t)((at_us / WM_US_PER_H + 3 * 24) % WM_HOURS_PER_WEEK);
}

bool wm_asked_is_on(const struct wm_asked *a, size_t class, int64_t at_us)
{
    const struct wm_class *const c = &a->plan->classes[class];
    const struct wm_fleet *const f = a->plan->pools[a->plan->partitions[c->partition].pool].fleet;
    return at_us >= c->workload->start_us && at_us < c->workload->end_us && at_us >= f->online_us &&
           at_us < f->retire_us;
}

/* ---- the random part -------------------------------------------------------------------------- */

static bool is_varied(const struct wm_variation *v)
{
    return v->noise_log_sd > 0.0 || v->growth_log_sd > 0.0 ||
           (v->bursts_per_year > 0.0 && v->burst_frac > 0.0);
}

/* Adds the logarithm's noise: an exact step of an hour of the process that forgets, and of the walk. */
static void add_noise(const struct wm_variation *v, uint64_t seed, uint64_t id, double *x, size_t n)
{
    struct wm_rng noise = wm_rng_stream(seed, "demand-noise", id);
    struct wm_rng growth = wm_rng_stream(seed, "demand-growth", id);
    const double keep = exp(-3600.0 / v->noise_corr_s), fresh = sqrt(1.0 - keep * keep);
    const double step = v->growth_log_sd / sqrt(WM_H_PER_YEAR);
    double z = wm_rng_normal(&noise), level = 0.0;
    for (size_t h = 0; h < n; h++) {
        x[h] = v->noise_log_sd * z + level;
        z = keep * z + fresh * wm_rng_normal(&noise);
        level += step * wm_rng_normal(&growth);
    }
}

/* Multiplies by 1 + what bursts add, each by how much of it is left at the begin of the hour. */
static void multiply_bursts(const struct wm_variation *v, uint64_t seed, uint64_t id, double *x,
                            size_t n)
{
    struct wm_rng rng = wm_rng_stream(seed, "demand-burst", id);
    const double per_h = v->bursts_per_year / WM_H_PER_YEAR, keep = exp(-3600.0 / v->burst_s);
    double next_h = wm_rng_exponential(&rng) / per_h, added = 0.0;
    for (size_t h = 0; h < n; h++) {
        for (added *= keep; next_h <= (double)h; next_h += wm_rng_exponential(&rng) / per_h)
            added += v->burst_frac * exp(-3600.0 * ((double)h - next_h) / v->burst_s);
        x[h] *= 1.0 + added;
    }
}

static double *new_course(struct wm_arena *arena, const struct wm_asked *a, size_t class)
{
    const struct wm_demand *const d = &a->plan->classes[class].workload->demand;
    const uint64_t seed = (uint64_t)a->scenario->seed;
    double *const x = WM_NEW_ARRAY(arena, double, a->n_hours);
    double plain = 0.0, varied = 0.0;
    add_noise(&d->variation, seed, class, x, a->n_hours);
    for (size_t h = 0; h < a->n_hours; h++)
        x[h] = exp(x[h]);
    if (d->variation.bursts_per_year > 0.0)
        multiply_bursts(&d->variation, seed, class, x, a->n_hours);
    for (size_t h = 0; h < a->n_hours; h++) {
        const int64_t at_us = a->from_us + (int64_t)h * WM_US_PER_H;
        const double base =
            d->shape->hourly[hour_of_week(at_us)] * wm_demand_trend(d, a->from_us, at_us);
        const double there = fmin(1.0, a->hours - (double)h); /* of the last hour, a part */
        plain += there * base;
        varied += there * base * x[h];
    }
    for (size_t h = 0; h < a->n_hours; h++)
        x[h] *= plain / varied;
    return x;
}

/* ---- by hour ---------------------------------------------------------------------------------- */

struct wm_asked *wm_asked_new(struct wm_arena *arena, const struct wm_scenario *scenario,
                              const struct wm_site_plan *plan)
{
    const struct wm_horizon time = scenario->horizon;
    const double hours = fmax(0.25, (double)llround(4.0 * time.years * WM_H_PER_YEAR) / 4.0);
    const size_t n = plan->n_classes;
    struct wm_asked *const a = WM_NEW(arena, struct wm_asked);
    *a = (struct wm_asked){.scenario = scenario,
                           .plan = plan,
                           .start_us = wm_scenario_span(scenario).start_us,
                           .from_us = time.start_us,
                           .hours = hours,
                           .n_hours = (size_t)ceil(hours),
                           .varied = WM_NEW_ARRAY(arena, double *, n),
                           .moves = WM_NEW_ARRAY(arena, double, n),
                           .drift_to = WM_NEW_ARRAY(arena, size_t, n)};
    for (size_t i = 0; i < n; i++) {
        const struct wm_workload *const w = plan->classes[i].workload;
        if (wm_workload_is_job(w))
            continue;
        if (is_varied(&w->demand.variation))
            a->varied[i] = new_course(arena, a, i);
        a->drift_to[i] = wm_demand_drift_to(scenario, w);
        a->has_drift = a->has_drift || a->drift_to[i] < n;
    }
    return a;
}

static double of_hour(const struct wm_asked *a, size_t class, int64_t hour_us)
{
    const struct wm_class *const c = &a->plan->classes[class];
    const struct wm_demand *const d = &c->workload->demand;
    const double tok_per_s = c->mean_demand_tok_per_s * d->shape->hourly[hour_of_week(hour_us)] *
                             wm_demand_trend(d, a->from_us, hour_us);
    if (a->varied[class] == NULL)
        return tok_per_s;
    const int64_t h = (hour_us - a->from_us) / WM_US_PER_H;
    return tok_per_s * a->varied[class][h < (int64_t)a->n_hours ? (size_t)h : a->n_hours - 1];
}

/* Takes what moves from everybody first, so that the order of workloads does not count. */
static void drift(const struct wm_asked *a, int64_t at_us, int64_t hour_us, double *tok_per_s)
{
    const size_t n = a->plan->n_classes;
    for (size_t i = 0; i < n; i++) {
        const struct wm_workload *const w = a->plan->classes[i].workload;
        const bool moves = !wm_workload_is_job(w) && a->drift_to[i] < n &&
                           wm_asked_is_on(a, a->drift_to[i], at_us);
        a->moves[i] =
            moves ? tok_per_s[i] * wm_demand_moved_frac(&w->demand, a->from_us, hour_us) : 0.0;
    }
    for (size_t i = 0; i < n; i++) {
        tok_per_s[i] -= a->moves[i];
        if (a->moves[i] > 0.0)
            tok_per_s[a->drift_to[i]] += a->moves[i];
    }
}

void wm_asked_at(const struct wm_asked *a, int64_t at_us, double *tok_per_s)
{
    /* hours are those of the run, whose start need not be on the hour */
    const int64_t hour_us = at_us - (at_us - a->start_us) % WM_US_PER_H;
    for (size_t i = 0; i < a->plan->n_classes; i++)
        tok_per_s[i] = wm_asked_is_on(a, i, at_us) ? of_hour(a, i, hour_us) : 0.0;
    if (a->has_drift)
        drift(a, at_us, hour_us, tok_per_s);
}
