#include "wattmill/serving_curve.h"

#include <math.h>

#include "wattmill/require.h"
#include "wattmill/serving.h"

static struct wm_curve_point blend(const struct wm_curve_point *a, const struct wm_curve_point *b,
                                   double t)
{
#define LINE(member) .member = (1.0 - t) * a->member + t * b->member
    return (struct wm_curve_point){LINE(users),      LINE(out_tok_per_s), LINE(tpot_s),
                                   LINE(tpot_p99_s), LINE(ttft_s),        LINE(ttft_p99_s),
                                   LINE(board_w)};
#undef LINE
}

static struct wm_curve_point at_clock(const struct wm_curve_clock *c, double users, double rest_w)
{
    struct wm_curve_point rest = c->points[0]; /* as fast as the first point, for nobody */
    rest.users = rest.out_tok_per_s = 0.0;
    rest.board_w = fmin(rest_w, rest.board_w);
    size_t i = 0;
    while (i < c->n && c->points[i].users < users)
        i++;
    if (i == c->n)
        return c->points[c->n - 1];
    const struct wm_curve_point *const lo = i > 0 ? &c->points[i - 1] : &rest;
    return blend(lo, &c->points[i], (users - lo->users) / (c->points[i].users - lo->users));
}

/* The clocks around one: the faster, and the share of the slower; both the same at the ends. */
static const struct wm_curve_clock *around(const struct wm_serving_curve *curve, double clock_frac,
                                           const struct wm_curve_clock **slower, double *share)
{
    size_t i = 0;
    while (i + 1 < curve->n_clocks && curve->clocks[i + 1].clock_frac >= clock_frac)
        i++;
    const struct wm_curve_clock *const fast = &curve->clocks[i];
    *slower = i + 1 < curve->n_clocks ? fast + 1 : fast;
    const double span = fast->clock_frac - (*slower)->clock_frac;
    *share = span > 0.0 ? fmin(1.0, fmax(0.0, (fast->clock_frac - clock_frac) / span)) : 0.0;
    return fast;
}

struct wm_curve_point wm_curve_at(const struct wm_serving_curve *curve, double users,
                                  double clock_frac, double rest_w)
{
    WM_REQUIRE(users >= 0.0 && clock_frac > 0.0);
    const struct wm_curve_clock *slow = NULL;
    double share = 0.0;
    const struct wm_curve_clock *const fast = around(curve, clock_frac, &slow, &share);
    const struct wm_curve_point a = at_clock(fast, users, rest_w);
    const struct wm_curve_point b = at_clock(slow, users, rest_w);
    return blend(&a, &b, share);
}

double wm_curve_most_users(const struct wm_serving_curve *curve, double clock_frac)
{
    static const double same_clock = 1e-9;
    if (clock_frac < curve->clocks[curve->n_clocks - 1].clock_frac - same_clock)
        return 0.0;
    const struct wm_curve_clock *slow = NULL;
    double share = 0.0;
    const struct wm_curve_clock *const fast = around(curve, clock_frac, &slow, &share);
    const double most = fast->points[fast->n - 1].users;
    return share > 0.0 ? fmin(most, slow->points[slow->n - 1].users) : most;
}

static double rest_w(const struct wm_serving_case *c)
{
    return c->curve->gpus * wm_board_rest_w(c->accelerator);
}

/* Share of a shifted exponential with a mean and a 99th percentile that is below `limit_s`. */
static double within(double mean_s, double p99_s, double limit_s)
{
    const double wait_s = (p99_s - mean_s) / (log(100.0) - 1.0);
    const double slack_s = limit_s - (mean_s - wait_s);
    return slack_s < 0.0 ? 0.0 : wait_s > 0.0 ? 1.0 - exp(-slack_s / wait_s) : 1.0;
}

struct wm_serving_point wm_curve_serving_point(const struct wm_serving_case *c, double users,
                                               double clock_frac)
{
    static const double normal_p99 = 2.3263478740408408;
    const struct wm_accelerator *const hw = c->accelerator;
    const struct wm_curve_point m = wm_curve_at(c->curve, users, clock_frac, rest_w(c));
    const double limit_s = 1.0 / c->tok_per_s_per_user_slo;
    const double sigma_s = (m.tpot_p99_s - m.tpot_s) / normal_p99;
    const double wait_s = (m.ttft_p99_s - m.ttft_s) / (log(100.0) - 1.0);
    const double first = c->curve->clocks[0].points[0].users;
    const double busy = fmin(1.0, users / first);
    return (struct wm_serving_point){
        .batch = users,
        .out_tok_per_s = m.out_tok_per_s,
        .tpot_s = m.tpot_s,
        .pace = {.mean_s = m.tpot_s, .sigma_s = sigma_s},
        .tpot_slo_frac = sigma_s > 0.0 ? 0.5 * erfc((m.tpot_s - limit_s) / sigma_s / sqrt(2.0))
                                       : m.tpot_s <= limit_s,
        .ttft_base_s = m.ttft_s - wait_s,
        .wait = {.prob = 1.0, .more_prob = 1.0, .more_s = wait_s, .more_scv = 1.0},
        .ttft_slo_frac = within(m.ttft_s, m.ttft_p99_s, c->ttft_slo_s),
        .decode_busy_frac = busy,
        .busy_gpus = busy * c->curve->gpus,
        .decode_w = fmax(0.0, m.board_w - (1.0 - busy) * rest_w(c)),
        .idle_w = fmin(m.board_w, (1.0 - busy) * rest_w(c)),
        .board_w = m.board_w,
        .host_w = c->curve->gpus * (hw->host_idle_w + busy * (hw->host_busy_w - hw->host_idle_w)),
        .it_w = m.board_w +
                c->curve->gpus * (hw->host_idle_w + busy * (hw->host_busy_w - hw->host_idle_w))};
}

static bool meets(const struct wm_serving_case *c, double users, double clock_frac)
{
    const struct wm_serving_point p = wm_curve_serving_point(c, users, clock_frac);
    return p.tpot_s <= 1.0 / c->tok_per_s_per_user_slo && p.ttft_slo_frac >= 0.99;
}

double wm_curve_capacity_users(const struct wm_serving_case *c, double clock_frac)
{
    double lo = 0.0, hi = wm_curve_most_users(c->curve, clock_frac);
    if (hi <= 0.0 || !meets(c, 0.0, clock_frac) || meets(c, hi, clock_frac))
        return meets(c, 0.0, clock_frac) ? hi : 0.0;
    for (int i = 0; i < 40; i++) {
        const double mid = 0.5 * (lo + hi);
        *(meets(c, mid, clock_frac) ? &lo : &hi) = mid;
    }
    return lo;
}

struct wm_serving_plan wm_curve_plan(const struct wm_serving_case *c)
{
    struct wm_serving_plan plan = {
        .c = *c,
        .mode = WM_AGGREGATED,
        .fault = WM_PLAN_OK,
        .decode_gpus = c->curve->gpus,
        .decode_group = {.tensor = c->curve->gpus, .data = 1.0, .expert = 1.0, .pipeline = 1.0},
        .batch_limit = wm_curve_most_users(c->curve, 1.0),
        .context_tok = c->input_tok + 0.5 * c->output_tok};
    if (plan.decode_gpus > c->max_gpus) {
        plan.fault = WM_PLAN_MEMORY;
        return plan;
    }
    plan.capacity_batch = wm_curve_capacity_users(c, 1.0);
    plan.capacity_out_tok_per_s = wm_curve_serving_point(c, plan.capacity_batch, 1.0).out_tok_per_s;
    const struct wm_serving_point rest = wm_curve_serving_point(c, 0.0, 1.0);
    if (plan.capacity_batch <= 0.0)
        plan.fault = rest.ttft_slo_frac < 0.99 ? WM_PLAN_TTFT : WM_PLAN_SPEED;
    return plan;
}
