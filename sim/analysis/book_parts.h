/* Sheets that the workbooks of a run and of a comparison share. */
#ifndef WM_ANALYSIS_BOOK_PARTS_H
#define WM_ANALYSIS_BOOK_PARTS_H

#include "wattmill/compare.h"
#include "wattmill/workbook.h"

/** First element of an array of the side's result, or NULL. */
const struct wm_json *wm_book_rows(const struct wm_side *side, const char *key);
/** The bill by month and line, and its lines. */
void wm_book_bill(struct wm_book *book, struct wm_arena *arena, const struct wm_side *side);
void wm_book_bill_lines(struct wm_book *book, const struct wm_side *side);
/** The pro-forma of a side, with live formulas; nothing where its result has none. */
void wm_book_side_proforma(struct wm_book *book, struct wm_arena *arena, const char *sheet,
                           const struct wm_side *side);
/** An input of a side as the text of a cell: without the quotes of JSON. */
const char *wm_book_value(struct wm_arena *arena, const char *json);
/** An input's cell: a number where it is one. */
void wm_book_value_cell(struct wm_sheet *sheet, unsigned row, unsigned col, struct wm_arena *arena,
                        const char *json);
/** Version, hashes and seed from row `row` on; returns the next row. */
unsigned wm_book_stamp(struct wm_sheet *sheet, unsigned row, const struct wm_side *side);
/** Sentences that must be read first; returns the next row. */
unsigned wm_book_leads(struct wm_sheet *sheet, unsigned row, const struct wm_side *side);

#endif
