/* The shipped catalogue in tests: open_catalog() before, close_catalog() after, FIND() in between. */
#ifndef WM_TESTS_CATALOG_CASE_H
#define WM_TESTS_CATALOG_CASE_H

#include <check.h>

#include "wattmill/wattmill.h"

static struct wm_arena *arena;
static const struct wm_catalog *catalog;

static inline void open_catalog(void)
{
    wm_init();
    arena = wm_arena_open();
    struct wm_diags diags = wm_diags_init(arena);
    ck_assert_int_eq(wm_catalog_load(arena, &catalog, &diags), WM_OK);
}

static inline void close_catalog(void)
{
    wm_arena_close(arena);
}

#define FIND(type, kind, name) \
    ((const struct type *)(const void *)wm_catalog_find(catalog, WM_CATALOG_##kind, name))

#endif
