/*
 * A swept `type`: what the base scenario sets for its own plant or tariff says nothing of another.
 *
 * At a point whose type is not the base's, the object keeps its `type`, what --set gave, and what the point's
 * own axes give; at a point of the base's type it is as the file has it.
 */
#include <string.h>

#include "plan.h"
#include "wattmill/require.h"

struct wm_retype {
    struct wm_json *preset; /* the object */
    struct wm_json *type;   /* its member */
    const char *before;     /* the base's type */
    struct wm_json **members;
    size_t n_members;
};

static const char dot_type[] = ".type";
static const struct wm_place retype_place = {.file = "point"};

/* The object whose `type` the target is; NULL when it is none. */
static struct wm_json *preset_of(struct wm_arena *arena, struct wm_json *tree, const char *path)
{
    const size_t n = strlen(path), n_type = strlen(dot_type);
    const struct wm_field *const f = wm_path_field(path);
    struct wm_diags ignored = wm_diags_init(arena);
    struct wm_target up = {0};
    if (f == NULL || f->kind != WM_KIND_PRESET || n <= n_type ||
        strcmp(path + n - n_type, dot_type) != 0 ||
        !wm_override_target(arena, tree, wm_arena_copy_text(arena, path, n - n_type), &retype_place,
                            &up, &ignored))
        return NULL;
    return up.node;
}

static struct wm_retype *retype_new(struct wm_arena *arena, struct wm_json *preset,
                                    struct wm_json *type, const char *before)
{
    struct wm_retype *const r = WM_NEW(arena, struct wm_retype);
    *r = (struct wm_retype){.preset = preset, .type = type, .before = before};
    r->members = (struct wm_json **)wm_arena_alloc(arena, preset->n_children, sizeof *r->members);
    for (struct wm_json *c = preset->child; c != NULL; c = c->next)
        r->members[r->n_members++] = c;
    return r;
}

void wm_retypes_open(struct wm_arena *arena, struct wm_expander *e)
{
    const struct wm_study *const s = e->study;
    size_t n_targets = 0;
    for (size_t j = 0; j < s->n_axes; j++)
        n_targets += s->axes[j].n_targets;
    e->retypes = (struct wm_retype **)wm_arena_alloc(arena, n_targets, sizeof *e->retypes);
    for (size_t j = 0; j < s->n_axes; j++)
        for (size_t k = 0; k < s->axes[j].n_targets; k++) {
            const struct wm_axis_target *const t = &s->axes[j].targets[k];
            struct wm_json *const preset = preset_of(arena, e->tree, t->path);
            if (preset != NULL && t->base != NULL && t->base->type == WM_JSON_STRING)
                e->retypes[e->n_retypes++] =
                    retype_new(arena, preset, e->nodes[j][k], t->base->text);
        }
}

/* Whether the point itself says the value of the target, or leaves it at the base's. */
static bool is_said(const struct wm_expander *e, size_t j, size_t k)
{
    const struct wm_axis *const axis = &e->study->axes[j];
    if (e->choices[j].how == WM_CHOOSE_BASE)
        return axis->base != NULL;
    return axis->cases == NULL ||
           axis->cases[wm_axis_level(axis, &e->choices[j])].values[k] != NULL;
}

static bool holds(const struct wm_json *tree, const struct wm_json *node)
{
    if (tree == node)
        return true;
    for (const struct wm_json *c = tree->child; c != NULL; c = c->next)
        if (holds(c, node))
            return true;
    return false;
}

static bool is_kept(const struct wm_expander *e, const struct wm_retype *r,
                    const struct wm_json *member)
{
    if (member == r->type ||
        (member->place.file != NULL && strcmp(member->place.file, "--set") == 0))
        return true;
    for (size_t j = 0; j < e->study->n_axes; j++)
        for (size_t k = 0; k < e->study->axes[j].n_targets; k++)
            if (is_said(e, j, k) && holds(member, e->nodes[j][k]))
                return true;
    return false;
}

void wm_retypes_apply(struct wm_expander *e)
{
    for (size_t i = 0; i < e->n_retypes; i++) {
        struct wm_retype *const r = e->retypes[i];
        const bool is_base =
            r->type->type == WM_JSON_STRING && strcmp(r->type->text, r->before) == 0;
        r->preset->child = NULL;
        r->preset->n_children = 0;
        for (size_t k = 0; k < r->n_members; k++)
            r->members[k]->next = NULL;
        for (size_t k = 0; k < r->n_members; k++)
            if (is_base || is_kept(e, r, r->members[k]))
                wm_json_append(r->preset, r->members[k]);
    }
}
