/* Weather, power chain and cooling: check values, limits, and whole years of reference plants. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "suite.h"
#include "wattmill/climate.h"
#include "wattmill/facility.h"
#include "wattmill/psychrometrics.h"
#include "wattmill/wattmill.h"

static struct wm_arena *arena;
static const struct wm_catalog *catalog;

static void load(void)
{
    wm_init();
    arena = wm_arena_open();
    struct wm_diags diags = wm_diags_init(arena);
    ck_assert_int_eq(wm_catalog_load(arena, &catalog, &diags), WM_OK);
}

#define FIND(type, kind, name) \
    ((const struct type *)(const void *)wm_catalog_find(catalog, WM_CATALOG_##kind, name))

/* ASHRAE Handbook of Fundamentals 2017 through PsychroLib. */
START_TEST(psychrometrics_match_ashrae)
{
    static const double saturation[][2] = {{-60, 1.0817},     {-20, 103.2604}, {-5, 401.7641},
                                           {5, 872.4867},     {25, 3169.2165}, {50, 12349.8565},
                                           {100, 101418.7168}};
    static const double wet[][4] = {{30, .50, 101325, 22.0052},  {35, .20, 101325, 18.8704},
                                    {20, .50, 101325, 13.7834},  {40, .10, 97290, 18.2762},
                                    {43, .15, 97290, 21.8549},   {0, .80, 101325, -1.1551},
                                    {-10, .70, 101325, -10.9752}};
    for (size_t i = 0; i < sizeof saturation / sizeof *saturation; i++)
        ck_assert_double_eq_tol(wm_saturation_pa(saturation[i][0]), saturation[i][1], 1e-4);
    for (size_t i = 0; i < sizeof wet / sizeof *wet; i++)
        ck_assert_double_eq_tol(wm_wet_bulb_c(wet[i][0], wet[i][1], wet[i][2]), wet[i][3], 5e-4);
}
END_TEST

START_TEST(power_chain_losses_match_the_reference_loads)
{
    static const double rows[][2] = {
        {.25, 1.05615}, {.5, 1.04101}, {.75, 1.04178}, {.8, 1.04254}, {1.0, 1.04658}};
    load();
    const struct wm_power_chain *n = FIND(wm_power_chain, power_chain, "double-conversion");
    const struct wm_power_chain *two = FIND(wm_power_chain, power_chain, "double-conversion-2n");
    const struct wm_power_chain *eco = FIND(wm_power_chain, power_chain, "eco-mode");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const double x = rows[i][0];
        ck_assert_double_eq_tol(1.0 + wm_chain_it_loss(n, 1.0, x).total_w / x, rows[i][1], 5e-5);
        if (x <= 0.8) /* near full load two half-loaded paths lose less copper than they add core */
            ck_assert_double_gt(wm_chain_it_loss(two, 1.0, x).total_w,
                                wm_chain_it_loss(n, 1.0, x).total_w);
        ck_assert_double_lt(wm_chain_it_loss(eco, 1.0, x).total_w,
                            wm_chain_it_loss(n, 1.0, x).total_w);
    }
    ck_assert_double_eq_tol(.25 / (.25 + wm_chain_it_loss(two, 1.0, .25).total_w), .913, 5e-4);
    ck_assert_double_eq_tol(.8 / (.8 + wm_chain_it_loss(two, 1.0, .8).total_w), .956, 5e-4);
    ck_assert_double_eq_tol(.8 / (.8 + wm_chain_it_loss(eco, 1.0, .8).total_w), .982, 1e-3);
    /* at no load only fixed losses: UPS 1.02 * 0.0102 and transformer 1.25 * 0.00118, of tiny load */
    ck_assert_double_eq_tol(wm_chain_it_loss(n, 1.0, 0.0).total_w, 1.02 * .0102 + 1.25 * .00118,
                            1e-5);
    wm_arena_close(arena);
}
END_TEST

START_TEST(the_meter_is_the_sum_of_its_parts_and_grows_with_load_and_heat)
{
    load();
    const struct wm_power_chain *chain = FIND(wm_power_chain, power_chain, "double-conversion");
    const struct wm_cooling *plant = FIND(wm_cooling, cooling, "dry-cooler");
    const struct wm_facility f = wm_facility_size(chain, plant, 100e6, 0.85);
    for (double t = -20.0; t <= 50.0; t += 2.5) {
        const struct wm_weather w = {t, t - 5.0, 101325.0}, warmer = {t + 2.5, t - 5.0, 101325.0};
        double last_w = 0.0;
        for (double it = 0.0; it <= 120e6; it += 5e6) {
            const struct wm_facility_power p = wm_facility_eval(&f, &w, it);
            ck_assert_double_eq_tol(p.it_w + p.cooling_w + p.conversion_w + p.house_w, p.site_w,
                                    1e-12 * p.site_w);
            ck_assert_double_gt(p.site_w, it);
            ck_assert_double_gt(p.site_w, last_w);
            ck_assert_double_ge(wm_facility_eval(&f, &warmer, it).site_w, p.site_w * (1.0 - 1e-12));
            last_w = p.site_w;
        }
        for (double limit = 5e6; limit <= 120e6; limit += 5e6) {
            const double it = wm_facility_it_for_site_w(&f, &w, limit);
            ck_assert_double_le(wm_facility_eval(&f, &w, it).site_w, limit);
            if (it < 149e6)
                ck_assert_double_gt(wm_facility_eval(&f, &w, it * (1.0 + 1e-9) + 1e-3).site_w,
                                    limit);
        }
    }
    wm_arena_close(arena);
}
END_TEST

START_TEST(the_design_hour_draws_exactly_the_contract)
{
    load();
    static const char *const plants[] = {"dry-cooler", "chilled-water"};
    const struct wm_power_chain *chain = FIND(wm_power_chain, power_chain, "double-conversion");
    const struct wm_climate *climate = FIND(wm_climate, climate, "northern-virginia");
    const struct wm_weather design = wm_climate_design(climate, 0.0);
    for (size_t i = 0; i < 2; i++) {
        const struct wm_cooling *plant = FIND(wm_cooling, cooling, plants[i]);
        const double it_w = wm_facility_design_it_w(chain, plant, 0.88, &design, 100e6);
        const struct wm_facility f = wm_facility_size(chain, plant, it_w, 0.88);
        ck_assert_double_eq_tol(wm_facility_eval(&f, &design, it_w).site_w, 100e6, 1.0);
    }
    wm_arena_close(arena);
}
END_TEST

START_TEST(generated_years_keep_to_their_climate)
{
    load();
    const struct wm_climate *c = FIND(wm_climate, climate, "northern-virginia");
    double sum = 0.0, hot = 0.0, shifted = 0.0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct wm_climate_noise n = wm_climate_noise(seed);
        for (int h = 0; h < 8760; h++) {
            const struct wm_weather w = wm_climate_hour(c, h + 0.5, n.value, 0.0);
            const struct wm_weather warm = wm_climate_hour(c, h + 0.5, n.value, 3.0);
            ck_assert_double_le(w.wet_bulb_c, w.dry_bulb_c);
            ck_assert_double_ge(warm.wet_bulb_c, w.wet_bulb_c - 1e-4);
            sum += w.dry_bulb_c;
            hot += w.dry_bulb_c > c->design_dry_bulb_c;
            shifted += warm.dry_bulb_c - w.dry_bulb_c;
            wm_climate_noise_step(&n, c);
        }
    }
    /* Leesburg TMYx: mean 13.77 °C; 35 h a year above the 99.6th percentile */
    ck_assert_double_eq_tol(sum / 20.0 / 8760.0, 13.77, 0.5);
    ck_assert_double_eq_tol(shifted / 20.0 / 8760.0, 3.0, 1e-9);
    ck_assert(hot / 20.0 > 10.0 && hot / 20.0 < 70.0);
    wm_arena_close(arena);
}
END_TEST

struct year {
    double pue, peak, wue;
};

/* A year of a 100 MW hall at 80 MW over a site file: hour, dry bulb, wet bulb, humidity, pressure. */
static bool run_year(const char *dir, const char *site, const struct wm_facility *f,
                     struct year *out)
{
    char path[512], row[512];
    (void)snprintf(path, sizeof path, "%s/data/sites/%s.csv", dir, site);
    FILE *const file = fopen(path, "r");
    double site_j = 0.0, it_j = 0.0, water = 0.0;
    if (!file)
        return false;
    *out = (struct year){0};
    if (!fgets(row, sizeof row, file))
        out->pue = (double)NAN;
    while (fgets(row, sizeof row, file)) {
        double hour, dry, wet, humidity, pressure;
        if (sscanf(row, "%lf,%lf,%lf,%lf,%lf", &hour, &dry, &wet, &humidity, &pressure) != 5)
            continue;
        const struct wm_weather w = {dry, wet, pressure};
        const struct wm_facility_power p = wm_facility_eval(f, &w, 80e6);
        site_j += p.site_w;
        it_j += p.it_w;
        water += p.water_m3_per_s;
        out->peak = fmax(out->peak, p.site_w / p.it_w);
    }
    (void)fclose(file);
    out->pue = site_j / it_j;
    out->wue = water * 1e3 / (it_j / 3.6e6);
    return true;
}

START_TEST(reference_plants_are_met_on_every_site)
{
    const char *const dir = getenv("WATTMILL_SHARED");
    static const struct {
        const char *name, *entry;
        double supply_c, liquid;
    } plants[] = {{"A20", "chilled-water", 20, 0},
                  {"A24", "chilled-water", 24, 0},
                  {"B_W32", "dry-cooler", 32, .85},
                  {"B_W40", "dry-cooler", 40, .85}};
    if (!dir) {
        puts("SKIP reference plants: WATTMILL_SHARED is not set");
        return;
    }
    load();
    char path[512], row[256];
    double worst_pue = 0.0, worst_peak = 0.0, worst_wue = 0.0;
    int n = 0;
    (void)snprintf(path, sizeof path, "%s/data/sites/reference_plant_results.csv", dir);
    FILE *const file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    while (fgets(row, sizeof row, file)) {
        char plant[64], site[64];
        double pue, least, peak, wue;
        if (sscanf(row, "%63[^,],%63[^,],%lf,%lf,%lf,%lf", plant, site, &pue, &least, &peak,
                   &wue) != 6)
            continue;
        for (size_t i = 0; i < sizeof plants / sizeof *plants; i++) {
            if (strcmp(plant, plants[i].name) != 0)
                continue;
            struct wm_cooling c = *FIND(wm_cooling, cooling, plants[i].entry);
            struct year y;
            c.supply_c = plants[i].supply_c;
            const struct wm_facility f =
                wm_facility_size(FIND(wm_power_chain, power_chain, "double-conversion"), &c, 100e6,
                                 plants[i].liquid);
            ck_assert(run_year(dir, site, &f, &y));
            worst_pue = fmax(worst_pue, fabs(y.pue - pue));
            worst_peak = fmax(worst_peak, fabs(y.peak - peak));
            if (wue > 0.0)
                worst_wue = fmax(worst_wue, fabs(y.wue / wue - 1.0));
            n++;
        }
    }
    (void)fclose(file);
    printf("%d plant-years, worst: PUE %.5f, peak hour %.5f, WUE %.4f\n", n, worst_pue, worst_peak,
           worst_wue);
    ck_assert_int_eq(n, 44);
    ck_assert_double_le(worst_pue, 0.002);
    ck_assert_double_le(worst_peak, 0.01);
    ck_assert_double_le(worst_wue, 0.02);
    wm_arena_close(arena);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {psychrometrics_match_ashrae,
                                  power_chain_losses_match_the_reference_loads,
                                  the_meter_is_the_sum_of_its_parts_and_grows_with_load_and_heat,
                                  the_design_hour_draws_exactly_the_contract,
                                  generated_years_keep_to_their_climate,
                                  reference_plants_are_met_on_every_site};
    return RUN_TESTS("facility", tests);
}
