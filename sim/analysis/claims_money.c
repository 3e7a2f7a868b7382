/* Claims about money: from runs of the reference site and from its ledger. */
#include <math.h>
#include <string.h>

#include "claim_study.h"

/* The reference site's figures are those of the shipped demo scenario; the gaps are
   horizon, rack power, count and demand. */
#define SITE                                                                                    \
    "{\"schema_version\":1,\"name\":\"claims\",\"seed\":42,\"horizon\":{\"years\":%g},"         \
    "\"site\":{\"ceiling\":{\"limit_mw\":100},\"weather\":{\"climate\":\"northern-virginia\"}," \
    "\"power_chain\":{\"type\":\"double-conversion\"},\"cooling\":{\"type\":\"dry-cooler\","    \
    "\"supply_c\":40},\"tariff\":{\"type\":\"us-large-load\"}},"                                \
    "\"accelerators\":{\"denser\":{\"base\":\"%s\",\"rack_nameplate_kw\":%.17g}},"              \
    "\"fleet\":[{\"name\":\"main\",\"accelerator\":\"denser\",\"count\":\"%s\"}],"              \
    "\"workloads\":[{\"name\":\"chat\",\"class\":\"chat\",\"llm\":\"deepseek-r1\","             \
    "\"precision\":\"fp4\",\"pool\":\"main\",\"demand\":{\"output_tok_per_s\":%g,"              \
    "\"shape\":\"chat-week\"},\"slo\":{\"ttft_s\":2,\"tok_per_s_per_user\":50},"                \
    "\"price\":{\"deck\":\"deepseek-r1-list\",\"paid_frac\":0.6,\"discount_frac\":0.85}}]%s}"
#define DEMO_TOK_PER_S  25e6
#define FLOOD_TOK_PER_S 1e9 /* more than any fleet here can serve */

const struct wm_results *claim_run(struct study *s, const char *text)
{
    struct wm_diags own = wm_diags_init(s->arena);
    const struct wm_scenario *scenario = NULL;
    const struct wm_results *results = NULL;
    if (wm_scenario_load_text(s->arena, text, strlen(text), "claims", "", NULL, 0, &scenario, NULL,
                              &own) != WM_OK ||
        wm_run(s->arena, scenario, NULL, &results, &own) != WM_OK) {
        s->why = own.n_items > 0 ? own.items[0].text : "it does not run";
        return NULL;
    }
    return results;
}

/* What differs from the reference site; `more` are further keys of the document. */
struct site {
    const char *accelerator;
    double years, density; /* accelerators of a rack's kW over the catalogue's */
    const char *count;
    double tok_per_s;
    const char *more;
};
static const struct site reference = {"gb300-nvl72", 1.0, 1.0, "max_p", DEMO_TOK_PER_S, ""};

static const struct wm_results *run_site(struct study *s, const struct site *d)
{
    const struct wm_accelerator *const a =
        (const void *)wm_catalog_find(s->catalog, WM_CATALOG_accelerator, d->accelerator);
    const double rack_kw = a != NULL ? a->rack_nameplate_w / 1e3 : 0.0;
    return claim_run(s, wm_arena_printf(s->arena, SITE, d->years, d->accelerator,
                                        rack_kw / d->density, d->count, d->tok_per_s, d->more));
}

const struct wm_results *claim_demo(struct study *s)
{
    if (s->demo == NULL)
        s->demo = run_site(s, &reference);
    return s->demo;
}

const struct wm_results *claim_flood(struct study *s)
{
    struct site flood = reference;
    flood.tok_per_s = FLOOD_TOK_PER_S;
    if (s->flood == NULL)
        s->flood = run_site(s, &flood);
    return s->flood;
}

/* Bills of tenants and costs of a GW are told at full load, so these are tested there. */
static const struct wm_results *site_of(struct study *s, int opex)
{
    return opex == WM_OPEX_C || opex == WM_OPEX_E ? claim_flood(s) : claim_demo(s);
}

static double drawn_mwh(const struct wm_results *r)
{
    return wm_unit_from_si(WM_UNIT_MWH, r->metric[WM_METRIC_site_energy_mwh]);
}

#define TOTAL_COST_USD_PER_MWH 80.0 /* of the published 60 to 100 */

double claim_power_share(struct study *s, int opex)
{
    const struct wm_results *const r = site_of(s, opex);
    if (r == NULL)
        return (double)NAN;
    if (opex != WM_OPEX_E)
        return 100.0 * r->ledger->power_share_frac[opex];
    const double power_usd = TOTAL_COST_USD_PER_MWH * drawn_mwh(r);
    return 100.0 * power_usd / (r->ledger->opex_usd[opex] - r->ledger->power_usd + power_usd);
}

/* All-in price of a MWh, demand charge included, at which power is 40 % of OpEx. */
double claim_break_even(struct study *s, int opex)
{
    const struct wm_results *const r = site_of(s, opex);
    return r != NULL ? wm_power_usd_at_share(r->ledger, (enum wm_opex)opex, 0.40) / drawn_mwh(r)
                     : (double)NAN;
}

/* GPU-hours sold, as clouds do whose revenue is published; not the tokens that their buyers make. */
double claim_rental(struct study *s, int arg)
{
    struct site cloud = reference;
    cloud.years = 0.1;
    cloud.more = ",\"ledgers\":{\"cloud\":{\"base\":\"neocloud\",\"sells\":\"gpu-hours\"}},"
                 "\"economics\":{\"ledger\":\"cloud\",\"gpu_sales\":[{\"name\":\"all\",\"kind\":"
                 "\"reserved\",\"usd_per_gpu_h\":3.96}]}";
    const struct wm_results *const r = run_site(s, &cloud);
    (void)arg;
    return r != NULL ? 1e-6 * r->metric[WM_METRIC_revenue_usd_per_mw_utility_year] : (double)NAN;
}

/*
 * A day of DeepSeek's service, deepseek-ai/open-infra-index, day 6: tokens, accelerators, and the
 * rent it is reckoned at.
 */
#define DAY_MISS_TOK   266e9 /* input that was computed */
#define DAY_HIT_TOK    342e9 /* input found in the prefix cache */
#define DAY_OUTPUT_TOK 168e9
#define DAY_GPUS       (226.75 * 8.0)
#define DAY_RENT_USD   2.0 /* per accelerator and hour */

double claim_deepseek_day(struct study *s, int arg)
{
    const struct wm_deck *const deck =
        (const void *)wm_catalog_find(s->catalog, WM_CATALOG_deck, "deepseek-r1-list");
    const struct wm_accelerator *const h800 =
        (const void *)wm_catalog_find(s->catalog, WM_CATALOG_accelerator, "h800");
    const struct wm_results *const r = claim_demo(s);
    if (deck == NULL || h800 == NULL || r == NULL)
        return (double)NAN;
    const double revenue_usd = wm_deck_revenue_usd(deck, DAY_MISS_TOK, DAY_HIT_TOK, DAY_OUTPUT_TOK);
    const double cost_usd = DAY_GPUS * 24.0 * DAY_RENT_USD;
    const double kw_per_gpu = h800->rack_nameplate_w / 1e3 / (double)h800->rack_gpus *
                              (1.0 + h800->other_it_frac) * r->metric[WM_METRIC_pue_mean];
    const double mw = DAY_GPUS * kw_per_gpu / 1e3;
    switch (arg) {
    case CLAIM_DAY_REVENUE:
        return revenue_usd;
    case CLAIM_DAY_MARKUP:
        return 100.0 * (revenue_usd - cost_usd) / cost_usd;
    case CLAIM_DAY_PER_MW:
        return 1e-6 * revenue_usd * 365.0 / mw;
    default:
        return 100.0 * mw * 24.0 * 60.0 / cost_usd; /* at 60 USD/MWh */
    }
}

/*
 * What a share of tokens per MW is worth. With a tenth of a percent of demand lost there is nothing
 * to gain; a site that could sell more gains revenue; the cost side is hall and power alone.
 */
double claim_few_percent(struct study *s, int arg)
{
    const struct wm_results *const r = claim_demo(s);
    if (r == NULL)
        return (double)NAN;
    if (arg == CLAIM_TCO_OF_20_PERCENT) {
        double rent_usd = 0.0, capital_usd = 0.0;
        for (size_t i = 0; i < r->ledger->n_lines; i++) {
            const struct wm_ledger_line *const l = &r->ledger->lines[i];
            if (l->tags & WM_TAG_LEASE)
                rent_usd += l->usd;
            if ((l->tags & WM_TAG_CAPITAL) && (l->tags & WM_TAG_IT))
                capital_usd += l->usd;
        }
        /* a tenant's total: cash of definition C and the capital recovery of its IT */
        const double total_usd = r->ledger->opex_usd[WM_OPEX_C] + capital_usd;
        return 100.0 * 0.20 * (rent_usd + r->ledger->power_usd) / total_usd;
    }
    const double tok_per_s = arg == CLAIM_ONE_PERCENT_BOUND ? FLOOD_TOK_PER_S : DEMO_TOK_PER_S;
    const double step = 0.05; /* racks come whole: 5 % taken, a fifth reported */
    struct site d = reference;
    d.years = 0.05;
    d.tok_per_s = tok_per_s;
    const struct wm_results *const a = run_site(s, &d);
    d.density = 1.0 + step;
    const struct wm_results *const b = run_site(s, &d);
    if (a == NULL || b == NULL)
        return (double)NAN;
    const enum wm_metric key = WM_METRIC_revenue_usd_per_mw_utility_year;
    return 1e-6 * (b->metric[key] - a->metric[key]) * 0.01 / step;
}

/* Provisioning by observed draw over provisioning by nameplate, where all that is made is sold; on the
   part whose kW per GPU the published table implies. */
double claim_max_lps(struct study *s, int arg)
{
    if (s->max_lps[arg] > 0.0)
        return s->max_lps[arg];
    struct site d = {"vr200-nvl72-2.3kw", 0.1, 1.0, "max_p", FLOOD_TOK_PER_S, ""};
    const struct wm_results *const p = run_site(s, &d);
    d.count = "max_lps";
    const struct wm_results *const lps = run_site(s, &d);
    if (p == NULL || lps == NULL)
        return (double)NAN;
    s->max_lps[CLAIM_LPS_GPUS] =
        lps->metric[WM_METRIC_gpus_installed] / p->metric[WM_METRIC_gpus_installed];
    s->max_lps[CLAIM_LPS_REVENUE] =
        lps->metric[WM_METRIC_revenue_usd] / p->metric[WM_METRIC_revenue_usd];
    return s->max_lps[arg];
}
