/* Checks of what is sold and of the appraisal that concern several keys at once. */
#include <stdio.h>

#include "fields.h"
#include "wattmill/civil.h"
#include "wattmill/scenario.h"

/* A deck older than this at the start of the run is told. */
#define OLD_US (366 * 24 * WM_US_PER_H)

static void check_table(const struct wm_economics *e, struct wm_diags *diags)
{
    const struct wm_list *const table = &e->tax_table;
    const struct wm_tax_share *const years = table->items;
    const bool is_table = e->tax_write_off == WM_WRITE_OFF_TABLE;
    double sum = 0.0;
    for (size_t i = 0; i < table->n; i++)
        sum += years[i].share_frac;
    if (is_table != (table->n > 0))
        wm_diag_add(diags, WM_E211, NULL, "economics.tax_table",
                    "and tax_write_off \"table\" go together");
    if (sum > 1.0 + 1e-9)
        wm_diag_add(diags, WM_E211, NULL, "economics.tax_table",
                    "sums to %g, more than the capital", sum);
    if (table->n > WM_TAX_TABLE_MAX)
        wm_diag_add(diags, WM_E211, NULL, "economics.tax_table", "has %zu years, at most %d",
                    table->n, WM_TAX_TABLE_MAX);
}

/* Against the start of the run, never against today: a scenario means the same every day. */
static void check_deck(const struct wm_scenario *s, const struct wm_workload *w,
                       struct wm_diags *diags)
{
    const struct wm_deck *const deck = w->price.deck;
    char day[32];
    int64_t as_of_us = 0;
    if (deck == NULL)
        return;
    if (deck->ended_us <= s->horizon.start_us)
        wm_diag_add(diags, WM_W932, NULL, w->name,
                    "price.deck %s: nothing is sold at these prices since %.10s, before the run "
                    "starts; see wattmill catalog price_decks",
                    deck->head.name, wm_time_text(deck->ended_us, day));
    else if (wm_time_parse(deck->head.as_of, &as_of_us) &&
             s->horizon.start_us - as_of_us > OLD_US)
        wm_diag_add(diags, WM_W931, NULL, w->name,
                    "price.deck %s is of %s, over a year before the run starts", deck->head.name,
                    deck->head.as_of);
}

void wm_check_money(const struct wm_scenario *scenario, struct wm_diags *diags)
{
    const struct wm_workload *const w = scenario->workloads.items;
    check_table(&scenario->economics, diags);
    for (size_t i = 0; i < scenario->workloads.n; i++) {
        bool told = false;
        for (size_t k = 0; k < i; k++)
            told = told || w[k].price.deck == w[i].price.deck;
        if (!told)
            check_deck(scenario, &w[i], diags);
    }
}
