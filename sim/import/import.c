/* The kinds of import, and the way of each: texts into rows, rows into a table of ours; or one text into one. */
#include <math.h>
#include <string.h>

#include "reader.h"
#include "wattmill/input.h"
#include "wattmill/suggest.h"

struct kind {
    const char *name, *summary;
    wm_import_fn *read;
    wm_import_finish_fn *finish; /* NULL: one file, whose reader has written it */
};

static const char *write_weather(struct wm_importer *im, const char *source)
{
    return wm_import_series(im, source, "dry_bulb_c,relative_humidity,pressure_pa", 3);
}

static const char *write_price(struct wm_importer *im, const char *source)
{
    return wm_import_series(im, source, "price_usd_per_mwh", 1);
}

static const char *write_carbon(struct wm_importer *im, const char *source)
{
    return wm_import_series(im, source, "carbon_gco2_per_kwh", 1);
}

// clang-format off
static const struct kind kinds[] = {
    {"weather", "a year of weather: NSRDB, SAM, TMY3, SolarAnywhere, PVGIS, Open-Meteo, ERA5 tables", wm_import_weather, write_weather},
    {"price", "a year of prices: ERCOT, PJM, CAISO, NYISO, MISO, ENTSO-E, AEMO, gridstatus", wm_import_price, write_price},
    {"tariff", "a catalogue entry of a tariff from a rate of the Utility Rate Database, URDB/OpenEI JSON", wm_import_tariff, NULL},
    {"llm", "a catalogue entry of a language model from its configuration, Hugging Face config.json", wm_import_llm, NULL},
    {"carbon", "a year of carbon: Electricity Maps, WattTime, eGRID subregions", wm_import_carbon, write_carbon},
    {"curve", "operating points from results of vLLM, SGLang, AIPerf, GuideLLM and InferenceX benchmarks", wm_import_curve, wm_import_curve_write},
    {"prices", "price decks of models from LiteLLM's table or OpenRouter's list", wm_import_prices, NULL},
    {"accelerator", "a catalogue entry of boards from a query of nvidia-smi or DCGM: memory, power limits", wm_import_accelerator, NULL},
    {"telemetry", "idle, host and board power of an entry, fitted to logs of nvidia-smi or DCGM", wm_import_telemetry, wm_import_telemetry_write},
};
// clang-format on
enum { N_KINDS = sizeof kinds / sizeof *kinds };

const char *wm_import_kind(size_t i)
{
    return i < N_KINDS ? kinds[i].name : NULL;
}

const char *wm_import_summary(size_t i)
{
    return i < N_KINDS ? kinds[i].summary : NULL;
}

static const struct kind *find(struct wm_arena *arena, const char *name, struct wm_diags *diags)
{
    struct wm_suggest near = wm_suggest_init(name);
    const char *all = "";
    for (size_t i = 0; i < N_KINDS; i++) {
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
        wm_suggest_offer(&near, kinds[i].name);
        all = wm_arena_printf(arena, "%s%s%s", all, i > 0 ? ", " : "", kinds[i].name);
    }
    wm_diag_add(diags, WM_E101, NULL, NULL, "import: \"%s\" is no kind of file; there are: %s%s",
                name, all, wm_suggest_text(arena, &near));
    return NULL;
}

static const char *file_name(const char *path)
{
    const char *const slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

enum wm_status wm_import_files(struct wm_arena *arena, const char *kind, const char *const *paths,
                               size_t n_paths, const struct wm_import_options *options,
                               struct wm_import *out, struct wm_diags *diags)
{
    *out = (struct wm_import){0};
    const struct kind *const k = find(arena, kind, diags);
    struct wm_importer im = {.arena = arena,
                             .options = options,
                             .diags = diags,
                             .notes = &out->notes,
                             .clock = wm_zone_fixed(0)};
    const char *source = "";
    if (k == NULL)
        return WM_USAGE;
    if (k->finish == NULL && n_paths > 1) {
        wm_diag_add(diags, WM_E101, NULL, NULL, "import %s takes one file, not %zu", k->name,
                    n_paths);
        return WM_USAGE;
    }
    for (size_t i = 0; i < n_paths; i++) {
        const char *text = NULL;
        size_t n_bytes = 0;
        const enum wm_status status = wm_text_load(arena, paths[i], &text, &n_bytes, diags);
        if (status != WM_OK)
            return status;
        im.path = paths[i];
        im.file = file_name(paths[i]);
        source = wm_arena_printf(arena, "%s%s%s", source, i > 0 ? ", " : "", im.file);
        k->read(&im, text, n_bytes);
    }
    if (k->finish == NULL)
        out->text = im.text;
    else if (im.n_mistakes == 0 || im.n > 1)
        out->text = k->finish(&im, source);
    return out->text != NULL ? WM_OK : WM_INVALID;
}
