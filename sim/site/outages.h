/*
 * Outages: which replicas work, as accelerators, hosts, racks and plant fail and are repaired.
 *
 * What fails is a group: of a replica that decodes and prefills apart one of its decode or prefill groups, which
 * takes that share of the replica's work along; elsewhere the replica or the gang. The shares of a replica add up, as
 * if two groups were never out at once.
 *
 * A group has one random stream for when it fails, of what, and how long the repair takes; units
 * of the plant have one each; so adding capacity moves no other's failures. A broken part is in
 * repair (crews permitting) while a spare of the pool stands in; without a spare the group waits.
 *
 * A rack's failure is charged to its groups one by one at the rack's rate, which keeps their mean
 * availability and leaves out that they fall together.
 *
 * Dispatch acts on the working replicas as they are on average between two changes of anything else
 * (at most a billing interval): failures in between cost an event, not a state of the whole site.
 */
#ifndef WM_RUN_OUTAGES_H
#define WM_RUN_OUTAGES_H

#include "../plan/provision.h"
#include "wattmill/engine.h"
#include "wattmill/rng.h"

enum wm_outage_plant { WM_PLANT_CDU, WM_PLANT_CHILLER, WM_PLANT_UPS, WM_N_PLANTS };

/** Units of one kind of plant of a hall, in blocks. */
struct wm_plant_units {
    const struct wm_failure_unit *unit;
    size_t hall;
    uint32_t first, n; /* entities; n = blocks * block_units */
    int64_t *failed;   /* [blocks] */
    double lost_frac;  /* of the hall's load */
};

/** A broken part under repair or waiting for a crew. */
struct wm_broken_part {
    double repair_s;
    double gpus;    /* that return to its spares */
    uint32_t group; /* that waits for it, or WM_NO_GROUP */
    uint32_t spares, next;
};
#define WM_NO_GROUP UINT32_MAX

enum wm_outage_cause {
    WM_CAUSE_ACCELERATOR,
    WM_CAUSE_HOST,
    WM_CAUSE_RACK,
    WM_CAUSE_PLANNED,
    WM_N_CAUSES
};

/** Groups of one kind of a partition's replicas: how often one stops, by cause, and what it takes along. */
struct wm_outage_kind {
    const struct wm_accelerator *accelerator;
    size_t spares;      /* index of those that stand in */
    double per_replica; /* groups */
    double gpus;        /* of each */
    double share;       /* of a replica's work */
    double per_year[WM_N_CAUSES], sum_per_year;
};
enum { WM_OUTAGE_KINDS = 2 }; /* those that decode, or do all; those that prefill */

struct wm_outages {
    const struct wm_scenario *scenario;
    const struct wm_site_plan *plan;
    double *n_ok; /* [n_partitions] replicas whose parts work; a share of those that lack a group */
    double *n_up; /* [n_partitions] of them those that are there and have power and cooling */
    bool *is_there;               /* [n_partitions] */
    struct wm_outage_kind *kinds; /* [n_partitions][WM_OUTAGE_KINDS] */
    double *spares; /* [n_pools][WM_OUTAGE_KINDS] accelerators at hand; the second: of another kind that prefills */
    /* mean of n_up since the last call of wm_outages_mean() */
    double *mean, *integral;
    int64_t *last;
    bool *changed;
    struct wm_rng *streams; /* [groups, then units] */
    uint32_t *partition_of; /* [groups] */
    uint8_t *kind_of;       /* [groups] */
    int64_t *began;         /* [groups] since when each works */
    uint32_t n_groups, n_entities;
    struct wm_plant_units *plants; /* [n_halls][WM_N_PLANTS] */
    size_t n_plants;
    double *chiller_lost_frac; /* [n_halls] of mechanical cooling */
    struct wm_broken_part *parts;
    uint32_t n_parts, free_part, queue_head, queue_tail;
    int64_t n_busy_crews;
    uint64_t n_failures, n_failovers, n_plant_failures;
    bool plant_changed;
    int64_t plant_since;
    double plant_out_s;
    uint16_t fail_kind, repair_kind, unit_fail_kind, unit_repair_kind, part_kind;
};

/** Room for everything; schedules nothing yet. */
struct wm_outages *wm_outages_new(struct wm_arena *arena, const struct wm_scenario *scenario,
                                  const struct wm_site_plan *plan);

/** Most parts that can be broken at once: timers to expect. */
uint32_t wm_outages_n_timers(const struct wm_outages *outages);

/** Schedules first failures; events of five kinds from `first_kind` on go to wm_outages_on_*. */
void wm_outages_start(struct wm_outages *outages, struct wm_sim *sim, uint16_t first_kind);

void wm_outages_on_fail(struct wm_outages *outages, struct wm_sim *sim, uint32_t group);
void wm_outages_on_repair(struct wm_outages *outages, struct wm_sim *sim, uint32_t group);
void wm_outages_on_unit_fail(struct wm_outages *outages, struct wm_sim *sim, uint32_t entity);
void wm_outages_on_unit_repair(struct wm_outages *outages, struct wm_sim *sim, uint32_t entity);
void wm_outages_on_part(struct wm_outages *outages, struct wm_sim *sim, uint32_t part);

/** Sets whether partitions are there at `at_us` since 1970, `now` on the run's clock. */
void wm_outages_set_there(struct wm_outages *outages, int64_t at_us, int64_t now);

/**
 * Mean working replicas over [since, now), into `mean`, and begins anew.
 * @return whether any differs from what `mean` held
 */
bool wm_outages_mean(struct wm_outages *outages, int64_t since, int64_t now);

#endif
