/* Years: what each year of the horizon, of 8,760 hours from its start, brought by itself. */
#ifndef WM_RUN_YEARS_H
#define WM_RUN_YEARS_H

#include "account.h"

/** Closes a year: `total` holds the run so far, `before` what it held at the year's start. */
struct wm_year_result wm_year_close(const struct wm_site_plan *plan,
                                    const struct wm_account *account,
                                    struct wm_year_result *before);

#endif
