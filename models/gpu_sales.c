#include "wattmill/gpu_sales.h"

#include <math.h>

static const char *const kind_words[] = {"on-demand", "reserved", "take-or-pay", NULL};

// clang-format off
const struct wm_field wm_gpu_sale_fields[] = {
    WM_TEXT_REQ(wm_gpu_sale, name, "of the sale"),
    WM_CHOICE(wm_gpu_sale, kind, kind_words, "on-demand", "on-demand: what is used is paid; reserved: all hours of the term; take-or-pay: what is used, at least take_frac"),
    WM_TEXT(wm_gpu_sale, pool, "", "fleet entry whose accelerators are sold; left out: every one"),
    WM_REAL(wm_gpu_sale, share_frac, WM_UNIT_FRAC, 0.0, 1.0, 1.0, "of the pool; tokens that this share serves are the buyer's"),
    WM_REAL_REQ(wm_gpu_sale, usd_per_gpu_h, "usd_per_gpu_h", WM_UNIT_USD_PER_GPU_H, 0.0, 1000.0, "price"),
    WM_REAL(wm_gpu_sale, used_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.7, "of the hours, used; estimate"),
    WM_REAL(wm_gpu_sale, take_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.8, "take-or-pay: of the hours, paid at least; estimate"),
    WM_REAL(wm_gpu_sale, begin_years, WM_UNIT_YEAR, 0.0, 50.0, 0.0, "of the contract, after the start of operation"),
    WM_REAL(wm_gpu_sale, term_years, WM_UNIT_YEAR, 0.0, 50.0, 3.0, "of the contract"),
    WM_REAL(wm_gpu_sale, default_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0, "chance that the buyer fails, per year"),
    WM_REAL(wm_gpu_sale, on_demand_usd_per_gpu_h, WM_UNIT_USD_PER_GPU_H, 0.0, 1000.0, (double)NAN, "price after the term and after a default; default: usd_per_gpu_h"),
    WM_FIELD_END,
};
// clang-format on

/* Integral of (1 - d)^t over [a, b), in years that are still paid. */
static double paid_years(double default_frac, double a, double b)
{
    if (!(b > a))
        return 0.0;
    if (!(default_frac > 0.0))
        return b - a;
    if (default_frac >= 1.0)
        return 0.0;
    const double k = -log1p(-default_frac);
    return (exp(-k * a) - exp(-k * b)) / k;
}

static double contract_frac(const struct wm_gpu_sale *s)
{
    return s->kind == WM_SALE_RESERVED ? 1.0 : fmax(s->used_frac, s->take_frac);
}

struct wm_gpu_income wm_gpu_income(const struct wm_gpu_sale *s, double gpu_h_per_year,
                                   double from_years, double to_years)
{
    const double spot =
        isnan(s->on_demand_usd_per_gpu_h) ? s->usd_per_gpu_h : s->on_demand_usd_per_gpu_h;
    const double length = to_years - from_years;
    if (s->kind == WM_SALE_ON_DEMAND)
        return (struct wm_gpu_income){.on_demand_usd =
                                          length * gpu_h_per_year * s->used_frac * s->usd_per_gpu_h,
                                      .sold_gpu_h = length * gpu_h_per_year * s->used_frac};
    const double a = fmax(from_years, s->begin_years) - s->begin_years;
    const double b = fmin(to_years, s->begin_years + s->term_years) - s->begin_years;
    const double paid = paid_years(s->default_frac, a, b);
    const double contract_h = gpu_h_per_year * paid * contract_frac(s);
    const double free_h = gpu_h_per_year * (length - paid) * s->used_frac;
    return (struct wm_gpu_income){.contract_usd = contract_h * s->usd_per_gpu_h,
                                  .on_demand_usd = free_h * spot,
                                  .sold_gpu_h = contract_h + free_h};
}

double wm_gpu_backlog_usd(const struct wm_gpu_sale *s, double gpu_h_per_year, double now_years)
{
    if (s->kind == WM_SALE_ON_DEMAND)
        return 0.0;
    const double left = s->begin_years + s->term_years - fmax(now_years, s->begin_years);
    const double frac = s->kind == WM_SALE_RESERVED ? 1.0 : s->take_frac;
    return fmax(0.0, left) * gpu_h_per_year * frac * s->usd_per_gpu_h;
}
