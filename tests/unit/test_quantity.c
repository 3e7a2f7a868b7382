/* Numbers with units, as people write them. */
#include <math.h>
#include <string.h>

#include "suite.h"
#include "wattmill/quantity.h"

START_TEST(quantities_convert_into_the_unit_of_their_row)
{
    static const struct {
        const char *text;
        enum wm_unit unit;
        double value;
    } rows[] = {
        {"150 MW", WM_UNIT_MW, 150.0},
        {"150MW", WM_UNIT_MW, 150.0},
        {"0.15 GW", WM_UNIT_MW, 150.0},
        {"150000 kW", WM_UNIT_MW, 150.0},
        {"150 mw", WM_UNIT_MW, 150.0},
        {"1.2e2 MW", WM_UNIT_MW, 120.0},
        {"5.5 c/kWh", WM_UNIT_USD_PER_MWH, 55.0},
        {"5.5 \xC2\xA2/kWh", WM_UNIT_USD_PER_MWH, 55.0},
        {"$55/MWh", WM_UNIT_USD_PER_MWH, 55.0},
        {"0.055 USD per kWh", WM_UNIT_USD_PER_MWH, 55.0},
        {"-7 $/MWh", WM_UNIT_USD_PER_MWH, -7.0},
        {"25M", WM_UNIT_TOK_PER_S, 25e6},
        {"10k tok/s", WM_UNIT_TOK_PER_S, 10e3},
        {"10 ktok/s", WM_UNIT_TOK_PER_S, 10e3},
        {"36 Gtok/h", WM_UNIT_TOK_PER_S, 10e6},
        {"1.5 billion", WM_UNIT_NONE, 1.5e9},
        {"671B", WM_UNIT_NONE, 671e9},
        {"80 GB", WM_UNIT_GB, 80.0},
        {"30 %", WM_UNIT_FRAC, 0.30},
        {"95 \xC2\xB0"
         "F",
         WM_UNIT_C, 35.0},
        {"35 C", WM_UNIT_C, 35.0},
        {"308.15 K", WM_UNIT_C, 35.0},
        {"9 \xC2\xB0"
         "F",
         WM_UNIT_K, 5.0},
        {"1 h", WM_UNIT_MIN, 60.0},
        {"18 months", WM_UNIT_YEAR, 1.5},
        {"250 ms", WM_UNIT_S, 0.25},
        {"156 $/kW-yr", WM_UNIT_USD_PER_KW_MONTH, 13.0},
        {"13000 USD/MW-month", WM_UNIT_USD_PER_KW_MONTH, 13.0},
        {"0.35 kg/kWh", WM_UNIT_KG_PER_MWH, 350.0},
        {"771.617917647 lb/MWh", WM_UNIT_KG_PER_MWH, 350.0},
        {"3.35 TB/s", WM_UNIT_GB_PER_S, 3350.0},
        {"989 TFLOPS", WM_UNIT_TFLOP_PER_S, 989.0},
        {"2.5 $/GPU-h", WM_UNIT_USD_PER_GPU_H, 2.5},
        {"600 MW/h", WM_UNIT_MW_PER_MIN, 10.0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct wm_quantity q = wm_quantity_read(rows[i].text, rows[i].unit);
        ck_assert_msg(q.fault == WM_QUANTITY_OK, "%s: fault %d", rows[i].text, (int)q.fault);
        ck_assert_msg(fabs(q.value - rows[i].value) <= 1e-9 * fabs(rows[i].value), "%s: %.17g",
                      rows[i].text, q.value);
    }
    /* what is exact by hand is exact here */
    ck_assert_double_eq(wm_quantity_read("5.5 c/kWh", WM_UNIT_USD_PER_MWH).value, 55.0);
    ck_assert_double_eq(wm_quantity_read("0.15 GW", WM_UNIT_MW).value, 150.0);
}
END_TEST

START_TEST(what_is_no_quantity_of_the_row_is_refused_with_its_reason)
{
    static const struct {
        const char *text;
        enum wm_unit unit;
        enum wm_quantity_fault fault;
        const char *help;
    } rows[] = {
        {"150 MWh", WM_UNIT_MW, WM_QUANTITY_OTHER_KIND, "\"MWh\" measures something else"},
        {"80 parsecs", WM_UNIT_MW, WM_QUANTITY_NO_UNIT, "\"parsecs\" is no unit known here"},
        {"55 EUR/MWh", WM_UNIT_USD_PER_MWH, WM_QUANTITY_CURRENCY, "\"EUR\": all money is in USD"},
        {"lots", WM_UNIT_MW, WM_QUANTITY_NO_NUMBER, "does not begin with a number"},
        {"", WM_UNIT_MW, WM_QUANTITY_NO_NUMBER, "does not begin with a number"},
        {"1.2.3 MW", WM_UNIT_MW, WM_QUANTITY_NO_NUMBER, "does not begin with a number"},
        {"1,500 MW", WM_UNIT_MW, WM_QUANTITY_NO_UNIT, "\",500\" is no unit"},
        {"5 $", WM_UNIT_USD_PER_MWH, WM_QUANTITY_OTHER_KIND, "\"$\" measures something else"},
        {"$5", WM_UNIT_USD_PER_MWH, WM_QUANTITY_OTHER_KIND, "measures something else"},
        {"5 MW", WM_UNIT_C, WM_QUANTITY_OTHER_KIND, "\"MW\" measures something else"},
        {"5 %", WM_UNIT_MW, WM_QUANTITY_OTHER_KIND, "\"%\" measures something else"},
    };
    char buf[96];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct wm_quantity q = wm_quantity_read(rows[i].text, rows[i].unit);
        ck_assert_msg(q.fault == rows[i].fault, "%s: fault %d", rows[i].text, (int)q.fault);
        ck_assert_msg(strstr(wm_quantity_help(&q, buf), rows[i].help) != NULL, "%s: %s",
                      rows[i].text, buf);
    }
}
END_TEST

START_TEST(every_unit_reads_its_own_symbol)
{
    for (int u = 0; u < WM_N_UNITS; u++) {
        char text[64];
        (void)snprintf(text, sizeof text, "12.5 %s", wm_unit_symbol((enum wm_unit)u));
        const struct wm_quantity q = wm_quantity_read(text, (enum wm_unit)u);
        ck_assert_msg(q.fault == WM_QUANTITY_OK && q.value == 12.5, "%s: %g", text, q.value);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {quantities_convert_into_the_unit_of_their_row,
                                  what_is_no_quantity_of_the_row_is_refused_with_its_reason,
                                  every_unit_reads_its_own_symbol};
    return RUN_TESTS("quantity", tests);
}
