/* Numerical methods behind names of our own; GSL is used in sim/base/numeric*.c alone. */
#ifndef WATTMILL_NUMERIC_H
#define WATTMILL_NUMERIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Larger and smaller of two numbers, `b` not NaN: as fmax() and fmin(), which are calls that nothing stays
 *  in a register over. */
static inline double wm_larger(double a, double b)
{
    return a > b ? a : b;
}
static inline double wm_smaller(double a, double b)
{
    return a < b ? a : b;
}

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

/**
 * Largest x in [0, high] whose excess is not above 0, from below: excess(0) <= 0 < excess(high).
 *
 * Interpolate, truncate, project. Small jumps, which a secant alone would trip over, cost no more than a
 * step beyond bisection; about ten evaluations where f is smooth.
 * @return  within 1e-13 of `high`
 * @par Source  Oliveira, Takahashi, "An enhancement of the bisection method average performance
 *              preserving minmax optimality", ACM Trans. Math. Softw. 47(1) 2021
 */
double wm_largest_fit(wm_function_fn excess, void *context, double high);

/** Standard normal: P(X < x), and its inverse for prob in (0, 1). */
double wm_normal_prob(double x);
double wm_normal_quantile(double prob);
/** P(at most k successes in n trials of probability `prob`); n < 2^32. */
double wm_binomial_prob(uint64_t k, uint64_t n, double prob);
/** Inverse of the Gamma distribution of mean shape * scale; prob in [0, 1), both > 0. */
double wm_gamma_quantile(double prob, double shape, double scale);
/**
 * Inverse of the beta distribution on [0, 1]; prob in [0, 1], shapes 1e-3..1e6. Never NAN; 0 where the
 * value is too small for a double.
 */
double wm_beta_quantile(double prob, double alpha, double beta);

/*
 * Quasi-random points that fill a unit cube evenly: Sobol's sequence in its first dimensions. GSL has
 * 40, but pairs beyond the first 20 are strongly correlated for some hundred points (|r| = 0.76 of
 * dimensions 36 and 11 at 256), so that no more than WM_SOBOL_MAX_DIMS are given out.
 *
 * @par Source  GNU Scientific Library 2.7, "Quasi-Random Sequences"
 */
#define WM_SOBOL_MAX_DIMS   16
#define WM_SOBOL_MAX_POINTS ((UINT64_C(1) << 30) - 1)

struct wm_quasi {
    void *generator; /* GSL's */
    uint64_t next;   /* index it yields next */
    unsigned n_dims;
};
/**
 * The sequence in `n_dims` from its beginning; close it.
 * @return false when memory ended
 * @pre 1 <= n_dims <= WM_SOBOL_MAX_DIMS
 */
bool wm_quasi_open(struct wm_quasi *quasi, unsigned n_dims);
void wm_quasi_close(struct wm_quasi *quasi);
/** Point `index` < WM_SOBOL_MAX_POINTS into `point` [n_dims], each in [0, 1); going forward is cheap, back starts over. */
void wm_quasi_at(struct wm_quasi *quasi, uint64_t index, double *point);

/** A coefficient of a linear programme. */
struct wm_lp_entry {
    int row, column; /* from 0 */
    double value;
};

/** maximise c x with rows A x <= limit, 0 <= x <= upper. */
struct wm_lp {
    int n_rows, n_columns;
    const double *limit;     /* [n_rows] */
    const double *objective; /* [n_columns] */
    const double *upper;     /* [n_columns], INFINITY: none */
    const struct wm_lp_entry *entries;
    int n_entries;
};

/**
 * Solves a linear programme by the simplex method (GLPK).
 *
 * @param x     out [n_columns]
 * @param dual  out [n_rows]: what one more unit of a row's limit is worth; >= 0
 * @return      true at an optimum; false when there is none (unbounded, numerical trouble)
 */
bool wm_lp_solve(const struct wm_lp *lp, double *x, double *dual);

/** y ~ constant + x slope, by ordinary least squares. */
struct wm_regression {
    size_t n, n_columns;
    const double *x;          /* [n][n_columns] */
    const double *y;          /* [n] */
    double *slope;            /* out, [n_columns]; 0 of a column that never varies */
    double *covariance;       /* out, [n_columns][n_columns], of the slopes */
    double degrees;           /* out: n - n_columns - 1 */
    double residual_variance; /* out */
    double r2; /* out: share of the variance that the line explains; NAN of a constant */
};
/**
 * @return false when n < n_columns + 2, columns are multiples of each other, or memory ended
 * @par Source  Draper, Smith, "Applied Regression Analysis", 3rd ed. 1998, ch. 5 (normal equations)
 */
bool wm_regress(struct wm_regression *regression);

/** minimise c x with row_low <= A x, low <= x <= high; a high may be INFINITY. */
struct wm_lp_bounded {
    int n_rows, n_columns, n_entries;
    const double *row_low;             /* [n_rows], finite */
    const double *low, *high, *cost;   /* [n_columns]; low finite */
    const struct wm_lp_entry *entries; /* in any order */
};

/**
 * Solves it by the simplex method (GLPK).
 *
 * @param x  out [n_columns]
 * @return   true at an optimum; false when there is none, or none was found in many steps
 */
bool wm_lp_minimise(const struct wm_lp_bounded *lp, double *x);

struct wm_arena;

/** A piece of a convex function that is straight between: so long, rising so much for a unit. */
struct wm_stock_piece {
    double width, slope;
};

/** A stage of a chain: how much the content of a store may change in it, and what that costs. */
struct wm_stock_stage {
    double first;     /* lowest change, at no cost */
    double low, high; /* content after it */
    const struct wm_stock_piece *pieces; /* [n_pieces], of change above the lowest; slopes rise */
    size_t n_pieces;
};

/** A store over stages; what its content lacks of `end` after the last costs `end_slope` >= 0 for a unit. */
struct wm_stock {
    const struct wm_stock_stage *stages;
    size_t n; /* >= 1 */
    double start, end, end_slope;
};

/**
 * Contents of least cost: a linear programme whose rows are a chain, by what is left to pay from a content on,
 * a convex function of few pieces that goes from stage to stage backwards (infimal convolution) and is followed
 * forwards. Exact but for rounding; time grows with stages times pieces.
 *
 * @param arena    takes what is in between, some hundred bytes a stage
 * @param content  out [n], after each stage
 * @param worth    out [n]: what a unit more of content would save, a dual of the chain
 * @return         false when no contents keep the bounds
 * @par Source     Rockafellar, "Convex Analysis", 1970, sections 5 and 16 (infimal convolution and its
 *                 subgradients)
 */
bool wm_stock_minimise(const struct wm_stock *chain, struct wm_arena *arena, double *content,
                       double *worth);

/** Residuals r [n_residual] and their derivatives dr_i/dx_j, row by row [n_residual * n_param]. */
typedef void (*wm_residuals_fn)(const double *x, double *r, void *context);
typedef void (*wm_jacobian_fn)(const double *x, double *jacobian, void *context);

struct wm_least_squares {
    size_t n_residual, n_param;
    wm_residuals_fn residuals;
    wm_jacobian_fn jacobian;
    void *context;
    int max_iterations;
    double tolerance; /* of steps and gradient, relative */
    void (*progress)(int iteration, double sum_of_squares, void *context); /* NULL: none */
};

/**
 * Parameters x [n_param] that make the sum of r^2 smallest, by Levenberg-Marquardt from the x given;
 * variance [n_param], the diagonal of (J' J)^-1 at the end, when not NULL.
 *
 * @return false when memory ended or not even one step could be made
 * @pre    n_residual >= n_param
 * @par Source  GNU Scientific Library 2.7, "Nonlinear Least-Squares Fitting" (trust region, lm)
 */
bool wm_least_squares(const struct wm_least_squares *problem, double *x, double *variance);

/** A search in the unit cube, without derivatives. */
struct wm_search {
    size_t n;            /* unknowns, each in [0, 1]; >= 1 */
    size_t n_conditions; /* of WM_SEARCH_LOCAL */
    double *x;           /* [n] where it begins, and where it ends */
    double step;         /* first step of a local search */
    double tolerance;    /* it ends when steps are smaller */
    int max_calls;
    /* values[0] is to become small, values[1 ..n_conditions] at most 0; false ends the search */
    bool (*f)(const double *x, double *values, void *context);
    void *context;
};
enum wm_search_method { WM_SEARCH_LOCAL, WM_SEARCH_GLOBAL };

/** Whether the program was built with NLopt. */
bool wm_search_is_built(void);
/**
 * Runs a search: local by BOBYQA, with conditions or one unknown by COBYLA; global by DIRECT-L, which
 * divides the whole cube. Deterministic when `f` is.
 *
 * @param values  work [1 + n_conditions]
 * @return false when it was not built in, memory ended, or `f` ended it
 * @par Source  Powell, "The BOBYQA algorithm", DAMTP 2009/NA06; Powell, "A direct search optimization
 *              method ...", 1994 (COBYLA); Gablonsky, Kelley, J. Glob. Optim. 21, 2001 (DIRECT-L); all
 *              by NLopt 2.7
 */
bool wm_search_run(const struct wm_search *search, enum wm_search_method method, double *values);

#endif
