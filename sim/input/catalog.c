/*
 * The catalogue is built in two passes: first every entry gets its memory and its final JSON (`base`
 * merged in), then all are read, so that entries may name each other in any order.
 */
#include <stdlib.h>
#include <string.h>

#include "catalog_doubts.h"
#include "catalog_names.h"
#include "catalog_pick.h"
#include "fields.h"
#include "wattmill/accelerator.h"
#include "wattmill/chiller.h"
#include "wattmill/climate.h"
#include "wattmill/cooling.h"
#include "wattmill/deck.h"
#include "wattmill/embedded.h"
#include "wattmill/failures.h"
#include "wattmill/generation.h"
#include "wattmill/ledger.h"
#include "wattmill/llm.h"
#include "wattmill/local_tax.h"
#include "wattmill/power_chain.h"
#include "wattmill/require.h"
#include "wattmill/scenario.h"
#include "wattmill/serving.h"
#include "wattmill/storage.h"
#include "wattmill/suggest.h"
#include "wattmill/tariff.h"
#include "wattmill/uncertainty.h"
#include "wattmill/workload.h"

#define WM_CATALOG(id, section, type, summary) extern const struct wm_field wm_##id##_fields[];
#include "wattmill/catalog.def"
#undef WM_CATALOG

static const struct {
    const char *section, *summary;
    const struct wm_field *fields;
    size_t entry_size;
} kinds[] = {
#define WM_CATALOG(id, name, type, text) \
    {.section = (name), .summary = (text), .fields = wm_##id##_fields, .entry_size = sizeof(type)},
#include "wattmill/catalog.def"
#undef WM_CATALOG
};

enum state { RAW, OPEN, DONE, BROKEN }; /* of merging with `base`; OPEN twice is a circle */

struct entry {
    const char *name;
    const struct wm_json *json; /* RAW: as written; DONE: with its base */
    struct wm_catalog_head *data;
    bool is_inline; /* from a scenario */
    bool is_read;   /* of a catalogue below this one: its data stand */
    enum state state;
    size_t hidden; /* 1 + index of the entry of the same name below this one, 0: none */
};

struct section {
    struct entry *entries; /* in order of name once loaded; entries hidden by others fall out */
    size_t n, capacity;
};

struct wm_catalog {
    struct section sections[WM_N_CATALOGS];
};

struct build {
    struct wm_arena *arena;
    struct wm_catalog *catalog;
    struct wm_diags *diags;
    bool ok;
};

const char *wm_catalog_section(enum wm_catalog_kind kind)
{
    WM_REQUIRE((unsigned)kind < WM_N_CATALOGS);
    return kinds[kind].section;
}

const char *wm_catalog_summary(enum wm_catalog_kind kind)
{
    WM_REQUIRE((unsigned)kind < WM_N_CATALOGS);
    return kinds[kind].summary;
}

const struct wm_field *wm_catalog_fields(enum wm_catalog_kind kind)
{
    WM_REQUIRE((unsigned)kind < WM_N_CATALOGS);
    return kinds[kind].fields;
}

size_t wm_catalog_entry_size(enum wm_catalog_kind kind)
{
    WM_REQUIRE((unsigned)kind < WM_N_CATALOGS);
    return kinds[kind].entry_size;
}

enum wm_catalog_kind wm_catalog_kind_of(const char *section)
{
    for (size_t kind = 0; kind < WM_N_CATALOGS; kind++)
        if (strcmp(kinds[kind].section, section) == 0)
            return (enum wm_catalog_kind)kind;
    return WM_CATALOG_NONE;
}

/* The latest entry of that name, which hides earlier ones; index or n. */
static size_t find_raw(const struct section *s, const char *name)
{
    for (size_t i = s->n; i-- > 0;)
        if (strcmp(s->entries[i].name, name) == 0)
            return i;
    return s->n;
}

/* Whether `name` is one of the words of `aliases`. */
static bool is_alias(const char *aliases, const char *name)
{
    const size_t n = strlen(name);
    for (const char *at = strstr(aliases, name); at != NULL && n > 0; at = strstr(at + 1, name))
        if ((at == aliases || at[-1] == ' ') && (at[n] == '\0' || at[n] == ' '))
            return true;
    return false;
}

static bool has_alias(const struct entry *entry, const char *name)
{
    const struct wm_json *aliases = wm_json_find(entry->json, "aliases");
    return aliases != NULL && aliases->type == WM_JSON_STRING && is_alias(aliases->text, name);
}

/* The latest entry of that name, else of that alias; index or n. */
static size_t find_known(const struct section *s, const char *name)
{
    const size_t at = find_raw(s, name);
    for (size_t i = s->n; at == s->n && i-- > 0;)
        if (has_alias(&s->entries[i], name))
            return i;
    return at;
}

/* As written, else folded, else without what a checkpoint's name adds. */
static size_t find_raw_or_alias(const struct section *s, const char *name)
{
    char folded[WM_NAME_MAX];
    size_t at = find_known(s, name);
    if (at < s->n)
        return at;
    wm_name_fold(name, folded);
    do
        at = find_known(s, folded);
    while (at == s->n && wm_name_trim(folded));
    return at;
}

static void add_entry(struct build *b, struct section *s, const struct wm_json *json,
                      bool is_inline)
{
    const size_t twin = find_raw(s, json->key);
    if (twin < s->n && s->entries[twin].is_inline == is_inline) {
        wm_diag_add(b->diags, WM_E203, &json->key_place, json->key,
                    "entry given twice in the catalogue");
        b->ok = false;
        return;
    }
    if (s->n == s->capacity) {
        const size_t capacity = s->capacity == 0 ? 32 : 2 * s->capacity;
        struct entry *entries = WM_NEW_ARRAY(b->arena, struct entry, capacity);
        if (s->n > 0)
            memcpy(entries, s->entries, s->n * sizeof *entries);
        s->entries = entries;
        s->capacity = capacity;
    }
    s->entries[s->n] = (struct entry){.name = json->key,
                                      .json = json,
                                      .is_inline = is_inline,
                                      .hidden = twin < s->n ? twin + 1 : 0};
    s->n++;
}

static void report_object(struct build *b, const struct wm_json *node, const char *path)
{
    wm_diag_add(b->diags, WM_E205, &node->place, path, "needs an object, found %s",
                wm_json_type_text(node->type));
    b->ok = false;
}

/* Takes the catalogue sections of `root`; other keys belong to the scenario. */
static void add_sections(struct build *b, const struct wm_json *root, bool is_inline)
{
    for (const struct wm_json *c = root->child; c != NULL; c = c->next) {
        const enum wm_catalog_kind kind = wm_catalog_kind_of(c->key);
        if (kind == WM_CATALOG_NONE && !is_inline) {
            wm_diag_add(b->diags, WM_E202, &c->key_place, c->key, "no such catalogue section");
            b->ok = false;
        }
        if (kind == WM_CATALOG_NONE)
            continue;
        if (c->type != WM_JSON_OBJECT) {
            report_object(b, c, c->key);
            continue;
        }
        for (const struct wm_json *e = c->child; e != NULL; e = e->next) {
            if (e->type == WM_JSON_OBJECT)
                add_entry(b, &b->catalog->sections[kind], e, is_inline);
            else
                report_object(b, e, wm_arena_printf(b->arena, "%s.%s", c->key, e->key));
        }
    }
}

static void put_text(struct wm_arena *arena, struct wm_json *object, const char *key,
                     const char *text)
{
    if (wm_json_find(object, key) != NULL)
        return;
    struct wm_json *node = wm_json_new(arena, WM_JSON_STRING, &object->place);
    node->key = key;
    node->text = text;
    wm_json_append(object, node);
}

/* Merging leaves out `base`, which is no row of any table, and the aliases of a base of other name. */
static const struct wm_json *merge_base(struct wm_arena *arena, const struct wm_json *base,
                                        const struct wm_json *over)
{
    struct wm_json *own = wm_json_new(arena, WM_JSON_OBJECT, &over->place);
    own->key = over->key;
    own->key_place = over->key_place;
    for (const struct wm_json *c = over->child; c != NULL; c = c->next)
        if (strcmp(c->key, "base") != 0)
            wm_json_append(own, wm_json_copy(arena, c));
    if (base == NULL)
        return own;
    struct wm_json *named = wm_json_new(arena, WM_JSON_OBJECT, &base->place);
    for (const struct wm_json *c = base->child; c != NULL; c = c->next)
        if (strcmp(c->key, "aliases") != 0 || strcmp(base->key, over->key) == 0)
            wm_json_append(named, wm_json_copy(arena, c));
    return wm_json_merge(arena, named, own);
}

static void resolve(struct build *b, enum wm_catalog_kind kind, size_t i);

/* Index of the entry `base` names, resolved; n after reporting E209. */
static size_t resolve_base(struct build *b, enum wm_catalog_kind kind, size_t i,
                           const struct wm_json *base)
{
    const struct section *s = &b->catalog->sections[kind];
    const struct entry *e = &s->entries[i];
    const char *path = wm_arena_printf(b->arena, "%s.%s.base", kinds[kind].section, e->name);
    if (base->type != WM_JSON_STRING) {
        wm_diag_add(b->diags, WM_E205, &base->place, path, "needs the name of an entry, found %s",
                    wm_json_type_text(base->type));
        return s->n;
    }
    size_t at = find_raw_or_alias(s, base->text);
    if (at == i && e->hidden != 0)
        at = e->hidden - 1; /* an entry may build on the one it replaces */
    if (at == s->n) {
        struct wm_suggest suggest = wm_suggest_init(base->text);
        for (size_t k = 0; k < s->n; k++)
            wm_suggest_offer(&suggest, s->entries[k].name);
        wm_diag_add(b->diags, WM_E209, &base->place, path, "= \"%s\", no such entry in %s%s",
                    base->text, kinds[kind].section, wm_suggest_text(b->arena, &suggest));
        return s->n;
    }
    if (s->entries[at].state == OPEN) {
        wm_diag_add(b->diags, WM_E209, &base->place, path, "= \"%s\" forms a circle", base->text);
        return s->n;
    }
    resolve(b, kind, at);
    return s->entries[at].state == BROKEN ? s->n : at;
}

static void resolve(struct build *b, enum wm_catalog_kind kind, size_t i)
{
    struct section *s = &b->catalog->sections[kind];
    struct entry *e = &s->entries[i];
    if (e->state != RAW)
        return;
    e->state = OPEN;
    const struct wm_json *base = wm_json_find(e->json, "base");
    const struct wm_json *base_json = NULL;
    if (base != NULL) {
        const size_t at = resolve_base(b, kind, i, base);
        if (at == s->n) {
            e->state = BROKEN;
            b->ok = false;
            return;
        }
        base_json = s->entries[at].json;
    }
    if (base != NULL || e->is_inline) {
        struct wm_json *whole = wm_json_copy(b->arena, merge_base(b->arena, base_json, e->json));
        if (e->is_inline) {
            put_text(b->arena, whole, "title", e->name);
            put_text(b->arena, whole, "source", "scenario file");
            put_text(b->arena, whole, "as_of", "");
            put_text(b->arena, whole, "basis", "estimate");
        }
        e->json = whole;
    }
    e->state = DONE;
}

static int by_name(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return strcmp(x->name, y->name);
}

/* Drops what is hidden or broken, sorts, and gives every entry its memory. */
static void settle(struct build *b, enum wm_catalog_kind kind)
{
    struct section *s = &b->catalog->sections[kind];
    for (size_t i = 0; i < s->n; i++)
        resolve(b, kind, i);
    size_t kept = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->entries[i].state == DONE && find_raw(s, s->entries[i].name) == i)
            kept++;
    struct entry *entries = WM_NEW_ARRAY(b->arena, struct entry, kept);
    kept = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->entries[i].state == DONE && find_raw(s, s->entries[i].name) == i)
            entries[kept++] = s->entries[i];
    s->entries = entries;
    s->n = s->capacity = kept;
    if (kept > 1)
        qsort(entries, kept, sizeof *entries, by_name);
    for (size_t i = 0; i < kept; i++) {
        if (entries[i].is_read)
            continue;
        entries[i].data = wm_arena_alloc(b->arena, 1, kinds[kind].entry_size);
        entries[i].data->name = entries[i].name;
    }
}

static void read_entries(struct build *b, enum wm_catalog_kind kind)
{
    const struct section *s = &b->catalog->sections[kind];
    struct wm_reader reader = {.arena = b->arena, .catalog = b->catalog, .diags = b->diags};
    for (size_t i = 0; i < s->n; i++) {
        const struct entry *e = &s->entries[i];
        if (e->is_read)
            continue;
        const char *path = wm_arena_printf(b->arena, "%s.%s", kinds[kind].section, e->name);
        if (!wm_fields_read(&reader, kinds[kind].fields, e->json, NULL, path, e->data))
            b->ok = false;
        else if (e->is_inline)
            wm_catalog_doubt(kind, e->data, e->json, path, b->diags);
    }
}

static void add_embedded(struct build *b)
{
    for (const struct wm_embedded *f = wm_embedded_files(); f->path != NULL; f++) {
        if (strncmp(f->path, WM_CATALOG_PREFIX, strlen(WM_CATALOG_PREFIX)) != 0)
            continue;
        struct wm_json *root = NULL;
        if (wm_json_parse(b->arena, f->bytes, f->n_bytes, f->path, &root, b->diags) != WM_OK)
            b->ok = false;
        if (root != NULL && root->type == WM_JSON_OBJECT)
            add_sections(b, root, false);
        else if (root != NULL)
            report_object(b, root, NULL);
    }
}

/* Entries that `root` can name; false: their text is not laid out so that they can be picked. */
static bool add_picked(struct build *b, const struct wm_json *root)
{
    struct wm_picks picks;
    if (!wm_picks_open(b->arena, root, &picks))
        return false;
    for (struct wm_pick *p = wm_picks_next(&picks); p != NULL; p = wm_picks_next(&picks)) {
        const struct wm_json *const json = wm_pick_read(&picks, p, b->diags);
        if (json == NULL)
            b->ok = false;
        else
            add_entry(b, &b->catalog->sections[p->kind], json, false);
    }
    return true;
}

/* Whether a table names entries of a kind. */
static bool names_kind(const struct wm_field *rows, enum wm_catalog_kind kind)
{
    for (const struct wm_field *f = rows; f->kind != WM_KIND_END; f++)
        if (((f->kind == WM_KIND_REF || f->kind == WM_KIND_PRESET) && f->catalog == kind) ||
            (f->fields != NULL && names_kind(f->fields, kind)))
            return true;
    return false;
}

/* Whether `root` has entries that those of `below` would have to name anew. */
static bool is_named_below(const struct wm_json *root)
{
    for (const struct wm_json *c = root->child; c != NULL; c = c->next) {
        const enum wm_catalog_kind kind = wm_catalog_kind_of(c->key);
        for (size_t k = 0; kind != WM_CATALOG_NONE && k < WM_N_CATALOGS; k++)
            if (names_kind(kinds[k].fields, kind))
                return true;
    }
    return false;
}

/* The sections of a catalogue that is read, as if they had just been added. */
static void add_below(struct build *b, const struct wm_catalog *below)
{
    for (size_t kind = 0; kind < WM_N_CATALOGS; kind++) {
        const struct section *const from = &below->sections[kind];
        struct section *const to = &b->catalog->sections[kind];
        to->n = to->capacity = from->n;
        to->entries = WM_NEW_ARRAY(b->arena, struct entry, from->n);
        for (size_t i = 0; i < from->n; i++) {
            to->entries[i] = from->entries[i];
            to->entries[i].is_read = true;
            to->entries[i].hidden = 0;
        }
    }
}

enum wm_status wm_catalog_load_over(struct wm_arena *arena, const struct wm_catalog *below,
                                    const struct wm_json *root, const struct wm_catalog **out,
                                    struct wm_diags *diags)
{
    struct build b = {arena, WM_NEW(arena, struct wm_catalog), diags, true};
    if (root->type != WM_JSON_OBJECT || is_named_below(root))
        return wm_catalog_load_with(arena, root, out, diags);
    add_below(&b, below);
    add_sections(&b, root, true);
    for (size_t kind = 0; kind < WM_N_CATALOGS; kind++) {
        if (b.catalog->sections[kind].n == below->sections[kind].n)
            continue; /* nothing of its own */
        settle(&b, (enum wm_catalog_kind)kind);
        read_entries(&b, (enum wm_catalog_kind)kind);
    }
    *out = b.catalog;
    return b.ok ? WM_OK : WM_INVALID;
}

static enum wm_status finish(struct build *b, const struct wm_json *root,
                             const struct wm_catalog **out)
{
    if (root != NULL && root->type == WM_JSON_OBJECT)
        add_sections(b, root, true);
    for (size_t kind = 0; kind < WM_N_CATALOGS; kind++)
        settle(b, (enum wm_catalog_kind)kind);
    for (size_t kind = 0; kind < WM_N_CATALOGS; kind++)
        read_entries(b, (enum wm_catalog_kind)kind);
    *out = b->catalog;
    return b->ok ? WM_OK : WM_INVALID;
}

enum wm_status wm_catalog_load_with(struct wm_arena *arena, const struct wm_json *root,
                                    const struct wm_catalog **out, struct wm_diags *diags)
{
    struct build b = {arena, WM_NEW(arena, struct wm_catalog), diags, true};
    add_embedded(&b);
    return finish(&b, root, out);
}

enum wm_status wm_catalog_load_named(struct wm_arena *arena, const struct wm_json *root,
                                     const struct wm_catalog **out, struct wm_diags *diags)
{
    struct build b = {arena, WM_NEW(arena, struct wm_catalog), diags, true};
    return add_picked(&b, root) ? finish(&b, root, out)
                                : wm_catalog_load_with(arena, root, out, diags);
}

enum wm_status wm_catalog_load(struct wm_arena *arena, const struct wm_catalog **out,
                               struct wm_diags *diags)
{
    return wm_catalog_load_with(arena, NULL, out, diags);
}

size_t wm_catalog_n(const struct wm_catalog *catalog, enum wm_catalog_kind kind)
{
    WM_REQUIRE((unsigned)kind < WM_N_CATALOGS);
    return catalog->sections[kind].n;
}

const struct wm_catalog_head *wm_catalog_at(const struct wm_catalog *catalog,
                                            enum wm_catalog_kind kind, size_t i)
{
    WM_REQUIRE((unsigned)kind < WM_N_CATALOGS && i < catalog->sections[kind].n);
    return catalog->sections[kind].entries[i].data;
}

static const struct entry *find_settled(const struct section *s, const char *name)
{
    const struct entry key = {.name = name};
    const struct entry *e = s->n == 0 ? NULL : bsearch(&key, s->entries, s->n, sizeof key, by_name);
    for (size_t i = 0; e == NULL && i < s->n; i++)
        if (has_alias(&s->entries[i], name))
            e = &s->entries[i];
    return e;
}

static const struct entry *find(const struct wm_catalog *catalog, enum wm_catalog_kind kind,
                                const char *name)
{
    WM_REQUIRE((unsigned)kind < WM_N_CATALOGS);
    const struct section *s = &catalog->sections[kind];
    char folded[WM_NAME_MAX];
    const struct entry *e = find_settled(s, name);
    if (e != NULL)
        return e;
    wm_name_fold(name, folded);
    do
        e = find_settled(s, folded);
    while (e == NULL && wm_name_trim(folded));
    return e;
}

const struct wm_catalog_head *wm_catalog_find(const struct wm_catalog *catalog,
                                              enum wm_catalog_kind kind, const char *name)
{
    const struct entry *e = find(catalog, kind, name);
    return e != NULL ? e->data : NULL;
}

const struct wm_json *wm_catalog_json(const struct wm_catalog *catalog, enum wm_catalog_kind kind,
                                      const char *name)
{
    const struct entry *e = find(catalog, kind, name);
    return e != NULL ? e->json : NULL;
}
