/* What the commands share. A verb is a table (options.h), a function and a line in verbs.def. */
#ifndef WATTMILL_CLI_H
#define WATTMILL_CLI_H

#include "wattmill/wattmill.h"

struct cli {
    struct wm_arena *arena;
    struct wm_diags diags;
    int argc; /* arguments after the verb */
    char **argv;
    const char **words; /* those that are no options */
    size_t n_words;
    bool quiet; /* no warnings on stderr */
    bool help;  /* only the verb's help was asked for */
};

#endif
