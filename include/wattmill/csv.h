/*
 * CSV: records of a comma-separated text, one at a time, for every reader of tables.
 *
 * RFC 4180 with its usual latitude: quoted cells may hold commas, quotes (doubled) and line ends;
 * lines end in LF or CRLF; a byte-order mark at the start and empty lines are passed over; spaces
 * around a cell are dropped. Memory does not grow with the number of records.
 */
#ifndef WATTMILL_CSV_H
#define WATTMILL_CSV_H

#include "wattmill/diag.h"
#include "wattmill/status.h"

/** One record; its texts live until the callback returns. */
struct wm_csv_row {
    const char *const *cells; /* [n], 0-ended, "" when empty */
    size_t n;
    int line; /* on which the record ends, from 1 */
};

/** Called for each record, the header line included; false ends the scan. */
typedef bool wm_csv_row_fn(void *context, const struct wm_csv_row *row);

/**
 * Hands the records of `text` to `on_row` in order.
 *
 * @param file  shown in diagnostics
 * @return WM_OK, also when on_row ended it; WM_INVALID with E214 when a quote is misplaced or a 0
 *         byte or more than WM_CSV_MAX_CELLS cells in a record show that it is no CSV
 */
enum wm_status wm_csv_scan(struct wm_arena *arena, const char *text, size_t n_bytes,
                           const char *file, wm_csv_row_fn *on_row, void *context,
                           struct wm_diags *diags);
/** The same of cells parted by another delimiter, such as ; or a tab. */
enum wm_status wm_csv_scan_by(struct wm_arena *arena, const char *text, size_t n_bytes,
                              const char *file, char delimiter, wm_csv_row_fn *on_row,
                              void *context, struct wm_diags *diags);
/** The delimiter of a text: the most frequent of , ; and tab in its longest line of the first thirty. */
char wm_csv_delimiter(const char *text, size_t n_bytes);
/**
 * The same as wm_csv_scan of tables as planners save them: parted by a comma, a semicolon or a tab; where it is not the
 * comma, a number with a comma has a point in its place.
 */
enum wm_status wm_csv_scan_any(struct wm_arena *arena, const char *text, size_t n_bytes,
                               const char *file, wm_csv_row_fn *on_row, void *context,
                               struct wm_diags *diags);
#define WM_CSV_MAX_CELLS 1024

/**
 * Reads a decimal number ("-1.5", "2e3", ".5"), a point whatever the locale, correctly rounded.
 * @return false for anything else: empty, "nan", "inf", hexadecimal, overflow, trailing text
 */
bool wm_csv_number(const char *cell, double *value);

#endif
