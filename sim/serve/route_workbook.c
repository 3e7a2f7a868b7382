/* Route workbook: a run, or a comparison with a base, as a workbook to be saved. */
#define _XOPEN_SOURCE 700 /* mkdtemp() */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "document.h"
#include "routes.h"
#include "wattmill/books.h"

struct workbook_body {
    const struct wm_json *scenario, *set, *base;
};

const struct wm_field body_workbook[] = {
    DOCUMENT_ROWS(workbook_body),
    WM_JSON(workbook_body, base,
            "{\"scenario\", \"set\"}: what it is compared with, as A; left out: a workbook of the "
            "run alone"),
    WM_FIELD_END,
};

struct base_body {
    const struct wm_json *scenario, *set;
};

static const struct wm_field base_fields[] = {
    DOCUMENT_ROWS(base_body),
    WM_FIELD_END,
};

static enum wm_status run_side(struct call *call, const struct wm_json *scenario,
                               const struct wm_json *set, struct wm_side *side)
{
    struct document document;
    struct wm_loaded *const loaded = WM_NEW(call->arena, struct wm_loaded);
    const struct wm_run_options how = {.cache = call->server->cache,
                                       .range_draws = WM_RANGE_DRAWS,
                                       .progress = call_goes_on,
                                       .progress_context = call};
    if (!document_read(call, scenario, set, &document))
        return WM_INVALID;
    const enum wm_status status = document_load(call, &document, loaded);
    return status != WM_OK
               ? status
               : wm_side_run(call->arena, document.path != NULL ? document.path : "document",
                             call->server->folder, loaded, &how, side, &call->diags);
}

/* Connections and stores of the server are none of the child's. */
static void close_all(void)
{
    enum { FILES_MAX = 4096 };
    for (int fd = 3; fd < FILES_MAX; fd++)
        (void)close(fd);
}

/* In a child process: the library that writes it does not look at every allocation. */
static bool write_contained(const struct wm_comparison *c, const char *path, struct call *call)
{
    const pid_t child = fork();
    int how = 0;
    if (child == 0) {
        close_all();
        const struct wm_side *const last = &c->sides[c->n_sides - 1];
        _exit((c->n_sides == 1 ? wm_run_book_write(path, last, &call->diags)
                               : wm_comparison_book_write(path, c, &call->diags)) == WM_OK
                  ? 0
                  : 1);
    }
    while (child > 0 && waitpid(child, &how, 0) < 0 && errno == EINTR)
        ;
    return child > 0 && WIFEXITED(how) && WEXITSTATUS(how) == 0;
}

static bool copy(const char *path, FILE *out)
{
    FILE *const file = fopen(path, "rb");
    char bytes[8192];
    size_t n = 0;
    if (file == NULL)
        return false;
    while ((n = fread(bytes, 1, sizeof bytes, file)) > 0)
        (void)fwrite(bytes, 1, n, out);
    const bool good = !ferror(file);
    (void)fclose(file);
    return good;
}

static enum wm_status put(struct call *call, const struct wm_comparison *c, FILE *out)
{
    char dir[] = "/tmp/wattmill-XXXXXX";
    const bool made = mkdtemp(dir) != NULL;
    const char *const path = wm_arena_printf(call->arena, "%s/book.xlsx", dir);
    const bool good = made && write_contained(c, path, call) && copy(path, out);
    if (made) {
        (void)unlink(path);
        (void)rmdir(dir);
    }
    if (good)
        return WM_OK;
    wm_diag_add(&call->diags, WM_E104, NULL, NULL,
                "the workbook could not be written: no room in %s, no memory, or a program built "
                "without libxlsxwriter",
                dir);
    return WM_IO;
}

static void compare(struct call *call, struct wm_comparison *c)
{
    c->changes = wm_side_changes(call->arena, &c->sides[0], &c->sides[1], &c->n_changes);
}

enum wm_status route_workbook(struct call *call, FILE *out)
{
    struct workbook_body body;
    struct base_body base = {NULL, NULL};
    struct wm_side sides[2];
    struct wm_comparison c = {.sides = sides, .n_sides = 1};
    enum wm_status status = WM_OK;
    if (!call_read(call, &body) ||
        (body.base != NULL && !body_read(call, body.base, base_fields, &base)))
        return WM_INVALID;
    if (body.base != NULL)
        status = run_side(call, base.scenario, base.set, &sides[0]);
    c.n_sides = body.base != NULL ? 2 : 1;
    if (status == WM_OK)
        status = run_side(call, body.scenario, body.set, &sides[c.n_sides - 1]);
    if (status != WM_OK)
        return status;
    if (c.n_sides == 2)
        compare(call, &c);
    if (sides[c.n_sides - 1].result == NULL) {
        wm_diag_add(&call->diags, WM_E305, NULL, NULL, "infeasible: %s",
                    sides[c.n_sides - 1].infeasible);
        return WM_INFEASIBLE;
    }
    call->type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    call->file_name = c.n_sides == 1 ? "run.xlsx" : "comparison.xlsx";
    return put(call, &c, out);
}
