/* train: a training run on n accelerators: plan, speed, power, losses, energy and cost. */
#include <math.h>
#include <string.h>

#include "options.h"
#include "wattmill/training_case.h"

struct options {
    struct cli_sets catalogs;
    struct cli_site site;
    const char *accelerator, *llm, *precision, *show;
    double gpus, seq_tok, batch_tok, tok; /* NAN: the default of the row that it stands for */
    double failures, planned, restart_s, write_s, swing_limit_mw, storage_loss_frac;
    double imbalance_frac, straggler_frac;
    enum wm_format format;
};

static const struct options defaults = {.site = CLI_SITE_DEFAULTS,
                                        .show = "run",
                                        .gpus = 1024.0,
                                        .seq_tok = (double)NAN,
                                        .batch_tok = (double)NAN,
                                        .tok = 1e12,
                                        .failures = (double)NAN,
                                        .planned = (double)NAN,
                                        .restart_s = (double)NAN,
                                        .write_s = (double)NAN,
                                        .swing_limit_mw = (double)NAN,
                                        .storage_loss_frac = 0.05,
                                        .imbalance_frac = 0.1,
                                        .format = WM_FORMAT_TABLE};

// clang-format off
static const struct cli_option rows[] = {
    CLI_TEXT(options, accelerator, "--accelerator", 'a', "NAME", "it runs on (catalog accelerators)"),
    CLI_TEXT(options, llm, "--llm", 'm', "NAME", "model that is trained (catalog llms)"),
    CLI_REAL(options, gpus, "--gpus", "N", 1.0, 1e7, "accelerators of the job (default: 1024)"),
    CLI_CHOICE(options, precision, "--precision", "bf16|fp8|fp4", "of matrix products (default: bf16)"),
    CLI_REAL(options, seq_tok, "--seq", "N", 1.0, 1e8, "tokens of a sequence (default: training.seq_tok)"),
    CLI_REAL(options, batch_tok, "--batch-tokens", "N", 1.0, 1e10, "tokens of a step (default: as training.batch_tok)"),
    CLI_REAL(options, tok, "--tokens", "N", 1.0, 1e16, "of the run (default: 1e12)"),
    CLI_REAL(options, failures, "--failures", "N", 0.0, 1e3, "a year and accelerator that stop the job (default: the accelerator's)"),
    CLI_REAL(options, planned, "--planned", "N", 0.0, 1e3, "planned stops a year and accelerator (default: site.failures)"),
    CLI_REAL(options, restart_s, "--restart", "S", 0.0, 1e6, "to detect, reschedule and load (default: training.restart_min)"),
    CLI_REAL(options, write_s, "--checkpoint", "S", 0.0, 1e5, "a checkpoint stops the job (default: training.checkpoint_write_s)"),
    CLI_REAL(options, swing_limit_mw, "--swing-limit", "MW", 0.0, 1e5, "power swing the site allows (default: none)"),
    CLI_REAL(options, storage_loss_frac, "--storage-loss", "FRAC", 0.0, 1.0, "of what a buffer evens out (default: 0.05)"),
    CLI_REAL(options, imbalance_frac, "--imbalance", "FRAC", 0.0, 10.0, "slowest pipeline stage over the mean, minus 1 (default: 0.1)"),
    CLI_REAL(options, straggler_frac, "--straggler", "FRAC", 0.0, 10.0, "step time someone slow adds (default: 0)"),
    CLI_SITE_ROWS(options, site),
    CLI_CHOICE(options, show, "--show", "run|caps|schedule|all", "the run, power caps, energy-aware schedules (default: run)"),
    CLI_CATALOG(options, catalogs),
    CLI_FORMAT(options, format),
    CLI_END,
};
// clang-format on

static enum wm_precision precision_of(const char *word)
{
    return word == NULL || strcmp(word, "bf16") == 0 ? WM_BF16
           : strcmp(word, "fp8") == 0                ? WM_FP8
                                                     : WM_FP4;
}

static void set(double *row, double option)
{
    if (wm_is_set(option))
        *row = option;
}

/* Options are other names of rows. */
static void take_options(struct wm_training_case *c, const struct options *o)
{
    c->training.gpus = (int64_t)o->gpus;
    set(&c->training.seq_tok, o->seq_tok);
    set(&c->training.batch_tok, o->batch_tok);
    set(&c->training.restart_s, o->restart_s);
    set(&c->training.checkpoint_write_s, o->write_s);
    set(&c->training.swing_limit_w, o->swing_limit_mw * WM_W_PER_MW);
    set(&c->failures.per_gpu_year, o->failures);
    set(&c->failures.planned_per_gpu_year, o->planned);
}

/* A list of named values. */
struct list {
    struct wm_arena *arena;
    const char *cells[4 * 64];
    size_t n;
};

static void put(struct list *l, const char *key, double value, const char *unit, const char *doc)
{
    const char **const row = &l->cells[4 * l->n++];
    row[0] = key;
    row[1] = isfinite(value) ? wm_arena_printf(l->arena, "%.5g", value) : NULL;
    row[2] = unit;
    row[3] = doc;
}

static void put_plan(struct list *l, const struct wm_training_outcome *j)
{
    const struct wm_train_plan *const p = &j->c.plan;
    put(l, "tensor", p->tensor, "", "accelerators a layer is split over");
    put(l, "pipeline", p->pipeline, "", "stages");
    put(l, "data", p->data, "", "replicas");
    put(l, "context", p->context, "", "accelerators a sequence is split over");
    put(l, "expert", p->expert, "", "accelerators that share whole experts");
    put(l, "micro_batch_sequences", p->sequences, "", "of a replica");
    put(l, "full_shard", p->full_shard, "", "1: weights are spread over the replicas");
    put(l, "recompute", p->recompute == WM_RECOMPUTE_FULL, "", "1: layers are computed again");
    put(l, "mem_gb", j->step.mem_bytes / 1e9, "GB", "on the fullest accelerator");
}

static void put_speed(struct list *l, const struct wm_training_outcome *j)
{
    const struct wm_train_step *const s = &j->step;
    put(l, "step_s", s->time_s, "s", "an optimiser step");
    put(l, "compute_frac", (s->product_s + s->attention_s) / s->time_s, "frac", "of it: products");
    put(l, "memory_frac", s->memory_s / s->time_s, "frac", "of it: elementwise passes, update");
    put(l, "link_frac", s->link_s / s->time_s, "frac", "of it: collectives not hidden");
    put(l, "bubble_frac", s->bubble_s / s->time_s, "frac", "of it: pipeline fill and drain");
    put(l, "straggle_frac", s->straggle_s / s->time_s, "frac", "of it: waiting for the slowest");
    put(l, "mfu_frac", j->mfu_frac, "frac", "model FLOP over the precision's peak");
    put(l, "tok_per_s_per_gpu", s->tok_per_s_per_gpu, "tok/s", "between interruptions");
}

static void put_power(struct list *l, const struct wm_training_outcome *j, double pue)
{
    put(l, "board_mean_w", j->power.mean_w, "W", "of an accelerator");
    put(l, "board_high_w", j->power.high_w, "W", "while it computes");
    put(l, "board_low_w", j->power.low_w, "W", "while all wait");
    put(l, "site_w_per_gpu", j->site_w_per_gpu, "W", "at the meter, with host and facility");
    put(l, "pue", pue, "", "of the site");
    put(l, "swing_mw", j->swing.amplitude_w / WM_W_PER_MW, "MW", "of the boards together");
    put(l, "swing_hz", j->swing.frequency_hz, "Hz", "once a step");
    put(l, "swing_allowed", j->swing.is_allowed, "", "1: within the limit");
    put(l, "floor_burn_mw", j->swing.burnt_w / WM_W_PER_MW, "MW",
        "mean, to stay within it by a floor");
    put(l, "buffer_kwh", j->swing.storage_j / 3.6e6, "kWh", "or moved each way by a buffer");
    put(l, "buffer_loss_mw", j->swing.storage_loss_w / WM_W_PER_MW, "MW", "mean, of that buffer");
}

static void put_run(struct list *l, const struct options *o, const struct wm_training_outcome *j)
{
    put(l, "mttf_h", j->goodput.mttf_s / WM_S_PER_H, "h", "between interruptions");
    put(l, "checkpoint_min", j->goodput.interval_s / 60.0, "min", "best interval (Young, Daly)");
    put(l, "useful_frac", j->goodput.useful_frac, "frac", "of the time that makes progress");
    put(l, "days", j->run.time_s / 86400.0, "d", "of the run");
    put(l, "gpu_hours", j->run.gpu_hours, "h", "of accelerators");
    put(l, "energy_mwh", j->run.energy_j / WM_J_PER_MWH, "MWh", "at the meter");
    put(l, "j_per_tok", j->run.energy_j / o->tok, "J", "at the meter, per token kept");
    put(l, "cost_usd", j->run.cost_usd, "USD", "definition E of the ledger, power included");
    put(l, "usd_per_mtok", j->run.cost_usd / o->tok * 1e6, "USD", "per million tokens");
}

static void print_run(struct cli *cli, const struct options *o, const struct wm_training_outcome *j,
                      double pue)
{
    static const struct wm_grid_column columns[] = {
        {.key = "key"},
        {.key = "value", .is_json = true, .align_right = true},
        {.key = "unit"},
        {.key = "meaning"}};
    struct list *const l = WM_NEW(cli->arena, struct list);
    l->arena = cli->arena;
    put_plan(l, j);
    put_speed(l, j);
    put_power(l, j, pue);
    put_run(l, o, j);
    wm_grid_write(stdout, &(struct wm_grid){columns, 4, l->cells, l->n}, o->format);
}

static void print_caps(struct cli *cli, const struct options *o,
                       const struct wm_training_outcome *j)
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
            cells[n * CELLS + (size_t)k] = wm_arena_printf(cli->arena, "%.4g", values[k]);
        n++;
    }
    wm_grid_write(stdout, &(struct wm_grid){columns, CELLS, cells, n}, o->format);
}

static void print_schedule(struct cli *cli, const struct options *o,
                           const struct wm_training_outcome *j)
{
    static const double times[] = {1.0, 1.01, 1.02, 1.05, 1.1, 1.2, 1.3, 1.5};
    enum { N_TIMES = sizeof times / sizeof *times, CELLS = 3 };
    static const struct wm_grid_column columns[CELLS] = {
        {.key = "time_allowed_frac", .is_json = true, .align_right = true},
        {.key = "time_frac", .is_json = true, .align_right = true},
        {.key = "energy_frac", .is_json = true, .align_right = true}};
    const struct wm_energy_schedule schedule = {o->imbalance_frac, o->straggler_frac};
    const char *cells[N_TIMES * CELLS];
    for (size_t i = 0; i < N_TIMES; i++) {
        const struct wm_energy_point p = wm_energy_schedule_eval(&j->c, &schedule, times[i]);
        const double values[CELLS] = {times[i], p.time_frac, p.energy_frac};
        for (size_t k = 0; k < CELLS; k++)
            cells[i * CELLS + k] = wm_arena_printf(cli->arena, "%.4g", values[k]);
    }
    wm_grid_write(stdout, &(struct wm_grid){columns, CELLS, cells, N_TIMES}, o->format);
}

static void print(struct cli *cli, const struct options *o, const struct wm_training_outcome *j,
                  double pue)
{
    const bool all = strcmp(o->show, "all") == 0;
    const bool titled = o->format == WM_FORMAT_TABLE;
    if (titled)
        printf("%s on %.0f %s, %s, %.4g tokens\n", j->c.llm->head.name, o->gpus,
               j->c.accelerator->head.name, wm_precision_words[j->c.precision], o->tok);
    if (all || strcmp(o->show, "run") == 0)
        print_run(cli, o, j, pue);
    if (titled && (all || strcmp(o->show, "caps") == 0))
        puts("\nboard power caps, over a run without");
    if (all || strcmp(o->show, "caps") == 0)
        print_caps(cli, o, j);
    if (titled && (all || strcmp(o->show, "schedule") == 0))
        printf("\nleast board energy within a time, over full clocks (imbalance %.4g, straggler "
               "%.4g)\n",
               o->imbalance_frac, o->straggler_frac);
    if (all || strcmp(o->show, "schedule") == 0)
        print_schedule(cli, o, j);
}

static enum wm_status run(struct cli *cli, const void *options)
{
    const struct options *const o = options;
    const struct wm_catalog *catalog = NULL;
    struct wm_training_case c = {.precision = precision_of(o->precision),
                                 .tokens = o->tok,
                                 .storage_loss_frac = o->storage_loss_frac};
    enum wm_status status = cli_catalog_load(cli, &o->catalogs, &catalog);
    if (status == WM_OK)
        status = wm_training_case_defaults(cli->arena, catalog, &c, &cli->diags);
    if (status != WM_OK)
        return status;
    take_options(&c, o);
    c.accelerator =
        cli_entry(cli, catalog, WM_CATALOG_accelerator, "--accelerator", o->accelerator);
    c.llm = cli_entry(cli, catalog, WM_CATALOG_llm, "--llm", o->llm);
    c.site = cli_site_terms(cli, catalog, &o->site, c.accelerator);
    if (o->gpus != floor(o->gpus))
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "--gpus = %g, allowed are whole numbers",
                    o->gpus);
    if (strcmp(o->show, "all") == 0 && o->format != WM_FORMAT_TABLE)
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "--show all is for --format table");
    if (cli->diags.n_errors > 0)
        return WM_USAGE;
    struct wm_training_outcome j;
    status = wm_training_case_eval(&c, &j, &cli->diags);
    if (status == WM_OK)
        print(cli, o, &j, c.site.pue);
    return status;
}

const struct cli_verb cli_verb_train = {
    .name = "train",
    .words = "",
    .summary = "a training run on accelerators: plan, speed, power, losses, energy, cost",
    .details =
        "The fastest plan that fits the memory; board power by phase and its swing; time lost\n"
        "to failures and checkpoints; what caps and energy-aware schedules change.",
    CLI_OPTIONS(rows, defaults),
    .run = run,
};
