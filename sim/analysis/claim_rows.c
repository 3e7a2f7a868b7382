/* Claims from JSON: the shipped rows, then a user's, with what the two ends share laid under each. */
#include "claim_rows.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "wattmill/embedded.h"
#include "wattmill/suggest.h"

#define SHIPPED "models/evidence/claims.json"

static const char *const per_words[] = {"mw", "gpu", NULL};
static const char *const as_words[] = {"ratio", "gain", "loss", NULL};
static const char *const evidence_words[] = {"independent", "in-sample", "arithmetic", "calibrated",
                                             NULL};

// clang-format off
static const struct wm_field end_fields[] = {
    WM_REF(claim_end, accelerator, accelerator, wm_accelerator, NULL, "what serves"),
    WM_REF(claim_end, llm, llm, wm_llm, NULL, "model that is served"),
    WM_REF_OPT(claim_end, engine, engine, wm_engine, "how; unset: the usual one, either way to serve"),
    WM_CHOICE(claim_end, precision, wm_precision_words, NULL, "of the weights"),
    WM_REAL_REQ(claim_end, input_tok, "input_tok", WM_UNIT_TOK, 1.0, 1e7, "of a prompt"),
    WM_REAL(claim_end, cached_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0, "of a prompt, found in the prefix cache"),
    WM_REAL_REQ(claim_end, output_tok, "output_tok", WM_UNIT_TOK, 1.0, 1e7, "of an answer"),
    WM_REAL(claim_end, tok_per_s_per_user, WM_UNIT_TOK_PER_S, 0.001, 1e5, (double)NAN, "speed that a user gets at least"),
    WM_REAL(claim_end, edge_frac, WM_UNIT_FRAC, 0.01, 1.0, (double)NAN, "in place of the speed: share of the fastest that the old end reaches"),
    WM_REAL(claim_end, ttft_s, WM_UNIT_S, 0.001, 1e5, 30.0, "target of the time to first token; throughput benchmarks wait long"),
    WM_REAL(claim_end, max_gpus, WM_UNIT_NONE, 1.0, 1e5, 288.0, "accelerators of a replica at most"),
    WM_REAL(claim_end, draft_tok, WM_UNIT_TOK, 0.0, 16.0, 0.0, "guesses a step checks"),
    WM_REAL(claim_end, accept_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0, "probability that a guess is right"),
    WM_CHOICE(claim_end, per, per_words, "mw", "output of a MW of IT nameplate, or of an accelerator"),
    WM_FIELD_END,
};
static const struct wm_field run_fields[] = {
    WM_TEXT_REQ(claim_run_end, document, "scenario or document of another case, beside the claims' file"),
    WM_TEXT_REQ(claim_run_end, figure, "metric or figure that is read"),
    WM_JSON(claim_run_end, set, "keys that are changed: {\"path\": value}"),
    WM_FIELD_END,
};
static const struct wm_field front_fields[] = {
    WM_REALS(claim_fronts, old, WM_UNIT_NONE, 1e-9, 1e9, "speed and output of the slower point, then of the faster"),
    WM_REALS(claim_fronts, new, WM_UNIT_NONE, 1e-9, 1e9, "the same of the new end"),
    WM_FIELD_END,
};
static const struct wm_field row_fields[] = {
    WM_CATALOG_HEAD_ROWS(claim_row),
    WM_TEXT_REQ(claim_row, conditions, "under which it is computed here"),
    WM_TEXT_REQ(claim_row, unit, "of the figure: x, %, M$/MW-yr"),
    WM_TEXT(claim_row, drives, "", "what makes the difference"),
    WM_TEXT(claim_row, measured, "", "measured rows on which the model is off, and by how much"),
    WM_REAL(claim_row, published, WM_UNIT_NONE, -1e18, 1e18, (double)NAN, "the figure that is published"),
    WM_REAL(claim_row, within, WM_UNIT_NONE, 1.0, 100.0, 1.0, "factor of tolerance about it; never wider than the claim itself"),
    WM_REAL(claim_row, published_low, WM_UNIT_NONE, -1e18, 1e18, (double)NAN, "in place of one figure: the least that is published"),
    WM_REAL(claim_row, published_high, WM_UNIT_NONE, -1e18, 1e18, (double)NAN, "and the most"),
    WM_CHOICE(claim_row, evidence, evidence_words, NULL, "what agreement tells about the model"),
    WM_CHOICE(claim_row, uncertain, claim_spread_words, "none", "what of the computed figure is drawn"),
    WM_CHOICE(claim_row, as, as_words, "ratio", "of new and old: new / old, or percent won or lost"),
    WM_CHOICE(claim_row, computed, claim_computed_words, "-", "a figure that the program knows by name"),
    WM_ROW(claim_row, serving_json, WM_KIND_JSON, "serving", .doc = "two ways to serve, or one"),
    WM_ROW(claim_row, run_json, WM_KIND_JSON, "run", .doc = "two runs of documents, or one"),
    WM_ROW(claim_row, fronts_json, WM_KIND_JSON, "fronts", .doc = "measured fronts about the speed of `serving`, interpolated (log-log) there"),
    WM_FIELD_END,
};
// clang-format on

struct reading {
    struct wm_arena *arena;
    struct wm_diags *diags;
    struct wm_reader fields;
    struct claim_rows *out;
    size_t capacity;
    bool ok;
};

static void refuse(struct reading *r, enum wm_code code, const struct wm_json *at, const char *path,
                   const char *text)
{
    wm_diag_add(r->diags, code, &at->place, path, "%s", text);
    r->ok = false;
}

/* What both ends share, with what one of them says. */
static const struct wm_json *end_of(struct reading *r, const struct wm_json *both, const char *end)
{
    struct wm_json *const shared = wm_json_new(r->arena, WM_JSON_OBJECT, &both->place);
    const struct wm_json *const own = wm_json_find(both, end);
    for (const struct wm_json *c = both->child; c != NULL; c = c->next)
        if (strcmp(c->key, "old") != 0 && strcmp(c->key, "new") != 0)
            wm_json_append(shared, wm_json_copy(r->arena, c));
    return own != NULL ? wm_json_merge(r->arena, shared, own) : shared;
}

/* Takes over what another collection says; what stands at no place of a file (a changed key) stands at `at`.
   A place that `but` names already is left out. */
static void take(struct reading *r, const struct wm_diags *from, size_t but,
                 const struct wm_place *at)
{
    for (size_t i = 0; i < from->n_items; i++) {
        const struct wm_diag *const d = &from->items[i];
        bool is_told = false;
        for (size_t k = but; k < r->diags->n_items; k++)
            is_told =
                is_told || (d->place.line > 0 && r->diags->items[k].place.line == d->place.line &&
                            r->diags->items[k].place.column == d->place.column);
        if (!is_told)
            wm_diag_add(r->diags, d->code,
                        d->place.file != NULL && d->place.line > 0 ? &d->place : at, d->path, "%s",
                        d->text);
    }
}

static bool read_end(struct reading *r, const struct wm_field *rows, const struct wm_json *both,
                     const char *end, const char *path, size_t but, void *out)
{
    struct wm_diags own = wm_diags_init(r->arena);
    struct wm_reader reader = r->fields;
    reader.diags = &own;
    const bool good = wm_fields_read(&reader, rows, end_of(r, both, end), &both->place, path, out);
    take(r, &own, but, &both->place);
    r->ok = r->ok && good;
    return good;
}

/* Reads both ends; a mistake in what they share is told once. */
static bool read_ends(struct reading *r, const struct wm_field *rows, const struct wm_json *both,
                      const char *path, void *old, void *new, bool *has_old)
{
    const size_t before = r->diags->n_items;
    if (both->type != WM_JSON_OBJECT) {
        refuse(r, WM_E205, both, path, "needs an object");
        return false;
    }
    *has_old = wm_json_find(both, "old") != NULL;
    const bool good = read_end(r, rows, both, "new", path, before, new);
    return (!*has_old || read_end(r, rows, both, "old", path, before, old)) && good;
}

static const char *folder_of(struct wm_arena *arena, const char *file)
{
    const char *const slash = file != NULL ? strrchr(file, '/') : NULL;
    return slash != NULL ? wm_arena_printf(arena, "%.*s", (int)(slash - file + 1), file) : "";
}

/* The document is read and its figure looked for before anything runs. */
static void load(struct reading *r, const struct wm_json *at, const char *path,
                 struct claim_run_end *end)
{
    const size_t n = end->set != NULL ? end->set->n_children : 0;
    struct wm_override *const sets = WM_NEW_ARRAY(r->arena, struct wm_override, n + 1);
    if (end->set != NULL && end->set->type != WM_JSON_OBJECT) {
        refuse(r, WM_E205, end->set, path, "set needs an object of paths and values");
        return;
    }
    size_t i = 0;
    for (const struct wm_json *c = n > 0 ? end->set->child : NULL; c != NULL; c = c->next)
        sets[i++] = (struct wm_override){.path = c->key, .value = wm_json_to_text(r->arena, c)};
    const char *const file =
        end->document[0] == '/'
            ? end->document
            : wm_arena_printf(r->arena, "%s%s", folder_of(r->arena, at->place.file), end->document);
    struct wm_diags own = wm_diags_init(r->arena);
    const size_t before = r->diags->n_items;
    const enum wm_status status = wm_document_load(r->arena, file, sets, n, &end->loaded, &own);
    take(r, &own, before, end->set != NULL ? &end->set->place : &at->place);
    if (status != WM_OK) {
        r->ok = false;
        return;
    }
    const struct wm_figures figures = wm_case_of(end->loaded.form)->figures(r->arena, NULL);
    if (wm_figure_find(&figures, end->figure) != NULL)
        return;
    struct wm_suggest near = wm_suggest_init(end->figure);
    for (size_t k = 0; k < figures.n; k++)
        wm_suggest_offer(&near, figures.items[k].key);
    wm_diag_add(r->diags, WM_E207, &at->place, path, "figure = \"%s\" is none of %s%s", end->figure,
                end->document, wm_suggest_text(r->arena, &near));
    r->ok = false;
}

static bool is_published(const struct claim_row *row)
{
    return wm_is_set(row->published_low) && wm_is_set(row->published_high);
}

/* What is published as a span, the same whichever way it is told. */
static void span(struct reading *r, const struct wm_json *at, const char *path,
                 struct claim_row *row)
{
    const bool is_one = wm_is_set(row->published);
    const bool is_two = wm_is_set(row->published_low) || wm_is_set(row->published_high);
    if (is_one && is_two)
        refuse(r, WM_E211, at, path, "published and a span of it: give one of the two");
    else if (is_two && !is_published(row))
        refuse(r, WM_E206, at, path, "published_low and published_high go together");
    else if (is_two && row->published_low > row->published_high)
        refuse(r, WM_E211, at, path, "published_low is above published_high");
    if (is_one) {
        const double room = fmin(row->within, fmax(fabs(row->published), 1.0));
        row->published_low = row->published / room;
        row->published_high = row->published * room;
    }
}

static void measures(struct reading *r, const struct wm_json *at, const char *path,
                     struct claim_row *row)
{
    const bool is_named = strcmp(claim_computed_words[row->computed], "-") != 0;
    row->is_serving = row->serving_json != NULL;
    row->is_run = row->run_json != NULL;
    row->has_fronts = row->fronts_json != NULL;
    if (!row->is_broken && is_named + row->is_serving + row->is_run != 1)
        refuse(r, WM_E211, at, path,
               "needs one of serving, run, computed: what is computed for it");
    if (row->is_serving &&
        read_ends(r, end_fields, row->serving_json, wm_arena_printf(r->arena, "%s.serving", path),
                  &row->old, &row->new, &row->has_old)) {
        const bool has_speed = wm_is_set(row->new.tok_per_s_per_user);
        if (has_speed == wm_is_set(row->new.edge_frac) || (!has_speed && !row->has_old))
            refuse(r, WM_E211, row->serving_json, path,
                   "needs tok_per_s_per_user, or edge_frac with an old end");
    }
    if (row->is_run &&
        read_ends(r, run_fields, row->run_json, wm_arena_printf(r->arena, "%s.run", path),
                  &row->old_run, &row->new_run, &row->has_old)) {
        load(r, row->run_json, path, &row->new_run);
        if (row->has_old)
            load(r, row->run_json, path, &row->old_run);
    }
    if (row->has_fronts &&
        !wm_fields_read(&r->fields, front_fields, row->fronts_json, &row->fronts_json->place,
                        wm_arena_printf(r->arena, "%s.fronts", path), &row->fronts))
        r->ok = false;
    if (row->has_fronts && !(row->is_serving && row->has_old))
        refuse(r, WM_E211, at, path, "fronts go with two ends of serving");
}

static const struct claim_row *known(const struct claim_rows *rows, const char *name)
{
    for (size_t i = 0; i < rows->n; i++)
        if (strcmp(rows->items[i].head.name, name) == 0)
            return &rows->items[i];
    return NULL;
}

static bool is_date(const char *text)
{
    static const char form[] = "dddd-dd-dd";
    size_t i = 0;
    for (; form[i] != 0 && text[i] != 0; i++)
        if (form[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != form[i])
            return false;
    return form[i] == 0 && text[i] == 0;
}

static void read_row(struct reading *r, const struct wm_json *json)
{
    const char *const path = wm_arena_printf(r->arena, "claims.%s", json->key);
    struct claim_row row = {0};
    if (known(r->out, json->key) != NULL) {
        wm_diag_add(r->diags, WM_E203, &json->key_place, path,
                    "there is a claim of this name already; call yours otherwise");
        r->ok = false;
        return;
    }
    if (json->type != WM_JSON_OBJECT) {
        refuse(r, WM_E205, json, path, "needs an object");
        return;
    }
    if (wm_fields_read(&r->fields, row_fields, json, &json->place, path, &row)) {
        if (!is_date(row.head.as_of))
            refuse(r, WM_E210, wm_json_find(json, "as_of"), path, "as_of needs a date, 2026-11-30");
        span(r, json, path, &row);
    } else { /* what the ends say is looked at all the same */
        row = (struct claim_row){.serving_json = wm_json_find(json, "serving"),
                                 .run_json = wm_json_find(json, "run"),
                                 .fronts_json = wm_json_find(json, "fronts"),
                                 .is_broken = true};
        r->ok = false;
    }
    row.head.name = json->key;
    measures(r, json, path, &row);
    if (r->out->n == r->capacity) {
        struct claim_row *const more =
            WM_NEW_ARRAY(r->arena, struct claim_row, r->capacity = 2 * r->capacity + 64);
        if (r->out->n > 0)
            memcpy(more, r->out->items, r->out->n * sizeof *more);
        r->out->items = more;
    }
    r->out->items[r->out->n++] = row;
}

static void read_rows(struct reading *r, const struct wm_json *root)
{
    const struct wm_json *const claims = wm_json_find(root, "claims");
    if (claims == NULL || claims->type != WM_JSON_OBJECT) {
        refuse(r, claims == NULL ? WM_E206 : WM_E205, claims != NULL ? claims : root, "claims",
               "needs an object of claims");
        return;
    }
    for (const struct wm_json *c = root->child; c != NULL; c = c->next)
        if (c != claims && strcmp(c->key, "notes") != 0 &&
            wm_catalog_kind_of(c->key) == WM_CATALOG_NONE) {
            wm_diag_add(r->diags, WM_E202, &c->key_place, c->key,
                        "neither claims nor a section of the catalogue");
            r->ok = false;
        }
    for (const struct wm_json *c = claims->child; c != NULL; c = c->next)
        read_row(r, c);
}

static struct wm_json *shipped(struct reading *r)
{
    struct wm_json *root = NULL;
    for (const struct wm_embedded *f = wm_embedded_files(); f->path != NULL; f++)
        if (strcmp(f->path, SHIPPED) == 0)
            (void)wm_json_parse(r->arena, f->bytes, f->n_bytes, f->path, &root, r->diags);
    return root;
}

static enum wm_status parse(struct reading *r, const char *file, struct wm_json **root)
{
    const char *text = NULL;
    size_t n_bytes = 0;
    const enum wm_status status = wm_text_load(r->arena, file, &text, &n_bytes, r->diags);
    if (status != WM_OK)
        return status;
    return wm_json_parse(r->arena, text, n_bytes, file, root, r->diags);
}

enum wm_status claim_rows_read(struct wm_arena *arena, const char *const *files, size_t n_files,
                               struct claim_rows *out, struct wm_diags *diags)
{
    struct reading r = {.arena = arena, .diags = diags, .out = out, .ok = true};
    struct wm_json **const roots = WM_NEW_ARRAY(arena, struct wm_json *, n_files + 1);
    enum wm_status status = WM_OK;
    const struct wm_json *brought = NULL;
    *out = (struct claim_rows){0};
    roots[0] = shipped(&r);
    for (size_t i = 0; i < n_files; i++) {
        const enum wm_status one = parse(&r, files[i], &roots[i + 1]);
        status = status == WM_OK ? one : status;
        if (one == WM_OK && roots[i + 1]->type == WM_JSON_OBJECT)
            brought = brought == NULL ? roots[i + 1] : wm_json_merge(arena, brought, roots[i + 1]);
    }
    const enum wm_status loaded = wm_catalog_load_with(arena, brought, &out->catalog, diags);
    r.fields = (struct wm_reader){.arena = arena, .catalog = out->catalog, .diags = diags};
    for (size_t i = 0; i <= n_files && loaded == WM_OK; i++)
        if (roots[i] != NULL)
            read_rows(&r, roots[i]);
    if (status != WM_OK)
        return status;
    return loaded != WM_OK ? loaded : r.ok ? WM_OK : WM_INVALID;
}
