/* From a path as people write it to the row that reads its value, by the tables alone. */
#include <string.h>

#include "wattmill/form.h"

static const struct wm_field *in_table(const struct wm_field *table, const char *path);

/* The element of a list or section comes first; its name may hold dots, so each end of it is tried. */
static const struct wm_field *in_elements(const struct wm_field *table, const char *path)
{
    for (const char *dot = strchr(path, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
        const struct wm_field *const f = in_table(table, dot + 1);
        if (f != NULL)
            return f;
    }
    return NULL;
}

static const struct wm_field *in_table(const struct wm_field *table, const char *path)
{
    const size_t n = strcspn(path, ".");
    const struct wm_field *f = table;
    while (f->kind != WM_KIND_END && (strlen(f->key) != n || strncmp(f->key, path, n) != 0))
        f++;
    if (f->kind == WM_KIND_END)
        return NULL;
    const char *const rest = path + n;
    if (*rest == '\0')
        return f;
    if (f->fields == NULL)
        return NULL;
    if (f->kind == WM_KIND_LIST)
        return in_elements(f->fields, rest + 1);
    return f->kind == WM_KIND_PRESET && strcmp(rest, ".type") == 0 ? f
                                                                   : in_table(f->fields, rest + 1);
}

const struct wm_field *wm_form_row(const struct wm_form *form, const char *path)
{
    return in_table(form->fields, path);
}

const struct wm_field *wm_path_field(const char *path)
{
    const size_t n = strcspn(path, ".");
    for (int k = 0; k < WM_N_CATALOGS && path[n] == '.'; k++) {
        const char *const section = wm_catalog_section((enum wm_catalog_kind)k);
        if (strlen(section) == n && strncmp(section, path, n) == 0)
            return in_elements(wm_catalog_fields((enum wm_catalog_kind)k), path + n + 1);
    }
    return in_table(wm_scenario_fields, path);
}

bool wm_field_is_number(const struct wm_field *field)
{
    return field != NULL && (field->kind == WM_KIND_REAL || field->kind == WM_KIND_INT ||
                             field->kind == WM_KIND_COUNT);
}
