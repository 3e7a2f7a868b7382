/* --vary path=low:high, or path=a,b,c. */
#include <stdlib.h>
#include <string.h>

#include "wattmill/input.h"
#include "wattmill/optimise.h"
#include "wattmill/quantity.h"

static const char usage[] = "write path=low:high for a number, or path=a,b,c for a choice, such as "
                            "site.storage.power_mw=0:60";

/* As the row of the path reads it, with a unit or without. */
static bool read_number(struct wm_arena *arena, const struct wm_field *field, const char *text,
                        size_t n, double *value)
{
    if (wm_field_is_number(field)) {
        const struct wm_quantity q =
            wm_quantity_read(wm_arena_copy_text(arena, text, n), field->unit);
        *value = q.value;
        return q.fault == WM_QUANTITY_OK;
    }
    struct wm_diags ignored = wm_diags_init(arena);
    struct wm_json *json = NULL;
    if (wm_json_parse(arena, text, n, "--vary", &json, &ignored) != WM_OK || json == NULL ||
        json->type != WM_JSON_NUMBER)
        return false;
    *value = json->number;
    return true;
}

/* JSON when it is JSON, else the bare text as a string, as --set has it; a quantity as its number. */
static const char *choice_text(struct wm_arena *arena, const struct wm_field *field,
                               const char *text, size_t n)
{
    char digits[32];
    double number = 0.0;
    if (wm_field_is_number(field) && read_number(arena, field, text, n, &number))
        return wm_arena_printf(arena, "%s", wm_json_number_text(number, digits));
    struct wm_diags ignored = wm_diags_init(arena);
    struct wm_json *json = NULL;
    if (wm_json_parse(arena, text, n, "--vary", &json, &ignored) == WM_OK && json != NULL)
        return wm_json_to_text(arena, json);
    const struct wm_json word = {.type = WM_JSON_STRING,
                                 .text = wm_arena_copy_text(arena, text, n)};
    return wm_json_to_text(arena, &word);
}

static bool read_choices(struct wm_arena *arena, const char *text, struct wm_vary *out)
{
    const struct wm_field *const field = wm_path_field(out->path);
    out->choices = (const char **)wm_arena_alloc(arena, strlen(text) + 1, sizeof *out->choices);
    for (const char *at = text;; at++) {
        const size_t n = strcspn(at, ",");
        if (n == 0)
            return false;
        out->choices[out->n_choices++] = choice_text(arena, field, at, n);
        at += n;
        if (*at == '\0')
            return out->n_choices > 1;
    }
}

enum wm_status wm_vary_parse(struct wm_arena *arena, const char *text, struct wm_vary *out,
                             struct wm_diags *diags)
{
    const char *const equals = strchr(text, '=');
    *out = (struct wm_vary){0};
    bool ok = equals != NULL && equals != text;
    if (ok) {
        const char *const rest = equals + 1, *const colon = strchr(rest, ':');
        out->path = wm_arena_copy_text(arena, text, (size_t)(equals - text));
        const struct wm_field *const field = wm_path_field(out->path);
        if (colon != NULL && read_number(arena, field, rest, (size_t)(colon - rest), &out->low) &&
            read_number(arena, field, colon + 1, strlen(colon + 1), &out->high))
            ok = out->low < out->high;
        else
            ok = read_choices(arena, rest, out);
    }
    if (ok)
        return WM_OK;
    wm_diag_add(diags, WM_E103, NULL, NULL, "--vary \"%s\": %s", text, usage);
    return WM_USAGE;
}
