#include "mixture.h"

#include <string.h>

#include "wattmill/require.h"

/* Members of a workload that are blocks of their own; all others describe the model served. */
static const char *const workload_parts[] = {"demand", "price", "slo"};
#define N_PARTS (sizeof workload_parts / sizeof *workload_parts)

static bool is_part(const char *key)
{
    for (size_t i = 0; i < N_PARTS; i++)
        if (strcmp(key, workload_parts[i]) == 0)
            return true;
    return false;
}

static bool same(const struct wm_json *a, const struct wm_json *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    if (a->type != b->type || a->n_children != b->n_children || a->flag != b->flag)
        return false;
    if (a->type == WM_JSON_NUMBER || a->type == WM_JSON_STRING)
        return strcmp(a->text, b->text) == 0;
    const struct wm_json *y = b->child;
    for (const struct wm_json *x = a->child; x != NULL; x = x->next) {
        if (!same(x, a->type == WM_JSON_OBJECT ? wm_json_find(b, x->key) : y))
            return false;
        y = y->next;
    }
    return true;
}

/* Sets or, with `value` NULL, removes a member. */
static void put(struct wm_arena *arena, struct wm_json *object, const char *key,
                const struct wm_json *value)
{
    struct wm_json *child = object->child;
    object->child = object->last = NULL;
    object->n_children = 0;
    while (child != NULL) {
        struct wm_json *const next = child->next;
        child->next = NULL;
        if (strcmp(child->key, key) != 0)
            wm_json_append(object, child);
        child = next;
    }
    if (value == NULL)
        return;
    struct wm_json *const copy = wm_json_copy(arena, value);
    copy->next = NULL;
    copy->key = key;
    wm_json_append(object, copy);
}

static bool same_names(const struct wm_json *a, const struct wm_json *b)
{
    if (a == NULL || b == NULL || a->type != WM_JSON_ARRAY || b->type != WM_JSON_ARRAY ||
        a->n_children != b->n_children)
        return false;
    const struct wm_json *y = b->child;
    for (const struct wm_json *x = a->child; x != NULL; x = x->next, y = y->next)
        if (!same(wm_json_find(x, "name"), wm_json_find(y, "name")))
            return false;
    return true;
}

/* Two workloads without the parts that are blocks of their own. */
static bool same_model(const struct wm_json *a, const struct wm_json *b)
{
    for (const struct wm_json *x = a->child; x != NULL; x = x->next)
        if (!is_part(x->key) && !same(x, wm_json_find(b, x->key)))
            return false;
    for (const struct wm_json *y = b->child; y != NULL; y = y->next)
        if (!is_part(y->key) && wm_json_find(a, y->key) == NULL)
            return false;
    return true;
}

struct found {
    struct wm_arena *arena;
    struct wm_block *blocks;
    size_t n;
};

static void add(struct found *f, const char *name)
{
    if (f->n == BLOCKS_MAX)
        return;
    f->blocks[f->n++] = (struct wm_block){.name = name, .paths = {name}, .n_paths = 1};
}

static void find_in_site(struct found *f, const struct wm_json *a, const struct wm_json *b)
{
    for (const struct wm_json *x = a != NULL ? a->child : NULL; x != NULL; x = x->next)
        if (!same(x, wm_json_find(b, x->key)))
            add(f, wm_arena_printf(f->arena, "site.%s", x->key));
    for (const struct wm_json *y = b != NULL ? b->child : NULL; y != NULL; y = y->next)
        if (wm_json_find(a, y->key) == NULL)
            add(f, wm_arena_printf(f->arena, "site.%s", y->key));
}

static void find_in_workloads(struct found *f, const struct wm_json *a, const struct wm_json *b)
{
    if (!same_names(a, b)) {
        if (!same(a, b))
            add(f, "workloads");
        return;
    }
    for (size_t p = 0; p <= N_PARTS; p++) {
        bool equal = true;
        const struct wm_json *y = b->child;
        for (const struct wm_json *x = a->child; x != NULL; x = x->next, y = y->next)
            equal = equal && (p == N_PARTS ? same_model(x, y)
                                           : same(wm_json_find(x, workload_parts[p]),
                                                  wm_json_find(y, workload_parts[p])));
        if (!equal)
            add(f, p == N_PARTS ? "workloads.model"
                                : wm_arena_printf(f->arena, "workloads.%s", workload_parts[p]));
    }
}

static void find_at(struct found *f, const char *key, const struct wm_json *a,
                    const struct wm_json *b)
{
    static const char *const ignored[] = {"name", "$schema", "extends", "seed", "schema_version"};
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        if (strcmp(key, ignored[i]) == 0)
            return;
    if (strcmp(key, "site") == 0)
        find_in_site(f, a, b);
    else if (strcmp(key, "workloads") == 0)
        find_in_workloads(f, a, b);
    else if (!same(a, b))
        add(f, key);
}

static size_t index_of(const struct wm_block *blocks, size_t n, const char *name)
{
    size_t i = 0;
    while (i < n && strcmp(blocks[i].name, name) != 0)
        i++;
    return i;
}

/* Puts block `b` into block `a`. */
static size_t join(struct wm_arena *arena, struct wm_block *blocks, size_t n, size_t a, size_t b)
{
    if (a >= n || b >= n)
        return n;
    struct wm_block *const into = &blocks[a], *const from = &blocks[b];
    WM_REQUIRE(into->n_paths + from->n_paths <= PATHS_PER_BLOCK);
    for (size_t i = 0; i < from->n_paths; i++)
        into->paths[into->n_paths++] = from->paths[i];
    into->name = wm_arena_printf(arena, "%s + %s", into->name, from->name);
    memmove(from, from + 1, (n - b - 1) * sizeof *blocks);
    return n - 1;
}

size_t wm_blocks_find(struct wm_arena *arena, const struct wm_json *from, const struct wm_json *to,
                      struct wm_block blocks[BLOCKS_MAX])
{
    struct found f = {arena, blocks, 0};
    for (const struct wm_json *x = from->child; x != NULL; x = x->next)
        find_at(&f, x->key, x, wm_json_find(to, x->key));
    for (const struct wm_json *y = to->child; y != NULL; y = y->next)
        if (wm_json_find(from, y->key) == NULL)
            find_at(&f, y->key, NULL, y);
    /* workloads name the pools that serve them */
    if (!same_names(wm_json_find(from, "fleet"), wm_json_find(to, "fleet"))) {
        f.n = join(arena, blocks, f.n, index_of(blocks, f.n, "fleet"),
                   index_of(blocks, f.n, "workloads"));
        f.n = join(arena, blocks, f.n, index_of(blocks, f.n, "fleet"),
                   index_of(blocks, f.n, "workloads.model"));
    }
    return f.n;
}

size_t wm_blocks_join(struct wm_arena *arena, struct wm_block *blocks, size_t n)
{
    const size_t left = join(arena, blocks, n, index_of(blocks, n, "fleet"),
                             index_of(blocks, n, "workloads.model"));
    return left < n ? left
                    : join(arena, blocks, n, index_of(blocks, n, "fleet"),
                           index_of(blocks, n, "workloads"));
}

static void take_from_workloads(struct wm_arena *arena, struct wm_json *root,
                                const struct wm_json *to, const char *part)
{
    struct wm_json *const list = wm_json_find(root, "workloads");
    const struct wm_json *y = wm_json_find(to, "workloads")->child;
    for (struct wm_json *x = list->child; x != NULL; x = x->next, y = y->next) {
        if (strcmp(part, "model") != 0) {
            put(arena, x, part, wm_json_find(y, part));
            continue;
        }
        struct wm_json *const old = wm_json_copy(arena, x);
        for (const struct wm_json *m = old->child; m != NULL; m = m->next)
            if (!is_part(m->key) && wm_json_find(y, m->key) == NULL)
                put(arena, x, m->key, NULL);
        for (const struct wm_json *m = y->child; m != NULL; m = m->next)
            if (!is_part(m->key))
                put(arena, x, m->key, m);
    }
}

static void take(struct wm_arena *arena, struct wm_json *root, const struct wm_json *to,
                 const char *path)
{
    if (strncmp(path, "workloads.", 10) == 0) {
        take_from_workloads(arena, root, to, path + 10);
    } else if (strncmp(path, "site.", 5) == 0) {
        struct wm_json *site = wm_json_find(root, "site");
        if (site == NULL) {
            put(arena, root, "site", wm_json_new(arena, WM_JSON_OBJECT, NULL));
            site = wm_json_find(root, "site");
        }
        put(arena, site, path + 5, wm_json_find(wm_json_find(to, "site"), path + 5));
    } else {
        put(arena, root, path, wm_json_find(to, path));
    }
}

struct wm_json *wm_mixture(struct wm_arena *arena, const struct wm_json *from,
                           const struct wm_json *to, const struct wm_block *blocks, size_t n,
                           size_t set)
{
    struct wm_json *const root = wm_json_copy(arena, from);
    for (size_t i = 0; i < n; i++)
        for (size_t p = 0; (set >> i & 1) != 0 && p < blocks[i].n_paths; p++)
            take(arena, root, to, blocks[i].paths[p]);
    return root;
}
