/* docs/parameters.md, docs/errors.md and `explain`: the tables as a person reads them. */
#include "wattmill/describe.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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
    if (f->kind == WM_KIND_REF || f->kind == WM_KIND_PRESET)
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

void wm_parameters_write_md(FILE *file)
{
    fputs("# Parameters\n\nGenerated from the tables that read a scenario; do not edit.\n\n"
          "`N` stands for the index of a list's element, or its `name` in `--set`. A \"name or "
          "object\"\ntakes the name of a catalogue entry, or `{\"type\": name, key: value}` with "
          "any of the\nentry's keys changed.\n\n## Scenario\n\n",
          file);
    print_table(file, wm_scenario_fields);
    for (int kind = 0; kind < WM_N_CATALOGS; kind++) {
        const enum wm_catalog_kind k = (enum wm_catalog_kind)kind;
        fprintf(file,
                "\n## Catalogue: %s\n\n%s. A scenario adds entries under the key `%s`;\n"
                "`\"base\": name` starts from another entry.\n\n",
                wm_catalog_section(k), wm_catalog_summary(k), wm_catalog_section(k));
        print_table(file, wm_catalog_fields(k));
    }
}

void wm_errors_write_md(FILE *file)
{
    fputs("# Errors and warnings\n\nGenerated from `diag.def`; do not edit. Codes are never "
          "reused.\n\n| code | meaning |\n|---|---|\n",
          file);
    for (int code = 0; code < WM_N_CODES; code++)
        fprintf(file, "| %s | %s |\n", wm_code_name((enum wm_code)code),
                wm_code_summary((enum wm_code)code));
}

struct search {
    FILE *file;
    const char *word;
    size_t n_found;
    struct wm_suggest suggest;
    char best[MAX_PATH_BYTES]; /* the suggestion's text outlives the walk */
};

static void print_one(FILE *file, const char *path, const struct wm_field *f)
{
    fprintf(file, "%s\n  %s\n  type     %s%s%s\n", path, f->doc, type_text(f),
            has_unit(f) ? " in " : "", has_unit(f) ? wm_unit_symbol(f->unit) : "");
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

static bool is_digits(const char *text, size_t n)
{
    return n > 0 && strspn(text, "0123456789") >= n;
}

/* Whether `word` is `path`, an index standing for N, or its last part. */
static bool matches(const char *word, const char *path)
{
    const char *last = strrchr(path, '.');
    if (strcmp(word, last != NULL ? last + 1 : path) == 0)
        return true;
    for (;;) {
        const size_t n = strcspn(word, "."), m = strcspn(path, ".");
        const bool same = n == m && strncmp(word, path, n) == 0;
        const bool index = m == 1 && path[0] == 'N' && is_digits(word, n);
        if (!same && !index)
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

static void offer(struct search *s, const char *candidate)
{
    const char *before = s->suggest.best;
    wm_suggest_offer(&s->suggest, candidate);
    if (s->suggest.best != before) {
        snprintf(s->best, sizeof s->best, "%s", candidate);
        s->suggest.best = s->best;
    }
}

static void search_one(void *self, const char *path, const struct wm_field *f)
{
    struct search *s = self;
    if (matches(s->word, path)) {
        print_one(s->file, path, f);
        s->n_found++;
        return;
    }
    offer(s, strchr(s->word, '.') != NULL ? path : f->key);
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
        if (strcmp(metrics[i].key, s->word) != 0) {
            offer(s, metrics[i].key);
            continue;
        }
        fprintf(s->file, "%s\n  %s\n  metric   in %s\n", metrics[i].key, metrics[i].doc,
                wm_unit_symbol(metrics[i].unit));
        s->n_found++;
    }
}

static void search_codes(struct search *s)
{
    for (int code = 0; code < WM_N_CODES; code++) {
        if (strcmp(wm_code_name((enum wm_code)code), s->word) != 0)
            continue;
        fprintf(s->file, "%s\n  %s\n", s->word, wm_code_summary((enum wm_code)code));
        s->n_found++;
    }
}

/* Figures of one class, pool, month or year. */
static void search_columns(struct search *s)
{
    for (const struct wm_column_table *t = wm_column_tables; t->name != NULL; t++)
        for (const struct wm_column *c = t->columns; c->key != NULL; c++) {
            wm_suggest_offer(&s->suggest, c->key);
            if (strcmp(c->key, s->word) != 0)
                continue;
            fprintf(s->file, "%s\n  %s\n  figure   of %s, in %s\n", c->key, c->doc, t->doc,
                    wm_unit_symbol(c->unit));
            s->n_found++;
        }
}

bool wm_explain(FILE *file, const char *key_or_path)
{
    struct search s = {.file = file, .word = key_or_path, .suggest = wm_suggest_init(key_or_path)};
    walk(wm_scenario_fields, "", true, search_one, &s);
    for (int kind = 0; kind < WM_N_CATALOGS; kind++) {
        const enum wm_catalog_kind k = (enum wm_catalog_kind)kind;
        char prefix[MAX_PATH_BYTES];
        snprintf(prefix, sizeof prefix, "%s.NAME", wm_catalog_section(k));
        walk(wm_catalog_fields(k), prefix, true, search_one, &s);
    }
    search_metrics(&s);
    search_columns(&s);
    search_codes(&s);
    if (s.n_found > 0)
        return true;
    if (s.suggest.best != NULL)
        fprintf(file, "no key, metric, figure or code \"%s\"; did you mean \"%s\"?\n", key_or_path, s.best);
    else
        fprintf(file, "no key, metric, figure or code \"%s\"\n", key_or_path);
    return false;
}
