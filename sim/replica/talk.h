/*
 * Prefix blocks of a conversation: block i of conversation t has a name of its own, whatever is said, so
 * that a later turn finds what a cache still holds of the turns before and nothing else. A branch names what
 * it began with as the conversation it comes from does.
 */
#ifndef WM_TALK_H
#define WM_TALK_H

#include "wattmill/fleet.h"

enum { TALK_BLOCK_TOK = 16, TALK_BLOCK_BITS = 28 }; /* 4e9 tokens are 2^28 blocks */

struct talk_names {
    struct wm_arena *arena;
    uint64_t *blocks;
    uint32_t capacity;
};

/* A conversation, or one that began with `shared_tok` of another's and goes on by itself. */
struct talk {
    uint64_t own, parent;
    uint32_t shared_tok; /* 0: it is nobody's branch */
};

/* Names of the whole blocks of the first `tok` tokens; good until the next call. Count out. */
static inline const uint64_t *talk_blocks(struct talk_names *names, struct talk talk, uint32_t tok,
                                          uint32_t *n)
{
    const uint32_t n_shared = talk.shared_tok / TALK_BLOCK_TOK;
    *n = tok / TALK_BLOCK_TOK;
    if (*n > names->capacity) {
        names->capacity = 2 * *n;
        names->blocks = WM_NEW_ARRAY(names->arena, uint64_t, names->capacity);
    }
    for (uint32_t i = 0; i < *n; i++)
        names->blocks[i] = (i < n_shared ? talk.parent : talk.own) << TALK_BLOCK_BITS | i;
    return names->blocks;
}

/* A request of a conversation names its blocks. */
static inline void talk_name(struct talk_names *names, struct talk talk, struct wm_request *r)
{
    r->blocks = talk_blocks(names, talk, r->input_tok, &r->n_blocks);
    r->block_tok = TALK_BLOCK_TOK;
    r->hit_tok = 0;
}

/* The worker that made an answer holds the prompt and it, but for the last token, which was not read. */
static inline void talk_remember(struct talk_names *names, struct wm_fleet *fleet, struct talk talk,
                                 const struct wm_served *r)
{
    uint32_t n = 0;
    const uint64_t *const blocks = talk_blocks(names, talk, r->input_tok + r->output_tok - 1, &n);
    wm_fleet_remember(fleet, r->worker, blocks, n, TALK_BLOCK_TOK);
}

#endif
