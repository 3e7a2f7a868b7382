/* The bridge: mixtures are run, each in an arena of its own, and their metrics become bars. */
#include <math.h>
#include <string.h>

#include "mixture.h"

struct bridge {
    struct wm_arena *arena;
    const struct wm_side *from, *to;
    const enum wm_metric *metrics;
    size_t n_metrics;
    struct wm_block blocks[BLOCKS_MAX];
    size_t n_blocks, n_runs, n_total;
    wm_bridge_progress_fn progress;
    void *context;
    struct wm_run_options options;
    bool is_stopped;
};

/* Metrics of a mixture; false when it cannot run. */
static bool run_mixture(struct bridge *b, size_t set, double *values)
{
    struct wm_arena *const arena = wm_arena_begin();
    struct wm_diags diags = wm_diags_init(arena);
    const struct wm_json *const tree =
        wm_mixture(arena, b->from->tree, b->to->tree, b->blocks, b->n_blocks, set);
    struct wm_loaded loaded;
    const struct wm_results *results = NULL;
    const bool good = wm_scenario_tree_read(arena, tree, NULL, false, &loaded, &diags) == WM_OK &&
                      wm_run(arena, loaded.scenario, &b->options, &results, &diags) == WM_OK;
    for (size_t i = 0; good && i < b->n_metrics; i++)
        values[i] = results->metric[b->metrics[i]];
    wm_arena_close(arena);
    b->n_runs++;
    if (b->progress != NULL && !b->progress(b->context, b->n_runs, b->n_total))
        b->is_stopped = true;
    return good;
}

static void copy_ends(const struct bridge *b, double *first, double *last)
{
    for (size_t i = 0; i < b->n_metrics; i++) {
        first[i] = b->from->metric[b->metrics[i]];
        last[i] = b->to->metric[b->metrics[i]];
    }
}

/* Every mixture; false as soon as one cannot run. worth is [2^n][n_metrics]. */
static bool run_all(struct bridge *b, double *worth)
{
    const size_t n_sets = (size_t)1 << b->n_blocks, m = b->n_metrics;
    b->n_total = b->n_runs + n_sets - 2;
    copy_ends(b, &worth[0], &worth[(n_sets - 1) * m]);
    for (size_t set = 1; set + 1 < n_sets && !b->is_stopped; set++)
        if (!run_mixture(b, set, &worth[set * m]))
            return false;
    return true;
}

static void fill_shapley(struct bridge *b, const double *worth, struct wm_bridge *out)
{
    const size_t n_sets = (size_t)1 << b->n_blocks;
    double game[1 << WM_BRIDGE_BLOCKS_MAX], value[WM_BRIDGE_BLOCKS_MAX];
    for (size_t k = 0; k < b->n_metrics; k++) {
        bool known = true;
        for (size_t set = 0; set < n_sets; set++) {
            game[set] = worth[set * b->n_metrics + k];
            known = known && isfinite(game[set]);
        }
        wm_shapley(game, b->n_blocks, value);
        out[k].is_shapley = true;
        for (size_t i = 0; known && i < b->n_blocks; i++)
            out[k].steps[out[k].n_steps++] = (struct wm_bridge_step){b->blocks[i].name, value[i]};
    }
}

static void add_steps(struct bridge *b, const char *name, const double *last, const double *now,
                      struct wm_bridge *out)
{
    for (size_t k = 0; k < b->n_metrics; k++)
        out[k].steps[out[k].n_steps++] = (struct wm_bridge_step){name, now[k] - last[k]};
}

/*
 * One block after the other; of those left, the first with which the site still runs is next. When
 * none is, the rest changes in one step.
 */
static void substitute(struct bridge *b, struct wm_bridge *out)
{
    double *const last = WM_NEW_ARRAY(b->arena, double, b->n_metrics);
    double *const now = WM_NEW_ARRAY(b->arena, double, b->n_metrics);
    double *const end = WM_NEW_ARRAY(b->arena, double, b->n_metrics);
    const size_t all = ((size_t)1 << b->n_blocks) - 1;
    size_t set = 0;
    copy_ends(b, last, end);
    b->n_total = b->n_runs + b->n_blocks;
    while (set != all && !b->is_stopped) {
        size_t next = 0;
        while (next < b->n_blocks) {
            const size_t bit = (size_t)1 << next;
            const bool is_last = (set | bit) == all;
            if ((set & bit) == 0 && (is_last || run_mixture(b, set | bit, now)))
                break;
            next++;
        }
        const bool stuck = next == b->n_blocks;
        set = stuck ? all : set | (size_t)1 << next;
        if (set == all)
            memcpy(now, end, b->n_metrics * sizeof *now);
        add_steps(b, stuck ? "everything else" : b->blocks[next].name, last, now, out);
        memcpy(last, now, b->n_metrics * sizeof *now);
    }
    for (size_t k = 0; k < b->n_metrics; k++) /* a metric that a step does not have has no bridge */
        for (size_t i = 0; i < out[k].n_steps; i++)
            if (!isfinite(out[k].steps[i].change))
                out[k].n_steps = 0;
}

enum wm_status wm_bridge(struct wm_arena *arena, const struct wm_side *from,
                         const struct wm_side *to, const enum wm_metric *metrics, size_t n_metrics,
                         wm_bridge_progress_fn progress, void *context, struct wm_bridge *bridges,
                         struct wm_diags *diags)
{
    if (from->tree == NULL || to->tree == NULL || from->run == NULL || to->run == NULL) {
        wm_diag_add(diags, WM_E305, NULL, NULL,
                    "a bridge needs two scenarios that run; results and infeasible ones have none");
        return WM_INVALID;
    }
    struct bridge *const b = WM_NEW(arena, struct bridge);
    *b = (struct bridge){.arena = arena,
                         .from = from,
                         .to = to,
                         .metrics = metrics,
                         .n_metrics = n_metrics,
                         .progress = progress,
                         .context = context};
    /* mixtures share serving tables; without memory for them they are computed each time */
    b->options.cache = wm_cache_open(&(struct wm_cache_params){.dir = NULL});
    b->n_blocks = wm_blocks_find(arena, from->tree, to->tree, b->blocks);
    for (size_t k = 0; k < n_metrics; k++)
        bridges[k] =
            (struct wm_bridge){.metric = metrics[k],
                               .from = from->metric[metrics[k]],
                               .to = to->metric[metrics[k]],
                               .steps = WM_NEW_ARRAY(arena, struct wm_bridge_step, BLOCKS_MAX + 1)};
    bool shapley = b->n_blocks > 0 && b->n_blocks <= WM_BRIDGE_BLOCKS_MAX;
    double *const worth = WM_NEW_ARRAY(arena, double, n_metrics << WM_BRIDGE_BLOCKS_MAX);
    if (shapley && !run_all(b, worth)) {
        const size_t n = wm_blocks_join(arena, b->blocks, b->n_blocks);
        const bool joined = n < b->n_blocks;
        b->n_blocks = n;
        shapley = joined && run_all(b, worth);
    }
    if (shapley)
        fill_shapley(b, worth, bridges);
    else
        substitute(b, bridges);
    for (size_t k = 0; k < n_metrics; k++)
        bridges[k].n_runs = b->n_runs;
    wm_cache_close(b->options.cache);
    return b->is_stopped ? WM_INTERRUPTED : WM_OK;
}
