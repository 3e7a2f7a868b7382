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
    static const char *const names[WM_N_TAGS] = {
        "power", "facility",     "it",      "people",  "tax",    "insurance", "licence",
        "lease", "depreciation", "capital", "penalty", "onsite", "upkeep",    "hire"};
    WM_REQUIRE(i >= 0 && i < WM_N_TAGS);
    return names[i];
}

const struct wm_opex_definition *wm_opex_definition(enum wm_opex opex)
{
    WM_REQUIRE((int)opex >= 0 && opex < WM_N_OPEX);
    return &definitions[opex];
}

/* What a line is proportional to. */
enum driver {
    OF_FACILITY_USD,
    OF_IT_USD,
    OF_IT_VALUE, /* with what is owned already, as new */
    OF_FACILITY_TAX, /* of a year */
    OF_IT_TAX,
    OF_LEASED_USD, /* price of leased IT */
    OF_MW,
    OF_KW_MONTH,
    OF_GPUS,
    N_DRIVERS
};
/* How its rate makes a yearly cost of that: times the rate, or spread over a life. */
enum how { TIMES, STRAIGHT, RECOVERY };

/* A cost line that the parameters give, by the year: driver x rate (x second rate). */
struct cost_row {
    const char *name;
    unsigned tags;
    enum driver driver;
    enum how how;
    size_t rate, times; /* of struct wm_ledger_params; 0: none */
};

#define AT(member) offsetof(struct wm_ledger_params, member)
// clang-format off
static const struct cost_row cost_rows[] = {
    {"facility O&M",                WM_TAG_FACILITY,                       OF_FACILITY_USD, TIMES,    AT(facility_om_frac), 0},
    {"site staff",                  WM_TAG_FACILITY | WM_TAG_PEOPLE,       OF_MW,           TIMES,    AT(site_fte_per_mw_it), AT(site_fte_usd_per_year)},
    {"property tax, facility",      WM_TAG_FACILITY | WM_TAG_TAX,          OF_FACILITY_TAX, TIMES,    0, 0},
    {"insurance, facility",         WM_TAG_FACILITY | WM_TAG_INSURANCE,    OF_FACILITY_USD, TIMES,    AT(insurance_frac), 0},
    {"IT maintenance",              WM_TAG_IT | WM_TAG_UPKEEP,             OF_IT_VALUE,      TIMES,    AT(it_maintenance_frac), 0},
    {"platform staff",              WM_TAG_IT | WM_TAG_PEOPLE,             OF_MW,           TIMES,    AT(platform_fte_per_mw_it), AT(platform_fte_usd_per_year)},
    {"network",                     WM_TAG_IT,                             OF_MW,           TIMES,    AT(network_usd_per_mw_it_year), 0},
    {"property tax, IT",            WM_TAG_IT | WM_TAG_TAX,                OF_IT_TAX,       TIMES,    0, 0},
    {"insurance, IT",               WM_TAG_IT | WM_TAG_INSURANCE,          OF_IT_VALUE,      TIMES,    AT(insurance_frac), 0},
    {"licences",                    WM_TAG_IT | WM_TAG_LICENCE,            OF_GPUS,         TIMES,    AT(licence_usd_per_gpu_year), 0},
    {"lease of IT",                 WM_TAG_HIRE,                           OF_LEASED_USD,   TIMES,    AT(it_lease_frac), 0},
    {"colocation rent",             WM_TAG_LEASE,                          OF_KW_MONTH,     TIMES,    AT(colo_rent_usd_per_kw_month), 0},
    {"depreciation, IT",            WM_TAG_IT | WM_TAG_DEPRECIATION,       OF_IT_USD,       STRAIGHT, AT(it_life_years), 0},
    {"depreciation, facility",      WM_TAG_FACILITY | WM_TAG_DEPRECIATION, OF_FACILITY_USD, STRAIGHT, AT(facility_life_years), 0},
    {"capital recovery, IT",        WM_TAG_IT | WM_TAG_CAPITAL,            OF_IT_USD,       RECOVERY, AT(it_life_years), 0},
    {"capital recovery, facility",  WM_TAG_FACILITY | WM_TAG_CAPITAL,      OF_FACILITY_USD, RECOVERY, AT(facility_life_years), 0},
};
// clang-format on

static double param(const struct wm_ledger_params *params, size_t offset)
{
    return *(const double *)(const void *)((const char *)params + offset);
}

static double yearly_usd(const struct cost_row *row, const struct wm_ledger_params *params,
                         const double driver[N_DRIVERS], double discount_rate_frac)
{
    const double rate = row->rate != 0 ? param(params, row->rate) : 1.0;
    const double base = driver[row->driver];
    switch (row->how) {
    case TIMES:
        return base * rate * (row->times != 0 ? param(params, row->times) : 1.0);
    case STRAIGHT:
        return wm_straight_line(base, 0.0, rate);
    case RECOVERY:
        return wm_equivalent_annual_cost(base, 0.0, discount_rate_frac, rate);
    }
    return 0.0;
}

static void add_line(struct wm_ledger *ledger, const struct wm_ledger_line *line)
{
    WM_REQUIRE(ledger->n_lines < WM_N_LEDGER_LINES);
    ledger->lines[ledger->n_lines++] = *line;
}

/* Lines of the run that have, or have not, the tag of power. */
static void add_run_lines(struct wm_ledger *ledger, const struct wm_ledger_basis *basis,
                          bool of_power)
{
    for (size_t i = 0; i < basis->n_lines; i++)
        if (((basis->lines[i].tags & WM_TAG_POWER) != 0) == of_power)
            add_line(ledger, &basis->lines[i]);
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

static double line_usd(const struct wm_ledger *ledger, unsigned tags)
{
    double usd = 0.0;
    for (size_t i = 0; i < ledger->n_lines; i++)
        if ((ledger->lines[i].tags & tags) == tags)
            usd += ledger->lines[i].usd;
    return usd;
}

struct wm_ledger wm_ledger_book(const struct wm_ledger_params *params,
                                const struct wm_ledger_basis *basis)
{
    const double mw = basis->it_design_w / WM_W_PER_MW;
    const double facility_usd = mw * params->facility_capex_usd_per_mw_it *
                                (1.0 + params->facility_premium_frac) *
                                (1.0 + basis->sales_tax_facility_frac);
    const double hall_tax =
        basis->has_local_tax ? basis->local_tax_facility_frac : params->property_tax_frac;
    const double it_tax =
        basis->has_local_tax ? basis->local_tax_it_frac : params->property_tax_frac;
    const bool is_leased = params->it == WM_IT_LEASED;
    const double driver[N_DRIVERS] = {[OF_FACILITY_USD] = facility_usd,
                                      [OF_IT_USD] = basis->it_capex_usd,
                                      [OF_IT_VALUE] = basis->it_capex_usd + basis->owned_usd,
                                      [OF_FACILITY_TAX] = hall_tax * facility_usd,
                                      [OF_IT_TAX] = it_tax * basis->it_capex_usd,
                                      [OF_LEASED_USD] = is_leased ? basis->it_capex_usd : 0.0,
                                      [OF_MW] = mw,
                                      [OF_KW_MONTH] = 12.0 * mw * 1e3,
                                      [OF_GPUS] = basis->n_gpus};
    struct wm_ledger l = {
        .facility_capex_usd = facility_usd,
        .it_capex_usd = basis->it_capex_usd,
        .onsite_capex_usd = basis->onsite_capex_usd,
        .grid_capex_usd = basis->grid_capex_usd,
        .security_usd = basis->security_usd,
        .market_usd = basis->market_usd,
    };
    add_run_lines(&l, basis, true);
    for (size_t i = 0; i < sizeof cost_rows / sizeof *cost_rows; i++) {
        const struct cost_row *const row = &cost_rows[i];
        const double usd = yearly_usd(row, params, driver, basis->discount_rate_frac);
        if (row->driver == OF_LEASED_USD && !is_leased)
            continue;
        add_line(&l, &(struct wm_ledger_line){row->name, row->tags, basis->years * usd});
    }
    add_run_lines(&l, basis, false);
    l.power_usd = line_usd(&l, WM_TAG_POWER);
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
        .in_usd_per_mtok =
            per_mtok(b->prefill_busy_frac * (1.0 - b->cached_busy_frac) * b->cost_usd, b->input_tok),
        .cached_usd_per_mtok =
            per_mtok(b->prefill_busy_frac * b->cached_busy_frac * b->cost_usd, b->cached_tok),
        .out_usd_per_mtok = per_mtok((1.0 - b->prefill_busy_frac) * b->cost_usd, b->output_tok),
        .total_usd_per_mtok = per_mtok(b->cost_usd, b->input_tok + b->cached_tok + b->output_tok),
        .out_only_usd_per_mtok = per_mtok(b->cost_usd, b->output_tok),
    };
}
