#include "ceiling.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../plan/contract.h"
#include "curtailment.h"

enum { RAMP_STEPS = 16 };

/* A window with its ramps: allowed(t) is a staircase from `begin` to `end`. */
struct trapezoid {
    const struct wm_ceiling_window *window;
    int64_t begin_us, end_us; /* of the ramps */
    double down_s, up_s;      /* lengths of the ramps */
    double contract_w;
};

struct shape {
    const struct wm_ceiling *ceiling;
    struct trapezoid *windows; /* sorted by begin */
    size_t n;
    int64_t longest_us;
};

static int64_t to_us(double time_s)
{
    return (int64_t)llround(time_s * (double)WM_US_PER_S);
}

static double ramp_up(const struct wm_ceiling *c)
{
    return isnan(c->ramp_up_w_per_s) ? c->ramp_w_per_s : c->ramp_up_w_per_s;
}

static int64_t down_step_us(const struct trapezoid *t, int i)
{
    return t->window->from_us - to_us(t->down_s * (1.0 - (double)i / RAMP_STEPS));
}

static int64_t up_step_us(const struct trapezoid *t, int i)
{
    return t->window->to_us + to_us(t->up_s * (double)i / RAMP_STEPS);
}

/* Step i down takes the value that the straight line has at its end, step i up that at its start. */
static double allowed_w(const struct wm_ceiling *c, const struct trapezoid *t, int64_t at_us)
{
    const struct wm_ceiling_window *w = t->window;
    if (at_us < t->begin_us || at_us >= t->end_us)
        return (double)INFINITY;
    if (at_us >= w->from_us && at_us < w->to_us)
        return w->limit_w;
    int i = RAMP_STEPS - 1;
    if (at_us < w->from_us) {
        while (i > 0 && down_step_us(t, i) > at_us)
            i--;
        const double gone_s = t->down_s * (double)(i + 1) / RAMP_STEPS;
        return fmax(w->limit_w, t->contract_w - c->ramp_w_per_s * gone_s);
    }
    while (i > 0 && up_step_us(t, i) > at_us)
        i--;
    return w->limit_w + ramp_up(c) * t->up_s * (double)i / RAMP_STEPS;
}

static double contract_at(const struct wm_ceiling *c, int64_t at_us)
{
    return wm_contract_at(c, at_us).limit_w;
}

/* First index whose windows may still matter at `at_us`. */
static size_t first_live(const struct shape *s, int64_t at_us)
{
    size_t lo = 0, hi = s->n;
    while (lo < hi) {
        const size_t mid = (lo + hi) / 2;
        if (s->windows[mid].begin_us + s->longest_us <= at_us)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static struct wm_ceiling_step step_at(const struct shape *s, int64_t at_us)
{
    struct wm_ceiling_step step = {.at_us = at_us, .contract_w = contract_at(s->ceiling, at_us)};
    step.allowed_w = step.limit_w = step.contract_w;
    for (size_t i = first_live(s, at_us); i < s->n && s->windows[i].begin_us <= at_us; i++) {
        const struct wm_ceiling_window *w = s->windows[i].window;
        const double allowed = allowed_w(s->ceiling, &s->windows[i], at_us);
        if (allowed < step.allowed_w) {
            step.allowed_w = allowed;
            step.payment_usd_per_mwh = w->payment_usd_per_mwh;
        }
        if (at_us >= w->from_us && at_us < w->to_us && w->limit_w < step.limit_w) {
            step.limit_w = w->limit_w;
            step.penalty_usd_per_mwh = w->penalty_usd_per_mwh;
        }
    }
    return step;
}

static int by_begin(const void *a, const void *b)
{
    const struct trapezoid *x = a, *y = b;
    return (x->begin_us > y->begin_us) - (x->begin_us < y->begin_us);
}

static int by_time(const void *a, const void *b)
{
    const struct wm_ceiling_step *x = a, *y = b;
    return (x->at_us > y->at_us) - (x->at_us < y->at_us);
}

static void warn_short_notice(const struct wm_ceiling *c, const struct wm_ceiling_window *w,
                              const char *key, double full_s, struct wm_diags *diags)
{
    wm_diag_add(diags, WM_W902, NULL, key,
                "a window to %g MW gives %g min of notice, but %g MW/min needs %g min; the rest "
                "is shed at once",
                w->limit_w / WM_W_PER_MW, w->notice_s / 60.0, c->ramp_w_per_s * 60.0 / WM_W_PER_MW,
                full_s / 60.0);
}

/* @return whether the notice is too short for the ramp */
static bool add_window(struct shape *s, const struct wm_ceiling_window *w, double *full_s)
{
    const struct wm_ceiling *c = s->ceiling;
    const double contract_w = contract_at(c, w->from_us);
    const double deep_w = fmax(0.0, contract_w - w->limit_w);
    struct trapezoid t = {.window = w, .contract_w = contract_w};
    *full_s = deep_w / c->ramp_w_per_s;
    t.down_s = fmin(*full_s, w->notice_s);
    t.up_s = deep_w / ramp_up(c);
    t.begin_us = w->from_us - to_us(t.down_s);
    t.end_us = w->to_us + to_us(t.up_s);
    if (t.end_us - t.begin_us > s->longest_us)
        s->longest_us = t.end_us - t.begin_us;
    s->windows[s->n++] = t;
    return *full_s > w->notice_s * (1.0 + 1e-12);
}

static void add_windows(struct shape *s, const struct wm_list *list, bool warn_each,
                        const char *key, struct wm_diags *diags)
{
    const struct wm_ceiling_window *w = list->items;
    bool warned = false;
    for (size_t i = 0; i < list->n; i++) {
        double full_s = 0.0;
        if (!add_window(s, &w[i], &full_s) || (warned && !warn_each))
            continue;
        warn_short_notice(s->ceiling, &w[i], key, full_s, diags);
        warned = true;
    }
}

/* Every instant at which the allowance may change. */
static void add_breaks(struct wm_ceiling_plan *plan, const struct shape *s)
{
    const struct wm_ceiling_phase *p = s->ceiling->phases.items;
    plan->steps[plan->n++].at_us = INT64_MIN;
    for (size_t i = 0; i < s->ceiling->phases.n; i++)
        plan->steps[plan->n++].at_us = p[i].from_us;
    for (size_t k = 0; k < s->n; k++) {
        const struct trapezoid *t = &s->windows[k];
        for (int i = 0; i < RAMP_STEPS; i++) {
            plan->steps[plan->n++].at_us = down_step_us(t, i);
            plan->steps[plan->n++].at_us = up_step_us(t, i);
        }
        plan->steps[plan->n++].at_us = t->window->from_us;
        plan->steps[plan->n++].at_us = t->end_us;
    }
    qsort(plan->steps, plan->n, sizeof *plan->steps, by_time);
}

/* Evaluates the steps and keeps those that change something. */
static void settle_steps(struct wm_ceiling_plan *plan, const struct shape *s)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->n; i++) {
        const struct wm_ceiling_step step = step_at(s, plan->steps[i].at_us);
        const struct wm_ceiling_step *last = n > 0 ? &plan->steps[n - 1] : NULL;
        if (last && last->allowed_w == step.allowed_w && last->limit_w == step.limit_w &&
            last->contract_w == step.contract_w &&
            last->penalty_usd_per_mwh == step.penalty_usd_per_mwh &&
            last->payment_usd_per_mwh == step.payment_usd_per_mwh)
            continue;
        plan->steps[n++] = step;
    }
    plan->n = n;
}

struct wm_ceiling_plan wm_ceiling_plan_new(struct wm_arena *arena, const struct wm_ceiling *ceiling,
                                           const struct wm_ceiling_span *span,
                                           struct wm_diags *diags)
{
    struct shape s = {.ceiling = ceiling};
    struct wm_list calls = {0};
    if (!span->ignore_windows)
        calls = wm_curtailment_draw(arena, ceiling, span);
    const size_t n_windows = span->ignore_windows ? 0 : ceiling->calendar.n + calls.n;
    s.windows = WM_NEW_ARRAY(arena, struct trapezoid, n_windows);
    if (!span->ignore_windows) {
        add_windows(&s, &ceiling->calendar, true, "site.ceiling.calendar", diags);
        add_windows(&s, &calls, false, "site.ceiling.curtailment", diags);
    }
    if (s.n > 0)
        qsort(s.windows, s.n, sizeof *s.windows, by_begin);
    struct wm_ceiling_plan plan = {
        .steps = WM_NEW_ARRAY(arena, struct wm_ceiling_step,
                              1 + ceiling->phases.n + n_windows * (2 * RAMP_STEPS + 2)),
        .n_windows = n_windows};
    add_breaks(&plan, &s);
    settle_steps(&plan, &s);
    return plan;
}
