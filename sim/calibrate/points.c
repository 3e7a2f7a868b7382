/* Operating points from a CSV file: columns by name, rows the model cannot represent by reason. */
#include <math.h>
#include <string.h>

#include "wattmill/calibrate.h"
#include "wattmill/csv.h"
#include "wattmill/input.h"

/* clang-format off */
#define COLUMNS(X)                                                                                 \
    X(row_id) X(power_row_id) X(source_id) X(kind) X(accelerator) X(n_gpu) X(model) X(precision)     \
    X(framework) X(workload) X(isl_tokens) X(osl_tokens) X(concurrency) X(batch_size) X(tp) X(pp)    \
    X(ep) X(dp_attention) X(disagg) X(mtp) X(output_tokens_per_s_per_gpu) X(output_basis)            \
    X(gpu_power_w) X(gpu_power_basis) X(date) X(split) X(scope) X(phase) X(knob) X(knob_value)                \
    X(power_per_gpu_w) X(throughput_value) X(throughput_unit) X(notes)
enum column {
#define X(name) COL_##name,
    COLUMNS(X)
#undef X
    N_COLUMNS
};
static const char *const column_names[] = {
#define X(name) #name,
    COLUMNS(X)
#undef X
};
/* clang-format on */

struct load {
    struct wm_arena *arena;
    const struct wm_catalog *catalog;
    struct wm_operating_points *points;
    size_t capacity;
    bool has_header;
    bool is_power;     /* a table of power points */
    int at[N_COLUMNS]; /* index of the cell, or -1 */
    const struct wm_csv_row *row;
};

static const char *text(const struct load *l, enum column column)
{
    const int at = l->at[column];
    return at < 0 || (size_t)at >= l->row->n ? "" : l->row->cells[at];
}

static double number(const struct load *l, enum column column)
{
    double value = 0.0;
    return wm_csv_number(text(l, column), &value) ? value : (double)NAN;
}

static bool is(const struct load *l, enum column column, const char *word)
{
    return strcmp(text(l, column), word) == 0;
}

static void leave_out(struct wm_operating_points *points, const char *reason)
{
    const size_t most = sizeof points->left_out / sizeof *points->left_out;
    for (size_t i = 0; i < points->n_left_out; i++)
        if (strcmp(points->left_out[i].reason, reason) == 0) {
            points->left_out[i].n++;
            return;
        }
    if (points->n_left_out < most)
        points->left_out[points->n_left_out++] = (struct wm_left_out){reason, 1};
}

/* "DeepSeek-R1" -> the entry "deepseek-r1" */
static const struct wm_catalog_head *find(const struct load *l, enum wm_catalog_kind kind,
                                          const char *name)
{
    char low[80];
    size_t n = 0;
    for (; name[n] != '\0' && n < sizeof low - 1; n++)
        low[n] = name[n] >= 'A' && name[n] <= 'Z' ? (char)(name[n] - 'A' + 'a') : name[n];
    low[n] = '\0';
    return wm_catalog_find(l->catalog, kind, low);
}

/* The accelerator, in the memory size its notes name where the catalogue tells sizes apart: "GH200"
   with "GH200-144GB" is the entry "gh200-144". */
static const struct wm_accelerator *find_accelerator(const struct load *l)
{
    const char *const name = text(l, COL_accelerator), *const notes = text(l, COL_notes);
    const char *const at = name[0] != '\0' ? strstr(notes, name) : NULL;
    const size_t n_name = strlen(name);
    char sized[64];
    const void *entry = NULL;
    if (at != NULL && at[n_name] == '-' && n_name + 8 < sizeof sized) {
        const size_t n_digits = strspn(at + n_name + 1, "0123456789");
        snprintf(sized, sizeof sized, "%.*s", (int)fmin((double)(n_name + 1 + n_digits), 63.0), at);
        entry = n_digits > 0 ? find(l, WM_CATALOG_accelerator, sized) : NULL;
    }
    return entry != NULL ? entry : (const void *)find(l, WM_CATALOG_accelerator, name);
}

static bool read_precision(const char *word, enum wm_precision *out)
{
    static const struct {
        const char *word;
        enum wm_precision precision;
    } words[] = {{"bf16", WM_BF16}, {"fp16", WM_BF16}, {"fp8", WM_FP8},
                 {"fp4", WM_FP4},   {"mxfp4", WM_FP4}, {"nvfp4", WM_FP4},
                 {"int4", WM_INT4}, {"fp32", WM_FP32}, {"int8", WM_INT8}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].word, word) == 0) {
            *out = words[i].precision;
            return true;
        }
    return false;
}

/* Mean prompt lengths of data sets whose rows do not state them (estimates from their publications:
   short chat questions, multiple-choice science, code to fill in the middle of). */
static double usual_prompt_tok(const char *workload)
{
    static const struct {
        const char *workload;
        double tok;
    } sets[] = {{"lm-arena-chat", 100.0}, {"gpqa", 250.0},          {"sourcegraph-fim", 700.0},
                {"chat_sharegpt", 190.0}, {"code_sharegpt", 150.0}, {"chat", 50.0},
                {"instruct", 50.0}};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if (strcmp(sets[i].workload, workload) == 0)
            return sets[i].tok;
    return (double)NAN;
}

static bool is_offline(const char *workload)
{
    return strncmp(workload, "offline", 7) == 0 || strstr(workload, "_offline") != NULL;
}

/* Latency limits of MLPerf Inference (rules of v5.1), 99th percentiles of requests. */
struct limits {
    const char *has, *kind;
    double ttft_s, tpot_s;
};
static const struct limits *speed_limits(const char *workload)
{
    static const struct limits limits[] = {
        {"llama2-70b", "interactive", 0.45, 0.040},   {"llama2-70b", "server", 2.0, 0.200},
        {"llama3.1-405b", "interactive", 4.5, 0.080}, {"llama3.1-405b", "server", 6.0, 0.175},
        {"llama3.1-8b", "interactive", 0.5, 0.030},   {"llama3.1-8b", "server", 2.0, 0.100},
        {"deepseek-r1", "server", 2.0, 0.080},        {"mixtral-8x7b", "server", 2.0, 0.200}};
    if (is_offline(workload))
        return NULL; /* also of the interactive benchmarks: their offline scenario has no limit */
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (strstr(workload, limits[i].has) != NULL && strstr(workload, limits[i].kind) != NULL)
            return &limits[i];
    return NULL;
}

/* The engine's name in the catalogue: software of another year is another engine. */
static const char *engine_name(const struct load *l, const char *word)
{
    const char *const date = text(l, COL_date);
    if (strncmp(text(l, COL_source_id), "mlperf", 6) == 0) {
        if (strstr(text(l, COL_notes), "vLLM") == NULL)
            return "mlperf";
        word = "vllm"; /* a submission that says what it ran */
    }
    if (strcmp(word, "vllm-0.2-era") == 0)
        return "vllm-2023";
    if (strcmp(word, "vllm") == 0 && strstr(text(l, COL_source_id), "experimental") != NULL)
        return "vllm-experimental";
    if (strcmp(word, "vllm") == 0 && is(l, COL_source_id, "mlenergy_v3"))
        return "vllm-0.11"; /* its leaderboard's version, whatever the day of the run */
    if (strcmp(word, "vllm") == 0 && date[0] != '\0' && strncmp(date, "2025", 4) < 0)
        return strncmp(date, "2024", 4) < 0 ? "vllm-2023" : "vllm-2024";
    return word;
}

/* Precision of a benchmark whose rows do not name it: the narrowest unit tuned submissions use. */
static enum wm_precision tuned_precision(const struct wm_accelerator *a)
{
    return a->fp4.flop_per_s > 0.0 ? WM_FP4 : a->fp8.flop_per_s > 0.0 ? WM_FP8 : WM_BF16;
}

/* How the row drives the model; a reason when it cannot be said. */
static const char *read_drive(const struct load *l, struct wm_operating_point *p)
{
    const char *const workload = text(l, COL_workload);
    const double users = number(l, COL_concurrency), batch = number(l, COL_batch_size);
    const struct limits *const limits = speed_limits(workload);
    if (strcmp(workload, "first_token_latency") == 0)
        return "no output rate, latency of prompts only";
    if (strcmp(workload, "single_batch") == 0) {
        p->drive = WM_DRIVE_DECODE;
        p->load = batch;
    } else if (batch > 0.0) {
        p->drive = WM_DRIVE_BATCH;
        p->load = batch;
    } else if (users > 0.0) {
        p->drive = WM_DRIVE_USERS;
        p->load = users;
    } else if (limits != NULL) {
        p->drive = WM_DRIVE_SPEED;
        p->load = limits->tpot_s;
        p->ttft_limit_s = limits->ttft_s;
    } else if (is_offline(workload)) {
        p->drive = WM_DRIVE_OFFLINE;
        p->load = 1.0;
    } else {
        return "neither concurrency nor a known way of driving it";
    }
    return p->load > 0.0 ? NULL : "no batch";
}

/* The group. Some rows count tp * ep accelerators though experts share the tensor ranks; others say
   tp 1 where attention is split over the ranks of the experts, unless they flag attention as data
   parallel (ML.ENERGY v3). */
static const char *read_group(const struct load *l, struct wm_operating_point *p)
{
    const double tp = number(l, COL_tp), ep = number(l, COL_ep), pp = number(l, COL_pp);
    double n = number(l, COL_n_gpu);
    const double stages = pp > 1.0 ? pp : 1.0;
    p->max_gpus = n > 0.0 ? fmin(n, (double)p->accelerator->scale_up_gpus) : 8.0;
    p->group = (struct wm_group){.pipeline = stages};
    if (!(tp > 0.0))
        return NULL; /* chosen by the prediction */
    const bool is_moe = p->llm->experts_total > 0;
    const bool data = number(l, COL_dp_attention) > 0.0;
    double ranks = tp;
    if (tp == 1.0 && ep > 1.0)
        ranks = ep;
    else if (!(ep > 1.0) && n > tp * stages)
        return "several replicas or an unclear number of accelerators";
    p->group.tensor = data ? 1.0 : ranks;
    p->group.data = ranks / p->group.tensor;
    p->group.expert = is_moe && ep > 1.0 ? fmin(ep, ranks) : 1.0;
    return NULL;
}

static const char *read_measured(const struct load *l, struct wm_operating_point *p)
{
    p->out_tok_per_s_per_gpu = number(l, COL_output_tokens_per_s_per_gpu);
    p->board_w = number(l, COL_gpu_power_w);
    const char *const basis = text(l, COL_gpu_power_basis);
    p->power_is_exact = strncmp(basis, "measured", 8) == 0 ||
                        strcmp(basis, "derived_same_period") == 0 ||
                        strcmp(basis, "derived_energy_x_throughput") == 0 ||
                        strcmp(basis, "derived_energy_over_latency") == 0 || basis[0] == '\0';
    if (is(l, COL_output_basis, "derived_samples_x_fixed_osl"))
        return "output rate derived with a fixed length of answers";
    return p->out_tok_per_s_per_gpu > 0.0 || p->board_w > 0.0 ? NULL : "nothing measured";
}

/* Fills a serving point; NULL, or why the row is left out. */
static const char *read_serving(const struct load *l, struct wm_operating_point *p)
{
    if (is(l, COL_kind, "derived"))
        return "derived, not measured";
    if (is(l, COL_disagg, "1"))
        return "disaggregated serving";
    if (number(l, COL_mtp) > 0.0)
        return "speculative decoding, acceptance not published";
    p->accelerator = find_accelerator(l);
    if (p->accelerator == NULL)
        return "accelerator not in the catalogue";
    p->llm = (const struct wm_llm *)(const void *)find(l, WM_CATALOG_llm, text(l, COL_model));
    if (p->llm == NULL)
        return "model not in the catalogue";
    p->engine_word = engine_name(l, text(l, COL_framework));
    p->engine = (const struct wm_engine *)(const void *)find(l, WM_CATALOG_engine, p->engine_word);
    if (p->engine == NULL)
        return "serving engine not in the catalogue";
    p->precision = tuned_precision(p->accelerator);
    if (!read_precision(text(l, COL_precision), &p->precision) &&
        strcmp(p->engine_word, "mlperf") != 0)
        return "precision not stated";
    /* a label wider than the published checkpoint (FP8 activations over 4-bit experts) */
    if (p->llm->native_precision == WM_FP4 && p->precision == WM_FP8)
        p->precision = WM_FP4;
    p->input_tok = number(l, COL_isl_tokens);
    p->output_tok = number(l, COL_osl_tokens);
    if (!(p->input_tok > 0.0))
        p->input_tok = usual_prompt_tok(text(l, COL_workload));
    /* its client draws lengths from 0.8 to 1 of the nominal ones */
    const bool drawn = is(l, COL_workload, "random_fixed_len");
    p->input_tok *= drawn ? 0.9 : 1.0;
    p->output_tok *= drawn ? 0.9 : 1.0;
    if (!(p->input_tok > 0.0) || !(p->output_tok > 0.0))
        return "lengths of prompts or answers not stated";
    const char *reason = read_measured(l, p);
    if (reason == NULL)
        reason = read_drive(l, p);
    return reason != NULL ? reason : read_group(l, p);
}

/* The number after `key` in a text ("tp" in "tp=4.0 ep=nan"), NAN when there is none. */
static double number_after(const char *where, const char *key)
{
    const char *at = strstr(where, key);
    char word[24];
    size_t n = 0;
    if (at == NULL)
        return (double)NAN;
    at += strlen(key);
    while (n < sizeof word - 1 && ((at[n] >= '0' && at[n] <= '9') || at[n] == '.')) {
        word[n] = at[n];
        n++;
    }
    word[n] = '\0';
    double value = 0.0;
    return wm_csv_number(word, &value) ? value : (double)NAN;
}

/* The word number `i` of a text, in `word`. */
static void word_of(const char *from, int i, char word[32])
{
    while (i-- > 0) {
        from += strcspn(from, " ;");
        from += strspn(from, " ");
    }
    const size_t n = strcspn(from, " ;");
    snprintf(word, 32, "%.*s", (int)(n < 31 ? n : 31), from);
}

/* Mean answers of data sets whose power rows do not state them (estimates, as usual_prompt_tok). */
static double usual_answer_tok(const char *workload)
{
    return strcmp(workload, "gpqa") == 0              ? 6000.0
           : strcmp(workload, "chat_sharegpt") == 0   ? 425.0
           : strcmp(workload, "code_sharegpt") == 0   ? 90.0
           : strcmp(workload, "lm-arena-chat") == 0   ? 600.0
           : strcmp(workload, "sourcegraph-fim") == 0 ? 250.0
           : usual_prompt_tok(workload) > 0.0         ? 250.0
                                                      : (double)NAN;
}

/* Lengths of a power row: "random_fixed_len 1024/8192", "prompt 512 batch 1 out 128 tp8", or a set. */
static void read_power_lengths(const char *workload, struct wm_operating_point *p)
{
    const char *const pair = strstr(workload, "_len ");
    p->input_tok = usual_prompt_tok(workload);
    p->output_tok = usual_answer_tok(workload);
    if (pair != NULL) { /* its client draws lengths from 0.8 to 1 of the nominal ones */
        p->input_tok = 0.9 * number_after(pair, "_len ");
        p->output_tok = 0.9 * number_after(pair, "/");
    } else if (strncmp(workload, "prompt ", 7) == 0) {
        p->input_tok = number_after(workload, "prompt ");
        p->output_tok = number_after(workload, "out ");
    }
}

/* The configuration of a power row stands in words of its notes: "fp4 sglang tp=4.0 ep=1.0". */
static const char *read_power_configuration(const struct load *l, struct wm_operating_point *p)
{
    char precision[32], engine[32];
    const char *const notes = text(l, COL_notes), *const workload = text(l, COL_workload);
    word_of(notes, 0, precision);
    word_of(notes, 1, engine);
    double tp = number_after(notes, "tp="), ep = number_after(notes, "ep=");
    p->engine_word = "";
    if (is(l, COL_source_id, "splitwise")) {
        snprintf(precision, sizeof precision, "fp16");
        p->engine_word = "vllm-2023";
        tp = number_after(workload, "tp");
    } else if (is(l, COL_source_id, "mlenergy_v3")) {
        p->engine_word = "vllm-0.11";
    } else if (is(l, COL_source_id, "mlenergy_v2")) {
        p->engine_word = "vllm-2024";
    }
    p->engine = (const struct wm_engine *)(const void *)find(
        l, WM_CATALOG_engine, p->engine_word[0] != '\0' ? p->engine_word : engine);
    if (p->engine == NULL)
        return "serving engine not in the catalogue";
    p->engine_word = p->engine->head.name;
    if (!read_precision(precision, &p->precision))
        return "precision not stated";
    if (p->llm->native_precision == WM_FP4 && p->precision == WM_FP8)
        p->precision = WM_FP4;
    if (number_after(notes, "mtp=") > 0.0)
        return "speculative decoding, acceptance not published";
    const double ranks = tp == 1.0 && ep > 1.0 ? ep : tp;
    if (!(ranks >= 1.0))
        return "number of accelerators not stated";
    p->group = (struct wm_group){.tensor = ranks,
                                 .data = 1.0,
                                 .expert = p->llm->experts_total > 0 && ep > 1.0 ? ep : 1.0,
                                 .pipeline = 1.0};
    return NULL;
}

/* Fills a power point; NULL, or why the row is left out. */
static const char *read_power(const struct load *l, struct wm_operating_point *p)
{
    if (!is(l, COL_scope, "gpu"))
        return "power of nodes or of a whole fleet";
    if (is(l, COL_phase, "training"))
        return "training";
    if (!is(l, COL_knob, "concurrency") &&
        !(is(l, COL_knob, "batch") && is(l, COL_phase, "decode")))
        return "power limits, clocks, idle draw or prefill peaks";
    p->accelerator = (const struct wm_accelerator *)(const void *)find(l, WM_CATALOG_accelerator,
                                                                       text(l, COL_accelerator));
    if (p->accelerator == NULL)
        return "accelerator not in the catalogue";
    p->llm = (const struct wm_llm *)(const void *)find(l, WM_CATALOG_llm, text(l, COL_model));
    if (p->llm == NULL)
        return "model not in the catalogue";
    const char *const reason = read_power_configuration(l, p);
    if (reason != NULL)
        return reason;
    read_power_lengths(text(l, COL_workload), p);
    p->load = number(l, COL_knob_value);
    p->board_w = number(l, COL_power_per_gpu_w);
    if (!(p->input_tok > 0.0) || !(p->output_tok > 0.0) || !(p->load > 0.0))
        return "lengths of prompts or answers not stated";
    if (!(p->board_w > 0.0))
        return "nothing measured";
    p->power_is_exact = strstr(text(l, COL_notes), "derived_mixed_period") == NULL;
    p->out_tok_per_s_per_gpu = (double)NAN;
    p->drive = is(l, COL_knob, "batch")                         ? WM_DRIVE_DECODE
               : strstr(text(l, COL_workload), "_len ") != NULL ? WM_DRIVE_USERS
                                                                : WM_DRIVE_BATCH;
    return NULL;
}

static void keep(struct load *l, struct wm_operating_point *p)
{
    struct wm_operating_points *points = l->points;
    const char *const words[] = {text(l, l->is_power ? COL_power_row_id : COL_row_id),
                                 text(l, COL_source_id), p->engine_word, text(l, COL_date)};
    const char **kept[] = {&p->row, &p->source, &p->engine_word, &p->date};
    for (size_t i = 0; i < 4; i++)
        *kept[i] = wm_arena_copy_text(l->arena, words[i], strlen(words[i]));
    p->is_fit = is(l, COL_split, "fit");
    if (points->n == l->capacity) {
        const size_t capacity = l->capacity == 0 ? 1024 : 2 * l->capacity;
        struct wm_operating_point *items =
            WM_NEW_ARRAY(l->arena, struct wm_operating_point, capacity);
        if (points->n > 0)
            memcpy(items, points->items, points->n * sizeof *items);
        points->items = items;
        l->capacity = capacity;
    }
    points->items[points->n++] = *p;
}

static void read_header(struct load *l, const struct wm_csv_row *row)
{
    for (size_t c = 0; c < N_COLUMNS; c++) {
        l->at[c] = -1;
        for (size_t i = 0; i < row->n; i++)
            if (strcmp(row->cells[i], column_names[c]) == 0)
                l->at[c] = (int)i;
    }
    l->has_header = true;
    l->is_power = l->at[COL_power_per_gpu_w] >= 0;
}

static bool on_row(void *context, const struct wm_csv_row *row)
{
    struct load *l = context;
    if (!l->has_header) {
        read_header(l, row);
        return l->is_power || l->at[COL_output_tokens_per_s_per_gpu] >= 0;
    }
    l->row = row;
    l->points->n_rows++;
    struct wm_operating_point p = {.engine_word = ""};
    const char *const reason = l->is_power ? read_power(l, &p) : read_serving(l, &p);
    if (reason != NULL)
        leave_out(l->points, reason);
    else
        keep(l, &p);
    return true;
}

enum wm_status wm_operating_points_load(struct wm_arena *arena, const char *path,
                                        const struct wm_catalog *catalog,
                                        struct wm_operating_points *points, struct wm_diags *diags)
{
    *points = (struct wm_operating_points){0};
    const char *bytes = NULL;
    size_t n_bytes = 0;
    enum wm_status status = wm_text_load(arena, path, &bytes, &n_bytes, diags);
    if (status != WM_OK)
        return status;
    struct load l = {.arena = arena, .catalog = catalog, .points = points};
    status = wm_csv_scan(arena, bytes, n_bytes, path, on_row, &l, diags);
    if (status == WM_OK &&
        (!l.has_header || (!l.is_power && l.at[COL_output_tokens_per_s_per_gpu] < 0))) {
        const struct wm_place place = {.file = path, .line = 1};
        wm_diag_add(diags, WM_E214, &place, NULL,
                    "no operating points: needs a column output_tokens_per_s_per_gpu (serving) or "
                    "power_per_gpu_w (power)");
        return WM_INVALID;
    }
    return status;
}
