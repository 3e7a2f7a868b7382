/*
 * Step table: how long a step of a replica takes and what it draws, compiled from a serving model
 * for one clock, so that a simulation step costs a few loads.
 *
 * A step extends B sequences of K context tokens together by a token each, and may at the same time
 * read chunks of prompts (c new tokens after p cached ones each):
 *
 *     decode only:  t = decode_s[B] + ctx_s[B] * K
 *     mixed:        t = token_s[T] + seq_s[B] + ctx_s[B] * K
 *                       + sum over chunks (prompt_s + pair_s * c * (p + c/2) + reach_s * (p + c/2))
 *
 * T = B + sum c, in multiples of 8, spread evenly over attention groups. Where one reads more than the others,
 * T and the sums are its own times their number, less shared_s for each token there is not.
 * Energies have the same form; groups that wait draw lag_w, and rest_w where attention is what they wait for. The affine dependence on K is what
 * lets a replica jump over many decode steps at once.
 *
 * Inside, decode times are integers of 2^-24 ns and contexts of 1/256 token (fractions come from
 * speculative decoding), so that a jump over n steps equals n single steps bit for bit.
 *
 * @par Source  the form: ../serving.h; affine in context: decode attention reads the whole cache
 */
#ifndef WATTMILL_STEP_TABLE_H
#define WATTMILL_STEP_TABLE_H

#include <stdint.h>

#include "wattmill/arena.h"
#include "wattmill/step.h"

enum { WM_STEP_FRAC_BITS = 24, WM_CTX_FRAC_BITS = 8, WM_STEP_TOK_ROUND = 8, WM_STEP_LAG = 16 };

struct wm_step_table {
    uint32_t max_seqs, max_tok;
    double clock_frac; /* which clock it was compiled for */
    double idle_w;     /* boards and hosts while nothing runs */
    double rest_w;     /* ... in a step that nothing of it works in */
    double
        lag_w[WM_STEP_LAG]; /* ... that waits for an attention group which reads 8 * 2^i tokens */
    const int64_t *decode;  /* [max_seqs + 1] 2^-24 ns, no context */
    const int64_t *ctx;     /* [max_seqs + 1] 2^-24 ns per 1/256 token of context */
    const double *decode_j; /* [max_seqs + 1] energy of the replica, no context */
    const double *ctx_j;    /* [max_seqs + 1] per token of context */
    const double *token_s;  /* [max_tok / 8 + 2] linear layers of so many tokens */
    const double *token_j;  /* the same [J] */
    const double *seq_s;    /* [max_seqs + 1] rest of B sequences in a mixed step */
    const double *seq_j;
    double shared_s; /* of a token's time, what experts take that all attention groups share */
    double prompt_s, prompt_j; /* per chunk */
    double pair_s, pair_j;     /* per new token and token it attends to */
    double reach_s, reach_j;   /* per token that a chunk attends to: short chunks are inefficient */
};

/** What a table is compiled from; all arrays as above, times in seconds. */
struct wm_step_costs {
    uint32_t max_seqs, max_tok;
    double clock_frac, idle_w, rest_w, lag_w[WM_STEP_LAG];
    const double *decode_s, *decode_j; /* [max_seqs + 1] */
    const double *ctx_s, *ctx_j;
    const double *token_s, *token_j; /* [max_tok / 8 + 2] */
    const double *seq_s, *seq_j;
    double shared_s, prompt_s, prompt_j, pair_s, pair_j, reach_s, reach_j;
};

/**
 * Compiles a table; arrays are copied into the arena. Negative and zero steps are refused.
 * @pre every decode_s[b >= 1] and token_s[i >= 1] > 0, everything else >= 0
 */
struct wm_step_table *wm_step_table_new(struct wm_arena *arena, const struct wm_step_costs *costs);

/**
 * The table of a serving model (step.h), with boards and hosts of the group as energy. Of a pipeline it
 * is the table of one stage, its accelerators and its share of the time.
 *
 * @param mean_context_tok  per sequence: where models that are not affine in context (windows) get
 *                          their tangent, and where energy, which is nowhere affine, its chord
 * @note  parts of a mixed step add up; against wm_step_eval() the time of a mixed step errs by under
 *        1 %, of a decode step by rounding alone where the model is affine (2e-4 above 128 sequences)
 */
struct wm_step_table *wm_step_table_of_model(struct wm_arena *arena, const struct wm_step_model *m,
                                             uint32_t max_seqs, uint32_t max_tok,
                                             double mean_context_tok);

/**
 * A table of plain numbers: t = step_s + seq_s * B + ctx_s * K + tok_s * (prompt tokens), at a
 * constant power while busy. For tests and estimates.
 */
struct wm_step_affine {
    double step_s, seq_s, ctx_s, tok_s;
    double busy_w, idle_w;
};
struct wm_step_table *wm_step_table_affine(struct wm_arena *arena, const struct wm_step_affine *a,
                                           uint32_t max_seqs, uint32_t max_tok);

#endif
