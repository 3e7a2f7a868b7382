/* import: files as their publishers write them into ours. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "options.h"
#include "wattmill/import.h"
#include "wattmill/out_file.h"

struct options {
    const char *output, *place, *time_zone, *name, *as_of, *accelerator, *model, *precision,
        *engine;
    double usd_per_unit, total_params, gpus, gpu_power_w;
    bool is_partial;
};

static const struct options defaults = {.usd_per_unit = (double)NAN,
                                        .total_params = (double)NAN,
                                        .gpus = (double)NAN,
                                        .gpu_power_w = (double)NAN};

static const struct cli_option rows[] = {
    CLI_TEXT(options, output, "--output", 'o', "FILE",
             "where it is written (default: standard output)"),
    CLI_TEXT(options, place, "--place", 0, "NAME",
             "node, zone or region, where a file has several"),
    CLI_TEXT(options, time_zone, "--time-zone", 0, "ZONE",
             "clock of a file that does not say: America/Chicago, -06:00"),
    CLI_REAL(options, usd_per_unit, "--usd-per-unit", "X", 1e-6, 1e6,
             "USD for one unit of the file's currency"),
    CLI_TEXT(options, name, "--name", 0, "NAME",
             "of the catalogue entry (default: as the file says); of several rates "
             "the one meant"),
    CLI_TEXT(options, as_of, "--as-of", 0, "DATE", "of a catalogue entry: date of the source, YYYY-MM-DD"),
    CLI_FLAG(options, is_partial, "--partial",
             "tariff: leave out what a tariff cannot say instead of refusing it"),
    CLI_REAL(options, total_params, "--total-params", "N", 1e6, 1e14,
             "llm: parameters that the vendor states, compared with the count"),
    CLI_TEXT(options, accelerator, "--accelerator", 0, "NAME", "curve: that served; accelerator, telemetry: the entry that the boards are"),
    CLI_TEXT(options, model, "--model", 0, "NAME", "curve: that was served; prices: those whose name has it"),
    CLI_TEXT(options, precision, "--precision", 0, "bf16|fp8|...", "curve: of the weights"),
    CLI_TEXT(options, engine, "--engine", 0, "NAME", "curve: vllm, sglang ..."),
    CLI_REAL(options, gpus, "--gpus", "N", 1.0, 1e5, "curve: accelerators that served"),
    CLI_REAL(options, gpu_power_w, "--gpu-power-w", "W", 1.0, 1e5,
             "curve: board power of each, where the results do not say"),
    CLI_END,
};

static enum wm_status put(struct cli *cli, const char *path, const char *text)
{
    const struct wm_place place = {.file = path};
    struct wm_out_file out;
    if (wm_out_open(&out, cli->arena, path) && wm_out_close(&out, fputs(text, out.file) >= 0))
        return WM_OK;
    wm_diag_add(&cli->diags, WM_E104, &place, NULL, "cannot be written: %s", strerror(errno));
    return WM_IO;
}

/* A file that is read is not written over: what was left out of it would be lost. */
static bool is_read(struct cli *cli, const char *path)
{
    for (size_t i = 1; path != NULL && i < cli->n_words; i++) {
        if (!wm_out_same_file(path, cli->words[i]))
            continue;
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "import: --output %s is a file that is read", path);
        return true;
    }
    return false;
}

static enum wm_status run(struct cli *cli, const void *options)
{
    const struct options *const o = options;
    const struct wm_import_options how = {.place = o->place,
                                          .time_zone = o->time_zone,
                                          .usd_per_unit = o->usd_per_unit,
                                          .name = o->name,
                                          .as_of = o->as_of,
                                          .total_params = o->total_params,
                                          .accelerator = o->accelerator,
                                          .model = o->model,
                                          .precision = o->precision,
                                          .engine = o->engine,
                                          .gpus = o->gpus,
                                          .gpu_power_w = o->gpu_power_w,
                                          .is_partial = o->is_partial};
    struct wm_import import;
    if (is_read(cli, o->output))
        return WM_USAGE;
    const enum wm_status status = wm_import_files(cli->arena, cli->words[0], cli->words + 1,
                                                  cli->n_words - 1, &how, &import, &cli->diags);
    for (size_t i = 0; i < import.notes.n && !cli->quiet; i++)
        fprintf(stderr, "%s\n", wm_text_plain(cli->arena, import.notes.items[i]));
    if (status != WM_OK)
        return status;
    if (o->output != NULL)
        return put(cli, o->output, import.text);
    fputs(import.text, stdout);
    return WM_OK;
}

const struct cli_verb cli_verb_import = {
    .name = "import",
    .words = "KIND FILE...",
    .min_words = 2,
    .max_words = 1000,
    .summary = "files as their publishers write them into ours: weather, prices, tariffs, models",
    .details =
        "KIND weather: NSRDB, SAM, TMY3, SolarAnywhere, PVGIS, Open-Meteo and ERA5 tables.\n"
        "KIND price: ERCOT, PJM, CAISO, NYISO, ENTSO-E, AEMO, gridstatus; several files of one "
        "year\n"
        "may be given. KIND tariff: a rate of the Utility Rate Database (URDB/OpenEI JSON)\n"
        "into a catalogue file for --catalog; what a tariff cannot say is refused by its key, or "
        "with --partial left\n"
        "out and told. KIND llm: Hugging Face config.json into a catalogue file for --catalog; its "
        "keys that\n"
        "the catalogue cannot say are refused. KIND curve: results of serving benchmarks (vLLM, "
        "SGLang,\n"
        "AIPerf, GuideLLM, InferenceX) into operating points for curve_file and calibrate. KIND prices: LiteLLM's\n"
        "or OpenRouter's list into price decks; KIND accelerator: a query of nvidia-smi or DCGM, KIND\n"
        "telemetry: their logs, into an entry on the base of the shipped one. KIND carbon: Electricity Maps,\n"
        "WattTime, eGRID. What "
        "was read, assumed and left out is told on "
        "standard error; a wrong\n"
        "unit, a missing or doubled hour and a shifted clock are found by line. Works offline.",
    CLI_OPTIONS(rows, defaults),
    .run = run,
    .candidate = wm_import_kind,
};
