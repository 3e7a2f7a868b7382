/* Where axes reach into the scenario, and what stands there without them. */
#include <string.h>

#include "design.h"
#include "study_load.h"
#include "wattmill/require.h"

/* Default of an absent key, as the base scenario was read; NULL when it has none. */
const struct wm_json *wm_load_default(struct wm_study_load *l, const char *indexed)
{
    struct wm_diags ignored = wm_diags_init(l->arena);
    struct wm_json *value = NULL;
    for (size_t i = 0; i < l->origins.n; i++)
        if (strcmp(l->origins.items[i].path, indexed) == 0) {
            const char *const text = l->origins.items[i].value;
            wm_json_parse(l->arena, text, strlen(text), "default", &value, &ignored);
        }
    return value;
}

/* Finds the targets in the tree, remembers what stood there, and puts a first value where nothing did. */
bool wm_load_targets(struct wm_study_load *l, struct wm_axis *axis)
{
    struct wm_study *const s = l->study;
    bool ok = true;
    for (size_t k = 0; k < axis->n_targets; k++) {
        struct wm_axis_target *const t = &axis->targets[k];
        struct wm_target at = {0};
        if (!wm_override_target(l->arena, s->tree, t->path, &t->place, &at, l->diags)) {
            ok = false;
            continue;
        }
        t->indexed = at.path;
        t->whole =
            at.field != NULL && (at.field->kind == WM_KIND_INT || at.field->kind == WM_KIND_COUNT);
        t->base = at.is_new ? wm_load_default(l, at.path) : wm_json_copy(l->arena, at.node);
        s->sets_seed = s->sets_seed || strcmp(t->path, "seed") == 0;
        const struct wm_json *first = t->base;
        for (size_t i = 0; first == NULL && axis->cases != NULL && i < axis->n_levels; i++)
            first = axis->cases[i].values[k];
        struct wm_json value;
        const struct wm_choice level = {.how = WM_CHOOSE_LEVEL, .level = 0};
        const struct wm_choice middle = {.how = WM_CHOOSE_U, .u = 0.5};
        if (first != NULL)
            value = *first;
        else
            WM_REQUIRE(wm_axis_value(axis, axis->n_levels > 0 ? &level : &middle, k, &value));
        char text[32];
        if (value.type == WM_JSON_NUMBER)
            value.text = wm_arena_printf(l->arena, "%s", wm_json_number_text(value.number, text));
        wm_node_set(at.node, &value);
    }
    return ok;
}

/* What is left open must be filled by the base scenario. */
bool wm_load_check_bases(struct wm_study_load *l, const struct wm_axis *axis)
{
    const bool alone = wm_design_of(l->study->params.design)->is_alone;
    bool ok = true;
    for (size_t k = 0; k < axis->n_targets; k++) {
        const struct wm_axis_target *const t = &axis->targets[k];
        if (t->base != NULL || (alone && axis->base != NULL))
            continue;
        if (alone)
            ok = wm_load_fail(l, &t->place, t->path,
                              "the base scenario has no value for it; give `base` to the axis");
        for (size_t i = 0; axis->cases != NULL && i < axis->n_levels; i++)
            if (axis->cases[i].values[k] == NULL) {
                wm_diag_add(l->diags, WM_E501, &t->place, t->path,
                            "case \"%s\" does not set it, and the base scenario has no value",
                            axis->cases[i].label);
                ok = false;
            }
    }
    return ok;
}

static bool is_same(const struct wm_json *a, const struct wm_json *b)
{
    return a->type == b->type &&
           (a->type == WM_JSON_NUMBER   ? a->number >= b->number && a->number <= b->number
            : a->type == WM_JSON_STRING ? strcmp(a->text, b->text) == 0
                                        : false);
}

static bool report_twice(struct wm_study_load *l, const struct wm_axis *axis,
                         const struct wm_place *place, const struct wm_json *value)
{
    struct wm_json copy = *value;
    char text[32];
    if (copy.type == WM_JSON_NUMBER)
        copy.text = wm_json_number_text(copy.number, text);
    wm_diag_add(l->diags, WM_E501, place, axis->name, "has the value %s twice",
                wm_json_to_text(l->arena, &copy));
    return false;
}

/* Levels rise or fall, so equal ones are neighbours; only rounding to whole numbers makes some. */
static bool check_rounded(struct wm_study_load *l, const struct wm_axis *axis)
{
    struct wm_json last, value;
    const bool none = axis->is_range && axis->n_levels > 1 && !axis->targets[0].whole;
    const size_t n = none ? 2 : axis->n_levels; /* from = to shows at once */
    for (size_t i = 0; i < n; i++, last = value) {
        const struct wm_choice choice = {.how = WM_CHOOSE_LEVEL, .level = i};
        if (!wm_axis_value(axis, &choice, 0, &value))
            return true;
        if (i > 0 && is_same(&last, &value))
            return report_twice(l, axis, &axis->place, &value);
    }
    return true;
}

bool wm_load_check_twice(struct wm_study_load *l, const struct wm_axis *axis)
{
    const struct wm_design_type *const design = wm_design_of(l->study->params.design);
    if (!design->is_product && !design->is_alone)
        return true;
    if (axis->values == NULL)
        return axis->cases != NULL || !design->is_product || check_rounded(l, axis);
    for (size_t i = 1; i < axis->n_levels; i++)
        for (size_t j = 0; j < i; j++)
            if (is_same(axis->values[i], axis->values[j]))
                return report_twice(l, axis, &axis->values[i]->place, axis->values[i]);
    return true;
}

bool wm_path_is_inside(const char *path, const char *outer)
{
    const size_t n = strlen(outer);
    return strncmp(path, outer, n) == 0 && (path[n] == '\0' || path[n] == '.');
}

bool wm_load_check_apart(struct wm_study_load *l, size_t i, size_t j)
{
    const struct wm_axis *const a = &l->study->axes[i], *const b = &l->study->axes[j];
    for (size_t k = 0; k < a->n_targets; k++)
        for (size_t m = (i == j ? k + 1 : 0); m < b->n_targets; m++) {
            const char *const x = a->targets[k].indexed, *const y = b->targets[m].indexed;
            if (x == NULL || y == NULL || !(wm_path_is_inside(x, y) || wm_path_is_inside(y, x)))
                continue;
            wm_diag_add(l->diags, WM_E501, &a->targets[k].place, a->targets[k].path,
                        "is also set, whole or in part, by %s; set each place once (of a preset "
                        "use its `.type`)",
                        b->targets[m].path);
            return false;
        }
    return true;
}
