/* Halls: what a hall takes from the site, and whether halls, fleet and plant fit each other. */
#include <string.h>

#include "fields.h"
#include "wattmill/scenario.h"
#include "wattmill/suggest.h"

/* ---- before reading --------------------------------------------------------------------------- */

static struct wm_json *as_object(struct wm_arena *arena, const struct wm_json *plant)
{
    if (plant->type != WM_JSON_STRING)
        return wm_json_copy(arena, plant);
    struct wm_json *const object = wm_json_new(arena, WM_JSON_OBJECT, &plant->place);
    struct wm_json *const type = wm_json_copy(arena, plant);
    type->key = "type";
    wm_json_append(object, type);
    return object;
}

/* A hall's plant: its own when it says a type, else the site's with the hall's keys laid over it. */
static void inherit(struct wm_arena *arena, const struct wm_json *site, struct wm_json *hall,
                    const char *key)
{
    const struct wm_json *const of_site = wm_json_find(site, key);
    struct wm_json *const own = wm_json_find(hall, key);
    if (of_site == NULL || (of_site->type != WM_JSON_STRING && of_site->type != WM_JSON_OBJECT) ||
        (own != NULL && (own->type != WM_JSON_OBJECT || wm_json_find(own, "type") != NULL)))
        return;
    struct wm_json *whole = as_object(arena, of_site);
    if (own != NULL)
        whole = wm_json_merge(arena, whole, own);
    whole->key = key;
    if (own == NULL) {
        wm_json_append(hall, whole);
        return;
    }
    struct wm_json *const next = own->next;
    *own = *whole;
    own->next = next;
}

const struct wm_json *wm_halls_inherit(struct wm_arena *arena, const struct wm_json *root)
{
    const struct wm_json *const given = wm_json_find(wm_json_find(root, "site"), "halls");
    if (given == NULL || given->type != WM_JSON_ARRAY)
        return root;
    struct wm_json *const whole = wm_json_copy(arena, root);
    const struct wm_json *const site = wm_json_find(whole, "site");
    for (struct wm_json *h = wm_json_find(site, "halls")->child; h != NULL; h = h->next) {
        if (h->type != WM_JSON_OBJECT)
            continue;
        inherit(arena, site, h, "power_chain");
        inherit(arena, site, h, "cooling");
    }
    return whole;
}

/* ---- after reading ---------------------------------------------------------------------------- */

size_t wm_site_hall_of(const struct wm_site *site, const struct wm_fleet *fleet)
{
    const struct wm_site_hall *const halls = site->halls.items;
    size_t i = 0;
    if (fleet->hall[0] == '\0' && site->halls.n == 1)
        return 0;
    while (i < site->halls.n && strcmp(halls[i].name, fleet->hall) != 0)
        i++;
    return i;
}

const struct wm_cooling *wm_site_cooling_of(const struct wm_site *site,
                                            const struct wm_fleet *fleet)
{
    const struct wm_site_hall *const halls = site->halls.items;
    const size_t hall = wm_site_hall_of(site, fleet);
    return hall < site->halls.n ? &halls[hall].cooling : &site->cooling;
}

static const char *names_of(struct wm_arena *arena, const struct wm_site *site)
{
    const struct wm_site_hall *const halls = site->halls.items;
    const char *names = "";
    for (size_t i = 0; i < site->halls.n && i < 8; i++)
        names = wm_arena_printf(arena, "%s%s%s", names, i > 0 ? ", " : "", halls[i].name);
    return site->halls.n > 8 ? wm_arena_printf(arena, "%s, ...", names) : names;
}

/* @return whether the pool stands somewhere */
static bool check_pool(const struct wm_site *site, const struct wm_fleet *fleet, size_t index,
                       struct wm_diags *diags)
{
    const struct wm_site_hall *const halls = site->halls.items;
    const char *const path = wm_arena_printf(diags->arena, "fleet.%zu.hall", index);
    if (wm_site_hall_of(site, fleet) < site->halls.n)
        return true;
    if (fleet->hall[0] == '\0') {
        wm_diag_add(diags, WM_E211, NULL, path,
                    "is not given: pool \"%s\" stands in one of %zu halls (%s)", fleet->name,
                    site->halls.n, names_of(diags->arena, site));
        return false;
    }
    if (site->halls.n == 0) {
        wm_diag_add(diags, WM_E211, NULL, path, "= \"%s\", but site.halls has none: give it there",
                    fleet->hall);
        return false;
    }
    struct wm_suggest suggest = wm_suggest_init(fleet->hall);
    for (size_t i = 0; i < site->halls.n; i++)
        wm_suggest_offer(&suggest, halls[i].name);
    wm_diag_add(diags, WM_E211, NULL, path, "= \"%s\" is not in site.halls (%s)%s", fleet->hall,
                names_of(diags->arena, site), wm_suggest_text(diags->arena, &suggest));
    return false;
}

static void check_names(const struct wm_site *site, struct wm_diags *diags)
{
    const struct wm_site_hall *const halls = site->halls.items;
    for (size_t i = 0; i < site->halls.n; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(halls[i].name, halls[j].name) == 0)
                wm_diag_add(diags, WM_E211, NULL, "site.halls", "has two halls named \"%s\"",
                            halls[i].name);
}

static void check_shares(const struct wm_site *site, struct wm_diags *diags)
{
    const struct wm_site_hall *const halls = site->halls.items;
    double sum = 0.0;
    bool all_given = true;
    for (size_t i = 0; i < site->halls.n; i++) {
        sum += wm_is_set(halls[i].share_frac) ? halls[i].share_frac : 0.0;
        all_given = all_given && wm_is_set(halls[i].share_frac);
    }
    if (sum > 1.0 + 1e-12 || (!all_given && sum > 1.0 - 1e-9))
        wm_diag_add(diags, WM_E211, NULL, "site.halls",
                    all_given ? "shares of the contract sum to %g, more than 1"
                              : "shares of the contract sum to %g: nothing is left for halls that "
                                "give none",
                    sum);
}

static void check_used(const struct wm_scenario *s, struct wm_diags *diags)
{
    const struct wm_site_hall *const halls = s->site.halls.items;
    const struct wm_fleet *const fleet = s->fleet.items;
    for (size_t i = 0; i < s->site.halls.n; i++) {
        bool is_used = false;
        for (size_t k = 0; k < s->fleet.n; k++)
            is_used = is_used || wm_site_hall_of(&s->site, &fleet[k]) == i;
        if (!is_used)
            wm_diag_add(diags, WM_W919, NULL, wm_arena_printf(diags->arena, "site.halls.%zu", i),
                        "\"%s\" stands empty: no pool of the fleet names it, and its share of the "
                        "contract serves nothing",
                        halls[i].name);
    }
}

void wm_check_halls(const struct wm_scenario *scenario, struct wm_diags *diags)
{
    const struct wm_fleet *const fleet = scenario->fleet.items;
    const struct wm_site *const site = &scenario->site;
    bool all_stand = true;
    check_names(site, diags);
    check_shares(site, diags);
    for (size_t i = 0; i < scenario->fleet.n; i++)
        if (site->halls.n > 0 || fleet[i].hall[0] != '\0')
            all_stand = check_pool(site, &fleet[i], i, diags) && all_stand;
    if (all_stand) /* who names no hall may mean any */
        check_used(scenario, diags);
}
