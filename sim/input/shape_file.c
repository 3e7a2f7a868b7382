/*
 * Shape file: demand by hour of the week, CSV with the columns
 *
 *     hour_of_week    0 (Monday 00:00 of the shape's clock) to 167, each once, in any order
 *     relative        >= 0; scaled so that the mean over the week is 1
 *
 * Other columns are passed over.
 */
#include <math.h>
#include <string.h>

#include "csv_mistakes.h"
#include "wattmill/csv.h"
#include "wattmill/input.h"
#include "wattmill/workload.h"

struct reader {
    struct wm_csv_mistakes mistakes;
    int hour_at, value_at; /* cells, -1: none */
    bool has_header;
    bool seen[WM_HOURS_PER_WEEK];
    size_t n;
    struct wm_shape *shape;
};

static void read_header(struct reader *r, const struct wm_csv_row *row)
{
    r->has_header = true;
    r->hour_at = r->value_at = -1;
    for (size_t i = 0; i < row->n; i++) {
        if (strcmp(row->cells[i], "hour_of_week") == 0)
            r->hour_at = (int)i;
        if (strcmp(row->cells[i], "relative") == 0)
            r->value_at = (int)i;
    }
    if (r->hour_at < 0)
        wm_csv_mistake(&r->mistakes, row->line, "the header has no column hour_of_week");
    if (r->value_at < 0)
        wm_csv_mistake(&r->mistakes, row->line, "the header has no column relative");
}

static bool number(const struct wm_csv_row *row, int at, double *value)
{
    return (size_t)at < row->n && wm_csv_number(row->cells[at], value);
}

static bool on_row(void *context, const struct wm_csv_row *row)
{
    struct reader *const r = context;
    double hour = 0.0, value = 0.0;
    if (row->n > 0 && row->cells[0][0] == '#')
        return true;
    if (!r->has_header) {
        read_header(r, row);
        return r->mistakes.n == 0;
    }
    if (!number(row, r->hour_at, &hour) || hour < 0.0 || hour > WM_HOURS_PER_WEEK - 1 ||
        floor(hour) < hour) {
        wm_csv_mistake(&r->mistakes, row->line, "hour_of_week, allowed are whole hours 0..167");
    } else if (!number(row, r->value_at, &value) || value < 0.0 || value > 1e9) {
        wm_csv_mistake(&r->mistakes, row->line, "relative, allowed 0..1e9");
    } else if (r->seen[(int)hour]) {
        wm_csv_mistake(&r->mistakes, row->line, "hour_of_week = %g stands twice", hour);
    } else {
        r->seen[(int)hour] = true;
        r->shape->hourly[(int)hour] = value;
        r->n++;
    }
    return true;
}

const void *wm_shape_file_load(struct wm_arena *arena, const char *path, struct wm_diags *diags)
{
    const char *text = NULL;
    size_t n_bytes = 0;
    if (wm_text_load(arena, path, &text, &n_bytes, diags) != WM_OK)
        return NULL;
    struct wm_shape *const shape = WM_NEW(arena, struct wm_shape);
    struct reader r = {.mistakes = {diags, path, 0}, .shape = shape};
    shape->head.name = path;
    if (wm_csv_scan_any(arena, text, n_bytes, path, on_row, &r, diags) != WM_OK)
        return NULL;
    double sum = 0.0;
    for (int h = 0; h < WM_HOURS_PER_WEEK; h++)
        sum += shape->hourly[h];
    if (r.mistakes.n == 0 && r.n != WM_HOURS_PER_WEEK)
        wm_csv_mistake(&r.mistakes, 1, "%zu hours, a week has %d", r.n, WM_HOURS_PER_WEEK);
    else if (r.mistakes.n == 0 && sum <= 0.0)
        wm_csv_mistake(&r.mistakes, 1, "all hours are 0");
    if (r.mistakes.n > 0)
        return NULL;
    for (int h = 0; h < WM_HOURS_PER_WEEK; h++)
        shape->hourly[h] *= WM_HOURS_PER_WEEK / sum;
    return shape;
}
