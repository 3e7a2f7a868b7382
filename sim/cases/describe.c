/* docs/parameters.md and `explain`: the tables as a person reads them. */
#include "wattmill/describe.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "explain.h"
#include "wattmill/case.h"
#include "wattmill/column.h"
#include "wattmill/input.h"
#include "wattmill/scenario.h"
#include "wattmill/suggest.h"

#define MAX_PATH_BYTES 200

/* Called for every row with its path ("fleet.N.count"). */
typedef void visit_fn(void *self, const char *path, const struct wm_field *field);

/* Presets' rows stand in their catalogue section; `deep` shows them where they are used as well. */
static void walk(const struct wm_field *fields, const char *prefix, bool deep, visit_fn *visit,
                 void *self)
{
    for (const struct wm_field *f = fields; f->kind != WM_KIND_END; f++) {
        char path[MAX_PATH_BYTES];
        snprintf(path, sizeof path, "%s%s%s", prefix, prefix[0] == '\0' ? "" : ".", f->key);
        visit(self, path, f);
        if (f->kind != WM_KIND_GROUP && f->kind != WM_KIND_LIST &&
            !(deep && f->kind == WM_KIND_PRESET))
            continue;
        if (f->kind == WM_KIND_LIST && strlen(path) + 3 < sizeof path)
            memcpy(path + strlen(path), ".N", 3);
        walk(f->fields, path, deep, visit, self);
    }
}

static const char *type_text(const struct wm_field *f)
{
    switch (f->kind) {
    case WM_KIND_REAL:
        return "number";
    case WM_KIND_INT:
        return "whole number";
    case WM_KIND_FLAG:
        return "true or false";
    case WM_KIND_CHOICE:
        return "word";
    case WM_KIND_COUNT:
        return "whole number or word";
    case WM_KIND_TEXT:
        return "string";
    case WM_KIND_TIME:
        return "date or time";
    case WM_KIND_REALS:
        return "numbers";
    case WM_KIND_REF:
        return "name";
    case WM_KIND_REFS:
        return "name or list of names";
    case WM_KIND_PRESET:
        return "name or object";
    case WM_KIND_GROUP:
        return "object";
    case WM_KIND_LIST:
        return "list of objects";
    case WM_KIND_FILE:
        return "path of a file";
    case WM_KIND_ZONE:
        return "time zone";
    case WM_KIND_JSON:
        return "JSON value";
    case WM_KIND_END:
        break;
    }
    return "";
}

static bool has_unit(const struct wm_field *f)
{
    return (f->kind == WM_KIND_REAL || f->kind == WM_KIND_REALS) && f->unit != WM_UNIT_NONE;
}

static bool has_range(const struct wm_field *f)
{
    return f->kind == WM_KIND_REAL || f->kind == WM_KIND_REALS || f->kind == WM_KIND_INT ||
           f->kind == WM_KIND_COUNT;
}

static void print_range(FILE *file, const struct wm_field *f, const char *bar)
{
    char lo[32], hi[32];
    if (has_range(f))
        fprintf(file, "%s..%s", wm_json_number_text(f->min, lo), wm_json_number_text(f->max, hi));
    if (f->kind == WM_KIND_COUNT)
        fprintf(file, " or ");
    if (f->kind == WM_KIND_CHOICE || f->kind == WM_KIND_COUNT)
        for (size_t i = 0; f->choices[i] != NULL; i++)
            fprintf(file, "%s%s", i > 0 ? bar : "", f->choices[i]);
    if (f->catalog != WM_CATALOG_NONE)
        fprintf(file, "entry of %s", wm_catalog_section(f->catalog));
    if (f->kind == WM_KIND_REALS)
        fprintf(file, ", %zu of them", f->size / sizeof(double));
}

static void print_default(FILE *file, const struct wm_field *f)
{
    char text[32];
    if (wm_field_is_required(f))
        fprintf(file, "required");
    else if (f->kind == WM_KIND_REAL || f->kind == WM_KIND_INT)
        fprintf(file, "%s", isnan(f->def) ? "unset" : wm_json_number_text(f->def, text));
    else if (f->kind == WM_KIND_FLAG)
        fprintf(file, "%s", f->def != 0.0 ? "true" : "false");
    else if (f->kind == WM_KIND_LIST)
        fprintf(file, "empty");
    else if (f->kind == WM_KIND_JSON || f->kind == WM_KIND_FILE || f->kind == WM_KIND_ZONE)
        fprintf(file, "unset");
    else if (f->kind == WM_KIND_REF && f->def_text[0] == '\0')
        fprintf(file, "none");
    else if (f->def_text != NULL)
        fprintf(file, "%s", f->def_text[0] == '\0' ? "\"\"" : f->def_text);
}

static void print_row(void *self, const char *path, const struct wm_field *f)
{
    FILE *file = self;
    fprintf(file, "| `%s` | %s | %s | ", path, type_text(f),
            has_unit(f) ? wm_unit_symbol(f->unit) : "");
    print_range(file, f, ", ");
    fprintf(file, " | ");
    print_default(file, f);
    fprintf(file, " | %s |\n", f->doc);
}

static void print_table(FILE *file, const struct wm_field *fields)
{
    fputs("| key | type | unit | range | default | meaning |\n|---|---|---|---|---|---|\n", file);
    walk(fields, "", false, print_row, file);
}

void wm_rows_write_md(FILE *file, const struct wm_field *fields)
{
    print_table(file, fields);
}

void wm_parameters_write_md(FILE *file)
{
    fputs("# Parameters\n\nGenerated from the tables that read a scenario; do not edit.\n\n"
          "`N` stands for the index of a list's element, or its `name` in `--set`. A \"name or "
          "object\"\ntakes the name of a catalogue entry, or `{\"type\": name, key: value}` with "
          "any of the\nentry's keys changed.\n\n## Scenario\n\n",
          file);
    print_table(file, wm_site_form.fields);
    for (size_t i = 0; wm_form_at(i) != NULL; i++)
        if (wm_form_at(i) != &wm_site_form) {
            fprintf(file,
                    "\n## Case: %s\n\nA document `{\"schema_version\": 1, \"case\": \"%s\", ...}` "
                    "is %s.\n\n",
                    wm_form_at(i)->name, wm_form_at(i)->name, wm_form_at(i)->title);
            print_table(file, wm_form_at(i)->fields);
        }
    for (int kind = 0; kind < WM_N_CATALOGS; kind++) {
        const enum wm_catalog_kind k = (enum wm_catalog_kind)kind;
        fprintf(file,
                "\n## Catalogue: %s\n\n%s. A scenario adds entries under the key `%s`;\n"
                "`\"base\": name` starts from another entry.\n\n",
                wm_catalog_section(k), wm_catalog_summary(k), wm_catalog_section(k));
        print_table(file, wm_catalog_fields(k));
    }
}

struct search {
    FILE *file;
    const char *word;
    size_t n_found;
    struct wm_suggest suggest;
    const struct wm_form *form; /* whose rows are searched; NULL: a catalogue entry's */
    char best[MAX_PATH_BYTES];  /* the suggestion's text outlives the walk */
};

static void print_one(FILE *file, const char *path, const struct wm_field *f,
                      const struct wm_form *form)
{
    fprintf(file, "%s\n  %s\n", path, f->doc);
    if (form != NULL && form != &wm_site_form)
        fprintf(file, "  case     %s\n", form->name);
    fprintf(file, "  type     %s%s%s\n", type_text(f), has_unit(f) ? " in " : "",
            has_unit(f) ? wm_unit_symbol(f->unit) : "");
    if (has_range(f) || f->kind == WM_KIND_CHOICE || f->catalog != WM_CATALOG_NONE) {
        fprintf(file, "  range    ");
        print_range(file, f, ", ");
        fprintf(file, "\n");
    }
    if (f->kind != WM_KIND_GROUP) {
        fprintf(file, "  default  ");
        print_default(file, f);
        fprintf(file, "\n");
    }
}

/* Whether `word` is `path`, any index or name standing for N and NAME, or its last part. */
static bool matches(const char *word, const char *path)
{
    const char *last = strrchr(path, '.');
    if (strcasecmp(word, last != NULL ? last + 1 : path) == 0)
        return true;
    for (;;) {
        const size_t n = strcspn(word, "."), m = strcspn(path, ".");
        const bool same = n == m && strncasecmp(word, path, n) == 0;
        const bool stands = (m == 1 && path[0] == 'N') || (m == 4 && strncmp(path, "NAME", 4) == 0);
        if (!same && !(stands && n > 0))
            return false;
        word += n;
        path += m;
        if (*word != *path)
            return false;
        if (*word == '\0')
            return true;
        word++;
        path++;
    }
}

/* Of a candidate in any case; it may be gone after the call. */
static void offer(void *self, const char *candidate)
{
    struct search *const s = self;
    char lower[MAX_PATH_BYTES];
    size_t n = 0;
    for (; candidate[n] != '\0' && n + 1 < sizeof lower; n++)
        lower[n] = (char)tolower((unsigned char)candidate[n]);
    lower[n] = '\0';
    const char *const before = s->suggest.best;
    wm_suggest_offer(&s->suggest, lower);
    if (s->suggest.best != before) {
        memcpy(s->best, lower, n + 1);
        s->suggest.best = s->best;
    }
}

/* "site.tariff.type" where "site.tariff" takes a name or an object with `type`. */
static bool is_type_of(const char *word, const char *path, const struct wm_field *f)
{
    const size_t n = strlen(path);
    return f->kind == WM_KIND_PRESET && strncasecmp(word, path, n) == 0 &&
           strcasecmp(word + n, ".type") == 0;
}

static void search_one(void *self, const char *path, const struct wm_field *f)
{
    struct search *s = self;
    if (matches(s->word, path) || is_type_of(s->word, path, f)) {
        print_one(s->file, path, f, s->form);
        s->n_found++;
        return;
    }
    offer(s, strchr(s->word, '.') != NULL ? path : f->key);
}

/* Figures of cases other than the site, whose metrics follow. */
static void search_figures(struct search *s)
{
    struct wm_arena *const arena = wm_arena_open();
    for (size_t i = 0; arena != NULL && wm_form_at(i) != NULL; i++) {
        const struct wm_form *const form = wm_form_at(i);
        if (form == &wm_site_form)
            continue;
        const struct wm_figures figures = wm_case_of(form)->figures(arena, NULL);
        for (size_t k = 0; k < figures.n; k++) {
            const struct wm_figure *const f = &figures.items[k];
            offer(s, f->key);
            if (strcasecmp(f->key, s->word) != 0)
                continue;
            fprintf(s->file, "%s\n  %s\n  figure   of %s, in %s\n", f->key, f->doc, form->title,
                    f->unit);
            s->n_found++;
        }
    }
    wm_arena_close(arena);
}

void wm_figures_write_md(FILE *file)
{
    struct wm_arena *const arena = wm_arena_open();
    for (size_t i = 0; arena != NULL && wm_form_at(i) != NULL; i++) {
        const struct wm_form *const form = wm_form_at(i);
        if (form == &wm_site_form)
            continue;
        const struct wm_figures figures = wm_case_of(form)->figures(arena, NULL);
        fprintf(file, "\n## Case: %s\n\n| figure | unit | meaning |\n|---|---|---|\n", form->name);
        for (size_t k = 0; k < figures.n; k++)
            fprintf(file, "| `%s` | %s | %s |\n", figures.items[k].key, figures.items[k].unit,
                    figures.items[k].doc);
    }
    wm_arena_close(arena);
}

struct metric_row {
    const char *key, *doc;
    enum wm_unit unit;
};

static const struct metric_row metrics[] = {
#define WM_METRIC(name, u, text) {.key = #name, .doc = (text), .unit = WM_UNIT_##u},
#include "wattmill/metrics.def"
#undef WM_METRIC
};

static void search_metrics(struct search *s)
{
    for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++) {
        if (strcasecmp(metrics[i].key, s->word) != 0) {
            offer(s, metrics[i].key);
            continue;
        }
        fprintf(s->file, "%s\n  %s\n  metric   in %s\n", metrics[i].key, metrics[i].doc,
                wm_unit_symbol(metrics[i].unit));
        s->n_found++;
    }
}

/* Figures of one class, pool, month or year. */
static void search_columns(struct search *s)
{
    for (const struct wm_column_table *t = wm_column_tables; t->name != NULL; t++)
        for (const struct wm_column *c = t->columns; c->key != NULL; c++) {
            offer(s, c->key);
            if (strcasecmp(c->key, s->word) != 0)
                continue;
            fprintf(s->file, "%s\n  %s\n  figure   of %s, in %s\n", c->key, c->doc, t->doc,
                    wm_unit_symbol(c->unit));
            s->n_found++;
        }
}

struct each {
    void (*visit)(void *self, const char *path);
    void *self;
};

static void visit_leaf(void *self, const char *path, const struct wm_field *f)
{
    const struct each *const e = self;
    if (f->kind != WM_KIND_GROUP && f->kind != WM_KIND_LIST)
        e->visit(e->self, path);
}

void wm_form_keys_each(const struct wm_form *form, void (*visit)(void *self, const char *path),
                       void *self)
{
    walk(form->fields, "", false, visit_leaf, &(struct each){visit, self});
}

static void search_keys(struct search *s)
{
    for (size_t i = 0; wm_form_at(i) != NULL; i++) {
        s->form = wm_form_at(i);
        walk(s->form->fields, "", true, search_one, s);
    }
    s->form = NULL;
    for (int kind = 0; kind < WM_N_CATALOGS; kind++) {
        const enum wm_catalog_kind k = (enum wm_catalog_kind)kind;
        char prefix[MAX_PATH_BYTES];
        snprintf(prefix, sizeof prefix, "%s.NAME", wm_catalog_section(k));
        walk(wm_catalog_fields(k), prefix, true, search_one, s);
    }
}

bool wm_explain(FILE *file, const char *word)
{
    struct search s = {.file = file, .word = word};
    char lower[MAX_PATH_BYTES];
    size_t n = 0;
    for (; word[n] != '\0' && n + 1 < sizeof lower; n++)
        lower[n] = (char)tolower((unsigned char)word[n]);
    lower[n] = '\0';
    s.suggest = wm_suggest_init(lower);
    s.n_found += wm_explain_word(file, word, offer, &s);
    search_keys(&s);
    search_metrics(&s);
    search_columns(&s);
    search_figures(&s);
    s.n_found += wm_explain_code(file, word);
    s.n_found += wm_explain_entry(file, word, s.n_found > 0, offer, &s);
    if (s.n_found > 0)
        return true;
    fprintf(file, "no word, key, metric, figure, code or catalogue entry \"%s\"", word);
    if (s.suggest.best != NULL)
        fprintf(file, "; did you mean \"%s\"?", s.best);
    fputc('\n', file);
    return false;
}
