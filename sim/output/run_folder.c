/* The folder of a run: result, metrics, figures with their data, series. */
#include "wattmill/output.h"

static void result_json(FILE *file, const void *report)
{
    wm_output_json(file, report);
}

static void metrics_csv(FILE *file, const void *report)
{
    wm_output_csv(file, report);
}

/* A section as CSV; sections take their room from an arena. */
struct section_sink {
    struct wm_arena *arena;
    const struct wm_report *report;
};

static void bill_csv(FILE *file, const void *context)
{
    const struct section_sink *const s = context;
    (void)wm_output_section(file, s->arena, s->report, "bill", WM_FORMAT_CSV);
}

static void charts_json(FILE *file, const void *context)
{
    const struct section_sink *const s = context;
    struct wm_json_writer w = wm_json_writer_to_file(file);
    wm_charts_write(&w, s->arena, s->report->results);
    wm_json_finish(&w);
}

static void series_csv(FILE *file, const void *report)
{
    wm_output_series_csv(file, report);
}

/* Long rows: a hall has any name, a column has not. */
static void hall_series_csv(FILE *file, const void *report)
{
    wm_output_hall_series_csv(file, report);
}

static const struct {
    const char *name;
    wm_sink_fn csv;
    bool is_of_halls;
} figures[] = {
    {"energy_flow", wm_energy_flow_csv, false},   {"cost_stack", wm_cost_stack_csv, false},
    {"ceiling_heat", wm_ceiling_heat_csv, false}, {"opex_shares", wm_opex_shares_csv, false},
    {"cash_flow", wm_cash_flow_csv, false},       {"load_duration", wm_load_duration_csv, false},
    {"monthly_bill", wm_monthly_bill_csv, false}, {"hall_power", wm_hall_power_csv, true},
};

/* The result with the digests of all that lies beside it, so that nobody takes another run's files for its own. */
static bool put_result(struct wm_folder *f, const struct wm_report *report)
{
    struct wm_report whole = *report;
    const char **const digests = WM_NEW_ARRAY(f->arena, const char *, WM_FOLDER_FILES_MAX);
    for (size_t i = 0; i < f->n_files; i++)
        digests[i] = wm_file_digest(f->arena, f->files[i]);
    whole.files = f->files;
    whole.n_files = f->n_files;
    whole.digests = digests;
    return wm_folder_put(f, "result.json", result_json, &whole);
}

enum wm_status wm_output_dir(struct wm_arena *arena, const char *dir,
                             const struct wm_report *report, bool series, const char *const **files,
                             size_t *n_files, struct wm_diags *diags)
{
    struct wm_folder *const f = WM_NEW(arena, struct wm_folder);
    const bool halls = report->results->hall_series != NULL;
    bool good = wm_folder_open(f, arena, dir, diags) &&
                wm_folder_put(f, "metrics.csv", metrics_csv, report) &&
                wm_folder_put(f, "bill.csv", bill_csv, &(struct section_sink){arena, report}) &&
                wm_folder_put(f, "charts.json", charts_json,
                              &(struct section_sink){arena, report}) &&
                (!series || wm_folder_put(f, "series.csv", series_csv, report)) &&
                (!series || !halls || wm_folder_put(f, "hall_series.csv", hall_series_csv, report));
    /* one figure that fails does not keep the others from being drawn */
    const bool writable = good;
    for (size_t i = 0; writable && i < sizeof figures / sizeof *figures; i++)
        if (halls || !figures[i].is_of_halls)
            good = wm_folder_figure(f, figures[i].name, figures[i].csv, report) && good;
    good = (!writable || put_result(f, report)) && good;
    wm_folder_close(f);
    *files = f->files;
    *n_files = f->n_files;
    return good ? WM_OK : WM_IO;
}
