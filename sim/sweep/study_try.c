/* Every value of every axis is read through the scenario's tables before anything runs. */
#include <math.h>
#include <string.h>

#include "study_load.h"
#include "wattmill/require.h"

/* A distribution without ends is tried at these probabilities before anything runs. */
static const double tried_probs[2] = {1e-4, 1.0 - 1e-4};

static bool is_known(const struct wm_diags *diags, const struct wm_diag *d)
{
    for (size_t i = 0; i < diags->n_items; i++) {
        const struct wm_diag *const e = &diags->items[i];
        if (e->code == d->code && e->place.line == d->place.line &&
            e->place.column == d->place.column && strcmp(e->text, d->text) == 0)
            return true;
    }
    return false;
}

/*
 * Reads the tree as it stands and keeps what the tables find. Contradictions between keys (E211) are
 * a matter of each combination and are recorded with its point.
 */
static bool try_tree(struct wm_study_load *l, struct wm_arena *scratch)
{
    struct wm_diags found = wm_diags_init(scratch);
    struct wm_loaded loaded;
    bool ok = true;
    wm_document_tree_reread(scratch, l->study->tree, l->study->catalog, &l->files, &loaded, &found);
    for (size_t i = 0; i < found.n_items; i++) {
        const struct wm_diag *const d = &found.items[i];
        if (d->code == WM_E211 || wm_code_is_warning(d->code))
            continue;
        ok = false;
        if (!is_known(l->diags, d)) {
            struct wm_place place = d->place;
            if (place.file != NULL)
                place.file = wm_arena_printf(l->arena, "%s", place.file);
            wm_diag_add(l->diags, d->code, &place,
                        d->path != NULL ? wm_arena_printf(l->arena, "%s", d->path) : NULL, "%s",
                        d->text);
        }
    }
    return ok;
}

struct trial {
    struct wm_study_load *load;
    struct wm_arena *scratch;
    struct wm_json **nodes; /* of the axis in the tree */
    struct wm_json *kept;
};

static bool try_number(const struct trial *t, const struct wm_axis *axis, double number)
{
    char text[32];
    struct wm_json value = {.type = WM_JSON_NUMBER, .place = axis->place, .number = number};
    value.text = wm_json_number_text(number, text);
    wm_node_set(t->nodes[0], &value);
    wm_arena_reset(t->scratch);
    return try_tree(t->load, t->scratch);
}

static bool try_level(const struct trial *t, const struct wm_axis *axis, size_t level)
{
    char text[32];
    const struct wm_choice choice = {.how = WM_CHOOSE_LEVEL, .level = level};
    for (size_t k = 0; k < axis->n_targets; k++) {
        struct wm_json value;
        if (!wm_axis_value(axis, &choice, k, &value))
            return true; /* reported by wm_load_check_bases() */
        if (value.type == WM_JSON_NUMBER)
            value.text = wm_json_number_text(value.number, text);
        wm_node_set(t->nodes[k], &value);
    }
    wm_arena_reset(t->scratch);
    return try_tree(t->load, t->scratch);
}

static bool try_ends(const struct trial *t, const struct wm_axis *axis)
{
    const struct wm_axis_params *const p = &axis->params;
    const double low = wm_is_set(p->low) ? p->low : wm_axis_quantile(axis, tried_probs[0]);
    const double high = wm_is_set(p->high) ? p->high : wm_axis_quantile(axis, tried_probs[1]);
    const bool whole = axis->targets[0].whole;
    const bool low_ok = try_number(t, axis, whole ? nearbyint(low) : low);
    return try_number(t, axis, whole ? nearbyint(high) : high) && low_ok;
}

/* Every value of the axis, the ends of a range or distribution, through the tables. */
static bool try_axis(struct wm_study_load *l, const struct wm_axis *axis, struct wm_arena *scratch)
{
    struct trial t = {.load = l, .scratch = scratch};
    bool ok = true;
    t.nodes = (struct wm_json **)wm_arena_alloc(l->arena, axis->n_targets, sizeof *t.nodes);
    t.kept = WM_NEW_ARRAY(l->arena, struct wm_json, axis->n_targets);
    for (size_t k = 0; k < axis->n_targets; k++) {
        struct wm_target at = {0};
        WM_REQUIRE(wm_override_target(l->arena, l->study->tree, axis->targets[k].path,
                                      &axis->targets[k].place, &at, l->diags));
        t.nodes[k] = at.node;
        t.kept[k] = *at.node;
    }
    if (axis->is_dist && axis->cumulative == NULL)
        ok = try_ends(&t, axis);
    else if (axis->is_range)
        ok = try_level(&t, axis, 0) && try_level(&t, axis, axis->n_levels - 1);
    else
        for (size_t i = 0; i < axis->n_levels; i++)
            ok = try_level(&t, axis, i) && ok;
    for (size_t k = 0; k < axis->n_targets; k++)
        wm_node_set(t.nodes[k], &t.kept[k]);
    return ok;
}

bool wm_load_try_axes(struct wm_study_load *l)
{
    struct wm_arena *const scratch = wm_arena_open_part(l->arena);
    bool ok = try_tree(l, scratch);
    for (size_t j = 0; j < l->study->n_axes; j++)
        if (l->study->axes[j].n_targets > 0)
            ok = try_axis(l, &l->study->axes[j], scratch) && ok;
    wm_arena_close(scratch);
    return ok;
}
