#include "response.h"

#include "../site/flow.h"
#include "wattmill/parallel.h"

/* Place of a ratio among the steps of a response: the first that is not below it. */
static int step_of(double ratio)
{
    const double x =
        (log(ratio) / WM_RESPONSE_LN_MAX + 1.0) * WM_RESPONSE_STEPS / 2.0 - 1e-9;
    return x <= 0.0 ? 0 : x >= WM_RESPONSE_STEPS ? WM_RESPONSE_STEPS : (int)ceil(x);
}

/*
 * Of rows [from, to): served at q times what was asked, over what was served. Rows are sorted by the q at
 * which they reach what they can do.
 */
static void respond(const struct wm_results *r, double capacity, size_t from, size_t to,
                    struct wm_response *out)
{
    static const double tight = 1.0 - 1e-9;
    double able[WM_RESPONSE_STEPS + 1] = {0}, asked[WM_RESPONSE_STEPS + 1] = {0};
    double open = 0.0, full = 0.0;
    for (size_t i = from; i < to; i++) {
        const struct wm_series_row *const s = &r->series[i];
        const bool is_bound = s->served_tok_per_s < tight * s->offered_tok_per_s;
        const double most = is_bound ? s->served_tok_per_s : fmax(capacity, s->served_tok_per_s);
        if (!(s->offered_tok_per_s > 0.0) || !(most > 0.0))
            continue;
        const double asked_tok_per_s = is_bound ? s->offered_tok_per_s : s->served_tok_per_s;
        const int k = step_of(most / asked_tok_per_s);
        able[k] += most;
        asked[k] += asked_tok_per_s;
        open += asked_tok_per_s;
    }
    for (int k = 0; k <= WM_RESPONSE_STEPS; k++) {
        full += able[k];
        open -= asked[k];
        out->at[k] = full + wm_response_factor(k) * open;
    }
    const double one = out->at[WM_RESPONSE_STEPS / 2];
    out->zero = 0.0;
    for (int k = 0; k <= WM_RESPONSE_STEPS; k++)
        out->at[k] = one > 0.0 ? out->at[k] / one : wm_response_factor(k);
}

/* Power of a replica at a rate, as the run's policy serves it while no ceiling binds. */
static double replica_w(const struct wm_partition *p, double tok_per_s)
{
    struct wm_spread mix;
    if (p->thrift == NULL || !wm_thrift_at_rate(p->thrift, tok_per_s, &mix))
        mix = wm_surface_at_rate(p->surface, 0, tok_per_s);
    return WM_SPREAD_SUM(&mix, it_w);
}

/* How what the site served lies about its mean: shares of the time and values, in equal steps. */
enum { LOADS = 32 };
struct loads {
    double share[LOADS], over_mean[LOADS];
};

static struct loads loads_of(const struct wm_results *r)
{
    struct loads l = {{0}, {0}};
    double most = 0.0, sum = 0.0;
    for (size_t i = 0; i < r->n_series; i++) {
        most = fmax(most, r->series[i].served_tok_per_s);
        sum += r->series[i].served_tok_per_s;
    }
    for (size_t i = 0; i < r->n_series && most > 0.0; i++) {
        const double x = r->series[i].served_tok_per_s;
        const int k = (int)fmin(LOADS - 1, LOADS * x / most);
        l.share[k] += 1.0 / (double)r->n_series;
        l.over_mean[k] += x / sum;
    }
    for (int k = 0; k < LOADS; k++)
        l.over_mean[k] = l.share[k] > 0.0 ? l.over_mean[k] / l.share[k] : 0.0;
    return l;
}

static double partition_tok(const struct wm_run *r, const struct wm_partition *p)
{
    double tok = 0.0;
    for (size_t k = 0; k < p->n_classes; k++)
        tok += r->site.account.classes[p->classes[k]].served_tok *
               r->plan.classes[p->classes[k]].weight;
    return tok;
}

/* IT energy of serving at `use` times the load of each replica [J]. */
static double serving_j(const struct wm_run *r, double use, const struct loads *loads)
{
    double sum_j = 0.0;
    for (size_t i = 0; i < r->plan.n_partitions; i++) {
        const struct wm_partition *const p = &r->plan.partitions[i];
        const double up_s = r->site.account.partitions[i].up_replica_s;
        if (!wm_partition_serves(p) || !(up_s > 0.0))
            continue;
        const double rate = use * partition_tok(r, p) / up_s;
        double mean_w = 0.0;
        for (int k = 0; k < LOADS; k++)
            if (loads->share[k] > 0.0)
                mean_w += loads->share[k] * replica_w(p, rate * loads->over_mean[k]);
        sum_j += up_s * mean_w * (1.0 + wm_partition_accelerator(&r->plan, p)->other_it_frac);
    }
    return sum_j;
}

static void respond_energy(const struct wm_run *r, struct wm_response *out)
{
    enum { STRIDE = 4 }; /* steps that are computed, others lie on a line between them */
    const struct loads loads = loads_of(r->results);
    const double it_j = r->site.account.it_j, now_j = serving_j(r, 1.0, &loads);
    out->zero = it_j > 0.0 ? 1.0 + (serving_j(r, 0.0, &loads) - now_j) / it_j : 1.0;
    for (int k = 0; k <= WM_RESPONSE_STEPS; k += STRIDE) {
        const double more_j = serving_j(r, wm_response_factor(k), &loads) - now_j;
        out->at[k] = it_j > 0.0 ? 1.0 + more_j / it_j : 1.0;
        for (int i = 1; i < STRIDE && k > 0; i++)
            out->at[k - i] = out->at[k] + (double)i / STRIDE * (out->at[k - STRIDE] - out->at[k]);
    }
    out->at[WM_RESPONSE_STEPS / 2] = 1.0;
}

/* Replicas that are all at capacity: what they make, and what they draw for it. */
struct full_load {
    double tok_per_s, it_w;
};

static void add_replicas(const struct wm_serving_plan *plan, double gpus, struct full_load *sum)
{
    const double replicas = gpus / (plan->prefill_gpus + plan->decode_gpus);
    const struct wm_serving_point p = wm_serving_at_batch(plan, plan->capacity_batch, 1.0);
    sum->tok_per_s += replicas * plan->capacity_out_tok_per_s;
    sum->it_w += replicas * p.it_w;
}

/* Accelerators at `rate` times their rates, over the run's, within the targets; replicas are planned anew, for times
 * that are all shorter by it: capacity, and tokens that a watt makes. */
struct other_rate {
    double capacity, thrift;
};

static struct other_rate at_rate(const struct wm_run *r, double rate)
{
    struct full_load then = {0}, now = {0};
    for (size_t i = 0; i < r->plan.n_partitions; i++) {
        const struct wm_partition *const p = &r->plan.partitions[i];
        if (!wm_partition_serves(p))
            continue;
        struct wm_serving_case scaled = p->plan.c;
        scaled.ttft_slo_s *= rate;
        scaled.tok_per_s_per_user_slo /= rate;
        const struct wm_serving_plan plan = wm_serving_plan(&scaled);
        const double gpus = (double)(p->n_replicas * p->gpus_per_replica);
        if (plan.fault == WM_PLAN_OK)
            add_replicas(&plan, gpus, &then);
        add_replicas(&p->plan, gpus, &now);
    }
    if (!(now.tok_per_s > 0.0))
        return (struct other_rate){rate, rate};
    return (struct other_rate){
        rate * then.tok_per_s / now.tok_per_s,
        then.it_w > 0.0 ? rate * then.tok_per_s / then.it_w * now.it_w / now.tok_per_s : 0.0};
}

/* Whether twice what was asked would be more than what can be served. */
static bool may_bind(const struct wm_results *r)
{
    for (int i = 0; i < r->n_volume_responses; i++)
        if (wm_response_at(&r->volume_response[i], 2.0) < 2.0 * (1.0 - 1e-6))
            return true;
    return false;
}

/* What the site makes where the ceiling in full binds, or its capacity where that never does. */
static double able_tok_per_s(const struct wm_results *r, double capacity)
{
    double sum = 0.0;
    size_t n = 0;
    for (size_t i = 0; i < r->n_series; i++) {
        const struct wm_series_row *const s = &r->series[i];
        const bool is_full = s->ceiling_w >= s->contract_w * (1.0 - 1e-9);
        if (is_full && s->shadow_price_usd_per_mwh > 0.0 && s->served_tok_per_s > 0.0) {
            sum += s->served_tok_per_s;
            n++;
        }
    }
    return n > 0 ? fmin(capacity, sum / (double)n) : capacity;
}

/* Of tokens served where not all was, those that the ceiling bound. */
static double ceiling_frac(const struct wm_results *r)
{
    double bound = 0.0, all = 0.0;
    for (size_t i = 0; i < r->n_series; i++) {
        const struct wm_series_row *const s = &r->series[i];
        if (s->served_tok_per_s < s->offered_tok_per_s * (1.0 - 1e-9)) {
            all += s->served_tok_per_s;
            bound += s->shadow_price_usd_per_mwh > 0.0 ? s->served_tok_per_s : 0.0;
        }
    }
    return all > 0.0 ? bound / all : 0.0;
}

/* Rates at which replicas are planned anew: a plan costs as much as a thousand draws. One in twenty draws of the
 * serving model's error lies beyond each. */
static const double rates[] = {0.75, 1.35};
enum { N_RATES = sizeof rates / sizeof *rates };

struct capacities {
    const struct wm_run *run;
    double by_ceiling, at[N_RATES];
};

static void plan_at(void *context, size_t i)
{
    struct capacities *const c = context;
    const struct other_rate other = at_rate(c->run, rates[i]);
    c->at[i] = c->by_ceiling * other.thrift + (1.0 - c->by_ceiling) * other.capacity;
}

/* On straight lines through those rates and the run's own, in proportion beyond. */
static void respond_capacity(const struct wm_run *r, struct wm_response *out)
{
    struct capacities c = {.run = r, .by_ceiling = ceiling_frac(r->results)};
    wm_parallel_for(r->plan.tables.n_threads, N_RATES, plan_at, &c);
    for (int k = 0; k <= WM_RESPONSE_STEPS; k++) {
        const double factor = wm_response_factor(k);
        const int side = factor > 1.0;
        const double x = fmin(fmax(factor, rates[0]), rates[N_RATES - 1]);
        const double y = 1.0 + (x - 1.0) / (rates[side] - 1.0) * (c.at[side] - 1.0);
        out->at[k] = y * factor / x;
    }
}

void wm_set_response(struct wm_run *r)
{
    struct wm_results *const res = r->results;
    const double capacity = res->metric[WM_METRIC_capacity_output_tok_per_s_per_mw_utility] *
                            wm_contract_mw(r) *
                            fmin(1.0, res->metric[WM_METRIC_availability_frac]);
    const size_t n = res->n_series > 0 && isfinite(capacity) ? r->site.n_years : 0;
    const double able = able_tok_per_s(res, capacity);
    struct wm_response *const volume = WM_NEW_ARRAY(r->arena, struct wm_response, n + 1);
    for (size_t i = 0; i < n; i++)
        respond(res, able, i * res->n_series / n, (i + 1) * res->n_series / n, &volume[i]);
    res->volume_response = n > 0 ? volume : NULL;
    res->n_volume_responses = (int)n;
    if (n == 0)
        return;
    if ((r->range_draws > 0 || r->scenario->economics.market.own_gain_per_year > 0.0) &&
        may_bind(res)) {
        struct wm_response *const more = WM_NEW(r->arena, struct wm_response);
        respond_capacity(r, more);
        res->capacity_response = more;
    }
    struct wm_response *const energy = WM_NEW(r->arena, struct wm_response);
    respond_energy(r, energy);
    res->energy_response = energy;
}
