"""A landlord: rent per design kW, power passed on; buys no accelerators, pays the facility's lines."""
from worked import *

own = run()
r = run("economics.ledger.sells=space", "economics.ledger.colo_rent_usd_per_kw_month=150")
facility = own["line"]["depreciation, facility"] * 20
power = own["m"]["power_cost_usd"]
it_mw = facility / (11.7e6 * 1.085)
rent = it_mw * 1000 * 150 * 12
lines = sum(own["line"][k] for k in ("facility O&M", "site staff", "property tax, facility", "insurance, facility"))
near("capital", r["m"]["capex_usd"], facility)
near("revenue", r["m"]["revenue_usd"], rent + power)
near("OpEx A", r["m"]["opex_usd"], power + lines)
near("power share A", r["m"]["power_share_frac"], power / (power + lines))
flows = [-facility] + [rent - lines * 1.03 ** t for t in range(5)]
flows[5] += facility * (1 - 5 / 20)
near("NPV: power comes and goes", r["m"]["npv_usd"], npv(flows, 0.10))
assert "lcot_total_usd_per_mtok" not in r["m"]
print("landlord: rent, power that comes and goes, its share of OpEx A")
