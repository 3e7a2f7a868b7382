/* --vary path=low:high, or path=a,b,c. */
#include <stdlib.h>
#include <string.h>

#include "wattmill/optimise.h"

static const char usage[] = "write path=low:high for a number, or path=a,b,c for a choice, such as "
                            "site.storage.power_mw=0:60";

static bool read_number(struct wm_arena *arena, const char *text, size_t n, double *value)
{
    struct wm_diags ignored = wm_diags_init(arena);
    struct wm_json *json = NULL;
    if (wm_json_parse(arena, text, n, "--vary", &json, &ignored) != WM_OK || json == NULL ||
        json->type != WM_JSON_NUMBER)
        return false;
    *value = json->number;
    return true;
}

/* JSON when it is JSON, else the bare text as a string, as --set has it. */
static const char *choice_text(struct wm_arena *arena, const char *text, size_t n)
{
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
    out->choices = (const char **)wm_arena_alloc(arena, strlen(text) + 1, sizeof *out->choices);
    for (const char *at = text;; at++) {
        const size_t n = strcspn(at, ",");
        if (n == 0)
            return false;
        out->choices[out->n_choices++] = choice_text(arena, at, n);
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
        if (colon != NULL && read_number(arena, rest, (size_t)(colon - rest), &out->low) &&
            read_number(arena, colon + 1, strlen(colon + 1), &out->high))
            ok = out->low < out->high;
        else
            ok = read_choices(arena, rest, out);
    }
    if (ok)
        return WM_OK;
    wm_diag_add(diags, WM_E103, NULL, NULL, "--vary \"%s\": %s", text, usage);
    return WM_USAGE;
}
