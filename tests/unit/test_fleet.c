/* Fleet: routing, failures, caps, disaggregation; conservation in all of them. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "wattmill/catalog.h"
#include "wattmill/fleet.h"
#include "wattmill/numeric.h"
#include "wattmill/replay.h"
#include "wattmill/rng.h"
#include "wattmill/sessions.h"

static struct wm_arena *arena;

static void set_up(void)
{
    arena = wm_arena_open();
}
static void tear_down(void)
{
    wm_arena_close(arena);
}

static const struct wm_step_affine step = {.step_s = 10e-3,
                                           .seq_s = 50e-6,
                                           .ctx_s = 0.05e-6,
                                           .tok_s = 60e-6,
                                           .busy_w = 700.0,
                                           .idle_w = 100.0};

static struct wm_replica_params worker(enum wm_batching batching)
{
    return (struct wm_replica_params){.batching = batching,
                                      .max_seqs = 64,
                                      .token_budget = 1024,
                                      .block_tok = 16,
                                      .kv_blocks = 4000,
                                      .watermark_blocks = 40,
                                      .tok_per_step = 1.0};
}

struct poisson {
    struct wm_rng rng;
    double rate, time_s;
    size_t left;
    uint64_t blocks[4];
};

static bool next_poisson(void *self, struct wm_request *out)
{
    struct poisson *const p = self;
    if (p->left == 0)
        return false;
    p->left--;
    p->time_s += wm_rng_exponential(&p->rng) / p->rate;
    const uint64_t topic = wm_rng_bits(&p->rng) % 64;
    for (uint64_t i = 0; i < 4; i++)
        p->blocks[i] = topic * 100 + i;
    *out = (struct wm_request){.arrival_ns = (int64_t)(p->time_s * 1e9),
                               .input_tok = 300 + (uint32_t)(wm_rng_uniform(&p->rng) * 400.0),
                               .output_tok = 1 + (uint32_t)(wm_rng_exponential(&p->rng) * 120.0),
                               .n_blocks = 4,
                               .block_tok = 64,
                               .blocks = p->blocks};
    return true;
}

static struct poisson poisson(double rate, size_t n)
{
    return (struct poisson){.rng = wm_rng_stream(5, "poisson", 0), .rate = rate, .left = n};
}

static struct wm_fleet_totals run(struct wm_fleet_params p, struct wm_service *service, double rate,
                                  size_t n, bool drain)
{
    const struct wm_step_table **const tables =
        WM_NEW_ARRAY(arena, const struct wm_step_table *, 3);
    for (int i = 0; i < 3; i++) { /* clocks 1, 2/3, 1/3; power falls faster than speed */
        const double f = 1.0 - (double)i / 3.0;
        const struct wm_step_affine a = {.step_s = step.step_s / f,
                                         .seq_s = step.seq_s / f,
                                         .ctx_s = step.ctx_s,
                                         .tok_s = step.tok_s / f,
                                         .busy_w = 100.0 + 600.0 * f * f * f,
                                         .idle_w = 100.0};
        struct wm_step_table *const t = wm_step_table_affine(arena, &a, 64, 1024);
        t->clock_frac = f;
        tables[i] = t;
    }
    p.clocks = (struct wm_clock_tables){3, tables};
    p.prefill_clocks = p.clocks;
    struct wm_fleet *const f = wm_fleet_new(arena, &p, service);
    struct poisson source = poisson(rate, n);
    wm_fleet_run(f, (struct wm_request_source){next_poisson, &source},
                 (int64_t)(1e9 * (double)n / rate), 0, drain);
    const struct wm_fleet_totals t = wm_fleet_totals(f);
    const struct wm_service_class *const c = &service->classes[0];
    const struct wm_tok_count left = wm_service_in_flight(c);
    ck_assert_uint_eq(c->arrived.requests, n);
    ck_assert_uint_eq(left.input_tok + left.output_tok, t.in_flight_tok);
    if (drain)
        ck_assert_uint_eq(left.requests, 0);
    return t;
}

static struct wm_fleet_params fleet(uint32_t n, enum wm_router router)
{
    return (struct wm_fleet_params){
        .n_replicas = n, .router = router, .worker = worker(WM_BATCH_CHUNKED), .seed = 9};
}

START_TEST(one_replica_in_a_fleet_is_that_replica)
{
    struct wm_service *const a = wm_service_new(arena, 1, NULL);
    struct wm_service *const b = wm_service_new(arena, 1, NULL);
    (void)run(fleet(1, WM_ROUTE_LEAST_TOKENS), a, 6.0, 3000, true);
    const struct wm_replica_params p = worker(WM_BATCH_CHUNKED);
    struct wm_replica *const r =
        wm_replica_new(arena, &p, wm_step_table_affine(arena, &step, 64, 1024), b, 0, true);
    struct poisson source = poisson(6.0, 3000);
    struct wm_request q;
    for (bool more = next_poisson(&source, &q); more || wm_replica_next(r) != WM_TIME_NEVER;) {
        if (more && q.arrival_ns <= wm_replica_next(r)) {
            wm_service_arrived(b, q.arrival_ns, &q);
            wm_replica_arrive(r, q.arrival_ns, &q, 0);
            more = next_poisson(&source, &q);
        } else {
            wm_replica_step(r);
        }
    }
    ck_assert_double_eq(a->classes[0].ttft.sum_ns, b->classes[0].ttft.sum_ns);
    ck_assert_double_eq(a->classes[0].e2e.sum_ns, b->classes[0].e2e.sum_ns);
}
END_TEST

START_TEST(informed_routers_wait_less_than_taking_turns)
{
    double ttft_s[5]; /* near capacity, where a replica that got too much has a queue */
    for (int k = 0; k < 5; k++) {
        struct wm_service *const s = wm_service_new(arena, 1, NULL);
        (void)run(fleet(8, (enum wm_router)k), s, 135.0, 20000, true);
        ttft_s[k] = wm_ns_hist_quantile_s(&s->classes[0].ttft, 0.99);
    }
    ck_assert_double_lt(ttft_s[WM_ROUTE_LEAST_TOKENS], ttft_s[WM_ROUTE_ROUND_ROBIN]);
    ck_assert_double_lt(ttft_s[WM_ROUTE_TWO_CHOICES], ttft_s[WM_ROUTE_ROUND_ROBIN]);
    ck_assert_double_lt(ttft_s[WM_ROUTE_LEAST_REQUESTS], ttft_s[WM_ROUTE_ROUND_ROBIN]);
}
END_TEST

static void look(void *context, const struct wm_served *served)
{
    (void)served;
    ++*(uint64_t *)context;
}

/* A listener makes every boundary an event; without one replicas run when a request comes to them. */
START_TEST(a_lazy_fleet_serves_as_one_that_is_watched)
{
    struct wm_fleet_params p = fleet(7, _i == 0 ? WM_ROUTE_ROUND_ROBIN : WM_ROUTE_TWO_CHOICES);
    const struct wm_fleet_event events[] = {
        {.time_ns = 20 * WM_NS_PER_S, .kind = WM_FLEET_CLOCK, .first = 2, .n = 3, .value = 0.7},
        {.time_ns = 31 * WM_NS_PER_S, .kind = WM_FLEET_FAIL, .first = 0, .n = 2},
        {.time_ns = 45 * WM_NS_PER_S, .kind = WM_FLEET_REPAIR, .first = 0, .n = 2}};
    p.events = events;
    p.n_events = 3;
    p.mtbf_s = 40.0;
    p.mttr_s = 5.0;
    struct wm_service *const lazy = wm_service_new(arena, 1, NULL);
    struct wm_service *const watched = wm_service_new(arena, 1, NULL);
    uint64_t n_seen = 0;
    watched->on_served = look;
    watched->context = &n_seen;
    const struct wm_fleet_totals a = run(p, lazy, 60.0, 6000, true);
    const struct wm_fleet_totals b = run(p, watched, 60.0, 6000, true);
    ck_assert_uint_eq(n_seen, 6000);
    ck_assert_uint_lt(2 * a.n_events, b.n_events);
    ck_assert_uint_gt(a.n_failures, 5);
    ck_assert_uint_eq(a.n_failures, b.n_failures);
    ck_assert_uint_eq(a.work.n_steps, b.work.n_steps);
    ck_assert_int_eq(a.work.busy_ns, b.work.busy_ns);
    ck_assert_int_eq(a.end_ns, b.end_ns);
    ck_assert_double_eq_tol(a.work.energy_j / b.work.energy_j, 1.0, 1e-12);
    ck_assert_mem_eq(a.waiting, b.waiting, sizeof a.waiting);
    const struct wm_service_class *const x = &lazy->classes[0], *const y = &watched->classes[0];
    ck_assert_mem_eq(x->ttft.bins, y->ttft.bins, sizeof x->ttft.bins);
    ck_assert_mem_eq(x->tpot.bins, y->tpot.bins, sizeof x->tpot.bins);
    ck_assert_mem_eq(x->e2e.bins, y->e2e.bins, sizeof x->e2e.bins);
    ck_assert_double_eq_tol(wm_service_mean_present(x, a.end_ns),
                            wm_service_mean_present(y, b.end_ns), 1e-9);
}
END_TEST

START_TEST(prefix_affinity_hits_more_than_spreading)
{
    uint64_t hit_tok[2];
    for (int k = 0; k < 2; k++) {
        struct wm_service *const s = wm_service_new(arena, 1, NULL);
        struct wm_fleet_params p = fleet(8, k == 0 ? WM_ROUTE_LEAST_TOKENS : WM_ROUTE_PREFIX);
        p.worker.cache_tok = 64 * 4 * 10; /* ten of the 64 topics */
        (void)run(p, s, 40.0, 10000, true);
        hit_tok[k] = s->classes[0].hit_tok;
    }
    ck_assert_uint_gt(hit_tok[0], 0);
    ck_assert_uint_gt(hit_tok[1], 3 * hit_tok[0]);
}
END_TEST

START_TEST(failures_lose_nothing_and_cost_time)
{
    struct wm_service *const healthy = wm_service_new(arena, 1, NULL);
    struct wm_service *const failing = wm_service_new(arena, 1, NULL);
    struct wm_fleet_params p = fleet(6, WM_ROUTE_TWO_CHOICES);
    (void)run(p, healthy, 40.0, 10000, true);
    p.mtbf_s = 20.0;
    p.mttr_s = 10.0;
    const struct wm_fleet_totals t = run(p, failing, 40.0, 10000, true);
    ck_assert_uint_gt(t.n_failures, 5);
    ck_assert_double_eq_tol(t.replica_up_frac, 2.0 / 3.0, 0.12);
    ck_assert_uint_eq(failing->classes[0].served.requests, 10000);
    ck_assert_double_gt(wm_ns_hist_mean_s(&failing->classes[0].e2e),
                        wm_ns_hist_mean_s(&healthy->classes[0].e2e));
}
END_TEST

START_TEST(requests_wait_out_a_time_without_any_replica)
{
    struct wm_service *const s = wm_service_new(arena, 1, NULL);
    struct wm_fleet_params p = fleet(2, WM_ROUTE_LEAST_TOKENS);
    const struct wm_fleet_event events[] = {
        {.time_ns = 10 * WM_NS_PER_S, .kind = WM_FLEET_FAIL, .n = 2},
        {.time_ns = 40 * WM_NS_PER_S, .kind = WM_FLEET_REPAIR, .first = 1, .n = 1}};
    p.events = events;
    p.n_events = 2;
    const struct wm_fleet_totals t = run(p, s, 5.0, 500, true);
    ck_assert_uint_eq(t.n_failures, 2);
    ck_assert_uint_eq(s->classes[0].served.requests, 500);
    ck_assert_double_gt(wm_ns_hist_quantile_s(&s->classes[0].ttft, 1.0), 25.0);
}
END_TEST

START_TEST(a_cap_slows_the_clock_until_power_fits_and_can_be_lifted)
{
    struct wm_service *const free_s = wm_service_new(arena, 1, NULL);
    struct wm_service *const capped_s = wm_service_new(arena, 1, NULL);
    struct wm_fleet_params p = fleet(4, WM_ROUTE_LEAST_TOKENS);
    const struct wm_fleet_totals free_t = run(p, free_s, 20.0, 4000, true);
    const struct wm_fleet_event events[] = {
        {.kind = WM_FLEET_CAP, .n = 4, .value = 300.0}, /* 2/3: 100 + 600 * 8/27 = 278 W */
        {.time_ns = 100 * WM_NS_PER_S, .kind = WM_FLEET_CLOCK, .n = 4, .value = 1.0}};
    p.events = events;
    p.n_events = 2;
    const struct wm_fleet_totals t = run(p, capped_s, 20.0, 4000, true);
    const double all_s = 1e-9 * (double)t.slice_ns;
    ck_assert_double_le(t.energy_to_end_j[3] / (4.0 * all_s), 4.0 * 300.0);
    ck_assert_double_gt(wm_ns_hist_mean_s(&capped_s->classes[0].tpot),
                        1.1 * wm_ns_hist_mean_s(&free_s->classes[0].tpot));
    const double last_w = (t.energy_to_end_j[15] - t.energy_to_end_j[14]) / all_s;
    const double free_w = (free_t.energy_to_end_j[15] - free_t.energy_to_end_j[14]) / all_s;
    ck_assert_double_eq_tol(last_w / free_w, 1.0, 0.05);
}
END_TEST

/* Two replicas at 8 requests/s: held from second 20 to 25, then at the slowest clock to second 30. */
START_TEST(a_throttled_fleet_stands_still_or_slows_and_loses_nothing)
{
    struct wm_fleet_params p = fleet(2, WM_ROUTE_LEAST_REQUESTS);
    struct wm_service *const service = wm_service_new(arena, 1, NULL);
    const struct wm_step_affine slow = {.step_s = 20e-3,
                                        .seq_s = 100e-6,
                                        .ctx_s = 0.05e-6,
                                        .tok_s = 120e-6,
                                        .busy_w = 300.0,
                                        .idle_w = 100.0};
    const struct wm_step_table *tables[2] = {wm_step_table_affine(arena, &step, 64, 1024), NULL};
    struct wm_step_table *const half = wm_step_table_affine(arena, &slow, 64, 1024);
    half->clock_frac = 0.5;
    tables[1] = half;
    p.clocks = (struct wm_clock_tables){2, tables};
    struct wm_fleet *const f = wm_fleet_new(arena, &p, service);
    struct poisson source = poisson(8.0, 320);
    struct wm_fleet_draw at[5];
    const int64_t marks[] = {20, 21, 25, 30, 31};
    size_t next = 0;
    struct wm_request q;
    while (next_poisson(&source, &q)) {
        while (next < 5 && q.arrival_ns >= marks[next] * WM_NS_PER_S) {
            wm_fleet_advance(f, marks[next] * WM_NS_PER_S);
            at[next] = wm_fleet_draw(f);
            if (next == 0)
                wm_fleet_throttle(f, WM_THROTTLE_HOLD);
            if (next == 2)
                wm_fleet_throttle(f, WM_THROTTLE_SLOW);
            if (next == 3)
                wm_fleet_throttle(f, WM_THROTTLE_NONE);
            next++;
        }
        wm_fleet_advance(f, q.arrival_ns);
        wm_fleet_arrive(f, q.arrival_ns, &q);
    }
    ck_assert_uint_eq(next, 5);
    /* both idle after the step under way; the queue grows */
    ck_assert_double_eq_tol(at[2].energy_j - at[1].energy_j, 4.0 * 200.0, 1.0);
    ck_assert_uint_gt(at[2].n_waiting, at[1].n_waiting + 15);
    const double slow_w = (at[3].energy_j - at[2].energy_j) / 5.0;
    ck_assert_double_le(slow_w, at[2].most_w[WM_THROTTLE_SLOW]);
    ck_assert_double_gt(slow_w, 400.0);
    ck_assert_double_eq_tol(at[0].most_w[WM_THROTTLE_HOLD], 200.0, 1e-9);
    ck_assert_double_eq_tol(at[0].most_w[WM_THROTTLE_NONE], 1400.0, 1e-6);
    wm_fleet_advance(f, WM_TIME_NEVER);
    ck_assert_uint_eq(service->classes[0].served.requests, 320);
}
END_TEST

START_TEST(overload_is_a_growing_queue)
{
    struct wm_service *const s = wm_service_new(arena, 1, NULL);
    const struct wm_fleet_totals t = run(fleet(2, WM_ROUTE_LEAST_TOKENS), s, 80.0, 8000, false);
    ck_assert(t.growing);
    ck_assert_double_gt(t.waiting[15], 1.5 * t.waiting[7]);
    ck_assert_uint_gt(wm_service_in_flight(&s->classes[0]).requests, 1000);
    struct wm_service *const calm = wm_service_new(arena, 1, NULL);
    ck_assert(!run(fleet(2, WM_ROUTE_LEAST_TOKENS), calm, 15.0, 8000, false).growing);
}
END_TEST

START_TEST(separate_prefill_workers_keep_decoding_steady)
{
    struct wm_service *const together = wm_service_new(arena, 1, NULL);
    struct wm_service *const apart = wm_service_new(arena, 1, NULL);
    (void)run(fleet(3, WM_ROUTE_LEAST_TOKENS), together, 25.0, 5000, true);
    struct wm_fleet_params p = fleet(1, WM_ROUTE_LEAST_TOKENS);
    p.n_prefill = 2;
    p.worker.batching = WM_BATCH_DECODE_ONLY;
    p.prefill = worker(WM_BATCH_PREFILL_ONLY);
    p.transfer_s_per_tok = 1e-6;
    const struct wm_fleet_totals t = run(p, apart, 25.0, 5000, true);
    ck_assert_uint_eq(apart->classes[0].served.requests, 5000);
    const struct wm_ns_hist *const x = &together->classes[0].tpot, *const y =
                                                                       &apart->classes[0].tpot;
    const double spread = wm_ns_hist_quantile_s(x, 0.99) / wm_ns_hist_quantile_s(x, 0.5);
    ck_assert_double_lt(wm_ns_hist_quantile_s(y, 0.99) / wm_ns_hist_quantile_s(y, 0.5), spread);
    ck_assert_uint_eq(t.prefill_work.prefill_tok, t.work.prefill_tok);
    ck_assert_uint_eq(t.prefill_work.decode_tok, 0);
}
END_TEST

START_TEST(a_failing_disaggregated_replica_loses_nothing)
{
    struct wm_service *const s = wm_service_new(arena, 1, NULL);
    struct wm_fleet_params p = fleet(2, WM_ROUTE_LEAST_TOKENS);
    p.n_prefill = 1;
    p.worker.batching = WM_BATCH_DECODE_ONLY;
    p.prefill = worker(WM_BATCH_PREFILL_ONLY);
    p.transfer_s_per_tok = 50e-6;
    p.mtbf_s = 40.0;
    p.mttr_s = 10.0;
    const struct wm_fleet_totals t = run(p, s, 10.0, 3000, true);
    ck_assert_uint_gt(t.n_failures, 3);
    ck_assert_uint_eq(s->classes[0].served.requests, 3000);
}
END_TEST

/* A failure stops one group, as at a site: its share of the accelerators is away, and the rest serves on. */
START_TEST(a_failure_stops_one_group_of_a_replica)
{
    struct wm_service *const s = wm_service_new(arena, 1, NULL);
    struct wm_fleet_params p = fleet(1, WM_ROUTE_LEAST_TOKENS);
    p.n_decode = 3;
    p.n_prefill = 2;
    p.decode_gpus = 8.0;
    p.prefill_gpus = 4.0;
    p.worker.batching = WM_BATCH_DECODE_ONLY;
    p.prefill = worker(WM_BATCH_PREFILL_ONLY);
    p.transfer_s_per_tok = 50e-6;
    p.mtbf_s = 4.0;
    p.mttr_s = 6.0;
    const struct wm_fleet_totals t = run(p, s, 10.0, 30000, true);
    ck_assert_uint_eq(s->classes[0].served.requests, 30000);
    /* a group of share a fails every mtbf / a: up 1 / (1 + a mttr / mtbf) of the time, groups by their shares */
    const double large = 8.0 / 32.0, small = 4.0 / 32.0, ratio = p.mttr_s / p.mtbf_s;
    const double up = 3.0 * large / (1.0 + large * ratio) + 2.0 * small / (1.0 + small * ratio);
    ck_assert_double_eq_tol(t.replica_up_frac, up, 0.02);
    /* hardly ever are all groups that decode, or both that read, down at once: nobody waits as long as a repair */
    ck_assert_double_lt(wm_ns_hist_quantile_s(&s->classes[0].ttft, 0.9), p.mttr_s);
}
END_TEST

enum { TALKERS = 40, HOLDERS = 8 };

/* What each worker holds of each user's conversation, looked at from outside. */
struct held {
    uint32_t tok[HOLDERS][TALKERS];
    uint64_t hit_tok, later_tok, n_wrong;
};

/* Questions and answers of 100 tokens: a conversation begins with a prompt of 100. */
static void check_hit(void *context, const struct wm_served *s)
{
    struct held *const h = context;
    for (uint32_t w = 0; w < HOLDERS && s->input_tok == 100; w++)
        h->tok[w][s->session] = 0;
    const uint32_t held_tok = h->tok[s->worker][s->session] / 16 * 16;
    h->n_wrong += s->hit_tok != held_tok;
    h->hit_tok += s->hit_tok;
    h->later_tok += s->input_tok - 100;
    h->tok[s->worker][s->session] = s->input_tok + s->output_tok - 1;
}

static struct held talk_to(enum wm_router router, uint32_t cache_tok)
{
    struct wm_service *const service = wm_service_new(arena, 1, NULL);
    struct held h = {.n_wrong = 0};
    service->on_served = check_hit;
    service->context = &h;
    const struct wm_step_table *const table = wm_step_table_affine(arena, &step, 64, 1024);
    struct wm_fleet_params p = fleet(HOLDERS, router);
    p.clocks = (struct wm_clock_tables){1, &table};
    p.worker.cache_tok = cache_tok;
    const struct wm_session_plan plan = {.n_users = TALKERS,
                                         .mean_turns = 5.0,
                                         .think_s = 5.0,
                                         .input = wm_length_of(100.0, 0.0),
                                         .output = wm_length_of(100.0, 0.0),
                                         .context_cap_tok = 8000,
                                         .is_cached = true,
                                         .end_s = 600.0,
                                         .seed = 4};
    (void)wm_sessions_run(arena, wm_fleet_new(arena, &p, service), service, &plan);
    return h;
}

START_TEST(a_later_turn_finds_what_its_replica_holds_and_nothing_else)
{
    const struct held none = talk_to(WM_ROUTE_PREFIX, 0);
    ck_assert_uint_eq(none.hit_tok, 0);
    const struct held spread = talk_to(WM_ROUTE_ROUND_ROBIN, 100000000);
    const struct held kept = talk_to(WM_ROUTE_PREFIX, 100000000);
    ck_assert_uint_eq(spread.n_wrong, 0);
    ck_assert_uint_eq(kept.n_wrong, 0);
    ck_assert_double_gt((double)kept.hit_tok, 0.85 * (double)kept.later_tok);
    ck_assert_double_lt((double)spread.hit_tok, 0.6 * (double)spread.later_tok);
    const struct held small = talk_to(WM_ROUTE_PREFIX, 2000);
    ck_assert_uint_gt(small.hit_tok, 0);
    ck_assert_uint_lt(small.hit_tok, kept.hit_tok);
}
END_TEST

START_TEST(decode_workers_of_a_replica_share_its_prefill_workers)
{
    const struct wm_step_table *const table = wm_step_table_affine(arena, &step, 64, 1024);
    double done_s[2];
    for (uint32_t k = 0; k < 2; k++) {
        struct wm_service *const s = wm_service_new(arena, 1, NULL);
        struct wm_fleet_params p = fleet(1, WM_ROUTE_LEAST_TOKENS);
        p.clocks = p.prefill_clocks = (struct wm_clock_tables){1, &table};
        p.prefill = p.worker;
        p.prefill.batching = WM_BATCH_PREFILL_ONLY;
        p.worker.batching = WM_BATCH_DECODE_ONLY;
        p.n_decode = 1 + 2 * k;
        p.n_prefill = 2;
        const struct wm_fleet_totals t = run(p, s, 30.0, 3000, true);
        ck_assert_uint_eq(s->classes[0].served.requests, 3000);
        ck_assert_uint_eq(t.in_flight_tok, 0);
        done_s[k] = wm_ns_hist_mean_s(&s->classes[0].tpot);
    }
    ck_assert_double_lt(done_s[1], done_s[0]); /* three share what one did */
}
END_TEST

static struct wm_session_totals talk(double slower, uint32_t n_users, struct wm_service *service,
                                     double *end_s)
{
    const struct wm_step_affine a = {.step_s = step.step_s * slower,
                                     .seq_s = step.seq_s * slower,
                                     .ctx_s = step.ctx_s,
                                     .tok_s = step.tok_s * slower};
    const struct wm_step_table *const table = wm_step_table_affine(arena, &a, 64, 1024);
    struct wm_fleet_params p = fleet(2, WM_ROUTE_LEAST_REQUESTS);
    p.clocks = (struct wm_clock_tables){1, &table};
    p.worker.cache_tok = 100000;
    struct wm_fleet *const f = wm_fleet_new(arena, &p, service);
    const struct wm_session_plan plan = {.n_users = n_users,
                                         .mean_turns = 5.0,
                                         .think_s = 8.0,
                                         .input = wm_length_of(120.0, 0.5),
                                         .output = wm_length_of(150.0, 0.7),
                                         .context_cap_tok = 8000,
                                         .is_cached = true,
                                         .end_s = 3000.0,
                                         .seed = 4};
    const struct wm_session_totals t = wm_sessions_run(arena, f, service, &plan);
    *end_s = 1e-9 * (double)wm_fleet_totals(f).arrivals_end_ns;
    return t;
}

START_TEST(a_closed_loop_obeys_the_response_time_law_and_slows_with_the_service)
{
    double end_s[2], rate[2];
    for (int k = 0; k < 2; k++) {
        struct wm_service *const s = wm_service_new(arena, 1, NULL);
        const struct wm_session_totals t = talk(k == 0 ? 1.0 : 3.0, 60, s, &end_s[k]);
        const struct wm_service_class *const c = &s->classes[0];
        ck_assert_uint_eq(c->served.requests, t.n_turns);
        ck_assert_uint_eq(wm_service_in_flight(c).requests, 0);
        ck_assert_double_eq_tol((double)t.n_turns / (double)t.n_sessions, 5.0, 0.4);
        rate[k] = (double)t.n_turns / end_s[k];
        /* users = rate * (response + think) */
        ck_assert_double_eq_tol(rate[k] * (wm_ns_hist_mean_s(&c->e2e) + 8.0), 60.0, 1.5);
        ck_assert_uint_gt(c->hit_tok, 0);
    }
    ck_assert_double_lt(rate[1], 0.85 * rate[0]);
}
END_TEST

/* Ten users; after half of the answers three sub-agents of four calls each begin at once. */
static struct wm_session_totals send_out(uint32_t fan_out, double context_frac,
                                         struct wm_service *service)
{
    const struct wm_step_table *const table = wm_step_table_affine(arena, &step, 64, 1024);
    struct wm_fleet_params p = fleet(1, WM_ROUTE_LEAST_REQUESTS);
    p.clocks = (struct wm_clock_tables){1, &table};
    p.worker.cache_tok = 1000000;
    struct wm_fleet *const f = wm_fleet_new(arena, &p, service);
    const struct wm_session_plan plan = {.n_users = 10,
                                         .mean_turns = 8.0,
                                         .think_s = 8.0,
                                         .input = wm_length_of(120.0, 0.5),
                                         .output = wm_length_of(150.0, 0.7),
                                         .context_cap_tok = 20000,
                                         .fan_out = fan_out,
                                         .fan_frac = 0.5,
                                         .mean_sub_calls = 4.0,
                                         .sub_context_frac = context_frac,
                                         .is_cached = true,
                                         .end_s = 6000.0,
                                         .seed = 4};
    return wm_sessions_run(arena, f, service, &plan);
}

START_TEST(sub_agents_start_together_share_a_prefix_and_all_come_home)
{
    struct wm_service *const s[3] = {wm_service_new(arena, 1, NULL), wm_service_new(arena, 1, NULL),
                                     wm_service_new(arena, 1, NULL)};
    const struct wm_session_totals alone = send_out(0, 1.0, s[0]);
    const struct wm_session_totals bare = send_out(3, 0.0, s[1]);
    const struct wm_session_totals with = send_out(3, 1.0, s[2]);
    ck_assert_uint_eq(alone.n_subs + alone.n_sub_calls, 0);
    for (int k = 1; k < 3; k++) {
        const struct wm_session_totals *const t = k == 1 ? &bare : &with;
        const struct wm_service_class *const c = &s[k]->classes[0];
        ck_assert_uint_eq(c->served.requests, t->n_turns + t->n_sub_calls);
        ck_assert_uint_eq(wm_service_in_flight(c).requests, 0);
        ck_assert_uint_eq(t->n_subs % 3, 0);
        ck_assert_double_eq_tol((double)t->n_sub_calls / (double)t->n_subs, 4.0, 0.3);
        /* of the answers that end no session, an eighth, half start them */
        ck_assert_double_eq_tol((double)t->n_subs / 3.0 / (double)t->n_turns, 0.5 * 7.0 / 8.0,
                                0.04);
        /* they wait for each other, users for them: first tokens come later, turns are fewer */
        ck_assert_double_gt(wm_ns_hist_quantile_s(&c->ttft, 0.99),
                            1.2 * wm_ns_hist_quantile_s(&s[0]->classes[0].ttft, 0.99));
        ck_assert_uint_lt(t->n_turns, alone.n_turns);
    }
    /* what they begin with is found: longer prompts, no more of them read */
    const struct wm_service_class *const a = &s[1]->classes[0], *const b = &s[2]->classes[0];
    const double longer = (double)b->served.input_tok / (double)b->served.requests -
                          (double)a->served.input_tok / (double)a->served.requests;
    const double found = (double)b->hit_tok / (double)b->served.requests -
                         (double)a->hit_tok / (double)a->served.requests;
    ck_assert_double_gt(longer, 100.0);
    ck_assert_double_eq_tol(found / longer, 1.0, 0.05);
}
END_TEST

START_TEST(batch_work_gives_way_and_is_dropped_at_its_deadline)
{
    /* interactive work first; batch work waits, and what has waited too long is dropped */
    static const struct wm_class_policy policies[] = {
        {.priority = 0}, {.priority = 1, .max_wait_ns = 120 * WM_NS_PER_S}};
    struct wm_service *const s = wm_service_new(arena, 2, policies);
    const struct wm_step_table *const table = wm_step_table_affine(arena, &step, 64, 1024);
    struct wm_fleet_params p = fleet(1, WM_ROUTE_LEAST_TOKENS);
    p.clocks = (struct wm_clock_tables){1, &table};
    struct wm_fleet *const f = wm_fleet_new(arena, &p, s);
    const struct wm_generator_class classes[] = {
        {.arrival = {.kind = WM_ARRIVAL_POISSON, .rate_per_s = 6.0},
         .input = wm_length_of(500.0, 0.5),
         .output = wm_length_of(120.0, 0.5)},
        {.class_id = 1,
         .arrival = {.kind = WM_ARRIVAL_POISSON, .rate_per_s = 20.0},
         .input = wm_length_of(500.0, 0.5),
         .output = wm_length_of(120.0, 0.5)}};
    wm_fleet_run(f, wm_generator_source(wm_generator_new(arena, classes, 2, 600.0, 1)),
                 600 * WM_NS_PER_S, 0, true);
    const struct wm_service_class *const chat = &s->classes[0], *const batch = &s->classes[1];
    ck_assert_uint_eq(chat->dropped.requests, 0);
    ck_assert_uint_gt(batch->dropped.requests, 1000);
    ck_assert_uint_gt(batch->served.requests, 1000);
    ck_assert_double_lt(wm_ns_hist_quantile_s(&chat->ttft, 0.99), 1.0);
    ck_assert_double_le(wm_ns_hist_quantile_s(&batch->wait, 1.0), 120.0);
    for (int i = 0; i < 2; i++)
        ck_assert_uint_eq(s->classes[i].arrived.output_tok,
                          s->classes[i].served.output_tok + s->classes[i].dropped.output_tok);
}
END_TEST

/* The compiled table against the model it is compiled from, over random steps. */
START_TEST(a_compiled_table_is_its_model)
{
    struct wm_diags diags = wm_diags_init(arena);
    const struct wm_catalog *catalog = NULL;
    ck_assert_int_eq(wm_catalog_load(arena, &catalog, &diags), WM_OK);
    const struct wm_step_model m = {
        .accelerator = (const void *)wm_catalog_find(catalog, WM_CATALOG_accelerator, "h100"),
        .llm = (const void *)wm_catalog_find(catalog, WM_CATALOG_llm, "llama-3.1-8b"),
        .engine = (const void *)wm_catalog_find(catalog, WM_CATALOG_engine, "disaggregated-2026"),
        .precision = WM_BF16,
        .kv_bytes = 2.0,
        .group = {1.0, 1.0, 1.0, 1.0},
        .clock_frac = 1.0};
    const struct wm_step_table *const t = wm_step_table_of_model(arena, &m, 256, 2048, 1500.0);
    const double unit_s = 1e-9 / (1 << WM_STEP_FRAC_BITS);
    struct wm_rng rng = wm_rng_stream(1, "table", 0);
    for (int k = 0; k < 400; k++) {
        const uint32_t b = 1 + (uint32_t)(wm_rng_bits(&rng) % 256);
        const double context = 16.0 + 8000.0 * wm_rng_uniform(&rng);
        const struct wm_load decode = wm_load_decode((double)b, context);
        const double wanted_s = wm_step_eval(&m, &decode).time_s;
        const double got_s =
            ((double)t->decode[b] + (double)t->ctx[b] * context * (double)b * 256.0) * unit_s;
        ck_assert_double_eq_tol(got_s / wanted_s, 1.0, b <= 128 ? 1e-6 : 2e-4);
        const double c = 8.0 * (1.0 + floor(200.0 * wm_rng_uniform(&rng))), past = 2000.0;
        const struct wm_load prompt = wm_load_prefill(1.0, c, past, true);
        const struct wm_load mixed = wm_load_add(&decode, &prompt);
        const double mixed_s = wm_step_eval(&m, &mixed).time_s;
        const double sum_s = t->token_s[((uint32_t)c + b + 7) / 8] + t->seq_s[b] +
                             (double)t->ctx[b] * context * (double)b * 256.0 * unit_s +
                             t->prompt_s + t->pair_s * c * (past + 0.5 * c) +
                             t->reach_s * (past + 0.5 * c);
        ck_assert_double_eq_tol(sum_s / mixed_s, 1.0, 0.02);
    }
}
END_TEST

int main(void)
{
    wm_init();
    Suite *const suite = suite_create("fleet");
    TCase *const tc = tcase_create("fleet");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, one_replica_in_a_fleet_is_that_replica);
    tcase_add_test(tc, informed_routers_wait_less_than_taking_turns);
    tcase_add_loop_test(tc, a_lazy_fleet_serves_as_one_that_is_watched, 0, 2);
    tcase_add_test(tc, prefix_affinity_hits_more_than_spreading);
    tcase_add_test(tc, failures_lose_nothing_and_cost_time);
    tcase_add_test(tc, requests_wait_out_a_time_without_any_replica);
    tcase_add_test(tc, a_cap_slows_the_clock_until_power_fits_and_can_be_lifted);
    tcase_add_test(tc, a_throttled_fleet_stands_still_or_slows_and_loses_nothing);
    tcase_add_test(tc, overload_is_a_growing_queue);
    tcase_add_test(tc, separate_prefill_workers_keep_decoding_steady);
    tcase_add_test(tc, a_failing_disaggregated_replica_loses_nothing);
    tcase_add_test(tc, a_failure_stops_one_group_of_a_replica);
    tcase_add_test(tc, a_later_turn_finds_what_its_replica_holds_and_nothing_else);
    tcase_add_test(tc, decode_workers_of_a_replica_share_its_prefill_workers);
    tcase_add_test(tc, a_closed_loop_obeys_the_response_time_law_and_slows_with_the_service);
    tcase_add_test(tc, sub_agents_start_together_share_a_prefix_and_all_come_home);
    tcase_add_test(tc, batch_work_gives_way_and_is_dropped_at_its_deadline);
    tcase_add_test(tc, a_compiled_table_is_its_model);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
