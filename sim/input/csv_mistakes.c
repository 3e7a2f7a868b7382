#include "csv_mistakes.h"

#include <stdarg.h>
#include <stdio.h>

enum { SHOWN = 20, TEXT_MAX = 240 };

void wm_csv_mistake(struct wm_csv_mistakes *m, int line, const char *format, ...)
{
    const struct wm_place place = {m->path, line, 1};
    char text[TEXT_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (m->n++ < SHOWN)
        wm_diag_add(m->diags, WM_E214, &place, NULL, "%s", text);
}
