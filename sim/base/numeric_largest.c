#include <math.h>

#include "wattmill/numeric.h"

double wm_largest_fit(wm_function_fn excess, void *context, double high)
{
    static const double tolerance = 1e-13, truncation = 0.2;
    double lo = 0.0, hi = high;
    double at_lo = excess(lo, context), at_hi = excess(hi, context);
    const double all = hi, width = tolerance * hi;
    double reach = width * exp2(ceil(log2(hi / width))); /* bisection's, with a step to spare */
    for (int i = 0; i < 64 && hi - lo > width; i++, reach *= 0.5) {
        const double mid = 0.5 * (lo + hi), room = fmax(0.0, reach - 0.5 * (hi - lo));
        const double secant = at_hi > at_lo ? (at_hi * lo - at_lo * hi) / (at_hi - at_lo) : mid;
        const double side = mid >= secant ? 1.0 : -1.0;
        const double cut = fmax(0.5 * width, truncation * (hi - lo) * (hi - lo) / all);
        const double near = cut <= fabs(mid - secant) ? secant + side * cut : mid;
        const double x = fabs(near - mid) <= room ? near : mid - side * room;
        const double at_x = excess(x, context);
        *(at_x > 0.0 ? &hi : &lo) = x;
        *(at_x > 0.0 ? &at_hi : &at_lo) = at_x;
    }
    return lo;
}
