/*
 * Form: what a document is read through. Its key `case` says which: a site-year (also without the key),
 * a replay of requests, a training run, a frontier of serving. Each is a table of rows and a struct that
 * the rows fill; file, --set, sweep, schema, explain and origins know all of them. case.h runs them.
 */
#ifndef WATTMILL_FORM_H
#define WATTMILL_FORM_H

#include "wattmill/generate.h"
#include "wattmill/input.h"
#include "wattmill/kv_tier.h"
#include "wattmill/scenario.h"

/** A document on its way in. */
struct wm_document {
    struct wm_arena *arena;
    const struct wm_json *root; /* after extends and overrides, with the catalogue's sections */
    const struct wm_catalog *catalog;
    struct wm_diags *diags;
};

struct wm_form {
    const char *name;  /* of the key `case` */
    const char *title; /* "a training run" */
    const struct wm_field *fields;
    size_t size;    /* of the struct they fill */
    size_t name_at; /* offset of its const char *name */
    size_t seed_at; /* of its int64_t seed; SIZE_MAX: nothing of it is drawn */
    /* The tree as it is read, where parts of it stand for others; NULL: as it is. */
    const struct wm_json *(*prepare)(struct wm_arena *arena, const struct wm_json *own);
    /* What concerns several keys (E211, W9xx); may fill in what follows from them. Messages without a
     * place get that of their path. */
    void (*check)(const struct wm_document *reading, void *params);
};

/** In the order of forms.def; NULL behind the last. */
const struct wm_form *wm_form_at(size_t i);
/**
 * The form of a document: the site's where `case` is absent.
 * @return NULL after E205 or E207; `diags` NULL: silently
 */
const struct wm_form *wm_form_of(struct wm_arena *arena, const struct wm_json *root,
                                 struct wm_diags *diags);
/** The row of a dotted path (wm_path_field()); NULL when there is none. */
const struct wm_field *wm_form_row(const struct wm_form *form, const char *path);

#define WM_FORM(id) extern const struct wm_form wm_##id##_form;
#include "wattmill/forms.def"
#undef WM_FORM

/** Keys that every form but the site's begins with. */
struct wm_form_head {
    int64_t schema_version;
    const char *schema, *extends, *name;
    int kind; /* of the form's one word */
};

/** How weights are kept: 1 + enum wm_precision, or a word. */
enum wm_precision_choice {
    WM_PRECISION_NARROWEST,                 /* floating-point format that the hardware computes */
    WM_PRECISION_ALL = WM_N_PRECISIONS + 1, /* of a frontier: each of fp4, fp8, bf16 */
};
/** What a choice means on an accelerator. @return how many are in `list`, at least 1 */
size_t wm_precisions_of(const struct wm_accelerator *accelerator, enum wm_precision_choice choice,
                        enum wm_precision list[WM_N_PRECISIONS]);

/** What a site adds to racks, where no site-year is run. */
struct wm_terms_form {
    const struct wm_climate *climate;
    struct wm_power_chain power_chain;
    struct wm_cooling cooling;
    struct wm_ledger_params ledger;
    struct wm_tariff tariff;
    double pue;               /* NAN: the plant's and chain's own */
    double power_usd_per_mwh; /* at the meter; NAN: the tariff's at full load */
};

/** A fleet of replicas that serves requests one by one. */
struct wm_replay_form {
    struct wm_form_head head;
    int64_t seed;
    const struct wm_accelerator *accelerator;
    const struct wm_accelerator *prefill_accelerator; /* NULL: the same */
    const struct wm_llm *llm;
    const struct wm_engine *engine; /* the usual one where none is named, and */
    enum wm_ways ways;              /* then both; no row: set by the check */
    enum wm_precision_choice precision;
    int64_t replicas;
    enum wm_router router;
    struct wm_replay_split {
        int64_t tp, dp, ep, pp, prefill_groups; /* 0: planned; of dp, ep, pp beside tp: 1 */
    } parallelism;
    struct wm_replay_batch {
        int order;                 /* 0: chunked, 1: prefill first */
        int preemption;            /* enum wm_preemption */
        int64_t max_seqs, max_tok; /* per attention group; 0: the engine's */
    } batch;
    struct wm_replay_kv {
        int64_t blocks;       /* 0: what the memory holds */
        double element_bytes; /* NAN: the engine's */
        double watermark_frac, prefix_cache_tok;
        struct wm_kv_tiers tiers;
    } kv;
    double draft_tok, accept_frac;
    double clock_frac, cap_w; /* cap NAN: none */
    struct wm_replay_failures {
        double mtbf_s, mttr_s; /* mtbf NAN: none */
    } failures;
    struct wm_replay_slo {
        double ttft_s, tok_per_s_per_user, max_wait_s; /* NAN: none */
    } slo;
    bool drain; /* serve to the end what has arrived */
    struct wm_replay_trace {
        const struct wm_trace_path *file; /* NULL: generated load */
        double start_s, end_s;            /* end NAN: all */
        double rate_scale, time_scale;
        int64_t loop, hash_block_tok;
        int failed; /* 0: dropped, 1: kept */
        bool dejitter;
    } trace;
    struct wm_replay_load {
        const struct wm_workload_class *class;
        double requests_per_s; /* NAN: users, or the rates of mmpp */
        double duration_s;
        enum wm_arrival_kind arrival;
        double cv;
        const char *mmpp;
        double noise_sigma, noise_corr;
        const struct wm_shape *shape;
        double shape_start_h;
        int64_t tenants;
        double tenant_skew;
        const char *input, *output;
        double rank_corr;
        int64_t users;
        double turns, think_s;
        int64_t fan_out; /* sub-agents at once; 0: none */
        double fan_frac, sub_calls, sub_context_frac;
        int64_t context_cap_tok;
        bool cold_turns;
        const char *batch_class;
        const struct wm_workload_class
            *batch; /* that entry, where load is generated; no row: set by the check */
        double batch_requests_per_s, batch_deadline_s;
    } load;
};

/** A training run on accelerators. */
struct wm_train_form {
    struct wm_form_head head;
    const struct wm_accelerator *accelerator;
    const struct wm_llm *llm;
    int precision; /* 0 bf16, 1 fp8, 2 fp4 */
    double tokens;
    struct wm_training training; /* gpus, sequence, step, checkpoints, restart, swing */
    struct wm_failures failures;
    double storage_loss_frac, imbalance_frac, straggler_frac;
    struct wm_terms_form site;
};

/** Every way to serve a model on accelerators. */
struct wm_frontier_form {
    struct wm_form_head head;
    struct wm_list accelerators; /* of const struct wm_accelerator * */
    const struct wm_accelerator *prefill_accelerator; /* NULL: the same */
    const struct wm_llm *llm;
    const struct wm_engine *engine; /* the usual one where none is named, and */
    enum wm_ways ways;              /* then both; no row: set by the check */
    enum wm_precision_choice precision;
    double input_tok, output_tok, cached_frac;
    double draft_tok, accept_frac;
    struct wm_frontier_slo {
        double ttft_s, tok_per_s_per_user; /* NAN: none */
    } slo;
    double max_gpus;
    struct wm_terms_form site;
};

/** A file of requests, which is read when it is served. */
struct wm_trace_path {
    const char *path;
};

/**
 * Loads a document of any form as wm_scenario_load() does a scenario. `out->form` and `out->params` say
 * what it is; `out->scenario` is NULL unless it is a site. A result that a case wrote (`document`,
 * `inputs`, `stamp`) is read as the document that made it.
 */
enum wm_status wm_document_load(struct wm_arena *arena, const char *path,
                                const struct wm_override *sets, size_t n_sets,
                                struct wm_loaded *out, struct wm_diags *diags);
/** The same from memory, as wm_scenario_load_json(). */
enum wm_status wm_document_load_json(struct wm_arena *arena, const char *text, size_t n_bytes,
                                     const char *name, const char *dir,
                                     const struct wm_override *sets, size_t n_sets,
                                     struct wm_loaded *out, struct wm_diags *diags);
/** A tree of any form, as wm_scenario_tree_read(). */
enum wm_status wm_document_tree_read(struct wm_arena *arena, const struct wm_json *root,
                                     const struct wm_catalog *catalog, bool origins,
                                     struct wm_loaded *out, struct wm_diags *diags);
/** The same for a loop: data files found in `files` are not read again, others are added to it. */
enum wm_status wm_document_tree_reread(struct wm_arena *arena, const struct wm_json *root,
                                       const struct wm_catalog *catalog, struct wm_files *files,
                                       struct wm_loaded *out, struct wm_diags *diags);

#endif
