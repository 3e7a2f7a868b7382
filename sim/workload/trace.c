/*
 * Trace: first reading (counts, order, mistakes), then rows in order of time with the options
 * applied. Superposition and loops read the file through several cursors at different places.
 */
#include "wattmill/trace.h"
#include "wattmill/plain_text.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "hash_blocks.h"
#include "line_reader.h"
#include "trace_format.h"
#include "turns.h"
#include "wattmill/rng.h"

static const double bad_max_frac = 0.05;
enum { COPIES_MAX = 64 };

/* Where a row stands; kept only for files that are not in order of time. */
struct place {
    int64_t time_ns;
    long long at;
};

/* Rows of equal time, spread when `dejitter` asks for it. */
struct tie {
    struct wm_request *rows;
    uint64_t *blocks; /* of all rows, one after the other */
    size_t *first_block;
    size_t n, i, capacity, n_blocks, blocks_capacity;
    int64_t gap_ns; /* to the next time, or to the end of the window */
    struct wm_request ahead;
    bool has_ahead, begun;
};

/* One pass through the file: rows of [from, to) of the window, times from the window's start. */
struct cursor {
    struct wm_trace *trace;
    struct line_reader reader;
    struct trace_row row;
    uint64_t next_place; /* unordered file: index into `places` */
    struct tie tie;
    int64_t shift_ns; /* this copy's shift, in [0, period) */
    bool wrapped;     /* rows before the shift's cut are being read */
    uint32_t lap;
    double keep_prob;
    struct wm_rng rng;
    struct wm_request head;
    bool has_head;
    int64_t latest_ns; /* row of the file, in its own time */
};

struct wm_trace {
    struct wm_arena *arena;
    const char *path;
    struct wm_trace_options options;
    struct wm_trace_summary summary;
    struct trace_layout layout;
    int64_t first_ns; /* the file's own time of its first row */
    int64_t start_ns, period_ns;
    struct place *places;    /* NULL: the file is in order */
    struct wm_request *held; /* sessions whose turns are rows, in order; NULL: rows are read */
    struct hash_blocks blocks;
    struct stat opened; /* the file as it was first read: no further than its size then */
    bool is_changed;    /* rows are not what they were */
    struct cursor *cursors;
    uint32_t n_cursors;
    uint32_t n_opened; /* cursors whose file is open */
};

static bool is_usable(const struct wm_trace *t, struct wm_request *r)
{
    if (r->output_tok > 0 && r->input_tok > 0)
        return true;
    r->output_tok = r->output_tok > 0 ? r->output_tok : 1;
    r->input_tok = r->input_tok > 0 ? r->input_tok : 1;
    return t->options.keep_failed;
}

static uint32_t class_of(struct wm_trace *t, const char *name, bool may_add)
{
    struct wm_trace_summary *const s = &t->summary;
    if (name == NULL)
        return 0;
    name = wm_text_plain(t->arena, name); /* a file's word reaches tables */
    for (uint32_t i = 0; i < s->n_classes; i++)
        if (strcmp(s->class_names[i], name) == 0)
            return i;
    if (may_add && s->n_classes < WM_CLASSES_MAX)
        s->class_names[s->n_classes++] = wm_arena_copy_text(t->arena, name, strlen(name));
    return s->n_classes - 1; /* what comes after the last possible class is counted there */
}

/* The line that a reading begins with: CSV has its header before. */
static void to_first_row(const struct wm_trace *t, struct line_reader *reader)
{
    line_reader_rewind(reader);
    if (t->layout.csv)
        (void)line_reader_next(reader);
}

static void note_row(struct wm_trace *t, const struct trace_row *row, int64_t *latest_ns)
{
    struct wm_trace_summary *const s = &t->summary;
    const struct wm_request *const r = &row->request;
    if (s->n_rows == 0 || r->arrival_ns < t->first_ns)
        t->first_ns = r->arrival_ns;
    s->n_out_of_order += s->n_rows > 0 && r->arrival_ns < *latest_ns;
    if (s->n_rows == 0 || r->arrival_ns > *latest_ns)
        *latest_ns = r->arrival_ns;
    s->n_rows++;
    s->n_requests += 1 + r->n_calls;
    s->input_tok += r->input_tok;
    s->output_tok += r->output_tok;
    for (uint32_t i = 0; i < r->n_calls; i++) {
        s->input_tok += r->calls[i].input_tok;
        s->output_tok += r->calls[i].output_tok;
    }
    s->hit_tok += r->hit_tok;
    (void)class_of(t, row->class_name, true);
}

/* Sessions instead of rows: counted in order of time. */
static void hold(struct wm_trace *t, struct turns *turns, int64_t *latest_ns)
{
    size_t n = 0;
    t->held = turns_finish(turns, &n);
    for (size_t i = 0; i < n; i++) {
        const struct trace_row row = {.request = t->held[i]};
        note_row(t, &row, latest_ns);
    }
}

/* First reading: counts everything and names the first bad lines. */
static void scan(struct wm_trace *t, struct line_reader *reader)
{
    struct wm_trace_summary *const s = &t->summary;
    struct trace_row row = {.arena = t->arena};
    int64_t latest_ns = 0;
    struct turns *const turns = t->layout.by_session ? turns_new(t->arena) : NULL;
    t->blocks.asked_tok = t->layout.block_tok > 0 ? t->layout.block_tok : 1;
    to_first_row(t, reader);
    for (char *line; (line = line_reader_next(reader)) != NULL;) {
        if (*line == 0)
            continue;
        if (!trace_row_read(&t->layout, line, &row)) {
            if (s->n_bad < WM_TRACE_BAD_SHOWN)
                s->bad_lines[s->n_bad] = reader->line;
            s->n_bad++;
            continue;
        }
        s->n_failed += row.request.output_tok == 0 && row.request.input_tok > 0;
        s->n_empty += row.request.input_tok == 0;
        if (!is_usable(t, &row.request))
            continue;
        hash_blocks_note(&t->blocks, &row.request);
        if (turns == NULL)
            note_row(t, &row, &latest_ns);
        else
            s->n_bad += !turns_add(turns, &row);
    }
    if (turns != NULL)
        hold(t, turns, &latest_ns);
    s->last_ns = latest_ns - t->first_ns;
}

static int earlier(const void *a, const void *b)
{
    const struct place *const x = a, *const y = b;
    if (x->time_ns != y->time_ns)
        return x->time_ns < y->time_ns ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at; /* equal times keep the file's order */
}

static void sort_rows(struct wm_trace *t, struct line_reader *reader)
{
    struct trace_row row = {.arena = t->arena};
    uint64_t n = 0;
    t->places = WM_NEW_ARRAY(t->arena, struct place, t->summary.n_rows);
    to_first_row(t, reader);
    for (char *line; n < t->summary.n_rows && (line = line_reader_next(reader)) != NULL;)
        if (*line != 0 && trace_row_read(&t->layout, line, &row) && is_usable(t, &row.request))
            t->places[n++] = (struct place){row.request.arrival_ns, reader->line_at};
    t->is_changed = n < t->summary.n_rows;
    qsort(t->places, n, sizeof *t->places, earlier);
}

static enum wm_status refuse(struct wm_trace *t, enum wm_code code, struct wm_diags *diags,
                             const char *text)
{
    const struct wm_place place = {.file = t->path};
    wm_diag_add(diags, code, &place, NULL, "%s", text);
    return code == WM_E102 ? WM_IO : WM_INVALID;
}

static const char *bad_line_list(struct wm_trace *t)
{
    const struct wm_trace_summary *const s = &t->summary;
    const char *list = "";
    for (uint64_t i = 0; i < s->n_bad && i < WM_TRACE_BAD_SHOWN; i++)
        list = wm_arena_printf(t->arena, "%s%s%llu", list, i > 0 ? ", " : "",
                               (unsigned long long)s->bad_lines[i]);
    return s->n_bad > WM_TRACE_BAD_SHOWN ? wm_arena_printf(t->arena, "%s, ...", list) : list;
}

static enum wm_status judge(struct wm_trace *t, struct wm_diags *diags)
{
    const struct wm_trace_summary *const s = &t->summary;
    const struct wm_place place = {.file = t->path};
    const uint64_t n_all = s->n_rows + s->n_bad;
    if (n_all > 0 && (double)s->n_bad > bad_max_frac * (double)n_all) {
        wm_diag_add(diags, WM_E222, &place, NULL,
                    "%llu of %llu rows are no %s rows (lines %s); at most 5 %% may be bad",
                    (unsigned long long)s->n_bad, (unsigned long long)n_all,
                    wm_trace_format_name(s->format), bad_line_list(t));
        return WM_INVALID;
    }
    if (s->n_rows == 0)
        return refuse(t, WM_E221, diags, "no usable row");
    if (s->n_bad > 0)
        wm_diag_add(diags, WM_W921, &place, NULL, "%llu bad rows skipped (lines %s)",
                    (unsigned long long)s->n_bad, bad_line_list(t));
    if (s->n_empty > 0)
        wm_diag_add(diags, WM_W921, &place, NULL, "%llu rows with a prompt of 0 tokens %s",
                    (unsigned long long)s->n_empty,
                    t->options.keep_failed ? "kept as one token" : "dropped");
    if (s->n_failed > 0)
        wm_diag_add(diags, WM_W921, &place, NULL, "%llu rows without an answer %s",
                    (unsigned long long)s->n_failed,
                    t->options.keep_failed ? "kept as one token" : "dropped");
    if (s->n_out_of_order > 0)
        wm_diag_add(diags, WM_W921, &place, NULL, "%llu rows out of order, sorted by time",
                    (unsigned long long)s->n_out_of_order);
    if (s->unknown_note != NULL)
        wm_diag_add(diags, WM_W921, &place, NULL, "columns ignored: %s", s->unknown_note);
    return WM_OK;
}

/* Tokens of the blocks that rows name; a number that no size gives is refused: hits would be made up. */
static enum wm_status judge_blocks(struct wm_trace *t, struct wm_diags *diags)
{
    const struct wm_place place = {.file = t->path};
    const struct hash_blocks *const h = &t->blocks;
    if (h->n_rows == 0)
        return WM_OK;
    const uint32_t size = hash_blocks_size(h, t->options.block_tok > 0);
    if (size == 0) {
        wm_diag_add(
            diags, WM_E221, &place, NULL,
            "hash_ids of %llu of %llu rows are not one a block of %u tokens%s",
            (unsigned long long)h->n_other, (unsigned long long)h->n_rows, h->asked_tok,
            t->options.block_tok > 0
                ? ""
                : ", nor of any power of two; --hash-block says how many tokens a block has");
        return WM_INVALID;
    }
    if (size != h->asked_tok)
        wm_diag_add(diags, WM_W921, &place, NULL,
                    "hash_ids name blocks of %u tokens, by their number, not of %u", size,
                    h->asked_tok);
    else if (h->n_other > 0)
        wm_diag_add(diags, WM_W921, &place, NULL,
                    "hash_ids of %llu rows are not one a block of %u tokens",
                    (unsigned long long)h->n_other, size);
    t->layout.block_tok = t->summary.block_tok = size;
    return WM_OK;
}

static void set_window(struct wm_trace *t)
{
    struct wm_trace_options *const o = &t->options;
    const struct wm_trace_summary *const s = &t->summary;
    const int64_t gap_ns = s->n_rows > 1 ? s->last_ns / (int64_t)(s->n_rows - 1) : WM_NS_PER_S;
    o->rate_scale = o->rate_scale > 0.0 ? o->rate_scale : 1.0;
    o->time_scale = o->time_scale > 0.0 ? o->time_scale : 1.0;
    o->loop = o->loop > 0 ? o->loop : 1;
    t->start_ns = llround(fmax(0.0, o->start_s) * 1e9);
    const int64_t end_ns = s->last_ns + (gap_ns > 0 ? gap_ns : 1);
    const int64_t wanted_ns = o->end_s > 0.0 ? llround(fmin(o->end_s, 9e9) * 1e9) : end_ns;
    t->period_ns = (wanted_ns < end_ns ? wanted_ns : end_ns) - t->start_ns;
}

/* Why a first line is no trace's. */
static const char *no_format(const char *first)
{
    static const struct {
        const char *magic, *why;
    } packed[] = {{"\x1f\x8b", "compressed with gzip: gunzip it first"},
                  {"\x28\xb5\x2f\xfd", "compressed with zstd: unzstd it first"},
                  {"\xfd"
                   "7zXZ",
                   "compressed with xz: unxz it first"},
                  {"PK\x03\x04", "a zip archive: unzip it first"},
                  {"PAR1", "a Parquet file: write it as CSV first"}};
    for (size_t i = 0; i < sizeof packed / sizeof *packed; i++)
        if (strncmp(first, packed[i].magic, strlen(packed[i].magic)) == 0)
            return packed[i].why;
    return "no known trace format: expected a header such as "
           "timestamp_s,input_tokens,output_tokens "
           "or Azure, BurstGPT, Mooncake, Qwen-Bailian, Vidur rows";
}

static enum wm_status open_and_scan(struct wm_trace *t, struct line_reader *reader,
                                    struct wm_diags *diags)
{
    const char *first = line_reader_next(reader);
    while (first != NULL && *first == 0)
        first = line_reader_next(reader);
    if (first == NULL && ferror(reader->file))
        return refuse(t, WM_E102, diags, strerror(errno));
    if (first == NULL || !trace_layout_find(t->arena, first, &t->layout))
        return refuse(t, WM_E221, diags, first == NULL ? "the file is empty" : no_format(first));
    if (t->options.block_tok > 0)
        t->layout.block_tok = t->options.block_tok;
    t->summary.format = t->layout.format;
    t->summary.block_tok = t->layout.block_tok;
    t->summary.unknown_note = t->layout.ignored;
    scan(t, reader);
    if (ferror(reader->file))
        return refuse(t, WM_E102, diags, strerror(errno));
    enum wm_status status = judge(t, diags);
    if (status == WM_OK)
        status = judge_blocks(t, diags);
    if (status == WM_OK && t->summary.n_out_of_order > 0)
        sort_rows(t, reader);
    return status;
}

enum wm_status wm_trace_open(struct wm_arena *arena, const char *path,
                             const struct wm_trace_options *options, struct wm_trace **out,
                             struct wm_diags *diags)
{
    struct wm_trace *const t = WM_NEW(arena, struct wm_trace);
    *t = (struct wm_trace){.arena = arena, .path = path, .options = *options};
    *out = t;
    if (stat(path, &t->opened) != 0)
        return refuse(t, WM_E102, diags, strerror(errno));
    if (!S_ISREG(t->opened.st_mode))
        return refuse(t, WM_E102, diags, "not a regular file; a trace is read twice");
    struct line_reader reader;
    if (!line_reader_open(&reader, arena, path))
        return refuse(t, WM_E102, diags, strerror(errno));
    reader.limit = (long long)t->opened.st_size;
    const enum wm_status status = open_and_scan(t, &reader, diags);
    line_reader_close(&reader);
    if (status != WM_OK)
        return status;
    if (t->is_changed)
        return wm_trace_check(t, diags);
    set_window(t);
    const int64_t in_lap_ns = t->summary.last_ns - t->start_ns;
    const double last_ns = (double)t->period_ns * (double)(t->options.loop - 1) +
                           (double)(in_lap_ns < t->period_ns ? in_lap_ns : t->period_ns);
    if (last_ns * t->options.time_scale > (double)TRACE_TIME_MAX_NS)
        return refuse(t, WM_E221, diags,
                      "the last request would come after more than 142 years (time scale, loops)");
    if (t->period_ns <= 0)
        return refuse(t, WM_E221, diags, "the window start..end holds no row");
    if (t->options.rate_scale > COPIES_MAX)
        return refuse(t, WM_E221, diags, "rate_scale above 64; generate the load instead");
    return WM_OK;
}

enum wm_status wm_trace_check(const struct wm_trace *t, struct wm_diags *diags)
{
    const struct wm_place place = {.file = t->path};
    struct stat now;
    const bool is_there = stat(t->path, &now) == 0;
    const bool grew = is_there && now.st_size > t->opened.st_size;
    const bool is_same = is_there && (grew || (now.st_size == t->opened.st_size &&
                                               now.st_mtim.tv_sec == t->opened.st_mtim.tv_sec &&
                                               now.st_mtim.tv_nsec == t->opened.st_mtim.tv_nsec));
    if (t->is_changed || !is_same) {
        wm_diag_add(diags, WM_E102, &place, NULL,
                    "the file was changed while it was read; read a copy");
        return WM_IO;
    }
    if (grew)
        wm_diag_add(diags, WM_W921, &place, NULL,
                    "the file grew while it was read: its first %lld bytes count",
                    (long long)t->opened.st_size);
    return WM_OK;
}

void wm_trace_close(struct wm_trace *trace)
{
    for (uint32_t i = 0; trace != NULL && i < trace->n_opened; i++)
        line_reader_close(&trace->cursors[i].reader);
    if (trace != NULL)
        trace->n_opened = 0;
}

const struct wm_trace_summary *wm_trace_summary(const struct wm_trace *trace)
{
    return &trace->summary;
}

static void rewind_rows(struct cursor *c)
{
    to_first_row(c->trace, &c->reader);
    c->next_place = 0;
    c->latest_ns = INT64_MIN;
}

/* Next usable row of the file in order of time; times from the first row. */
static bool next_row(struct cursor *c)
{
    struct wm_trace *const t = c->trace;
    for (;;) {
        if (t->held != NULL) {
            if (c->next_place == t->summary.n_rows)
                return false;
            c->row.request = t->held[c->next_place++];
            c->row.request.arrival_ns -= t->first_ns;
            return true;
        }
        if (t->places != NULL) {
            if (c->next_place == t->summary.n_rows ||
                !line_reader_seek(&c->reader, t->places[c->next_place++].at))
                return false;
        }
        char *const line = line_reader_next(&c->reader);
        if (line == NULL)
            return false;
        if (*line == 0 || !trace_row_read(&t->layout, line, &c->row) ||
            !is_usable(t, &c->row.request))
            continue;
        if (c->row.request.arrival_ns < c->latest_ns) { /* it was in order when it was counted */
            t->is_changed = true;
            return false;
        }
        c->latest_ns = c->row.request.arrival_ns;
        c->row.request.arrival_ns -= t->first_ns;
        c->row.request.class_id = class_of(c->trace, c->row.class_name, false);
        return true;
    }
}

static void tie_add(struct cursor *c, const struct wm_request *r)
{
    struct tie *const tie = &c->tie;
    struct wm_arena *const arena = c->trace->arena;
    if (tie->n == tie->capacity) {
        const size_t capacity = tie->capacity > 0 ? 2 * tie->capacity : 64;
        struct wm_request *const rows = WM_NEW_ARRAY(arena, struct wm_request, capacity);
        size_t *const first = WM_NEW_ARRAY(arena, size_t, capacity);
        if (tie->n > 0) {
            memcpy(rows, tie->rows, tie->n * sizeof *rows);
            memcpy(first, tie->first_block, tie->n * sizeof *first);
        }
        tie->rows = rows;
        tie->first_block = first;
        tie->capacity = capacity;
    }
    if (tie->n_blocks + r->n_blocks > tie->blocks_capacity) {
        const size_t capacity = 2 * (tie->n_blocks + r->n_blocks);
        uint64_t *const blocks = WM_NEW_ARRAY(arena, uint64_t, capacity);
        if (tie->n_blocks > 0)
            memcpy(blocks, tie->blocks, tie->n_blocks * sizeof *blocks);
        tie->blocks = blocks;
        tie->blocks_capacity = capacity;
    }
    tie->rows[tie->n] = *r;
    tie->first_block[tie->n++] = tie->n_blocks;
    if (r->n_blocks > 0)
        memcpy(tie->blocks + tie->n_blocks, r->blocks, r->n_blocks * sizeof *tie->blocks);
    tie->n_blocks += r->n_blocks;
}

/* Reads all rows of the next time; false at the end. */
static bool tie_fill(struct cursor *c)
{
    struct tie *const tie = &c->tie;
    tie->n = tie->i = tie->n_blocks = 0;
    if (!tie->begun) {
        tie->has_ahead = next_row(c);
        tie->begun = true;
    }
    if (!tie->has_ahead)
        return false;
    const int64_t time_ns = c->row.request.arrival_ns;
    do {
        tie_add(c, &c->row.request);
        tie->has_ahead = next_row(c);
    } while (tie->has_ahead && c->row.request.arrival_ns == time_ns);
    const int64_t end_ns = c->trace->start_ns + c->trace->period_ns;
    const int64_t next_ns = tie->has_ahead ? c->row.request.arrival_ns : end_ns;
    tie->gap_ns = next_ns > time_ns ? next_ns - time_ns : 0;
    return true;
}

static bool next_dejittered(struct cursor *c, struct wm_request *out)
{
    struct tie *const tie = &c->tie;
    if (tie->i == tie->n && !tie_fill(c))
        return false;
    *out = tie->rows[tie->i];
    out->blocks = out->n_blocks > 0 ? tie->blocks + tie->first_block[tie->i] : NULL;
    /* the gap over the rows of the tie, without overflow for long gaps */
    out->arrival_ns += (int64_t)((double)tie->gap_ns * (double)tie->i / (double)tie->n);
    tie->i++;
    return true;
}

/* Next row of the window; times from the window's start. */
static bool next_in_window(struct cursor *c, struct wm_request *out)
{
    const struct wm_trace *const t = c->trace;
    for (;;) {
        if (t->options.dejitter && !t->layout.is->has_calls && t->held == NULL) {
            if (!next_dejittered(c, out))
                return false;
        } else {
            if (!next_row(c))
                return false;
            *out = c->row.request;
        }
        out->arrival_ns -= t->start_ns;
        if (out->arrival_ns >= t->period_ns)
            return false;
        if (out->arrival_ns >= 0)
            return true;
    }
}

/* Next row of a copy: from its cut to the end, then from the beginning to the cut, lap after lap. */
static bool next_of_copy(struct cursor *c, struct wm_request *out)
{
    const struct wm_trace *const t = c->trace;
    const int64_t cut_ns = t->period_ns - c->shift_ns;
    for (;;) {
        const bool got = next_in_window(c, out);
        if (got && !c->wrapped && c->shift_ns > 0 && out->arrival_ns < cut_ns)
            continue;
        if (!got || (c->wrapped && out->arrival_ns >= cut_ns)) {
            const bool whole = c->wrapped || c->shift_ns == 0;
            if (whole && ++c->lap == t->options.loop)
                return false;
            c->wrapped = !whole;
            rewind_rows(c);
            c->tie = (struct tie){.rows = c->tie.rows,
                                  .blocks = c->tie.blocks,
                                  .first_block = c->tie.first_block,
                                  .capacity = c->tie.capacity,
                                  .blocks_capacity = c->tie.blocks_capacity};
            continue;
        }
        if (c->keep_prob < 1.0 && wm_rng_uniform(&c->rng) >= c->keep_prob)
            continue;
        out->arrival_ns +=
            c->shift_ns > 0 && !c->wrapped ? c->shift_ns - t->period_ns : c->shift_ns;
        out->arrival_ns += t->period_ns * (int64_t)c->lap;
        return true;
    }
}

static bool take_earliest(struct wm_trace *t, struct wm_request *out)
{
    struct cursor *best = NULL;
    for (uint32_t i = 0; i < t->n_cursors; i++) {
        struct cursor *const c = &t->cursors[i];
        if (c->has_head && (best == NULL || c->head.arrival_ns < best->head.arrival_ns))
            best = c;
    }
    if (best == NULL)
        return false;
    *out = best->head;
    if (t->options.time_scale != 1.0)
        out->arrival_ns = llround((double)out->arrival_ns * t->options.time_scale);
    best->has_head = false;
    return true;
}

/* Heads are read just before they are compared, so that a row's blocks outlive its use. */
static bool next_request(void *self, struct wm_request *out)
{
    struct wm_trace *const t = self;
    for (uint32_t i = 0; i < t->n_cursors; i++) {
        struct cursor *const c = &t->cursors[i];
        if (!c->has_head && c->trace != NULL) {
            c->has_head = next_of_copy(c, &c->head);
            if (!c->has_head)
                c->trace = NULL; /* this copy is at its end */
        }
    }
    return take_earliest(t, out);
}

struct wm_request_source wm_trace_source(struct wm_trace *t)
{
    const double scale = t->options.rate_scale;
    const uint32_t n = (uint32_t)ceil(scale - 1e-12);
    wm_trace_close(t);
    if (t->cursors == NULL)
        t->cursors = WM_NEW_ARRAY(t->arena, struct cursor, n);
    t->n_cursors = n;
    for (uint32_t i = 0; i < n; i++) {
        struct cursor *const c = &t->cursors[i];
        *c = (struct cursor){.trace = t,
                             .row = {.arena = t->arena},
                             .shift_ns = (int64_t)((double)t->period_ns * i / n),
                             .keep_prob = fmin(1.0, scale - (double)i),
                             .rng = wm_rng_stream(t->options.seed, "trace-thinning", i)};
        if (line_reader_open(&c->reader, t->arena, t->path)) {
            c->reader.limit = (long long)t->opened.st_size;
            rewind_rows(c);
        } else { /* gone since it was opened */
            t->is_changed = true;
            c->trace = NULL;
        }
        t->n_opened = i + 1;
    }
    return (struct wm_request_source){.next = next_request, .self = t};
}
