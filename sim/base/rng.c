#include "wattmill/rng.h"

#include <math.h>

#include "ziggurat_tables.h"

static const double exp_r = 7.69711747013104972;
static const double norm_r = 3.6541528853610088;

static uint64_t splitmix64(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

struct wm_rng wm_rng_stream(uint64_t seed, const char *kind, uint64_t id)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a of the purpose */
    for (const char *c = kind; *c; c++)
        hash = (hash ^ (uint64_t)(unsigned char)*c) * UINT64_C(0x100000001b3);
    /* mixed one after the other, so that (seed, id) and (id, seed) differ */
    uint64_t state = seed;
    state = splitmix64(&state) ^ hash;
    state = splitmix64(&state) ^ id;
    struct wm_rng rng;
    for (int i = 0; i < 4; i++)
        rng.s[i] = splitmix64(&state);
    return rng;
}

double wm_rng_exponential_rest(struct wm_rng *rng, unsigned layer, double x)
{
    if (layer == 0) /* the tail of an exponential is the exponential again, shifted */
        return exp_r + wm_rng_exponential(rng);
    const double low = exp(-wm_zig_exp_x[layer]), high = exp(-wm_zig_exp_x[layer + 1]);
    if (low + wm_rng_uniform(rng) * (high - low) < exp(-x))
        return x;
    return wm_rng_exponential(rng);
}

static double normal_tail(struct wm_rng *rng)
{
    for (;;) {
        const double x = wm_rng_exponential(rng) / norm_r;
        const double y = wm_rng_exponential(rng);
        if (y + y > x * x)
            return norm_r + x;
    }
}

double wm_rng_normal(struct wm_rng *rng)
{
    for (;;) {
        const uint64_t bits = wm_rng_bits(rng);
        const unsigned layer = (unsigned)(bits & 255u);
        const double sign = (bits & 256u) ? -1.0 : 1.0;
        const double x = (double)(bits >> 11) * 0x1.0p-53 * zig_norm_x[layer];
        if (x < zig_norm_x[layer + 1])
            return sign * x;
        if (layer == 0)
            return sign * normal_tail(rng);
        const double low = exp(-0.5 * zig_norm_x[layer] * zig_norm_x[layer]);
        const double high = exp(-0.5 * zig_norm_x[layer + 1] * zig_norm_x[layer + 1]);
        if (low + wm_rng_uniform(rng) * (high - low) < exp(-0.5 * x * x))
            return sign * x;
    }
}
