#include "latency.h"

#include <math.h>

/* Nodes of a distribution: each stands for a slice of probability, finer in the tail. */
struct node {
    double prob, weight, z; /* middle of the slice, its width, normal quantile of prob */
};
static const struct node nodes[] = {
    {0.05, 0.1, -1.6448536},    {0.15, 0.1, -1.0364334},    {0.25, 0.1, -0.6744898},
    {0.35, 0.1, -0.3853205},    {0.45, 0.1, -0.1256613},    {0.55, 0.1, 0.1256613},
    {0.65, 0.1, 0.3853205},     {0.75, 0.1, 0.6744898},     {0.85, 0.1, 1.0364334},
    {0.925, 0.05, 1.4395315},   {0.9625, 0.025, 1.7804643}, {0.9825, 0.015, 2.1083583},
    {0.9925, 0.005, 2.4323790}, {0.997, 0.004, 2.7477814},  {0.9995, 0.001, 3.2905267},
};
static const double z_p99 = 2.3263478740408408;
static const double shortest_tpot_s = 1e-6;

void wm_latency_add(struct wm_latency *latency, const struct wm_spread *mix, double tok)
{
    if (mix->position >= 0.0) {
        const double x = mix->position * WM_LATENCY_SUBSTEPS;
        const size_t i = (size_t)fmin(floor(x), WM_LATENCY_POSITIONS - 2);
        const double t = x - (double)i;
        latency->at_position[i] += (1.0 - t) * tok;
        latency->at_position[i + 1] += t * tok;
        return;
    }
    const double rate = WM_SPREAD_SUM(mix, out_tok_per_s);
    for (size_t i = 0; i < mix->n && rate > 0.0; i++)
        latency->at_point[mix->point[i]->clock][mix->point[i]->batch] +=
            tok * mix->weight[i] * mix->point[i]->serving.out_tok_per_s / rate;
}

/* What a latency hangs on at a point. */
struct delays {
    double ttft_s, wait_prob, wait_s, tpot_s, sigma_s;
};

static struct delays delays_of(const struct wm_serving_point *a, const struct wm_serving_point *b,
                               double t, double ttft_scale)
{
#define MIX(member) (a->member + t * (b->member - a->member))
    return (struct delays){.ttft_s = MIX(ttft_base_s) * ttft_scale,
                           .wait_prob = MIX(wait_prob),
                           .wait_s = MIX(wait_mean_s),
                           .tpot_s = MIX(tpot_s),
                           .sigma_s = (MIX(tpot_p99_s) - MIX(tpot_s)) / z_p99};
#undef MIX
}

static double ttft_quantile_s(const struct delays *d, double prob)
{
    if (prob <= 1.0 - d->wait_prob || d->wait_s <= 0.0)
        return d->ttft_s;
    return d->ttft_s + d->wait_s * log(d->wait_prob / (1.0 - prob));
}

static void spread(const struct delays *d, double tok, struct wm_log_hist *ttft,
                   struct wm_log_hist *tpot)
{
    for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++) {
        const double weight = tok * nodes[i].weight;
        wm_log_hist_add(ttft, ttft_quantile_s(d, nodes[i].prob), weight);
        wm_log_hist_add(tpot, fmax(d->tpot_s + nodes[i].z * d->sigma_s, shortest_tpot_s), weight);
    }
}

void wm_latency_spread(const struct wm_latency *latency, const struct wm_surface *surface,
                       double ttft_scale, struct wm_log_hist *ttft, struct wm_log_hist *tpot)
{
    for (size_t i = 0; i < WM_LATENCY_POSITIONS; i++) {
        if (latency->at_position[i] <= 0.0)
            continue;
        const size_t lo = (size_t)fmin((double)(i / WM_LATENCY_SUBSTEPS), WM_SURFACE_BATCHES - 2);
        const double t = (double)i / WM_LATENCY_SUBSTEPS - (double)lo;
        const struct delays d = delays_of(&surface->rows[0][lo].serving,
                                          &surface->rows[0][lo + 1].serving, t, ttft_scale);
        spread(&d, latency->at_position[i], ttft, tpot);
    }
    for (size_t i = 0; i < surface->n_clocks; i++)
        for (size_t j = 0; j < WM_SURFACE_BATCHES; j++) {
            const struct wm_serving_point *p = &surface->rows[i][j].serving;
            const struct delays d = delays_of(p, p, 0.0, ttft_scale);
            if (latency->at_point[i][j] > 0.0)
                spread(&d, latency->at_point[i][j], ttft, tpot);
        }
}
