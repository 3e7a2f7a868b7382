# the keys that other tools rely on, with units, and every balance closed
"$BIN" run scenarios/virginia-100mw-gb300.json --format json | python3 -c '
import json, sys
m = json.load(sys.stdin)["metrics"]
for key in """revenue_usd_per_mw_utility_year revenue_usd_per_mw_it_year revenue_usd power_share_a_frac
power_share_b_frac power_share_c_frac power_share_d_frac power_share_e_frac power_cost_usd opex_b_usd capex_usd
tco_usd_per_year lcot_out_usd_per_mtok lcot_in_usd_per_mtok lcot_total_usd_per_mtok lcot_out_only_usd_per_mtok
profit_usd_per_hour profit_usd_per_mw_utility_year output_tok_sold input_tok_sold cached_tok_sold total_tok_sold
output_tok_served output_tok_offered sold_frac output_tok_per_s_per_mw_utility total_tok_per_s_per_mw_utility
capacity_output_tok_per_s_per_mw_utility energy_j_per_output_tok gpus_installed gpus_online_mean gpu_busy_frac
availability_frac site_energy_mwh it_energy_mwh cooling_energy_mwh conversion_loss_mwh house_energy_mwh pue_mean
pue_peak_hour wue_l_per_kwh carbon_kg cue_kg_per_kwh water_m3 site_power_mean_mw site_power_peak_mw ceiling_mean_mw
ceiling_bound_hours ceiling_violation_mwh curtailed_mwh shadow_price_usd_per_mwh_mean ttft_p50_s ttft_p99_s
tpot_p50_s tpot_p99_s slo_attainment_frac balance_energy_rel balance_token_rel balance_money_rel
balance_water_rel balance_request_rel""".split():
    assert isinstance(m[key]["value"], (int, float)) and m[key]["unit"], key
print(len([k for k in m if k.startswith("balance_") and m[k]["value"] <= 1e-9]), "balances close")
'
