/* --assert 'metric>x': reads a condition on a metric and checks it against a run. */
#include "wattmill/suggest.h"

#include <math.h>
#include <string.h>

#include "wattmill/output.h"

static const char *const relations[] = {">", ">=", "<", "<=", "=="};

static bool read_relation(const char **at, enum wm_relation *relation)
{
    const bool equal = (*at)[1] == '=';
    switch (**at) {
    case '>':
        *relation = equal ? WM_GREATER_EQUAL : WM_GREATER;
        break;
    case '<':
        *relation = equal ? WM_LESS_EQUAL : WM_LESS;
        break;
    case '=':
        *relation = WM_EQUAL;
        break;
    default:
        return false;
    }
    if (**at == '=' && !equal)
        return false;
    *at += equal ? 2 : 1;
    return true;
}

/* The strict JSON reader also refuses "nan", "0x1" and a comma of the locale. */
static bool read_number(struct wm_arena *arena, const char *text, double *value)
{
    struct wm_diags ignored = wm_diags_init(arena);
    struct wm_json *json = NULL;
    if (wm_json_parse(arena, text, strlen(text), "", &json, &ignored) != WM_OK || json == NULL ||
        json->type != WM_JSON_NUMBER)
        return false;
    *value = json->number;
    return true;
}

enum wm_status wm_assertion_parse(struct wm_arena *arena, const char *text,
                                  struct wm_assertion *out, struct wm_diags *diags)
{
    const size_t n_key = strcspn(text, "<>= \t");
    const char *const key = wm_arena_copy_text(arena, text, n_key);
    const char *at = text + n_key + strspn(text + n_key, " \t");
    *out = (struct wm_assertion){.text = text, .metric = wm_metric_find(key)};
    if (!read_relation(&at, &out->relation) || !read_number(arena, at, &out->value)) {
        wm_diag_add(diags, WM_E103, NULL, NULL,
                    "--assert \"%s\": write metric>number, with one of > >= < <= ==", text);
        return WM_USAGE;
    }
    if (out->metric == WM_N_METRICS) {
        struct wm_suggest near = wm_suggest_init(key);
        for (unsigned i = 0; i < WM_N_METRICS; i++)
            wm_suggest_offer(&near, wm_metric_info((enum wm_metric)i)->key);
        wm_diag_add(diags, WM_E103, NULL, NULL, "--assert \"%s\": no metric \"%s\"%s", text, key,
                    wm_suggest_text(arena, &near));
        return WM_USAGE;
    }
    return WM_OK;
}

bool wm_relation_holds(double a, enum wm_relation relation, double b)
{
    switch (relation) {
    case WM_GREATER:
        return a > b;
    case WM_GREATER_EQUAL:
        return a >= b;
    case WM_LESS:
        return a < b;
    case WM_LESS_EQUAL:
        return a <= b;
    case WM_EQUAL:
        return a <= b && a >= b;
    }
    return false;
}

bool wm_assertion_check(const struct wm_assertion *assertion, const struct wm_results *results,
                        struct wm_diags *diags)
{
    const struct wm_metric_info *const info = wm_metric_info(assertion->metric);
    const double value = wm_unit_from_si(info->unit, results->metric[assertion->metric]);
    if (isfinite(value) && wm_relation_holds(value, assertion->relation, assertion->value))
        return true;
    char is[32], asked[32];
    wm_diag_add(diags, WM_E303, NULL, NULL, "%s = %s%s%s, asserted %s %s", info->key,
                isfinite(value) ? wm_json_number_text(value, is) : "(not computed)",
                info->unit == WM_UNIT_NONE ? "" : " ",
                info->unit == WM_UNIT_NONE ? "" : wm_unit_symbol(info->unit),
                relations[assertion->relation], wm_json_number_text(assertion->value, asked));
    return false;
}
