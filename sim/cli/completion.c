/* completion: what a shell needs to complete commands, options, their choices, and names, keys and metrics. */
#include <string.h>

#include "options.h"
#include "wattmill/describe.h"

/* What follows an option of that name: entries of a section of the catalogue, metrics or keys. */
static const char *const followers[][2] = {
    {"--accelerator", "accelerators"},
    {"--candidate", "accelerators"},
    {"--llm", "llms"},
    {"--model", "llms"},
    {"--engine", "engines"},
    {"--climate", "climates"},
    {"--cooling", "cooling_plants"},
    {"--power-chain", "power_chains"},
    {"--ledger", "ledgers"},
    {"--tariff", "tariffs"},
    {"--class", "workload_classes"},
    {"--batch-class", "workload_classes"},
    {"--price", "price_decks"},
    {"--shape", "demand_shapes"},
    {"--metric", "metrics"},
    {"--tornado", "metrics"},
    {"--sobol", "metrics"},
    {"--response", "metrics"},
    {"--assert", "metrics"},
    {"--set", "keys"},
};

static const char *follower_of(const char *option)
{
    for (size_t i = 0; i < sizeof followers / sizeof *followers; i++)
        if (strcmp(followers[i][0], option) == 0)
            return followers[i][1];
    return NULL;
}

static void put_key(void *unused, const char *path)
{
    (void)unused;
    printf("%s= ", path);
}

/* A shell variable of the words of each kind. */
static void put_names(const struct wm_catalog *catalog, const char *set, char is)
{
    for (int k = 0; k < WM_N_CATALOGS; k++) {
        const enum wm_catalog_kind kind = (enum wm_catalog_kind)k;
        printf("%s%s%c'", set, wm_catalog_section(kind), is);
        for (size_t i = 0; i < wm_catalog_n(catalog, kind); i++)
            printf("%s ", wm_catalog_at(catalog, kind, i)->name);
        puts("'");
    }
    printf("%smetrics%c'", set, is);
    for (int i = 0; i < WM_N_METRICS; i++)
        printf("%s ", wm_metric_info((enum wm_metric)i)->key);
    printf("'\n%skeys%c'", set, is);
    for (size_t i = 0; wm_form_at(i) != NULL; i++)
        wm_form_keys_each(wm_form_at(i), put_key, NULL);
    printf("'\n%swords%c'", set, is);
    for (int i = 0; i < WM_N_CODES; i++)
        printf("%s ", wm_code_name((enum wm_code)i));
    const struct wm_word *w;
    for (size_t i = 0; (w = wm_word_at(i)) != NULL; i++)
        if (w->word != NULL && strchr(w->word, ' ') == NULL)
            printf("%s ", w->word);
    puts("'");
}

static const char *shell_at(size_t i)
{
    static const char *const shells[] = {"bash", "zsh", "fish"};
    return i < sizeof shells / sizeof *shells ? shells[i] : NULL;
}

/* The options of a verb, parted by blanks. */
static void put_options(const struct cli_verb *verb)
{
    const struct cli_option *option;
    for (size_t i = 0; (option = cli_option_at(verb, i)) != NULL; i++)
        printf("%s%s", i > 0 ? " " : "", option->name);
}

/* The words a choice has, parted by blanks instead of bars. */
static void put_choices(const char *words)
{
    for (const char *c = words; *c != '\0'; c++)
        putchar(*c == '|' ? ' ' : *c);
}

static bool has_choices(const struct cli_option *option)
{
    const struct wm_field *const row =
        option->kind == CLI_KIND_ROW ? wm_form_row(option->form, option->path) : NULL;
    return option->kind == CLI_KIND_CHOICE || option->kind == CLI_KIND_FORMAT ||
           (row != NULL && row->kind == WM_KIND_CHOICE);
}

/* Fills `words` for the option before the cursor, verb by verb. */
static void put_values(struct wm_arena *arena, const struct cli_verb *verb)
{
    const struct cli_option *option;
    for (size_t i = 0; (option = cli_option_at(verb, i)) != NULL; i++) {
        const char *const value = cli_option_value(arena, option);
        if (value == NULL)
            continue;
        printf("        %s:%s", verb->name, option->name);
        if (option->letter != 0)
            printf("|%s:-%c", verb->name, option->letter);
        fputs(") ", stdout);
        if (has_choices(option)) {
            fputs("words='", stdout);
            put_choices(value);
            puts("' ;;");
        } else if (follower_of(option->name) != NULL) {
            printf("words=\"$_wattmill_%s\" ;;\n", follower_of(option->name));
        } else {
            printf("files=%s ;;\n", strcmp(value, "DIR") == 0 ? "-d" : "-f");
        }
    }
}

static void put_words(const struct cli_verb *verb)
{
    printf("        %s) options='", verb->name);
    put_options(verb);
    fputc('\'', stdout);
    const char *word;
    if (verb == &cli_verb_explain) {
        puts(" words=\"$_wattmill_words $_wattmill_metrics ${_wattmill_keys//=/}\" ;;");
        return;
    }
    if (verb->candidate == NULL) {
        printf("%s ;;\n", verb->max_words > 0 ? " files=-f" : "");
        return;
    }
    fputs(" words='", stdout);
    for (size_t i = 0; (word = verb->candidate(i)) != NULL; i++)
        printf("%s%s", i > 0 ? " " : "", word);
    putchar('\'');
    for (int k = 0; verb == &cli_verb_catalog && k < WM_N_CATALOGS; k++)
        printf("\" $_wattmill_%s\"", wm_catalog_section((enum wm_catalog_kind)k));
    puts(" ;;");
}

static void put_script(struct wm_arena *arena)
{
    const struct cli_verb *verb;
    puts(
        "_wattmill() {\n"
        "    local current=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
        "    local verb=\"${COMP_WORDS[1]}\" words='' options='' files=''\n"
        "    COMPREPLY=()\n"
        "    if [ \"$COMP_CWORD\" -eq 1 ]; then");
    fputs("        words='", stdout);
    for (size_t i = 0; (verb = cli_verb_at(i)) != NULL; i++)
        if (!verb->is_hidden)
            printf("%s ", verb->name);
    puts("help --help --version'\n    else\n        case \"$verb:$previous\" in");
    for (size_t i = 0; (verb = cli_verb_at(i)) != NULL; i++)
        if (!verb->is_hidden)
            put_values(arena, verb);
    puts("        *)\n        case \"$verb\" in");
    for (size_t i = 0; (verb = cli_verb_at(i)) != NULL; i++)
        if (!verb->is_hidden)
            put_words(verb);
    puts("        esac ;;\n"
         "        esac\n"
         "    fi\n"
         "    case \"$current\" in -*) words=\"$options\" files='' ;; esac\n"
         "    [ \"${words%=*}\" = \"$words\" ] || compopt -o nospace 2>/dev/null\n"
         "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "    [ -z \"$files\" ] || COMPREPLY+=($(compgen $files -- \"$current\"))\n"
         "}\n"
         "complete -o filenames -F _wattmill wattmill");
}

/* For fish: -a words, in double quotes as variables of it; one line an option. */
static void put_fish_option(struct wm_arena *arena, const struct cli_verb *verb,
                            const struct cli_option *option)
{
    const char *const value = cli_option_value(arena, option), *const follower =
                                                                   follower_of(option->name);
    printf("complete -c wattmill -n '__fish_seen_subcommand_from %s' -l %s", verb->name,
           option->name + 2);
    if (option->letter != 0)
        printf(" -s %c", option->letter);
    if (value == NULL) {
        puts("");
    } else if (has_choices(option)) {
        fputs(" -x -a '", stdout);
        put_choices(value);
        puts("'");
    } else if (follower != NULL) {
        printf(" -x -a \"$_wattmill_%s\"\n", follower);
    } else {
        puts(strcmp(value, "DIR") == 0 ? " -x -a '(__fish_complete_directories)'" : " -r -F");
    }
}

static void put_fish(struct wm_arena *arena)
{
    const struct cli_verb *verb;
    const struct cli_option *option;
    const char *word;
    for (size_t i = 0; (verb = cli_verb_at(i)) != NULL; i++) {
        if (verb->is_hidden)
            continue;
        printf("complete -c wattmill -n __fish_use_subcommand -f -a %s -d \"%s\"\n", verb->name,
               verb->summary);
        for (size_t k = 0; (option = cli_option_at(verb, k)) != NULL; k++)
            put_fish_option(arena, verb, option);
        if (verb == &cli_verb_explain)
            puts("complete -c wattmill -n '__fish_seen_subcommand_from explain' -f -a "
                 "\"$_wattmill_words $_wattmill_metrics $_wattmill_keys\"");
        for (size_t k = 0; verb->candidate != NULL && (word = verb->candidate(k)) != NULL; k++)
            printf("complete -c wattmill -n '__fish_seen_subcommand_from %s' -a %s\n", verb->name,
                   word);
    }
}

static enum wm_status run(struct cli *cli, const void *options)
{
    const bool is_fish = strcmp(cli->words[0], "fish") == 0;
    (void)options;
    if (strcmp(cli->words[0], "zsh") == 0)
        puts("autoload -U +X compinit bashcompinit && compinit -u && bashcompinit");
    else if (strcmp(cli->words[0], "bash") != 0 && !is_fish) {
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL,
                    "completion: no shell \"%s\"; bash, zsh or fish", cli->words[0]);
        return WM_USAGE;
    }
    const struct wm_catalog *catalog = NULL;
    const enum wm_status status = wm_catalog_load(cli->arena, &catalog, &cli->diags);
    if (status != WM_OK)
        return status;
    put_names(catalog, is_fish ? "set -g _wattmill_" : "_wattmill_", is_fish ? ' ' : '=');
    if (is_fish)
        put_fish(cli->arena);
    else
        put_script(cli->arena);
    return WM_OK;
}

const struct cli_verb cli_verb_completion = {
    .name = "completion",
    .words = "bash|zsh|fish",
    .min_words = 1,
    .max_words = 1,
    .summary = "print a script that completes commands, options and names",
    .details = "In bash: source <(wattmill completion bash). In zsh the same with zsh; in fish: "
               "wattmill completion fish | source.",
    .candidate = shell_at,
    .run = run,
};
