/* The rest of a rate: fixed and least charges, for whom it is, what no charge says. */
#include <math.h>
#include <string.h>

#include "rate_job.h"

/* USD by the month of a charge with a unit; NAN: none or not said. */
static double by_month(struct wm_rate_job *j, const char *keys, const char *unit_key)
{
    const struct wm_json *const v = wm_config_get(&j->c, keys);
    const char *const unit = wm_config_text(&j->c, unit_key);
    if (!wm_config_says(v))
        return (double)NAN;
    if (v->type != WM_JSON_NUMBER || v->number < 0.0) {
        wm_config_mistake(&j->c, WM_E204, v, "%s: USD of 0 or more are wanted", v->key);
        return (double)NAN;
    }
    if (unit[0] == '\0' || strcmp(unit, "$/month") == 0)
        return v->number;
    if (strcmp(unit, "$/day") == 0) {
        wm_import_note(j->c.im, "assumed: %s by the day is 365/12 times as much each month",
                       v->key);
        return v->number * 365.0 / 12.0;
    }
    if (strcmp(unit, "$/year") == 0)
        return v->number / 12.0;
    wm_config_mistake(&j->c, WM_E207, wm_config_get(&j->c, unit_key),
                      "%s = \"%.30s\", allowed: $/month, $/day, $/year", unit_key, unit);
    return (double)NAN;
}

void wm_rate_read_fixed(struct wm_rate_job *j)
{
    const double fixed =
        by_month(j, "fixedchargefirstmeter|fixedmonthlycharge", "fixedchargeunits");
    if (!isnan(fixed))
        wm_entry_number(j->c.im->arena, j->entry, "fixed_usd_per_month", fixed);
    if (wm_config_says(wm_config_get(&j->c, "fixedchargeeaaddl")))
        wm_import_note(j->c.im, "left out: fixedchargeeaaddl, the site has one meter");
}

void wm_rate_read_minimum(struct wm_rate_job *j)
{
    const struct wm_json *const year = wm_config_get(&j->c, "annualmincharge");
    const bool is_year = strcmp(wm_config_text(&j->c, "minchargeunits"), "$/year") == 0;
    const struct wm_json *const v = wm_config_get(&j->c, "mincharge|minmonthlycharge");
    if (wm_config_says(year) || (is_year && wm_config_says(v)))
        wm_rate_cannot(j, wm_config_says(year) ? year : v,
                       "%s: a least bill of the year, charges have one of the month",
                       wm_config_says(year) ? year->key : v->key);
    if (is_year)
        return;
    const double minimum = by_month(j, "mincharge|minmonthlycharge", "minchargeunits");
    if (!isnan(minimum))
        wm_entry_number(j->c.im->arena, wm_rate_charge(j, "minimum", "minimum charge"),
                        "usd_per_month", minimum);
}

/* What a bill may have and no charge says. */
void wm_rate_read_rest(struct wm_rate_job *j)
{
    static const struct {
        const char *key, *why;
        bool is_told; /* told alone: nothing that the bill of a site without it has */
    } rest[] = {
        {"coincidentratestructure",
         "a charge on the system's peaks, whose rule the file does not say: add a charge of basis "
         "coincident",
         false},
        {"demandreactivepowercharge", "reactive power is not simulated", true},
    };
    (void)wm_config_get(&j->c, "coincidentrateschedule");
    (void)wm_config_get(&j->c, "coincidentrateunit");
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
        const struct wm_json *const v = wm_config_get(&j->c, rest[i].key);
        if (!wm_config_says(v))
            continue;
        if (rest[i].is_told)
            wm_import_note(j->c.im, "left out: %s = %.60s, %s", v->key,
                           wm_json_to_text(j->c.im->arena, v), rest[i].why);
        else
            wm_rate_cannot(j, v, "%s: %s", v->key, rest[i].why);
    }
}

/* Riders and discounts that a publisher has no field for: each is told. */
void wm_rate_tell_attrs(struct wm_rate_job *j)
{
    static const char *const keys[] = {"energyattrs", "demandattrs", "fixedattrs"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct wm_json *const list = wm_config_get(&j->c, keys[i]);
        for (const struct wm_json *o = list != NULL ? list->child : NULL; o != NULL; o = o->next)
            wm_import_note(j->c.im, "left out: %s: %.150s", keys[i],
                           wm_json_to_text(j->c.im->arena, o));
    }
}

/* For whom the rate is: read, not checked. */
void wm_rate_tell_limits(struct wm_rate_job *j)
{
    static const char *const keys[] = {"sector",
                                       "servicetype",
                                       "voltagecategory",
                                       "voltageminimum",
                                       "voltagemaximum",
                                       "phasewiring",
                                       "peakkwcapacitymin",
                                       "peakkwcapacitymax",
                                       "peakkwcapacityhistory",
                                       "peakkwhusagemin",
                                       "peakkwhusagemax",
                                       "peakkwhusagehistory"};
    const char *text = "";
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct wm_json *const v = wm_config_get(&j->c, keys[i]);
        if (wm_config_says(v))
            text = wm_arena_printf(
                j->c.im->arena, "%s%s%s %.40s", text, text[0] ? ", " : "", keys[i],
                v->type == WM_JSON_STRING || v->type == WM_JSON_NUMBER ? v->text : "?");
    }
    if (text[0] != '\0')
        wm_import_note(j->c.im, "read: for whom the rate is, not checked: %s", text);
    j->is_delivery =
        strncmp(wm_config_text(&j->c, "servicetype"), "Delivery", 8) == 0 &&
        strcmp(wm_config_text(&j->c, "servicetype"), "Delivery with Standard Offer") != 0;
    if (j->is_delivery)
        wm_import_note(j->c.im,
                       "assumed: delivery alone; energy comes at the hour's price of the weather "
                       "or market file, and is free without one");
}
