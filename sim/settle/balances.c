#include "prices.h"
#include "supply.h"

/* @return the residual over the larger of the two */
static double add_balance(struct wm_results *r, const char *name, const char *statement, double in,
                          double out, enum wm_unit unit)
{
    const double scale = fmax(fabs(in), fabs(out));
    const double residual = scale > 0.0 ? fabs(in - out) / scale : 0.0;
    r->balances[r->n_balances++] = (struct wm_balance){name, statement, in, out, residual, unit};
    r->balances_close = r->balances_close && residual <= WM_BALANCE_LIMIT;
    return residual;
}

/* What the classes say, summed. */
struct class_sums {
    double offered, accounted, requests, requests_accounted, earned_usd, booked_usd;
};

static struct class_sums sum_classes(const struct wm_run *r)
{
    struct class_sums s = {0};
    for (size_t i = 0; i < r->results->n_classes; i++) {
        const struct wm_class_result *c = &r->results->classes[i];
        const struct wm_workload *w = r->plan.classes[i].workload;
        const double tier_frac = r->plan.classes[i].tier_frac;
        const double tier = tier_frac > 0.0 ? tier_frac : 1.0;
        const bool refunds = w->on_slo_miss == WM_SLO_MISS_REFUND;
        const double billed =
            refunds ? wm_ratio(r->site.account.classes[i].slo_tok, c->output_tok_served) : 1.0;
        s.offered += c->output_tok_offered;
        s.accounted += c->output_tok_served + c->output_tok_dropped + c->output_tok_waiting;
        if (!wm_workload_is_job(w)) {
            s.requests += c->requests_offered;
            s.requests_accounted += c->requests_served + c->requests_dropped + c->requests_waiting;
        }
        s.earned_usd += c->revenue_usd;
        if (wm_workload_is_job(w)) {
            s.booked_usd += r->plan.classes[i].usd_per_out_tok * c->output_tok_served;
            continue;
        }
        if (c->output_tok_served > 0.0)
            s.booked_usd += wm_deck_revenue_usd(w->price.deck, c->input_tok_served,
                                                c->cached_tok_served, c->output_tok_served) *
                            tier * billed * w->price.paid_frac * w->price.discount_frac *
                            w->price.market_frac *
                            (w->kind == WM_WORKLOAD_BATCH ? w->price.batch_discount_frac : 1.0);
    }
    return s;
}

/* Whether every MWh costs what the instant says: no blocks, no parts of the load. */
static bool is_linear(const struct wm_billing *b)
{
    for (size_t i = 0; i < b->n_lines; i++)
        if ((b->energy >> i & 1) != 0 &&
            (b->lines[i].charge.tiers.n > 0 || b->lines[i].charge.from_w > 0.0 ||
             wm_is_set(b->lines[i].charge.to_w)))
            return false;
    return true;
}

/* The cost of power by line, by month, by year and, of energy, by time: built apart, one sum. */
static double balance_cost(const struct wm_run *r)
{
    struct wm_results *const res = r->results;
    const struct wm_bill *const bill = res->bill;
    const double net_usd = wm_supply_net_usd(res), beside_usd = wm_power_beside_bill_usd(r);
    const bool pays = res->cash.power_usd > 0.0 || res->cash.power_usd < 0.0;
    double months_usd = beside_usd + net_usd, years_usd = pays ? net_usd : 0.0, energy_usd = 0.0;
    for (size_t i = 0; i < bill->n_months; i++) {
        months_usd += bill->months[i].bill_usd;
        energy_usd += bill->months[i].energy_usd;
    }
    for (size_t i = 0; i < res->n_run_years; i++)
        years_usd += res->run_years[i].power_usd;
    double rel =
        add_balance(res, "power by month", "lines of the ledger = months of the bill + fuel and contracts",
                    res->ledger->power_usd, months_usd, WM_UNIT_USD);
    rel = fmax(rel, add_balance(res, "power by year", "paid by the ledger = years of the run + contracts",
                                res->cash.power_usd, years_usd, WM_UNIT_USD));
    if (is_linear(r->site.meter.billing))
        rel = fmax(rel,
                   add_balance(res, "energy by time",
                               "drawn at the price of the instant = months of the bill by the MWh",
                               wm_energy_cost(r).meter_usd, energy_usd, WM_UNIT_USD));
    return rel;
}

/* Halls are accounted apart, plant by plant: their sums are the site's. */
static double balance_halls(const struct wm_run *r)
{
    const struct wm_account *const a = &r->site.account;
    struct wm_hall_account sum = {0};
    for (size_t i = 0; i < r->plan.n_halls; i++) {
        const struct wm_hall_account *const h = &a->halls[i];
        sum.site_j += h->it_j + h->cooling_j + h->conversion_j + h->house_j;
        sum.water_m3 += h->water_m3;
        sum.heat_in_j += h->heat_in_j;
    }
    if (r->plan.n_halls == 1)
        return 0.0;
    const double energy = add_balance(r->results, "halls, energy", "site = sum of uses of the halls",
                                      a->site_j, sum.site_j, WM_UNIT_MWH);
    const double water = add_balance(r->results, "halls, water", "make-up = sum of the halls",
                                     a->water_m3, sum.water_m3, WM_UNIT_M3);
    const double heat = add_balance(r->results, "halls, heat", "heat = sum of the halls",
                                    a->heat_in_j, sum.heat_in_j, WM_UNIT_MWH);
    return fmax(energy, fmax(water, heat));
}

static double balance_onsite(const struct wm_run *r)
{
    const struct wm_onsite_account *const g = &r->site.onsite.account;
    const struct wm_account *const a = &r->site.account;
    if (r->site.onsite.is_plain)
        return 0.0;
    const double grid = add_balance(
        r->results, "grid", "meter + generation + discharge = site + charge",
        g->meter_j + g->generation_j + g->discharge_j, a->site_j + g->charge_j, WM_UNIT_MWH);
    return fmax(grid,
                add_balance(r->results, "storage",
                            "charge + stored first = discharge + loss + stored last",
                            g->charge_j + g->stored_first_j,
                            g->discharge_j + g->storage_loss_j + g->stored_last_j, WM_UNIT_MWH));
}

/* Each balance compares two sums that were built apart. */
void wm_close_balances(struct wm_run *r)
{
    struct wm_results *res = r->results;
    const struct wm_account *a = &r->site.account;
    const struct class_sums c = sum_classes(r);
    double uses_j = 0.0, months_j = 0.0, months_kg = 0.0;
    for (size_t i = 0; i < WM_N_USES; i++)
        uses_j += a->use_j[i];
    for (size_t i = 0; i < r->site.meter.n_months; i++) {
        months_j += r->site.meter.months[i].energy_j;
        months_kg += r->site.meter.months[i].carbon_kg;
    }
    res->balances = WM_NEW_ARRAY(r->arena, struct wm_balance, 20);
    res->balances_close = true;
    double energy =
        add_balance(res, "energy", "site = sum of uses", a->site_j, uses_j, WM_UNIT_MWH);
    energy = fmax(energy, add_balance(res, "billing", "meter = sum of billed months",
                                      r->site.onsite.account.meter_j, months_j, WM_UNIT_MWH));
    SET(r, balance_token_rel,
        add_balance(res, "tokens", "offered = served + dropped + waiting", c.offered, c.accounted,
                    WM_UNIT_TOK));
    SET(r, balance_request_rel,
        add_balance(res, "requests", "offered = served + dropped + waiting", c.requests,
                    c.requests_accounted, WM_UNIT_NONE));
    const double money = add_balance(
        res, "money", "tokens x price of an output token = tokens in, cached and out x deck",
        c.earned_usd, c.booked_usd, WM_UNIT_USD);
    SET(r, balance_water_rel,
        add_balance(res, "water", "make-up = evaporation + blowdown + drift", a->water_m3,
                    a->evaporation_m3 + a->blowdown_m3 + a->drift_m3, WM_UNIT_M3));
    SET(r, balance_carbon_rel,
        add_balance(res, "carbon", "by time = by billing intervals", a->carbon_kg, months_kg,
                    WM_UNIT_KG));
    SET(r, balance_heat_rel,
        add_balance(res, "heat", "heat of the halls = rejected + reused + unmet", a->heat_in_j,
                    a->heat_out_j + a->heat_reuse_j + a->heat_unmet_j, WM_UNIT_MWH));
    energy = fmax(
        energy,
        add_balance(res, "request",
                    "asked for = drawn + starting + capped + shed + too hot + beyond a hall + not "
                    "worth drawing",
                    a->requested_j,
                    a->site_j + a->starting_j + a->capped_j + a->shed_j + a->hot_j + a->hall_j +
                        a->unworthy_j,
                    WM_UNIT_MWH));
    energy = fmax(energy, balance_halls(r));
    SET(r, balance_energy_rel, fmax(energy, balance_onsite(r)));
    SET(r, balance_money_rel, fmax(money, balance_cost(r)));
}
