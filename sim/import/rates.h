/* Prices of a rate of the Utility Rate Database: periods of blocks, and the schedules that say when they hold. */
#ifndef WM_IMPORT_RATES_H
#define WM_IMPORT_RATES_H

#include "config.h"
#include "schedule.h"

enum { WM_RATES_PERIODS = 64, WM_RATES_BLOCKS = 16 };

struct wm_rates_block {
    double max;  /* in the file's unit; NAN: open */
    double rate; /* rate + adj, in the file's unit */
    const char *unit;
    const struct wm_json *at;
};

struct wm_rates_period {
    struct wm_rates_block blocks[WM_RATES_BLOCKS];
    size_t n;
    const struct wm_json *at;
};

struct wm_rates {
    const char *key;
    struct wm_rates_period *periods;
    int n; /* 0: the file has none, or they are wrong */
    size_t n_sell;
    bool has_schedule;
    struct wm_schedule schedule;
};

/** Periods under `key`, prices in [low, high] of `unit`; mistakes by their place. */
void wm_rates_read(struct wm_config *c, const char *key, double low, double high, const char *unit,
                   struct wm_rates *out);
/** The two 12 x 24 schedules; a flat one of months when `weekend` is NULL. */
void wm_rates_schedule(struct wm_config *c, const char *weekday, const char *weekend,
                       struct wm_rates *rates);
/** Whether any block of the period has a price. */
bool wm_rates_has_price(const struct wm_rates_period *p);

#endif
