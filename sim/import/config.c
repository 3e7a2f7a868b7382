#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The next of "a|b|c" into buf; where the rest begins, NULL after the last. */
static const char *next_word(const char *words, char buf[64])
{
    const size_t n = strcspn(words, "|");
    (void)snprintf(buf, 64, "%.*s", (int)n, words);
    return words[n] == '|' ? words + n + 1 : NULL;
}

bool wm_config_matches(const char *patterns, const char *word)
{
    char p[64];
    const size_t n_word = strlen(word);
    for (const char *rest = patterns; rest != NULL;) {
        rest = next_word(rest, p);
        size_t n = strlen(p);
        const bool ends_open = n > 0 && p[n - 1] == '*';
        if (ends_open)
            p[--n] = '\0';
        if (p[0] == '*' && ends_open ? strstr(word, p + 1) != NULL
            : p[0] == '*' ? n_word >= n - 1 && strcmp(word + n_word - (n - 1), p + 1) == 0
            : ends_open   ? strncmp(word, p, n) == 0
                          : strcmp(word, p) == 0)
            return true;
    }
    return false;
}

void wm_config_mistake(struct wm_config *c, enum wm_code code, const struct wm_json *value,
                       const char *format, ...)
{
    const struct wm_place whole = {.file = c->im->path};
    char text[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    c->im->n_mistakes++;
    wm_diag_add(c->im->diags, code, value != NULL ? &value->place : &whole, NULL, "%s", text);
}

bool wm_config_open(struct wm_importer *im, const char *text, size_t n_bytes, struct wm_config *out)
{
    struct wm_json *root = NULL;
    *out = (struct wm_config){.im = im};
    if (wm_json_parse(im->arena, text, n_bytes, im->path, &root, im->diags) != WM_OK) {
        im->n_mistakes++;
        return false;
    }
    out->root = out->text = root;
    if (root->type != WM_JSON_OBJECT) {
        wm_config_mistake(out, WM_E205, root,
                          "a model's configuration is an object {...}, found %s",
                          wm_json_type_text(root->type));
        return false;
    }
    const struct wm_json *const inner =
        wm_config_get(out, "text_config|language_config|llm_config");
    if (inner != NULL && inner->type == WM_JSON_OBJECT)
        out->text = inner;
    return true;
}

static bool is_same(const struct wm_json *a, const struct wm_json *b)
{
    return a->type == b->type && a->type <= WM_JSON_NUMBER && a->flag == b->flag &&
           a->number == b->number;
}

static void take(struct wm_config *c, const struct wm_json *value)
{
    if (value != NULL && c->n_taken < WM_CONFIG_TAKEN)
        c->taken[c->n_taken++] = value;
}

const struct wm_json *wm_config_get(struct wm_config *c, const char *keys)
{
    const struct wm_json *found = NULL;
    char key[64];
    for (const char *rest = keys; rest != NULL;) {
        rest = next_word(rest, key);
        const struct wm_json *const at[] = {wm_json_find(c->text, key),
                                            c->text != c->root ? wm_json_find(c->root, key) : NULL};
        for (size_t i = 0; i < 2; i++) {
            const bool is_said = at[i] != NULL && at[i]->type != WM_JSON_NULL;
            if (at[i] != NULL && (!is_said || found == NULL || is_same(found, at[i])))
                take(c, at[i]);
            if (is_said && found == NULL)
                found = at[i];
        }
    }
    return found;
}

int64_t wm_config_int(struct wm_config *c, const char *keys, double min, double max,
                      int64_t otherwise)
{
    const struct wm_json *const v = wm_config_get(c, keys);
    if (v == NULL)
        return otherwise;
    if (v->type != WM_JSON_NUMBER) {
        wm_config_mistake(c, WM_E205, v, "%s: a whole number is wanted, found %s", v->key,
                          wm_json_type_text(v->type));
        return otherwise;
    }
    if (!(v->number >= min && v->number <= max) || v->number != (double)(int64_t)v->number) {
        wm_config_mistake(c, WM_E204, v, "%s = %s, allowed %.0f..%.0f, whole", v->key, v->text, min,
                          max);
        return otherwise;
    }
    return (int64_t)v->number;
}

bool wm_config_flag(struct wm_config *c, const char *keys, bool otherwise)
{
    const struct wm_json *const v = wm_config_get(c, keys);
    if (v == NULL)
        return otherwise;
    if (v->type != WM_JSON_BOOL)
        wm_config_mistake(c, WM_E205, v, "%s: true or false is wanted, found %s", v->key,
                          wm_json_type_text(v->type));
    return v->flag;
}

const char *wm_config_text(struct wm_config *c, const char *keys)
{
    const struct wm_json *const v = wm_config_get(c, keys);
    return v != NULL && v->type == WM_JSON_STRING ? v->text : "";
}

const struct wm_json *wm_config_list(struct wm_config *c, const char *keys, int64_t n_layers)
{
    const struct wm_json *const v = wm_config_get(c, keys);
    if (v == NULL || (v->type == WM_JSON_ARRAY && v->n_children == 0))
        return NULL;
    if (v->type != WM_JSON_ARRAY) {
        wm_config_mistake(c, WM_E205, v, "%s: a list is wanted, found %s", v->key,
                          wm_json_type_text(v->type));
        return NULL;
    }
    if ((int64_t)v->n_children < n_layers) {
        wm_config_mistake(c, WM_E211, v, "%s names %zu layers, the model has %lld", v->key,
                          v->n_children, (long long)n_layers);
        return NULL;
    }
    return v;
}

bool wm_config_says(const struct wm_json *v)
{
    if (v == NULL)
        return false;
    switch (v->type) {
    case WM_JSON_NULL:
        return false;
    case WM_JSON_BOOL:
        return v->flag;
    case WM_JSON_NUMBER:
        return v->number != 0.0;
    case WM_JSON_STRING:
        return v->text[0] != '\0';
    case WM_JSON_ARRAY:
    case WM_JSON_OBJECT:
        return v->n_children > 0;
    }
    return true;
}

static void tell(struct wm_config *c, const struct wm_json *object, const char *silent)
{
    for (const struct wm_json *v = object->child; v != NULL; v = v->next) {
        bool is_taken = !wm_config_says(v) || wm_config_matches(silent, v->key);
        for (size_t i = 0; i < c->n_taken && !is_taken; i++)
            is_taken = c->taken[i] == v;
        if (!is_taken && v->type <= WM_JSON_STRING)
            wm_import_note(c->im, "left out: %.60s = %.60s", v->key,
                           wm_json_to_text(c->im->arena, v));
        else if (!is_taken)
            wm_import_note(c->im, "left out: %.60s", v->key);
    }
}

void wm_config_tell_rest(struct wm_config *c, const char *silent)
{
    tell(c, c->text, silent);
    if (c->text != c->root)
        tell(c, c->root, silent);
}
