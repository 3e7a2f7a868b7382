/* What the commands share. Each verb is one file with one function, listed in main.c. */
#ifndef WATTMILL_CLI_H
#define WATTMILL_CLI_H

#include "wattmill/wattmill.h"

struct cli {
    struct wm_arena *arena;
    struct wm_diags diags;
    int argc; /* arguments after the verb */
    char **argv;
    bool quiet; /* no warnings on stderr */
};

enum wm_status cli_run(struct cli *cli);
enum wm_status cli_check(struct cli *cli);
enum wm_status cli_catalog(struct cli *cli);
enum wm_status cli_explain(struct cli *cli);
enum wm_status cli_schema(struct cli *cli);
enum wm_status cli_docs(struct cli *cli);

#endif
