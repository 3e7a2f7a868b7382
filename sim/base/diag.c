#include "wattmill/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "wattmill/plain_text.h"
#include "wattmill/require.h"

struct row {
    const char *name, *summary;
};

static const struct row rows[] = {
#define WM_CODE(code, text) {.name = #code, .summary = (text)},
#include "wattmill/diag.def"
#undef WM_CODE
};

const char *wm_code_name(enum wm_code code)
{
    WM_REQUIRE((unsigned)code < WM_N_CODES);
    return rows[code].name;
}

const char *wm_code_summary(enum wm_code code)
{
    WM_REQUIRE((unsigned)code < WM_N_CODES);
    return rows[code].summary;
}

bool wm_code_is_warning(enum wm_code code)
{
    return wm_code_name(code)[0] == 'W';
}

struct wm_diags wm_diags_init(struct wm_arena *arena)
{
    return (struct wm_diags){.arena = arena};
}

static struct wm_diag *next_item(struct wm_diags *diags)
{
    if (diags->n_items == diags->capacity) {
        const size_t capacity = diags->capacity == 0 ? 8 : 2 * diags->capacity;
        struct wm_diag *items = WM_NEW_ARRAY(diags->arena, struct wm_diag, capacity);
        if (diags->n_items > 0)
            memcpy(items, diags->items, diags->n_items * sizeof *items);
        diags->items = items;
        diags->capacity = capacity;
    }
    return &diags->items[diags->n_items++];
}

/* A value is read twice where a catalogue entry of the user's is also the site's: one mistake, told once. */
static bool is_told(const struct wm_diags *diags, enum wm_code code, const struct wm_place *place,
                    const char *text)
{
    if (place == NULL || place->file == NULL || place->line <= 0 || place->column <= 1)
        return false;
    for (size_t i = 0; i < diags->n_items; i++) {
        const struct wm_diag *const d = &diags->items[i];
        if (d->code == code && d->place.line == place->line && d->place.column == place->column &&
            d->place.file != NULL && strcmp(d->place.file, place->file) == 0 &&
            strcmp(d->text, text) == 0)
            return true;
    }
    return false;
}

void wm_diag_add(struct wm_diags *diags, enum wm_code code, const struct wm_place *place,
                 const char *path, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    WM_REQUIRE(n >= 0);
    char *text = wm_arena_alloc(diags->arena, (size_t)n + 1, 1);
    vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);

    if (path != NULL && is_told(diags, code, place, text))
        return;
    struct wm_diag *d = next_item(diags);
    *d = (struct wm_diag){.code = code, .text = text};
    if (place != NULL) {
        d->place = *place;
        if (place->file != NULL)
            d->place.file = wm_arena_copy_text(diags->arena, place->file, strlen(place->file));
    }
    if (path != NULL && path[0] != '\0')
        d->path = wm_arena_copy_text(diags->arena, path, strlen(path));
    if (wm_code_is_warning(code))
        diags->n_warnings++;
    else
        diags->n_errors++;
}

static const char *place_text(struct wm_arena *arena, const struct wm_place *place)
{
    if (place->file == NULL)
        return "";
    if (place->line <= 0)
        return wm_arena_printf(arena, "%s: ", place->file);
    return wm_arena_printf(arena, "%s:%d:%d: ", place->file, place->line, place->column);
}

const char *wm_diag_format(struct wm_arena *arena, const struct wm_diag *diag)
{
    const char *path = diag->path == NULL ? "" : diag->path;
    /* "path = 3 K, allowed ..." reads as an equation; anything else as "path: sentence". */
    const char *joint = path[0] == '\0' ? "" : diag->text[0] == '=' ? " " : ": ";
    return wm_text_plain(arena,
                         wm_arena_printf(arena, "%s%s %s: %s%s%s", place_text(arena, &diag->place),
                                         wm_code_is_warning(diag->code) ? "warning" : "error",
                                         wm_code_name(diag->code), path, joint, diag->text));
}
