/*
 * Claims: published statements about tokens, money and power per megawatt beside what the model
 * computes for the same conditions. Nothing is fitted to a claim; every number is computed when asked.
 *
 * Published values are a span: a single figure has equal ends, a claim with a tolerance its limits. No
 * tolerance is wider than the claim itself, and what a claim says is lost is judged as a loss.
 *
 * P(holds): the computed figure is drawn WM_CLAIM_DRAWS times with the errors of the serving and power
 * model and the ranges of its conditions, entries of the catalogue's `uncertainties`, each as a power of
 * its factor; shares of power act on power / rest. A ratio of two accelerators carries the measured error
 * of such ratios, not that of two rates: what the model gets wrong on both sides cancels. Each claim has
 * its own stream, so that a claim alone draws what it draws among all.
 *
 * @note not drawn: lengths of requests, the speed that is asked for, what is published
 */
#ifndef WATTMILL_CLAIMS_H
#define WATTMILL_CLAIMS_H

#include <stdbool.h>

#include "wattmill/grid.h"
#include "wattmill/input.h"
#include "wattmill/page.h"

enum { WM_CLAIM_DRAWS = 4000 };

/** What agreement on a claim tells about the model. */
enum wm_evidence {
    WM_EVIDENCE_INDEPENDENT, /* nothing of it went into the model */
    WM_EVIDENCE_IN_SAMPLE,   /* its measurements are among those that were fitted */
    WM_EVIDENCE_ARITHMETIC, /* a quotient of datasheets, published counts times prices: no simulation */
    WM_EVIDENCE_CALIBRATED, /* an assumption was once chosen to reproduce it */
    WM_N_EVIDENCE
};
extern const char *const wm_evidence_words[WM_N_EVIDENCE];

struct wm_claim {
    const char *id;         /* "million-fold" */
    const char *claim;      /* what is said */
    const char *conditions; /* under which it was computed here */
    const char *source;     /* who says it, tag V vendor, 3P third party, M measured, D derived */
    const char *as_of;      /* ISO date of the source */
    const char *unit;       /* "x", "%", "USD/MW-yr" */
    double published_low, published_high;
    double computed; /* NAN: see `why` */
    const char *why; /* why there is none, or "" */
    enum wm_evidence evidence;
    const char *verdict;
    bool agrees;       /* computed within what is published */
    double holds_prob; /* share of draws within what is published; NAN: nothing to judge */
    double computed_p10, computed_p90; /* of the draws */
    const char *drives;                /* what makes the difference */
    const char *measured;              /* measured rows on which the model is off; "" */
};

/** Part of a decomposition of one claim: factor of a block of differences, or its share. */
struct wm_claim_part {
    const char *id, *block;
    double factor;     /* the factors of a claim multiply to its computed value */
    double share_frac; /* of the logarithm */
};

struct wm_claims {
    struct wm_claim *items;
    size_t n;
    struct wm_claim_part *parts;
    size_t n_parts;
};

/** A claim's ratio at a floor under the speed of a user: an old end against the new one. */
struct wm_claim_point {
    const char *series;                    /* the old end and the model */
    double tok_per_s_per_user;             /* at least; 0: none */
    double old_out_per_mw, new_out_per_mw; /* output tok/s of a MW of IT nameplate; 0: makes none */
    double ratio;                          /* NAN where an end makes none */
};

struct wm_claim_curve {
    struct wm_claim_point *points; /* a series after the other, by rising floor */
    size_t n;
    struct wm_claim_part *parts; /* of the ratio of the serial old end; they multiply to it */
    size_t n_parts;
};

/**
 * The million-fold over the floor under a user's speed, P100 to VR200 and later old ends, on GPT-MoE 1.8T
 * and on Llama-3.1-8B, each end run its best way at that speed; and what made it on the large model,
 * block by block: Shapley values of the logarithm of the output of a MW.
 *
 * @param name  "million-fold"
 * @return WM_OK; WM_USAGE with E101 for a claim without a curve; WM_INVALID when the catalogue is broken
 */
enum wm_status wm_claim_curve(struct wm_arena *arena, const char *name, struct wm_claim_curve *out,
                              struct wm_diags *diags);
void wm_claim_curve_write(FILE *file, struct wm_arena *arena, const struct wm_claim_curve *curve,
                          enum wm_format format);
/** The data of figures claims_curve and claims_parts; `context` is a struct wm_claim_curve. */
void wm_claim_curve_csv(FILE *file, const void *context);
void wm_claim_parts_csv(FILE *file, const void *context);

/** Boards' energy of an output token, time between tokens, power of a board, at a batch. */
struct wm_energy_figures {
    double batch, j_per_tok, itl_s, board_w; /* 0 or NAN: not given */
};

/** A measured operating point beside the model's. */
struct wm_energy_row {
    const char *llm, *precision, *task, *accelerator;
    double n_gpus;
    struct wm_energy_figures measured; /* batch 0: the best, wherever it was */
    struct wm_energy_figures computed;
};

struct wm_energy_rows {
    struct wm_energy_row *items;
    size_t n;
};

/** Verdicts on the claims of one class of evidence; open: no figure published or none computed. */
struct wm_claim_counts {
    size_t rows, agree, differ, open; /* rows = agree + differ + open */
};
struct wm_claim_counts wm_claims_count(const struct wm_claims *claims, enum wm_evidence evidence);

/** Called after each claim. */
typedef void (*wm_claims_progress_fn)(void *context, size_t n_done, size_t n_total);

/** Which claims; zero: all that are shipped. */
struct wm_claims_ask {
    const char *only;         /* a claim, or all whose names begin so and a dash; NULL: all */
    const char *const *files; /* of a user's own claims, in the form of the shipped rows */
    size_t n_files;
    wm_claims_progress_fn progress;
    void *context;
};

/**
 * Computes claims, those of the files behind the shipped ones.
 * @return WM_OK; WM_USAGE with E101 when there is no claim `only`; WM_IO (E102) or WM_INVALID (E201 to E211)
 *         with everything that is wrong in the files
 */
enum wm_status wm_claims_compute(struct wm_arena *arena, const struct wm_claims_ask *ask,
                                 struct wm_claims *out, struct wm_diags *diags);

void wm_claims_write(FILE *file, struct wm_arena *arena, const struct wm_claims *claims,
                     enum wm_format format);

/** The data of figure claims_ledger; `context` is a struct wm_claims. */
void wm_claims_csv(FILE *file, const void *context);
/** Draws it in an open folder; false with E104 or E401. Nothing is drawn where no claim has both figures. */
bool wm_claims_figures(struct wm_folder *folder, const struct wm_claims *claims,
                       struct wm_page_part *part);
/** The page: verdicts by class, the figure, every claim with conditions, source, date, probability. */
void wm_claims_page_write(FILE *file, struct wm_arena *arena, const struct wm_claims *claims,
                          const struct wm_page_part *drawn);

/**
 * Energy per output token where it was measured, beside the model's with the shipped parameters.
 * @return WM_OK; WM_INVALID when the catalogue is broken
 * @par Source  ML.ENERGY v3, arXiv 2601.22076, leaderboard of 2025-12: vLLM 0.11.1, boards alone
 */
enum wm_status wm_measured_energy(struct wm_arena *arena, struct wm_energy_rows *out,
                                  struct wm_diags *diags);
void wm_measured_energy_write(FILE *file, struct wm_arena *arena, const struct wm_energy_rows *rows,
                              enum wm_format format);

#endif
