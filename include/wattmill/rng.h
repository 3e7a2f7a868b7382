/*
 * Random streams: one per entity and purpose, so that adding an entity or a policy moves no other.
 *
 * xoshiro256++ seeded by splitmix64 from hash(seed, kind, id). Uniform, exponential and normal
 * draws; the last two by the ziggurat of Marsaglia and Tsang.
 *
 * @par Source  Blackman, Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47(4)
 *              2021, doi:10.1145/3460772; Marsaglia, Tsang, "The ziggurat method", J. Stat. Softw.
 *              5(8) 2000, doi:10.18637/jss.v005.i08
 */
#ifndef WATTMILL_RNG_H
#define WATTMILL_RNG_H

#include <stdint.h>

struct wm_rng {
    uint64_t s[4];
};

/** Stream of an entity `id` for the purpose `kind`, e.g. "failure". Cannot fail. */
struct wm_rng wm_rng_stream(uint64_t seed, const char *kind, uint64_t id);

static inline uint64_t wm_rng_rotl(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

/** 64 random bits. */
static inline uint64_t wm_rng_bits(struct wm_rng *rng)
{
    uint64_t *const s = rng->s;
    const uint64_t result = wm_rng_rotl(s[0] + s[3], 23) + s[0];
    const uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = wm_rng_rotl(s[3], 45);
    return result;
}

/** Uniform in [0, 1), 53 bits. */
static inline double wm_rng_uniform(struct wm_rng *rng)
{
    return (double)(wm_rng_bits(rng) >> 11) * 0x1.0p-53;
}

extern const double wm_zig_exp_x[257];    /* layer edges of the exponential's ziggurat */
extern const double wm_zig_exp_step[256]; /* the same over 2^53 */
/** The rare rest of a draw that fell outside its layer's rectangle. */
double wm_rng_exponential_rest(struct wm_rng *rng, unsigned layer, double x);

/** Exponential of mean 1. */
static inline double wm_rng_exponential(struct wm_rng *rng)
{
    const uint64_t bits = wm_rng_bits(rng);
    const unsigned layer = (unsigned)(bits & 255u);
    const double x = (double)(bits >> 11) * wm_zig_exp_step[layer];
    return x < wm_zig_exp_x[layer + 1] ? x : wm_rng_exponential_rest(rng, layer, x);
}
/** Standard normal. */
double wm_rng_normal(struct wm_rng *rng);

#endif
