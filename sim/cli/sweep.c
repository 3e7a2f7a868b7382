/* sweep: run a study into its store, or say what that would take. */
#include <math.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "options.h"

/* The only mutable object of file scope: a signal handler can reach nothing else. */
static atomic_bool interrupted;

struct options {
    struct cli_sets sets;
    const char *store, *shard;
    int64_t n_jobs;
    double wait_s;
    bool dry_run, retry;
    struct cli_cache cache;
    struct cli_stages stages;
};

static const struct options defaults = {.wait_s = 10.0};

static const struct cli_option rows[] = {
    CLI_TEXT(options, store, "--output", 'o', "STORE",
             "SQLite file (default: the study file's name here, .sqlite)"),
    CLI_WHOLE(options, n_jobs, "--jobs", 'j', "N", 1, 1024,
              "threads (default: the processors this process may use)"),
    CLI_TEXT(options, shard, "--shard", 0, "I/N",
             "every N-th point only, I from 1; merge the stores afterwards"),
    CLI_FLAG(options, dry_run, "--dry-run",
             "points, time (four are tried) and disk; nothing is written"),
    CLI_FLAG(options, retry, "--retry", "run points again that did not end well"),
    CLI_REAL(options, wait_s, "--wait", "S", 0.0, 1e6,
             "seconds to wait for another process on the store (default: 10)"),
    CLI_CACHE_ROWS(options, cache),
    CLI_STAGES_ROWS(options, stages),
    CLI_SCENARIO_ROWS(options, sets),
    CLI_END,
};

struct display {
    FILE *file;
    bool is_tty;
    int tenths; /* told so far, without a terminal */
};

static void on_signal(int signal_number)
{
    (void)signal_number;
    interrupted = true; /* lock-free, so allowed in a handler */
}

/* Once: finish and keep. Twice: the default, which ends the process; the store stays valid. */
static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

static void eta_text(double seconds, char text[32])
{
    if (!isfinite(seconds))
        (void)snprintf(text, 32, "?");
    else if (seconds < 3600.0)
        (void)snprintf(text, 32, "%d:%02d", (int)seconds / 60, (int)seconds % 60);
    else if (seconds < 48.0 * 3600.0)
        (void)snprintf(text, 32, "%d h %02d min", (int)(seconds / 3600.0),
                       (int)(seconds / 60.0) % 60);
    else
        (void)snprintf(text, 32, "%.1f days", seconds / 86400.0);
}

static void show(void *context, const struct wm_study_progress *p)
{
    struct display *const d = context;
    const double share = p->n_total > 0 ? (double)p->n_done / (double)p->n_total : 1.0;
    const double rate = (double)(p->n_done - p->n_skipped) / fmax(p->elapsed_s, 1e-9);
    char eta[32], bar[21];
    eta_text((double)(p->n_total - p->n_done) / rate, eta);
    if (!d->is_tty && !p->last && (int)(10.0 * share) <= d->tenths)
        return;
    if (!d->is_tty && p->last && d->tenths >= 10)
        return;
    d->tenths = (int)(10.0 * share);
    for (int i = 0; i < 20; i++)
        bar[i] = i < (int)(20.0 * share) ? '#' : '.';
    bar[20] = 0;
    fprintf(d->file, "%s%s%s%s%3d %%  %llu of %llu points, %llu failed, %.3g/s, ETA %s%s",
            d->is_tty ? "\r[" : "", d->is_tty ? bar : "", d->is_tty ? "] " : "",
            p->n_skipped > 0 && !d->is_tty ? "resumed " : "", (int)(100.0 * share),
            (unsigned long long)p->n_done, (unsigned long long)p->n_total,
            (unsigned long long)p->n_failed, rate, eta,
            d->is_tty && !p->last ? "\033[K"
            : d->is_tty           ? "\033[K\n"
                                  : "\n");
    (void)fflush(d->file);
}

static bool read_shard(struct cli *cli, const char *text, struct wm_study_options *o)
{
    unsigned long long i = 0, n = 0;
    int used = 0;
    if (text == NULL)
        return true;
    if (text[strspn(text, "0123456789/")] == '\0' &&
        sscanf(text, "%9llu/%9llu%n", &i, &n, &used) == 2 && text[used] == '\0' && i >= 1 &&
        i <= n) {
        o->shard_index = i - 1;
        o->n_shards = n;
        return true;
    }
    wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                "sweep: --shard \"%s\": write I/N with I from 1 to N, such as 1/4", text);
    return false;
}

/* "studies/price.json" -> "price.sqlite", "price.2-of-4.sqlite" */
static const char *default_store(struct wm_arena *arena, const char *study,
                                 const struct wm_study_options *o)
{
    const char *const slash = strrchr(study, '/'), *const name = slash != NULL ? slash + 1 : study;
    const char *const dot = strrchr(name, '.');
    const int n = dot != NULL && dot > name ? (int)(dot - name) : (int)strlen(name);
    return o->n_shards > 1 ? wm_arena_printf(arena, "%.*s.%llu-of-%llu.sqlite", n, name,
                                             (unsigned long long)o->shard_index + 1,
                                             (unsigned long long)o->n_shards)
                           : wm_arena_printf(arena, "%.*s.sqlite", n, name);
}

static enum wm_status dry_run(struct cli *cli, const struct wm_study *study,
                              const struct wm_study_options *o)
{
    struct wm_study_estimate e;
    char text[32];
    const enum wm_status status = wm_study_estimate(cli->arena, study, o, &e, &cli->diags);
    if (status != WM_OK)
        return status;
    printf("study    %s: %s over %zu axes\n", wm_study_name(study),
           wm_design_words[wm_study_design(study)], wm_study_n_axes(study));
    printf("points   %llu%s\n", (unsigned long long)e.n_points,
           o->n_shards > 1 ? " in this shard" : "");
    eta_text(e.total_s, text);
    if (isfinite(e.point_s))
        printf("time     %s (%.3g ms a point)\n", text, 1e3 * e.point_s);
    printf("disk     %.3g MB in %s\n", 1e-6 * e.disk_bytes, o->store);
    return WM_OK;
}

/* Why points failed, beside the count: never a reason to end differently. */
static void tell_reasons(struct cli *cli, const char *path)
{
    struct wm_diags ignored = wm_diags_init(cli->arena);
    struct wm_store *store = NULL;
    struct wm_grid grid;
    if (wm_store_open(cli->arena, path, &store, &ignored) == WM_OK &&
        wm_stats_failures(cli->arena, store, &grid, &ignored) == WM_OK)
        wm_grid_write(stderr, &grid, WM_FORMAT_TABLE);
    wm_store_close(store);
}

static enum wm_status run_points(struct cli *cli, const struct wm_study *study,
                                 struct wm_study_options *o)
{
    struct display display = {.file = stderr, .is_tty = isatty(STDERR_FILENO) != 0};
    struct wm_study_progress p = {0};
    if (!cli->quiet)
        o->progress = show;
    o->progress_context = &display;
    o->stop = &interrupted;
    catch_signals();
    const enum wm_status status = wm_study_run(cli->arena, study, o, &p, &cli->diags);
    if (status != WM_IO)
        printf("%s: %llu of %llu points in %s: %llu ok, %llu failed\n", wm_study_name(study),
               (unsigned long long)p.n_done, (unsigned long long)p.n_total, o->store,
               (unsigned long long)p.n_ok, (unsigned long long)p.n_failed);
    if (status == WM_POINTS_FAILED)
        tell_reasons(cli, o->store);
    if (status == WM_INTERRUPTED)
        fprintf(stderr, "interrupted; the same command goes on from here\n");
    return status;
}

static enum wm_status run(struct cli *cli, const void *options)
{
    const struct options *const given = options;
    struct wm_study_options o = {
        .n_jobs = (unsigned)given->n_jobs, .retry = given->retry, .wait_s = given->wait_s};
    if (!read_shard(cli, given->shard, &o))
        return WM_USAGE;
    const struct wm_study *study = NULL;
    const enum wm_status status = wm_study_load(cli->arena, cli->words[0], given->sets.items,
                                                given->sets.n, &study, &cli->diags);
    if (status != WM_OK)
        return status;
    o.store = given->store != NULL ? given->store : default_store(cli->arena, cli->words[0], &o);
    struct cli_cache where = given->cache;
    where.is_off = where.is_off || given->dry_run; /* which writes nothing */
    o.cache = cli_cache_open(cli, &where);
    o.stages = cli_stages_open(&given->stages);
    const enum wm_status end =
        given->dry_run ? dry_run(cli, study, &o) : run_points(cli, study, &o);
    cli_stages_close(&given->stages, o.stages);
    wm_cache_close(o.cache);
    return end;
}

const struct cli_verb cli_verb_sweep = {
    .name = "sweep",
    .words = "STUDY",
    .min_words = 1,
    .max_words = 1,
    .summary = "run a study: many points of a scenario, into a store",
    .details =
        "STUDY names a base scenario, axes and a design; a scenario that holds {\"sweep\": [...]} "
        "or\n"
        "{\"dist\": ...} is a study too. A store of the same study is continued: what it holds is "
        "not\n"
        "run again. Ctrl-C finishes the points that run, keeps them and exits 130. Points that do "
        "not\n"
        "end well are kept with their messages and do not stop the rest; the command exits 6 then.",
    CLI_OPTIONS(rows, defaults),
    .run = run,
};
