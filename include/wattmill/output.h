/*
 * Output: a run's results as text. Each sink writes one form of the same numbers to a stream; write
 * errors are found with ferror() after fflush(). Numbers are the shortest decimals that read back,
 * in the order of metrics.def; a metric that was not computed is absent. Texts from a scenario are
 * escaped for the form they go into. No output holds a time of day or a machine's name.
 */
#ifndef WATTMILL_OUTPUT_H
#define WATTMILL_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "wattmill/arena.h"
#include "wattmill/diag.h"
#include "wattmill/digest.h"
#include "wattmill/input.h"
#include "wattmill/results.h"

/** What produced a result; equal stamps mean equal results. */
struct wm_stamp {
    const char *version, *git_id;
    int schema_version;
    char scenario_hash[WM_HASH_HEX_BYTES]; /* SHA-256 of the inputs after defaults, hex */
    char catalog_hash[WM_HASH_HEX_BYTES];  /* SHA-256 of the compiled-in catalogue files, hex */
    int64_t seed;
};

/** Everything a sink may print. */
struct wm_report {
    const struct wm_results *results;
    const struct wm_origins *origins; /* NULL: no inputs */
    const struct wm_diags *diags;     /* NULL: no messages */
    struct wm_stamp stamp;
    const char *const *files; /* written beside it, for the table; `n_files` */
    size_t n_files;
    bool color; /* table only */
};

/** The stamp; `origins` NULL hashes no inputs. Cannot fail. */
struct wm_stamp wm_stamp_of(const struct wm_origins *origins, int64_t seed);

/** First screen: at most 24 lines of at most 80 columns. */
void wm_output_table(FILE *file, const struct wm_report *report);
void wm_output_json(FILE *file, const struct wm_report *report);
/** key,value,unit */
void wm_output_csv(FILE *file, const struct wm_report *report);
void wm_output_md(FILE *file, const struct wm_report *report);
/** 15-minute rows, units in the headings, UTC. */
void wm_output_series_csv(FILE *file, const struct wm_report *report);
/** docs/metrics.md */
void wm_metrics_write_md(FILE *file);

/** A CSV field: quoted where needed; a text a spreadsheet would take for a formula begins with '. */
void wm_csv_text(FILE *file, const char *text);
/** Characters that Markdown or HTML would act on are escaped; a control character becomes a space. */
void wm_md_text(FILE *file, const char *text);
/** A number as CSV; nothing when not finite. */
void wm_csv_number(FILE *file, double value);

/**
 * Writes result.json, metrics.csv, the figures with their data and, on demand, series.csv into
 * `dir` (made if missing), each under a temporary name first.
 *
 * @param files  out, names of the files written, in `arena`; also set when the status is not WM_OK
 * @return WM_OK; WM_IO with E104 or, when gnuplot failed (all but the figures is there), E401
 */
enum wm_status wm_output_dir(struct wm_arena *arena, const char *dir,
                             const struct wm_report *report, bool series, const char *const **files,
                             size_t *n_files, struct wm_diags *diags);

/**
 * Draws the compiled-in script plots/`name`.gp in `dir` to `name`.svg and `name`.png from `name`.csv.
 * @return WM_OK; WM_IO with E401
 */
enum wm_status wm_figure_draw(struct wm_arena *arena, const char *dir, const char *name,
                              struct wm_diags *diags);

enum wm_relation { WM_GREATER, WM_GREATER_EQUAL, WM_LESS, WM_LESS_EQUAL, WM_EQUAL };

/** "metric>x", x in the metric's printed unit. */
struct wm_assertion {
    const char *text;
    enum wm_metric metric;
    enum wm_relation relation;
    double value;
};

/** Reads one; WM_USAGE with E103 when it cannot be understood. `text` is kept, not copied. */
enum wm_status wm_assertion_parse(struct wm_arena *arena, const char *text,
                                  struct wm_assertion *out, struct wm_diags *diags);
/** Whether it holds; adds E303 when not. A metric that was not computed never holds. */
bool wm_assertion_check(const struct wm_assertion *assertion, const struct wm_results *results,
                        struct wm_diags *diags);

#endif
