/* Axes of a study file, and those that stand inside its base scenario. */
#include <string.h>

#include "design.h"
#include "study_load.h"
#include "wattmill/require.h"

static struct wm_axis *add_axis(struct wm_study_load *l)
{
    struct wm_study *const s = l->study;
    if (s->n_axes == l->capacity) {
        l->capacity = l->capacity == 0 ? 16 : 2 * l->capacity;
        struct wm_axis *const grown = WM_NEW_ARRAY(l->arena, struct wm_axis, l->capacity);
        if (s->n_axes > 0)
            memcpy(grown, s->axes, s->n_axes * sizeof *grown);
        s->axes = grown;
    }
    return &s->axes[s->n_axes++];
}

static void add_target(struct wm_study_load *l, struct wm_axis *axis, const char *path,
                       const struct wm_place *place)
{
    for (size_t k = 0; k < axis->n_targets; k++)
        if (strcmp(axis->targets[k].path, path) == 0)
            return;
    struct wm_axis_target *const grown =
        WM_NEW_ARRAY(l->arena, struct wm_axis_target, axis->n_targets + 1);
    if (axis->n_targets > 0)
        memcpy(grown, axis->targets, axis->n_targets * sizeof *grown);
    grown[axis->n_targets++] = (struct wm_axis_target){.path = path, .place = *place};
    axis->targets = grown;
}

/* Cases: [{label, set: {path: value}}], or for `list` the bare sets. */
static bool compile_cases(struct wm_study_load *l, struct wm_axis *axis,
                          const struct wm_json *array, bool bare)
{
    if (array->type != WM_JSON_ARRAY || array->n_children == 0)
        return wm_load_fail(l, &array->place, axis->name, "needs an array of at least one case");
    bool ok = true;
    axis->n_levels = array->n_children;
    for (const struct wm_json *c = array->child; c != NULL; c = c->next) {
        const struct wm_json *const set = bare ? c : wm_json_find(c, "set");
        for (const struct wm_json *m = c->child; !bare && m != NULL; m = m->next)
            if (c->type != WM_JSON_OBJECT ||
                (strcmp(m->key, "set") != 0 && strcmp(m->key, "label") != 0))
                ok = wm_load_fail(l, &m->place, axis->name,
                                  "a case has the keys `label` and `set` only");
        if (set == NULL || set->type != WM_JSON_OBJECT || set->n_children == 0)
            return wm_load_fail(
                l, &c->place, axis->name,
                "a case is {\"label\": ..., \"set\": {path: value, ...}}, a point of a list "
                "{path: value, ...}");
        for (const struct wm_json *m = set->child; m != NULL; m = m->next)
            add_target(l, axis, m->key, &m->key_place);
    }
    struct wm_case *const cases = WM_NEW_ARRAY(l->arena, struct wm_case, axis->n_levels);
    size_t i = 0;
    for (const struct wm_json *c = array->child; c != NULL; c = c->next, i++) {
        const struct wm_json *const set = bare ? c : wm_json_find(c, "set");
        const struct wm_json *const label = bare ? NULL : wm_json_find(c, "label");
        cases[i].label = label != NULL && label->type == WM_JSON_STRING
                             ? label->text
                             : wm_arena_printf(l->arena, "%zu", i);
        cases[i].values = (const struct wm_json **)wm_arena_alloc(l->arena, axis->n_targets,
                                                                  sizeof *cases[i].values);
        for (size_t k = 0; k < axis->n_targets; k++)
            cases[i].values[k] = wm_json_find(set, axis->targets[k].path);
        for (size_t j = 0; j < i; j++)
            if (strcmp(cases[j].label, cases[i].label) == 0)
                ok = wm_load_fail(l, &c->place, axis->name, "two cases have this label");
    }
    axis->cases = cases;
    return ok;
}

/* Headings of a table of points that are no axis. */
static bool is_taken(const struct wm_figures *figures, const char *name)
{
    static const char *const words[] = {"index", "status", "seed", "year"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], name) == 0)
            return true;
    return wm_figure_find(figures, name) != NULL;
}

static bool add_params(struct wm_study_load *l, const struct wm_axis_params *params,
                       const struct wm_place *place)
{
    struct wm_axis axis;
    if (params->cases == NULL && params->path[0] == '\0')
        return wm_load_fail(l, place, "axes", "an axis needs `path`, or `cases`");
    if (params->cases != NULL && params->path[0] != '\0')
        return wm_load_fail(l, place, params->path,
                            "`cases` name their own paths; leave `path` out");
    if (!wm_axis_compile(l->arena, params, place, l->study->params.design, &axis, l->diags))
        return false;
    if (params->cases != NULL) {
        if (params->name[0] == '\0')
            return wm_load_fail(l, place, "axes", "an axis of `cases` needs `name`");
        if (!compile_cases(l, &axis, params->cases, false))
            return false;
    } else {
        add_target(l, &axis, params->path, place);
    }
    for (size_t j = 0; j < l->study->n_axes; j++)
        if (strcmp(l->study->axes[j].name, axis.name) == 0)
            return wm_load_fail(l, place, axis.name, "two axes have this name");
    if (is_taken(&l->study->figures, axis.name))
        return wm_load_fail(l, place, axis.name,
                            "is a column of its own in what export writes; give the axis another "
                            "`name`");
    *add_axis(l) = axis;
    return true;
}

/* The study file's own axes; of `list`, one axis whose cases are the points. */
bool wm_load_own_axes(struct wm_study_load *l)
{
    const struct wm_study_params *const p = &l->study->params;
    const struct wm_json *const axes = wm_json_find(l->root, "axes");
    const struct wm_axis_params *const items = p->axes.items;
    bool ok = true;
    for (size_t i = 0; i < p->axes.n; i++)
        ok = add_params(l, &items[i], &wm_json_at(axes, i)->place) && ok;
    if ((p->points != NULL) != wm_design_of(p->design)->is_listed)
        return wm_load_fail(l, &l->root->place, "points",
                            "belongs to the design `list`, which needs it and nothing else");
    if (p->points == NULL)
        return ok;
    if (l->study->n_axes > 0 || !ok)
        return wm_load_fail(l, &p->points->place, "points",
                            "a `list` has no axes beside its points");
    struct wm_axis axis = {.name = "case", .place = p->points->place};
    if (!compile_cases(l, &axis, p->points, true))
        return false;
    *add_axis(l) = axis;
    return true;
}

/* Number that stands for a distribution where one value is needed. */
static double central(const struct wm_axis *axis)
{
    const struct wm_axis_params *const p = &axis->params;
    return wm_is_set(p->mode) ? p->mode : wm_axis_quantile(axis, 0.5);
}

/* The object at `node` is an axis; in the tree its central or first value takes its place. */
static bool take_inline_axis(struct wm_study_load *l, struct wm_json *node, const char *path)
{
    struct wm_json *const object = wm_json_copy(l->arena, node);
    struct wm_json *const key = wm_json_new(l->arena, WM_JSON_STRING, &node->place);
    struct wm_axis_params params;
    struct wm_reader reader = {.arena = l->arena, .diags = l->diags};
    key->key = "path";
    key->text = path;
    wm_json_append(object, key);
    if (!wm_load_axis_units(l, object, path) ||
        !wm_fields_read(&reader, wm_axis_fields, object, NULL, path, &params) ||
        !add_params(l, &params, &node->place))
        return false;
    struct wm_axis *const axis = &l->study->axes[l->study->n_axes - 1];
    struct wm_json value = {.type = WM_JSON_NUMBER, .place = node->place};
    const struct wm_choice first = {.how = WM_CHOOSE_LEVEL, .level = 0};
    if (params.base != NULL)
        value = *params.base;
    else if (axis->is_dist && params.dist != WM_DIST_DISCRETE)
        value.number = central(axis);
    else
        WM_REQUIRE(wm_axis_value(axis, &first, 0, &value));
    char text[32];
    if (value.type == WM_JSON_NUMBER)
        value.text = wm_arena_printf(l->arena, "%s", wm_json_number_text(value.number, text));
    wm_node_set(node, &value);
    return true;
}

static bool is_axis(const struct wm_json *node)
{
    return wm_json_find(node, "sweep") != NULL || wm_json_find(node, "dist") != NULL;
}

bool wm_load_inline_axes(struct wm_study_load *l, struct wm_json *node, const char *path)
{
    bool ok = true;
    size_t i = 0;
    if (node->type == WM_JSON_OBJECT && path[0] != '\0' && is_axis(node))
        return take_inline_axis(l, node, path);
    if (node->type != WM_JSON_OBJECT && node->type != WM_JSON_ARRAY)
        return true;
    for (struct wm_json *c = node->child; c != NULL; c = c->next, i++) {
        const char *const key = c->key != NULL ? c->key : wm_arena_printf(l->arena, "%zu", i);
        const char *const here =
            path[0] == '\0' ? key : wm_arena_printf(l->arena, "%s.%s", path, key);
        ok = wm_load_inline_axes(l, c, here) && ok;
    }
    return ok;
}
