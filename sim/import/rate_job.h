/*
 * A rate of the Utility Rate Database on its way into a catalogue entry: what its readers share. Each reads keys of the rate
 * and adds charges, periods or keys to the entry; what a tariff cannot say is refused by its key, or with --partial told.
 */
#ifndef WM_IMPORT_RATE_JOB_H
#define WM_IMPORT_RATE_JOB_H

#include "entry.h"
#include "rates.h"

struct wm_rate_job {
    struct wm_config c;
    struct wm_json *entry, *charges, *periods;
    double window_min;
    size_t n_charges;
    bool is_delivery; /* energy is bought elsewhere */
};

/** How the file's units become ours. */
struct wm_rate_scale {
    const char *basis, *price_key, *end_key;
    double price, end; /* ours = theirs x this */
};

struct wm_rate_ratchet {
    const struct wm_json *at;
    double frac; /* 0: none; NAN: differs by month */
    int months, season[2];
};

/** What the catalogue has no words for. */
void wm_rate_cannot(struct wm_rate_job *j, const struct wm_json *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/** "Jun-Sep weekday 12-18 h" */
const char *wm_rate_hours_text(struct wm_rate_job *j, const struct wm_schedule_hours *h,
                               const int span[2]);
void wm_rate_put_hours(struct wm_rate_job *j, struct wm_json *object,
                       const struct wm_schedule_hours *h, const int span[2]);
struct wm_json *wm_rate_charge(struct wm_rate_job *j, const char *basis, const char *name);
const char *wm_rate_line_name(struct wm_rate_job *j, const char *what, const struct wm_rates *r,
                              int at, const struct wm_schedule_hours *h, const int span[2]);
/** Blocks with one price are one, those of no width none. */
void wm_rate_merge_blocks(struct wm_rates_period *p);
/** Charges of one period: a charge for each span of months of each of its rectangles. */
void wm_rate_put_charges(struct wm_rate_job *j, const char *what, const struct wm_rates *r, int at,
                         const struct wm_schedule_hours *hours, size_t n,
                         const struct wm_rate_scale *s);
/** Whether each month has one rectangle at most; `is_whole`: and that is all of it. */
bool wm_rate_is_single(const struct wm_schedule_hours *hours, size_t n, bool is_whole);

void wm_rate_read_energy(struct wm_rate_job *j);
/** Price of each kWh of a month, beside the others. */
void wm_rate_read_fuel(struct wm_rate_job *j);
void wm_rate_read_window(struct wm_rate_job *j);
struct wm_rate_ratchet wm_rate_read_ratchet(struct wm_rate_job *j);
/** On the charge that was added last. */
void wm_rate_put_ratchet(struct wm_rate_job *j, const struct wm_rate_ratchet *r);
void wm_rate_read_flat_demand(struct wm_rate_job *j, const struct wm_rate_ratchet *ratchet);
void wm_rate_read_hourly_demand(struct wm_rate_job *j);
void wm_rate_read_fixed(struct wm_rate_job *j);
/** The least bill, of all charges before it. */
void wm_rate_read_minimum(struct wm_rate_job *j);
/** What a bill may have and no charge says. */
void wm_rate_read_rest(struct wm_rate_job *j);
/** Riders and discounts that a publisher has no field for: each is told. */
void wm_rate_tell_attrs(struct wm_rate_job *j);
/** For whom the rate is: read, not checked. */
void wm_rate_tell_limits(struct wm_rate_job *j);
/** A rate of the bulk download as the API spells it; others as they are. */
const struct wm_json *wm_rate_spelled(struct wm_importer *im, const struct wm_json *item);

#endif
