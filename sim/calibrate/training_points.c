#include "wattmill/training_points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wattmill/csv.h"
#include "wattmill/input.h"

/* clang-format off */
#define COLUMNS(X)                                                                               \
    X(train_row_id) X(source_id) X(accelerator) X(n_gpu) X(model) X(params) X(precision) X(phase)    \
    X(seq_len_tokens) X(global_batch_tokens) X(tp) X(pp) X(cp) X(ep) X(tokens_per_s_per_gpu)         \
    X(split) X(notes)
enum column {
#define X(name) COL_##name,
    COLUMNS(X)
#undef X
    N_COLUMNS
};
static const char *const column_names[] = {
#define X(name) #name,
    COLUMNS(X)
#undef X
};
/* clang-format on */

/* Where a row is silent: context of current models, a batch of four sequences a replica. */
static const double usual_seq_tok = 4096.0, usual_sequences = 4.0, usual_gpus = 256.0;
static const double usual_interleave = 4.0, usual_fill = 8.0; /* micro-batches per stage */
static const double width_per_layer = 100.0, head_dim = 128.0, usual_vocab = 50368.0;

struct load {
    struct wm_arena *arena;
    const struct wm_catalog *catalog;
    struct wm_training_points *points;
    size_t capacity;
    bool has_header;
    int at[N_COLUMNS];
    const struct wm_csv_row *row;
};

static const char *text(const struct load *l, enum column column)
{
    const int at = l->at[column];
    return at < 0 || (size_t)at >= l->row->n ? "" : l->row->cells[at];
}

static double number_or(const struct load *l, enum column column, double usual)
{
    double value = 0.0;
    return wm_csv_number(text(l, column), &value) && value > 0.0 ? value : usual;
}

static const char *keep(const struct load *l, enum column column)
{
    const char *const cell = text(l, column);
    return wm_arena_copy_text(l->arena, cell, strlen(cell));
}

static void leave_out(struct wm_training_points *points, const char *reason)
{
    const size_t most = sizeof points->left_out / sizeof *points->left_out;
    for (size_t i = 0; i < points->n_left_out; i++)
        if (strcmp(points->left_out[i].reason, reason) == 0) {
            points->left_out[i].n++;
            return;
        }
    if (points->n_left_out < most)
        points->left_out[points->n_left_out++] = (struct wm_training_left_out){reason, 1};
}

/* "gpt oss 120b", "qwen3_30b_a3b", "TPU-v5p" -> the names of entries. */
static const void *find(const struct load *l, enum wm_catalog_kind kind, const char *name)
{
    char low[80];
    size_t n = 0;
    for (; n < sizeof low - 1 && name[n] != '\0'; n++)
        low[n] = name[n] == '_' || name[n] == ' '   ? '-'
                 : name[n] >= 'A' && name[n] <= 'Z' ? (char)(name[n] - 'A' + 'a')
                                                    : name[n];
    low[n] = '\0';
    return wm_catalog_find(l->catalog, kind, low);
}

struct wm_llm wm_llm_of_params(double params)
{
    /* 12 L h^2 = params with L = h / 100 */
    const double hidden = cbrt(params * width_per_layer / 12.0);
    const int64_t heads = llround(fmax(1.0, hidden / head_dim));
    return (struct wm_llm){.total_params = params,
                           .active_params = params + usual_vocab * hidden, /* head, tied */
                           .layers = llround(fmax(1.0, hidden / width_per_layer)),
                           .hidden_dim = llround(hidden),
                           .n_heads = heads,
                           .n_kv_heads = heads,
                           .head_dim = llround(hidden / (double)heads),
                           .dense_ffn_dim = llround(4.0 * hidden),
                           .ffn_matrices = 2,
                           .vocab_size = (int64_t)usual_vocab,
                           .tok_per_entry = 1.0};
}

static const struct wm_llm *model_of(const struct load *l)
{
    const struct wm_llm *const entry = find(l, WM_CATALOG_llm, text(l, COL_model));
    const double params = number_or(l, COL_params, 0.0);
    if (entry != NULL || params <= 0.0)
        return entry;
    struct wm_llm *const made = WM_NEW(l->arena, struct wm_llm);
    *made = wm_llm_of_params(params);
    return made;
}

static bool read_precision(const char *word, enum wm_precision *out)
{
    static const struct {
        const char *word;
        enum wm_precision precision;
    } words[] = {
        {"bf16", WM_BF16}, {"fp16", WM_BF16}, {"fp8", WM_FP8}, {"mxfp8", WM_FP8},
        {"nvfp4", WM_FP4}, {"mxfp4", WM_FP4}, {"fp4", WM_FP4}, {"mixed-low (fp8/fp4)", WM_FP8}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].word, word) == 0) {
            *out = words[i].precision;
            return true;
        }
    return false;
}

/* What the row says of its plan; the rest is planned. */
static void read_plan(const struct load *l, double n_gpus, struct wm_train_case *c)
{
    const char *const notes = text(l, COL_notes);
    const char *const micro = strstr(notes, "micro batch ");
    struct wm_train_plan *const p = &c->plan;
    const bool is_stated = number_or(l, COL_tp, 0.0) > 0.0 || number_or(l, COL_pp, 0.0) > 0.0;
    const bool is_sharded = strstr(notes, "FULL_SHARD") != NULL;
    if (!is_stated && !is_sharded) {
        if (c->batch_tok <= 0.0)
            c->batch_tok = n_gpus * usual_sequences * c->seq_tok;
        (void)wm_train_plan_best(c, n_gpus, p);
        return;
    }
    *p = (struct wm_train_plan){
        .tensor = number_or(l, COL_tp, 1.0),
        .pipeline = number_or(l, COL_pp, 1.0),
        .context = number_or(l, COL_cp, 1.0),
        .expert = number_or(l, COL_ep, 1.0),
        .sequences = micro != NULL ? fmax(1.0, strtod(micro + strlen("micro batch "), NULL)) : 1.0,
        .interleave = number_or(l, COL_pp, 1.0) > 1.0 ? usual_interleave : 1.0,
        .recompute =
            strstr(notes, "act ckpt True") != NULL ? WM_RECOMPUTE_FULL : WM_RECOMPUTE_SELECTIVE,
        .full_shard = is_sharded};
    p->data = fmax(1.0, n_gpus / (p->tensor * p->pipeline * p->context));
    if (c->batch_tok <= 0.0)
        c->batch_tok =
            p->data * p->sequences * c->seq_tok * fmax(usual_sequences, usual_fill * p->pipeline);
    c->batch_tok = fmax(c->batch_tok, p->data * c->seq_tok);
}

/* Fills a point; the reason when the row cannot be one. */
static const char *read_point(const struct load *l, struct wm_training_point *p)
{
    const bool is_pretraining =
        text(l, COL_phase)[0] == '\0' || strncmp(text(l, COL_phase), "pre", 3) == 0;
    const double n_gpus = number_or(l, COL_n_gpu, usual_gpus);
    p->tok_per_s_per_gpu = number_or(l, COL_tokens_per_s_per_gpu, 0.0);
    if (p->tok_per_s_per_gpu <= 0.0)
        return "no tokens per second";
    if (!is_pretraining)
        return "not pre-training";
    p->c.accelerator = find(l, WM_CATALOG_accelerator, text(l, COL_accelerator));
    if (p->c.accelerator == NULL)
        return "accelerator not in the catalogue";
    p->c.llm = model_of(l);
    if (p->c.llm == NULL)
        return "model not in the catalogue, and its parameters not given";
    if (!read_precision(text(l, COL_precision), &p->c.precision))
        return "precision not known";
    if (wm_accelerator_rates(p->c.accelerator, p->c.precision)->flop_per_s <= 0.0)
        return "the accelerator has no unit of that precision";
    p->c.seq_tok = number_or(l, COL_seq_len_tokens, usual_seq_tok);
    p->c.batch_tok = number_or(l, COL_global_batch_tokens, 0.0);
    p->c.clock_frac = 1.0;
    read_plan(l, n_gpus, &p->c);
    p->row = keep(l, COL_train_row_id);
    p->source = keep(l, COL_source_id);
    p->model = keep(l, COL_model);
    p->is_fit = strcmp(text(l, COL_split), "fit") == 0;
    return NULL;
}

static void read_header(struct load *l)
{
    for (int c = 0; c < N_COLUMNS; c++) {
        l->at[c] = -1;
        for (size_t i = 0; i < l->row->n; i++)
            if (strcmp(l->row->cells[i], column_names[c]) == 0)
                l->at[c] = (int)i;
    }
    l->has_header = true;
}

static void append(struct load *l, const struct wm_training_point *p)
{
    struct wm_training_points *const points = l->points;
    if (points->n == l->capacity) {
        const size_t capacity = l->capacity > 0 ? 2 * l->capacity : 256;
        struct wm_training_point *const items =
            WM_NEW_ARRAY(l->arena, struct wm_training_point, capacity);
        if (points->n > 0)
            memcpy(items, points->items, points->n * sizeof *items);
        points->items = items;
        l->capacity = capacity;
    }
    points->items[points->n++] = *p;
}

static bool on_row(void *context, const struct wm_csv_row *row)
{
    struct load *const l = context;
    l->row = row;
    if (!l->has_header) {
        read_header(l);
        return true;
    }
    struct wm_training_point p = {.row = NULL};
    const char *const reason = read_point(l, &p);
    l->points->n_rows++;
    if (reason != NULL) {
        leave_out(l->points, reason);
        return true;
    }
    const struct wm_train_step step = wm_train_step_eval(&p.c);
    p.predicted = step.tok_per_s_per_gpu;
    append(l, &p);
    return true;
}

enum wm_status wm_training_points_load(struct wm_arena *arena, const char *path,
                                       const struct wm_catalog *catalog,
                                       struct wm_training_points *points, struct wm_diags *diags)
{
    const char *bytes = NULL;
    size_t n_bytes = 0;
    *points = (struct wm_training_points){.items = NULL};
    struct load l = {.arena = arena, .catalog = catalog, .points = points};
    enum wm_status status = wm_text_load(arena, path, &bytes, &n_bytes, diags);
    if (status == WM_OK)
        status = wm_csv_scan(arena, bytes, n_bytes, path, on_row, &l, diags);
    if (status != WM_OK)
        return status;
    static const enum column needed[] = {COL_accelerator, COL_model, COL_precision,
                                         COL_tokens_per_s_per_gpu};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!l.has_header || l.at[needed[i]] < 0) {
            const struct wm_place place = {.file = path, .line = 1};
            wm_diag_add(diags, WM_E214, &place, column_names[needed[i]],
                        "column missing: this is no table of training runs");
            status = WM_INVALID;
        }
    return status;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct wm_training_error wm_training_error_of(struct wm_arena *arena,
                                              const struct wm_training_points *points,
                                              const char *accelerator, bool is_fit)
{
    double *const error = WM_NEW_ARRAY(arena, double, points->n + 1);
    double *const bias = WM_NEW_ARRAY(arena, double, points->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < points->n; i++) {
        const struct wm_training_point *const p = &points->items[i];
        if (p->is_fit != is_fit ||
            (accelerator && strcmp(accelerator, p->c.accelerator->head.name) != 0))
            continue;
        bias[n] = p->predicted / p->tok_per_s_per_gpu - 1.0;
        error[n] = fabs(bias[n]);
        n++;
    }
    if (n == 0)
        return (struct wm_training_error){.n = 0};
    qsort(error, n, sizeof *error, by_value);
    qsort(bias, n, sizeof *bias, by_value);
    return (struct wm_training_error){n, error[n / 2], error[n * 9 / 10], bias[n / 2]};
}

enum { N_CELLS = 9 };

static const char *percent(struct wm_arena *arena, double frac)
{
    return wm_arena_printf(arena, "%.1f", 100.0 * frac);
}

static void put_error(struct wm_arena *arena, const struct wm_training_error *e, const char **cells)
{
    cells[0] = wm_arena_printf(arena, "%zu", e->n);
    for (int i = 1; i < 4; i++)
        cells[i] = NULL;
    if (e->n == 0)
        return;
    cells[1] = percent(arena, e->median_frac);
    cells[2] = percent(arena, e->p90_frac);
    cells[3] = percent(arena, e->bias_frac);
}

void wm_training_errors_write(FILE *file, struct wm_arena *arena,
                              const struct wm_training_points *points, enum wm_format format)
{
    static const struct wm_grid_column columns[N_CELLS] = {
        {.key = "accelerator"},
        {.key = "fit_runs", .is_json = true, .align_right = true},
        {.key = "fit_median_pct", .is_json = true, .align_right = true},
        {.key = "fit_p90_pct", .is_json = true, .align_right = true},
        {.key = "fit_bias_pct", .is_json = true, .align_right = true},
        {.key = "other_runs", .is_json = true, .align_right = true},
        {.key = "other_median_pct", .is_json = true, .align_right = true},
        {.key = "other_p90_pct", .is_json = true, .align_right = true},
        {.key = "other_bias_pct", .is_json = true, .align_right = true}};
    const char **const names = WM_NEW_ARRAY(arena, const char *, points->n + 1);
    size_t n_names = 1; /* the first is all of them */
    for (size_t i = 0; i < points->n; i++) {
        const char *const name = points->items[i].c.accelerator->head.name;
        size_t k = 1;
        while (k < n_names && strcmp(names[k], name) != 0)
            k++;
        if (k == n_names)
            names[n_names++] = name;
    }
    const char **const cells = WM_NEW_ARRAY(arena, const char *, n_names *N_CELLS);
    for (size_t i = 0; i < n_names; i++) {
        const struct wm_training_error fit = wm_training_error_of(arena, points, names[i], true);
        const struct wm_training_error other = wm_training_error_of(arena, points, names[i], false);
        const char **const row = &cells[i * N_CELLS];
        row[0] = names[i] ? names[i] : "all";
        put_error(arena, &fit, row + 1);
        put_error(arena, &other, row + 5);
    }
    wm_grid_write(file, &(struct wm_grid){columns, N_CELLS, cells, n_names}, format);
}
