#include "rates.h"

#include <math.h>
#include <string.h>

static const char block_keys[] = "rate|adj|max|unit|sell";

static double number(struct wm_config *c, const struct wm_json *block, const char *key,
                     double otherwise)
{
    const struct wm_json *const v = wm_json_find(block, key);
    if (v == NULL || v->type == WM_JSON_NULL)
        return otherwise;
    if (v->type == WM_JSON_NUMBER)
        return v->number;
    wm_config_mistake(c, WM_E205, v, "%s: a number is wanted, found %s", key,
                      wm_json_type_text(v->type));
    return otherwise;
}

static void read_block(struct wm_config *c, struct wm_rates *r, struct wm_rates_period *p, int at,
                       const struct wm_json *v)
{
    const size_t i = p->n++;
    const struct wm_json *const unit = wm_json_find(v, "unit");
    struct wm_rates_block *const b = &p->blocks[i];
    *b = (struct wm_rates_block){.at = v, .unit = "kWh"};
    if (v->type != WM_JSON_OBJECT) {
        wm_config_mistake(c, WM_E205, v, "%s.%d.%zu: a block {...} is wanted, found %s", r->key, at,
                          i, wm_json_type_text(v->type));
        return;
    }
    for (const struct wm_json *m = v->child; m != NULL; m = m->next)
        if (!wm_config_matches(block_keys, m->key))
            wm_import_note(c->im, "left out: %s.%d.%zu.%.40s", r->key, at, i, m->key);
    b->rate = number(c, v, "rate", 0.0) + number(c, v, "adj", 0.0);
    b->max = number(c, v, "max", (double)NAN);
    r->n_sell += number(c, v, "sell", 0.0) != 0.0 ? 1 : 0;
    if (unit != NULL && unit->type == WM_JSON_STRING)
        b->unit = unit->text;
    if (b->max < 0.0)
        wm_config_mistake(c, WM_E204, wm_json_find(v, "max"),
                          "%s.%d.%zu.max = %g, must not be negative", r->key, at, i, b->max);
    else if (i > 0 && b->max <= p->blocks[i - 1].max)
        wm_config_mistake(c, WM_E211, wm_json_find(v, "max"),
                          "%s.%d.%zu.max = %g is not above the block before it, %g", r->key, at, i,
                          b->max, p->blocks[i - 1].max);
}

static void read_period(struct wm_config *c, struct wm_rates *r, int at, const struct wm_json *v,
                        double low, double high, const char *unit)
{
    struct wm_rates_period *const p = &r->periods[at];
    p->at = v;
    if (v->type != WM_JSON_ARRAY || v->n_children == 0 || v->n_children > WM_RATES_BLOCKS) {
        wm_config_mistake(c, WM_E205, v, "%s.%d: a list of 1 to %d blocks is wanted", r->key, at,
                          WM_RATES_BLOCKS);
        return;
    }
    for (const struct wm_json *b = v->child; b != NULL; b = b->next)
        read_block(c, r, p, at, b);
    for (size_t i = 0; i < p->n; i++) {
        const struct wm_rates_block *const b = &p->blocks[i];
        if (i + 1 < p->n && isnan(b->max))
            wm_config_mistake(c, WM_E206, b->at,
                              "%s.%d.%zu has no max, and a block follows: which part of the load "
                              "it is on is not said",
                              r->key, at, i);
        if (!(b->rate >= low && b->rate <= high))
            wm_config_mistake(c, WM_E204, b->at, "%s.%d.%zu: rate + adj = %g %s, allowed %g..%g %s",
                              r->key, at, i, b->rate, unit, low, high, unit);
    }
    struct wm_rates_block *const last = &p->blocks[p->n - 1];
    if (last->max > 0.0 && last->max < 1e8) /* larger ones stand for "no end" */
        wm_import_note(c->im, "assumed: %s.%d: its last block goes on above max = %g", r->key, at,
                       last->max);
    last->max = (double)NAN;
}

void wm_rates_read(struct wm_config *c, const char *key, double low, double high, const char *unit,
                   struct wm_rates *out)
{
    const struct wm_json *const v = wm_config_get(c, key);
    *out = (struct wm_rates){.key = key};
    if (v == NULL || (v->type == WM_JSON_ARRAY && v->n_children == 0))
        return;
    if (v->type != WM_JSON_ARRAY || v->n_children > WM_RATES_PERIODS) {
        wm_config_mistake(c, WM_E205, v, "%s: a list of at most %d periods is wanted", key,
                          WM_RATES_PERIODS);
        return;
    }
    out->periods = WM_NEW_ARRAY(c->im->arena, struct wm_rates_period, v->n_children);
    for (const struct wm_json *p = v->child; p != NULL; p = p->next)
        read_period(c, out, out->n++, p, low, high, unit);
    if (out->n_sell > 0)
        wm_import_note(c->im, "left out: %s sell, the price of what is fed back, in %zu blocks",
                       key, out->n_sell);
}

/* A number of a period, or -1 after a mistake. */
static int period_at(struct wm_config *c, const struct wm_rates *r, const struct wm_json *v,
                     const char *where)
{
    if (v->type == WM_JSON_NUMBER && v->number == (double)(int)v->number && v->number >= 0.0 &&
        v->number < r->n)
        return (int)v->number;
    wm_config_mistake(c, WM_E211, v, "%s = %.30s: %s has no such period, it has 0..%d", where,
                      wm_json_to_text(c->im->arena, v), r->key, r->n - 1);
    return -1;
}

/* Whether `v` is a list of `n`; a mistake when not. */
static bool is_list(struct wm_config *c, const struct wm_json *v, size_t n, const char *where,
                    const char *what)
{
    if (v->type == WM_JSON_ARRAY && v->n_children == n)
        return true;
    wm_config_mistake(c, WM_E211, v, "%s: a list of %zu %s is wanted, found %s of %zu", where, n,
                      what, wm_json_type_text(v->type), v->n_children);
    return false;
}

static bool read_matrix(struct wm_config *c, const char *key, const struct wm_rates *r,
                        int at[12][24])
{
    const struct wm_json *const v = wm_config_get(c, key);
    const size_t before = c->im->n_mistakes;
    if (v == NULL) {
        wm_config_mistake(c, WM_E206, NULL, "%s is missing: when the periods of %s hold", key,
                          r->key);
        return false;
    }
    if (!is_list(c, v, 12, key, "months"))
        return false;
    int m = 0;
    for (const struct wm_json *row = v->child; row != NULL; row = row->next, m++) {
        const char *const where = wm_arena_printf(c->im->arena, "%s.%d", key, m);
        int h = 0;
        if (!is_list(c, row, 24, where, "hours"))
            continue;
        for (const struct wm_json *e = row->child; e != NULL; e = e->next, h++)
            if ((at[m][h] = period_at(c, r, e, wm_arena_printf(c->im->arena, "%s.%d", where, h))) <
                0)
                return false; /* the first tells enough */
    }
    return c->im->n_mistakes == before;
}

static bool read_months(struct wm_config *c, const char *key, struct wm_rates *r)
{
    const struct wm_json *const v = wm_config_get(c, key);
    if (v == NULL) {
        wm_config_mistake(c, WM_E206, NULL, "%s is missing: when the periods of %s hold", key,
                          r->key);
        return false;
    }
    if (!is_list(c, v, 12, key, "months"))
        return false;
    int m = 0;
    for (const struct wm_json *e = v->child; e != NULL; e = e->next, m++) {
        const int p = period_at(c, r, e, wm_arena_printf(c->im->arena, "%s.%d", key, m));
        if (p < 0)
            return false;
        for (int i = 0; i < 48; i++)
            r->schedule.at[i / 24][m][i % 24] = p;
    }
    return true;
}

void wm_rates_schedule(struct wm_config *c, const char *weekday, const char *weekend,
                       struct wm_rates *rates)
{
    if (rates->n == 0) {
        const struct wm_json *const v = wm_config_get(c, weekday);
        (void)(weekend != NULL ? wm_config_get(c, weekend) : NULL);
        if (v != NULL)
            wm_import_note(c->im, "left out: %s, without %s", weekday, rates->key);
        return;
    }
    if (weekend == NULL)
        rates->has_schedule = read_months(c, weekday, rates);
    else {
        rates->has_schedule = read_matrix(c, weekday, rates, rates->schedule.at[0]);
        rates->has_schedule =
            read_matrix(c, weekend, rates, rates->schedule.at[1]) && rates->has_schedule;
    }
}

bool wm_rates_has_price(const struct wm_rates_period *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->blocks[i].rate != 0.0)
            return true;
    return false;
}
