/* A program that embeds the library as installed: it simulates a scenario and asks for a metric. */
#include <stdio.h>
#include <wattmill/wattmill.h>

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    wm_init();
    struct wm_arena *const arena = wm_arena_open();
    if (arena == NULL)
        return 5;
    struct wm_diags diags = wm_diags_init(arena);
    struct wm_loaded loaded;
    const struct wm_results *results = NULL;
    enum wm_status status = wm_scenario_load(arena, argv[1], NULL, 0, &loaded, &diags);
    if (status == WM_OK)
        status = wm_run(arena, loaded.scenario, NULL, &results, &diags);
    if (status == WM_OK)
        printf("wattmill %s: %.4g MUSD per MW and year\n", WM_VERSION,
               results->metric[WM_METRIC_revenue_usd_per_mw_utility_year] / 1e6);
    for (size_t i = 0; i < diags.n_items; i++)
        fprintf(stderr, "%s\n", wm_diag_format(arena, &diags.items[i]));
    wm_arena_close(arena);
    return wm_status_exit_code(status);
}
