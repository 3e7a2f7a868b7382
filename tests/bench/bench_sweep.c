/*
 * Studies: stored points per second, what a point costs beside its run, two threads against one,
 * resume check, memory. The points are trivial (a metric set) or spin for 10 ms of CPU time.
 * usage: bench_sweep [points of the large grid, a cube; default 1,000,000]
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "wattmill/wattmill.h"

#define SPIN_S 10e-3

static const char scenario_text[] =
    "{\"schema_version\": 1, \"name\": \"t\", \"site\": {\"ceiling\": {\"limit_mw\": 10}}, "
    "\"fleet\": [{\"name\": \"main\", \"accelerator\": \"gb300-nvl72\", \"count\": 72}]}";

static double now_s(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static enum wm_status trivial(void *context, struct wm_arena *arena,
                              const struct wm_scenario *scenario, const struct wm_point *point,
                              const struct wm_results **results, struct wm_diags *diags)
{
    (void)scenario, (void)diags;
    struct wm_results *const r = WM_NEW(arena, struct wm_results);
    for (size_t i = 0; i < WM_N_METRICS; i++)
        r->metric[i] = (double)NAN;
    r->metric[0] = (double)point->index;
    if (context != NULL)
        for (const double end = now_s(CLOCK_THREAD_CPUTIME_ID) + SPIN_S;
             now_s(CLOCK_THREAD_CPUTIME_ID) < end;)
            continue;
    *results = r;
    return WM_OK;
}

static void write_file(const char *path, const char *text)
{
    FILE *const file = fopen(path, "w");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        exit(1);
}

struct timing {
    double load_s, run_s;
};

static struct timing run(const char *store, unsigned side, unsigned jobs, bool spin)
{
    static int yes;
    struct wm_arena *const arena = wm_arena_open();
    struct wm_diags diags = wm_diags_init(arena);
    const struct wm_study *study = NULL;
    char text[1024];
    snprintf(
        text, sizeof text,
        "{\"schema_version\": 1, \"name\": \"b\", \"base\": \"base.json\", \"axes\": ["
        "{\"path\": \"site.tariff.energy_usd_per_mwh\", \"sweep\": {\"from\": 1, \"to\": 100, "
        "\"n\": %u}}, "
        "{\"path\": \"site.carbon.kg_per_mwh\", \"sweep\": {\"from\": 1, \"to\": 100, \"n\": %u}}, "
        "{\"path\": \"site.ceiling.limit_mw\", \"sweep\": {\"from\": 1, \"to\": 100, \"n\": %u}}]}",
        side, side, side);
    write_file("study.json", text);
    struct timing t;
    const double start = now_s(CLOCK_MONOTONIC);
    if (wm_study_load(arena, "study.json", NULL, 0, &study, &diags) != WM_OK) {
        for (size_t i = 0; i < diags.n_items; i++)
            puts(wm_diag_format(arena, &diags.items[i]));
        exit(1);
    }
    const struct wm_study_options o = {
        .store = store, .n_jobs = jobs, .run = trivial, .run_context = spin ? &yes : NULL};
    t.load_s = now_s(CLOCK_MONOTONIC) - start;
    const enum wm_status status = wm_study_run(arena, study, &o, NULL, &diags);
    t.run_s = now_s(CLOCK_MONOTONIC) - start - t.load_s;
    if (status != WM_OK)
        exit(1);
    wm_arena_close(arena);
    return t;
}

static double rss_mib(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_maxrss / 1024.0;
}

int main(int argc, char **argv)
{
    char dir[] = "/tmp/bench_sweep_XXXXXX";
    const double wanted = argc > 1 ? strtod(argv[1], NULL) : 1e6;
    const unsigned side = (unsigned)lround(cbrt(wanted));
    const double n = (double)side * side * side;
    wm_init();
    if (mkdtemp(dir) == NULL || chdir(dir) != 0)
        return 1;
    write_file("base.json", scenario_text);
    const struct timing one = run("spin1.sqlite", 6, 1, true),
                        two = run("spin2.sqlite", 6, 2, true);
    printf("216 points of 10 ms: 1 thread %.3f s, 2 threads %.3f s: %.2f times; own cost %.0f us a "
           "point\n",
           one.run_s, two.run_s, one.run_s / two.run_s, 1e6 * (one.run_s / 216.0 - SPIN_S));
    const struct timing small = run("small.sqlite", 20, 2, false);
    const double small_mib = rss_mib();
    printf("8,000 trivial points, 2 threads: %.0f points/s, %.1f MiB\n", 8000.0 / small.run_s,
           small_mib);
    const struct timing large = run("large.sqlite", side, 2, false);
    struct stat info = {0};
    stat("large.sqlite", &info);
    printf("%.0f trivial points, 2 threads: %.0f points/s, %.1f MiB, %.0f B of store a point\n", n,
           n / large.run_s, rss_mib(), (double)info.st_size / n);
    const struct timing again = run("large.sqlite", side, 2, false);
    printf("resume check of %.0f points: load %.3f s, check %.2f s\n", n, again.load_s,
           again.run_s);
    const char *const names[] = {"spin1.sqlite", "spin2.sqlite", "small.sqlite",
                                 "large.sqlite", "study.json",   "base.json"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        (void)unlink(names[i]);
    return chdir("/") != 0 || rmdir(dir) != 0;
}
