#include "wattmill/tariff.h"
#include "wattmill/civil.h"

#include <math.h>
#include <string.h>

#include "wattmill/unit.h"

static const char *const price_words[] = {"auto", "flat", "series", NULL};
static const char *const day_words[] = {"all", "weekday", "weekend", "saturday", "sunday", NULL};
static const char *const coincident_words[] = {"none", "4cp", "5cp", "12cp", NULL};
static const char *const billed_words[] = {"same-year", "year-after", NULL};
static const char *const settled_words[] = {"month", "year", NULL};
const char *const wm_charge_basis_words[] = {"energy", "demand", "contract", "coincident",
                                             "month",  "take",   "minimum",  NULL};
_Static_assert(sizeof wm_charge_basis_words / sizeof *wm_charge_basis_words == WM_N_CHARGE_BASES,
               "a word for each basis of a charge but market, and NULL");

#define NONE ((double)NAN)
const char *const wm_service_part_words[] = {"all", "firm", "non-firm", NULL};

// clang-format off
#define HOURS_ROWS(tag)                                                                             \
    WM_ROW(tag, hours.from_month, WM_KIND_INT, "from_month", .min = 1, .max = 12, .def = 1, .doc = "first month"), \
    WM_ROW(tag, hours.to_month, WM_KIND_INT, "to_month", .min = 1, .max = 12, .def = 12, .doc = "last month; before the first: over the year's end"), \
    WM_ROW(tag, hours.days, WM_KIND_CHOICE, "days", .choices = day_words, .def_text = "all", .doc = "days of the week; a holiday of the tariff is a Sunday"), \
    WM_REAL_AS(tag, hours.from_s, "from_h", WM_UNIT_H, 0.0, 24.0, 0.0, "start, on the site's clock (site.time_zone)"), \
    WM_REAL_AS(tag, hours.to_s, "to_h", WM_UNIT_H, 0.0, 24.0, 24.0, "end; before the start: over midnight; the start itself: all day")

static const struct wm_field period_fields[] = {
    WM_TEXT_REQ(wm_tariff_period, name, "name of the period"),
    HOURS_ROWS(wm_tariff_period),
    WM_REAL(wm_tariff_period, energy_usd_per_mwh, WM_UNIT_USD_PER_MWH, -1000.0, 100000.0, NONE, "price in the period; unset: the flat one", WM_USUAL(2.0, 5000.0)),
    WM_REAL(wm_tariff_period, demand_usd_per_kw_month, WM_UNIT_USD_PER_KW_MONTH, 0.0, 1000.0, 0.0, "on the month's highest mean of demand_window_min in the period", WM_USUAL(0.1, 200.0)),
    WM_FIELD_END,
};
static const struct wm_field tier_fields[] = {
    WM_REAL_AS(wm_charge_tier, up_to_j, "up_to_mwh", WM_UNIT_MWH, 0.0, 1e9, NONE, "energy of a month up to which the block reaches"),
    WM_REAL_AS(wm_charge_tier, up_to_use_s, "up_to_hours_use", WM_UNIT_H, 0.0, 744.0, NONE, "likewise in hours' use: MWh over the billed MW"),
    WM_REAL_AS(wm_charge_tier, up_to_w, "up_to_mw", WM_UNIT_MW, 0.0, 10000.0, NONE, "likewise of a demand charge"),
    WM_REAL(wm_charge_tier, usd_per_mwh, WM_UNIT_USD_PER_MWH, -1000.0, 100000.0, NONE, "price of energy in the block"),
    WM_REAL(wm_charge_tier, usd_per_kw_month, WM_UNIT_USD_PER_KW_MONTH, -1000.0, 1000.0, NONE, "price of demand in the block"),
    WM_FIELD_END,
};
static const struct wm_field step_fields[] = {
    WM_TIME_AS(wm_charge_step, from_us, "from", NULL, "first instant, UTC"),
    WM_REAL_REQ(wm_charge_step, min_frac, "min_frac", WM_UNIT_FRAC, 0.0, 1.0, "floor from then on, of the contract"),
    WM_FIELD_END,
};
static const struct wm_field charge_fields[] = {
    WM_TEXT_REQ(wm_charge, name, "name of the line on the bill"),
    WM_CHOICE(wm_charge, basis, wm_charge_basis_words, NULL, "energy: each MWh; demand: billed kW; contract: kW of the contract; coincident: kW in the system's peaks; month: fixed; take: MWh below the floor; minimum: what all charges above it lack"),
    HOURS_ROWS(wm_charge),
    WM_TIME_AS(wm_charge, from_us, "from", "1970-01-01", "first instant of the charge's term, UTC"),
    WM_TIME_AS(wm_charge, to_us, "to", "2200-01-01", "its end, UTC"),
    WM_REAL_AS(wm_charge, from_w, "from_mw", WM_UNIT_MW, 0.0, 10000.0, 0.0, "the part of the load from here on"),
    WM_REAL_AS(wm_charge, to_w, "to_mw", WM_UNIT_MW, 0.0, 10000.0, NONE, "up to here; unset: all above"),
    WM_CHOICE(wm_charge, service, wm_service_part_words, "all", "the part of the load by its service, instead of from_mw and to_mw: firm: up to site.ceiling.firm_mw; non-firm: above it"),
    WM_REAL(wm_charge, usd_per_mwh, WM_UNIT_USD_PER_MWH, -1000.0, 100000.0, NONE, "price of energy and take"),
    WM_REAL(wm_charge, usd_per_kw_month, WM_UNIT_USD_PER_KW_MONTH, -1000.0, 1000.0, NONE, "price of demand, contract and coincident"),
    WM_REAL(wm_charge, usd_per_kw_year, WM_UNIT_USD_PER_KW_YEAR, -10000.0, 10000.0, NONE, "the same by the year, a twelfth each month"),
    WM_REAL(wm_charge, usd_per_mw_day, WM_UNIT_USD_PER_MW_DAY, -10000.0, 10000.0, NONE, "the same by the day, as PJM has it"),
    WM_REAL(wm_charge, usd_per_month, WM_UNIT_USD_PER_MONTH, -1e9, 1e9, NONE, "price of month; of minimum the least bill"),
    WM_LIST(wm_charge, tiers, wm_charge_tier, tier_fields, "blocks instead of a price, rising, the last without an end; at most 8"),
    WM_REAL_AS(wm_charge, window_s, "window_min", WM_UNIT_MIN, 15.0, 60.0, NONE, "window of a peak: 15, 30 or 60 min of the clock; unset: 15, of 5cp and 12cp 60"),
    WM_REAL(wm_charge, min_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0, "floor, of the contract in force"),
    WM_REAL_AS(wm_charge, min_w, "min_mw", WM_UNIT_MW, 0.0, 10000.0, 0.0, "floor"),
    WM_REAL(wm_charge, min_power_factor, WM_UNIT_NONE, 0.5, 1.0, NONE, "demand: a site of a lower power factor is billed for its peak times this over its own; 1: kVA are billed; unset: kW"),
    WM_LIST(wm_charge, ramp, wm_charge_step, step_fields, "min_frac from dates on, rising in time; at most 16"),
    WM_REAL(wm_charge, ratchet_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0, "of the highest peak of ratchet_months that is billed at least"),
    WM_INT(wm_charge, ratchet_months, 1, 60, 11, "months that the ratchet looks back"),
    WM_INT(wm_charge, ratchet_from_month, 1, 12, 1, "first month of the season it looks at"),
    WM_INT(wm_charge, ratchet_to_month, 1, 12, 12, "last month of that season; may wrap"),
    WM_REAL_AS(wm_charge, history_w, "history_mw", WM_UNIT_MW, 0.0, 10000.0, NONE, "before the run: billed peak of every month that the ratchet sees; load in the system's peaks. Unset: no peak; the peaks of the first year with any"),
    WM_CHOICE(wm_charge, peaks, coincident_words, "none", "rule of coincident peaks: 4cp, 5cp, 12cp"),
    WM_CHOICE(wm_charge, billed, billed_words, "same-year", "coincident peaks are billed in the year in which they fall, or in the one after"),
    WM_INT(wm_charge, year_from_month, 1, 12, 1, "first month of the year in which they are billed; PJM's delivery year: 6"),
    WM_CHOICE(wm_charge, settled, settled_words, "month", "take: what is short of the floor, of each month or of each twelve months of the run"),
    WM_FIELD_END,
};
const struct wm_field wm_tariff_fields[] = {
    WM_CATALOG_HEAD_ROWS(wm_tariff),
#define USUAL_energy_usd_per_mwh WM_USUAL(2.0, 2000.0)
#define USUAL_delivery_usd_per_mwh WM_USUAL(0.1, 500.0)
#define USUAL_demand_usd_per_kw_month WM_USUAL(0.1, 200.0)
#define USUAL_coincident_usd_per_kw_year WM_USUAL(1.0, 1000.0)
#define USUAL_fixed_usd_per_month WM_USUAL(1.0, 1e8)
#define WM_TARIFF_LINE(key, unit, min, max, def, basis, tags, shown, line, doc) WM_REAL(wm_tariff, key, WM_UNIT_##unit, min, max, def, doc, USUAL_##key),
#include "wattmill/tariff_lines.def"
#undef WM_TARIFF_LINE
    WM_CHOICE(wm_tariff, energy_price, price_words, "auto", "auto: the hourly price of the weather or market file when there is one, else flat"),
    WM_REAL(wm_tariff, min_demand_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0, "share of the contract in force that the demand charge bills at least"),
    WM_REAL(wm_tariff, ratchet_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0, "share of the highest of the last 11 months that it bills at least"),
    WM_INT(wm_tariff, demand_window_min, 15, 60, 15, "window of the demand charge and of the periods': 15, 30 or 60 min of the clock"),
    WM_CHOICE(wm_tariff, holidays, wm_holiday_words, "none", "days that are Sundays to periods and charges: nerc: the six of NERC (PJM, ERCOT, most US tariffs); us-federal: eleven, Saturday's on Friday; germany: in all states; england: bank holidays of England and Wales; france"),
    WM_LIST(wm_tariff, periods, wm_tariff_period, period_fields, "time of use, at most 8 periods; the first that fits holds"),
    WM_REAL(wm_tariff, power_factor, WM_UNIT_NONE, 0.5, 1.0, 0.97, "of the site at its meter, behind transformers and supplies with correction; estimate"),
    WM_REAL(wm_tariff, min_power_factor, WM_UNIT_NONE, 0.5, 1.0, NONE, "of the demand charge and the periods': a site of a lower power factor is billed for its peak times this over its own; 1: kVA are billed; unset: kW"),
    WM_CHOICE(wm_tariff, coincident, coincident_words, "none", "4cp: highest interval of each month June to September (ERCOT); 5cp: highest hours of the five highest days of these, weekends and holidays left out (PJM); 12cp: highest hour of each month"),
    WM_LIST(wm_tariff, charges, wm_charge, charge_fields, "further charges, each a line of the bill; at most 32"),
    WM_FIELD_END,
};
// clang-format on

enum wm_day_kind wm_tariff_day(const struct wm_tariff *tariff, const struct wm_civil *local)
{
    const int weekday = wm_weekday(wm_days_from_civil(local->year, local->month, local->day));
    if (weekday == 6 || wm_is_holiday(tariff->holidays, local->year, local->month, local->day))
        return WM_DAY_SUNDAY;
    return weekday == 5 ? WM_DAY_SATURDAY : WM_DAY_WEEKDAY;
}

/* Whether `at` lies in a span that may wrap. */
static bool in_months(int64_t from, int64_t to, int64_t at)
{
    return from <= to ? at >= from && at <= to : at >= from || at <= to;
}

bool wm_tariff_in_season(const struct wm_tariff_hours *hours, int month)
{
    return in_months(hours->from_month, hours->to_month, month);
}

bool wm_tariff_hours_hold(const struct wm_tariff_hours *hours, int month, enum wm_day_kind day,
                          double at_s)
{
    const struct wm_tariff_hours *const h = hours;
    const bool in_hours = h->from_s < h->to_s ? at_s >= h->from_s && at_s < h->to_s
                                              : at_s >= h->from_s || at_s < h->to_s;
    const bool in_days = h->days == WM_DAY_ALL || h->days == day ||
                         (h->days == WM_DAY_WEEKEND && day != WM_DAY_WEEKDAY);
    return wm_tariff_in_season(h, month) && in_hours && in_days;
}

int wm_tariff_period_at(const struct wm_tariff *tariff, int month, enum wm_day_kind day,
                        double at_s)
{
    const struct wm_tariff_period *periods = tariff->periods.items;
    for (size_t i = 0; i < tariff->periods.n && i < WM_TARIFF_PERIODS; i++)
        if (wm_tariff_hours_hold(&periods[i].hours, month, day, at_s))
            return (int)i;
    return -1;
}
