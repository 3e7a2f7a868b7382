/*
 * The search: lanes (threads that hold one NLopt search each) ask for points and wait; when all lanes
 * wait or have ended, what they ask for is run as one round. Only then does the table of known points
 * grow, so what a lane sees does not depend on how quick another is.
 */
#include "wattmill/optimise.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#include "optimise_table.h"
#include "wattmill/numeric.h"
#include "wattmill/require.h"

#define LANES_MAX      3
#define N_SOBOL        7    /* points of the first stage, and two for each key */
#define CORNER_KEYS    3    /* all corners of a box of so many keys; else the two ends */
#define APART          0.25 /* of the box: starts that are another region */
#define FIRST_STEP     0.2  /* of a local search */
#define POLISH_STEP    0.05
#define NEIGHBOUR_STEP 0.05
#define CURVE_STEP     0.1 /* of a search at a level of a curve: it begins beside its neighbours */
#define N_CURVE        9
#define TOLERANCE      0.002 /* of the box: nothing a planner would build differently */
#define PENALTY        10.0  /* of a condition unmet, to DIRECT-L, which knows none */

struct lane {
    struct search *search;
    pthread_t thread;
    enum wm_search_method method;
    struct wm_aim aim;
    double x[WM_OPTIMISE_KEYS_MAX]; /* where it begins; keys that do not move stay */
    double step;
    size_t n_max; /* points it may ask for */
    enum { LANE_RUNS, LANE_WAITS, LANE_ENDED } state;
    double wanted[WM_OPTIMISE_KEYS_MAX];
    double best; /* least objective it met, scaled */
    size_t n_asked;
};

struct search {
    struct wm_table_of_points table;
    const struct wm_optimise_params *p;
    size_t moving[WM_OPTIMISE_KEYS_MAX]; /* keys that lanes move: numbers */
    size_t n_moving;
    pthread_mutex_t mutex;
    pthread_cond_t turn, asked;
    struct lane lanes[LANES_MAX];
    size_t n_lanes;
    bool stopping;
    enum wm_status status;
};

/* Waits until the point is known; false when the search is to end. */
static bool wait_for(struct lane *lane, const double *u)
{
    struct search *const s = lane->search;
    pthread_mutex_lock(&s->mutex);
    if (!s->stopping && lane->n_asked < lane->n_max) {
        memcpy(lane->wanted, u, sizeof lane->wanted);
        lane->n_asked++;
        lane->state = LANE_WAITS;
        pthread_cond_signal(&s->asked);
        while (lane->state == LANE_WAITS)
            pthread_cond_wait(&s->turn, &s->mutex);
    }
    pthread_mutex_unlock(&s->mutex);
    return wm_points_find(&s->table, u) < s->table.n;
}

static bool ask(const double *x, double *values, void *context)
{
    struct lane *const lane = context;
    struct search *const s = lane->search;
    double u[WM_OPTIMISE_KEYS_MAX];
    memcpy(u, lane->x, sizeof u);
    for (size_t k = 0; k < s->n_moving; k++)
        u[s->moving[k]] = x[k];
    wm_points_snap(&s->table, u);
    if (wm_points_find(&s->table, u) == s->table.n && !wait_for(lane, u))
        return false;
    wm_points_scaled(&s->table, wm_points_find(&s->table, u), &lane->aim, values);
    double score = values[0], unmet = 0.0;
    for (size_t c = 0; c < wm_points_n_bounds(&s->table, &lane->aim); c++)
        unmet += fmax(values[1 + c], 0.0);
    if (unmet <= 0.0)
        lane->best = fmin(lane->best, score);
    if (lane->method == WM_SEARCH_GLOBAL)
        values[0] += PENALTY * unmet;
    return true;
}

static void *run_lane(void *context)
{
    struct lane *const lane = context;
    struct search *const s = lane->search;
    double x[WM_OPTIMISE_KEYS_MAX], values[2 + WM_CONDITIONS_MAX];
    for (size_t k = 0; k < s->n_moving; k++)
        x[k] = lane->x[s->moving[k]];
    const struct wm_search search = {.n = s->n_moving,
                                     .n_conditions = wm_points_n_bounds(&s->table, &lane->aim),
                                     .x = x,
                                     .step = lane->step,
                                     .tolerance = TOLERANCE,
                                     .max_calls = 50 * (int)lane->n_max, /* known points are free */
                                     .f = ask,
                                     .context = lane};
    (void)wm_search_run(&search, lane->method, values);
    pthread_mutex_lock(&s->mutex);
    lane->state = LANE_ENDED;
    pthread_cond_signal(&s->asked);
    pthread_mutex_unlock(&s->mutex);
    return NULL;
}

static bool any_lane(const struct search *s, int state)
{
    for (size_t i = 0; i < s->n_lanes; i++)
        if ((int)s->lanes[i].state == state)
            return true;
    return false;
}

/* Rounds until every lane has ended; the mutex is held but while points run. */
static void take_turns(struct search *s, const char *stage)
{
    for (;;) {
        while (any_lane(s, LANE_RUNS))
            pthread_cond_wait(&s->asked, &s->mutex);
        if (!any_lane(s, LANE_WAITS))
            return;
        for (size_t i = 0; i < s->n_lanes && !s->stopping; i++)
            if (s->lanes[i].state == LANE_WAITS &&
                !wm_points_want(&s->table, s->lanes[i].wanted, stage))
                s->stopping = true; /* no points are left */
        if (s->table.n_wanted > s->table.n) {
            s->status = wm_points_run(&s->table);
            s->stopping = s->stopping || s->status != WM_OK;
        }
        for (size_t i = 0; i < s->n_lanes; i++)
            if (s->lanes[i].state == LANE_WAITS)
                s->lanes[i].state = LANE_RUNS;
        pthread_cond_broadcast(&s->turn);
    }
}

static void run_lanes(struct search *s, const char *stage)
{
    size_t n = 0;
    s->stopping = false;
    pthread_mutex_lock(&s->mutex);
    for (; n < s->n_lanes; n++) {
        s->lanes[n].search = s;
        s->lanes[n].state = LANE_RUNS;
        s->lanes[n].best = (double)INFINITY;
        s->lanes[n].n_asked = 0;
        if (pthread_create(&s->lanes[n].thread, NULL, run_lane, &s->lanes[n]) != 0)
            break;
    }
    if (n < s->n_lanes)
        s->status = WM_NO_MEMORY;
    s->n_lanes = n;
    take_turns(s, stage);
    pthread_mutex_unlock(&s->mutex);
    for (size_t i = 0; i < n; i++)
        (void)pthread_join(s->lanes[i].thread, NULL);
}

/* Corners and Sobol's points; false when points or memory ended. */
static bool fill_box(struct search *s)
{
    const size_t d = s->p->n_vary;
    double u[WM_OPTIMISE_KEYS_MAX] = {0};
    struct wm_quasi quasi;
    if (!wm_quasi_open(&quasi, (unsigned)d))
        return false;
    bool ok = true;
    for (size_t i = 0; i < N_SOBOL + 2 * d && ok; i++) {
        wm_quasi_at(&quasi, i, u);
        wm_points_snap(&s->table, u);
        ok = wm_points_want(&s->table, u, "space-filling start");
    }
    wm_quasi_close(&quasi);
    const size_t n = d <= CORNER_KEYS ? (size_t)1 << d : 2;
    for (size_t i = 0; i < n && ok; i++) {
        for (size_t j = 0; j < d; j++)
            u[j] = n > 2 ? (double)(i >> j & 1) : (double)i;
        wm_points_snap(&s->table, u);
        ok = wm_points_want(&s->table, u, "space-filling start");
    }
    return ok;
}

static double distance(const double *a, const double *b, size_t n)
{
    double most = 0.0;
    for (size_t j = 0; j < n; j++)
        most = fmax(most, fabs(a[j] - b[j]));
    return most;
}

/* The best point that is apart from `other` (NULL: the best of all); n when there is none. */
static size_t best_apart(const struct search *s, const struct wm_aim *aim, const double *other)
{
    const struct wm_table_of_points *const t = &s->table;
    size_t best = t->n;
    for (size_t i = 0; i < t->n; i++)
        if ((other == NULL || distance(wm_points_at(t, i), other, s->p->n_vary) >= APART) &&
            (best == t->n || wm_points_better(t, aim, i, best)))
            best = i;
    return best;
}

static void add_lane(struct search *s, enum wm_search_method method, const struct wm_aim *aim,
                     size_t start, double step, size_t n_max)
{
    struct lane *const lane = &s->lanes[s->n_lanes];
    if (start == s->table.n || n_max == 0)
        return;
    *lane = (struct lane){.method = method, .aim = *aim, .step = step, .n_max = n_max};
    memcpy(lane->x, wm_points_at(&s->table, start), s->p->n_vary * sizeof *lane->x);
    s->n_lanes++;
}

static size_t n_left(const struct search *s)
{
    const size_t reserve = s->p->n_goals == 1 ? 2 * s->p->n_vary : 0;
    const size_t left = s->p->max_points - s->table.n;
    return left > reserve ? left - reserve : 0;
}

static void polish(struct search *s, const struct wm_aim *aim, size_t n_max, struct wm_optimum *out)
{
    s->n_lanes = 0;
    add_lane(s, WM_SEARCH_LOCAL, aim, best_apart(s, aim, NULL), POLISH_STEP, n_max);
    run_lanes(s, "last local search");
    out->is_out_of_points = s->n_lanes == 0 || s->lanes[0].n_asked == s->lanes[0].n_max;
}

static void search_lanes(struct search *s, struct wm_optimum *out)
{
    const struct wm_aim aim = {0};
    const size_t best = best_apart(s, &aim, NULL), share = n_left(s) / 4;
    s->n_lanes = 0;
    add_lane(s, WM_SEARCH_LOCAL, &aim, best, FIRST_STEP, share);
    add_lane(s, WM_SEARCH_LOCAL, &aim, best_apart(s, &aim, wm_points_at(&s->table, best)),
             FIRST_STEP, share);
    add_lane(s, WM_SEARCH_GLOBAL, &aim, best, 0.0, share);
    run_lanes(s, "searches side by side");
    if (s->n_lanes > 0 && s->lanes[s->n_lanes - 1].method == WM_SEARCH_GLOBAL)
        out->check = wm_points_unscaled(&s->table, 0, s->lanes[s->n_lanes - 1].best);
    if (s->status == WM_OK)
        polish(s, &aim, n_left(s), out);
}

/* Level `k` of the curve's: the second goal held at a place between what the two ends give. */
static struct wm_aim level(const struct search *s, size_t k, size_t n)
{
    double ends[2], values[2 + WM_CONDITIONS_MAX];
    for (size_t g = 0; g < 2; g++) {
        const struct wm_aim end = {.goal = g}, other = {.goal = 1};
        wm_points_scaled(&s->table, best_apart(s, &end, NULL), &other, values);
        ends[g] = values[0];
    }
    return (struct wm_aim){.has_limit = true,
                           .limit = ends[0] + (ends[1] - ends[0]) * (double)k / (double)(n - 1)};
}

/* The best of each goal alone, then of the first at levels of the second, as many at once as there are lanes. */
static void search_curve(struct search *s, size_t n, struct wm_optimum *out)
{
    const struct wm_aim ends[2] = {{.goal = 0}, {.goal = 1}};
    const size_t share = n_left(s) / 6;
    s->n_lanes = 0;
    for (size_t g = 0; g < 2; g++)
        add_lane(s, WM_SEARCH_LOCAL, &ends[g], best_apart(s, &ends[g], NULL), FIRST_STEP, share);
    run_lanes(s, "best of one goal alone");
    for (size_t g = 0; g < 2 && s->status == WM_OK; g++)
        polish(s, &ends[g], share / 2, out);
    for (size_t k = 1; k + 1 < n && s->status == WM_OK;) {
        const size_t each = n_left(s) / (n - 1 - k);
        for (s->n_lanes = 0; s->n_lanes < LANES_MAX && k + 1 < n; k++) {
            const struct wm_aim aim = level(s, k, n);
            const size_t n_before = s->n_lanes;
            add_lane(s, WM_SEARCH_LOCAL, &aim, best_apart(s, &aim, NULL), CURVE_STEP, each);
            out->is_out_of_points = out->is_out_of_points || s->n_lanes == n_before;
        }
        run_lanes(s, "level of the curve");
    }
}

/* A step to one side along a key; another choice of a choice. False outside the range. */
static bool neighbour(const struct search *s, size_t best, size_t key, int side, double *u)
{
    const struct wm_vary *const v = &s->p->vary[key];
    const double width = v->choices != NULL ? 1.0 / (double)v->n_choices
                         : v->whole         ? fmax(NEIGHBOUR_STEP, 1.0 / (v->high - v->low))
                                            : NEIGHBOUR_STEP;
    memcpy(u, wm_points_at(&s->table, best), WM_OPTIMISE_KEYS_MAX * sizeof *u);
    const double to = u[key] + side * width;
    u[key] = fmin(fmax(to, 0.0), 1.0);
    wm_points_snap(&s->table, u);
    return to > -0.5 * width && to < 1.0 + 0.5 * width;
}

static void want_neighbours(struct search *s, size_t best)
{
    double u[WM_OPTIMISE_KEYS_MAX];
    for (size_t j = 0; j < s->p->n_vary; j++)
        for (int side = -1; side <= 1; side += 2)
            if (neighbour(s, best, j, side, u))
                (void)wm_points_want(&s->table, u, "neighbourhood");
}

static void tell_near(struct search *s, size_t best, struct wm_optimum *out)
{
    const size_t d = s->p->n_vary;
    double u[WM_OPTIMISE_KEYS_MAX];
    out->near = WM_NEW_ARRAY(s->table.arena, struct wm_optimise_point, 2 * d);
    out->near_key = WM_NEW_ARRAY(s->table.arena, size_t, 2 * d);
    for (size_t j = 0; j < d; j++)
        for (int side = -1; side <= 1; side += 2) {
            const bool is_inside = neighbour(s, best, j, side, u);
            const size_t i = wm_points_find(&s->table, u);
            if (!is_inside || i == best || i == s->table.n)
                continue;
            out->near_key[out->n_near] = j;
            out->near[out->n_near++] = wm_points_tell(&s->table, i);
        }
}

/* What no point that was tried beats in both goals: the best of each level, without those that fall together. */
static void tell_curve(struct search *s, size_t n, struct wm_optimum *out)
{
    size_t last = s->table.n;
    out->curve = WM_NEW_ARRAY(s->table.arena, struct wm_optimise_point, n);
    for (size_t k = 0; k < n; k++) {
        const struct wm_aim end = {.goal = k == 0 ? 0 : 1}, at = level(s, k, n);
        const size_t i = best_apart(s, k == 0 || k + 1 == n ? &end : &at, NULL);
        if (i == last)
            continue;
        last = i;
        out->curve[out->n_curve++] = wm_points_tell(&s->table, i);
    }
}

static enum wm_status finish(struct search *s, size_t n_curve, struct wm_optimum *out,
                             struct wm_diags *diags)
{
    const size_t best = best_apart(s, &(struct wm_aim){0}, NULL);
    out->n_points = s->table.n;
    out->n_rounds = s->table.n_rounds;
    out->n_failed = wm_points_failed(&s->table);
    out->n_draws = s->table.draws.n > 0 ? s->table.draws.n : 1;
    out->is_by_range = s->table.is_by_range;
    if (best == s->table.n || !wm_points_tell(&s->table, best).feasible) {
        wm_diag_add(diags, WM_E301, NULL, wm_metric_info(s->p->goals[0].metric)->key,
                    "no point of %zu ends well%s and meets all conditions", out->n_points,
                    out->n_draws > 1 ? " at every draw" : "");
        return WM_INFEASIBLE;
    }
    out->best = wm_points_tell(&s->table, best);
    out->found_by = s->table.stage[best];
    if (s->p->n_goals == 2)
        tell_curve(s, n_curve, out);
    else
        tell_near(s, best, out);
    return WM_OK;
}

/* A neighbour that is better becomes the point whose neighbours are looked at. */
static void look_around(struct search *s)
{
    const struct wm_aim aim = {0};
    size_t last = s->table.n;
    for (size_t best = best_apart(s, &aim, NULL); s->status == WM_OK && best != last;
         best = best_apart(s, &aim, NULL)) {
        last = best;
        want_neighbours(s, best);
        if (s->table.n_wanted > s->table.n)
            s->status = wm_points_run(&s->table);
    }
}

static enum wm_status run_stages(struct search *s, size_t n_curve, struct wm_optimum *out)
{
    if (!fill_box(s) && s->table.n_wanted == 0)
        return WM_NO_MEMORY;
    s->status = wm_points_run(&s->table);
    if (s->status == WM_OK)
        wm_points_set_scale(&s->table);
    if (s->status == WM_OK && s->n_moving > 0) {
        if (s->p->n_goals == 2)
            search_curve(s, n_curve, out);
        else
            search_lanes(s, out);
    }
    if (s->p->n_goals == 1)
        look_around(s);
    return s->status;
}

/* Numbers that were left to the search; false after E101. */
static bool complete(struct wm_optimise_params *p, struct wm_diags *diags)
{
    p->max_points = p->max_points > 0 ? p->max_points : p->n_goals == 2 ? 200 : 80;
    p->n_curve = p->n_curve > 0 ? p->n_curve : N_CURVE;
    if (p->n_goals >= 1 && p->n_goals <= WM_GOALS_MAX && p->n_curve >= 3 &&
        p->n_curve <= WM_OPTIMISE_CURVE_MAX)
        return true;
    wm_diag_add(diags, WM_E101, NULL, NULL,
                "optimise: one goal, or two for a curve of 3 to %d points", WM_OPTIMISE_CURVE_MAX);
    return false;
}

enum wm_status wm_optimise(struct wm_arena *arena, const struct wm_optimise_params *params,
                           struct wm_optimum *out, struct wm_diags *diags)
{
    struct wm_optimise_params own = *params;
    *out = (struct wm_optimum){.check = (double)NAN};
    if (!wm_search_is_built()) {
        wm_diag_add(diags, WM_E101, NULL, NULL,
                    "optimise: this program was built without NLopt (Debian: libnlopt-dev)");
        return WM_USAGE;
    }
    if (!complete(&own, diags))
        return WM_USAGE;
    struct search *const s = WM_NEW(arena, struct search);
    s->p = &own;
    out->max_points = own.max_points;
    enum wm_status status = wm_points_open(arena, &own, &s->table, diags);
    if (status != WM_OK)
        return status;
    for (size_t j = 0; j < params->n_vary; j++)
        if (params->vary[j].choices == NULL)
            s->moving[s->n_moving++] = j;
    pthread_mutex_init(&s->mutex, NULL);
    pthread_cond_init(&s->turn, NULL);
    pthread_cond_init(&s->asked, NULL);
    status = run_stages(s, own.n_curve, out);
    pthread_cond_destroy(&s->asked);
    pthread_cond_destroy(&s->turn);
    pthread_mutex_destroy(&s->mutex);
    wm_points_close(&s->table);
    return status != WM_OK ? status : finish(s, own.n_curve, out, diags);
}
