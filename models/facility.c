#include "wattmill/facility.h"

#include <math.h>

#include "wattmill/numeric.h"
#include "wattmill/require.h"

static const double most_it_frac = 1.5; /* of the design power, where searches end */
static const double heat_rounding = 1e-12;

struct wm_facility wm_facility_size(const struct wm_power_chain *chain,
                                    const struct wm_cooling *cooling, double it_design_w,
                                    double liquid_frac)
{
    WM_REQUIRE(it_design_w > 0.0 && liquid_frac >= 0.0 && liquid_frac <= 1.0);
    return (struct wm_facility){chain, cooling, it_design_w, liquid_frac, 1.0};
}

struct wm_facility_power wm_facility_eval(const struct wm_facility *facility,
                                          const struct wm_weather *weather, double dc_w)
{
    WM_REQUIRE(dc_w >= 0.0);
    const struct wm_power_chain *chain = facility->chain;
    const double design_w = facility->it_design_w;
    const double shelf_w = wm_chain_rack_loss_w(chain, design_w, dc_w);
    const double it_w = dc_w + shelf_w;
    const double house_w = chain->house_frac * design_w;
    const struct wm_chain_loss it_loss = wm_chain_it_loss(chain, design_w, it_w);
    const double room_loss_w =
        chain->room_heat_frac * (it_loss.loss_w[WM_STAGE_BUSWAY] + it_loss.loss_w[WM_STAGE_UPS]);
    const double margin_w = facility->cooling->load_margin_frac * design_w;
    const struct wm_heat heat = {
        .liquid_w = facility->liquid_frac * it_w,
        .liquid_design_w = facility->liquid_frac * design_w,
        .air_w = (1.0 - facility->liquid_frac) * it_w + room_loss_w,
        .air_design_w = (1.0 - facility->liquid_frac) * design_w + margin_w,
        .it_w = it_w,
        .it_design_w = design_w,
        .chiller_up_frac = facility->chiller_up_frac,
    };
    struct wm_facility_power p = {.it_w = it_w, .shelf_w = shelf_w, .house_w = house_w};
    p.plant = wm_cooling_eval(facility->cooling, &heat, weather);
    p.cooling_w = p.plant.total_w;
    p.chain = wm_chain_loss(chain, design_w, it_w, p.cooling_w, house_w);
    p.conversion_w = p.chain.total_w;
    p.site_w = p.it_w + p.cooling_w + p.conversion_w + p.house_w;
    p.evaporation_m3_per_s = p.plant.evaporation_m3_per_s;
    p.blowdown_m3_per_s = p.plant.blowdown_m3_per_s;
    p.drift_m3_per_s = p.plant.drift_m3_per_s;
    p.water_m3_per_s = p.evaporation_m3_per_s + p.blowdown_m3_per_s + p.drift_m3_per_s;
    return p;
}

double wm_facility_marginal(const struct wm_facility *facility, const struct wm_weather *weather,
                            double it_w)
{
    const double step_w = wm_larger(1.0, 1e-4 * it_w);
    return (wm_facility_eval(facility, weather, it_w).site_w -
            wm_facility_eval(facility, weather, wm_larger(0.0, it_w - step_w)).site_w) /
           wm_smaller(step_w, wm_larger(it_w, 1e-9));
}

/* What a state is beyond a limit: > 0 does not fit. */
typedef double excess_fn(const struct wm_facility_power *, double limit);

static double beyond_site(const struct wm_facility_power *p, double site_w)
{
    return p->site_w - site_w;
}

/* Rounding of sums of heat is no heat left behind. */
static double beyond_heat(const struct wm_facility_power *p, double rounding)
{
    return p->plant.heat_unmet_w - rounding * p->plant.heat_in_w;
}

static double excess_at(const struct wm_facility *f, const struct wm_weather *weather,
                        excess_fn *excess, double limit, double it_w)
{
    const struct wm_facility_power p = wm_facility_eval(f, weather, it_w);
    return excess(&p, limit);
}

static double most_it_w(const struct wm_facility *facility)
{
    return most_it_frac * facility->it_design_w;
}

struct search {
    const struct wm_facility *facility;
    const struct wm_weather *weather;
    excess_fn *excess;
    double limit;
};

static double excess_of(double it_w, void *context)
{
    const struct search *const s = context;
    return excess_at(s->facility, s->weather, s->excess, s->limit, it_w);
}

static double largest_it_w(const struct wm_facility *facility, const struct wm_weather *weather,
                           excess_fn *excess, double limit)
{
    struct search search = {facility, weather, excess, limit};
    return wm_largest_fit(excess_of, &search, most_it_w(facility));
}

double wm_facility_it_for_site_w(const struct wm_facility *facility,
                                 const struct wm_weather *weather, double site_w)
{
    if (excess_at(facility, weather, beyond_site, site_w, 0.0) > 0.0)
        return 0.0;
    if (excess_at(facility, weather, beyond_site, site_w, most_it_w(facility)) <= 0.0)
        return most_it_w(facility);
    return largest_it_w(facility, weather, beyond_site, site_w);
}

double wm_facility_it_for_heat_w(const struct wm_facility *facility,
                                 const struct wm_weather *weather)
{
    if (excess_at(facility, weather, beyond_heat, heat_rounding, most_it_w(facility)) <= 0.0)
        return (double)INFINITY;
    return excess_at(facility, weather, beyond_heat, heat_rounding, 0.0) <= 0.0
               ? largest_it_w(facility, weather, beyond_heat, heat_rounding)
               : 0.0;
}

double wm_facility_design_it_w(const struct wm_power_chain *chain, const struct wm_cooling *cooling,
                               double liquid_frac, const struct wm_weather *design,
                               double contract_w)
{
    /* everything scales with the design power, so one evaluation at 1 W per W gives the ratio */
    const struct wm_facility unit = wm_facility_size(chain, cooling, 1.0, liquid_frac);
    return contract_w / wm_facility_eval(&unit, design, 1.0).site_w;
}
