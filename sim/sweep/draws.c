#include "draws.h"

#include <string.h>

#include "design.h"
#include "study_load.h"

/* A study of its own kind of file, or a scenario with distributions in it. */
static enum wm_status holds_axes(struct wm_arena *arena, const struct wm_optimise_params *p,
                                 bool *holds, struct wm_diags *diags)
{
    const char *const path = p->scenario;
    const char *text = NULL;
    size_t n_bytes = 0;
    struct wm_json *root = NULL;
    enum wm_status status = wm_text_load(arena, path, &text, &n_bytes, diags);
    if (status != WM_OK)
        return status;
    struct wm_diags ignored = wm_diags_init(arena); /* who reads it tells them */
    (void)wm_json_parse(arena, text, n_bytes, path, &root, &ignored);
    *holds = root != NULL && wm_json_find(root, "base") != NULL;
    if (*holds || root == NULL)
        return WM_OK;
    struct wm_json *tree = NULL;
    status = wm_scenario_tree_load(arena, path, &tree, diags);
    for (size_t i = 0; status == WM_OK && i < p->n_sets; i++)
        wm_override_apply(arena, tree, &p->sets[i], &ignored);
    *holds = status == WM_OK && wm_load_has_inline_axis(tree, "dist");
    return status;
}

/* Designs of samples give Sobol's points, however they would have been drawn; others their own. */
static void choose_draws(struct wm_study *s, size_t n_draws)
{
    if (!wm_design_of(s->params.design)->is_sampled)
        return;
    s->params.design = WM_DESIGN_SOBOL;
    s->params.n = (int64_t)n_draws;
    s->n_points = n_draws;
    s->strata = NULL;
}

/* A count that nothing heeds is a mistake. */
static enum wm_status check_count(const struct wm_optimise_params *p, bool is_sampled,
                                  struct wm_diags *diags)
{
    if (p->n_draws == 0 || is_sampled)
        return WM_OK;
    wm_diag_add(diags, WM_E101, NULL, NULL,
                "optimise: --draws needs distributions; %s",
                p->over != NULL ? "the points of a list or a grid are taken whole"
                                : "the scenario holds none, and no --over STUDY is given");
    return WM_USAGE;
}

static const char *set_text(struct wm_arena *arena, const struct wm_study *s,
                            const struct wm_choice *choices)
{
    struct wm_json_writer w = wm_json_writer_to_memory(arena, false);
    wm_json_object_begin(&w);
    for (size_t j = 0; j < s->n_axes; j++)
        for (size_t k = 0; k < s->axes[j].n_targets; k++) {
            struct wm_json value;
            char digits[32];
            if (!wm_axis_value(&s->axes[j], &choices[j], k, &value))
                continue;
            wm_json_key(&w, s->axes[j].targets[k].path);
            if (value.type == WM_JSON_NUMBER)
                wm_json_raw(&w, wm_json_number_text(value.number, digits));
            else
                wm_json_write(&w, &value);
        }
    wm_json_object_end(&w);
    wm_json_finish(&w);
    return w.bytes;
}

static bool fill(struct wm_arena *arena, const struct wm_study *s, struct wm_draws *out)
{
    struct wm_cursor cursor;
    struct wm_choice *const choices = WM_NEW_ARRAY(arena, struct wm_choice, s->n_axes);
    int64_t seed = 0; /* that of the scenario serves all draws: what fails is the same */
    if (!wm_cursor_open(arena, s, &cursor))
        return false;
    out->n = (size_t)s->n_points;
    out->sets = (const char **)wm_arena_alloc(arena, out->n, sizeof *out->sets);
    for (size_t i = 0; i < out->n; i++) {
        wm_cursor_at(&cursor, i, choices, &seed);
        out->sets[i] = set_text(arena, s, choices);
    }
    wm_cursor_close(&cursor);
    return true;
}

/* So that the rounds find a plain scenario: what is drawn stands at its central value there. */
static void fill_central(struct wm_arena *arena, const struct wm_optimise_params *p,
                         const struct wm_study *s, struct wm_draws *out)
{
    size_t n = p->n_sets;
    for (size_t j = 0; j < s->n_axes; j++)
        n += s->axes[j].n_targets;
    struct wm_override *const central = WM_NEW_ARRAY(arena, struct wm_override, n);
    if (p->n_sets > 0)
        memcpy(central, p->sets, p->n_sets * sizeof *central);
    out->central = central;
    for (size_t j = 0; j < s->n_axes; j++)
        for (size_t k = 0; k < s->axes[j].n_targets; k++)
            if (s->axes[j].targets[k].base != NULL)
                central[out->n_central++] = (struct wm_override){
                    .path = s->axes[j].targets[k].path,
                    .value = wm_json_to_text(arena, s->axes[j].targets[k].base)};
}

enum wm_status wm_draws_load(struct wm_arena *arena, const struct wm_optimise_params *p,
                             struct wm_draws *out, struct wm_diags *diags)
{
    const struct wm_study *study = NULL;
    bool holds = p->over != NULL;
    enum wm_status status = WM_OK;
    *out = (struct wm_draws){.scenario = p->scenario, .central = p->sets, .n_central = p->n_sets};
    if (!holds)
        status = holds_axes(arena, p, &holds, diags);
    if (status == WM_OK && !holds)
        return check_count(p, holds, diags);
    if (status != WM_OK)
        return status;
    status =
        wm_study_load_over(arena, p->over != NULL ? p->over : p->scenario,
                           p->over != NULL ? p->scenario : NULL, p->sets, p->n_sets, &study, diags);
    if (status == WM_OK)
        status = check_count(p, wm_design_of(study->params.design)->is_sampled, diags);
    if (status != WM_OK)
        return status;
    struct wm_study own = *study;
    choose_draws(&own, p->n_draws > 0 ? p->n_draws : WM_OPTIMISE_DRAWS);
    out->scenario = own.base_path;
    fill_central(arena, p, &own, out);
    return fill(arena, &own, out) ? WM_OK : WM_NO_MEMORY;
}
