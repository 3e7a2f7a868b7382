/* The folder of a run: each file is written under a temporary name and renamed when complete. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wattmill/output.h"

#define FILES_MAX 9

typedef void sink_fn(FILE *file, const struct wm_report *report);

struct folder {
    struct wm_arena *arena;
    const char *dir;
    const struct wm_report *report;
    const char **files;
    size_t n_files;
    struct wm_diags *diags;
};

static int descending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

static void load_duration_csv(FILE *file, const struct wm_report *report)
{
    const struct wm_results *const r = report->results;
    /* the sink has no arena; three sorted copies live as long as this file */
    struct wm_arena *const arena = wm_arena_open();
    fputs("share_of_year_pct,site_mw,it_mw,ceiling_mw,contract_mw\n", file);
    if (arena == NULL)
        return;
    double *const site = WM_NEW_ARRAY(arena, double, r->n_series);
    double *const it = WM_NEW_ARRAY(arena, double, r->n_series);
    double *const ceiling = WM_NEW_ARRAY(arena, double, r->n_series);
    for (size_t i = 0; i < r->n_series; i++) {
        site[i] = r->series[i].site_w;
        it[i] = r->series[i].it_w;
        ceiling[i] = r->series[i].ceiling_w;
    }
    qsort(site, r->n_series, sizeof *site, descending);
    qsort(it, r->n_series, sizeof *it, descending);
    qsort(ceiling, r->n_series, sizeof *ceiling, descending);
    for (size_t i = 0; i < r->n_series; i++) {
        const double row[] = {
            100.0 * ((double)i + 0.5) / (double)r->n_series, wm_unit_from_si(WM_UNIT_MW, site[i]),
            wm_unit_from_si(WM_UNIT_MW, it[i]), wm_unit_from_si(WM_UNIT_MW, ceiling[i]),
            wm_unit_from_si(WM_UNIT_MW, r->scenario->site.ceiling.limit_w)};
        for (size_t k = 0; k < 5; k++) {
            if (k > 0)
                fputc(',', file);
            wm_csv_number(file, row[k]);
        }
        fputc('\n', file);
    }
    wm_arena_close(arena);
}

static void opex_shares_csv(FILE *file, const struct wm_report *report)
{
    static const char *const names[] = {"A facility cash", "B (assumed ledger)",
                                        "C colocation tenant", "D accrual", "E annualised TCO"};
    const struct wm_results *const r = report->results;
    const double power_musd = r->metric[WM_METRIC_power_cost_usd] * WM_H_PER_YEAR / r->hours * 1e-6;
    fputs("definition,power_musd_per_year,rest_musd_per_year,power_share_pct\n", file);
    for (unsigned i = 0; i < 5; i++) {
        const double share = r->metric[WM_METRIC_power_share_a_frac + i];
        fprintf(file, "%s,", names[i]);
        wm_csv_number(file, power_musd);
        fputc(',', file);
        wm_csv_number(file, power_musd / share - power_musd);
        fputc(',', file);
        wm_csv_number(file, 100.0 * share);
        fputc('\n', file);
    }
}

static bool put(struct folder *f, const char *name, sink_fn *sink)
{
    const char *const path = wm_arena_printf(f->arena, "%s/%s", f->dir, name);
    const char *const tmp = wm_arena_printf(f->arena, "%s.tmp", path);
    FILE *const file = fopen(tmp, "w");
    bool good = file != NULL;
    if (good) {
        sink(file, f->report);
        good = ferror(file) == 0;
        good = fclose(file) == 0 && good && rename(tmp, path) == 0;
    }
    if (!good) {
        wm_diag_add(f->diags, WM_E104, NULL, NULL, "%s: %s", path, strerror(errno));
        (void)unlink(tmp);
        return false;
    }
    f->files[f->n_files++] = path;
    return true;
}

static bool draw(struct folder *f, const char *name)
{
    if (wm_figure_draw(f->arena, f->dir, name, f->diags) != WM_OK)
        return false;
    f->files[f->n_files++] = wm_arena_printf(f->arena, "%s/%s.svg", f->dir, name);
    f->files[f->n_files++] = wm_arena_printf(f->arena, "%s/%s.png", f->dir, name);
    return true;
}

/* mkdir -p */
static bool make_dir(struct wm_arena *arena, const char *dir)
{
    char *const path = wm_arena_copy_text(arena, dir, strlen(dir));
    for (char *c = path + 1; path[0] != 0 && *c != 0; c++)
        if (*c == '/') {
            *c = 0;
            (void)mkdir(path, 0777);
            *c = '/';
        }
    return mkdir(path, 0777) == 0 || errno == EEXIST;
}

enum wm_status wm_output_dir(struct wm_arena *arena, const char *dir,
                             const struct wm_report *report, bool series, const char *const **files,
                             size_t *n_files, struct wm_diags *diags)
{
    struct folder f = {arena, dir, report, WM_NEW_ARRAY(arena, const char *, FILES_MAX), 0, diags};
    *files = f.files;
    *n_files = 0;
    if (!make_dir(arena, dir)) {
        wm_diag_add(diags, WM_E104, NULL, NULL, "%s: %s", dir, strerror(errno));
        return WM_IO;
    }
    bool good = put(&f, "result.json", wm_output_json) && put(&f, "metrics.csv", wm_output_csv) &&
                put(&f, "load_duration.csv", load_duration_csv) &&
                put(&f, "opex_shares.csv", opex_shares_csv) &&
                (!series || put(&f, "series.csv", wm_output_series_csv));
    if (good) {
        const bool load = draw(&f, "load_duration"), shares = draw(&f, "opex_shares");
        good = load && shares;
    }
    *n_files = f.n_files;
    return good ? WM_OK : WM_IO;
}
