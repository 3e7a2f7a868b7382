/* Time zones by name, from the system's tz database: one TZif file a zone, looked up by its path alone. */
#include <string.h>
#include <unistd.h>

#include "wattmill/input.h"
#include "wattmill/suggest.h"
#include "wattmill/zone.h"

/* Letters, digits, "_", "+", "-" between single slashes: no way out of the folder. */
static bool is_zone_name(const char *name)
{
    const size_t n =
        strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/");
    return n > 0 && name[n] == '\0' && name[0] != '/' && name[n - 1] != '/' &&
           strstr(name, "//") == NULL;
}

static bool is_tzif(const char *path)
{
    char head[4] = "";
    FILE *const file = fopen(path, "rb");
    if (file == NULL)
        return false;
    const size_t n = fread(head, 1, sizeof head, file);
    fclose(file);
    return n == sizeof head && memcmp(head, "TZif", sizeof head) == 0;
}

/* Next folder of "a:b"; NULL at the end. */
static const char *next_dir(struct wm_arena *arena, const char **dirs)
{
    if (**dirs == '\0')
        return NULL;
    const size_t n = strcspn(*dirs, ":");
    const char *const dir = wm_arena_copy_text(arena, *dirs, n);
    *dirs += n + ((*dirs)[n] == ':' ? 1 : 0);
    return dir;
}

const char *wm_zone_path(struct wm_arena *arena, const char *dirs, const char *name)
{
    const char *dir;
    while (is_zone_name(name) && (dir = next_dir(arena, &dirs)) != NULL) {
        const char *const path = wm_arena_printf(arena, "%s/%s", dir, name);
        if (is_tzif(path))
            return path;
    }
    return NULL;
}

/* Lists of zones name them in the third column: "US +332654-1120424 America/Phoenix MST". */
static void offer_line(struct wm_arena *arena, const char *line, size_t n, const char *word,
                       struct wm_suggest *names, struct wm_suggest *cities, const char **city_zone)
{
    const char *const end = line + n, *at = line;
    for (int tabs = 0; tabs < 2 && at != NULL; tabs++) {
        at = memchr(at, '\t', (size_t)(end - at));
        at = at != NULL ? at + 1 : NULL;
    }
    if (n == 0 || line[0] == '#' || at == NULL)
        return;
    size_t n_name = 0;
    while (at + n_name < end && at[n_name] != '\t')
        n_name++;
    const char *const name = wm_arena_copy_text(arena, at, n_name);
    const char *const slash = strrchr(name, '/');
    wm_suggest_offer(names, name);
    const size_t before = cities->best_distance;
    if (slash != NULL && strchr(word, '/') == NULL)
        wm_suggest_offer(cities, slash + 1);
    if (cities->best_distance < before)
        *city_zone = name;
}

const char *wm_zone_help(struct wm_arena *arena, const char *dirs, const char *name)
{
    struct wm_suggest names = wm_suggest_init(name), cities = wm_suggest_init(name);
    const char *text = NULL, *city_zone = NULL, *dir;
    size_t n_bytes = 0;
    while (text == NULL && (dir = next_dir(arena, &dirs)) != NULL) {
        struct wm_diags ignored = wm_diags_init(arena);
        if (wm_text_load(arena, wm_arena_printf(arena, "%s/zone.tab", dir), &text, &n_bytes,
                         &ignored) != WM_OK)
            text = NULL;
    }
    if (text == NULL)
        return "no time zone database is installed here (package tzdata), so only offsets such as "
               "\"-06:00\" can be used";
    for (const char *line = text; line < text + n_bytes;) {
        const char *const end = memchr(line, '\n', (size_t)(text + n_bytes - line));
        const size_t n = end != NULL ? (size_t)(end - line) : (size_t)(text + n_bytes - line);
        offer_line(arena, line, n, name, &names, &cities, &city_zone);
        line += n + 1;
    }
    if (city_zone != NULL && cities.best_distance < names.best_distance)
        return wm_arena_printf(arena, "no such zone; did you mean \"%s\"?", city_zone);
    const char *const near = wm_suggest_text(arena, &names);
    return wm_arena_printf(arena, "no such zone%s",
                           near[0] != '\0' ? near
                                           : "; names are like \"America/Chicago\", offsets like "
                                             "\"-06:00\"");
}

const void *wm_zone_file_load(struct wm_arena *arena, const char *path, struct wm_diags *diags)
{
    const char *bytes = NULL;
    size_t n_bytes = 0;
    if (wm_text_load(arena, path, &bytes, &n_bytes, diags) != WM_OK)
        return NULL;
    struct wm_zone *const zone = WM_NEW(arena, struct wm_zone);
    if (wm_zone_read_tzif(arena, bytes, n_bytes, zone))
        return zone;
    const struct wm_place place = {.file = path};
    wm_diag_add(diags, WM_E215, &place, NULL, "is no TZif file without leap seconds (RFC 9636)");
    return NULL;
}
