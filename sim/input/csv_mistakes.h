/* Mistakes in a small table of a planner's own: all are counted, the first 20 shown (E214). */
#ifndef WM_INPUT_CSV_MISTAKES_H
#define WM_INPUT_CSV_MISTAKES_H

#include "wattmill/diag.h"

struct wm_csv_mistakes {
    struct wm_diags *diags;
    const char *path;
    size_t n;
};

void wm_csv_mistake(struct wm_csv_mistakes *mistakes, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
