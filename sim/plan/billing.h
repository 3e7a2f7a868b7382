/*
 * Billing: a tariff as the lines of its bill, and which of them hold at each quarter of an hour of a week
 * in each month. Keys, periods and charges of the tariff are lines of one kind here; what follows (the
 * meter, the bill, the price that dispatch sees) knows lines alone.
 */
#ifndef WM_PLAN_BILLING_H
#define WM_PLAN_BILLING_H

#include "wattmill/arena.h"
#include "wattmill/tariff.h"

enum { WM_BILLING_LINES = 64, WM_BILLING_QUARTERS = 96, WM_BILLING_DAYS = 3 };

struct wm_billing_line {
    const char *name, *detail; /* of the ledger; which of several of that name, or "" */
    unsigned tags;             /* enum wm_tag */
    bool is_shown;             /* also where nothing is billed */
    int period;                /* of the tariff, -1: of none */
    struct wm_charge charge;
    double demand_factor; /* what a kW of peak counts for */
};

/** A set of lines, line i at bit i. */
typedef uint64_t wm_billing_set;

struct wm_billing {
    const struct wm_tariff *tariff;
    struct wm_billing_line *lines; /* [n_lines] */
    size_t n_lines;
    wm_billing_set hours[12][WM_BILLING_DAYS][WM_BILLING_QUARTERS]; /* in their hours */
    wm_billing_set season[12];                                      /* in their months */
    wm_billing_set energy;                                          /* that each MWh pays */
    wm_billing_set peaks;                                           /* that a peak costs more */
    wm_billing_set windows[3]; /* whose peaks are of 15, 30 and 60 minutes */
};

/** Lines of a tariff without their hours: all that a bill needs of it. */
const struct wm_billing *wm_billing_lines(struct wm_arena *arena, const struct wm_tariff *tariff);

/** Lines of a tariff; constructor, cannot fail. @pre wm_tariff_check() found nothing */
const struct wm_billing *wm_billing_new(struct wm_arena *arena, const struct wm_tariff *tariff);

/** Lines whose hours hold at a local time. */
wm_billing_set wm_billing_at(const struct wm_billing *billing, enum wm_day_kind day,
                             const struct wm_civil *local);

/** Lines of energy that hold together, and whether a file's price of the hour stands for the flat one. */
struct wm_price_set {
    wm_billing_set lines;
    bool is_series;
};

/** The sets that a run has met; what is summed by them can be priced afterwards. */
struct wm_price_sets {
    struct wm_price_set *at; /* [capacity], enough for every hour and term of the tariff */
    size_t n, capacity;
};

struct wm_price_sets wm_price_sets_new(struct wm_arena *arena, const struct wm_billing *billing);

/** Index of the set that holds at `at_us`, entered when it is new; `last` is looked at first. */
size_t wm_price_set_at(struct wm_price_sets *sets, const struct wm_billing *billing,
                       wm_billing_set hours, int64_t at_us, bool is_series, size_t last);

/** Price of one more MWh under the set [USD/MWh], without that of the file, which counts `n_series` times. */
double wm_price_set_usd_per_mwh(const struct wm_billing *billing, const struct wm_price_set *set,
                                double *n_series);

/** Whether the line's term holds. */
static inline bool wm_billing_in_term(const struct wm_billing_line *line, int64_t at_us)
{
    return at_us >= line->charge.from_us && at_us < line->charge.to_us;
}

/** The file's price of the hour where the tariff takes it, else NAN [USD/MWh]. */
double wm_billing_market_usd_per_mwh(const struct wm_billing *billing, double series_usd_per_mwh);

/**
 * Price of one more MWh at an instant [USD/MWh].
 * @param series_usd_per_mwh  the file's price of the hour, NAN when there is none
 */
double wm_billing_usd_per_mwh(const struct wm_billing *billing, wm_billing_set hours, int64_t at_us,
                              double series_usd_per_mwh);

#endif
