// The stable face in C++17: a curve over prices, with progress, cancelled when it takes too long.
//
//     c++ -std=c++17 price_curve.cpp $(pkg-config --cflags --libs wattmill) && ./a.out scenario.json
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>
#include <wattmill/api.h>

using Model = std::unique_ptr<wattmill_model, decltype(&wattmill_close)>;
using Result = std::unique_ptr<wattmill_result, decltype(&wattmill_result_free)>;

static std::string messages(const wattmill_model *model)
{
    std::string text;
    for (size_t i = 0; i < wattmill_n_messages(model); i++)
        text += std::string(wattmill_message(model, i)) + "\n";
    return text;
}

static Model open(const char *path)
{
    wattmill_model *raw = nullptr;
    const int status = wattmill_open(path, &raw);
    Model model(raw, wattmill_close);
    if (status != WATTMILL_OK)
        throw std::runtime_error(raw ? messages(raw) : "no memory");
    return model;
}

static Result run(wattmill_model *model)
{
    wattmill_result *raw = nullptr;
    if (wattmill_run(model, &raw) != WATTMILL_OK)
        throw std::runtime_error(messages(model));
    return Result(raw, wattmill_result_free);
}

int main(int argc, char **argv)
try {
    if (argc != 2)
        return WATTMILL_USAGE;
    Model model = open(argv[1]);
    size_t days = 0;
    wattmill_on_progress(
        model.get(),
        [](void *n, double) {
            ++*static_cast<size_t *>(n);
            return true; // false would cancel the run
        },
        &days);
    for (double price = 30; price <= 90; price += 30) {
        wattmill_set_number(model.get(), "site.tariff.energy_usd_per_mwh", price);
        const Result result = run(model.get());
        std::vector<double> mw(wattmill_series(result.get(), "site_mw", nullptr, 0));
        wattmill_series(result.get(), "site_mw", mw.data(), mw.size());
        double peak = 0, cost = 0;
        for (const double x : mw)
            peak = x > peak ? x : peak;
        wattmill_metric(result.get(), "power_cost_usd", &cost);
        std::printf("%.0f USD/MWh: bill %.4g USD, peak %.4g MW of %zu intervals\n", price, cost, peak, mw.size());
    }
    std::printf("%zu days told\n", days);
    return 0;
} catch (const std::exception &e) {
    std::fputs(e.what(), stderr);
    return WATTMILL_INVALID;
}
