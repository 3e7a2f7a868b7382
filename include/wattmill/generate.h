/*
 * Generate: requests from arrival processes and length distributions, as a source (request.h).
 *
 * Arrivals are renewal processes (Poisson, Gamma, Weibull, constant) or a two-state Markov-modulated
 * Poisson process, in operational time; real time passes faster where the rate is high:
 *
 *     rate(t) = rate * shape(hour of the week) * noise(minute),   operational time = integral rate
 *
 * so that a non-homogeneous Poisson process is exact and a bursty one keeps its burstiness. The noise
 * is lognormal with mean 1, its logarithm autoregressive from minute to minute.
 *
 * Lengths are tables over the standard normal score z of a draw; input and output share a Gaussian
 * copula, so that their rank correlation is what was asked for. Values are rounded to whole tokens
 * and cut at [min, cap], never drawn again: context limits make atoms, as real traces have them.
 *
 * Each class has a random stream per purpose: adding a class never moves another.
 *
 * @par Source  Lewis, Shedler, "Simulation of nonhomogeneous Poisson processes", Nav. Res. Logist.
 *              26(3) 1979; Fischer, Meier-Hellstern, "The MMPP cookbook", Perf. Eval. 18(2) 1993;
 *              Marsaglia, Tsang, "A simple method for generating gamma variables", TOMS 26(3) 2000
 */
#ifndef WATTMILL_GENERATE_H
#define WATTMILL_GENERATE_H

#include <stddef.h>

#include "wattmill/arena.h"
#include "wattmill/request.h"
#include "wattmill/rng.h"
#include "wattmill/workload.h"

enum wm_arrival_kind {
    WM_ARRIVAL_POISSON,
    WM_ARRIVAL_GAMMA,   /* renewal, gaps Gamma of coefficient of variation `cv` */
    WM_ARRIVAL_WEIBULL, /* renewal, gaps Weibull of coefficient of variation `cv` */
    WM_ARRIVAL_MMPP2,   /* Poisson at one of two rates, exponential stays in each */
    WM_ARRIVAL_CONSTANT
};
extern const char *const wm_arrival_words[];

struct wm_arrival {
    enum wm_arrival_kind kind;
    double rate_per_s;                     /* mean, > 0; of MMPP2: scales its own mean when > 0 */
    double cv;                             /* of gaps, > 0; Gamma and Weibull */
    double state_rate_per_s[2], stay_s[2]; /* MMPP2 */
    const double *shape;                   /* [168] rate by hour of the week, mean 1; NULL: flat */
    double shape_offset_h;                 /* hour of the week at time 0 */
    double noise_sigma;                    /* of the log rate from minute to minute; 0: none */
    double noise_corr;                     /* from one minute to the next, [0, 1) */
};

/** "RATE0,RATE1,STAY0,STAY1" [req/s, s] into an MMPP2; false: not that, or a stay or both rates are 0. */
bool wm_arrival_parse_mmpp(const char *text, struct wm_arrival *out);
/** Shape of a Weibull with that coefficient of variation: cv^2 = G(1 + 2/k) / G(1 + 1/k)^2 - 1. */
double wm_weibull_shape(double cv);

enum wm_length_kind {
    WM_LENGTH_FIXED,       /* a */
    WM_LENGTH_EXPONENTIAL, /* mean a */
    WM_LENGTH_LOGNORMAL,   /* mixture of `n` lognormals: weights, mu, sigma */
    WM_LENGTH_GAMMA,       /* shape a, scale b */
    WM_LENGTH_WEIBULL,     /* scale a, shape b */
    WM_LENGTH_PARETO,      /* least a, tail index b */
    WM_LENGTH_QUANTILES,   /* `n` points (prob, value), straight lines between */
    WM_LENGTH_EMPIRICAL    /* `n` values, each as likely */
};

enum { WM_MIXTURE_MAX = 4 };

struct wm_length {
    enum wm_length_kind kind;
    double a, b;
    size_t n;
    struct {
        double weight, mu, sigma;
    } part[WM_MIXTURE_MAX];
    const double *prob, *value; /* quantiles, ascending; empirical: value alone, any order */
    double min, cap;            /* 0: 1 token, no cap */
};
/** One lognormal of a mean and squared coefficient of variation (0: fixed). */
struct wm_length wm_length_of(double mean, double scv);
/** Prompts of a class: its quantiles scaled to its mean, or that mean. */
struct wm_length wm_length_of_prompts(struct wm_arena *arena,
                                      const struct wm_workload_class *workload);

/**
 * A distribution from text: a number of tokens, or a name and numbers: `exponential:MEAN`,
 * `gamma:SHAPE,SCALE`, `weibull:SCALE,SHAPE`, `pareto:LEAST,INDEX`, `lognormal:WEIGHT,MU,SIGMA,...`,
 * `quantiles:PROB,TOKENS,...`, `empirical:TOKENS,...`; `min=` and `max=` among the numbers.
 * @return NULL, or what is wrong
 */
const char *wm_length_parse(struct wm_arena *arena, const char *text, struct wm_length *out);

/** A compiled distribution: value by normal score. */
struct wm_length_table;
struct wm_length_table *wm_length_compile(struct wm_arena *arena, const struct wm_length *length);
/** Tokens at score `z` of a standard normal. */
uint32_t wm_length_at(const struct wm_length_table *table, double z);
/** Mean, rounding and cuts included. */
double wm_length_mean(const struct wm_length_table *table);

/** A prompt prefix shared by a part of the requests (a system prompt, a tool description). */
struct wm_prefix_group {
    double share_frac;
    uint32_t tok;
};
enum { WM_PREFIX_GROUPS_MAX = 16, WM_PREFIX_BLOCK_TOK = 64, WM_GENERATOR_STREAMS_MAX = 1024 };

struct wm_generator_class {
    uint32_t class_id;
    uint32_t tenant; /* of the class: random streams of its own */
    struct wm_arrival arrival;
    struct wm_length input, output;
    double rank_corr;      /* of input and output, Spearman, (-1, 1) */
    double hit_frac;       /* of the prompt, found in a prefix cache of whatever size */
    double reasoning_frac; /* of the answer */
    size_t n_groups;       /* named blocks instead of hit_frac */
    struct wm_prefix_group groups[WM_PREFIX_GROUPS_MAX];
};

struct wm_generator;

/**
 * Requests of all classes in order of arrival until `end_s`.
 * @pre classes are valid: rates and cv > 0, |rank_corr| < 1, fractions in [0, 1]
 */
struct wm_generator *wm_generator_new(struct wm_arena *arena,
                                      const struct wm_generator_class *classes, uint32_t n_classes,
                                      double end_s, uint64_t seed);
struct wm_request_source wm_generator_source(struct wm_generator *generator);

/** Times of an arrival process alone; each call gives the next [s]. */
struct wm_arrivals;
struct wm_arrivals *wm_arrivals_new(struct wm_arena *arena, const struct wm_arrival *arrival,
                                    uint64_t seed, uint64_t id);
double wm_arrivals_next(struct wm_arrivals *arrivals);

#endif
