/*
 * Runs by stages: whatever ran before, a run that takes parts of earlier ones says the same to the last
 * bit as one that runs whole; and what prices do not decide is not run again.
 */
#include <pthread.h>

#include "../../sim/run/stage_inputs.h"

static const char site_text[] =
    "{\"schema_version\": 1, \"name\": \"stages\", \"seed\": 3, \"horizon\": {\"start\": "
    "\"2027-07-10\", \"years\": 0.012},"
    "\"site\": {\"ceiling\": {\"limit_mw\": 10, \"calendar\": [{\"from\": \"2027-07-12T15:00\", "
    "\"to\": \"2027-07-12T19:00\", \"limit_mw\": 5}]},"
    " \"cooling\": {\"type\": \"dry-cooler\", \"supply_c\": 30, \"air_supply_c\": 20}, \"tariff\": "
    "{\"type\": \"us-time-of-use\", \"periods\": [{\"name\": \"day\", \"from_h\": 8, \"to_h\": 20, "
    "\"energy_usd_per_mwh\": 70, \"demand_usd_per_kw_month\": 5}]}},"
    "\"fleet\": [{\"name\": \"a\", \"accelerator\": \"gb300-nvl72\", \"share_frac\": 0.7}, "
    "{\"name\": \"b\", \"accelerator\": \"h100\", \"share_frac\": 0.3}],"
    "\"workloads\": ["
    "{\"name\": \"chat\", \"class\": \"chat\", \"llm\": \"deepseek-r1\", \"precision\": \"fp4\", "
    "\"pool\": \"a\", \"demand\": {\"utilisation_frac\": 0.9},"
    " \"price\": {\"deck\": \"mid-band\", \"paid_frac\": 0.6}},"
    "{\"name\": \"code\", \"class\": \"code\", \"llm\": \"deepseek-r1\", \"precision\": \"fp4\", "
    "\"pool\": \"a\", \"demand\": {\"utilisation_frac\": 0.4},"
    " \"price\": {\"deck\": \"mid-band\", \"paid_frac\": 0.5}, \"on_slo_miss\": \"refund\"},"
    "{\"name\": \"old\", \"class\": \"chat\", \"llm\": \"llama-3.1-70b\", \"precision\": \"fp8\", "
    "\"pool\": \"b\", \"demand\": {\"utilisation_frac\": 0.8},"
    " \"price\": {\"deck\": \"mid-band\"}}]}";

#include "site_case.h"

/* ---- the store -------------------------------------------------------------------------------- */

static void put(struct wm_stages *s, unsigned char name, size_t n_bytes,
                struct wm_stage_record **hold)
{
    const unsigned char key[WM_DIGEST_BYTES] = {name};
    struct wm_arena *const own = wm_arena_open();
    unsigned char *const output = wm_arena_alloc(own, n_bytes, 1);
    output[0] = name;
    wm_stages_keep(s, WM_RUN_STAGE_YEAR, key, own, output, hold);
}

static unsigned char found(struct wm_stages *s, unsigned char name)
{
    const unsigned char key[WM_DIGEST_BYTES] = {name};
    struct wm_stage_record *hold = NULL;
    const unsigned char *const output = wm_stages_take(s, WM_RUN_STAGE_YEAR, key, &hold);
    const unsigned char what = output != NULL ? output[0] : 0;
    wm_stages_release(s, hold);
    return what;
}

START_TEST(the_store_drops_what_was_used_longest_ago_but_nothing_that_is_read)
{
    struct wm_stages *const s = wm_stages_open(350000);
    struct wm_stage_record *read = NULL, *hold = NULL;
    put(s, 1, 100000, &read);
    put(s, 2, 100000, &hold);
    wm_stages_release(s, hold);
    put(s, 3, 100000, &hold);
    wm_stages_release(s, hold);
    ck_assert_uint_eq(found(s, 2), 2); /* now 3 is the oldest that nobody reads */
    put(s, 4, 100000, &hold);
    wm_stages_release(s, hold);
    ck_assert_uint_eq(found(s, 1), 1);
    ck_assert_uint_eq(found(s, 2), 2);
    ck_assert_uint_eq(found(s, 3), 0);
    ck_assert_uint_eq(found(s, 4), 4);
    const struct wm_stage_counts c = wm_stages_counts(s, WM_RUN_STAGE_YEAR);
    ck_assert_uint_eq(c.dropped, 1);
    ck_assert_uint_eq(c.n_held, 3);
    ck_assert_uint_le(c.held_bytes, 350000);
    wm_stages_release(s, read);
    wm_stages_close(s);
}
END_TEST

START_TEST(what_one_thread_reads_outlives_its_place_in_a_store_without_room)
{
    struct wm_stages *const s = wm_stages_open(1);
    struct wm_stage_record *hold = NULL;
    put(s, 1, 1000, &hold);
    ck_assert_uint_eq(found(s, 1), 1);
    wm_stages_release(s, hold);
    ck_assert_uint_eq(found(s, 1), 0);
    wm_stages_close(s);
}
END_TEST

/* ---- runs ------------------------------------------------------------------------------------- */

enum { SETS = 6 };
struct variant {
    const char *sets[SETS];
};

/* Beside the base: money, tariffs, prices that keep the order of worth and that turn it, what is free. */
static const struct variant variants[] = {
    {{NULL}},
    {{"site.tariff.energy_usd_per_mwh=31"}},
    {{"site.tariff.demand_usd_per_kw_month=21"}},
    {{"site.tariff.periods.0.energy_usd_per_mwh=140"}},
    {{"site.tariff.coincident_usd_per_kw_year=30"}},
    {{"site.tariff.type=us-large-load"}},
    {{"site.tariff.type=us-large-load", "site.tariff.energy_usd_per_mwh=0"}},
    {{"site.tariff.type=us-large-load", "site.tariff.energy_usd_per_mwh=-20"}},
    {{"site.tariff.type=us-large-load", "site.tariff.energy_usd_per_mwh=90000"}},
    {{"site.tariff.type=ercot-4cp"}},
    {{"economics.discount_rate_frac=0.07"}},
    {{"economics.ledger=neocloud"}},
    {{"workloads.chat.price.paid_frac=0.61"}},
    {{"workloads.chat.price.discount_frac=0.2"}},
    {{"workloads.chat.price.discount_frac=0.05"}},
    {{"workloads.code.price.discount_frac=0.01"}},
    {{"workloads.old.price.discount_frac=0.0"}},
    {{"workloads.old.price.worth_usd_per_mtok=9"}},
    {{"workloads.chat.demand.elasticity=-1.1", "workloads.chat.price.discount_frac=0.9"}},
    {{"workloads.chat.demand.elasticity=-1.1", "workloads.chat.price.discount_frac=0.8"}},
    {{"workloads.code.kind=batch"}},
    {{"workloads.code.kind=batch", "site.tariff.periods.0.energy_usd_per_mwh=140"}},
    {{"workloads.code.kind=batch", "site.tariff.type=us-large-load"}},
    {{"workloads.code.kind=batch", "site.tariff.type=us-large-load",
      "site.tariff.energy_usd_per_mwh=31"}},
    {{"policy.capping=priority"}},
    {{"policy.capping=priority", "site.tariff.energy_usd_per_mwh=31",
      "workloads.chat.price.discount_frac=0.05"}},
    {{"policy.capping=uniform"}},
    {{"policy.capping=uniform", "site.tariff.energy_usd_per_mwh=31"}},
    {{"policy.idle=off"}},
    {{"site.storage.power_mw=2", "site.storage.energy_mwh=4",
      "site.storage.discharge_above_usd_per_mwh=60", "site.storage.charge_below_usd_per_mwh=50"}},
    {{"site.storage.power_mw=2", "site.storage.energy_mwh=4", "site.storage.policy=optimal",
      "site.tariff.energy_usd_per_mwh=31"}},
    {{"site.storage.power_mw=2", "site.storage.energy_mwh=4", "site.storage.capex_usd_per_kw=31"}},
    {{"site.demand_response.reserved_mw=2", "site.demand_response.capacity_usd_per_kw_year=80"}},
    {{"site.ceiling.curtailment.hours_per_year=900",
      "site.ceiling.curtailment.payment_usd_per_mwh=120"}},
    {{"seed=4"}},
    {{"site.weather.dry_bulb_shift_k=1.5"}},
    {{"site.weather.climate=phoenix"}},
    {{"fleet.a.count=max_q"}},
    {{"fleet.b.accelerator=h200"}},
    {{"site.failures.type=rsc-1"}},
    {{"site.time_zone=America/Chicago"}},
    {{"horizon.years=0.02"}},
    {{"fleet.a.count=9000000"}}, /* cannot even idle */
    {{"site.ceiling.limit_mw=9"}},
};
enum { N_VARIANTS = sizeof variants / sizeof *variants };

/* Base file, read again and again as a study does. */
static struct wm_json *tree_of(struct wm_arena *a, const struct variant *v)
{
    struct wm_diags diags = wm_diags_init(a);
    struct wm_json *root = NULL;
    ck_assert_int_eq(wm_json_parse(a, site_text, strlen(site_text), "test", &root, &diags), WM_OK);
    for (size_t i = 0; i < SETS && v->sets[i] != NULL; i++) {
        struct wm_override set;
        ck_assert_int_eq(wm_override_parse(a, v->sets[i], &set, &diags), WM_OK);
        ck_assert_msg(wm_override_apply(a, root, &set, &diags), "%s", v->sets[i]);
    }
    return root;
}

struct said {
    enum wm_status status;
    double metric[WM_N_METRICS];
    char messages[4096];
};

static void say(const struct variant *v, const struct wm_catalog *catalog, struct wm_cache *cache,
                struct wm_stages *stages, struct said *out)
{
    struct wm_arena *const a = wm_arena_open();
    struct wm_diags diags = wm_diags_init(a);
    struct wm_files files = {.arena = a};
    struct wm_loaded loaded;
    const struct wm_results *r = NULL;
    const struct wm_run_options options = {
        .cache = cache, .stages = stages, .files = &files, .without_series = true};
    memset(out, 0, sizeof *out);
    if (wm_document_tree_reread(a, tree_of(a, v), catalog, &files, &loaded, &diags) != WM_OK)
        ck_abort_msg("%s", wm_diag_format(a, &diags.items[0]));
    out->status = wm_run(a, loaded.scenario, &options, &r, &diags);
    for (size_t i = 0; i < diags.n_items; i++)
        strncat(out->messages, wm_diag_format(a, &diags.items[i]),
                sizeof out->messages - strlen(out->messages) - 1);
    for (size_t i = 0; i < WM_N_METRICS; i++)
        out->metric[i] = r != NULL && !isnan(r->metric[i]) ? r->metric[i] : 0.125;
    wm_arena_close(a);
}

static void check_same(const struct variant *v, const struct said *a, const struct said *b)
{
    const char *const name = v->sets[0] != NULL ? v->sets[0] : "the base";
    ck_assert_msg(a->status == b->status, "%s: %d and %d", name, (int)a->status, (int)b->status);
    ck_assert_msg(strcmp(a->messages, b->messages) == 0, "%s:\n%s\n%s", name, a->messages,
                  b->messages);
    for (size_t i = 0; i < WM_N_METRICS; i++)
        ck_assert_msg(memcmp(&a->metric[i], &b->metric[i], sizeof(double)) == 0,
                      "%s: %s %.17g %.17g", name, wm_metric_info((enum wm_metric)i)->key,
                      a->metric[i], b->metric[i]);
}

static struct said whole[N_VARIANTS];

static const struct wm_catalog *run_whole(struct wm_cache *cache)
{
    struct wm_diags diags = wm_diags_init(arena);
    const struct wm_catalog *catalog = NULL;
    ck_assert_int_eq(wm_catalog_load(arena, &catalog, &diags), WM_OK);
    for (size_t i = 0; i < N_VARIANTS; i++)
        say(&variants[i], catalog, cache, NULL, &whole[i]);
    return catalog;
}

START_TEST(runs_by_stages_say_the_same_to_the_last_bit_in_any_order_and_any_room)
{
    static const size_t rooms[] = {0, 300000, 1};
    static struct said staged;
    struct wm_cache *const cache = wm_cache_open(&(struct wm_cache_params){0});
    const struct wm_catalog *const catalog = run_whole(cache);
    for (size_t room = 0; room < 3; room++) {
        struct wm_stages *const stages = wm_stages_open(rooms[room]);
        for (size_t k = 0; k < 2 * N_VARIANTS; k++) { /* there and back */
            const size_t i = k < N_VARIANTS ? k : 2 * N_VARIANTS - 1 - k;
            say(&variants[i], catalog, cache, stages, &staged);
            check_same(&variants[i], &whole[i], &staged);
        }
        const struct wm_stage_counts year = wm_stages_counts(stages, WM_RUN_STAGE_YEAR);
        if (room == 0) /* on the way back every year is there */
            ck_assert_uint_ge(year.reused, N_VARIANTS - 2);
        else
            ck_assert_uint_gt(year.dropped, 0);
        wm_stages_close(stages);
    }
    wm_cache_close(cache);
}
END_TEST

static uint64_t years_run(const struct variant *v, size_t n)
{
    static struct said said;
    struct wm_diags diags = wm_diags_init(arena);
    const struct wm_catalog *catalog = NULL;
    struct wm_cache *const cache = wm_cache_open(&(struct wm_cache_params){0});
    struct wm_stages *const stages = wm_stages_open(0);
    ck_assert_int_eq(wm_catalog_load(arena, &catalog, &diags), WM_OK);
    for (size_t i = 0; i < n; i++)
        say(&v[i], catalog, cache, stages, &said);
    const struct wm_stage_counts c = wm_stages_counts(stages, WM_RUN_STAGE_YEAR);
    wm_stages_close(stages);
    wm_cache_close(cache);
    return c.asked - c.reused;
}

START_TEST(money_and_tariffs_that_decide_nothing_run_one_year)
{
    static const struct variant v[] = {
        {{NULL}},
        {{"site.tariff.periods.0.energy_usd_per_mwh=140",
          "site.tariff.demand_usd_per_kw_month=21"}},
        {{"site.tariff.energy_usd_per_mwh=31", "economics.ledger=neocloud"}},
        {{"workloads.chat.price.market_frac=0.5", "workloads.code.price.market_frac=0.5",
          "workloads.old.price.market_frac=0.5"}},
        {{"site.local_tax.type=loudoun-va", "economics.debt_rate_frac=0.09"}}};
    ck_assert_uint_eq(years_run(v, 5), 1);
}
END_TEST

START_TEST(another_order_of_worth_or_a_watt_that_may_not_pay_is_another_year)
{
    static const struct variant turned[] = {{{NULL}},
                                            {{"workloads.chat.price.discount_frac=0.05"}}};
    static const struct variant dear[] = {{{NULL}}, {{"site.tariff.energy_usd_per_mwh=90000"}}};
    ck_assert_uint_eq(years_run(turned, 2), 2);
    ck_assert_uint_eq(years_run(dear, 2), 2);
}
END_TEST

START_TEST(a_stage_runs_on_a_copy_without_what_it_does_not_declare)
{
    static const struct wm_reads_rule rules[] = {
        {"economics", WM_READS_NOT},
        {"fleet.accelerator.it_capex_usd_per_gpu", WM_READS_NOT},
        {"site.tariff", WM_READS_SIGN},
        {NULL, WM_READS}};
    struct wm_diags diags = wm_diags_init(arena);
    const struct wm_scenario *s = NULL;
    const struct wm_catalog *catalog = NULL;
    unsigned char first[WM_DIGEST_BYTES], second[WM_DIGEST_BYTES];
    ck_assert_int_eq(wm_scenario_load_text(arena, site_text, strlen(site_text), "test", ".", NULL,
                                           0, &s, &catalog, &diags),
                     WM_OK);
    struct wm_digest *d = wm_digest_open(&(struct wm_digest){0});
    const struct wm_scenario *const copy = wm_stage_inputs(arena, s, rules, NULL, d);
    wm_digest_close(d, first);
    const struct wm_fleet *const fleet = copy->fleet.items, *const own = s->fleet.items;
    ck_assert(isnan(copy->economics.discount_rate_frac) && copy->economics.debt.n == 0);
    ck_assert(isnan(fleet->accelerator->it_capex_usd_per_gpu));
    ck_assert(own->accelerator->it_capex_usd_per_gpu > 0.0); /* the entry itself is as it was */
    ck_assert_double_eq(fleet->accelerator->tdp_w, own->accelerator->tdp_w);
    ck_assert_double_eq(copy->site.tariff.energy_usd_per_mwh, 1.0);
    struct wm_scenario other = *s;
    other.site.tariff.energy_usd_per_mwh = 77.0;
    other.economics.discount_rate_frac = 0.2;
    d = wm_digest_open(&(struct wm_digest){0});
    (void)wm_stage_inputs(arena, &other, rules, NULL, d);
    wm_digest_close(d, second);
    ck_assert_mem_eq(first, second, WM_DIGEST_BYTES);
    other.site.tariff.energy_usd_per_mwh = 0.0; /* no line of the bill, and no cost */
    d = wm_digest_open(&(struct wm_digest){0});
    (void)wm_stage_inputs(arena, &other, rules, NULL, d);
    wm_digest_close(d, second);
    ck_assert_mem_ne(first, second, WM_DIGEST_BYTES);
}
END_TEST

struct worker {
    const struct wm_catalog *catalog;
    struct wm_cache *cache;
    struct wm_stages *stages;
    size_t first;
    struct said said[N_VARIANTS];
};

static void *work(void *context)
{
    struct worker *const w = context;
    for (size_t k = 0; k < N_VARIANTS; k++) {
        const size_t i = (k + w->first) % N_VARIANTS;
        say(&variants[i], w->catalog, w->cache, w->stages, &w->said[i]);
    }
    return NULL;
}

START_TEST(threads_share_stages_and_say_the_same)
{
    enum { N_THREADS = 3 };
    static struct worker workers[N_THREADS];
    pthread_t threads[N_THREADS];
    struct wm_cache *const cache = wm_cache_open(&(struct wm_cache_params){0});
    struct wm_stages *const stages = wm_stages_open(600000);
    const struct wm_catalog *const catalog = run_whole(cache);
    for (size_t i = 0; i < N_THREADS; i++) {
        workers[i].catalog = catalog;
        workers[i].cache = cache;
        workers[i].stages = stages;
        workers[i].first = i;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (size_t i = 0; i < N_THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    for (size_t i = 0; i < N_THREADS; i++)
        for (size_t k = 0; k < N_VARIANTS; k++)
            check_same(&variants[k], &whole[k], &workers[i].said[k]);
    wm_stages_close(stages);
    wm_cache_close(cache);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        the_store_drops_what_was_used_longest_ago_but_nothing_that_is_read,
        what_one_thread_reads_outlives_its_place_in_a_store_without_room,
        runs_by_stages_say_the_same_to_the_last_bit_in_any_order_and_any_room,
        money_and_tariffs_that_decide_nothing_run_one_year,
        another_order_of_worth_or_a_watt_that_may_not_pay_is_another_year,
        a_stage_runs_on_a_copy_without_what_it_does_not_declare,
        threads_share_stages_and_say_the_same,
    };
    return run_fixture_tests("stages", tests, sizeof tests / sizeof *tests, open_arena,
                             close_arena);
}
