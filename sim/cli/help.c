/* --help of a verb, the man page and nothing else: the tables as a person reads them. */
#include <string.h>

#include "options.h"

static const struct {
    const struct cli_verb *verb;
    const char *words, *meaning;
} examples[] = {
#define CLI_EXAMPLE(id, words, meaning) {&cli_verb_##id, words, meaning},
#include "examples.def"
#undef CLI_EXAMPLE
};
enum { N_EXAMPLES = sizeof examples / sizeof *examples };

const char *cli_option_spelling(struct wm_arena *arena, const struct cli_option *option)
{
    const char *const letter =
        option->letter ? wm_arena_printf(arena, "-%c, ", option->letter) : "";
    const char *const value = cli_option_value(arena, option);
    return wm_arena_printf(arena, "%s%s%s%s", letter, option->name, value ? " " : "",
                           value ? value : "");
}

static void print_option(FILE *file, struct wm_arena *arena, const struct cli_option *option)
{
    enum { COLUMN = 28 };
    const char *const spelling = cli_option_spelling(arena, option);
    if (strlen(spelling) > COLUMN - 3)
        fprintf(file, "  %s\n%*s%s\n", spelling, COLUMN, "", cli_option_help(arena, option));
    else
        fprintf(file, "  %-*s%s\n", COLUMN - 2, spelling, cli_option_help(arena, option));
}

void cli_help(FILE *file, struct wm_arena *arena, const struct cli_verb *verb)
{
    const struct cli_option *option;
    fprintf(file, "usage: wattmill %s%s%s%s\n%s\n", verb->name, *verb->words ? " " : "",
            verb->words, verb->options ? " [options]" : "", verb->summary);
    if (verb->details != NULL)
        fprintf(file, "%s\n", verb->details);
    fputc('\n', file);
    for (size_t i = 0; (option = cli_option_at(verb, i)) != NULL; i++)
        print_option(file, arena, option);
    const char *title = "\nExamples\n";
    for (size_t i = 0; i < N_EXAMPLES; i++)
        if (examples[i].verb == verb) {
            fprintf(file, "%s  wattmill %s%s%s\n      %s\n", title, verb->name,
                    *examples[i].words != '\0' ? " " : "", examples[i].words, examples[i].meaning);
            title = "";
        }
}

void cli_help_all(FILE *file)
{
    const struct cli_verb *verb;
    const char *task = "";
    fputs("usage: wattmill COMMAND [ARGUMENTS]\n", file);
    for (size_t i = 0; (verb = cli_verb_at(i)) != NULL; i++) {
        if (verb->is_hidden)
            continue;
        if (strcmp(cli_task_at(i), task) != 0)
            fprintf(file, "\n%s\n", cli_task_at(i));
        task = cli_task_at(i);
        fprintf(file, "  %-10s %s\n", verb->name, verb->summary);
    }
    fputs(
        "\n  -h, --help     this text; COMMAND --help, or help COMMAND, says more\n"
        "  -V, --version  version of program and schema\n\n"
        "Commands and long options may be cut where they stay unique. First steps: wattmill init,\n"
        "docs/first-site.md. Words: wattmill explain WORD.\n",
        file);
}

/* A text in roff: no line of it may begin as a request, no backslash or dash may be eaten. */
static void put_roff(FILE *file, const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", file);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\\')
            fputs("\\e", file);
        else if (*c == '-')
            fputs("\\-", file);
        else
            fputc(*c, file);
    }
}

static void put_verb(FILE *file, struct wm_arena *arena, const struct cli_verb *verb)
{
    const struct cli_option *option;
    fputs(".SS \"wattmill ", file);
    put_roff(file, verb->name);
    fprintf(file, "%s", *verb->words ? " " : "");
    put_roff(file, verb->words);
    fputs("\"\n", file);
    put_roff(file, verb->summary);
    fputs(".\n", file);
    if (verb->details != NULL) {
        fputs(".PP\n", file);
        put_roff(file, verb->details);
        fputc('\n', file);
    }
    for (size_t i = 0; (option = cli_option_at(verb, i)) != NULL; i++) {
        fputs(".TP\n\\fB", file);
        put_roff(file, cli_option_spelling(arena, option));
        fputs("\\fR\n", file);
        put_roff(file, cli_option_help(arena, option));
        fputc('\n', file);
    }
}

static void put_examples(FILE *file)
{
    fputs(".SH EXAMPLES\n", file);
    for (size_t i = 0; i < N_EXAMPLES; i++) {
        fputs(".TP\n\\fBwattmill ", file);
        put_roff(file, examples[i].verb->name);
        fputs(*examples[i].words != '\0' ? " " : "", file);
        put_roff(file, examples[i].words);
        fputs("\\fR\n", file);
        put_roff(file, examples[i].meaning);
        fputc('\n', file);
    }
}

/* Exit codes as DESIGN and the README state them. */
static const char *const exit_codes[][2] = {
    {"0", "done"},
    {"1", "a balance does not close, or an --assert failed"},
    {"2", "usage"},
    {"3", "scenario, study or data invalid"},
    {"4", "infeasible; the message names the constraint"},
    {"5", "file, database or disk"},
    {"6", "finished with failed points"},
    {"70", "internal"},
    {"130", "interrupted"},
};

void cli_man_write(FILE *file, struct wm_arena *arena)
{
    const struct cli_verb *verb;
    fprintf(file, ".TH WATTMILL 1 \"\" \"wattmill %s\" \"User Commands\"\n", WM_VERSION);
    fputs(".SH NAME\nwattmill \\- what a megawatt of an AI data centre earns\n", file);
    fputs(".SH SYNOPSIS\n\\fBwattmill\\fR \\fICOMMAND\\fR [\\fIARGUMENTS\\fR]\n", file);
    fputs(
        ".SH DESCRIPTION\nSimulates a site of accelerators under its power ceiling, from weather, "
        "tariff and demand to tokens, revenue per megawatt\\-year and the share of operating "
        "expense that goes to power. Results are written to standard output, everything else to "
        "standard error.\n",
        file);
    fputs(".SH COMMANDS\n", file);
    for (size_t i = 0; (verb = cli_verb_at(i)) != NULL; i++)
        if (!verb->is_hidden)
            put_verb(file, arena, verb);
    put_examples(file);
    fputs(".SH EXIT STATUS\n", file);
    for (size_t i = 0; i < sizeof exit_codes / sizeof *exit_codes; i++) {
        fprintf(file, ".TP\n%s\n", exit_codes[i][0]);
        put_roff(file, exit_codes[i][1]);
        fputc('\n', file);
    }
    fputs(".SH ENVIRONMENT\n.TP\nNO_COLOR\nwhen set and not empty, no colour on a terminal\n"
          ".TP\nXDG_CACHE_HOME\nwhere serving tables are kept, in the folder wattmill; else "
          "~/.cache\n",
          file);
    fputs(".SH FILES\n"
          ".TP\n~/.cache/wattmill\nserving tables of earlier runs; may be deleted at any time\n"
          ".TP\nPREFIX/share/wattmill/scenarios\nshipped scenarios and studies\n"
          ".TP\nPREFIX/share/wattmill/plots\ngnuplot scripts of the figures\n"
          ".TP\nPREFIX/share/wattmill/python\nmodule for Python\n",
          file);
    fputs(".SH SEE ALSO\n.BR gnuplot (1),\n.BR sqlite3 (1)\n.PP\nThe folder docs: first\\-site.md, "
          "site.md, glossary.md, models.md, parameters.md, metrics.md, errors.md.\n",
          file);
}
