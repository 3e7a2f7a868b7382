/* One side of a comparison: a scenario that is run here, or a result read back. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wattmill/compare.h"

static const char *text_at(const struct wm_json *object, const char *key)
{
    const struct wm_json *const v = wm_json_find(object, key);
    return v != NULL && v->type == WM_JSON_STRING ? v->text : "";
}

void wm_side_read_inputs(struct wm_arena *arena, struct wm_side *s)
{
    const struct wm_json *const inputs = wm_json_find(s->result, "inputs");
    s->n_inputs = inputs != NULL ? inputs->n_children : 0;
    s->inputs = WM_NEW_ARRAY(arena, struct wm_side_input, s->n_inputs + 1);
    size_t i = 0;
    for (const struct wm_json *c = inputs != NULL ? inputs->child : NULL; c != NULL; c = c->next) {
        const struct wm_json *const value = wm_json_find(c, "value");
        s->inputs[i++] = (struct wm_side_input){
            .path = text_at(c, "path"),
            .value = value != NULL ? wm_json_to_text(arena, value) : "",
            .unit = text_at(c, "unit"),
            .origin = text_at(c, "origin"),
        };
    }
}

static void read_metrics(struct wm_side *s, struct wm_diags *diags)
{
    const struct wm_json *const metrics = wm_json_find(s->result, "metrics");
    for (unsigned i = 0; i < WM_N_METRICS; i++) {
        const struct wm_metric_info *const info = wm_metric_info((enum wm_metric)i);
        const struct wm_json *const of = wm_json_find(metrics, info->key);
        const struct wm_json *const value = wm_json_find(of, "value");
        const bool same_unit = strcmp(text_at(of, "unit"), wm_unit_symbol(info->unit)) == 0;
        if (value != NULL && !same_unit)
            wm_diag_add(diags, WM_W922, NULL, s->path,
                        "%s has the unit \"%s\", here it is \"%s\"; left out", info->key,
                        text_at(of, "unit"), wm_unit_symbol(info->unit));
        s->metric[i] = value != NULL && value->type == WM_JSON_NUMBER && same_unit
                           ? wm_unit_to_si(info->unit, value->number)
                           : (double)NAN;
    }
}

/* A result of another version is another model's: told, and read as far as its keys and units agree. */
static void check_stamp(const struct wm_side *s, const struct wm_json *root, struct wm_diags *diags)
{
    const struct wm_json *const stamp = wm_json_find(root, "stamp");
    const struct wm_stamp own = wm_stamp_of(NULL, 0);
    const char *const version = text_at(stamp, "version"), *const git = text_at(stamp, "git_id"),
                      *const catalog = text_at(stamp, "catalog_hash");
    if (strcmp(version, own.version) != 0 || strcmp(git, own.git_id) != 0)
        wm_diag_add(diags, WM_W922, NULL, s->path,
                    "was made by version %s (%s), this is %s (%s); the same inputs may give other "
                    "numbers here",
                    version, git, own.version, own.git_id);
    else if (strcmp(catalog, own.catalog_hash) != 0)
        wm_diag_add(diags, WM_W922, NULL, s->path, "was made with another catalogue");
}

static enum wm_status read_back(struct wm_arena *arena, const struct wm_json *root,
                                const struct wm_override *sets, size_t n_sets, struct wm_side *s,
                                struct wm_diags *diags)
{
    /* the seed that all sides share is no change; a result with another one is told apart later */
    bool changes = false;
    for (size_t i = 0; i < n_sets; i++)
        changes = changes || sets[i].path == NULL || strcmp(sets[i].path, "seed") != 0;
    const struct wm_json *const seed = wm_json_find(wm_json_find(root, "stamp"), "seed");
    if (changes) {
        wm_diag_add(diags, WM_E103, NULL, NULL,
                    "%s is a result: --set, --catalog and --seed need a scenario", s->path);
        return WM_USAGE;
    }
    s->result = root;
    s->name = text_at(root, "name");
    const bool whole = seed != NULL && seed->type == WM_JSON_NUMBER && fabs(seed->number) < 0x1p53;
    s->seed = whole ? (int64_t)seed->number : 0;
    check_stamp(s, root, diags);
    wm_side_read_inputs(arena, s);
    read_metrics(s, diags);
    return WM_OK;
}

/* The result as its own JSON, so that both kinds of side are read in one way. */
static bool own_result(struct wm_arena *arena, const struct wm_report *report, struct wm_side *s,
                       struct wm_diags *diags)
{
    char *text = NULL;
    size_t n = 0;
    struct wm_json *root = NULL;
    FILE *const file = open_memstream(&text, &n);
    if (file == NULL)
        wm_memory_give_up();
    wm_output_json(file, report);
    const bool good =
        fclose(file) == 0 && wm_json_parse(arena, text, n, s->path, &root, diags) == WM_OK;
    free(text);
    s->result = root;
    return good;
}

void wm_side_keep_inputs(struct wm_arena *arena, const struct wm_origins *origins,
                         struct wm_side *s)
{
    s->n_inputs = origins->n;
    s->inputs = WM_NEW_ARRAY(arena, struct wm_side_input, origins->n + 1);
    for (size_t i = 0; i < origins->n; i++)
        s->inputs[i] = (struct wm_side_input){origins->items[i].path, origins->items[i].value,
                                              wm_unit_symbol(origins->items[i].unit),
                                              origins->items[i].origin};
}

static bool is_stdin(const char *path)
{
    return strcmp(path, "-") == 0;
}

static void begin(struct wm_side *s, const char *path)
{
    *s = (struct wm_side){.path = path, .name = path};
    for (unsigned i = 0; i < WM_N_METRICS; i++)
        s->metric[i] = (double)NAN;
}

enum wm_status wm_side_run(struct wm_arena *arena, const char *path, const char *dir,
                           const struct wm_loaded *loaded, const struct wm_run_options *how,
                           struct wm_side *s, struct wm_diags *diags)
{
    static const struct wm_run_options usual = {.range_draws = WM_RANGE_DRAWS};
    struct wm_diags own = wm_diags_init(arena);
    begin(s, path);
    s->tree = loaded->json;
    s->dir = dir;
    s->name = loaded->scenario->name;
    s->seed = loaded->scenario->seed;
    wm_side_keep_inputs(arena, &loaded->origins, s);
    const enum wm_status status =
        wm_run(arena, loaded->scenario, how != NULL ? how : &usual, &s->run, &own);
    if (status == WM_INFEASIBLE) {
        s->infeasible = own.n_items > 0 ? own.items[0].text : "infeasible";
        return WM_OK;
    }
    s->messages = own;
    if (status == WM_FAILED)
        for (size_t i = 0; i < own.n_items; i++)
            wm_diag_add(diags, own.items[i].code, NULL, own.items[i].path, "%s: %s", s->name,
                        own.items[i].text);
    if (status != WM_OK && status != WM_FAILED)
        return status;
    memcpy(s->metric, s->run->metric, sizeof s->metric);
    const struct wm_report report = {.results = s->run,
                                     .origins = &loaded->origins,
                                     .diags = &own,
                                     .stamp = wm_stamp_of(&loaded->origins, s->seed)};
    return own_result(arena, &report, s, diags) ? status : WM_INTERNAL;
}

bool wm_side_of_report(struct wm_arena *arena, const char *path, const struct wm_report *report,
                       struct wm_side *side, struct wm_diags *diags)
{
    begin(side, path);
    side->name = report->results->scenario->name;
    side->seed = report->stamp.seed;
    side->run = report->results;
    wm_side_keep_inputs(arena, report->origins, side);
    memcpy(side->metric, report->results->metric, sizeof side->metric);
    return own_result(arena, report, side, diags);
}

/* A scenario that came as `text` from standard input lies in the working folder. */
static enum wm_status load_and_run(struct wm_arena *arena, const char *text, size_t n_bytes,
                                   const struct wm_override *sets, size_t n_sets, struct wm_side *s,
                                   struct wm_diags *diags)
{
    struct wm_loaded *const loaded = WM_NEW(arena, struct wm_loaded);
    const char *const path = s->path, *const slash = strrchr(path, '/');
    const enum wm_status status =
        is_stdin(path) ? wm_scenario_load_json(arena, text, n_bytes, path, "", sets, n_sets, loaded, diags)
                       : wm_scenario_load(arena, path, sets, n_sets, loaded, diags);
    if (status != WM_OK)
        return status;
    const char *const dir =
        slash != NULL ? wm_arena_copy_text(arena, path, (size_t)(slash - path)) : "";
    return wm_side_run(arena, path, dir, loaded, NULL, s, diags);
}

enum wm_status wm_side_load(struct wm_arena *arena, const char *path,
                            const struct wm_override *sets, size_t n_sets, struct wm_side *side,
                            struct wm_diags *diags)
{
    const char *text = NULL;
    size_t n_bytes = 0;
    struct wm_json *root = NULL;
    struct wm_diags quiet = wm_diags_init(arena); /* a broken scenario is reported by its loader */
    begin(side, path);
    const enum wm_status status =
        wm_text_load(arena, is_stdin(path) ? "/dev/stdin" : path, &text, &n_bytes, diags);
    if (status != WM_OK)
        return status;
    const bool parsed = wm_json_parse(arena, text, n_bytes, path, &root, &quiet) == WM_OK;
    if (parsed && wm_json_find(root, "metrics") != NULL && wm_json_find(root, "stamp") != NULL)
        return read_back(arena, root, sets, n_sets, side, diags);
    return load_and_run(arena, text, n_bytes, sets, n_sets, side, diags);
}

static const struct wm_side_input *find_input(const struct wm_side *s, const char *path)
{
    for (size_t i = 0; i < s->n_inputs; i++)
        if (strcmp(s->inputs[i].path, path) == 0)
            return &s->inputs[i];
    return NULL;
}

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

/* Names, editor hints and what a catalogue entry says about itself change nothing. */
static bool is_comment(const char *path)
{
    static const char *const keys[] = {"name", "$schema", "extends"};
    static const char *const ends[] = {".title", ".source", ".notes", ".as_of", ".basis"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(path, keys[i]) == 0)
            return true;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends_with(path, ends[i]))
            return true;
    return false;
}

struct wm_change *wm_side_changes(struct wm_arena *arena, const struct wm_side *from,
                                  const struct wm_side *to, size_t *n_changes)
{
    struct wm_change *const changes =
        WM_NEW_ARRAY(arena, struct wm_change, from->n_inputs + to->n_inputs + 1);
    size_t n = 0;
    for (size_t i = 0; i < from->n_inputs; i++) {
        const struct wm_side_input *const a = &from->inputs[i], *const b = find_input(to, a->path);
        if (!is_comment(a->path) && (b == NULL || strcmp(a->value, b->value) != 0))
            changes[n++] =
                (struct wm_change){a->path, a->unit, a->value, b != NULL ? b->value : NULL};
    }
    for (size_t i = 0; i < to->n_inputs; i++) {
        const struct wm_side_input *const b = &to->inputs[i];
        if (!is_comment(b->path) && find_input(from, b->path) == NULL)
            changes[n++] = (struct wm_change){b->path, b->unit, NULL, b->value};
    }
    *n_changes = n;
    return changes;
}

/* Whether a side differs from the first in accelerators or ceiling. */
static bool other_hardware(const struct wm_side *a, const struct wm_side *b)
{
    for (size_t i = 0; i < b->n_inputs; i++) {
        const struct wm_side_input *const y = &b->inputs[i];
        const bool counts =
            (strncmp(y->path, "fleet.", 6) == 0 &&
             (ends_with(y->path, ".accelerator") || ends_with(y->path, ".count"))) ||
            strcmp(y->path, "site.ceiling.limit_mw") == 0;
        const struct wm_side_input *const x = counts ? find_input(a, y->path) : NULL;
        if (counts && (x == NULL || strcmp(x->value, y->value) != 0))
            return true;
    }
    return false;
}

void wm_sides_warn_of_shares(const struct wm_side *sides, size_t n, struct wm_diags *diags)
{
    bool differs = false;
    for (size_t i = 1; i < n; i++)
        differs = differs || other_hardware(&sides[0], &sides[i]);
    for (size_t i = 0; differs && i < n; i++)
        for (size_t k = 0; k < sides[i].n_inputs; k++)
            if (ends_with(sides[i].inputs[k].path, ".demand.utilisation_frac"))
                wm_diag_add(diags, WM_W934, NULL, sides[i].inputs[k].path,
                            "of %s: a share of capacity is another demand on every fleet and "
                            "ceiling, so demand is part of what differs; for one demand give "
                            "output_tok_per_s or requests_per_s",
                            sides[i].name);
}

const char *wm_side_limit(const struct wm_side *side)
{
    if (side->infeasible != NULL)
        return "infeasible";
    return wm_limit_name(side->metric);
}
