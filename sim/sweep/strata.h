/*
 * Strata of Latin hypercubes: which of n equally likely strata an axis takes at point i.
 *
 * Independent axes need no list: a keyed Feistel network of four rounds on the next even number of
 * bits, walked until it lands below n, gives element i of a permutation alone. Correlated axes do:
 * Iman and Conover pair the strata of one axis with those of another by the ranks of normal scores
 * that have the wanted correlation, so that every axis still holds each stratum once.
 *
 * Source: Luby, Rackoff, SIAM J. Comput. 17(2) 1988; Iman, Conover, Commun. Stat. Simul. Comput.
 * 11(3) 1982, doi:10.1080/03610918208812265.
 */
#ifndef WM_SWEEP_STRATA_H
#define WM_SWEEP_STRATA_H

#include "plan.h"

/** 64 bits, or a number in [0, 1), that belong to (seed, kind, id) alone. */
uint64_t wm_bits_of(uint64_t seed, const char *kind, uint64_t id);
double wm_uniform_of(uint64_t seed, const char *kind, uint64_t id);

/** Streams of an axis' strata, so that two of one name (the halves of saltelli) differ. */
enum wm_strata { WM_STRATA_A, WM_STRATA_B };
/** Where stratum `i` of `n` of the axis goes, and a number in [0, 1) within it. */
uint64_t wm_stratum(uint64_t seed, const char *axis, enum wm_strata which, uint64_t i, uint64_t n);
double wm_within_stratum(uint64_t seed, const char *axis, enum wm_strata which, uint64_t i);

/** Strata [n_axes][n] of a correlated Latin hypercube; @pre study->factor != NULL */
const uint32_t *wm_strata_correlated(struct wm_arena *arena, const struct wm_study *study);

/** Row by row Cholesky of a symmetric matrix, in place; false when it is not positive definite. */
bool wm_factorise(double *matrix, size_t n);

#endif
