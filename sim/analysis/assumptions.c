/* Which assumptions matter: each changed by a tenth alone, the same random numbers throughout. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wattmill/page.h"

#define STEP_FRAC      0.1
#define CANDIDATES_MAX 96

/* Inputs worth asking about; details of plant and chain are too small to show among these. */
static const char *const prefixes[] = {
    "site.ceiling.limit_mw", "site.tariff.", "site.weather.", "fleet.", "workloads.", "economics.",
    "site.cooling.supply_c"};

/* Figures of catalogue entries that scenarios name: a copy of the entry is changed. */
static const struct entry {
    const char *input_end; /* of the path of the input that holds the name */
    const char *section, *key, *unit;
} entries[] = {
    {".accelerator", "accelerators", "it_capex_usd_per_gpu", "USD/GPU"},
    {".prefill_accelerator", "accelerators that read prompts", "it_capex_usd_per_gpu", "USD/GPU"},
};

struct study {
    struct wm_arena *arena;
    const struct wm_side *side;
    enum wm_metric metric;
    struct wm_assumption found[CANDIDATES_MAX];
    size_t n;
    wm_bridge_progress_fn progress;
    void *context;
    size_t n_done, n_total;
    struct wm_run_options options;
    bool is_stopped;
};

/* Of the ledger's many figures, those that are known to matter. */
static bool is_detail(const char *path)
{
    static const char ledger[] = "economics.ledger.";
    static const char *const keys[] = {"it_life_years", "facility_capex_usd_per_mw_it",
                                       "it_maintenance_frac"};
    if (strncmp(path, ledger, sizeof ledger - 1) != 0)
        return strncmp(path, "site.local_tax.", 15) == 0;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(path + sizeof ledger - 1, keys[i]) == 0)
            return false;
    return true;
}

static bool is_candidate(const struct wm_side_input *in)
{
    char *end = NULL;
    const double value = strtod(in->value, &end);
    if (end == in->value || *end != 0 || !(fabs(value) > 0.0) || is_detail(in->path))
        return false;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(in->path, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return false;
}

/* The metric after overrides; NAN when the scenario is invalid or cannot run then. */
static double run_with(struct study *s, const struct wm_override *sets, size_t n_sets)
{
    double value = (double)NAN;
    if (s->is_stopped)
        return value;
    struct wm_arena *const arena = wm_arena_begin();
    struct wm_diags diags = wm_diags_init(arena);
    struct wm_json *const tree = wm_json_copy(arena, s->side->tree);
    struct wm_loaded loaded;
    const struct wm_results *results = NULL;
    bool good = true;
    for (size_t i = 0; i < n_sets; i++)
        good = good && wm_override_apply(arena, tree, &sets[i], &diags);
    if (good && wm_scenario_tree_read(arena, tree, NULL, false, &loaded, &diags) == WM_OK &&
        wm_run(arena, loaded.scenario, &s->options, &results, &diags) == WM_OK)
        value = results->metric[s->metric];
    wm_arena_close(arena);
    return value;
}

static void keep(struct study *s, const struct wm_assumption *a, double after)
{
    s->n_done++;
    if (s->progress != NULL && !s->progress(s->context, s->n_done, s->n_total))
        s->is_stopped = true;
    if (!isfinite(after) || s->n == CANDIDATES_MAX)
        return;
    s->found[s->n] = *a;
    s->found[s->n++].change = after - s->side->metric[s->metric];
}

static const char *scaled(struct wm_arena *arena, const char *value, double factor)
{
    char buf[32];
    return wm_arena_printf(arena, "%s", wm_json_number_text(strtod(value, NULL) * factor, buf));
}

static void try_input(struct study *s, const struct wm_side_input *in)
{
    struct wm_assumption a = {in->path, in->value, in->unit, in->origin, STEP_FRAC, 0.0};
    double after = (double)NAN;
    for (int down = 0; down < 2 && isnan(after); down++) {
        a.step_frac = down ? -STEP_FRAC : STEP_FRAC;
        const struct wm_override set = {.path = in->path,
                                        .value = scaled(s->arena, in->value, 1.0 + a.step_frac)};
        after = run_with(s, &set, 1);
    }
    keep(s, &a, after);
}

/* An entry under another name, based on the one that is used, with one figure changed. */
static void try_entry(struct study *s, const struct wm_catalog *catalog,
                      const struct wm_side_input *in, const struct entry *e)
{
    struct wm_json *name = NULL;
    struct wm_diags quiet = wm_diags_init(s->arena);
    if (wm_json_parse(s->arena, in->value, strlen(in->value), "", &name, &quiet) != WM_OK ||
        name->type != WM_JSON_STRING)
        return;
    const struct wm_json *const entry =
        wm_catalog_json(catalog, wm_catalog_kind_of(e->section), name->text);
    const struct wm_json *const value = wm_json_find(entry, e->key);
    if (value == NULL || value->type != WM_JSON_NUMBER || wm_json_find(s->side->tree, e->section))
        return; /* sections of the scenario's own stay as they are */
    const char *const source =
        wm_json_find(entry, "as_of") != NULL ? wm_json_find(entry, "as_of")->text : "";
    const struct wm_override sets[] = {
        {.path = e->section,
         .value =
             wm_arena_printf(s->arena, "{\"assumption-changed\":{\"base\":\"%s\",\"%s\":%s}}",
                             name->text, e->key, scaled(s->arena, value->text, 1.0 + STEP_FRAC))},
        {.path = in->path, .value = "\"assumption-changed\""},
    };
    const struct wm_assumption a = {
        wm_arena_printf(s->arena, "%s.%s.%s", e->section, name->text, e->key), value->text, e->unit,
        wm_arena_printf(s->arena, "catalogue %s@%s", name->text, source),      STEP_FRAC,   0.0};
    keep(s, &a, run_with(s, sets, 2));
}

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static int larger_first(const void *a, const void *b)
{
    const struct wm_assumption *const x = a, *const y = b;
    const double dx = fabs(x->change), dy = fabs(y->change);
    return dx < dy ? 1 : dx > dy ? -1 : strcmp(x->path, y->path);
}

size_t wm_assumptions(struct wm_arena *arena, const struct wm_side *side, enum wm_metric metric,
                      wm_bridge_progress_fn progress, void *context, struct wm_assumption *out,
                      size_t n_max)
{
    struct study *const s = WM_NEW(arena, struct study);
    struct wm_diags quiet = wm_diags_init(arena);
    const struct wm_catalog *catalog = NULL;
    if (side->tree == NULL || side->run == NULL || !isfinite(side->metric[metric]) ||
        wm_catalog_load(arena, &catalog, &quiet) != WM_OK)
        return 0;
    *s = (struct study){
        .arena = arena, .side = side, .metric = metric, .progress = progress, .context = context};
    s->options.cache = wm_cache_open(&(struct wm_cache_params){.dir = NULL});
    const size_t n_entries = sizeof entries / sizeof *entries;
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < side->n_inputs; i++) {
            const struct wm_side_input *const in = &side->inputs[i];
            if (is_candidate(in)) {
                if (pass == 0)
                    s->n_total++;
                else
                    try_input(s, in);
            }
            for (size_t k = 0; k < n_entries; k++)
                if (ends_with(in->path, entries[k].input_end)) {
                    if (pass == 0)
                        s->n_total++;
                    else
                        try_entry(s, catalog, in, &entries[k]);
                }
        }
    qsort(s->found, s->n, sizeof *s->found, larger_first);
    wm_cache_close(s->options.cache);
    const size_t n = s->n < n_max ? s->n : n_max;
    memcpy(out, s->found, n * sizeof *out);
    return n;
}
