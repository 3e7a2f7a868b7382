#include "wattmill/template.h"

#include <math.h>
#include <string.h>

#include "wattmill/cooling.h"
#include "wattmill/json.h"
#include "wattmill/serving.h"
#include "wattmill/suggest.h"

static const double speeds[] = {50.0, 30.0, 20.0, 10.0, 5.0, 2.0}; /* tok/s per user */
static const double ttft_s = 2.0, utilisation_frac = 0.6;
static const double paid_frac = 0.6, discount_frac = 0.85; /* as in the demo; estimates */
static const double replica_gpus = 1024.0;
static const char fallback_deck[] = "mid-band";

struct wm_template wm_template_defaults(void)
{
    return (struct wm_template){.limit_mw = 100.0,
                                .climate = "northern-virginia",
                                .accelerator = "gb300-nvl72",
                                .llm = "deepseek-r1",
                                .workload = "chat"};
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

/* The deck that begins with the model's name; decks of one model stand in order of name. */
static const char *own_deck(const struct wm_catalog *catalog, const char *llm)
{
    const char *found = fallback_deck;
    const size_t n = strlen(llm);
    for (size_t i = 0; i < wm_catalog_n(catalog, WM_CATALOG_deck); i++) {
        const char *const name = wm_catalog_at(catalog, WM_CATALOG_deck, i)->name;
        if (strncmp(name, llm, n) != 0 || name[n] != '-')
            continue;
        const bool is_list = strcmp(name + n, "-list") == 0;
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
    const struct wm_accelerator *accelerator;
    const struct wm_llm *llm;
    const struct wm_workload_class *workload;
    const struct wm_engine *engine;
    const char *deck, *plant;
};

/* The fastest target of `speeds` that can be met; 0 when none can. */
static double reachable_speed(const struct parts *p)
{
    struct wm_serving_case c = {.accelerator = p->accelerator,
                                .llm = p->llm,
                                .engine = p->engine,
                                .precision = narrowest(p->accelerator),
                                .input_tok = p->workload->input_tok,
                                .cached_frac = p->workload->cached_frac,
                                .output_tok = p->workload->output_tok,
                                .output_scv = p->workload->output_scv,
                                .max_gpus = replica_gpus,
                                .ttft_slo_s = ttft_s};
    for (size_t i = 0; i < sizeof speeds / sizeof *speeds; i++) {
        c.tok_per_s_per_user_slo = speeds[i];
        if (wm_serving_plan(&c).fault == WM_PLAN_OK)
            return speeds[i];
    }
    return 0.0;
}

static void write_site(struct wm_json_writer *w, const struct wm_template *t, const char *plant)
{
    wm_json_key(w, "site");
    wm_json_object_begin(w);
    wm_json_key(w, "ceiling");
    wm_json_object_begin(w);
    wm_json_member_number(w, "limit_mw", t->limit_mw);
    wm_json_object_end(w);
    wm_json_key(w, "weather");
    wm_json_object_begin(w);
    wm_json_member_string(w, "climate", t->climate);
    wm_json_object_end(w);
    wm_json_key(w, "power_chain");
    wm_json_object_begin(w);
    wm_json_member_string(w, "type", "double-conversion");
    wm_json_object_end(w);
    wm_json_key(w, "cooling");
    wm_json_object_begin(w);
    wm_json_member_string(w, "type", plant);
    wm_json_object_end(w);
    wm_json_key(w, "tariff");
    wm_json_object_begin(w);
    wm_json_member_string(w, "type", "us-large-load");
    wm_json_object_end(w);
    wm_json_object_end(w);
}

static void write_fleet(struct wm_json_writer *w, const struct wm_template *t)
{
    wm_json_key(w, "fleet");
    wm_json_array_begin(w);
    wm_json_object_begin(w);
    wm_json_member_string(w, "name", "main");
    wm_json_member_string(w, "accelerator", t->accelerator);
    wm_json_member_string(w, "count", "max_p");
    wm_json_member_number(w, "share_frac", 1.0);
    wm_json_object_end(w);
    wm_json_array_end(w);
}

static void write_workload(struct wm_json_writer *w, const struct wm_template *t,
                           const struct parts *p, double speed)
{
    wm_json_key(w, "workloads");
    wm_json_array_begin(w);
    wm_json_object_begin(w);
    wm_json_member_string(w, "name", t->workload);
    wm_json_member_string(w, "kind", "request");
    wm_json_member_string(w, "class", t->workload);
    wm_json_member_string(w, "llm", t->llm);
    wm_json_member_string(w, "precision", wm_precision_words[narrowest(p->accelerator)]);
    wm_json_member_string(w, "pool", "main");
    wm_json_key(w, "demand");
    wm_json_object_begin(w);
    wm_json_member_number(w, "utilisation_frac", utilisation_frac);
    wm_json_object_end(w);
    wm_json_key(w, "slo");
    wm_json_object_begin(w);
    wm_json_member_number(w, "ttft_s", ttft_s);
    wm_json_member_number(w, "tok_per_s_per_user", speed);
    wm_json_object_end(w);
    wm_json_key(w, "price");
    wm_json_object_begin(w);
    wm_json_member_string(w, "deck", p->deck);
    wm_json_member_number(w, "paid_frac", paid_frac);
    wm_json_member_number(w, "discount_frac", discount_frac);
    wm_json_object_end(w);
    wm_json_object_end(w);
    wm_json_array_end(w);
}

static void write_all(FILE *file, struct wm_arena *arena, const struct wm_template *t,
                      const struct parts *p, double speed)
{
    struct wm_json_writer w = wm_json_writer_to_file(file);
    wm_json_object_begin(&w);
    wm_json_member_integer(&w, "schema_version", 1);
    wm_json_member_string(
        &w, "name",
        wm_arena_printf(arena, "%s-%.0fmw-%s", t->climate, t->limit_mw, t->accelerator));
    wm_json_member_integer(&w, "seed", 42);
    wm_json_key(&w, "horizon");
    wm_json_object_begin(&w);
    wm_json_member_string(&w, "start", "2027-01-01");
    wm_json_member_number(&w, "years", 1.0);
    wm_json_object_end(&w);
    write_site(&w, t, p->plant);
    write_fleet(&w, t);
    write_workload(&w, t, p, speed);
    wm_json_key(&w, "economics");
    wm_json_object_begin(&w);
    wm_json_member_string(&w, "ledger", "owner-operator");
    wm_json_object_end(&w);
    wm_json_object_end(&w);
    wm_json_finish(&w);
}

/* Defaults in the place of what was not answered. */
static struct wm_template complete(const struct wm_template *answers)
{
    struct wm_template t = wm_template_defaults();
    t.limit_mw = answers->limit_mw > 0.0 ? answers->limit_mw : t.limit_mw;
    t.climate = answers->climate ? answers->climate : t.climate;
    t.accelerator = answers->accelerator ? answers->accelerator : t.accelerator;
    t.llm = answers->llm ? answers->llm : t.llm;
    t.workload = answers->workload ? answers->workload : t.workload;
    t.deck = answers->deck;
    return t;
}

enum wm_status wm_template_write(FILE *file, struct wm_arena *arena,
                                 const struct wm_template *answers, struct wm_diags *diags)
{
    const struct wm_template t = complete(answers);
    const struct wm_catalog *catalog = NULL;
    const enum wm_status status = wm_catalog_load(arena, &catalog, diags);
    if (status != WM_OK)
        return status;
    struct parts p = {
        .accelerator = find(arena, catalog, WM_CATALOG_accelerator, t.accelerator, diags),
        .llm = find(arena, catalog, WM_CATALOG_llm, t.llm, diags),
        .workload = find(arena, catalog, WM_CATALOG_workload, t.workload, diags),
        .engine = find(arena, catalog, WM_CATALOG_engine, "disaggregated-2026", diags),
    };
    const void *const climate = find(arena, catalog, WM_CATALOG_climate, t.climate, diags);
    if (t.deck != NULL && find(arena, catalog, WM_CATALOG_deck, t.deck, diags) == NULL)
        return WM_USAGE;
    if (!p.accelerator || !p.llm || !p.workload || !p.engine || !climate)
        return WM_USAGE;
    p.plant = plant_for(catalog, p.accelerator);
    p.deck = t.deck ? t.deck : own_deck(catalog, p.llm->head.name);
    const double speed = reachable_speed(&p);
    if (speed == 0.0) {
        wm_diag_add(
            diags, WM_E301, NULL, NULL,
            "%s cannot serve %s in %s at 2 tok/s per user with %.0f tokens in and %.0f out: "
            "another accelerator or model",
            t.accelerator, t.llm, wm_precision_words[narrowest(p.accelerator)],
            p.workload->input_tok, p.workload->output_tok);
        return WM_INFEASIBLE;
    }
    write_all(file, arena, &t, &p, speed);
    return WM_OK;
}
