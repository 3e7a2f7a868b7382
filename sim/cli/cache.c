/* Where serving tables are kept between commands. */
#include <stdlib.h>

#include "options.h"

/* $XDG_CACHE_HOME/wattmill, or ~/.cache/wattmill (XDG Base Directory Specification 0.8). */
static const char *default_dir(struct wm_arena *arena)
{
    const char *const xdg = getenv("XDG_CACHE_HOME"), *const home = getenv("HOME");
    if (xdg != NULL && xdg[0] == '/') /* the specification: relative paths are ignored */
        return wm_arena_printf(arena, "%s/wattmill", xdg);
    return home != NULL && home[0] == '/' ? wm_arena_printf(arena, "%s/.cache/wattmill", home)
                                          : NULL;
}

struct wm_cache *cli_cache_open(struct cli *cli, const struct cli_cache *given)
{
    const struct wm_cache_params params = {.dir = given->is_off        ? NULL
                                                  : given->dir != NULL ? given->dir
                                                                       : default_dir(cli->arena)};
    return wm_cache_open(&params);
}
