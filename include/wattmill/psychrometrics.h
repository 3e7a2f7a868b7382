/*
 * Psychrometrics: moist air from dry bulb, pressure and humidity, after ASHRAE.
 *
 * Pure functions in Celsius and pascal; valid from -60 to 100 °C.
 * @par Source  ASHRAE Handbook of Fundamentals 2017, chapter 1, equations 5, 6, 20, 22, 33, 35
 */
#ifndef WATTMILL_PSYCHROMETRICS_H
#define WATTMILL_PSYCHROMETRICS_H

/** Saturation pressure of water vapour over water, or over ice below 0.01 °C [Pa]. */
double wm_saturation_pa(double temp_c);
/** Humidity ratio of saturated air [kg/kg]. */
double wm_saturated_humidity_ratio(double temp_c, double pressure_pa);
/** Humidity ratio from dry and wet bulb [kg/kg]; wet <= dry. */
double wm_humidity_ratio(double dry_bulb_c, double wet_bulb_c, double pressure_pa);
/** Wet bulb from dry bulb and relative humidity in [0, 1], to 1e-4 K [°C]. */
double wm_wet_bulb_c(double dry_bulb_c, double relative_humidity_frac, double pressure_pa);
/** Wet bulb from dry bulb and humidity ratio; at most the dry bulb [°C]. */
double wm_wet_bulb_from_ratio_c(double dry_bulb_c, double humidity_ratio, double pressure_pa);

#endif
