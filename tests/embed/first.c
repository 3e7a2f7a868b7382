/*
 * A first program on the stable face: simulate a scenario at two energy prices and compare two figures.
 *
 *     cc first.c $(pkg-config --cflags --libs wattmill) && ./a.out scenario.json
 */
#include <stdio.h>
#include <wattmill/api.h>

static void tell(const struct wattmill_model *model)
{
    for (size_t i = 0; i < wattmill_n_messages(model); i++)
        fprintf(stderr, "%s\n", wattmill_message(model, i));
}

int main(int argc, char **argv)
{
    static const double prices[] = {40.0, 80.0};
    struct wattmill_model *model = NULL;
    int status = argc == 2 ? wattmill_open(argv[1], &model) : WATTMILL_USAGE;
    for (int i = 0; i < 2 && status == WATTMILL_OK; i++) {
        struct wattmill_result *result = NULL;
        double npv_usd = 0.0, share_frac = 0.0;
        wattmill_set_number(model, "site.tariff.energy_usd_per_mwh", prices[i]);
        status = wattmill_run(model, &result);
        if (result != NULL && wattmill_metric(result, "npv_usd", &npv_usd) &&
            wattmill_metric(result, "power_share_b_frac", &share_frac))
            printf("%3.0f USD/MWh: NPV %.4g %s, power %.3g of OpEx B\n", prices[i], npv_usd,
                   wattmill_metric_unit("npv_usd"), share_frac);
        wattmill_result_free(result);
    }
    if (model != NULL)
        tell(model);
    wattmill_close(model);
    return status;
}
