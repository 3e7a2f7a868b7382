/* Route compare: scenarios side by side, and what made the difference. */
#include <string.h>

#include "document.h"
#include "routes.h"
#include "wattmill/compare.h"

enum { SIDES_MAX = 16, BRIDGED_MAX = 8 };

struct compare_body {
    const struct wm_json *sides, *metrics;
    bool bridge;
};

const struct wm_field body_compare[] = {
    WM_JSON(compare_body, sides, "a list of {\"scenario\", \"set\"}, as of run; 2 to 16"),
    WM_JSON(compare_body, metrics, "keys that are bridged; by default revenue per MW-year and NPV"),
    WM_FLAG(compare_body, bridge, false,
            "of two sides: runs mixtures of them and tells which difference did how much"),
    WM_FIELD_END,
};

struct side_body {
    const struct wm_json *scenario, *set;
};

static const struct wm_field side_fields[] = {
    DOCUMENT_ROWS(side_body),
    WM_FIELD_END,
};

static bool fail(struct call *call, const struct wm_json *node, const char *key, const char *text)
{
    wm_diag_add(&call->diags, WM_E205, node != NULL ? &node->place : NULL, key, "%s", text);
    return false;
}

static enum wm_status run_side(struct call *call, const struct wm_json *node, struct wm_side *side)
{
    struct side_body body;
    struct document document;
    struct wm_loaded *const loaded = WM_NEW(call->arena, struct wm_loaded);
    const struct wm_run_options how = {.cache = call->server->cache,
                                       .range_draws = WM_RANGE_DRAWS,
                                       .progress = call_goes_on,
                                       .progress_context = call};
    if (!body_read(call, node, side_fields, &body) ||
        !document_read(call, body.scenario, body.set, &document))
        return WM_INVALID;
    const enum wm_status status = document_load(call, &document, loaded);
    if (status != WM_OK)
        return status;
    return wm_side_run(call->arena, document.path != NULL ? document.path : "document",
                       call->server->folder, loaded, &how, side, &call->diags);
}

static enum wm_status run_sides(struct call *call, const struct wm_json *sides,
                                struct wm_comparison *c)
{
    if (sides == NULL || sides->type != WM_JSON_ARRAY || sides->n_children < 2 ||
        sides->n_children > SIDES_MAX) {
        (void)fail(call, sides, "sides", "a list of 2 to 16 objects {\"scenario\", \"set\"}");
        return WM_INVALID;
    }
    struct wm_side *const all = WM_NEW_ARRAY(call->arena, struct wm_side, sides->n_children);
    c->sides = all;
    c->all_metrics = true;
    enum wm_status worst = WM_OK;
    for (const struct wm_json *s = sides->child; s != NULL; s = s->next) {
        const enum wm_status status = run_side(call, s, &all[c->n_sides++]);
        if (status == WM_INTERRUPTED)
            return status;
        worst = worst == WM_OK ? status : worst;
    }
    return worst;
}

static size_t find_metrics(struct call *call, const struct wm_json *keys,
                           enum wm_metric out[BRIDGED_MAX])
{
    size_t n = 0;
    if (keys == NULL) {
        out[n++] = WM_METRIC_revenue_usd_per_mw_utility_year;
        out[n++] = WM_METRIC_npv_usd;
        return n;
    }
    if (keys->type != WM_JSON_ARRAY || keys->n_children > BRIDGED_MAX)
        (void)fail(call, keys, "metrics", "a list of at most 8 keys");
    for (const struct wm_json *k = keys->child; k != NULL && n < BRIDGED_MAX; k = k->next) {
        out[n] = k->type == WM_JSON_STRING ? wm_metric_find(k->text) : WM_N_METRICS;
        if (out[n] != WM_N_METRICS)
            n++;
        else
            wm_diag_add(&call->diags, WM_E101, &k->place, "metrics", "no metric %s",
                        wm_json_to_text(call->arena, k));
    }
    return n;
}

static bool bridge_goes_on(void *call, size_t n_done, size_t n_total)
{
    (void)n_done, (void)n_total;
    return call_goes_on(call, 0.0);
}

enum wm_status route_compare(struct call *call, FILE *out)
{
    struct compare_body body;
    struct wm_comparison c = {0};
    enum wm_metric metrics[BRIDGED_MAX];
    struct wm_bridge bridges[BRIDGED_MAX];
    if (!call_read(call, &body))
        return WM_INVALID;
    const size_t n = find_metrics(call, body.metrics, metrics);
    if (call->diags.n_errors > 0)
        return WM_USAGE;
    enum wm_status status = run_sides(call, body.sides, &c);
    if (status != WM_OK)
        return status;
    if (c.n_sides == 2)
        c.changes = wm_side_changes(call->arena, &c.sides[0], &c.sides[1], &c.n_changes);
    if (body.bridge && c.n_changes > 0 && c.sides[0].run != NULL && c.sides[1].run != NULL) {
        status = wm_bridge(call->arena, &c.sides[0], &c.sides[1], metrics, n, bridge_goes_on, call,
                           bridges, &call->diags);
        if (status != WM_OK)
            return status;
        c.bridges = bridges;
        c.n_bridges = n;
    }
    wm_comparison_write(out, call->arena, &c, WM_FORMAT_JSON);
    return WM_OK;
}
