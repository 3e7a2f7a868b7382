/*
 * Site rows: what CSV and EPW readers have in common. A reader adds one row after another; the rows
 * check values, count and order, gather mistakes (the first WM_SITE_MISTAKES of them are shown, the
 * rest counted) and become a struct wm_site_year.
 */
#ifndef WM_INPUT_SITE_ROWS_H
#define WM_INPUT_SITE_ROWS_H

#include "wattmill/diag.h"
#include "wattmill/site_year.h"

enum { WM_SITE_MISTAKES = 20 };

enum wm_site_column {
    WM_SITE_DRY_BULB,
    WM_SITE_WET_BULB,
    WM_SITE_HUMIDITY, /* percent */
    WM_SITE_PRESSURE,
    WM_SITE_PRICE,
    WM_SITE_CARBON, /* g per kWh = kg per MWh */
    WM_SITE_SOLAR,  /* output over nameplate */
    WM_N_SITE_COLUMNS
};

struct wm_site_column_info {
    const char *name, *stem; /* "dry_bulb_c" and "dry_bulb": another unit of it is a mistake */
    double min, max;
    const char *unit, *hint; /* for a value out of range */
};
extern const struct wm_site_column_info wm_site_columns[WM_N_SITE_COLUMNS];

struct wm_site_rows {
    struct wm_arena *arena;
    struct wm_diags *diags;
    const char *path;
    double *values[WM_N_SITE_COLUMNS]; /* [n], NAN where empty; NULL until the column is added */
    int *lines;                        /* [n] */
    size_t n, capacity;
    size_t n_mistakes;
    int64_t first_us, last_us, step_us; /* times of rows, on a clock of the reader's */
    size_t rows_per_h;                  /* of the file: 1, 2, 4, 6, 12 */
    bool has_leap_day;
};

struct wm_site_rows wm_site_rows_init(struct wm_arena *arena, const char *path,
                                      struct wm_diags *diags);
/** Says that the file has a column. */
void wm_site_rows_add_column(struct wm_site_rows *rows, enum wm_site_column column);
/** Counts a mistake and shows it unless too many were. */
void wm_site_rows_mistake(struct wm_site_rows *rows, int line, const char *name, const char *format,
                          ...) __attribute__((format(printf, 4, 5)));
/**
 * Begins the next row.
 * @param at_us  when it begins, on any clock without leaps; checks that rows follow each other
 */
void wm_site_rows_begin(struct wm_site_rows *rows, int line, int64_t at_us);
/** Value of a column in the row begun last; NAN when empty. */
void wm_site_rows_set(struct wm_site_rows *rows, enum wm_site_column column, double value);

/** What a file must hold. */
enum wm_site_file_kind { WM_SITE_FILE_WEATHER, WM_SITE_FILE_MARKET, WM_SITE_FILE_SOLAR };
/** Checks the whole; NULL when there was a mistake. */
struct wm_site_year *wm_site_rows_finish(struct wm_site_rows *rows, enum wm_site_file_kind kind);

/** Whether a text is an EPW, by its first word. */
bool wm_epw_is(const char *text, size_t n_bytes);
/** Reads an EPW text into rows; the header's time zone into `utc_offset_s`, its year into `year`. */
void wm_epw_read(struct wm_site_rows *rows, const char *text, size_t n_bytes, double *utc_offset_s,
                 int *year);

#endif
