/* Searches without derivatives in the unit cube, by NLopt where it was there at build time. */
#include "wattmill/numeric.h"

#ifdef WM_HAVE_NLOPT
#include <nlopt.h>

struct call {
    const struct wm_search *search;
    nlopt_opt opt;
    double *values; /* [1 + n_conditions] */
    bool stopped;
};

static void ask(struct call *c, const double *x)
{
    if (c->stopped || c->search->f(x, c->values, c->search->context))
        return;
    c->stopped = true;
    nlopt_force_stop(c->opt);
}

static double objective(unsigned n, const double *x, double *gradient, void *context)
{
    struct call *const c = context;
    (void)n, (void)gradient;
    ask(c, x);
    return c->values[0];
}

static void conditions(unsigned m, double *result, unsigned n, const double *x, double *gradient,
                       void *context)
{
    struct call *const c = context;
    (void)n, (void)gradient;
    ask(c, x);
    for (unsigned i = 0; i < m; i++)
        result[i] = c->values[1 + i];
}

bool wm_search_is_built(void)
{
    return true;
}

static nlopt_algorithm algorithm(const struct wm_search *s, enum wm_search_method method)
{
    if (method == WM_SEARCH_GLOBAL)
        return NLOPT_GN_DIRECT_L;
    /* BOBYQA's quadratic needs two unknowns and knows no conditions */
    return s->n < 2 || s->n_conditions > 0 ? NLOPT_LN_COBYLA : NLOPT_LN_BOBYQA;
}

bool wm_search_run(const struct wm_search *s, enum wm_search_method method, double *values)
{
    double best = 0.0;
    nlopt_opt opt = nlopt_create(algorithm(s, method), (unsigned)s->n);
    if (opt == NULL)
        return false;
    struct call c = {s, opt, values, false};
    bool ok = nlopt_set_lower_bounds1(opt, 0.0) >= 0 && nlopt_set_upper_bounds1(opt, 1.0) >= 0 &&
              nlopt_set_min_objective(opt, objective, &c) >= 0 &&
              nlopt_set_xtol_abs1(opt, s->tolerance) >= 0 &&
              nlopt_set_maxeval(opt, s->max_calls) >= 0;
    if (ok && method == WM_SEARCH_LOCAL)
        ok = nlopt_set_initial_step1(opt, s->step) >= 0;
    if (ok && method == WM_SEARCH_LOCAL && s->n_conditions > 0)
        ok = nlopt_add_inequality_mconstraint(opt, (unsigned)s->n_conditions, conditions, &c,
                                              NULL) >= 0;
    ok = ok && (nlopt_optimize(opt, s->x, &best) > 0 || !c.stopped);
    nlopt_destroy(opt);
    return ok;
}

#else

bool wm_search_is_built(void)
{
    return false;
}

bool wm_search_run(const struct wm_search *s, enum wm_search_method method, double *values)
{
    (void)s, (void)method, (void)values;
    return false;
}

#endif
