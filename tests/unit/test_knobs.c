/*
 * No dead knob: every numeric key of a scenario is moved, in a scenario that has its part, and some
 * figure of the result must change. The scenarios of tests/data/knobs/ have other parts each; a key
 * has to act in one of them. What does not act there is listed with what it waits for; a listed key
 * that acts fails the test too, so that the list only shrinks.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "suite.h"
#include "wattmill/wattmill.h"

/* The first has most parts; the others are moved only where they have one of their own. */
enum { MAX_PARTS = 12 };
static const struct {
    const char *file;
    const char *parts[MAX_PARTS];
} scenarios[] = {
    {"tests/data/knobs/site.json", {""}},
    {"tests/data/knobs/halls.json",
     {"site.cooling.", "fleet.", "workloads.N.training.", "workloads.N.demand.utilisation_frac",
      "policy.", "economics."}},
    {"tests/data/knobs/hired.json",
     {"site.cooling.", "workloads.N.training.", "economics.ledger."}},
    {"tests/data/knobs/two_halls.json",
     {"site.halls.N.share_frac", "site.halls.N.it_limit_mw", "site.halls.N.rows",
      "site.halls.N.racks_per_row", "site.halls.N.row_limit_kw", "fleet.N.margin_frac",
      "fleet.N.owned."}},
    {"tests/data/knobs/contracts.json",
     {"site.ppas.", "site.certificates.", "site.interconnection.", "workloads.N.price.speed_tiers.",
      "economics.market.", "economics.debt_", "economics.tax_table."}},
    {"tests/data/knobs/tariff.json",
     {"site.tariff.ratchet_frac", "site.tariff.power_factor", "site.tariff.min_power_factor", "site.ceiling.phases.N.firm_mw",
      "site.ceiling.calendar.N.penalty_usd_per_mwh", "site.ceiling.curtailment.penalty_usd_per_mwh",
      "site.ceiling.curtailment.payment_usd_per_mwh", "policy.reserve_frac", "policy.within_frac",
      "site.storage.wear_usd_per_mwh"}},
    {"tests/data/knobs/kv_tiers.json",
     {"fleet.N.kv_tiers.", "workloads.N.serving.reuse_frac", "workloads.N.serving.reuse_s"}},
    {"tests/data/knobs/requests.json", {"window.", "workloads.N.serving.", "workloads.N.demand."}},
};
enum { N_SCENARIOS = sizeof scenarios / sizeof *scenarios, MAX_KEYS = 512, MAX_STEPS = 6 };

/* By path, or by its begin where that ends in '.' or '_'. */
// clang-format off
static const struct {
    const char *path, *why;
} excused[] = {
    {"schema_version", "says how the file is read"},
    {"economics.dscr_floor", "moves a warning (W912), no figure"},
    {"site.weather.utc_offset_h", "needs a weather file; with site.time_zone no figure without one"},
    {"site.power_chain.board.rating_frac", "needs a chain with losses there"},
    {"site.power_chain.shelf.rating_frac", "needs a chain with losses there"},
    {"site.power_chain.shelf_other_frac", "needs a chain with losses there"},
    {"site.tariff.charges.", "lines of a tariff: moved by tests of the bill"},
    {"site.halls.N.rack_limit_kw", "racks that draw more are refused; it moves nothing else"},
    {"site.halls.N.power_chain.", "the rows of site.power_chain, moved there"},
    {"site.halls.N.cooling.", "the rows of site.cooling, moved there"},
    {"site.failures.cdu.repair_h", "needs more failures than spares in 0.1 years"},
    {"site.failures.chiller.repair_h", "needs more failures than spares in 0.1 years"},
    {"site.failures.ups.repair_h", "needs more failures than spares in 0.1 years"},
    {"workloads.N.pool_share_frac", "unset here: shares follow from load and gangs"},
    {"economics.ledger.debt_", "economics has its own debt here"},
    {"economics.ledger.tax_rate_frac", "economics has its own rate here"},
    {"economics.construction.curve.N.share_frac", "refused alone: shares sum to 1"},
    {"economics.debt.N.refinance_rate_frac", "the tranche is repaid before that"},
    {"economics.debt.N.refinance_fee_frac", "the tranche is repaid before that"},
};
// clang-format on

static struct wm_arena *keys_arena; /* outlives the runs */
static struct wm_cache *cache;
static struct wm_stages
    *stages; /* of all runs: what a key reaches must be in the keys of its stages */
static struct key {
    const char *path; /* elements of lists as N */
    bool acts;
} keys[MAX_KEYS];
static size_t n_keys;

static void add_keys(const struct wm_field *rows, const char *under)
{
    for (const struct wm_field *f = rows; f->kind != WM_KIND_END; f++) {
        const char *const path = wm_arena_printf(keys_arena, "%s%s", under, f->key);
        if (f->kind == WM_KIND_REAL || f->kind == WM_KIND_INT) {
            ck_assert_uint_lt(n_keys, MAX_KEYS);
            keys[n_keys++] = (struct key){path, false};
        } else if (f->fields != NULL)
            add_keys(f->fields, wm_arena_printf(keys_arena, "%s.%s", path,
                                                f->kind == WM_KIND_LIST ? "N." : ""));
    }
}

/* "fleet.0.share_frac" -> "fleet.N.share_frac" */
static const char *by_row(struct wm_arena *arena, const char *path)
{
    char *const text = wm_arena_copy_text(arena, path, strlen(path));
    char *to = text;
    for (const char *from = path; *from != '\0';) {
        const size_t n = strcspn(from, ".");
        const bool is_index = strspn(from, "0123456789") == n;
        memmove(to, is_index ? "N" : from, is_index ? 1 : n);
        to += is_index ? 1 : n;
        from += n;
        if (*from == '.')
            *to++ = *from++;
    }
    *to = '\0';
    return text;
}

static struct key *key_of(const char *path)
{
    for (size_t i = 0; i < n_keys; i++)
        if (strcmp(keys[i].path, path) == 0)
            return &keys[i];
    return NULL;
}

/* A scenario that is read again and again. */
struct base {
    struct wm_json *root;
    const struct wm_catalog *catalog;
    struct wm_files files;
};

/* Digest of what a planner reads, metrics and the figures of classes. */
static enum wm_status digest_of(struct wm_arena *arena, const struct wm_scenario *scenario,
                                const struct wm_run_options *options, char hex[WM_HASH_HEX_BYTES])
{
    struct wm_diags diags = wm_diags_init(arena);
    const struct wm_results *r = NULL;
    const enum wm_status status = wm_run(arena, scenario, options, &r, &diags);
    if (status != WM_OK)
        return status;
    struct wm_digest *const digest = wm_digest_open(&(struct wm_digest){0});
    for (int m = 0; m < WM_N_METRICS; m++)
        wm_digest_add_real(digest, r->metric[m]);
    for (size_t i = 0; i < r->n_classes; i++)
        for (const double *v = &r->classes[i].output_tok_offered;
             v <= &r->classes[i].output_tok_curtailed; v++)
            wm_digest_add_real(digest, *v);
    wm_digest_close_hex(digest, hex);
    return status;
}

/* False when it is refused. A run by stages says the same to the last bit, whatever ran before. */
static bool run(struct wm_arena *arena, struct base *b, const char *set,
                char hex[WM_HASH_HEX_BYTES])
{
    struct wm_diags diags = wm_diags_init(arena);
    struct wm_json *const tree = wm_json_copy(arena, b->root);
    struct wm_override override;
    struct wm_loaded loaded;
    char staged[WM_HASH_HEX_BYTES];
    const struct wm_run_options options = {.without_series = true, .cache = cache};
    const struct wm_run_options by_stages = {
        .without_series = true, .cache = cache, .stages = stages, .files = &b->files};
    if (set != NULL && (wm_override_parse(arena, set, &override, &diags) != WM_OK ||
                        !wm_override_apply(arena, tree, &override, &diags)))
        return false;
    if (wm_document_tree_reread(arena, tree, b->catalog, &b->files, &loaded, &diags) != WM_OK)
        return false;
    const enum wm_status status = digest_of(arena, loaded.scenario, &options, hex);
    ck_assert_int_eq(digest_of(arena, loaded.scenario, &by_stages, staged), status);
    if (status == WM_OK && strcmp(hex, staged) != 0)
        ck_abort_msg("%s: by stages another result", set != NULL ? set : "the base");
    return status == WM_OK;
}

/* Other values of a key, the likely ones first: a share more, a share less, off its zero, the ends. */
static size_t steps_of(const struct wm_field *f, double value, double out[MAX_STEPS])
{
    const double tries[] = {value * 1.25,
                            value * 0.75,
                            value == 0.0 ? 1.0 : value * 3.0,
                            value == 0.0 ? 0.1 : value * 0.1,
                            f->min,
                            f->max};
    size_t n = 0;
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        const double v =
            f->kind == WM_KIND_INT ? (tries[i] > value ? ceil : floor)(tries[i]) : tries[i];
        if (v >= f->min && v <= f->max && (v > value || v < value))
            out[n++] = v;
    }
    return n;
}

static void move(struct wm_arena *arena, struct base *b, const struct wm_origin *o,
                 const char *before, struct key *key)
{
    static const struct wm_place place = {.file = "test"};
    const double value = strtod(o->value, NULL);
    struct wm_diags diags = wm_diags_init(arena);
    struct wm_target target;
    double steps[MAX_STEPS];
    char after[WM_HASH_HEX_BYTES];
    ck_assert(
        wm_override_target(arena, wm_json_copy(arena, b->root), o->path, &place, &target, &diags));
    ck_assert_msg(target.field != NULL, "%s has no row", o->path);
    const size_t n = steps_of(target.field, value, steps);
    for (size_t i = 0; i < n && !key->acts; i++) {
        const char *const set = wm_arena_printf(arena, "%s=%.12g", o->path, steps[i]);
        key->acts = run(arena, b, set, after) && strcmp(before, after) != 0;
    }
}

static bool has_part(size_t scenario, const char *path)
{
    for (size_t i = 0; i < MAX_PARTS && scenarios[scenario].parts[i] != NULL; i++)
        if (strncmp(path, scenarios[scenario].parts[i], strlen(scenarios[scenario].parts[i])) == 0)
            return true;
    return false;
}

static void move_all(struct wm_arena *arena, size_t scenario)
{
    struct wm_arena *const one = wm_arena_open();
    struct wm_diags diags = wm_diags_init(arena);
    struct base b = {.files = {.arena = arena}};
    struct wm_loaded loaded;
    char before[WM_HASH_HEX_BYTES];
    ck_assert_int_eq(wm_scenario_tree_load(arena, scenarios[scenario].file, &b.root, &diags),
                     WM_OK);
    ck_assert_int_eq(wm_scenario_tree_read(arena, b.root, NULL, true, &loaded, &diags), WM_OK);
    b.catalog = loaded.catalog;
    ck_assert(run(arena, &b, NULL, before));
    for (size_t i = 0; i < loaded.origins.n; i++) {
        const struct wm_origin *const o = &loaded.origins.items[i];
        struct key *const key = key_of(by_row(arena, o->path));
        if (key != NULL && !key->acts && has_part(scenario, key->path))
            move(one, &b, o, before, key);
        wm_arena_reset(one);
    }
    wm_arena_close(one);
}

static bool is_excused(const char *path)
{
    for (size_t i = 0; i < sizeof excused / sizeof *excused; i++) {
        const size_t n = strlen(excused[i].path);
        const bool is_begin = strchr("._", excused[i].path[n - 1]) != NULL;
        if (strncmp(excused[i].path, path, is_begin ? n : n + 1) == 0)
            return true;
    }
    return false;
}

START_TEST(every_number_of_a_scenario_moves_some_figure)
{
    wm_init();
    keys_arena = wm_arena_open();
    cache = wm_cache_open(&(struct wm_cache_params){0});
    stages = wm_stages_open(0);
    add_keys(wm_scenario_fields, "");
    for (size_t i = 0; i < N_SCENARIOS; i++)
        move_all(keys_arena, i);
    size_t n_dead = 0;
    for (size_t i = 0; i < n_keys; i++) {
        if (keys[i].acts == !is_excused(keys[i].path))
            continue;
        printf("%s %s\n", keys[i].path, keys[i].acts ? "acts: no longer excused" : "does nothing");
        n_dead++;
    }
    ck_assert_msg(n_dead == 0, "%zu of %zu numbers", n_dead, n_keys);
    wm_stages_close(stages);
    wm_cache_close(cache);
    wm_arena_close(keys_arena);
}
END_TEST

/* Some 600 runs, half a minute of a core: more time than other tests get. */
int main(void)
{
    Suite *const suite = suite_create("knobs");
    TCase *const tc = tcase_create("knobs");
    tcase_set_timeout(tc, 900);
    tcase_add_test(tc, every_number_of_a_scenario_moves_some_figure);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
