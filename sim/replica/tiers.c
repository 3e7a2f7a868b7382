/* The prefix cache and the tiers behind it, as one list of blocks by recency (least recently used leaves first). */
#include "replica_state.h"

/* What the cache and the tiers up to `i` hold together; -1: the cache alone. NULL: tier `i` is none. */
static struct wm_prefix_cache *list_of(struct wm_replica *r, int i, uint32_t block_tok)
{
    const struct wm_replica_params *const p = r->params;
    struct wm_prefix_cache **const list = i < 0 ? &r->cache : &r->with_tier[i];
    uint64_t tok = p->cache_tok;
    if (i >= 0 && p->tiers[i].tok == 0)
        return NULL;
    for (int k = 0; k <= i; k++)
        tok += p->tiers[k].tok;
    if (*list == NULL) {
        const uint64_t blocks = tok / block_tok;
        *list = wm_prefix_cache_new(r->arena, blocks < WM_CACHE_UNLIMITED ? (uint32_t)blocks
                                                                          : WM_CACHE_UNLIMITED - 1);
    }
    return *list;
}

void replica_keep_blocks(struct wm_replica *r, const uint64_t *blocks, uint32_t n, uint32_t block_tok)
{
    for (int i = -1; i < WM_KV_TIERS; i++) {
        struct wm_prefix_cache *const list = list_of(r, i, block_tok);
        if (list != NULL)
            (void)wm_prefix_cache_use(list, blocks, n);
    }
}

void replica_forget_blocks(struct wm_replica *r)
{
    if (r->cache != NULL)
        wm_prefix_cache_clear(r->cache);
    for (int i = 0; i < WM_KV_TIERS; i++)
        if (r->with_tier[i] != NULL)
            wm_prefix_cache_clear(r->with_tier[i]);
}

/* Tokens of so many blocks that need not be read: at least one of the prompt is. */
static uint32_t spared_tok(const struct wm_request *q, uint64_t blocks)
{
    const uint64_t tok = blocks * q->block_tok;
    return tok < q->input_tok ? (uint32_t)tok : q->input_tok - 1;
}

uint32_t replica_find_blocks(struct wm_replica *r, const struct wm_request *q)
{
    const struct wm_replica_tier *const tiers = r->params->tiers;
    uint32_t best = wm_prefix_cache_use(list_of(r, -1, q->block_tok), q->blocks, q->n_blocks);
    uint32_t had = best, loaded[WM_KV_TIERS] = {0}, taken[WM_KV_TIERS] = {0};
    double load_s = 0.0, best_load_s = 0.0, load_j = 0.0, best_load_j = 0.0, best_s = -1.0;
    for (int i = 0; i < WM_KV_TIERS; i++) {
        struct wm_prefix_cache *const list = list_of(r, i, q->block_tok);
        const uint32_t found = list != NULL ? wm_prefix_cache_use(list, q->blocks, q->n_blocks) : had;
        const uint32_t tok = found > had ? spared_tok(q, found) - spared_tok(q, had) : 0;
        if (tok == 0)
            continue;
        if (best_s < 0.0)
            best_s = replica_reading_s(r, spared_tok(q, best), q->input_tok - spared_tok(q, best));
        load_s += tiers[i].s_per_tok * (double)tok;
        load_j += tiers[i].j_per_tok * (double)tok;
        loaded[i] = tok;
        had = found;
        const uint32_t past = spared_tok(q, found);
        const double all_s = load_s + replica_reading_s(r, past, q->input_tok - past);
        if (all_s >= best_s)
            continue;
        best_s = all_s;
        best = found;
        best_load_s = load_s;
        best_load_j = load_j;
        for (int k = 0; k <= i; k++)
            taken[k] = loaded[k];
    }
    for (int i = 0; i < WM_KV_TIERS; i++)
        r->totals.tier_tok[i] += taken[i];
    r->extra_s += best_load_s / (double)replica_n_stages(r);
    r->totals.tier_s += best_load_s;
    r->totals.tier_j += best_load_j;
    r->totals.energy_j += best_load_j;
    r->totals.prefill_j += best_load_j;
    return best;
}
