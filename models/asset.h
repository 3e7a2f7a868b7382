/* Lots of an appraisal, for appraisal.c. */
#ifndef WM_MODELS_ASSET_H
#define WM_MODELS_ASSET_H

#include "wattmill/appraisal.h"

/** The facility: bought along the capex curve, sold at the end. */
struct wm_lot wm_facility_lot(const struct wm_appraisal_terms *terms, double usd);
/** The connection to the grid: paid first, worth nothing later, good for the whole appraisal. */
struct wm_lot wm_grid_lot(const struct wm_appraisal_terms *terms, double usd);
/** What a lot of an age is worth over its price. */
double wm_lot_worth_frac(const struct wm_lot *lot, double age_years);
/** Whole years of its life that an owned lot has had: all but one at the most; 0 of others. */
size_t wm_lot_gone_years(const struct wm_lot *lot);
/**
 * Adds purchases, replacements, sale, write-offs and property tax of a lot to the periods.
 * @return whether it was replaced within the appraisal
 */
bool wm_lot_own(const struct wm_appraisal_terms *terms, const struct wm_lot *lot,
                struct wm_appraisal *appraisal);

#endif
