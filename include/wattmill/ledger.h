/*
 * Ledger: tagged cost lines, and OpEx under five named definitions, each a set of tags.
 *
 *     A  facility cash     power, facility O&M, site staff, the facility's tax and insurance
 *     B  operator cash     A + IT maintenance, platform staff, network, the IT's tax and insurance,
 *                          licences, penalties (the headline)
 *     C  colocation        rent instead of the facility's lines + power + the IT lines of B
 *                          + upkeep of storage and generation
 *     D  accrual           B + straight-line depreciation
 *     E  annualised TCO    B + capital recovery of IT and facility
 *
 * All five are computed of the same physical run, whichever ledger is chosen. Power is the whole
 * meter bill. Storage and generation belong to who pays that bill and has what they save: their upkeep
 * and capital are part of every definition and of every ledger's cash. Interest is never in OpEx.
 */
#ifndef WATTMILL_LEDGER_H
#define WATTMILL_LEDGER_H

#include <stdbool.h>

#include "wattmill/catalog_head.h"

enum wm_tag {
    WM_TAG_POWER = 1 << 0,
    WM_TAG_FACILITY = 1 << 1,
    WM_TAG_IT = 1 << 2,
    WM_TAG_PEOPLE = 1 << 3,
    WM_TAG_TAX = 1 << 4,
    WM_TAG_INSURANCE = 1 << 5,
    WM_TAG_LICENCE = 1 << 6,
    WM_TAG_LEASE = 1 << 7,
    WM_TAG_DEPRECIATION = 1 << 8,
    WM_TAG_CAPITAL = 1 << 9,
    WM_TAG_PENALTY = 1 << 10,
    WM_TAG_ONSITE = 1 << 11, /* storage and generation: theirs who pays the power bill */
    WM_TAG_UPKEEP = 1 << 12, /* repairs of accelerators: who owns them pays */
    WM_TAG_HIRE = 1 << 13,   /* accelerators hired or leased: of the ledger alone, not of A to E */
};
enum { WM_N_TAGS = 14 };
/** Name of tag bit `i`, e.g. "power". */
const char *wm_tag_name(int i);

/** Whose the building is: capital of its own, or a rent per IT design kW. */
enum wm_tenure { WM_TENURE_OWNED, WM_TENURE_RENTED };
/** Whose the accelerators are: bought, leased by the year, or hired by the hour with hall and power. */
enum wm_it_tenure { WM_IT_OWNED, WM_IT_LEASED, WM_IT_HIRED };
/** What the owner of a ledger is paid for. */
enum wm_sells { WM_SELLS_TOKENS, WM_SELLS_GPU_HOURS, WM_SELLS_SPACE };

struct wm_ledger_params {
    struct wm_catalog_head head;
    /* who pays what: cash cost, capital, revenue and profit; A to E never change */
    enum wm_tenure facility;
    enum wm_it_tenure it;
    enum wm_sells sells;
    double facility_capex_usd_per_mw_it, facility_premium_frac;
    double facility_om_frac; /* of facility capital, per year */
    double site_fte_per_mw_it, site_fte_usd_per_year;
    double it_maintenance_frac; /* of IT capital, per year */
    double platform_fte_per_mw_it, platform_fte_usd_per_year;
    double network_usd_per_mw_it_year;
    double property_tax_frac, insurance_frac; /* of capital, per year */
    double licence_usd_per_gpu_year;
    double colo_rent_usd_per_kw_month; /* per IT design kW */
    double it_lease_frac;              /* yearly lease over the price of IT */
    double gpu_rent_usd_per_gpu_h;     /* NAN: the accelerator's own */
    double it_life_years, facility_life_years;
    double discount_rate_frac;                          /* nominal, per year */
    double debt_share_frac, debt_rate_frac, debt_years; /* of the capital this ledger buys */
    double tax_rate_frac;                               /* on income */
};

extern const struct wm_field wm_ledger_fields[];

struct wm_ledger_line {
    const char *name;
    unsigned tags; /* of enum wm_tag */
    double usd;    /* of the run */
};

/**
 * What a run hands to its ledger; costs are of the run, capital is total. Lines that the run knows itself
 * (the bill, fuel, upkeep and capital of storage and generation, penalties) are booked as they are, those
 * of power first; all others follow from rows of the ledger's parameters.
 */
struct wm_ledger_basis {
    double it_design_w;
    double it_capex_usd, onsite_capex_usd; /* onsite: storage and generation */
    double owned_usd; /* price as new of accelerators that are there and paid for: upkeep and insurance follow it */
    double grid_capex_usd, security_usd;   /* connection, deposit for it */
    double n_gpus;
    const struct wm_ledger_line *lines; /* [n_lines] */
    size_t n_lines;
    double market_usd;  /* of these, energy at the tariff's price */
    bool has_local_tax; /* of the place, instead of the ledger's rate: */
    double local_tax_facility_frac, local_tax_it_frac;
    double sales_tax_facility_frac; /* on its capital */
    double years;                   /* length of the run, of 8,760 h */
    double discount_rate_frac;
};

enum wm_opex { WM_OPEX_A, WM_OPEX_B, WM_OPEX_C, WM_OPEX_D, WM_OPEX_E, WM_N_OPEX };

struct wm_opex_definition {
    const char *name, *doc;
    unsigned any;  /* a line belongs when it has one of these tags ... */
    unsigned none; /* ... and none of these */
};
/** The definitions A to E. */
const struct wm_opex_definition *wm_opex_definition(enum wm_opex opex);

enum { WM_N_LEDGER_LINES = 96 };

struct wm_ledger {
    struct wm_ledger_line lines[WM_N_LEDGER_LINES];
    size_t n_lines;
    double facility_capex_usd, it_capex_usd, onsite_capex_usd; /* onsite: storage and generation */
    double grid_capex_usd, security_usd;                       /* connection, deposit for it */
    double power_usd;                                          /* sum of the lines tagged power */
    double market_usd;          /* of it, energy at the tariff's price */
    double opex_usd[WM_N_OPEX]; /* of the run */
    double power_share_frac[WM_N_OPEX];
};

/** What the chosen ledger pays and is paid, by whose building and accelerators are; payer.c. */
struct wm_ledger_cash {
    const char *definition;                  /* "B operator cash": what its cash cost is */
    double opex_usd;                         /* cash, of the run, power included */
    double power_usd;                        /* of it */
    double profit_opex_usd;                  /* with depreciation of what is owned */
    double it_capex_usd, facility_capex_usd; /* what it buys; 0 when rented, leased or hired */
    double onsite_capex_usd;                 /* storage and generation, of who pays the bill */
    bool owns_it;                            /* the accelerators, bought or there */
    double grid_capex_usd, security_usd;     /* connection and deposit, of who owns the facility */
    double space_usd; /* revenue of who sells space: rent and power passed on */
};
struct wm_ledger_cash wm_ledger_cash(const struct wm_ledger_params *params,
                                     const struct wm_ledger *ledger);

/**
 * Power cost at which power is `share` of OpEx, everything else as booked: share / (1 - share) times
 * the rest [USD of the run].
 */
double wm_power_usd_at_share(const struct wm_ledger *ledger, enum wm_opex opex, double share_frac);

/** Books a run; cannot fail. */
struct wm_ledger wm_ledger_book(const struct wm_ledger_params *params,
                                const struct wm_ledger_basis *basis);

/** Tokens billed and how busy accelerators were with each kind. */
struct wm_lcot_basis {
    double cost_usd;                          /* of serving: levelised, of the chosen ledger */
    double prefill_busy_frac;                 /* prefill's share of busy GPU time, phi */
    double cached_busy_frac;                  /* of it, for context found in the cache, kappa */
    double input_tok, cached_tok, output_tok; /* billed */
};

struct wm_lcot {
    double in_usd_per_mtok, out_usd_per_mtok, total_usd_per_mtok, out_only_usd_per_mtok;
    double cached_usd_per_mtok;
};

/**
 * Levelised cost of tokens: in = phi (1 - kappa) cost / input, cached = phi kappa cost / cached,
 * out = (1 - phi) cost / output: together they are the cost;
 * total = cost / (input + cached + output), out_only = cost / output.
 * @return [USD/Mtok]; NAN where nothing was billed
 */
struct wm_lcot wm_lcot(const struct wm_lcot_basis *basis);

#endif
