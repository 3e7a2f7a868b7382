/* Catalogue entries by name or alias, for `explain`. */
#include <string.h>
#include <strings.h>

#include "explain.h"
#include "wattmill/input.h"

static void print_entry(FILE *file, enum wm_catalog_kind kind, const struct wm_catalog_head *h)
{
    const char *const section = wm_catalog_section(kind);
    fprintf(
        file,
        "%s\n  %s\n  entry    of %s, %s, as of %s\n  source   %s\n  values   wattmill catalog %s "
        "%s\n",
        h->name, h->title, section, wm_basis_words[h->basis], h->as_of, h->source, section,
        h->name);
}

static size_t search(FILE *file, const struct wm_catalog *catalog, const char *word, bool is_known,
                     wm_offer_fn *offer, void *self)
{
    size_t n_found = 0;
    for (int k = 0; k < WM_N_CATALOGS; k++) {
        const enum wm_catalog_kind kind = (enum wm_catalog_kind)k;
        const struct wm_catalog_head *const h = wm_catalog_find(catalog, kind, word);
        if (h != NULL) {
            print_entry(file, kind, h);
            n_found++;
        }
    }
    for (int k = 0; k < WM_N_CATALOGS && n_found == 0 && !is_known; k++) {
        const enum wm_catalog_kind kind = (enum wm_catalog_kind)k;
        for (size_t i = 0; i < wm_catalog_n(catalog, kind); i++) {
            const struct wm_catalog_head *const h = wm_catalog_at(catalog, kind, i);
            const size_t n = strlen(word);
            offer(self, h->name);
            if (n >= 3 && strncasecmp(h->name, word, n) == 0 && h->name[n] == '-') {
                print_entry(file, kind, h);
                is_known = true;
            }
        }
    }
    return n_found + (n_found == 0 && is_known);
}

size_t wm_explain_entry(FILE *file, const char *word, bool is_known, wm_offer_fn *offer, void *self)
{
    struct wm_arena *const arena = wm_arena_begin();
    const struct wm_catalog *catalog = NULL;
    struct wm_diags ignored = wm_diags_init(arena);
    size_t n_found = 0;
    if (wm_catalog_load(arena, &catalog, &ignored) == WM_OK)
        n_found = search(file, catalog, word, is_known, offer, self);
    wm_arena_close(arena);
    return n_found;
}
