/* completion: what a shell needs to complete commands, options, their choices and words. */
#include <string.h>

#include "options.h"

static const char *shell_at(size_t i)
{
    static const char *const shells[] = {"bash", "zsh"};
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
    return option->kind == CLI_KIND_CHOICE || option->kind == CLI_KIND_FORMAT;
}

/* Fills `words` for the option before the cursor, verb by verb. */
static void put_values(const struct cli_verb *verb)
{
    const struct cli_option *option;
    for (size_t i = 0; (option = cli_option_at(verb, i)) != NULL; i++) {
        if (option->kind == CLI_KIND_FLAG)
            continue;
        printf("        %s:%s) ", verb->name, option->name);
        if (has_choices(option)) {
            fputs("words='", stdout);
            put_choices(option->value);
            puts("' ;;");
        } else {
            printf("files=%s ;;\n", strcmp(option->value, "DIR") == 0 ? "-d" : "-f");
        }
    }
}

static void put_words(const struct cli_verb *verb)
{
    printf("        %s) options='", verb->name);
    put_options(verb);
    fputc('\'', stdout);
    const char *word;
    if (verb->candidate == NULL) {
        printf("%s ;;\n", verb->max_words > 0 ? " files=-f" : "");
        return;
    }
    fputs(" words='", stdout);
    for (size_t i = 0; (word = verb->candidate(i)) != NULL; i++)
        printf("%s%s", i > 0 ? " " : "", word);
    puts("' ;;");
}

static void put_script(void)
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
    puts("--help --version'\n    else\n        case \"$verb:$previous\" in");
    for (size_t i = 0; (verb = cli_verb_at(i)) != NULL; i++)
        if (!verb->is_hidden)
            put_values(verb);
    puts("        *)\n        case \"$verb\" in");
    for (size_t i = 0; (verb = cli_verb_at(i)) != NULL; i++)
        if (!verb->is_hidden)
            put_words(verb);
    puts("        esac ;;\n"
         "        esac\n"
         "    fi\n"
         "    case \"$current\" in -*) words=\"$options\" files='' ;; esac\n"
         "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "    [ -z \"$files\" ] || COMPREPLY+=($(compgen $files -- \"$current\"))\n"
         "}\n"
         "complete -o filenames -F _wattmill wattmill");
}

static enum wm_status run(struct cli *cli, const void *options)
{
    (void)options;
    if (strcmp(cli->words[0], "zsh") == 0)
        puts("autoload -U +X compinit bashcompinit && compinit -u && bashcompinit");
    else if (strcmp(cli->words[0], "bash") != 0) {
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "completion: no shell \"%s\"; bash or zsh",
                    cli->words[0]);
        return WM_USAGE;
    }
    put_script();
    return WM_OK;
}

const struct cli_verb cli_verb_completion = {
    .name = "completion",
    .words = "bash|zsh",
    .min_words = 1,
    .max_words = 1,
    .summary = "print a script that completes commands and options",
    .details = "In bash: source <(wattmill completion bash). In zsh the same with zsh.",
    .candidate = shell_at,
    .run = run,
};
