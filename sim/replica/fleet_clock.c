/* Clocks and power caps of replicas, and the list of orders a fleet is given. */
#include <math.h>

#include "fleet_state.h"

static uint32_t stages_of(const struct wm_replica_params *p)
{
    return p->n_stages > 1 ? p->n_stages : 1;
}

/* Power of a worker at full load: a full batch of long contexts, or prompts alone. */
static double full_w(const struct wm_replica_params *p, const struct wm_step_table *t)
{
    const uint32_t tok = t->max_tok / WM_STEP_TOK_ROUND;
    const double read_w = t->token_j[tok] / t->token_s[tok];
    const double units_per_s = 1e9 * (1 << WM_STEP_FRAC_BITS);
    const uint32_t n_stages = stages_of(p);
    const uint32_t n = (p->max_seqs + n_stages - 1) / n_stages;
    const double context_tok = (double)p->kv_blocks * (double)p->block_tok / (double)n_stages;
    const double decode_s =
        ((double)t->decode[n] + (double)t->ctx[n] * context_tok * (1 << WM_CTX_FRAC_BITS)) /
        units_per_s;
    const double decode_w = (t->decode_j[n] + t->ctx_j[n] * context_tok) / decode_s;
    return fmax(read_w, decode_w) * (double)n_stages;
}

/* Fastest clock whose workers together stay within `cap_w` at full load; the slowest if none does. */
static uint32_t clock_within(const struct wm_fleet *f, double cap_w)
{
    const struct wm_fleet_params *const p = &f->params;
    uint32_t i = 0;
    for (; i + 1 < p->clocks.n; i++) {
        double w = f->n_decode * full_w(&p->worker, p->clocks.tables[i]);
        if (p->n_prefill > 0)
            w += (double)p->n_prefill * full_w(&p->prefill, p->prefill_clocks.tables[i]);
        if (w <= cap_w)
            break;
    }
    return i;
}

/* Nearest clock not above the one wanted; the slowest if none is. */
static uint32_t clock_at(const struct wm_fleet *f, double clock_frac)
{
    uint32_t i = 0;
    while (i + 1 < f->params.clocks.n &&
           f->params.clocks.tables[i]->clock_frac > clock_frac * (1.0 + 1e-9))
        i++;
    return i;
}

static void set_clock(struct wm_fleet *f, uint32_t replica, uint32_t wanted)
{
    const uint32_t clock = f->throttle == WM_THROTTLE_NONE ? wanted : f->params.clocks.n - 1;
    for (uint32_t k = 0; k < f->per_replica; k++) {
        const struct wm_clock_tables *const c =
            k < f->n_decode ? &f->params.clocks : &f->params.prefill_clocks;
        const uint32_t worker = replica * f->per_replica + k;
        fleet_catch_up(f, worker);
        wm_replica_set_table(f->workers[worker], f->now_ns, c->tables[clock]);
        fleet_follow_up(f, worker);
    }
}

void wm_fleet_set_clock(struct wm_fleet *f, uint32_t first, uint32_t n, double clock_frac,
                        bool parked)
{
    const uint32_t clock = clock_at(f, clock_frac);
    f->now_ns = wm_sim_now(f->sim);
    for (uint32_t i = first; i < first + n && i < f->params.n_replicas; i++) {
        if (f->is_parked[i] != parked) {
            f->is_parked[i] = parked;
            router_set(f->router, i, fleet_load_of(f, i));
        }
        if (f->clock[i] == clock)
            continue;
        f->clock[i] = clock;
        set_clock(f, i, clock);
    }
}

void wm_fleet_throttle(struct wm_fleet *f, enum wm_throttle throttle)
{
    const enum wm_throttle was = f->throttle;
    f->throttle = throttle;
    f->now_ns = wm_sim_now(f->sim);
    for (uint32_t i = 0; i < f->params.n_replicas && was != throttle; i++)
        set_clock(f, i, f->clock[i]);
    for (uint32_t i = 0; i < f->n_workers; i++)
        if ((was == WM_THROTTLE_HOLD) != (throttle == WM_THROTTLE_HOLD)) {
            fleet_catch_up(f, i);
            wm_replica_hold(f->workers[i], f->now_ns, throttle == WM_THROTTLE_HOLD);
            fleet_follow_up(f, i);
        }
}

/* Slowest step of a worker: its whole budget of prompts, with a full batch beside them. */
static double longest_step_s(const struct wm_replica_params *p, const struct wm_step_table *t)
{
    const double units_per_s = 1e9 * (1 << WM_STEP_FRAC_BITS);
    const uint32_t n = stages_of(p);
    const double decode_s = (double)t->decode[(p->max_seqs + n - 1) / n] / units_per_s;
    return (double)n * (t->token_s[t->max_tok / WM_STEP_TOK_ROUND] + decode_s);
}

/* Whether a replica has nothing to do and gets nothing. */
static bool is_asleep(const struct wm_fleet *f, uint32_t replica)
{
    if (!f->is_parked[replica])
        return false;
    for (uint32_t k = 0; k < f->per_replica; k++) {
        const struct wm_replica *const w = f->workers[replica * f->per_replica + k];
        if (wm_replica_n_waiting(w) + wm_replica_n_running(w) > 0)
            return false;
    }
    return true;
}

/* A replica at full load at a clock, and idle. */
static double replica_w(const struct wm_fleet *f, uint32_t clock, bool full)
{
    const struct wm_fleet_params *const p = &f->params;
    const struct wm_step_table *const t = p->clocks.tables[clock];
    double w = f->n_decode * (full ? full_w(&p->worker, t) : t->idle_w * stages_of(&p->worker));
    if (p->n_prefill > 0) {
        const struct wm_step_table *const read = p->prefill_clocks.tables[clock];
        w += (double)p->n_prefill *
             (full ? full_w(&p->prefill, read) : read->idle_w * stages_of(&p->prefill));
    }
    return w;
}

struct wm_fleet_draw wm_fleet_draw(const struct wm_fleet *f)
{
    const struct wm_fleet_params *const p = &f->params;
    const uint32_t slowest = p->clocks.n - 1;
    struct wm_fleet_draw d = {.step_s = longest_step_s(&p->worker, p->clocks.tables[slowest])};
    if (p->n_prefill > 0)
        d.step_s = fmax(d.step_s, longest_step_s(&p->prefill, p->prefill_clocks.tables[slowest]));
    for (uint32_t i = 0; i < p->n_replicas; i++) {
        if (fleet_is_down(f, i))
            continue;
        if (is_asleep(f, i)) {
            d.asleep_w += replica_w(f, slowest, false);
            continue;
        }
        d.most_w[WM_THROTTLE_NONE] += replica_w(f, f->clock[i], true);
        d.most_w[WM_THROTTLE_SLOW] += replica_w(f, slowest, true);
        d.most_w[WM_THROTTLE_HOLD] += replica_w(f, slowest, false);
    }
    for (uint32_t i = 0; i < f->n_workers; i++) {
        const struct wm_replica_totals t = wm_replica_totals(f->workers[i], wm_sim_now(f->sim));
        d.energy_j += t.energy_j;
        d.idle_j += t.idle_j;
        d.n_waiting += wm_replica_n_waiting(f->workers[i]);
    }
    return d;
}

static void on_order(struct wm_sim *sim, void *context, uint32_t actor, uint64_t arg)
{
    struct wm_fleet *const f = context;
    const struct wm_fleet_event *const e = &f->params.events[arg];
    (void)actor;
    f->now_ns = wm_sim_now(sim);
    for (uint32_t i = e->first; i < e->first + e->n && i < f->params.n_replicas; i++)
        switch (e->kind) {
        case WM_FLEET_CLOCK:
            set_clock(f, i, clock_at(f, e->value));
            break;
        case WM_FLEET_CAP:
            set_clock(f, i, clock_within(f, e->value));
            break;
        case WM_FLEET_FAIL:
            fleet_fail(f, i);
            break;
        case WM_FLEET_REPAIR:
            fleet_repair(f, i);
            break;
        }
}

void fleet_order_init(struct wm_fleet *f)
{
    const struct wm_fleet_params *const p = &f->params;
    wm_sim_handle(f->sim, EVENT_ORDER, on_order);
    for (size_t i = 0; i < p->n_events; i++)
        (void)wm_sim_at(f->sim, p->events[i].time_ns, -3, EVENT_ORDER, 0, i);
}
