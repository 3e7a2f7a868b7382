/*
 * KV tiers: memory behind an accelerator's own, to which a prefix cache's blocks go when they leave it.
 *
 * Host memory over the host's link, then SSDs, in the order of their use: what the first is too small for goes to
 * the next, and what the last is too small for is gone. A prompt that begins alike loads its blocks from there
 * where that is faster than reading the tokens again. Given per accelerator: a node's memory over its accelerators.
 */
#ifndef WATTMILL_KV_TIER_H
#define WATTMILL_KV_TIER_H

#include "wattmill/field.h"

/** In the order of use, as indices. */
enum { WM_KV_HOST, WM_KV_SSD, WM_KV_TIERS };

struct wm_kv_tier {
    double bytes_per_gpu; /* for KV; 0: there is none */
    double bytes_per_s;   /* to an accelerator */
    double j_per_byte;    /* of a load, both ends */
    double usd_per_byte;  /* where it is bought for this; 0: it is in the node's price */
};

struct wm_kv_tiers {
    struct wm_kv_tier host, ssd;
};
extern const struct wm_field wm_kv_tiers_fields[];

/** The tiers in their order. */
static inline const struct wm_kv_tier *wm_kv_tier_at(const struct wm_kv_tiers *tiers, int i)
{
    return i == WM_KV_HOST ? &tiers->host : &tiers->ssd;
}

#endif
