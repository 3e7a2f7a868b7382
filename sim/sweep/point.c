/* One point: choices -> values in a thread's own tree -> parameters, hash, scenario. */
#include <string.h>

#include "design.h"
#include "wattmill/require.h"

static const struct wm_place point_place = {.file = "point"};

static void find_nodes(struct wm_arena *arena, struct wm_expander *e)
{
    const struct wm_study *const study = e->study;
    struct wm_diags ignored = wm_diags_init(arena);
    e->nodes = (struct wm_json ***)wm_arena_alloc(arena, study->n_axes, sizeof *e->nodes);
    for (size_t j = 0; j < study->n_axes; j++) {
        const struct wm_axis *const axis = &study->axes[j];
        e->nodes[j] =
            (struct wm_json **)wm_arena_alloc(arena, axis->n_targets, sizeof *e->nodes[j]);
        for (size_t k = 0; k < axis->n_targets; k++) {
            struct wm_target at = {0};
            WM_REQUIRE(wm_override_target(arena, e->tree, axis->targets[k].path, &point_place, &at,
                                          &ignored));
            e->nodes[j][k] = at.node;
        }
    }
    struct wm_target seed = {0};
    if (study->type->form->seed_at == SIZE_MAX)
        return;
    WM_REQUIRE(wm_override_target(arena, e->tree, "seed", &point_place, &seed, &ignored));
    e->seed = seed.node;
}

bool wm_expander_open(struct wm_arena *arena, const struct wm_study *study, struct wm_expander *out)
{
    *out = (struct wm_expander){.study = study, .tree = wm_json_copy(arena, study->tree)};
    out->files.arena = arena;
    out->files.builtin = study->builtin;
    out->choices = WM_NEW_ARRAY(arena, struct wm_choice, study->n_axes);
    wm_digest_of(study->key, strlen(study->key), out->prefix);
    find_nodes(arena, out);
    wm_retypes_open(arena, out);
    return wm_cursor_open(arena, study, &out->cursor);
}

void wm_expander_close(struct wm_expander *expander)
{
    wm_cursor_close(&expander->cursor);
}

static void set_number(struct wm_json *value, struct wm_arena *arena)
{
    char text[32];
    wm_json_number_text(value->number, text);
    value->text = wm_arena_copy_text(arena, text, strlen(text));
}

/* Sets the targets of axis `j`; writes its heading and, of several places, each of them. */
static void put_axis(struct wm_expander *e, struct wm_arena *arena, size_t j,
                     struct wm_json_writer *w)
{
    const struct wm_axis *const axis = &e->study->axes[j];
    if (axis->cases != NULL) {
        const size_t level = wm_axis_level(axis, &e->choices[j]);
        wm_json_member_string(w, axis->name,
                              level < axis->n_levels ? axis->cases[level].label : "base");
    }
    for (size_t k = 0; k < axis->n_targets; k++) {
        struct wm_json value;
        WM_REQUIRE(wm_axis_value(axis, &e->choices[j], k, &value));
        wm_json_key(w, axis->cases != NULL ? axis->targets[k].path : axis->name);
        if (value.type == WM_JSON_NUMBER) {
            set_number(&value, arena);
            wm_json_raw(w, value.text);
        } else {
            wm_json_write(w, &value);
        }
        wm_node_set(e->nodes[j][k], &value);
    }
}

/*
 * What tells points of equal parameters and seed apart. A grid has none (its values differ) and
 * monte_carlo none (seeds differ); one at a time the axis that moves, whose value may be the base's;
 * else, where discrete axes may fall together, the index.
 */
static const char *twin_mark(const struct wm_expander *e, struct wm_arena *arena, uint64_t index)
{
    const struct wm_study *const s = e->study;
    const struct wm_design_type *const design = wm_design_of(s->params.design);
    if (design->is_product || (design->seeds_points && !s->sets_seed))
        return "";
    if (!design->is_alone)
        return wm_arena_printf(arena, "%llu", (unsigned long long)index);
    for (size_t j = 0; j < s->n_axes; j++)
        if (e->choices[j].how == WM_CHOOSE_LEVEL)
            return s->axes[j].is_dist
                       ? wm_arena_printf(arena, "%s %zu", s->axes[j].name, e->choices[j].level)
                       : s->axes[j].name;
    return "base";
}

static void hash_point(const struct wm_expander *e, struct wm_arena *arena, struct wm_point *p)
{
    const char *const mark = twin_mark(e, arena, p->index);
    const size_t n_params = strlen(p->params) + 1, n_mark = strlen(mark);
    const size_t n = WM_DIGEST_BYTES + sizeof p->seed + n_params + n_mark;
    unsigned char *const bytes = WM_NEW_ARRAY(arena, unsigned char, n);
    unsigned char digest[WM_DIGEST_BYTES];
    memcpy(bytes, e->prefix, WM_DIGEST_BYTES);
    for (size_t i = 0; i < sizeof p->seed; i++) /* the same on any byte order */
        bytes[WM_DIGEST_BYTES + i] = (unsigned char)((uint64_t)p->seed >> (8 * i));
    memcpy(bytes + WM_DIGEST_BYTES + sizeof p->seed, p->params, n_params); /* with its 0 byte */
    memcpy(bytes + WM_DIGEST_BYTES + sizeof p->seed + n_params, mark, n_mark);
    wm_digest_of(bytes, n, digest);
    memcpy(p->hash, digest, WM_POINT_HASH_BYTES);
}

void wm_expander_at(struct wm_expander *e, struct wm_arena *arena, uint64_t index,
                    struct wm_point *out)
{
    *out = (struct wm_point){.index = index};
    wm_cursor_at(&e->cursor, index, e->choices, &out->seed);
    struct wm_json_writer w = wm_json_writer_to_memory(arena, false);
    wm_json_object_begin(&w);
    for (size_t j = 0; j < e->study->n_axes; j++)
        put_axis(e, arena, j, &w);
    wm_retypes_apply(e);
    wm_json_object_end(&w);
    wm_json_finish(&w);
    out->params = w.bytes;
    if (e->seed == NULL) {
        hash_point(e, arena, out);
        return;
    }
    if (!e->study->sets_seed) {
        struct wm_json seed = {
            .type = WM_JSON_NUMBER, .number = (double)out->seed, .place = point_place};
        set_number(&seed, arena);
        wm_node_set(e->seed, &seed);
    } else {
        out->seed = (int64_t)e->seed->number;
    }
    hash_point(e, arena, out);
}

enum wm_status wm_expander_read(struct wm_expander *e, struct wm_arena *arena,
                                struct wm_loaded *out, struct wm_diags *diags)
{
    return wm_document_tree_reread(arena, e->tree, e->study->catalog, &e->files, out, diags);
}
