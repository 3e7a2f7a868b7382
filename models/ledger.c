#include "wattmill/ledger.h"

#include "wattmill/finance.h"
#include "wattmill/require.h"

static const char *const tenure_words[] = {"owned", "rented", NULL};
static const char *const it_tenure_words[] = {"owned", "leased", "hired", NULL};
static const char *const sells_words[] = {"tokens", "gpu-hours", "space", NULL};

// clang-format off
const struct wm_field wm_ledger_fields[] = {
    WM_CATALOG_HEAD_ROWS(wm_ledger_params),
    WM_CHOICE(wm_ledger_params, facility, tenure_words, "owned", "owned: capital and its cost; rented: colocation rent (cash cost of definition C)"),
    WM_CHOICE(wm_ledger_params, it, it_tenure_words, "owned", "accelerators: owned: bought; leased: it_lease_frac of their price each year, upkeep and tax with the lessee; hired: by the hour with hall, power and upkeep"),
    WM_CHOICE(wm_ledger_params, sells, sells_words, "tokens", "tokens; gpu-hours: economics.gpu_sales; space: the rent per IT design kW, power passed on (landlord: buys no accelerators)"),
    WM_REAL(wm_ledger_params, facility_capex_usd_per_mw_it, WM_UNIT_USD_PER_MW, 0.0, 1e9, 11.7e6, "shell, power and cooling per IT design MW"),
    WM_REAL(wm_ledger_params, facility_premium_frac, WM_UNIT_FRAC, 0.0, 5.0, 0.085, "premium of an AI hall on it"),
    WM_REAL(wm_ledger_params, facility_om_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.015, "operation and maintenance over facility capital, per year"),
    WM_REAL(wm_ledger_params, site_fte_per_mw_it, WM_UNIT_NONE, 0.0, 100.0, 0.5, "site staff per IT design MW"),
    WM_REAL(wm_ledger_params, site_fte_usd_per_year, WM_UNIT_USD_PER_YEAR, 0.0, 1e7, 180000.0, "cost of one"),
    WM_REAL(wm_ledger_params, it_maintenance_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.01, "maintenance over IT capital, per year"),
    WM_REAL(wm_ledger_params, platform_fte_per_mw_it, WM_UNIT_NONE, 0.0, 100.0, 0.8, "platform staff per IT design MW"),
    WM_REAL(wm_ledger_params, platform_fte_usd_per_year, WM_UNIT_USD_PER_YEAR, 0.0, 1e7, 210000.0, "cost of one"),
    WM_REAL(wm_ledger_params, network_usd_per_mw_it_year, WM_UNIT_USD_PER_MW_YEAR, 0.0, 1e8, 40000.0, "bandwidth per IT design MW"),
    WM_REAL(wm_ledger_params, property_tax_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0025, "over capital, per year, where the place has none of its own (site.local_tax)"),
    WM_REAL(wm_ledger_params, insurance_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.002, "over capital, per year"),
    WM_REAL(wm_ledger_params, licence_usd_per_gpu_year, WM_UNIT_USD_PER_GPU_YEAR, 0.0, 1e6, 0.0, "software licences per accelerator"),
    WM_REAL(wm_ledger_params, colo_rent_usd_per_kw_month, WM_UNIT_USD_PER_KW_MONTH, 0.0, 10000.0, 120.0, "colocation rent per IT design kW, power passed through (definition C)"),
    WM_REAL(wm_ledger_params, it_lease_frac, WM_UNIT_FRAC, 0.0, 2.0, 0.30, "yearly lease over the price of leased IT: an annuity of 4 years at 12 % to a residual of a sixth; estimate"),
    WM_REAL(wm_ledger_params, gpu_rent_usd_per_gpu_h, WM_UNIT_USD_PER_GPU_H, 0.0, 1000.0, (double)NAN, "rent of hired accelerators, every installed one at all hours; default: the accelerator's 3-year contract rent"),
    WM_REAL(wm_ledger_params, it_life_years, WM_UNIT_YEAR, 0.5, 50.0, 5.0, "of IT capital"),
    WM_REAL(wm_ledger_params, facility_life_years, WM_UNIT_YEAR, 0.5, 100.0, 20.0, "of facility capital"),
    WM_REAL(wm_ledger_params, discount_rate_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.10, "cost of capital, nominal, per year; hyperscalers 8 to 9 %, leveraged neoclouds 12 to 14 %"),
    WM_REAL(wm_ledger_params, debt_share_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.60, "debt over capital; lenders give 50 to 70 %"),
    WM_REAL(wm_ledger_params, debt_rate_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.10, "interest, per year; CoreWeave 2025: notes 10 %, delayed draw loans 11 to 15 %"),
    WM_REAL(wm_ledger_params, debt_years, WM_UNIT_YEAR, 1.0, 50.0, 5.0, "level payments over whole years"),
    WM_REAL(wm_ledger_params, tax_rate_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0, "on income after write-offs; 0: figures are before tax"),
    WM_FIELD_END,
};

/* A line belongs to a definition when it has a tag of `any` and none of `none`. */
static const struct wm_opex_definition definitions[WM_N_OPEX] = {
    [WM_OPEX_A] = {"A facility cash", "power, facility O&M, site staff, facility tax and insurance",
                   WM_TAG_POWER | WM_TAG_FACILITY | WM_TAG_ONSITE, WM_TAG_IT | WM_TAG_LEASE | WM_TAG_DEPRECIATION | WM_TAG_CAPITAL},
    [WM_OPEX_B] = {"B operator cash", "A + IT maintenance, platform staff, network, IT tax and insurance, licences, penalties",
                   WM_TAG_POWER | WM_TAG_FACILITY | WM_TAG_ONSITE | WM_TAG_IT | WM_TAG_PENALTY, WM_TAG_LEASE | WM_TAG_DEPRECIATION | WM_TAG_CAPITAL},
    [WM_OPEX_C] = {"C colocation tenant", "rent per IT design kW, power, the IT lines of B",
                   WM_TAG_POWER | WM_TAG_ONSITE | WM_TAG_IT | WM_TAG_LEASE | WM_TAG_PENALTY, WM_TAG_FACILITY | WM_TAG_DEPRECIATION | WM_TAG_CAPITAL},
    [WM_OPEX_D] = {"D accrual", "B + straight-line depreciation of IT and facility",
                   WM_TAG_POWER | WM_TAG_FACILITY | WM_TAG_ONSITE | WM_TAG_IT | WM_TAG_PENALTY, WM_TAG_LEASE | WM_TAG_CAPITAL},
    [WM_OPEX_E] = {"E annualised TCO", "B + capital recovery of IT and facility",
                   WM_TAG_POWER | WM_TAG_FACILITY | WM_TAG_ONSITE | WM_TAG_IT | WM_TAG_PENALTY, WM_TAG_LEASE | WM_TAG_DEPRECIATION},
};
// clang-format on

const char *wm_tag_name(int i)
{
    static const char *const names[WM_N_TAGS] = {"power",        "facility",  "it",      "people",
                                                 "tax",          "insurance", "licence", "lease",
                                                 "depreciation", "capital",   "penalty", "onsite",
                                                 "upkeep",       "hire"};
    WM_REQUIRE(i >= 0 && i < WM_N_TAGS);
    return names[i];
}

const struct wm_opex_definition *wm_opex_definition(enum wm_opex opex)
{
    WM_REQUIRE((int)opex >= 0 && opex < WM_N_OPEX);
    return &definitions[opex];
}

static void add_line(struct wm_ledger *ledger, const char *name, unsigned tags, double usd)
{
    WM_REQUIRE(ledger->n_lines < WM_N_LEDGER_LINES);
    ledger->lines[ledger->n_lines++] = (struct wm_ledger_line){name, tags, usd};
}

/* What a site may not have at all. */
static void add_line_if(struct wm_ledger *ledger, const char *name, unsigned tags, double usd)
{
    if (usd > 0.0 || usd < 0.0)
        add_line(ledger, name, tags, usd);
}

static void add_up(struct wm_ledger *ledger)
{
    for (size_t d = 0; d < WM_N_OPEX; d++) {
        for (size_t i = 0; i < ledger->n_lines; i++) {
            const unsigned tags = ledger->lines[i].tags;
            if ((tags & definitions[d].any) && !(tags & definitions[d].none))
                ledger->opex_usd[d] += ledger->lines[i].usd;
        }
        ledger->power_share_frac[d] =
            ledger->opex_usd[d] > 0.0 ? ledger->power_usd / ledger->opex_usd[d] : (double)NAN;
    }
}

struct wm_ledger wm_ledger_book(const struct wm_ledger_params *params,
                                const struct wm_ledger_basis *basis)
{
    const struct wm_ledger_params *p = params;
    const double mw = basis->it_design_w / WM_W_PER_MW;
    const double years = basis->years;
    const double rate = basis->discount_rate_frac;
    const double facility_usd =
        mw * p->facility_capex_usd_per_mw_it * (1.0 + p->facility_premium_frac) *
        (1.0 + basis->sales_tax_facility_frac);
    const double it_usd = basis->it_capex_usd;
    struct wm_ledger l = {
        .facility_capex_usd = facility_usd,
        .it_capex_usd = it_usd,
        .onsite_capex_usd = basis->onsite_capex_usd,
        .power_usd = basis->energy_usd + basis->demand_usd + basis->period_demand_usd +
                     basis->coincident_usd + basis->fixed_usd + basis->fuel_usd + basis->stock_usd,
        .energy_usd = basis->energy_usd,
    };
    const unsigned facility = WM_TAG_FACILITY, it = WM_TAG_IT, onsite = WM_TAG_ONSITE;
    const double hall_tax =
        basis->has_local_tax ? basis->local_tax_facility_frac : p->property_tax_frac;
    const double it_tax = basis->has_local_tax ? basis->local_tax_it_frac : p->property_tax_frac;
    add_line(&l, "energy", WM_TAG_POWER, basis->energy_usd);
    add_line(&l, "demand charge", WM_TAG_POWER, basis->demand_usd);
    add_line_if(&l, "demand charge, time of use", WM_TAG_POWER, basis->period_demand_usd);
    add_line_if(&l, "coincident peaks", WM_TAG_POWER, basis->coincident_usd);
    add_line_if(&l, "fuel", WM_TAG_POWER, basis->fuel_usd);
    add_line_if(&l, "stored energy, less at the end", WM_TAG_POWER, basis->stock_usd);
    add_line(&l, "fixed utility charge", WM_TAG_POWER, basis->fixed_usd);
    add_line(&l, "facility O&M", facility, years * p->facility_om_frac * facility_usd);
    add_line_if(&l, "storage and generation O&M", onsite, basis->onsite_om_usd);
    add_line(&l, "site staff", facility | WM_TAG_PEOPLE,
             years * mw * p->site_fte_per_mw_it * p->site_fte_usd_per_year);
    add_line(&l, "property tax, facility", facility | WM_TAG_TAX,
             years * hall_tax * facility_usd);
    add_line(&l, "insurance, facility", facility | WM_TAG_INSURANCE,
             years * p->insurance_frac * facility_usd);
    add_line(&l, "IT maintenance", it | WM_TAG_UPKEEP, years * p->it_maintenance_frac * it_usd);
    add_line(&l, "platform staff", it | WM_TAG_PEOPLE,
             years * mw * p->platform_fte_per_mw_it * p->platform_fte_usd_per_year);
    add_line(&l, "network", it, years * mw * p->network_usd_per_mw_it_year);
    add_line(&l, "property tax, IT", it | WM_TAG_TAX, years * it_tax * it_usd);
    add_line(&l, "insurance, IT", it | WM_TAG_INSURANCE, years * p->insurance_frac * it_usd);
    add_line(&l, "licences", it | WM_TAG_LICENCE,
             years * p->licence_usd_per_gpu_year * basis->n_gpus);
    add_line(&l, "ceiling penalties", WM_TAG_PENALTY, basis->penalty_usd);
    add_line_if(&l, "carbon price", WM_TAG_PENALTY, basis->carbon_usd);
    if (p->it == WM_IT_LEASED)
        add_line(&l, "lease of IT", WM_TAG_HIRE, years * p->it_lease_frac * it_usd);
    if (p->it == WM_IT_HIRED)
        add_line(&l, "hire of accelerators", WM_TAG_HIRE, basis->hire_usd);
    add_line(&l, "colocation rent", WM_TAG_LEASE,
             years * 12.0 * mw * 1e3 * p->colo_rent_usd_per_kw_month);
    add_line(&l, "depreciation, IT", it | WM_TAG_DEPRECIATION,
             years * wm_straight_line(it_usd, 0.0, p->it_life_years));
    add_line(&l, "depreciation, facility", facility | WM_TAG_DEPRECIATION,
             years * wm_straight_line(facility_usd, 0.0, p->facility_life_years));
    add_line_if(&l, "depreciation, storage and generation", onsite | WM_TAG_DEPRECIATION,
                basis->onsite_straight_usd);
    add_line(&l, "capital recovery, IT", it | WM_TAG_CAPITAL,
             years * wm_equivalent_annual_cost(it_usd, 0.0, rate, p->it_life_years));
    add_line(&l, "capital recovery, facility", facility | WM_TAG_CAPITAL,
             years * wm_equivalent_annual_cost(facility_usd, 0.0, rate, p->facility_life_years));
    add_line_if(&l, "capital recovery, storage and generation", onsite | WM_TAG_CAPITAL,
                basis->onsite_recovery_usd);
    add_up(&l);
    return l;
}

double wm_power_usd_at_share(const struct wm_ledger *ledger, enum wm_opex opex, double share_frac)
{
    WM_REQUIRE(share_frac >= 0.0 && share_frac < 1.0);
    return share_frac / (1.0 - share_frac) * (ledger->opex_usd[opex] - ledger->power_usd);
}

static double per_mtok(double cost_usd, double tok)
{
    return tok > 0.0 ? cost_usd / tok * WM_TOK_PER_MTOK : (double)NAN;
}

struct wm_lcot wm_lcot(const struct wm_lcot_basis *basis)
{
    const struct wm_lcot_basis *b = basis;
    return (struct wm_lcot){
        .in_usd_per_mtok = per_mtok(b->prefill_busy_frac * b->cost_usd, b->input_tok),
        .out_usd_per_mtok = per_mtok((1.0 - b->prefill_busy_frac) * b->cost_usd, b->output_tok),
        .total_usd_per_mtok = per_mtok(b->cost_usd, b->input_tok + b->cached_tok + b->output_tok),
        .out_only_usd_per_mtok = per_mtok(b->cost_usd, b->output_tok),
    };
}
