/* Reading one value: type, range, words, dates, names; and its default when it is absent. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fields.h"
#include "wattmill/civil.h"
#include "wattmill/digest.h"
#include "wattmill/plain_text.h"
#include "wattmill/quantity.h"
#include "wattmill/require.h"
#include "wattmill/suggest.h"
#include "wattmill/zone.h"

/* Whole numbers up to here are exact in a double. */
#define WHOLE_MAX 9007199254740992.0

struct leaf {
    struct wm_reader *reader;
    const struct wm_field *field;
    const struct wm_json *node;
    const struct wm_way *way;
    void *member;
};

const char *wm_way_text(struct wm_arena *arena, const struct wm_way *way)
{
    if (way == NULL)
        return "";
    const char *up = wm_way_text(arena, way->up);
    const char *dot = up[0] == '\0' ? "" : ".";
    if (way->key != NULL)
        return wm_arena_printf(arena, "%s%s%s", up, dot, way->key);
    return wm_arena_printf(arena, "%s%s%zu", up, dot, way->index);
}

/* " K" behind a number; fractions and pure numbers carry no symbol. */
static const char *unit_text(struct wm_arena *arena, enum wm_unit unit)
{
    if (unit == WM_UNIT_NONE || unit == WM_UNIT_FRAC)
        return "";
    return wm_arena_printf(arena, " %s", wm_unit_symbol(unit));
}

static const char *range_text(struct wm_arena *arena, const struct wm_field *f)
{
    char lo[32], hi[32];
    const char *unit = unit_text(arena, f->unit);
    wm_json_number_text(f->min, lo);
    wm_json_number_text(f->max, hi);
    if (!isfinite(f->max))
        return wm_arena_printf(arena, "at least %s%s", lo, unit);
    if (!isfinite(f->min))
        return wm_arena_printf(arena, "at most %s%s", hi, unit);
    return wm_arena_printf(arena, "%s..%s%s", lo, hi, unit);
}

void wm_report_type(struct wm_reader *reader, const struct wm_field *field,
                    const struct wm_json *node, const struct wm_way *way, const char *needs)
{
    const char *path = wm_way_text(reader->arena, way);
    if (node->type == WM_JSON_ARRAY || node->type == WM_JSON_OBJECT)
        wm_diag_add(reader->diags, WM_E205, &node->place, path, "needs %s, found %s (%s)", needs,
                    wm_json_type_text(node->type), field->doc);
    else
        wm_diag_add(reader->diags, WM_E205, &node->place, path, "= %s, needs %s (%s)",
                    wm_json_to_text(reader->arena, node), needs, field->doc);
}

bool wm_report_study(struct wm_reader *reader, const struct wm_json *node, const struct wm_way *way)
{
    const char *word = wm_json_find(node, "sweep") != NULL  ? "sweep"
                       : wm_json_find(node, "dist") != NULL ? "dist"
                                                            : NULL;
    if (word == NULL)
        return false;
    wm_diag_add(reader->diags, WM_E212, &node->place, wm_way_text(reader->arena, way),
                "a plain run needs one value here; `%s` belongs in a study", word);
    return true;
}

void wm_report_no_entry(struct wm_reader *reader, enum wm_catalog_kind kind, const char *name,
                        const struct wm_place *place, const struct wm_way *way)
{
    struct wm_suggest suggest = wm_suggest_init(name);
    const size_t n = wm_catalog_n(reader->catalog, kind);
    const char *all = "";
    for (size_t i = 0; i < n; i++) {
        const char *candidate = wm_catalog_at(reader->catalog, kind, i)->name;
        wm_suggest_offer(&suggest, candidate);
        if (i < 12)
            all = wm_arena_printf(reader->arena, "%s%s%s", all, i > 0 ? ", " : "", candidate);
    }
    const char *help = suggest.best != NULL ? wm_suggest_text(reader->arena, &suggest)
                                            : wm_arena_printf(reader->arena, "; there are: %s%s",
                                                              all, n > 12 ? ", ..." : "");
    wm_diag_add(reader->diags, WM_E208, place, wm_way_text(reader->arena, way),
                "= \"%s\", no such entry in %s%s", name, wm_catalog_section(kind), help);
}

void wm_origin_keep(struct wm_reader *r, enum wm_unit unit, const struct wm_json *node,
                    const struct wm_way *way, const char *value)
{
    struct wm_origins *origins = r->origins;
    if (origins == NULL)
        return;
    if (origins->n == origins->capacity) {
        const size_t capacity = origins->capacity == 0 ? 128 : 2 * origins->capacity;
        struct wm_origin *items = WM_NEW_ARRAY(r->arena, struct wm_origin, capacity);
        if (origins->n > 0)
            memcpy(items, origins->items, origins->n * sizeof *items);
        origins->items = items;
        origins->capacity = capacity;
    }
    const char *origin = "user";
    if (node == NULL)
        origin = "default";
    else if (r->entry != NULL && node->place.file != NULL &&
             strncmp(node->place.file, WM_CATALOG_PREFIX, strlen(WM_CATALOG_PREFIX)) == 0)
        origin = r->entry;
    origins->items[origins->n++] =
        (struct wm_origin){wm_way_text(r->arena, way), value, unit, origin};
}

static void keep_origin(const struct leaf *l, const char *value)
{
    wm_origin_keep(l->reader, l->field->unit, l->node, l->way, value);
}

static void keep_node(const struct leaf *l)
{
    if (l->reader->origins != NULL)
        keep_origin(l, wm_json_to_text(l->reader->arena, l->node));
}

static void keep_text(const struct leaf *l, const char *text)
{
    if (l->reader->origins == NULL)
        return;
    struct wm_json_writer w = wm_json_writer_to_memory(l->reader->arena, false);
    wm_json_string(&w, text);
    keep_origin(l, w.bytes);
}

static void keep_number(const struct leaf *l, double value)
{
    char buf[32];
    if (l->reader->origins != NULL)
        keep_origin(l, wm_arena_printf(l->reader->arena, "%s", wm_json_number_text(value, buf)));
}

static void store(const struct leaf *l, const void *value, size_t size)
{
    WM_REQUIRE(size <= l->field->size);
    memcpy(l->member, value, size);
}

static bool in_range(const struct leaf *l, const struct wm_json *number, const struct wm_way *way)
{
    const struct wm_field *f = l->field;
    struct wm_arena *arena = l->reader->arena;
    const double value = number->number;
    if (value >= f->min && value <= f->max)
        return true;

    const char *hint = "";
    const double part = value / 100.0;
    if (f->unit == WM_UNIT_FRAC && value > 1.0 && part >= f->min && part <= f->max) {
        char buf[32];
        hint = wm_arena_printf(arena, "; a fraction, not percent: did you mean %s?",
                               wm_json_number_text(part, buf));
    }
    wm_diag_add(l->reader->diags, WM_E204, &number->place, wm_way_text(arena, way),
                "= %s%s, allowed %s (%s)%s", number->text, unit_text(arena, f->unit),
                range_text(arena, f), f->doc, hint);
    return false;
}

/* "150 MW" as a number in the row's unit; the node itself when it is a number; NULL after a report. */
static const struct wm_json *number_of(const struct leaf *l, const struct wm_json *node,
                                       const struct wm_way *way, const char *needs)
{
    struct wm_arena *const arena = l->reader->arena;
    char help[96], digits[32];
    if (node->type == WM_JSON_NUMBER)
        return node;
    if (node->type != WM_JSON_STRING) {
        wm_report_type(l->reader, l->field, node, way, needs);
        return NULL;
    }
    const struct wm_quantity q = wm_quantity_read(node->text, l->field->unit);
    if (q.fault == WM_QUANTITY_NO_NUMBER || q.is_bare) {
        wm_report_type(l->reader, l->field, node, way, needs);
        return NULL;
    }
    if (q.fault != WM_QUANTITY_OK) {
        wm_diag_add(l->reader->diags, WM_E205, &node->place, wm_way_text(arena, way),
                    "= \"%s\", needs %s: %s (%s)", node->text, needs, wm_quantity_help(&q, help),
                    l->field->doc);
        return NULL;
    }
    struct wm_json *const number = wm_json_new(arena, WM_JSON_NUMBER, &node->place);
    number->number = q.value;
    number->text = wm_arena_printf(arena, "%s", wm_json_number_text(q.value, digits));
    return number;
}

static const char *number_needed(const struct leaf *l)
{
    const char *const unit = unit_text(l->reader->arena, l->field->unit);
    return unit[0] == '\0' ? "a number" : wm_arena_printf(l->reader->arena, "a number in%s", unit);
}

static bool is_from_catalog(const struct wm_json *node)
{
    return node->place.file != NULL &&
           strncmp(node->place.file, WM_CATALOG_PREFIX, strlen(WM_CATALOG_PREFIX)) == 0;
}

/* A planner's value by a thousand off is mostly one of another unit; 0 means none and is always usual. */
static void check_usual(const struct leaf *l, const struct wm_json *number)
{
    const struct wm_field *const f = l->field;
    const double size = fabs(number->number);
    char lo[32], hi[32];
    if (!(f->usual_max > 0.0) || size == 0.0 || is_from_catalog(l->node) ||
        (size >= f->usual_min && size <= f->usual_max))
        return;
    const char *const symbol = wm_unit_symbol(f->unit), *const mwh = strstr(symbol, "MWh");
    const char *const help =
        mwh == NULL || size > f->usual_max
            ? ": in another unit?"
            : wm_arena_printf(l->reader->arena, ": is it per kWh? Then write \"%s %.*skWh\"",
                              number->text, (int)(mwh - symbol), symbol);
    wm_diag_add(l->reader->diags, WM_W910, &l->node->place, wm_way_text(l->reader->arena, l->way),
                "= %s %s, usually %s..%s%s", number->text, symbol,
                wm_json_number_text(f->usual_min, lo), wm_json_number_text(f->usual_max, hi), help);
}

static bool read_real(const struct leaf *l)
{
    const struct wm_json *const number = number_of(l, l->node, l->way, number_needed(l));
    if (number == NULL || !in_range(l, number, l->way))
        return false;
    const double value_si = wm_unit_to_si(l->field->unit, number->number);
    store(l, &value_si, sizeof value_si);
    check_usual(l, number);
    keep_origin(l, number->text);
    return true;
}

static bool is_whole(const struct wm_json *node)
{
    return node->type == WM_JSON_NUMBER && node->number == trunc(node->number) &&
           fabs(node->number) <= WHOLE_MAX;
}

static bool read_int(const struct leaf *l, const char *needs)
{
    const struct wm_json *const number = number_of(l, l->node, l->way, needs);
    if (number == NULL)
        return false;
    if (!is_whole(number)) {
        wm_report_type(l->reader, l->field, l->node, l->way, needs);
        return false;
    }
    if (!in_range(l, number, l->way))
        return false;
    const int64_t value = (int64_t)number->number;
    store(l, &value, sizeof value);
    keep_origin(l, number->text);
    return true;
}

static bool read_flag(const struct leaf *l)
{
    if (l->node->type != WM_JSON_BOOL) {
        wm_report_type(l->reader, l->field, l->node, l->way, "true or false");
        return false;
    }
    store(l, &l->node->flag, sizeof(bool));
    keep_node(l);
    return true;
}

/* Index of `word` among the row's words, or -1. */
static int word_index(const struct wm_field *f, const char *word)
{
    for (int i = 0; f->choices[i] != NULL; i++)
        if (strcmp(f->choices[i], word) == 0)
            return i;
    return -1;
}

/* The index of the node's word; -1 after reporting E207. */
static int read_word(const struct leaf *l, const char *or_else)
{
    const struct wm_field *f = l->field;
    const int index = word_index(f, l->node->text);
    if (index >= 0)
        return index;
    struct wm_arena *arena = l->reader->arena;
    struct wm_suggest suggest = wm_suggest_init(l->node->text);
    const char *all = "";
    for (int i = 0; f->choices[i] != NULL; i++) {
        wm_suggest_offer(&suggest, f->choices[i]);
        all = wm_arena_printf(arena, "%s%s%s", all, i > 0 ? ", " : "", f->choices[i]);
    }
    wm_diag_add(l->reader->diags, WM_E207, &l->node->place, wm_way_text(arena, l->way),
                "= \"%s\", allowed: %s%s (%s)%s", l->node->text, or_else, all, f->doc,
                wm_suggest_text(arena, &suggest));
    return -1;
}

static bool read_choice(const struct leaf *l)
{
    if (l->node->type != WM_JSON_STRING) {
        wm_report_type(l->reader, l->field, l->node, l->way, "one of its words");
        return false;
    }
    const int index = read_word(l, "");
    if (index < 0)
        return false;
    store(l, &index, sizeof index);
    keep_node(l);
    return true;
}

static bool read_count(const struct leaf *l)
{
    const bool is_number =
        l->node->type != WM_JSON_STRING ||
        wm_quantity_read(l->node->text, l->field->unit).fault != WM_QUANTITY_NO_NUMBER;
    if (is_number)
        return read_int(l, "a whole number or one of its words");
    const int index = read_word(l, "a whole number, ");
    if (index < 0)
        return false;
    const int64_t value = -1 - (int64_t)index;
    store(l, &value, sizeof value);
    keep_node(l);
    return true;
}

static bool read_text(const struct leaf *l)
{
    if (l->node->type != WM_JSON_STRING) {
        wm_report_type(l->reader, l->field, l->node, l->way, "a string");
        return false;
    }
    if (!wm_text_is_plain(l->node->text) && strcmp(l->field->key, "notes") != 0) {
        wm_diag_add(
            l->reader->diags, WM_E205, &l->node->place, wm_way_text(l->reader->arena, l->way),
            "= \"%s\" holds a character that is not shown but acts on the terminal (%s); only "
            "notes may have several lines",
            l->node->text, l->field->doc);
        return false;
    }
    store(l, &l->node->text, sizeof l->node->text);
    keep_node(l);
    return true;
}

static bool read_time(const struct leaf *l)
{
    int64_t time_us = 0;
    if (l->node->type != WM_JSON_STRING || !wm_time_parse(l->node->text, &time_us)) {
        wm_diag_add(
            l->reader->diags, WM_E210, &l->node->place, wm_way_text(l->reader->arena, l->way),
            "= %s, needs a date or time such as \"2027-07-12\", \"2027-07-12T15:00\" (UTC) or "
            "\"2027-07-12T10:00-05:00\", years %d..%d (%s)",
            wm_json_to_text(l->reader->arena, l->node), WM_YEAR_FIRST, WM_YEAR_LAST, l->field->doc);
        return false;
    }
    store(l, &time_us, sizeof time_us);
    keep_node(l);
    return true;
}

static bool read_reals(const struct leaf *l)
{
    const size_t n = l->field->size / sizeof(double);
    struct wm_arena *arena = l->reader->arena;
    if (l->node->type != WM_JSON_ARRAY || l->node->n_children != n) {
        const char *needs = wm_arena_printf(arena, "an array of %zu numbers", n);
        if (l->node->type == WM_JSON_ARRAY)
            wm_diag_add(l->reader->diags, WM_E205, &l->node->place, wm_way_text(arena, l->way),
                        "needs %s, found %zu (%s)", needs, l->node->n_children, l->field->doc);
        else
            wm_report_type(l->reader, l->field, l->node, l->way, needs);
        return false;
    }
    bool ok = true;
    size_t i = 0;
    for (const struct wm_json *c = l->node->child; c != NULL; c = c->next, i++) {
        const struct wm_way here = {l->way, NULL, i};
        const struct wm_json *const number = number_of(l, c, &here, "a number");
        if (number == NULL || !in_range(l, number, &here)) {
            ok = false;
            continue;
        }
        const double value_si = wm_unit_to_si(l->field->unit, number->number);
        memcpy((char *)l->member + i * sizeof value_si, &value_si, sizeof value_si);
    }
    if (ok)
        keep_node(l);
    return ok;
}

static bool store_ref(const struct leaf *l, const char *name, const struct wm_place *place)
{
    const struct wm_catalog_head *entry =
        wm_catalog_find(l->reader->catalog, l->field->catalog, name);
    if (entry == NULL) {
        wm_report_no_entry(l->reader, l->field->catalog, name, place, l->way);
        return false;
    }
    const void *pointer = entry;
    store(l, &pointer, sizeof pointer);
    keep_text(l, name);
    return true;
}

static bool read_ref(const struct leaf *l)
{
    if (l->node->type != WM_JSON_STRING) {
        wm_report_type(l->reader, l->field, l->node, l->way,
                       wm_arena_printf(l->reader->arena, "the name of an entry in %s",
                                       wm_catalog_section(l->field->catalog)));
        return false;
    }
    return store_ref(l, l->node->text, &l->node->place);
}

/* The entry that a node of the list names, new to the list; NULL after a report. */
static const void *one_of_refs(const struct leaf *l, const struct wm_json *node,
                               const struct wm_way *way, const void *const *list, size_t n)
{
    struct wm_reader *const r = l->reader;
    if (node->type != WM_JSON_STRING) {
        wm_report_type(r, l->field, node, way,
                       wm_arena_printf(r->arena, "the name of an entry in %s, or an array of them",
                                       wm_catalog_section(l->field->catalog)));
        return NULL;
    }
    const void *const entry = wm_catalog_find(r->catalog, l->field->catalog, node->text);
    if (entry == NULL)
        wm_report_no_entry(r, l->field->catalog, node->text, &node->place, way);
    for (size_t i = 0; i < n && entry != NULL; i++)
        if (list[i] == entry) {
            wm_diag_add(r->diags, WM_E211, &node->place, wm_way_text(r->arena, way),
                        "= \"%s\" is named twice", node->text);
            return NULL;
        }
    return entry;
}

static bool read_refs(const struct leaf *l)
{
    const bool is_list = l->node->type == WM_JSON_ARRAY;
    const size_t n = is_list ? l->node->n_children : 1;
    const void **const items =
        (const void **)wm_arena_alloc(l->reader->arena, n + 1, sizeof *items);
    const struct wm_list list = {items, n};
    const struct wm_json *node = is_list ? l->node->child : l->node;
    size_t n_found = 0;
    if (n == 0) {
        wm_diag_add(l->reader->diags, WM_E205, &l->node->place,
                    wm_way_text(l->reader->arena, l->way), "needs at least one name (%s)",
                    l->field->doc);
        return false;
    }
    for (size_t i = 0; i < n; i++, node = node->next) {
        const struct wm_way here = {l->way, NULL, i};
        items[n_found] = one_of_refs(l, node, is_list ? &here : l->way, items, n_found);
        n_found += items[n_found] != NULL;
    }
    store(l, &list, sizeof list);
    keep_node(l);
    return n_found == n;
}

/* Beside the file that names it; of a --set where the shell completed it, else beside the scenario. */
static const char *data_path(const struct leaf *l)
{
    struct wm_arena *arena = l->reader->arena;
    const char *path = l->node->text, *dir = l->reader->dir != NULL ? l->reader->dir : "";
    const char *named_in = l->node->place.file;
    if (named_in != NULL && strcmp(named_in, "--set") == 0 && access(path, R_OK) == 0)
        return path;
    const char *slash = named_in != NULL ? strrchr(named_in, '/') : NULL;
    if (slash != NULL)
        dir = wm_arena_copy_text(arena, named_in, (size_t)(slash - named_in) + 1);
    const size_t n = strlen(dir);
    if (path[0] == '/' || n == 0)
        return path;
    return wm_arena_printf(arena, "%s%s%s", dir, dir[n - 1] == '/' ? "" : "/", path);
}

static void remember_file(struct wm_files *files, const char *path, const struct wm_field *field,
                          const void *data, const unsigned char digest[WM_DIGEST_BYTES])
{
    if (files->n == files->capacity) {
        files->capacity = files->capacity == 0 ? 8 : 2 * files->capacity;
        struct wm_file *const more = WM_NEW_ARRAY(files->arena, struct wm_file, files->capacity);
        if (files->n > 0)
            memcpy(more, files->items, files->n * sizeof *more);
        files->items = more;
    }
    path = wm_arena_copy_text(files->arena, path, strlen(path));
    struct wm_file *const file = &files->items[files->n++];
    *file = (struct wm_file){.path = path, .field = field, .data = data};
    memcpy(file->digest, digest, WM_DIGEST_BYTES);
}

/* Adds a file's bytes; false after E102 when they cannot be read to the end. */
static bool digest_file(const struct leaf *l, const char *path, struct wm_digest *digest)
{
    char bytes[65536];
    errno = 0;
    FILE *const file = fopen(path, "rb");
    if (file != NULL)
        (void)setvbuf(file, NULL, _IONBF, 0);
    for (size_t n; file != NULL && (n = fread(bytes, 1, sizeof bytes, file)) > 0;)
        wm_digest_add(digest, bytes, n);
    const bool read = file != NULL && !ferror(file);
    if (!read) {
        const struct wm_place place = {.file = path};
        wm_diag_add(l->reader->diags, WM_E102, &place, NULL, "cannot be read: %s", strerror(errno));
    }
    if (file != NULL)
        (void)fclose(file);
    return read;
}

/* The file's data, from an earlier read when there was one. */
static const void *load_file(const struct leaf *l, const char *path)
{
    struct wm_files *const files = l->reader->files;
    if (files == NULL)
        return l->field->load(l->reader->arena, path, l->reader->diags);
    for (size_t i = 0; i < files->n; i++)
        if (files->items[i].field == l->field && strcmp(files->items[i].path, path) == 0)
            return files->items[i].data;
    /* a warning of the first read alone would make equal reads differ: errors only */
    struct wm_diags own = wm_diags_init(l->reader->arena);
    const void *const data = l->field->load(files->arena, path, &own);
    if (data != NULL) {
        unsigned char bytes[WM_DIGEST_BYTES];
        struct wm_digest *const digest = wm_digest_open(&(struct wm_digest){0});
        if (!digest_file(l, path, digest))
            return NULL;
        wm_digest_close(digest, bytes);
        remember_file(files, path, l->field, data, bytes);
    }
    for (size_t i = 0; i < own.n_items && data == NULL; i++) {
        const struct wm_diag *const d = &own.items[i];
        wm_diag_add(l->reader->diags, d->code, &d->place, d->path, "%s", d->text);
    }
    return data;
}

/* What is in the file belongs to the scenario's fingerprint. */
static bool keep_digest(const struct leaf *l, const char *path)
{
    const struct wm_way way = {l->way, "sha256", 0};
    char hex[WM_HASH_HEX_BYTES];
    struct wm_digest *const digest = wm_digest_open(&(struct wm_digest){0});
    if (l->reader->origins == NULL)
        return true;
    if (!digest_file(l, path, digest))
        return false;
    wm_digest_close_hex(digest, hex);
    wm_origin_keep(l->reader, WM_UNIT_NONE, l->node, &way,
                   wm_arena_printf(l->reader->arena, "\"%s\"", hex));
    return true;
}

static bool read_file(const struct leaf *l)
{
    if (l->node->type != WM_JSON_STRING) {
        wm_report_type(l->reader, l->field, l->node, l->way, "the path of a file");
        return false;
    }
    if (l->node->text[0] == '\0')
        return true; /* none */
    const char *path = data_path(l);
    if (access(path, R_OK) != 0) {
        wm_diag_add(l->reader->diags, WM_E102, &l->node->place,
                    wm_way_text(l->reader->arena, l->way), "= \"%s\": there is no readable file %s",
                    l->node->text, path);
        return false;
    }
    const void *const data = load_file(l, path);
    store(l, &data, sizeof data);
    keep_node(l);
    return data != NULL && keep_digest(l, path);
}

/* A name is a file of the tz database; offsets need none. */
static bool read_zone(const struct leaf *l)
{
    struct wm_arena *const arena = l->reader->arena;
    int32_t offset_s = 0;
    if (l->node->type != WM_JSON_STRING) {
        wm_report_type(l->reader, l->field, l->node, l->way,
                       "a time zone such as \"America/Chicago\" or \"-06:00\"");
        return false;
    }
    const char *const name = l->node->text, *path = NULL;
    const struct wm_zone *zone = NULL;
    if (wm_zone_read_fixed(name, &offset_s)) {
        struct wm_zone *const fixed = WM_NEW(arena, struct wm_zone);
        *fixed = wm_zone_fixed(offset_s);
        zone = fixed;
    } else if ((path = wm_zone_path(arena, WM_ZONE_DIRS, name)) == NULL) {
        wm_diag_add(l->reader->diags, WM_E215, &l->node->place, wm_way_text(arena, l->way),
                    "= \"%s\", %s (%s)", name, wm_zone_help(arena, WM_ZONE_DIRS, name),
                    l->field->doc);
    } else {
        zone = load_file(l, path);
    }
    if (zone == NULL)
        return false;
    store(l, &zone, sizeof zone);
    keep_node(l);
    return path == NULL || keep_digest(l, path);
}

bool wm_leaf_read(struct wm_reader *reader, const struct wm_field *field,
                  const struct wm_json *node, const struct wm_way *way, void *member)
{
    const struct leaf l = {reader, field, node, way, member};
    if (field->kind != WM_KIND_JSON && wm_report_study(reader, node, way))
        return false;
    switch (field->kind) {
    case WM_KIND_REAL:
        return read_real(&l);
    case WM_KIND_INT:
        return read_int(&l, "a whole number");
    case WM_KIND_FLAG:
        return read_flag(&l);
    case WM_KIND_CHOICE:
        return read_choice(&l);
    case WM_KIND_COUNT:
        return read_count(&l);
    case WM_KIND_TEXT:
        return read_text(&l);
    case WM_KIND_TIME:
        return read_time(&l);
    case WM_KIND_REALS:
        return read_reals(&l);
    case WM_KIND_REF:
        return read_ref(&l);
    case WM_KIND_REFS:
        return read_refs(&l);
    case WM_KIND_FILE:
        return read_file(&l);
    case WM_KIND_ZONE:
        return read_zone(&l);
    case WM_KIND_JSON:
        store(&l, &node, sizeof node);
        return true;
    case WM_KIND_END:
    case WM_KIND_PRESET:
    case WM_KIND_GROUP:
    case WM_KIND_LIST:
        break;
    }
    WM_REQUIRE(field->kind == WM_KIND_REAL); /* only leaves come here */
    return false;
}

bool wm_field_is_required(const struct wm_field *f)
{
    if (f->required)
        return true;
    switch (f->kind) {
    case WM_KIND_INT:
        return isnan(f->def);
    case WM_KIND_CHOICE:
    case WM_KIND_COUNT:
    case WM_KIND_TEXT:
    case WM_KIND_TIME:
    case WM_KIND_REF:
    case WM_KIND_PRESET:
        return f->def_text == NULL;
    case WM_KIND_END:
    case WM_KIND_REAL:
    case WM_KIND_FLAG:
    case WM_KIND_REALS:
    case WM_KIND_REFS:
    case WM_KIND_GROUP:
    case WM_KIND_LIST:
    case WM_KIND_FILE:
    case WM_KIND_ZONE:
    case WM_KIND_JSON:
        return false;
    }
    return false;
}

/* A COUNT's default is a word or digits. */
static void default_count(const struct leaf *l)
{
    const char *text = l->field->def_text;
    const int index = word_index(l->field, text);
    const int64_t value = index >= 0 ? -1 - (int64_t)index : (int64_t)strtoll(text, NULL, 10);
    store(l, &value, sizeof value);
    if (index >= 0)
        keep_text(l, text);
    else
        keep_number(l, (double)value);
}

static void default_real(const struct leaf *l)
{
    const double value_si = wm_unit_to_si(l->field->unit, l->field->def);
    store(l, &value_si, sizeof value_si);
    if (wm_is_set(value_si))
        keep_number(l, l->field->def);
}

static void default_reals(const struct leaf *l)
{
    const double value_si = wm_unit_to_si(l->field->unit, l->field->def);
    for (size_t i = 0; i < l->field->size / sizeof(double); i++)
        memcpy((char *)l->member + i * sizeof value_si, &value_si, sizeof value_si);
}

bool wm_leaf_default(struct wm_reader *reader, const struct wm_field *f,
                     const struct wm_place *where, const struct wm_way *way, void *member)
{
    const struct leaf l = {reader, f, NULL, way, member};
    if (f->kind == WM_KIND_REAL) {
        default_real(&l);
    } else if (f->kind == WM_KIND_REALS) {
        default_reals(&l);
    } else if (f->kind == WM_KIND_JSON || f->kind == WM_KIND_FILE || f->kind == WM_KIND_ZONE ||
               (f->kind == WM_KIND_REF && f->def_text[0] == '\0')) {
        const void *const none = NULL;
        store(&l, &none, sizeof none);
    } else if (f->kind == WM_KIND_INT) {
        const int64_t value = (int64_t)f->def;
        store(&l, &value, sizeof value);
        keep_number(&l, f->def);
    } else if (f->kind == WM_KIND_FLAG) {
        const bool value = f->def != 0.0;
        store(&l, &value, sizeof value);
        if (reader->origins != NULL)
            keep_origin(&l, value ? "true" : "false");
    } else if (f->kind == WM_KIND_CHOICE) {
        const int index = word_index(f, f->def_text);
        WM_REQUIRE(index >= 0);
        store(&l, &index, sizeof index);
        keep_text(&l, f->def_text);
    } else if (f->kind == WM_KIND_COUNT) {
        default_count(&l);
    } else if (f->kind == WM_KIND_TEXT) {
        store(&l, &f->def_text, sizeof f->def_text);
        if (f->def_text[0] != '\0')
            keep_text(&l, f->def_text);
    } else if (f->kind == WM_KIND_TIME) {
        int64_t time_us = 0;
        WM_REQUIRE(wm_time_parse(f->def_text, &time_us));
        store(&l, &time_us, sizeof time_us);
        keep_text(&l, f->def_text);
    } else {
        WM_REQUIRE(f->kind == WM_KIND_REF);
        if (f->def_text[0] == '\0') { /* optional and absent */
            const void *const none = NULL;
            store(&l, &none, sizeof none);
            return true;
        }
        return store_ref(&l, f->def_text, where);
    }
    return true;
}
