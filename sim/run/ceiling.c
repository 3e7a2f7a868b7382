#include "ceiling.h"

#include <math.h>
#include <string.h>

enum { RAMP_STEPS = 16 };

static void add_step(struct wm_ceiling_plan *plan, int64_t at_us, double allowed_w, double limit_w,
                     double penalty)
{
    plan->steps[plan->n++] = (struct wm_ceiling_step){at_us, allowed_w, limit_w, penalty};
}

static int64_t to_us(double time_s)
{
    return (int64_t)llround(time_s * (double)WM_US_PER_S);
}

/* Staircase down before the window: step i takes the value that the straight line has at its end. */
static void add_ramp_down(struct wm_ceiling_plan *plan, const struct wm_ceiling *c,
                          const struct wm_ceiling_window *w, struct wm_diags *diags)
{
    const double full_s = (c->limit_w - w->limit_w) / c->ramp_w_per_s;
    const double ramp_s = fmin(full_s, w->notice_s);
    if (full_s > w->notice_s * (1.0 + 1e-12))
        wm_diag_add(
            diags, WM_W902, NULL, "site.ceiling.calendar",
            "a window to %g MW gives %g min of notice, but %g MW/min needs %g min; the rest "
            "is shed at once",
            w->limit_w / WM_W_PER_MW, w->notice_s / 60.0, c->ramp_w_per_s * 60.0 / WM_W_PER_MW,
            full_s / 60.0);
    for (int i = 0; i < RAMP_STEPS && ramp_s > 0.0; i++) {
        const double before_s = ramp_s * (1.0 - (double)i / RAMP_STEPS);
        const double gone_s = ramp_s * (double)(i + 1) / RAMP_STEPS;
        const double allowed_w = fmax(w->limit_w, c->limit_w - c->ramp_w_per_s * gone_s);
        add_step(plan, w->from_us - to_us(before_s), allowed_w, c->limit_w, 0.0);
    }
}

static void add_ramp_up(struct wm_ceiling_plan *plan, const struct wm_ceiling *c,
                        const struct wm_ceiling_window *w)
{
    const double ramp_s = (c->limit_w - w->limit_w) / c->ramp_w_per_s;
    for (int i = 0; i < RAMP_STEPS && ramp_s > 0.0; i++) {
        const double after_s = ramp_s * (double)i / RAMP_STEPS;
        add_step(plan, w->to_us + to_us(after_s), w->limit_w + c->ramp_w_per_s * after_s,
                 c->limit_w, 0.0);
    }
    add_step(plan, w->to_us + to_us(ramp_s), c->limit_w, c->limit_w, 0.0);
}

/* Windows close together: where the next one's ramp has begun, the lower allowance holds. */
static void merge(struct wm_ceiling_plan *plan)
{
    for (size_t i = 2; i < plan->n;
         i++) { /* insertion sort by time; equal times keep their order */
        const struct wm_ceiling_step s = plan->steps[i];
        size_t j = i;
        for (; j > 1 && plan->steps[j - 1].at_us > s.at_us; j--)
            plan->steps[j] = plan->steps[j - 1];
        plan->steps[j] = s;
    }
}

struct wm_ceiling_plan wm_ceiling_plan_new(struct wm_arena *arena, const struct wm_ceiling *ceiling,
                                           bool ignore_calendar, struct wm_diags *diags)
{
    const size_t n_windows = ignore_calendar ? 0 : ceiling->calendar.n;
    struct wm_ceiling_plan plan = {
        .steps = WM_NEW_ARRAY(arena, struct wm_ceiling_step, 1 + n_windows * (2 * RAMP_STEPS + 2))};
    const struct wm_ceiling_window *w = ceiling->calendar.items;
    add_step(&plan, INT64_MIN, ceiling->limit_w, ceiling->limit_w, 0.0);
    for (size_t i = 0; i < n_windows; i++) {
        add_ramp_down(&plan, ceiling, &w[i], diags);
        add_step(&plan, w[i].from_us, w[i].limit_w, w[i].limit_w, w[i].penalty_usd_per_mwh);
        add_ramp_up(&plan, ceiling, &w[i]);
    }
    merge(&plan);
    /* inside a window no other window's ramp may raise the allowance above the grid's limit */
    for (size_t k = 1; k < plan.n; k++) {
        for (size_t i = 0; i < n_windows; i++) {
            struct wm_ceiling_step *s = &plan.steps[k];
            if (s->at_us < w[i].from_us || s->at_us >= w[i].to_us)
                continue;
            s->allowed_w = fmin(s->allowed_w, w[i].limit_w);
            s->limit_w = w[i].limit_w;
            s->penalty_usd_per_mwh = w[i].penalty_usd_per_mwh;
        }
    }
    return plan;
}
