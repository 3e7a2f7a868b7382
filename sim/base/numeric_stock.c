#include <math.h>

#include "wattmill/arena.h"
#include "wattmill/numeric.h"

/* What is left to pay from a content on: convex, straight between; its level is not needed. */
struct rest {
    double begin, end;
    size_t n;
    struct wm_stock_piece *pieces; /* slopes rise */
};

static const double nothing = 1e-12; /* of content, in units of the caller */

static void append(struct rest *v, double width, double slope)
{
    struct wm_stock_piece *const last = v->n > 0 ? &v->pieces[v->n - 1] : NULL;
    if (!(width > nothing))
        return;
    if (last != NULL && !(last->slope < slope))
        last->width += width;
    else
        v->pieces[v->n++] = (struct wm_stock_piece){width, slope};
}

/* Keeps what lies in [low, high]. @return false when nothing does */
static bool clip(struct rest *v, double low, double high)
{
    size_t gone = 0;
    while (gone < v->n && v->begin + v->pieces[gone].width <= low)
        v->begin += v->pieces[gone++].width;
    v->pieces += gone;
    v->n -= gone;
    if (v->begin < low && v->n > 0) {
        v->pieces[0].width -= low - v->begin;
        v->begin = low;
    }
    while (v->n > 0 && v->end - v->pieces[v->n - 1].width >= high)
        v->end -= v->pieces[--v->n].width;
    if (v->end > high && v->n > 0) {
        v->pieces[v->n - 1].width -= v->end - high;
        v->end = high;
    }
    return v->begin <= high + 1e-9 && v->end >= low - 1e-9;
}

static double width_of(const struct wm_stock_stage *s)
{
    double sum = 0.0;
    for (size_t i = 0; i < s->n_pieces; i++)
        sum += s->pieces[i].width;
    return sum;
}

/* What is left before a stage: the least over its changes of its cost and of what is left after it. */
static struct rest before(struct wm_arena *arena, const struct rest *after,
                          const struct wm_stock_stage *s)
{
    struct rest v = {.begin = after->begin - s->first - width_of(s),
                     .end = after->end - s->first,
                     .pieces = WM_NEW_ARRAY(arena, struct wm_stock_piece, after->n + s->n_pieces + 1)};
    size_t j = 0;
    for (size_t i = s->n_pieces; i-- > 0;) {
        while (j < after->n && after->pieces[j].slope <= -s->pieces[i].slope) {
            append(&v, after->pieces[j].width, after->pieces[j].slope);
            j++;
        }
        append(&v, s->pieces[i].width, -s->pieces[i].slope);
    }
    for (; j < after->n; j++)
        append(&v, after->pieces[j].width, after->pieces[j].slope);
    return v;
}

static struct rest last(struct wm_arena *arena, const struct wm_stock *c)
{
    const struct wm_stock_stage *const s = &c->stages[c->n - 1];
    struct rest v = {.begin = s->low, .end = s->high};
    v.pieces = WM_NEW_ARRAY(arena, struct wm_stock_piece, 2);
    const double end = fmax(s->low, fmin(s->high, c->end));
    append(&v, end - s->low, -c->end_slope);
    append(&v, s->high - end, 0.0);
    return v;
}

/* A place on pieces: the slopes to its left and right. */
struct place {
    size_t i;    /* the piece to its right */
    double left; /* of it */
};

static struct place place_at(const struct wm_stock_piece *pieces, size_t n, double at)
{
    struct place p = {0, 0.0};
    while (p.i < n && at >= pieces[p.i].width - nothing)
        at -= pieces[p.i++].width;
    p.left = p.i < n ? pieces[p.i].width - fmax(0.0, at) : 0.0;
    return p;
}

static void go(struct place *p, const struct wm_stock_piece *pieces, size_t n, double step)
{
    p->left -= step;
    if (p->left > nothing)
        return;
    p->i++;
    p->left = p->i < n ? pieces[p->i].width : 0.0;
}

static double slope_left(const struct wm_stock_piece *pieces, size_t n, const struct place *p)
{
    const bool inside = p->i < n && p->left < pieces[p->i].width - nothing;
    return inside ? pieces[p->i].slope : p->i > 0 ? pieces[p->i - 1].slope : -(double)INFINITY;
}

static double slope_right(const struct wm_stock_piece *pieces, size_t n, const struct place *p)
{
    return p->i < n ? pieces[p->i].slope : (double)INFINITY;
}

/* The first worth of all, within [low, high]. */
static double first_worth(double low, double high)
{
    if (isinf(low) || isinf(high))
        return isinf(low) ? (isinf(high) ? 0.0 : high) : low;
    return 0.5 * (low + high);
}

/*
 * The change of a stage at a content, and what a unit is worth after it: as before where that may be. A full
 * store's worth may rise from stage to stage, an empty one's fall, no other's move. @return false when there is none
 */
static bool choose(const struct wm_stock_stage *s, const struct rest *v, double content,
                   double *change, double *worth)
{
    const double most = s->first + width_of(s);
    const double from = fmax(s->first, v->begin - content), to = fmin(most, v->end - content);
    if (from > to + 1e-9)
        return false;
    struct place p = place_at(s->pieces, s->n_pieces, from - s->first);
    struct place q = place_at(v->pieces, v->n, content + from - v->begin);
    double at = from;
    while (p.i < s->n_pieces && q.i < v->n && at < to &&
           s->pieces[p.i].slope + v->pieces[q.i].slope < 0.0) {
        const double step = fmin(p.left, q.left);
        go(&p, s->pieces, s->n_pieces, step);
        go(&q, v->pieces, v->n, step);
        at += step;
    }
    *change = fmin(at, fmax(from, to));
    const double low = fmax(slope_left(s->pieces, s->n_pieces, &p), -slope_right(v->pieces, v->n, &q));
    const double high =
        fmin(slope_right(s->pieces, s->n_pieces, &p), -slope_left(v->pieces, v->n, &q));
    *worth = isnan(*worth) ? first_worth(low, high) : fmax(low, fmin(high, *worth));
    return true;
}

bool wm_stock_minimise(const struct wm_stock *c, struct wm_arena *arena, double *content,
                       double *worth)
{
    struct rest *const after = WM_NEW_ARRAY(arena, struct rest, c->n);
    bool solved = true;
    after[c->n - 1] = last(arena, c);
    for (size_t k = c->n - 1; k > 0 && solved; k--) {
        after[k - 1] = before(arena, &after[k], &c->stages[k]);
        solved = clip(&after[k - 1], c->stages[k - 1].low, c->stages[k - 1].high);
    }
    double now = c->start, unit = (double)NAN;
    for (size_t k = 0; k < c->n && solved; k++) {
        double change = 0.0;
        solved = choose(&c->stages[k], &after[k], now, &change, &unit);
        now += change;
        content[k] = now;
        worth[k] = unit;
    }
    return solved;
}
