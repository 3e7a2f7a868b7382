#include "wattmill/local_tax.h"

#include <math.h>

// clang-format off
const struct wm_field wm_local_tax_fields[] = {
    WM_CATALOG_HEAD_ROWS(wm_local_tax),
    WM_FLAG(wm_local_tax, applies, true, "false: the ledger's flat property_tax_frac stands instead of equipment and building"),
    WM_REAL(wm_local_tax, equipment_frac, WM_UNIT_FRAC, 0.0, 0.5, 0.0, "yearly tax on equipment over its assessed value"),
    WM_REALS(wm_local_tax, assessed_frac, WM_UNIT_FRAC, 0.0, 1.5, "assessed value over the price paid in years 1 to 10; the last stays"),
    WM_REAL(wm_local_tax, building_frac, WM_UNIT_FRAC, 0.0, 0.5, 0.0, "yearly tax on the building over its capital"),
    WM_REAL(wm_local_tax, sales_it_frac, WM_UNIT_FRAC, 0.0, 0.5, 0.0, "sales tax on the price of IT, exemptions of data centres taken off"),
    WM_REAL(wm_local_tax, sales_facility_frac, WM_UNIT_FRAC, 0.0, 0.5, 0.0, "the same on the facility's capital"),
    WM_FIELD_END,
};
// clang-format on

double wm_local_tax_mean_from_frac(const struct wm_local_tax *tax, double age_years,
                                   double life_years)
{
    const size_t life = life_years > 1.0 ? (size_t)lround(life_years) : 1;
    const size_t gone = (size_t)fmin(round(age_years), (double)(life - 1));
    double sum = 0.0;
    for (size_t age = gone + 1; age <= life; age++)
        sum += tax->assessed_frac[age < WM_ASSESSED_AGES ? age - 1 : WM_ASSESSED_AGES - 1];
    return tax->equipment_frac * sum / (double)(life - gone);
}

double wm_local_tax_mean_frac(const struct wm_local_tax *tax, double life_years)
{
    return wm_local_tax_mean_from_frac(tax, 0.0, life_years);
}
