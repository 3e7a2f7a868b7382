#include "fit_order.h"

#include <math.h>

static const double margin = 0.02; /* of a logarithm: the bound is met from inside */
static const double steepness = 3.0;

/* Precisions from narrow to wide. */
enum { N_WIDTHS = 4, N_PAIRS = WM_FIT_ORDERS / 2 };
static const size_t pairs[N_PAIRS][2] = {{1, 3}, {2, 3}, {0, 1}, {0, 2}, {0, 3}};

static void rates_by_width(struct wm_accelerator *a, struct wm_precision_rates *rates[N_WIDTHS])
{
    rates[0] = &a->fp4;
    rates[1] = &a->fp8;
    rates[2] = &a->fp8_block;
    rates[3] = &a->bf16;
}

static double rate(const struct wm_precision_rates *r, bool experts)
{
    return r->flop_per_s * r->serving_frac * (experts ? r->moe.compute_frac : r->gemm.compute_frac);
}

/* Logarithm by which the wider is ahead of the narrower; negative: as it should be. */
static double lead(const struct wm_precision_rates *narrow, const struct wm_precision_rates *wide,
                   bool experts)
{
    if (narrow->flop_per_s <= 0.0 || wide->flop_per_s <= 0.0)
        return -1.0;
    return log(rate(wide, experts) / rate(narrow, experts));
}

void wm_fit_order(const struct wm_accelerator *accelerator, double residuals[WM_FIT_ORDERS])
{
    struct wm_accelerator a = *accelerator;
    struct wm_precision_rates *rates[N_WIDTHS];
    rates_by_width(&a, rates);
    for (size_t i = 0; i < N_PAIRS; i++)
        for (int experts = 0; experts < 2; experts++)
            residuals[2 * i + (size_t)experts] =
                steepness *
                fmax(0.0, lead(rates[pairs[i][0]], rates[pairs[i][1]], experts != 0) + margin);
}

void wm_fit_keep_order(struct wm_accelerator *accelerator)
{
    struct wm_precision_rates *rates[N_WIDTHS];
    rates_by_width(accelerator, rates);
    for (size_t i = 0; i < N_PAIRS; i++)
        for (int experts = 0; experts < 2; experts++) {
            const double ahead = lead(rates[pairs[i][0]], rates[pairs[i][1]], experts != 0);
            if (ahead > 0.0)
                rates[pairs[i][0]]->serving_frac *= exp(ahead);
        }
}

double wm_fit_full_draw(const struct wm_accelerator *accelerator)
{
    static const double full_share = 1.02, memory_use = 0.1;
    const struct wm_board_power *const p = &accelerator->power;
    return steepness *
           fmax(0.0, log(full_share /
                         (p->base_frac + p->memory_frac * sqrt(memory_use) + p->compute_frac)));
}
