/* Numbers with units on axes, "150 MW", become numbers in the unit of the place that they go to. */
#include <stdlib.h>
#include <string.h>

#include "study_load.h"
#include "wattmill/quantity.h"

/* Members of an axis that are values of its place, and those that are differences of such. */
static const char *const values[] = {"low", "mode", "high", "mean", "median", "base", "from", "to"};
static const char *const differences[] = {"sd", "step"};

/* What the same unit gives for 0: not 0 where degrees have another zero. */
static double zero_of(struct wm_study_load *l, const char *text, enum wm_unit unit)
{
    char *rest = NULL;
    (void)strtod(text, &rest);
    return wm_quantity_read(wm_arena_printf(l->arena, "0%s", rest), unit).value;
}

/* False after a diagnostic; what is no quantity is left for the axis to judge. */
static bool convert(struct wm_study_load *l, struct wm_json *node, const struct wm_field *f,
                    bool is_difference)
{
    char help[96], digits[32];
    if (node == NULL || node->type != WM_JSON_STRING || !wm_field_is_number(f))
        return true;
    const struct wm_quantity q = wm_quantity_read(node->text, f->unit);
    if (q.fault == WM_QUANTITY_NO_NUMBER || q.is_bare)
        return true;
    if (q.fault != WM_QUANTITY_OK) {
        wm_diag_add(l->diags, WM_E501, &node->place, f->key, "= \"%s\", needs a number in %s: %s",
                    node->text, wm_unit_symbol(f->unit), wm_quantity_help(&q, help));
        return false;
    }
    node->number = q.value - (is_difference ? zero_of(l, node->text, f->unit) : 0.0);
    node->type = WM_JSON_NUMBER;
    node->text = wm_arena_printf(l->arena, "%s", wm_json_number_text(node->number, digits));
    return true;
}

static bool convert_all(struct wm_study_load *l, struct wm_json *array, const struct wm_field *f)
{
    bool ok = true;
    for (struct wm_json *c = array != NULL ? array->child : NULL; c != NULL; c = c->next)
        ok = convert(l, c, f, false) && ok;
    return ok;
}

static bool convert_members(struct wm_study_load *l, struct wm_json *object,
                            const struct wm_field *f)
{
    bool ok = true;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        ok = convert(l, wm_json_find(object, values[i]), f, false) && ok;
    for (size_t i = 0; i < sizeof differences / sizeof *differences; i++)
        ok = convert(l, wm_json_find(object, differences[i]), f, true) && ok;
    return ok;
}

/* {path: value, ...} of a case or a point of a list: each by its own row. */
static bool convert_set(struct wm_study_load *l, struct wm_json *set)
{
    bool ok = true;
    for (struct wm_json *m = set != NULL && set->type == WM_JSON_OBJECT ? set->child : NULL;
         m != NULL; m = m->next)
        ok = convert(l, m, wm_path_field(m->key), false) && ok;
    return ok;
}

bool wm_load_axis_units(struct wm_study_load *l, struct wm_json *axis, const char *path)
{
    struct wm_json *const sweep = wm_json_find(axis, "sweep");
    const struct wm_json *const cases = wm_json_find(axis, "cases");
    const struct wm_field *const f = wm_path_field(path);
    bool ok = convert_members(l, axis, f);
    ok = convert_all(l, wm_json_find(axis, "values"), f) && ok;
    if (sweep != NULL && sweep->type == WM_JSON_ARRAY)
        ok = convert_all(l, sweep, f) && ok;
    else if (sweep != NULL)
        ok = convert_members(l, sweep, f) && ok;
    for (struct wm_json *c = cases != NULL ? cases->child : NULL; c != NULL; c = c->next)
        ok = convert_set(l, wm_json_find(c, "set")) && ok;
    return ok;
}

bool wm_load_study_units(struct wm_study_load *l, struct wm_json *root)
{
    const struct wm_json *const axes = wm_json_find(root, "axes");
    const struct wm_json *const points = wm_json_find(root, "points");
    bool ok = true;
    for (struct wm_json *a = axes != NULL ? axes->child : NULL; a != NULL; a = a->next) {
        const struct wm_json *const path = wm_json_find(a, "path");
        ok = wm_load_axis_units(l, a,
                                path != NULL && path->type == WM_JSON_STRING ? path->text : "") &&
             ok;
    }
    for (struct wm_json *p = points != NULL ? points->child : NULL; p != NULL; p = p->next)
        ok = convert_set(l, p) && ok;
    return ok;
}
