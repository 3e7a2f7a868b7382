/*
 * The batch of a replica: its sequences, when each is done, what KV they hold; and the closed form
 * of a jump. Inline because a simulated request passes here a few times and takes about 100 ns.
 *
 * Decode steps are numbered; a sequence that joins at step i with c tokens of context is done at a
 * step that is known then, so completions stand in a wheel of step numbers that no step has to
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

enum { BLOCK_STEPS_MAX = 256, SLOTS_MAX = 65535, WHEEL = 1024 };
#define NOBODY_DONE UINT64_MAX
#define NO_SLOT     UINT32_MAX

/*
 * Who is done at which step: a list for every step modulo WHEEL. Who is done a whole turn later or
 * more stands there as well and is passed over; a jump stops for it, which changes nothing.
 */
struct wheel {
    uint64_t words;            /* which words of `used` are not 0 */
    uint64_t used[WHEEL / 64]; /* which lists are not empty */
    uint16_t first[WHEEL];     /* slot + 1; the next one stands in the slot */
};

struct batch {
    uint64_t step;      /* decode steps made: round * block_steps + phase */
    uint64_t made;      /* steps of each sequence, all together */
    uint64_t next_done; /* step at which somebody may be done; NOBODY_DONE */
    int64_t ctx;        /* of all decoding sequences, 1/256 tok */
    uint32_t n_decoding, n_reading;
    uint32_t round, phase;
    uint32_t blocks_before; /* held, were this round 0 and no phase come; mod 2^32 */
    uint32_t n_free, first_free, n_touched; /* places: a list, then those never taken */
    struct wheel *wheel;                    /* of the decoding ones */
    struct wm_pending *slots;               /* [max_seqs] */
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

/* Steps that a sequence has to make from when it joins. */
static inline uint32_t steps_needed(const struct batch *b, const struct wm_pending *s)
{
    const uint32_t left_tok = s->output_tok - s->made_tok;
    const uint64_t steps = steps_of(b, left_tok);
    return (uint32_t)(steps + (steps * b->ctx_per_step < (uint64_t)left_tok << WM_CTX_FRAC_BITS));
}

/* The first step after the present one at which a list comes up. */
static inline uint64_t step_of_list(const struct batch *b, uint32_t list)
{
    return b->step + 1 + ((list - b->step - 1) % WHEEL);
}

static inline void wheel_add(struct batch *b, uint32_t slot, uint64_t done_step)
{
    struct wheel *const w = b->wheel;
    const uint32_t list = (uint32_t)(done_step % WHEEL);
    b->slots[slot].next_done = w->first[list];
    w->first[list] = (uint16_t)(slot + 1);
    w->used[list / 64] |= UINT64_C(1) << (list % 64);
    w->words |= UINT64_C(1) << (list / 64);
    const uint64_t step = step_of_list(b, list);
    b->next_done = step < b->next_done ? step : b->next_done;
}

/* Finds the next list that is not empty, from the step after the present one around the wheel. */
static inline void wheel_turn(struct batch *b)
{
    const struct wheel *const w = b->wheel;
    const uint32_t from = (uint32_t)((b->step + 1) % WHEEL);
    uint32_t word = from / 64;
    uint64_t lists = w->used[word] & (~UINT64_C(0) << (from % 64));
    if (lists == 0) {
        const uint64_t later = w->words & (~UINT64_C(0) << (word + 1));
        if (w->words == 0) {
            b->next_done = NOBODY_DONE;
            return;
        }
        word = (uint32_t)__builtin_ctzll(later != 0 ? later : w->words);
        lists = w->used[word];
    }
    b->next_done = step_of_list(b, 64 * word + (uint32_t)__builtin_ctzll(lists));
}

/* Closes a list that may have become empty. */
static inline void wheel_close(struct batch *b, uint32_t list)
{
    struct wheel *const w = b->wheel;
    if (w->first[list] == 0) {
        w->used[list / 64] &= ~(UINT64_C(1) << (list % 64));
        w->words &= ~((uint64_t)(w->used[list / 64] == 0) << (list / 64));
    }
    wheel_turn(b);
}

static inline uint32_t done_step_of(const struct batch *b, const struct wm_pending *s)
{
    return s->join_step + steps_needed(b, s);
}

/* Takes a sequence out that is not done. */
static inline void wheel_remove(struct batch *b, uint32_t slot)
{
    const uint32_t list = done_step_of(b, &b->slots[slot]) % WHEEL;
    uint16_t *link = &b->wheel->first[list];
    while (*link != slot + 1)
        link = &b->slots[*link - 1].next_done;
    *link = b->slots[slot].next_done;
    wheel_close(b, list);
}

/* Step at which the next sequence may be done, at the latest a turn of the wheel from now. */
static inline uint64_t batch_done_step(const struct batch *b)
{
    return b->next_done;
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
    b->n_decoding++;
    wheel_add(b, slot, b->step + steps_needed(b, s));
}

/* Steps a decoding sequence has made. */
static inline uint32_t steps_made(const struct batch *b, const struct wm_pending *s)
{
    return (uint32_t)b->step - s->join_step;
}

/* Gives place and blocks of any sequence back; a decoding one is already out of the wheel. */
static inline void batch_release(struct batch *b, uint32_t slot)
{
    struct wm_pending *const s = &b->slots[slot];
    if (s->progress == WM_DECODING) {
        b->n_at_phase[s->phase]--;
        b->ctx -= ((int64_t)(s->input_tok + s->made_tok) << WM_CTX_FRAC_BITS) +
                  (int64_t)steps_made(b, s) * b->ctx_per_step;
        b->n_decoding--;
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
