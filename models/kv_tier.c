#include "wattmill/kv_tier.h"

// clang-format off
/* Capacities: H200 nodes of InferenceX's agent runs give 1,234 GB of host memory to KV, 154 GB an accelerator
   (SemiAnalysis InferenceX app, 2026-09-10). */
#define TIER(fields, size, gb_per_s, link, j_per_gb, energy, price)                                                     \
    static const struct wm_field fields[] = {                                                                          \
        WM_REAL_AS(wm_kv_tier, bytes_per_gpu, "gb_per_gpu", WM_UNIT_GB, 0.0, 1e6, 0.0, size),                          \
        WM_REAL_AS(wm_kv_tier, bytes_per_s, "gb_per_s", WM_UNIT_GB_PER_S, 0.01, 1e5, gb_per_s, link),                  \
        WM_REAL_AS(wm_kv_tier, j_per_byte, "j_per_gb", WM_UNIT_J_PER_GB, 0.0, 1000.0, j_per_gb, energy),               \
        WM_REAL_AS(wm_kv_tier, usd_per_byte, "usd_per_gb", WM_UNIT_USD_PER_GB, 0.0, 1e4, 0.0, price),                  \
        WM_FIELD_END,                                                                                                  \
    }
TIER(host_fields, "host memory for KV, a node's over its accelerators (an H200 node of InferenceX's agent runs: 154); 0: none",
     55.0, "from there to an accelerator; PCIe 5.0 x16: 64 GB/s less protocol (PCI-SIG; share: estimate)",
     0.3, "energy of a load: memory and link, about 40 pJ a bit (estimate)",
     "price where it is bought for this; 0: it is in the node's price");
TIER(ssd_fields, "SSDs for KV, a node's over its accelerators; 0: none",
     7.0, "from there to an accelerator; one PCIe 4.0 x4 drive each (estimate)",
     3.6, "energy of a load: a drive of 25 W at 7 GB/s (estimate)",
     "price where they are bought for this; 0: they are in the node's price");
#undef TIER
const struct wm_field wm_kv_tiers_fields[] = {
    WM_GROUP(wm_kv_tiers, host, host_fields, "host memory"),
    WM_GROUP(wm_kv_tiers, ssd, ssd_fields, "SSDs of the node"),
    WM_FIELD_END,
};
// clang-format on
