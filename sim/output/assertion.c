/* Conditions such as --assert 'metric>x': reads a condition on a metric and checks it against a run. */
#include <math.h>
#include <string.h>

#include "wattmill/output.h"

static const char *const relations[] = {">", ">=", "<", "<=", "=="};

static bool read_relation(const char **at, enum wm_relation *relation)
{
    const bool equal = **at != '\0' && (*at)[1] == '=';
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

enum wm_status wm_assertion_read(struct wm_arena *arena, const char *option, const char *text,
                                 struct wm_assertion *out, struct wm_diags *diags)
{
    const size_t n_key = strcspn(text, "<>= \t");
    const char *at = text + n_key + strspn(text + n_key, " \t");
    *out = (struct wm_assertion){.option = option,
                                 .text = text,
                                 .key = wm_arena_copy_text(arena, text, n_key),
                                 .metric = WM_N_METRICS};
    if (read_relation(&at, &out->relation) && read_number(arena, at, &out->value))
        return WM_OK;
    wm_diag_add(diags, WM_E103, NULL, NULL,
                "%s \"%s\": write metric>number, with one of > >= < <= ==", option, text);
    return WM_USAGE;
}

enum wm_status wm_assertion_unknown(struct wm_arena *arena, const struct wm_assertion *a,
                                    const struct wm_suggest *near, struct wm_diags *diags)
{
    wm_diag_add(diags, WM_E103, NULL, NULL, "%s \"%s\": no metric \"%s\"%s", a->option, a->text,
                a->key, wm_suggest_text(arena, near));
    return WM_USAGE;
}

enum wm_status wm_assertion_parse(struct wm_arena *arena, const char *option, const char *text,
                                  struct wm_assertion *out, struct wm_diags *diags)
{
    const enum wm_status status = wm_assertion_read(arena, option, text, out, diags);
    if (status != WM_OK)
        return status;
    out->metric = wm_metric_find(out->key);
    if (out->metric < WM_N_METRICS)
        return WM_OK;
    struct wm_suggest near = wm_suggest_init(out->key);
    for (unsigned i = 0; i < WM_N_METRICS; i++)
        wm_suggest_offer(&near, wm_metric_info((enum wm_metric)i)->key);
    return wm_assertion_unknown(arena, out, &near, diags);
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

bool wm_assertion_holds(const struct wm_assertion *a, double value, const char *unit,
                        struct wm_diags *diags)
{
    if (isfinite(value) && wm_relation_holds(value, a->relation, a->value))
        return true;
    char is[32], asked[32];
    wm_diag_add(diags, WM_E303, NULL, NULL, "%s = %s%s%s, asserted %s %s", a->key,
                isfinite(value) ? wm_json_number_text(value, is) : "(not computed)",
                unit[0] == '\0' ? "" : " ", unit, relations[a->relation],
                wm_json_number_text(a->value, asked));
    return false;
}

bool wm_assertion_check(const struct wm_assertion *a, const struct wm_results *results,
                        struct wm_diags *diags)
{
    const enum wm_unit unit = wm_metric_info(a->metric)->unit;
    return wm_assertion_holds(a, wm_unit_from_si(unit, results->metric[a->metric]),
                              unit == WM_UNIT_NONE ? "" : wm_unit_symbol(unit), diags);
}
