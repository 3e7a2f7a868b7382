/* Ratchets and lookbacks of a rate. */
#include <math.h>
#include <string.h>

#include "rate_job.h"

/* The one number of a list of twelve; NAN when they differ, 0 without. */
static double same_of(struct wm_rate_job *j, const char *key, const struct wm_json **at)
{
    const struct wm_json *const v = *at = wm_config_get(&j->c, key);
    double value = 0.0;
    if (v == NULL)
        return 0.0;
    if (v->type == WM_JSON_NUMBER)
        value = v->number;
    else if (v->type != WM_JSON_ARRAY || v->n_children != 12)
        wm_config_mistake(&j->c, WM_E205, v, "%s: a number or a list of 12 is wanted", v->key);
    else
        for (const struct wm_json *e = v->child; e != NULL; e = e->next)
            value = e == v->child || e->number == value ? e->number : (double)NAN;
    if (value > 1.0 && value <= 100.0) {
        wm_import_note(j->c.im, "assumed: %s = %g is in percent", v->key, value);
        value /= 100.0;
    }
    if (value < 0.0 || value > 1.0)
        wm_config_mistake(&j->c, WM_E204, v, "%s = %g, allowed 0..1 or 0..100 %%", v->key, value);
    return value;
}

static void read_season(struct wm_rate_job *j, struct wm_rate_ratchet *r)
{
    const struct wm_json *const v = wm_config_get(&j->c, "lookbackMonths|lookbackmonths");
    unsigned months = 0;
    int spans[12][2], m = 0;
    if (v == NULL)
        return;
    if (v->type != WM_JSON_ARRAY || (v->n_children != 12 && v->n_children != 0)) {
        wm_config_mistake(&j->c, WM_E205, v, "%s: a list of 12 flags is wanted", v->key);
        return;
    }
    for (const struct wm_json *e = v->child; e != NULL; e = e->next, m++)
        months |= (wm_config_says(e) ? 1U : 0U) << m;
    if (months != 0 && wm_schedule_spans(months, spans) > 1) {
        wm_rate_cannot(j, v, "%s: a ratchet that looks at several seasons", v->key);
        r->frac = 0.0;
    } else if (months != 0)
        memcpy(r->season, spans[0], sizeof r->season);
}

struct wm_rate_ratchet wm_rate_read_ratchet(struct wm_rate_job *j)
{
    const struct wm_json *range = NULL, *old = NULL;
    struct wm_rate_ratchet r = {.months = 11, .season = {1, 12}};
    r.frac = same_of(j, "lookbackPercent|lookbackpercent", &r.at);
    const double before = same_of(j, "demandratchetpercentage", &old);
    const int64_t months = wm_config_int(&j->c, "lookbackRange|lookbackrange", 0.0, 60.0, 0);
    range = wm_config_get(&j->c, "lookbackRange|lookbackrange");
    if (!(r.frac != 0.0)) {
        r.frac = before;
        r.at = old;
    }
    read_season(j, &r);
    if (months > 0)
        r.months = (int)months;
    else if (r.frac != 0.0)
        wm_import_note(j->c.im, "assumed: the ratchet looks back %d months%s", r.months,
                       range == NULL ? ", lookbackRange is absent" : "");
    return r;
}

void wm_rate_put_ratchet(struct wm_rate_job *j, const struct wm_rate_ratchet *r)
{
    struct wm_json *const charge = j->charges->last;
    wm_entry_number(j->c.im->arena, charge, "ratchet_frac", r->frac);
    wm_entry_number(j->c.im->arena, charge, "ratchet_months", r->months);
    if (r->season[0] != 1 || r->season[1] != 12) {
        wm_entry_number(j->c.im->arena, charge, "ratchet_from_month", r->season[0]);
        wm_entry_number(j->c.im->arena, charge, "ratchet_to_month", r->season[1]);
    }
}
