/* What a frontier shows: screen, lists, figure. */
#include <math.h>

#include "parts.h"

/* With both ways of serving, also which: prompts together with decoding, or apart from it. */
static const char *group_text(struct wm_arena *arena, const struct series *s,
                              const struct wm_frontier_point *p)
{
    const struct wm_group *const g = &p->group;
    const char *text = wm_arena_printf(arena, "TP%.0f", g->tensor);
    if (g->data > 1.0)
        text = wm_arena_printf(arena, "%s DP%.0f", text, g->data);
    if (g->expert > 1.0)
        text = wm_arena_printf(arena, "%s EP%.0f", text, g->expert);
    if (g->pipeline > 1.0)
        text = wm_arena_printf(arena, "%s PP%.0f", text, g->pipeline);
    if (s->c.ways == WM_WAYS_BOTH)
        text =
            wm_arena_printf(arena, "%s %s", text, p->mode == WM_AGGREGATED ? "together" : "apart");
    return text;
}

static const char *time_reason(struct wm_arena *arena, const struct series *s)
{
    const struct wm_serving_case *const c = &s->c;
    if (s->f.n_points == 0 || c->tok_per_s_per_user_slo <= 0.0)
        return wm_arena_printf(arena,
                               "the shortest time to first token is %.3g s, the target is %.3g",
                               s->f.shortest_ttft_s, c->ttft_slo_s);
    return wm_arena_printf(arena,
                           "no point meets both targets; the shortest time to first token is "
                           "%.3g s, the fastest speed %.4g tok/s per user",
                           s->f.shortest_ttft_s, s->f.fastest_tok_per_s_per_user);
}

const char *frontier_reason(struct wm_arena *arena, const struct series *s)
{
    const struct wm_accelerator *const a = s->c.accelerator;
    const double gb = 1e9;
    switch (s->f.fault) {
    case WM_PLAN_OK:
        break;
    case WM_PLAN_NO_UNIT:
        return wm_arena_printf(arena, "no unit computes %s", wm_precision_words[s->c.precision]);
    case WM_PLAN_MEMORY:
        return wm_arena_printf(arena,
                               "weights and one sequence do not fit: %.4g GB of weights on the "
                               "widest group's accelerator, which has %.4g GB",
                               s->f.least_weight_bytes_per_gpu / gb, a->mem_bytes / gb);
    case WM_PLAN_SPEED:
        return wm_arena_printf(arena,
                               "the fastest point gives a user %.4g tok/s, the target is %.4g",
                               s->f.fastest_tok_per_s_per_user, s->c.tok_per_s_per_user_slo);
    case WM_PLAN_TTFT:
        return time_reason(arena, s);
    case WM_PLAN_CONTEXT:
        return wm_arena_printf(arena,
                               "%.0f tokens in and %.0f out are more than the %lld that %s was "
                               "published for",
                               s->c.input_tok, s->c.output_tok,
                               (long long)s->c.llm->max_context_tok, s->c.llm->head.name);
    case WM_PLAN_PREFILL_UNIT:
        return wm_arena_printf(arena, "no unit of %s, which reads the prompts, computes %s",
                               s->c.prefill_accelerator->head.name,
                               wm_precision_words[s->c.precision]);
    case WM_PLAN_PREFILL_MEMORY:
        return wm_arena_printf(arena,
                               "weights and one prompt do not fit any group of %s, which reads the "
                               "prompts",
                               s->c.prefill_accelerator->head.name);
    case WM_PLAN_PREFILL_MODE:
        return wm_arena_printf(arena,
                               "engine %s reads prompts where it decodes: prefill_accelerator needs "
                               "one of mode disaggregated",
                               s->c.engine->head.name);
    }
    return "";
}

/* Numbers in lists: five digits, and no power of ten in what a person reads. */
static const char *number(struct wm_arena *arena, double value)
{
    return wm_arena_printf(arena, fabs(value) >= 1e5 && fabs(value) < 1e15 ? "%.0f" : "%.5g",
                           value);
}

enum { N_TEXTS = 4, N_NUMBERS = 16, N_FLAGS = 3, N_COLUMNS = N_TEXTS + N_NUMBERS + N_FLAGS };
#define NUMBER(name)                                        \
    {                                                       \
        .key = (name), .is_json = true, .align_right = true \
    }
static const struct wm_grid_column columns[N_COLUMNS] = {
    {.key = "series"},
    {.key = "accelerator"},
    {.key = "precision"},
    {.key = "parallelism"},
    NUMBER("tp"),
    NUMBER("dp"),
    NUMBER("ep"),
    NUMBER("pp"),
    NUMBER("batch"),
    NUMBER("gpus"),
    NUMBER("prefill_gpus"),
    NUMBER("tok_per_s_per_user"),
    NUMBER("tpot_s"),
    NUMBER("ttft_s"),
    NUMBER("tok_per_s_per_gpu"),
    NUMBER("tok_per_s_per_mw_utility"),
    NUMBER("gpu_power_w"),
    NUMBER("it_power_per_gpu_w"),
    NUMBER("j_per_output_tok"),
    NUMBER("usd_per_mtok_output"),
    {.key = "meets_slo", .is_json = true},
    {.key = "pareto", .is_json = true},
    {.key = "best", .is_json = true},
};

static bool is_best(const struct series *s, size_t i)
{
    return s->f.fault == WM_PLAN_OK && i == s->f.best;
}

static void put_row(struct wm_arena *arena, const struct series *s, size_t i, const char **cells)
{
    const struct wm_frontier_point *const p = &s->f.points[i];
    const double values[N_NUMBERS] = {
        p->group.tensor, p->group.data, p->group.expert,          p->group.pipeline,
        p->batch,        p->gpus,       p->prefill_gpus,          p->tok_per_s_per_user,
        p->tpot_s,       p->ttft_s,     p->out_tok_per_s_per_gpu, p->out_tok_per_s_per_mw_utility,
        p->board_w,      p->it_w,       p->j_per_out_tok,         p->usd_per_mtok_out};
    const bool flags[N_FLAGS] = {p->meets_slo, p->is_pareto, is_best(s, i)};
    cells[0] = s->name;
    cells[1] = s->c.accelerator->head.name;
    cells[2] = wm_precision_words[s->c.precision];
    cells[3] = group_text(arena, s, p);
    for (size_t k = 0; k < N_NUMBERS; k++)
        cells[N_TEXTS + k] = number(arena, values[k]);
    for (size_t k = 0; k < N_FLAGS; k++)
        cells[N_TEXTS + N_NUMBERS + k] = flags[k] ? "true" : "false";
}

static void put_list(struct wm_arena *arena, FILE *file, const struct series *all, size_t n,
                     enum wm_format format)
{
    const bool every = format == WM_FORMAT_CSV;
    size_t n_rows = 0, n_points = 0;
    for (size_t i = 0; i < n; i++)
        n_points += all[i].f.n_points;
    const char **const cells = WM_NEW_ARRAY(arena, const char *, (n_points + 1) * N_COLUMNS);
    size_t *const list = WM_NEW_ARRAY(arena, size_t, n_points + 1);
    for (size_t i = 0; i < n; i++) {
        const size_t n_list = every ? all[i].f.n_points : wm_frontier_front(&all[i].f, 0, list);
        for (size_t k = 0; k < n_list; k++)
            put_row(arena, &all[i], every ? k : list[k], &cells[n_rows++ * N_COLUMNS]);
    }
    wm_grid_write(file, &(struct wm_grid){columns, N_COLUMNS, cells, n_rows}, format);
}

/* The screen's own columns are narrower and carry their units. */
enum { N_NARROW = 7, N_SCREEN = N_NARROW + 3 };
#define RIGHT(name)                        \
    {                                      \
        .key = (name), .align_right = true \
    }
#define SCREEN_COLUMNS(first, last)                                                              \
    {.key = first}, {.key = "parallelism"}, RIGHT("batch"), RIGHT("tok/s/user"),                 \
        RIGHT("tok/s/GPU"), RIGHT("tok/s/MW"), RIGHT("J/tok"), RIGHT("$/Mtok"), RIGHT("TTFT s"), \
    {                                                                                            \
        .key = last                                                                              \
    }

static void put_screen(struct wm_arena *arena, const struct series *s, size_t i, const char **row)
{
    const struct wm_frontier_point *const p = &s->f.points[i];
    const double values[N_NARROW] = {p->batch,
                                     p->tok_per_s_per_user,
                                     p->out_tok_per_s_per_gpu,
                                     p->out_tok_per_s_per_mw_utility,
                                     p->j_per_out_tok,
                                     p->usd_per_mtok_out,
                                     p->ttft_s};
    row[0] = group_text(arena, s, p);
    for (size_t k = 0; k < N_NARROW; k++)
        row[1 + k] = wm_arena_printf(arena, k == 0 || k == 3 ? "%.0f" : "%.4g", values[k]);
}

static void print_table(FILE *file, struct wm_arena *arena, const struct series *s, size_t few)
{
    static const struct wm_grid_column narrow[N_SCREEN] = {SCREEN_COLUMNS("", "")};
    size_t *const list = WM_NEW_ARRAY(arena, size_t, s->f.n_points + 1);
    const size_t n = wm_frontier_front(&s->f, few, list);
    const char **const cells = WM_NEW_ARRAY(arena, const char *, (n + 1) * N_SCREEN);
    for (size_t i = 0; i < n; i++) {
        const char **const row = &cells[i * (N_SCREEN - 1)];
        put_screen(arena, s, list[i], row);
        row[N_SCREEN - 2] = is_best(s, list[i]) ? "best" : "";
    }
    wm_grid_write(file, &(struct wm_grid){narrow + 1, N_SCREEN - 1, cells, n}, WM_FORMAT_TABLE);
}

static void print_draft(FILE *file, const struct wm_draft *d)
{
    if (d->tok > 0.0)
        fprintf(file, ", %.4g guess%s a step, %.4g %% accepted", d->tok, d->tok == 1.0 ? "" : "es",
                100.0 * d->accept_frac);
    fputc('\n', file);
}

static void print_series(FILE *file, struct wm_arena *arena, const struct series *s, size_t few)
{
    fprintf(file, "%s, %s, %.0f in (%.3g %% cached) / %.0f out", s->name, s->c.llm->head.name,
            s->c.input_tok, 100.0 * s->c.cached_frac, s->c.output_tok);
    print_draft(file, &s->c.draft);
    fprintf(
        file, "%zu parallelism%s, %zu point%s; PUE %.3f, %.2f USD per GPU-hour and %.1f USD/MWh\n",
        s->f.n_groups, s->f.n_groups == 1 ? "" : "s", s->f.n_points, s->f.n_points == 1 ? "" : "s",
        s->site[0].pue, s->site[0].usd_per_gpu_hour, s->site[0].power_usd_per_mwh);
    if (s->c.prefill_accelerator != NULL)
        fprintf(file, "prompts read on %s: PUE %.3f, %.2f USD per GPU-hour\n",
                s->c.prefill_accelerator->head.name, s->site[1].pue, s->site[1].usd_per_gpu_hour);
    if (s->f.fault != WM_PLAN_OK)
        fprintf(file, "infeasible: %s\n", frontier_reason(arena, s));
    if (s->f.n_points > 0)
        print_table(file, arena, s, few);
    if (s->f.fault == WM_PLAN_OK) {
        const struct wm_frontier_point *const p = &s->f.points[s->f.best];
        fprintf(file, "best: %s, batch %.0f", group_text(arena, s, p), p->batch);
        if (p->prefill_gpus > 0.0)
            fprintf(file, ", %.2f accelerators prefill for %.0f that decode", p->prefill_gpus,
                    p->gpus - p->prefill_gpus);
        fputc('\n', file);
    }
}

/* The best of each beside each other, output of a megawatt over that of the first that has one. */
static void print_bests(FILE *file, struct wm_arena *arena, const struct series *all, size_t n)
{
    static const struct wm_grid_column narrow[N_SCREEN] = {
        SCREEN_COLUMNS("best of each", "x first")};
    const char **const cells = WM_NEW_ARRAY(arena, const char *, n *N_SCREEN);
    double first = 0.0;
    for (size_t i = 0; i < n; i++) {
        const char **const row = &cells[i * N_SCREEN];
        const struct wm_frontier_point *const p = &all[i].f.points[all[i].f.best];
        row[0] = all[i].name;
        for (size_t k = 1; k < N_SCREEN; k++)
            row[k] = k == 1 ? "infeasible" : "";
        if (all[i].f.fault != WM_PLAN_OK)
            continue;
        first = first > 0.0 ? first : p->out_tok_per_s_per_mw_utility;
        put_screen(arena, &all[i], all[i].f.best, row + 1);
        row[N_SCREEN - 1] = wm_arena_printf(arena, "%.3g", p->out_tok_per_s_per_mw_utility / first);
    }
    fputc('\n', file);
    wm_grid_write(file, &(struct wm_grid){narrow, N_SCREEN, cells, n}, WM_FORMAT_TABLE);
}

static void print_screen(FILE *file, struct wm_arena *arena, const struct series *all, size_t n)
{
    enum { ROWS = 14, SEVERAL_ROWS = 6 };
    for (size_t i = 0; i < n; i++) {
        fputs(i > 0 ? "\n" : "", file);
        print_series(file, arena, &all[i], n == 1 ? ROWS : SEVERAL_ROWS);
    }
    if (n > 1)
        print_bests(file, arena, all, n);
}

struct all_series {
    struct wm_arena *arena;
    const struct series *items;
    size_t n;
};

static struct all_series series_of(const struct wm_case_run *run)
{
    const struct frontier_outcome *const o = run->outcome;
    return (struct all_series){run->arena, o->items, o->n};
}

static void points_csv(FILE *file, const void *context)
{
    const struct all_series *const all = context;
    put_list(all->arena, file, all->items, all->n, WM_FORMAT_CSV);
}

/* Data of plots/serving_pareto.gp: a block a series, the front by speed, two blank lines between. */
static void figure_csv(FILE *file, const void *context)
{
    const struct all_series *const all = context;
    fputs("series,tok_per_s_per_user,tok_per_s_per_gpu,tok_per_s_per_mw,pareto,operating\n", file);
    for (size_t i = 0; i < all->n; i++) {
        const struct series *const s = &all->items[i];
        size_t *const list = WM_NEW_ARRAY(all->arena, size_t, s->f.n_points + 1);
        const size_t n = wm_frontier_front(&s->f, 0, list);
        if (n > 0 && i > 0)
            fputs("\n\n", file);
        for (size_t k = 0; k < n; k++) {
            const struct wm_frontier_point *const p = &s->f.points[list[k]];
            fprintf(file, "%s,%.6g,%.6g,%.6g,%d,%d\n", s->name, p->tok_per_s_per_user,
                    p->out_tok_per_s_per_gpu, p->out_tok_per_s_per_mw_utility, p->is_pareto,
                    is_best(s, list[k]));
        }
    }
}

/* The same in numbers alone, for the terminal. */
static void plot_data(FILE *file, const void *context)
{
    const struct all_series *const all = context;
    for (size_t i = 0; i < all->n; i++) {
        const struct series *const s = &all->items[i];
        for (size_t k = 0; k < s->f.n_points; k++)
            if (s->f.points[k].is_pareto)
                fprintf(file, "%.6g %.6g\n", s->f.points[k].tok_per_s_per_user,
                        s->f.points[k].out_tok_per_s_per_mw_utility);
        fputs("\n\n", file);
    }
}

/* The fronts in letters; needs gnuplot. */
static void plot(FILE *file, const struct wm_case_run *run, const struct all_series *all)
{
    fputs("\noutput tok/s per MW at the meter, over tok/s per user:", file);
    for (size_t i = 0; i < all->n; i++)
        fprintf(file, " %c %s%s", (int)('A' + i % 26), all->items[i].name,
                i + 1 < all->n ? "," : "\n");
    (void)wm_figure_text(run->arena, file, "serving_pareto_text", plot_data, all, run->diags);
}

void frontier_print(FILE *file, const struct wm_case_run *run, enum wm_format format,
                    const char *show)
{
    const struct all_series all = series_of(run);
    if (show != NULL)
        plot(file, run, &all);
    else if (format == WM_FORMAT_TABLE)
        print_screen(file, all.arena, all.items, all.n);
    else
        put_list(all.arena, file, all.items, all.n, format);
}

/* The Pareto front of each series, a point a row. */
static void write_fronts(struct wm_json_writer *w, const struct all_series *all)
{
    wm_json_key(w, "front");
    wm_json_array_begin(w);
    for (size_t i = 0; i < all->n; i++) {
        const struct series *const s = &all->items[i];
        size_t *const list = WM_NEW_ARRAY(all->arena, size_t, s->f.n_points + 1);
        const size_t n = wm_frontier_front(&s->f, 0, list);
        for (size_t k = 0; k < n; k++) {
            const char *cells[N_COLUMNS];
            put_row(all->arena, s, list[k], cells);
            wm_json_object_begin(w);
            for (int c = 0; c < N_COLUMNS; c++) {
                wm_json_key(w, columns[c].key);
                if (columns[c].is_json)
                    wm_json_raw(w, cells[c]);
                else
                    wm_json_string(w, cells[c]);
            }
            wm_json_object_end(w);
        }
    }
    wm_json_array_end(w);
}

void frontier_json(FILE *file, const struct wm_case_run *run)
{
    const struct all_series all = series_of(run);
    struct wm_json_writer w = wm_json_writer_to_file(file);
    case_json_begin(&w, run);
    write_fronts(&w, &all);
    case_json_end(&w, run);
}

bool frontier_put(struct wm_folder *folder, const struct wm_case_run *run)
{
    const struct all_series all = series_of(run);
    return wm_folder_put(folder, "frontier.csv", points_csv, &all) &&
           wm_folder_figure(folder, "serving_pareto", figure_csv, &all);
}
