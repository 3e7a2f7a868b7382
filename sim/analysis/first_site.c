/*
 * A first site whose money lies inside the evidence: prices and utilisation as published, run once, and
 * only what still leaves the band that its accelerators rent for is reduced, by a factor that is told.
 */
#include "wattmill/template.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wattmill/cooling.h"
#include "wattmill/deck.h"
#include "wattmill/input.h"
#include "wattmill/json.h"
#include "wattmill/run.h"
#include "wattmill/serving.h"
#include "wattmill/suggest.h"

static const double speeds[] = {50.0, 30.0, 20.0, 10.0, 5.0, 2.0}; /* tok/s per user */
enum { N_SPEEDS = sizeof speeds / sizeof *speeds };
static const double ttft_s = 2.0;
/* Sold over capacity: an estimate, and what DeepSeek's fleet had (mean over peak, February 2025). */
static const double usual_frac = 0.6, most_frac = 0.8;
static const double paid_frac = 0.6, discount_frac = 0.85; /* as in the demo; estimates */
static const double replica_gpus = 1024.0;
static const char fallback_deck[] = "mid-band";
/* Band around the 3-year rent: short contracts cost up to twice as much, resold ones less. */
static const double band_low_frac = 0.6, band_high_frac = 1.6;
/* What clouds report per MW-year, as the verdict compares; and a little inside of it. */
static const double density_low_usd = 6e6, density_high_usd = 30e6, inside_frac = 0.03;

/* Places with a tariff or taxes of their own. */
static const struct place {
    const char *climate, *tariff, *tax;
} places[] = {{"northern-virginia", "us-large-load", "loudoun-va"},
              {"dallas", "ercot-4cp", "none"},
              {"dallas-2023", "ercot-4cp", "none"},
              {"philadelphia", "pjm-5cp", "none"},
              {"frankfurt", "eu-day-ahead", "none"}};

struct wm_template wm_template_defaults(void)
{
    return (struct wm_template){.limit_mw = 100.0,
                                .years = 5,
                                .climate = "northern-virginia",
                                .ledger = "owner-operator",
                                .accelerator = "gb300-nvl72",
                                .llm = "deepseek-r1",
                                .workload = "chat"};
}

double wm_template_mw(const char *text)
{
    static const struct {
        const char *unit;
        double mw;
    } units[] = {{"", 1.0}, {"mw", 1.0}, {"gw", 1000.0}, {"kw", 0.001}};
    char *end = NULL;
    double mw = strtod(text, &end);
    const bool has_number = end != text;
    char unit[8] = "";
    size_t n = 0;
    for (; *end != '\0' && n + 1 < sizeof unit; end++)
        if (*end != ' ')
            unit[n++] = (char)(*end | 0x20); /* lower case */
    unit[n] = '\0';
    double scale = (double)NAN;
    for (size_t i = 0; i < sizeof units / sizeof *units && *end == '\0'; i++)
        scale = strcmp(unit, units[i].unit) == 0 ? units[i].mw : scale;
    mw *= scale;
    return has_number && mw >= 0.001 && mw <= 1e5 ? mw : (double)NAN;
}

static struct place place_of(const char *climate)
{
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strcmp(places[i].climate, climate) == 0)
            return places[i];
    return (struct place){climate, "us-large-load", "none"};
}

static const void *find(struct wm_arena *arena, const struct wm_catalog *catalog,
                        enum wm_catalog_kind kind, const char *name, struct wm_diags *diags)
{
    const void *const found = wm_catalog_find(catalog, kind, name);
    if (found != NULL)
        return found;
    struct wm_suggest near = wm_suggest_init(name);
    for (size_t i = 0; i < wm_catalog_n(catalog, kind); i++)
        wm_suggest_offer(&near, wm_catalog_at(catalog, kind, i)->name);
    wm_diag_add(diags, WM_E208, NULL, wm_catalog_section(kind), "no entry \"%s\"%s", name,
                wm_suggest_text(arena, &near));
    return NULL;
}

/* The deck that begins with the model's name and is still sold; in order of name. */
static const char *own_deck(const struct wm_catalog *catalog, const char *llm)
{
    static const int64_t start_us = INT64_C(1798761600000000); /* 2027-01-01, as the site starts */
    const char *found = fallback_deck;
    const size_t n = strlen(llm);
    for (size_t i = 0; i < wm_catalog_n(catalog, WM_CATALOG_deck); i++) {
        const struct wm_deck *const deck = (const void *)wm_catalog_at(catalog, WM_CATALOG_deck, i);
        const char *const name = deck->head.name;
        const bool is_list = strcmp(name + strlen(name) - 5, "-list") == 0;
        const bool is_host = strcmp(name + strlen(name) - 5, "-host") == 0;
        if (strncmp(name, llm, n) != 0 || name[n] != '-' || !(is_list || is_host) ||
            deck->ended_us <= start_us)
            continue;
        if (found == fallback_deck || is_list) /* the vendor's list before a host's */
            found = name;
    }
    return found;
}

static enum wm_precision narrowest(const struct wm_accelerator *a)
{
    return a->fp4.flop_per_s > 0.0    ? WM_FP4
           : a->fp8.flop_per_s > 0.0  ? WM_FP8
           : a->bf16.flop_per_s > 0.0 ? WM_BF16
                                      : WM_FP32;
}

/* A plant that gives coolant or air no warmer than the accelerator takes; the leanest first. */
static const char *plant_for(const struct wm_catalog *catalog, const struct wm_accelerator *a)
{
    static const char *const plants[] = {"dry-cooler", "dry-cooler-w32", "dry-cooler-w27"};
    for (size_t i = 0; i < sizeof plants / sizeof *plants; i++) {
        const struct wm_cooling *const c =
            (const void *)wm_catalog_find(catalog, WM_CATALOG_cooling, plants[i]);
        if (c != NULL && a->liquid_frac > 0.0 && c->supply_c <= a->max_coolant_c)
            return plants[i];
    }
    return "chilled-water";
}

/* What the names of the answers stand for. */
struct parts {
    const struct wm_accelerator *accelerator, *existing; /* existing: NULL when nothing is there */
    const struct wm_llm *llm;
    const struct wm_workload_class *workload;
    const struct wm_engine *engine;
    const struct wm_ledger_params *ledger;
    const char *deck, *plant;
};

/* What is still to be chosen. */
struct choice {
    double speed, sold_frac, market_frac, short_frac;
    double tok_per_s[2]; /* of main and existing; 0: as sold_frac says */
};

/* The fastest target of `speeds` from `first` on that can be met; N_SPEEDS when none can. */
static size_t reachable(const struct parts *p, const struct wm_accelerator *a, size_t first)
{
    struct wm_serving_case c = {.accelerator = a,
                                .llm = p->llm,
                                .engine = p->engine,
                                .ways = WM_WAYS_BOTH,
                                .precision = narrowest(a),
                                .input_tok = p->workload->input_tok,
                                .cached_frac = p->workload->cached_frac,
                                .output_tok = p->workload->output_tok,
                                .output_scv = p->workload->output_scv,
                                .max_gpus = replica_gpus,
                                .ttft_slo_s = ttft_s};
    for (size_t i = first; i < N_SPEEDS; i++) {
        c.tok_per_s_per_user_slo = speeds[i];
        if (wm_serving_plan(&c).fault == WM_PLAN_OK)
            return i;
    }
    return N_SPEEDS;
}

/* The fastest that every part of the fleet can meet. */
static size_t reachable_by_all(const struct parts *p, size_t first)
{
    size_t i = reachable(p, p->accelerator, first);
    while (p->existing != NULL && i < N_SPEEDS) {
        const size_t k = reachable(p, p->existing, i);
        if (k == i)
            break;
        i = k < N_SPEEDS ? reachable(p, p->accelerator, k) : k;
    }
    return i;
}

static void put_type(struct wm_json_writer *w, const char *key, const char *member,
                     const char *name)
{
    wm_json_key(w, key);
    wm_json_object_begin(w);
    wm_json_member_string(w, member, name);
    wm_json_object_end(w);
}

static void write_site(struct wm_json_writer *w, const struct wm_template *t, const char *plant)
{
    const struct place place = place_of(t->climate);
    wm_json_key(w, "site");
    wm_json_object_begin(w);
    wm_json_key(w, "ceiling");
    wm_json_object_begin(w);
    wm_json_member_number(w, "limit_mw", t->limit_mw);
    wm_json_object_end(w);
    put_type(w, "weather", "climate", t->climate);
    put_type(w, "power_chain", "type", "double-conversion");
    put_type(w, "cooling", "type", plant);
    put_type(w, "tariff", "type", place.tariff);
    put_type(w, "local_tax", "type", place.tax);
    wm_json_object_end(w);
}

static void write_pool(struct wm_json_writer *w, const char *name, const char *accelerator,
                       double share_frac)
{
    wm_json_object_begin(w);
    wm_json_member_string(w, "name", name);
    wm_json_member_string(w, "accelerator", accelerator);
    wm_json_member_string(w, "count", "max_p");
    wm_json_member_number(w, "share_frac", share_frac);
    wm_json_object_end(w);
}

static double existing_frac(const struct wm_template *t, const struct parts *p)
{
    return p->existing != NULL ? fmin(1.0, t->existing_mw / t->limit_mw) : 0.0;
}

static void write_fleet(struct wm_json_writer *w, const struct wm_template *t,
                        const struct parts *p)
{
    const double old = existing_frac(t, p);
    wm_json_key(w, "fleet");
    wm_json_array_begin(w);
    if (old < 1.0)
        write_pool(w, "main", p->accelerator->head.name, 1.0 - old);
    if (old > 0.0)
        write_pool(w, "existing", p->existing->head.name, old);
    wm_json_array_end(w);
}

static void write_workload(struct wm_json_writer *w, const struct wm_template *t,
                           const struct parts *p, const struct choice *c, size_t pool)
{
    const struct wm_accelerator *const a = pool == 0 ? p->accelerator : p->existing;
    wm_json_object_begin(w);
    wm_json_member_string(w, "name", pool == 0 ? t->workload : "existing");
    wm_json_member_string(w, "kind", "request");
    wm_json_member_string(w, "class", t->workload);
    wm_json_member_string(w, "llm", p->llm->head.name);
    wm_json_member_string(w, "precision", wm_precision_words[narrowest(a)]);
    wm_json_member_string(w, "pool", pool == 0 ? "main" : "existing");
    wm_json_key(w, "demand");
    wm_json_object_begin(w);
    if (c->tok_per_s[pool] > 0.0)
        wm_json_member_number(w, "output_tok_per_s", c->tok_per_s[pool]);
    else
        wm_json_member_number(w, "utilisation_frac", c->sold_frac);
    wm_json_object_end(w);
    wm_json_key(w, "slo");
    wm_json_object_begin(w);
    wm_json_member_number(w, "ttft_s", ttft_s);
    wm_json_member_number(w, "tok_per_s_per_user", c->speed);
    wm_json_object_end(w);
    wm_json_key(w, "price");
    wm_json_object_begin(w);
    wm_json_member_string(w, "deck", p->deck);
    wm_json_member_number(w, "paid_frac", paid_frac);
    wm_json_member_number(w, "discount_frac", discount_frac);
    if (c->market_frac < 1.0)
        wm_json_member_number(w, "market_frac", c->market_frac);
    wm_json_object_end(w);
    wm_json_object_end(w);
}

static void write_all(FILE *file, struct wm_arena *arena, const struct wm_template *t,
                      const struct parts *p, const struct choice *c)
{
    struct wm_json_writer w = wm_json_writer_to_file(file);
    const double old = existing_frac(t, p);
    wm_json_object_begin(&w);
    wm_json_member_integer(&w, "schema_version", 1);
    wm_json_member_string(
        &w, "name",
        wm_arena_printf(arena, "%s-%.0fmw-%s", t->climate, t->limit_mw, p->accelerator->head.name));
    wm_json_member_integer(&w, "seed", 42);
    wm_json_key(&w, "horizon");
    wm_json_object_begin(&w);
    wm_json_member_string(&w, "start", "2027-01-01");
    wm_json_member_number(&w, "years", 1.0);
    wm_json_object_end(&w);
    write_site(&w, t, p->plant);
    write_fleet(&w, t, p);
    wm_json_key(&w, "workloads");
    wm_json_array_begin(&w);
    if (old < 1.0)
        write_workload(&w, t, p, c, 0);
    if (old > 0.0)
        write_workload(&w, t, p, c, 1);
    wm_json_array_end(&w);
    wm_json_key(&w, "economics");
    wm_json_object_begin(&w);
    wm_json_member_string(&w, "ledger", p->ledger->head.name);
    wm_json_member_integer(&w, "appraisal_years", t->years);
    wm_json_object_end(&w);
    wm_json_object_end(&w);
    wm_json_finish(&w);
}

/* The site as it would be written, run for its year; NULL with its first message. */
static const struct wm_results *try_site(struct wm_arena *arena, const struct wm_template *t,
                                         const struct parts *p, const struct choice *c,
                                         const char **why)
{
    char *text = NULL;
    size_t n = 0;
    struct wm_json *root = NULL;
    struct wm_loaded *const loaded = WM_NEW(arena, struct wm_loaded);
    const struct wm_results *results = NULL;
    const struct wm_run_options how = {.without_series = true};
    struct wm_diags own = wm_diags_init(arena);
    FILE *const file = open_memstream(&text, &n);
    if (file == NULL)
        wm_memory_give_up();
    write_all(file, arena, t, p, c);
    const bool good = fclose(file) == 0 &&
                      wm_json_parse(arena, text, n, "site", &root, &own) == WM_OK &&
                      wm_scenario_tree_read(arena, root, NULL, false, loaded, &own) == WM_OK &&
                      wm_run(arena, loaded->scenario, &how, &results, &own) == WM_OK;
    free(text);
    for (size_t i = own.n_items; !good && i-- > 0;)
        *why = own.items[i].text;
    return good ? results : NULL;
}

/* What accelerators of the site rent for, USD a GPU-hour; by their levelised cost where it is not known. */
static double rent_usd(const struct parts *p, const struct wm_results *r)
{
    const double known = p->accelerator->rent_usd_per_gpu_h;
    return isnan(known) ? r->metric[WM_METRIC_levelised_cost_usd_per_gpu_hour] : known;
}

/* Ends of the band as a factor on what the run earns: at most the second, at least the first. */
static void band_of(const struct parts *p, const struct wm_results *r, double *least, double *most)
{
    const double hour = r->metric[WM_METRIC_revenue_usd_per_gpu_hour];
    const double year = r->metric[WM_METRIC_revenue_usd_per_mw_utility_year];
    const double rent = rent_usd(p, r);
    *least = fmax(band_low_frac * rent / hour, (1.0 + inside_frac) * density_low_usd / year);
    *most = fmin(band_high_frac * rent / hour, (1.0 - inside_frac) * density_high_usd / year);
    *least = fmin(*least, *most);
}

static double rounded(double x, double digits)
{
    const double unit = pow(10.0, floor(log10(x)) - digits + 1.0);
    return round(x / unit) * unit;
}

/* Slower users and a fuller site before anything else changes; then the market's factor. */
static enum wm_status choose(struct wm_arena *arena, const struct wm_template *t,
                             const struct parts *p, struct choice *c, struct wm_diags *diags)
{
    const char *why = NULL;
    size_t speed = reachable_by_all(p, 0);
    if (speed == N_SPEEDS) {
        wm_diag_add(
            diags, WM_E301, NULL, NULL,
            "%s cannot serve %s in %s at 2 tok/s per user with %.0f tokens in and %.0f out: "
            "another accelerator or model",
            p->accelerator->head.name, p->llm->head.name,
            wm_precision_words[narrowest(p->accelerator)], p->workload->input_tok,
            p->workload->output_tok);
        return WM_INFEASIBLE;
    }
    *c = (struct choice){.sold_frac = usual_frac, .market_frac = 1.0};
    const struct wm_results *r = NULL;
    double least = 1.0, most = 1.0;
    for (;;) {
        c->speed = speeds[speed];
        r = try_site(arena, t, p, c, &why);
        if (r == NULL) {
            wm_diag_add(diags, WM_E301, NULL, NULL, "the site cannot run: %s", why ? why : "");
            return WM_INFEASIBLE;
        }
        band_of(p, r, &least, &most);
        const size_t slower = reachable_by_all(p, speed + 1);
        if (least <= 1.0)
            break;
        if (slower < N_SPEEDS && speeds[slower] >= 10.0)
            speed = slower;
        else if (c->sold_frac < most_frac)
            c->sold_frac = most_frac;
        else
            break;
    }
    c->market_frac = most < 1.0 ? rounded(most, 2.0) : 1.0;
    c->short_frac = least > 1.0 ? 1.0 / least : 1.0;
    for (size_t i = 0; i < r->n_classes; i++) {
        const size_t pool = strcmp(r->classes[i].pool, "existing") == 0 ? 1 : 0;
        c->tok_per_s[pool] =
            rounded(r->classes[i].output_tok_offered / (r->hours * WM_S_PER_H), 3.0);
    }
    return WM_OK;
}

/* Defaults in the place of what was not answered. */
static struct wm_template complete(const struct wm_template *answers)
{
    struct wm_template t = wm_template_defaults();
    t.limit_mw = answers->limit_mw > 0.0 ? answers->limit_mw : t.limit_mw;
    t.years = answers->years > 0 ? answers->years : t.years;
    t.climate = answers->climate ? answers->climate : t.climate;
    t.ledger = answers->ledger ? answers->ledger : t.ledger;
    t.accelerator = answers->accelerator ? answers->accelerator : t.accelerator;
    t.llm = answers->llm ? answers->llm : t.llm;
    t.workload = answers->workload ? answers->workload : t.workload;
    t.deck = answers->deck;
    t.existing = answers->existing;
    t.existing_mw = answers->existing_mw;
    return t;
}

enum wm_status wm_template_write(FILE *file, struct wm_arena *arena,
                                 const struct wm_template *answers, struct wm_template_told *told,
                                 struct wm_diags *diags)
{
    struct wm_template t = complete(answers);
    const struct wm_catalog *catalog = NULL;
    struct choice c;
    enum wm_status status = wm_catalog_load(arena, &catalog, diags);
    if (status != WM_OK)
        return status;
    struct parts p = {
        .accelerator = find(arena, catalog, WM_CATALOG_accelerator, t.accelerator, diags),
        .existing = t.existing != NULL && t.existing_mw > 0.0
                        ? find(arena, catalog, WM_CATALOG_accelerator, t.existing, diags)
                        : NULL,
        .llm = find(arena, catalog, WM_CATALOG_llm, t.llm, diags),
        .workload = find(arena, catalog, WM_CATALOG_workload, t.workload, diags),
        .ledger = find(arena, catalog, WM_CATALOG_ledger, t.ledger, diags),
        .engine = find(arena, catalog, WM_CATALOG_engine, WM_USUAL_ENGINE, diags),
    };
    const struct wm_catalog_head *const climate =
        find(arena, catalog, WM_CATALOG_climate, t.climate, diags);
    const struct wm_catalog_head *const deck =
        t.deck != NULL ? find(arena, catalog, WM_CATALOG_deck, t.deck, diags) : NULL;
    if (!p.accelerator || !p.llm || !p.workload || !p.engine || !p.ledger || !climate ||
        (t.deck != NULL && !deck) || (t.existing != NULL && t.existing_mw > 0.0 && !p.existing))
        return WM_USAGE;
    t.climate = climate->name;
    t.workload = p.workload->head.name;
    p.plant = plant_for(catalog, p.accelerator);
    if (p.existing != NULL && strcmp(plant_for(catalog, p.existing), p.plant) != 0)
        p.plant = plant_for(catalog, p.existing); /* one plant a site: what the older part takes */
    p.deck = deck != NULL ? deck->name : own_deck(catalog, p.llm->head.name);
    status = choose(arena, &t, &p, &c, diags);
    if (status != WM_OK)
        return status;
    write_all(file, arena, &t, &p, &c);
    *told = (struct wm_template_told){.deck = p.deck,
                                      .speed = c.speed,
                                      .sold_frac = c.sold_frac,
                                      .market_frac = c.market_frac,
                                      .short_frac = c.short_frac};
    return WM_OK;
}
