/*
 * The batch of a replica: its sequences, when each is done, what KV they hold; and the closed form
 * of a jump. Inline because a simulated request passes here a few times and takes about 100 ns.
 *
 * Decode steps are numbered; a sequence that joins at step i with c tokens of context is done at a
 * step that is known then, so completions are a sorted list of step numbers that no step has to
 * touch. It takes a new KV block at a step known then and every `block_steps` after: of the steps
 * numbered round * block_steps + phase it holds, from its first block on,
 *
 *     blocks + (rounds since) + (1 if its own phase has come in this round)
 *
 * so the blocks of all are a sum, a product with the round, and a count of phases, and never have to
 * be brought up to date. The count is between 0 and the number of sequences, which mostly suffices.
 */
#ifndef WM_BATCH_H
#define WM_BATCH_H

#include <math.h>
#include <string.h>

#include "wattmill/replica.h"
#include "wattmill/require.h"

enum { BLOCK_STEPS_MAX = 256, SLOT_BITS = 16, DONE_MARGIN = 32 };
#define NOBODY_DONE UINT64_MAX
#define NO_SLOT     UINT32_MAX

struct batch {
    uint64_t step;      /* decode steps made: round * block_steps + phase */
    uint64_t made;      /* steps of each sequence, all together */
    uint64_t next_done; /* done step << SLOT_BITS | slot of the next one; NOBODY_DONE */
    int64_t ctx;        /* of all decoding sequences, 1/256 tok */
    uint32_t n_decoding, n_reading;
    uint32_t round, phase;
    uint32_t blocks_before; /* held, were this round 0 and no phase come; mod 2^32 */
    uint32_t n_free, first_free, n_touched; /* places: a list, then those never taken */
    uint64_t *done;               /* [n_decoding + DONE_MARGIN] like next_done, the next one last */
    struct wm_pending *slots;     /* [max_seqs] */
    uint32_t *n_at_phase;         /* [block_steps] sequences that take their blocks at that phase */
    uint32_t block_steps;         /* steps between two new blocks of a sequence */
    uint32_t ctx_per_step;        /* per sequence, 1/256 tok */
    uint32_t n_blocks, block_tok; /* there are; tokens of one */
};

static inline uint32_t blocks_of(const struct batch *b, uint32_t tok)
{
    return (tok + b->block_tok - 1) / b->block_tok;
}

static inline uint32_t batch_n(const struct batch *b)
{
    return b->n_decoding + b->n_reading;
}

/* Blocks held, but for those taken in this round: at most as many as there are sequences. */
static inline uint32_t batch_blocks_least(const struct batch *b)
{
    return b->blocks_before + b->n_decoding * b->round;
}

static inline uint32_t batch_blocks_used(const struct batch *b)
{
    uint32_t sum = batch_blocks_least(b);
    for (uint32_t i = 0; i <= b->phase; i++)
        sum += b->n_at_phase[i];
    return sum;
}

/* Whether `more` blocks are free. */
static inline bool batch_has_room(const struct batch *b, uint32_t more)
{
    return batch_blocks_least(b) + b->n_decoding + more <= b->n_blocks ||
           batch_blocks_used(b) + more <= b->n_blocks;
}

/* Makes n steps. */
static inline void batch_advance(struct batch *b, uint64_t n)
{
    const uint64_t phase = b->phase + n;
    b->step += n;
    b->ctx += (int64_t)n * b->n_decoding * b->ctx_per_step;
    b->made += n * b->n_decoding;
    b->round += (uint32_t)(phase / b->block_steps);
    b->phase = (uint32_t)(phase % b->block_steps);
}

/* How many steps, at most `most` (>= 1), may be made until the blocks could run out at the next. */
static inline uint64_t batch_steps_until_full(const struct batch *b, uint64_t most)
{
    const uint32_t least_room = b->n_blocks - batch_blocks_least(b);
    if ((most + 1) * b->n_decoding <= least_room)
        return most;
    const uint32_t room = b->n_blocks - batch_blocks_used(b);
    uint64_t n = (uint64_t)(room / b->n_decoding) * b->block_steps;
    uint32_t left = room % b->n_decoding, phase = b->phase;
    while (n + 1 < most) { /* the n+1st growth must fit for n + 2 steps */
        phase = phase + 1 < b->block_steps ? phase + 1 : 0;
        if (b->n_at_phase[phase] > left)
            break;
        left -= b->n_at_phase[phase];
        n++;
    }
    return n + 1 < most ? n + 1 : most;
}

/* Whole steps that make at most `tok` tokens. */
static inline uint64_t steps_of(const struct batch *b, uint32_t tok)
{
    if (b->ctx_per_step == 1 << WM_CTX_FRAC_BITS)
        return tok;
    return ((uint64_t)tok << WM_CTX_FRAC_BITS) / b->ctx_per_step;
}

/*
 * Keeps the list of completions sorted: halving without a branch, then room for the new one. What
 * moves is rounded up into the margin: the processor foresees a size that is mostly the same.
 */
static inline void completions_add(struct batch *b, uint64_t key)
{
    uint64_t *first = b->done; /* all before it are later than the new one */
    for (uint32_t n = b->n_decoding; n > 0; n /= 2) {
        const uint32_t half = (n + 1) / 2;
        first += half & -(uint32_t)(first[half - 1] > key);
    }
    const size_t n_later = (size_t)(b->done + b->n_decoding - first);
    memmove(first + 1, first, (n_later | (DONE_MARGIN - 1)) * sizeof *first);
    *first = key;
    b->n_decoding++;
    b->next_done = key < b->next_done ? key : b->next_done;
}

/* Takes the next one out. */
static inline void completions_pop(struct batch *b)
{
    b->n_decoding--;
    b->next_done = b->n_decoding > 0 ? b->done[b->n_decoding - 1] : NOBODY_DONE;
}

/* Takes any sequence out: rare, so it is looked for. */
static inline void completions_remove(struct batch *b, uint32_t slot)
{
    uint64_t *at = b->done;
    while ((*at & ((1u << SLOT_BITS) - 1)) != slot)
        at++;
    memmove(at, at + 1, (size_t)(b->done + b->n_decoding - 1 - at) * sizeof *at);
    completions_pop(b);
}

/* Step at which the next sequence is done, and which. @pre one is decoding */
static inline uint64_t batch_done_step(const struct batch *b)
{
    return b->next_done >> SLOT_BITS;
}

static inline uint32_t batch_done_slot(const struct batch *b)
{
    return (uint32_t)(b->next_done & ((1u << SLOT_BITS) - 1));
}

static inline uint32_t batch_take_slot(struct batch *b)
{
    const uint32_t slot = b->first_free;
    b->n_free--;
    if (slot == NO_SLOT)
        return b->n_touched++;
    b->first_free = b->slots[slot].next_free;
    return slot;
}

/* A sequence whose prompt is read, and which is out of n_reading, decodes from the present step. */
static inline void batch_join(struct batch *b, uint32_t slot)
{
    struct wm_pending *const s = &b->slots[slot];
    const uint32_t context_tok = s->input_tok + s->made_tok;
    const uint64_t until = steps_of(b, s->blocks * b->block_tok - context_tok) + 1;
    const uint32_t cross = b->phase + (until < b->block_steps ? (uint32_t)until : b->block_steps);
    const bool next_round = cross >= b->block_steps;
    s->phase = (uint8_t)(next_round ? cross - b->block_steps : cross);
    s->blocks -= b->round + next_round;
    s->join_step = (uint32_t)b->step;
    s->progress = WM_DECODING;
    b->n_at_phase[s->phase]++;
    b->blocks_before -= b->round + next_round;
    b->ctx += (int64_t)context_tok << WM_CTX_FRAC_BITS;
    const uint32_t left_tok = s->output_tok - s->made_tok;
    uint64_t steps = steps_of(b, left_tok);
    steps += steps * b->ctx_per_step < (uint64_t)left_tok << WM_CTX_FRAC_BITS;
    completions_add(b, (b->step + steps) << SLOT_BITS | slot);
}

/* Steps a decoding sequence has made. */
static inline uint32_t steps_made(const struct batch *b, const struct wm_pending *s)
{
    return (uint32_t)b->step - s->join_step;
}

/* Gives place and blocks of any sequence back; a decoding one is already out of the completions. */
static inline void batch_release(struct batch *b, uint32_t slot)
{
    struct wm_pending *const s = &b->slots[slot];
    if (s->progress == WM_DECODING) {
        b->n_at_phase[s->phase]--;
        b->ctx -= ((int64_t)(s->input_tok + s->made_tok) << WM_CTX_FRAC_BITS) +
                  (int64_t)steps_made(b, s) * b->ctx_per_step;
    } else {
        b->n_reading--;
    }
    b->blocks_before -= s->blocks;
    s->progress = WM_WAITING;
    s->next_free = b->first_free;
    b->first_free = slot;
    b->n_free++;
}

/* Time of n steps [2^-24 ns]: the first takes d, each takes a more than the one before. */
static inline int64_t jump_time(int64_t d, int64_t a, int64_t n)
{
    return n * d + a * (n * (n - 1) / 2);
}

/* As many of n steps as keep jump_time() within 61 bits (2.3 min); never below 1. */
static inline int64_t jump_limit(int64_t d, int64_t a, int64_t n)
{
    while ((double)n * ((double)d + 0.5 * (double)a * (double)n) > 0x1.0p61 && n > 1)
        n = n / 2;
    return n;
}

/* Least n in [1, most] whose time is `gap` or more; `most` if none is. The root, then mended. */
static inline int64_t jump_steps(int64_t d, int64_t a, int64_t gap, int64_t most)
{
    const double half = 0.5 * (double)a, b = (double)d - half, g = (double)gap;
    const double root = 2.0 * g / (b + sqrt(b * b + 4.0 * half * g));
    int64_t n = root < (double)most ? (int64_t)root + 1 : most;
    while (n > 1 && jump_time(d, a, n - 1) >= gap)
        n--;
    while (n < most && jump_time(d, a, n) < gap)
        n++;
    return n;
}

#endif
