#include "store_plan.h"

#include <math.h>

#include "wattmill/arena.h"
#include "wattmill/numeric.h"

enum { SOURCES = 5, PIECES = 2 * SOURCES, ROUNDS_MAX = 400 };
static const double close_rel = 1e-9;
static const double tiny_mw = 1e-9;

/* What can carry load: up to so much, at so much a MWh. */
struct source {
    double width, usd_per_mwh;
};

/* A run of the method: the chain of the present demands, and the cuts so far. */
struct search {
    const struct wm_store_case *c;
    struct wm_stock_stage *stages;
    struct wm_stock_piece *pieces; /* [n][PIECES] */
    double *content, *worth, *power;
    double demand[WM_STORE_CHARGES], low[WM_STORE_CHARGES], high[WM_STORE_CHARGES];
    double usd, slope[WM_STORE_CHARGES]; /* at the demands, and by each of them */
    /* cuts: usd >= level + sum of slope times demand */
    struct wm_lp_entry *entries; /* of all cuts */
    double *level;
    int n_cuts, n_entries;
    struct wm_arena *round; /* of one evaluation */
};

static void insert(struct source *s, size_t *n, double width, double usd_per_mwh)
{
    size_t i = *n;
    if (!(width > 0.0))
        return;
    for (; i > 0 && s[i - 1].usd_per_mwh > usd_per_mwh; i--)
        s[i] = s[i - 1];
    s[i] = (struct source){width, usd_per_mwh};
    (*n)++;
}

/* Lowest of the demands that an interval counts for, and which; infinite without one. */
static double cap_of(const struct search *s, const struct wm_store_interval *x, size_t *which,
                     double *usd_per_mw)
{
    double cap = (double)INFINITY;
    *usd_per_mw = 0.0;
    uint64_t set = x->charges;
    for (size_t k = 0; set != 0; k++, set >>= 1) {
        if ((set & 1) == 0)
            continue;
        *usd_per_mw += s->c->usd_per_mw[k];
        if (s->demand[k] < cap) {
            cap = s->demand[k];
            *which = k;
        }
    }
    *usd_per_mw *= 1.0 + 1e-3; /* dearer than all charges together */
    return cap;
}

static double grid_usd_per_mwh(const struct search *s, const struct wm_store_interval *x)
{
    return x->usd_per_mwh + x->peak_usd_per_mw / s->c->h;
}

/* Sources of an interval by their price. @return how many */
static size_t sources_of(const struct search *s, const struct wm_store_interval *x,
                         struct source out[SOURCES])
{
    size_t n = 0, which = 0;
    double over = 0.0;
    const double most = fmax(x->allowed, x->load), cap = fmin(most, cap_of(s, x, &which, &over));
    const double usd = grid_usd_per_mwh(s, x);
    insert(out, &n, x->free, 0.0);
    insert(out, &n, x->engine, x->engine_usd_per_mwh);
    insert(out, &n, x->cut, x->cut_usd_per_mwh);
    insert(out, &n, cap, usd);
    insert(out, &n, most - cap, usd + over / s->c->h);
    return n;
}

/* Slopes per MWh of content. Charging and discharging at once, which a negative price would pay for, is not. */
static double discharge_slope(const struct wm_store_case *c, double usd_per_mwh)
{
    return usd_per_mwh >= 0.0 ? (usd_per_mwh - c->wear_usd_per_mwh) * c->eta
                              : usd_per_mwh / c->eta - c->wear_usd_per_mwh * c->eta;
}

/* The meter's part of a load that is carried, and prices of its last MWh and of one more. */
struct carried {
    double grid, left, right;
};

static struct carried carry(const struct search *s, const struct wm_store_interval *x, double load)
{
    struct source sources[SOURCES];
    const size_t n = sources_of(s, x, sources);
    const double usd = grid_usd_per_mwh(s, x);
    struct carried c = {0.0, -(double)INFINITY, (double)INFINITY};
    for (size_t i = 0; i < n; i++) {
        const double part = fmax(0.0, fmin(load, sources[i].width));
        if (load > tiny_mw)
            c.left = sources[i].usd_per_mwh;
        if (sources[i].usd_per_mwh >= usd && sources[i].usd_per_mwh <= usd)
            c.grid += part;
        if (load < sources[i].width - tiny_mw && isinf(c.right))
            c.right = sources[i].usd_per_mwh;
        load -= part;
    }
    return c;
}

/* Stage `i`: its pieces, and what its lowest change costs [USD]. */
static double add_stage(struct search *s, size_t i)
{
    const struct wm_store_case *const c = s->c;
    const struct wm_store_interval *const x = &c->intervals[i];
    struct source sources[SOURCES];
    const size_t n = sources_of(s, x, sources);
    struct wm_stock_piece *const pieces = &s->pieces[i * PIECES];
    const double base = x->load + x->cut, from = fmax(0.0, base - c->power), to = base + c->power;
    size_t n_pieces = 0;
    double at = 0.0, usd = 0.0;
    for (size_t k = 0; k < n; k++) {
        const double end = at + sources[k].width, price = sources[k].usd_per_mwh;
        const double below = fmin(end, from) - at;
        const double down = fmin(end, base) - fmax(at, from), up = fmin(end, to) - fmax(at, base);
        usd += below > 0.0 ? c->h * below * price : 0.0;
        if (down > 0.0)
            pieces[n_pieces++] =
                (struct wm_stock_piece){down * c->h / c->eta, discharge_slope(c, price)};
        if (up > 0.0)
            pieces[n_pieces++] = (struct wm_stock_piece){up * c->h * c->eta, price / c->eta};
        at = end;
    }
    s->stages[i] = (struct wm_stock_stage){
        -(base - from) * c->h / c->eta, x->low, x->high, pieces, n_pieces};
    return usd + c->h * (base - from) * c->wear_usd_per_mwh - c->h * x->cut * x->cut_usd_per_mwh;
}

static double change_usd(const struct wm_stock_stage *s, double change)
{
    double left = change - s->first, usd = 0.0;
    for (size_t i = 0; i < s->n_pieces && left > 0.0; i++) {
        const double part = fmin(left, s->pieces[i].width);
        usd += part * s->pieces[i].slope;
        left -= part;
    }
    return usd;
}

/* What a MW more of the demand that caps the interval saves [USD/MW], where it caps it. */
static void add_saving(struct search *s, size_t i, double change)
{
    const struct wm_store_case *const c = s->c;
    const struct wm_store_interval *const x = &c->intervals[i];
    size_t which = 0;
    double over = 0.0;
    const double cap = cap_of(s, x, &which, &over), most = fmax(x->allowed, x->load);
    if (!(cap < most))
        return;
    const double w = s->worth[i], usd = grid_usd_per_mwh(s, x);
    const struct carried now = carry(s, x, x->load + x->cut + s->power[i]);
    if (now.grid < cap - tiny_mw)
        return;
    /* to the battery, and between the sources where they leave it open */
    const double asked = change < -tiny_mw ? w / c->eta + c->wear_usd_per_mwh : w * c->eta;
    const double margin = fmax(now.left, fmin(now.right, asked));
    s->slope[which] -= fmax(0.0, fmin(over, c->h * (margin - usd)));
}

/* Cost at the present demands and its slopes. @return false when no plan keeps the bounds */
static bool evaluate(struct search *s)
{
    const struct wm_store_case *const c = s->c;
    s->usd = 0.0;
    for (size_t k = 0; k < c->n_charges; k++) {
        s->slope[k] = c->usd_per_mw[k];
        s->usd += c->usd_per_mw[k] * s->demand[k];
    }
    for (size_t i = 0; i < c->n; i++)
        s->usd += add_stage(s, i);
    const struct wm_stock chain = {s->stages, c->n, c->start, c->end, c->end_usd_per_mwh};
    wm_arena_reset(s->round);
    if (!wm_stock_minimise(&chain, s->round, s->content, s->worth))
        return false;
    double last = c->start;
    for (size_t i = 0; i < c->n; i++) {
        const double change = s->content[i] - last;
        s->power[i] = change > 0.0 ? change / (c->h * c->eta) : change * c->eta / c->h;
        s->usd += change_usd(&s->stages[i], change);
        add_saving(s, i, change);
        last = s->content[i];
    }
    s->usd += c->end_usd_per_mwh * fmax(0.0, c->end - last);
    return true;
}

static void add_cut(struct search *s)
{
    double level = s->usd;
    s->entries[s->n_entries++] = (struct wm_lp_entry){s->n_cuts, 0, 1.0};
    for (size_t k = 0; k < s->c->n_charges; k++) {
        level -= s->slope[k] * s->demand[k];
        s->entries[s->n_entries++] = (struct wm_lp_entry){s->n_cuts, (int)k + 1, -s->slope[k]};
    }
    s->level[s->n_cuts++] = level;
}

/* The first cut's least between the bounds of the demands: a bound of the programme's own size, which simplex needs. */
static double least_of_first_cut(const struct search *s)
{
    double usd = s->level[0];
    for (size_t k = 0; k < s->c->n_charges; k++) {
        const double slope = -s->entries[k + 1].value;
        usd += fmin(slope * s->low[k], slope * s->high[k]);
    }
    return usd;
}

/* Demands of the least bound that all cuts leave, and the bound. @return false when they are the present ones */
static bool choose_demands(struct search *s, double *bound)
{
    double low[WM_STORE_CHARGES + 1], high[WM_STORE_CHARGES + 1], cost[WM_STORE_CHARGES + 1] = {1.0};
    double x[WM_STORE_CHARGES + 1];
    bool moved = false;
    low[0] = least_of_first_cut(s);
    high[0] = (double)INFINITY;
    for (size_t k = 0; k < s->c->n_charges; k++) {
        low[k + 1] = s->low[k];
        high[k + 1] = s->high[k];
    }
    const struct wm_lp_bounded lp = {.n_rows = s->n_cuts,
                                     .n_columns = (int)s->c->n_charges + 1,
                                     .n_entries = s->n_entries,
                                     .row_low = s->level,
                                     .low = low,
                                     .high = high,
                                     .cost = cost,
                                     .entries = s->entries};
    if (!wm_lp_minimise(&lp, x))
        return false;
    *bound = x[0];
    for (size_t k = 0; k < s->c->n_charges; k++) {
        moved = moved || fabs(x[k + 1] - s->demand[k]) > tiny_mw;
        s->demand[k] = x[k + 1];
    }
    return moved;
}

/* Demands between what no battery of this power can do and what none is worth, and where the search begins. */
static void begin(struct search *s, const double *demand)
{
    const struct wm_store_case *const c = s->c;
    for (size_t k = 0; k < c->n_charges; k++) {
        double load = c->floor[k];
        s->low[k] = s->high[k] = c->floor[k];
        for (size_t i = 0; i < c->n; i++) {
            const struct wm_store_interval *const x = &c->intervals[i];
            if ((x->charges >> k & 1) == 0)
                continue;
            load = fmax(load, x->load);
            s->low[k] = fmax(s->low[k], x->load - x->free - x->engine - c->power);
            s->high[k] = fmax(s->high[k], x->load + x->cut + c->power);
        }
        s->demand[k] = isnan(demand[k]) ? load : fmax(s->low[k], fmin(s->high[k], demand[k]));
    }
}

static struct search search_of(struct wm_arena *arena, const struct wm_store_case *c)
{
    return (struct search){
        .c = c,
        .stages = WM_NEW_ARRAY(arena, struct wm_stock_stage, c->n),
        .pieces = WM_NEW_ARRAY(arena, struct wm_stock_piece, c->n * PIECES),
        .content = WM_NEW_ARRAY(arena, double, c->n),
        .worth = WM_NEW_ARRAY(arena, double, c->n),
        .power = WM_NEW_ARRAY(arena, double, c->n),
        .entries = WM_NEW_ARRAY(arena, struct wm_lp_entry, ROUNDS_MAX * (c->n_charges + 1)),
        .level = WM_NEW_ARRAY(arena, double, ROUNDS_MAX),
        .round = wm_arena_open()};
}

/* Keeps the plan of the present demands where it is the best so far. */
static void keep(const struct search *s, double *best, double *demand, double *power, double *content)
{
    if (!(s->usd < *best))
        return;
    *best = s->usd;
    for (size_t k = 0; k < s->c->n_charges; k++)
        demand[k] = s->demand[k];
    for (size_t i = 0; i < s->c->n; i++) {
        power[i] = s->power[i];
        content[i] = s->content[i];
    }
}

double wm_store_plan(const struct wm_store_case *c, double *demand, double *power, double *content)
{
    struct wm_arena *const arena = wm_arena_open();
    struct search s = search_of(arena, c);
    double bound = -(double)INFINITY, best = (double)INFINITY;
    begin(&s, demand);
    for (int round = 0; round < ROUNDS_MAX && evaluate(&s); round++) {
        keep(&s, &best, demand, power, content);
        add_cut(&s);
        if (c->n_charges == 0 || !choose_demands(&s, &bound) ||
            best - bound <= close_rel * fmax(1.0, fabs(best)))
            break;
    }
    wm_arena_close(s.round);
    wm_arena_close(arena);
    return isfinite(best) ? best : (double)NAN;
}
