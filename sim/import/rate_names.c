/*
 * Names of the database's bulk download (energyRateStrux, flatDemandUnits ...) as those of its API, which the readers know;
 * tiers of a period stand in an object there.
 *
 * Source: usurdb.json of openei.org/apps/USURDB, against the fields of the rates API.
 */
#include <ctype.h>
#include <string.h>

#include "rate_job.h"

static const struct {
    const char *bulk, *api;
} names[] = {{"energyRateStrux", "energyratestructure"},
             {"energyWeekdaySched", "energyweekdayschedule"},
             {"energyWeekendSched", "energyweekendschedule"},
             {"demandRateStrux", "demandratestructure"},
             {"demandWeekdaySched", "demandweekdayschedule"},
             {"demandWeekendSched", "demandweekendschedule"},
             {"demandRateUnits", "demandrateunit"},
             {"flatDemandStrux", "flatdemandstructure"},
             {"flatDemandUnits", "flatdemandunit"},
             {"coincidentRateStrux", "coincidentratestructure"},
             {"coincidentSched", "coincidentrateschedule"},
             {"coincidentRateUnits", "coincidentrateunit"},
             {"demandReactPwrCharge", "demandreactivepowercharge"},
             {"demandReactivePowerChg", "demandreactivepowercharge"},
             {"energyKeyVals", "energyattrs"},
             {"demandKeyVals", "demandattrs"},
             {"fixedKeyVals", "fixedattrs"},
             {"utilityName", "utility"},
             {"rateName", "name"},
             {"effectiveDate", "startdate"},
             {"endDate", "enddate"},
             {"sourceReference", "source"}};

static const char *spelled(struct wm_arena *arena, const char *key)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].bulk, key) == 0)
            return names[i].api;
    char *const low = wm_arena_copy_text(arena, key, strlen(key));
    for (char *c = low; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    return low;
}

static bool is_bulk(const struct wm_json *item)
{
    for (const struct wm_json *m = item->child; m != NULL; m = m->next)
        if (strcmp(m->key, "rateName") == 0 || strcmp(m->key, "utilityName") == 0 ||
            strstr(m->key, "Strux") != NULL)
            return true;
    return false;
}

/* A period {"energyRateTiers": [...]} as its tiers. */
static struct wm_json *without_tiers(struct wm_arena *arena, const struct wm_json *periods)
{
    struct wm_json *const list = wm_json_new(arena, WM_JSON_ARRAY, &periods->place);
    for (const struct wm_json *p = periods->child; p != NULL; p = p->next) {
        const bool has_tiers = p->type == WM_JSON_OBJECT && p->n_children == 1 &&
                               strstr(p->child->key, "Tiers") != NULL;
        struct wm_json *const tiers = wm_json_copy(arena, has_tiers ? p->child : p);
        tiers->key = NULL;
        tiers->next = NULL;
        wm_json_append(list, tiers);
    }
    return list;
}

const struct wm_json *wm_rate_spelled(struct wm_importer *im, const struct wm_json *item)
{
    if (!is_bulk(item))
        return item;
    struct wm_json *const rate = wm_json_new(im->arena, WM_JSON_OBJECT, &item->place);
    for (const struct wm_json *m = item->child; m != NULL; m = m->next) {
        const bool is_id =
            strcmp(m->key, "_id") == 0 && m->type == WM_JSON_OBJECT && m->child != NULL;
        struct wm_json *const value = strstr(m->key, "Strux") != NULL && m->type == WM_JSON_ARRAY
                                          ? without_tiers(im->arena, m)
                                          : wm_json_copy(im->arena, is_id ? m->child : m);
        value->next = NULL;
        value->key_place = m->key_place;
        wm_entry_put(rate, is_id ? "label" : spelled(im->arena, m->key), value);
    }
    wm_import_note(im, "read: names of the bulk download, told by those of the API");
    return rate;
}
