/*
 * Parallel: the same work on many items, on a few threads. Results are where the caller's body puts
 * them, so they do not depend on the number of threads.
 */
#ifndef WATTMILL_PARALLEL_H
#define WATTMILL_PARALLEL_H

#include <stddef.h>

/** Processors that this process may use, at least 1. */
unsigned wm_processors(void);

typedef void wm_parallel_fn(void *context, size_t i);

/**
 * Calls `body(context, i)` once for each i < n, on up to `n_threads` threads, this one among them;
 * returns when all are done. Threads that cannot be had are done without.
 * Memory that ends in one ends the work on the caller's thread too, as in an arena of its own.
 * @pre  the body touches nothing that another i changes, and allocates in no shared arena
 */
void wm_parallel_for(unsigned n_threads, size_t n, wm_parallel_fn *body, void *context);

#endif
