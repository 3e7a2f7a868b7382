/*
 * telemetry: reads the logs. A table has a column a quantity (nvidia-smi, DCGM), or a row a quantity (Prometheus:
 * metric, value); rows of one board at one time become one. Clocks that go back, times that come twice and values
 * of another unit are found by line.
 *
 * Source: nvidia-smi --help-query-gpu; DCGM field identifiers (DCGM_FI_DEV_POWER_USAGE in W, DCGM_FI_DEV_GPU_UTIL in
 * percent, DCGM_FI_PROF_* as ratios); dcgm-exporter.
 */
#include "telemetry.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BOARDS_MAX = 20000 };

// clang-format off
static const struct {
    const char *names;
    enum wm_cell_kind kind;
    double factor, most;
} columns[WM_TELEMETRY_N] = {
    [WM_TELEMETRY_BOARD]  = {"power.draw*|dcgm_fi_dev_power_usage*|gpu_power_w|power_w|power [w]|power (w)", WM_CELL_WATTS, 1, 5000},
    [WM_TELEMETRY_NODE]   = {"node_power_w*|host_power_w*|node power*|system_power_w*|ipmi_dcmi_power_consumption_watts|dcmi_power_w*", WM_CELL_WATTS, 1, 500000},
    [WM_TELEMETRY_USE]    = {"utilization.gpu*|dcgm_fi_dev_gpu_util*", WM_CELL_PLAIN, 0.01, 100},
    [WM_TELEMETRY_MEMORY] = {"dcgm_fi_prof_dram_active*", WM_CELL_PLAIN, 1, 1},
    [WM_TELEMETRY_TENSOR] = {"dcgm_fi_prof_pipe_tensor_active*", WM_CELL_PLAIN, 1, 1},
    [WM_TELEMETRY_CLOCK]  = {"clocks.current.sm*|clocks.sm*|clocks.current.graphics*|dcgm_fi_dev_sm_clock*", WM_CELL_MHZ, 1, 10000},
    [WM_TELEMETRY_HELD]   = {"memory.used*|dcgm_fi_dev_fb_used*", WM_CELL_BYTES, 1, 2e12},
};
// clang-format on
static const char smi_memory[] = "utilization.memory*|dcgm_fi_dev_mem_copy_util*";

struct reader {
    struct wm_importer *im;
    struct wm_telemetry *t;
    struct wm_cell_header header;
    int at[WM_TELEMETRY_N], smi, time, index, host, model, metric, value;
    bool has_header;
    int n_lines;
};

static size_t board_of(struct reader *r, const struct wm_csv_row *row)
{
    struct wm_telemetry *const t = r->t;
    const char *const index =
        r->index >= 0 && (size_t)r->index < row->n ? row->cells[r->index] : "0";
    /* an index says which board of a node; without the node each file is of one of its own */
    const char *const host =
        r->host >= 0 && (size_t)r->host < row->n ? row->cells[r->host] : r->im->path;
    const char *const name = wm_arena_printf(r->im->arena, "%.200s/%.60s", host, index);
    const size_t last = t->n > 0 ? t->rows[t->n - 1].board + 1 : 0; /* boards follow one another */
    for (size_t i = 0; i < t->n_boards; i++) {
        const size_t k = (last + i) % t->n_boards;
        if (strcmp(t->boards[k], name) == 0)
            return k;
    }
    if (t->boards == NULL)
        t->boards = (const char **)wm_arena_alloc(r->im->arena, BOARDS_MAX, sizeof *t->boards);
    if (t->n_boards == BOARDS_MAX) {
        wm_import_mistake(r->im, row->line, "more than %d boards", BOARDS_MAX);
        return 0;
    }
    t->boards[t->n_boards] = name;
    return t->n_boards++;
}

static struct wm_telemetry_row *add_row(struct reader *r, const struct wm_csv_row *row)
{
    struct wm_telemetry *const t = r->t;
    if (t->n == t->capacity) {
        t->capacity = t->capacity == 0 ? 4096 : 2 * t->capacity;
        struct wm_telemetry_row *const more =
            WM_NEW_ARRAY(r->im->arena, struct wm_telemetry_row, t->capacity);
        if (t->n > 0)
            memcpy(more, t->rows, t->n * sizeof *more);
        t->rows = more;
    }
    const size_t board = board_of(r, row);
    struct wm_telemetry_row *const to = &t->rows[t->n++];
    *to = (struct wm_telemetry_row){.board = board, .path = r->im->path, .line = row->line};
    for (int i = 0; i < WM_TELEMETRY_N; i++)
        to->v[i] = (double)NAN;
    return to;
}

/* Of "2026/06/10 19:52:06.172": 6.172 s; 0 where the clock has no seconds. */
static int64_t second_us(const char *cell)
{
    const char *const first = strchr(cell, ':'), *const second =
                                                     first != NULL ? strchr(first + 1, ':') : NULL;
    char digits[16] = "";
    double s = 0.0;
    for (size_t n = 0; second != NULL && n + 1 < sizeof digits &&
                       strchr("0123456789.", second[n + 1]) != NULL && second[n + 1] != '\0';
         n++)
        digits[n] = second[n + 1];
    return wm_csv_number(digits, &s) && s < 61.0 ? llround(s * 1e6) : 0;
}

static bool read_time(struct reader *r, const struct wm_csv_row *row, int64_t *at_us)
{
    struct wm_written_time t;
    double s = 0.0;
    const char *const cell = (size_t)r->time < row->n ? row->cells[r->time] : "";
    if (wm_csv_number(cell, &s) && s > 1e9) { /* Unix time in s or ms */
        *at_us = llround((s > 1e11 ? s / 1e3 : s) * 1e6);
        return true;
    }
    if (!wm_import_stamp(cell, false, &t) || !t.has_clock) {
        wm_import_mistake(r->im, row->line, "time = \"%.40s\" cannot be read", cell);
        return false;
    }
    *at_us = t.us + (t.has_offset ? 0 : second_us(cell) - t.us % 60000000);
    return true;
}

static bool read_header(struct reader *r, const struct wm_csv_row *row)
{
    for (int i = 0; i < WM_TELEMETRY_N; i++)
        r->at[i] = wm_import_column(row, columns[i].names);
    r->smi = wm_import_column(row, smi_memory);
    r->time = wm_import_column(row, "timestamp|time|datetime|date|# time");
    r->index =
        wm_import_column(row, "uuid|gpu_uuid|index|gpu|gpu_index|gpu_id|device|minor_number");
    r->host = wm_import_column(row, "hostname|instance|node|host");
    r->model = wm_import_column(row, "name|gpu_name|modelname");
    r->metric = wm_import_column(row, "metric|__name__|metric_name|field");
    r->value = wm_import_column(row, "value");
    const bool is_long = r->metric >= 0 && r->value >= 0;
    r->has_header = r->time >= 0 && (is_long || r->at[WM_TELEMETRY_BOARD] >= 0);
    if (!is_long)
        r->metric = -1;
    if (r->has_header)
        r->header = wm_cell_header_of(r->im, row, r->header.by);
    return r->has_header;
}

static bool is_named(const char *metric, const char *names)
{
    const char *const cells[] = {metric};
    return wm_import_column(&(struct wm_csv_row){.cells = cells, .n = 1}, names) == 0;
}

/* A row with a quantity: which of them, and whether nvidia-smi's share of memory. */
static void read_metric(struct reader *r, const struct wm_csv_row *row, struct wm_telemetry_row *to)
{
    const char *const metric = row->cells[r->metric];
    for (int i = 0; i < WM_TELEMETRY_N; i++)
        if (is_named(metric, columns[i].names))
            to->v[i] = columns[i].factor * wm_cell_number(r->im, &r->header, row, r->value,
                                                          columns[i].kind, columns[i].most);
    if (is_named(metric, smi_memory)) {
        to->v[WM_TELEMETRY_MEMORY] =
            0.01 * wm_cell_number(r->im, &r->header, row, r->value, WM_CELL_PLAIN, 100.0);
        r->t->is_smi = true;
    }
}

/* "%" in a cell or a name is told by the kind; numbers alone are percent for both tools. */
static double read_share(struct reader *r, const struct wm_csv_row *row, int column)
{
    const bool has_sign = strchr(r->header.names[column], '%') != NULL ||
                          ((size_t)column < row->n && strchr(row->cells[column], '%') != NULL);
    return has_sign ? wm_cell_number(r->im, &r->header, row, column, WM_CELL_SHARE, 1.0)
                    : 0.01 * wm_cell_number(r->im, &r->header, row, column, WM_CELL_PLAIN, 100.0);
}

static void read_columns(struct reader *r, const struct wm_csv_row *row,
                         struct wm_telemetry_row *to)
{
    for (int i = 0; i < WM_TELEMETRY_N; i++)
        if (r->at[i] >= 0)
            to->v[i] = i == WM_TELEMETRY_USE
                           ? read_share(r, row, r->at[i])
                           : columns[i].factor * wm_cell_number(r->im, &r->header, row, r->at[i],
                                                                columns[i].kind, columns[i].most);
    if (r->at[WM_TELEMETRY_MEMORY] < 0 && r->smi >= 0) {
        to->v[WM_TELEMETRY_MEMORY] = read_share(r, row, r->smi);
        r->t->is_smi = true;
    }
}

static bool on_row(void *context, const struct wm_csv_row *row)
{
    struct reader *const r = context;
    int64_t at_us = 0;
    if (!r->has_header)
        return read_header(r, row) || ++r->n_lines < 12;
    if (row->n < 2 || !read_time(r, row, &at_us))
        return true;
    struct wm_telemetry_row *const to = add_row(r, row);
    to->at_us = at_us;
    if (r->model >= 0 && r->t->model == NULL && (size_t)r->model < row->n &&
        row->cells[r->model][0] != '\0')
        r->t->model =
            wm_arena_copy_text(r->im->arena, row->cells[r->model], strlen(row->cells[r->model]));
    if (r->metric >= 0)
        read_metric(r, row, to);
    else
        read_columns(r, row, to);
    return true;
}

void wm_import_telemetry(struct wm_importer *im, const char *text, size_t n_bytes)
{
    if (im->telemetry == NULL) {
        im->telemetry = WM_NEW(im->arena, struct wm_telemetry);
        *im->telemetry = (struct wm_telemetry){0};
    }
    struct reader r = {
        .im = im, .t = im->telemetry, .header = {.by = wm_csv_delimiter(text, n_bytes)}};
    if (wm_csv_scan_by(im->arena, text, n_bytes, im->path, r.header.by, on_row, &r, im->diags) !=
        WM_OK)
        im->n_mistakes++;
    else if (!r.has_header)
        wm_import_mistake(im, 0,
                          "is no log of boards: it needs a time and power.draw or "
                          "DCGM_FI_DEV_POWER_USAGE as a column, or "
                          "the columns metric and value");
}
