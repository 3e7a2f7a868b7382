/*
 * Pipeline: hand-computed stages, equality with a naive simulator in which every stage is a queue and
 * every sequence is looked at in every pass, jumps against single passes, energy, failures.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "suite.h"
#include "wattmill/replica.h"
#include "wattmill/rng.h"

static struct wm_arena *arena;

static void set_up(void)
{
    arena = wm_arena_open();
}
static void tear_down(void)
{
    wm_arena_close(arena);
}

#define US 1000LL
#define MS 1000000LL
enum { N = 400, STAGES_MAX = 4 };

struct log {
    int64_t first[N], finish[N];
};

static void note(void *context, const struct wm_served *s)
{
    struct log *const log = context;
    log->first[s->id] = s->first_ns;
    log->finish[s->id] = s->finish_ns;
}

static struct wm_replica_totals serve(const struct wm_replica_params *p,
                                      const struct wm_step_table *t, const struct wm_request *q,
                                      size_t n, bool per_step, struct log *log)
{
    struct wm_service *const service = wm_service_new(arena, 1, NULL);
    struct wm_replica *const r = wm_replica_new(arena, p, t, service, 0, per_step);
    service->on_served = note;
    service->context = log;
    int64_t now = 0;
    for (size_t i = 0; i < n || wm_replica_next(r) != WM_TIME_NEVER;) {
        if (i < n && q[i].arrival_ns <= wm_replica_next(r)) {
            now = q[i].arrival_ns;
            wm_service_arrived(service, now, &q[i]);
            wm_replica_arrive(r, now, &q[i], i);
            i++;
        } else {
            now = wm_replica_next(r);
            wm_replica_step(r);
        }
    }
    ck_assert_uint_eq(service->classes[0].served.requests, n);
    ck_assert_uint_eq(wm_replica_kv_used(r), 0);
    ck_assert_uint_eq(wm_replica_n_running(r), 0);
    ck_assert_uint_eq(wm_replica_outstanding_tok(r), 0);
    return wm_replica_totals(r, now);
}

static struct wm_replica_params params(uint32_t n_stages)
{
    return (struct wm_replica_params){.batching = WM_BATCH_CHUNKED,
                                      .n_stages = n_stages,
                                      .max_seqs = 64,
                                      .token_budget = 512,
                                      .block_tok = 16,
                                      .kv_blocks = 100000,
                                      .tok_per_step = 1.0,
                                      .swap_s_per_tok = 3.3e-6};
}

static const struct wm_step_affine round_numbers = {.step_s = 10e-3,
                                                    .seq_s = 1e-3,
                                                    .ctx_s = 1e-6,
                                                    .tok_s = 100e-6,
                                                    .busy_w = 500.0,
                                                    .idle_w = 100.0};

START_TEST(a_prompt_enters_while_another_is_in_the_second_stage)
{
    /*
     * A prompt of 104 tokens takes 20.4 ms a stage. The second comes at 25 ms: first stage to 45.4,
     * second to 65.8. The first is back at 40.8, waits for the first stage, and its step of
     * 10 + 1 + 0.105 ms leaves it at 56.505; the second stage is free at 65.8.
     */
    const struct wm_step_table *const t = wm_step_table_affine(arena, &round_numbers, 32, 512);
    const struct wm_replica_params p = params(2);
    const struct wm_request q[2] = {{.input_tok = 104, .output_tok = 2},
                                    {.arrival_ns = 25 * MS, .input_tok = 104, .output_tok = 1}};
    struct log log;
    const struct wm_replica_totals sum = serve(&p, t, q, 2, false, &log);
    ck_assert_int_eq(log.first[0], 40800 * US);
    ck_assert_int_eq(log.first[1], 65800 * US);
    ck_assert_int_eq(log.finish[0], 65800 * US + 11105 * US);
    /* each stage was busy for 51.905 of 76.905 ms */
    ck_assert_int_eq(sum.busy_ns, 51905 * US);
    ck_assert_double_eq_tol(sum.idle_j, 2 * 0.025 * 100.0, 1e-9);
    ck_assert_double_eq_tol(sum.energy_j, 2 * (0.051905 * 500.0 + 0.025 * 100.0), 1e-9);
}
END_TEST

START_TEST(one_micro_batch_alone_passes_all_stages)
{
    const struct wm_step_table *const t = wm_step_table_affine(arena, &round_numbers, 32, 512);
    const struct wm_replica_params p = params(3);
    const struct wm_request q = {.arrival_ns = 5 * MS, .input_tok = 104, .output_tok = 4};
    struct log log;
    const struct wm_replica_totals sum = serve(&p, t, &q, 1, false, &log);
    ck_assert_int_eq(log.first[0], 5 * MS + 3 * 20400 * US);
    ck_assert_int_eq(log.finish[0], log.first[0] + 3 * (3 * 11 * MS + (105 + 106 + 107) * US));
    ck_assert_uint_eq(sum.n_steps, 4);
    ck_assert_uint_lt(sum.n_jumps, 5);
}
END_TEST

/* ---- a naive simulator: stages are queues, sequences are looked at in every pass ---- */

struct naive {
    const struct wm_replica_params *p;
    const struct wm_step_table *t;
    const struct wm_request *q;
    size_t n, n_known, n_queued; /* arrived; of those admitted: in order of arrival */
    uint32_t made[N], todo[N], chunk[N];
    int owner[N]; /* micro-batch; -1: none */
    struct log log;
    int at_stage[STAGES_MAX]; /* where a micro-batch is or waits; -1: nowhere */
    uint64_t ticket[STAGES_MAX], n_tickets;
    int in_stage[STAGES_MAX]; /* who is served; -1: nobody */
    int64_t end[STAGES_MAX], pass[STAGES_MAX];
};

static uint32_t count(const struct naive *s, int owner, bool reads)
{
    uint32_t n = 0;
    for (size_t i = 0; i < s->n_known; i++)
        n += s->owner[i] == owner && (s->todo[i] > 0) == reads;
    return n;
}

/* Fills a micro-batch and sends it to the first stage; false when it is empty. */
static bool naive_launch(struct naive *s, int m)
{
    const uint32_t share = (s->p->max_seqs + s->p->n_stages - 1) / s->p->n_stages;
    const uint32_t n = count(s, m, false);
    uint32_t left = s->p->token_budget > n ? s->p->token_budget - n : 0;
    for (size_t i = 0; i < s->n_known; i++)
        if (s->owner[i] == m && s->todo[i] > 0) {
            s->chunk[i] = s->todo[i] < left ? s->todo[i] : left;
            left -= s->chunk[i];
        }
    for (; left > 0 && s->n_queued < s->n_known && count(s, m, false) + count(s, m, true) < share;
         s->n_queued++) {
        const size_t i = s->n_queued;
        s->owner[i] = m;
        s->todo[i] = s->q[i].input_tok;
        s->chunk[i] = s->todo[i] < left ? s->todo[i] : left;
        left -= s->chunk[i];
    }
    const uint32_t reading = count(s, m, true);
    uint32_t tok = 0;
    int64_t context = 0;
    double pairs = 0.0, reach = 0.0;
    for (size_t i = 0; i < s->n_known; i++) {
        if (s->owner[i] != m)
            continue;
        if (s->todo[i] == 0) {
            context += s->q[i].input_tok + s->made[i];
            continue;
        }
        const double before = (double)(s->q[i].input_tok - s->todo[i]), c = (double)s->chunk[i];
        tok += s->chunk[i];
        pairs += c * (before + 0.5 * c);
        reach += before + 0.5 * c;
    }
    if (n + reading == 0)
        return false;
    context <<= WM_CTX_FRAC_BITS;
    s->pass[m] = s->t->decode[n] + s->t->ctx[n] * context;
    if (reading > 0) {
        const double time_s = s->t->token_s[(tok + n + 7) / 8] + s->t->prompt_s * reading +
                              s->t->pair_s * pairs + s->t->reach_s * reach + s->t->seq_s[n];
        s->pass[m] = (int64_t)(time_s * 1e9 * (1 << WM_STEP_FRAC_BITS) + 0.5) +
                     (n > 0 ? s->t->ctx[n] * context : 0);
    }
    s->at_stage[m] = 0;
    s->ticket[m] = s->n_tickets++;
    return true;
}

/* What a pass brought. */
static void naive_back(struct naive *s, int m, int64_t now_ns)
{
    for (size_t i = 0; i < s->n_known; i++) {
        if (s->owner[i] != m)
            continue;
        if (s->todo[i] > 0) {
            s->todo[i] -= s->chunk[i];
            if (s->todo[i] > 0)
                continue;
            s->log.first[i] = now_ns;
        }
        if (++s->made[i] < s->q[i].output_tok)
            continue;
        s->log.finish[i] = now_ns;
        s->owner[i] = -1;
    }
}

/* Every stage that is free takes the micro-batch that has waited longest for it. */
static void naive_serve(struct naive *s, int64_t now)
{
    for (int k = 0; k < (int)s->p->n_stages; k++) {
        int best = -1;
        for (int m = 0; m < (int)s->p->n_stages && s->in_stage[k] < 0; m++)
            if (s->at_stage[m] == k && (best < 0 || s->ticket[m] < s->ticket[best]))
                best = m;
        if (best < 0)
            continue;
        s->in_stage[k] = best;
        s->end[k] = now + s->pass[best];
    }
}

static void naive_run(struct naive *s)
{
    const int n = (int)s->p->n_stages;
    for (;;) {
        int next = -1; /* the stage that ends first */
        for (int k = 0; k < n; k++)
            if (s->in_stage[k] >= 0 && (next < 0 || s->end[k] < s->end[next]))
                next = k;
        const bool more = s->n_known < s->n;
        const int64_t arrival = more ? s->q[s->n_known].arrival_ns << WM_STEP_FRAC_BITS : INT64_MAX;
        if (next < 0 && !more)
            return;
        const int64_t now = next >= 0 && s->end[next] < arrival ? s->end[next] : arrival;
        while (s->n_known < s->n && s->q[s->n_known].arrival_ns << WM_STEP_FRAC_BITS <= now)
            s->owner[s->n_known++] = -1;
        if (next >= 0 && s->end[next] == now) {
            const int m = s->in_stage[next];
            s->in_stage[next] = -1;
            s->ticket[m] = s->n_tickets++;
            if (++s->at_stage[m] == n) {
                s->at_stage[m] = -1;
                naive_back(s, m, now >> WM_STEP_FRAC_BITS);
                (void)naive_launch(s, m);
            }
        }
        for (int m = 0; m < n; m++) /* whoever waits may start an empty one */
            if (s->at_stage[m] < 0 && s->n_queued < s->n_known)
                (void)naive_launch(s, m);
        naive_serve(s, now);
    }
}

static struct wm_request *requests(uint64_t seed, double rate_per_s, double input_tok,
                                   double output_tok)
{
    struct wm_rng rng = wm_rng_stream(seed, "test-pipeline", 0);
    struct wm_request *const q = WM_NEW_ARRAY(arena, struct wm_request, N);
    double time_s = 0.0;
    for (size_t i = 0; i < N; i++) {
        time_s += wm_rng_exponential(&rng) / rate_per_s;
        q[i] = (struct wm_request){
            .arrival_ns = i % 9 == 8 ? q[i - 1].arrival_ns : (int64_t)(time_s * 1e9),
            .input_tok = 1 + (uint32_t)(input_tok * wm_rng_exponential(&rng)),
            .output_tok = 1 + (uint32_t)(output_tok * wm_rng_exponential(&rng))};
    }
    return q;
}

static struct wm_step_table *crooked_table(void)
{
    struct wm_step_table *const t =
        wm_step_table_affine(arena,
                             &(struct wm_step_affine){.step_s = 3.1234567e-3,
                                                      .seq_s = 83.33e-6,
                                                      .ctx_s = 0.0137e-6,
                                                      .tok_s = 41.7e-6,
                                                      .busy_w = 600.0,
                                                      .idle_w = 90.0},
                             64, 8192);
    t->prompt_s = 0.21e-3;
    t->pair_s = 1.3e-9;
    t->reach_s = 0.9e-7;
    return t;
}

static size_t differing(const struct log *a, const struct log *b)
{
    size_t differ = 0;
    for (size_t i = 0; i < N; i++)
        differ += a->first[i] != b->first[i] || a->finish[i] != b->finish[i];
    return differ;
}

static const struct {
    uint32_t n_stages, max_seqs, budget;
    double rate, input, output;
} cases[] = {{2, 64, 512, 12.0, 200.0, 80.0},
             {2, 64, 512, 1.5, 200.0, 500.0}, /* long answers: jumps */
             {2, 8, 64, 10.0, 100.0, 60.0},   /* full */
             {3, 60, 512, 10.0, 300.0, 100.0},
             {4, 64, 300, 2.0, 100.0, 300.0}};
enum { N_CASES = sizeof cases / sizeof *cases };

START_TEST(stages_equal_the_naive_simulator_bit_for_bit)
{
    struct wm_replica_params p = params(cases[_i].n_stages);
    p.max_seqs = cases[_i].max_seqs;
    p.token_budget = cases[_i].budget;
    const struct wm_step_table *const t = crooked_table();
    const struct wm_request *const q =
        requests(200 + (uint64_t)_i, cases[_i].rate, cases[_i].input, cases[_i].output);
    struct log jump, step;
    struct naive *const s = WM_NEW(arena, struct naive);
    *s = (struct naive){.p = &p, .t = t, .q = q, .n = N};
    for (int k = 0; k < STAGES_MAX; k++)
        s->at_stage[k] = s->in_stage[k] = -1;
    naive_run(s);
    const struct wm_replica_totals a = serve(&p, t, q, N, false, &jump);
    const struct wm_replica_totals b = serve(&p, t, q, N, true, &step);
    ck_assert_uint_eq(differing(&step, &s->log), 0);
    ck_assert_uint_eq(differing(&jump, &step), 0);
    ck_assert_uint_eq(a.n_steps, b.n_steps);
    ck_assert_int_eq(a.busy_ns, b.busy_ns);
    ck_assert_uint_eq(a.decode_tok, b.decode_tok);
    ck_assert_double_eq_tol(a.energy_j / b.energy_j, 1.0, 1e-12);
    ck_assert_uint_le(a.n_jumps, b.n_jumps);
    if (_i == 1 || _i == 4)
        ck_assert_uint_lt(3 * a.n_jumps, b.n_jumps);
}
END_TEST

static const struct {
    enum wm_batching batching;
    enum wm_preemption preemption;
    uint32_t n_stages, kv_blocks, block_tok;
    double tok_per_step;
} tight[] = {{WM_BATCH_CHUNKED, WM_PREEMPT_RECOMPUTE, 2, 500, 16, 1.0},
             {WM_BATCH_CHUNKED, WM_PREEMPT_SWAP, 3, 500, 16, 1.0},
             {WM_BATCH_PREFILL_FIRST, WM_PREEMPT_RECOMPUTE, 2, 400, 16, 1.0},
             {WM_BATCH_PREFILL_FIRST, WM_PREEMPT_SWAP, 4, 7000, 1, 1.0},
             {WM_BATCH_CHUNKED, WM_PREEMPT_RECOMPUTE, 2, 500, 16, 2.533}};

START_TEST(jumps_equal_single_passes_when_memory_is_short)
{
    struct wm_replica_params p = params(tight[_i].n_stages);
    p.batching = tight[_i].batching;
    p.preemption = tight[_i].preemption;
    p.kv_blocks = tight[_i].kv_blocks;
    p.block_tok = tight[_i].block_tok;
    p.tok_per_step = tight[_i].tok_per_step;
    p.watermark_blocks = 4;
    const struct wm_request *const q =
        requests(300 + (uint64_t)_i, tight[_i].tok_per_step > 1.0 ? 30.0 : 14.0, 200.0, 200.0);
    struct log jump, step;
    const struct wm_step_table *const t = crooked_table();
    const struct wm_replica_totals a = serve(&p, t, q, N, false, &jump);
    const struct wm_replica_totals b = serve(&p, t, q, N, true, &step);
    ck_assert_uint_eq(differing(&jump, &step), 0);
    ck_assert_uint_gt(a.n_preempted, 0);
    ck_assert_uint_eq(a.n_preempted, b.n_preempted);
    ck_assert_uint_eq(a.n_steps, b.n_steps);
    ck_assert_double_eq_tol(a.energy_j / b.energy_j, 1.0, 1e-12);
}
END_TEST

enum { BEFORE = 60 };

/* Gives a replica its first requests; a time at which it is busy with them. */
static int64_t load_it(struct wm_replica *r, struct wm_service *service, const struct wm_request *q)
{
    const int64_t now_ns = q[BEFORE - 1].arrival_ns + 13 * MS;
    for (size_t i = 0; i < BEFORE; i++) {
        while (wm_replica_next(r) < q[i].arrival_ns)
            wm_replica_step(r);
        wm_service_arrived(service, q[i].arrival_ns, &q[i]);
        wm_replica_arrive(r, q[i].arrival_ns, &q[i], i);
    }
    while (wm_replica_next(r) < now_ns)
        wm_replica_step(r);
    return now_ns;
}

START_TEST(a_failure_sends_all_micro_batches_back)
{
    const struct wm_replica_params p = params(2);
    struct wm_service *const service = wm_service_new(arena, 1, NULL);
    struct wm_replica *const r = wm_replica_new(arena, &p, crooked_table(), service, 0, false);
    const int64_t down = load_it(r, service, requests(5, 6.0, 200.0, 200.0));
    const uint32_t running = wm_replica_n_running(r), waiting = wm_replica_n_waiting(r);
    wm_replica_fail(r, down);
    ck_assert_uint_gt(running, 1);
    ck_assert_uint_eq(wm_replica_n_waiting(r), running + waiting);
    ck_assert_uint_eq(wm_replica_kv_used(r), 0);
    const double energy_j = wm_replica_totals(r, down).energy_j;
    ck_assert_double_eq_tol(wm_replica_totals(r, down + 5000 * MS).energy_j, energy_j, 1e-9);
    wm_replica_repair(r, down + 5000 * MS);
    while (wm_replica_next(r) != WM_TIME_NEVER)
        wm_replica_step(r);
    ck_assert_uint_eq(service->classes[0].served.requests, BEFORE);
}
END_TEST

START_TEST(held_it_stands_still_with_all_it_has)
{
    const struct wm_replica_params p = params(2);
    struct wm_service *const service = wm_service_new(arena, 1, NULL);
    struct wm_replica *const r = wm_replica_new(arena, &p, crooked_table(), service, 0, false);
    const struct wm_request *const q = requests(6, 6.0, 200.0, 200.0);
    const int64_t now = load_it(r, service, q);
    wm_replica_hold(r, now, true);
    const uint64_t n_steps = wm_replica_totals(r, now).n_steps;
    while (wm_replica_next(r) != WM_TIME_NEVER) { /* what is under way comes back */
        ck_assert_int_lt(wm_replica_next(r), now + 2000 * MS);
        wm_replica_step(r);
    }
    const uint32_t running = wm_replica_n_running(r);
    ck_assert_uint_gt(running, 1);
    ck_assert_uint_gt(wm_replica_kv_used(r), 0);
    ck_assert_uint_eq(wm_replica_totals(r, now).n_steps, n_steps);
    wm_service_arrived(service, now + 3000 * MS, &q[BEFORE]);
    wm_replica_arrive(r, now + 3000 * MS, &q[BEFORE], BEFORE);
    ck_assert_int_eq(wm_replica_next(r), WM_TIME_NEVER);
    wm_replica_hold(r, now + 5000 * MS, false);
    ck_assert_int_eq(wm_replica_next(r), now + 5000 * MS);
    while (wm_replica_next(r) != WM_TIME_NEVER)
        wm_replica_step(r);
    ck_assert_uint_eq(service->classes[0].served.requests, BEFORE + 1);
    ck_assert_uint_eq(wm_replica_kv_used(r), 0);
}
END_TEST

int main(void)
{
    Suite *const suite = suite_create("pipeline");
    TCase *const tc = tcase_create("pipeline");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, a_prompt_enters_while_another_is_in_the_second_stage);
    tcase_add_test(tc, one_micro_batch_alone_passes_all_stages);
    tcase_add_loop_test(tc, stages_equal_the_naive_simulator_bit_for_bit, 0, N_CASES);
    tcase_add_loop_test(tc, jumps_equal_single_passes_when_memory_is_short, 0,
                        sizeof tight / sizeof *tight);
    tcase_add_test(tc, a_failure_sends_all_micro_batches_back);
    tcase_add_test(tc, held_it_stands_still_with_all_it_has);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
