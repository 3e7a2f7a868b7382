#include "halls.h"

#include <math.h>

size_t wm_halls_index(const struct wm_site *site, const struct wm_fleet *fleet)
{
    return site->halls.n == 0 ? 0 : wm_site_hall_of(site, fleet);
}

/* Liquid share of a hall: by nameplate where counts are given, by share where racks fill it. */
static double liquid_frac(const struct wm_scenario *s, const struct wm_hall_load *loads,
                          size_t hall, double contract_w)
{
    const struct wm_fleet *fleet = s->fleet.items;
    double weight = 0.0, liquid = 0.0;
    for (size_t i = 0; i < s->fleet.n; i++) {
        const struct wm_accelerator *a = loads[i].hw;
        const double w = fleet[i].count < 0
                             ? fleet[i].share_frac * contract_w
                             : loads[i].n_gpus / (double)a->rack_gpus * a->rack_nameplate_w;
        if (wm_halls_index(&s->site, &fleet[i]) != hall)
            continue;
        weight += w;
        liquid += w * a->liquid_frac;
    }
    return weight > 0.0 ? liquid / weight : 0.0;
}

/* Halls that give no share take equal parts of what the others leave. */
static double open_share(const struct wm_site *site)
{
    const struct wm_site_hall *const halls = site->halls.items;
    double left = 1.0, n_open = 0.0;
    for (size_t i = 0; i < site->halls.n; i++)
        if (wm_is_set(halls[i].share_frac))
            left -= halls[i].share_frac;
        else
            n_open += 1.0;
    return n_open > 0.0 ? left / n_open : 0.0;
}

static void size_hall(const struct wm_scenario *s, const struct wm_weather *design,
                      const struct wm_hall_load *loads, size_t index, struct wm_hall_plan *hall)
{
    const struct wm_site *const site = &s->site;
    const struct wm_power_chain *const chain =
        hall->given != NULL ? &hall->given->power_chain : &site->power_chain;
    const struct wm_cooling *const cooling =
        hall->given != NULL ? &hall->given->cooling : &site->cooling;
    const double contract_w = hall->share_frac * site->ceiling.limit_w;
    const double liquid = liquid_frac(s, loads, index, contract_w);
    double it_w = wm_facility_design_it_w(chain, cooling, liquid, design, contract_w);
    hall->is_it_limited = hall->it_limit_w < it_w;
    it_w = fmin(it_w, hall->it_limit_w);
    hall->facility = wm_facility_size(chain, cooling, fmax(it_w, 1.0), liquid);
}

struct wm_hall_plan *wm_halls_plan(struct wm_arena *arena, const struct wm_scenario *scenario,
                                   const struct wm_weather *design,
                                   const struct wm_hall_load *loads, size_t *n_halls)
{
    const struct wm_site *const site = &scenario->site;
    const struct wm_site_hall *const given = site->halls.items;
    const double open = open_share(site);
    *n_halls = site->halls.n > 0 ? site->halls.n : 1;
    struct wm_hall_plan *const halls = WM_NEW_ARRAY(arena, struct wm_hall_plan, *n_halls);
    for (size_t i = 0; i < *n_halls; i++) {
        struct wm_hall_plan *const h = &halls[i];
        *h = (struct wm_hall_plan){
            .name = "site", .share_frac = 1.0, .it_limit_w = (double)INFINITY};
        if (site->halls.n > 0) {
            h->given = &given[i];
            h->name = given[i].name;
            h->share_frac = wm_is_set(given[i].share_frac) ? given[i].share_frac : open;
            h->it_limit_w =
                wm_is_set(given[i].it_limit_w) ? given[i].it_limit_w : (double)INFINITY;
        }
        size_hall(scenario, design, loads, i, h);
    }
    return halls;
}

int64_t wm_hall_racks_per_row(const struct wm_hall_plan *hall, double rack_w)
{
    const struct wm_site_hall *const g = hall->given;
    int64_t n = INT64_MAX;
    if (g == NULL)
        return n;
    if (g->racks_per_row > 0)
        n = g->racks_per_row;
    const double carried =
        wm_is_set(g->row_limit_w) ? floor(g->row_limit_w / rack_w * (1.0 + 1e-12)) : (double)n;
    return carried < (double)n ? (int64_t)carried : n;
}

void wm_facility_power_add(struct wm_facility_power *sum, const struct wm_facility_power *part)
{
#define ADD(member) sum->member += part->member
    ADD(site_w), ADD(it_w), ADD(cooling_w), ADD(conversion_w), ADD(house_w), ADD(shelf_w);
    ADD(water_m3_per_s), ADD(evaporation_m3_per_s), ADD(blowdown_m3_per_s), ADD(drift_m3_per_s);
    for (size_t i = 0; i < WM_N_STAGES; i++)
        ADD(chain.loss_w[i]);
    ADD(chain.total_w);
    ADD(plant.fan_w), ADD(plant.pump_w), ADD(plant.chiller_w), ADD(plant.room_fan_w);
    ADD(plant.total_w), ADD(plant.heat_in_w), ADD(plant.heat_free_w), ADD(plant.heat_chiller_w);
    ADD(plant.heat_reuse_w), ADD(plant.heat_unmet_w);
    ADD(plant.evaporation_m3_per_s), ADD(plant.blowdown_m3_per_s), ADD(plant.drift_m3_per_s);
#undef ADD
    sum->plant.is_extrapolated = sum->plant.is_extrapolated || part->plant.is_extrapolated;
}
