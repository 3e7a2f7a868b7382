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
#define TOLERANCE      0.002 /* of the box: nothing a planner would build differently */
#define PENALTY        10.0  /* of a condition unmet, to DIRECT-L, which knows none */

struct lane {
    struct search *search;
    pthread_t thread;
    enum wm_search_method method;
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
    wm_points_scaled(&s->table, wm_points_find(&s->table, u), values);
    double score = values[0], unmet = 0.0;
    for (size_t c = 0; c < s->p->n_conditions; c++)
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
    double x[WM_OPTIMISE_KEYS_MAX], values[1 + WM_CONDITIONS_MAX];
    for (size_t k = 0; k < s->n_moving; k++)
        x[k] = lane->x[s->moving[k]];
    const struct wm_search search = {.n = s->n_moving,
                                     .n_conditions = s->p->n_conditions,
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
static size_t best_apart(const struct search *s, const double *other)
{
    const struct wm_table_of_points *const t = &s->table;
    size_t best = t->n;
    for (size_t i = 0; i < t->n; i++)
        if ((other == NULL || distance(wm_points_at(t, i), other, s->p->n_vary) >= APART) &&
            (best == t->n || wm_points_better(t, i, best)))
            best = i;
    return best;
}

static void add_lane(struct search *s, enum wm_search_method method, size_t start, double step,
                     size_t n_max)
{
    struct lane *const lane = &s->lanes[s->n_lanes];
    if (start == s->table.n || n_max == 0)
        return;
    *lane = (struct lane){.method = method, .step = step, .n_max = n_max};
    memcpy(lane->x, wm_points_at(&s->table, start), s->p->n_vary * sizeof *lane->x);
    s->n_lanes++;
}

static size_t n_left(const struct search *s)
{
    const size_t reserve = 2 * s->p->n_vary, left = s->p->max_points - s->table.n;
    return left > reserve ? left - reserve : 0;
}

static void search_lanes(struct search *s, struct wm_optimum *out)
{
    const size_t best = best_apart(s, NULL), share = n_left(s) / 4;
    s->n_lanes = 0;
    add_lane(s, WM_SEARCH_LOCAL, best, FIRST_STEP, share);
    add_lane(s, WM_SEARCH_LOCAL, best_apart(s, wm_points_at(&s->table, best)), FIRST_STEP, share);
    add_lane(s, WM_SEARCH_GLOBAL, best, 0.0, share);
    run_lanes(s, "searches side by side");
    if (s->n_lanes > 0 && s->lanes[s->n_lanes - 1].method == WM_SEARCH_GLOBAL)
        out->check = wm_points_unscaled(&s->table, s->lanes[s->n_lanes - 1].best);
    if (s->status != WM_OK)
        return;
    s->n_lanes = 0;
    add_lane(s, WM_SEARCH_LOCAL, best_apart(s, NULL), POLISH_STEP, n_left(s));
    run_lanes(s, "last local search");
    out->is_out_of_points = s->n_lanes == 0 || s->lanes[0].n_asked == s->lanes[0].n_max;
}

/* A step to either side along each key; other choices of a choice. */
static void want_neighbours(struct search *s, size_t best)
{
    for (size_t j = 0; j < s->p->n_vary; j++) {
        const struct wm_vary *const v = &s->p->vary[j];
        const double width = v->choices != NULL ? 1.0 / (double)v->n_choices
                             : v->whole         ? fmax(NEIGHBOUR_STEP, 1.0 / (v->high - v->low))
                                                : NEIGHBOUR_STEP;
        for (int side = -1; side <= 1; side += 2) {
            double u[WM_OPTIMISE_KEYS_MAX];
            memcpy(u, wm_points_at(&s->table, best), sizeof u);
            u[j] += side * width;
            if (u[j] > -0.5 * width && u[j] < 1.0 + 0.5 * width) {
                u[j] = fmin(fmax(u[j], 0.0), 1.0);
                wm_points_snap(&s->table, u);
                (void)wm_points_want(&s->table, u, "neighbourhood");
            }
        }
    }
}

static void tell_near(struct search *s, size_t best, struct wm_optimum *out)
{
    const size_t d = s->p->n_vary;
    out->near = WM_NEW_ARRAY(s->table.arena, struct wm_optimise_point, 2 * d);
    out->near_key = WM_NEW_ARRAY(s->table.arena, size_t, 2 * d);
    for (size_t i = 0; i < s->table.n && out->n_near < 2 * d; i++) {
        const double *const a = wm_points_at(&s->table, i), *const b =
                                                                wm_points_at(&s->table, best);
        size_t n_differ = 0, key = 0;
        for (size_t j = 0; j < d; j++)
            if (a[j] < b[j] || a[j] > b[j]) {
                n_differ++;
                key = j;
            }
        if (n_differ != 1 || !wm_points_is_neighbour(&s->table, i))
            continue;
        out->near_key[out->n_near] = key;
        out->near[out->n_near++] = wm_points_tell(&s->table, i);
    }
}

static enum wm_status finish(struct search *s, struct wm_optimum *out, struct wm_diags *diags)
{
    const size_t best = best_apart(s, NULL);
    out->n_points = s->table.n;
    out->n_rounds = s->table.n_rounds;
    out->n_failed = wm_points_failed(&s->table);
    if (best == s->table.n || !wm_points_tell(&s->table, best).feasible) {
        wm_diag_add(diags, WM_E301, NULL, wm_metric_info(s->p->metric)->key,
                    "no point of %zu ends well and meets all conditions", out->n_points);
        return WM_INFEASIBLE;
    }
    out->best = wm_points_tell(&s->table, best);
    out->found_by = s->table.stage[best];
    tell_near(s, best, out);
    return WM_OK;
}

static enum wm_status run_stages(struct search *s, struct wm_optimum *out)
{
    if (!fill_box(s) && s->table.n_wanted == 0)
        return WM_NO_MEMORY;
    s->status = wm_points_run(&s->table);
    if (s->status == WM_OK)
        wm_points_set_scale(&s->table);
    if (s->status == WM_OK && s->n_moving > 0)
        search_lanes(s, out);
    /* a neighbour that is better becomes the point whose neighbours are looked at */
    size_t last = s->table.n;
    for (size_t best = best_apart(s, NULL); s->status == WM_OK && best != last;
         best = best_apart(s, NULL)) {
        last = best;
        want_neighbours(s, best);
        if (s->table.n_wanted > s->table.n)
            s->status = wm_points_run(&s->table);
    }
    return s->status;
}

enum wm_status wm_optimise(struct wm_arena *arena, const struct wm_optimise_params *params,
                           struct wm_optimum *out, struct wm_diags *diags)
{
    *out = (struct wm_optimum){.check = (double)NAN};
    if (!wm_search_is_built()) {
        wm_diag_add(diags, WM_E101, NULL, NULL,
                    "optimise: this program was built without NLopt (Debian: libnlopt-dev)");
        return WM_USAGE;
    }
    struct search *const s = WM_NEW(arena, struct search);
    s->p = params;
    enum wm_status status = wm_points_open(arena, params, &s->table, diags);
    if (status != WM_OK)
        return status;
    for (size_t j = 0; j < params->n_vary; j++)
        if (params->vary[j].choices == NULL)
            s->moving[s->n_moving++] = j;
    pthread_mutex_init(&s->mutex, NULL);
    pthread_cond_init(&s->turn, NULL);
    pthread_cond_init(&s->asked, NULL);
    status = run_stages(s, out);
    pthread_cond_destroy(&s->asked);
    pthread_cond_destroy(&s->turn);
    pthread_mutex_destroy(&s->mutex);
    wm_points_close(&s->table);
    return status != WM_OK ? status : finish(s, out, diags);
}
