/* What all readers of a rate put: charges with their hours, prices and blocks. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rate_job.h"

void wm_rate_cannot(struct wm_rate_job *j, const struct wm_json *at, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (j->c.im->options->is_partial)
        wm_import_note(j->c.im, "left out: %s", text);
    else
        wm_config_mistake(&j->c, WM_E211, at, "%s; --partial goes on without it", text);
}

const char *wm_rate_hours_text(struct wm_rate_job *j, const struct wm_schedule_hours *h,
                               const int span[2])
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    static const char *const days[] = {
        [WM_DAY_ALL] = "", [WM_DAY_WEEKDAY] = " weekday", [WM_DAY_WEEKEND] = " weekend"};
    const bool is_year = span[0] == 1 && span[1] == 12,
               is_day = (h->to_h - h->from_h + 24) % 24 == 0;
    return wm_arena_printf(
        j->c.im->arena, "%s%s%s%s%s", is_year ? "all year" : months[span[0] - 1],
        is_year || span[0] == span[1] ? "" : "-",
        is_year || span[0] == span[1] ? "" : months[span[1] - 1], days[h->days],
        is_day ? "" : wm_arena_printf(j->c.im->arena, " %d-%d h", h->from_h, h->to_h));
}

void wm_rate_put_hours(struct wm_rate_job *j, struct wm_json *object,
                       const struct wm_schedule_hours *h, const int span[2])
{
    if (span[0] != 1 || span[1] != 12) {
        wm_entry_number(j->c.im->arena, object, "from_month", span[0]);
        wm_entry_number(j->c.im->arena, object, "to_month", span[1]);
    }
    if (h->days != WM_DAY_ALL)
        wm_entry_text(j->c.im->arena, object, "days",
                      h->days == WM_DAY_WEEKDAY ? "weekday" : "weekend");
    if ((h->to_h - h->from_h + 24) % 24 != 0) {
        wm_entry_number(j->c.im->arena, object, "from_h", h->from_h);
        wm_entry_number(j->c.im->arena, object, "to_h", h->to_h);
    }
}

struct wm_json *wm_rate_charge(struct wm_rate_job *j, const char *basis, const char *name)
{
    struct wm_json *const charge = wm_entry_new(j->c.im->arena, WM_JSON_OBJECT);
    wm_entry_text(j->c.im->arena, charge, "name", name);
    wm_entry_text(j->c.im->arena, charge, "basis", basis);
    wm_json_append(j->charges, charge);
    j->n_charges++;
    return charge;
}

static void put_price(struct wm_rate_job *j, struct wm_json *charge,
                      const struct wm_rates_period *p, const struct wm_rate_scale *s)
{
    if (p->n == 1) {
        wm_entry_number(j->c.im->arena, charge, s->price_key, p->blocks[0].rate * s->price);
        return;
    }
    struct wm_json *const tiers = wm_entry_new(j->c.im->arena, WM_JSON_ARRAY);
    for (size_t i = 0; i < p->n; i++) {
        struct wm_json *const tier = wm_entry_new(j->c.im->arena, WM_JSON_OBJECT);
        if (!isnan(p->blocks[i].max))
            wm_entry_number(j->c.im->arena, tier, s->end_key, p->blocks[i].max * s->end);
        wm_entry_number(j->c.im->arena, tier, s->price_key, p->blocks[i].rate * s->price);
        wm_json_append(tiers, tier);
    }
    wm_entry_put(charge, "tiers", tiers);
}

/* Blocks with one price are one, those of no width none. */
void wm_rate_merge_blocks(struct wm_rates_period *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (p->blocks[i].max == 0.0)
            continue;
        if (n > 0 && p->blocks[n - 1].rate == p->blocks[i].rate)
            p->blocks[n - 1].max = p->blocks[i].max;
        else
            p->blocks[n++] = p->blocks[i];
    }
    p->n = n;
}

const char *wm_rate_line_name(struct wm_rate_job *j, const char *what, const struct wm_rates *r,
                              int at, const struct wm_schedule_hours *h, const int span[2])
{
    const char *const hours = wm_rate_hours_text(j, h, span);
    return r->n > 1 ? wm_arena_printf(j->c.im->arena, "%s, period %d, %s", what, at, hours)
                    : wm_arena_printf(j->c.im->arena, "%s, %s", what, hours);
}

/* Charges of one period: a charge for each span of months of each of its rectangles. */
void wm_rate_put_charges(struct wm_rate_job *j, const char *what, const struct wm_rates *r, int at,
                         const struct wm_schedule_hours *hours, size_t n,
                         const struct wm_rate_scale *s)
{
    int spans[12][2];
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0, n_spans = wm_schedule_spans(hours[i].months, spans); k < n_spans; k++) {
            struct wm_json *const charge =
                wm_rate_charge(j, s->basis, wm_rate_line_name(j, what, r, at, &hours[i], spans[k]));
            wm_rate_put_hours(j, charge, &hours[i], spans[k]);
            put_price(j, charge, &r->periods[at], s);
            if (strcmp(s->basis, "demand") == 0 || strcmp(s->end_key, "up_to_hours_use") == 0)
                wm_entry_number(j->c.im->arena, charge, "window_min", j->window_min);
        }
}

/* Whether each month has one rectangle at most; `is_whole`: and that is all of it. */
bool wm_rate_is_single(const struct wm_schedule_hours *hours, size_t n, bool is_whole)
{
    for (int m = 0; m < 12; m++)
        if (wm_schedule_in_month(hours, n, m) > 1)
            return false;
    for (size_t i = 0; i < n && is_whole; i++)
        if (hours[i].days != WM_DAY_ALL || hours[i].to_h - hours[i].from_h != 24)
            return false;
    return true;
}
