/* Arrival times: gaps in operational time, and the clock that turns it into seconds. */
#include <math.h>
#include <stdlib.h>

#include "wattmill/generate.h"
#include "wattmill/require.h"

const char *const wm_arrival_words[] = {"poisson", "gamma", "weibull", "mmpp2", "constant", NULL};

bool wm_arrival_parse_mmpp(const char *text, struct wm_arrival *a)
{
    double x[4];
    char *end = NULL;
    for (int i = 0; i < 4; i++, text = end + 1) {
        x[i] = strtod(text, &end);
        if (end == text || !(x[i] >= 0.0 && x[i] < 1e9) || *end != (i < 3 ? ',' : '\0'))
            return false;
    }
    *a = (struct wm_arrival){
        .kind = WM_ARRIVAL_MMPP2, .state_rate_per_s = {x[0], x[1]}, .stay_s = {x[2], x[3]}};
    return x[0] + x[1] > 0.0 && x[2] > 0.0 && x[3] > 0.0;
}

static const double minute_s = 60.0, hour_s = 3600.0;

struct wm_arrivals {
    struct wm_arrival a;
    struct wm_rng gaps, noise;
    double scale;   /* of the seconds of MMPP2's own clock */
    double shape_k; /* of Gamma or Weibull gaps */
    double weibull_scale;
    int state;         /* MMPP2 */
    double state_left; /* operational seconds until it changes */
    double time_s;
    double piece_end_s, piece_rate; /* the rate is constant until then, relative to the mean */
    double log_noise;
};

double wm_weibull_shape(double cv)
{
    double lo = 0.05, hi = 50.0; /* cv falls with k: 8e4 .. 0.026 */
    for (int i = 0; i < 200; i++) {
        const double k = sqrt(lo * hi);
        const double x = exp(lgamma(1.0 + 2.0 / k) - 2.0 * lgamma(1.0 + 1.0 / k)) - 1.0;
        *(sqrt(fmax(x, 0.0)) > cv ? &lo : &hi) = k;
    }
    return sqrt(lo * hi);
}

/* Gamma of shape k and scale 1; below 1 by the power of a uniform. */
static double gamma_draw(struct wm_rng *rng, double k)
{
    if (k < 1.0)
        return gamma_draw(rng, k + 1.0) * pow(1.0 - wm_rng_uniform(rng), 1.0 / k);
    const double d = k - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d);
    for (;;) {
        const double x = wm_rng_normal(rng), root = 1.0 + c * x, v = root * root * root;
        if (v <= 0.0)
            continue;
        const double u = 1.0 - wm_rng_uniform(rng);
        if (log(u) < 0.5 * x * x + d - d * v + d * log(v))
            return d * v;
    }
}

/* Seconds of the process's own clock until it arrives or changes state; MMPP2. */
static double mmpp_gap(struct wm_arrivals *p)
{
    double sum_s = 0.0;
    for (;;) {
        const double rate = p->a.state_rate_per_s[p->state];
        const double wait_s = rate > 0.0 ? wm_rng_exponential(&p->gaps) / rate : (double)INFINITY;
        if (wait_s < p->state_left) {
            p->state_left -= wait_s;
            return sum_s + wait_s;
        }
        sum_s += p->state_left;
        p->state = !p->state;
        p->state_left = wm_rng_exponential(&p->gaps) * p->a.stay_s[p->state];
    }
}

/* The next gap if the rate were its mean all the time [s]. */
static double gap_s(struct wm_arrivals *p)
{
    const double mean_s = 1.0 / p->a.rate_per_s;
    switch (p->a.kind) {
    case WM_ARRIVAL_GAMMA:
        return mean_s * gamma_draw(&p->gaps, p->shape_k) / p->shape_k;
    case WM_ARRIVAL_WEIBULL:
        return mean_s * pow(wm_rng_exponential(&p->gaps), 1.0 / p->shape_k) / p->weibull_scale;
    case WM_ARRIVAL_MMPP2:
        return mmpp_gap(p) * p->scale;
    case WM_ARRIVAL_CONSTANT:
        return mean_s;
    case WM_ARRIVAL_POISSON:
        break;
    }
    return mean_s * wm_rng_exponential(&p->gaps);
}

/* The piece of constant rate that begins at time_s. */
static void begin_piece(struct wm_arrivals *p)
{
    const double hour = p->a.shape_offset_h + p->time_s / hour_s;
    double rate = 1.0;
    p->piece_end_s = (double)INFINITY;
    if (p->a.shape != NULL) {
        const double whole = floor(hour + 1e-9);
        rate = p->a.shape[(int)fmod(whole, (double)WM_HOURS_PER_WEEK)];
        p->piece_end_s = p->time_s + (whole + 1.0 - hour) * hour_s;
    }
    if (p->a.noise_sigma > 0.0) {
        const double c = p->a.noise_corr, sigma = p->a.noise_sigma;
        p->log_noise = c * p->log_noise + sqrt(1.0 - c * c) * sigma * wm_rng_normal(&p->noise);
        rate *= exp(p->log_noise - 0.5 * sigma * sigma);
        const double next_s = (floor(p->time_s / minute_s + 1e-9) + 1.0) * minute_s;
        p->piece_end_s = fmin(p->piece_end_s, next_s);
    }
    p->piece_rate = rate;
}

struct wm_arrivals *wm_arrivals_new(struct wm_arena *arena, const struct wm_arrival *a,
                                    uint64_t seed, uint64_t id)
{
    struct wm_arrivals *const p = WM_NEW(arena, struct wm_arrivals);
    *p = (struct wm_arrivals){.a = *a,
                              .gaps = wm_rng_stream(seed, "arrival-gap", id),
                              .noise = wm_rng_stream(seed, "arrival-noise", id),
                              .scale = 1.0};
    if (a->kind == WM_ARRIVAL_GAMMA)
        p->shape_k = 1.0 / (a->cv * a->cv);
    if (a->kind == WM_ARRIVAL_WEIBULL) {
        p->shape_k = wm_weibull_shape(a->cv);
        p->weibull_scale = tgamma(1.0 + 1.0 / p->shape_k);
    }
    if (a->kind == WM_ARRIVAL_MMPP2) {
        const double stay_s = a->stay_s[0] + a->stay_s[1];
        const double mean =
            (a->state_rate_per_s[0] * a->stay_s[0] + a->state_rate_per_s[1] * a->stay_s[1]) /
            stay_s;
        WM_REQUIRE(mean > 0.0 && stay_s > 0.0);
        if (a->rate_per_s > 0.0)
            p->scale = mean / a->rate_per_s;
        p->state = wm_rng_uniform(&p->gaps) * stay_s >= a->stay_s[0];
        p->state_left = wm_rng_exponential(&p->gaps) * a->stay_s[p->state];
    } else {
        WM_REQUIRE(a->rate_per_s > 0.0);
    }
    if (a->noise_sigma > 0.0) /* begin in the stationary state */
        p->log_noise = a->noise_sigma * wm_rng_normal(&p->noise);
    begin_piece(p);
    return p;
}

double wm_arrivals_next(struct wm_arrivals *p)
{
    double left_s = gap_s(p);
    while (left_s > (p->piece_end_s - p->time_s) * p->piece_rate) {
        left_s -= (p->piece_end_s - p->time_s) * p->piece_rate;
        p->time_s = p->piece_end_s;
        begin_piece(p);
    }
    p->time_s += left_s / p->piece_rate;
    return p->time_s;
}
