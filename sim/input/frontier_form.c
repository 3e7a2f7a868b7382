/* Rows of a frontier: what serves which model, the lengths, the targets. */
#include "form_rows.h"

static const char *const kind_words[] = {"frontier", NULL};
static const char *const precision_words[] = WM_FORM_PRECISIONS("all", );

// clang-format off
static const struct wm_field slo_fields[] = {
    WM_REAL(wm_frontier_slo, ttft_s, WM_UNIT_S, 0.001, 1e5, (double)NAN, "target of the time to first token; unset: none"),
    WM_REAL(wm_frontier_slo, tok_per_s_per_user, WM_UNIT_TOK_PER_S, 0.001, 1e5, (double)NAN, "target of the speed of an answer, per user; unset: none"),
    WM_FIELD_END,
};
static const struct wm_field fields[] = {
    WM_FORM_HEAD_ROWS(wm_frontier_form, kind_words, "every parallelism and batch that serves a model"),
    WM_REFS(wm_frontier_form, accelerators, "accelerator", accelerator, "one or several"),
    WM_REF_OPT(wm_frontier_form, prefill_accelerator, accelerator, wm_accelerator, WM_FORM_PREFILL_DOC),
    WM_REF(wm_frontier_form, llm, llm, wm_llm, NULL, "model that is served"),
    WM_REF_OPT(wm_frontier_form, engine, engine, wm_engine, WM_FORM_ENGINE_DOC),
    WM_CHOICE(wm_frontier_form, precision, precision_words, "narrowest", "of the weights; narrowest: floating-point format that the hardware computes; all: each of them"),
    WM_REAL(wm_frontier_form, input_tok, WM_UNIT_TOK, 1.0, 1e7, 8192.0, "of a prompt"),
    WM_REAL(wm_frontier_form, output_tok, WM_UNIT_TOK, 1.0, 1e7, 1024.0, "of an answer"),
    WM_REAL(wm_frontier_form, cached_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0, "of a prompt, found in the prefix cache"),
    WM_REAL(wm_frontier_form, draft_tok, WM_UNIT_TOK, 0.0, 16.0, 0.0, "guesses a step checks per sequence (speculative decoding, multi-token prediction); 0: none"),
    WM_REAL(wm_frontier_form, accept_frac, WM_UNIT_FRAC, 0.0, 1.0, (double)NAN, "probability that a guess is right; unset: as measured with the model's own module, else 0.7 (estimate)"),
    WM_GROUP(wm_frontier_form, slo, slo_fields, "latency targets"),
    WM_REAL(wm_frontier_form, max_gpus, WM_UNIT_NONE, 1.0, 1e5, 1024.0, "accelerators of a decoding group at most"),
    WM_FORM_TERMS(wm_frontier_form, site),
    WM_FIELD_END,
};
// clang-format on

static void check(const struct wm_document *r, void *params)
{
    struct wm_frontier_form *const f = params;
    wm_form_engine(r, &f->engine, &f->ways);
}

const struct wm_form wm_frontier_form = {.name = "frontier",
                                         .title = "a frontier",
                                         .fields = fields,
                                         .size = sizeof(struct wm_frontier_form),
                                         .name_at = offsetof(struct wm_frontier_form, head.name),
                                         .seed_at = SIZE_MAX,
                                         .check = check};
