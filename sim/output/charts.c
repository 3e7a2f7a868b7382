/* The 15-minute series condensed for charts: duration curves, days, a month of hours. */
#include <math.h>
#include <stdlib.h>

#include "wattmill/civil.h"
#include "wattmill/output.h"

enum { CHART_MARKS = 200, MONTHS = 12, HOURS = 24 };

/* Six digits: what a chart's hover shows, at half the bytes. */
static void number(struct wm_json_writer *w, double x)
{
    char text[32];
    if (!isfinite(x)) {
        wm_json_null(w);
        return;
    }
    (void)snprintf(text, sizeof text, "%.6g", x);
    wm_json_number(w, strtod(text, NULL));
}

static void numbers(struct wm_json_writer *w, const char *key, const double *x, size_t n)
{
    wm_json_key(w, key);
    wm_json_array_begin(w);
    for (size_t i = 0; i < n; i++)
        number(w, x[i]);
    wm_json_array_end(w);
}

static int descending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* Values of a column that are exceeded for k / CHART_MARKS of the time. */
static void sorted(struct wm_json_writer *w, const char *key, const struct wm_results *r,
                   const char *column, double *room)
{
    const struct wm_series_column *const c = wm_series_column_find(column);
    double marks[CHART_MARKS + 1];
    for (size_t i = 0; i < r->n_series; i++)
        room[i] = wm_series_value(&r->series[i], c);
    qsort(room, r->n_series, sizeof *room, descending);
    for (size_t k = 0; k <= CHART_MARKS; k++)
        marks[k] = room[k * (r->n_series - 1) / CHART_MARKS];
    numbers(w, key, marks, CHART_MARKS + 1);
}

static void write_duration(struct wm_json_writer *w, struct wm_arena *arena,
                           const struct wm_results *r)
{
    double *const room = WM_NEW_ARRAY(arena, double, r->n_series);
    double share_pct[CHART_MARKS + 1];
    for (size_t k = 0; k <= CHART_MARKS; k++)
        share_pct[k] = 100.0 * (double)k / CHART_MARKS;
    wm_json_key(w, "duration");
    wm_json_object_begin(w);
    numbers(w, "share_of_time_pct", share_pct, CHART_MARKS + 1);
    sorted(w, "site_mw", r, "meter_mw", room);
    sorted(w, "it_mw", r, "it_mw", room);
    sorted(w, "ceiling_mw", r, "ceiling_mw", room);
    sorted(w, "shadow_price_usd_per_mwh", r, "shadow_price_usd_per_mwh", room);
    wm_json_object_end(w);
}

struct day {
    double n, site_w, site_max_w, ceiling_min_w, shadow, price, served;
};

static void add_row(struct day *d, const struct wm_series_row *row)
{
    d->site_max_w = d->n > 0.0 ? fmax(d->site_max_w, row->meter_w) : row->meter_w;
    d->ceiling_min_w = d->n > 0.0 ? fmin(d->ceiling_min_w, row->ceiling_w) : row->ceiling_w;
    d->n += 1.0;
    d->site_w += row->meter_w;
    d->shadow += row->shadow_price_usd_per_mwh;
    d->price += row->energy_usd_per_mwh;
    d->served += row->served_tok_per_s;
}

static void day_column(struct wm_json_writer *w, const char *key, const struct day *days, size_t n,
                       size_t offset, double scale, bool is_sum, double *room)
{
    for (size_t i = 0; i < n; i++) {
        const double x = *(const double *)(const void *)((const char *)&days[i] + offset);
        room[i] = scale * (is_sum ? x / days[i].n : x);
    }
    numbers(w, key, room, n);
}

static int64_t local_day(const struct wm_series_row *row)
{
    return row->local_us / (WM_US_PER_H * HOURS);
}

static void write_days(struct wm_json_writer *w, struct wm_arena *arena, const struct wm_results *r)
{
    const int64_t first = local_day(&r->series[0]);
    const size_t n = (size_t)(local_day(&r->series[r->n_series - 1]) - first) + 1;
    struct day *const days = WM_NEW_ARRAY(arena, struct day, n);
    double *const room = WM_NEW_ARRAY(arena, double, n);
    const double mw = 1.0 / WM_W_PER_MW;
    for (size_t i = 0; i < r->n_series; i++)
        add_row(&days[local_day(&r->series[i]) - first], &r->series[i]);
    wm_json_key(w, "days");
    wm_json_object_begin(w);
    wm_json_member_integer(w, "first_day_s", first * 86400);
    day_column(w, "site_mean_mw", days, n, offsetof(struct day, site_w), mw, true, room);
    day_column(w, "site_max_mw", days, n, offsetof(struct day, site_max_w), mw, false, room);
    day_column(w, "ceiling_min_mw", days, n, offsetof(struct day, ceiling_min_w), mw, false, room);
    day_column(w, "shadow_price_usd_per_mwh", days, n, offsetof(struct day, shadow), 1.0, true,
               room);
    day_column(w, "energy_usd_per_mwh", days, n, offsetof(struct day, price), 1.0, true, room);
    day_column(w, "served_tok_per_s", days, n, offsetof(struct day, served), 1.0, true, room);
    wm_json_object_end(w);
}

/* Local standard time less UTC: the clock without daylight saving, so that no hour is lost or twice. */
static int64_t standard_us(const struct wm_results *r)
{
    int64_t least = r->series[0].local_us - r->series[0].time_us;
    for (size_t i = 0; i < r->n_series; i++) {
        const int64_t offset = r->series[i].local_us - r->series[i].time_us;
        least = offset < least ? offset : least;
    }
    return least;
}

struct heat {
    double site_w[MONTHS * HOURS], ceiling_w[MONTHS * HOURS], bound[MONTHS * HOURS],
        n[MONTHS * HOURS];
};

static void write_heat(struct wm_json_writer *w, struct wm_arena *arena, const struct wm_results *r)
{
    struct heat *const h = WM_NEW(arena, struct heat);
    const int64_t offset_us = standard_us(r);
    for (size_t i = 0; i < r->n_series; i++) {
        const struct wm_series_row *const row = &r->series[i];
        const struct wm_civil c = wm_civil_from_us(row->time_us + offset_us);
        const int at = (c.month - 1) * HOURS + c.hour;
        h->site_w[at] += row->meter_w;
        h->ceiling_w[at] += row->ceiling_w;
        h->bound[at] += row->shadow_price_usd_per_mwh > 0.0;
        h->n[at] += 1.0;
    }
    for (int i = 0; i < MONTHS * HOURS; i++) {
        h->ceiling_w[i] = 100.0 * h->site_w[i] / h->ceiling_w[i];
        h->site_w[i] /= h->n[i] * WM_W_PER_MW;
        h->bound[i] *= 100.0 / h->n[i];
    }
    wm_json_key(w, "heat");
    wm_json_object_begin(w);
    numbers(w, "site_mw", h->site_w, MONTHS * HOURS);
    numbers(w, "share_of_ceiling_pct", h->ceiling_w, MONTHS * HOURS);
    numbers(w, "bound_pct", h->bound, MONTHS * HOURS);
    wm_json_object_end(w);
}

void wm_charts_write(struct wm_json_writer *w, struct wm_arena *arena, const struct wm_results *r)
{
    wm_json_object_begin(w);
    if (r->n_series > 0) {
        write_duration(w, arena, r);
        write_days(w, arena, r);
        write_heat(w, arena, r);
    }
    wm_json_object_end(w);
}
