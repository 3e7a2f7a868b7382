/*
 * Workbook: an XLSX file, sheet by sheet, for readers who audit in a spreadsheet.
 *
 * A filler lays out sheets; texts stay texts whatever they begin with, a formula carries the value that it
 * comes to, so that a preview shows it, numbers are formatted by size. Sheets print in landscape, as wide as
 * a page, with their headings repeated. The file is written under another name, twice, looked through, and renamed where both
 * are the same: the library tells no failure of the files it works with.
 * Equal data give equal bytes.
 *
 * Written by libxlsxwriter, where the program was built with it. The library does not look at every
 * allocation: callers who cannot afford to crash where memory ends write in a child process.
 */
#ifndef WATTMILL_WORKBOOK_H
#define WATTMILL_WORKBOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "wattmill/arena.h"
#include "wattmill/diag.h"
#include "wattmill/status.h"

struct wm_book;
struct wm_sheet;

/** How a cell looks. */
enum wm_look {
    WM_LOOK_PLAIN,
    WM_LOOK_TITLE,
    WM_LOOK_HEAD, /* of a column; numbers stand right */
    WM_LOOK_HEAD_RIGHT,
    WM_LOOK_NOTE,
    WM_LOOK_WRAP,
    WM_LOOK_NUMBER, /* digits by the size of the number */
    WM_LOOK_MONEY,  /* whole dollars */
    WM_LOOK_PERCENT,
    WM_LOOK_YEAR,
    WM_LOOK_GIVEN, /* a number that the reader may change */
    WM_LOOK_GIVEN_PERCENT,
    WM_LOOK_RESULT, /* whole dollars, bold */
    WM_LOOK_RESULT_PERCENT,
    WM_LOOK_WHOLE, /* sizes of WM_LOOK_NUMBER */
    WM_LOOK_FIXED,
    WM_LOOK_SMALL,
    WM_LOOK_TINY,
    WM_N_LOOKS
};

/** Lays out sheets; `arena` lives as long as the book. */
typedef enum wm_status wm_book_fn(struct wm_book *book, struct wm_arena *arena, const void *context,
                                  struct wm_diags *diags);

struct wm_book_params {
    const char *title; /* in the footers */
    bool
        is_large; /* rows are written as they come, in their order; charts hold no copy of their data */
    wm_book_fn *fill;
    const void *context;
};

/**
 * Writes a workbook.
 * @return WM_OK; what `fill` returned; WM_IO with E104; WM_NO_MEMORY; WM_USAGE with E101 when the program was built
 *         without libxlsxwriter
 */
enum wm_status wm_book_write(const char *path, const struct wm_book_params *params,
                             struct wm_diags *diags);

/** Whether a file's name says that it is a workbook. */
bool wm_is_workbook_name(const char *path);

/** Rows that a sheet holds. */
#define WM_SHEET_ROWS_MAX 1048576u

/** A sheet of that name (at most 31 characters, ours); cannot fail: a book that is broken takes no cells. */
struct wm_sheet *wm_book_sheet(struct wm_book *book, const char *name);
/** Width of `n` columns from `first` [characters]. */
void wm_sheet_width(struct wm_sheet *sheet, unsigned first, unsigned n, double width);
/** Row `row` holds headings: on each page printed, and in sight where little stands above. */
void wm_sheet_head(struct wm_sheet *sheet, unsigned row);

/** Only the first `n` columns are printed: what is further right is for the screen. */
void wm_sheet_print_columns(struct wm_sheet *sheet, unsigned n, unsigned n_rows);

void wm_sheet_text(struct wm_sheet *sheet, unsigned row, unsigned col, enum wm_look look,
                   const char *text);
/** A row of texts from column 0. */
void wm_sheet_texts(struct wm_sheet *sheet, unsigned row, enum wm_look look, size_t n,
                    const char *const *texts);
/** Leaves the cell empty where `value` is not finite. */
void wm_sheet_number(struct wm_sheet *sheet, unsigned row, unsigned col, enum wm_look look,
                     double value);
/** A formula ("=..." by printf) and what it comes to; not finite: the word "none". */
#if defined(__GNUC__)
__attribute__((format(printf, 6, 7)))
#endif
void wm_sheet_formula(struct wm_sheet *sheet, unsigned row, unsigned col, enum wm_look look,
                      double value, const char *format, ...);

/** A part of a chart: cells of a column of its sheet, named by the cell above `first_row`. */
struct wm_book_series {
    unsigned col, first_row, last_row, category_col;
    unsigned rgb;
};
enum wm_chart_kind {
    WM_CHART_COLUMNS,
    WM_CHART_STACKED,
    WM_CHART_LINES,
    WM_CHART_BARS,
    WM_CHART_STEPS
};
/** Texts are ours. STEPS: two series, a bar from the first to the second. */
struct wm_book_chart {
    enum wm_chart_kind kind;
    const char *title, *x, *y;
    const struct wm_book_series *series;
    size_t n_series;
    double width_px, height_px; /* 0: 720 x 360 */
};
/** Puts a chart of cells of `sheet` there, its upper left corner at a cell. */
void wm_sheet_chart(struct wm_sheet *sheet, unsigned row, unsigned col,
                    const struct wm_book_chart *chart);

/** Letters of a column: 0 is "A". @return buf */
const char *wm_column_letters(unsigned col, char buf[4]);

/** A year of the pro-forma: USD as the run has them, at `end_years`. */
struct wm_proforma_year {
    double end_years;
    double revenue_usd, power_usd, opex_usd, capex_usd, residual_usd, tied_usd, tax_usd;
    double flow_usd, cumulated_pv_usd;
    double interest_usd, principal_usd, owner_tax_usd, owner_flow_usd, dscr; /* NAN: none */
};
struct wm_proforma {
    const char *sheet;                /* its name */
    const char *what;                 /* a line about it */
    double rate_frac, inflation_frac; /* as given; inflation 0 where money is nominal */
    double npv_usd, irr_frac;         /* as the run prints them; NAN: none */
    const struct wm_proforma_year *years;
    size_t n_years;
};
/** Where the sheet's results stand, for formulas elsewhere: "'Pro-forma'!$B$11". */
#define WM_PROFORMA_NPV_ROW 11
#define WM_PROFORMA_IRR_ROW 12
/**
 * The yearly pro-forma with live formulas: flows, present values, NPV and IRR follow the cells beside them, the
 * discount rate and factors on revenue, power, other cost and capital that a reader may change. Tax is the run's.
 */
void wm_book_proforma(struct wm_book *book, const struct wm_proforma *p);

#endif
