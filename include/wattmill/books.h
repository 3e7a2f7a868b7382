/*
 * Books: a run and a comparison as workbooks for planners who audit in a spreadsheet (workbook.h).
 *
 * A run: summary, yearly pro-forma with live formulas, monthly bill and its lines, ledger, energy, figures by class,
 * pool, hall and simulated year, inputs with origin, source and meaning, every metric, balances and messages. A
 * comparison: verdict, figures side by side, inputs that differ, bridges, every metric, the pro-forma of each side.
 */
#ifndef WATTMILL_BOOKS_H
#define WATTMILL_BOOKS_H

#include "wattmill/compare.h"
#include "wattmill/workbook.h"

/** @return as wm_book_write(); WM_INFEASIBLE with E305 when the side has no result */
enum wm_status wm_run_book_write(const char *path, const struct wm_side *side,
                                 struct wm_diags *diags);
/** @return as wm_book_write() */
enum wm_status wm_comparison_book_write(const char *path, const struct wm_comparison *comparison,
                                        struct wm_diags *diags);

#endif
