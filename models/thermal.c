#include "wattmill/thermal.h"

#include <math.h>

#include "wattmill/require.h"

static const double water_j_per_m3_k = 4.186e6;

// clang-format off
const struct wm_field wm_thermal_fields[] = {
    WM_REAL(wm_thermal, air_j_per_k_w, WM_UNIT_NONE, 0.01, 100.0, 1.0, "air of the hall, J/K per W of air-cooled design power; default: 8 m3 a rack of 10 kW"),
    WM_REAL(wm_thermal, solid_j_per_k_w, WM_UNIT_NONE, 0.1, 1000.0, 37.5, "racks and what else the air warms, likewise; default: 375 kJ/K a rack of 10 kW"),
    WM_REAL(wm_thermal, exchange_per_k, WM_UNIT_NONE, 0.0001, 1.0, 0.02, "heat exchange of air and racks, W/K per W; default: 0.2 kW/K a rack of 10 kW"),
    WM_REAL(wm_thermal, loop_j_per_k_w, WM_UNIT_NONE, 0.1, 1000.0, 10.0, "liquid loop, J/K per W of liquid-cooled design power; default: 2.4 L/kW"),
    WM_REAL(wm_thermal, tank_m3, WM_UNIT_M3, 0.0, 100000.0, 0.0, "chilled buffer tank"),
    WM_REAL(wm_thermal, tank_range_k, WM_UNIT_K, 0.0, 50.0, 8.0, "warming of the tank that still cools"),
    WM_REAL(wm_thermal, air_inlet_c, WM_UNIT_C, 10.0, 50.0, 24.0, "inlet air before a trip; default: within ASHRAE's recommended 18 to 27 °C"),
    WM_REAL(wm_thermal, air_limit_c, WM_UNIT_C, 15.0, 60.0, 35.0, "inlet air at which IT throttles; default: ASHRAE A2"),
    WM_REAL(wm_thermal, liquid_margin_k, WM_UNIT_K, 0.0, 50.0, 10.0, "coolant above its supply at which IT throttles"),
    WM_REAL_AS(wm_thermal, restart_s, "restart_min", WM_UNIT_MIN, 0.0, 1000.0, 5.0, "chillers, from trip to full cooling"),
    WM_FIELD_END,
};
// clang-format on

static double sum_of(const struct wm_hall *h)
{
    return h->air_j_per_k + h->solid_j_per_k;
}

static double tau_s(const struct wm_hall *h)
{
    return h->air_j_per_k * h->solid_j_per_k / (h->exchange_w_per_k * sum_of(h));
}

struct wm_hall_state wm_hall_after(const struct wm_hall *hall, const struct wm_hall_state *state,
                                   double net_heat_w, double time_s)
{
    const struct wm_hall *h = hall;
    WM_REQUIRE(time_s >= 0.0);
    const double mean_c =
        (h->air_j_per_k * state->air_c + h->solid_j_per_k * state->solid_c) / sum_of(h) +
        net_heat_w / sum_of(h) * time_s;
    const double end_k = net_heat_w * tau_s(h) / h->air_j_per_k;
    const double gap_k = end_k + (state->air_c - state->solid_c - end_k) * exp(-time_s / tau_s(h));
    return (struct wm_hall_state){mean_c + h->solid_j_per_k / sum_of(h) * gap_k,
                                  mean_c - h->air_j_per_k / sum_of(h) * gap_k};
}

double wm_hall_crossing_s(const struct wm_hall *hall, const struct wm_hall_state *state,
                          double net_heat_w, double limit_c)
{
    if (state->air_c >= limit_c)
        return 0.0;
    /* air is a + b t + c exp(-t / tau): it turns once at most, where b = c / tau exp(-t / tau) */
    const double tau = tau_s(hall), slope = net_heat_w / sum_of(hall);
    const double end_k = net_heat_w * tau / hall->air_j_per_k;
    const double c = hall->solid_j_per_k / sum_of(hall) * (state->air_c - state->solid_c - end_k);
    double hi = 0.0;
    if (slope > 0.0) { /* in the end it rises: far enough out it has crossed */
        hi = fmax(tau, (limit_c - state->air_c) / slope + 40.0 * tau);
        while (wm_hall_after(hall, state, net_heat_w, hi).air_c < limit_c)
            hi *= 2.0;
    } else { /* it can rise first, towards warmer racks, up to its turn */
        const double ratio = slope * tau / c;
        hi = slope < 0.0 && ratio > 0.0 && ratio < 1.0 ? -tau * log(ratio) : 40.0 * tau;
        if (!(wm_hall_after(hall, state, net_heat_w, hi).air_c >= limit_c))
            return (double)INFINITY;
    }
    double lo = 0.0;
    for (int i = 0; i < 200 && hi - lo > 1e-12 * hi; i++) {
        const double mid = 0.5 * (lo + hi);
        if (wm_hall_after(hall, state, net_heat_w, mid).air_c < limit_c)
            lo = mid;
        else
            hi = mid;
    }
    return hi;
}

struct wm_ride_through wm_thermal_ride_through(const struct wm_thermal *thermal, double air_w,
                                               double air_design_w, double liquid_w,
                                               double liquid_design_w)
{
    const struct wm_thermal *t = thermal;
    struct wm_ride_through r = {.air_s = (double)INFINITY, .liquid_s = (double)INFINITY};
    if (air_w + liquid_w > 0.0)
        r.tank_s = t->tank_m3 * water_j_per_m3_k * t->tank_range_k / (air_w + liquid_w);
    if (air_w > 0.0) {
        const struct wm_hall hall = {t->air_j_per_k_w * air_design_w,
                                     t->solid_j_per_k_w * air_design_w,
                                     t->exchange_per_k * air_design_w};
        const struct wm_hall_state start = {t->air_inlet_c, t->air_inlet_c};
        r.air_s = wm_hall_crossing_s(&hall, &start, air_w, t->air_limit_c);
    }
    if (liquid_w > 0.0)
        r.liquid_s = t->liquid_margin_k * t->loop_j_per_k_w * liquid_design_w / liquid_w;
    r.limit_s = r.tank_s + fmin(r.air_s, r.liquid_s);
    r.margin_s = r.limit_s - t->restart_s;
    return r;
}
