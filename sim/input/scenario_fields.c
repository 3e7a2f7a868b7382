#include <string.h>

#include "fields.h"
#include "training_rows.h"
#include "wattmill/civil.h"
#include "wattmill/input.h"
#include "wattmill/scenario.h"
#include "wattmill/suggest.h"

static const char *const needed_words[] = {"needed", NULL};
static const char *const provisioning_words[] = {"max_p", "max_q", "max_lps", "demand", NULL};
const char *const wm_workload_kind_words[] = {"request", "batch", "training", "finetune", NULL};
static const char *const idle_words[] = {"always_on", "standby", "off", NULL};
static const char *const clocks_words[] = {"full", "energy", NULL};
static const char *const capping_words[] = {"marginal_revenue", "priority", "uniform", NULL};
static const char *const season_words[] = {"any", "summer", "winter", NULL};
static const char *const slo_miss_words[] = {"bill", "refund", NULL};

static const char *const write_off_words[] = {"straight-line", "declining-balance", "table",
                                              "macrs", NULL};
static const char *const money_words[] = {"nominal", "real", NULL};
static const char *const end_of_life_words[] = {"better", "repurchase", NULL};
static const char *const repayment_words[] = {"level", "sculpted", NULL};
static const char *const collateral_words[] = {"all", "it", "facility", NULL};

static const char *const ppa_words[] = {"fixed", "index", NULL};
static const char *const settled_words[] = {"load", "produced", NULL};
static const char *const matching_words[] = {"none", "annual", "hourly", NULL};

// clang-format off
static const struct wm_field horizon_fields[] = {
    WM_TIME_AS(wm_horizon, start_us, "start", "2027-01-01", "first instant; without an offset: UTC"),
    WM_REAL(wm_horizon, years, WM_UNIT_YEAR, 0.001, 30.0, 1.0, "length in years of 8,760 h; token prices are held flat"),
    WM_FIELD_END,
};
static const char *const fidelity_words[] = {"surface", "request", NULL};
static const struct wm_field request_window_fields[] = {
    WM_TIME_AS(wm_request_window, start_us, "start", "2027-01-04", "first instant, UTC; the window lies within the horizon"),
    WM_REAL_AS(wm_request_window, length_s, "hours", WM_UNIT_H, 0.25, 168.0, 1.0, "length, in whole quarters of an hour"),
    WM_INT(wm_request_window, router_replicas, 1, 65536, 16, "most replicas behind one router, which sends each request where fewest are under way; routers share the requests"),
    WM_REAL(wm_request_window, sample_frac, WM_UNIT_FRAC, 1e-5, 1.0, (double)NAN, "share of the routers whose requests are served one by one, spread over all; each stands for as many more, and a message says how many. Unset: all, or as many as serve 50 M requests"),
    WM_FIELD_END,
};
static const struct wm_field window_fields[] = {
    WM_TIME_AS(wm_ceiling_window, from_us, "from", NULL, "start; without an offset: UTC"),
    WM_TIME_AS(wm_ceiling_window, to_us, "to", NULL, "end; without an offset: UTC"),
    WM_REAL_REQ(wm_ceiling_window, limit_w, "limit_mw", WM_UNIT_MW, 0.0, 10000.0, "ceiling in the window"),
    WM_REAL_AS(wm_ceiling_window, notice_s, "notice_min", WM_UNIT_MIN, 0.0, 525600.0, 30.0, "warning before the window"),
    WM_REAL(wm_ceiling_window, penalty_usd_per_mwh, WM_UNIT_USD_PER_MWH, 0.0, 1e6, 0.0, "on energy drawn above the limit"),
    WM_REAL(wm_ceiling_window, payment_usd_per_mwh, WM_UNIT_USD_PER_MWH, 0.0, 1e6, 0.0, "for energy asked for and not drawn because of the window"),
    WM_FIELD_END,
};
static const struct wm_field phase_fields[] = {
    WM_TIME_AS(wm_ceiling_phase, from_us, "from", NULL, "start of the phase; a date alone: midnight on the site's clock; a time without an offset: UTC"),
    WM_REAL_REQ(wm_ceiling_phase, limit_w, "limit_mw", WM_UNIT_MW, 0.01, 10000.0, "contract from then on"),
    WM_REAL_AS(wm_ceiling_phase, firm_w, "firm_mw", WM_UNIT_MW, 0.0, 10000.0, (double)NAN, "firm part of it; unset: site.ceiling.firm_mw, as far as this contract goes"),
    WM_FIELD_END,
};
const struct wm_field wm_power_policy_fields[] = {
    WM_CATALOG_HEAD_ROWS(wm_curtailment),
    WM_REAL_AS(wm_curtailment, called_s_per_year, "hours_per_year", WM_UNIT_H_PER_YEAR, 0.0, 8000.0, 0.0, "mean hours under a call"),
    WM_REAL(wm_curtailment, depth_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.25, "of the contract in force that a call takes; Phoenix 2025: 0.25"),
    WM_REAL_AS(wm_curtailment, duration_s, "duration_h", WM_UNIT_H, 0.25, 720.0, 2.0, "of each call; Duke University 2025: about 2 h"),
    WM_REAL_AS(wm_curtailment, notice_s, "notice_min", WM_UNIT_MIN, 0.0, 525600.0, 30.0, "warning before a call"),
    WM_CHOICE(wm_curtailment, season, season_words, "any", "when calls come: any; summer: June to September; winter: December to February, on the site's clock"),
    WM_REAL(wm_curtailment, penalty_usd_per_mwh, WM_UNIT_USD_PER_MWH, 0.0, 1e6, 0.0, "on energy drawn above a call's limit"),
    WM_REAL(wm_curtailment, payment_usd_per_mwh, WM_UNIT_USD_PER_MWH, 0.0, 1e6, 0.0, "for energy asked for and not drawn because of a call"),
    WM_FIELD_END,
};
static const struct wm_field ceiling_fields[] = {
    WM_REAL_REQ(wm_ceiling, limit_w, "limit_mw", WM_UNIT_MW, 0.01, 10000.0, "contract at the meter; per-MW figures divide by it"),
    WM_REAL_AS(wm_ceiling, firm_w, "firm_mw", WM_UNIT_MW, 0.0, 10000.0, 0.0, "firm part of the connection: random calls never go below it"),
    WM_REAL_AS(wm_ceiling, ramp_w_per_s, "ramp_mw_per_min", WM_UNIT_MW_PER_MIN, 0.001, 100000.0, 10.0, "how fast the draw follows a window down"),
    WM_REAL_AS(wm_ceiling, ramp_up_w_per_s, "ramp_up_mw_per_min", WM_UNIT_MW_PER_MIN, 0.001, 100000.0, (double)NAN, "how fast it may come back; unset: as fast as down"),
    WM_LIST(wm_ceiling, phases, wm_ceiling_phase, phase_fields, "commissioning: the contract by phase, rising to limit_mw; empty: limit_mw throughout"),
    WM_LIST(wm_ceiling, calendar, wm_ceiling_window, window_fields, "windows at another limit; they must not overlap"),
    WM_PRESET(wm_ceiling, curtailment, power_policy, wm_power_policy_fields, "firm", "calls at random times, from a random stream of their own: a power policy of the catalogue, or keys of its own laid over one"),
    WM_FIELD_END,
};
static const struct wm_field weather_fields[] = {
    WM_REF(wm_site_weather, climate, climate, wm_climate, "northern-virginia", "parametric climate, unless there is a file"),
    WM_FILE_AS(wm_site_weather, file, "file", wm_weather_file_load, wm_site_year, "EPW or CSV of a year, hourly or every 30, 15, 10 or 5 min; its price and carbon are used when present"),
    WM_REAL_AS(wm_site_weather, utc_offset_s, "utc_offset_h", WM_UNIT_H, -12.0, 14.0, (double)NAN, "clock of files that do not say theirs, less UTC: local standard time; without site.time_zone also the site's clock"),
    WM_REAL(wm_site_weather, dry_bulb_shift_k, WM_UNIT_K, -30.0, 30.0, 0.0, "added to every hour's dry bulb and to the design dry bulb"),
    WM_FIELD_END,
};
static const struct wm_field market_fields[] = {
    WM_FILE_AS(wm_market, file, "file", wm_market_file_load, wm_site_year, "CSV of price_usd_per_mwh, carbon_gco2_per_kwh or both; goes before the weather file's"),
    WM_FIELD_END,
};
static const struct wm_field demand_response_fields[] = {
    WM_REAL_AS(wm_demand_response, reserved_w, "reserved_mw", WM_UNIT_MW, 0.0, 10000.0, 0.0, "load that the grid may call on"),
    WM_REAL(wm_demand_response, capacity_usd_per_kw_year, WM_UNIT_USD_PER_KW_YEAR, 0.0, 10000.0, 0.0, "paid for it, whether called or not; energy: site.ceiling.curtailment.payment_usd_per_mwh"),
    WM_FIELD_END,
};
static const char *const role_words[] = {"ceiling", "economic", "baseload", NULL};
static const struct wm_field generation_fields[] = {
    WM_TEXT_REQ(wm_generation, name, "name of the unit or units"),
    WM_REF(wm_generation, type, generator, wm_generator, NULL, "what it is"),
    WM_REAL_REQ(wm_generation, capacity_w, "capacity_mw", WM_UNIT_MW, 0.001, 10000.0, "nameplate"),
    WM_CHOICE(wm_generation, role, role_words, "ceiling", "ceiling: called when the site asks for more than the grid gives; economic: also while cheaper than the meter; baseload: always"),
    WM_FILE_AS(wm_generation, file, "file", wm_solar_file_load, wm_site_year, "solar: CSV with hour_of_year or time and solar_frac, output over nameplate"),
    WM_FIELD_END,
};
static const struct wm_field carbon_fields[] = {
    WM_REAL(wm_carbon, kg_per_mwh, WM_UNIT_KG_PER_MWH, 0.0, 2000.0, 350.0, "carbon of a MWh at the meter; default: estimate near PJM's 2023 mean", WM_USUAL(2.0, 1500.0)),
    WM_FIELD_END,
};
static const struct wm_field hall_fields[] = {
    WM_TEXT_REQ(wm_site_hall, name, "name of the hall"),
    WM_REAL(wm_site_hall, share_frac, WM_UNIT_FRAC, 0.0, 1.0, (double)NAN, "of the contract, which its IT, plant and losses take at the design hour; unset: halls without one share what the others leave"),
    WM_REAL_AS(wm_site_hall, it_limit_w, "it_limit_mw", WM_UNIT_MW, 0.001, 10000.0, (double)NAN, "IT power that its distribution carries (critical load): its racks are sized for no more, and it caps them at any time; unset: none"),
    WM_INT(wm_site_hall, rows, 0, 1000000, 0, "rows of racks that it has; 0: as many as it takes"),
    WM_INT(wm_site_hall, racks_per_row, 0, 100000, 0, "places for racks in a row; 0: not counted"),
    WM_REAL_AS(wm_site_hall, row_limit_w, "row_limit_kw", WM_UNIT_KW, 1.0, 1e6, (double)NAN, "of a row's feed (busway): so many racks stand in a row as it carries by the pool's rule of provisioning; unset: none"),
    WM_REAL_AS(wm_site_hall, rack_limit_w, "rack_limit_kw", WM_UNIT_KW, 1.0, 10000.0, (double)NAN, "of a rack's feed and cooling: racks that draw more by the pool's rule are refused; unset: none"),
    WM_PRESET(wm_site_hall, power_chain, power_chain, wm_power_chain_fields, "double-conversion", "meter to rack; unset, or without a type: the site's, with the keys given laid over it"),
    WM_PRESET(wm_site_hall, cooling, cooling, wm_cooling_fields, "dry-cooler", "cooling plant; likewise"),
    WM_FIELD_END,
};
static const struct wm_field ppa_fields[] = {
    WM_TEXT_REQ(wm_ppa, name, "of the agreement"),
    WM_CHOICE(wm_ppa, kind, ppa_words, "fixed", "fixed: usd_per_mwh; index: the market's price plus usd_per_mwh"),
    WM_REAL_REQ(wm_ppa, power_w, "contract_mw", WM_UNIT_MW, 0.001, 10000.0, "bought: at all hours, or nameplate of the file's output"),
    WM_FILE_AS(wm_ppa, file, "file", wm_solar_file_load, wm_site_year, "CSV of the plant's output over nameplate, hour_of_year or time and solar_frac, of sun or wind; left out: the same at all hours"),
    WM_CHOICE(wm_ppa, settled, settled_words, "load", "load: what the site draws, at most, in place of the tariff's energy; produced: all that is given, against the market's price (contract for difference)"),
    WM_REAL_REQ(wm_ppa, usd_per_mwh, "usd_per_mwh", WM_UNIT_USD_PER_MWH, -1000.0, 10000.0, "price, or what is added to the index", WM_USUAL(1.0, 300.0)),
    WM_REAL(wm_ppa, escalation_frac, WM_UNIT_FRAC, -0.5, 1.0, 0.0, "of that, per year from the start of operation"),
    WM_REAL(wm_ppa, term_years, WM_UNIT_YEAR, 0.1, 50.0, 15.0, "from the start of operation; 10 to 20 are usual (estimate)"),
    WM_FLAG(wm_ppa, has_certificates, true, "its certificates are the site's"),
    WM_FIELD_END,
};
static const struct wm_field certificates_fields[] = {
    WM_CHOICE(wm_certificates, matching, matching_words, "none", "none: none are bought; annual: over the run; hourly: in every hour"),
    WM_REAL(wm_certificates, share_frac, WM_UNIT_FRAC, 0.0, 1.0, 1.0, "of the energy at the meter that is to be covered"),
    WM_REAL(wm_certificates, usd_per_mwh, WM_UNIT_USD_PER_MWH, 0.0, 1000.0, 0.0, "of certificates beside agreements; of the hour where matching is hourly"),
    WM_FIELD_END,
};
static const struct wm_field interconnection_fields[] = {
    WM_REAL(wm_interconnection, cost_usd_per_mw, WM_UNIT_USD_PER_MW, 0.0, 1e8, 0.0, "contribution to the grid's works per MW of contract, paid first and worth nothing later; of who owns the facility"),
    WM_REAL(wm_interconnection, security_usd_per_mw, WM_UNIT_USD_PER_MW, 0.0, 1e8, 0.0, "deposit per MW of contract, paid first, without interest; of who owns the facility"),
    WM_REAL(wm_interconnection, security_years, WM_UNIT_YEAR, 0.0, 50.0, (double)NAN, "of operation, after which the deposit comes back; default: at the end of the appraisal"),
    WM_REAL(wm_interconnection, wait_months, WM_UNIT_NONE, 0.0, 120.0, 0.0, "from today until there is power, beside which construction runs; time_to_power_usd says what it costs"),
    WM_REAL(wm_interconnection, term_years, WM_UNIT_YEAR, 0.0, 50.0, 0.0, "of the contract with the utility, from the start of operation; 0: none"),
    WM_REAL(wm_interconnection, exit_usd_per_mw, WM_UNIT_USD_PER_MW, 0.0, 1e8, 0.0, "exit fee per MW of contract where the appraisal ends, or the site is given up, before the term; of who pays the power bill. AEP Ohio: three years of minimum charges"),
    WM_FIELD_END,
};
static const struct wm_field site_fields[] = {
    WM_ZONE(wm_site, time_zone, "the site's clock, for bill, phases, seasons, peaks and the climate's day: a zone of the tz database, such as America/Chicago, or an offset, such as -06:00; unset: standard time of the weather file, else of the climate"),
    WM_GROUP(wm_site, ceiling, ceiling_fields, "the grid's limit"),
    WM_GROUP(wm_site, weather, weather_fields, "weather"),
    WM_PRESET(wm_site, power_chain, power_chain, wm_power_chain_fields, "double-conversion", "meter to rack"),
    WM_PRESET(wm_site, cooling, cooling, wm_cooling_fields, "dry-cooler", "cooling plant"),
    WM_LIST(wm_site, halls, wm_site_hall, hall_fields, "halls, each with its plant, its share of the contract and its limits; power_chain and cooling of the site hold for halls that do not say theirs. Empty: one hall"),
    WM_PRESET(wm_site, local_tax, local_tax, wm_local_tax_fields, "none", "taxes of the place on equipment, building and purchases"),
    WM_PRESET(wm_site, tariff, tariff, wm_tariff_fields, "us-large-load", "electricity tariff"),
    WM_GROUP(wm_site, market, market_fields, "price and carbon by the hour"),
    WM_PRESET(wm_site, storage, storage, wm_storage_fields, "li-ion", "battery behind the meter; none while its power_mw or energy_mwh is 0"),
    WM_GROUP(wm_site, demand_response, demand_response_fields, "payment for standing by; revenue, never negative OpEx"),
    WM_LIST(wm_site, generation, wm_generation, generation_fields, "on-site generation, in the order in which it is called"),
    WM_LIST(wm_site, ppas, wm_ppa, ppa_fields, "power purchase agreements, in the order in which they meet the load; of who pays the bill"),
    WM_GROUP(wm_site, certificates, certificates_fields, "certificates of origin; part of the cost of power"),
    WM_GROUP(wm_site, interconnection, interconnection_fields, "cost, security and wait of the connection"),
    WM_GROUP(wm_site, carbon, carbon_fields, "carbon"),
    WM_PRESET(wm_site, failures, failures, wm_failures_fields, "llama-3", "failures, spares, repair crews, maintenance"),
    WM_FIELD_END,
};
static const struct wm_field owned_fields[] = {
    WM_REAL(wm_owned, age_years, WM_UNIT_YEAR, 0.0, 40.0, (double)NAN, "age at the start of the run; given: the pool is there and paid for, and its price is no capital of the run. Past the ledger's it_life_years it is replaced after a year"),
    WM_REAL(wm_owned, book_usd_per_gpu, WM_UNIT_USD_PER_GPU, 0.0, 1e7, (double)NAN, "book value still to be written off; unset: what a straight line over the ledger's life leaves of the price"),
    WM_REAL(wm_owned, salvage_usd_per_gpu, WM_UNIT_USD_PER_GPU, 0.0, 1e7, (double)NAN, "what it brings when it is replaced, retired or left at the end; unset: by the resale curve of its age"),
    WM_FIELD_END,
};
static const struct wm_field fleet_fields[] = {
    WM_TEXT_REQ(wm_fleet, name, "name of the pool"),
    WM_REF(wm_fleet, accelerator, accelerator, wm_accelerator, NULL, "what it is made of"),
    WM_GROUP(wm_fleet, kv_tiers, wm_kv_tiers_fields, "memory of the nodes that read prompts, for what leaves the prefix cache; workloads.N.serving.reuse_frac says what comes again"),
    WM_REF_OPT(wm_fleet, prefill_accelerator, accelerator, wm_accelerator, "on which the pool's prompts are read, in racks of their own, while `accelerator` decodes; none: the same, in the same racks. The KV cache moves over the slower of the two networks, in the engine's format"),
    WM_TEXT(wm_fleet, hall, "", "hall of site.halls in which it stands; may be left out where there is one"),
    WM_COUNT(wm_fleet, count, provisioning_words, 0, 1e9, "max_p", "accelerators (rounded down to whole racks), or racks that fill the IT design power: max_p by nameplate, max_q by the efficiency profile's, max_lps by observed draw, with capping as the safety net; or demand: racks that serve the highest hour of what is asked of the pool, and no more than max_p's"),
    WM_COUNT(wm_fleet, prefill_count, needed_words, 0, 1e9, "needed", "beside a count of accelerators, which then decode: those of prefill_accelerator (rounded down to whole racks), or as many as they need"),
    WM_REAL(wm_fleet, share_frac, WM_UNIT_FRAC, 0.0, 1.0, 1.0, "of its hall's IT design power, for max_p, max_q and max_lps; the most that demand may take"),
    WM_REAL(wm_fleet, spare_frac, WM_UNIT_FRAC, 0.0, 0.9, 0.0, "of the racks, kept idle to stand in for broken ones"),
    WM_REAL(wm_fleet, guard_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.05, "max_lps: band over the 99th percentile of 15-minute rack draw at full load"),
    WM_REAL(wm_fleet, margin_frac, WM_UNIT_FRAC, 0.0, 10.0, 0.15, "count demand: capacity over the highest hour of demand (shape of the week, growth until the end of the run), for failures and what a mean week leaves out; estimate"),
    WM_TIME_AS(wm_fleet, online_us, "online", "1970-01-01", "from then on the pool is there, UTC"),
    WM_TIME_AS(wm_fleet, retire_us, "retire", "2200-01-01", "from then on it is gone and draws nothing, UTC"),
    WM_GROUP(wm_fleet, owned, owned_fields, "a pool that is there and paid for: no purchase, depreciation of its book value over the rest of its life, resale at its age"),
    WM_FIELD_END,
};
static const struct wm_field variation_fields[] = {
    WM_REAL(wm_variation, season_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0, "height of a yearly wave over the mean, whose mean over a year is 1 (0.1: 10 % above in its high season, 10 % below half a year later)"),
    WM_INT(wm_variation, season_peak_day, 1, 366, 320, "day of the year, UTC, on which the wave is highest; estimate: mid-November, in term and before the holidays"),
    WM_REAL(wm_variation, noise_log_sd, WM_UNIT_NONE, 0.0, 2.0, 0.0, "standard deviation of the demand's logarithm from hour to hour around its course. Measured: 0.64 from day to day on one log of coding clients in September 2026 (SemiAnalysis, 14 days), 0.9 on a campus (BurstGPT, daily totals); a large site has less"),
    WM_REAL_AS(wm_variation, noise_corr_s, "noise_corr_h", WM_UNIT_H, 0.1, 8760.0, 24.0, "time in which this noise forgets (to 1/e); estimate"),
    WM_REAL(wm_variation, growth_log_sd, WM_UNIT_NONE, 0.0, 2.0, 0.0, "noise of growth: standard deviation of the logarithm of the level after a year, a random walk. How large all of it is stays: use ranges of growth_per_year in a study for that"),
    WM_REAL(wm_variation, bursts_per_year, WM_UNIT_PER_YEAR, 0.0, 8760.0, 0.0, "bursts of demand (a release, an event), at random times"),
    WM_REAL(wm_variation, burst_frac, WM_UNIT_FRAC, 0.0, 100.0, 1.0, "what a burst adds when it begins, over the demand without it (1: twice as much); estimate. Measured: the highest day of a campus is 6.4 times the mean (BurstGPT)"),
    WM_REAL_AS(wm_variation, burst_s, "burst_h", WM_UNIT_H, 0.1, 8760.0, 48.0, "time in which a burst fades (to 1/e); estimate"),
    WM_TEXT(wm_variation, drift_to, "", "workload that demand moves to: drift of the mix. Output tokens are kept; the other workload's lengths, model and price hold for those that moved"),
    WM_REAL(wm_variation, drift_frac_per_year, WM_UNIT_PER_YEAR, 0.0, 1.0, 0.0, "share of the demand that has moved to drift_to after a year, of the rest again after two"),
    WM_FIELD_END,
};
static const struct wm_field demand_fields[] = {
    WM_REAL(wm_demand, output_tok_per_s, WM_UNIT_TOK_PER_S, 0.0, 1e15, (double)NAN, "offered output rate, weekly mean; or give requests_per_s or utilisation_frac"),
    WM_REAL(wm_demand, requests_per_s, WM_UNIT_REQ_PER_S, 0.0, 1e12, (double)NAN, "offered requests, weekly mean"),
    WM_REAL(wm_demand, utilisation_frac, WM_UNIT_FRAC, 0.0, 10.0, (double)NAN, "offered over design-hour capacity, weekly mean"),
    WM_REF(wm_demand, shape, shape, wm_shape, "flat", "demand by hour of the week"),
    WM_FILE_AS(wm_demand, shape_file, "shape_file", wm_shape_file_load, wm_shape, "CSV of hour_of_week and relative, instead of a shape of the catalogue"),
    WM_FILE_AS(wm_demand, trace, "trace", wm_demand_trace_load, wm_demand_trace, "requests as recorded (Azure, BurstGPT, Mooncake, Qwen-Bailian, Vidur, LLMServingSim or own format): gives class, rate and hourly shape where they are not named"),
    WM_FLAG(wm_demand, per_mw, false, "the rate is per MW of contract"),
    WM_REAL(wm_demand, growth_per_year, WM_UNIT_PER_YEAR, -0.99, 100.0, 0.0, "growth of the rate, compounded from the start of the horizon (0.3 = 30 % a year)"),
    WM_REAL(wm_demand, elasticity, WM_UNIT_NONE, -10.0, 0.0, 0.0, "of demand to price: the rate is multiplied by discount_frac to this power, and in the years of the appraisal by the price path to it, as far as capacity and ceiling let it; published: -1.11 (short run)"),
    WM_GROUP(wm_demand, variation, variation_fields, "how demand moves through the years beside its week and its growth: season, noise, bursts, drift of the mix; random parts follow the seed and keep the demand of the horizon as a whole"),
    WM_FIELD_END,
};
static const struct wm_field slo_fields[] = {
    WM_REAL_AS(wm_slo, ttft_s, "ttft_s", WM_UNIT_S, 0.001, 86400.0, 2.0, "time to first token, 99th percentile at capacity"),
    WM_REAL(wm_slo, tok_per_s_per_user, WM_UNIT_TOK_PER_S, 0.01, 100000.0, 20.0, "speed each user sees, median at capacity"),
    WM_FIELD_END,
};
static const struct wm_field serving_fields[] = {
    WM_FILE_AS(wm_service_choice, curve_file, "curve_file", wm_curve_file_load, wm_serving_curve, "CSV of measured operating points of a replica, instead of the step-time model: concurrency, n_gpu, output_tokens_per_s_per_gpu, tpot_s, ttft_s, gpu_power_w"),
    WM_REAL(wm_service_choice, draft_tok, WM_UNIT_TOK, 0.0, 16.0, 0.0, "guesses that a step checks per sequence (speculative decoding, multi-token prediction), each made by a pass through one layer like the model's; 0: none"),
    WM_REAL(wm_service_choice, accept_frac, WM_UNIT_FRAC, 0.0, 1.0, (double)NAN, "probability that a guess is right if those before it are; unset: what the model's own module gained where it was measured (accepted_tok of llms), else 0.7 (estimate; 0.85 to 0.9 for DeepSeek-V3's one guess, arXiv:2412.19437)"),
    WM_REAL(wm_service_choice, reuse_frac, WM_UNIT_FRAC, 0.0, 1.0, (double)NAN, "of prompt tokens, said before: what a cache without end would find, of which the class's cached_frac is found in the accelerators' own and fleet.N.kv_tiers find the next part; not billed as cached. Unset: no more than cached_frac"),
    WM_REAL(wm_service_choice, reuse_s, WM_UNIT_S, 0.1, 1e8, 600.0, "mean time until they come again, exponential; estimate"),
    WM_CHOICE(wm_service_choice, router, wm_router_words, "least-requests", "which replica a request goes to; in what fidelity request serves one by one"),
    WM_INT(wm_service_choice, max_seqs, 0, 1000000, 0, "sequences of a batch, per attention group; 0: the engine's limit; in what fidelity request serves one by one"),
    WM_FIELD_END,
};
static const struct wm_field speed_tier_fields[] = {
    WM_REAL_REQ(wm_speed_tier, tok_per_s_per_user, "tok_per_s_per_user", WM_UNIT_TOK_PER_S, 0.01, 100000.0, "speed from which it holds"),
    WM_REAL_REQ(wm_speed_tier, price_frac, "price_frac", WM_UNIT_FRAC, 0.0, 100.0, "price of a request's tokens over the price; hosts ask 1.5 to 2.1 for fast tiers, makers 6 to 12 (lists of 2026)"),
    WM_FIELD_END,
};
static const struct wm_field price_fields[] = {
    WM_REF_OPT(wm_price, deck, deck, wm_deck, "list prices of tokens; required unless the workload is a job"),
    WM_REAL(wm_price, paid_frac, WM_UNIT_FRAC, 0.0, 1.0, 1.0, "share of served tokens that are billed"),
    WM_REAL(wm_price, discount_frac, WM_UNIT_FRAC, 0.0, 10.0, 1.0, "price paid over list price"),
    WM_REAL(wm_price, market_frac, WM_UNIT_FRAC, 0.0, 10.0, 1.0, "further factor: what a market of many sellers leaves of the price; init writes one where list prices would earn more than the accelerators rent for"),
    WM_REAL_AS(wm_price, worth_usd_per_out_tok, "worth_usd_per_mtok", WM_UNIT_USD_PER_MTOK, 0.0, 1e6, 0.0, "value of a million output tokens to dispatch where less than that is paid: internal work, free tiers; no revenue"),
    WM_LIST(wm_price, speed_tiers, wm_speed_tier, speed_tier_fields, "prices by the speed that is delivered, rising; what is slower pays the price itself. Dispatch knows the price alone"),
    WM_REAL(wm_price, batch_discount_frac, WM_UNIT_FRAC, 0.0, 10.0, 0.5, "further factor on the price of kind batch; OpenAI, Anthropic and others: 0.5"),
    WM_FIELD_END,
};
const struct wm_field wm_training_fields[] = {
    WM_INT(wm_training, gpus, 0, 1e9, 0, "accelerators of a gang; 0: all that the workload has"),
    WM_INT(wm_training, gangs, 0, 1e6, 1, "gangs of that size; 0: as many as fit"),
    WM_REAL(wm_training, tokens, WM_UNIT_TOK, 0.0, 1e18, 0.0, "to train on, per gang; then it ends; 0: without end"),
    WM_TIME_AS(wm_training, start_us, "start", "1970-01-01", "first instant of the job, UTC"),
    WM_TRAINING_ROWS(wm_training, ),
    WM_REAL_AS(wm_training, contract_usd_per_gpu_h, "contract_usd_per_gpu_h", WM_UNIT_USD_PER_GPU_H, 0.0, 1000.0, 0.0, "paid from outside per accelerator-hour of work: revenue"),
    WM_REAL_AS(wm_training, transfer_usd_per_gpu_h, "transfer_usd_per_gpu_h", WM_UNIT_USD_PER_GPU_H, 0.0, 1000.0, 0.0, "booked inside the company: reported apart, not revenue"),
    WM_REAL_AS(wm_training, worth_usd_per_gpu_h, "worth_usd_per_gpu_h", WM_UNIT_USD_PER_GPU_H, 0.0, 1000.0, 2.0, "to dispatch, where neither price is given; estimate near the rent of an H100"),
    WM_FIELD_END,
};
static const struct wm_field workload_row_fields[] = {
    WM_TEXT_REQ(wm_workload, name, "name of the workload"),
    WM_CHOICE(wm_workload, kind, wm_workload_kind_words, "request", "request: interactive, what does not fit is lost; batch: waits for capacity until its deadline; training, finetune: gangs that work, fail and restart together"),
    WM_REF_OPT(wm_workload, class, workload, wm_workload_class, "lengths and prefix reuse; required unless the workload is a job"),
    WM_REF(wm_workload, llm, llm, wm_llm, NULL, "model that serves it"),
    WM_CHOICE(wm_workload, precision, wm_precision_words, "fp8", "of weights and matrix products"),
    WM_REF_OPT(wm_workload, engine, engine, wm_engine, "serving engine, which reads prompts apart from decoding or together with it; none: the overheads of " WM_USUAL_ENGINE ", and whichever way makes more"),
    WM_TEXT_REQ(wm_workload, pool, "fleet entry that serves it; workloads of one model, precision and engine share replicas"),
    WM_TIME_AS(wm_workload, start_us, "start", "1970-01-01", "from then on it is asked for, and not before its pool is there"),
    WM_TIME_AS(wm_workload, end_us, "end", "2200-01-01", "from then on it is asked for no more, nor once its pool is gone"),
    WM_REAL(wm_workload, pool_share_frac, WM_UNIT_FRAC, 0.0, 1.0, (double)NAN, "share of the pool's racks for this model and precision; unset: by load"),
    WM_REAL(wm_workload, max_loss_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0, "flexibility tier: throughput that capping priority takes before any class loses more (0, 0.1, 0.25, 0.5 are usual)"),
    WM_INT(wm_workload, priority, -1, 1000, -1, "higher is shed later under capping priority; -1: batch 0, finetune 10, training 20, request 100"),
    WM_REAL_AS(wm_workload, deadline_s, "deadline_h", WM_UNIT_H, 0.25, 8760.0, 24.0, "batch: from arrival; what is not served by then is dropped"),
    WM_FLAG(wm_workload, waits_for_price, true, "batch: while energy is dearer than its mean of the last day only what expires within a quarter of the deadline is asked for"),
    WM_CHOICE(wm_workload, on_slo_miss, slo_miss_words, "bill", "requests that miss a latency target are billed, or refunded"),
    WM_GROUP(wm_workload, demand, demand_fields, "how much is asked for"),
    WM_GROUP(wm_workload, slo, slo_fields, "latency targets"),
    WM_GROUP(wm_workload, serving, serving_fields, "how it is served: speculative decoding, or a measured curve instead of the model"),
    WM_GROUP(wm_workload, price, price_fields, "what is paid"),
    WM_GROUP(wm_workload, training, wm_training_fields, "jobs: gangs, checkpoints, price"),
    WM_FIELD_END,
};
static const struct wm_field policy_fields[] = {
    WM_CHOICE(wm_policy, capping, capping_words, "marginal_revenue", "who gives way under the ceiling: marginal_revenue equalises $/W, priority sheds in order of class, uniform sets one clock for all"),
    WM_CHOICE(wm_policy, idle, idle_words, "always_on", "while no ceiling binds, replicas in excess of demand: always_on: all share it; standby: idle with their model resident, ready at once; off: switched off, ready after return_min"),
    WM_CHOICE(wm_policy, clocks, clocks_words, "full", "while no ceiling binds: full, or those at which demand takes least energy within its targets, for which some replicas idle under always_on too"),
    WM_REAL(wm_policy, reserve_frac, WM_UNIT_FRAC, 0.0, 10.0, 0.2, "standby, off, clocks energy: demand above the present one that the replicas at work could serve within their targets; estimate"),
    WM_REAL(wm_policy, within_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.999, "standby, off, clocks energy: requests within their targets at every operating point that is chosen; estimate"),
    WM_REAL(wm_policy, off_power_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0, "power of racks switched off because the ceiling leaves them without work, over their idle power with the model resident; 0: their feeder is opened, 1: they are never off; estimate"),
    WM_REAL_AS(wm_policy, return_s, "return_min", WM_UNIT_MIN, 0.0, 1440.0, 10.0, "from switched off until they serve: started and the model loaded; estimate"),
    WM_FIELD_END,
};
static const struct wm_field capital_share_fields[] = {
    WM_REAL_REQ(wm_capital_share, share_frac, "share_frac", WM_UNIT_FRAC, 0.0, 1.0, "of the capital"),
    WM_FIELD_END,
};
static const struct wm_field construction_fields[] = {
    WM_REAL(wm_construction, years, WM_UNIT_YEAR, 0.0, 10.0, 0.0, "from the first capital to the start of operation; the facility is paid along the curve, IT at the start of operation; 0: all is paid on one day"),
    WM_LIST(wm_construction, curve, wm_capital_share, capital_share_fields, "shares of the facility's capital, one for each year of construction begun, paid at its start; left out: even"),
    WM_REAL(wm_construction, first_year_frac, WM_UNIT_FRAC, 0.0, 1.0, 1.0, "of a year's revenue, earned in the first year of operation (ramp)"),
    WM_FIELD_END,
};
static const struct wm_field tranche_fields[] = {
    WM_TEXT_REQ(wm_tranche, name, "of the tranche"),
    WM_CHOICE(wm_tranche, of, collateral_words, "all", "capital it is secured on"),
    WM_REAL_REQ(wm_tranche, share_frac, "share_frac", WM_UNIT_FRAC, 0.0, 1.0, "of that capital, lent at most"),
    WM_REAL_REQ(wm_tranche, rate_frac, "rate_frac", WM_UNIT_FRAC, 0.0, 1.0, "interest, per year"),
    WM_REAL_REQ(wm_tranche, term_years, "term_years", WM_UNIT_YEAR, 1.0, 50.0, "from the start of operation, grace included"),
    WM_REAL(wm_tranche, grace_years, WM_UNIT_YEAR, 0.0, 49.0, 0.0, "interest only"),
    WM_CHOICE(wm_tranche, repayment, repayment_words, "level", "level: the same each year; sculpted: to the same coverage in each year"),
    WM_REAL(wm_tranche, dscr_target, WM_UNIT_NONE, 0.0, 10.0, 0.0, "sculpted: lends no more than this coverage allows; 0: share_frac alone"),
    WM_REAL(wm_tranche, sweep_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0, "of the cash left after service, that repays it early"),
    WM_REAL(wm_tranche, reserve_months, WM_UNIT_NONE, 0.0, 24.0, 0.0, "of the first year's service, held from the start of operation until it is repaid (DSRA)"),
    WM_REAL(wm_tranche, refinance_years, WM_UNIT_YEAR, 0.0, 49.0, 0.0, "after so many years of operation it goes on level at another rate; 0: never"),
    WM_REAL(wm_tranche, refinance_rate_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0, "the rate from then on"),
    WM_REAL(wm_tranche, refinance_fee_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0, "of what is owed then"),
    WM_FIELD_END,
};
#define RANGE_ROW(member, entry, text) WM_REF(wm_range_terms, member, uncertainty, wm_uncertainty, entry, text)
static const struct wm_field range_fields[] = {
    RANGE_ROW(price, "price-over-list", "token prices, over the decks'"),
    RANGE_ROW(paid, "paid-share", "share of tokens paid, over the scenario's; at most all"),
    RANGE_ROW(half_life, "price-half-life", "of token prices [years]; where price_half_life_years is given, over the entry's mode a factor on it"),
    RANGE_ROW(energy, "energy-price", "price of energy, over the tariff's"),
    RANGE_ROW(charges, "charge-per-kw", "charges by the kW and fixed ones, over the tariff's; tied to energy"),
    RANGE_ROW(it_capex, "it-capex", "price of IT, and its upkeep, tax and insurance"),
    RANGE_ROW(facility_capex, "facility-capex", "price of the facility, and its upkeep, tax and insurance"),
    RANGE_ROW(residual, "it-residual", "worth of used IT"),
    RANGE_ROW(delay, "delay", "of power and deliveries [years]"),
    RANGE_ROW(model, "serving-model", "tokens per second over what the model says: tokens where capacity or ceiling binds, else energy"),
    RANGE_ROW(rent, "gpu-rent", "price of accelerators sold by the hour on demand; tied to token prices"),
    WM_FIELD_END,
};
static const struct wm_field market_choice_fields[] = {
    WM_REAL(wm_market_choice, gain_per_year, WM_UNIT_PER_YEAR, 0.0, 10.0, 0.0, "by which the best new seller makes more tokens for its cost each year (0.4 = 40 %); accelerators alone: computing per dollar doubles in 2.1 years, 0.39 a year (Epoch AI 2023)"),
    WM_REAL(wm_market_choice, own_gain_per_year, WM_UNIT_PER_YEAR, 0.0, 10.0, 0.0, "by which software lets this site's accelerators make more tokens each year, with the same power while they work"),
    WM_REAL(wm_market_choice, pass_through_frac, WM_UNIT_FRAC, 0.0, 2.0, 1.0, "of what the best new seller saves, taken off the price: 1 under competition, 0.5 of a monopolist with straight demand (theory); the rest is kept"),
    WM_REAL(wm_market_choice, cost_frac, WM_UNIT_FRAC, 0.0, 10.0, (double)NAN, "cost of the best new seller over the price when operation starts; default: the levelised cost of this site over its price"),
    WM_REAL(wm_market_choice, margin_floor_frac, WM_UNIT_FRAC, -1.0, 0.99, (double)NAN, "price never below what leaves this margin over the cash cost of the ledger; 0: sells as long as it earns its cash cost; default: no floor"),
    WM_REAL(wm_market_choice, competitor_price_frac, WM_UNIT_FRAC, 0.001, 100.0, (double)NAN, "price of a competitor over this site's when operation starts; the site never asks more; default: none"),
    WM_REAL(wm_market_choice, competitor_half_life_years, WM_UNIT_YEAR, 0.05, 1000.0, (double)NAN, "the competitor's price halves in this time; default: it falls as gain_per_year lets cost fall"),
    WM_FIELD_END,
};
static const struct wm_field economics_fields[] = {
    WM_PRESET(wm_economics, ledger, ledger, wm_ledger_fields, "owner-operator", "who owns what, and unit costs"),
    WM_REAL(wm_economics, discount_rate_frac, WM_UNIT_FRAC, 0.0, 1.0, (double)NAN, "nominal unless money is real, per year; default: the ledger's, 8 to 14 % is usual"),
    WM_CHOICE(wm_economics, money, money_words, "nominal", "what rates and escalations mean; real: without inflation, to which inflation_frac is added in every flow"),
    WM_REAL(wm_economics, inflation_frac, WM_UNIT_FRAC, -0.1, 1.0, 0.025, "per year, between nominal and real (estimate)"),
    WM_INT(wm_economics, appraisal_years, 1, WM_APPRAISAL_YEARS_MAX, 5, "years over which a run of less than 3 repeats its year, capital spent at the start"),
    WM_GROUP(wm_economics, construction, construction_fields, "before the first token"),
    WM_REAL(wm_economics, residual_it_frac, WM_UNIT_FRAC, 0.0, 1.0, (double)NAN, "worth of IT at the end of the appraisal, or of its life if that is shorter, over its price; default: by age, 0.125 after 5 years (GLRI resale curve)"),
    WM_REAL(wm_economics, residual_facility_frac, WM_UNIT_FRAC, 0.0, 2.0, (double)NAN, "worth of the facility at the end of the appraisal over its price; default: a straight line over its life"),
    WM_CHOICE(wm_economics, end_of_life, end_of_life_words, "better", "when IT reaches the end of its life within the appraisal: repurchase, or better: give the site up then if that is worth more"),
    WM_REAL(wm_economics, price_half_life_years, WM_UNIT_YEAR, 0.05, 1000.0, (double)NAN, "token prices halve in this time; default: they stay. Economy tier 1.10, mid tier 1.55, flagships none (arXiv 2603.28576)"),
    WM_GROUP(wm_economics, market, market_choice_fields, "prices that answer to falling costs and to a competitor, over the years of the appraisal"),
    WM_REAL(wm_economics, power_escalation_frac, WM_UNIT_FRAC, -0.5, 1.0, 0.03, "of the power bill, per year (estimate)"),
    WM_REAL(wm_economics, opex_escalation_frac, WM_UNIT_FRAC, -0.5, 1.0, 0.03, "of all other cash cost, per year (estimate)"),
    WM_REAL(wm_economics, debt_share_frac, WM_UNIT_FRAC, 0.0, 1.0, (double)NAN, "debt over capital; default: the ledger's"),
    WM_REAL(wm_economics, debt_rate_frac, WM_UNIT_FRAC, 0.0, 1.0, (double)NAN, "interest, per year; default: the ledger's"),
    WM_REAL(wm_economics, debt_years, WM_UNIT_YEAR, 1.0, 50.0, (double)NAN, "level payments over whole years; default: the ledger's"),
    WM_LIST(wm_economics, debt, wm_tranche, tranche_fields, "tranches in order of payment, instead of debt_share_frac, debt_rate_frac and debt_years"),
    WM_REAL(wm_economics, dscr_floor, WM_UNIT_NONE, 0.0, 10.0, 1.35, "debt service coverage below this gives a warning (covenant; estimate)"),
    WM_REAL(wm_economics, tax_rate_frac, WM_UNIT_FRAC, 0.0, 1.0, (double)NAN, "on income after write-offs, losses carried forward; default: the ledger's"),
    WM_CHOICE(wm_economics, tax_write_off, write_off_words, "straight-line", "how capital is written off for tax; table: the shares of tax_table; macrs: IT in 5 years, the facility in 5, 15 and 39"),
    WM_LIST(wm_economics, tax_table, wm_capital_share, capital_share_fields, "write-offs of years 1, 2, ..., for the word table"),
    WM_REAL(wm_economics, tax_bonus_frac, WM_UNIT_FRAC, 0.0, 1.0, 1.0, "macrs: of classes up to 20 years, written off at once (all of it for what is bought after 2025-01-19)"),
    WM_REAL(wm_economics, tax_facility_5_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.0, "macrs: of the facility's capital, in the 5-year class (cost segregation)"),
    WM_REAL(wm_economics, tax_facility_15_frac, WM_UNIT_FRAC, 0.0, 1.0, 0.15, "macrs: of the facility's capital, in the 15-year class; the rest in 39 years; estimate"),
    WM_REAL(wm_economics, tax_loss_limit_frac, WM_UNIT_FRAC, 0.01, 1.0, 1.0, "of a year's income that losses carried forward may offset; 0.8 in the US"),
    WM_REAL(wm_economics, tax_interest_limit_frac, WM_UNIT_FRAC, 0.01, 1.0, (double)NAN, "of earnings before interest and write-offs, up to which interest is deducted; 0.3 in the US; default: no limit"),
    WM_REAL(wm_economics, carbon_usd_per_t, WM_UNIT_NONE, 0.0, 10000.0, 0.0, "price of carbon on what the site's energy emits [USD/t], in OpEx"),
    WM_REAL(wm_economics, receivable_days, WM_UNIT_NONE, 0.0, 3650.0, 0.0, "of revenue that customers owe at each year's end (working capital)"),
    WM_REAL(wm_economics, payable_days, WM_UNIT_NONE, 0.0, 3650.0, 0.0, "of cash cost that the site owes at each year's end"),
    WM_LIST(wm_economics, gpu_sales, wm_gpu_sale, wm_gpu_sale_fields, "accelerators sold by the hour, for a ledger that sells gpu-hours, or beside tokens"),
    WM_GROUP(wm_economics, range, range_fields, "what is drawn for P10, P50 and P90: entries of uncertainties"),
    WM_FIELD_END,
};
static const char *const kind_words[] = {"site", NULL};
const struct wm_field wm_scenario_fields[] = {
    WM_INT_REQ(wm_scenario, schema_version, 1, 1, "version of this format"),
    WM_ROW(wm_scenario, schema, WM_KIND_TEXT, "$schema", .def_text = "", .doc = "JSON Schema, for editors"),
    WM_TEXT(wm_scenario, extends, "", "file whose keys this one overrides; relative to this file"),
    WM_TEXT_REQ(wm_scenario, name, "name of the scenario"),
    WM_ROW(wm_scenario, kind, WM_KIND_CHOICE, "case", .choices = kind_words, .def_text = "site", .doc = "what the document is: a site over time"),
    WM_INT(wm_scenario, seed, 0, 9007199254740991.0, 1, "of every random stream"),
    WM_GROUP(wm_scenario, horizon, horizon_fields, "what time is simulated"),
    WM_CHOICE(wm_scenario, fidelity, fidelity_words, "surface", "how serving is simulated: by a table of operating points over the horizon, or request by request over the window"),
    WM_GROUP(wm_scenario, window, request_window_fields, "part of the horizon that is simulated with fidelity request"),
    WM_GROUP(wm_scenario, site, site_fields, "grid, weather, plant, tariff"),
    WM_LIST(wm_scenario, fleet, wm_fleet, fleet_fields, "pools of accelerators"),
    WM_LIST(wm_scenario, workloads, wm_workload, workload_row_fields, "what the pools serve"),
    WM_GROUP(wm_scenario, policy, policy_fields, "dispatch under the ceiling"),
    WM_GROUP(wm_scenario, economics, economics_fields, "money"),
    WM_FIELD_END,
};
// clang-format on

static const struct wm_fleet *find_pool(const struct wm_scenario *s, const char *name)
{
    const struct wm_fleet *fleet = s->fleet.items;
    for (size_t i = 0; i < s->fleet.n; i++)
        if (strcmp(fleet[i].name, name) == 0)
            return &fleet[i];
    return NULL;
}

/* Shares of the pools that fill a hall and are there at an instant. */
static double shares_at(const struct wm_scenario *s, size_t hall, int64_t at_us)
{
    const struct wm_fleet *fleet = s->fleet.items;
    double sum = 0.0;
    for (size_t i = 0; i < s->fleet.n; i++)
        if (fleet[i].count < 0 && fleet[i].online_us <= at_us && at_us < fleet[i].retire_us &&
            wm_site_hall_of(&s->site, &fleet[i]) == hall)
            sum += fleet[i].share_frac;
    return sum;
}

/* What a pool sized to demand is sized to must be said in tokens, requests or gangs. */
static void check_sized(const struct wm_scenario *s, const struct wm_fleet *fleet, size_t index,
                        struct wm_diags *diags)
{
    const struct wm_workload *const w = s->workloads.items;
    const char *const path = wm_arena_printf(diags->arena, "fleet.%zu.count", index);
    size_t n = 0;
    for (size_t i = 0; i < s->workloads.n; i++) {
        if (strcmp(w[i].pool, fleet->name) != 0)
            continue;
        n++;
        if (wm_is_set(w[i].demand.utilisation_frac))
            wm_diag_add(diags, WM_E211, NULL, path,
                        "= demand, but \"%s\" asks for a share of capacity: give "
                        "output_tok_per_s or requests_per_s",
                        w[i].name);
        if (wm_is_set(w[i].pool_share_frac))
            wm_diag_add(diags, WM_E211, NULL, path,
                        "= demand gives each model what it needs: leave out pool_share_frac of "
                        "\"%s\"",
                        w[i].name);
        if (wm_workload_is_job(&w[i]) && (w[i].training.gpus == 0 || w[i].training.gangs == 0))
            wm_diag_add(diags, WM_E211, NULL, path,
                        "= demand, but job \"%s\" takes all there is: give training.gpus and "
                        "training.gangs",
                        w[i].name);
    }
    if (n == 0)
        wm_diag_add(diags, WM_E211, NULL, path, "= demand, but no workload asks anything of it");
}

/* What is owned has an age, and an owner who owns accelerators. */
static void check_owned(const struct wm_scenario *s, const struct wm_fleet *fleet, size_t index,
                        struct wm_diags *diags)
{
    const char *const path = wm_arena_printf(diags->arena, "fleet.%zu.owned", index);
    const struct wm_owned *const o = &fleet->owned;
    if (!wm_fleet_is_owned(fleet)) {
        if (wm_is_set(o->book_usd_per_gpu) || wm_is_set(o->salvage_usd_per_gpu))
            wm_diag_add(diags, WM_E211, NULL, path, "needs age_years: without it pool \"%s\" is bought",
                        fleet->name);
        return;
    }
    if (s->economics.ledger.it != WM_IT_OWNED)
        wm_diag_add(diags, WM_E211, NULL, path,
                    "is of a ledger that owns its accelerators; %s leases or hires them",
                    s->economics.ledger.head.name);
}

static void check_coolant(const struct wm_scenario *s, const struct wm_fleet *fleet,
                          const struct wm_accelerator *a, struct wm_diags *diags)
{
    const size_t hall = wm_site_hall_of(&s->site, fleet);
    const double coolant_c = wm_site_cooling_of(&s->site, fleet)->supply_c;
    const char *const path =
        hall < s->site.halls.n
            ? wm_arena_printf(diags->arena, "site.halls.%zu.cooling.supply_c", hall)
            : "site.cooling.supply_c";
    if (coolant_c > a->max_coolant_c)
        wm_diag_add(diags, WM_E211, NULL, path, "= %g °C, but %s takes at most %g °C", coolant_c,
                    a->head.name, a->max_coolant_c);
}

/* A pool of two kinds serves one model, in a place that counts no rows. */
static void check_mixed(const struct wm_scenario *s, const struct wm_fleet *fleet, size_t index,
                        struct wm_diags *diags)
{
    const struct wm_workload *const w = s->workloads.items, *first = NULL;
    const struct wm_site_hall *const halls = s->site.halls.items;
    const size_t hall = wm_site_hall_of(&s->site, fleet);
    const char *const path = wm_arena_printf(diags->arena, "fleet.%zu.prefill_accelerator", index);
    if (fleet->prefill_count >= 0 && (fleet->prefill_accelerator == NULL || fleet->count < 0))
        wm_diag_add(diags, WM_E211, NULL,
                    wm_arena_printf(diags->arena, "fleet.%zu.prefill_count", index),
                    "goes with prefill_accelerator and a count in accelerators: other rules of count "
                    "find both");
    if (fleet->prefill_accelerator == NULL)
        return;
    check_coolant(s, fleet, fleet->prefill_accelerator, diags);
    if (hall < s->site.halls.n &&
        (halls[hall].rows > 0 || wm_is_set(halls[hall].rack_limit_w)))
        wm_diag_add(diags, WM_E211, NULL, path,
                    "makes racks of two kinds, which rows and rack_limit_kw of hall \"%s\" do not "
                    "count: leave these out, or give each kind a pool",
                    halls[hall].name);
    for (size_t i = 0; i < s->workloads.n; i++) {
        if (strcmp(w[i].pool, fleet->name) != 0)
            continue;
        if (wm_workload_is_job(&w[i]))
            wm_diag_add(diags, WM_E211, NULL, path,
                        "reads prompts; job \"%s\" has none and needs a pool of one kind",
                        w[i].name);
        else if (w[i].serving.curve_file != NULL)
            wm_diag_add(diags, WM_E211, NULL, path,
                        "needs the step-time model, which serving.curve_file of \"%s\" replaces",
                        w[i].name);
        else if (first != NULL && (w[i].llm != first->llm || w[i].precision != first->precision ||
                                   w[i].engine != first->engine))
            wm_diag_add(diags, WM_E211, NULL, path,
                        "makes a pool of one model, precision and engine: \"%s\" and \"%s\" need "
                        "a pool each",
                        first->name, w[i].name);
        first = first != NULL ? first : &w[i];
    }
    if (first == NULL)
        wm_diag_add(diags, WM_E211, NULL, path, "reads prompts, but no workload names pool \"%s\"",
                    fleet->name);
}

/* Tiers without anything that comes again; reuse below what is found already. */
static void check_tiers(const struct wm_scenario *s, const struct wm_fleet *fleet, size_t index,
                        struct wm_diags *diags)
{
    const struct wm_workload *const w = s->workloads.items;
    const bool has_tiers = fleet->kv_tiers.host.bytes_per_gpu > 0.0 ||
                           fleet->kv_tiers.ssd.bytes_per_gpu > 0.0;
    bool comes_again = false;
    for (size_t i = 0; i < s->workloads.n; i++) {
        if (strcmp(w[i].pool, fleet->name) != 0 || !wm_is_set(w[i].serving.reuse_frac))
            continue;
        comes_again = true;
        if (has_tiers && w[i].serving.curve_file != NULL)
            wm_diag_add(diags, WM_E211, NULL, w[i].name,
                        "serving.reuse_frac needs the step-time model, which serving.curve_file replaces");
        if (w[i].class != NULL && w[i].serving.reuse_frac < w[i].class->cached_frac)
            wm_diag_add(diags, WM_E211, NULL, w[i].name,
                        "serving.reuse_frac = %g is less than the %g that class %s finds in the "
                        "accelerators' own cache",
                        w[i].serving.reuse_frac, w[i].class->cached_frac, w[i].class->head.name);
    }
    if (has_tiers && !comes_again)
        wm_diag_add(diags, WM_E211, NULL,
                    wm_arena_printf(diags->arena, "fleet.%zu.kv_tiers", index),
                    "hold what comes again, which no workload of pool \"%s\" says: give "
                    "serving.reuse_frac",
                    fleet->name);
}

static void check_fleet(const struct wm_scenario *s, struct wm_diags *diags)
{
    const struct wm_fleet *fleet = s->fleet.items;
    bool too_much = false;
    if (s->fleet.n == 0)
        wm_diag_add(diags, WM_E211, NULL, "fleet", "is empty: give at least one pool");
    for (size_t i = 0; i < s->fleet.n; i++) {
        const size_t hall = wm_site_hall_of(&s->site, &fleet[i]);
        const bool is_somewhere = s->site.halls.n == 0 || hall < s->site.halls.n;
        const double filled = fleet[i].count < 0 && is_somewhere
                                  ? shares_at(s, hall, fleet[i].online_us)
                                  : 0.0;
        if (!too_much && filled > 1.0 + 1e-12) {
            too_much = true;
            wm_diag_add(diags, WM_E211, NULL, "fleet",
                        "shares of the pools that fill %s sum to %g when \"%s\" comes online, "
                        "more than 1",
                        s->site.halls.n > 1 ? "its hall" : "the site", filled, fleet[i].name);
        }
        if (fleet[i].retire_us <= fleet[i].online_us)
            wm_diag_add(diags, WM_E211, NULL, fleet[i].name, "retires before it comes online");
        for (size_t j = 0; j < i; j++)
            if (strcmp(fleet[i].name, fleet[j].name) == 0)
                wm_diag_add(diags, WM_E211, NULL, "fleet", "has two pools named \"%s\"",
                            fleet[i].name);
        check_coolant(s, &fleet[i], fleet[i].accelerator, diags);
        check_mixed(s, &fleet[i], i, diags);
        check_tiers(s, &fleet[i], i, diags);
        check_owned(s, &fleet[i], i, diags);
        if (fleet[i].count == WM_COUNT_DEMAND)
            check_sized(s, &fleet[i], i, diags);
    }
}

static void check_span(const struct wm_workload *w, struct wm_diags *diags)
{
    if (w->end_us <= w->start_us)
        wm_diag_add(diags, WM_E211, NULL, w->name, "ends before it starts");
}

static int n_demands(const struct wm_demand *d)
{
    return wm_is_set(d->output_tok_per_s) + wm_is_set(d->requests_per_s) +
           wm_is_set(d->utilisation_frac);
}

/* A measured curve holds for the lengths it was measured with. */
static void check_curve(const struct wm_scenario *s, const struct wm_workload *w,
                        struct wm_diags *diags)
{
    static const double far_frac = 0.25;
    const struct wm_serving_curve *const curve = w->serving.curve_file;
    if (curve == NULL || w->class == NULL)
        return;
    if (s->fidelity == WM_FIDELITY_REQUEST)
        wm_diag_add(
            diags, WM_E211, NULL, w->name,
            "serving.curve_file replaces the step-time model, which fidelity request needs");
    if (w->serving.draft_tok > 0.0)
        wm_diag_add(diags, WM_E211, NULL, w->name,
                    "serving.curve_file holds what drafts gained when it was measured: leave out "
                    "serving.draft_tok");
    if (fabs(curve->input_tok / w->class->input_tok - 1.0) > far_frac ||
        fabs(curve->output_tok / w->class->output_tok - 1.0) > far_frac)
        wm_diag_add(diags, WM_W903, NULL, w->name,
                    "serving.curve_file was measured with %g tokens in and %g out, class %s has %g "
                    "and %g",
                    curve->input_tok, curve->output_tok, w->class->head.name, w->class->input_tok,
                    w->class->output_tok);
}

/* Keys of single requests, where none is simulated. */
static void check_request_keys(const struct wm_scenario *s, const struct wm_workload *w,
                               struct wm_diags *diags)
{
    if (s->fidelity == WM_FIDELITY_REQUEST)
        return;
    if (w->serving.router != WM_ROUTE_LEAST_REQUESTS)
        wm_diag_add(diags, WM_W918, NULL, w->name,
                    "serving.router acts under fidelity request; under surface it does nothing");
    if (w->serving.max_seqs != 0)
        wm_diag_add(diags, WM_W918, NULL, w->name,
                    "serving.max_seqs acts under fidelity request; under surface it does nothing");
}

/* Quantiles of prompts rise; none at all: every prompt is the mean. */
static void check_prompts(const struct wm_workload *w, struct wm_diags *diags)
{
    const double *const q = w->class->input_quantiles_tok;
    for (int i = 1; i < WM_PROMPT_QUANTILES; i++)
        if (q[i] < q[i - 1]) {
            wm_diag_add(diags, WM_E211, NULL, w->name,
                        "class \"%s\": input_quantiles_tok fall from %g at %g %% of prompts to %g "
                        "at %g %%; they must rise",
                        w->class->head.name, q[i - 1], 100.0 * wm_prompt_probs[i - 1], q[i],
                        100.0 * wm_prompt_probs[i]);
            return;
        }
}

/* Demand that moves away moves somewhere. */
static void check_drift(const struct wm_scenario *s, const struct wm_workload *w,
                        struct wm_diags *diags)
{
    const struct wm_variation *const v = &w->demand.variation;
    const struct wm_workload *const all = s->workloads.items;
    struct wm_suggest near = wm_suggest_init(v->drift_to);
    const struct wm_workload *to = NULL;
    if (v->drift_to[0] == '\0') {
        if (v->drift_frac_per_year > 0.0)
            wm_diag_add(diags, WM_E211, NULL, w->name,
                        "demand.variation.drift_frac_per_year needs drift_to, a workload");
        return;
    }
    for (size_t i = 0; i < s->workloads.n; i++) {
        if (strcmp(all[i].name, v->drift_to) == 0)
            to = &all[i];
        if (&all[i] != w && !wm_workload_is_job(&all[i]))
            wm_suggest_offer(&near, all[i].name);
    }
    if (to == NULL)
        wm_diag_add(diags, WM_E211, NULL, w->name,
                    "demand.variation.drift_to = \"%s\" is no workload%s%s%s", v->drift_to,
                    near.best ? "; did you mean \"" : "", near.best ? near.best : "",
                    near.best ? "\"?" : "");
    else if (to == w || wm_workload_is_job(to))
        wm_diag_add(diags, WM_E211, NULL, w->name,
                    "demand.variation.drift_to = \"%s\" is %s: demand moves to another workload "
                    "that serves requests",
                    v->drift_to, to == w ? "itself" : "a job");
}

static void check_service(const struct wm_scenario *s, const struct wm_workload *w,
                          struct wm_diags *diags)
{
    check_drift(s, w, diags);
    if (n_demands(&w->demand) != 1)
        wm_diag_add(diags, WM_E211, NULL, w->name,
                    "demand needs exactly one of output_tok_per_s, requests_per_s, "
                    "utilisation_frac, or a trace; %d are given",
                    n_demands(&w->demand));
    if (!w->class)
        wm_diag_add(diags, WM_E211, NULL, w->name,
                    "needs a class (lengths and prefix reuse) or a demand.trace");
    else
        check_prompts(w, diags);
    if (!w->price.deck)
        wm_diag_add(diags, WM_E211, NULL, w->name, "needs a price.deck");
}

/* How many accelerators a job takes must follow from something. */
static void check_job(const struct wm_scenario *s, const struct wm_workload *w,
                      struct wm_diags *diags)
{
    const struct wm_workload *all = s->workloads.items;
    bool is_alone = true;
    for (size_t i = 0; i < s->workloads.n; i++)
        is_alone = is_alone && (&all[i] == w || strcmp(all[i].pool, w->pool) != 0);
    if (n_demands(&w->demand) != 0)
        wm_diag_add(diags, WM_E211, NULL, w->name,
                    "is a job: its gangs work without pause, demand does not apply");
    if (!is_alone && !wm_is_set(w->pool_share_frac) &&
        (w->training.gpus == 0 || w->training.gangs == 0))
        wm_diag_add(diags, WM_E211, NULL, w->name,
                    "shares pool \"%s\": give training.gpus and training.gangs, or pool_share_frac",
                    w->pool);
}

static void check_workloads(const struct wm_scenario *s, struct wm_diags *diags)
{
    const struct wm_workload *w = s->workloads.items;
    for (size_t i = 0; i < s->workloads.n; i++) {
        if (wm_workload_is_job(&w[i]))
            check_job(s, &w[i], diags);
        else
            check_service(s, &w[i], diags);
        check_span(&w[i], diags);
        check_curve(s, &w[i], diags);
        check_request_keys(s, &w[i], diags);
        if (!find_pool(s, w[i].pool))
            wm_diag_add(diags, WM_E211, NULL, w[i].name, "pool \"%s\" is not in fleet", w[i].pool);
        for (size_t j = 0; j < i; j++)
            if (strcmp(w[i].name, w[j].name) == 0)
                wm_diag_add(diags, WM_E211, NULL, w[i].name, "two workloads have this name");
    }
}

static void check_phases(const struct wm_scenario *s, struct wm_diags *diags)
{
    const struct wm_ceiling *c = &s->site.ceiling;
    const struct wm_ceiling_phase *p = c->phases.items;
    for (size_t i = 0; i < c->phases.n; i++) {
        if (p[i].limit_w > c->limit_w)
            wm_diag_add(diags, WM_E211, NULL, "site.ceiling.phases",
                        "phase %zu has %g MW, more than limit_mw = %g MW", i,
                        p[i].limit_w / WM_W_PER_MW, c->limit_w / WM_W_PER_MW);
        if (p[i].firm_w > p[i].limit_w)
            wm_diag_add(diags, WM_E211, NULL, "site.ceiling.phases",
                        "phase %zu has a firm part of %g MW, more than its %g MW", i,
                        p[i].firm_w / WM_W_PER_MW, p[i].limit_w / WM_W_PER_MW);
        if (i > 0 && p[i].from_us <= p[i - 1].from_us)
            wm_diag_add(diags, WM_E211, NULL, "site.ceiling.phases",
                        "phase %zu does not begin after phase %zu", i, i - 1);
    }
    /* the first phase also holds before it: midnight of one clock is another hour of the next */
    if (c->phases.n > 0 && p[0].from_us >= s->horizon.start_us + 24 * WM_US_PER_H)
        wm_diag_add(diags, WM_E211, NULL, "site.ceiling.phases",
                    "the first phase begins after the horizon; give the contract from its start");
    if (c->firm_w > c->limit_w)
        wm_diag_add(diags, WM_E211, NULL, "site.ceiling.firm_mw", "= %g MW is above limit_mw",
                    c->firm_w / WM_W_PER_MW);
}

static void check_calendar(const struct wm_scenario *s, struct wm_diags *diags)
{
    const struct wm_ceiling_window *w = s->site.ceiling.calendar.items;
    for (size_t i = 0; i < s->site.ceiling.calendar.n; i++) {
        if (w[i].to_us <= w[i].from_us)
            wm_diag_add(diags, WM_E211, NULL, "site.ceiling.calendar",
                        "window %zu ends before it starts", i);
        if (w[i].limit_w > s->site.ceiling.limit_w)
            wm_diag_add(diags, WM_E211, NULL, "site.ceiling.calendar",
                        "window %zu allows %g MW, more than the contract of %g MW", i,
                        w[i].limit_w / WM_W_PER_MW, s->site.ceiling.limit_w / WM_W_PER_MW);
        for (size_t j = 0; j < i; j++)
            if (w[i].from_us < w[j].to_us && w[j].from_us < w[i].to_us)
                wm_diag_add(diags, WM_E211, NULL, "site.ceiling.calendar",
                            "windows %zu and %zu overlap", j, i);
    }
}

const struct wm_site_year *wm_site_price_file(const struct wm_site *site)
{
    if (site->market.file && site->market.file->price_usd_per_mwh)
        return site->market.file;
    const struct wm_site_year *weather = site->weather.file;
    return weather && weather->price_usd_per_mwh ? weather : NULL;
}

const struct wm_site_year *wm_site_carbon_file(const struct wm_site *site)
{
    if (site->market.file && site->market.file->carbon_kg_per_mwh)
        return site->market.file;
    const struct wm_site_year *weather = site->weather.file;
    return weather && weather->carbon_kg_per_mwh ? weather : NULL;
}

struct wm_zone wm_site_zone(const struct wm_site *site)
{
    const struct wm_site_weather *const w = &site->weather;
    if (site->time_zone != NULL)
        return *site->time_zone;
    if (wm_is_set(w->utc_offset_s))
        return wm_zone_fixed((int32_t)lround(w->utc_offset_s));
    if (w->file == NULL)
        return wm_zone_fixed((int32_t)lround(w->climate->utc_offset_s));
    return wm_zone_fixed(wm_is_set(w->file->utc_offset_s) ? (int32_t)lround(w->file->utc_offset_s)
                                                          : 0);
}

double wm_site_utc_offset_s(const struct wm_site *site, const struct wm_site_year *file)
{
    const int year =
        file->year != 0 ? file->year : 2027; /* a typical year: today's standard time */
    if (wm_is_set(file->utc_offset_s))
        return file->utc_offset_s;
    if (wm_is_set(site->weather.utc_offset_s))
        return site->weather.utc_offset_s;
    if (site->time_zone == NULL)
        return 0.0;
    return wm_zone_standard_s(site->time_zone, wm_days_from_civil(year, 1, 1) * 24 * WM_US_PER_H);
}

/* Rows need a clock: the file's own, else the scenario's; two that differ are told. */
static void check_clock(const struct wm_site *site, const struct wm_site_year *file,
                        const char *path, struct wm_diags *diags)
{
    if (file == NULL)
        return;
    const double own_s = file->utc_offset_s, given_s = site->weather.utc_offset_s;
    if (!wm_is_set(own_s) && !wm_is_set(given_s) && site->time_zone == NULL)
        wm_diag_add(diags, WM_W906, NULL, path,
                    "= %s does not say its time zone: taken as UTC. Give site.time_zone, or "
                    "site.weather.utc_offset_h for the file",
                    file->path);
    if (wm_is_set(own_s) && wm_is_set(given_s) && fabs(own_s - given_s) > 1.0)
        wm_diag_add(diags, WM_W906, NULL, path,
                    "= %s is on a clock of its own, %+g h from UTC, which holds for it; "
                    "site.weather.utc_offset_h = %g is for files that do not say theirs",
                    file->path, own_s / WM_S_PER_H, given_s / WM_S_PER_H);
}

/* A weather file in UTC is no place: its bill would run in UTC. */
static void check_site_clock(const struct wm_site *site, struct wm_diags *diags)
{
    const struct wm_site_weather *const w = &site->weather;
    if (site->time_zone != NULL || wm_is_set(w->utc_offset_s))
        return;
    if (w->file != NULL && w->file->utc_offset_s == 0.0)
        wm_diag_add(diags, WM_W906, NULL, "site.weather.file",
                    "= %s is in UTC, and so is the bill's calendar: give site.time_zone, such as "
                    "\"America/Chicago\" or \"-06:00\", where the site's differs",
                    w->file->path);
}

/* Heat, price and grid events fall on the same hours; a typical year's weather beside a real year's
 * prices loses that. */
static void check_files(const struct wm_scenario *s, struct wm_diags *diags)
{
    const struct wm_site *site = &s->site;
    const struct wm_site_year *weather = site->weather.file, *market = site->market.file;
    check_site_clock(site, diags);
    check_clock(site, weather, "site.weather.file", diags);
    check_clock(site, market, "site.market.file", diags);
    if (market && !(weather && weather->year != 0 && weather->year == market->year))
        wm_diag_add(diags, WM_W904, NULL, "site.market.file",
                    "is not known to be of the weather's year: heat and price fall on the same "
                    "hours, so both should come from one year (one CSV, or files with `time`)%s",
                    market->year == 0 ? "; its weekdays are not known either" : "");
}

static void check_storage(const struct wm_storage *b, struct wm_diags *diags)
{
    if (b->min_soc_frac > b->max_soc_frac)
        wm_diag_add(diags, WM_E211, NULL, "site.storage.min_soc_frac",
                    "= %g, above max_soc_frac %g", b->min_soc_frac, b->max_soc_frac);
    else if (b->start_soc_frac < b->min_soc_frac || b->start_soc_frac > b->max_soc_frac)
        wm_diag_add(diags, WM_E211, NULL, "site.storage.start_soc_frac",
                    "= %g, outside min_soc_frac %g .. max_soc_frac %g", b->start_soc_frac,
                    b->min_soc_frac, b->max_soc_frac);
    if (b->charge_below_usd_per_mwh > b->discharge_above_usd_per_mwh)
        wm_diag_add(diags, WM_E211, NULL, "site.storage.charge_below_usd_per_mwh",
                    "= %g, above discharge_above_usd_per_mwh %g: it would buy dear and sell cheap",
                    b->charge_below_usd_per_mwh, b->discharge_above_usd_per_mwh);
}

static void check_generation(const struct wm_site *site, struct wm_diags *diags)
{
    const struct wm_generation *g = site->generation.items;
    if (site->generation.n > WM_MAX_GENERATION)
        wm_diag_add(diags, WM_E211, NULL, "site.generation", "has %zu entries, at most %d are read",
                    site->generation.n, WM_MAX_GENERATION);
    for (size_t i = 0; i < site->generation.n; i++) {
        const bool is_solar = g[i].type->kind == WM_GENERATOR_SOLAR;
        if (is_solar != (g[i].file != NULL))
            wm_diag_add(diags, WM_E211, NULL, "site.generation", "\"%s\" %s", g[i].name,
                        is_solar ? "is solar and needs a file with solar_frac"
                                 : "burns fuel and takes no file");
        if (is_solar)
            check_clock(site, g[i].file, "site.generation", diags);
        for (size_t j = 0; j < i; j++)
            if (strcmp(g[i].name, g[j].name) == 0)
                wm_diag_add(diags, WM_E211, NULL, "site.generation", "has two entries named \"%s\"",
                            g[i].name);
    }
}

static void check_plant_units(const struct wm_failures *f, struct wm_diags *diags)
{
    const struct {
        const char *path;
        const struct wm_failure_unit *unit;
    } plants[] = {{"site.failures.cdu.block_spares", &f->cdu},
                  {"site.failures.chiller.block_spares", &f->chiller},
                  {"site.failures.ups.block_spares", &f->ups}};
    for (size_t i = 0; i < sizeof plants / sizeof *plants; i++)
        if (plants[i].unit->block_spares >= plants[i].unit->block_units)
            wm_diag_add(diags, WM_E211, NULL, plants[i].path,
                        "= %lld leaves none of block_units = %lld to carry the load",
                        (long long)plants[i].unit->block_spares,
                        (long long)plants[i].unit->block_units);
}

/* Requests are served in a part of the horizon: growth, season and noise of demand are those of its hours. */
static void check_window(const struct wm_scenario *s, struct wm_diags *diags)
{
    const struct wm_horizon part = wm_scenario_span(s);
    const double us_per_year = WM_S_PER_YEAR * (double)WM_US_PER_S;
    const int64_t to_us = s->horizon.start_us + llround(s->horizon.years * us_per_year);
    char from[32], begin[32], end[32];
    if (s->fidelity == WM_FIDELITY_REQUEST &&
        (part.start_us < s->horizon.start_us ||
         part.start_us + llround(part.years * us_per_year) > to_us + WM_US_PER_H / 4))
        wm_diag_add(diags, WM_E211, NULL, "window.start",
                    "= %s: its %g h are not within the horizon, %s to %s",
                    wm_time_text(part.start_us, from), part.years * WM_H_PER_YEAR,
                    wm_time_text(s->horizon.start_us, begin), wm_time_text(to_us, end));
}

void wm_scenario_check(const struct wm_scenario *scenario, struct wm_diags *diags)
{
    wm_check_money(scenario, diags);
    wm_check_halls(scenario, diags);
    check_fleet(scenario, diags);
    check_workloads(scenario, diags);
    check_phases(scenario, diags);
    check_calendar(scenario, diags);
    check_window(scenario, diags);
    check_files(scenario, diags);
    if (scenario->site.demand_response.reserved_w > scenario->site.ceiling.limit_w)
        wm_diag_add(diags, WM_E211, NULL, "site.demand_response.reserved_mw",
                    "= %g MW, more than the contract of %g MW",
                    scenario->site.demand_response.reserved_w / WM_W_PER_MW,
                    scenario->site.ceiling.limit_w / WM_W_PER_MW);
    check_storage(&scenario->site.storage, diags);
    check_generation(&scenario->site, diags);
    check_plant_units(&scenario->site.failures, diags);
    wm_tariff_check(&scenario->site.tariff, "site.tariff", diags);
    if (scenario->site.tariff.energy_price == WM_ENERGY_PRICE_SERIES &&
        !wm_site_price_file(&scenario->site))
        wm_diag_add(diags, WM_E211, NULL, "site.tariff.energy_price",
                    "= series, but neither site.market.file nor site.weather.file has prices");
}
