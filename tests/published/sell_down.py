"""Half of the accelerators are sold after two of three years, at what used ones bring at that age."""
from worked import *

fleet = ('fleet=[{"name":"main","accelerator":"gb300-nvl72","count":"max_p","share_frac":0.5},'
         '{"name":"half","accelerator":"gb300-nvl72","count":"max_p","share_frac":0.5,"retire":"2028-12-31"}]')
r = run("horizon.years=3", fleet, "workloads.chat.demand.output_tok_per_s=12e6")
years = r["yearly"]
it = r["line"]["depreciation, IT"] * 5 / 3
near("two equal halves", years[0]["capex_usd"], it + r["line"]["depreciation, facility"] * 20 / 3)
near("sold after two years", years[2]["residual_usd"], it / 2 * RESALE[2], rel=1e-6)
near("the rest after three, with the facility", years[3]["residual_usd"],
     it / 2 * RESALE[3] + r["line"]["depreciation, facility"] * 20 / 3 * (1 - 3 / 20), rel=1e-6)
near("all is written off", sum(y["write_off_usd"] for y in years), years[0]["capex_usd"])
check_flows("sell-down", r, 0.10)
print("sell-down: half of the accelerators sold after two years, the rest after three")
