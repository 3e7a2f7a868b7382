/* Serving points: a row of measured output rates, latencies and board power. */
#include <math.h>
#include <string.h>

#include "benchmarks.h"
#include "launches.h"
#include "operating_rows.h"

/* Its client draws lengths from 0.8 to 1 of the nominal ones. */
static const double drawn_frac = 0.9;

/* Rows say that drafts were checked, not how many nor how often they were right. Two guesses, each right
   in 60 % of cases, meet the rows marked fit (1 at 80 % and 3 at 55 % do as well): one pair for all
   models and engines. */
static const struct wm_draft usual_draft = {.tok = 2.0, .accept_frac = 0.6};

/* The accelerator, in the memory size its notes name where the catalogue tells sizes apart: "GH200"
   with "GH200-144GB" is the entry "gh200-144". */
static const struct wm_accelerator *accelerator_of(const struct wm_point_table *t)
{
    const char *const name = wm_point_text(t, COL_accelerator);
    const char *const notes = wm_point_text(t, COL_notes);
    const char *const at = name[0] != '\0' ? strstr(notes, name) : NULL;
    const size_t n_name = strlen(name);
    const void *entry = NULL;
    if (at != NULL && at[n_name] == '-') {
        char sized[64];
        const size_t n_digits = strspn(at + n_name + 1, "0123456789");
        const size_t n = n_name + 1 + n_digits;
        if (n_digits > 0 && n < sizeof sized) {
            snprintf(sized, sizeof sized, "%.*s", (int)n, at);
            entry = wm_point_entry(t, WM_CATALOG_accelerator, sized);
        }
    }
    return entry != NULL ? entry : wm_point_entry(t, WM_CATALOG_accelerator, name);
}

const char *wm_row_entries(const struct wm_point_table *t, struct wm_operating_point *p)
{
    p->accelerator = accelerator_of(t);
    if (p->accelerator == NULL)
        return "accelerator not in the catalogue";
    p->llm = wm_point_entry(t, WM_CATALOG_llm, wm_point_text(t, COL_model));
    return p->llm == NULL ? "model not in the catalogue" : NULL;
}

bool wm_row_engine(const struct wm_point_table *t, const char *name, struct wm_operating_point *p)
{
    p->engine = wm_point_entry(t, WM_CATALOG_engine, name);
    p->engine_word = p->engine != NULL ? p->engine->head.name : "";
    return p->engine != NULL;
}

bool wm_row_precision(const char *word, struct wm_operating_point *p)
{
    if (!wm_point_precision(word, &p->precision))
        return false;
    /* a label wider than the published checkpoint (FP8 activations over 4-bit experts) */
    if (p->llm->native_precision == WM_FP4 && p->precision == WM_FP8)
        p->precision = WM_FP4;
    return true;
}

/* Some rows count tp * ep accelerators though experts share the tensor ranks; others say tp 1 where
   attention is split over the ranks of the experts (ML.ENERGY v3). */
struct wm_group wm_row_group(const struct wm_operating_point *p, double tp, double ep, bool data)
{
    const double ranks = tp == 1.0 && ep > 1.0 ? ep : tp;
    return (struct wm_group){.tensor = data ? 1.0 : ranks,
                             .data = data ? ranks : 1.0,
                             .expert =
                                 p->llm->experts_total > 0 && ep > 1.0 ? fmin(ep, ranks) : 1.0,
                             .pipeline = 1.0};
}

double wm_number_after(const char *where, const char *key)
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

/* What serves inside an orchestration of prefill and decode workers. */
static const char *worker_software(const char *word)
{
    static const struct {
        const char *has, *engine;
    } parts[] = {{"trt", "tensorrt-llm"}, {"sglang", "sglang"}, {"vllm", "vllm"}, {"atom", "atom"}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strstr(word, parts[i].has) != NULL)
            return parts[i].engine;
    return word;
}

/* The engine's name in the catalogue: software of another year is another engine. */
static const char *engine_name(const struct wm_point_table *t, const struct wm_operating_point *p,
                               const char *word)
{
    const char *const date = wm_point_text(t, COL_date);
    const char *const source = wm_point_text(t, COL_source_id);
    const bool plain = strcmp(word, "vllm") == 0;
    if (strncmp(source, "mlperf", 6) == 0) {
        /* tuned by the vendor and its partners, vLLM among their engines; a year's rounds are one software */
        if (strcmp(p->accelerator->vendor, "AMD") == 0)
            return wm_number_after(source, "_v") >= 6.0 ? "mlperf-amd" : "mlperf-amd-2025";
        if (strstr(wm_point_text(t, COL_notes), "vLLM") == NULL && strstr(word, "vllm") == NULL)
            return "mlperf";
        word = "vllm"; /* a submission that says what it ran */
    }
    if (wm_point_is(t, COL_disagg, "1"))
        return worker_software(word);
    if (strcmp(p->accelerator->vendor, "Google") == 0 && strstr(word, "vllm") != NULL)
        return "vllm-tpu";
    if (!plain && strncmp(word, "vllm-", 5) != 0 && strcmp(word, "vllm-0.2-era") != 0)
        word = worker_software(word);
    if (strncmp(word, "vllm-0.2", 8) == 0 && strncmp(date, "2026", 4) == 0)
        word = "vllm"; /* a version of this year */
    if (strcmp(word, "vllm-0.2-era") == 0)
        return "vllm-2023";
    if (strcmp(word, "vllm") != 0)
        return word;
    if (strstr(source, "experimental") != NULL)
        return "vllm-experimental";
    if (strcmp(source, "mlenergy_v3") == 0)
        return "vllm-0.11"; /* its leaderboard's version, whatever the day of the run */
    if (date[0] != '\0' && strncmp(date, "2025", 4) < 0)
        return strncmp(date, "2024", 4) < 0 ? "vllm-2023" : "vllm-2024";
    return word;
}

/* Precision of a benchmark whose rows do not name it: the narrowest unit tuned submissions use. */
static enum wm_precision tuned_precision(const struct wm_accelerator *a)
{
    return a->fp4.flop_per_s > 0.0 ? WM_FP4 : a->fp8.flop_per_s > 0.0 ? WM_FP8 : WM_BF16;
}

/* How the row drives the model; a reason when it cannot be said. */
static const char *read_drive(const struct wm_point_table *t, struct wm_operating_point *p)
{
    const char *const workload = wm_point_text(t, COL_workload);
    const double users = wm_point_number(t, COL_concurrency);
    const double batch = wm_point_number(t, COL_batch_size);
    const struct wm_speed_limits *const limits = wm_speed_limits(workload);
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
    } else if (wm_is_offline(workload)) {
        p->drive = WM_DRIVE_OFFLINE;
        p->load = 1.0;
    } else {
        return "neither concurrency nor a known way of driving it";
    }
    return p->load > 0.0 ? NULL : "no batch";
}

/* The group that decodes, prompts included where nothing else reads them. */
static const char *read_group(const struct wm_point_table *t, struct wm_operating_point *p)
{
    const double tp = wm_point_number(t, COL_tp), ep = wm_point_number(t, COL_ep);
    const double pp = wm_point_number(t, COL_pp), n = wm_point_number(t, COL_n_gpu);
    const double stages = pp > 1.0 ? pp : 1.0;
    p->max_gpus = n > 0.0 ? fmin(n, (double)p->accelerator->scale_up_gpus) : 8.0;
    if (!(tp >= 1.0)) {
        p->group = (struct wm_group){.pipeline = stages};
        p->group = wm_submitted_group(p, wm_point_text(t, COL_source_id));
        return NULL; /* if not known either, chosen by the prediction */
    }
    const bool is_too_few = n > 0.0 && tp * stages > n;
    if (is_too_few || (!(ep > 1.0) && n > tp * stages && p->prefill_workers <= 0.0))
        return "several replicas or an unclear number of accelerators";
    p->group = wm_row_group(p, tp, ep, wm_point_number(t, COL_dp_attention) > 0.0);
    p->group.pipeline = stages;
    return NULL;
}

/* Workers that read prompts and workers that decode: "prefill tp=4 ep=4 dpa=1 workers=1; decode
   workers=2" in the notes, accelerators of each in columns. */
static const char *read_split(const struct wm_point_table *t, struct wm_operating_point *p)
{
    const char *const notes = wm_point_text(t, COL_notes);
    const char *const at = strstr(notes, "prefill tp=");
    const char *const decode = strstr(notes, "decode workers=");
    const double n_prefill = wm_point_number(t, COL_n_prefill_gpu);
    const double n_decode = wm_point_number(t, COL_n_decode_gpu);
    if (!(n_prefill >= 1.0) || !(n_decode >= 1.0))
        return "disaggregated serving, accelerators of prefill and decode not stated";
    const double tp = at != NULL ? wm_number_after(at, "tp=") : n_prefill;
    const double ep = at != NULL ? wm_number_after(at, "ep=") : 1.0;
    const double workers = at != NULL ? wm_number_after(at, "workers=") : 1.0;
    p->prefill_workers = workers >= 1.0 ? workers : 1.0;
    p->prefill = wm_row_group(p, tp, ep, at != NULL && wm_number_after(at, "dpa=") > 0.0);
    const char *const reason = read_group(t, p);
    if (reason != NULL || !(p->group.tensor >= 1.0))
        return reason != NULL ? reason
                              : "disaggregated serving, parallelism of decoding not stated";
    const double ranks = wm_group_gpus(&p->group);
    const double stated = decode != NULL ? wm_number_after(decode, "workers=") : (double)NAN;
    p->decode_workers = stated >= 1.0 ? stated : fmax(1.0, floor(n_decode / ranks));
    const bool fits = p->decode_workers * ranks <= n_decode &&
                      p->prefill_workers * wm_group_gpus(&p->prefill) <= n_prefill;
    p->n_gpus = n_prefill + n_decode;
    return fits ? NULL : "disaggregated serving, workers and accelerators do not agree";
}

static const char *read_measured(const struct wm_point_table *t, struct wm_operating_point *p)
{
    p->out_tok_per_s_per_gpu = wm_point_number(t, COL_output_tokens_per_s_per_gpu);
    p->board_w = wm_point_number(t, COL_gpu_power_w);
    p->tpot_s = wm_point_number(t, COL_tpot_s);
    p->ttft_s = wm_point_number(t, COL_ttft_s);
    const char *const basis = wm_point_text(t, COL_gpu_power_basis);
    p->power_is_exact = strncmp(basis, "measured", 8) == 0 ||
                        strcmp(basis, "derived_same_period") == 0 ||
                        strcmp(basis, "derived_energy_x_throughput") == 0 ||
                        strcmp(basis, "derived_energy_over_latency") == 0 || basis[0] == '\0';
    if (wm_point_is(t, COL_output_basis, "derived_samples_x_fixed_osl"))
        return "output rate derived with a fixed length of answers";
    if (p->out_tok_per_s_per_gpu > 0.0 || p->board_w > 0.0)
        return NULL;
    if (!(p->tpot_s > 0.0))
        return "nothing measured";
    return wm_point_number(t, COL_mtp) >= 0.0
               ? NULL
               : "latency alone, and whether drafts were checked is not stated";
}

static const char *read_lengths(const struct wm_point_table *t, struct wm_operating_point *p)
{
    const char *const workload = wm_point_text(t, COL_workload);
    const double drawn = strcmp(workload, "random_fixed_len") == 0 ? drawn_frac : 1.0;
    p->input_tok = wm_point_number(t, COL_isl_tokens) * drawn;
    p->output_tok = wm_point_number(t, COL_osl_tokens) * drawn;
    if (!(p->input_tok > 0.0))
        p->input_tok = wm_usual_prompt_tok(workload);
    return p->input_tok > 0.0 && p->output_tok > 0.0 ? NULL
                                                     : "lengths of prompts or answers not stated";
}

const char *wm_serving_row(const struct wm_point_table *t, struct wm_operating_point *p)
{
    if (wm_point_is(t, COL_kind, "derived"))
        return "derived, not measured";
    const char *reason = wm_row_entries(t, p);
    if (reason != NULL)
        return reason;
    if (!wm_row_engine(t, engine_name(t, p, wm_point_text(t, COL_framework)), p))
        return "serving engine not in the catalogue";
    p->precision = tuned_precision(p->accelerator);
    if (!wm_row_precision(wm_point_text(t, COL_precision), p) &&
        strncmp(p->engine_word, "mlperf", 6) != 0)
        return "precision not stated";
    if (wm_point_number(t, COL_mtp) > 0.0)
        p->draft = usual_draft;
    if ((reason = read_lengths(t, p)) != NULL || (reason = read_measured(t, p)) != NULL ||
        (reason = read_drive(t, p)) != NULL)
        return reason;
    return wm_point_is(t, COL_disagg, "1") ? read_split(t, p) : read_group(t, p);
}
