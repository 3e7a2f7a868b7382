/*
 * Curve file: CSV of measured operating points of one replica, columns by name as measured sets have
 * them:
 *
 *     concurrency                    requests under way, > 0
 *     n_gpu                          accelerators of the replica, the same in every row
 *     output_tokens_per_s_per_gpu
 *     tpot_s, ttft_s                 means; ttft_p99_s, tpot_p99_s if known, else the means
 *     gpu_power_w                    board power of an accelerator, mean
 *     clock_frac                     of the core clock; default 1
 *     isl_tokens, osl_tokens         of a request, to compare with the workload's class; within 10 % of one another
 *
 * Other columns are passed over. Points that serve no more than one with fewer requests are too.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "csv_mistakes.h"
#include "wattmill/csv.h"
#include "wattmill/input.h"
#include "wattmill/serving_curve.h"

enum { POINTS_MAX = 1000 };

enum column {
    CONCURRENCY,
    N_GPU,
    OUT_RATE,
    TPOT,
    TTFT,
    POWER,
    N_REQUIRED,
    TPOT_P99 = N_REQUIRED,
    TTFT_P99,
    CLOCK,
    INPUT,
    OUTPUT,
    N_COLUMNS
};

static const struct {
    const char *name, *unit;
    double min, max;
} columns[N_COLUMNS] = {
    [CONCURRENCY] = {"concurrency", "requests", 1e-6, 1e7},
    [N_GPU] = {"n_gpu", "accelerators", 1.0, 1e5},
    [OUT_RATE] = {"output_tokens_per_s_per_gpu", "tok/s", 1e-6, 1e7},
    [TPOT] = {"tpot_s", "s", 1e-6, 1e3},
    [TTFT] = {"ttft_s", "s", 1e-6, 1e5},
    [POWER] = {"gpu_power_w", "W", 1.0, 1e5},
    [TPOT_P99] = {"tpot_p99_s", "s", 1e-6, 1e4},
    [TTFT_P99] = {"ttft_p99_s", "s", 1e-6, 1e6},
    [CLOCK] = {"clock_frac", "of the core clock", 0.05, 1.0},
    [INPUT] = {"isl_tokens", "tokens", 1.0, 1e8},
    [OUTPUT] = {"osl_tokens", "tokens", 1.0, 1e8},
};

struct row {
    double value[N_COLUMNS]; /* NAN: not given */
    int line;
};

struct reader {
    struct wm_csv_mistakes mistakes;
    int at[N_COLUMNS]; /* cell, -1: none */
    bool has_header;
    struct row *rows;
    size_t n;
};

static void read_header(struct reader *r, const struct wm_csv_row *row)
{
    r->has_header = true;
    for (int c = 0; c < N_COLUMNS; c++) {
        r->at[c] = -1;
        for (size_t i = 0; i < row->n; i++)
            if (strcmp(row->cells[i], columns[c].name) == 0)
                r->at[c] = (int)i;
        if (r->at[c] < 0 && c < N_REQUIRED)
            wm_csv_mistake(&r->mistakes, row->line, "the header has no column %s", columns[c].name);
    }
}

static double read_cell(struct reader *r, const struct wm_csv_row *row, int c)
{
    const char *const cell = r->at[c] >= 0 && (size_t)r->at[c] < row->n ? row->cells[r->at[c]] : "";
    double value = (double)NAN;
    if (r->at[c] < 0 || (cell[0] == '\0' && c >= N_REQUIRED))
        return value;
    if (!wm_csv_number(cell, &value) || value < columns[c].min || value > columns[c].max)
        wm_csv_mistake(&r->mistakes, row->line, "%s = \"%.40s\", allowed %g..%g %s",
                       columns[c].name, cell, columns[c].min, columns[c].max, columns[c].unit);
    return value;
}

static bool on_row(void *context, const struct wm_csv_row *row)
{
    struct reader *const r = context;
    if (row->n > 0 && row->cells[0][0] == '#')
        return true;
    if (!r->has_header) {
        read_header(r, row);
        return r->mistakes.n == 0;
    }
    if (r->n == POINTS_MAX) {
        wm_csv_mistake(&r->mistakes, row->line, "more than %d points", POINTS_MAX);
        return false;
    }
    struct row *const to = &r->rows[r->n++];
    to->line = row->line;
    for (int c = 0; c < N_COLUMNS; c++)
        to->value[c] = read_cell(r, row, c);
    if (isnan(to->value[CLOCK]))
        to->value[CLOCK] = 1.0;
    if (floor(to->value[N_GPU]) < to->value[N_GPU])
        wm_csv_mistake(&r->mistakes, row->line, "n_gpu = %g, allowed are whole accelerators",
                       to->value[N_GPU]);
    return true;
}

/* Fastest clock first, then by requests under way. */
static int compare(const void *a, const void *b)
{
    const struct row *const x = a, *const y = b;
    const double clock = y->value[CLOCK] - x->value[CLOCK];
    const double users = x->value[CONCURRENCY] - y->value[CONCURRENCY];
    const double key = clock < 0.0 || clock > 0.0 ? clock : users;
    return key < 0.0 ? -1 : key > 0.0;
}

static struct wm_curve_point point_of(const struct row *row)
{
    const double *const v = row->value;
    return (struct wm_curve_point){
        .users = v[CONCURRENCY],
        .out_tok_per_s = v[OUT_RATE] * v[N_GPU],
        .tpot_s = v[TPOT],
        .tpot_p99_s = isnan(v[TPOT_P99]) ? v[TPOT] : fmax(v[TPOT], v[TPOT_P99]),
        .ttft_s = v[TTFT],
        .ttft_p99_s = isnan(v[TTFT_P99]) ? v[TTFT] : fmax(v[TTFT], v[TTFT_P99]),
        .board_w = v[POWER] * v[N_GPU]};
}

static bool is_same(double a, double b)
{
    return fabs(a - b) <= 1e-9 * fabs(b);
}

/* Benchmarks draw lengths anew for each point: means of one mix differ by some percent. */
static const double mix_frac = 0.1;

static bool is_same_mix(double a, double b)
{
    return fabs(a - b) <= mix_frac * fabs(b);
}

/* NAN when a row does not say. */
static double mean_of(const struct reader *r, enum column c)
{
    double sum = 0.0;
    for (size_t i = 0; i < r->n; i++)
        sum += r->rows[i].value[c];
    return sum / (double)r->n;
}

/* What no single row shows: one replica, one mix of lengths, no point twice. */
static void check_rows(struct reader *r)
{
    for (size_t i = 1; i < r->n; i++) {
        const struct row *const a = &r->rows[i - 1], *const b = &r->rows[i];
        if (!is_same(a->value[N_GPU], b->value[N_GPU]))
            wm_csv_mistake(&r->mistakes, b->line,
                           "n_gpu = %g, but %g in line %d: a curve is of one replica",
                           b->value[N_GPU], a->value[N_GPU], a->line);
        for (int c = INPUT; c <= OUTPUT; c++)
            if (!isnan(a->value[c]) && !isnan(b->value[c]) &&
                !is_same_mix(a->value[c], b->value[c]))
                wm_csv_mistake(&r->mistakes, b->line,
                               "%s = %g, but %g in line %d: a curve is of one mix", columns[c].name,
                               b->value[c], a->value[c], a->line);
        if (is_same(a->value[CLOCK], b->value[CLOCK]) &&
            is_same(a->value[CONCURRENCY], b->value[CONCURRENCY]))
            wm_csv_mistake(&r->mistakes, b->line, "concurrency = %g stands in line %d too",
                           b->value[CONCURRENCY], a->line);
    }
}

static void add_rows(struct wm_arena *arena, struct reader *r, struct wm_serving_curve *curve)
{
    struct wm_curve_point *const points = WM_NEW_ARRAY(arena, struct wm_curve_point, r->n);
    struct wm_curve_clock *const clocks = WM_NEW_ARRAY(arena, struct wm_curve_clock, r->n);
    struct wm_curve_clock *clock = NULL;
    size_t n = 0, n_dropped = 0;
    curve->clocks = clocks;
    for (size_t i = 0; i < r->n; i++) {
        const struct wm_curve_point p = point_of(&r->rows[i]);
        if (clock == NULL || !is_same(clock->clock_frac, r->rows[i].value[CLOCK])) {
            clock = &clocks[curve->n_clocks++];
            *clock = (struct wm_curve_clock){r->rows[i].value[CLOCK], &points[n], 0};
        } else if (p.out_tok_per_s <= points[n - 1].out_tok_per_s) {
            n_dropped++;
            continue;
        }
        points[n++] = p;
        clock->n++;
    }
    const struct wm_place place = {r->mistakes.path, 1, 1};
    if (n_dropped > 0)
        wm_diag_add(r->mistakes.diags, WM_W921, &place, NULL,
                    "points that serve no more than one with fewer requests are passed over: %zu",
                    n_dropped);
}

const void *wm_curve_file_load(struct wm_arena *arena, const char *path, struct wm_diags *diags)
{
    const char *text = NULL;
    size_t n_bytes = 0;
    if (wm_text_load(arena, path, &text, &n_bytes, diags) != WM_OK)
        return NULL;
    if (n_bytes > 0 && text[strspn(text, " \t\r\n")] == '{') {
        const struct wm_place place = {.file = path, .line = 1, .column = 1};
        wm_diag_add(
            diags, WM_E214, &place, NULL,
            "is JSON, a curve is a table; `wattmill import curve` converts results of benchmarks");
        return NULL;
    }
    struct reader r = {.mistakes = {diags, path, 0},
                       .rows = WM_NEW_ARRAY(arena, struct row, POINTS_MAX)};
    if (wm_csv_scan_any(arena, text, n_bytes, path, on_row, &r, diags) != WM_OK)
        return NULL;
    if (r.n == 0 && r.mistakes.n == 0)
        wm_csv_mistake(&r.mistakes, 1, "there is no point");
    if (r.mistakes.n > 0)
        return NULL;
    qsort(r.rows, r.n, sizeof *r.rows, compare);
    check_rows(&r);
    if (r.mistakes.n > 0)
        return NULL;
    struct wm_serving_curve *const curve = WM_NEW(arena, struct wm_serving_curve);
    *curve = (struct wm_serving_curve){.path = path,
                                       .gpus = r.rows[0].value[N_GPU],
                                       .input_tok = mean_of(&r, INPUT),
                                       .output_tok = mean_of(&r, OUTPUT)};
    add_rows(arena, &r, curve);
    return curve;
}
