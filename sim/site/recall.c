#include "recall.h"

#include <string.h>

enum { MOST = 12 }; /* of an interval: failures are means over it, so few more than its ceiling's steps */

struct record {
    int64_t now_us;
    struct wm_ceiling_step ceiling;
    struct wm_instant instant; /* its arrays are the record's */
    double *n_up, *offered, *wanted, *chiller_lost_frac;
    bool *is_there, *is_urgent;
    struct wm_switching was, next;
    struct wm_site_flow flow;
};

struct wm_recall {
    const struct wm_site_plan *plan;
    size_t n;
    struct record records[MOST];
};

struct wm_recall *wm_recall_new(struct wm_arena *arena, const struct wm_site_plan *plan)
{
    struct wm_recall *const recall = WM_NEW(arena, struct wm_recall);
    recall->plan = plan;
    for (size_t k = 0; k < MOST; k++) {
        struct record *const r = &recall->records[k];
        r->n_up = WM_NEW_ARRAY(arena, double, plan->n_partitions);
        r->is_there = WM_NEW_ARRAY(arena, bool, plan->n_partitions);
        r->chiller_lost_frac = WM_NEW_ARRAY(arena, double, plan->n_halls);
        r->offered = WM_NEW_ARRAY(arena, double, plan->n_classes);
        r->wanted = WM_NEW_ARRAY(arena, double, plan->n_classes);
        r->is_urgent = WM_NEW_ARRAY(arena, bool, plan->n_classes);
        r->instant.potential = wm_potential_new(arena, plan);
        r->instant.design_potential = wm_potential_new(arena, plan);
        r->was = wm_switching_new(arena, plan->n_partitions, 0.0);
        r->next = wm_switching_new(arena, plan->n_partitions, 0.0);
        r->flow = wm_flow_new(arena, plan);
    }
    return recall;
}

void wm_recall_begin(struct wm_recall *recall)
{
    recall->n = 0;
}

#define COPY(to, from, n) memcpy((to), (from), (n) * sizeof *(to))

static void copy_switching(struct wm_switching *to, const struct wm_switching *from)
{
    to->return_us = from->return_us;
    COPY(to->switched, from->switched, from->n_partitions);
    COPY(to->starts, from->starts, from->n_partitions);
}

static void copy_flow(struct wm_site_flow *to, const struct wm_site_flow *from,
                      const struct wm_site_plan *plan)
{
    const struct wm_site_flow room = *to;
    *to = *from;
    to->halls = room.halls;
    to->partitions = room.partitions;
    to->classes = room.classes;
    COPY(to->halls, from->halls, plan->n_halls);
    COPY(to->partitions, from->partitions, plan->n_partitions);
    COPY(to->classes, from->classes, plan->n_classes);
}

void wm_recall_add(struct wm_recall *recall, const struct wm_recalled *found)
{
    const struct wm_site_plan *const plan = recall->plan;
    const struct wm_instant *const from = found->instant;
    if (recall->n == MOST)
        return;
    struct record *const r = &recall->records[recall->n++];
    r->now_us = found->now_us;
    r->ceiling = *from->ceiling;
    r->instant.weather = from->weather;
    r->instant.energy_usd_per_mwh = from->energy_usd_per_mwh;
    r->instant.support_w = from->support_w;
    wm_potential_copy(plan, &from->potential, &r->instant.potential);
    wm_potential_copy(plan, &from->design_potential, &r->instant.design_potential);
    COPY(r->n_up, from->n_up, plan->n_partitions);
    COPY(r->is_there, from->is_there, plan->n_partitions);
    COPY(r->chiller_lost_frac, from->chiller_lost_frac, plan->n_halls);
    COPY(r->offered, from->offered, plan->n_classes);
    COPY(r->wanted, from->wanted, plan->n_classes);
    COPY(r->is_urgent, from->is_urgent, plan->n_classes);
    copy_switching(&r->was, found->was);
    copy_switching(&r->next, found->next);
    copy_flow(&r->flow, found->flow, plan);
}

/* Bit by bit: what differs in a bit alone is worked out again, and no harm is done. */
#define SAME(a, b, n) (memcmp((a), (b), (n) * sizeof *(a)) == 0)

static bool is_same_potential(const struct wm_potential *a, const struct wm_potential *b,
                              size_t n_halls)
{
    return SAME(&a->site_w, &b->site_w, 1) && SAME(a->it_w, b->it_w, n_halls) &&
           SAME(a->site_w_per_it_w, b->site_w_per_it_w, n_halls);
}

static bool is_same_ceiling(const struct wm_ceiling_step *a, const struct wm_ceiling_step *b)
{
    return SAME(&a->allowed_w, &b->allowed_w, 1) && SAME(&a->limit_w, &b->limit_w, 1) &&
           SAME(&a->contract_w, &b->contract_w, 1) &&
           SAME(&a->penalty_usd_per_mwh, &b->penalty_usd_per_mwh, 1) &&
           SAME(&a->payment_usd_per_mwh, &b->payment_usd_per_mwh, 1);
}

static bool is_same(const struct record *r, const struct wm_recalled *asked,
                    const struct wm_site_plan *plan)
{
    const struct wm_instant *const now = asked->instant;
    return r->now_us == asked->now_us && is_same_ceiling(&r->ceiling, now->ceiling) &&
           SAME(&r->instant.weather, &now->weather, 1) &&
           SAME(&r->instant.energy_usd_per_mwh, &now->energy_usd_per_mwh, 1) &&
           SAME(&r->instant.support_w, &now->support_w, 1) &&
           is_same_potential(&r->instant.potential, &now->potential, plan->n_halls) &&
           is_same_potential(&r->instant.design_potential, &now->design_potential, plan->n_halls) &&
           SAME(r->n_up, now->n_up, plan->n_partitions) &&
           SAME(r->is_there, now->is_there, plan->n_partitions) &&
           SAME(r->chiller_lost_frac, now->chiller_lost_frac, plan->n_halls) &&
           SAME(r->offered, now->offered, plan->n_classes) &&
           SAME(r->wanted, now->wanted, plan->n_classes) &&
           SAME(r->is_urgent, now->is_urgent, plan->n_classes) &&
           r->was.return_us == asked->was->return_us &&
           SAME(r->was.switched, asked->was->switched, plan->n_partitions) &&
           SAME(r->was.starts, asked->was->starts, plan->n_partitions);
}

bool wm_recall_find(const struct wm_recall *recall, const struct wm_recalled *asked)
{
    for (size_t k = 0; k < recall->n; k++) {
        const struct record *const r = &recall->records[k];
        if (!is_same(r, asked, recall->plan))
            continue;
        copy_switching(asked->next, &r->next);
        copy_flow(asked->flow, &r->flow, recall->plan);
        return true;
    }
    return false;
}
