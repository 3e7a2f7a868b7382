/* What came of a fleet: sums over its workers, and its queue over the time of the arrivals. */
#include "fleet_state.h"

static uint64_t n_waiting(const struct wm_fleet *f)
{
    uint64_t n = f->homeless.n;
    for (uint32_t i = 0; i < f->n_workers; i++)
        n += wm_replica_n_waiting(f->workers[i]);
    return n;
}

static double energy_until(const struct wm_fleet *f, int64_t now_ns)
{
    double sum_j = 0.0;
    for (uint32_t i = 0; i < f->n_workers; i++)
        sum_j += wm_replica_totals(f->workers[i], now_ns).energy_j;
    return sum_j;
}

void fleet_sample_slices(struct wm_fleet *f, int64_t now_ns)
{
    struct wm_fleet_totals *const s = &f->sampled;
    while (s->slice_ns > 0 && f->n_slices < WM_FLEET_SLICES &&
           now_ns >= s->slice_ns * (int64_t)(f->n_slices + 1)) {
        const int64_t at_ns = s->slice_ns * (int64_t)(f->n_slices + 1);
        wm_fleet_advance(f, at_ns);
        f->now_ns = at_ns;
        for (uint32_t i = 0; i < f->n_workers; i++)
            fleet_catch_up(f, i);
        s->waiting[f->n_slices] = (double)n_waiting(f);
        s->energy_to_end_j[f->n_slices++] = energy_until(f, at_ns);
    }
}

static void add_totals(struct wm_replica_totals *to, const struct wm_replica_totals *from)
{
    to->n_steps += from->n_steps;
    to->n_jumps += from->n_jumps;
    to->n_preempted += from->n_preempted;
    to->n_over_context += from->n_over_context;
    to->prefill_tok += from->prefill_tok;
    to->decode_tok += from->decode_tok;
    to->busy_ns += from->busy_ns;
    to->prefill_ns += from->prefill_ns;
    to->energy_j += from->energy_j;
    to->prefill_j += from->prefill_j;
    to->idle_j += from->idle_j;
    to->tier_s += from->tier_s;
    to->tier_j += from->tier_j;
    for (int i = 0; i < WM_KV_TIERS; i++)
        to->tier_tok[i] += from->tier_tok[i];
}

/*
 * Whether the queue grew to the end: from the second quarter of the arrivals to the last it took up
 * more than a hundredth of what arrived between, so that a load of 1.01 or more is told from noise.
 */
static bool is_growing(const struct wm_fleet *f)
{
    const double *const w = f->sampled.waiting;
    const int quarter = WM_FLEET_SLICES / 4;
    double early = 0.0, late = 0.0;
    if (f->n_slices < WM_FLEET_SLICES)
        return false;
    for (int i = 0; i < quarter; i++) {
        early += w[quarter + i] / quarter;
        late += w[3 * quarter + i] / quarter;
    }
    return late - early > 0.01 * 0.5 * (double)f->next_id &&
           late - early > (double)f->params.n_replicas;
}

struct wm_fleet_totals wm_fleet_totals(const struct wm_fleet *f)
{
    struct wm_fleet_totals t = f->sampled;
    t.end_ns = wm_sim_now(f->sim);
    t.arrivals_end_ns = f->arrivals_end_ns;
    t.n_arrived = f->next_id;
    t.n_events = wm_sim_n_events(f->sim);
    t.n_failures = f->n_failures;
    double down_ns = f->down_ns;
    for (uint32_t i = 0; i < f->n_workers; i++)
        down_ns += fleet_worker_is_down(f, i)
                       ? (double)(t.end_ns - f->down_since_ns[i]) * fleet_share_of(f, i)
                       : 0.0;
    t.replica_up_frac =
        t.end_ns > 0 ? 1.0 - down_ns / ((double)t.end_ns * (double)f->params.n_replicas) : 1.0;
    for (uint32_t i = 0; i < f->n_workers; i++) {
        const struct wm_replica_totals w = wm_replica_totals(f->workers[i], t.end_ns);
        add_totals(&t.work, &w);
        if (i % f->per_replica >= f->n_decode)
            add_totals(&t.prefill_work, &w);
        t.in_flight_tok += wm_replica_outstanding_tok(f->workers[i]);
    }
    for (uint32_t i = 0; i < f->homeless.n; i++) {
        const struct wm_pending *const p =
            &f->homeless.ring[(f->homeless.head + i) & f->homeless.mask];
        t.in_flight_tok += (uint64_t)p->input_tok + p->output_tok;
    }
    t.in_flight_tok += f->moving_tok;
    for (uint32_t i = 0; i < f->n_slices; i++)
        if (t.waiting[i] > (double)t.max_waiting)
            t.max_waiting = (uint64_t)t.waiting[i];
    t.growing = is_growing(f);
    return t;
}
