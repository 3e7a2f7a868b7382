/* Numerical methods behind names of our own; GSL is used in sim/base/numeric*.c alone. */
#ifndef WATTMILL_NUMERIC_H
#define WATTMILL_NUMERIC_H

/** Turns GSL's aborting error handler off. Call once before anything else of the library. */
void wm_init(void);

/** Quantile of Student's t; prob in (0, 1), degrees of freedom > 0. */
double wm_student_t_quantile(double prob, double degrees);

#endif
