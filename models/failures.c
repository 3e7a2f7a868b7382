#include "wattmill/failures.h"

// clang-format off
static const struct wm_field unit_fields[] = {
    WM_REAL(wm_failure_unit, per_year, WM_UNIT_PER_YEAR, 0.0, 100.0, 0.0, "failures of a unit; 0: never"),
    WM_REAL_AS(wm_failure_unit, repair_s, "repair_h", WM_UNIT_H, 0.01, 8760.0, 24.0, "mean time to repair"),
    WM_REAL_AS(wm_failure_unit, unit_w, "unit_mw", WM_UNIT_MW, 0.01, 1000.0, 2.0, "IT power that a unit carries"),
    WM_INT(wm_failure_unit, block_units, 1, 1000, 5, "units side by side in a block"),
    WM_INT(wm_failure_unit, block_spares, 0, 999, 1, "of them that may fail before the block loses load"),
    WM_FIELD_END,
};
const struct wm_field wm_failures_fields[] = {
    WM_CATALOG_HEAD_ROWS(wm_failures),
    WM_REAL(wm_failures, per_gpu_year, WM_UNIT_PER_YEAR, 0.0, 100.0, (double)NAN, "failures that stop a replica, per accelerator; unset: the accelerator's own figure"),
    WM_REAL(wm_failures, host_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.36, "of them: host, network, software; Llama 3: 151 of 419"),
    WM_REAL_AS(wm_failures, host_repair_s, "host_repair_h", WM_UNIT_H, 0.0, 8760.0, 2.0, "mean time to bring a host back; estimate"),
    WM_INT(wm_failures, host_gpus, 1, 1000, 8, "accelerators that a host takes with it"),
    WM_REAL(wm_failures, planned_per_gpu_year, WM_UNIT_PER_YEAR, 0.0, 100.0, 0.0194, "planned stops per accelerator; Llama 3: 47 in 54 days on 16,384"),
    WM_REAL_AS(wm_failures, planned_s, "planned_h", WM_UNIT_H, 0.0, 8760.0, 1.0, "length of a planned stop; estimate"),
    WM_REAL(wm_failures, rack_per_year, WM_UNIT_PER_YEAR, 0.0, 100.0, 0.05, "failures of a rack (power shelf, switch tray, leak); estimate"),
    WM_REAL_AS(wm_failures, rack_repair_s, "rack_repair_h", WM_UNIT_H, 0.0, 8760.0, 8.0, "mean time to repair a rack; estimate"),
    WM_FLAG(wm_failures, spares, true, "left-over and spare accelerators stand in for broken ones"),
    WM_REAL_AS(wm_failures, failover_s, "failover_min", WM_UNIT_MIN, 0.0, 10080.0, 10.0, "until they do: the model is loaded; estimate"),
    WM_INT(wm_failures, crews, 0, 100000, 0, "repairs at once; 0: as many as needed"),
    WM_GROUP(wm_failures, cdu,     unit_fields, "coolant distribution units"),
    WM_GROUP(wm_failures, chiller, unit_fields, "chillers; they matter in hours that need mechanical cooling"),
    WM_GROUP(wm_failures, ups,     unit_fields, "UPS modules"),
    WM_FIELD_END,
};
// clang-format on

double wm_failures_per_gpu_year(const struct wm_failures *failures,
                                const struct wm_accelerator *accelerator)
{
    return wm_is_set(failures->per_gpu_year) ? failures->per_gpu_year
                                             : accelerator->failures_per_gpu_year;
}
