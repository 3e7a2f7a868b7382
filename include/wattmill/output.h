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
#include "wattmill/grid.h"
#include "wattmill/input.h"
#include "wattmill/out_file.h"
#include "wattmill/results.h"
#include "wattmill/suggest.h"

/** What produced a result; equal stamps mean equal results. */
struct wm_stamp {
    const char *version, *git_id;
    int schema_version;
    char scenario_hash[WM_HASH_HEX_BYTES]; /* SHA-256 of the inputs after defaults, hex */
    char catalog_hash[WM_HASH_HEX_BYTES];  /* SHA-256 of the compiled-in catalogue files, hex */
    int64_t seed;
};

/** Quantiles and mean of a figure over time, or over runs. */
struct wm_band {
    double p10, p50, p90, mean;
};

/** Everything a sink may print. */
struct wm_report {
    const struct wm_results *results;
    const struct wm_origins *origins; /* NULL: no inputs */
    const struct wm_diags *diags;     /* NULL: no messages */
    struct wm_stamp stamp;
    const char *const *files; /* written beside it; `n_files` */
    size_t n_files;
    const char *const *digests; /* SHA-256 of each of them as hex, or NULL: not told */
    bool color;                 /* table only */
    const struct wm_band *seeds; /* [n_seeds] delivered over claimed, of this run and of other seeds */
    size_t n_seeds;             /* 0: this run alone */
};

/** A figure of what a run delivered of what was claimed. */
struct wm_delivered {
    const char *figure, *unit, *meaning;
    struct wm_band band;
};
enum { WM_DELIVERED_MAX = 7 };

/** Offered and delivered by quarter-hour, delivered over claimed by day too and over seeds. @return number of rows */
size_t wm_delivered_rows(struct wm_arena *arena, const struct wm_report *report,
                         struct wm_delivered rows[WM_DELIVERED_MAX]);
/** Delivered over claimed of a run's quarter-hours; false: it kept no series. */
bool wm_delivered_over_claimed(struct wm_arena *arena, const struct wm_results *results,
                               struct wm_band *band);

/** The stamp; `origins` NULL hashes no inputs. Cannot fail. */
struct wm_stamp wm_stamp_of(const struct wm_origins *origins, int64_t seed);

/** First screen: at most 24 lines of at most 80 columns. */
void wm_output_table(FILE *file, const struct wm_report *report);
void wm_output_json(FILE *file, const struct wm_report *report);
/** Its members alone, into an object that holds more. */
void wm_output_json_members(struct wm_json_writer *w, const struct wm_report *report);
/** key,value,unit */
void wm_output_csv(FILE *file, const struct wm_report *report);
void wm_output_md(FILE *file, const struct wm_report *report);
/**
 * One section as rows: "classes", "pools", "ledger" (with the definitions of OpEx that count each line),
 * "bill" (lines by month), "monthly", "yearly" or "delivered".
 * @return false when there is no such section
 */
bool wm_output_section(FILE *file, struct wm_arena *arena, const struct wm_report *report,
                       const char *name, enum wm_format format);
/** Every input as an array of {path, value, unit, origin}; NULL gives an empty one. */
void wm_output_inputs_json(struct wm_json_writer *w, const struct wm_origins *origins);
/** Members `messages` and `stamp` of a result. */
void wm_output_messages_json(struct wm_json_writer *w, const struct wm_diags *diags);
void wm_output_stamp_json(struct wm_json_writer *w, const struct wm_stamp *stamp);
/** A column of the series after its time. */
struct wm_series_column {
    const char *key; /* with its unit */
    enum wm_unit unit;
    size_t offset; /* of a double in struct wm_series_row */
};
/** The column of that name, or NULL. */
const struct wm_series_column *wm_series_column_find(const char *key);
/** A row's value in the column's unit. */
double wm_series_value(const struct wm_series_row *row, const struct wm_series_column *column);
/** 15-minute rows, units in the headings, UTC. */
void wm_output_series_csv(FILE *file, const struct wm_report *report);
/** Power of each hall in the same intervals, a row a hall; none where the site names no halls. */
void wm_output_hall_series_csv(FILE *file, const struct wm_report *report);

/** A CSV field: quoted where needed; a text a spreadsheet would take for a formula begins with '. */
void wm_csv_text(FILE *file, const char *text);
/** Characters that Markdown or HTML would act on are escaped; a control character becomes a space. */
void wm_md_text(FILE *file, const char *text);
/** A number as CSV; nothing when not finite. */
void wm_csv_put_number(FILE *file, double value);

/** Formats a figure is drawn in. */
enum wm_figure_format { WM_FIGURE_SVG = 1 << 0, WM_FIGURE_PNG = 1 << 1, WM_FIGURE_PDF = 1 << 2 };

/** Writes one file of a folder; write errors are found with ferror(). */
typedef void (*wm_sink_fn)(FILE *file, const void *context);

#define WM_FOLDER_FILES_MAX 64

/** A folder that a verb writes: by one process at a time, each file named when it is complete. */
struct wm_folder {
    struct wm_arena *arena;
    const char *dir;
    unsigned formats; /* of enum wm_figure_format */
    const char *files[WM_FOLDER_FILES_MAX];
    size_t n_files;
    struct wm_diags *diags;
    struct wm_out_file open; /* between begin and end */
    int lock;                /* descriptor of the folder, or -1 */
};

/**
 * Makes `dir` and what is above it, if missing, takes it for this process and removes what killed ones
 * left there; false with E104. Figures: SVG and PNG. Close it, so that others may write there.
 */
bool wm_folder_open(struct wm_folder *folder, struct wm_arena *arena, const char *dir,
                    struct wm_diags *diags);
void wm_folder_close(struct wm_folder *folder);
/** Opens `dir`/`name` for what is written bit by bit, one file at a time; NULL with E104. */
FILE *wm_folder_begin(struct wm_folder *folder, const char *name);
/** Closes it and gives it its name; false with E104, nothing is left then. */
bool wm_folder_end(struct wm_folder *folder);
/** Writes `dir`/`name` at once; false with E104, nothing is left then. */
bool wm_folder_put(struct wm_folder *folder, const char *name, wm_sink_fn sink,
                   const void *context);
/**
 * Writes `figure`.csv and draws it with the compiled-in script plots/`figure`.gp. The data reach
 * gnuplot as a file, never as a command; only names of scripts of our own get there.
 * @return false with E104, or with E401 when gnuplot failed (the CSV is there then)
 */
bool wm_folder_figure(struct wm_folder *folder, const char *figure, wm_sink_fn csv,
                      const void *context);

/**
 * Whether every part of the workbook (XLSX) at `path` unpacks to what its list says and is XML with an end.
 * @note a workbook beyond 4 GiB counts as broken
 */
bool wm_workbook_is_whole(const char *path);

/** SHA-256 of the file at `path` as hex in `arena`; NULL when it cannot be read. */
const char *wm_file_digest(struct wm_arena *arena, const char *path);

/**
 * Writes metrics.csv, bill.csv, the figures with their data, on demand series.csv, and last result.json, which
 * names each of them with its SHA-256, into `dir` (made if missing).
 *
 * @param files  out, names of the files written, in `arena`; also set when the status is not WM_OK
 * @return WM_OK; WM_IO with E104 or, when gnuplot failed (all but the figures is there), E401
 */
enum wm_status wm_output_dir(struct wm_arena *arena, const char *dir,
                             const struct wm_report *report, bool series, const char *const **files,
                             size_t *n_files, struct wm_diags *diags);

/**
 * Draws the compiled-in script plots/`name`.gp in `dir` from `name`.csv to `name`.svg, .png, .pdf.
 * @param formats  of enum wm_figure_format
 * @return WM_OK; WM_IO with E401
 */
enum wm_status wm_figure_draw(struct wm_arena *arena, const char *dir, const char *name,
                              unsigned formats, struct wm_diags *diags);

/**
 * Draws the compiled-in script plots/`name`.gp as text into `file`. `data` writes numbers and blanks
 * alone, which reach the script as $data.
 * @return WM_OK; WM_IO with E401
 */
enum wm_status wm_figure_text(struct wm_arena *arena, FILE *file, const char *name, wm_sink_fn data,
                              const void *context, struct wm_diags *diags);

/* Data of the figures of a run; the context is a struct wm_report. */
void wm_load_duration_csv(FILE *file, const void *report);
void wm_opex_shares_csv(FILE *file, const void *report);
void wm_cost_stack_csv(FILE *file, const void *report);
void wm_ceiling_heat_csv(FILE *file, const void *report);
void wm_cash_flow_csv(FILE *file, const void *report);
void wm_monthly_bill_csv(FILE *file, const void *report);
void wm_energy_flow_csv(FILE *file, const void *report);
void wm_hall_power_csv(FILE *file, const void *report); /* of a site that names its halls */

/**
 * The series condensed for charts, as one JSON object: `duration` (curves over the share of time), `days` (of the site's
 * clock), `heat` (12 months x 24 hours of local standard time); empty without a series. Six digits.
 */
void wm_charts_write(struct wm_json_writer *w, struct wm_arena *arena,
                     const struct wm_results *results);

/** Four digits with a prefix for a reader: "17.57 M", "0.412 "; "-" when not computed. */
const char *wm_short_number(double value, char buf[24]);

enum wm_relation { WM_GREATER, WM_GREATER_EQUAL, WM_LESS, WM_LESS_EQUAL, WM_EQUAL };

/** Whether `a` stands in the relation to `b`. */
bool wm_relation_holds(double a, enum wm_relation relation, double b);

/** "metric>x", x in the metric's printed unit. */
struct wm_assertion {
    const char *option; /* that it came with, for messages */
    const char *text, *key;
    enum wm_metric metric; /* WM_N_METRICS: a figure of another table than metrics.def */
    enum wm_relation relation;
    double value;
};

/** Reads one; WM_USAGE with E103 when it cannot be understood. `option` and `text` are kept, not copied. */
enum wm_status wm_assertion_read(struct wm_arena *arena, const char *option, const char *text,
                                 struct wm_assertion *out, struct wm_diags *diags);
/** The same, and finds its metric among those of a run. */
enum wm_status wm_assertion_parse(struct wm_arena *arena, const char *option, const char *text,
                                  struct wm_assertion *out, struct wm_diags *diags);
/** No figure has the assertion's key: E103 with the nearest of those offered; returns WM_USAGE. */
enum wm_status wm_assertion_unknown(struct wm_arena *arena, const struct wm_assertion *assertion,
                                    const struct wm_suggest *near, struct wm_diags *diags);
/** Whether it holds for a value in its printed unit ("": none); adds E303 when not. */
bool wm_assertion_holds(const struct wm_assertion *assertion, double value, const char *unit,
                        struct wm_diags *diags);
/** Whether it holds; adds E303 when not. A metric that was not computed never holds. */
bool wm_assertion_check(const struct wm_assertion *assertion, const struct wm_results *results,
                        struct wm_diags *diags);

#endif
