/*
 * Contract: what the grid owes the site at an instant, the phases of the ceiling applied.
 *
 * `limit_mw` is what the site is built for; where phases are given each is the contract from its start on,
 * and the first one also before it. Bill, calls, load standing by and checks mean the contract in force.
 */
#ifndef WM_PLAN_CONTRACT_H
#define WM_PLAN_CONTRACT_H

#include "wattmill/scenario.h"

struct wm_contract {
    double limit_w;   /* [W] at the meter */
    double firm_w;    /* [W] <= limit_w, which calls at random times leave alone */
    int64_t until_us; /* start of the next phase; INT64_MAX: none follows */
};

/** The contract in force at `at_us`; cannot fail. */
struct wm_contract wm_contract_at(const struct wm_ceiling *ceiling, int64_t at_us);

/** Watts of the contract in force that stand by for the grid: what is reserved, as far as the contract goes. */
double wm_contract_standing_w(const struct wm_site *site, double contract_w);

#endif
