/* catalog: what there is of each kind, what is in an entry, with source, date and basis. */
#include <string.h>

#include "options.h"

struct options {
    struct cli_sets files;
    enum wm_format format;
};

static const struct options defaults = {.format = WM_FORMAT_TABLE};

static const struct cli_option rows[] = {
    CLI_CATALOG(options, files),
    CLI_FORMAT(options, format),
    CLI_END,
};

/* The sections of --catalog files, NULL without one. */
static enum wm_status merge_files(struct cli *cli, const struct cli_sets *files,
                                  struct wm_json **extra)
{
    *extra = files->n > 0 ? wm_json_new(cli->arena, WM_JSON_OBJECT, NULL) : NULL;
    for (size_t i = 0; i < files->n; i++)
        if (!wm_override_apply(cli->arena, *extra, &files->items[i], &cli->diags))
            return WM_INVALID;
    return WM_OK;
}

enum wm_status cli_catalog_load(struct cli *cli, const struct cli_sets *files,
                                const struct wm_catalog **catalog)
{
    struct wm_json *extra = NULL;
    const enum wm_status status = merge_files(cli, files, &extra);
    return status == WM_OK ? wm_catalog_load_with(cli->arena, extra, catalog, &cli->diags) : status;
}

static const char *text_of_count(struct cli *cli, size_t n)
{
    return wm_arena_printf(cli->arena, "%zu", n);
}

static void print_kinds(struct cli *cli, const struct wm_catalog *catalog, enum wm_format format)
{
    static const struct wm_grid_column columns[] = {
        {.key = "kind"}, {.key = "entries", .is_json = true, .align_right = true}, {.key = "what"}};
    const char *cells[WM_N_CATALOGS * 3];
    for (size_t k = 0; k < WM_N_CATALOGS; k++) {
        const enum wm_catalog_kind kind = (enum wm_catalog_kind)k;
        cells[3 * k] = wm_catalog_section(kind);
        cells[3 * k + 1] = text_of_count(cli, wm_catalog_n(catalog, kind));
        cells[3 * k + 2] = wm_catalog_summary(kind);
    }
    wm_grid_write(stdout, &(struct wm_grid){columns, 3, cells, WM_N_CATALOGS}, format);
}

static void print_entries(struct cli *cli, const struct wm_catalog *catalog,
                          enum wm_catalog_kind kind, enum wm_format format)
{
    static const struct wm_grid_column columns[] = {
        {.key = "name"}, {.key = "title"}, {.key = "basis"}, {.key = "as_of"}, {.key = "source"}};
    const size_t n = wm_catalog_n(catalog, kind);
    const char **cells = WM_NEW_ARRAY(cli->arena, const char *, n * 5);
    for (size_t i = 0; i < n; i++) {
        const struct wm_catalog_head *const h = wm_catalog_at(catalog, kind, i);
        const char *const row[5] = {h->name, h->title, wm_basis_words[h->basis], h->as_of,
                                    h->source};
        memcpy(&cells[5 * i], row, sizeof row);
    }
    /* sources are sentences: a terminal shows them one entry at a time */
    const bool all = format != WM_FORMAT_TABLE;
    for (size_t i = 0; !all && i < n; i++)
        memmove(&cells[4 * i], &cells[5 * i], 4 * sizeof *cells);
    wm_grid_write(stdout, &(struct wm_grid){columns, all ? 5 : 4, cells, n}, format);
}

/* Strings without their quotes; a long array of numbers says how many and between what. */
static const char *shorten(struct cli *cli, const char *value)
{
    enum { MAX_COLUMNS = 40 };
    struct wm_json *root = NULL;
    struct wm_diags ignored = wm_diags_init(cli->arena);
    if (wm_json_parse(cli->arena, value, strlen(value), "", &root, &ignored) != WM_OK)
        return value;
    if (root->type == WM_JSON_STRING)
        return root->text;
    if (root->type != WM_JSON_ARRAY || strlen(value) <= MAX_COLUMNS)
        return value;
    if (root->child->type == WM_JSON_OBJECT)
        return wm_arena_printf(cli->arena, "%zu of them, see --format json", root->n_children);
    if (root->child->type != WM_JSON_NUMBER)
        return value;
    double lo = root->child->number, hi = lo;
    for (const struct wm_json *c = root->child; c != NULL; c = c->next) {
        lo = c->number < lo ? c->number : lo;
        hi = c->number > hi ? c->number : hi;
    }
    return wm_arena_printf(cli->arena, "%zu numbers, %g..%g", root->n_children, lo, hi);
}

static void print_head(const struct cli *cli, const struct wm_catalog_head *h)
{
    printf("%s: %s\n  basis   %s\n  as of   %s\n  source  %s\n", h->name, h->title,
           wm_basis_words[h->basis], h->as_of, h->source);
    if (h->notes[0] != '\0')
        printf("  notes   %s\n", wm_text_plain(cli->arena, h->notes));
    putchar('\n');
}

static void print_entry(struct cli *cli, const struct wm_catalog *catalog,
                        enum wm_catalog_kind kind, const struct wm_catalog_head *head,
                        enum wm_format format)
{
    static const struct wm_grid_column columns[] = {
        {.key = "key"},     {.key = "value", .is_json = true, .align_right = true},
        {.key = "unit"},    {.key = "from"},
        {.key = "meaning"}, {.key = "basis"},
        {.key = "as_of"},   {.key = "source"}};
    enum { ALL = 8, SHOWN = 5 }; /* the table says basis, date and source once, above */
    const bool table = format == WM_FORMAT_TABLE;
    const size_t n_columns = table ? SHOWN : ALL;
    const struct wm_catalog_cell *values = NULL;
    const size_t n = wm_catalog_cells(cli->arena, catalog, kind, head->name, &values);
    const char **cells = WM_NEW_ARRAY(cli->arena, const char *, n *ALL);
    for (size_t i = 0; i < n; i++) {
        const bool own = strcmp(values[i].origin, "entry") == 0;
        const char *const row[ALL] = {
            values[i].key,          table ? shorten(cli, values[i].value) : values[i].value,
            values[i].unit,         values[i].origin,
            values[i].doc,          own ? wm_basis_words[head->basis] : "estimate",
            own ? head->as_of : "", own ? head->source : "default of the table"};
        memcpy(&cells[n_columns * i], row, n_columns * sizeof *row);
    }
    if (table)
        print_head(cli, head);
    wm_grid_write(stdout, &(struct wm_grid){columns, n_columns, cells, n}, format);
}

static enum wm_status no_kind(struct cli *cli, const struct wm_catalog *catalog, const char *word)
{
    struct wm_suggest near = wm_suggest_init(word);
    for (int k = 0; k < WM_N_CATALOGS; k++) {
        const enum wm_catalog_kind kind = (enum wm_catalog_kind)k;
        wm_suggest_offer(&near, wm_catalog_section(kind));
        for (size_t i = 0; i < wm_catalog_n(catalog, kind); i++)
            wm_suggest_offer(&near, wm_catalog_at(catalog, kind, i)->name);
    }
    wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                "catalog: no kind or entry \"%s\"%s; `wattmill catalog` lists the kinds", word,
                wm_suggest_text(cli->arena, &near));
    return WM_USAGE;
}

/* An entry without its kind, where the name is of one kind alone. */
static enum wm_status find_entry(struct cli *cli, const struct wm_catalog *catalog,
                                 const char *word, enum wm_format format)
{
    enum wm_catalog_kind found = WM_CATALOG_NONE;
    const char *kinds = "";
    for (int k = 0; k < WM_N_CATALOGS; k++) {
        const enum wm_catalog_kind kind = (enum wm_catalog_kind)k;
        if (wm_catalog_find(catalog, kind, word) == NULL)
            continue;
        kinds = wm_arena_printf(cli->arena, "%s%s%s", kinds, *kinds != '\0' ? " and " : "",
                                wm_catalog_section(kind));
        found = kind;
    }
    if (found == WM_CATALOG_NONE)
        return no_kind(cli, catalog, word);
    if (strcmp(kinds, wm_catalog_section(found)) != 0) {
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                    "catalog: \"%s\" is an entry of %s; say of which", word, kinds);
        return WM_USAGE;
    }
    print_entry(cli, catalog, found, wm_catalog_find(catalog, found, word), format);
    return WM_OK;
}

static enum wm_status no_entry(struct cli *cli, const struct wm_catalog *catalog,
                               enum wm_catalog_kind kind, const char *word)
{
    struct wm_suggest near = wm_suggest_init(word);
    for (size_t i = 0; i < wm_catalog_n(catalog, kind); i++)
        wm_suggest_offer(&near, wm_catalog_at(catalog, kind, i)->name);
    wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                "catalog: no entry \"%s\" in %s%s; `wattmill catalog %s` lists them", word,
                wm_catalog_section(kind), wm_suggest_text(cli->arena, &near),
                wm_catalog_section(kind));
    return WM_USAGE;
}

static enum wm_status run(struct cli *cli, const void *options)
{
    const struct options *const o = options;
    const struct wm_catalog *catalog = NULL;
    struct wm_json *extra = NULL;
    enum wm_status status = merge_files(cli, &o->files, &extra);
    if (status == WM_OK)
        status = wm_catalog_load_with(cli->arena, extra, &catalog, &cli->diags);
    if (status != WM_OK)
        return status;
    if (cli->n_words == 0) {
        print_kinds(cli, catalog, o->format);
        return WM_OK;
    }
    const enum wm_catalog_kind kind = wm_catalog_kind_of(cli->words[0]);
    if (kind == WM_CATALOG_NONE)
        return cli->n_words == 1 ? find_entry(cli, catalog, cli->words[0], o->format)
                                 : no_kind(cli, catalog, cli->words[0]);
    if (cli->n_words == 1) {
        print_entries(cli, catalog, kind, o->format);
        return WM_OK;
    }
    const struct wm_catalog_head *const head = wm_catalog_find(catalog, kind, cli->words[1]);
    if (head == NULL)
        return no_entry(cli, catalog, kind, cli->words[1]);
    print_entry(cli, catalog, kind, head, o->format);
    return WM_OK;
}

static const char *kind_at(size_t i)
{
    return i < WM_N_CATALOGS ? wm_catalog_section((enum wm_catalog_kind)i) : NULL;
}

const struct cli_verb cli_verb_catalog = {
    .name = "catalog",
    .words = "[KIND] [NAME]",
    .max_words = 2,
    .summary = "what the catalogue holds, with units, dates and sources",
    .details = "Without KIND the kinds, with KIND its entries, with NAME the entry's values; NAME "
               "alone will do\n"
               "where one kind has it.",
    CLI_OPTIONS(rows, defaults),
    .run = run,
    .candidate = kind_at,
};
