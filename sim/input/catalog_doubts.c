/* Doubts about entries of a user's own: figures that are each in range but cannot be true together. */
#include <math.h>
#include <string.h>

#include "catalog_doubts.h"
#include "wattmill/accelerator.h"
#include "wattmill/llm.h"

/* Shapes count published models to 0.3 %; towers for pictures, MTP modules and biases add little. */
static const double params_tolerance_frac = 0.05;
/* Boards with busy hosts take 0.8 to 1 of the nameplate around them in the catalogue. */
static const double least_rated_frac = 0.65;

static bool is_users(const struct wm_json *node)
{
    return node != NULL && (node->place.file == NULL || strncmp(node->place.file, WM_CATALOG_PREFIX,
                                                                strlen(WM_CATALOG_PREFIX)) != 0);
}

static const struct wm_place *place_of(const struct wm_json *entry, const char *key)
{
    const struct wm_json *node = wm_json_find(entry, key);
    return node != NULL && is_users(node) ? &node->place : &entry->place;
}

static void doubt_params(const struct wm_llm *m, const struct wm_json *json, const char *path,
                         struct wm_diags *diags)
{
    const double counted = wm_llm_counted_params(m, false);
    /* many state one matrix for embedding and head once */
    const double tied = counted - (double)m->vocab_size * (double)m->hidden_dim;
    if (m->total_params >= tied * (1.0 - params_tolerance_frac) &&
        m->total_params <= counted * (1.0 + params_tolerance_frac))
        return;
    wm_diag_add(diags, WM_W916, place_of(json, "total_params"), path,
                "total_params %.4g, but the shape counts %.4g parameters: weights and speed follow "
                "both; mend one of them",
                m->total_params, counted);
}

static void doubt_nameplate(const struct wm_accelerator *a, const struct wm_json *json,
                            const char *path, struct wm_diags *diags)
{
    const double rated_w = a->rack_nameplate_w / (double)a->rack_gpus;
    const bool too_small = a->tdp_w + a->host_idle_w > rated_w * 1.001;
    const bool own_tdp = is_users(wm_json_find(json, "tdp_w"));
    const bool own_plate = is_users(wm_json_find(json, "rack_nameplate_kw"));
    const bool too_large =
        own_tdp && !own_plate && a->tdp_w + a->host_busy_w < least_rated_frac * rated_w;
    if (too_small || too_large)
        wm_diag_add(diags, WM_W916, place_of(json, "tdp_w"), path,
                    "tdp_w %.4g W and host %.4g to %.4g W, but the nameplate%s is %.4g W per "
                    "accelerator: set rack_nameplate_kw (and host_busy_w) too",
                    a->tdp_w, a->host_idle_w, a->host_busy_w, own_plate ? "" : " of the base",
                    rated_w);
}

void wm_catalog_doubt(enum wm_catalog_kind kind, const struct wm_catalog_head *entry,
                      const struct wm_json *json, const char *path, struct wm_diags *diags)
{
    if (kind == WM_CATALOG_llm)
        doubt_params((const struct wm_llm *)(const void *)entry, json, path, diags);
    if (kind == WM_CATALOG_accelerator)
        doubt_nameplate((const struct wm_accelerator *)(const void *)entry, json, path, diags);
}
