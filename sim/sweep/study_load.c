/* Study file and base scenario -> struct wm_study, every value of every axis checked. */
#include <math.h>
#include <string.h>

#include "plan.h"
#include "wattmill/output.h"
#include "wattmill/require.h"
#include "wattmill/suggest.h"

/* A distribution without ends is tried at these probabilities before anything runs. */
static const double tried_probs[2] = {1e-4, 1.0 - 1e-4};

struct load {
    struct wm_arena *arena;
    struct wm_diags *diags;
    struct wm_study *study;
    const struct wm_json *root; /* of the study file */
    struct wm_axis *axes;       /* grows */
    size_t capacity;
    struct wm_origins origins; /* of the base scenario, for defaults */
};

static bool fail(struct load *l, const struct wm_place *place, const char *path, const char *text)
{
    wm_diag_add(l->diags, WM_E501, place, path, "%s", text);
    return false;
}

static struct wm_axis *add_axis(struct load *l)
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

static void add_target(struct load *l, struct wm_axis *axis, const char *path,
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
static bool compile_cases(struct load *l, struct wm_axis *axis, const struct wm_json *array,
                          bool bare)
{
    if (array->type != WM_JSON_ARRAY || array->n_children == 0)
        return fail(l, &array->place, axis->name, "needs an array of at least one case");
    bool ok = true;
    axis->n_levels = array->n_children;
    for (const struct wm_json *c = array->child; c != NULL; c = c->next) {
        const struct wm_json *const set = bare ? c : wm_json_find(c, "set");
        for (const struct wm_json *m = c->child; !bare && m != NULL; m = m->next)
            if (c->type != WM_JSON_OBJECT ||
                (strcmp(m->key, "set") != 0 && strcmp(m->key, "label") != 0))
                ok = fail(l, &m->place, axis->name, "a case has the keys `label` and `set` only");
        if (set == NULL || set->type != WM_JSON_OBJECT || set->n_children == 0)
            return fail(
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
                ok = fail(l, &c->place, axis->name, "two cases have this label");
    }
    axis->cases = cases;
    return ok;
}

static bool add_params(struct load *l, const struct wm_axis_params *params,
                       const struct wm_place *place)
{
    struct wm_axis axis;
    if (params->cases == NULL && params->path[0] == '\0')
        return fail(l, place, "axes", "an axis needs `path`, or `cases`");
    if (params->cases != NULL && params->path[0] != '\0')
        return fail(l, place, params->path, "`cases` name their own paths; leave `path` out");
    if (!wm_axis_compile(l->arena, params, place, l->study->params.design, &axis, l->diags))
        return false;
    if (params->cases != NULL) {
        if (params->name[0] == '\0')
            return fail(l, place, "axes", "an axis of `cases` needs `name`");
        if (!compile_cases(l, &axis, params->cases, false))
            return false;
    } else {
        add_target(l, &axis, params->path, place);
    }
    for (size_t j = 0; j < l->study->n_axes; j++)
        if (strcmp(l->study->axes[j].name, axis.name) == 0)
            return fail(l, place, axis.name, "two axes have this name");
    *add_axis(l) = axis;
    return true;
}

/* The study file's own axes; of `list`, one axis whose cases are the points. */
static bool compile_own_axes(struct load *l)
{
    const struct wm_study_params *const p = &l->study->params;
    const struct wm_json *const axes = wm_json_find(l->root, "axes");
    const struct wm_axis_params *const items = p->axes.items;
    bool ok = true;
    for (size_t i = 0; i < p->axes.n; i++)
        ok = add_params(l, &items[i], &wm_json_at(axes, i)->place) && ok;
    if ((p->points != NULL) != (p->design == WM_DESIGN_LIST))
        return fail(l, &l->root->place, "points",
                    "belongs to the design `list`, which needs it and nothing else");
    if (p->points == NULL)
        return ok;
    if (l->study->n_axes > 0 || !ok)
        return fail(l, &p->points->place, "points", "a `list` has no axes beside its points");
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
static bool take_inline_axis(struct load *l, struct wm_json *node, const char *path)
{
    struct wm_json *const object = wm_json_copy(l->arena, node);
    struct wm_json *const key = wm_json_new(l->arena, WM_JSON_STRING, &node->place);
    struct wm_axis_params params;
    struct wm_reader reader = {.arena = l->arena, .diags = l->diags};
    key->key = "path";
    key->text = path;
    wm_json_append(object, key);
    if (!wm_fields_read(&reader, wm_axis_fields, object, NULL, path, &params) ||
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

static bool take_inline_axes(struct load *l, struct wm_json *node, const char *path)
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
        ok = take_inline_axes(l, c, here) && ok;
    }
    return ok;
}

static bool has_inline_axis(const struct wm_json *node, const char *word)
{
    if (wm_json_find(node, word) != NULL)
        return true;
    if (node->type == WM_JSON_OBJECT || node->type == WM_JSON_ARRAY)
        for (const struct wm_json *c = node->child; c != NULL; c = c->next)
            if (has_inline_axis(c, word))
                return true;
    return false;
}

/* Default of an absent key, as the base scenario was read; NULL when it has none. */
static const struct wm_json *default_of(struct load *l, const char *indexed)
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
static bool find_targets(struct load *l, struct wm_axis *axis)
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
        t->base = at.is_new ? default_of(l, at.path) : wm_json_copy(l->arena, at.node);
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
static bool check_bases(struct load *l, const struct wm_axis *axis)
{
    const bool alone = l->study->params.design == WM_DESIGN_ONE_AT_A_TIME;
    bool ok = true;
    for (size_t k = 0; k < axis->n_targets; k++) {
        const struct wm_axis_target *const t = &axis->targets[k];
        if (t->base != NULL || (alone && axis->base != NULL))
            continue;
        if (alone)
            ok = fail(l, &t->place, t->path,
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

static bool is_inside(const char *path, const char *outer)
{
    const size_t n = strlen(outer);
    return strncmp(path, outer, n) == 0 && (path[n] == '\0' || path[n] == '.');
}

static bool check_apart(struct load *l, size_t i, size_t j)
{
    const struct wm_axis *const a = &l->study->axes[i], *const b = &l->study->axes[j];
    for (size_t k = 0; k < a->n_targets; k++)
        for (size_t m = (i == j ? k + 1 : 0); m < b->n_targets; m++) {
            const char *const x = a->targets[k].indexed, *const y = b->targets[m].indexed;
            if (x == NULL || y == NULL || !(is_inside(x, y) || is_inside(y, x)))
                continue;
            wm_diag_add(l->diags, WM_E501, &a->targets[k].place, a->targets[k].path,
                        "is also set, whole or in part, by %s; set each place once (of a preset "
                        "use its `.type`)",
                        b->targets[m].path);
            return false;
        }
    return true;
}

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
static bool try_tree(struct load *l, struct wm_arena *scratch)
{
    struct wm_diags found = wm_diags_init(scratch);
    struct wm_loaded loaded;
    bool ok = true;
    wm_scenario_tree_read(scratch, l->study->tree, l->study->catalog, false, &loaded, &found);
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
    struct load *load;
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
            return true; /* reported by check_bases() */
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
static bool try_axis(struct load *l, const struct wm_axis *axis, struct wm_arena *scratch)
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

static bool try_axes(struct load *l)
{
    struct wm_arena *const scratch = wm_arena_open();
    if (scratch == NULL)
        return fail(l, NULL, NULL, "no memory is left");
    bool ok = try_tree(l, scratch);
    for (size_t j = 0; j < l->study->n_axes; j++)
        ok = try_axis(l, &l->study->axes[j], scratch) && ok;
    wm_arena_close(scratch);
    return ok;
}

static size_t axis_index(const struct wm_study *s, const char *name)
{
    for (size_t j = 0; j < s->n_axes; j++)
        if (strcmp(s->axes[j].name, name) == 0 || strcmp(s->axes[j].params.path, name) == 0)
            return j;
    return s->n_axes;
}

/* Row by row Cholesky of a correlation matrix, in place; false when it is not positive definite. */
static bool factorise(double *m, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = m[i * n + j];
            for (size_t k = 0; k < j; k++)
                sum -= m[i * n + k] * m[j * n + k];
            if (i == j && !(sum > 0.0))
                return false;
            m[i * n + j] = i == j ? sqrt(sum) : sum / m[j * n + j];
        }
    return true;
}

static bool read_corr(struct load *l, const struct wm_json *entry, double *matrix)
{
    const struct wm_study *const s = l->study;
    const struct wm_json *const a = wm_json_at(entry, 0), *const b = wm_json_at(entry, 1),
                                *const rho = wm_json_at(entry, 2);
    if (entry->type != WM_JSON_ARRAY || entry->n_children != 3 || a->type != WM_JSON_STRING ||
        b->type != WM_JSON_STRING || rho->type != WM_JSON_NUMBER || !(fabs(rho->number) < 1.0))
        return fail(l, &entry->place, "corr", "is [axis, axis, rho] with -1 < rho < 1");
    const size_t i = axis_index(s, a->text), j = axis_index(s, b->text);
    const char *const missing = i == s->n_axes ? a->text : j == s->n_axes ? b->text : NULL;
    if (missing != NULL) {
        struct wm_suggest near = wm_suggest_init(missing);
        for (size_t k = 0; k < s->n_axes; k++)
            wm_suggest_offer(&near, s->axes[k].name);
        wm_diag_add(l->diags, WM_E501, &entry->place, "corr", "there is no axis \"%s\"%s", missing,
                    wm_suggest_text(l->arena, &near));
        return false;
    }
    if (i == j)
        return fail(l, &entry->place, "corr", "names the same axis twice");
    matrix[i * s->n_axes + j] = matrix[j * s->n_axes + i] = rho->number;
    return true;
}

static bool compile_corr(struct load *l)
{
    struct wm_study *const s = l->study;
    const struct wm_json *const corr = s->params.corr;
    const enum wm_design d = s->params.design;
    if (corr == NULL || corr->n_children == 0)
        return true;
    if (corr->type != WM_JSON_ARRAY)
        return fail(l, &corr->place, "corr", "is an array of [axis, axis, rho]");
    if (d != WM_DESIGN_MONTE_CARLO && d != WM_DESIGN_SOBOL && d != WM_DESIGN_LATIN_HYPERCUBE)
        return fail(
            l, &corr->place, "corr",
            "needs monte_carlo, sobol or latin_hypercube; Sobol indices assume that axes are "
            "independent");
    bool ok = true;
    double *const matrix = WM_NEW_ARRAY(l->arena, double, s->n_axes * s->n_axes);
    for (size_t j = 0; j < s->n_axes; j++)
        matrix[j * s->n_axes + j] = 1.0;
    for (const struct wm_json *c = corr->child; c != NULL; c = c->next)
        ok = read_corr(l, c, matrix) && ok;
    if (ok && !factorise(matrix, s->n_axes))
        return fail(
            l, &corr->place, "corr",
            "these correlations contradict each other: the matrix is not positive definite");
    s->factor = matrix;
    return ok;
}

static bool read_metrics(struct load *l)
{
    struct wm_study *const s = l->study;
    const struct wm_json *const list = s->params.metrics;
    for (unsigned i = 0; i < WM_N_METRICS; i++)
        s->keeps[i] = list == NULL;
    if (list == NULL)
        return true;
    if (list->type != WM_JSON_ARRAY)
        return fail(l, &list->place, "metrics", "is an array of metric keys");
    bool ok = true;
    for (const struct wm_json *c = list->child; c != NULL; c = c->next) {
        const char *const key = c->type == WM_JSON_STRING ? c->text : "";
        const enum wm_metric metric = wm_metric_find(key);
        if (metric != WM_N_METRICS) {
            s->keeps[metric] = true;
            continue;
        }
        struct wm_suggest near = wm_suggest_init(key);
        for (unsigned i = 0; i < WM_N_METRICS; i++)
            wm_suggest_offer(&near, wm_metric_info((enum wm_metric)i)->key);
        wm_diag_add(l->diags, WM_E501, &c->place, "metrics", "no metric \"%s\"%s", key,
                    wm_suggest_text(l->arena, &near));
        ok = false;
    }
    return ok;
}

/* The base scenario's text without what the axes set: the same for every value of theirs. */
static void hash_scenario(struct load *l)
{
    struct wm_study *const s = l->study;
    struct wm_json *const copy = wm_json_copy(l->arena, s->tree);
    const struct wm_json null = {.type = WM_JSON_NULL};
    struct wm_diags ignored = wm_diags_init(l->arena);
    for (size_t j = 0; j < s->n_axes; j++)
        for (size_t k = 0; k < s->axes[j].n_targets; k++) {
            struct wm_target at = {0};
            WM_REQUIRE(wm_override_target(l->arena, copy, s->axes[j].targets[k].path,
                                          &s->axes[j].place, &at, &ignored));
            wm_node_set(at.node, &null);
        }
    struct wm_digest *const digest = wm_digest_open();
    wm_digest_add_text(digest, wm_json_to_text(l->arena, copy));
    wm_digest_close_hex(digest, s->scenario_hash);
}

static void hash_study(struct load *l)
{
    struct wm_study *const s = l->study;
    const struct wm_stamp stamp = wm_stamp_of(NULL, s->seed);
    hash_scenario(l);
    struct wm_digest *digest = wm_digest_open();
    wm_digest_add_text(digest, stamp.version);
    wm_digest_add_text(digest, stamp.git_id);
    wm_digest_add_text(digest, stamp.catalog_hash);
    wm_digest_add_text(digest, s->scenario_hash);
    wm_digest_add_text(digest, s->params.name);
    wm_digest_add_text(digest, wm_design_words[s->params.design]);
    wm_digest_add_text(digest, wm_arena_printf(l->arena, "%lld", (long long)s->seed));
    for (unsigned i = 0; i < WM_N_METRICS; i++)
        if (s->keeps[i])
            wm_digest_add_text(digest, wm_metric_info((enum wm_metric)i)->key);
    for (size_t j = 0; j < s->n_axes; j++) {
        wm_digest_add_text(digest, s->axes[j].name);
        for (size_t k = 0; k < s->axes[j].n_targets; k++)
            wm_digest_add_text(digest, s->axes[j].targets[k].path);
    }
    wm_digest_close_hex(digest, s->key);
    digest = wm_digest_open();
    wm_digest_add_text(digest, s->key);
    wm_digest_add_text(digest, s->study_text);
    wm_digest_add_text(digest, s->base_text);
    wm_digest_close_hex(digest, s->hash);
}

static const char *join(struct wm_arena *arena, const char *path, const char *name)
{
    const char *const slash = strrchr(path, '/');
    if (slash == NULL || name[0] == '/')
        return name;
    return wm_arena_printf(arena, "%.*s/%s", (int)(slash - path), path, name);
}

/* A scenario that holds axes is a study of itself: monte_carlo when it has distributions, else grid. */
static struct wm_json *study_of_scenario(struct load *l, const struct wm_json *scenario,
                                         const char *path)
{
    const char *const slash = strrchr(path, '/');
    const struct wm_json *const name = wm_json_find(scenario, "name");
    struct wm_json_writer w = wm_json_writer_to_memory(l->arena, false);
    struct wm_json *root = NULL;
    wm_json_object_begin(&w);
    wm_json_member_integer(&w, "schema_version", 1);
    wm_json_member_string(&w, "name", name != NULL && name->text != NULL ? name->text : "study");
    wm_json_member_string(&w, "base", slash != NULL ? slash + 1 : path);
    wm_json_member_string(&w, "design",
                          wm_design_words[has_inline_axis(scenario, "dist") ? WM_DESIGN_MONTE_CARLO
                                                                            : WM_DESIGN_GRID]);
    wm_json_object_end(&w);
    wm_json_finish(&w);
    WM_REQUIRE(wm_json_parse(l->arena, w.bytes, w.n_bytes, path, &root, l->diags) == WM_OK);
    return root;
}

static enum wm_status read_file(struct load *l, const char *path)
{
    const char *text = NULL;
    size_t n_bytes = 0;
    struct wm_json *root = NULL;
    const enum wm_status status = wm_text_load(l->arena, path, &text, &n_bytes, l->diags);
    if (status != WM_OK)
        return status;
    wm_json_parse(l->arena, text, n_bytes, path, &root, l->diags);
    if (root == NULL)
        return WM_INVALID;
    if (root->type != WM_JSON_OBJECT) {
        fail(l, &root->place, NULL, "a study is an object {...}");
        return WM_INVALID;
    }
    const bool is_scenario =
        wm_json_find(root, "base") == NULL && wm_json_find(root, "axes") == NULL &&
        (wm_json_find(root, "site") != NULL || wm_json_find(root, "extends") != NULL);
    l->root = is_scenario ? study_of_scenario(l, root, path) : root;
    l->study->path = path;
    l->study->study_text = wm_json_to_text(l->arena, l->root);
    struct wm_reader reader = {.arena = l->arena, .diags = l->diags};
    wm_fields_read(&reader, wm_study_fields, l->root, NULL, "", &l->study->params);
    return l->diags->n_errors > 0 ? WM_INVALID : WM_OK;
}

static enum wm_status read_base(struct load *l, const struct wm_override *sets, size_t n_sets)
{
    struct wm_study *const s = l->study;
    const char *const path = join(l->arena, s->path, s->params.base);
    const size_t n_errors = l->diags->n_errors;
    const enum wm_status status = wm_scenario_tree_load(l->arena, path, &s->tree, l->diags);
    if (status != WM_OK)
        return status;
    for (size_t i = 0; i < n_sets; i++)
        wm_override_apply(l->arena, s->tree, &sets[i], l->diags);
    if (l->diags->n_errors > n_errors)
        return WM_USAGE;
    s->base_text = wm_json_to_text(l->arena, s->tree);
    return WM_OK;
}

/* Reads the base once for its defaults, its seed and the catalogue; mistakes are found later. */
static void read_defaults(struct load *l)
{
    struct wm_study *const s = l->study;
    struct wm_diags ignored = wm_diags_init(l->arena);
    struct wm_loaded loaded;
    wm_scenario_tree_read(l->arena, s->tree, NULL, true, &loaded, &ignored);
    l->origins = loaded.origins;
    s->catalog = loaded.catalog;
    const struct wm_json *const seed = default_of(l, "seed");
    s->seed = s->params.seed >= 0                            ? s->params.seed
              : seed != NULL && seed->type == WM_JSON_NUMBER ? (int64_t)seed->number
                                                             : 1;
}

static bool reaches_catalog(const struct wm_study *s)
{
    for (size_t j = 0; j < s->n_axes; j++)
        for (size_t k = 0; k < s->axes[j].n_targets; k++) {
            const char *const path = s->axes[j].targets[k].path;
            for (int kind = 0; kind < WM_N_CATALOGS; kind++)
                if (is_inside(path, wm_catalog_section((enum wm_catalog_kind)kind)))
                    return true;
        }
    return false;
}

static bool compile(struct load *l)
{
    struct wm_study *const s = l->study;
    bool ok = take_inline_axes(l, s->tree, "");
    ok = compile_own_axes(l) && ok;
    if (!ok)
        return false;
    if (s->n_axes == 0)
        return fail(l, &l->root->place, "axes",
                    "a study needs at least one axis, or `sweep` or `dist` in its base scenario");
    read_defaults(l);
    for (size_t j = 0; j < s->n_axes; j++)
        ok = find_targets(l, &s->axes[j]) && check_bases(l, &s->axes[j]) && ok;
    for (size_t i = 0; ok && i < s->n_axes; i++)
        for (size_t j = i; j < s->n_axes; j++)
            ok = check_apart(l, i, j) && ok;
    if (!ok)
        return false;
    if (reaches_catalog(s))
        s->catalog = NULL;
    ok = compile_corr(l);
    ok = read_metrics(l) && ok;
    ok = try_axes(l) && ok;
    s->n_points = wm_design_count(s, &l->root->place, l->diags);
    return ok && s->n_points > 0;
}

enum wm_status wm_study_load(struct wm_arena *arena, const char *path,
                             const struct wm_override *sets, size_t n_sets,
                             const struct wm_study **out, struct wm_diags *diags)
{
    struct load l = {.arena = arena, .diags = diags, .study = WM_NEW(arena, struct wm_study)};
    *out = NULL;
    enum wm_status status = read_file(&l, path);
    if (status == WM_OK)
        status = read_base(&l, sets, n_sets);
    if (status != WM_OK)
        return status;
    if (!compile(&l))
        return WM_INVALID;
    hash_study(&l);
    *out = l.study;
    return WM_OK;
}

const char *wm_study_name(const struct wm_study *study)
{
    return study->params.name;
}

enum wm_design wm_study_design(const struct wm_study *study)
{
    return study->params.design;
}

uint64_t wm_study_n_points(const struct wm_study *study)
{
    return study->n_points;
}

size_t wm_study_n_axes(const struct wm_study *study)
{
    return study->n_axes;
}

const char *wm_study_axis_name(const struct wm_study *study, size_t axis)
{
    WM_REQUIRE(axis < study->n_axes);
    return study->axes[axis].name;
}
