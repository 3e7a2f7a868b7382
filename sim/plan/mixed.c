#include "mixed.h"

#include <math.h>
#include <string.h>

#include "kv_tiers.h"
#include "provision.h"
#include "shares.h"
#include "wattmill/digest.h"
#include "wattmill/field.h"

/* What a kind of rack is chosen by: all but names, price and failures. */
static void digest_of(const struct wm_accelerator *whole, unsigned char key[WM_DIGEST_BYTES])
{
    struct wm_accelerator a = *whole;
    struct wm_digest *const d = wm_digest_open(&(struct wm_digest){0});
    a.head = (struct wm_catalog_head){0};
    a.vendor = a.generation = a.silicon = "";
    a.it_capex_usd_per_gpu = a.rent_usd_per_gpu_h = a.failures_per_gpu_year = a.repair_s = 0.0;
    wm_fields_digest(d, wm_accelerator_fields, &a);
    wm_digest_close(d, key);
}

const struct wm_accelerator *wm_mixed_prefill(const struct wm_fleet *fleet)
{
    unsigned char decode[WM_DIGEST_BYTES], prefill[WM_DIGEST_BYTES];
    const struct wm_accelerator *const a = fleet->prefill_accelerator;
    if (a == NULL || a == fleet->accelerator)
        return NULL;
    digest_of(fleet->accelerator, decode);
    digest_of(a, prefill);
    return memcmp(decode, prefill, sizeof decode) == 0 ? NULL : a;
}

void wm_mixed_check(const struct wm_fleet *fleet, size_t index, struct wm_diags *diags)
{
    const struct wm_accelerator *const d = fleet->accelerator, *const a = fleet->prefill_accelerator;
    if (a == NULL || wm_mixed_prefill(fleet) != NULL)
        return;
    if (a->it_capex_usd_per_gpu != d->it_capex_usd_per_gpu ||
        a->rent_usd_per_gpu_h != d->rent_usd_per_gpu_h ||
        a->failures_per_gpu_year != d->failures_per_gpu_year || a->repair_s != d->repair_s)
        wm_diag_add(diags, WM_W918, NULL,
                    wm_arena_printf(diags->arena, "fleet.%zu.prefill_accelerator", index),
                    "%s differs from %s in price, failures and repair alone: the pool is planned, "
                    "paid and repaired as one of %s",
                    a->head.name, d->head.name, d->head.name);
}

static double gpu_w(const struct wm_rack_kind *k)
{
    return k->rack_w / (double)k->accelerator->rack_gpus;
}

/* Whole racks of so many accelerators. */
static void give(const struct wm_fleet *fleet, struct wm_rack_kind *k, int64_t racks)
{
    k->n_racks = racks;
    k->n_gpus = racks * k->accelerator->rack_gpus;
    k->n_spare_racks = wm_shares_spare_racks(fleet, racks);
}

bool wm_mixed_has_racks(const struct wm_pool *pool)
{
    const struct wm_rack_kind *const k = pool->mixed.kinds;
    if (pool->fleet->count < 0)
        return pool->mixed.budget_w * (1.0 + 1e-12) >= k[WM_DECODES].rack_w + k[WM_PREFILLS].rack_w;
    return k[WM_DECODES].n_racks > 0 &&
           (pool->fleet->prefill_count < 0 || k[WM_PREFILLS].n_racks > 0);
}

static int64_t working(const struct wm_rack_kind *k)
{
    return k->n_gpus - k->n_spare_racks * k->accelerator->rack_gpus;
}

void wm_mixed_set_rule(struct wm_pool *pool, double budget_w, double draw_frac)
{
    const struct wm_fleet *const f = pool->fleet;
    const int64_t counts[WM_KINDS] = {f->count, f->prefill_count};
    const struct wm_accelerator *const parts[WM_KINDS] = {f->accelerator, pool->prefill};
    struct wm_mixed *const m = &pool->mixed;
    m->budget_w = budget_w;
    for (int i = 0; i < WM_KINDS; i++) {
        struct wm_rack_kind *const k = &m->kinds[i];
        const struct wm_accelerator *const a = k->accelerator = parts[i];
        k->rack_w = a->rack_nameplate_w * (1.0 + a->other_it_frac) *
                    (f->count == WM_COUNT_MAX_Q ? a->max_q_frac : draw_frac);
        if (f->count >= 0 && counts[i] >= 0)
            give(f, k, counts[i] / a->rack_gpus);
    }
    pool->rack_w = m->kinds[WM_DECODES].rack_w / (1.0 + f->accelerator->other_it_frac);
}

int64_t wm_mixed_equivalents(const struct wm_pool *pool)
{
    const struct wm_rack_kind *const k = pool->mixed.kinds;
    if (pool->fleet->count < 0)
        return (int64_t)(pool->mixed.budget_w / gpu_w(&k[WM_DECODES]));
    return k[WM_DECODES].n_gpus +
           (int64_t)((double)k[WM_PREFILLS].n_gpus * gpu_w(&k[WM_PREFILLS]) / gpu_w(&k[WM_DECODES]));
}

/* Enough for any plan of a replica; what a site has room for then only counts them. */
static const double plenty_gpus = 1e6;

void wm_mixed_set_case(const struct wm_pool *pool, struct wm_serving_case *c)
{
    const struct wm_mixed *const m = &pool->mixed;
    const struct wm_rack_kind *const decode = &m->kinds[WM_DECODES],
                                    *const prefill = &m->kinds[WM_PREFILLS];
    if (pool->prefill == NULL)
        return;
    c->prefill_accelerator = pool->prefill;
    c->prefill_weight = gpu_w(prefill) / gpu_w(decode);
    c->max_gpus = plenty_gpus;
    if (pool->fleet->count >= 0 && pool->fleet->prefill_count >= 0) {
        c->max_gpus = (double)decode->n_gpus;
        c->prefill_max_gpus = (double)prefill->n_gpus;
    } else if (pool->fleet->count < 0 && pool->fleet->count != WM_COUNT_DEMAND) {
        c->max_gpus = fmax(1.0, floor(m->budget_w / gpu_w(decode)));
    }
}

/* Racks of a kind for so many replicas, spares among them. */
static int64_t racks_for(const struct wm_fleet *fleet, const struct wm_rack_kind *k, double gpus)
{
    const int64_t rack_gpus = k->accelerator->rack_gpus;
    return wm_shares_with_spares(fleet, (int64_t)ceil(gpus / (double)rack_gpus));
}

static double racks_w(const struct wm_pool *pool, const double *gpus, double replicas)
{
    double sum_w = 0.0;
    for (int i = 0; i < WM_KINDS; i++)
        sum_w += pool->mixed.kinds[i].rack_w *
                 (double)racks_for(pool->fleet, &pool->mixed.kinds[i], replicas * gpus[i]);
    return sum_w;
}

/* Replicas that there is room for, by what is given. */
static int64_t room(const struct wm_pool *pool, const double *gpus)
{
    const struct wm_mixed *const m = &pool->mixed;
    double n = (double)INFINITY, each_w = 0.0;
    for (int i = 0; i < WM_KINDS; i++) {
        const struct wm_rack_kind *const k = &m->kinds[i];
        const bool is_given = pool->fleet->count >= 0 &&
                              (i == WM_DECODES || pool->fleet->prefill_count >= 0);
        if (is_given && gpus[i] > 0.0)
            n = fmin(n, floor((double)working(k) / gpus[i]));
        each_w += gpus[i] * gpu_w(k);
    }
    if (pool->fleet->count >= 0)
        return (int64_t)n;
    n = floor(m->budget_w / each_w * (1.0 + 1e-12));
    while (n > 0.0 && racks_w(pool, gpus, n) > m->budget_w * (1.0 + 1e-12))
        n -= 1.0;
    return (int64_t)n;
}

static double made_of_room(const struct wm_pool *pool, const struct wm_serving_plan *plan)
{
    const double gpus[WM_KINDS] = {plan->decode_gpus, plan->prefill_gpus};
    return plan->capacity_out_tok_per_s * (double)room(pool, gpus);
}

/* The plan that is found, or the one without tiers where that makes more in whole racks. */
static struct wm_serving_plan better_of(const struct wm_pool *pool,
                                        const struct wm_serving_plan *found,
                                        const struct wm_serving_plan *without)
{
    if (without->fault != WM_PLAN_OK)
        return *found;
    const struct wm_serving_plan same = wm_kv_tiers_same_replica(without, &found->c);
    return made_of_room(pool, &same) > made_of_room(pool, found) ? same : *found;
}

int64_t wm_mixed_form(struct wm_pool *pool, struct wm_serving_case *c,
                      const struct wm_table_source *tables, const struct wm_serving_plan *without,
                      struct wm_serving_plan *plan)
{
    static const double smaller = 0.8; /* until whole racks of both kinds fit */
    struct wm_mixed *const m = &pool->mixed;
    int64_t n = 0;
    bool any = false;
    for (; n == 0 && c->max_gpus >= 1.0; c->max_gpus = floor(smaller * c->max_gpus)) {
        const struct wm_serving_plan found = wm_table_plan(tables, c);
        if (found.fault != WM_PLAN_OK && any)
            break; /* the last that could be, but for whole racks */
        *plan = found;
        if (found.fault != WM_PLAN_OK)
            break;
        any = true;
        *plan = better_of(pool, &found, without);
        const double gpus[WM_KINDS] = {plan->decode_gpus, plan->prefill_gpus};
        m->had_room = n = room(pool, gpus);
    }
    if (n == 0)
        return 0;
    if (m->wanted > 0 && m->wanted < n)
        n = m->wanted;
    const double gpus[WM_KINDS] = {plan->decode_gpus, plan->prefill_gpus};
    pool->n_racks = pool->n_gpus = 0;
    for (int i = 0; i < WM_KINDS; i++) {
        struct wm_rack_kind *const k = &m->kinds[i];
        const int64_t given = i == WM_DECODES ? pool->fleet->count : pool->fleet->prefill_count;
        if (pool->fleet->count < 0 || given < 0)
            give(pool->fleet, k, racks_for(pool->fleet, k, (double)n * gpus[i]));
        pool->n_racks += k->n_racks;
        pool->n_gpus += k->n_gpus;
    }
    return n;
}

const struct wm_accelerator *wm_mixed_mean(struct wm_arena *arena, const struct wm_pool *pool)
{
    const struct wm_rack_kind *const k = pool->mixed.kinds;
    const struct wm_accelerator *const d = pool->fleet->accelerator, *const r = pool->prefill;
    if (r == NULL)
        return d;
    struct wm_accelerator *const a = WM_NEW(arena, struct wm_accelerator);
    const double n = (double)(k[WM_DECODES].n_gpus + k[WM_PREFILLS].n_gpus);
    const double reads = n > 0.0 ? (double)k[WM_PREFILLS].n_gpus / n : 0.0;
    const double d_w = (1.0 - reads) * d->rack_nameplate_w / (double)d->rack_gpus;
    const double r_w = reads * r->rack_nameplate_w / (double)r->rack_gpus;
    *a = *d;
    a->head.name = wm_arena_printf(arena, "%s + %s", d->head.name, r->head.name);
#define BY_COUNT(member) a->member = (1.0 - reads) * d->member + reads * r->member
#define BY_POWER(member) a->member = (d_w * d->member + r_w * r->member) / (d_w + r_w)
    BY_COUNT(tdp_w), BY_COUNT(power.idle_w), BY_COUNT(host_idle_w), BY_COUNT(host_busy_w);
    BY_COUNT(it_capex_usd_per_gpu), BY_COUNT(rent_usd_per_gpu_h), BY_COUNT(failures_per_gpu_year);
    BY_POWER(other_it_frac), BY_POWER(liquid_frac);
#undef BY_COUNT
#undef BY_POWER
    a->rack_nameplate_w = (d_w + r_w) * (double)d->rack_gpus;
    a->max_coolant_c = fmin(d->max_coolant_c, r->max_coolant_c);
    a->power.min_clock_frac = fmax(d->power.min_clock_frac, r->power.min_clock_frac);
    a->fit.points = d->fit.points < r->fit.points ? d->fit.points : r->fit.points;
    return a;
}
