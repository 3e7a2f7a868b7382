/*
 * telemetry: what logs say of an entry's power. Idle power is the mean of boards on which nothing ran (the lower of
 * two levels, where clocks tell a resident model from none); busy boards give
 *
 *     board_w = tdp_w (base_frac + memory_frac sqrt(memory) + compute_frac tensor)
 *
 * by least squares over means of blocks of consecutive rows, so that errors are not those of rows that
 * follow one another. The rest of a node is a line over the use of its boards.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue.h"
#include "entry.h"
#include "telemetry.h"
#include "values.h"
#include "wattmill/numeric.h"

enum { BLOCKS = 600, LEAST_ROWS = 8, TERMS = 3 };
static const double idle_use = 0.005, low_clock_frac = 0.5;

struct block {
    double y, x[TERMS];
};

struct fit {
    struct block *blocks;
    size_t n, n_rows, n_terms;
    double x[TERMS], error[TERMS];
    bool is_right;
};

static int by_board_and_time(const void *a, const void *b)
{
    const struct wm_telemetry_row *const x = a, *const y = b;
    if (x->board != y->board)
        return x->board < y->board ? -1 : 1;
    if (x->at_us != y->at_us)
        return x->at_us < y->at_us ? -1 : 1;
    const int path = strcmp(x->path, y->path);
    return path != 0 ? path : (x->line > y->line) - (x->line < y->line);
}

/* Within a file a board's times go on; a clock that is set back is found where it is. */
static void check_clock(struct wm_importer *im, const struct wm_telemetry *t)
{
    const struct wm_telemetry_row **const last =
        (const struct wm_telemetry_row **)wm_arena_alloc(im->arena, t->n_boards + 1, sizeof *last);
    memset((void *)last, 0, (t->n_boards + 1) * sizeof *last);
    for (size_t i = 0; i < t->n; i++) {
        const struct wm_telemetry_row *const row = &t->rows[i], *const before = last[row->board];
        last[row->board] = row;
        if (before == NULL || before->path != row->path || row->at_us >= before->at_us ||
            row->line < before->line)
            continue;
        im->path = row->path;
        wm_import_mistake(im, row->line,
                          "is %.6g s before line %d of the same board: a clock was set back",
                          (double)(before->at_us - row->at_us) / 1e6, before->line);
    }
}

static bool is_copy(const struct wm_telemetry_row *a, const struct wm_telemetry_row *b)
{
    for (int k = 0; k < WM_TELEMETRY_N; k++)
        if (!(isnan(a->v[k]) && isnan(b->v[k])) &&
            (a->v[k] < b->v[k] || a->v[k] > b->v[k] || isnan(a->v[k]) || isnan(b->v[k])))
            return false;
    return true;
}

/* False: both say a quantity. */
static bool add_to(struct wm_telemetry_row *to, const struct wm_telemetry_row *from)
{
    for (int k = 0; k < WM_TELEMETRY_N; k++)
        if (!isnan(from->v[k]) && !isnan(to->v[k]))
            return false;
    for (int k = 0; k < WM_TELEMETRY_N; k++)
        to->v[k] = isnan(from->v[k]) ? to->v[k] : from->v[k];
    return true;
}

/* Rows of a board at one time become one; a quantity twice is a mistake, unless two logs overlap. */
static void merge(struct wm_importer *im, struct wm_telemetry *t)
{
    size_t n = 0, n_shared = 0;
    qsort(t->rows, t->n, sizeof *t->rows, by_board_and_time);
    for (size_t i = 0; i < t->n; i++) {
        const struct wm_telemetry_row *const from = &t->rows[i];
        struct wm_telemetry_row *const to = n > 0 ? &t->rows[n - 1] : NULL;
        if (to == NULL || to->board != from->board || to->at_us != from->at_us)
            t->rows[n++] = *from;
        else if (to->path != from->path && is_copy(to, from))
            n_shared++;
        else if (!add_to(to, from)) {
            im->path = from->path;
            wm_import_mistake(im, from->line, "repeats the time of %s%sline %d for the same board",
                              to->path != from->path ? to->path : "",
                              to->path != from->path ? " " : "", to->line);
        }
    }
    t->n = n;
    if (n_shared > 0)
        wm_import_note(im, "left out: rows that two logs share: %zu", n_shared);
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Gaps of more than a minute and ten usual steps: told with the first line after each. */
static void tell_gaps(struct wm_importer *im, const struct wm_telemetry *t)
{
    double *const steps = WM_NEW_ARRAY(im->arena, double, t->n + 1);
    size_t n = 0, n_gaps = 0;
    for (size_t i = 1; i < t->n; i++)
        if (t->rows[i].board == t->rows[i - 1].board)
            steps[n++] = (double)(t->rows[i].at_us - t->rows[i - 1].at_us) / 1e6;
    if (n == 0)
        return;
    qsort(steps, n, sizeof *steps, compare);
    const double most_s = fmax(60.0, 10.0 * steps[n / 2]);
    for (size_t i = 1; i < t->n; i++) {
        const double step_s = (double)(t->rows[i].at_us - t->rows[i - 1].at_us) / 1e6;
        if (t->rows[i].board == t->rows[i - 1].board && t->rows[i].path == t->rows[i - 1].path &&
            step_s > most_s && n_gaps++ < 5)
            wm_import_note(im, "read: %g s are missing before line %d", step_s - steps[n / 2],
                           t->rows[i].line);
    }
    if (n_gaps > 5)
        wm_import_note(im, "read: and %zu more gaps", n_gaps - 5);
    wm_import_note(im, "read: %zu rows of %zu boards, one each %.3g s", t->n, t->n_boards,
                   steps[n / 2]);
}

static bool is_idle(const struct wm_telemetry_row *row)
{
    return (isnan(row->v[WM_TELEMETRY_USE]) || row->v[WM_TELEMETRY_USE] < idle_use) &&
           !(row->v[WM_TELEMETRY_MEMORY] > idle_use) && !(row->v[WM_TELEMETRY_TENSOR] > idle_use) &&
           !(isnan(row->v[WM_TELEMETRY_USE]) && isnan(row->v[WM_TELEMETRY_MEMORY]));
}

/* Clock of boards at work; 0: none was, or the log has no clocks. */
static double fastest(const struct wm_telemetry *t)
{
    double mhz = 0.0;
    for (size_t i = 0; i < t->n; i++)
        if (!is_idle(&t->rows[i]) && t->rows[i].v[WM_TELEMETRY_CLOCK] > mhz)
            mhz = t->rows[i].v[WM_TELEMETRY_CLOCK];
    return mhz;
}

/* Which rows a fit takes, and their terms; false: not this one. */
typedef bool terms_fn(const struct wm_telemetry_row *row, double fastest_mhz, double *y,
                      double x[TERMS]);

static bool low_terms(const struct wm_telemetry_row *row, double mhz, double *y, double x[TERMS])
{
    *y = row->v[WM_TELEMETRY_BOARD];
    x[0] = 1.0;
    return is_idle(row) && !isnan(*y) &&
           !(mhz > 0.0 && row->v[WM_TELEMETRY_CLOCK] > low_clock_frac * mhz);
}

static bool resident_terms(const struct wm_telemetry_row *row, double mhz, double *y,
                           double x[TERMS])
{
    *y = row->v[WM_TELEMETRY_BOARD];
    x[0] = 1.0;
    return is_idle(row) && !isnan(*y) && mhz > 0.0 &&
           row->v[WM_TELEMETRY_CLOCK] > low_clock_frac * mhz;
}

static bool busy_terms(const struct wm_telemetry_row *row, double mhz, double *y, double x[TERMS])
{
    (void)mhz;
    *y = row->v[WM_TELEMETRY_BOARD];
    x[0] = 1.0;
    x[1] = sqrt(row->v[WM_TELEMETRY_MEMORY]);
    x[2] = row->v[WM_TELEMETRY_TENSOR];
    return !is_idle(row) && !isnan(*y) && !isnan(x[1]) && !isnan(x[2]);
}

static bool host_terms(const struct wm_telemetry_row *row, double mhz, double *y, double x[TERMS])
{
    (void)mhz; /* rows of a node at a time, made by gather_hosts */
    *y = row->v[WM_TELEMETRY_NODE];
    x[0] = 1.0;
    x[1] = row->v[WM_TELEMETRY_USE];
    return !isnan(*y) && !isnan(x[1]);
}

/* Means of blocks of rows that follow one another on one board. */
static void gather(struct wm_importer *im, const struct wm_telemetry *t, terms_fn *terms,
                   double mhz, struct fit *f)
{
    double y = 0.0, x[TERMS] = {0};
    for (size_t i = 0; i < t->n; i++)
        f->n_rows += terms(&t->rows[i], mhz, &y, x) ? 1 : 0;
    const size_t length = f->n_rows / BLOCKS + 1;
    f->blocks = WM_NEW_ARRAY(im->arena, struct block, f->n_rows / length + t->n_boards + 2);
    size_t in_block = 0, board = SIZE_MAX;
    for (size_t i = 0; i < t->n; i++) {
        if (!terms(&t->rows[i], mhz, &y, x))
            continue;
        if (in_block == length || board != t->rows[i].board || in_block == 0) {
            f->blocks[f->n++] = (struct block){0};
            in_block = 0;
            board = t->rows[i].board;
        }
        struct block *const b = &f->blocks[f->n - 1];
        in_block++;
        const double w = 1.0 / (double)in_block;
        b->y += (y - b->y) * w;
        for (int k = 0; k < TERMS; k++)
            b->x[k] += (x[k] - b->x[k]) * w;
    }
}

static void residuals(const double *x, double *r, void *context)
{
    const struct fit *const f = context;
    for (size_t i = 0; i < f->n; i++) {
        r[i] = -f->blocks[i].y;
        for (size_t k = 0; k < f->n_terms; k++)
            r[i] += x[k] * f->blocks[i].x[k];
    }
}

static void jacobian(const double *x, double *j, void *context)
{
    const struct fit *const f = context;
    (void)x;
    for (size_t i = 0; i < f->n; i++)
        for (size_t k = 0; k < f->n_terms; k++)
            j[i * f->n_terms + k] = f->blocks[i].x[k];
}

static struct fit fit_of(struct wm_importer *im, const struct wm_telemetry *t, terms_fn *terms,
                         size_t n_terms)
{
    struct fit f = {.n_terms = n_terms};
    double variance[TERMS] = {0}, sum = 0.0;
    gather(im, t, terms, fastest(t), &f);
    if (f.n_rows < LEAST_ROWS || f.n < n_terms + 3)
        return f;
    f.x[0] = f.blocks[0].y;
    const struct wm_least_squares problem = {.n_residual = f.n,
                                             .n_param = n_terms,
                                             .residuals = residuals,
                                             .jacobian = jacobian,
                                             .context = &f,
                                             .max_iterations = 50,
                                             .tolerance = 1e-12};
    if (!wm_least_squares(&problem, f.x, variance))
        return f;
    double *const r = WM_NEW_ARRAY(im->arena, double, f.n);
    residuals(f.x, r, &f);
    for (size_t i = 0; i < f.n; i++)
        sum += r[i] * r[i];
    f.is_right = true;
    for (size_t k = 0; k < n_terms; k++) {
        f.error[k] = sqrt(variance[k] * sum / (double)(f.n - n_terms));
        f.is_right = f.is_right && isfinite(f.x[k]) && isfinite(f.error[k]);
    }
    return f;
}

struct out {
    struct wm_importer *im;
    struct wm_json *entry, *power;
    const struct wm_accelerator *base;
    const char *notes;
};

/* A key with its error, unless that is so large that the value says nothing. */
static void put(struct out *o, struct wm_json *object, const char *key, double value, double error,
                double shipped, const char *unit)
{
    struct wm_importer *const im = o->im;
    if (value < 0.0 || !(fabs(value) > 2.0 * error)) {
        wm_import_note(im, "left out: %s %.4g +- %.2g%s, not told from zero; %s has %.4g", key,
                       value, error, unit, o->base->head.name, shipped);
        return;
    }
    wm_entry_number(im->arena, object, key, floor(value * 1e5 + 0.5) / 1e5);
    wm_import_note(im, "read: %s %.4g +- %.2g%s (%s %.4g)", key, value, error, unit,
                   o->base->head.name, shipped);
    o->notes = wm_arena_printf(im->arena, "%s%s%s %.4g +- %.2g%s", o->notes,
                               o->notes[0] ? ", " : "", key, value, error, unit);
}

static void put_board(struct out *o, const struct wm_telemetry *t)
{
    struct wm_importer *const im = o->im;
    const struct wm_board_power *const p = &o->base->power;
    const double tdp_w = o->base->tdp_w;
    const struct fit low = fit_of(im, t, low_terms, 1), busy = fit_of(im, t, busy_terms, 3),
                     resident = fit_of(im, t, resident_terms, 1);
    if (low.is_right)
        put(o, o->power, "idle_w", low.x[0], low.error[0], p->idle_w, " W");
    else
        wm_import_note(im, "left out: idle_w, %zu rows of boards on which nothing ran%s",
                       low.n_rows, fastest(t) > 0.0 ? " at low clocks" : "");
    if (low.is_right && fastest(t) <= 0.0)
        wm_import_note(
            im, "assumed: boards on which nothing ran hold no model; no clock of a busy one tells");
    if (busy.is_right) {
        put(o, o->power, "base_frac", busy.x[0] / tdp_w, busy.error[0] / tdp_w, p->base_frac, "");
        put(o, o->power, "memory_frac", busy.x[1] / tdp_w, busy.error[1] / tdp_w, p->memory_frac,
            "");
        put(o, o->power, "compute_frac", busy.x[2] / tdp_w, busy.error[2] / tdp_w, p->compute_frac,
            "");
        return;
    }
    wm_import_note(im,
                   "left out: memory_frac and compute_frac, which need the use of memory and of "
                   "the tensor pipe (DCGM_FI_PROF_DRAM_ACTIVE, "
                   "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE) of busy boards; %s keeps its own",
                   o->base->head.name);
    if (resident.is_right)
        put(o, o->power, "base_frac", resident.x[0] / tdp_w, resident.error[0] / tdp_w,
            p->base_frac, "");
}

static int by_time(const void *a, const void *b)
{
    const struct wm_telemetry_row *const x = a, *const y = b;
    return x->at_us != y->at_us ? (x->at_us < y->at_us ? -1 : 1)
                                : (x->board > y->board) - (x->board < y->board);
}

/* A row a time: what a node takes beside its boards, for each of them, and their mean use. One node a log. */
static struct wm_telemetry gather_hosts(struct wm_importer *im, const struct wm_telemetry *t)
{
    struct wm_telemetry_row *const rows =
        WM_NEW_ARRAY(im->arena, struct wm_telemetry_row, t->n + 1);
    struct wm_telemetry hosts = {.rows = rows, .n_boards = 1};
    memcpy(rows, t->rows, t->n * sizeof *rows);
    qsort(rows, t->n, sizeof *rows, by_time);
    for (size_t i = 0; i < t->n;) {
        const int64_t at_us = rows[i].at_us;
        struct wm_telemetry_row sum = rows[i];
        double boards_w = 0.0, use = 0.0, node_w = (double)NAN;
        size_t n = 0;
        for (; i < t->n && rows[i].at_us == at_us; i++) {
            node_w = isnan(rows[i].v[WM_TELEMETRY_NODE]) ? node_w : rows[i].v[WM_TELEMETRY_NODE];
            if (isnan(rows[i].v[WM_TELEMETRY_BOARD]))
                continue;
            boards_w += rows[i].v[WM_TELEMETRY_BOARD];
            use += rows[i].v[WM_TELEMETRY_USE];
            n++;
        }
        if (n == 0 || isnan(node_w))
            continue;
        sum.board = 0;
        sum.v[WM_TELEMETRY_NODE] = (node_w - boards_w) / (double)n;
        sum.v[WM_TELEMETRY_USE] = use / (double)n;
        if (node_w < boards_w && im->n_mistakes == 0) {
            im->path = sum.path;
            wm_import_mistake(
                im, sum.line,
                "the node takes %g W, its boards %g W: not the whole node, or another unit?",
                node_w, boards_w);
        }
        rows[hosts.n++] = sum;
    }
    return hosts;
}

static void put_host(struct out *o, const struct wm_telemetry *t)
{
    const struct wm_telemetry hosts = gather_hosts(o->im, t);
    const struct fit f = hosts.n > 0 ? fit_of(o->im, &hosts, host_terms, 2) : (struct fit){0};
    if (f.is_right) {
        put(o, o->entry, "host_idle_w", f.x[0], f.error[0], o->base->host_idle_w, " W");
        put(o, o->entry, "host_busy_w", f.x[0] + f.x[1], hypot(f.error[0], f.error[1]),
            o->base->host_busy_w, " W");
    } else
        wm_import_note(o->im, "left out: host_idle_w and host_busy_w, which need the power of the "
                              "whole node at the times of its boards "
                              "(node_power_w, ipmi_dcmi_power_consumption_watts)");
}

const char *wm_import_telemetry_write(struct wm_importer *im, const char *source)
{
    struct wm_telemetry *const t = im->telemetry;
    if (t == NULL || t->n == 0) {
        if (im->n_mistakes == 0)
            wm_import_mistake(im, 0, "has no row that could be read");
        return NULL;
    }
    check_clock(im, t);
    merge(im, t);
    const struct wm_accelerator *const base = wm_import_board(im, t->model);
    if (base == NULL || im->n_mistakes > 0)
        return NULL;
    tell_gaps(im, t);
    struct wm_json *const entries = wm_entry_new(im->arena, WM_JSON_OBJECT);
    struct out o = {im, wm_entry_new(im->arena, WM_JSON_OBJECT),
                    wm_entry_new(im->arena, WM_JSON_OBJECT), base, ""};
    const char *const name =
        wm_import_slug(im->arena, im->options->name != NULL
                                      ? im->options->name
                                      : wm_arena_printf(im->arena, "%s-measured", base->head.name));
    wm_entry_text(im->arena, o.entry, "base", base->head.name);
    wm_entry_text(im->arena, o.entry, "title",
                  wm_arena_printf(im->arena, "%s, power as measured", base->head.title));
    wm_entry_text(im->arena, o.entry, "source",
                  wm_arena_printf(im->arena, "logs of power and use: %.200s; all else: %s", source,
                                  base->head.name));
    const struct wm_civil day = wm_civil_from_us(t->rows[0].at_us);
    wm_entry_text(im->arena, o.entry, "as_of",
                  wm_import_as_of(im, wm_arena_printf(im->arena, "%04d-%02d-%02d", day.year,
                                                      day.month, day.day)));
    wm_entry_text(im->arena, o.entry, "basis", "measured");
    put_board(&o, t);
    put_host(&o, t);
    if (t->is_smi)
        wm_import_note(im,
                       "assumed: nvidia-smi's share of time in which memory moved data is its use");
    if (im->n_mistakes > 0)
        return NULL;
    if (o.notes[0] == '\0') {
        wm_value_mistake(im, WM_E211, NULL,
                         "the log decides nothing of the entry's power: see what was left out");
        return NULL;
    }
    wm_entry_text(im->arena, o.entry, "notes", wm_arena_printf(im->arena, "fitted: %s", o.notes));
    if (o.power->n_children > 0)
        wm_entry_put(o.entry, "power", o.power);
    wm_entry_put(entries, name, o.entry);
    return wm_entry_file(im->arena, "accelerators", entries);
}
