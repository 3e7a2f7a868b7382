/* The stable face, used as a program that embeds the library would. */
#include <math.h>
#include <string.h>
#include <sys/resource.h>

#include "suite.h"
#include "wattmill/api.h"

static const char *const site = "{\"schema_version\": 1, \"name\": \"api\", \"extends\": "
                                "\"scenarios/virginia-100mw-gb300.json\","
                                " \"horizon\": {\"years\": 0.02}}";

static struct wattmill_model *open_site(void)
{
    struct wattmill_model *m = NULL;
    ck_assert_int_eq(wattmill_open_text(site, NULL, &m), WATTMILL_OK);
    ck_assert_ptr_nonnull(m);
    return m;
}

static double figure(struct wattmill_model *m, const char *key)
{
    struct wattmill_result *r = NULL;
    double value = (double)NAN;
    ck_assert_int_eq(wattmill_run(m, &r), WATTMILL_OK);
    ck_assert(wattmill_metric(r, key, &value));
    wattmill_result_free(r);
    return value;
}

START_TEST(a_price_that_doubles_doubles_the_energy_charge)
{
    struct wattmill_model *const m = open_site();
    ck_assert_int_eq(wattmill_set(m, "site.tariff",
                                  "{\"type\": \"us-large-load\", \"demand_usd_per_kw_month\": 0,"
                                  " \"min_demand_frac\": 0, \"energy_usd_per_mwh\": 50}"),
                     WATTMILL_OK);
    const double once = figure(m, "power_cost_usd");
    ck_assert_int_eq(wattmill_set_number(m, "site.tariff.energy_usd_per_mwh", 100.0), WATTMILL_OK);
    const double twice = figure(m, "power_cost_usd");
    ck_assert_int_eq(wattmill_set_number(m, "site.tariff.energy_usd_per_mwh", 50.0), WATTMILL_OK);
    ck_assert_double_eq(figure(m, "power_cost_usd"), once);
    ck_assert_double_gt(once, 0.0);
    ck_assert_double_gt(twice, 1.5 * once); /* fixed charges do not double */
    wattmill_close(m);
}
END_TEST

START_TEST(mistakes_come_all_at_once_with_their_codes)
{
    struct wattmill_model *m = NULL;
    ck_assert_int_eq(
        wattmill_open_text(
            "{\"schema_version\": 1, \"extends\": \"scenarios/virginia-100mw-gb300.json\","
            " \"sit\": {}, \"horizon\": {\"years\": -1}}",
            NULL, &m),
        WATTMILL_INVALID);
    ck_assert_uint_eq(wattmill_n_messages(m), 2);
    ck_assert_str_eq(wattmill_message_code(m, 0), "E202");
    ck_assert_ptr_nonnull(strstr(wattmill_message(m, 0), "did you mean \"site\""));
    ck_assert_ptr_nonnull(strstr(wattmill_message(m, 1), "horizon.years"));
    ck_assert_ptr_null(wattmill_message(m, 2));
    ck_assert_ptr_null(wattmill_inputs_json(m));
    wattmill_close(m);
    ck_assert_int_eq(wattmill_open("no/such/file.json", &m), WATTMILL_IO);
    ck_assert_str_eq(wattmill_message_code(m, 0), "E102");
    wattmill_close(m);
}
END_TEST

START_TEST(a_change_that_leads_nowhere_is_told_and_can_be_mended)
{
    struct wattmill_model *const m = open_site();
    ck_assert_int_eq(wattmill_set_number(m, "site.ceiling.limit_mw", -5.0), WATTMILL_OK);
    ck_assert_int_eq(wattmill_check(m), WATTMILL_INVALID);
    ck_assert_ptr_nonnull(strstr(wattmill_message(m, 0), "site.ceiling.limit_mw"));
    ck_assert_int_eq(wattmill_set_number(m, "site.ceiling.limit_mw", 90.0), WATTMILL_OK);
    ck_assert_int_eq(wattmill_check(m), WATTMILL_OK);
    ck_assert_ptr_nonnull(strstr(wattmill_inputs_json(m), "\"site.ceiling.limit_mw\""));
    ck_assert_int_eq(wattmill_set(m, "", "1"), WATTMILL_USAGE);
    wattmill_close(m);
}
END_TEST

static bool stop_at_half(void *context, double done_frac)
{
    int *const n = context;
    ++*n;
    return done_frac < 0.5;
}

START_TEST(a_run_tells_its_progress_and_stops_when_asked)
{
    struct wattmill_model *const m = open_site();
    struct wattmill_result *r = NULL;
    int n = 0;
    wattmill_on_progress(m, stop_at_half, &n);
    ck_assert_int_eq(wattmill_run(m, &r), WATTMILL_CANCELLED);
    ck_assert_ptr_null(r);
    ck_assert_int_eq(n, 4); /* of the seven days of 0.02 years */
    wattmill_on_progress(m, NULL, NULL);
    ck_assert_double_gt(figure(m, "site_energy_mwh"), 0.0);
    wattmill_close(m);
}
END_TEST

/* The series and the figure are two ways to one energy. */
START_TEST(the_series_sums_to_the_energy_of_the_site)
{
    static double mw[1000], time_s[1000];
    struct wattmill_model *const m = open_site();
    struct wattmill_result *r = NULL;
    double mwh = 0.0, sum = 0.0;
    ck_assert_int_eq(wattmill_run(m, &r), WATTMILL_OK);
    const size_t n = wattmill_series(r, "site_mw", mw, 1000);
    ck_assert_uint_eq(n, 701); /* 0.02 * 8760 h * 4, rounded */
    ck_assert_uint_eq(wattmill_series(r, "time_s", time_s, 1000), n);
    ck_assert_uint_eq(wattmill_series(r, "no_such_column", mw, 0), 0);
    ck_assert_double_eq(time_s[1] - time_s[0], 900.0);
    for (size_t i = 0; i < n; i++)
        sum += 0.25 * mw[i];
    ck_assert(wattmill_metric(r, "site_energy_mwh", &mwh));
    ck_assert_double_eq_tol(sum, mwh, 1e-9 * mwh);
    wattmill_close(m); /* a result outlives its model */
    ck_assert_ptr_nonnull(strstr(wattmill_result_json(r), "\"site_energy_mwh\""));
    wattmill_result_free(r);
}
END_TEST

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/* A document that needs far more than is left: a status, no end of the host. */
START_TEST(memory_that_ends_while_loading_is_a_status)
{
    static char text[16 << 20];
    size_t n = (size_t)snprintf(
        text, sizeof text,
        "{\"schema_version\": 1, \"extends\": \"scenarios/virginia-100mw-gb300.json\","
        " \"site\": {\"ceiling\": {\"calendar\": [");
    for (int i = 0; i < 100000; i++)
        n += (size_t)snprintf(text + n, sizeof text - n,
                              "%s{\"from\":\"2027-07-12T15:00\",\"to\":\"2027-07-12T19:00\","
                              "\"limit_mw\":55}",
                              i > 0 ? "," : "");
    (void)snprintf(text + n, sizeof text - n, "]}}}");
    FILE *const statm = fopen("/proc/self/statm", "r");
    unsigned long pages = 0;
    if (statm == NULL || fscanf(statm, "%lu", &pages) != 1)
        return; /* no /proc: nothing to go by */
    fclose(statm);
    const rlim_t limit = (rlim_t)pages * 4096 + ((rlim_t)48 << 20);
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &(struct rlimit){limit, limit}), 0);
    struct wattmill_model *m = NULL;
    ck_assert_int_eq(wattmill_open_text(text, NULL, &m), WATTMILL_IO);
    if (m != NULL)
        ck_assert_ptr_nonnull(strstr(wattmill_message(m, 0), "no memory is left"));
    wattmill_close(m);
}
END_TEST
#endif

START_TEST(keys_units_and_words_are_explained)
{
    size_t n = 0;
    while (wattmill_metric_key(n) != NULL)
        n++;
    ck_assert_uint_gt(n, 100);
    ck_assert_str_eq(wattmill_metric_unit("npv_usd"), "USD");
    ck_assert_ptr_nonnull(wattmill_metric_doc("npv_usd"));
    ck_assert_ptr_null(wattmill_metric_unit("npv_eur"));
    char *text = wattmill_explain("site.ceiling.limit_mw");
    ck_assert_ptr_nonnull(strstr(text, "MW"));
    wattmill_free(text);
    text = wattmill_schema();
    ck_assert_ptr_nonnull(strstr(text, "json-schema.org"));
    wattmill_free(text);
    ck_assert_int_eq(wattmill_api_version(), 1000 * WATTMILL_API_MAJOR + WATTMILL_API_MINOR);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_price_that_doubles_doubles_the_energy_charge,
        mistakes_come_all_at_once_with_their_codes,
        a_change_that_leads_nowhere_is_told_and_can_be_mended,
        a_run_tells_its_progress_and_stops_when_asked,
        the_series_sums_to_the_energy_of_the_site,
        keys_units_and_words_are_explained,
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
        memory_that_ends_while_loading_is_a_status,
#endif
    };
    return RUN_TESTS("api", tests);
}
