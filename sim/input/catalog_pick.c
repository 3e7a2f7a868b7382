#include "catalog_pick.h"

#include <stdlib.h>
#include <string.h>

#include "catalog_names.h"
#include "fields.h"
#include "wattmill/embedded.h"
#include "wattmill/engine_software.h"
#include "wattmill/input.h"
#include "wattmill/scenario.h"

/* ---- names -------------------------------------------------------------------------------------- */

/* Words that may name entries, as written and folded; in order up to `n_sorted`, those after it are of the next
 * round. Words with gaps apart, which may lie over several aliases. */
struct wm_pick_names {
    const char **word;
    size_t n, n_sorted, capacity;
    const char **gapped;
    size_t n_gapped, gapped_capacity;
};

static void push(struct wm_arena *arena, const char ***list, size_t *n, size_t *capacity,
                 const char *word)
{
    if (*n == *capacity) {
        const size_t more = *capacity == 0 ? 256 : 2 * *capacity;
        const char **const longer = WM_NEW_ARRAY(arena, const char *, more);
        if (*n > 0)
            memcpy(longer, *list, *n * sizeof *longer);
        *list = longer;
        *capacity = more;
    }
    (*list)[(*n)++] = word;
}

static void add_form(struct wm_picks *p, const char *word)
{
    struct wm_pick_names *const names = p->names;
    push(p->arena, &names->word, &names->n, &names->capacity, word);
    if (strchr(word, ' ') != NULL)
        push(p->arena, &names->gapped, &names->n_gapped, &names->gapped_capacity, word);
}

/* Whatever wm_catalog_find() may look for when it is asked for `word`. */
static void add_name(struct wm_picks *p, const char *word)
{
    char folded[WM_NAME_MAX];
    if (word == NULL || word[0] == '\0')
        return;
    add_form(p, word);
    wm_name_fold(word, folded);
    do
        if (strcmp(folded, word) != 0)
            add_form(p, wm_arena_copy_text(p->arena, folded, strlen(folded)));
    while (wm_name_trim(folded));
}

static void add_tree(struct wm_picks *p, const struct wm_json *node)
{
    add_name(p, node->key);
    if (node->type == WM_JSON_STRING)
        add_name(p, node->text);
    for (const struct wm_json *c = node->child; c != NULL; c = c->next)
        add_tree(p, c);
}

static void add_defaults(struct wm_picks *p, const struct wm_field *rows)
{
    for (const struct wm_field *f = rows; f->kind != WM_KIND_END; f++) {
        if (f->catalog != WM_CATALOG_NONE)
            add_name(p, f->def_text);
        if (f->fields != NULL)
            add_defaults(p, f->fields);
    }
}

static int by_word(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_word(const struct wm_pick_names *names, const char *word)
{
    return bsearch(&word, names->word, names->n_sorted, sizeof *names->word, by_word) != NULL;
}

static bool is_named(const struct wm_picks *p, const struct wm_pick *pick)
{
    const struct wm_pick_names *const names = p->names;
    char word[WM_NAME_MAX];
    if (is_word(names, pick->name))
        return true;
    for (const char *at = pick->aliases; *at != '\0';) {
        const size_t n = strcspn(at, " ");
        if (n < sizeof word) {
            memcpy(word, at, n);
            word[n] = '\0';
            if (n > 0 && is_word(names, word))
                return true;
        }
        at += n + (at[n] == ' ');
    }
    for (size_t i = 0; i < names->n_gapped && pick->aliases[0] != '\0'; i++)
        if (strstr(pick->aliases, names->gapped[i]) != NULL)
            return true;
    return false;
}

/* ---- the catalogue's text ------------------------------------------------------------------------ */

/* A place in a file that is strict JSON: it was read when the catalogue was last changed (tests/unit/test_catalog). */
struct cursor {
    const char *at, *end, *line_start;
    int line;
    bool is_odd; /* not laid out as expected */
};

static int column(const struct cursor *c)
{
    return (int)(c->at - c->line_start) + 1;
}

static void skip_gap(struct cursor *c)
{
    for (; c->at < c->end && strchr(" \t\r\n,:", *c->at) != NULL && *c->at != '\0'; c->at++)
        if (*c->at == '\n') {
            c->line++;
            c->line_start = c->at + 1;
        }
}

/* A text without escapes, which names have none of; its length, at its first byte on return. */
static const char *take_text(struct cursor *c, size_t *n)
{
    const char *const from = c->at + 1;
    const char *to = from;
    while (to < c->end && *to != '"')
        to += *to == '\\' ? 2 : 1;
    *n = (size_t)(to - from);
    c->is_odd = c->is_odd || c->at >= c->end || *c->at != '"' || to >= c->end;
    c->at = to + 1;
    return from;
}

/* Goes behind a value; in an object of an entry finds its aliases. */
static void skip_value(struct cursor *c, const char **aliases, size_t *n_aliases)
{
    int depth = 0;
    do {
        skip_gap(c);
        if (c->at >= c->end) {
            c->is_odd = true;
            return;
        }
        if (*c->at == '"') {
            size_t n = 0;
            const char *const text = take_text(c, &n);
            if (aliases != NULL && depth == 1 && n == 7 && memcmp(text, "aliases", 7) == 0) {
                skip_gap(c);
                if (c->at < c->end && *c->at == '"')
                    *aliases = take_text(c, n_aliases);
            }
        } else {
            depth += *c->at == '{' || *c->at == '[';
            depth -= *c->at == '}' || *c->at == ']';
            c->at++;
            while (depth == 0 && c->at < c->end && strchr(",}] \n", *c->at) == NULL)
                c->at++; /* a number or word that stands alone */
        }
    } while (depth > 0 && !c->is_odd);
}

static const char *copy_plain(struct cursor *c, struct wm_arena *arena, const char *text, size_t n)
{
    c->is_odd = c->is_odd || memchr(text, '\\', n) != NULL;
    return wm_arena_copy_text(arena, text, n);
}

static void add_pick(struct wm_picks *p, const struct wm_pick *pick)
{
    if (p->n == p->capacity) {
        const size_t more = p->capacity == 0 ? 512 : 2 * p->capacity;
        struct wm_pick *const longer = WM_NEW_ARRAY(p->arena, struct wm_pick, more);
        if (p->n > 0)
            memcpy(longer, p->items, p->n * sizeof *longer);
        p->items = longer;
        p->capacity = more;
    }
    p->items[p->n++] = *pick;
}

/* Entries of a section, whose object begins at the cursor. */
static void list_section(struct wm_picks *p, struct cursor *c, const char *file,
                         enum wm_catalog_kind kind)
{
    c->is_odd = c->is_odd || c->at >= c->end || *c->at != '{';
    for (c->at++; !c->is_odd;) {
        skip_gap(c);
        if (c->at >= c->end || *c->at == '}')
            break;
        size_t n = 0, n_aliases = 0;
        struct wm_pick pick = {.kind = kind, .key_place = {file, c->line, column(c)}};
        const char *const name = take_text(c, &n);
        const char *aliases = NULL;
        skip_gap(c);
        c->is_odd = c->is_odd || c->at >= c->end || *c->at != '{';
        pick.place = (struct wm_place){file, c->line, column(c)};
        pick.bytes = c->at;
        skip_value(c, &aliases, &n_aliases);
        pick.n_bytes = (size_t)(c->at - pick.bytes);
        pick.name = copy_plain(c, p->arena, name, n);
        pick.aliases = aliases != NULL ? copy_plain(c, p->arena, aliases, n_aliases) : "";
        add_pick(p, &pick);
    }
    c->at++;
}

static bool list_file(struct wm_picks *p, const struct wm_embedded *f)
{
    struct cursor c = {f->bytes, f->bytes + f->n_bytes, f->bytes, 1, false};
    skip_gap(&c);
    c.is_odd = c.at >= c.end || *c.at != '{';
    for (c.at++; !c.is_odd;) {
        size_t n = 0;
        skip_gap(&c);
        if (c.at >= c.end || *c.at == '}')
            break;
        const char *const text = take_text(&c, &n);
        const enum wm_catalog_kind kind =
            wm_catalog_kind_of(copy_plain(&c, p->arena, text, n));
        c.is_odd = c.is_odd || kind == WM_CATALOG_NONE;
        skip_gap(&c);
        if (!c.is_odd)
            list_section(p, &c, f->path, kind);
    }
    return !c.is_odd;
}

bool wm_picks_open(struct wm_arena *arena, const struct wm_json *root, struct wm_picks *picks)
{
    *picks = (struct wm_picks){.arena = arena, .names = WM_NEW(arena, struct wm_pick_names)};
    for (const struct wm_embedded *f = wm_embedded_files(); f->path != NULL; f++)
        if (strncmp(f->path, WM_CATALOG_PREFIX, strlen(WM_CATALOG_PREFIX)) == 0 &&
            !list_file(picks, f))
            return false;
    add_tree(picks, root);
    add_defaults(picks, wm_scenario_fields);
    for (int kind = 0; kind < (int)WM_N_CATALOGS; kind++)
        add_defaults(picks, wm_catalog_fields((enum wm_catalog_kind)kind));
    add_name(picks, WM_USUAL_ENGINE);
    picks->at = picks->n;
    return true;
}

/* Names that came in are looked for in another round over all entries. */
static bool begin_round(struct wm_picks *picks)
{
    struct wm_pick_names *const names = picks->names;
    if (names->n_sorted == names->n)
        return false;
    qsort(names->word, names->n, sizeof *names->word, by_word);
    names->n_sorted = names->n;
    picks->at = 0;
    return true;
}

struct wm_pick *wm_picks_next(struct wm_picks *picks)
{
    while (picks->at < picks->n || begin_round(picks)) {
        struct wm_pick *const pick = &picks->items[picks->at++];
        if (pick->is_taken || !is_named(picks, pick))
            continue;
        pick->is_taken = true;
        return pick;
    }
    return NULL;
}

/* Places of a piece of a file as they are in the whole. */
static void move_places(struct wm_json *node, const struct wm_place *to)
{
    struct wm_place *const places[] = {&node->place, &node->key_place};
    for (size_t i = 0; i < 2; i++) {
        places[i]->column += places[i]->line == 1 ? to->column - 1 : 0;
        places[i]->line += places[i]->line > 0 ? to->line - 1 : 0;
    }
    for (struct wm_json *c = node->child; c != NULL; c = c->next)
        move_places(c, to);
}

const struct wm_json *wm_pick_read(struct wm_picks *picks, struct wm_pick *pick,
                                   struct wm_diags *diags)
{
    struct wm_json *node = NULL;
    if (wm_json_parse(picks->arena, pick->bytes, pick->n_bytes, pick->place.file, &node, diags) !=
        WM_OK)
        return NULL;
    move_places(node, &pick->place);
    node->key = pick->name;
    node->key_place = pick->key_place;
    add_tree(picks, node);
    return node;
}
