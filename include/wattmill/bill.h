/*
 * Bill: lines of the tariff by months of the site's clock. A line of a month is
 *
 *     usd = quantity x price x months
 *
 * with a quantity in MWh, kW or none, and the part of the month that was simulated (1 for MWh). The sum of
 * all is the bill; with fuel it is the cost of power in every ledger.
 */
#ifndef WATTMILL_BILL_H
#define WATTMILL_BILL_H

#include "wattmill/column.h"
#include "wattmill/tariff.h"

struct wm_bill_line {
    const char *name, *detail; /* of the ledger; which of several of that name, or "" */
    enum wm_charge_basis basis;
    unsigned tags; /* enum wm_tag */
    bool is_shown; /* also where nothing is billed */
    double usd;    /* of the run */
};

struct wm_bill_item {
    double quantity;      /* [J], [W], or 1 for a month */
    double price, months; /* price in the unit of wm_bill_price_unit() */
    double usd;
};

struct wm_bill_month {
    int year, month; /* 1..12 */
#define WM_COLUMN(member, key, unit, shown, doc) double member;
#include "wattmill/month_columns.def"
#undef WM_COLUMN
};

struct wm_bill {
    struct wm_bill_line *lines; /* [n_lines] */
    size_t n_lines;
    struct wm_bill_month *months; /* [n_months] */
    size_t n_months;
    struct wm_bill_item *items; /* [n_months][n_lines] */
};

static inline const struct wm_bill_item *wm_bill_item(const struct wm_bill *bill, size_t month,
                                                      size_t line)
{
    return &bill->items[month * bill->n_lines + line];
}

enum wm_unit wm_bill_quantity_unit(enum wm_charge_basis basis);
enum wm_unit wm_bill_price_unit(enum wm_charge_basis basis);
/** Word of a basis, "market" included. */
const char *wm_charge_basis_name(enum wm_charge_basis basis);

/** Sum of all charges by the MWh [USD]. */
double wm_bill_energy_usd(const struct wm_bill *bill);
/** Sum of all lines on a basis [USD]. */
double wm_bill_usd_on(const struct wm_bill *bill, enum wm_charge_basis basis);
/** "2027-03". @return buf */
const char *wm_bill_month_text(const struct wm_bill_month *month, char buf[16]);
/** Whether the line has anything to show. */
bool wm_bill_line_counts(const struct wm_bill_line *line);

#endif
