/*
 * Local tax: what a place takes of equipment and buildings each year, and of purchases.
 *
 * Equipment is taxed at a rate on its price times a share that falls with its age; the mean of that
 * over the life of IT stands in the ledger, the schedule itself in the appraisal.
 */
#ifndef WATTMILL_LOCAL_TAX_H
#define WATTMILL_LOCAL_TAX_H

#include "wattmill/catalog_head.h"

enum { WM_ASSESSED_AGES = 10 };

struct wm_local_tax {
    struct wm_catalog_head head;
    bool applies; /* false: the ledger's flat property_tax_frac */
    double equipment_frac;
    double assessed_frac[WM_ASSESSED_AGES]; /* of the price, in years 1, 2, ...; the last stays */
    double building_frac;                   /* of the facility's capital, per year */
    double sales_it_frac, sales_facility_frac; /* of purchases */
};

extern const struct wm_field wm_local_tax_fields[];

/** Mean tax on equipment over a life of whole years, over its price [1/yr]. */
double wm_local_tax_mean_from_frac(const struct wm_local_tax *tax, double age_years,
                                   double life_years);
double wm_local_tax_mean_frac(const struct wm_local_tax *tax, double life_years);

#endif
