/* Catalogue entries that options name, and the site they make. */
#include "options.h"
#include "wattmill/tariff.h"

const void *cli_entry(struct cli *cli, const struct wm_catalog *catalog, enum wm_catalog_kind kind,
                      const char *option, const char *name)
{
    if (name == NULL) {
        wm_diag_add(&cli->diags, WM_E101, NULL, NULL, "needs %s NAME", option);
        return NULL;
    }
    const void *const found = wm_catalog_find(catalog, kind, name);
    if (found != NULL)
        return found;
    struct wm_suggest near = wm_suggest_init(name);
    for (size_t i = 0; i < wm_catalog_n(catalog, kind); i++)
        wm_suggest_offer(&near, wm_catalog_at(catalog, kind, i)->name);
    wm_diag_add(&cli->diags, WM_E208, NULL, option, "no entry \"%s\" in %s%s", name,
                wm_catalog_section(kind), wm_suggest_text(cli->arena, &near));
    return NULL;
}

/* Energy and demand charge of a constant load. */
static double price_at_full_load(const struct wm_tariff *t)
{
    const double kw_months_per_mwh = 1000.0 * 12.0 / WM_H_PER_YEAR;
    return t->energy_usd_per_mwh + t->delivery_usd_per_mwh +
           t->demand_usd_per_kw_month * kw_months_per_mwh;
}

struct wm_frontier_site cli_site_terms(struct cli *cli, const struct wm_catalog *catalog,
                                       const struct cli_site *site,
                                       const struct wm_accelerator *accelerator)
{
    const void *const climate =
        cli_entry(cli, catalog, WM_CATALOG_climate, "--climate", site->climate);
    const void *const cooling =
        cli_entry(cli, catalog, WM_CATALOG_cooling, "--cooling", site->cooling);
    const void *const chain =
        cli_entry(cli, catalog, WM_CATALOG_power_chain, "--power-chain", site->chain);
    const void *const ledger = cli_entry(cli, catalog, WM_CATALOG_ledger, "--ledger", site->ledger);
    const struct wm_tariff *const tariff =
        cli_entry(cli, catalog, WM_CATALOG_tariff, "--tariff", site->tariff);
    if (!accelerator || !climate || !cooling || !chain || !ledger || !tariff)
        return (struct wm_frontier_site){.pue = 1.0};
    const double price = site->power_price >= 0.0 ? site->power_price : price_at_full_load(tariff);
    struct wm_frontier_site terms =
        wm_frontier_site_of(accelerator, climate, chain, cooling, ledger, price);
    if (site->pue > 0.0)
        terms.pue = site->pue;
    return terms;
}
