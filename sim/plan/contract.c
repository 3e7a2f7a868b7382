#include "contract.h"

#include <math.h>

struct wm_contract wm_contract_at(const struct wm_ceiling *ceiling, int64_t at_us)
{
    const struct wm_ceiling_phase *p = ceiling->phases.items;
    struct wm_contract c = {
        .limit_w = ceiling->limit_w, .firm_w = ceiling->firm_w, .until_us = INT64_MAX};
    for (size_t i = 0; i < ceiling->phases.n; i++) {
        if (i > 0 && p[i].from_us > at_us) {
            c.until_us = p[i].from_us;
            break;
        }
        c.limit_w = p[i].limit_w;
        c.firm_w = isnan(p[i].firm_w) ? ceiling->firm_w : p[i].firm_w;
    }
    c.firm_w = fmin(c.firm_w, c.limit_w);
    return c;
}

double wm_contract_standing_w(const struct wm_site *site, double contract_w)
{
    return fmin(site->demand_response.reserved_w, contract_w);
}
