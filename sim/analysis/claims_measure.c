/* What is computed for a claim: serving or a run as its row says, or a figure known by name. */
#include <math.h>

#include "claim_rows.h"

/* Word of `computed`, what computes it, which variant. */
// clang-format off
#define COMPUTED(X) \
    X("-",                          NULL, 0) \
    X("old-end-serial",             claim_old_end, CLAIM_OLD_SERIAL) \
    X("old-end-slide",              claim_old_end, CLAIM_OLD_SLIDE) \
    X("old-end-pipelined",          claim_old_end, CLAIM_OLD_PIPELINED) \
    X("old-end-full",               claim_old_end, CLAIM_OLD_FULL) \
    X("old-end-offload",            claim_old_end, CLAIM_OLD_OFFLOAD) \
    X("old-end-ladder",             claim_old_end, CLAIM_OLD_LADDER) \
    X("small-pascal-rubin",         claim_ladder, 0) \
    X("small-kepler-rubin",         claim_ladder, 1) \
    X("peak-kepler-rubin",          claim_peak_per_watt, 0) \
    X("peak-pascal-blackwell",      claim_peak_per_watt, 1) \
    X("bandwidth-kepler-rubin",     claim_bandwidth_per_watt, 0) \
    X("bandwidth-pascal-blackwell", claim_bandwidth_per_watt, 1) \
    X("step-batch-one",             claim_batch_one, 0) \
    X("step-drafts",                claim_draft_speed, 8) \
    X("energy-equal-latency",       claim_equal_latency_energy, 0) \
    X("energy-batch-r1",            claim_energy_ratio, CLAIM_BATCH_R1) \
    X("energy-batch-v31",           claim_energy_ratio, CLAIM_BATCH_V31) \
    X("energy-batch-405",           claim_energy_ratio, CLAIM_BATCH_405) \
    X("energy-batch-70",            claim_energy_ratio, CLAIM_BATCH_70) \
    X("energy-dense-over-small",    claim_energy_ratio, CLAIM_DENSE_OVER_SMALL) \
    X("energy-large-over-dense",    claim_energy_ratio, CLAIM_LARGE_OVER_DENSE) \
    X("energy-memory-235",          claim_energy_ratio, CLAIM_MEMORY_235) \
    X("energy-generation-oss",      claim_energy_ratio, CLAIM_GENERATION_OSS) \
    X("energy-generation-405-8",    claim_energy_ratio, CLAIM_GENERATION_405_8) \
    X("energy-generation-70-8",     claim_energy_ratio, CLAIM_GENERATION_70_8) \
    X("power-share-a",              claim_power_share, WM_OPEX_A) \
    X("power-share-b",              claim_power_share, WM_OPEX_B) \
    X("power-share-c",              claim_power_share, WM_OPEX_C) \
    X("power-share-d",              claim_power_share, WM_OPEX_D) \
    X("power-share-e",              claim_power_share, WM_OPEX_E) \
    X("power-price-at-40-percent",  claim_break_even, WM_OPEX_E) \
    X("gpu-hours-per-mw",           claim_rental, 0) \
    X("tokens-gb300",               claim_token_revenue, CLAIM_TOKENS_GB300) \
    X("tokens-vr200",               claim_token_revenue, CLAIM_TOKENS_VR200) \
    X("tokens-gain",                claim_token_revenue, CLAIM_TOKENS_GAIN) \
    X("deepseek-day-revenue",       claim_deepseek_day, CLAIM_DAY_REVENUE) \
    X("deepseek-day-markup",        claim_deepseek_day, CLAIM_DAY_MARKUP) \
    X("deepseek-day-per-mw",        claim_deepseek_day, CLAIM_DAY_PER_MW) \
    X("deepseek-day-power",         claim_deepseek_day, CLAIM_DAY_POWER) \
    X("tco-of-20-percent",          claim_few_percent, CLAIM_TCO_OF_20_PERCENT) \
    X("one-percent-bound",          claim_few_percent, CLAIM_ONE_PERCENT_BOUND) \
    X("one-percent-slack",          claim_few_percent, CLAIM_ONE_PERCENT_SLACK) \
    X("lps-gpus",                   claim_max_lps, CLAIM_LPS_GPUS) \
    X("lps-revenue",                claim_max_lps, CLAIM_LPS_REVENUE) \
    X("cap-a100-75",                claim_power_cap, CLAIM_CAP_A100_75) \
    X("cap-a100-50",                claim_power_cap, CLAIM_CAP_A100_50) \
    X("max-q-b200",                 claim_power_cap, CLAIM_MAX_Q_B200)
// clang-format on

#define WORD(word, function, arg) word,
const char *const claim_computed_words[] = {COMPUTED(WORD) NULL};

#define FUNCTION(word, function, arg) {function, arg},
static const struct {
    claim_fn function;
    int arg;
} computed[] = {COMPUTED(FUNCTION)};

static double figure_of(struct study *s, const struct claim_run_end *end)
{
    struct wm_diags own = wm_diags_init(s->arena);
    struct wm_case_run run = {0};
    const struct wm_case_options options = {0};
    const enum wm_status status = wm_case_run(s->arena, &end->loaded, &options, &run, &own);
    const struct wm_figure *const f =
        status == WM_OK ? wm_figure_find(&run.figures, end->figure) : NULL;
    if (f == NULL || !isfinite(f->value))
        s->why = own.n_errors > 0
                     ? own.items[0].text
                     : wm_arena_printf(s->arena, "%s has no %s", end->document, end->figure);
    return f != NULL ? f->value : (double)NAN;
}

static double ran(struct study *s, const struct claim_row *row)
{
    const double new = figure_of(s, &row->new_run);
    return row->has_old ? new / figure_of(s, &row->old_run) : new;
}

double claim_measure(struct study *s, const struct claim_row *row)
{
    if (!row->is_serving && !row->is_run)
        return computed[row->computed].function(s, computed[row->computed].arg);
    const double value = row->is_serving ? claim_serving(s, row) : ran(s, row);
    if (!row->has_old || row->as == CLAIM_AS_RATIO)
        return value;
    return row->as == CLAIM_AS_GAIN ? 100.0 * (value - 1.0) : 100.0 * (1.0 - value);
}
