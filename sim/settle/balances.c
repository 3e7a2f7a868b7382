#include "metrics.h"

static void add_balance(struct wm_results *r, const char *name, const char *statement, double in,
                        double out, enum wm_unit unit)
{
    const double scale = fmax(fabs(in), fabs(out));
    const double residual = scale > 0.0 ? fabs(in - out) / scale : 0.0;
    r->balances[r->n_balances++] = (struct wm_balance){name, statement, in, out, residual, unit};
    r->balances_close = r->balances_close && residual <= WM_BALANCE_LIMIT;
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
                            billed * w->price.paid_frac * w->price.discount_frac * w->price.market_frac *
                            (w->kind == WM_WORKLOAD_BATCH ? w->price.batch_discount_frac : 1.0);
    }
    return s;
}

/* Each balance compares two sums that were built apart. */
void wm_close_balances(struct wm_run *r)
{
    struct wm_results *res = r->results;
    const struct wm_account *a = &r->site.account;
    const struct wm_onsite_account *g = &r->site.onsite.account;
    const struct class_sums c = sum_classes(r);
    double uses_j = 0.0, months_j = 0.0, months_kg = 0.0;
    for (size_t i = 0; i < WM_N_USES; i++)
        uses_j += a->use_j[i];
    for (size_t i = 0; i < r->site.meter.n_months; i++) {
        months_j += r->site.meter.months[i].energy_j;
        months_kg += r->site.meter.months[i].carbon_kg;
    }
    res->balances = WM_NEW_ARRAY(r->arena, struct wm_balance, 16);
    res->balances_close = true;
    add_balance(res, "energy", "site = sum of uses", a->site_j, uses_j, WM_UNIT_MWH);
    add_balance(res, "billing", "meter = sum of billed months", g->meter_j, months_j, WM_UNIT_MWH);
    add_balance(res, "tokens", "offered = served + dropped + waiting", c.offered, c.accounted,
                WM_UNIT_TOK);
    add_balance(res, "requests", "offered = served + dropped + waiting", c.requests,
                c.requests_accounted, WM_UNIT_NONE);
    add_balance(res, "money", "revenue by time = tokens x price", c.earned_usd, c.booked_usd,
                WM_UNIT_USD);
    add_balance(res, "water", "make-up = evaporation + blowdown + drift", a->water_m3,
                a->evaporation_m3 + a->blowdown_m3 + a->drift_m3, WM_UNIT_M3);
    add_balance(res, "carbon", "by time = by billing intervals", a->carbon_kg, months_kg,
                WM_UNIT_KG);
    add_balance(res, "heat", "heat of the halls = rejected + reused + unmet", a->heat_in_j,
                a->heat_out_j + a->heat_reuse_j + a->heat_unmet_j, WM_UNIT_MWH);
    add_balance(res, "request",
                "asked for = drawn + starting + capped + shed + too hot + not worth drawing",
                a->requested_j,
                a->site_j + a->starting_j + a->capped_j + a->shed_j + a->hot_j + a->unworthy_j,
                WM_UNIT_MWH);
    double energy_rel = fmax(fmax(res->balances[0].residual_rel, res->balances[1].residual_rel),
                             res->balances[8].residual_rel);
    if (!r->site.onsite.is_plain) {
        add_balance(res, "grid", "meter + generation + discharge = site + charge",
                    g->meter_j + g->generation_j + g->discharge_j, a->site_j + g->charge_j,
                    WM_UNIT_MWH);
        add_balance(res, "storage", "charge + stored first = discharge + loss + stored last",
                    g->charge_j + g->stored_first_j,
                    g->discharge_j + g->storage_loss_j + g->stored_last_j, WM_UNIT_MWH);
        energy_rel =
            fmax(energy_rel, fmax(res->balances[9].residual_rel, res->balances[10].residual_rel));
    }
    SET(r, balance_energy_rel, energy_rel);
    SET(r, balance_token_rel, res->balances[2].residual_rel);
    SET(r, balance_request_rel, res->balances[3].residual_rel);
    SET(r, balance_money_rel, res->balances[4].residual_rel);
    SET(r, balance_water_rel, res->balances[5].residual_rel);
    SET(r, balance_carbon_rel, res->balances[6].residual_rel);
    SET(r, balance_heat_rel, res->balances[7].residual_rel);
}
