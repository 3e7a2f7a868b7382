#include "options.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wattmill/csv.h"
#include "wattmill/quantity.h"

static const struct cli_verb *const verbs[] = {
#define CLI_VERB(id, task) &cli_verb_##id,
#include "verbs.def"
#undef CLI_VERB
};

static const char *const tasks[] = {
#define CLI_VERB(id, task) task,
#include "verbs.def"
#undef CLI_VERB
};

const struct cli_verb *cli_verb_at(size_t i)
{
    return i < sizeof verbs / sizeof *verbs ? verbs[i] : NULL;
}

const char *cli_task_at(size_t i)
{
    return tasks[i];
}

const struct cli_verb *cli_verb_find(struct cli *cli, const char *name)
{
    const struct cli_verb *found = NULL;
    const char *both = "";
    struct wm_suggest near = wm_suggest_init(name);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(verbs[i]->name, name) == 0)
            return verbs[i];
        if (verbs[i]->is_hidden)
            continue;
        wm_suggest_offer(&near, verbs[i]->name);
        if (*name == '\0' || strncmp(verbs[i]->name, name, strlen(name)) != 0)
            continue;
        both = wm_arena_printf(cli->arena, "%s%s%s", both, *both != '\0' ? " or " : "",
                               verbs[i]->name);
        found = verbs[i];
    }
    if (found != NULL && strcmp(both, found->name) == 0)
        return found;
    const char *verb = NULL;
    if (cli_verb_for(cli, name, &verb) != WM_OK)
        return NULL;
    if (found != NULL)
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "\"%s\" may be %s", name, both);
    else if (verb != NULL)
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                    "%s is a file, no command; did you mean \"wattmill %s %s\"?", name, verb, name);
    else
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "unknown command \"%s\"%s", name,
                    wm_suggest_text(cli->arena, &near));
    return NULL;
}

/* Of every verb; they lie in struct cli. */
static const struct cli_option common[] = {
    CLI_ROW(CLI_KIND_FLAG, cli, quiet, bool, "--quiet", 'q', NULL, 0, 0,
            "no warnings; the result is printed all the same"),
    CLI_ROW(CLI_KIND_FLAG, cli, help, bool, "--help", 'h', NULL, 0, 0,
            "what the command does and its options"),
};
enum { N_COMMON = sizeof common / sizeof *common };

const struct cli_option *cli_option_at(const struct cli_verb *verb, size_t i)
{
    size_t n = 0;
    while (verb->options != NULL && verb->options[n].kind != CLI_KIND_END)
        n++;
    if (i < n)
        return &verb->options[i];
    return i - n < N_COMMON ? &common[i - n] : NULL;
}

/* "S" of seconds, "TOK/S". */
static const char *upper(struct wm_arena *arena, const char *symbol)
{
    char *const text = wm_arena_copy_text(arena, symbol, strlen(symbol));
    for (char *c = text; *c != '\0'; c++)
        *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
    return text;
}

static const char *words_of(struct wm_arena *arena, const struct wm_field *row)
{
    const char *text = row->choices[0];
    for (size_t i = 1; row->choices[i] != NULL; i++)
        text = wm_arena_printf(arena, "%s|%s", text, row->choices[i]);
    return text;
}

const char *cli_option_value(struct wm_arena *arena, const struct cli_option *o)
{
    if (o->kind != CLI_KIND_ROW)
        return o->value;
    const struct wm_field *const row = wm_form_row(o->form, o->path);
    if (o->fixed != NULL || row->kind == WM_KIND_FLAG)
        return NULL;
    if (row->kind == WM_KIND_CHOICE)
        return words_of(arena, row);
    if (row->kind == WM_KIND_REFS)
        return "NAME[,NAME..]";
    if (row->catalog != WM_CATALOG_NONE)
        return "NAME";
    if (row->kind == WM_KIND_INT)
        return "N";
    if (row->kind != WM_KIND_REAL)
        return row->kind == WM_KIND_FILE ? "FILE" : "TEXT";
    return o->unit != NULL             ? upper(arena, o->unit)
           : row->unit == WM_UNIT_NONE ? "X"
                                       : upper(arena, wm_unit_symbol(row->unit));
}

const char *cli_option_help(struct wm_arena *arena, const struct cli_option *o)
{
    char number[32];
    if (o->kind != CLI_KIND_ROW)
        return o->help;
    const struct wm_field *const row = wm_form_row(o->form, o->path);
    const bool is_number = row->kind == WM_KIND_REAL || row->kind == WM_KIND_INT;
    const char *const text = is_number && !isnan(row->def) ? wm_json_number_text(row->def, number)
                             : is_number                   ? ""
                             : row->def_text != NULL       ? row->def_text
                                                           : "";
    return text[0] == '\0' || o->fixed != NULL
               ? wm_arena_printf(arena, "%s: %s", o->path, row->doc)
               : wm_arena_printf(arena, "%s: %s (default: %s%s%s)", o->path, row->doc, text,
                                 o->unit != NULL ? " " : "",
                                 o->unit != NULL ? wm_unit_symbol(row->unit) : "");
}

static bool is_common(const struct cli_option *option)
{
    return option >= common && option < common + N_COMMON;
}

/* One option of the command line. */
struct given {
    const struct cli_verb *verb;
    const struct cli_option *option;
    const char *value; /* NULL for a flag */
    void *member;
};

static void wrong(struct cli *cli, const struct cli_verb *verb, const char *text)
{
    wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "%s: %s", verb->name, text);
}

static void *append(struct cli *cli, void *items, size_t n, size_t size)
{
    if (n > 0)
        return (char *)items + n * size;
    return wm_arena_alloc(cli->arena, (size_t)cli->argc, size); /* never more than arguments */
}

static enum wm_status take_set(struct cli *cli, const struct given *g)
{
    struct cli_sets *const sets = g->member;
    struct wm_override *const next = append(cli, sets->items, sets->n, sizeof *next);
    const char *text = g->value;
    if (sets->n++ == 0)
        sets->items = next;
    if (g->option->kind == CLI_KIND_CATALOG)
        return wm_override_catalog(cli->arena, text, next, &cli->diags);
    if (g->option->kind == CLI_KIND_SEED)
        text = wm_arena_printf(cli->arena, "seed=%s", text);
    return wm_override_parse(cli->arena, text, next, &cli->diags);
}

/* The row is set as --set would, under the option's name. */
static enum wm_status take_row(struct cli *cli, const struct given *g)
{
    const struct cli_option *const o = g->option;
    struct cli_sets *const sets = g->member;
    struct wm_override *const next = append(cli, sets->items, sets->n, sizeof *next);
    const char *value = o->fixed != NULL ? o->fixed : g->value != NULL ? g->value : "true";
    double number = 0.0;
    if (o->unit != NULL && wm_csv_number(value, &number))
        value = wm_arena_printf(cli->arena, "\"%s %s\"", value, o->unit);
    if (sets->n++ == 0)
        sets->items = next;
    *next = (struct wm_override){.path = o->path, .value = value, .option = o->name};
    return WM_OK;
}

static enum wm_status take_assert(struct cli *cli, const struct given *g)
{
    struct cli_asserts *const asserts = g->member;
    struct wm_assertion *const next = append(cli, asserts->items, asserts->n, sizeof *next);
    if (asserts->n++ == 0)
        asserts->items = next;
    return wm_assertion_read(cli->arena, g->option->name, g->value, next, &cli->diags);
}

static enum wm_status take_text(struct cli *cli, const struct given *g)
{
    struct cli_texts *const texts = g->member;
    const char **const next = append(cli, texts->items, texts->n, sizeof *next);
    if (texts->n++ == 0)
        texts->items = next;
    *next = g->value;
    return WM_OK;
}

static enum wm_status bad_value(struct cli *cli, const struct given *g, const char *rule)
{
    wrong(cli, g->verb,
          wm_arena_printf(cli->arena, "%s = \"%s\", %s", g->option->name, g->value, rule));
    return WM_USAGE;
}

/* The unit of a number by what its help says stands there; else a number alone. */
static enum wm_unit unit_of(const struct cli_option *option)
{
    static const struct {
        const char *value;
        enum wm_unit unit;
    } units[] = {{"MW", WM_UNIT_MW},
                 {"W", WM_UNIT_W},
                 {"USD", WM_UNIT_USD},
                 {"USD/MWH", WM_UNIT_USD_PER_MWH},
                 {"S", WM_UNIT_S},
                 {"H", WM_UNIT_H},
                 {"TOK", WM_UNIT_TOK},
                 {"TOK/S", WM_UNIT_TOK_PER_S},
                 {"REQ/S", WM_UNIT_REQ_PER_S},
                 {"B", WM_UNIT_BYTE},
                 {"FRAC", WM_UNIT_FRAC},
                 {"P", WM_UNIT_FRAC}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(units[i].value, option->value) == 0)
            return units[i].unit;
    return WM_UNIT_NONE;
}

/* A bare number, or one with a magnitude and a unit: "25M", "150 MW", "30 %". */
static bool read_number(const struct cli_option *option, const char *text, double *value,
                        char help[96])
{
    char *end = NULL;
    errno = 0;
    *value = strtod(text, &end);
    if (end != text && *end == '\0')
        return isfinite(*value);
    const struct wm_quantity q = wm_quantity_read(text, unit_of(option));
    *value = q.value;
    if (q.fault != WM_QUANTITY_OK && q.fault != WM_QUANTITY_NO_NUMBER)
        wm_quantity_help(&q, help);
    return q.fault == WM_QUANTITY_OK && isfinite(q.value);
}

static enum wm_status take_number(struct cli *cli, const struct given *g)
{
    const struct cli_option *const o = g->option;
    const bool is_whole = o->kind == CLI_KIND_WHOLE;
    char help[96] = "";
    double value = 0.0;
    const bool is_number = read_number(o, g->value, &value, help);
    if (!is_number || value < o->min || value > o->max || (is_whole && value != floor(value)))
        return bad_value(cli, g,
                         wm_arena_printf(cli->arena, "allowed is a %snumber in %.10g..%.10g%s%s",
                                         is_whole ? "whole " : "", o->min, o->max,
                                         help[0] != '\0' ? "; " : "", help));
    if (is_whole)
        *(int64_t *)g->member = (int64_t)value;
    else
        *(double *)g->member = value;
    return WM_OK;
}

/* Whether `text` is one of the words parted by |. */
static enum wm_status take_choice(struct cli *cli, const struct given *g)
{
    struct wm_suggest near = wm_suggest_init(g->value);
    for (const char *word = g->option->value; *word != '\0';) {
        const size_t n = strcspn(word, "|");
        const char *const candidate = wm_arena_copy_text(cli->arena, word, n);
        if (strcmp(candidate, g->value) == 0) {
            *(const char **)g->member = candidate;
            return WM_OK;
        }
        wm_suggest_offer(&near, candidate);
        word += n + (word[n] == '|');
    }
    return bad_value(cli, g,
                     wm_arena_printf(cli->arena, "allowed is %s%s", g->option->value,
                                     wm_suggest_text(cli->arena, &near)));
}

static enum wm_status take_format(struct cli *cli, const struct given *g)
{
    const char *word = NULL;
    struct given choice = *g;
    choice.member = &word;
    const enum wm_status status = take_choice(cli, &choice);
    if (status == WM_OK)
        wm_format_parse(word, g->member);
    return status;
}

static enum wm_status take(struct cli *cli, const struct given *g)
{
    switch (g->option->kind) {
    case CLI_KIND_FLAG:
        *(bool *)g->member = true;
        return WM_OK;
    case CLI_KIND_TEXT:
        *(const char **)g->member = g->value;
        return WM_OK;
    case CLI_KIND_TEXTS:
        return take_text(cli, g);
    case CLI_KIND_CHOICE:
        return take_choice(cli, g);
    case CLI_KIND_REAL:
    case CLI_KIND_WHOLE:
        return take_number(cli, g);
    case CLI_KIND_FORMAT:
        return take_format(cli, g);
    case CLI_KIND_SET:
    case CLI_KIND_CATALOG:
    case CLI_KIND_SEED:
        return take_set(cli, g);
    case CLI_KIND_ROW:
        return take_row(cli, g);
    case CLI_KIND_CONDITION:
        return take_assert(cli, g);
    case CLI_KIND_END:
        break;
    }
    return WM_INTERNAL;
}

/* The row that `name` of `n` bytes or a letter names, or NULL after a diagnostic. */
static const struct cli_option *find(struct cli *cli, const struct cli_verb *verb, const char *name,
                                     size_t n)
{
    const struct cli_option *option, *begun = NULL;
    const char *both = "";
    struct wm_suggest near = wm_suggest_init(wm_arena_copy_text(cli->arena, name, n));
    for (size_t i = 0; (option = cli_option_at(verb, i)) != NULL; i++) {
        if (strlen(option->name) == n && memcmp(option->name, name, n) == 0)
            return option;
        if (option->letter != 0 && n == 2 && name[1] == option->letter)
            return option;
        wm_suggest_offer(&near, option->name);
        if (n < 3 || strncmp(option->name, name, n) != 0)
            continue;
        both =
            wm_arena_printf(cli->arena, "%s%s%s", both, *both != '\0' ? " or " : "", option->name);
        begun = option;
    }
    if (begun != NULL && strcmp(both, begun->name) == 0)
        return begun;
    wrong(cli, verb,
          begun != NULL ? wm_arena_printf(cli->arena, "\"%s\" may be %s", near.word, both)
                        : wm_arena_printf(cli->arena, "unknown option \"%s\"%s", near.word,
                                          wm_suggest_text(cli->arena, &near)));
    return NULL;
}

/* Reads the option at argv[*i] and steps over its value. */
static enum wm_status take_option(struct cli *cli, const struct cli_verb *verb, void *options,
                                  int *i)
{
    const char *const arg = cli->argv[*i];
    const char *const equals = arg[1] == '-' ? strchr(arg, '=') : NULL;
    const size_t n = equals ? (size_t)(equals - arg) : strlen(arg);
    const struct cli_option *const option = find(cli, verb, arg, n);
    if (option == NULL)
        return WM_USAGE;
    struct given g = {.verb = verb, .option = option, .value = equals ? equals + 1 : NULL};
    g.member = (is_common(option) ? (char *)cli : (char *)options) + option->offset;
    const char *const follows = cli_option_value(cli->arena, option);
    if (follows == NULL) {
        if (equals)
            wrong(cli, verb, wm_arena_printf(cli->arena, "%s takes no value", option->name));
        return equals ? WM_USAGE : take(cli, &g);
    }
    if (!equals && *i + 1 < cli->argc)
        g.value = cli->argv[++*i];
    if (g.value == NULL) {
        wrong(cli, verb,
              wm_arena_printf(cli->arena, "%s needs a value: %s", option->name, follows));
        return WM_USAGE;
    }
    return take(cli, &g);
}

static enum wm_status check_words(struct cli *cli, const struct cli_verb *verb)
{
    if (cli->n_words > verb->max_words) {
        wrong(cli, verb,
              wm_arena_printf(cli->arena, "unexpected argument \"%s\"; usage: wattmill %s%s%s%s",
                              cli->words[verb->max_words], verb->name, *verb->words ? " " : "",
                              verb->words, verb->options ? " [options]" : ""));
        return WM_USAGE;
    }
    if (cli->n_words >= verb->min_words)
        return WM_OK;
    wrong(cli, verb,
          wm_arena_printf(cli->arena, "too few arguments; usage: wattmill %s %s%s", verb->name,
                          verb->words, verb->options ? " [options]" : ""));
    return WM_USAGE;
}

enum wm_status cli_parse(struct cli *cli, const struct cli_verb *verb, void **options)
{
    *options = wm_arena_alloc(cli->arena, 1, verb->size + 1);
    if (verb->defaults != NULL)
        memcpy(*options, verb->defaults, verb->size);
    cli->words = WM_NEW_ARRAY(cli->arena, const char *, (size_t)cli->argc + 1);
    enum wm_status status = WM_OK;
    bool has_ended = false;
    for (int i = 0; i < cli->argc; i++) {
        const char *const arg = cli->argv[i];
        enum wm_status one = WM_OK;
        if (!has_ended && strcmp(arg, "--") == 0)
            has_ended = true;
        else if (!has_ended && arg[0] == '-' && arg[1] != '\0')
            one = take_option(cli, verb, *options, &i);
        else
            cli->words[cli->n_words++] = arg;
        if (status == WM_OK)
            status = one;
    }
    /* after an unknown option its value would count as a word too many */
    return status != WM_OK || cli->help ? status : check_words(cli, verb);
}
