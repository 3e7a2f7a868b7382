#define _XOPEN_SOURCE 700 /* realpath() */

#include "server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "guard.h"
#include "wattmill/parallel.h"

struct opening {
    const struct wm_serve_params *params;
    struct wm_diags *diags;
    struct wm_server *server;
};

/* The folder, and what of it is shown first. */
static enum wm_status find_folder(struct wm_server *s, const char *path, struct wm_diags *diags)
{
    struct stat info;
    char *const real = realpath(path, NULL);
    const struct wm_place place = {.file = path};
    if (real == NULL || stat(real, &info) != 0) {
        wm_diag_add(diags, WM_E102, &place, NULL, "cannot be read: %s", strerror(errno));
        free(real);
        return WM_IO;
    }
    char *const kept = wm_arena_copy_text(s->arena, real, strlen(real));
    free(real);
    s->folder = kept;
    s->start = "";
    if (S_ISDIR(info.st_mode))
        return WM_OK;
    char *const slash = strrchr(kept, '/');
    s->start = slash + 1;
    *slash = '\0';
    if (slash == kept)
        s->folder = "/";
    return WM_OK;
}

static enum wm_status open_server(struct wm_arena *arena, void *context)
{
    struct opening *const o = context;
    const struct wm_serve_params *const p = o->params;
    struct wm_server *const s = WM_NEW(arena, struct wm_server);
    o->server = s;
    s->arena = arena;
    s->port = p->port;
    s->cache = p->cache;
    s->n_threads = p->n_threads > 0 ? p->n_threads : wm_processors();
    enum wm_status status = find_folder(s, p->path != NULL ? p->path : ".", o->diags);
    if (status != WM_OK)
        return status;
    if (!guard_token(s->token)) {
        wm_diag_add(o->diags, WM_E105, NULL, NULL, "the system gives no random numbers");
        return WM_IO;
    }
    status = http_open(s, o->diags);
    s->url = wm_arena_printf(arena, "http://127.0.0.1:%u/%s/", s->port, s->token);
    return status;
}

enum wm_status wm_serve_open(const struct wm_serve_params *params, struct wm_server **server,
                             struct wm_diags *diags)
{
    struct opening o = {.params = params, .diags = diags};
    struct wm_arena *const arena = wm_arena_open();
    *server = NULL;
    if (arena == NULL)
        return WM_NO_MEMORY;
    const enum wm_status status = wm_arena_guard(arena, open_server, &o);
    if (status == WM_OK) {
        *server = o.server;
        return WM_OK;
    }
    if (o.server != NULL)
        http_close(o.server->http);
    wm_arena_close(arena);
    return status;
}

const char *wm_serve_url(const struct wm_server *server)
{
    return server->url;
}

void wm_serve_close(struct wm_server *s)
{
    if (s == NULL)
        return;
    atomic_store(&s->closing, true);
    http_close(s->http);
    wm_arena_close(s->arena);
}
