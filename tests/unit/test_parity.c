/*
 * Parity: a simulator that replays kernel profiles (Vidur, MLSys'24) and a real engine (vLLM), at their
 * arrivals and scheduler settings. Kernels come from profiles, or from the catalogue; nothing is fitted on
 * the latencies it is held against.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "suite.h"
#include "wattmill/replay.h"
#include "wattmill/wattmill.h"

#define PEER "data/peer_workloads_vidur.csv"
#define REAL "data/vllm_measured_requests.csv"

static struct wm_arena *arena;

static const char *shared(const char *rest)
{
    char path[1024];
    return wm_arena_printf(arena, "%s", shared_path(path, sizeof path, rest));
}

static void set_up(void)
{
    arena = wm_arena_open();
}
static void tear_down(void)
{
    wm_arena_close(arena);
}

struct shape {
    double layers, hidden, heads, kv_heads, head_dim, ffn;
};
static const struct shape llama_2_7b = {32, 4096, 32, 32, 128, 11008};      /* arXiv:2307.09288 */
static const struct shape llama_3_8b = {32, 4096, 32, 8, 128, 14336};       /* arXiv:2407.21783 */
static const struct shape half_llama_2_70b = {40, 8192, 64, 8, 128, 28672}; /* of two stages */

/*
 * A layer without attention on an A100-80GB in 16 bits: matrix products and elementwise kernels of
 * one of tp accelerators at so many tokens, and straight lines between.
 * Source: medians of github.com/microsoft/vidur@7d47513 data/profiling/compute/a100 (MIT)
 */
enum { N_KNOTS = 6 };
static const double knot_tok[N_KNOTS] = {1, 16, 64, 256, 512, 1024};
struct layer {
    double gemm_ms[N_KNOTS], wide_ms[N_KNOTS]; /* wide: two norms, rotary, activation, residual */
};
static const struct layer layer_7b = {{.266, .263, .278, .503, .953, 1.959},
                                      {.024, .024, .024, .053, .0895, .164}};
static const struct layer layer_8b = {{.276, .290, .324, .554, .994, 2.175},
                                      {.027, .026, .026, .054, .0885, .173}};
static const struct layer layer_70b_tp2 = {{.529, .549, .593, 1.058, 2.016, 4.135},
                                           {.032, .031, .037, .078, .117, .242}};

/* Attention and links; rates are shares of 312 TFLOP/s and 2.039 TB/s. */
struct kernels {
    double decode_s, decode_seq_s, decode_memory;
    double prompt_s, prompt_compute, prompt_half_tok;
    double append_s;                     /* writing a token's KV, per layer */
    double reduce_s, reduce_bytes_per_s; /* all-reduce */
};
/*
 * What Vidur adds to its profiles: launching a collective, and decode attention of several sequences
 * where heads share a cache (defaults of vidur/config/config.py: nccl_cpu_launch_overhead_ms,
 * attention_decode_batching_overhead_fraction).
 */
static const double collective_launch_s = 20e-6, grouped_attention = 1.1;
static const double peak_flop_per_s = 312e12, peak_bytes_per_s = 2.039e12, elem_bytes = 2.0;

static double between_knots(const double *y, double tok)
{
    int i = 1;
    while (i < N_KNOTS - 1 && knot_tok[i] < tok)
        i++;
    const double share = (tok - knot_tok[i - 1]) / (knot_tok[i] - knot_tok[i - 1]);
    return y[i - 1] + share * (y[i] - y[i - 1]);
}

/* Everything of a layer but attention, on each of tp accelerators. */
static double layer_s(const struct shape *s, const struct layer *l, const struct kernels *k,
                      double tp, double tok)
{
    double sum_s = 1e-3 * (between_knots(l->gemm_ms, tok) + between_knots(l->wide_ms, tok));
    if (tp > 1.0)
        sum_s +=
            2.0 * (collective_launch_s + k->reduce_s +
                   2.0 * (tp - 1.0) / tp * tok * s->hidden * elem_bytes / k->reduce_bytes_per_s);
    return sum_s + k->append_s * tok;
}

static const struct wm_step_table *table(const struct shape *s, const struct layer *l,
                                         const struct kernels *k, double tp, uint32_t max_seqs,
                                         uint32_t max_tok)
{
    const size_t n = (size_t)max_seqs + 1, n_tok = max_tok / 8 + 2;
    double *const token_s = WM_NEW_ARRAY(arena, double, n_tok);
    double *const decode_s = WM_NEW_ARRAY(arena, double, n);
    double *const seq_s = WM_NEW_ARRAY(arena, double, n);
    double *const ctx_s = WM_NEW_ARRAY(arena, double, n);
    double *const zero = WM_NEW_ARRAY(arena, double, n + n_tok);
    const double heads = s->heads / tp, kv = fmax(1.0, s->kv_heads / tp);
    for (size_t i = 0; i < n_tok; i++)
        token_s[i] = s->layers * layer_s(s, l, k, tp, fmax(8.0, 8.0 * (double)i));
    for (size_t b = 1; b < n; b++) {
        const double attention = s->layers * (b > 1 && heads > kv ? grouped_attention : 1.0);
        seq_s[b] = attention * (k->decode_s + k->decode_seq_s * (double)b * heads / 32.0);
        ctx_s[b] =
            attention * 2.0 * kv * s->head_dim * elem_bytes / (peak_bytes_per_s * k->decode_memory);
        decode_s[b] = token_s[(b + 7) / 8] + seq_s[b];
    }
    const double pair_s =
        s->layers * 4.0 * heads * s->head_dim / (peak_flop_per_s * k->prompt_compute);
    const struct wm_step_costs c = {.max_seqs = max_seqs,
                                    .max_tok = max_tok,
                                    .clock_frac = 1.0,
                                    .decode_s = decode_s,
                                    .decode_j = zero,
                                    .ctx_s = ctx_s,
                                    .ctx_j = zero,
                                    .token_s = token_s,
                                    .token_j = zero,
                                    .seq_s = seq_s,
                                    .seq_j = zero,
                                    .prompt_s = s->layers * k->prompt_s,
                                    .pair_s = pair_s,
                                    .reach_s = pair_s * k->prompt_half_tok};
    return wm_step_table_new(arena, &c);
}

struct means {
    size_t n;
    double ttft_s, tpot_s, e2e_s;
};

/* A workload's arrivals and the peer's means. */
static size_t read_peer(const char *id, struct wm_request *q, struct means *peer)
{
    FILE *const file = fopen(shared(PEER), "r");
    char line[256], name[8];
    size_t n = 0;
    *peer = (struct means){0};
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        double at, ttft, tpot, e2e;
        unsigned input, output, row;
        if (sscanf(line, "%7[^,],%u,%lf,%u,%u,%lf,%lf,%lf", name, &row, &at, &input, &output, &ttft,
                   &tpot, &e2e) != 8 ||
            strcmp(name, id) != 0)
            continue;
        q[n++] = (struct wm_request){
            .arrival_ns = llround(at * 1e9), .input_tok = input, .output_tok = output};
        peer->ttft_s += ttft;
        peer->tpot_s += tpot;
        peer->e2e_s += e2e;
    }
    if (file != NULL)
        fclose(file);
    peer->n = n;
    peer->ttft_s /= (double)n;
    peer->tpot_s /= (double)n;
    peer->e2e_s /= (double)n;
    return n;
}

static void run(struct wm_replica *r, struct wm_service *s, const struct wm_request *q, size_t n)
{
    for (size_t i = 0; i < n || wm_replica_next(r) != WM_TIME_NEVER;) {
        if (i < n && q[i].arrival_ns <= wm_replica_next(r)) {
            wm_service_arrived(s, q[i].arrival_ns, &q[i]);
            wm_replica_arrive(r, q[i].arrival_ns, &q[i], i);
            i++;
        } else {
            wm_replica_step(r);
        }
    }
}

static struct means serve(const struct wm_step_table *t, const struct wm_replica_params *p,
                          const struct wm_request *q, size_t n)
{
    struct wm_service *const s = wm_service_new(arena, 1, NULL);
    run(wm_replica_new(arena, p, t, s, 0, false), s, q, n);
    const struct wm_service_class *const c = &s->classes[0];
    return (struct means){c->served.requests, wm_ns_hist_mean_s(&c->ttft),
                          wm_ns_hist_mean_s(&c->tpot), wm_ns_hist_mean_s(&c->e2e)};
}

/* Vidur's Sarathi scheduler: 512 tokens a step, 128 sequences, blocks of 16, 1 % watermark. */
static struct wm_replica_params sarathi(uint32_t kv_blocks)
{
    return (struct wm_replica_params){.batching = WM_BATCH_CHUNKED,
                                      .max_seqs = 128,
                                      .token_budget = 512,
                                      .block_tok = 16,
                                      .kv_blocks = kv_blocks,
                                      .watermark_blocks = kv_blocks / 100,
                                      .tok_per_step = 1.0};
}

/*
 * Decode: least squares on profiles of 32 query heads, links of a DGX A100 (github.com/microsoft/vidur,
 * MIT; NetX-lab/Frontier data/profiling, MIT; ai-dynamo/aiconfigurator a100_sxm, Apache-2.0). Prefill:
 * lines through the same profiles, for `dgx` through chunks without a prefix alone.
 */
static const struct kernels flashinfer = {16.8e-6, .56e-6, .91, 20e-6, .57, 400, .83e-6, 0, 1};
static const struct kernels vllm = {18.3e-6, .043e-6, .70, 11.5e-6, .595, 674, 0, 0, 1};
static const struct kernels dgx = {18.3e-6, .043e-6, .70, 15e-6, .12, 0, 0, 47e-6, .55 * 300e9};

START_TEST(served_latencies_are_those_of_vidur)
{
    static const struct {
        const char *id;
        const struct shape *shape;
        const struct layer *layer;
        const struct kernels *kernels;
        double tp;
        uint32_t n_stages, kv_blocks;
    } cases[] = {{"W1", &llama_2_7b, &layer_7b, &flashinfer, 1, 1, 7000},
                 {"W2", &llama_3_8b, &layer_8b, &vllm, 1, 1, 27000},
                 {"W3", &half_llama_2_70b, &layer_70b_tp2, &dgx, 2, 2, 40000}};
    struct wm_request q[1000];
    struct means peer;
    if (access(shared(PEER), R_OK) != 0) {
        puts("SKIP served_latencies_are_those_of_vidur: no " PEER);
        return;
    }
    for (size_t i = 0; i < 3; i++) {
        const size_t n = read_peer(cases[i].id, q, &peer);
        ck_assert_uint_eq(n, 1000);
        const struct wm_step_table *const t =
            table(cases[i].shape, cases[i].layer, cases[i].kernels, cases[i].tp, 128, 512);
        struct wm_replica_params p = sarathi(cases[i].kv_blocks);
        p.n_stages = cases[i].n_stages;
        const struct means m = serve(t, &p, q, n);
        ck_assert_double_eq_tol(m.ttft_s / peer.ttft_s, 1.0, 0.05);
        ck_assert_double_eq_tol(m.tpot_s / peer.tpot_s, 1.0, 0.03);
        ck_assert_double_eq_tol(m.e2e_s / peer.e2e_s, 1.0, 0.03);
    }
}
END_TEST

/* The first requests of W1 and what Vidur made of the first thirty; its licence is MIT. */
START_TEST(the_first_requests_of_a_workload_are_served_as_by_vidur)
{
    static const int64_t arrival_us[] = {
        170010,  174232,  227836,  269933,  492199,  680394,  1051609, 1066768, 1158109, 1163150,
        1204270, 1321589, 1326071, 1363020, 1537935, 1669157, 1710661, 1858963, 2135252, 2136339,
        2409500, 2609132, 2678448, 2706612, 3206612, 3275007, 3291229, 3308182, 3621608, 3775883,
        4050171, 4268228, 4396288, 4896288, 4975567, 5109409, 5404153, 5564769, 5894499, 6038035,
        6241256, 6249074, 6292181, 6349119, 6362978, 6407144, 6424890, 6479172, 6647461, 6723106,
        6800159, 6839342, 6891106, 7350964, 7525002, 7681566, 7712849, 7930533, 7960269, 8039795};
    enum { N = sizeof arrival_us / sizeof *arrival_us, N_COMPARED = 30 };
    struct wm_request q[N];
    for (size_t i = 0; i < N; i++)
        q[i] = (struct wm_request){.arrival_ns = arrival_us[i] * 1000,
                                   .input_tok = 512,
                                   .output_tok = 128,
                                   .class_id = i >= N_COMPARED};
    struct wm_service *const s = wm_service_new(arena, 2, NULL);
    const struct wm_replica_params p = sarathi(7000);
    struct wm_replica *const r = wm_replica_new(
        arena, &p, table(&llama_2_7b, &layer_7b, &flashinfer, 1, 128, 512), s, 0, false);
    run(r, s, q, N);
    const struct wm_service_class *const c = &s->classes[0];
    ck_assert_uint_eq(c->served.requests, N_COMPARED);
    ck_assert_double_eq_tol(wm_ns_hist_mean_s(&c->ttft) / 0.109811, 1.0, 0.05);
    ck_assert_double_eq_tol(wm_ns_hist_mean_s(&c->tpot) / 0.017632, 1.0, 0.03);
    ck_assert_double_eq_tol(wm_ns_hist_mean_s(&c->e2e) / 2.349130, 1.0, 0.03);
}
END_TEST

/*
 * Real vLLM 0.19 serving Llama-3.1-8B in 16 bits, with the shipped entries. What an isolated card reaches of
 * its memory's peak was read off requests 0..149 of these runs (catalogue); the others are compared.
 */
static const struct card {
    const char *name, *accelerator;
    uint32_t kv_blocks, max_seqs; /* as the runs had them; 0: what the memory holds */
} cards[] = {{"RTX4090", "rtx-4090", 2588, 256}, {"RTXPRO6000", "rtx-pro-6000", 0, 128}};

struct rows {
    const struct wm_request *q;
    size_t n;
};
static bool next_row(void *self, struct wm_request *out)
{
    struct rows *const rows = self;
    if (rows->n == 0)
        return false;
    *out = *rows->q++;
    rows->n--;
    return true;
}

/* Requests of a card's run; measured means and the 99th percentile of TTFT of those from `first` on. */
static size_t read_card(const char *name, struct wm_request *q, size_t first, struct means *real,
                        double *ttft_p99_s)
{
    FILE *const file = fopen(shared(REAL), "r");
    struct wm_ns_hist *const ttft = WM_NEW(arena, struct wm_ns_hist);
    char line[512], id[32];
    size_t n = 0;
    *real = (struct means){0};
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        double at, wait, to_first, tpot, e2e;
        unsigned input, output;
        const char *from = strstr(line, ",bench-");
        if (strncmp(line, name, strlen(name)) != 0 || from == NULL ||
            sscanf(from, ",%31[^,],%lf,%u,%u,%lf,%lf,%lf,%lf", id, &at, &input, &output, &wait,
                   &to_first, &tpot, &e2e) != 8)
            continue;
        q[n] = (struct wm_request){.arrival_ns = llround(at * 1e9),
                                   .input_tok = input,
                                   .output_tok = output,
                                   .class_id = n >= first};
        if (n++ < first)
            continue;
        real->n++;
        real->ttft_s += to_first;
        real->tpot_s += tpot;
        real->e2e_s += e2e;
        wm_ns_hist_add(ttft, llround(to_first * 1e9));
    }
    if (file != NULL)
        fclose(file);
    real->ttft_s /= (double)real->n;
    real->tpot_s /= (double)real->n;
    real->e2e_s /= (double)real->n;
    *ttft_p99_s = wm_ns_hist_quantile_s(ttft, 0.99);
    return n;
}

START_TEST(requests_of_vllm_are_served_as_by_the_shipped_entries)
{
    struct wm_request q[400];
    const struct wm_catalog *catalog;
    struct wm_diags diags = wm_diags_init(arena);
    if (access(shared(REAL), R_OK) != 0) {
        puts("SKIP requests_of_vllm_are_served_as_by_the_shipped_entries: no " REAL);
        return;
    }
    ck_assert_int_eq(wm_catalog_load(arena, &catalog, &diags), WM_OK);
    for (size_t i = 0; i < sizeof cards / sizeof *cards; i++) {
        struct means real;
        double ttft_p99_s = 0.0;
        const size_t n = read_card(cards[i].name, q, 150, &real, &ttft_p99_s);
        ck_assert_uint_eq(n, 300);
        const struct wm_replay_case c = {
            .accelerator = (const void *)wm_catalog_find(catalog, WM_CATALOG_accelerator,
                                                         cards[i].accelerator),
            .llm = (const void *)wm_catalog_find(catalog, WM_CATALOG_llm, "llama-3.1-8b"),
            .engine = (const void *)wm_catalog_find(catalog, WM_CATALOG_engine, "vllm"),
            .precision = WM_BF16,
            .group = {1.0, 1.0, 1.0, 1.0},
            .n_replicas = 1,
            .max_seqs = cards[i].max_seqs,
            .token_budget = 2048,
            .kv_blocks = cards[i].kv_blocks,
            .watermark_frac = 0.01,
            .n_classes = 2,
            .input_tok = 1000.0,
            .output_tok = 500.0};
        struct rows rows = {q, n};
        struct wm_replay out;
        ck_assert_int_eq(
            wm_replay_run(arena, &c, (struct wm_request_source){next_row, &rows}, &out, &diags),
            WM_OK);
        const struct wm_service_class *const served = &out.service->classes[1];
        ck_assert_double_eq_tol(wm_ns_hist_mean_s(&served->tpot) / real.tpot_s, 1.0, 0.12);
        ck_assert_double_eq_tol(wm_ns_hist_mean_s(&served->e2e) / real.e2e_s, 1.0, 0.12);
    }
}
END_TEST

int main(void)
{
    Suite *const suite = suite_create("parity");
    TCase *const tc = tcase_create("parity");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, served_latencies_are_those_of_vidur);
    tcase_add_test(tc, the_first_requests_of_a_workload_are_served_as_by_vidur);
    tcase_add_test(tc, requests_of_vllm_are_served_as_by_the_shipped_entries);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
