/* Parts of runs that points share: on, off, and what came of it. */
#include "wattmill/stages.h"
#include "options.h"

struct wm_stages *cli_stages_open(const struct cli_stages *given)
{
    return given->is_off ? NULL : wm_stages_open(0);
}

static const char *what(enum wm_run_stage stage)
{
    static const char *const texts[WM_N_RUN_STAGES] = {
        [WM_RUN_STAGE_WEIGHTS] =
            "accelerator time of a token of each class: pools, models, engines, "
            "requests, targets",
        [WM_RUN_STAGE_PLAN] =
            "the same, plant and contract at the design hour, demand, and the order in "
            "which prices serve classes",
        [WM_RUN_STAGE_YEAR] =
            "provisioning, seed, weather, windows, failures, hours of the tariff, and "
            "the order of worth of a watt; prices themselves only where a watt may "
            "not be worth its energy, or storage, generation or waiting work read them"};
    return texts[stage];
}

static void explain(struct wm_stages *stages)
{
    printf("%-14s %9s %9s %9s %9s %8s\n", "stage", "asked", "reused", "run", "dropped", "held");
    for (unsigned i = 0; i < WM_N_RUN_STAGES; i++) {
        const struct wm_stage_counts c = wm_stages_counts(stages, (enum wm_run_stage)i);
        printf("%-14s %9llu %9llu %9llu %9llu %5.1f MB\n", wm_run_stage_name((enum wm_run_stage)i),
               (unsigned long long)c.asked, (unsigned long long)c.reused,
               (unsigned long long)(c.asked - c.reused), (unsigned long long)c.dropped,
               (double)c.held_bytes / 1e6);
    }
    puts("bill, money and metrics are settled anew at every point; what the others hang on:");
    for (unsigned i = 0; i < WM_N_RUN_STAGES; i++)
        printf("  %s: %s\n", wm_run_stage_name((enum wm_run_stage)i), what((enum wm_run_stage)i));
}

void cli_stages_close(const struct cli_stages *given, struct wm_stages *stages)
{
    if (given->explain && stages != NULL)
        explain(stages);
    else if (given->explain)
        puts("no stage is shared");
    wm_stages_close(stages);
}
