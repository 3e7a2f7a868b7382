/*
 * Provisioning: how much IT power the contract carries at the design hour, how many racks each pool
 * gets of it, how a pool is partitioned among the models it serves, and how a partition's
 * accelerators form replicas.
 *
 * Workloads of one pool with the same model, precision and engine are classes of one partition and
 * share its replicas. The replicas are planned for the mean of the classes' requests and the
 * tightest latency target among them; a token of a class counts by the accelerator time it takes.
 */
#ifndef WM_RUN_PROVISION_H
#define WM_RUN_PROVISION_H

#include "halls.h"
#include "job.h"
#include "mixed.h"
#include "surface.h"
#include "table_cache.h"
#include "wattmill/facility.h"
#include "wattmill/scenario.h"

/** A workload as its partition sees it. */
struct wm_class {
    const struct wm_workload *workload;
    size_t partition;
    double mean_demand_tok_per_s; /* offered output, weekly mean */
    double gpu_s_per_out_tok;     /* planned alone; 1 for the only class of a pool */
    double weight;                /* the partition's tokens per output token of the class */
    double usd_per_out_tok;       /* paid, with the input that belongs to an output token */
    double tier_frac;             /* by delivered speed, in it once the run is over; 0: no tiers */
    double worth_usd_per_out_tok; /* to dispatch: the same, unless a job earns nothing by itself */
    double transfer_usd_per_out_tok;
    double input_per_out, cached_per_out; /* computed and cached input tokens per output token */
    double found_frac;   /* of prompt tokens, that need not be read: cached_frac, and what tiers spare */
    double loaded_frac[WM_KV_TIERS]; /* loaded from tiers */
    double prompt_scale; /* its mean prompt over the partition's, in tokens to compute */
    double slo_ttft_s, slo_tok_per_s_per_user; /* targets; batch work has none */
    /* share of its requests within both targets, for each point of the partition's surface */
    double slo_frac[WM_SURFACE_CLOCKS][WM_SURFACE_BATCHES];
};

/** Accelerators of a pool that serve one model, work on one job, or do nothing. A replica of a job
 *  is a gang. */
struct wm_partition {
    size_t pool;
    bool is_job;
    struct wm_job job;              /* when it is one */
    const struct wm_workload *lead; /* first of its workloads; NULL: nothing to serve, it idles */
    const size_t *classes;          /* indices, in falling order of price */
    size_t n_classes;
    int64_t n_gpus, n_replicas, gpus_per_replica;
    double spare_gpus; /* left over when replicas are formed; idle without a model */
    double spare_prefill_gpus; /* of a pool of two kinds: those of the second */
    struct wm_serving_plan plan;
    const struct wm_surface *surface; /* NULL: nothing to serve */
    const struct wm_thrift *thrift;   /* of a policy that saves while no ceiling binds, else NULL */
};

struct wm_pool {
    const struct wm_fleet *fleet;
    const struct wm_accelerator *hw;      /* its accelerator; of two kinds the mean of what is installed */
    const struct wm_accelerator *prefill; /* the second kind, or NULL */
    struct wm_mixed mixed;
    size_t hall;
    int64_t n_racks, n_gpus; /* of all kinds */
    double rack_w; /* of a rack by the rule of provisioning */
    enum wm_rack_bound bound_by;
    const int64_t *racks;   /* [n_partitions] of a pool sized to demand, once known; else NULL */
    double observed_rack_w; /* of max_lps: 99th percentile at full load; else 0 */
    size_t first_partition, n_partitions;
};

struct wm_site_plan {
    struct wm_table_source tables; /* the caller's: where plans and tables come from */
    struct wm_weather design;     /* 0.4 % dry bulb and coincident wet bulb */
    struct wm_hall_plan *halls;
    size_t n_halls;
    double it_design_w; /* of all halls */
    struct wm_pool *pools;
    size_t n_pools;
    struct wm_partition *partitions;
    size_t n_partitions;
    struct wm_class *classes; /* in the scenario's order */
    size_t n_classes;
};

/** WM_OK, or WM_INFEASIBLE with an E301 for each workload that cannot be served. */
enum wm_status wm_provision(struct wm_arena *arena, const struct wm_scenario *scenario,
                            struct wm_site_plan *plan, struct wm_diags *diags);

/** Takes a fleet entry, its kinds and their mean by the pool's counts. */
void wm_pool_bind(struct wm_arena *arena, const struct wm_fleet *fleet, struct wm_pool *pool);

/** Whether the partition serves requests. */
static inline bool wm_partition_serves(const struct wm_partition *partition)
{
    return partition->n_classes > 0 && !partition->is_job;
}

/** Hall of a partition, as an index. */
static inline size_t wm_partition_hall(const struct wm_site_plan *plan,
                                       const struct wm_partition *partition)
{
    return plan->pools[partition->pool].hall;
}

/** Accelerator of a partition; of two kinds their mean. */
static inline const struct wm_accelerator *
wm_partition_accelerator(const struct wm_site_plan *plan, const struct wm_partition *partition)
{
    return plan->pools[partition->pool].hw;
}

/** Boards and hosts without a model. */
struct wm_rest {
    double board_w, host_w;
};

/** Draw at rest of a partition's `replicas`, and of its spares where `spares`; of two kinds each by its own. */
static inline struct wm_rest wm_partition_rest(const struct wm_site_plan *plan,
                                               const struct wm_partition *p, double replicas,
                                               bool spares)
{
    const struct wm_pool *const pool = &plan->pools[p->pool];
    const struct wm_accelerator *const a = pool->fleet->accelerator, *const r = pool->prefill;
    double gpus = replicas * (double)p->gpus_per_replica + (spares ? p->spare_gpus : 0.0);
    double reads = 0.0;
    if (r != NULL)
        reads = replicas * p->plan.prefill_gpus + (spares ? p->spare_prefill_gpus : 0.0);
    gpus -= reads;
    return (struct wm_rest){
        gpus * a->power.idle_w + (r != NULL ? reads * r->power.idle_w : 0.0),
        gpus * a->host_idle_w + (r != NULL ? reads * r->host_idle_w : 0.0)};
}

#endif
