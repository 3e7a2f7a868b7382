#include "wattmill/training_points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "point_table.h"
#include "wattmill/output.h"
#include "wattmill/stats.h"

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

static double number_or(const struct wm_point_table *t, enum column column, double usual)
{
    const double value = wm_point_number(t, column);
    return value > 0.0 ? value : usual;
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

static const struct wm_llm *model_of(const struct wm_point_table *t)
{
    const struct wm_llm *const entry =
        wm_point_entry(t, WM_CATALOG_llm, wm_point_text(t, COL_model));
    const double params = number_or(t, COL_params, 0.0);
    if (entry != NULL || params <= 0.0)
        return entry;
    struct wm_llm *const made = WM_NEW(t->arena, struct wm_llm);
    *made = wm_llm_of_params(params);
    return made;
}

/* What the row says of its plan; the rest is planned. */
static void read_plan(const struct wm_point_table *t, double n_gpus, struct wm_train_case *c)
{
    const char *const notes = wm_point_text(t, COL_notes);
    const char *const micro = strstr(notes, "micro batch ");
    struct wm_train_plan *const p = &c->plan;
    const bool is_stated = number_or(t, COL_tp, 0.0) > 0.0 || number_or(t, COL_pp, 0.0) > 0.0;
    const bool is_sharded = strstr(notes, "FULL_SHARD") != NULL;
    if (!is_stated && !is_sharded) {
        if (c->batch_tok <= 0.0)
            c->batch_tok = n_gpus * usual_sequences * c->seq_tok;
        (void)wm_train_plan_best(c, n_gpus, p);
        return;
    }
    *p = (struct wm_train_plan){
        .tensor = number_or(t, COL_tp, 1.0),
        .pipeline = number_or(t, COL_pp, 1.0),
        .context = number_or(t, COL_cp, 1.0),
        .expert = number_or(t, COL_ep, 1.0),
        .sequences = micro != NULL ? fmax(1.0, strtod(micro + strlen("micro batch "), NULL)) : 1.0,
        .interleave = number_or(t, COL_pp, 1.0) > 1.0 ? usual_interleave : 1.0,
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
static const char *read_point(const struct wm_point_table *t, struct wm_training_point *p)
{
    const bool is_pretraining = wm_point_text(t, COL_phase)[0] == '\0' ||
                                strncmp(wm_point_text(t, COL_phase), "pre", 3) == 0;
    const double n_gpus = number_or(t, COL_n_gpu, usual_gpus);
    p->tok_per_s_per_gpu = number_or(t, COL_tokens_per_s_per_gpu, 0.0);
    if (p->tok_per_s_per_gpu <= 0.0)
        return "no tokens per second";
    if (!is_pretraining)
        return "not pre-training";
    p->c.accelerator = wm_point_entry(t, WM_CATALOG_accelerator, wm_point_text(t, COL_accelerator));
    if (p->c.accelerator == NULL)
        return "accelerator not in the catalogue";
    p->c.llm = model_of(t);
    if (p->c.llm == NULL)
        return "model not in the catalogue, and its parameters not given";
    if (!wm_point_precision(wm_point_text(t, COL_precision), &p->c.precision))
        return "precision not known";
    if (wm_accelerator_rates(p->c.accelerator, p->c.precision)->flop_per_s <= 0.0)
        return "the accelerator has no unit of that precision";
    p->c.seq_tok = number_or(t, COL_seq_len_tokens, usual_seq_tok);
    p->c.batch_tok = number_or(t, COL_global_batch_tokens, 0.0);
    p->c.clock_frac = 1.0;
    read_plan(t, n_gpus, &p->c);
    p->row = wm_point_keep(t, wm_point_text(t, COL_train_row_id));
    p->source = wm_point_keep(t, wm_point_text(t, COL_source_id));
    p->model = wm_point_keep(t, wm_point_text(t, COL_model));
    p->is_fit = strcmp(wm_point_text(t, COL_split), "fit") == 0;
    return NULL;
}

static const char *read_row(struct wm_point_table *t)
{
    struct wm_training_points *const points = t->context;
    struct wm_training_point p = {.row = NULL};
    const char *const reason = read_point(t, &p);
    if (reason != NULL)
        return reason;
    p.predicted = wm_train_step_eval(&p.c).tok_per_s_per_gpu;
    points->items = wm_point_room(t->arena, points->items, points->n, sizeof p);
    points->items[points->n++] = p;
    return NULL;
}

enum wm_status wm_training_points_load(struct wm_arena *arena, const char *path,
                                       const struct wm_catalog *catalog,
                                       struct wm_training_points *points, struct wm_diags *diags)
{
    static const size_t needed[] = {COL_tokens_per_s_per_gpu};
    *points = (struct wm_training_points){.items = NULL};
    struct wm_point_table t = {.arena = arena,
                               .catalog = catalog,
                               .columns = column_names,
                               .n_columns = N_COLUMNS,
                               .left_out = points->left_out,
                               .context = points};
    const enum wm_status status =
        wm_point_table_read(&t, path, read_row, needed, 1, "training runs", diags);
    points->n_rows = t.n_rows;
    points->n_left_out = t.n_left_out;
    return status;
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
    wm_sort(error, n);
    wm_sort(bias, n);
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

void wm_training_points_csv(FILE *file, const void *context)
{
    const struct wm_training_points *const points = context;
    fputs("row,source,accelerator,model,precision,gpus,tensor,pipeline,context,expert,fit,"
          "measured_tok_per_s_per_gpu,predicted_tok_per_s_per_gpu\n",
          file);
    for (size_t i = 0; i < points->n; i++) {
        const struct wm_training_point *const p = &points->items[i];
        const double numbers[] = {wm_train_gpus(&p->c.plan), p->c.plan.tensor,     p->c.plan.pipeline,
                                  p->c.plan.context,         p->c.plan.expert,     p->is_fit ? 1 : 0,
                                  p->tok_per_s_per_gpu,      p->predicted};
        wm_csv_text(file, p->row);
        fputc(',', file);
        wm_csv_text(file, p->source);
        fprintf(file, ",%s,", p->c.accelerator->head.name);
        wm_csv_text(file, p->model);
        fprintf(file, ",%s", wm_precision_words[p->c.precision]);
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
            fputc(',', file);
            wm_csv_put_number(file, numbers[k]);
        }
        fputc('\n', file);
    }
}
