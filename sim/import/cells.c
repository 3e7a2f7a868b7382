#include "cells.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct {
    enum wm_cell_kind kind;
    const char *unit;
    double factor;
} units[] = {{WM_CELL_BYTES, "mib", 1048576.0}, {WM_CELL_BYTES, "gib", 1073741824.0},
             {WM_CELL_BYTES, "mb", 1e6},        {WM_CELL_BYTES, "gb", 1e9},
             {WM_CELL_BYTES, "b", 1.0},         {WM_CELL_BYTES, "bytes", 1.0},
             {WM_CELL_WATTS, "w", 1.0},         {WM_CELL_WATTS, "mw", 1e-3},
             {WM_CELL_WATTS, "kw", 1e3},        {WM_CELL_MHZ, "mhz", 1.0},
             {WM_CELL_MHZ, "ghz", 1e3},         {WM_CELL_SHARE, "%", 0.01}};
/* Of a number without a unit: what nvidia-smi and DCGM mean by it. */
static const struct {
    double factor;
    const char *what;
} usual[] = {[WM_CELL_PLAIN] = {1.0, ""},
             [WM_CELL_BYTES] = {1048576.0, " bytes"},
             [WM_CELL_WATTS] = {1.0, " W"},
             [WM_CELL_MHZ] = {1.0, " MHz"},
             [WM_CELL_SHARE] = {1.0, " of 1"}};

struct wm_cell_header wm_cell_header_of(struct wm_importer *im, const struct wm_csv_row *row,
                                        char by)
{
    const char **const names = (const char **)wm_arena_alloc(im->arena, row->n, sizeof *names);
    char buf[96];
    for (size_t i = 0; i < row->n; i++)
        names[i] = wm_arena_printf(im->arena, "%s", wm_import_name(row->cells[i], buf));
    return (struct wm_cell_header){names, row->n, by};
}

/* The unit in [..] or (..) of a column's name, else "". */
static void unit_of_name(const char *name, char unit[16])
{
    const char *const open = strpbrk(name, "[(");
    const size_t n = open != NULL ? strcspn(open + 1, "])") : 0;
    (void)snprintf(unit, 16, "%.*s", (int)(n < 15 ? n : 15), open != NULL ? open + 1 : "");
}

static bool factor_of(enum wm_cell_kind kind, const char *unit, double *factor)
{
    *factor = usual[kind].factor;
    if (unit[0] == '\0')
        return true;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (units[i].kind == kind && strcmp(units[i].unit, unit) == 0) {
            *factor = units[i].factor;
            return true;
        }
    return false;
}

double wm_cell_number(struct wm_importer *im, const struct wm_cell_header *header,
                      const struct wm_csv_row *row, int column, enum wm_cell_kind kind, double most)
{
    const char *const cell = column >= 0 && (size_t)column < row->n ? row->cells[column] : "";
    char digits[64], unit[16];
    double value = 0.0, factor = 1.0;
    const size_t n = strspn(cell, "0123456789.,+-eE");
    if (cell[0] == '\0' || cell[0] == '[' || strcmp(cell, "N/A") == 0 || strcmp(cell, "nan") == 0 ||
        strcmp(cell, "NaN") == 0)
        return (double)NAN;
    (void)snprintf(digits, sizeof digits, "%.*s", (int)n, cell);
    char *const comma = strchr(digits, ',');
    if (comma != NULL && header->by != ',' && strchr(digits, '.') == NULL)
        *comma = '.';
    unit_of_name(header->names[column], unit);
    const char *const own = cell + n + strspn(cell + n, " ");
    if (own[0] != '\0') {
        (void)snprintf(unit, sizeof unit, "%.15s", own);
        for (char *c = unit; *c != '\0'; c++)
            *c = (char)tolower((unsigned char)*c);
    }
    if (n == 0 || !wm_csv_number(digits, &value)) {
        wm_import_mistake(im, row->line, "%.60s = \"%.40s\" is no number", header->names[column],
                          cell);
        return (double)NAN;
    }
    if (!factor_of(kind, unit, &factor)) {
        wm_import_mistake(im, row->line, "%.60s = \"%.40s\": \"%s\" is no unit of it",
                          header->names[column], cell, unit);
        return (double)NAN;
    }
    value *= factor;
    if (value >= 0.0 && value <= most)
        return value;
    wm_import_mistake(im, row->line, "%.60s = \"%.40s\", allowed 0..%g%s: another unit?",
                      header->names[column], cell, most, usual[kind].what);
    return (double)NAN;
}
