/*
 * Power contracts: power purchase agreements and certificates, beside the meter's bill.
 *
 * The bill stays as the tariff has it; an agreement adds what it pays and takes off what its energy is
 * credited with, interval by interval:
 *
 *     g = MW x (1, or the output of its file)          what the seller gives
 *     v = min(g, what agreements before it leave of the meter)     settled against the load
 *     v = g                                                        settled as produced
 *     paid   = v x price, or v x (market + price) of an index
 *     credit = v x tariff's energy without delivery (load), v x market (as produced)
 *
 * so that a fixed price against the load takes the place of the tariff's energy, and one as produced is a
 * contract for difference. From year to year a fixed price grows by its own escalation, index and credit by
 * that of power; after its term an agreement is over. An agreement with certificates covers v.
 *
 * Certificates: annual matching buys what covered energy leaves of `share_frac` of a run's meter, hourly
 * matching what it leaves of every hour's.
 *
 * Left out: shares of a plant's cost, curtailment of the seller, collars, losses to the site's node (basis),
 * credit support, certificates that are sold again.
 */
#ifndef WATTMILL_POWER_CONTRACT_H
#define WATTMILL_POWER_CONTRACT_H

#include <stdbool.h>

struct wm_site_year;

enum wm_ppa_kind { WM_PPA_FIXED, WM_PPA_INDEX };
enum wm_ppa_settled { WM_PPA_ON_LOAD, WM_PPA_AS_PRODUCED };

struct wm_ppa {
    const char *name;
    enum wm_ppa_kind kind;
    double power_w;
    const struct wm_site_year *file; /* of output over nameplate; NULL: the same at all hours */
    enum wm_ppa_settled settled;
    double usd_per_mwh; /* price, or what is added to the index; may be negative */
    double escalation_frac, term_years;
    bool has_certificates;
};

enum wm_matching { WM_MATCHING_NONE, WM_MATCHING_ANNUAL, WM_MATCHING_HOURLY };

struct wm_certificates {
    enum wm_matching matching;
    double share_frac;  /* of the meter's energy that is to be covered */
    double usd_per_mwh; /* of certificates bought beside agreements */
};

/** What agreements did in a time, each. */
struct wm_ppa_account {
    double energy_j;   /* settled */
    double strike_usd; /* v x price */
    double index_usd;  /* v x market, of an index; else 0 */
    double credit_usd;
};

/** An interval: prices are those of the tariff's energy without delivery, and of the market. */
struct wm_ppa_instant {
    double length_s, tariff_usd_per_mwh, market_usd_per_mwh;
};

/**
 * Settles an interval.
 * @param given_w  what the seller gives, >= 0
 * @param left_w   what earlier agreements leave of the meter; reduced by what is settled
 */
void wm_ppa_settle(const struct wm_ppa *ppa, const struct wm_ppa_instant *now, double given_w,
                   double *left_w, struct wm_ppa_account *account);

/** Price of a MWh of an agreement where the market's is `market_usd_per_mwh`; pure, cannot fail. */
double wm_ppa_usd_per_mwh(const struct wm_ppa *ppa, double market_usd_per_mwh);

/** Paid, and credited less what follows the index, in a period of `length_years` from `from_years` on; `a`
 *  is of one year. */
struct wm_ppa_cash {
    double paid_usd, credit_usd;
};
struct wm_ppa_cash wm_ppa_cash_in(const struct wm_ppa *ppa, const struct wm_ppa_account *a,
                                  double power_escalation_frac, double from_years,
                                  double length_years);

#endif
