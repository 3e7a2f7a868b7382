/*
 * Claims as data: what is published, under which conditions, and what is computed for it. The shipped rows are
 * models/evidence/claims.json; a user's file has the same form and may bring catalogue entries of its own:
 *
 *     {"claims": {"name": {"title", "source", "as_of", "basis", "conditions", "unit", "evidence",
 *                          "published" [, "within"] or "published_low", "published_high",
 *                          "serving" or "run" or "computed"}}}
 *
 * `serving` and `run` hold what both ends share, `old` and `new` what differs; without `old` the figure of
 * the new end itself is computed. So nothing can differ that the row does not say.
 */
#ifndef WM_ANALYSIS_CLAIM_ROWS_H
#define WM_ANALYSIS_CLAIM_ROWS_H

#include "claim_study.h"
#include "wattmill/case.h"

/** An end of a claim about serving. */
struct claim_end {
    const struct wm_accelerator *accelerator;
    const struct wm_llm *llm;
    const struct wm_engine *engine; /* NULL: the usual one, either way to serve */
    enum wm_precision precision;
    double input_tok, cached_frac, output_tok;
    double tok_per_s_per_user; /* NAN: at `edge_frac` of the fastest of the old end */
    double edge_frac, ttft_s, max_gpus;
    double draft_tok, accept_frac;
    int per; /* enum claim_per */
};
enum claim_per { CLAIM_PER_MW, CLAIM_PER_GPU };

/** An end of a claim about a document that is run. */
struct claim_run_end {
    const char *document, *figure;
    const struct wm_json *set; /* {"path": value}; NULL: as the document is */
    struct wm_loaded loaded;
};

enum claim_as { CLAIM_AS_RATIO, CLAIM_AS_GAIN, CLAIM_AS_LOSS };

/** A front between two of its measured points: speed and output of the slower, then of the faster. */
struct claim_fronts {
    double old[4], new[4];
};

struct claim_row {
    struct wm_catalog_head head; /* title: what is said */
    const char *conditions, *unit, *drives, *measured;
    double published, within, published_low, published_high; /* NAN: not given */
    int evidence, uncertain, as, computed; /* computed: index of a word, the last: none */
    const struct wm_json *serving_json, *run_json, *fronts_json;
    /* what follows from them */
    bool is_serving, is_run, has_old, has_fronts, is_broken;
    struct claim_end old, new;
    struct claim_run_end old_run, new_run;
    struct claim_fronts fronts;
};

struct claim_rows {
    struct claim_row *items;
    size_t n;
    const struct wm_catalog *catalog; /* with entries that the files brought */
};

/**
 * Reads the shipped rows and those of files, all mistakes at once.
 * @return WM_OK; WM_IO (E102); WM_INVALID (E201 to E211)
 */
enum wm_status claim_rows_read(struct wm_arena *arena, const char *const *files, size_t n_files,
                               struct claim_rows *out, struct wm_diags *diags);

/** Words of `computed`, NULL-ended, and what each computes (claims_measure.c). */
extern const char *const claim_computed_words[];
/** The figure of a row; NAN with study->why. */
double claim_measure(struct study *s, const struct claim_row *row);
/** New over old output of a MW or an accelerator, or the new end's alone. */
double claim_serving(struct study *s, const struct claim_row *row);
/** Words of `uncertain`, in the order of enum claim_spread. */
extern const char *const claim_spread_words[];

#endif
