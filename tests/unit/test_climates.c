/*
 * Parametric climates against the hourly files they were fitted to. The table holds what
 * models/catalog/fit_climate.py --stats prints of each file: means of its months, its 36th highest
 * hour (0.4 % of a year are hotter) and its mean wet bulb. Sources stand in climates.json.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "catalog_case.h"
#include "suite.h"
#include "wattmill/climate.h"

enum { N_YEARS = 8, N_HOURS = 8760 };

static const struct {
    const char *name;
    double mean_c[12];
    double hot_c, wet_bulb_mean_c;
} files[] = {
    // clang-format off
    {"council-bluffs", {-3.31, -5.92, 7.83, 10.84, 17.29, 21.62, 21.66, 23.76, 19.69, 12.16, 1.89, 0.39}, 33.0, 8.18},
    {"dallas", {6.79, 9.33, 14.98, 19.5, 22.86, 26.75, 29.72, 28.96, 26.18, 18.37, 13.23, 7.57}, 37.2, 14.26},
    {"dallas-2023", {10.68, 10.85, 15.35, 17.57, 22.85, 27.49, 30.93, 34.02, 28.57, 20.8, 14.19, 10.87}, 41.1, 15.43},
    {"frankfurt", {4.58, 4.13, 7.03, 8.8, 14.79, 21.42, 20.75, 19.63, 18.47, 12.97, 7.01, 4.96}, 30.5, 9.38},
    {"london", {5.02, 5.95, 7.4, 8.75, 12.62, 18.06, 17.39, 17.31, 18.19, 13.17, 7.63, 7.63}, 28.3, 9.56},
    {"northern-virginia", {1.23, 2.92, 7.24, 13.48, 18.57, 23.89, 25.78, 24.5, 20.48, 14.58, 7.81, 4.2}, 35.0, 10.45},
    {"oregon", {-0.2, 2.63, 3.78, 8.36, 10.27, 16.08, 19.65, 17.45, 14.45, 9.12, 1.82, 1.23}, 33.3, 4.38},
    {"philadelphia", {5.42, 4.98, 6.27, 14.13, 16.61, 21.46, 25.66, 24.22, 20.75, 15.09, 7.22, 5.62}, 34.2, 10.43},
    {"phoenix", {13.01, 15.67, 17.34, 23.66, 27.29, 33.99, 35.56, 33.82, 30.38, 24.81, 17.95, 11.71}, 42.8, 13.23},
    {"quincy", {-1.0, 2.16, 8.43, 11.87, 15.1, 20.22, 22.56, 23.96, 16.45, 9.31, 3.69, 0.83}, 37.0, 6.9},
    // clang-format on
};
enum { N_FILES = sizeof files / sizeof *files };

static const int month_days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static const struct wm_climate *climate_of(size_t i)
{
    const struct wm_catalog_head *head =
        wm_catalog_find(catalog, WM_CATALOG_climate, files[i].name);
    ck_assert_msg(head != NULL, "no climate %s", files[i].name);
    return (const struct wm_climate *)(const void *)head;
}

/* Months of the file are local standard time, as the climate's nodes are. */
static double utc_h(const struct wm_climate *climate, int local_h)
{
    return local_h + 0.5 - climate->utc_offset_s / 3600.0;
}

START_TEST(every_climate_of_the_catalogue_is_compared_with_its_file)
{
    open_catalog();
    ck_assert_uint_eq(wm_catalog_n(catalog, WM_CATALOG_climate), N_FILES);
    for (size_t i = 0; i < N_FILES; i++)
        ck_assert_double_eq(climate_of(i)->design_dry_bulb_c, files[i].hot_c);
    close_catalog();
}
END_TEST

/* Without noise a month's mean is its file's, but for the day's wave over the month's edges. */
START_TEST(a_year_without_noise_has_the_monthly_means_of_the_file)
{
    open_catalog();
    for (size_t i = 0; i < N_FILES; i++) {
        const struct wm_climate *c = climate_of(i);
        int h = 0;
        for (int m = 0; m < 12; m++) {
            double sum_c = 0.0;
            const int end = h + 24 * month_days[m];
            for (; h < end; h++)
                sum_c += wm_climate_hour(c, utc_h(c, h), 0.0, 0.0).dry_bulb_c;
            const double mean_c = sum_c / (24 * month_days[m]);
            ck_assert_msg(fabs(mean_c - files[i].mean_c[m]) < 0.05, "%s month %d: %g, file %g",
                          c->head.name, m + 1, mean_c, files[i].mean_c[m]);
        }
    }
    close_catalog();
}
END_TEST

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct years {
    double month_mean_c[12], wet_bulb_mean_c, hot_c;
};

/* Means over N_YEARS generated years; the hot hour is the mean of the years' 36th highest. */
static struct years generate(const struct wm_climate *c)
{
    static double dry_c[N_HOURS];
    struct years y = {0};
    for (uint64_t seed = 1; seed <= N_YEARS; seed++) {
        struct wm_climate_noise noise = wm_climate_noise(seed);
        int h = 0;
        for (int m = 0; m < 12; m++) {
            const int end = h + 24 * month_days[m];
            for (; h < end; h++) {
                const struct wm_weather w = wm_climate_hour(c, utc_h(c, h), noise.value, 0.0);
                ck_assert_double_le(w.wet_bulb_c, w.dry_bulb_c + 1e-9);
                dry_c[h] = w.dry_bulb_c;
                y.month_mean_c[m] += w.dry_bulb_c / (24 * month_days[m] * N_YEARS);
                y.wet_bulb_mean_c += w.wet_bulb_c / (N_HOURS * N_YEARS);
                wm_climate_noise_step(&noise, c);
            }
        }
        qsort(dry_c, N_HOURS, sizeof *dry_c, by_value);
        y.hot_c += dry_c[N_HOURS - 36] / N_YEARS;
    }
    return y;
}

/*
 * The mean of a month wanders by sd * sqrt((1 + r) / (1 - r) / 730) a year, up to 2 K; over eight
 * years that is 0.7 K, allowed three times. The hot end is a result of the fit, not an input: a
 * normal tail on a smooth curve, good to 2.5 K.
 */
START_TEST(generated_years_meet_the_files_means_and_hot_hours)
{
    open_catalog();
    for (size_t i = 0; i < N_FILES; i++) {
        const struct wm_climate *c = climate_of(i);
        const struct years y = generate(c);
        for (int m = 0; m < 12; m++) {
            const double sd_k =
                c->monthly_noise_sd_k[m] *
                sqrt((1.0 + c->noise_corr) / (1.0 - c->noise_corr) / 730.0 / N_YEARS);
            ck_assert_msg(fabs(y.month_mean_c[m] - files[i].mean_c[m]) < 3.0 * sd_k + 0.05,
                          "%s month %d: %g, file %g", c->head.name, m + 1, y.month_mean_c[m],
                          files[i].mean_c[m]);
        }
        ck_assert_msg(fabs(y.hot_c - files[i].hot_c) < 2.5, "%s: 0.4 %% hour %g, file %g",
                      c->head.name, y.hot_c, files[i].hot_c);
        ck_assert_msg(fabs(y.wet_bulb_mean_c - files[i].wet_bulb_mean_c) < 0.8,
                      "%s: wet bulb %g, file %g", c->head.name, y.wet_bulb_mean_c,
                      files[i].wet_bulb_mean_c);
    }
    close_catalog();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {every_climate_of_the_catalogue_is_compared_with_its_file,
                                  a_year_without_noise_has_the_monthly_means_of_the_file,
                                  generated_years_meet_the_files_means_and_hot_hours};
    return RUN_TESTS("climates", tests);
}
