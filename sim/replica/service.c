#include "wattmill/service.h"

#include <math.h>
#include <string.h>

#include "account.h"
#include "wattmill/require.h"

static double low_edge_ns(uint32_t bin)
{
    const uint32_t octave = bin >> WM_NS_HIST_MANTISSA_BITS;
    const double mantissa = (double)(bin & ((1u << WM_NS_HIST_MANTISSA_BITS) - 1));
    if (octave == 0)
        return mantissa;
    return ldexp(mantissa + (1 << WM_NS_HIST_MANTISSA_BITS), (int)octave - 1);
}

void wm_ns_hist_add(struct wm_ns_hist *l, int64_t time_ns)
{
    hist_add(l, time_ns);
}

double wm_ns_hist_quantile_s(const struct wm_ns_hist *l, double prob)
{
    WM_REQUIRE(prob >= 0.0 && prob <= 1.0);
    if (l->n == 0)
        return (double)NAN;
    const double wanted = prob * (double)l->n;
    double below = 0.0;
    for (uint32_t i = 0; i < WM_NS_HIST_BINS; i++) {
        const double here = (double)l->bins[i];
        if (here > 0.0 && below + here >= wanted) {
            if (i < (1u << WM_NS_HIST_MANTISSA_BITS))
                return 1e-9 * (double)i; /* a bin of its own */
            const double low = low_edge_ns(i), high = fmin(low_edge_ns(i + 1), (double)l->max_ns);
            return 1e-9 * (low + (fmax(high, low) - low) * (wanted - below) / here);
        }
        below += here;
    }
    return 1e-9 * (double)l->max_ns;
}

double wm_ns_hist_mean_s(const struct wm_ns_hist *l)
{
    return l->n > 0 ? 1e-9 * l->sum_ns / (double)l->n : (double)NAN;
}

struct wm_service *wm_service_new(struct wm_arena *arena, uint32_t n_classes,
                                  const struct wm_class_policy *policies)
{
    WM_REQUIRE(n_classes >= 1 && n_classes <= WM_CLASSES_MAX);
    struct wm_service *const s = WM_NEW(arena, struct wm_service);
    s->n_classes = n_classes;
    s->classes = WM_NEW_ARRAY(arena, struct wm_service_class, n_classes);
    for (uint32_t i = 0; policies != NULL && i < n_classes; i++) {
        WM_REQUIRE(policies[i].priority < WM_PRIORITIES);
        s->classes[i].policy = policies[i];
    }
    return s;
}

void wm_service_arrived(struct wm_service *s, int64_t now_ns, const struct wm_request *r)
{
    struct wm_service_class *const c = &s->classes[r->class_id];
    count(&c->arrived, r->input_tok, r->output_tok);
    change_level(c, now_ns, 1);
}

void wm_service_left(struct wm_service *s, int64_t now_ns, const struct wm_served *r)
{
    account_left(s, now_ns, r);
}

const struct wm_ns_hist *wm_service_latency(struct wm_arena *arena, const struct wm_service *s,
                                            size_t offset)
{
    struct wm_ns_hist *const sum = WM_NEW(arena, struct wm_ns_hist);
    for (uint32_t i = 0; i < s->n_classes; i++) {
        const struct wm_ns_hist *const l =
            (const struct wm_ns_hist *)(const void *)((const char *)&s->classes[i] + offset);
        sum->n += l->n;
        sum->sum_ns += l->sum_ns;
        sum->max_ns = l->max_ns > sum->max_ns ? l->max_ns : sum->max_ns;
        for (uint32_t k = 0; k < WM_NS_HIST_BINS; k++)
            sum->bins[k] += l->bins[k];
    }
    return sum;
}

struct wm_tok_count wm_service_in_flight(const struct wm_service_class *c)
{
    return (struct wm_tok_count){
        .requests = c->arrived.requests - c->served.requests - c->dropped.requests,
        .input_tok = c->arrived.input_tok - c->served.input_tok - c->dropped.input_tok,
        .output_tok = c->arrived.output_tok - c->served.output_tok - c->dropped.output_tok};
}

double wm_service_mean_present(const struct wm_service_class *c, int64_t now_ns)
{
    WM_REQUIRE(now_ns > 0);
    return (c->present_ns + (double)c->n_present * (double)(now_ns - c->since_ns)) / (double)now_ns;
}
