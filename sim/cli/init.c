/* init: a first scenario from a few answers, asked on a terminal where an option does not give them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"
#include "wattmill/template.h"

struct options {
    const char *limit;
    const char *climate, *ledger, *accelerator, *llm, *workload, *deck, *existing;
    int64_t years;
    bool force, yes, ask;
};

static const struct options defaults = {.years = 0};

// clang-format off
static const struct cli_option rows[] = {
    CLI_TEXT(options, limit, "--mw", 0, "MW", "contract at the meter, MW or with a unit: \"0.2 GW\" (default: 100)"),
    CLI_TEXT(options, climate, "--climate", 0, "NAME", "of the site, with the place's tariff and taxes (default: northern-virginia)"),
    CLI_TEXT(options, ledger, "--ledger", 0, "NAME", "who owns and pays (default: owner-operator)"),
    CLI_TEXT(options, existing, "--existing", 0, "NAME:MW", "accelerators that are there already and the MW they fill"),
    CLI_TEXT(options, accelerator, "--accelerator", 'a', "NAME", "that fills the rest (default: gb300-nvl72)"),
    CLI_TEXT(options, llm, "--llm", 'm', "NAME", "model it serves (default: deepseek-r1)"),
    CLI_TEXT(options, workload, "--class", 0, "NAME", "of requests (default: chat)"),
    CLI_TEXT(options, deck, "--price", 0, "NAME", "price deck (default: the model's own, else mid-band)"),
    CLI_WHOLE(options, years, "--years", 0, "N", 1, 50, "of the appraisal (default: 5)"),
    CLI_FLAG(options, yes, "--yes", "ask nothing, take defaults"),
    CLI_FLAG(options, ask, "--ask", "ask, even if the answers come from a file or a pipe"),
    CLI_FLAG(options, force, "--force", "overwrite FILE"),
    CLI_END,
};
// clang-format on

/* A line of the answers without its end; NULL where they end. */
static const char *read_line(struct cli *cli)
{
    char line[256];
    if (fgets(line, sizeof line, stdin) == NULL)
        return NULL;
    line[strcspn(line, "\r\n")] = '\0';
    const char *at = line;
    while (*at == ' ')
        at++;
    return wm_arena_copy_text(cli->arena, at, strlen(at));
}

/* Names and titles, as long as the list is. */
static void list_choices(const struct wm_catalog *catalog, enum wm_catalog_kind kind)
{
    for (size_t i = 0; i < wm_catalog_n(catalog, kind); i++) {
        const struct wm_catalog_head *const e = wm_catalog_at(catalog, kind, i);
        fprintf(stderr, "  %-28s %s\n", e->name, e->title);
    }
}

static void say_unknown(struct cli *cli, const struct wm_catalog *catalog,
                        enum wm_catalog_kind kind, const char *name)
{
    struct wm_suggest near = wm_suggest_init(name);
    for (size_t i = 0; i < wm_catalog_n(catalog, kind); i++)
        wm_suggest_offer(&near, wm_catalog_at(catalog, kind, i)->name);
    fprintf(stderr, "  no entry \"%s\"%s  (? lists them)\n", name,
            wm_suggest_text(cli->arena, &near));
}

/* Asks until the answer is an entry; an empty one or the end of the answers keeps the default. */
static const char *ask_entry(struct cli *cli, const struct wm_catalog *catalog,
                             enum wm_catalog_kind kind, const char *question, const char *usual)
{
    for (;;) {
        fprintf(stderr, "%s [%s] (? lists): ", question, usual);
        const char *const text = read_line(cli);
        if (text == NULL || text[0] == '\0')
            return NULL;
        if (strcmp(text, "?") == 0) {
            list_choices(catalog, kind);
            continue;
        }
        const struct wm_catalog_head *const found = wm_catalog_find(catalog, kind, text);
        if (found != NULL)
            return found->name;
        say_unknown(cli, catalog, kind, text);
    }
}

static double ask_mw(struct cli *cli)
{
    for (;;) {
        fputs("Contract at the meter, MW or with a unit [100 MW]: ", stderr);
        const char *const text = read_line(cli);
        if (text == NULL || text[0] == '\0')
            return 0.0;
        const double mw = wm_template_mw(text);
        if (mw > 0.0)
            return mw;
        fprintf(stderr,
                "  \"%s\" is no power between 0.001 and 100000 MW; such as 150, 0.2 GW, "
                "800 kW\n",
                text);
    }
}

static int64_t ask_years(struct cli *cli)
{
    for (;;) {
        fputs("Years of the appraisal [5]: ", stderr);
        const char *const text = read_line(cli);
        char *end = NULL;
        if (text == NULL || text[0] == '\0')
            return 0;
        const long years = strtol(text, &end, 10);
        if (*end == '\0' && years >= 1 && years <= 50)
            return years;
        fprintf(stderr, "  \"%s\" is no number of years from 1 to 50\n", text);
    }
}

/* "NAME:MW" or "NAME MW"; false when it is neither. */
static bool read_existing(struct cli *cli, const char *text, struct wm_template *t)
{
    const char *at = strrchr(text, ':');
    if (at == NULL) {
        at = text;
        for (const char *c = strchr(text, ' '); c != NULL && !(t->existing_mw > 0.0);
             c = strchr(c + 1, ' ')) {
            t->existing_mw = wm_template_mw(c + 1);
            at = c;
        }
    } else {
        t->existing_mw = wm_template_mw(at + 1);
    }
    t->existing = wm_arena_copy_text(cli->arena, text, (size_t)(at - text));
    return t->existing_mw > 0.0 && t->existing[0] != '\0';
}

static void ask_existing(struct cli *cli, const struct wm_catalog *catalog, struct wm_template *t)
{
    for (;;) {
        fputs("What is there already, as in \"h100 40 MW\" [nothing] (? lists): ", stderr);
        const char *const text = read_line(cli);
        t->existing = NULL;
        t->existing_mw = 0.0;
        if (text == NULL || text[0] == '\0' || strcmp(text, "nothing") == 0 ||
            strcmp(text, "none") == 0)
            return;
        if (strcmp(text, "?") == 0)
            list_choices(catalog, WM_CATALOG_accelerator);
        else if (!read_existing(cli, text, t))
            fprintf(stderr, "  \"%s\" is no accelerator with its MW\n", text);
        else if (wm_catalog_find(catalog, WM_CATALOG_accelerator, t->existing) != NULL)
            return;
        else
            say_unknown(cli, catalog, WM_CATALOG_accelerator, t->existing);
    }
}

static enum wm_status ask_all(struct cli *cli, struct wm_template *t)
{
    const struct wm_template usual = wm_template_defaults();
    const struct wm_catalog *catalog = NULL;
    const enum wm_status status = wm_catalog_load(cli->arena, &catalog, &cli->diags);
    if (status != WM_OK)
        return status;
    if (t->climate == NULL)
        t->climate = ask_entry(cli, catalog, WM_CATALOG_climate, "Place", usual.climate);
    if (t->limit_mw == 0.0)
        t->limit_mw = ask_mw(cli);
    if (t->ledger == NULL)
        t->ledger = ask_entry(cli, catalog, WM_CATALOG_ledger, "Who owns and pays", usual.ledger);
    if (t->existing == NULL)
        ask_existing(cli, catalog, t);
    if (t->accelerator == NULL)
        t->accelerator =
            ask_entry(cli, catalog, WM_CATALOG_accelerator, "Accelerator", usual.accelerator);
    if (t->llm == NULL)
        t->llm = ask_entry(cli, catalog, WM_CATALOG_llm, "Model", usual.llm);
    if (t->workload == NULL)
        t->workload = ask_entry(cli, catalog, WM_CATALOG_workload, "Its market: class of requests",
                                usual.workload);
    if (t->deck == NULL)
        t->deck = ask_entry(cli, catalog, WM_CATALOG_deck, "Price deck",
                            "the model's own, else mid-band");
    if (t->years == 0)
        t->years = ask_years(cli);
    return WM_OK;
}

static enum wm_status unwritable(struct cli *cli, const char *path)
{
    wm_diag_add(&cli->diags, WM_E104, NULL, NULL, "%s: %s", path, strerror(errno));
    return WM_IO;
}

/* Under a temporary name first, so that nothing half written is left. */
static enum wm_status write_file(struct cli *cli, const struct wm_template *t, const char *path,
                                 struct wm_template_told *told)
{
    struct wm_out_file out;
    if (!wm_out_open(&out, cli->arena, path))
        return unwritable(cli, path);
    const enum wm_status status = wm_template_write(out.file, cli->arena, t, told, &cli->diags);
    if (wm_out_close(&out, status == WM_OK) || status != WM_OK)
        return status;
    return unwritable(cli, path);
}

/* What no question asked for, and by what factor prices were reduced. */
static void tell(const char *path, const struct wm_template_told *told)
{
    printf("prices %s, %.0f tok/s per user, %.0f %% of capacity sold", told->deck, told->speed,
           100.0 * told->sold_frac);
    if (told->market_frac < 1.0)
        printf("; the price is %.2g of list (price.market_frac): at list these accelerators would "
               "earn %.3g times the most they rent for",
               told->market_frac, 1.0 / told->market_frac);
    if (told->short_frac < 1.0)
        printf("; this earns %.2g of the least that clouds report or the accelerators rent for",
               told->short_frac);
    printf("\n%s written; now: wattmill run %s\n", path, path);
}

static enum wm_status read_options(struct cli *cli, const struct options *o, struct wm_template *t)
{
    if (o->limit != NULL) {
        t->limit_mw = wm_template_mw(o->limit);
        if (!(t->limit_mw > 0.0))
            wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                        "init: --mw %s: needs a power between 0.001 and 100000 MW, such as 150 or "
                        "\"0.2 GW\"",
                        o->limit);
    }
    if (o->existing != NULL && !read_existing(cli, o->existing, t))
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                    "init: --existing %s: needs NAME:MW, such as h100:40", o->existing);
    return cli->diags.n_errors > 0 ? WM_USAGE : WM_OK;
}

static enum wm_status run(struct cli *cli, const void *options)
{
    const struct options *const o = options;
    const char *const path = cli->n_words > 0 ? cli->words[0] : "scenario.json";
    if (!o->force && access(path, F_OK) == 0) {
        wm_diag_add(&cli->diags, WM_E104, NULL, NULL, "%s exists; --force overwrites it", path);
        return WM_IO;
    }
    struct wm_template t = {.climate = o->climate,
                            .ledger = o->ledger,
                            .accelerator = o->accelerator,
                            .llm = o->llm,
                            .workload = o->workload,
                            .deck = o->deck,
                            .years = o->years};
    struct wm_template_told told = {.market_frac = 1.0, .short_frac = 1.0};
    enum wm_status status = read_options(cli, o, &t);
    if (status == WM_OK && !o->yes && (o->ask || isatty(STDIN_FILENO)))
        status = ask_all(cli, &t);
    if (status == WM_OK)
        status = write_file(cli, &t, path, &told);
    if (status == WM_OK)
        tell(path, &told);
    return status;
}

const struct cli_verb cli_verb_init = {
    .name = "init",
    .words = "[FILE]",
    .max_words = 1,
    .summary = "write a first scenario from a few answers",
    .details = "FILE is scenario.json unless given. On a terminal, what no option gives is asked;\n"
               "? lists the choices, and a slip is asked again.",
    CLI_OPTIONS(rows, defaults),
    .run = run,
};
