#include "hash_blocks.h"

static const double other_max_frac = 0.05; /* as of bad rows */

static bool differs(const struct wm_request *r, uint32_t size)
{
    const uint32_t full = r->input_tok / size;
    return r->n_blocks != full && r->n_blocks != full + (r->input_tok % size > 0);
}

void hash_blocks_note(struct hash_blocks *h, const struct wm_request *r)
{
    if (r->n_blocks == 0)
        return;
    h->n_rows++;
    h->n_other += differs(r, h->asked_tok);
    for (uint32_t k = 0; k < HASH_SIZES; k++)
        h->other[k] += differs(r, 1u << k);
}

uint32_t hash_blocks_size(const struct hash_blocks *h, bool is_given)
{
    const double most = other_max_frac * (double)h->n_rows;
    if ((double)h->n_other <= most)
        return h->asked_tok;
    uint32_t best = 0;
    for (uint32_t k = 1; k < HASH_SIZES; k++)
        if (h->other[k] < h->other[best])
            best = k;
    return !is_given && (double)h->other[best] <= most ? 1u << best : 0;
}
