/* Power points: a row of board power against concurrency or batch; the configuration stands in words. */
#include <math.h>
#include <string.h>

#include "benchmarks.h"
#include "operating_rows.h"

static const double drawn_frac = 0.9; /* as in serving rows */

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

/* Lengths: "random_fixed_len 1024/8192", "prompt 512 batch 1 out 128 tp8", or a data set. */
static void read_lengths(const char *workload, struct wm_operating_point *p)
{
    const char *const pair = strstr(workload, "_len ");
    p->input_tok = wm_usual_prompt_tok(workload);
    p->output_tok = wm_usual_answer_tok(workload);
    if (pair != NULL) {
        p->input_tok = drawn_frac * wm_number_after(pair, "_len ");
        p->output_tok = drawn_frac * wm_number_after(pair, "/");
    } else if (strncmp(workload, "prompt ", 7) == 0) {
        p->input_tok = wm_number_after(workload, "prompt ");
        p->output_tok = wm_number_after(workload, "out ");
    }
}

/* "fp4 sglang tp=4.0 ep=1.0" */
static const char *read_configuration(const struct wm_point_table *t, struct wm_operating_point *p)
{
    static const struct {
        const char *source, *engine;
    } sets[] = {
        {"splitwise", "vllm-2023"}, {"mlenergy_v3", "vllm-0.11"}, {"mlenergy_v2", "vllm-2024"}};
    char precision[32], engine[32];
    const char *const notes = wm_point_text(t, COL_notes);
    word_of(notes, 0, precision);
    word_of(notes, 1, engine);
    double tp = wm_number_after(notes, "tp=");
    const double ep = wm_number_after(notes, "ep=");
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if (wm_point_is(t, COL_source_id, sets[i].source))
            snprintf(engine, sizeof engine, "%s", sets[i].engine);
    if (wm_point_is(t, COL_source_id, "splitwise")) {
        snprintf(precision, sizeof precision, "fp16");
        tp = wm_number_after(wm_point_text(t, COL_workload), "tp");
    }
    if (!wm_row_engine(t, engine, p))
        return "serving engine not in the catalogue";
    if (!wm_row_precision(precision, p))
        return "precision not stated";
    if (wm_number_after(notes, "mtp=") > 0.0)
        return "speculative decoding";
    if (!(tp >= 1.0))
        return "number of accelerators not stated";
    p->group = wm_row_group(p, tp, ep, false);
    return NULL;
}

const char *wm_power_row(const struct wm_point_table *t, struct wm_operating_point *p)
{
    const char *const workload = wm_point_text(t, COL_workload);
    const bool is_decode = wm_point_is(t, COL_knob, "batch") && wm_point_is(t, COL_phase, "decode");
    if (!wm_point_is(t, COL_scope, "gpu"))
        return "power of nodes or of a whole fleet";
    if (wm_point_is(t, COL_phase, "training"))
        return "training";
    if (!wm_point_is(t, COL_knob, "concurrency") && !is_decode)
        return "power limits, clocks, idle draw or prefill peaks";
    const char *reason = wm_row_entries(t, p);
    if (reason == NULL)
        reason = read_configuration(t, p);
    if (reason != NULL)
        return reason;
    read_lengths(workload, p);
    p->load = wm_point_number(t, COL_knob_value);
    p->board_w = wm_point_number(t, COL_power_per_gpu_w);
    if (!(p->input_tok > 0.0) || !(p->output_tok > 0.0) || !(p->load > 0.0))
        return "lengths of prompts or answers not stated";
    if (!(p->board_w > 0.0))
        return "nothing measured";
    p->power_is_exact = strstr(wm_point_text(t, COL_notes), "derived_mixed_period") == NULL;
    p->out_tok_per_s_per_gpu = (double)NAN;
    p->drive = is_decode                           ? WM_DRIVE_DECODE
               : strstr(workload, "_len ") != NULL ? WM_DRIVE_USERS
                                                   : WM_DRIVE_BATCH;
    return NULL;
}
