/*
 * Verbs and their options as tables: parsing, --help, the man page and shell completion are derived
 * from them, and nothing is written twice. A verb's options are a struct with defaults and a row
 * for each member:
 *
 *     struct options { struct cli_sets sets; const char *dir; enum wm_format format; };
 *     static const struct options defaults = {.format = WM_FORMAT_TABLE};
 *     static const struct cli_option rows[] = {
 *         CLI_SCENARIO_ROWS(options, sets),
 *         CLI_TEXT(options, dir, "--output", 'o', "DIR", "write result.json and figures"),
 *         CLI_FORMAT(options, format),
 *         CLI_END,
 *     };
 *     static enum wm_status run(struct cli *cli, const void *options);
 *     const struct cli_verb cli_verb_thing = {.name = "thing", .words = "SCENARIO", .min_words = 1,
 *         .max_words = 1, .summary = "...", CLI_OPTIONS(rows, defaults), .run = run};
 *
 * and a line in verbs.def and in examples.def. All mistakes of a command line are reported at once. `--name value` and
 * `--name=value` are the same, `-o` may abbreviate, `--` ends the options; a long name may be cut where
 * it stays the only one. Every verb knows --help and --quiet. Words (what is not an option) arrive in cli->words.
 */
#ifndef WATTMILL_CLI_OPTIONS_H
#define WATTMILL_CLI_OPTIONS_H

#include <stddef.h>

#include "cli.h"
#include "wattmill/case.h"

enum cli_kind {
    CLI_KIND_END,
    CLI_KIND_FLAG,      /* bool */
    CLI_KIND_TEXT,      /* const char * */
    CLI_KIND_TEXTS,     /* struct cli_texts, repeatable */
    CLI_KIND_CHOICE,    /* const char *, one of the words of `value` parted by | */
    CLI_KIND_REAL,      /* double in [min, max] */
    CLI_KIND_WHOLE,     /* int64_t in [min, max] */
    CLI_KIND_FORMAT,    /* enum wm_format */
    CLI_KIND_SET,       /* struct cli_sets: a path=value */
    CLI_KIND_CATALOG,   /* struct cli_sets: a catalogue file */
    CLI_KIND_SEED,      /* struct cli_sets: seed=N */
    CLI_KIND_CONDITION, /* struct cli_asserts of a case's figures: the verb checks their names */
    CLI_KIND_ROW,       /* struct cli_sets: another name of a row of a form */
};

struct cli_texts {
    const char **items;
    size_t n;
};

/* What --set, --catalog and --seed gave, in order; for wm_scenario_load() and its like. */
struct cli_sets {
    struct wm_override *items;
    size_t n;
};

struct cli_asserts {
    struct wm_assertion *items;
    size_t n;
};

struct cli_option {
    enum cli_kind kind;
    const char *name;  /* with the dashes */
    char letter;       /* -x, or 0 */
    size_t offset;     /* of the member */
    const char *value; /* what follows: "DIR", "table|json"; NULL for a flag */
    double min, max;
    const char *help;
    /* ROW: what it stands for, whose meaning, words and default are its help; `fixed` is the value of an option
     * that takes none, `unit` that of a bare number where it is not the row's */
    const struct wm_form *form;
    const char *path, *fixed, *unit;
};

struct cli_verb {
    const char *name;
    const char *words; /* "SCENARIO", "[KIND [NAME]]"; "" for none */
    size_t min_words, max_words;
    const char *summary; /* one line, no full stop */
    const char *details; /* further lines of --help and the man page, or NULL */
    const struct cli_option *options;
    const void *defaults; /* of the options struct */
    size_t size;
    enum wm_status (*run)(struct cli *cli, const void *options);
    const char *(*candidate)(size_t i); /* words worth completing, ended by NULL; NULL: files */
    bool is_hidden;
};
/* The options of a verb: its rows and the struct that they fill. */
#define CLI_OPTIONS(rows, defaults) \
    .options = (rows), .defaults = &(defaults), .size = sizeof(defaults)

#define CLI_ROW(k, tag, member, type, n, l, v, lo, hi, text)                                  \
    {                                                                                         \
        .kind = (k), .name = (n), .letter = (l), .min = (lo), .max = (hi), .value = (v),      \
        .offset = offsetof(struct tag, member) + WM_TYPED(tag, member, type), .help = (text), \
    }
#define CLI_FLAG(tag, member, name, text) \
    CLI_ROW(CLI_KIND_FLAG, tag, member, bool, name, 0, NULL, 0, 0, text)
#define CLI_TEXT(tag, member, name, letter, value, text) \
    CLI_ROW(CLI_KIND_TEXT, tag, member, const char *, name, letter, value, 0, 0, text)
#define CLI_TEXTS(tag, member, name, letter, value, text) \
    CLI_ROW(CLI_KIND_TEXTS, tag, member, struct cli_texts, name, letter, value, 0, 0, text)
#define CLI_CHOICE(tag, member, name, words, text) \
    CLI_ROW(CLI_KIND_CHOICE, tag, member, const char *, name, 0, words, 0, 0, text)
#define CLI_REAL(tag, member, name, value, lo, hi, text) \
    CLI_ROW(CLI_KIND_REAL, tag, member, double, name, 0, value, lo, hi, text)
#define CLI_WHOLE(tag, member, name, letter, value, lo, hi, text) \
    CLI_ROW(CLI_KIND_WHOLE, tag, member, int64_t, name, letter, value, lo, hi, text)
#define CLI_FORMAT(tag, member)                                                                  \
    CLI_ROW(CLI_KIND_FORMAT, tag, member, enum wm_format, "--format", 0, "table|json|csv|md", 0, \
            0, "how the result is printed (default: table)")
#define CLI_ASSERT(tag, member)                                                                   \
    CLI_ROW(CLI_KIND_CONDITION, tag, member, struct cli_asserts, "--assert", 0, "METRIC>X", 0, 0, \
            "exit 1 unless it holds (> >= < <= ==); repeatable")
/* Another name of a row of the form wm_<id>_form. */
#define CLI_ROW_OF(id, tag, member, n, l, p, ...)                                               \
    {                                                                                           \
        .kind = CLI_KIND_ROW, .name = (n), .letter = (l), .form = &wm_##id##_form, .path = (p), \
        .offset = offsetof(struct tag, member) + WM_TYPED(tag, member, struct cli_sets),        \
        __VA_ARGS__                                                                             \
    }
#define CLI_CATALOG(tag, member)                                                          \
    CLI_ROW(CLI_KIND_CATALOG, tag, member, struct cli_sets, "--catalog", 0, "FILE", 0, 0, \
            "add or change catalogue entries; repeatable")
#define CLI_SET(tag, member)                                                            \
    CLI_ROW(CLI_KIND_SET, tag, member, struct cli_sets, "--set", 0, "PATH=VALUE", 0, 0, \
            "change a value of the scenario; repeatable")
#define CLI_SEED(tag, member)                                                    \
    CLI_ROW(CLI_KIND_SEED, tag, member, struct cli_sets, "--seed", 0, "N", 0, 0, \
            "the same as --set seed=N")
/* What every verb that loads a scenario offers. */
#define CLI_SCENARIO_ROWS(tag, member) \
    CLI_SET(tag, member), CLI_CATALOG(tag, member), CLI_SEED(tag, member)
/* Where serving tables are kept. */
struct cli_cache {
    const char *dir; /* NULL: the user's */
    bool is_off;     /* in memory alone */
};
#define CLI_CACHE_ROWS(tag, member)                                                              \
    CLI_TEXT(                                                                                    \
        tag, member.dir, "--cache", 0, "DIR",                                                    \
        "where serving tables are kept (default: $XDG_CACHE_HOME/wattmill, ~/.cache/wattmill)"), \
        CLI_FLAG(tag, member.is_off, "--no-cache", "keep serving tables in memory alone")
/* Parts of runs that the points of a study share. */
struct cli_stages {
    bool explain, is_off;
};
#define CLI_STAGES_ROWS(tag, member)                                                           \
    CLI_FLAG(tag, member.explain, "--explain-stages",                                          \
             "at the end: parts of a run, what they hang on, and how many points reused one"), \
        CLI_FLAG(tag, member.is_off, "--no-stages",                                            \
                 "run every point whole; the results are the same")
struct wm_stages *cli_stages_open(const struct cli_stages *given);
/* Closes them, with a table where it was asked for. */
void cli_stages_close(const struct cli_stages *given, struct wm_stages *stages);

#define CLI_END              \
    {                        \
        .kind = CLI_KIND_END \
    }

/* All verbs in the order of verbs.def; NULL behind the last. */
const struct cli_verb *cli_verb_at(size_t i);
/* What verb `i` is for, as --help groups them. */
const char *cli_task_at(size_t i);
/* The verb of that name or the only one that begins so; NULL after a diagnostic. */
const struct cli_verb *cli_verb_find(struct cli *cli, const char *name);
/* The verb that takes such a file: "run", "sweep", "export"; NULL when there is none, or it is another. WM_IO with
 * E102 when it cannot be read. */
enum wm_status cli_verb_for(struct cli *cli, const char *path, const char **verb);
/* wm_scenario_load(), of standard input for "-"; a study or a store is told which verb takes it. */
enum wm_status cli_scenario_load(struct cli *cli, const char *path, const struct cli_sets *sets,
                                 struct wm_loaded *loaded);
/* The verb's rows, then those every verb has; NULL behind the last. */
const struct cli_option *cli_option_at(const struct cli_verb *verb, size_t i);

/* Reads cli->argv into a new options struct. WM_USAGE after any mistake. */
enum wm_status cli_parse(struct cli *cli, const struct cli_verb *verb, void **options);

/** Makes arguments that are pipes readable more than once. */
enum wm_status cli_keep_pipes(struct cli *cli);

/**
 * Splits the process before a library that does not look at its memory writes `path`: true in the child, which goes
 * on; the parent ends with its exit code, or is told by `status` that it died. @pre nothing is open
 */
bool cli_goes_on_in_child(struct cli *cli, const char *path, enum wm_status *status);

/* The shipped catalogue with the --catalog files over it. */
enum wm_status cli_catalog_load(struct cli *cli, const struct cli_sets *files,
                                const struct wm_catalog **catalog);

/* What a verb of a case offers beside the rows of its form. */
struct cli_case {
    struct cli_sets sets;
    struct cli_asserts asserts;
    const char *dir, *show; /* show NULL: the usual */
    enum wm_format format;
    bool requests, plot;
    bool whole; /* JSON is the whole result, not what the verb lists */
};
#define CLI_CASE_DEFAULTS         \
    {                             \
        .format = WM_FORMAT_TABLE \
    }
#define CLI_CASE_ROWS(text)                                                              \
    CLI_SET(cli_case, sets), CLI_CATALOG(cli_case, sets), CLI_ASSERT(cli_case, asserts), \
        CLI_FORMAT(cli_case, format), CLI_TEXT(cli_case, dir, "--output", 'o', "DIR", text)
/* Rows of what a site adds to racks. */
#define CLI_TERMS_ROWS(id)                                                        \
    CLI_ROW_OF(id, cli_case, sets, "--climate", 0, "site.climate", ),             \
        CLI_ROW_OF(id, cli_case, sets, "--cooling", 0, "site.cooling", ),         \
        CLI_ROW_OF(id, cli_case, sets, "--power-chain", 0, "site.power_chain", ), \
        CLI_ROW_OF(id, cli_case, sets, "--pue", 0, "site.pue", ),                 \
        CLI_ROW_OF(id, cli_case, sets, "--ledger", 0, "site.ledger", ),           \
        CLI_ROW_OF(id, cli_case, sets, "--tariff", 0, "site.tariff", ),           \
        CLI_ROW_OF(id, cli_case, sets, "--power-price", 0, "site.power_usd_per_mwh", )
/* A verb of a case: a document of that form, or none and the options alone; `data` is the path of a row
 * that another word gives, or NULL. */
enum wm_status cli_case_run(struct cli *cli, const struct wm_form *form, const char *data,
                            const struct cli_case *how);
/* What is printed and written of a document that was loaded. */
enum wm_status cli_case_show(struct cli *cli, const struct wm_loaded *loaded,
                             const struct cli_case *how, struct wm_cache *cache);
/* wm_document_load(), of standard input for "-"; a study or a store is told which verb takes it. */
enum wm_status cli_document_load(struct cli *cli, const char *path, const struct cli_sets *sets,
                                 struct wm_loaded *loaded);

/* What follows an option, and its meaning, in the arena; value NULL: nothing follows. */
const char *cli_option_value(struct wm_arena *arena, const struct cli_option *option);
const char *cli_option_help(struct wm_arena *arena, const struct cli_option *option);
/* "--output DIR" as help and man page show it, in the arena. */
const char *cli_option_spelling(struct wm_arena *arena, const struct cli_option *option);
void cli_help(FILE *file, struct wm_arena *arena, const struct cli_verb *verb);
/* All verbs by task. */
void cli_help_all(FILE *file);
void cli_man_write(FILE *file, struct wm_arena *arena);

#define CLI_VERB(id, task) extern const struct cli_verb cli_verb_##id;
#include "verbs.def"
#undef CLI_VERB

/** The cache of serving tables, for wm_cache_close(); NULL when memory ends, which means none. */
struct wm_cache *cli_cache_open(struct cli *cli, const struct cli_cache *given);

#endif
