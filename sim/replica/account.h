/*
 * What the account of a class gains when a request arrives and leaves. Inline: with the replica's own
 * work in sight the compiler need not write a request down to read it again.
 */
#ifndef WM_ACCOUNT_H
#define WM_ACCOUNT_H

#include "wattmill/service.h"

/* Bins: values below 128 each have their own, then 128 bins to every doubling. */
static inline uint32_t bin_of(uint64_t x)
{
    if (x < (1u << WM_NS_HIST_MANTISSA_BITS))
        return (uint32_t)x;
    const int shift = 63 - __builtin_clzll(x) - WM_NS_HIST_MANTISSA_BITS;
    return ((uint32_t)(shift + 1) << WM_NS_HIST_MANTISSA_BITS) +
           (uint32_t)((x >> shift) & ((1u << WM_NS_HIST_MANTISSA_BITS) - 1));
}

static inline void hist_add(struct wm_ns_hist *l, int64_t time_ns)
{
    const int64_t x = time_ns > 0 ? time_ns : 0;
    l->n++;
    l->max_ns = x > l->max_ns ? x : l->max_ns;
    l->sum_ns += (double)x;
    l->bins[bin_of((uint64_t)x)]++;
}

static inline void change_level(struct wm_service_class *c, int64_t now_ns, int by)
{
    c->present_ns += (double)c->n_present * (double)(now_ns - c->since_ns);
    c->since_ns = now_ns;
    c->n_present += by;
}

static inline void count(struct wm_tok_count *n, uint32_t input_tok, uint32_t output_tok)
{
    n->requests++;
    n->input_tok += input_tok;
    n->output_tok += output_tok;
}

static inline void account_left(struct wm_service *s, int64_t now_ns, const struct wm_served *r)
{
    struct wm_service_class *const c = &s->classes[r->class_id];
    change_level(c, now_ns, -1);
    count(r->dropped ? &c->dropped : &c->served, r->input_tok, r->output_tok);
    if (!r->dropped) {
        c->hit_tok += r->hit_tok;
        const int64_t ttft_ns = r->first_ns - r->arrival_ns + s->api_latency_ns;
        const int64_t decode_ns = r->finish_ns - r->first_ns;
        const int64_t tpot_ns = r->output_tok > 1 ? decode_ns / (r->output_tok - 1) : 0;
        const struct wm_class_policy *const p = &c->policy;
        c->n_slo_met += (p->ttft_slo_ns == 0 || ttft_ns <= p->ttft_slo_ns) &&
                        (p->tpot_slo_ns == 0 || tpot_ns <= p->tpot_slo_ns);
        if (r->arrival_ns >= s->warmup_ns) {
            hist_add(&c->ttft, ttft_ns);
            hist_add(&c->e2e, ttft_ns + decode_ns);
            if (r->output_tok > 1)
                hist_add(&c->tpot, tpot_ns);
        }
    }
    if (s->on_served != NULL)
        s->on_served(s->context, r);
}

#endif
