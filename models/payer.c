/* Who pays which line: cash cost, capital and depreciation of each kind of ledger. */
#include "wattmill/ledger.h"

/* Lines with a tag of `any` and none of `none`. */
static double lines_usd(const struct wm_ledger *ledger, unsigned any, unsigned none)
{
    double usd = 0.0;
    for (size_t i = 0; i < ledger->n_lines; i++)
        if ((ledger->lines[i].tags & any) && !(ledger->lines[i].tags & none))
            usd += ledger->lines[i].usd;
    return usd;
}

static double opex_usd(const struct wm_ledger *ledger, enum wm_opex opex)
{
    return ledger->opex_usd[opex];
}

/* Hall, power and upkeep of hardware come with the hour: people, network and licences stay. */
static struct wm_ledger_cash renter(const struct wm_ledger *l)
{
    const unsigned owner =
        WM_TAG_TAX | WM_TAG_INSURANCE | WM_TAG_DEPRECIATION | WM_TAG_CAPITAL | WM_TAG_UPKEEP;
    const double usd = lines_usd(l, WM_TAG_IT | WM_TAG_HIRE, owner);
    return (struct wm_ledger_cash){
        .definition = "F renter cash", .opex_usd = usd, .profit_opex_usd = usd};
}

/* The hall with what stands behind its meter; power is passed on. */
static struct wm_ledger_cash landlord(const struct wm_ledger *l)
{
    const double cash_usd = opex_usd(l, WM_OPEX_A);
    return (struct wm_ledger_cash){
        .definition = wm_opex_definition(WM_OPEX_A)->name,
        .opex_usd = cash_usd,
        .power_usd = l->power_usd,
        .profit_opex_usd = cash_usd + lines_usd(l, WM_TAG_DEPRECIATION, WM_TAG_IT),
        .onsite_capex_usd = l->onsite_capex_usd,
        .facility_capex_usd = l->facility_capex_usd,
        .grid_capex_usd = l->grid_capex_usd,
        .security_usd = l->security_usd,
        .space_usd = lines_usd(l, WM_TAG_LEASE, 0) + l->power_usd,
    };
}

struct wm_ledger_cash wm_ledger_cash(const struct wm_ledger_params *params,
                                     const struct wm_ledger *ledger)
{
    if (params->sells == WM_SELLS_SPACE)
        return landlord(ledger);
    if (params->it == WM_IT_HIRED)
        return renter(ledger);
    const bool owns_hall = params->facility == WM_TENURE_OWNED;
    const bool owns_it = params->it == WM_IT_OWNED;
    const enum wm_opex opex = owns_hall ? WM_OPEX_B : WM_OPEX_C;
    const double cash_usd = opex_usd(ledger, opex) + lines_usd(ledger, WM_TAG_HIRE, 0);
    const unsigned others = (owns_hall ? 0 : WM_TAG_FACILITY) | (owns_it ? 0 : WM_TAG_IT);
    return (struct wm_ledger_cash){
        .definition = wm_opex_definition(opex)->name,
        .opex_usd = cash_usd,
        .power_usd = ledger->power_usd,
        .profit_opex_usd = cash_usd + lines_usd(ledger, WM_TAG_DEPRECIATION, others),
        .onsite_capex_usd = ledger->onsite_capex_usd,
        .it_capex_usd = owns_it ? ledger->it_capex_usd : 0.0,
        .owns_it = owns_it,
        .facility_capex_usd = owns_hall ? ledger->facility_capex_usd : 0.0,
        .grid_capex_usd = owns_hall ? ledger->grid_capex_usd : 0.0,
        .security_usd = owns_hall ? ledger->security_usd : 0.0,
    };
}
