/*
 * Do accelerators rank as measured? At equal interactivity (tokens per second and user), for the same
 * model and shape: the best output rate per accelerator that its curves (one a configuration, over
 * load) reach at that speed, between points in proportion of logarithms, divided by what a megawatt
 * holds of them (racks at nameplate), compared pair by pair. A pair is decided when the measured
 * rates differ by more than the same configuration does from month to month. What an accelerator reaches is
 * the front of all its measured rows; a part of them, left aside to check a fit, may hold none of its front.
 */
#include <math.h>
#include <string.h>

#include "wattmill/calibrate.h"
#include "wattmill/stats.h"

enum { MAX_ACCELERATORS = 64 };
static const double speeds[] = {20.0, 30.0, 50.0, 75.0, 100.0}; /* tok/s and user */

/* Tokens a user gets per second of a request, waiting for the first one included. */
static double user_speed(const struct wm_operating_point *p, double rate_per_gpu)
{
    return rate_per_gpu * wm_group_gpus(&p->group) / p->load;
}

/* Medians of a configuration move by 10 to 20 % between software months (InferenceX). */
static const double decided_frac = 0.10;

static double per_mw(const struct wm_accelerator *a, double per_gpu)
{
    return per_gpu * 1e6 / (a->rack_nameplate_w / (double)a->rack_gpus);
}

static bool same_task(const struct wm_operating_point *a, const struct wm_operating_point *b)
{
    return a->llm == b->llm && a->input_tok == b->input_tok && a->output_tok == b->output_tok;
}

/* Points that compete, and what the model says of them. */
struct field {
    const struct wm_operating_point *const *points;
    const struct wm_prediction *said;
    const bool *counts; /* NULL: all */
    size_t n;
};

struct contest {
    const struct wm_accelerator *entrant[MAX_ACCELERATORS];
    double best[MAX_ACCELERATORS][2]; /* measured, predicted */
    bool counts[MAX_ACCELERATORS];    /* whether the point of the measured best does */
    size_t n;
};

static double rate_of(const struct field *a, size_t i, bool said)
{
    return said ? a->said[i].out_tok_per_s_per_gpu : a->points[i]->out_tok_per_s_per_gpu;
}

static bool same_curve(const struct wm_operating_point *a, const struct wm_operating_point *b)
{
    return a->accelerator == b->accelerator && a->engine == b->engine &&
           a->precision == b->precision && strcmp(a->source, b->source) == 0 &&
           memcmp(&a->group, &b->group, sizeof a->group) == 0;
}

/* Rate at a user's speed between point i of a curve, faster, and the next one of more load; 0 when the
   speed does not lie between them. */
static double crossing(const struct field *a, size_t i, size_t next, bool said, double speed)
{
    const double rate = rate_of(a, i, said), next_rate = rate_of(a, next, said);
    const double fast = user_speed(a->points[i], rate);
    const double slow = user_speed(a->points[next], next_rate);
    if (!(fast >= speed) || !(slow < speed) || !(next_rate > 0.0))
        return 0.0;
    return rate * pow(next_rate / rate, log(fast / speed) / log(fast / slow));
}

/* Point i and the piece of its curve behind it. `task` lists the points of the same task. */
static double best_near(const struct field *a, size_t i, const size_t *task, size_t n_task,
                        bool said, double speed)
{
    const struct wm_operating_point *p = a->points[i];
    size_t next = i;
    for (size_t k = 0; k < n_task; k++) {
        const struct wm_operating_point *q = a->points[task[k]];
        if (same_curve(p, q) && q->load > p->load && (next == i || q->load < a->points[next]->load))
            next = task[k];
    }
    const double rate = rate_of(a, i, said);
    const double here = user_speed(p, rate) >= speed ? rate : 0.0;
    return next == i ? here : fmax(here, crossing(a, i, next, said, speed));
}

static void enter(struct contest *c, const struct field *a, size_t i, const size_t *task,
                  size_t n_task, double speed)
{
    const struct wm_accelerator *const accelerator = a->points[i]->accelerator;
    size_t k = 0;
    while (k < c->n && c->entrant[k] != accelerator)
        k++;
    if (k == MAX_ACCELERATORS)
        return;
    if (k == c->n)
        c->entrant[c->n++] = accelerator;
    for (int said = 0; said < 2; said++) {
        const double rate = per_mw(accelerator, best_near(a, i, task, n_task, said, speed));
        if (rate <= c->best[k][said])
            continue;
        c->best[k][said] = rate;
        if (said == 0)
            c->counts[k] = a->counts == NULL || a->counts[i];
    }
}

/* By how much ratios of two are off: exp(|log predicted ratio - log measured ratio|) - 1 of each pair. */
struct misses {
    struct wm_arena *arena;
    double *frac;
    size_t n, room;
};

static void add_miss(struct misses *m, double frac)
{
    if (m->n == m->room) {
        m->room = 2 * m->room + 64;
        double *const more = WM_NEW_ARRAY(m->arena, double, m->room);
        if (m->n > 0)
            memcpy(more, m->frac, m->n * sizeof *more);
        m->frac = more;
    }
    m->frac[m->n++] = frac;
}

static void count_pairs(const struct contest *c, struct wm_rank *a, struct misses *misses)
{
    for (size_t i = 0; i < c->n; i++)
        for (size_t k = i + 1; k < c->n; k++) {
            if (!(c->best[i][0] > 0.0) || !(c->best[k][0] > 0.0))
                continue; /* one of them was not measured that fast */
            if (!c->counts[i] && !c->counts[k])
                continue;
            const double real = c->best[i][0] - c->best[k][0];
            const double said = c->best[i][1] - c->best[k][1];
            a->n++;
            if (c->best[i][1] > 0.0 && c->best[k][1] > 0.0)
                add_miss(misses, expm1(fabs(log(c->best[i][1] / c->best[k][1]) -
                                            log(c->best[i][0] / c->best[k][0]))));
            a->n_right += real * said > 0.0;
            if (fabs(log(c->best[i][0] / c->best[k][0])) < log(1.0 + decided_frac))
                continue;
            a->n_decided++;
            a->n_decided_right += real * said > 0.0;
        }
}

static bool is_entry(const struct wm_operating_point *p)
{
    return wm_operating_point_way(p) == WM_SERVED_PLAIN && p->drive == WM_DRIVE_USERS &&
           p->group.tensor > 0.0 && p->out_tok_per_s_per_gpu > 0.0;
}

struct wm_rank wm_rank_of(struct wm_arena *arena, const struct wm_operating_point *const *points,
                          const struct wm_prediction *said, const bool *counts, size_t n)
{
    const struct field f = {points, said, counts, n}, *const a = &f;
    struct wm_rank rank = {0};
    bool *const done = WM_NEW_ARRAY(arena, bool, a->n + 1);
    size_t *const task = WM_NEW_ARRAY(arena, size_t, a->n + 1);
    struct misses misses = {.arena = arena};
    for (size_t i = 0; i < a->n; i++) {
        if (done[i] || !is_entry(a->points[i]))
            continue;
        size_t n_task = 0;
        for (size_t k = i; k < a->n; k++)
            if (is_entry(a->points[k]) && same_task(a->points[i], a->points[k])) {
                done[k] = true;
                task[n_task++] = k;
            }
        for (size_t s = 0; s < sizeof speeds / sizeof *speeds; s++) {
            struct contest c = {.n = 0};
            for (size_t k = 0; k < n_task; k++)
                enter(&c, a, task[k], task, n_task, speeds[s]);
            count_pairs(&c, &rank, &misses);
        }
    }
    if (misses.n == 0)
        return rank;
    wm_sort(misses.frac, misses.n);
    rank.ratio_median_frac = misses.frac[misses.n / 2];
    rank.ratio_p90_frac = misses.frac[(size_t)(0.9 * (double)(misses.n - 1))];
    return rank;
}
