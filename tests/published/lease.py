"""Leased accelerators: 30 % of their price a year, upkeep and tax with the lessee; the hall is owned."""
from worked import *

own = run()
r = run("economics.ledger.it=leased", "economics.ledger.it_lease_frac=0.3")
it = own["line"]["depreciation, IT"] * 5
facility = own["line"]["depreciation, facility"] * 20
revenue, power, opex = cash_of(own)
near("capital is the facility's", r["m"]["capex_usd"], facility)
near("OpEx", r["m"]["opex_usd"], own["m"]["opex_usd"] + 0.3 * it)
near("power share", r["m"]["power_share_frac"], power / (own["m"]["opex_usd"] + 0.3 * it))
flows = [-facility] + [revenue - (power + opex + 0.3 * it) * 1.03 ** t for t in range(5)]
flows[5] += facility * (1 - 5 / 20)
near("NPV", r["m"]["npv_usd"], npv(flows, 0.10))
# the levelised cost is the constant price that makes it 0: payments over their present value
cost = sum(-f / 1.1 ** t for t, f in enumerate(flows)) + sum(revenue / 1.1 ** (t + 1) for t in range(5))
level = cost / sum(1.1 ** -(t + 1) for t in range(5))
near("levelised cost", r["m"]["levelised_cost_usd_per_year"], level)
near("of a token", r["m"]["lcot_total_usd_per_mtok"], level / r["m"]["total_tok_sold"] * 1e6)
assert r["m"]["lcot_total_usd_per_mtok"] > own["m"]["lcot_total_usd_per_mtok"], "30 % of the price a year is more than owning costs"
print("lease: payments, power share, levelised cost above an owner's")
