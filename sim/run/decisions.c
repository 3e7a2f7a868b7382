#include "decisions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../plan/billing.h"
#include "../plan/partition.h"

void wm_decide_demand(const struct wm_scenario *s, struct wm_digest *digest)
{
    const struct wm_workload *const w = s->workloads.items;
    for (size_t i = 0; i < s->workloads.n; i++)
        wm_digest_add_real(digest, pow(w[i].price.discount_frac, w[i].demand.elasticity));
}

static double worth_of(const struct wm_workload *w)
{
    struct wm_class class = {.workload = w};
    if (wm_workload_is_job(w))
        return 0.0; /* alone in its partition */
    wm_class_price(&class);
    return class.worth_usd_per_out_tok;
}

void wm_decide_order(struct wm_arena *arena, const struct wm_scenario *s,
                     const double *gpu_s_per_out_tok, struct wm_digest *digest)
{
    const struct wm_workload *const w = s->workloads.items;
    double *const earns = WM_NEW_ARRAY(arena, double, s->workloads.n);
    for (size_t i = 0; i < s->workloads.n; i++)
        earns[i] = worth_of(&w[i]) / gpu_s_per_out_tok[i];
    for (size_t i = 0; i < s->workloads.n; i++)
        for (size_t k = 0; k < i; k++)
            wm_digest_add_real(digest, earns[i] > earns[k]   ? 1.0
                                       : earns[i] < earns[k] ? -1.0
                                                             : 0.0);
}

void wm_decide_worths(const struct wm_scenario *s, struct wm_digest *digest)
{
    const struct wm_workload *const w = s->workloads.items;
    for (size_t i = 0; i < s->workloads.n; i++)
        wm_digest_add_real(digest, worth_of(&w[i]));
}

/* ---- whether a watt is always worth its energy ------------------------------------------------ */

struct span {
    double low, high;
};

static struct span series_span(const struct wm_site_year *file)
{
    struct span s = {(double)INFINITY, -(double)INFINITY};
    for (size_t i = 0; i < file->n_rows; i++) {
        s.low = fmin(s.low, file->price_usd_per_mwh[i]);
        s.high = fmax(s.high, file->price_usd_per_mwh[i]);
    }
    return s;
}

/* Bounds of the price of energy over any hours: lines that never hold together are added all the same. */
static struct span price_span(const struct wm_site *site, const struct wm_billing *b)
{
    struct span all = {0.0, 0.0};
    for (size_t i = 0; i < b->n_lines; i++) {
        const double usd = wm_charge_marginal_usd_per_mwh(&b->lines[i].charge);
        if ((b->energy >> i & 1) == 0 || isnan(usd))
            continue;
        all.low += fmin(0.0, usd);
        all.high += fmax(usd > 0.0 ? 1.0 : 0.0, usd); /* the year runs at 1 USD/MWh instead */
    }
    if (site->tariff.energy_price == WM_ENERGY_PRICE_FLAT || !wm_site_price_file(site))
        return all;
    const struct span file = series_span(wm_site_price_file(site));
    return (struct span){all.low + fmin(0.0, file.low), all.high + fmax(0.0, file.high)};
}

/* Whether energy costs the same at all hours, so that none is dearer than another. */
static bool is_flat(const struct wm_scenario *s, const struct wm_billing *b)
{
    const int64_t end_us =
        wm_scenario_span(s).start_us + llround(wm_scenario_span(s).years * WM_S_PER_YEAR) * WM_US_PER_S;
    if (s->site.tariff.energy_price != WM_ENERGY_PRICE_FLAT && wm_site_price_file(&s->site))
        return false;
    for (size_t i = 0; i < b->n_lines; i++) {
        const struct wm_charge *const c = &b->lines[i].charge;
        const struct wm_tariff_hours *const h = &c->hours;
        if ((b->energy >> i & 1) != 0 &&
            (b->lines[i].period >= 0 || h->from_month != 1 || h->to_month != 12 ||
             h->days != WM_DAY_ALL || h->from_s > 0.0 || h->to_s < 86400.0 ||
             c->from_us > wm_scenario_span(s).start_us || c->to_us < end_us))
            return false;
    }
    return true;
}

/* Tokens per joule of a piece of the envelope, as dispatch takes it. */
static double piece_tok_per_j(const struct wm_surface *s, size_t piece, double overhead_frac)
{
    const struct wm_serving_point *const a = &s->hull[piece]->serving;
    const struct wm_serving_point *const b = &s->hull[piece + 1]->serving;
    return (b->out_tok_per_s - a->out_tok_per_s) / ((b->it_w - a->it_w) * (1.0 + overhead_frac));
}

static const struct wm_surface *surface_of(const struct wm_site_plan *plan, size_t class)
{
    return plan->partitions[plan->classes[class].partition].surface;
}

static double overhead_frac(const struct wm_site_plan *plan, size_t class)
{
    return wm_partition_accelerator(plan, &plan->partitions[plan->classes[class].partition])
        ->other_it_frac;
}

/* Least that a watt earns with a class that earns at all [USD/J]. */
static double least_margin(const struct wm_site_plan *plan, bool *is_one_unpaid)
{
    double least = (double)INFINITY;
    for (size_t i = 0; i < plan->n_classes; i++) {
        const struct wm_class *const c = &plan->classes[i];
        const struct wm_surface *const s = surface_of(plan, i);
        const double usd_per_tok = c->worth_usd_per_out_tok / c->weight;
        *is_one_unpaid = *is_one_unpaid || !(usd_per_tok > 0.0);
        for (size_t k = 0; usd_per_tok > 0.0 && k + 1 < s->n_hull; k++)
            least = fmin(least, usd_per_tok * piece_tok_per_j(s, k, overhead_frac(plan, i)));
    }
    return least;
}

bool wm_decides_alone(struct wm_arena *arena, const struct wm_scenario *s,
                      const struct wm_site_plan *plan)
{
    const struct wm_workload *const w = s->workloads.items;
    bool is_one_unpaid = false;
    /* watts of several halls weigh by the weather */
    if (s->policy.capping == WM_CAPPING_UNIFORM || plan->n_halls > 1 || s->site.generation.n > 0 ||
        wm_storage_is_there(&s->site.storage))
        return false;
    const struct wm_billing *const b = wm_billing_lines(arena, &s->site.tariff);
    for (size_t i = 0; i < s->workloads.n; i++)
        if (w[i].kind == WM_WORKLOAD_BATCH && w[i].waits_for_price && !is_flat(s, b))
            return false;
    const struct span price = price_span(&s->site, b);
    const double least = least_margin(plan, &is_one_unpaid);
    /* two watts at the meter per watt of IT is more than any plant takes; the rest is for rounding */
    return price.low >= 0.0 && !is_one_unpaid && 2.01 * price.high / WM_J_PER_MWH < least;
}

/* ---- order of worth --------------------------------------------------------------------------- */

struct piece {
    double usd_per_j;
    uint32_t class, piece;
};

static int by_worth(const void *a, const void *b)
{
    const struct piece *const x = a, *const y = b;
    if (x->usd_per_j > y->usd_per_j || x->usd_per_j < y->usd_per_j)
        return x->usd_per_j > y->usd_per_j ? -1 : 1;
    if (x->class != y->class)
        return x->class < y->class ? -1 : 1;
    return (x->piece > y->piece) - (x->piece < y->piece);
}

void wm_decide_worth(struct wm_arena *arena, const struct wm_site_plan *plan,
                     struct wm_digest *digest)
{
    size_t n = 0;
    if (plan->n_classes < 2) /* nobody to come before or after */
        return;
    for (size_t i = 0; i < plan->n_classes; i++)
        n += surface_of(plan, i)->n_hull;
    struct piece *const pieces = WM_NEW_ARRAY(arena, struct piece, n);
    n = 0;
    for (size_t i = 0; i < plan->n_classes; i++) {
        const struct wm_class *const c = &plan->classes[i];
        const struct wm_surface *const s = surface_of(plan, i);
        for (uint32_t k = 0; k + 1 < s->n_hull; k++)
            pieces[n++] = (struct piece){c->worth_usd_per_out_tok / c->weight *
                                             piece_tok_per_j(s, k, overhead_frac(plan, i)),
                                         (uint32_t)i, k};
    }
    qsort(pieces, n, sizeof *pieces, by_worth);
    for (size_t i = 0; i < n; i++) {
        const bool is_tie = i > 0 && !(pieces[i].usd_per_j < pieces[i - 1].usd_per_j);
        const uint32_t place[3] = {pieces[i].class, pieces[i].piece, is_tie};
        wm_digest_add(digest, place, sizeof place);
    }
}

void wm_decide_values(const struct wm_site_plan *plan, struct wm_digest *digest)
{
    for (size_t i = 0; i < plan->n_classes; i++) {
        wm_digest_add_real(digest, plan->classes[i].worth_usd_per_out_tok);
        wm_digest_add_real(digest, plan->classes[i].usd_per_out_tok);
    }
}
