/*
 * Partitions: which workloads of a pool share replicas, how many racks each group gets, and how its
 * replicas are planned for the mix of its classes.
 */
#ifndef WM_RUN_PARTITION_H
#define WM_RUN_PARTITION_H

#include "provision.h"

/**
 * Forms the partitions of every pool, whose racks are known, and plans their replicas.
 * @return false with an E301 for each workload that cannot be served
 */
bool wm_partitions_form(struct wm_arena *arena, const struct wm_scenario *scenario,
                        struct wm_site_plan *plan, struct wm_diags *diags);

/** Sets what a class's tokens are paid and worth. @pre its workload serves requests */
void wm_class_price(struct wm_class *class);

#endif
