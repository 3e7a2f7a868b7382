/* Lengths as a planner types them: "gamma:0.93,2201,max=7437". */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wattmill/generate.h"
#include "wattmill/numeric.h"

enum { NUMBERS_MAX = 256 };

/* What the numbers after a name mean; `every`: they come in groups of so many. */
static const struct {
    const char *name;
    enum wm_length_kind kind;
    size_t least, every;
    const char *numbers;
} specs[] = {
    {"fixed", WM_LENGTH_FIXED, 1, 0, "TOKENS"},
    {"exponential", WM_LENGTH_EXPONENTIAL, 1, 0, "MEAN"},
    {"gamma", WM_LENGTH_GAMMA, 2, 0, "SHAPE,SCALE"},
    {"weibull", WM_LENGTH_WEIBULL, 2, 0, "SCALE,SHAPE"},
    {"pareto", WM_LENGTH_PARETO, 2, 0, "LEAST,TAIL_INDEX"},
    {"lognormal", WM_LENGTH_LOGNORMAL, 3, 3, "WEIGHT,MU,SIGMA[,WEIGHT,MU,SIGMA]..."},
    {"quantiles", WM_LENGTH_QUANTILES, 4, 2, "PROB,TOKENS,PROB,TOKENS[...], ascending"},
    {"empirical", WM_LENGTH_EMPIRICAL, 1, 1, "TOKENS[,TOKENS]..."},
};
enum { N_SPECS = sizeof specs / sizeof *specs };

static const char *names(struct wm_arena *arena)
{
    const char *all = "";
    for (size_t i = 0; i < N_SPECS; i++)
        all = wm_arena_printf(arena, "%s%s%s", all, i > 0 ? ", " : "", specs[i].name);
    return wm_arena_printf(arena, "no distribution; there are %s, and a number of tokens", all);
}

/* Numbers, and min= and max= among them; NULL, or what is wrong. */
static const char *read_numbers(struct wm_arena *arena, const char *text, struct wm_length *l,
                                double *x, size_t *n)
{
    for (const char *at = text; *at != '\0';) {
        double *to = strncmp(at, "min=", 4) == 0   ? &l->min
                     : strncmp(at, "max=", 4) == 0 ? &l->cap
                     : *n < NUMBERS_MAX            ? &x[(*n)++]
                                                   : NULL;
        if (to == NULL)
            return "more than 256 numbers";
        const char *const digits = *at == 'm' ? at + 4 : at;
        char *end = NULL;
        *to = strtod(digits, &end);
        if (end == digits || !isfinite(*to) || (*end != ',' && *end != '\0'))
            return wm_arena_printf(arena, "\"%s\" is no number", digits);
        if ((to == &l->min || to == &l->cap) && *to < 1.0)
            return "min and max are 1 token or more";
        at = *end == ',' ? end + 1 : end;
    }
    return l->cap > 0.0 && l->min > l->cap ? "min is above max" : NULL;
}

static const char *set_mixture(struct wm_length *l, const double *x, size_t n)
{
    l->n = n / 3;
    if (l->n > WM_MIXTURE_MAX)
        return "more than 4 parts";
    for (size_t i = 0; i < l->n; i++) {
        l->part[i].weight = x[3 * i];
        l->part[i].mu = x[3 * i + 1];
        l->part[i].sigma = x[3 * i + 2];
        if (!(l->part[i].weight > 0.0 && l->part[i].sigma > 0.0 && fabs(l->part[i].mu) < 30.0))
            return "weights and sigmas are positive, mu is the mean of the logarithm";
    }
    return NULL;
}

static const char *set_quantiles(struct wm_arena *arena, struct wm_length *l, const double *x,
                                 size_t n)
{
    double *const prob = WM_NEW_ARRAY(arena, double, n), *const value = prob + n / 2;
    l->n = n / 2;
    for (size_t i = 0; i < l->n; i++) {
        prob[i] = x[2 * i];
        value[i] = x[2 * i + 1];
        if (prob[i] < 0.0 || prob[i] > 1.0 || value[i] < 0.0 ||
            (i > 0 && (prob[i] <= prob[i - 1] || value[i] < value[i - 1])))
            return "probabilities in [0, 1] and tokens must ascend";
    }
    l->prob = prob;
    l->value = value;
    return NULL;
}

static const char *set_numbers(struct wm_arena *arena, struct wm_length *l, const double *x,
                               size_t n)
{
    if (l->kind == WM_LENGTH_LOGNORMAL)
        return set_mixture(l, x, n);
    if (l->kind == WM_LENGTH_QUANTILES)
        return set_quantiles(arena, l, x, n);
    for (size_t i = 0; i < n; i++)
        if (!(x[i] > 0.0 && x[i] < 1e9))
            return "numbers are above 0 and below 1e9";
    l->a = x[0];
    l->b = n > 1 ? x[1] : 0.0;
    if (l->kind == WM_LENGTH_EMPIRICAL) {
        double *const value = WM_NEW_ARRAY(arena, double, n);
        memcpy(value, x, n * sizeof *value);
        l->value = value;
        l->n = n;
    }
    return NULL;
}

const char *wm_length_parse(struct wm_arena *arena, const char *text, struct wm_length *out)
{
    double x[NUMBERS_MAX];
    size_t n = 0;
    const char *const colon = strchr(text, ':');
    const size_t length = colon != NULL ? (size_t)(colon - text) : 0;
    size_t k = 0; /* a number alone is a fixed length */
    while (colon != NULL && k < N_SPECS &&
           (strlen(specs[k].name) != length || strncmp(specs[k].name, text, length) != 0))
        k++;
    if (k == N_SPECS)
        return names(arena);
    *out = (struct wm_length){.kind = specs[k].kind};
    const char *const why = read_numbers(arena, colon != NULL ? colon + 1 : text, out, x, &n);
    if (why != NULL)
        return colon != NULL ? why : names(arena);
    const bool fits =
        n >= specs[k].least && (specs[k].every > 0 ? n % specs[k].every == 0 : n == specs[k].least);
    if (!fits)
        return wm_arena_printf(arena, "%s takes %s", specs[k].name, specs[k].numbers);
    return set_numbers(arena, out, x, n);
}

double wm_length_mean(const struct wm_length_table *table)
{
    /* normal scores in steps of equal probability, to the middle of each */
    enum { STEPS = 20000 };
    double sum = 0.0;
    for (int i = 0; i < STEPS; i++)
        sum += (double)wm_length_at(table, wm_normal_quantile(((double)i + 0.5) / STEPS));
    return sum / STEPS;
}
