/*
 * Tariff: what the utility bills, as charges. Every charge is one thing: a basis, when it holds, the part
 * of the load it is on, a floor, a price.
 *
 *     energy      price x MWh                              in its hours; in tiers of MWh or of hours' use
 *     market      the same at the hour's price
 *     demand      price x billed kW x month                billed: max(peak, floor, ratchet); in tiers of MW
 *     contract    price x contract kW x month
 *     coincident  price x mean kW in the system's peaks    of this year, or of the year before
 *     month       price x month
 *     take        price x (floor - MWh), if that is > 0    settled by the month or by twelve months
 *     minimum     what is missing of the price x month     to all charges above it
 *
 *     peak    = highest mean of a window of 15, 30 or 60 minutes in the charge's hours; of a demand charge times
 *               min_power_factor / power_factor where the site's is lower (1: kVA are billed)
 *     floor   = max(min_frac x contract, min_mw); the contract is the one in force at each instant
 *     ratchet = ratchet_frac x highest peak of the last ratchet_months in the ratchet's season
 *
 * A charge on the part of the load from `from_mw` to `to_mw` sees that part alone; `service` names the firm or
 * the non-firm part of a contract. A part of a month counts by its time over the month's, February's of 28 days.
 * Hours, days and months are those of the site's clock (`site.time_zone`).
 *
 * A key of the tariff itself (tariff_lines.def) is a charge in short; `periods` are charges that exclude
 * each other; `charges` say everything.
 */
#ifndef WATTMILL_TARIFF_H
#define WATTMILL_TARIFF_H

#include "wattmill/holidays.h"
#include "wattmill/catalog_head.h"
#include "wattmill/civil.h"

enum { WM_TARIFF_PERIODS = 8, WM_TARIFF_CHARGES = 32, WM_CHARGE_TIERS = 8, WM_CHARGE_RAMP = 16 };

enum wm_energy_price {
    WM_ENERGY_PRICE_AUTO, /* the file's hourly price when there is one, else flat */
    WM_ENERGY_PRICE_FLAT,
    WM_ENERGY_PRICE_SERIES
};

/** Weekdays are Monday to Friday; a holiday of the tariff is a Sunday, whatever its day. */
enum wm_day_kind { WM_DAY_ALL, WM_DAY_WEEKDAY, WM_DAY_WEEKEND, WM_DAY_SATURDAY, WM_DAY_SUNDAY };

/** Hours of some days of some months. */
struct wm_tariff_hours {
    int64_t from_month, to_month; /* 1..12, both within; may wrap over the year's end */
    enum wm_day_kind days;
    double from_s, to_s; /* of the day, [from, to); may wrap over midnight; equal: all day */
};

/** Hours with a price or a demand charge of their own. */
struct wm_tariff_period {
    const char *name;
    struct wm_tariff_hours hours;
    double energy_usd_per_mwh; /* instead of the flat price; unset: flat */
    double demand_usd_per_kw_month;
};

/** How a share of transmission or capacity is found. */
enum wm_coincident {
    WM_COINCIDENT_NONE,
    WM_COINCIDENT_4CP, /* ERCOT: the highest interval of each month from June to September */
    WM_COINCIDENT_5CP, /* PJM: the highest hours of the five highest days from June to September, weekends
                          and holidays left out (PJM Manual 19) */
    WM_COINCIDENT_12CP /* the highest hour of each month */
};

enum wm_charge_basis {
    WM_CHARGE_ENERGY,
    WM_CHARGE_DEMAND,
    WM_CHARGE_CONTRACT,
    WM_CHARGE_COINCIDENT,
    WM_CHARGE_MONTH,
    WM_CHARGE_TAKE,
    WM_CHARGE_MINIMUM,
    WM_CHARGE_MARKET, /* the tariff's energy: not for `charges` */
    WM_N_CHARGE_BASES
};
extern const char *const wm_charge_basis_words[];

/** A block of a charge: up to here at this price; the last has no end. */
struct wm_charge_tier {
    double up_to_j;     /* of the month */
    double up_to_use_s; /* hours' use: MWh over the billed MW */
    double up_to_w;     /* demand */
    double usd_per_mwh, usd_per_kw_month;
};

/** From then on the floor is this share of the contract. */
struct wm_charge_step {
    int64_t from_us;
    double min_frac;
};

enum wm_billed_when { WM_BILLED_SAME_YEAR, WM_BILLED_YEAR_AFTER };
enum wm_settled_by { WM_SETTLED_MONTH, WM_SETTLED_YEAR };

/** Part of the load by the service of its contract: all; up to its firm part; above it. */
enum wm_service_part { WM_SERVICE_ALL, WM_SERVICE_FIRM, WM_SERVICE_NON_FIRM };
extern const char *const wm_service_part_words[];

struct wm_charge {
    const char *name;
    enum wm_charge_basis basis;
    struct wm_tariff_hours hours;
    int64_t from_us, to_us; /* term */
    double from_w, to_w;    /* part of the load; to_w unset: all above from_w */
    enum wm_service_part service; /* the same by the contract's firm part, once it is known */
    /* price, one of these, as the basis has it */
    double usd_per_mwh, usd_per_kw_month, usd_per_kw_year, usd_per_mw_day, usd_per_month;
    struct wm_list tiers; /* of struct wm_charge_tier; instead of a price */
    double window_s;      /* unset: 15 min; of coincident peaks as their rule has it */
    double min_frac, min_w;
    double min_power_factor; /* demand: below it the peak counts for more; unset: kW are billed */
    struct wm_list ramp; /* of struct wm_charge_step, rising in time */
    double ratchet_frac;
    int64_t ratchet_months, ratchet_from_month, ratchet_to_month;
    double
        history_w; /* peak, or mean in the system's peaks, before the run; unset: none, or as the run's */
    enum wm_coincident peaks;
    enum wm_billed_when billed;
    int64_t year_from_month; /* first month of the year in which coincident peaks are billed */
    enum wm_settled_by settled;
};

struct wm_tariff {
    struct wm_catalog_head head;
#define WM_TARIFF_LINE(key, unit, min, max, def, basis, tags, shown, line, doc) double key;
#include "wattmill/tariff_lines.def"
#undef WM_TARIFF_LINE
    enum wm_energy_price energy_price;
    double min_demand_frac; /* k, of the contract, billed even when not drawn */
    double ratchet_frac;    /* rho, of the highest of the last 11 months */
    int64_t demand_window_min;
    enum wm_holidays holidays; /* Sundays to the tariff */
    struct wm_list periods; /* of struct wm_tariff_period; the first that fits holds */
    enum wm_coincident coincident;
    double power_factor, min_power_factor; /* of the site; as in a charge */
    struct wm_list charges; /* of struct wm_charge */
};

extern const struct wm_field wm_tariff_fields[];

/** Day of the tariff's week: WM_DAY_WEEKDAY, WM_DAY_SATURDAY or WM_DAY_SUNDAY. */
enum wm_day_kind wm_tariff_day(const struct wm_tariff *tariff, const struct wm_civil *local);

/** Whether the hours hold at `at_s` of such a day. */
bool wm_tariff_hours_hold(const struct wm_tariff_hours *hours, int month, enum wm_day_kind day,
                          double at_s);

/** Whether a month is one of the hours' months. */
bool wm_tariff_in_season(const struct wm_tariff_hours *hours, int month);

/** Index of the first period that holds, or -1. */
int wm_tariff_period_at(const struct wm_tariff *tariff, int month, enum wm_day_kind day,
                        double at_s);

/** Checks what rows cannot say; adds E211 and W907. `path` is that of the tariff. */
void wm_tariff_check(const struct wm_tariff *tariff, const char *path, struct wm_diags *diags);

/** What a charge has of a month: read off the meter in its hours, and on its part of the load. */
struct wm_charge_month {
    double energy_j;
    double series_j;    /* market: of it at the price of a file, */
    double series_usd;  /* and what that comes to */
    double peak_w;      /* highest mean of a window */
    double hours_s;     /* of its hours */
    double term_s;      /* of its months and term, whatever the hour */
    double floor_ws;    /* floor over term_s */
    double contract_ws; /* contract over term_s */
};

/** What a kW of peak counts for in a charge on demand, of a site of this power factor; >= 1. */
double wm_charge_power_factor(const struct wm_charge *charge, double site_power_factor);
/** Part of a load that the charge is on [W]. */
double wm_charge_part_w(const struct wm_charge *charge, double load_w);
/** Floor at an instant under a contract [W]. */
double wm_charge_floor_w(const struct wm_charge *charge, double contract_w, int64_t at_us);
/** Highest peak that the ratchet of month `i` sees, times its share [W]; `first_month` is 1..12. */
double wm_charge_ratchet_w(const struct wm_charge *charge, const struct wm_charge_month *months,
                           size_t i, int first_month);
/** max(peak, floor, ratchet) of month `i` [W]. */
double wm_charge_billed_w(const struct wm_charge *charge, const struct wm_charge_month *months,
                          size_t i, int first_month);
/** Price of energy in blocks [USD]; `share` of a month scales blocks in MWh, `billed_w` those in hours. */
double wm_charge_tiers_usd(const struct wm_charge *charge, double energy_j, double billed_w,
                           double share);
/** Price of a month's demand in blocks [USD]. */
double wm_charge_demand_usd(const struct wm_charge *charge, double billed_w);
/**
 * Price of one more MWh to who decides at an instant [USD/MWh]: of tiers the one in which a month of
 * constant load ends, of a part of the load the price if it is the uppermost one.
 */
double wm_charge_marginal_usd_per_mwh(const struct wm_charge *charge);
/** Price per kW of a month of `days` [USD/kW]. */
double wm_charge_usd_per_kw(const struct wm_charge *charge, double days);
/** Length of the window in which its peaks are measured [s]. */
double wm_charge_window_s(const struct wm_charge *charge);

/**
 * Watches a year for the system's peaks. The system itself is not simulated: `stress` stands for
 * its load, the price where there is a series and the dry bulb elsewhere and among equal prices.
 */
struct wm_peak_watch {
    enum wm_coincident rule;
    int n;
    int64_t key[12]; /* month (4CP, 12CP) or day (5CP) */
    double stress[12], own_w[12];
};

/** A window of the clock; `month` 1..12, `day` any running number. */
struct wm_peak_window {
    int month;
    int64_t day;
    bool is_off_peak_day; /* a weekend or a holiday */
    double stress, own_w;
};

/** Whether the window would be one of the peaks, as far as they are known. */
bool wm_peak_watch_counts(const struct wm_peak_watch *watch, const struct wm_peak_window *window);
void wm_peak_watch_add(struct wm_peak_watch *watch, const struct wm_peak_window *window);
/** Mean of the own load in the peaks seen [W]; 0 when none was. */
double wm_peak_watch_mean_w(const struct wm_peak_watch *watch);

#endif
