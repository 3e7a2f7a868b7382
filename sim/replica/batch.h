/*
 * The batch of a replica: its sequences, when each is done, what KV they hold; and the closed form
 * of a jump. Inline because a simulated request passes here a few times and takes under 100 ns.
 *
 * Decode steps are numbered; a sequence that joins at step i with c tokens of context is done at a
 * step that is known then, so completions are a heap of step numbers that no step has to touch. It
 * takes a new KV block at a step known then and every `block_steps` after, so blocks are counted by
 * the step's remainder.
 */
#ifndef WM_BATCH_H
#define WM_BATCH_H

#include <math.h>

#include "wattmill/replica.h"
#include "wattmill/require.h"

enum { BLOCK_STEPS_MAX = 256, SLOT_BITS = 16 };

struct batch {
    struct wm_pending *slots;
    uint8_t *state; /* enum slot_state */
    uint32_t *free_slots;
    uint32_t n_free, max_seqs;
    uint64_t *done; /* heap of done step << SLOT_BITS | slot */
    uint32_t n_decoding, n_reading;
    int64_t ctx;            /* of all decoding sequences, 1/256 tok */
    int64_t ctx_per_step;   /* per sequence, 1/256 tok */
    uint64_t step;          /* decode steps made */
    uint64_t grown_to;      /* last step whose new blocks are counted */
    uint32_t phase;         /* of grown_to: its remainder by block_steps */
    uint32_t blocks_used, n_blocks, block_tok;
    uint32_t block_steps;   /* steps between two new blocks of a sequence */
    uint32_t *crossing; /* [block_steps] sequences that take one at steps of that remainder */
};

enum slot_state { SLOT_FREE, SLOT_READING, SLOT_DECODING };

static inline uint32_t blocks_of(const struct batch *b, uint32_t tok)
{
    return (tok + b->block_tok - 1) / b->block_tok;
}

static inline uint32_t batch_n(const struct batch *b)
{
    return b->n_decoding + b->n_reading;
}

static inline uint32_t batch_blocks_free(const struct batch *b)
{
    return b->n_blocks - b->blocks_used;
}

static inline void heap_push(struct batch *b, uint32_t n, uint64_t key)
{
    uint64_t *const h = b->done;
    uint32_t i = n;
    while (i > 0 && h[(i - 1) / 4] > key) {
        h[i] = h[(i - 1) / 4];
        i = (i - 1) / 4;
    }
    h[i] = key;
}

/* Puts `key` at place i of a heap of n and lets it sink. */
static inline void heap_sink(struct batch *b, uint32_t n, uint32_t i, uint64_t key)
{
    uint64_t *const h = b->done;
    for (;;) {
        const uint32_t first = 4 * i + 1;
        if (first >= n)
            break;
        uint32_t least = first;
        const uint32_t end = first + 4 < n ? first + 4 : n;
        for (uint32_t c = first + 1; c < end; c++)
            least = h[c] < h[least] ? c : least;
        if (h[least] >= key)
            break;
        h[i] = h[least];
        i = least;
    }
    h[i] = key;
}

/* Takes a sequence out of the completions: rare, so it is looked for. */
static inline void heap_remove(struct batch *b, uint32_t slot)
{
    uint64_t *const h = b->done;
    const uint32_t n = b->n_decoding;
    uint32_t i = 0;
    while ((h[i] & ((1u << SLOT_BITS) - 1)) != slot)
        i++;
    for (; i > 0; i = (i - 1) / 4) /* to the top, then off it */
        h[i] = h[(i - 1) / 4];
    heap_sink(b, n - 1, 0, h[n - 1]);
}

/* Sequences that take a block at the step after grown_to. */
static inline uint32_t batch_growth_next(const struct batch *b)
{
    return b->crossing[b->phase + 1 < b->block_steps ? b->phase + 1 : 0];
}

/* Counts the blocks taken at the n steps after grown_to. */
static inline void batch_grow(struct batch *b, uint64_t n)
{
    const uint64_t rounds = n < b->block_steps ? 0 : n / b->block_steps;
    uint64_t sum = rounds * b->n_decoding;
    uint32_t phase = b->phase;
    for (uint32_t left = (uint32_t)(n - rounds * b->block_steps); left > 0; left--) {
        phase = phase + 1 < b->block_steps ? phase + 1 : 0;
        sum += b->crossing[phase];
    }
    b->phase = phase;
    b->grown_to += n;
    b->blocks_used += (uint32_t)sum;
}

/* How many more steps may be made before the blocks run out, at most `most` (>= 1). */
static inline uint64_t batch_steps_until_full(const struct batch *b, uint64_t most)
{
    const uint32_t room = batch_blocks_free(b);
    if (most * b->n_decoding <= room || (most / b->block_steps + 1) * b->n_decoding <= room)
        return most; /* the first test is the second one without its division */
    uint64_t n = (uint64_t)(room / b->n_decoding) * b->block_steps;
    uint32_t left = room % b->n_decoding, phase = b->phase;
    while (n + 1 < most) { /* the n+1st growth must fit for n + 2 steps */
        phase = phase + 1 < b->block_steps ? phase + 1 : 0;
        if (b->crossing[phase] > left)
            break;
        left -= b->crossing[phase];
        n++;
    }
    return n + 1 < most ? n + 1 : most;
}

/* Whole steps that make at most `tok` tokens. */
static inline uint64_t steps_of(const struct batch *b, uint32_t tok)
{
    if (b->ctx_per_step == 1 << WM_CTX_FRAC_BITS)
        return tok;
    return ((uint64_t)tok << WM_CTX_FRAC_BITS) / (uint64_t)b->ctx_per_step;
}

/* A sequence whose prompt is read begins to decode at the present step. */
static inline void batch_join(struct batch *b, uint32_t slot)
{
    struct wm_pending *const s = &b->slots[slot];
    const uint32_t context_tok = s->input_tok + s->made_tok;
    const uint32_t room_tok = s->blocks * b->block_tok - context_tok;
    uint32_t until = (uint32_t)steps_of(b, room_tok) + 1;
    until = until < b->block_steps ? until : b->block_steps;
    s->join_step = b->step;
    s->cross_step = b->step + until;
    s->cross_phase = (uint32_t)((b->phase + until) % b->block_steps);
    b->crossing[s->cross_phase]++;
    b->ctx += (int64_t)context_tok << WM_CTX_FRAC_BITS;
    const uint32_t left_tok = s->output_tok - s->made_tok;
    uint64_t steps = steps_of(b, left_tok);
    steps += steps * (uint64_t)b->ctx_per_step < (uint64_t)left_tok << WM_CTX_FRAC_BITS;
    heap_push(b, b->n_decoding++, (b->step + steps) << SLOT_BITS | slot);
    b->state[slot] = SLOT_DECODING;
}

/* Step at which the next sequence is done. @pre one is decoding */
static inline uint64_t batch_done_step(const struct batch *b)
{
    return b->done[0] >> SLOT_BITS;
}

/* Gives slot and blocks of any sequence back; a decoding one is already out of the heap. */
static inline void batch_release(struct batch *b, uint32_t slot)
{
    const struct wm_pending *const s = &b->slots[slot];
    uint64_t held = s->blocks;
    if (b->state[slot] == SLOT_DECODING) {
        if (b->grown_to >= s->cross_step)
            held += 1 + (b->grown_to - s->cross_step) / b->block_steps;
        b->crossing[s->cross_phase]--;
        b->ctx -= ((int64_t)(s->input_tok + s->made_tok) << WM_CTX_FRAC_BITS) +
                  (int64_t)(b->step - s->join_step) * b->ctx_per_step;
        b->n_decoding--;
    } else {
        b->n_reading--;
    }
    b->blocks_used -= (uint32_t)held;
    b->state[slot] = SLOT_FREE;
    b->free_slots[b->n_free++] = slot;
}

/* Time of n steps [2^-24 ns]: the first takes d, each takes a more than the one before. */
static inline int64_t jump_time(int64_t d, int64_t a, int64_t n)
{
    return n * d + a * (n * (n - 1) / 2);
}

/* As many of n steps as keep jump_time() within 61 bits (2.3 min); never below 1. */
static inline int64_t jump_limit(int64_t d, int64_t a, int64_t n)
{
    while (n > 1 && (double)n * ((double)d + 0.5 * (double)a * (double)n) > 0x1.0p61)
        n = n / 2;
    return n;
}

/* Least n in [1, most] whose time is `gap` or more; `most` if none is. The root, then mended. */
static inline int64_t jump_steps(int64_t d, int64_t a, int64_t gap, int64_t most)
{
    const double half = 0.5 * (double)a, b = (double)d - half, g = (double)gap;
    const double root = 2.0 * g / (b + sqrt(b * b + 4.0 * half * g));
    int64_t n = root < (double)most ? (int64_t)root : most;
    n = n > 1 ? n : 1;
    while (n > 1 && jump_time(d, a, n - 1) >= gap)
        n--;
    while (n < most && jump_time(d, a, n) < gap)
        n++;
    return n;
}

#endif
