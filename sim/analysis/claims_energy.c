/* Energy of boards per output token where it was measured, beside the model's; and the effects that these
 * rows show: batch, mixtures against dense models, memory, generation at equal latency. */
#include <math.h>
#include <string.h>

#include "claim_study.h"
#include "wattmill/calibrate.h"
#include "wattmill/stats.h"

/* Prompts are not published: usual ones of the two tasks (estimate). */
struct task {
    const char *name;
    double input_tok;
};
enum { CHAT, REASONING };
static const struct task tasks[] = {{"chat", 100.0}, {"reasoning", 250.0}};

static const char engine_name[] = "vllm-0.11";

struct row {
    const char *llm;
    enum wm_precision precision;
    int task;
    double output_tok;
    const char *accelerator;
    struct wm_group group;
    double batch;                     /* 0: the one of least energy */
    double j_per_tok, itl_s, board_w; /* measured; 0: not given */
};

/* ML.ENERGY v3 (arXiv 2601.22076; leaderboard of 2025-12), vLLM 0.11.1, boards alone, steady state. All
 * are tensor parallel, as theirs were split; mixtures but gpt-oss keep their experts whole on the ranks.
 * Answers of the means given, of chat of the usual length (estimate). */
// clang-format off
static const struct row rows[] = {
    [ENERGY_R1_8]         = {"deepseek-r1",     WM_FP8,  REASONING, 11500, "b200", {8, 1, 8, 1},    8,  9.87,  0.018, 535},
    [ENERGY_R1_32]        = {"deepseek-r1",     WM_FP8,  REASONING, 11500, "b200", {8, 1, 8, 1},   32,  5.33,  0.032, 675},
    [ENERGY_R1_128]       = {"deepseek-r1",     WM_FP8,  REASONING, 11500, "b200", {8, 1, 8, 1},  128,  2.38,  0.045, 891},
    [ENERGY_V31_8]        = {"deepseek-v3.1",   WM_FP8,  CHAT,      500,   "b200", {8, 1, 8, 1},    8,  8.57,  0.017, 482},
    [ENERGY_V31_128]      = {"deepseek-v3.1",   WM_FP8,  CHAT,      500,   "b200", {8, 1, 8, 1},  128,  1.94,  0.039, 704},
    [ENERGY_V31_1024]     = {"deepseek-v3.1",   WM_FP8,  CHAT,      500,   "b200", {8, 1, 8, 1}, 1024,  0.77,  0.128, 704},
    [ENERGY_V31_3072]     = {"deepseek-v3.1",   WM_FP8,  CHAT,      500,   "b200", {8, 1, 8, 1}, 3072,  0.61,  0.186, 684},
    [ENERGY_405_H100_8]   = {"llama-3.1-405b",  WM_FP8,  CHAT,      400,   "h100", {8, 1, 1, 1},    8, 13.97,  0.033, 408},
    [ENERGY_405_H100_256] = {"llama-3.1-405b",  WM_FP8,  CHAT,      400,   "h100", {8, 1, 1, 1},  256,  2.06,  0.067, 609},
    [ENERGY_405_B200_8]   = {"llama-3.1-405b",  WM_FP8,  CHAT,      400,   "b200", {4, 1, 1, 1},    8, 12.99,  0.029, 863},
    [ENERGY_405_B200_256] = {"llama-3.1-405b",  WM_FP8,  CHAT,      400,   "b200", {4, 1, 1, 1},  256,  1.35,  0.063, 975},
    [ENERGY_405_B200_512] = {"llama-3.1-405b",  WM_FP8,  CHAT,      400,   "b200", {4, 1, 1, 1},  512,  1.15,  0.098, 971},
    [ENERGY_70_H100_8]    = {"llama-3.1-70b",   WM_BF16, CHAT,      350,   "h100", {4, 1, 1, 1},    8,  3.76,  0.017, 441},
    [ENERGY_70_H100_256]  = {"llama-3.1-70b",   WM_BF16, CHAT,      350,   "h100", {4, 1, 1, 1},  256,  0.48,  0.040, 589},
    [ENERGY_70_H100_1024] = {"llama-3.1-70b",   WM_BF16, CHAT,      350,   "h100", {4, 1, 1, 1}, 1024,  0.37,  0.106, 637},
    [ENERGY_70_B200_8]    = {"llama-3.1-70b",   WM_BF16, CHAT,      350,   "b200", {2, 1, 1, 1},    8,  3.57,  0.016, 849},
    [ENERGY_70_B200_256]  = {"llama-3.1-70b",   WM_BF16, CHAT,      350,   "b200", {2, 1, 1, 1},  256,  0.36,  0.036, 971},
    [ENERGY_70_B200_2048] = {"llama-3.1-70b",   WM_BF16, CHAT,      350,   "b200", {2, 1, 1, 1}, 2048,  0.19,  0.140, 954},
    [ENERGY_32_H100_8]    = {"qwen3-32b",       WM_BF16, CHAT,      630,   "h100", {2, 1, 1, 1},    8,  1.63,  0,     0},
    [ENERGY_32_H100_256]  = {"qwen3-32b",       WM_BF16, CHAT,      630,   "h100", {2, 1, 1, 1},  256,  0.23,  0.044, 0},
    [ENERGY_32_B200_8]    = {"qwen3-32b",       WM_BF16, CHAT,      630,   "b200", {1, 1, 1, 1},    8,  1.55,  0,     0},
    [ENERGY_32_B200_256]  = {"qwen3-32b",       WM_BF16, CHAT,      630,   "b200", {1, 1, 1, 1},  256,  0.15,  0.036, 0},
    [ENERGY_235_H100]     = {"qwen3-235b-a22b", WM_BF16, REASONING, 9000,  "h100", {8, 1, 8, 1},   32,  3.61,  0,     0},
    [ENERGY_235_B200]     = {"qwen3-235b-a22b", WM_BF16, REASONING, 9000,  "b200", {8, 1, 8, 1},  512,  0.634, 0,     0},
    [ENERGY_OSS_H100_8]   = {"gpt-oss-120b",    WM_FP4,  REASONING, 1700,  "h100", {2, 1, 1, 1},    8,  0.78,  0,     0},
    [ENERGY_OSS_B200_8]   = {"gpt-oss-120b",    WM_FP4,  REASONING, 1700,  "b200", {1, 1, 1, 1},    8,  0.49,  0,     0},
    [ENERGY_OSS_H100]     = {"gpt-oss-120b",    WM_FP4,  REASONING, 1700,  "h100", {2, 1, 1, 1},    0,  0.086, 0,     0},
    [ENERGY_OSS_B200]     = {"gpt-oss-120b",    WM_FP4,  REASONING, 1700,  "b200", {1, 1, 1, 1},    0,  0.040, 0,     0},
    [ENERGY_30_B200]      = {"qwen3-30b-a3b",   WM_BF16, REASONING, 7000,  "b200", {1, 1, 1, 1},    0,  0.088, 0,     0},
    [ENERGY_32R_B200]     = {"qwen3-32b",       WM_BF16, REASONING, 7000,  "b200", {1, 1, 1, 1},    0,  0.312, 0,     0},
};
// clang-format on
#define N_ROWS (sizeof rows / sizeof *rows)

static struct wm_operating_point point_of(const struct wm_catalog *catalog, const struct row *r)
{
    return (struct wm_operating_point){
        .accelerator =
            (const void *)wm_catalog_find(catalog, WM_CATALOG_accelerator, r->accelerator),
        .llm = (const void *)wm_catalog_find(catalog, WM_CATALOG_llm, r->llm),
        .engine = (const void *)wm_catalog_find(catalog, WM_CATALOG_engine, engine_name),
        .precision = r->precision,
        .group = r->group,
        .input_tok = tasks[r->task].input_tok,
        .output_tok = r->output_tok,
        .drive = WM_DRIVE_BATCH,
        .load = r->batch};
}

static struct wm_energy_figures figures_at(const struct wm_operating_point *p, double batch)
{
    struct wm_operating_point at = *p;
    at.load = batch;
    const struct wm_prediction q = wm_operating_point_predict(&at, NULL, NULL);
    return (struct wm_energy_figures){.batch = batch,
                                      .j_per_tok = q.out_tok_per_s_per_gpu > 0.0
                                                       ? q.board_w / q.out_tok_per_s_per_gpu
                                                       : (double)NAN,
                                      .itl_s = q.tpot_s,
                                      .board_w = q.board_w};
}

/* The batch of least energy per token whose time per token stays within `itl_s`. */
static struct wm_energy_figures least_energy(const struct wm_operating_point *p, double itl_s)
{
    struct wm_energy_figures best = {.j_per_tok = (double)NAN};
    const double context_tok = p->input_tok + 0.5 * p->output_tok;
    const struct wm_serving_case c = {.accelerator = p->accelerator,
                                      .llm = p->llm,
                                      .engine = p->engine,
                                      .precision = p->precision};
    const struct wm_step_model m = wm_serving_step_model(&c, &p->group, 1.0);
    const double limit = wm_group_batch_limit(&m, context_tok);
    for (double batch = 1.0; batch <= limit; batch *= 1.25) {
        const struct wm_energy_figures f = figures_at(p, batch);
        if (f.itl_s <= itl_s && !(f.j_per_tok >= best.j_per_tok))
            best = f;
    }
    return best;
}

static struct wm_energy_figures compute(const struct wm_catalog *catalog, const struct row *r)
{
    const struct wm_operating_point p = point_of(catalog, r);
    return r->batch > 0.0 ? figures_at(&p, r->batch) : least_energy(&p, (double)INFINITY);
}

enum wm_status wm_measured_energy(struct wm_arena *arena, struct wm_energy_rows *out,
                                  struct wm_diags *diags)
{
    const struct wm_catalog *catalog = NULL;
    const enum wm_status status = wm_catalog_load(arena, &catalog, diags);
    *out = (struct wm_energy_rows){0};
    if (status != WM_OK)
        return status;
    out->items = WM_NEW_ARRAY(arena, struct wm_energy_row, N_ROWS);
    for (; out->n < N_ROWS; out->n++) {
        const struct row *const r = &rows[out->n];
        out->items[out->n] =
            (struct wm_energy_row){.llm = r->llm,
                                   .precision = wm_precision_words[r->precision],
                                   .task = tasks[r->task].name,
                                   .accelerator = r->accelerator,
                                   .n_gpus = wm_group_gpus(&r->group),
                                   .measured = {r->batch, r->j_per_tok, r->itl_s, r->board_w},
                                   .computed = compute(catalog, r)};
    }
    return WM_OK;
}

/* Energy of a row over that of another. */
double claim_energy_ratio(struct study *s, int pair)
{
    static const int pairs[][2] = {
        [CLAIM_BATCH_R1] = {ENERGY_R1_8, ENERGY_R1_128},
        [CLAIM_BATCH_V31] = {ENERGY_V31_8, ENERGY_V31_3072},
        [CLAIM_BATCH_405] = {ENERGY_405_H100_8, ENERGY_405_H100_256},
        [CLAIM_BATCH_70] = {ENERGY_70_B200_8, ENERGY_70_B200_2048},
        [CLAIM_DENSE_OVER_SMALL] = {ENERGY_32R_B200, ENERGY_30_B200},
        [CLAIM_LARGE_OVER_DENSE] = {ENERGY_235_B200, ENERGY_32R_B200},
        [CLAIM_MEMORY_235] = {ENERGY_235_H100, ENERGY_235_B200},
        [CLAIM_GENERATION_OSS] = {ENERGY_OSS_H100, ENERGY_OSS_B200},
        [CLAIM_GENERATION_405_8] = {ENERGY_405_H100_8, ENERGY_405_B200_8},
        [CLAIM_GENERATION_70_8] = {ENERGY_70_H100_8, ENERGY_70_B200_8},
    };
    const int *const p = pairs[pair];
    return compute(s->catalog, &rows[p[0]]).j_per_tok / compute(s->catalog, &rows[p[1]]).j_per_tok;
}

/* Least energy within a time per token, over the group sizes that hold the model. */
static double least_j_per_tok(const struct study *s, const struct row *r, double itl_s)
{
    double best = (double)NAN;
    for (double n = 1.0; n <= 8.0; n *= 2.0) {
        struct row at = *r;
        struct wm_operating_point p = point_of(s->catalog, &at);
        p.group = wm_group_default(p.llm, n);
        best = fmin(best, least_energy(&p, itl_s).j_per_tok); /* fmin() passes over NAN */
    }
    return best;
}

double claim_equal_latency_energy(struct study *s, int arg)
{
    static const struct row models[] = {{.llm = "llama-3.1-8b", .precision = WM_BF16},
                                        {.llm = "qwen3-14b", .precision = WM_BF16},
                                        {.llm = "qwen3-32b", .precision = WM_BF16},
                                        {.llm = "llama-3.1-70b", .precision = WM_BF16},
                                        {.llm = "llama-3.1-405b", .precision = WM_FP8},
                                        {.llm = "qwen3-30b-a3b", .precision = WM_BF16},
                                        {.llm = "qwen3-235b-a22b", .precision = WM_FP8},
                                        {.llm = "gpt-oss-120b", .precision = WM_FP4},
                                        {.llm = "llama-4-scout", .precision = WM_FP8}};
    static const double itl_s[] = {0.05, 0.10, 0.25};
    enum { N_MODELS = sizeof models / sizeof *models, N_ITLS = 3, N_TASKS = 2 };
    double ratios[N_MODELS * N_ITLS * N_TASKS];
    size_t n = 0;
    (void)arg;
    for (size_t i = 0; i < N_MODELS * N_TASKS; i++)
        for (size_t k = 0; k < N_ITLS; k++) {
            struct row old = models[i / N_TASKS], new;
            old.task = i % N_TASKS == 0 ? CHAT : REASONING;
            old.output_tok = old.task == CHAT ? 450.0 : 7000.0;
            new = old;
            old.accelerator = "h100";
            new.accelerator = "b200";
            const double ratio =
                least_j_per_tok(s, &old, itl_s[k]) / least_j_per_tok(s, &new, itl_s[k]);
            if (isfinite(ratio))
                ratios[n++] = ratio;
        }
    if (n == 0)
        return (double)NAN;
    wm_sort(ratios, n);
    return n % 2 ? ratios[n / 2] : 0.5 * (ratios[n / 2 - 1] + ratios[n / 2]);
}

static const char *figure(struct wm_arena *arena, double value)
{
    if (!(value > 0.0)) /* not given, or nothing fits */
        return NULL;
    return wm_arena_printf(arena, value >= 100.0 ? "%.0f" : "%.3g", value);
}

void wm_measured_energy_write(FILE *file, struct wm_arena *arena, const struct wm_energy_rows *e,
                              enum wm_format format)
{
    static const struct wm_grid_column columns[] = {
        {.key = "model"},
        {.key = "precision"},
        {.key = "task"},
        {.key = "gpus"},
        {.key = "batch", .is_json = true, .align_right = true},
        {.key = "j_per_tok", .is_json = true, .align_right = true},
        {.key = "computed", .is_json = true, .align_right = true},
        {.key = "itl_ms", .is_json = true, .align_right = true},
        {.key = "computed_ms", .is_json = true, .align_right = true},
        {.key = "board_w", .is_json = true, .align_right = true},
        {.key = "computed_w", .is_json = true, .align_right = true}};
    enum { N = sizeof columns / sizeof *columns };
    const char **const cells = WM_NEW_ARRAY(arena, const char *, e->n *N);
    for (size_t i = 0; i < e->n; i++) {
        const struct wm_energy_row *const r = &e->items[i];
        const char *const row[N] = {r->llm,
                                    r->precision,
                                    r->task,
                                    wm_arena_printf(arena, "%.0f x %s", r->n_gpus, r->accelerator),
                                    figure(arena, r->computed.batch),
                                    figure(arena, r->measured.j_per_tok),
                                    figure(arena, r->computed.j_per_tok),
                                    figure(arena, 1e3 * r->measured.itl_s),
                                    figure(arena, 1e3 * r->computed.itl_s),
                                    figure(arena, r->measured.board_w),
                                    figure(arena, r->computed.board_w)};
        memcpy(&cells[N * i], row, sizeof row);
    }
    wm_grid_write(file, &(struct wm_grid){columns, N, cells, e->n}, format);
}
