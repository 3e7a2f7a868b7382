/*
 * An axis: from its object in the file to the value at a level or a probability.
 *
 * Distributions are sampled through their inverse F^-1(u), so that every design (strata,
 * quasi-random, correlated) works with every one of them:
 *
 *     triangular  u < c: low + sqrt(u w (mode - low)), else high - sqrt((1 - u) w (high - mode)),
 *                 w = high - low, c = (mode - low) / w
 *     pert        low + w B^-1(u; 1 + lambda c, 1 + lambda (1 - c))
 *     lognormal   median exp(log_sd z), normal mean + sd z, z = Phi^-1(u); cut at low and high by
 *                 u -> F(low) + u (F(high) - F(low))
 *
 * Source: Malcolm et al., "Application of a technique for research and development program
 * evaluation", Oper. Res. 7(5) 1959 (PERT, lambda = 4); Devroye, "Non-Uniform Random Variate
 * Generation", 1986, ch. II.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "design.h"
#include "wattmill/require.h"

/* Levels one_at_a_time gives a distribution: its 10th and 90th percentiles. */
static const double tornado_prob[2] = {0.1, 0.9};

struct need {
    const char *key;
    double value;
};

static bool fail(struct wm_diags *diags, const struct wm_place *place, const char *name,
                 const char *text)
{
    wm_diag_add(diags, WM_E501, place, name, "%s", text);
    return false;
}

static bool need_all(const struct wm_axis_params *p, const struct wm_place *place,
                     const struct need *needs, size_t n, struct wm_diags *diags)
{
    bool ok = true;
    for (size_t i = 0; i < n; i++)
        if (!wm_is_set(needs[i].value)) {
            wm_diag_add(diags, WM_E501, place, p->path, "this distribution needs `%s`",
                        needs[i].key);
            ok = false;
        }
    return ok;
}

static bool check_dist(const struct wm_axis_params *p, const struct wm_place *place,
                       struct wm_diags *diags)
{
    const struct need low = {"low", p->low}, mode = {"mode", p->mode}, high = {"high", p->high};
    const struct need three[] = {low, mode, high}, two[] = {low, high};
    const struct need normal[] = {{"mean", p->mean}, {"sd", p->sd}};
    const struct need lognormal[] = {{"median", p->median}, {"log_sd", p->log_sd}};
    const struct need beta[] = {{"alpha", p->alpha}, {"beta", p->beta}};
    bool ok = true;
    switch (p->dist) {
    case WM_DIST_PERT:
    case WM_DIST_TRIANGULAR:
        ok = need_all(p, place, three, 3, diags);
        if (ok && !(p->low <= p->mode && p->mode <= p->high && p->low < p->high))
            return fail(diags, place, p->path, "needs low <= mode <= high and low < high");
        break;
    case WM_DIST_UNIFORM:
        ok = need_all(p, place, two, 2, diags);
        break;
    case WM_DIST_NORMAL:
        ok = need_all(p, place, normal, 2, diags);
        if (ok && !(p->sd > 0.0))
            return fail(diags, place, p->path, "needs sd > 0");
        break;
    case WM_DIST_LOGNORMAL:
        ok = need_all(p, place, lognormal, 2, diags);
        if (ok && !(p->median > 0.0 && p->log_sd > 0.0))
            return fail(diags, place, p->path, "needs median > 0 and log_sd > 0");
        break;
    case WM_DIST_BETA:
        ok = need_all(p, place, beta, 2, diags);
        if (wm_is_set(p->low) != wm_is_set(p->high))
            return fail(diags, place, p->path, "give both low and high, or neither (0 and 1)");
        break;
    case WM_DIST_NONE:
    case WM_DIST_DISCRETE:
        return true;
    }
    if (ok && wm_is_set(p->low) && wm_is_set(p->high) && !(p->low < p->high))
        return fail(diags, place, p->path, "needs low < high");
    return ok;
}

static bool compile_range(struct wm_arena *arena, const struct wm_json *object,
                          const struct wm_axis_params *p, struct wm_axis *out,
                          struct wm_diags *diags)
{
    struct wm_reader reader = {.arena = arena, .diags = diags};
    struct wm_range_params *const r = &out->range;
    if (!wm_fields_read(&reader, wm_range_fields, object, NULL, p->path, r))
        return false;
    const struct wm_place *const at = &object->place;
    const bool by_step = wm_is_set(r->step);
    if (by_step == (r->n > 0))
        return fail(diags, at, p->path, "a range needs either `step` or `n`");
    if (r->scale == WM_SPACING_LOG && (by_step || !(r->from > 0.0 && r->to > 0.0)))
        return fail(diags, at, p->path, "a log range needs `n`, and from and to above 0");
    if (by_step && !(r->step * (r->to - r->from) >= 0.0 && r->step * r->step > 0.0))
        return fail(diags, at, p->path, "`step` does not lead from `from` to `to`");
    if (by_step) {
        /* a last value missed by rounding only belongs to the range */
        const double n = floor((r->to - r->from) / r->step * (1.0 + 4.0 * DBL_EPSILON) + 1e-9);
        if (!(n < 1e9))
            return fail(diags, at, p->path, "has more than 1e9 values");
        r->n = (int64_t)n + 1;
    }
    out->is_range = true;
    out->n_levels = (size_t)r->n;
    return true;
}

static const struct wm_json **children(struct wm_arena *arena, const struct wm_json *array)
{
    const struct wm_json **list =
        (const struct wm_json **)wm_arena_alloc(arena, array->n_children, sizeof *list);
    size_t i = 0;
    for (const struct wm_json *c = array->child; c != NULL; c = c->next)
        list[i++] = c;
    return list;
}

static bool compile_values(struct wm_arena *arena, const struct wm_json *array, const char *what,
                           const struct wm_axis_params *p, const struct wm_place *place,
                           struct wm_axis *out, struct wm_diags *diags)
{
    if (array == NULL || array->type != WM_JSON_ARRAY || array->n_children == 0)
        return fail(diags, array != NULL ? &array->place : place, p->path, what);
    out->values = children(arena, array);
    out->n_levels = array->n_children;
    return true;
}

static bool compile_weights(struct wm_arena *arena, const struct wm_axis_params *p,
                            const struct wm_place *place, struct wm_axis *out,
                            struct wm_diags *diags)
{
    double sum = 0.0;
    out->cumulative = WM_NEW_ARRAY(arena, double, out->n_levels);
    const struct wm_json *const w = p->weights;
    if (w != NULL && (w->type != WM_JSON_ARRAY || w->n_children != out->n_levels))
        return fail(diags, &w->place, p->path, "`weights` needs one number for each of `values`");
    const struct wm_json *c = w != NULL ? w->child : NULL;
    for (size_t i = 0; i < out->n_levels; i++) {
        const double weight = w == NULL ? 1.0 : c->type == WM_JSON_NUMBER ? c->number : -1.0;
        if (weight < 0.0)
            return fail(diags, &c->place, p->path, "`weights` are numbers, at least 0");
        sum += weight;
        out->cumulative[i] = sum;
        c = c != NULL ? c->next : NULL;
    }
    if (!(sum > 0.0))
        return fail(diags, place, p->path, "all `weights` are 0");
    for (size_t i = 0; i < out->n_levels; i++)
        out->cumulative[i] /= sum;
    return true;
}

static bool compile_dist(struct wm_arena *arena, const struct wm_axis_params *p,
                         const struct wm_place *place, enum wm_design design, struct wm_axis *out,
                         struct wm_diags *diags)
{
    out->is_dist = true;
    if (p->dist == WM_DIST_DISCRETE)
        return compile_values(arena, p->values, "`values` is an array of at least one value", p,
                              place, out, diags) &&
               compile_weights(arena, p, place, out, diags);
    if (!check_dist(p, place, diags))
        return false;
    if (wm_design_of(design)->is_alone)
        out->n_levels = sizeof tornado_prob / sizeof *tornado_prob;
    else if (wm_design_of(design)->asks_levels) {
        out->n_levels = (size_t)p->n;
        if (p->n == 0)
            return fail(diags, place, p->path,
                        "a distribution in a grid or zip needs `n`, its number of levels; or use a "
                        "sampling design such as monte_carlo");
    }
    return true;
}

bool wm_axis_compile(struct wm_arena *arena, const struct wm_axis_params *params,
                     const struct wm_place *place, enum wm_design design, struct wm_axis *out,
                     struct wm_diags *diags)
{
    const int n_given =
        (params->sweep != NULL) + (params->cases != NULL) + (params->dist != WM_DIST_NONE);
    *out = (struct wm_axis){.params = *params, .place = *place, .base = params->base};
    out->name = params->name[0] != '\0' ? params->name : params->path;
    if (n_given != 1)
        return fail(diags, place, out->name, "needs exactly one of `sweep`, `dist` and `cases`");
    if (params->dist != WM_DIST_NONE)
        return compile_dist(arena, params, place, design, out, diags);
    if (params->cases != NULL)
        return true; /* its targets are known once the base scenario is */
    if (params->sweep->type == WM_JSON_OBJECT)
        return compile_range(arena, params->sweep, params, out, diags);
    return compile_values(arena, params->sweep,
                          "`sweep` is an array of at least one value, or {from, to, step or n}",
                          params, place, out, diags);
}

static double triangular(const struct wm_axis_params *p, double u)
{
    const double width = p->high - p->low, c = (p->mode - p->low) / width;
    return u < c ? p->low + sqrt(u * width * (p->mode - p->low))
                 : p->high - sqrt((1.0 - u) * width * (p->high - p->mode));
}

static double pert(const struct wm_axis_params *p, double u)
{
    const double width = p->high - p->low, c = (p->mode - p->low) / width;
    return p->low + width * wm_beta_quantile(u, 1.0 + p->lambda * c, 1.0 + p->lambda * (1.0 - c));
}

/* z of a normal that is cut where the value would leave [low, high]. */
static double cut_z(double u, double z_low, double z_high)
{
    const double f_low = wm_is_set(z_low) ? wm_normal_prob(z_low) : 0.0;
    const double f_high = wm_is_set(z_high) ? wm_normal_prob(z_high) : 1.0;
    const double f = f_low + u * (f_high - f_low);
    return wm_normal_quantile(fmin(fmax(f, DBL_MIN), 1.0 - DBL_EPSILON));
}

double wm_axis_quantile(const struct wm_axis *axis, double prob)
{
    const struct wm_axis_params *const p = &axis->params;
    double value = (double)NAN;
    switch (p->dist) {
    case WM_DIST_PERT:
        return pert(p, prob);
    case WM_DIST_TRIANGULAR:
        return triangular(p, prob);
    case WM_DIST_UNIFORM:
        return p->low + prob * (p->high - p->low);
    case WM_DIST_BETA:
        value = wm_beta_quantile(prob, p->alpha, p->beta);
        return wm_is_set(p->low) ? p->low + value * (p->high - p->low) : value;
    case WM_DIST_NORMAL:
        value =
            p->mean + p->sd * cut_z(prob, (p->low - p->mean) / p->sd, (p->high - p->mean) / p->sd);
        break;
    case WM_DIST_LOGNORMAL:
        value = p->median * exp(p->log_sd * cut_z(prob, log(p->low / p->median) / p->log_sd,
                                                  log(p->high / p->median) / p->log_sd));
        break;
    case WM_DIST_NONE:
    case WM_DIST_DISCRETE:
        WM_REQUIRE(axis->is_dist && p->dist != WM_DIST_DISCRETE);
    }
    /* rounding must not carry a cut value over its end */
    return fmin(wm_is_set(p->high) ? p->high : value,
                fmax(wm_is_set(p->low) ? p->low : value, value));
}

static double range_at(const struct wm_range_params *r, size_t level)
{
    if (level == 0)
        return r->from;
    if (wm_is_set(r->step))
        return r->from + (double)level * r->step;
    if (level + 1 == (size_t)r->n)
        return r->to;
    const double x = (double)level / (double)(r->n - 1);
    return r->scale == WM_SPACING_LOG ? r->from * pow(r->to / r->from, x)
                                      : r->from + x * (r->to - r->from);
}

size_t wm_axis_level(const struct wm_axis *axis, const struct wm_choice *choice)
{
    if (choice->how == WM_CHOOSE_LEVEL)
        return choice->level;
    if (choice->how == WM_CHOOSE_BASE || axis->n_levels == 0)
        return axis->n_levels;
    if (axis->cumulative != NULL) {
        size_t k = 0;
        while (k + 1 < axis->n_levels && choice->u >= axis->cumulative[k])
            k++;
        return k;
    }
    const size_t k = (size_t)(choice->u * (double)axis->n_levels);
    return k < axis->n_levels ? k : axis->n_levels - 1;
}

static double level_prob(const struct wm_axis *axis, size_t level)
{
    return axis->n_levels == 2 && axis->params.n == 0
               ? tornado_prob[level]
               : ((double)level + 0.5) / (double)axis->n_levels;
}

bool wm_axis_value(const struct wm_axis *axis, const struct wm_choice *choice, size_t target,
                   struct wm_json *out)
{
    const struct wm_axis_target *const t = &axis->targets[target];
    const size_t level = wm_axis_level(axis, choice);
    const struct wm_json *from = NULL;
    *out = (struct wm_json){.type = WM_JSON_NUMBER, .place = axis->place};
    if (choice->how == WM_CHOOSE_BASE)
        from = axis->base != NULL ? axis->base : t->base;
    else if (axis->cases != NULL)
        from = axis->cases[level].values[target];
    else if (axis->values != NULL)
        from = axis->values[level];
    else if (axis->is_range)
        out->number = range_at(&axis->range, level);
    else
        out->number = wm_axis_quantile(axis, choice->how == WM_CHOOSE_U ? choice->u
                                                                        : level_prob(axis, level));
    if (from == NULL && (choice->how == WM_CHOOSE_BASE || axis->cases != NULL)) {
        if (t->base == NULL)
            return false;
        from = t->base;
    }
    if (from != NULL)
        wm_node_set(out, from);
    if (out->type == WM_JSON_NUMBER && t->whole && from == NULL)
        out->number = nearbyint(out->number);
    return true;
}

void wm_node_set(struct wm_json *node, const struct wm_json *value)
{
    struct wm_json *const next = node->next;
    const char *const key = node->key;
    const struct wm_place key_place = node->key_place;
    *node = *value;
    node->next = next;
    node->key = key;
    node->key_place = key_place;
}
