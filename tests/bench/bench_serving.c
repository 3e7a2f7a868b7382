/*
 * Serving: requests a second of one replica in closed form, with the full model, and of a fleet,
 * beside the rival that is usually written: every iteration is an event and touches every sequence.
 * Medians of interleaved rounds in CPU time; the ratio to the rival is what counts.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "wattmill/fleet.h"
#include "wattmill/rng.h"
#include "wattmill/trace.h"

enum { ROUNDS = 5 };

static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

struct work {
    const char *name;
    double rate, input, output, sigma; /* sigma 0: fixed lengths */
    size_t n;
    struct wm_replica_params params;
    struct wm_step_affine step;
    struct wm_request *requests;
};

static uint32_t length(struct wm_rng *rng, double mean, double sigma)
{
    const double x = mean * exp(sigma * wm_rng_normal(rng) - 0.5 * sigma * sigma);
    return x < 1.0 ? 1 : x > 30000.0 ? 30000 : (uint32_t)x;
}

static void make_requests(struct wm_arena *arena, struct work *w)
{
    struct wm_rng rng = wm_rng_stream(42, w->name, 0);
    double time_s = 0.0;
    w->requests = WM_NEW_ARRAY(arena, struct wm_request, w->n);
    for (size_t i = 0; i < w->n; i++) {
        time_s += wm_rng_exponential(&rng) / w->rate;
        w->requests[i] = (struct wm_request){.arrival_ns = (int64_t)(time_s * 1e9),
                                             .input_tok = length(&rng, w->input, w->sigma),
                                             .output_tok = length(&rng, w->output, w->sigma)};
    }
}

struct result {
    double cpu_s;
    uint64_t n_steps, hash;
    double ttft_s, tpot_s;
};

static struct result run_replica(const struct work *w)
{
    struct wm_arena *const arena = wm_arena_open();
    const struct wm_step_table *const t =
        wm_step_table_affine(arena, &w->step, w->params.max_seqs, w->params.token_budget);
    struct wm_service *const s = wm_service_new(arena, 1, NULL);
    struct wm_replica *const r = wm_replica_new(arena, &w->params, t, s, 0, false);
    const double begin_s = cpu_s();
    int64_t now = 0;
    for (size_t i = 0; i < w->n || wm_replica_next(r) != WM_TIME_NEVER;) {
        if (i < w->n && w->requests[i].arrival_ns <= wm_replica_next(r)) {
            now = w->requests[i].arrival_ns;
            wm_service_arrived(s, now, &w->requests[i]);
            wm_replica_arrive(r, now, &w->requests[i], i);
            i++;
        } else {
            now = wm_replica_next(r);
            wm_replica_step(r);
        }
    }
    struct result out = {.cpu_s = cpu_s() - begin_s};
    out.n_steps = wm_replica_totals(r, now).n_steps;
    out.hash = (uint64_t)now;
    out.ttft_s = wm_ns_hist_mean_s(&s->classes[0].ttft);
    out.tpot_s = wm_ns_hist_mean_s(&s->classes[0].tpot);
    wm_arena_close(arena);
    return out;
}

/* The rival: a list of running sequences, all touched in every iteration; no KV, no percentiles. */
struct sequence {
    double arrival_s;
    uint32_t context, left;
};

static double run_rival(const struct work *w, size_t n)
{
    struct sequence *const running = malloc(w->params.max_seqs * sizeof *running);
    size_t n_running = 0, next = 0, done = 0;
    double now_s = 0.0, sum_s = 0.0;
    const double begin_s = cpu_s();
    while (done < n) {
        if (n_running == 0 && next < n && 1e-9 * (double)w->requests[next].arrival_ns > now_s)
            now_s = 1e-9 * (double)w->requests[next].arrival_ns;
        double prompt_tok = 0.0;
        while (next < n && n_running < w->params.max_seqs &&
               1e-9 * (double)w->requests[next].arrival_ns <= now_s &&
               prompt_tok < w->params.token_budget) {
            const struct wm_request *const q = &w->requests[next++];
            running[n_running++] =
                (struct sequence){1e-9 * (double)q->arrival_ns, q->input_tok, q->output_tok};
            prompt_tok += q->input_tok;
        }
        double context = 0.0;
        for (size_t i = 0; i < n_running; i++)
            context += running[i].context;
        now_s += w->step.step_s + w->step.seq_s * (double)n_running + w->step.ctx_s * context +
                 w->step.tok_s * prompt_tok;
        for (size_t i = n_running; i-- > 0;) {
            running[i].context++;
            if (--running[i].left > 0)
                continue;
            sum_s += now_s - running[i].arrival_s;
            running[i] = running[--n_running];
            done++;
        }
    }
    free(running);
    const double used_s = cpu_s() - begin_s;
    return sum_s > 0.0 ? used_s : 0.0;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *x)
{
    qsort(x, ROUNDS, sizeof *x, by_value);
    return x[ROUNDS / 2];
}

static void bench_work(struct wm_arena *arena, struct work *w)
{
    double ours[ROUNDS], rival[ROUNDS];
    struct result r = {0};
    const size_t n_rival = w->n / 10;
    make_requests(arena, w);
    for (int i = 0; i < ROUNDS; i++) {
        r = run_replica(w);
        ours[i] = r.cpu_s / (double)w->n;
        rival[i] = run_rival(w, n_rival) / (double)n_rival;
    }
    const double s = median(ours), x = median(rival);
    printf("%-34s %6.0f ns/request %7.2f M requests/s %8.1f M steps/s  rival %7.0f ns  %5.1fx\n",
           w->name, 1e9 * s, 1e-6 / s, 1e-6 * (double)r.n_steps / ((double)w->n * s), 1e9 * x,
           x / s);
}

struct stream {
    const struct wm_request *requests;
    size_t n, i;
};

static bool next_of(void *self, struct wm_request *out)
{
    struct stream *const s = self;
    if (s->i == s->n)
        return false;
    *out = s->requests[s->i++];
    return true;
}

static void bench_fleet(struct wm_arena *requests, struct work *w, uint32_t n_replicas,
                        enum wm_router router)
{
    double ours[ROUNDS];
    make_requests(requests, w);
    struct wm_fleet_totals t = {0};
    for (int i = 0; i < ROUNDS; i++) {
        struct wm_arena *const arena = wm_arena_open();
        const struct wm_step_table *const table =
            wm_step_table_affine(arena, &w->step, w->params.max_seqs, w->params.token_budget);
        struct wm_service *const s = wm_service_new(arena, 1, NULL);
        const struct wm_fleet_params p = {.n_replicas = n_replicas,
                                          .router = router,
                                          .worker = w->params,
                                          .clocks = {1, &table},
                                          .seed = 1};
        struct wm_fleet *const f = wm_fleet_new(arena, &p, s);
        struct stream stream = {w->requests, w->n, 0};
        const double begin_s = cpu_s();
        wm_fleet_run(f, (struct wm_request_source){next_of, &stream}, 0, 0, true);
        ours[i] = (cpu_s() - begin_s) / (double)w->n;
        t = wm_fleet_totals(f);
        wm_arena_close(arena);
    }
    const double s = median(ours);
    printf("fleet of %-5u %-18s %8.0f ns/request %7.2f M requests/s   %.2f events/request\n",
           n_replicas, wm_router_words[router], 1e9 * s, 1e-6 / s,
           (double)t.n_events / (double)w->n);
}

/* W4: the Azure conversation trace of 2023, two replicas, where the file is at hand. */
static void bench_trace(struct wm_arena *arena, const struct work *like)
{
    const char *const path = "../shared/data/traces/raw/AzureLLMInferenceTrace_conv.csv";
    if (access(path, R_OK) != 0) {
        puts("SKIP W4: no ../shared");
        return;
    }
    struct wm_diags diags = wm_diags_init(arena);
    const double begin_s = cpu_s();
    struct wm_trace *trace = NULL;
    if (wm_trace_open(arena, path, &(struct wm_trace_options){0}, &trace, &diags) != WM_OK)
        return;
    const struct wm_step_table *const table =
        wm_step_table_affine(arena, &like->step, like->params.max_seqs, like->params.token_budget);
    struct wm_service *const s = wm_service_new(arena, 1, NULL);
    const struct wm_fleet_params p = {.n_replicas = 2,
                                      .router = WM_ROUTE_LEAST_REQUESTS,
                                      .worker = like->params,
                                      .clocks = {1, &table}};
    struct wm_fleet *const f = wm_fleet_new(arena, &p, s);
    wm_fleet_run(f, wm_trace_source(trace), wm_trace_summary(trace)->last_ns, 0, true);
    wm_trace_close(trace);
    const struct wm_fleet_totals t = wm_fleet_totals(f);
    const double used_s = cpu_s() - begin_s;
    printf("W4 Azure conversation, 2 replicas   %.3f s with reading, %.2f M requests/s, "
           "%.1f M steps/s; TTFT %.0f ms, TPOT %.1f ms\n",
           used_s, 1e-6 * (double)t.n_arrived / used_s, 1e-6 * (double)t.work.n_steps / used_s,
           1e3 * wm_ns_hist_mean_s(&s->classes[0].ttft),
           1e3 * wm_ns_hist_mean_s(&s->classes[0].tpot));
}

int main(void)
{
    struct wm_arena *const arena = wm_arena_open();
    const struct wm_replica_params open_params = {.batching = WM_BATCH_PREFILL_FIRST,
                                                  .max_seqs = 256,
                                                  .token_budget = 8192,
                                                  .block_tok = 16,
                                                  .kv_blocks = 1 << 24,
                                                  .tok_per_step = 1.0};
    /* the scheduler of W1 to W4: chunks of 512, 128 sequences, KV of an 80 GB accelerator */
    const struct wm_replica_params sarathi = {.batching = WM_BATCH_CHUNKED,
                                              .max_seqs = 128,
                                              .token_budget = 512,
                                              .block_tok = 16,
                                              .kv_blocks = 7000,
                                              .watermark_blocks = 70,
                                              .tok_per_step = 1.0};
    const struct wm_step_affine a = {
        .step_s = 7e-3, .seq_s = 30e-6, .ctx_s = 60e-9, .tok_s = 60e-6};
    const struct wm_step_affine b = {
        .step_s = 20e-3, .seq_s = 0.05e-3, .ctx_s = 40e-9, .tok_s = 0.2e-3}; /* of one stage */
    struct work works[] = {
        {"affine, 8 req/s, 1000 in, 250 out", 8.0, 1000.0, 250.0, 1.0, 300000, open_params, a,
         NULL},
        {"affine, 3 req/s, 1000 in, 1000 out", 3.0, 1000.0, 1000.0, 1.0, 300000, open_params, a,
         NULL},
        {"W1 7B, 6 req/s, 512 in, 128 out", 6.0, 512.0, 128.0, 0.0, 100000, sarathi, a, NULL},
        {"W2 8B, 6 req/s, 512 in, 128 out", 6.0, 512.0, 128.0, 0.0, 100000, sarathi, a, NULL},
        {"W3 70B, 2 stages, 2 req/s, 512/128", 2.0, 512.0, 128.0, 0.0, 100000, sarathi, b, NULL},
    };
    works[3].step.ctx_s = 15e-9;
    works[4].params.n_stages = 2;
    for (size_t i = 0; i < sizeof works / sizeof *works; i++)
        bench_work(arena, &works[i]);
    bench_trace(arena, &works[3]);
    struct work fleet = works[0];
    fleet.rate = 8000.0;
    fleet.n = 1000000;
    bench_fleet(arena, &fleet, 1000, WM_ROUTE_ROUND_ROBIN);
    bench_fleet(arena, &fleet, 1000, WM_ROUTE_TWO_CHOICES);
    bench_fleet(arena, &fleet, 1000, WM_ROUTE_LEAST_TOKENS);
    wm_arena_close(arena);
    return 0;
}
