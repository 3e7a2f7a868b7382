#include "catalogue.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "values.h"
#include "wattmill/civil.h"

const struct wm_catalog_head *wm_import_entry_find(struct wm_importer *im,
                                                   enum wm_catalog_kind kind, const char *name)
{
    if (im->catalog == NULL && wm_catalog_load(im->arena, &im->catalog, im->diags) != WM_OK)
        return NULL;
    return wm_catalog_find(im->catalog, kind, name);
}

const char *wm_import_entry(struct wm_importer *im, enum wm_catalog_kind kind, const char *name)
{
    char part[128];
    (void)snprintf(part, sizeof part, "%s", name);
    for (size_t n = strlen(part); n > 0; n--) {
        if (part[n] != '\0' && part[n] != '-' && part[n] != '_')
            continue;
        part[n] = '\0';
        const struct wm_catalog_head *const head = wm_import_entry_find(im, kind, part);
        if (head != NULL)
            return head->name;
        if (kind != WM_CATALOG_accelerator)
            break;
    }
    if (name[0] != '\0')
        wm_import_note_once(im, "read: \"%.80s\" is in no entry of %s", name,
                            wm_catalog_section(kind));
    return name;
}

const char *wm_import_slug(struct wm_arena *arena, const char *from)
{
    char *const name = wm_arena_copy_text(arena, from, strlen(from));
    size_t n = 0;
    for (const char *p = from; *p != '\0' && n < 60; p++) {
        const bool keeps = isalnum((unsigned char)*p) || *p == '.';
        if (keeps)
            name[n++] = (char)tolower((unsigned char)*p);
        else if (n > 0 && name[n - 1] != '-')
            name[n++] = '-';
    }
    while (n > 0 && name[n - 1] == '-')
        n--;
    name[n] = '\0';
    return name;
}

const char *wm_import_as_of(struct wm_importer *im, const char *stated)
{
    const char *const date = im->options->as_of;
    int64_t at = 0;
    if (date != NULL && (strlen(date) != 10 || !wm_time_parse(date, &at)))
        wm_value_mistake(im, WM_E210, NULL, "--as-of: \"%.40s\" is no date, YYYY-MM-DD is wanted",
                         date);
    if (date == NULL && stated[0] == '\0')
        wm_import_note_once(im,
                            "left out: as_of, the file does not say; --as-of YYYY-MM-DD says it");
    return date != NULL ? date : stated;
}
