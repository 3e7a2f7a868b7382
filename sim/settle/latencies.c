#include "latencies.h"

#include <string.h>

#include "../site/requests.h"

struct spreads {
    struct wm_log_hist ttft, tpot;
};

static struct wm_latency_quantiles quantiles_of(const struct spreads *s)
{
    return (struct wm_latency_quantiles){
        wm_log_hist_quantile(&s->ttft, 0.50), wm_log_hist_quantile(&s->ttft, 0.99),
        wm_log_hist_quantile(&s->tpot, 0.50), wm_log_hist_quantile(&s->tpot, 0.99)};
}

static void spread_class(const struct wm_site_plan *plan, const struct wm_site_result *site,
                         size_t i, struct spreads *s)
{
    const struct wm_class *const c = &plan->classes[i];
    memset(s, 0, sizeof *s);
    if (site->requests != NULL && wm_site_requests_has(site->requests, i))
        wm_site_requests_latency(site->requests, i, &s->ttft, &s->tpot);
    else
        wm_latency_spread(site->account.classes[i].latency, plan->partitions[c->partition].surface,
                          c, &s->ttft, &s->tpot);
}

struct wm_latencies wm_latencies_of(struct wm_arena *arena, const struct wm_site_plan *plan,
                                    const struct wm_site_result *site)
{
    struct spreads *const all = WM_NEW(arena, struct spreads), *const one =
                                                                   WM_NEW(arena, struct spreads);
    struct wm_latencies l = {.classes =
                                 WM_NEW_ARRAY(arena, struct wm_latency_quantiles, plan->n_classes)};
    for (size_t i = 0; i < plan->n_classes; i++) {
        const struct wm_workload *const w = plan->classes[i].workload;
        if (wm_workload_is_job(w))
            continue;
        spread_class(plan, site, i, one);
        l.classes[i] = quantiles_of(one);
        const double requests_per_tok = 1.0 / w->class->output_tok; /* over all: by requests */
        wm_log_hist_scale(&one->ttft, requests_per_tok);
        wm_log_hist_scale(&one->tpot, requests_per_tok);
        wm_log_hist_merge(&all->ttft, &one->ttft);
        wm_log_hist_merge(&all->tpot, &one->tpot);
    }
    l.all = quantiles_of(all);
    return l;
}
