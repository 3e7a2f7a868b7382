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

static const char *number(struct wm_arena *arena, double value)
{
    return isfinite(value) ? wm_arena_printf(arena, "%.4g", value) : NULL;
}

/* The fastest plan of every cut; front: no other is both faster and thriftier. */
static void print_plans(FILE *file, struct wm_arena *arena, const struct wm_training_outcome *j,
                        enum wm_format format)
{
    static const char *const keys[] = {"tp",          "pp",          "cp",       "dp",
                                       "ep",          "step_s",      "mfu_frac", "link_frac",
                                       "bubble_frac", "mem_gb",      "board_w",  "board_j_per_tok",
                                       "time_frac",   "energy_frac", "front"};
    enum { CELLS = sizeof keys / sizeof *keys };
    struct wm_grid_column columns[CELLS];
    struct wm_train_plan *const plans =
        WM_NEW_ARRAY(arena, struct wm_train_plan, WM_TRAIN_PLANS_MAX);
    const size_t n = wm_train_plans(&j->c, j->n_gpus, &j->fixed, plans);
    struct wm_train_step *const step = WM_NEW_ARRAY(arena, struct wm_train_step, n + 1);
    struct wm_train_power *const power = WM_NEW_ARRAY(arena, struct wm_train_power, n + 1);
    const char **const cells = WM_NEW_ARRAY(arena, const char *, n *CELLS + 1);
    for (size_t i = 0; i < n; i++) {
        struct wm_train_case c = j->c;
        c.plan = plans[i];
        step[i] = wm_train_step_eval(&c);
        power[i] = wm_train_power_eval(&c, &step[i]);
    }
    for (size_t i = 0; i < n; i++) {
        const struct wm_train_plan *const p = &plans[i];
        const struct wm_train_step *const s = &step[i];
        bool is_front = true;
        for (size_t k = 0; k < n; k++)
            is_front =
                is_front &&
                !(k != i && step[k].time_s <= s->time_s &&
                  power[k].j_per_tok <= power[i].j_per_tok &&
                  (step[k].time_s < s->time_s || power[k].j_per_tok < power[i].j_per_tok || k < i));
        const double values[] = {p->tensor,
                                 p->pipeline,
                                 p->context,
                                 p->data,
                                 p->expert,
                                 s->time_s,
                                 s->mfu_frac,
                                 s->link_s / s->time_s,
                                 s->bubble_s / s->time_s,
                                 s->mem_bytes / 1e9,
                                 power[i].mean_w,
                                 power[i].j_per_tok,
                                 s->time_s / j->step.time_s,
                                 power[i].j_per_tok / j->power.j_per_tok,
                                 is_front ? 1.0 : 0.0};
        for (size_t k = 0; k < CELLS; k++)
            cells[i * CELLS + k] = number(arena, values[k]);
    }
    for (size_t k = 0; k < CELLS; k++)
        columns[k] = (struct wm_grid_column){.key = keys[k], .is_json = true, .align_right = true};
    wm_grid_write(file, &(struct wm_grid){columns, CELLS, cells, n}, format);
}

/* Static and dynamic energy by class of kernels, and the clock at which each takes least. */
static void print_energy(FILE *file, struct wm_arena *arena, const struct wm_training_outcome *j,
                         enum wm_format format)
{
    static const struct wm_grid_column columns[] = {
        {.key = "class"},
        {.key = "time_frac", .is_json = true, .align_right = true},
        {.key = "board_w", .is_json = true, .align_right = true},
        {.key = "static_j_per_tok", .is_json = true, .align_right = true},
        {.key = "dynamic_j_per_tok", .is_json = true, .align_right = true},
        {.key = "least_clock_frac", .is_json = true, .align_right = true},
        {.key = "its_time_frac", .is_json = true, .align_right = true},
        {.key = "its_energy_frac", .is_json = true, .align_right = true}};
    enum { CELLS = sizeof columns / sizeof *columns };
    struct wm_train_energy part[WM_TRAIN_N_CLASSES];
    const char *cells[WM_TRAIN_N_CLASSES * CELLS];
    const double tok = j->step.tok_per_s_per_gpu * j->step.time_s;
    wm_train_energy_eval(&j->c, &j->step, part);
    for (size_t i = 0; i < WM_TRAIN_N_CLASSES; i++) {
        const struct wm_train_energy *const e = &part[i];
        const double values[] = {
            e->time_s / j->step.time_s, (e->static_j + e->dynamic_j) / e->time_s,
            e->static_j / tok,          e->dynamic_j / tok,
            e->least_clock_frac,        e->least_time_frac,
            e->least_energy_frac};
        cells[i * CELLS] = wm_train_class_words[i];
        for (size_t k = 0; k + 1 < CELLS; k++)
            cells[i * CELLS + k + 1] = number(arena, values[k]);
    }
    wm_grid_write(file, &(struct wm_grid){columns, CELLS, cells, WM_TRAIN_N_CLASSES}, format);
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
    if (titled && (all || (show != NULL && strcmp(show, "energy") == 0)))
        fputs("\nboard energy of a token by class of kernels; the clock of least energy of each, "
              "by itself\n",
              file);
    if (all || (show != NULL && strcmp(show, "energy") == 0))
        print_energy(file, run->arena, j, format);
    if (titled && (all || (show != NULL && strcmp(show, "plans") == 0)))
        fputs("\nthe fastest plan of every cut; time and energy over the plan above; front 1: none "
              "is both faster "
              "and thriftier\n",
              file);
    if (all || (show != NULL && strcmp(show, "plans") == 0))
        print_plans(file, run->arena, j, format);
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
