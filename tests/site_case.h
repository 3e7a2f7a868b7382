/* Whole runs in tests: a site as text, overridden key by key. Include once, after naming the site:
 *     static const char site_text[] = "{...}"; */
#ifndef WM_TESTS_SITE_CASE_H
#define WM_TESTS_SITE_CASE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "wattmill/wattmill.h"

static struct wm_arena *arena;

static inline void open_arena(void)
{
    wm_init();
    arena = wm_arena_open();
}

static inline void close_arena(void)
{
    wm_arena_close(arena);
}

enum { MAX_SETS = 12 };

static inline const struct wm_results *run_with(enum wm_status wanted,
                                         const struct wm_run_options *options, size_t n,
                                         const char *const *texts)
{
    struct wm_diags diags = wm_diags_init(arena);
    struct wm_override sets[MAX_SETS];
    const struct wm_scenario *scenario = NULL;
    const struct wm_catalog *catalog = NULL;
    const struct wm_results *results = NULL;
    for (size_t i = 0; i < n; i++)
        ck_assert_int_eq(wm_override_parse(arena, texts[i], &sets[i], &diags), WM_OK);
    const enum wm_status loaded =
        wm_scenario_load_text(arena, site_text, strlen(site_text), "test", ".", sets, n,
                              &scenario, &catalog, &diags);
    for (size_t i = 0; i < diags.n_items; i++)
        if (loaded != WM_OK)
            puts(wm_diag_format(arena, &diags.items[i]));
    ck_assert_int_eq(loaded, WM_OK);
    ck_assert_int_eq(wm_run(arena, scenario, options, &results, &diags), wanted);
    return results;
}

#define RUN(...)                                                                       \
    run_with(WM_OK, NULL, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), \
             (const char *const[]){__VA_ARGS__})
#define METRIC(results, key) ((results)->metric[WM_METRIC_##key])


#endif
