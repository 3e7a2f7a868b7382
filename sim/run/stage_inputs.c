#include "stage_inputs.h"

#include <string.h>

#include "wattmill/catalog.h"
#include "wattmill/require.h"

enum { RULES_MAX = 32, BUFFER_BYTES = 4096 };

/* What is left of the rules' paths on the way down. */
struct rules {
    struct wm_reads_rule at[RULES_MAX];
    size_t n;
};

struct copied {
    const void *from;
    void *to;
    uint64_t number;
    struct copied *next;
};

struct walk {
    struct wm_arena *arena;
    const struct wm_files *files;
    struct wm_digest *digest;
    struct copied *entries; /* an entry that two rows name stays one */
    bool is_known;
    size_t n_bytes;
    unsigned char bytes[BUFFER_BYTES]; /* not yet in the digest */
};

static void flush(struct walk *w)
{
    wm_digest_add(w->digest, w->bytes, w->n_bytes);
    w->n_bytes = 0;
}

static void add_bytes(struct walk *w, const void *bytes, size_t n)
{
    if (n > BUFFER_BYTES - w->n_bytes)
        flush(w);
    if (n > BUFFER_BYTES) {
        wm_digest_add(w->digest, bytes, n);
        return;
    }
    memcpy(w->bytes + w->n_bytes, bytes, n);
    w->n_bytes += n;
}

/* Keys never leave the process: the machine's own byte order will do. */
static void add_word(struct walk *w, uint64_t word)
{
    add_bytes(w, &word, sizeof word);
}

static void add_real(struct walk *w, double value)
{
    uint64_t bits;
    const double plain = value + 0.0; /* -0 becomes 0 */
    memcpy(&bits, &plain, sizeof bits);
    add_word(w, isnan(value) ? UINT64_MAX : bits);
}

static void add_text(struct walk *w, const char *text)
{
    add_bytes(w, text, strlen(text) + 1);
}

/* The rules that reach below `key`; how the row itself is read. */
static enum wm_reads descend(const struct rules *rules, const char *key, enum wm_reads above,
                             struct rules *below)
{
    const size_t n = strlen(key);
    below->n = 0;
    for (size_t i = 0; i < rules->n; i++) {
        const char *const path = rules->at[i].path;
        if (strncmp(path, key, n) != 0)
            continue;
        if (path[n] == '\0')
            return rules->at[i].how;
        if (path[n] == '.')
            below->at[below->n++] = (struct wm_reads_rule){path + n + 1, rules->at[i].how};
    }
    return above;
}

static void walk_rows(struct walk *w, const struct wm_field *rows, void *base,
                      const struct rules *rules, enum wm_reads how, bool is_entry);

static bool is_money(enum wm_unit unit)
{
    return strncmp(wm_unit_symbol(unit), "USD", 3) == 0;
}

static double sign_of(double value)
{
    return value > 0.0 ? 1.0 : value < 0.0 ? -1.0 : value;
}

static void walk_real(struct walk *w, const struct wm_field *row, double *value, enum wm_reads how)
{
    if (how == WM_READS_NOT)
        *value = (double)NAN;
    if (how == WM_READS_SIGN && is_money(row->unit))
        *value = sign_of(*value);
    if (how == WM_READS || how == WM_READS_SIGN)
        add_real(w, *value);
}

static void walk_list(struct walk *w, const struct wm_field *row, struct wm_list *list,
                      const struct rules *rules, enum wm_reads how)
{
    if (how == WM_READS_NOT)
        *list = (struct wm_list){0};
    add_word(w, list->n);
    if (list->n == 0)
        return;
    char *const items = wm_arena_alloc(w->arena, list->n, row->item_size);
    memcpy(items, list->items, list->n * row->item_size);
    list->items = items;
    for (size_t i = 0; i < list->n; i++)
        walk_rows(w, row->fields, items + i * row->item_size, rules, how, false);
}

static void walk_entry(struct walk *w, const struct wm_field *row, const void **entry,
                       const struct rules *rules, enum wm_reads how)
{
    if (how == WM_READS_NOT)
        *entry = NULL;
    add_word(w, *entry != NULL);
    if (*entry == NULL || how == WM_READS_DECISIONS)
        return;
    for (const struct copied *c = w->entries; c != NULL; c = c->next)
        if (c->from == *entry) { /* in the digest already, where it was met first */
            *entry = c->to;
            add_word(w, c->number);
            return;
        }
    struct copied *const c = WM_NEW(w->arena, struct copied);
    const size_t size = wm_catalog_entry_size(row->catalog);
    void *const to = wm_arena_alloc(w->arena, 1, size);
    memcpy(to, *entry, size);
    *c = (struct copied){*entry, to, w->entries != NULL ? w->entries->number + 1 : 2, w->entries};
    w->entries = c;
    *entry = to;
    const char *const name = ((const struct wm_catalog_head *)to)->name;
    add_text(w, name != NULL ? name : "");
    walk_rows(w, wm_catalog_fields(row->catalog), to, rules, how, true);
}

static void walk_zone(struct walk *w, const struct wm_zone **zone, enum wm_reads how)
{
    if (how == WM_READS_NOT)
        *zone = NULL;
    add_word(w, *zone != NULL);
    if (*zone == NULL)
        return;
    add_word(w, (uint64_t)(*zone)->first_offset_s);
    add_word(w, (*zone)->n);
    for (size_t i = 0; i < (*zone)->n; i++) {
        add_word(w, (uint64_t)(*zone)->from_s[i]);
        add_word(w, (uint64_t)(*zone)->offset_s[i]);
    }
}

static void walk_file(struct walk *w, const void **data, enum wm_reads how)
{
    if (how == WM_READS_NOT)
        *data = NULL;
    add_word(w, *data != NULL);
    if (*data == NULL)
        return;
    for (size_t i = 0; w->files != NULL && i < w->files->n; i++)
        if (w->files->items[i].data == *data) {
            add_bytes(w, w->files->items[i].digest, WM_DIGEST_BYTES);
            return;
        }
    w->is_known = false;
}

/* Texts of an entry explain and do not act; a scenario's are names. */
static void walk_text(struct walk *w, const char **text, enum wm_reads how, bool is_entry)
{
    if (how == WM_READS_NOT || *text == NULL)
        *text = "";
    if (!is_entry && how != WM_READS_DECISIONS)
        add_text(w, *text);
}

static void walk_row(struct walk *w, const struct wm_field *row, void *member,
                     const struct rules *rules, enum wm_reads how, bool is_entry)
{
    const bool counts = how == WM_READS || how == WM_READS_SIGN;
    switch (row->kind) {
    case WM_KIND_REAL:
        walk_real(w, row, member, how);
        break;
    case WM_KIND_REALS:
        for (size_t i = 0; i < row->size / sizeof(double); i++)
            walk_real(w, row, (double *)member + i, how);
        break;
    case WM_KIND_INT:
    case WM_KIND_COUNT:
    case WM_KIND_TIME:
        if (how == WM_READS_NOT)
            *(int64_t *)member = INT64_MIN / 4;
        if (counts)
            add_word(w, (uint64_t) * (int64_t *)member);
        break;
    case WM_KIND_FLAG:
        if (how == WM_READS_NOT)
            *(bool *)member = false;
        if (counts)
            add_word(w, *(bool *)member);
        break;
    case WM_KIND_CHOICE:
        if (how == WM_READS_NOT)
            *(unsigned *)member = 0;
        if (counts)
            add_word(w, *(unsigned *)member);
        break;
    case WM_KIND_TEXT:
        walk_text(w, member, how, is_entry);
        break;
    case WM_KIND_GROUP:
        walk_rows(w, row->fields, member, rules, how, is_entry);
        break;
    case WM_KIND_PRESET:
        walk_rows(w, row->fields, member, rules, how, true);
        break;
    case WM_KIND_LIST:
        walk_list(w, row, member, rules, how);
        break;
    case WM_KIND_REF:
        walk_entry(w, row, member, rules, how);
        break;
    case WM_KIND_FILE:
        walk_file(w, member, how);
        break;
    case WM_KIND_ZONE:
        walk_zone(w, member, how);
        break;
    case WM_KIND_REFS: /* a scenario has none */
        w->is_known = false;
        break;
    case WM_KIND_JSON:
        w->is_known = w->is_known && *(const void **)member == NULL;
        break;
    case WM_KIND_END:
        break;
    }
}

static void walk_rows(struct walk *w, const struct wm_field *rows, void *base,
                      const struct rules *rules, enum wm_reads how, bool is_entry)
{
    for (const struct wm_field *row = rows; row->kind != WM_KIND_END; row++) {
        struct rules below = {.n = 0};
        const enum wm_reads here = rules->n > 0 ? descend(rules, row->key, how, &below) : how;
        walk_row(w, row, (char *)base + row->offset, &below, here, is_entry);
    }
}

const struct wm_scenario *wm_stage_inputs(struct wm_arena *arena,
                                          const struct wm_scenario *scenario,
                                          const struct wm_reads_rule *rules,
                                          const struct wm_files *files, struct wm_digest *digest)
{
    struct walk *const w = WM_NEW(arena, struct walk);
    struct wm_scenario *const copy = WM_NEW(arena, struct wm_scenario);
    struct rules all = {.n = 0};
    for (; rules->path != NULL; rules++) {
        WM_REQUIRE(all.n < RULES_MAX);
        all.at[all.n++] = *rules;
    }
    w->arena = arena;
    w->files = files;
    w->digest = digest;
    w->is_known = true;
    *copy = *scenario;
    walk_rows(w, wm_scenario_fields, copy, &all, WM_READS, false);
    /* members that no row sets: the loader says whether an engine was named */
    const struct wm_workload *const workloads = copy->workloads.items;
    for (size_t i = 0; i < copy->workloads.n; i++)
        add_word(w, (uint64_t)workloads[i].ways);
    flush(w);
    return w->is_known ? copy : NULL;
}
