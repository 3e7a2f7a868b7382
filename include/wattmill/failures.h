/*
 * Failures: how often accelerators, hosts, racks, coolant distribution units, chillers and UPS
 * modules fail, how long repairs take, and what stands in for them meanwhile.
 *
 * Life and repair times are exponential. Plant comes in blocks: of `block_units` side by side
 * `block_spares` may fail before the block loses a share of its load.
 */
#ifndef WATTMILL_FAILURES_H
#define WATTMILL_FAILURES_H

#include "wattmill/accelerator.h"
#include "wattmill/catalog_head.h"

/** Plant that many racks hang on. */
struct wm_failure_unit {
    double per_year; /* failures of a unit; 0: never */
    double repair_s;
    double unit_w; /* IT power that a unit carries */
    int64_t block_units, block_spares;
};

struct wm_failures {
    struct wm_catalog_head head;
    double per_gpu_year; /* NAN: each accelerator's own figure */
    double host_frac;    /* of them: host, network, software; they take a whole host */
    double host_repair_s;
    int64_t host_gpus;
    double planned_per_gpu_year, planned_s; /* maintenance that stops a replica */
    double rack_per_year, rack_repair_s;
    bool spares;       /* left-over accelerators stand in for broken ones */
    double failover_s; /* until they do */
    int64_t crews;     /* repairs at once; 0: as many as needed */
    struct wm_failure_unit cdu, chiller, ups;
};

extern const struct wm_field wm_failures_fields[];

/** Failures of an accelerator per year, hosts included, planned stops not. */
double wm_failures_per_gpu_year(const struct wm_failures *failures,
                                const struct wm_accelerator *accelerator);

#endif
