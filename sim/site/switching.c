#include "switching.h"
#include "wattmill/numeric.h"

#include <math.h>
#include <string.h>

/* Differences below this are the solver's. */
static const double rounding_frac = 1e-9;

struct wm_switching wm_switching_new(struct wm_arena *arena, size_t n_partitions, double return_s)
{
    return (struct wm_switching){.n_partitions = n_partitions,
                                 .return_us = llround(return_s * (double)WM_US_PER_S),
                                 .switched = WM_NEW_ARRAY(arena, struct wm_switched, n_partitions),
                                 .starts = (struct wm_start(*)[WM_STARTS])(void *)WM_NEW_ARRAY(
                                     arena, struct wm_start, n_partitions * WM_STARTS)};
}

/* Those that have started are on. */
static void finish(struct wm_switched *s, struct wm_start *starts, int64_t now_us)
{
    size_t done = 0;
    for (; done < WM_STARTS && starts[done].frac > 0.0 && starts[done].back_us <= now_us; done++)
        s->starting_frac -= starts[done].frac;
    for (size_t i = 0; i < WM_STARTS; i++)
        starts[i] = i + done < WM_STARTS ? starts[i + done] : (struct wm_start){0};
    if (starts[0].frac <= 0.0)
        s->starting_frac = 0.0; /* no rounding is left over */
}

/* The last to begin stop first. */
static void stop(struct wm_switched *s, struct wm_start *starts, double frac)
{
    for (size_t i = WM_STARTS; i-- > 0 && frac > 0.0;) {
        const double some = wm_smaller(frac, starts[i].frac);
        starts[i].frac -= some;
        s->starting_frac -= some;
        frac -= some;
    }
    s->starting_frac = wm_larger(0.0, s->starting_frac);
}

static void start(struct wm_switched *s, struct wm_start *starts, double frac, int64_t back_us)
{
    size_t i = 0;
    while (i + 1 < WM_STARTS && starts[i].frac > 0.0)
        i++;
    starts[i].frac += frac;
    starts[i].back_us = back_us;
    s->starting_frac += frac;
}

static void follow_one(struct wm_switched *s, struct wm_start *starts, double want_off_frac,
                       int64_t back_us, int64_t now_us)
{
    finish(s, starts, now_us);
    const double missing = s->off_frac + s->starting_frac - want_off_frac;
    if (missing <= rounding_frac || back_us <= now_us) {
        stop(s, starts, s->starting_frac);
        s->off_frac = want_off_frac;
        return;
    }
    const double on_frac = 1.0 - s->off_frac - s->starting_frac;
    const double more = missing - s->starting_frac;
    if (more > rounding_frac)
        start(s, starts, more, back_us);
    else
        stop(s, starts, -more);
    s->off_frac = wm_larger(0.0, 1.0 - on_frac - s->starting_frac);
}

/* All replicas of a partition are on, and stay so unless others are wanted. */
static bool is_on(const struct wm_switched *s, const struct wm_start *starts)
{
    return s->off_frac == 0.0 && s->starting_frac == 0.0 && starts[0].frac <= 0.0;
}

bool wm_switching_follow(struct wm_switching *next, const struct wm_switching *was,
                         const struct wm_site_flow *wanted, int64_t now_us)
{
    const size_t n = was->n_partitions;
    bool waits = false;
    memcpy(next->switched, was->switched, n * sizeof *next->switched);
    memcpy(next->starts, was->starts, n * sizeof *next->starts);
    for (size_t i = 0; i < n; i++) {
        if (is_on(&was->switched[i], was->starts[i]) && wanted->partitions[i].off_frac == 0.0)
            continue;
        follow_one(&next->switched[i], next->starts[i], wanted->partitions[i].off_frac,
                   now_us + was->return_us, now_us);
        waits = waits || next->switched[i].starting_frac > 0.0;
    }
    return waits;
}

int64_t wm_switching_back_us(const struct wm_switching *switching)
{
    int64_t back_us = INT64_MAX;
    for (size_t i = 0; i < switching->n_partitions; i++)
        if (switching->starts[i][0].frac > 0.0 && switching->starts[i][0].back_us < back_us)
            back_us = switching->starts[i][0].back_us;
    return back_us;
}

/* What lies between what is asked for and what is drawn, when replicas that `full` has on are still
 * starting: the same as there, and they. What is off was switched off for want of power, so a higher
 * ceiling would have left it on: its worth is that of `full` too. */
static void explain_starting(struct wm_site_flow *flow, const struct wm_site_flow *full,
                             const struct wm_hall_flow *full_halls, size_t n_halls)
{
    for (size_t h = 0; h < n_halls; h++) {
        flow->halls[h].hot_frac = full_halls[h].hot_frac;
        flow->halls[h].is_bound = full_halls[h].is_bound;
    }
    flow->starting_w = wm_larger(0.0, full->power.site_w - flow->power.site_w);
    flow->capped_w = full->capped_w;
    flow->shed_w = full->shed_w;
    flow->hot_w = full->hot_w;
    flow->hall_w = full->hall_w;
    flow->unworthy_w = full->unworthy_w;
    flow->requested_w = flow->power.site_w + flow->starting_w + flow->capped_w + flow->shed_w +
                        flow->hot_w + flow->hall_w + flow->unworthy_w;
    flow->payment_usd_per_s = full->payment_usd_per_s;
    if (!full->is_bound)
        return;
    flow->shadow_usd_per_mwh = full->shadow_usd_per_mwh;
    flow->margin = full->margin;
    flow->is_bound = true;
}

void wm_switching_eval(const struct wm_scenario *scenario, const struct wm_site_plan *plan,
                       struct wm_instant *instant, const struct wm_switching *was,
                       struct wm_switching *next, int64_t now_us, struct wm_board *board,
                       struct wm_site_flow *flow)
{
    instant->switched = NULL;
    wm_flow_eval(scenario, plan, instant, board, flow);
    if (!wm_switching_follow(next, was, flow, now_us))
        return;
    const struct wm_site_flow full = *flow; /* its arrays are evaluated anew */
    memcpy(board->full, flow->halls, plan->n_halls * sizeof *board->full);
    instant->switched = next->switched;
    wm_flow_eval(scenario, plan, instant, board, flow);
    explain_starting(flow, &full, board->full, plan->n_halls);
}
