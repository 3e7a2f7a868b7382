#include "wattmill/psychrometrics.h"

#include <math.h>
#include <stdbool.h>

static const double kelvin_0c = 273.15;
static const double triple_point_c = 0.01;
static const double molar_ratio = 0.621945; /* water over dry air */

double wm_saturation_pa(double temp_c)
{
    const double t = temp_c + kelvin_0c;
    if (temp_c > triple_point_c)
        return exp(-5.8002206e3 / t + 1.3914993 - 4.8640239e-2 * t + 4.1764768e-5 * t * t -
                   1.4452093e-8 * t * t * t + 6.5459673 * log(t));
    return exp(-5.6745359e3 / t + 6.3925247 - 9.677843e-3 * t + 6.2215701e-7 * t * t +
               2.0747825e-9 * t * t * t - 9.484024e-13 * t * t * t * t + 4.1635019 * log(t));
}

double wm_saturated_humidity_ratio(double temp_c, double pressure_pa)
{
    const double p = wm_saturation_pa(temp_c);
    return molar_ratio * p / (pressure_pa - p);
}

double wm_humidity_ratio(double dry_bulb_c, double wet_bulb_c, double pressure_pa)
{
    const double t = dry_bulb_c, w = wet_bulb_c;
    const double saturated = wm_saturated_humidity_ratio(w, pressure_pa);
    if (w >= 0.0)
        return ((2501.0 - 2.326 * w) * saturated - 1.006 * (t - w)) /
               (2501.0 + 1.86 * t - 4.186 * w);
    return ((2830.0 - 0.24 * w) * saturated - 1.006 * (t - w)) / (2830.0 + 1.86 * t - 2.1 * w);
}

static const double enough_ratio = 1e-14;

/* Secants from the dry bulb down: the ratio rises with the wet bulb, ever faster, so they hardly miss. Not where
 * the wick freezes: there the ratio falls by what 0.6 K are worth, and two wet bulbs fit.
 * @return whether `root` is set */
static bool find_by_secants(double dry_bulb_c, double humidity_ratio, double pressure_pa,
                            double f_dry, double *root)
{
    enum { STEPS = 8 };
    static const double freezing_k = 2.0;
    const double t = dry_bulb_c + kelvin_0c;
    double x = dry_bulb_c, f = f_dry;
    /* slope at the dry bulb: of saturation by Clausius and Clapeyron, of the wick by the heat of air */
    double slope = 5.4e3 / (t * t) * (humidity_ratio + f) + 1.006 / 2501.0;
    for (int i = 0; i < STEPS; i++) {
        const double next = x - f / slope;
        if (!(next > dry_bulb_c - 60.0 && next < dry_bulb_c))
            return false;
        const double f_next = wm_humidity_ratio(dry_bulb_c, next, pressure_pa) - humidity_ratio;
        if (fabs(f_next) < enough_ratio) {
            *root = next;
            return fabs(next) > freezing_k;
        }
        slope = (f_next - f) / (next - x);
        x = next;
        f = f_next;
    }
    return false;
}

/* Else regula falsi with halved ends (Illinois), every third step a bisection. */
double wm_wet_bulb_from_ratio_c(double dry_bulb_c, double humidity_ratio, double pressure_pa)
{
    static const double enough_k = 1e-9;
    double lo = dry_bulb_c - 60.0, hi = dry_bulb_c;
    double f_hi = wm_humidity_ratio(dry_bulb_c, hi, pressure_pa) - humidity_ratio;
    if (f_hi <= 0.0) /* saturated */
        return hi;
    double root = 0.0;
    if (find_by_secants(dry_bulb_c, humidity_ratio, pressure_pa, f_hi, &root))
        return root;
    double f_lo = wm_humidity_ratio(dry_bulb_c, lo, pressure_pa) - humidity_ratio;
    for (int i = 0; i < 100 && f_lo < 0.0 && hi - lo > enough_k; i++) {
        const double mid = i % 3 == 2 ? 0.5 * (lo + hi) : (lo * f_hi - hi * f_lo) / (f_hi - f_lo);
        const double f = wm_humidity_ratio(dry_bulb_c, mid, pressure_pa) - humidity_ratio;
        if (fabs(f) < enough_ratio)
            return mid;
        if (f > 0.0) {
            hi = mid;
            f_hi = f;
            f_lo *= 0.5;
        } else {
            lo = mid;
            f_lo = f;
            f_hi *= 0.5;
        }
    }
    return 0.5 * (lo + hi);
}

double wm_wet_bulb_c(double dry_bulb_c, double relative_humidity_frac, double pressure_pa)
{
    const double vapour_pa = relative_humidity_frac * wm_saturation_pa(dry_bulb_c);
    const double ratio = molar_ratio * vapour_pa / (pressure_pa - vapour_pa);
    return wm_wet_bulb_from_ratio_c(dry_bulb_c, ratio, pressure_pa);
}
