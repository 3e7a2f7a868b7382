/* Route report: the page of `wattmill report` for a scenario, to be saved. */
#define _XOPEN_SOURCE 700 /* mkdtemp() */

#include <stdlib.h>
#include <unistd.h>

#include "document.h"
#include "routes.h"
#include "wattmill/page.h"

struct report_body {
    const struct wm_json *scenario, *set;
    bool quick;
};

const struct wm_field body_report[] = {
    DOCUMENT_ROWS(report_body),
    WM_FLAG(report_body, quick, false, "leaves out the assumptions that matter, a run each"),
    WM_FIELD_END,
};

enum { ASSUMPTIONS_MAX = 12 };

/* Figures, drawn in a folder that goes away again; a page without them is a page. */
static void draw(struct call *call, struct wm_page_part *part)
{
    struct wm_folder *const f = WM_NEW(call->arena, struct wm_folder);
    struct wm_diags quiet = wm_diags_init(call->arena);
    char dir[] = "/tmp/wattmill-XXXXXX";
    if (mkdtemp(dir) == NULL)
        return;
    if (wm_folder_open(f, call->arena, dir, &quiet)) {
        f->formats = WM_FIGURE_SVG;
        (void)wm_page_figures(f, part->side, part);
        wm_folder_close(f);
        for (size_t i = 0; i < f->n_files; i++)
            (void)unlink(f->files[i]);
    }
    (void)rmdir(dir);
}

static bool goes_on(void *call, size_t n_done, size_t n_total)
{
    (void)n_done, (void)n_total;
    return call_goes_on(call, 0.0);
}

enum wm_status route_report(struct call *call, FILE *out)
{
    struct report_body body;
    struct document document;
    struct wm_side side;
    struct wm_assumption assumptions[ASSUMPTIONS_MAX];
    struct wm_loaded *const loaded = WM_NEW(call->arena, struct wm_loaded);
    const struct wm_run_options how = {.cache = call->server->cache,
                                       .range_draws = WM_RANGE_DRAWS,
                                       .progress = call_goes_on,
                                       .progress_context = call};
    if (!call_read(call, &body) || !document_read(call, body.scenario, body.set, &document))
        return WM_INVALID;
    enum wm_status status = document_load(call, &document, loaded);
    if (status == WM_OK)
        status = wm_side_run(call->arena, document.path != NULL ? document.path : "document",
                             call->server->folder, loaded, &how, &side, &call->diags);
    if (status != WM_OK && status != WM_FAILED)
        return status;
    struct wm_page_part part = {.side = &side};
    if (side.run != NULL && !body.quick) {
        part.n_assumptions = wm_assumptions(call->arena, &side, WM_METRIC_npv_usd, goes_on, call,
                                            assumptions, ASSUMPTIONS_MAX);
        part.assumptions = assumptions;
    }
    if (!call_goes_on(call, 0.0))
        return WM_INTERRUPTED;
    if (side.run != NULL)
        draw(call, &part);
    const struct wm_page page = {.parts = &part, .n_parts = 1, .metric = WM_METRIC_npv_usd};
    wm_page_write(out, call->arena, &page);
    call->type = "text/html; charset=utf-8";
    call->file_name = "report.html";
    return status;
}
