/* Thermal inertia: exact solution, published times, ride-through. */
#include <math.h>

#include "suite.h"
#include "wattmill/thermal.h"

/* A rack of 10 kW: 10 kJ/K of air, 375 kJ/K of metal, 0.2 kW/K between them. */
static const struct wm_hall rack = {10e3, 375e3, 200.0};
static const struct wm_thermal thermal = {.air_j_per_k_w = 1.0,
                                          .solid_j_per_k_w = 37.5,
                                          .exchange_per_k = 0.02,
                                          .loop_j_per_k_w = 10.0,
                                          .tank_range_k = 8.0,
                                          .air_inlet_c = 24.0,
                                          .air_limit_c = 35.0,
                                          .liquid_margin_k = 10.0,
                                          .restart_s = 300.0};

START_TEST(the_exponential_solves_the_two_equations)
{
    struct wm_hall_state s = {25.0, 31.0}; /* against small explicit steps */
    const double heat_w = 8e3, step_s = 1e-3;
    for (int i = 0; i < 200000; i++) {
        const double flow_w = rack.exchange_w_per_k * (s.air_c - s.solid_c);
        s.air_c += (heat_w - flow_w) / rack.air_j_per_k * step_s;
        s.solid_c += flow_w / rack.solid_j_per_k * step_s;
    }
    const struct wm_hall_state start = {25.0, 31.0};
    const struct wm_hall_state exact = wm_hall_after(&rack, &start, heat_w, 200.0);
    ck_assert_double_eq_tol(exact.air_c, s.air_c, 1e-3);
    ck_assert_double_eq_tol(exact.solid_c, s.solid_c, 1e-3);
    /* inserting an event changes nothing */
    struct wm_hall_state parts = wm_hall_after(&rack, &start, heat_w, 73.0);
    parts = wm_hall_after(&rack, &parts, heat_w, 127.0);
    ck_assert_double_eq_tol(parts.air_c, exact.air_c, 1e-10);
    /* heat is conserved */
    ck_assert_double_eq_tol(rack.air_j_per_k * (exact.air_c - 25.0) +
                                rack.solid_j_per_k * (exact.solid_c - 31.0),
                            heat_w * 200.0, 1e-3);
}
END_TEST

/* 10 kW a rack warm their 8 m3 of air by 1.0 K/s at first. A closed room at 5 kW a rack was found to
 * shut down after 189 s (Opengate), 18 K above start, when one node of 52 kJ/K holds the heat. */
START_TEST(halls_warm_as_fast_as_published)
{
    const struct wm_hall_state cold = {22.0, 22.0};
    const double dt = 1e-3;
    ck_assert_double_eq_tol((wm_hall_after(&rack, &cold, 10e3, dt).air_c - 22.0) / dt, 1.0, 1e-3);
    const struct wm_hall lumped = {52e3, 1.0, 1e-3};
    ck_assert_double_eq_tol(wm_hall_after(&lumped, &cold, 5e3, 189.0).air_c - 22.0, 18.0, 0.5);
    ck_assert_double_eq_tol(wm_hall_crossing_s(&lumped, &cold, 5e3, 40.0), 187.2, 1.0);
    ck_assert_double_lt(wm_hall_crossing_s(&lumped, &cold, 10e3, 40.0), 100.0);
}
END_TEST

START_TEST(the_crossing_is_where_the_solution_is_at_the_limit)
{
    for (double heat_w = 1e3; heat_w <= 20e3; heat_w += 1e3)
        for (double solid_c = 15.0; solid_c <= 45.0; solid_c += 5.0) {
            const struct wm_hall_state s = {22.0, solid_c};
            const double t = wm_hall_crossing_s(&rack, &s, heat_w, 35.0);
            ck_assert_double_eq_tol(wm_hall_after(&rack, &s, heat_w, t).air_c, 35.0, 1e-6);
        }
    const struct wm_hall_state warm = {40.0, 40.0}, cold = {22.0, 22.0}, hot_metal = {22.0, 60.0};
    ck_assert_double_eq(wm_hall_crossing_s(&rack, &warm, 1e3, 35.0), 0.0);
    ck_assert(isinf(wm_hall_crossing_s(&rack, &cold, 0.0, 35.0)));
    ck_assert(isinf(wm_hall_crossing_s(&rack, &cold, -5e3, 35.0)));
    /* cooling is on, but warm racks lift the air first */
    const double t = wm_hall_crossing_s(&rack, &hot_metal, -1e3, 35.0);
    ck_assert(t > 0.0 && t < 200.0);
    ck_assert(isinf(wm_hall_crossing_s(&rack, &hot_metal, -1e3, 59.0)));
}
END_TEST

/* Loop 8 to 12 kJ/K per kW: 0.08 to 0.12 K/s, 10 K in 80 to 125 s; tank 100 m3, 8 K, 100 MW: 33 s. */
START_TEST(loops_and_tanks_carry_the_heat_as_long_as_published)
{
    struct wm_thermal t = thermal;
    struct wm_ride_through r = wm_thermal_ride_through(&t, 0.0, 0.0, 100e6, 100e6);
    ck_assert_double_eq_tol(r.limit_s, 100.0, 1e-9);
    ck_assert(isinf(r.air_s));
    ck_assert(r.margin_s < 0.0);
    t.tank_m3 = 100.0;
    r = wm_thermal_ride_through(&t, 0.0, 0.0, 100e6, 100e6);
    ck_assert_double_eq_tol(r.tank_s, 33.5, 0.1);
    t.tank_m3 = 700.0;
    ck_assert(wm_thermal_ride_through(&t, 0.0, 0.0, 100e6, 100e6).margin_s >= 0.0);
    /* half the load lasts twice as long */
    ck_assert_double_eq_tol(wm_thermal_ride_through(&thermal, 0.0, 0.0, 50e6, 100e6).limit_s, 200.0,
                            1e-9);
    const struct wm_ride_through both = wm_thermal_ride_through(&thermal, 15e6, 15e6, 85e6, 85e6);
    ck_assert_double_lt(both.air_s, both.liquid_s); /* air is the short one */
    ck_assert_double_eq(both.limit_s, both.air_s);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {the_exponential_solves_the_two_equations,
                                  halls_warm_as_fast_as_published,
                                  the_crossing_is_where_the_solution_is_at_the_limit,
                                  loops_and_tanks_carry_the_heat_as_long_as_published};
    return RUN_TESTS("thermal", tests);
}
