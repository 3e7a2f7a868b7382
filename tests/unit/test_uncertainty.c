/* Tables of quantiles against a search for each. */
#include "wattmill/uncertainty.h"

#include "suite.h"
#include "wattmill/numeric.h"

static const struct wm_uncertainty shapes[] = {
    {.dist = WM_SPREAD_PERT, .low = 1.1, .mode = 3.0, .high = 10.0},
    {.dist = WM_SPREAD_PERT, .low = 0.3, .mode = 1.0, .high = 2.0},
    {.dist = WM_SPREAD_PERT, .low = 0.0, .mode = 0.0, .high = 1.0},
    {.dist = WM_SPREAD_BETA, .low = 0.0, .high = 1.0, .alpha = 0.6, .beta = 1.8},
    {.dist = WM_SPREAD_BETA, .low = 1.0 / 3.0, .high = 5.0 / 3.0, .alpha = 3.0, .beta = 3.0},
    {.dist = WM_SPREAD_BETA, .low = 0.0, .high = 1.0, .alpha = 0.2, .beta = 40.0},
    {.dist = WM_SPREAD_BETA, .low = 2.0, .high = 3.0, .alpha = 60.0, .beta = 0.5},
};

START_TEST(a_table_of_quantiles_is_the_distribution)
{
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
        const struct wm_uncertainty *const u = &shapes[k];
        const double span = u->high - u->low;
        double a = u->alpha, b = u->beta;
        if (u->dist == WM_SPREAD_PERT) {
            a = 1.0 + 4.0 * (u->mode - u->low) / span;
            b = 1.0 + 4.0 * (u->high - u->mode) / span;
        }
        struct wm_quantiles q;
        wm_uncertainty_table(u, &q);
        for (int i = 0; i <= WM_QUANTILE_STEPS; i++) {
            const double z = 8.0 * i / WM_QUANTILE_STEPS - 4.0;
            const double exact = u->low + span * wm_beta_quantile(wm_normal_prob(z), a, b);
            ck_assert_double_eq_tol(q.x[i], exact, 2e-5 * span);
            ck_assert_double_eq(wm_quantile_at(&q, z), q.x[i]);
        }
    }
}
END_TEST

START_TEST(what_is_fixed_is_not_drawn_and_a_lognormal_is_cut)
{
    const struct wm_uncertainty fixed = {.dist = WM_SPREAD_FIXED, .low = 0.0, .mode = 1.7, .high = 9.0};
    const struct wm_uncertainty point = {.dist = WM_SPREAD_PERT, .low = 2.0, .mode = 2.0, .high = 2.0};
    const struct wm_uncertainty price = {
        .dist = WM_SPREAD_LOGNORMAL, .median = 1.0, .log_sd = 0.25, .low = 0.47, .high = 1.0 / 0.47};
    struct wm_quantiles q;
    for (double z = -5.0; z <= 5.0; z += 0.25) {
        wm_uncertainty_table(&fixed, &q);
        ck_assert_double_eq(wm_quantile_at(&q, z), 1.7);
        wm_uncertainty_table(&point, &q);
        ck_assert_double_eq(wm_quantile_at(&q, z), 2.0);
        wm_uncertainty_table(&price, &q);
        ck_assert_double_ge(wm_quantile_at(&q, z), 0.47);
        ck_assert_double_le(wm_quantile_at(&q, z), 1.0 / 0.47);
        ck_assert_double_eq_tol(wm_quantile_at(&q, z) * wm_quantile_at(&q, -z), 1.0, 1e-9);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_table_of_quantiles_is_the_distribution,
                                  what_is_fixed_is_not_drawn_and_a_lognormal_is_cut};
    return RUN_TESTS("uncertainty", tests);
}
