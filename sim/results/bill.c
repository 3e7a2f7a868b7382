/* The bill's words, units and sums; what it holds is computed in sim/settle/bill.c. */
#include "wattmill/bill.h"

#include <stdio.h>

static const struct {
    const char *name;
    enum wm_unit quantity, price;
} bases[WM_N_CHARGE_BASES] = {
    [WM_CHARGE_ENERGY] = {"energy", WM_UNIT_MWH, WM_UNIT_USD_PER_MWH},
    [WM_CHARGE_DEMAND] = {"demand", WM_UNIT_KW, WM_UNIT_USD_PER_KW_MONTH},
    [WM_CHARGE_CONTRACT] = {"contract", WM_UNIT_KW, WM_UNIT_USD_PER_KW_MONTH},
    [WM_CHARGE_COINCIDENT] = {"coincident", WM_UNIT_KW, WM_UNIT_USD_PER_KW_MONTH},
    [WM_CHARGE_MONTH] = {"month", WM_UNIT_NONE, WM_UNIT_USD_PER_MONTH},
    [WM_CHARGE_TAKE] = {"take", WM_UNIT_MWH, WM_UNIT_USD_PER_MWH},
    [WM_CHARGE_MINIMUM] = {"minimum", WM_UNIT_NONE, WM_UNIT_USD_PER_MONTH},
    [WM_CHARGE_MARKET] = {"energy", WM_UNIT_MWH, WM_UNIT_USD_PER_MWH},
};

enum wm_unit wm_bill_quantity_unit(enum wm_charge_basis basis)
{
    return bases[basis].quantity;
}

enum wm_unit wm_bill_price_unit(enum wm_charge_basis basis)
{
    return bases[basis].price;
}

const char *wm_charge_basis_name(enum wm_charge_basis basis)
{
    return bases[basis].name;
}

double wm_bill_usd_on(const struct wm_bill *bill, enum wm_charge_basis basis)
{
    double usd = 0.0;
    for (size_t i = 0; i < bill->n_lines; i++)
        usd += bill->lines[i].basis == basis ? bill->lines[i].usd : 0.0;
    return usd;
}

double wm_bill_energy_usd(const struct wm_bill *bill)
{
    return wm_bill_usd_on(bill, WM_CHARGE_ENERGY) + wm_bill_usd_on(bill, WM_CHARGE_MARKET);
}

const char *wm_bill_month_text(const struct wm_bill_month *month, char buf[16])
{
    snprintf(buf, 16, "%04u-%02u", (unsigned)month->year % 10000U, (unsigned)month->month % 100U);
    return buf;
}

bool wm_bill_line_counts(const struct wm_bill_line *line)
{
    return line->is_shown || line->usd < 0.0 || line->usd > 0.0;
}
