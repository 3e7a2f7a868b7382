/* A training run as text: its figures, power caps, energy-aware schedules. */
#include <math.h>
#include <string.h>

#include "parts.h"
#include "wattmill/training_case.h"

static void print_caps(FILE *file, struct wm_arena *arena, const struct wm_training_outcome *j,
                       enum wm_format format)
{
    static const double caps[] = {1.0, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25};
    enum { N_CAPS = sizeof caps / sizeof *caps, CELLS = 6 };
    static const struct wm_grid_column columns[CELLS] = {
        {.key = "cap_frac_of_tdp", .is_json = true, .align_right = true},
        {.key = "cap_w", .is_json = true, .align_right = true},
        {.key = "clock_frac", .is_json = true, .align_right = true},
        {.key = "speed_frac", .is_json = true, .align_right = true},
        {.key = "board_mean_w", .is_json = true, .align_right = true},
        {.key = "tok_per_j_frac", .is_json = true, .align_right = true}};
    const char *cells[N_CAPS * CELLS];
    size_t n = 0;
    for (size_t i = 0; i < N_CAPS; i++) {
        const double cap_w = caps[i] * j->c.accelerator->tdp_w;
        if (cap_w <= j->c.accelerator->power.idle_w)
            break;
        const struct wm_train_cap cap = wm_train_cap_eval(&j->c, cap_w);
        const double values[CELLS] = {
            caps[i],        cap_w,      cap.clock_frac,
            cap.speed_frac, cap.mean_w, cap.speed_frac * j->power.mean_w / cap.mean_w};
        for (int k = 0; k < CELLS; k++)
            cells[n * CELLS + (size_t)k] = wm_arena_printf(arena, "%.4g", values[k]);
        n++;
    }
    wm_grid_write(file, &(struct wm_grid){columns, CELLS, cells, n}, format);
}

static void print_schedule(FILE *file, struct wm_arena *arena, const struct wm_train_form *f,
                           const struct wm_training_outcome *j, enum wm_format format)
{
    static const double times[] = {1.0, 1.01, 1.02, 1.05, 1.1, 1.2, 1.3, 1.5};
    enum { N_TIMES = sizeof times / sizeof *times, CELLS = 3 };
    static const struct wm_grid_column columns[CELLS] = {
        {.key = "time_allowed_frac", .is_json = true, .align_right = true},
        {.key = "time_frac", .is_json = true, .align_right = true},
        {.key = "energy_frac", .is_json = true, .align_right = true}};
    const struct wm_energy_schedule schedule = {f->imbalance_frac, f->straggler_frac};
    const char *cells[N_TIMES * CELLS];
    for (size_t i = 0; i < N_TIMES; i++) {
        const struct wm_energy_point p = wm_energy_schedule_eval(&j->c, &schedule, times[i]);
        const double values[CELLS] = {times[i], p.time_frac, p.energy_frac};
        for (size_t k = 0; k < CELLS; k++)
            cells[i * CELLS + k] = wm_arena_printf(arena, "%.4g", values[k]);
    }
    wm_grid_write(file, &(struct wm_grid){columns, CELLS, cells, N_TIMES}, format);
}

/* Figures as a person reads them: five digits. */
static void print_figures(FILE *file, const struct wm_case_run *run, enum wm_format format)
{
    static const struct wm_grid_column columns[] = {
        {.key = "key"},
        {.key = "value", .is_json = true, .align_right = true},
        {.key = "unit"},
        {.key = "meaning"}};
    const char **const cells = WM_NEW_ARRAY(run->arena, const char *, 4 * run->figures.n);
    for (size_t i = 0; i < run->figures.n; i++) {
        const struct wm_figure *const f = &run->figures.items[i];
        cells[4 * i] = f->key;
        cells[4 * i + 1] =
            isfinite(f->value) ? wm_arena_printf(run->arena, "%.5g", f->value) : NULL;
        cells[4 * i + 2] = strcmp(f->unit, "1") == 0 ? "" : f->unit;
        cells[4 * i + 3] = f->doc;
    }
    wm_grid_write(file, &(struct wm_grid){columns, 4, cells, run->figures.n}, format);
}

void train_print(FILE *file, const struct wm_case_run *run, enum wm_format format, const char *show)
{
    const struct wm_train_form *const f = run->loaded->params;
    const struct wm_training_outcome *const j = run->outcome;
    const bool all = show != NULL && strcmp(show, "all") == 0;
    const bool titled = format == WM_FORMAT_TABLE;
    if (titled)
        fprintf(file, "%s on %lld %s, %s, %.4g tokens\n", f->llm->head.name,
                (long long)f->training.gpus, f->accelerator->head.name,
                wm_precision_words[f->precision], f->tokens);
    if (all || show == NULL || strcmp(show, "run") == 0)
        print_figures(file, run, format);
    if (titled && (all || (show != NULL && strcmp(show, "caps") == 0)))
        fputs("\nboard power caps, over a run without\n", file);
    if (all || (show != NULL && strcmp(show, "caps") == 0))
        print_caps(file, run->arena, j, format);
    if (titled && (all || (show != NULL && strcmp(show, "schedule") == 0)))
        fprintf(file,
                "\nleast board energy within a time, over full clocks (imbalance %.4g, straggler "
                "%.4g)\n",
                f->imbalance_frac, f->straggler_frac);
    if (all || (show != NULL && strcmp(show, "schedule") == 0))
        print_schedule(file, run->arena, f, j, format);
}
