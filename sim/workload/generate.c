/* Generator: the classes' arrivals merged in order, each request with its lengths and prefix. */
#include "wattmill/generate.h"

#include <math.h>

#include "wattmill/require.h"

enum { BLOCKS_MAX = 4096 };

struct stream {
    const struct wm_generator_class *c;
    struct wm_arrivals *arrivals;
    const struct wm_length_table *input, *output;
    struct wm_rng length, prefix;
    double copula; /* correlation of the normal scores */
    double next_s;
    uint64_t n;
};

struct wm_generator {
    struct stream *streams;
    uint32_t n;
    double end_s;
    uint64_t *blocks;
};

struct wm_generator *wm_generator_new(struct wm_arena *arena,
                                      const struct wm_generator_class *classes, uint32_t n_classes,
                                      double end_s, uint64_t seed)
{
    WM_REQUIRE(n_classes >= 1 && n_classes <= WM_GENERATOR_STREAMS_MAX);
    struct wm_generator *const g = WM_NEW(arena, struct wm_generator);
    struct wm_generator_class *const own =
        WM_NEW_ARRAY(arena, struct wm_generator_class, n_classes);
    *g = (struct wm_generator){.streams = WM_NEW_ARRAY(arena, struct stream, n_classes),
                               .n = n_classes,
                               .end_s = end_s,
                               .blocks = WM_NEW_ARRAY(arena, uint64_t, BLOCKS_MAX)};
    for (uint32_t i = 0; i < n_classes; i++) {
        own[i] = classes[i];
        WM_REQUIRE(fabs(own[i].rank_corr) < 1.0);
        struct stream *const s = &g->streams[i];
        const uint64_t id = own[i].class_id | (uint64_t)own[i].tenant << 32;
        *s = (struct stream){.c = &own[i],
                             .arrivals = wm_arrivals_new(arena, &own[i].arrival, seed, id),
                             .input = wm_length_compile(arena, &own[i].input),
                             .output = wm_length_compile(arena, &own[i].output),
                             .length = wm_rng_stream(seed, "request-length", id),
                             .prefix = wm_rng_stream(seed, "request-prefix", id),
                             /* Spearman's rho of a Gaussian copula: rho = 6/pi asin(r / 2) */
                             .copula = 2.0 * sin(own[i].rank_corr * 3.14159265358979324 / 6.0)};
        s->next_s = wm_arrivals_next(s->arrivals);
    }
    return g;
}

static uint64_t block_name(uint64_t class_id, uint64_t owner, uint64_t i)
{
    uint64_t x = (class_id << 56) ^ (owner << 20) ^ i;
    x = (x ^ (x >> 31)) * UINT64_C(0x9e3779b97f4a7c15);
    return x ^ (x >> 29);
}

/* Blocks of the group's prefix, then blocks that nobody else has. */
static void name_blocks(struct wm_generator *g, struct stream *s, struct wm_request *r)
{
    const struct wm_generator_class *const c = s->c;
    double u = wm_rng_uniform(&s->prefix);
    size_t k = 0;
    while (k < c->n_groups && u >= c->groups[k].share_frac)
        u -= c->groups[k++].share_frac;
    const uint32_t shared_tok = k < c->n_groups ? c->groups[k].tok : 0;
    const uint32_t n = r->input_tok / WM_PREFIX_BLOCK_TOK;
    r->n_blocks = n < BLOCKS_MAX ? n : BLOCKS_MAX;
    r->block_tok = WM_PREFIX_BLOCK_TOK;
    r->blocks = g->blocks;
    for (uint32_t i = 0; i < r->n_blocks; i++) {
        const bool shared = (i + 1) * WM_PREFIX_BLOCK_TOK <= shared_tok;
        g->blocks[i] = block_name(c->class_id, shared ? k + 1 : s->n + 1000, i);
    }
}

static bool next_request(void *self, struct wm_request *out)
{
    struct wm_generator *const g = self;
    struct stream *s = &g->streams[0];
    for (uint32_t i = 1; i < g->n; i++)
        if (g->streams[i].next_s < s->next_s)
            s = &g->streams[i];
    if (s->next_s >= g->end_s)
        return false;
    const double z = wm_rng_normal(&s->length), other = wm_rng_normal(&s->length);
    const double joint = s->copula * z + sqrt(1.0 - s->copula * s->copula) * other;
    *out = (struct wm_request){.arrival_ns = (int64_t)(s->next_s * 1e9),
                               .input_tok = wm_length_at(s->input, z),
                               .output_tok = wm_length_at(s->output, joint),
                               .class_id = s->c->class_id};
    out->hit_tok = (uint32_t)(s->c->hit_frac * (double)out->input_tok + 0.5);
    out->reasoning_tok = (uint32_t)(s->c->reasoning_frac * (double)out->output_tok + 0.5);
    if (s->c->n_groups > 0)
        name_blocks(g, s, out);
    s->n++;
    s->next_s = wm_arrivals_next(s->arrivals);
    return true;
}

struct wm_request_source wm_generator_source(struct wm_generator *generator)
{
    return (struct wm_request_source){.next = next_request, .self = generator};
}
