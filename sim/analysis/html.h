/*
 * HTML of the report pages. Every text of a scenario goes through wm_html_text(); figures are
 * gnuplot's SVG with ids of their own; a content policy keeps the page from loading anything.
 */
#ifndef WM_ANALYSIS_HTML_H
#define WM_ANALYSIS_HTML_H

#include "wattmill/page.h"

void wm_html_begin(FILE *file, const char *title);
void wm_html_end(FILE *file);
/** The same of a page with charts, whose one script its policy names by digest; `json`: the run's data. */
void wm_html_begin_live(FILE *file, const char *title);
void wm_html_end_live(FILE *file, const char *json);
void wm_html_text(FILE *file, const char *text);
void wm_html_cell(FILE *file, const char *text);
void wm_html_code_cell(FILE *file, const char *text);
/** Four digits with a prefix; empty when not finite. */
void wm_html_number_cell(FILE *file, double value);
/**
 * Opens a table; the first `n_left` of `n` headings are of texts, the others of numbers, unless they
 * begin with "<" (which is not printed): a text further right.
 */
void wm_html_table_begin(FILE *file, const char *const *names, size_t n_left, size_t n);
void wm_html_table_end(FILE *file);
/** Inputs that differ, as a table; values without the quotes of JSON. */
void wm_html_changes(FILE *file, const struct wm_change *changes, size_t n);
/** A whole grid as a table. */
void wm_html_grid(FILE *file, const struct wm_grid *grid);
/** A drawing with its caption, also as its title; `prefix` makes its ids its own. */
void wm_html_figure(FILE *file, const char *svg, const char *caption, const char *prefix);
/** One that a chart of the page stands for on the screen: for paper. */
void wm_html_twin(FILE *file, const char *svg, const char *caption, const char *prefix);

#define HEAD(file, n_left, ...)                                                 \
    do {                                                                        \
        static const char *const names[] = {__VA_ARGS__};                       \
        wm_html_table_begin(file, names, n_left, sizeof names / sizeof *names); \
    } while (0)

#endif
