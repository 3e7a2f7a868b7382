/*
 * accelerator: what nvidia-smi or DCGM says of the boards of a node (memory, power limits, clocks) as a catalogue entry
 * on the base of the one that the catalogue has of them. Boards of a file are alike, or told by line.
 *
 * Source: NVIDIA, "nvidia-smi --query-gpu=... --format=csv" and --help-query-gpu; DCGM field identifiers.
 */
#include <math.h>
#include <string.h>

#include "catalogue.h"
#include "cells.h"
#include "entry.h"
#include "values.h"
#include "wattmill/accelerator.h"

enum what { MEMORY, LIMIT, DEFAULT_LIMIT, MAX_LIMIT, MIN_LIMIT, MAX_CLOCK, CLOCK, N_WHAT };

// clang-format off
static const struct {
    const char *names;
    enum wm_cell_kind kind;
    double most;
} columns[N_WHAT] = {
    [MEMORY]        = {"memory.total*|fb_memory_usage.total*|dcgm_fi_dev_fb_total*", WM_CELL_BYTES, 2e12},
    [LIMIT]         = {"enforced.power.limit*|power.limit*|dcgm_fi_dev_enforced_power_limit*|dcgm_fi_dev_power_mgmt_limit", WM_CELL_WATTS, 5000},
    [DEFAULT_LIMIT] = {"power.default_limit*|dcgm_fi_dev_power_mgmt_limit_def*", WM_CELL_WATTS, 5000},
    [MAX_LIMIT]     = {"power.max_limit*|dcgm_fi_dev_power_mgmt_limit_max*", WM_CELL_WATTS, 5000},
    [MIN_LIMIT]     = {"power.min_limit*|dcgm_fi_dev_power_mgmt_limit_min*", WM_CELL_WATTS, 5000},
    [MAX_CLOCK]     = {"clocks.max.sm*|clocks.max.graphics*|clocks.max.gr*|dcgm_fi_dev_max_sm_clock*", WM_CELL_MHZ, 10000},
    [CLOCK]         = {"clocks.applications.graphics*|clocks.applications.gr*|dcgm_fi_dev_app_sm_clock*", WM_CELL_MHZ, 10000},
};
// clang-format on

struct reader {
    struct wm_importer *im;
    struct wm_cell_header header;
    int at[N_WHAT], name;
    bool has_header;
    int n_lines;
    size_t n;
    double first[N_WHAT];
    const char *board;
};

/* "NVIDIA H100 80GB HBM3" and its like, to entries that say so by another name. */
static const char *entry_of(struct reader *r)
{
    static const struct {
        const char *has, *entry;
    } boards[] = {{"GB300", "gb300-nvl72"},
                  {"GB200", "gb200-nvl72"},
                  {"GH200 144", "gh200-144"},
                  {"GH200", "gh200"},
                  {"B300", "b300"},
                  {"B200", "b200"},
                  {"H200 NVL", "h200-nvl"},
                  {"H200", "h200"},
                  {"H100 NVL", "h100-nvl"},
                  {"H100 PCIe", "h100-pcie"},
                  {"H100 80GB HBM3", "h100"},
                  {"H100 SXM", "h100"},
                  {"H800", "h800"},
                  {"H20", "h20"},
                  {"A100-SXM4-40GB", "a100-40"},
                  {"A100-SXM4-80GB", "a100-80"},
                  {"A100-PCIE-40GB", "a100-40"},
                  {"A100 80GB", "a100-80"},
                  {"L40S", "l40s"},
                  {"A40", "a40"},
                  {"V100", "v100"},
                  {"P100", "p100"},
                  {"RTX 4090", "rtx-4090"},
                  {"RTX PRO 6000", "rtx-pro-6000"}};
    const char *const asked = r->im->options->accelerator;
    if (asked != NULL)
        return asked;
    for (size_t i = 0; r->board != NULL && i < sizeof boards / sizeof *boards; i++)
        if (strstr(r->board, boards[i].has) != NULL)
            return boards[i].entry;
    return r->board != NULL ? r->board : "";
}

const struct wm_accelerator *wm_import_board(struct wm_importer *im, const char *board)
{
    struct reader r = {.im = im, .board = board};
    const char *const name = entry_of(&r);
    const struct wm_catalog_head *const head =
        name[0] != '\0' ? wm_import_entry_find(im, WM_CATALOG_accelerator, name) : NULL;
    if (head == NULL)
        wm_value_mistake(
            im, name[0] == '\0' ? WM_E206 : WM_E208, NULL,
            name[0] == '\0'
                ? "the file does not name the board: --accelerator h100 says which entry it is%s"
                : "\"%.80s\" is in no entry of accelerators; --accelerator says which one it is",
            name);
    return (const struct wm_accelerator *)head;
}

static bool read_header(struct reader *r, const struct wm_csv_row *row, char by)
{
    for (int i = 0; i < N_WHAT; i++)
        r->at[i] = wm_import_column(row, columns[i].names);
    r->name = wm_import_column(row, "name|gpu_name|modelname|gpu name|product_name");
    r->has_header = r->at[MEMORY] >= 0 || r->at[LIMIT] >= 0 || r->at[MAX_LIMIT] >= 0;
    if (r->has_header)
        r->header = wm_cell_header_of(r->im, row, by);
    return r->has_header;
}

static void read_row(struct reader *r, const struct wm_csv_row *row)
{
    const char *const board = r->name >= 0 && (size_t)r->name < row->n ? row->cells[r->name] : "";
    for (int i = 0; i < N_WHAT; i++) {
        const double value = r->at[i] >= 0 ? wm_cell_number(r->im, &r->header, row, r->at[i],
                                                            columns[i].kind, columns[i].most)
                                           : (double)NAN;
        if (r->n == 0)
            r->first[i] = value;
        else if (!isnan(value) && !isnan(r->first[i]) && fabs(value / r->first[i] - 1.0) > 0.001)
            wm_import_mistake(
                r->im, row->line,
                "%.60s is another than that of the first board: an entry is of one kind of board",
                r->header.names[r->at[i]]);
    }
    if (r->n == 0 && board[0] != '\0')
        r->board = wm_arena_copy_text(r->im->arena, board, strlen(board));
    else if (r->n > 0 && r->board != NULL && strcmp(board, r->board) != 0)
        wm_import_mistake(
            r->im, row->line,
            "\"%.60s\" is another board than \"%.60s\": an entry is of one kind of board", board,
            r->board);
    r->n++;
}

static bool on_row(void *context, const struct wm_csv_row *row)
{
    struct reader *const r = context;
    if (!r->has_header)
        return read_header(r, row, r->header.by) || ++r->n_lines < 12;
    if (row->n > 1)
        read_row(r, row);
    return true;
}

static void check(struct reader *r)
{
    const double *const v = r->first;
    if (v[MEMORY] < 1e9)
        wm_import_mistake(r->im, 0, "a board of %g bytes of memory: another unit?", v[MEMORY]);
    if (v[LIMIT] < 20.0)
        wm_import_mistake(r->im, 0, "a power limit of %g W: another unit?", v[LIMIT]);
    if (v[MAX_LIMIT] < v[LIMIT] * 0.999 || v[MIN_LIMIT] > v[LIMIT] * 1.001)
        wm_import_mistake(r->im, 0, "the power limit of %g W lies outside of %g to %g W", v[LIMIT],
                          v[MIN_LIMIT], v[MAX_LIMIT]);
}

static void put_entry(struct reader *r, const struct wm_accelerator *base)
{
    struct wm_importer *const im = r->im;
    const double *const v = r->first;
    /* a cap below the default slows the same board: only the default is the board's own */
    const double tdp_w = v[DEFAULT_LIMIT];
    struct wm_json *const entry = wm_entry_new(im->arena, WM_JSON_OBJECT), *const entries =
                                                                               wm_entry_new(
                                                                                   im->arena,
                                                                                   WM_JSON_OBJECT);
    const char *const name =
        wm_import_slug(im->arena, im->options->name != NULL
                                      ? im->options->name
                                      : wm_arena_printf(im->arena, "%s-own", base->head.name));
    wm_entry_text(im->arena, entry, "base", base->head.name);
    wm_entry_text(im->arena, entry, "title", r->board != NULL ? r->board : base->head.title);
    wm_entry_text(im->arena, entry, "source",
                  wm_arena_printf(im->arena, "nvidia-smi or DCGM, %.100s; all else: %s", im->file,
                                  base->head.name));
    wm_entry_text(im->arena, entry, "as_of", wm_import_as_of(im, ""));
    wm_entry_text(im->arena, entry, "basis", "measured");
    if (!isnan(v[MEMORY]))
        wm_entry_number(im->arena, entry, "mem_gb", v[MEMORY] / 1e9);
    if (!isnan(tdp_w))
        wm_entry_number(im->arena, entry, "tdp_w", tdp_w);
    wm_entry_put(entries, name, entry);
    im->text = wm_entry_file(im->arena, "accelerators", entries);
    wm_import_note(im, "read: %zu boards \"%s\", entry \"%s\" on the base of %s", r->n,
                   r->board != NULL ? r->board : "", name, base->head.name);
    if (!isnan(v[MEMORY]))
        wm_import_note(im, "read: memory %.4g GB (%s %.4g)", v[MEMORY] / 1e9, base->head.name,
                       base->mem_bytes / 1e9);
    if (!isnan(tdp_w))
        wm_import_note(im, "read: power limit by default %g W (%s %g)", tdp_w, base->head.name,
                       base->tdp_w);
    if (!isnan(tdp_w) && fabs(tdp_w / base->tdp_w - 1.0) > 0.001)
        wm_import_note(im,
                       "assumed: shares of power are of that limit; idle power and nameplate of "
                       "the rack stay those of %s",
                       base->head.name);
    if (!isnan(v[LIMIT]) && !(fabs(v[LIMIT] / (isnan(tdp_w) ? base->tdp_w : tdp_w) - 1.0) < 0.001))
        wm_import_note(im,
                       "left out: the limit in force, %g W: a cap slows a board, it makes no other "
                       "one; a profile of the fleet "
                       "(count max_q, policy.clocks) says how boards are run",
                       v[LIMIT]);
    if (!isnan(v[MAX_CLOCK]) || !isnan(v[CLOCK]))
        wm_import_note(im,
                       "left out: clocks (%g MHz at most): peaks are those of %s at its own clock",
                       isnan(v[MAX_CLOCK]) ? v[CLOCK] : v[MAX_CLOCK], base->head.name);
}

void wm_import_accelerator(struct wm_importer *im, const char *text, size_t n_bytes)
{
    struct reader r = {.im = im, .header = {.by = wm_csv_delimiter(text, n_bytes)}};
    const size_t before = im->n_mistakes;
    if (wm_csv_scan_by(im->arena, text, n_bytes, im->path, r.header.by, on_row, &r, im->diags) !=
        WM_OK) {
        im->n_mistakes++;
        return;
    }
    if (!r.has_header || r.n == 0) {
        wm_import_mistake(
            im, 0,
            r.has_header
                ? "names columns, but no board"
                : "is no query of boards; nvidia-smi --query-gpu=name,memory.total,power.limit,"
                  "power.default_limit,clocks.max.sm --format=csv writes one");
        return;
    }
    check(&r);
    const struct wm_accelerator *const base = wm_import_board(im, r.board);
    if (base != NULL && im->n_mistakes == before)
        put_entry(&r, base);
}
