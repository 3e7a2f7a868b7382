/* Numerical methods behind names of our own; GSL is used in sim/base/numeric*.c alone. */
#ifndef WATTMILL_NUMERIC_H
#define WATTMILL_NUMERIC_H

#include <stdbool.h>

/** Turns GSL's aborting error handler off. Call once before anything else of the library. */
void wm_init(void);

/** Quantile of Student's t; prob in (0, 1), degrees of freedom > 0. */
double wm_student_t_quantile(double prob, double degrees);

/** A function of one variable; `context` is what the caller handed over. */
typedef double (*wm_function_fn)(double x, void *context);

/**
 * Root of f in [low, high] by Brent's method, to the last bits of a double.
 *
 * @param root  out; an end of the interval when f is exactly 0 there
 * @return      true when found; false when f(low) and f(high) have the same sign or are not finite
 * @par Source  Brent, "Algorithms for Minimization without Derivatives", 1973, ch. 4 (GSL's brent)
 */
bool wm_root_brent(wm_function_fn f, void *context, double low, double high, double *root);

#endif
