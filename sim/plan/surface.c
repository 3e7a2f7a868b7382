#include "surface.h"

#include <math.h>
#include <string.h>

#include "wattmill/parallel.h"
#include "wattmill/require.h"
#include "wattmill/numeric.h"

/* A row is worth keeping while it has a capacity. */
static bool fill_row(struct wm_surface_point *row, const struct wm_serving_plan *plan,
                     double clock_frac)
{
    struct wm_serving_point points[WM_SURFACE_BATCHES];
    if (!wm_serving_states(plan, clock_frac, WM_SURFACE_BATCHES, points))
        return false;
    for (size_t i = 0; i < WM_SURFACE_BATCHES; i++) {
        row[i].serving = points[i];
        row[i].clock_frac = clock_frac;
    }
    return true;
}

/* Whether b lies on or below the line from a to c, in (power, rate). */
static bool is_below(const struct wm_surface_point *a, const struct wm_surface_point *b,
                     const struct wm_surface_point *c)
{
    return (b->serving.out_tok_per_s - a->serving.out_tok_per_s) *
               (c->serving.it_w - a->serving.it_w) <=
           (c->serving.out_tok_per_s - a->serving.out_tok_per_s) *
               (b->serving.it_w - a->serving.it_w);
}

static void sort_by_power(const struct wm_surface_point **points, size_t n)
{
    for (size_t i = 1; i < n; i++) { /* insertion sort: rows are sorted runs, n is small */
        const struct wm_surface_point *const p = points[i];
        size_t j = i;
        for (; j > 0 && points[j - 1]->serving.it_w > p->serving.it_w; j--)
            points[j] = points[j - 1];
        points[j] = p;
    }
}

/* Upper hull from the first point in power, by Andrew's monotone chain, up to the highest rate. */
static void build_hull(struct wm_surface *s, const struct wm_surface_point **points, size_t n)
{
    const struct wm_surface_point *top = points[0];
    sort_by_power(points, n);
    s->n_hull = 0;
    for (size_t i = 0; i < n; i++) {
        if (points[i]->serving.out_tok_per_s > top->serving.out_tok_per_s)
            top = points[i];
    }
    for (size_t i = 0; i < n; i++) {
        const struct wm_surface_point *const p = points[i];
        if (p->serving.it_w > top->serving.it_w)
            break;
        /* points that serve nothing: the one of least power stands for them */
        if (s->n_hull > 0 && p->serving.it_w <= s->hull[s->n_hull - 1]->serving.it_w &&
            p->serving.out_tok_per_s <= s->hull[s->n_hull - 1]->serving.out_tok_per_s)
            continue;
        while (s->n_hull > 1 && is_below(s->hull[s->n_hull - 2], s->hull[s->n_hull - 1], p))
            s->n_hull--;
        s->hull[s->n_hull++] = p;
    }
    /* points past the best rate at lower slope than zero never appear: cut a falling end */
    while (s->n_hull > 1 && s->hull[s->n_hull - 1]->serving.out_tok_per_s <=
                                s->hull[s->n_hull - 2]->serving.out_tok_per_s)
        s->n_hull--;
}

const struct wm_surface_point *wm_surface_idle(const struct wm_surface *surface)
{
    return &surface->rows[0][0];
}

static struct wm_surface_point off_point(const struct wm_surface *s, double off_frac)
{
    const struct wm_serving_point *idle = &wm_surface_idle(s)->serving;
    return (struct wm_surface_point){.serving = {.idle_w = off_frac * idle->idle_w,
                                                 .board_w = off_frac * idle->board_w,
                                                 .host_w = off_frac * idle->host_w,
                                                 .it_w = off_frac * idle->it_w}};
}

void wm_surface_build_hull(struct wm_arena *arena, struct wm_surface *s, double off_frac)
{
    const struct wm_surface_point **points =
        WM_NEW_ARRAY(arena, const struct wm_surface_point *, WM_SURFACE_POINTS + 1);
    size_t n = 0;
    s->off = off_point(s, off_frac);
    points[n++] = &s->off;
    for (size_t i = 0; i < s->n_clocks; i++)
        for (size_t j = 0; j < WM_SURFACE_BATCHES; j++) {
            s->rows[i][j].clock = (uint16_t)i;
            s->rows[i][j].batch = (uint16_t)j;
            points[n++] = &s->rows[i][j];
        }
    build_hull(s, points, n);
}

struct filling {
    struct wm_surface *surface;
    const struct wm_serving_plan *plan;
    double top_clock_frac, lowest_clock_frac;
    bool has_capacity[WM_SURFACE_CLOCKS];
};

static void fill_clock(void *context, size_t i)
{
    struct filling *const f = context;
    const double x = (double)i / (WM_SURFACE_CLOCKS - 1);
    const double clock = f->top_clock_frac + (f->lowest_clock_frac - f->top_clock_frac) * x;
    f->has_capacity[i] = fill_row(f->surface->rows[i], f->plan, clock);
}

void wm_surface_fill(struct wm_surface *s, const struct wm_serving_plan *plan,
                     double top_clock_frac, unsigned n_threads)
{
    struct filling f = {.surface = s, .plan = plan, .top_clock_frac = top_clock_frac};
    f.lowest_clock_frac =
        wm_smaller(top_clock_frac, wm_larger(plan->c.accelerator->power.min_clock_frac,
                                  wm_prefill_accelerator(&plan->c)->power.min_clock_frac));
    wm_parallel_for(n_threads, WM_SURFACE_CLOCKS, fill_clock, &f);
    s->n_clocks = 0;
    for (size_t i = 0; i < WM_SURFACE_CLOCKS; i++) {
        if (!f.has_capacity[i])
            continue;
        if (s->n_clocks != i)
            memcpy(s->rows[s->n_clocks], s->rows[i], sizeof s->rows[i]);
        s->n_clocks++;
    }
}

const struct wm_surface *wm_surface_new(struct wm_arena *arena, const struct wm_serving_plan *plan,
                                        double top_clock_frac, double off_frac)
{
    struct wm_surface *const s = WM_NEW(arena, struct wm_surface);
    wm_surface_fill(s, plan, top_clock_frac, 1);
    wm_surface_build_hull(arena, s, off_frac);
    return s;
}

/* Whether c is reached from a with less power for its rate than by way of b. */
static bool is_above(const struct wm_surface_point *a, const struct wm_surface_point *b,
                     const struct wm_surface_point *c)
{
    return (b->serving.it_w - a->serving.it_w) *
               (c->serving.out_tok_per_s - a->serving.out_tok_per_s) >=
           (c->serving.it_w - a->serving.it_w) *
               (b->serving.out_tok_per_s - a->serving.out_tok_per_s);
}

static void sort_by_rate(const struct wm_surface_point **points, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const struct wm_surface_point *const p = points[i];
        size_t j = i;
        for (; j > 0 && points[j - 1]->serving.out_tok_per_s > p->serving.out_tok_per_s; j--)
            points[j] = points[j - 1];
        points[j] = p;
    }
}

const struct wm_thrift *wm_thrift_new(struct wm_arena *arena, const struct wm_surface *surface,
                                      const struct wm_surface_point *rest,
                                      bool (*allowed)[WM_SURFACE_BATCHES])
{
    const struct wm_surface_point **const points =
        WM_NEW_ARRAY(arena, const struct wm_surface_point *, WM_SURFACE_POINTS);
    struct wm_thrift *const t = WM_NEW(arena, struct wm_thrift);
    size_t n = 0;
    for (size_t i = 0; i < surface->n_clocks; i++)
        for (size_t j = 1; j < WM_SURFACE_BATCHES; j++)
            if (allowed[i][j] && surface->rows[i][j].serving.out_tok_per_s > 0.0)
                points[n++] = &surface->rows[i][j];
    if (n == 0)
        return NULL;
    sort_by_rate(points, n);
    t->hull[t->n++] = rest;
    for (size_t i = 0; i < n; i++) {
        while (t->n > 1 && is_above(t->hull[t->n - 2], t->hull[t->n - 1], points[i]))
            t->n--;
        if (points[i]->serving.out_tok_per_s > t->hull[t->n - 1]->serving.out_tok_per_s)
            t->hull[t->n++] = points[i];
    }
    return t;
}

bool wm_thrift_at_rate(const struct wm_thrift *thrift, double rate_tok_per_s, struct wm_spread *mix)
{
    for (size_t i = 0; i + 1 < thrift->n; i++) {
        const double from = thrift->hull[i]->serving.out_tok_per_s;
        const double to = thrift->hull[i + 1]->serving.out_tok_per_s;
        if (rate_tok_per_s > to)
            continue;
        const double t = (rate_tok_per_s - from) / (to - from);
        *mix = (struct wm_spread){.point = {thrift->hull[i], thrift->hull[i + 1]},
                                  .weight = {1.0 - t, t},
                                  .n = 2,
                                  .position = -1.0};
        return true;
    }
    return false;
}

double wm_surface_capacity(const struct wm_surface *surface)
{
    return surface->rows[0][WM_SURFACE_BATCHES - 1].serving.out_tok_per_s;
}

struct wm_spread wm_surface_at_rate(const struct wm_surface *surface, size_t row_index,
                                    double rate_tok_per_s)
{
    const struct wm_surface_point *const row = surface->rows[row_index];
    size_t lo = 0, hi = WM_SURFACE_BATCHES - 1;
    while (hi - lo > 1) {
        const size_t mid = (lo + hi) / 2;
        if (row[mid].serving.out_tok_per_s <= rate_tok_per_s)
            lo = mid;
        else
            hi = mid;
    }
    const double from = row[lo].serving.out_tok_per_s;
    const double to = row[hi].serving.out_tok_per_s;
    const double t = wm_smaller(1.0, wm_larger(0.0, (rate_tok_per_s - from) / (to - from)));
    return (struct wm_spread){.point = {&row[lo], &row[hi]},
                              .weight = {1.0 - t, t},
                              .n = 2,
                              .position = row_index == 0 ? (double)lo + t : -1.0};
}

struct wm_spread wm_surface_on_hull(const struct wm_surface *surface, size_t vertex, double frac)
{
    const size_t next = vertex + 1 < surface->n_hull ? vertex + 1 : vertex;
    return (struct wm_spread){.point = {surface->hull[vertex], surface->hull[next]},
                              .weight = {1.0 - frac, frac},
                              .n = 2,
                              .position = -1.0};
}

struct wm_spread wm_spread_blend(const struct wm_spread *a, const struct wm_spread *b, double t)
{
    struct wm_spread mix = {.n = a->n + b->n, .position = -1.0};
    WM_REQUIRE(mix.n <= WM_SPREAD_POINTS);
    for (size_t i = 0; i < a->n; i++) {
        mix.point[i] = a->point[i];
        mix.weight[i] = (1.0 - t) * a->weight[i];
    }
    for (size_t i = 0; i < b->n; i++) {
        mix.point[a->n + i] = b->point[i];
        mix.weight[a->n + i] = t * b->weight[i];
    }
    return mix;
}
