/* Agreements for power at an instant: what each gives, and what one more MWh at the meter costs beside them. */
#ifndef WM_PLAN_AGREEMENT_H
#define WM_PLAN_AGREEMENT_H

#include "environment.h"

/** What an agreement gives at `at_us` [W]; cannot fail. */
double wm_agreement_given_w(const struct wm_site *site, const struct wm_ppa *ppa, int64_t at_us);

/** What one more MWh costs where the meter draws `meter_w`, delivery on [USD/MWh]; cannot fail. */
double wm_agreements_usd_per_mwh(const struct wm_site *site, const struct wm_surroundings *now,
                                 int64_t at_us, double meter_w);

#endif
