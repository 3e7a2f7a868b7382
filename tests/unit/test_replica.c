/*
 * Replica: hand-computed steps, equality with a naive simulator that looks at every sequence in every
 * step, queueing theory, conservation.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "suite.h"
#include "wattmill/replica.h"
#include "wattmill/require.h"
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
enum { MAX_REQUESTS = 400000 };

struct log {
    int64_t *first, *finish;
    bool *dropped;
};

static void note(void *context, const struct wm_served *s)
{
    struct log *const log = context;
    log->first[s->id] = s->first_ns;
    log->finish[s->id] = s->finish_ns;
    log->dropped[s->id] = s->dropped;
}

static struct log log_new(size_t n)
{
    return (struct log){.first = WM_NEW_ARRAY(arena, int64_t, n),
                        .finish = WM_NEW_ARRAY(arena, int64_t, n),
                        .dropped = WM_NEW_ARRAY(arena, bool, n)};
}

/* Serves all requests; returns the time of the last boundary. */
static int64_t serve(struct wm_replica *r, struct wm_service *service, const struct wm_request *q,
                     size_t n)
{
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
    return now;
}

static const struct wm_step_affine round_numbers = {.step_s = 10e-3,
                                                    .seq_s = 1e-3,
                                                    .ctx_s = 1e-6,
                                                    .tok_s = 100e-6,
                                                    .busy_w = 500.0,
                                                    .idle_w = 100.0};

static struct wm_replica_params params(enum wm_batching batching)
{
    return (struct wm_replica_params){.batching = batching,
                                      .max_seqs = 16,
                                      .token_budget = 512,
                                      .block_tok = 16,
                                      .kv_blocks = 100000,
                                      .tok_per_step = 1.0};
}

START_TEST(one_request_takes_its_prefill_and_its_steps)
{
    /* prefill of 104 tokens: 10 + 10.4 ms; then steps of 10 + 1 + 0.001 * (105, 106, 107) ms */
    const struct wm_step_table *const t = wm_step_table_affine(arena, &round_numbers, 16, 512);
    struct wm_service *const service = wm_service_new(arena, 1, NULL);
    struct log log = log_new(1);
    service->on_served = note;
    service->context = &log;
    const struct wm_replica_params p = params(WM_BATCH_PREFILL_FIRST);
    struct wm_replica *const r = wm_replica_new(arena, &p, t, service, 0, false);
    const struct wm_request q = {.arrival_ns = 5 * MS, .input_tok = 104, .output_tok = 4};
    ck_assert_int_eq(serve(r, service, &q, 1), log.finish[0]);
    ck_assert_int_eq(log.first[0], 5 * MS + 20400 * US);
    ck_assert_int_eq(log.finish[0], 25400 * US + 3 * 11 * MS + (105 + 106 + 107) * US);
    const struct wm_replica_totals sum = wm_replica_totals(r, log.finish[0]);
    ck_assert_uint_eq(sum.n_steps, 4);
    ck_assert_uint_eq(sum.n_jumps, 2);
    ck_assert_double_eq_tol(sum.energy_j, 0.005 * 100.0 + (20.4e-3 + 33.318e-3) * 500.0, 1e-9);
    ck_assert_uint_eq(wm_replica_kv_used(r), 0);
    ck_assert_uint_eq(wm_replica_outstanding_tok(r), 0);
}
END_TEST

START_TEST(a_chunk_budget_spreads_a_prompt_over_steps)
{
    /* 1200 tokens in chunks of 512, 512, 176: 3 * 10 ms + 0.1 ms a token */
    const struct wm_step_table *const t = wm_step_table_affine(arena, &round_numbers, 16, 512);
    struct wm_service *const service = wm_service_new(arena, 1, NULL);
    struct log log = log_new(1);
    service->on_served = note;
    service->context = &log;
    const struct wm_replica_params p = params(WM_BATCH_CHUNKED);
    struct wm_replica *const r = wm_replica_new(arena, &p, t, service, 0, false);
    const struct wm_request q = {.input_tok = 1200, .output_tok = 1};
    (void)serve(r, service, &q, 1);
    ck_assert_int_eq(log.first[0], 30 * MS + 120 * MS);
    ck_assert_int_eq(log.finish[0], log.first[0]);
}
END_TEST

START_TEST(what_can_never_fit_is_dropped_at_once)
{
    const struct wm_step_table *const t = wm_step_table_affine(arena, &round_numbers, 16, 512);
    struct wm_service *const service = wm_service_new(arena, 1, NULL);
    struct wm_replica_params p = params(WM_BATCH_CHUNKED);
    p.kv_blocks = 20;
    struct wm_replica *const r = wm_replica_new(arena, &p, t, service, 0, false);
    const struct wm_request q = {.input_tok = 300, .output_tok = 50};
    (void)serve(r, service, &q, 1);
    ck_assert_uint_eq(service->classes[0].dropped.requests, 1);
    ck_assert_uint_eq(service->classes[0].dropped.output_tok, 50);
}
END_TEST

/* ---- a naive simulator: every sequence is looked at in every step ---- */

enum naive_state { NAIVE_AWAY, NAIVE_WAITING, NAIVE_READING, NAIVE_DECODING, NAIVE_DONE };

struct naive {
    const struct wm_replica_params *p;
    const struct wm_step_table *t;
    const struct wm_request *q;
    const struct wm_class_policy *policy;
    size_t n, n_known; /* requests that have arrived are [0, n_known) */
    enum naive_state *state;
    uint32_t *made, *todo, *chunk;
    bool *has_kv;
    int64_t *place; /* order in the queue: lower first */
    int64_t back, front;
    double extra_s;
    struct log log;
};

static uint32_t naive_blocks(const struct naive *s, size_t i)
{
    const uint32_t bt = s->p->block_tok;
    const uint32_t tok = s->q[i].input_tok + s->made[i];
    return s->state[i] == NAIVE_READING || s->state[i] == NAIVE_DECODING ? (tok + bt - 1) / bt : 0;
}

static uint32_t naive_used(const struct naive *s)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < s->n_known; i++)
        sum += naive_blocks(s, i);
    return sum;
}

static uint32_t naive_count(const struct naive *s, enum naive_state state)
{
    uint32_t n = 0;
    for (size_t i = 0; i < s->n_known; i++)
        n += s->state[i] == state;
    return n;
}

static uint32_t naive_priority(const struct naive *s, size_t i)
{
    return s->policy[s->q[i].class_id].priority;
}

static void naive_preempt(struct naive *s)
{
    size_t worst = s->n;
    for (size_t i = 0; i < s->n_known; i++)
        if ((s->state[i] == NAIVE_READING || s->state[i] == NAIVE_DECODING) &&
            (worst == s->n || naive_priority(s, i) >= naive_priority(s, worst)))
            worst = i; /* requests are numbered in order of arrival */
    s->has_kv[worst] = s->state[worst] == NAIVE_DECODING && s->p->preemption == WM_PREEMPT_SWAP;
    if (s->has_kv[worst])
        s->extra_s += s->p->swap_s_per_tok * (double)(s->q[worst].input_tok + s->made[worst]);
    s->state[worst] = NAIVE_WAITING;
    s->place[worst] = --s->front;
}

/* First of the most urgent class that has anyone waiting; n when none. */
static size_t naive_head(const struct naive *s)
{
    size_t best = s->n;
    for (size_t i = 0; i < s->n_known; i++)
        if (s->state[i] == NAIVE_WAITING &&
            (best == s->n || naive_priority(s, i) < naive_priority(s, best) ||
             (naive_priority(s, i) == naive_priority(s, best) && s->place[i] < s->place[best])))
            best = i;
    return best;
}

static void naive_run(struct naive *s)
{
    const struct wm_replica_params *const p = s->p;
    const double units = 1e9 * (1 << WM_STEP_FRAC_BITS);
    const bool chunked = p->batching == WM_BATCH_CHUNKED;
    int64_t now = 0, frac = 0;
    bool busy = false, was_prefill = false, had_prompts = false, preempted = false;
    for (;;) {
        while (s->n_known < s->n && s->q[s->n_known].arrival_ns <= now) {
            s->state[s->n_known] = NAIVE_WAITING;
            s->place[s->n_known++] = s->back++;
        }
        if (busy && !was_prefill) { /* every decoding sequence has one token more */
            for (size_t i = 0; i < s->n_known; i++)
                if (s->state[i] == NAIVE_DECODING && ++s->made[i] >= s->q[i].output_tok) {
                    s->state[i] = NAIVE_DONE;
                    s->log.finish[i] = now;
                }
            while (naive_used(s) > p->kv_blocks && naive_count(s, NAIVE_DECODING) > 0) {
                /* the token just made is read in the next step: that needs its block */
                naive_preempt(s);
                preempted = true;
            }
        }
        if (busy && had_prompts) {
            size_t order[64], n = 0; /* prompts of the step, in order of admission */
            for (size_t i = 0; i < s->n_known; i++)
                if (s->state[i] == NAIVE_READING)
                    order[n++] = i;
            for (size_t a = 0; a < n; a++)
                for (size_t b = a + 1; b < n; b++)
                    if (s->place[order[b]] < s->place[order[a]]) {
                        const size_t t = order[a];
                        order[a] = order[b];
                        order[b] = t;
                    }
            for (size_t a = 0; a < n; a++)
                s->todo[order[a]] -= s->chunk[order[a]];
            for (size_t a = 0; a < n; a++) {
                const size_t i = order[a];
                if (s->state[i] != NAIVE_READING || s->todo[i] > 0)
                    continue;
                if (s->log.first[i] < 0)
                    s->log.first[i] = now;
                if (s->made[i] + 1 >= s->q[i].output_tok) {
                    s->made[i]++;
                    s->state[i] = NAIVE_DONE;
                    s->log.finish[i] = now;
                    continue;
                }
                s->made[i]++;
                while (s->state[i] == NAIVE_READING && naive_used(s) > p->kv_blocks) {
                    naive_preempt(s);
                    preempted = true;
                }
                if (s->state[i] == NAIVE_READING)
                    s->state[i] = NAIVE_DECODING;
            }
        }
        /* the next step */
        uint32_t left = p->token_budget, tok = 0;
        if (chunked) {
            const uint32_t n = naive_count(s, NAIVE_DECODING);
            left = left > n ? left - n : 0;
        }
        for (size_t i = 0; i < s->n_known; i++)
            if (s->state[i] == NAIVE_READING) {
                s->chunk[i] = s->todo[i] < left ? s->todo[i] : left;
                left -= s->chunk[i];
                tok += s->chunk[i];
            }
        while (left > 0 && !preempted) {
            const size_t i = naive_head(s);
            if (i == s->n ||
                naive_count(s, NAIVE_DECODING) + naive_count(s, NAIVE_READING) >= p->max_seqs)
                break;
            const uint32_t blocks =
                (s->q[i].input_tok + s->made[i] + p->block_tok - 1) / p->block_tok;
            if (naive_used(s) + blocks + p->watermark_blocks > p->kv_blocks)
                break;
            if (s->has_kv[i]) {
                s->has_kv[i] = false;
                s->extra_s += p->swap_s_per_tok * (double)(s->q[i].input_tok + s->made[i]);
                s->state[i] = NAIVE_DECODING;
                left -= chunked;
                continue;
            }
            const uint32_t todo = s->q[i].input_tok + s->made[i] - s->q[i].hit_tok;
            if (!chunked && todo > left && tok > 0)
                break;
            s->state[i] = NAIVE_READING;
            s->place[i] = s->back++;
            s->todo[i] = todo;
            s->chunk[i] = todo > left && chunked ? left : todo;
            tok += s->chunk[i];
            left -= s->chunk[i] < left ? s->chunk[i] : left;
        }
        preempted = false;
        const uint32_t n_reading = naive_count(s, NAIVE_READING);
        const uint32_t n_all = naive_count(s, NAIVE_DECODING);
        if (n_reading == 0 && n_all == 0) {
            if (s->n_known == s->n)
                return;
            busy = false;
            now = s->q[s->n_known].arrival_ns;
            frac = 0;
            continue;
        }
        busy = true;
        had_prompts = n_reading > 0;
        was_prefill = had_prompts && !chunked;
        const uint32_t n = was_prefill ? 0 : n_all;
        int64_t context = 0, time;
        double pairs = 0.0, reach = 0.0;
        for (size_t i = 0; i < s->n_known; i++) {
            if (s->state[i] == NAIVE_DECODING)
                context += s->q[i].input_tok + s->made[i];
            if (s->state[i] == NAIVE_READING) {
                const double before = (double)(s->q[i].input_tok + s->made[i] - s->todo[i]);
                pairs += (double)s->chunk[i] * (before + 0.5 * (double)s->chunk[i]);
                reach += before + 0.5 * (double)s->chunk[i];
            }
        }
        context <<= WM_CTX_FRAC_BITS;
        if (had_prompts) {
            double time_s = s->t->token_s[(tok + n + 7) / 8] + s->t->prompt_s * n_reading +
                            s->t->pair_s * pairs + s->t->reach_s * reach;
            time_s += s->t->seq_s[n];
            time = (int64_t)((time_s + s->extra_s) * units + 0.5);
            if (n > 0)
                time += s->t->ctx[n] * context;
        } else {
            time = s->t->decode[n] + s->t->ctx[n] * context;
            if (s->extra_s > 0.0)
                time += (int64_t)(s->extra_s * units + 0.5);
        }
        s->extra_s = 0.0;
        now += (frac + time) >> WM_STEP_FRAC_BITS;
        frac = (frac + time) & ((INT64_C(1) << WM_STEP_FRAC_BITS) - 1);
    }
}

static struct log naive(const struct wm_replica_params *p, const struct wm_step_table *t,
                        const struct wm_class_policy *policy, const struct wm_request *q, size_t n)
{
    struct naive s = {.p = p,
                      .t = t,
                      .q = q,
                      .policy = policy,
                      .n = n,
                      .state = WM_NEW_ARRAY(arena, enum naive_state, n),
                      .made = WM_NEW_ARRAY(arena, uint32_t, n),
                      .todo = WM_NEW_ARRAY(arena, uint32_t, n),
                      .chunk = WM_NEW_ARRAY(arena, uint32_t, n),
                      .has_kv = WM_NEW_ARRAY(arena, bool, n),
                      .place = WM_NEW_ARRAY(arena, int64_t, n),
                      .log = log_new(n)};
    for (size_t i = 0; i < n; i++)
        s.log.first[i] = -1;
    naive_run(&s);
    return s.log;
}

static uint32_t lognormal(struct wm_rng *rng, double median, double sigma, uint32_t cap)
{
    const double x = ceil(median * exp(sigma * wm_rng_normal(rng)));
    return x < 1.0 ? 1 : x > cap ? cap : (uint32_t)x;
}

static struct wm_request *random_requests(uint64_t seed, size_t n, double rate_per_s,
                                          double input_tok, double output_tok, uint32_t n_classes)
{
    struct wm_rng rng = wm_rng_stream(seed, "test-requests", 0);
    struct wm_request *const q = WM_NEW_ARRAY(arena, struct wm_request, n);
    double time_s = 0.0;
    for (size_t i = 0; i < n; i++) {
        time_s += wm_rng_exponential(&rng) / rate_per_s;
        q[i] = (struct wm_request){.arrival_ns = (int64_t)(time_s * 1e9),
                                   .input_tok = lognormal(&rng, input_tok, 0.8, 4000),
                                   .output_tok = lognormal(&rng, output_tok, 0.8, 3000),
                                   .class_id = (uint32_t)(wm_rng_bits(&rng) % n_classes)};
        q[i].hit_tok = wm_rng_uniform(&rng) < 0.3 ? q[i].input_tok / 2 : 0;
        if (i > 0 && i % 7 == 0)
            q[i].arrival_ns = q[i - 1].arrival_ns; /* ties are where simulators differ */
    }
    return q;
}

/* A step table whose numbers are nobody's round ones. */
static struct wm_step_table *crooked_table(void)
{
    struct wm_step_table *const t =
        wm_step_table_affine(arena,
                             &(struct wm_step_affine){.step_s = 7.1234567e-3,
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

static const struct wm_class_policy two_classes[] = {{.priority = 1}, {.priority = 0}};

static size_t differing(const struct log *a, const struct log *b, size_t n)
{
    size_t differ = 0;
    for (size_t i = 0; i < n; i++)
        differ += a->first[i] != b->first[i] || a->finish[i] != b->finish[i];
    return differ;
}

static struct log jumped(const struct wm_replica_params *p, const struct wm_step_table *t,
                         const struct wm_request *q, size_t n, bool per_step,
                         struct wm_replica_totals *totals)
{
    struct wm_service *const service = wm_service_new(arena, 2, two_classes);
    struct log log = log_new(n);
    service->on_served = note;
    service->context = &log;
    struct wm_replica *const r = wm_replica_new(arena, p, t, service, 0, per_step);
    const int64_t end = serve(r, service, q, n);
    *totals = wm_replica_totals(r, end);
    ck_assert_uint_eq(wm_replica_kv_used(r), 0);
    ck_assert_uint_eq(wm_replica_outstanding_tok(r), 0);
    uint64_t served = 0;
    for (size_t c = 0; c < 2; c++)
        served += service->classes[c].served.requests;
    ck_assert_uint_eq(served, n);
    return log;
}

static const struct {
    enum wm_batching batching;
    enum wm_preemption preemption;
    uint32_t kv_blocks, watermark, max_seqs, budget, block_tok;
    double rate, input, output;
    bool preempts;
} cases[] = {
    {WM_BATCH_CHUNKED, WM_PREEMPT_RECOMPUTE, 100000, 0, 64, 512, 16, 12.0, 200.0, 80.0, false},
    {WM_BATCH_CHUNKED, WM_PREEMPT_RECOMPUTE, 600, 6, 64, 512, 16, 12.0, 200.0, 80.0, true},
    {WM_BATCH_CHUNKED, WM_PREEMPT_SWAP, 600, 6, 64, 300, 16, 12.0, 200.0, 80.0, true},
    {WM_BATCH_CHUNKED, WM_PREEMPT_RECOMPUTE, 4000, 0, 8, 9, 1, 3.0, 20.0, 80.0, false},
    {WM_BATCH_PREFILL_FIRST, WM_PREEMPT_RECOMPUTE, 100000, 0, 20, 2048, 16, 12.0, 200.0, 80.0,
     false},
    {WM_BATCH_PREFILL_FIRST, WM_PREEMPT_RECOMPUTE, 650, 0, 64, 700, 16, 12.0, 200.0, 80.0, true},
    {WM_BATCH_PREFILL_FIRST, WM_PREEMPT_SWAP, 300, 3, 64, 2048, 32, 12.0, 200.0, 80.0, true},
    {WM_BATCH_PREFILL_FIRST, WM_PREEMPT_SWAP, 9000, 3, 64, 2048, 1, 12.0, 200.0, 80.0, true},
    {WM_BATCH_CHUNKED, WM_PREEMPT_RECOMPUTE, 100000, 0, 64, 512, 16, 1.0, 200.0, 900.0, false},
};
enum { N_CASES = sizeof cases / sizeof *cases, N_EQUAL = 1500 };

static struct wm_replica_params case_params(int i)
{
    return (struct wm_replica_params){.batching = cases[i].batching,
                                      .preemption = cases[i].preemption,
                                      .max_seqs = cases[i].max_seqs,
                                      .token_budget = cases[i].budget,
                                      .block_tok = cases[i].block_tok,
                                      .kv_blocks = cases[i].kv_blocks,
                                      .watermark_blocks = cases[i].watermark,
                                      .tok_per_step = 1.0,
                                      .swap_s_per_tok = 3.3e-6};
}

START_TEST(a_jump_equals_the_naive_simulator_bit_for_bit)
{
    const struct wm_replica_params p = case_params(_i);
    struct wm_step_table *const t = crooked_table();
    const struct wm_request *const q = random_requests(100 + (uint64_t)_i, N_EQUAL, cases[_i].rate,
                                                       cases[_i].input, cases[_i].output, 2);
    struct wm_replica_totals jump, step;
    const struct log a = jumped(&p, t, q, N_EQUAL, false, &jump);
    const struct log b = jumped(&p, t, q, N_EQUAL, true, &step);
    const struct log c = naive(&p, t, two_classes, q, N_EQUAL);
    ck_assert_uint_eq(differing(&a, &b, N_EQUAL), 0);
    ck_assert_uint_eq(differing(&a, &c, N_EQUAL), 0);
    ck_assert_uint_eq(jump.n_steps, step.n_steps);
    ck_assert_int_eq(jump.busy_ns, step.busy_ns);
    ck_assert_double_eq_tol(jump.energy_j / step.energy_j, 1.0, 1e-12);
    ck_assert_uint_eq(jump.n_preempted, step.n_preempted);
    ck_assert(cases[_i].preempts == (jump.n_preempted > 0));
    ck_assert_uint_lt(jump.n_jumps, step.n_jumps);
}
END_TEST

START_TEST(speculation_jumps_equal_single_steps_and_divide_the_steps)
{
    struct wm_replica_params p = case_params(1);
    const struct wm_request *const q = random_requests(7, N_EQUAL, 12.0, 200.0, 80.0, 2);
    struct wm_replica_totals jump, step, plain;
    struct wm_step_table *const t = crooked_table();
    p.tok_per_step = wm_draft_gain(3.0, 0.7);
    ck_assert_double_eq_tol(p.tok_per_step, (1.0 - 0.2401) / 0.3, 1e-12);
    const struct log a = jumped(&p, t, q, N_EQUAL, false, &jump);
    const struct log b = jumped(&p, t, q, N_EQUAL, true, &step);
    ck_assert_uint_eq(differing(&a, &b, N_EQUAL), 0);
    ck_assert_uint_eq(jump.n_steps, step.n_steps);
    /* long answers alone: as many steps fewer as tokens a step */
    p = case_params(8);
    const struct wm_request *const few = random_requests(7, 40, 0.001, 200.0, 900.0, 2);
    (void)jumped(&p, t, few, 40, false, &plain);
    p.tok_per_step = wm_draft_gain(3.0, 0.7);
    (void)jumped(&p, t, few, 40, false, &jump);
    ck_assert_double_eq_tol((double)plain.n_steps / (double)jump.n_steps, p.tok_per_step, 0.02);
}
END_TEST

START_TEST(urgent_requests_wait_less)
{
    const struct wm_replica_params p = case_params(1);
    struct wm_service *const service = wm_service_new(arena, 2, two_classes);
    const struct wm_request *const q = random_requests(3, N_EQUAL, 14.0, 200.0, 80.0, 2);
    struct wm_replica *const r = wm_replica_new(arena, &p, crooked_table(), service, 0, false);
    (void)serve(r, service, q, N_EQUAL);
    ck_assert_double_lt(wm_ns_hist_mean_s(&service->classes[1].wait),
                        0.5 * wm_ns_hist_mean_s(&service->classes[0].wait));
    ck_assert_double_lt(wm_ns_hist_mean_s(&service->classes[1].ttft),
                        wm_ns_hist_mean_s(&service->classes[0].ttft));
}
END_TEST

/* L = lambda W for each class, whatever the order of service; the system is empty at both ends. */
START_TEST(littles_law_holds_for_each_class)
{
    const struct wm_replica_params p = case_params(_i);
    struct wm_service *const service = wm_service_new(arena, 2, two_classes);
    const struct wm_request *const q =
        random_requests(20 + (uint64_t)_i, N_EQUAL, cases[_i].rate, 200.0, 80.0, 2);
    struct wm_replica *const r = wm_replica_new(arena, &p, crooked_table(), service, 0, false);
    const int64_t end = serve(r, service, q, N_EQUAL);
    for (size_t k = 0; k < 2; k++) {
        const struct wm_service_class *const c = &service->classes[k];
        const double rate = (double)c->served.requests / (1e-9 * (double)end);
        ck_assert_uint_gt(c->served.requests, N_EQUAL / 3);
        ck_assert_double_eq_tol(
            wm_service_mean_present(c, end) / (rate * wm_ns_hist_mean_s(&c->e2e)), 1.0, 1e-9);
    }
}
END_TEST

START_TEST(failure_loses_no_request_and_repair_goes_on)
{
    const struct wm_replica_params p = case_params(0);
    struct wm_service *const service = wm_service_new(arena, 2, two_classes);
    const size_t n = 200;
    const struct wm_request *const q = random_requests(5, n, 12.0, 200.0, 80.0, 2);
    struct wm_replica *const r = wm_replica_new(arena, &p, crooked_table(), service, 0, false);
    size_t i = 0;
    for (; i < n / 2; i++) {
        while (wm_replica_next(r) < q[i].arrival_ns)
            wm_replica_step(r);
        wm_service_arrived(service, q[i].arrival_ns, &q[i]);
        wm_replica_arrive(r, q[i].arrival_ns, &q[i], i);
    }
    const int64_t down = q[i - 1].arrival_ns + 13 * MS;
    while (wm_replica_next(r) < down)
        wm_replica_step(r);
    wm_replica_fail(r, down);
    ck_assert_int_eq(wm_replica_next(r), WM_TIME_NEVER);
    ck_assert_uint_eq(wm_replica_kv_used(r), 0);
    ck_assert_uint_gt(wm_replica_n_waiting(r), 0);
    const double energy_j = wm_replica_totals(r, down).energy_j;
    ck_assert_double_eq_tol(wm_replica_totals(r, down + 5000 * MS).energy_j, energy_j, 1e-9);
    wm_replica_repair(r, down + 5000 * MS);
    (void)serve(r, service, NULL, 0);
    uint64_t served = 0;
    for (size_t c = 0; c < 2; c++)
        served += service->classes[c].served.requests;
    ck_assert_uint_eq(served, n / 2);
}
END_TEST

START_TEST(a_slower_clock_takes_effect_at_the_next_boundary)
{
    struct wm_step_affine slow = round_numbers;
    slow.step_s = 21e-3;
    const struct wm_step_table *const fast_t = wm_step_table_affine(arena, &round_numbers, 16, 512);
    const struct wm_step_table *const slow_t = wm_step_table_affine(arena, &slow, 16, 512);
    struct wm_service *const service = wm_service_new(arena, 1, NULL);
    struct log log = log_new(1);
    service->on_served = note;
    service->context = &log;
    const struct wm_replica_params p = params(WM_BATCH_PREFILL_FIRST);
    struct wm_replica *const r = wm_replica_new(arena, &p, fast_t, service, 0, false);
    const struct wm_request q = {.input_tok = 104, .output_tok = 4};
    wm_service_arrived(service, 0, &q);
    wm_replica_arrive(r, 0, &q, 0);
    while (wm_replica_next(r) < 25 * MS)
        wm_replica_step(r); /* prompt read at 20.4 ms; the first decode step ends at 31.505 */
    wm_replica_set_table(r, 25 * MS, slow_t);
    while (wm_replica_next(r) != WM_TIME_NEVER)
        wm_replica_step(r);
    ck_assert_int_eq(log.finish[0], 20400 * US + 3 * 11 * MS + 318 * US + 2 * 11 * MS);
}
END_TEST

/* M/M/1: one sequence at a time, exponential service in many small steps. */
START_TEST(batch_one_with_exponential_lengths_is_mm1)
{
    const size_t n = MAX_REQUESTS;
    struct wm_rng rng = wm_rng_stream(11, "mm1", 0);
    struct wm_request *const q = WM_NEW_ARRAY(arena, struct wm_request, n);
    double time_s = 0.0;
    for (size_t i = 0; i < n; i++) { /* mean service 1000 steps of 1 ms */
        time_s += wm_rng_exponential(&rng) / 0.7;
        q[i] = (struct wm_request){.arrival_ns = (int64_t)(time_s * 1e9),
                                   .input_tok = 1,
                                   .output_tok = 1 + (uint32_t)(wm_rng_exponential(&rng) * 1000.0)};
    }
    const struct wm_step_affine a = {.step_s = 1e-3};
    const struct wm_step_table *const t = wm_step_table_affine(arena, &a, 1, 8);
    struct wm_service *const service = wm_service_new(arena, 1, NULL);
    const struct wm_replica_params p = {.batching = WM_BATCH_PREFILL_FIRST,
                                        .max_seqs = 1,
                                        .token_budget = 8,
                                        .block_tok = 16,
                                        .kv_blocks = 1 << 20,
                                        .tok_per_step = 1.0};
    struct wm_replica *const r = wm_replica_new(arena, &p, t, service, 0, false);
    const int64_t end = serve(r, service, q, n);
    const struct wm_service_class *const c = &service->classes[0];
    /* W = 1 / (mu - lambda) = 1 / 0.3; its standard error here is about 0.05 */
    ck_assert_double_eq_tol(wm_ns_hist_mean_s(&c->e2e), 1.0 / 0.3, 0.15);
    ck_assert_double_eq_tol(wm_ns_hist_quantile_s(&c->e2e, 0.5), log(2.0) / 0.3, 0.12);
    ck_assert_double_eq_tol((double)wm_replica_totals(r, end).busy_ns / (double)end, 0.7, 0.01);
    /* Little: L = lambda W, exactly, since the system is empty at both ends */
    const double rate = (double)n / (1e-9 * (double)end);
    ck_assert_double_eq_tol(wm_service_mean_present(c, end), rate * wm_ns_hist_mean_s(&c->e2e),
                            1e-6);
}
END_TEST

START_TEST(a_step_time_proportional_to_the_batch_is_processor_sharing)
{
    /* step = B ms: each of B sequences gets 1/B of the server, so M/G/1-PS: W = S / (1 - rho),
       whatever the distribution of lengths */
    const size_t n = 100000;
    struct wm_rng rng = wm_rng_stream(12, "ps", 0);
    struct wm_request *const q = WM_NEW_ARRAY(arena, struct wm_request, n);
    double time_s = 0.0, work_s = 0.0;
    for (size_t i = 0; i < n; i++) {
        time_s += wm_rng_exponential(&rng) / 0.6;
        q[i] = (struct wm_request){.arrival_ns = (int64_t)(time_s * 1e9),
                                   .input_tok = 1,
                                   .output_tok = 1 + (wm_rng_uniform(&rng) < 0.25 ? 2800u : 400u)};
        work_s += 1e-3 * (double)(q[i].output_tok - 1);
    }
    const struct wm_step_affine a = {.step_s = 1e-9, .seq_s = 1e-3};
    const struct wm_step_table *const t = wm_step_table_affine(arena, &a, 256, 8);
    struct wm_service *const service = wm_service_new(arena, 1, NULL);
    struct wm_replica_params p = {.batching = WM_BATCH_PREFILL_FIRST,
                                  .max_seqs = 256,
                                  .token_budget = 8,
                                  .block_tok = 16,
                                  .kv_blocks = 1 << 24,
                                  .tok_per_step = 1.0};
    struct wm_replica *const r = wm_replica_new(arena, &p, t, service, 0, false);
    (void)serve(r, service, q, n);
    const double mean_s = work_s / (double)n, rho = 0.6 * mean_s;
    ck_assert_double_eq_tol(wm_ns_hist_mean_s(&service->classes[0].e2e) * (1.0 - rho) / mean_s, 1.0,
                            0.03);
}
END_TEST

START_TEST(memory_is_flat_in_the_number_of_requests)
{
    const struct wm_step_table *const t = crooked_table();
    struct wm_service *const service = wm_service_new(arena, 2, NULL);
    const struct wm_replica_params p = case_params(0);
    struct wm_replica *const r = wm_replica_new(arena, &p, t, service, 0, false);
    struct wm_request *const q = random_requests(9, 20000, 8.0, 200.0, 80.0, 2);
    (void)serve(r, service, q, 10000);
    const size_t used = wm_arena_used_bytes(arena);
    (void)serve(r, service, q + 10000, 10000);
    ck_assert_uint_eq(wm_arena_used_bytes(arena), used);
}
END_TEST

START_TEST(quantiles_are_within_half_a_percent)
{
    struct wm_ns_hist *const l = WM_NEW(arena, struct wm_ns_hist);
    for (int64_t i = 1; i <= 100000; i++)
        wm_ns_hist_add(l, i * 1000);
    for (double p = 0.01; p < 1.0; p += 0.01)
        ck_assert_double_eq_tol(wm_ns_hist_quantile_s(l, p) / (p * 0.1), 1.0, 0.005);
    ck_assert_double_eq_tol(wm_ns_hist_mean_s(l), 0.0500005, 1e-9);
    ck_assert_double_eq_tol(wm_ns_hist_quantile_s(l, 1.0), 0.1, 1e-12);
}
END_TEST

int main(void)
{
    Suite *const suite = suite_create("replica");
    TCase *const tc = tcase_create("replica");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, one_request_takes_its_prefill_and_its_steps);
    tcase_add_test(tc, a_chunk_budget_spreads_a_prompt_over_steps);
    tcase_add_test(tc, what_can_never_fit_is_dropped_at_once);
    tcase_add_loop_test(tc, a_jump_equals_the_naive_simulator_bit_for_bit, 0, N_CASES);
    tcase_add_test(tc, speculation_jumps_equal_single_steps_and_divide_the_steps);
    tcase_add_test(tc, urgent_requests_wait_less);
    tcase_add_loop_test(tc, littles_law_holds_for_each_class, 0, 3);
    tcase_add_test(tc, failure_loses_no_request_and_repair_goes_on);
    tcase_add_test(tc, a_slower_clock_takes_effect_at_the_next_boundary);
    tcase_add_test(tc, batch_one_with_exponential_lengths_is_mm1);
    tcase_add_test(tc, a_step_time_proportional_to_the_batch_is_processor_sharing);
    tcase_add_test(tc, memory_is_flat_in_the_number_of_requests);
    tcase_add_test(tc, quantiles_are_within_half_a_percent);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
