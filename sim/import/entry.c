#include "entry.h"

#include <stdlib.h>

struct wm_json *wm_entry_new(struct wm_arena *arena, enum wm_json_type type)
{
    const struct wm_place nowhere = {0};
    return wm_json_new(arena, type, &nowhere);
}

void wm_entry_put(struct wm_json *object, const char *key, struct wm_json *value)
{
    value->key = key;
    wm_json_append(object, value);
}

void wm_entry_text(struct wm_arena *arena, struct wm_json *object, const char *key,
                   const char *text)
{
    struct wm_json *const v = wm_entry_new(arena, WM_JSON_STRING);
    v->text = text;
    wm_entry_put(object, key, v);
}

void wm_entry_number(struct wm_arena *arena, struct wm_json *object, const char *key, double value)
{
    struct wm_json *const v = wm_entry_new(arena, WM_JSON_NUMBER);
    v->text = wm_arena_printf(arena, "%.12g", value);
    v->number = strtod(v->text, NULL);
    wm_entry_put(object, key, v);
}

const char *wm_entry_file(struct wm_arena *arena, const char *section, struct wm_json *entries)
{
    struct wm_json_writer w = wm_json_writer_to_memory(arena, true);
    struct wm_json *const root = wm_entry_new(arena, WM_JSON_OBJECT);
    wm_entry_put(root, section, entries);
    wm_json_write(&w, root);
    wm_json_finish(&w);
    return w.bytes;
}
