/* A saved comparison (compare.json) read back: sides, inputs that differ, bridges. */
#include <math.h>
#include <string.h>

#include "wattmill/compare.h"

static const char *text_at(const struct wm_json *object, const char *key)
{
    const struct wm_json *const v = wm_json_find(object, key);
    return v != NULL && v->type == WM_JSON_STRING ? v->text : "";
}

static double number_at(const struct wm_json *object, const char *key)
{
    const struct wm_json *const v = wm_json_find(object, key);
    return v != NULL && v->type == WM_JSON_NUMBER ? v->number : (double)NAN;
}

static const struct wm_json *array_at(const struct wm_json *object, const char *key)
{
    const struct wm_json *const v = wm_json_find(object, key);
    return v != NULL && v->type == WM_JSON_ARRAY ? v : NULL;
}

static void read_side(struct wm_arena *arena, const char *path, const struct wm_json *node,
                      struct wm_side *s)
{
    const struct wm_json *const metrics = wm_json_find(node, "metrics");
    const char *const why = text_at(node, "infeasible");
    *s = (struct wm_side){.path = path,
                          .name = text_at(node, "name"),
                          .result = why[0] == '\0' ? node : NULL,
                          .infeasible = why[0] != '\0' ? why : NULL};
    for (unsigned i = 0; i < WM_N_METRICS; i++) {
        const struct wm_metric_info *const info = wm_metric_info((enum wm_metric)i);
        s->metric[i] = wm_unit_to_si(info->unit, number_at(metrics, info->key));
    }
    const double seed = number_at(wm_json_find(node, "stamp"), "seed");
    s->seed = fabs(seed) < 0x1p53 ? (int64_t)seed : 0;
    wm_side_read_inputs(arena, s);
}

/* A value as JSON text; NULL where the side has no such input. */
static const char *value_at(struct wm_arena *arena, const struct wm_json *change, const char *key)
{
    const struct wm_json *const v = wm_json_find(change, key);
    return v == NULL || v->type == WM_JSON_NULL ? NULL : wm_json_to_text(arena, v);
}

static void read_changes(struct wm_arena *arena, const struct wm_json *root,
                         struct wm_comparison *c)
{
    const struct wm_json *const list = array_at(root, "changed");
    if (list == NULL)
        return;
    struct wm_change *const changes = WM_NEW_ARRAY(arena, struct wm_change, list->n_children + 1);
    for (const struct wm_json *x = list->child; x != NULL; x = x->next)
        changes[c->n_changes++] =
            (struct wm_change){text_at(x, "path"), text_at(x, "unit"), value_at(arena, x, "a"),
                               value_at(arena, x, "b")};
    c->changes = changes;
}

/* One of a metric that this version does not have is left out. */
static bool read_bridge(struct wm_arena *arena, const struct wm_json *node, struct wm_bridge *b)
{
    const enum wm_metric metric = wm_metric_find(text_at(node, "metric"));
    const struct wm_json *const steps = array_at(node, "steps");
    if (metric == WM_N_METRICS || steps == NULL)
        return false;
    const enum wm_unit unit = wm_metric_info(metric)->unit;
    *b = (struct wm_bridge){.metric = metric,
                            .is_shapley = strcmp(text_at(node, "way"), "shapley") == 0,
                            .from = wm_unit_to_si(unit, number_at(node, "a")),
                            .to = wm_unit_to_si(unit, number_at(node, "b")),
                            .steps =
                                WM_NEW_ARRAY(arena, struct wm_bridge_step, steps->n_children + 1),
                            .n_runs = (size_t)fmax(0.0, fmin(1e6, number_at(node, "runs")))};
    for (const struct wm_json *x = steps->child; x != NULL; x = x->next)
        b->steps[b->n_steps++] = (struct wm_bridge_step){
            text_at(x, "block"), wm_unit_to_si(unit, number_at(x, "change"))};
    return true;
}

static void read_bridges(struct wm_arena *arena, const struct wm_json *root,
                         struct wm_comparison *c)
{
    const struct wm_json *const list = array_at(root, "bridges");
    if (list == NULL)
        return;
    struct wm_bridge *const bridges = WM_NEW_ARRAY(arena, struct wm_bridge, list->n_children + 1);
    for (const struct wm_json *x = list->child; x != NULL; x = x->next)
        c->n_bridges += read_bridge(arena, x, &bridges[c->n_bridges]);
    c->bridges = bridges;
}

enum wm_status wm_comparison_read(struct wm_arena *arena, const char *path,
                                  struct wm_comparison *out, struct wm_diags *diags)
{
    const char *text = NULL;
    size_t n = 0;
    struct wm_json *root = NULL;
    enum wm_status status = wm_text_load(arena, path, &text, &n, diags);
    if (status == WM_OK)
        status = wm_json_parse(arena, text, n, path, &root, diags);
    if (status != WM_OK)
        return status;
    const struct wm_json *const sides = array_at(root, "sides");
    if (sides == NULL || sides->n_children < 2 || array_at(root, "bridges") == NULL) {
        wm_diag_add(diags, WM_E205, &root->place, "sides", "and bridges: this is no saved comparison");
        return WM_INVALID;
    }
    struct wm_side *const all = WM_NEW_ARRAY(arena, struct wm_side, sides->n_children);
    *out = (struct wm_comparison){.sides = all};
    for (const struct wm_json *s = sides->child; s != NULL; s = s->next)
        read_side(arena, path, s, &all[out->n_sides++]);
    read_changes(arena, root, out);
    read_bridges(arena, root, out);
    return WM_OK;
}
