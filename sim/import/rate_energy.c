/* Energy of a rate: time of use, blocks in kWh, kWh/kW and by the day, fuel adjustments of the month. */
#include <math.h>
#include <string.h>

#include "rate_job.h"

/* Energy: unit of the blocks, "kWh", "kWh/kW", each with " daily". */
static bool energy_scale(struct wm_rate_job *j, const struct wm_rates *r, int at,
                         struct wm_rate_scale *s, bool *is_daily)
{
    const struct wm_rates_period *const p = &r->periods[at];
    const char *const unit = p->blocks[0].unit;
    *s = (struct wm_rate_scale){"energy", "usd_per_mwh", "up_to_mwh", 1e3, 1e-3};
    if (!wm_config_matches("kWh|kWh daily|kWh/kW|kWh/kW daily", unit)) {
        wm_config_mistake(&j->c, WM_E207, p->blocks[0].at,
                          "%s.%d.0.unit = \"%.30s\", allowed: kWh, kWh/kW, kWh daily, kWh/kW daily",
                          r->key, at, unit);
        return false;
    }
    if (strncmp(unit, "kWh/kW", 6) == 0) {
        s->end_key = "up_to_hours_use";
        s->end = 1.0;
    }
    *is_daily = p->n > 1 && strstr(unit, "daily") != NULL;
    for (size_t i = 1; i < p->n; i++)
        if (strcmp(p->blocks[i].unit, unit) != 0) {
            wm_rate_cannot(j, p->at, "%s.%d: blocks in %s and in %s", r->key, at, unit,
                           p->blocks[i].unit);
            return false;
        }
    return true;
}

/* Months of 28, 30 and 31 days apart: blocks of a day are as many times as long. */
static void put_daily(struct wm_rate_job *j, const struct wm_rates *r, int at,
                      const struct wm_schedule_hours *hours, size_t n, struct wm_rate_scale s)
{
    static const struct {
        unsigned months;
        double days;
    } lengths[] = {{0x002, 28.0}, {0x528, 30.0}, {0xad5, 31.0}};
    const double end = s.end;
    for (size_t k = 0; k < 3; k++) {
        struct wm_schedule_hours some[WM_SCHEDULE_HOURS];
        for (size_t i = 0; i < n; i++) {
            some[i] = hours[i];
            some[i].months &= lengths[k].months;
        }
        s.end = end * lengths[k].days;
        wm_rate_put_charges(j, "energy", r, at, some, n, &s);
    }
}

/* Blocks that charges cannot count: those of a period in several rectangles, of hours' use in some hours. */
static void check_blocks(struct wm_rate_job *j, const struct wm_rates *r, int at,
                         const struct wm_schedule_hours *hours, size_t n,
                         const struct wm_rate_scale *s)
{
    struct wm_rates_period *const p = &r->periods[at];
    const bool is_use = strcmp(s->end_key, "up_to_hours_use") == 0;
    const bool fits = wm_rate_is_single(hours, n, is_use) && p->n <= WM_CHARGE_TIERS;
    if (p->n < 2)
        return;
    if (fits && !wm_rate_is_single(hours, n, true))
        wm_import_note(j->c.im,
                       "assumed: %s.%d: its blocks count the energy of its own hours, as SAM does",
                       r->key, at);
    if (fits)
        return;
    wm_rate_cannot(
        j, p->at,
        p->n > WM_CHARGE_TIERS ? "%s.%d: %zu blocks, more than 8; its last price stands for all"
        : is_use ? "%s.%d: %zu blocks of hours' use in some hours of the month; its last price "
                   "stands for all"
                 : "%s.%d: %zu blocks over hours that are no rectangle of days and hours; its "
                   "last price stands for all",
        r->key, at, p->n);
    p->blocks[0] = p->blocks[p->n - 1];
    p->n = 1;
}

void wm_rate_read_energy(struct wm_rate_job *j)
{
    struct wm_rates r;
    struct wm_schedule_hours hours[WM_SCHEDULE_HOURS];
    const size_t before = j->c.im->n_mistakes;
    wm_rates_read(&j->c, "energyratestructure", -1.0, 10.0, "USD/kWh", &r);
    wm_rates_schedule(&j->c, "energyweekdayschedule", "energyweekendschedule", &r);
    if (r.n == 0)
        wm_import_note(j->c.im, "left out: energyratestructure, the file has no price of energy");
    const bool is_right = r.has_schedule && j->c.im->n_mistakes == before;
    for (int at = 0; at < r.n && is_right; at++) {
        struct wm_rate_scale s;
        bool is_daily = false;
        const size_t n = wm_schedule_split(&r.schedule, at, hours);
        if (n == 0 && wm_rates_has_price(&r.periods[at]))
            wm_import_note(j->c.im, "left out: %s.%d, no hour has it", r.key, at);
        wm_rate_merge_blocks(&r.periods[at]);
        if (n == 0 || !energy_scale(j, &r, at, &s, &is_daily))
            continue;
        check_blocks(j, &r, at, hours, n, &s);
        if (!wm_rates_has_price(&r.periods[at]))
            continue;
        if (is_daily && r.periods[at].n > 1)
            put_daily(j, &r, at, hours, n, s);
        else
            wm_rate_put_charges(j, "energy", &r, at, hours, n, &s);
    }
}

/* Price of each kWh of a month, beside the others. */
void wm_rate_read_fuel(struct wm_rate_job *j)
{
    const struct wm_json *const v = wm_config_get(&j->c, "fueladjustmentsmonthly");
    const struct wm_schedule_hours day = {.days = WM_DAY_ALL, .to_h = 24};
    double value[12] = {0.0};
    int spans[12][2], m = 0;
    unsigned left = WM_SCHEDULE_MONTHS;
    if (!wm_config_says(v))
        return;
    if (v->type != WM_JSON_ARRAY || v->n_children != 12) {
        wm_config_mistake(&j->c, WM_E211, v, "fueladjustmentsmonthly: a list of 12 is wanted");
        return;
    }
    for (const struct wm_json *e = v->child; e != NULL; e = e->next, m++)
        if (!((value[m] = e->number) >= -1.0 && value[m] <= 10.0))
            wm_config_mistake(&j->c, WM_E204, e,
                              "fueladjustmentsmonthly.%d = %g USD/kWh, allowed "
                              "-1..10 USD/kWh",
                              m, value[m]);
    for (m = 0; m < 12; m++) {
        unsigned months = 0;
        for (int o = m; o < 12; o++)
            months |= (value[o] == value[m] ? 1U : 0U) << o;
        months &= left;
        left &= ~months;
        for (size_t k = 0, n = value[m] != 0.0 ? wm_schedule_spans(months, spans) : 0; k < n; k++) {
            struct wm_json *const charge =
                wm_rate_charge(j, "energy",
                               wm_arena_printf(j->c.im->arena, "fuel adjustment, %s",
                                               wm_rate_hours_text(j, &day, spans[k])));
            wm_rate_put_hours(j, charge, &day, spans[k]);
            wm_entry_number(j->c.im->arena, charge, "usd_per_mwh", value[m] * 1e3);
        }
    }
}
