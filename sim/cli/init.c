/* init: a first scenario from six answers, asked on a terminal where an option does not give them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"
#include "wattmill/template.h"

struct options {
    double limit_mw;
    const char *climate, *accelerator, *llm, *workload, *deck;
    bool force, yes;
};

static const struct options defaults = {.limit_mw = 0.0};

// clang-format off
static const struct cli_option rows[] = {
    CLI_REAL(options, limit_mw, "--mw", "MW", 0.001, 1e5, "contract at the meter (default: 100)"),
    CLI_TEXT(options, climate, "--climate", 0, "NAME", "of the site (default: northern-virginia)"),
    CLI_TEXT(options, accelerator, "--accelerator", 'a', "NAME", "that fills it (default: gb300-nvl72)"),
    CLI_TEXT(options, llm, "--llm", 'm', "NAME", "model it serves (default: deepseek-r1)"),
    CLI_TEXT(options, workload, "--class", 0, "NAME", "of requests (default: chat)"),
    CLI_TEXT(options, deck, "--price", 0, "NAME", "price deck (default: the model's own, else mid-band)"),
    CLI_FLAG(options, yes, "--yes", "ask nothing, take defaults"),
    CLI_FLAG(options, force, "--force", "overwrite FILE"),
    CLI_END,
};
// clang-format on

/* One question on stderr; an empty answer or the end of input keeps the default. */
static const char *ask(struct cli *cli, const char *question, const char *usual, const char *kind)
{
    char line[256];
    fprintf(stderr, "%s [%s]%s%s%s: ", question, usual, kind ? " (wattmill catalog " : "",
            kind ? kind : "", kind ? ")" : "");
    if (fgets(line, sizeof line, stdin) == NULL)
        return NULL;
    line[strcspn(line, "\r\n")] = '\0';
    return line[0] != '\0' ? wm_arena_copy_text(cli->arena, line, strlen(line)) : NULL;
}

static enum wm_status ask_all(struct cli *cli, struct wm_template *t)
{
    const struct wm_template usual = wm_template_defaults();
    if (t->limit_mw == 0.0) {
        const char *const text = ask(cli, "Contract at the meter in MW", "100", NULL);
        char *end = NULL;
        t->limit_mw = text ? strtod(text, &end) : 0.0;
        if (text != NULL && (*end != '\0' || !(t->limit_mw >= 0.001 && t->limit_mw <= 1e5))) {
            wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                        "init: \"%s\" MW, allowed is a number in 0.001..100000", text);
            return WM_USAGE;
        }
    }
    if (t->climate == NULL)
        t->climate = ask(cli, "Climate", usual.climate, "climates");
    if (t->accelerator == NULL)
        t->accelerator = ask(cli, "Accelerator", usual.accelerator, "accelerators");
    if (t->llm == NULL)
        t->llm = ask(cli, "Model", usual.llm, "llms");
    if (t->workload == NULL)
        t->workload = ask(cli, "Class of requests", usual.workload, "workload_classes");
    if (t->deck == NULL)
        t->deck = ask(cli, "Price deck", "the model's own, else mid-band", "price_decks");
    return WM_OK;
}

static enum wm_status unwritable(struct cli *cli, const char *path)
{
    wm_diag_add(&cli->diags, WM_E104, NULL, NULL, "%s: %s", path, strerror(errno));
    return WM_IO;
}

/* Under a temporary name first, so that nothing half written is left. */
static enum wm_status write_file(struct cli *cli, const struct wm_template *t, const char *path)
{
    struct wm_out_file out;
    if (!wm_out_open(&out, cli->arena, path))
        return unwritable(cli, path);
    const enum wm_status status = wm_template_write(out.file, cli->arena, t, &cli->diags);
    if (wm_out_close(&out, status == WM_OK) || status != WM_OK)
        return status;
    return unwritable(cli, path);
}

static enum wm_status run(struct cli *cli, const void *options)
{
    const struct options *const o = options;
    const char *const path = cli->n_words > 0 ? cli->words[0] : "scenario.json";
    if (!o->force && access(path, F_OK) == 0) {
        wm_diag_add(&cli->diags, WM_E104, NULL, NULL, "%s exists; --force overwrites it", path);
        return WM_IO;
    }
    struct wm_template t = {.limit_mw = o->limit_mw,
                            .climate = o->climate,
                            .accelerator = o->accelerator,
                            .llm = o->llm,
                            .workload = o->workload,
                            .deck = o->deck};
    enum wm_status status = WM_OK;
    if (!o->yes && isatty(STDIN_FILENO))
        status = ask_all(cli, &t);
    if (status == WM_OK)
        status = write_file(cli, &t, path);
    if (status == WM_OK)
        printf("%s written; now: wattmill run %s\n", path, path);
    return status;
}

const struct cli_verb cli_verb_init = {
    .name = "init",
    .words = "[FILE]",
    .max_words = 1,
    .summary = "write a first scenario from six answers",
    .details = "FILE is scenario.json unless given. On a terminal, what no option gives is asked.",
    CLI_OPTIONS(rows, defaults),
    .run = run,
};
