/*
 * Pools of two kinds: prompts are read on one accelerator, answers are made on another.
 *
 * The plan of a replica says how many of each kind it takes (serving.h). Racks hold one kind each: those of whole
 * replicas, and each kind's own spares. A rule of power fills the pool's share with both; a count gives the racks
 * that decode, and `prefill_count` those that read, else they are as many as the others need. Beyond its racks the
 * site sees the pool as accelerators of one kind, the mean of what is installed.
 */
#ifndef WM_PLAN_MIXED_H
#define WM_PLAN_MIXED_H

#include "wattmill/scenario.h"

struct wm_pool;
struct wm_table_source;

/** Kinds of racks of a pool, as indices. */
enum { WM_DECODES, WM_PREFILLS, WM_KINDS };

/** Racks of a kind. */
struct wm_rack_kind {
    const struct wm_accelerator *accelerator;
    int64_t n_racks, n_gpus, n_spare_racks;
    double rack_w; /* by the rule of provisioning, with its share of network and storage */
};

/** Of a pool of two kinds; of others all is zero. */
struct wm_mixed {
    struct wm_rack_kind kinds[WM_KINDS];
    double budget_w;   /* that both may take by the rule; of a count NAN */
    int64_t wanted;    /* replicas that demand asks for; 0: as many as there is room for */
    int64_t had_room;  /* replicas that there was room for */
};

/** Accelerator on which the fleet entry's prompts are read when that is another kind than decodes; else NULL. A part
 *  that differs in price, failures and repair alone is the same kind. */
const struct wm_accelerator *wm_mixed_prefill(const struct wm_fleet *fleet);

/** Tells of a part that is the same kind but for price, failures or repair, which are then not read (W918). */
void wm_mixed_check(const struct wm_fleet *fleet, size_t index, struct wm_diags *diags);

/** Kinds, weights and limits of a pool's serving case; of a pool of one kind nothing. */
void wm_mixed_set_case(const struct wm_pool *pool, struct wm_serving_case *c);

/** Whether there is room for a rack of each kind. */
bool wm_mixed_has_racks(const struct wm_pool *pool);

/** The plan of a replica of which at least one can stand, racks counted.
 *  @param without  that of the pool without its KV tiers, which is kept where it makes more; with a fault: none
 *  @return replicas; 0: none, or a fault */
int64_t wm_mixed_form(struct wm_pool *pool, struct wm_serving_case *c,
                      const struct wm_table_source *tables, const struct wm_serving_plan *without,
                      struct wm_serving_plan *plan);

/** Accelerators that decode which would take as much as all there is room for; before racks are counted. */
int64_t wm_mixed_equivalents(const struct wm_pool *pool);

/** The mean accelerator of what is installed. */
const struct wm_accelerator *wm_mixed_mean(struct wm_arena *arena, const struct wm_pool *pool);

/** Rules of the racks of both kinds from here on: `draw_frac` of their nameplates (max_lps), or 1. */
void wm_mixed_set_rule(struct wm_pool *pool, double budget_w, double draw_frac);

#endif
