/*
 * On-site supply: what stands between the site's power and the meter.
 *
 *     meter + generation + discharge = site + charge,  meter >= 0
 *
 * Before dispatch it says by how much it could lift the ceiling; after it, generators run
 * by their role, then the battery does what its entry says. A state holds until an event outside, or
 * until the battery is full or empty or a unit takes its next step, which wm_onsite_flow.hold_s says.
 *
 * What generators that run for the price of a MWh (solar, baseload, economic) could give beyond the
 * site's need charges the battery before the meter does; solar that nobody takes is spilled.
 *
 * The battery fades: once a day its capacity is that of its age and cycles, what no longer fits is
 * lost; at the end of its life it is replaced by a new one (what that costs is the appraisal's).
 *
 * Roles: `baseload` always runs; `economic` runs while it is cheaper than the meter, and under the
 * ceiling; `ceiling` is called when the site asks for more than the grid gives. A called unit starts
 * after its start-up time and pays for the start; it is stopped at the end of a billing interval that had no need of
 * it, when it has run its least time, and stands at its least load until then.
 *
 * The shadow price stays what one more watt at the meter earns while generators and battery do what
 * they do at that instant: energy kept for later is not valued by it, so beside a battery that runs
 * empty it understates a longer lift of the ceiling.
 */
#ifndef WM_RUN_ONSITE_H
#define WM_RUN_ONSITE_H

#include "../plan/environment.h"

enum { WM_MAX_UNITS = WM_MAX_GENERATION };

enum wm_unit_state { WM_UNIT_OFF, WM_UNIT_STARTING, WM_UNIT_RUNNING };

/** A generator now. */
struct wm_generating_unit {
    enum wm_unit_state state;
    int64_t since_us;           /* of the state */
    bool was_needed;            /* in the billing interval so far */
    double capacity_w, reach_w; /* at the hour's weather; reachable now */
};

/** Rates in a state. */
struct wm_onsite_flow {
    double meter_w;
    double generation_w, unit_w[WM_MAX_UNITS];
    double spilled_w;   /* of solar */
    double storage_w;   /* > 0 gives, < 0 takes */
    double bought_w;    /* of what it takes, from the meter, */
    double usd_per_mwh; /* at this price */
    double fuel_w, fuel_usd_per_s, fuel_kg_per_s, om_usd_per_s;
    double hold_s; /* how long the state holds by itself */
};

/** Sums over the run. */
struct wm_onsite_account {
    double meter_j, generation_j, unit_j[WM_MAX_UNITS], unit_s[WM_MAX_UNITS];
    double n_starts[WM_MAX_UNITS];
    double spilled_j;
    double charge_j, discharge_j, storage_loss_j;
    double bought_usd; /* for the energy that charged the battery */
    double fuel_j, fuel_usd, fuel_kg, om_usd;
    double stored_first_j, stored_last_j;
};

/** What has worn the battery since it was new. */
struct wm_wear {
    double time_s, soc_s, cycles; /* soc_s: state of charge over time, of the capacity when new */
};

struct wm_onsite {
    const struct wm_site *site;
    struct wm_storage storage; /* the site's, with the capacity that is left */
    struct wm_wear wear;
    const struct wm_generation *rows; /* [n_units] */
    struct wm_generating_unit units[WM_MAX_UNITS];
    size_t n_units;
    double stored_j;
    double planned_w; /* of the battery under policy optimal, > 0 gives */
    int64_t worn_us;  /* up to here the capacity knows its wear */
    bool is_plain;    /* neither storage nor generation: the meter is the site */
    struct wm_onsite_flow flow;
    struct wm_onsite_account account;
};

struct wm_onsite wm_onsite_begin(const struct wm_site *site);

/** Takes weather and sun at `at_us` (since 1970) and says what could lift the ceiling [W]. */
double wm_onsite_support_w(struct wm_onsite *onsite, int64_t at_us,
                           const struct wm_surroundings *now);

/** What it needs to know of the site. */
struct wm_onsite_need {
    double site_w;      /* drawn by the site */
    double requested_w; /* what it would draw without a ceiling */
    double allowed_w;   /* at the meter */
    double calm_w;      /* at the meter, up to here without more demand charge */
};

/** Calls units and sets `flow`; from `at_us` it holds. @return true when a called unit runs at once */
bool wm_onsite_dispatch(struct wm_onsite *onsite, int64_t at_us, const struct wm_surroundings *now,
                        const struct wm_onsite_need *need);

/** Share of the battery's capacity that its age and cycles have taken [0, 1]. */
double wm_onsite_fade_frac(const struct wm_onsite *onsite);

/**
 * What the change of the battery's content is worth [USD]: what is missing at the end at the mean price
 * of the run's energy, what is left over at what was paid for charging. > 0: a cost.
 * @param usd_per_j         mean price of the site's energy over the run, whoever gave it
 * @param beside_usd_per_j  paid for a joule drawn beside the tariff
 */
double wm_onsite_stock_usd(const struct wm_onsite *onsite, double usd_per_j,
                           double beside_usd_per_j);

/** Goes on by `time_s` in the present flow. */
void wm_onsite_advance(struct wm_onsite *onsite, double time_s);

/** A billing interval ends at `at_us`: stops units that it did not need; once a day the battery wears. */
void wm_onsite_end_bin(struct wm_onsite *onsite, int64_t at_us);

#endif
