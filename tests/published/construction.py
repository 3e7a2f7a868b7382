"""Interest during construction: 30 and 70 % of the facility over two years, drawn 60 % from a lender."""
from worked import *

RATE, SHARE = 0.09, 0.6
r = run("economics.construction.years=2", 'economics.construction.curve=[{"share_frac":0.3},{"share_frac":0.7}]',
        'economics.debt=[{"name":"hall","of":"facility","share_frac":0.6,"rate_frac":0.09,"term_years":5,"reserve_months":6}]')
it = r["line"]["depreciation, IT"] * 5
facility = r["line"]["depreciation, facility"] * 20
y = r["yearly"]
# 1. capital: 30 % at financial close, 70 % a year later, IT when operation starts
near("capital at close", y[0]["capex_usd"], 0.3 * facility)
near("capital after a year", y[1]["capex_usd"], 0.7 * facility)
near("IT", y[2]["capex_usd"], it)
# 2. interest is added to the debt: two years on the first draw, one on the second
idc = SHARE * facility * (0.3 * ((1 + RATE) ** 2 - 1) + 0.7 * RATE)
near("interest during construction", r["m"]["interest_during_construction_usd"], idc)
debt = SHARE * facility + idc
near("owed when operation starts", r["m"]["debt_usd"], debt)
# 3. level payments over five years, half a year's of them held in reserve and given back
payment = debt * RATE / (1 - (1 + RATE) ** -5)
near("first year's service", y[3]["interest_usd"] + y[3]["principal_usd"], payment)
near("reserve", y[2]["reserve_usd"], payment / 2)
near("reserve comes back", y[7]["reserve_usd"], -payment / 2)
near("owed at the end", y[7]["debt_usd"], 0.0, scale=debt)
# 4. sources are uses: debt with its interest and the owner's money = capital, interest and reserve
equity = -sum(y[t]["owner_flow_usd"] for t in range(3))
near("sources and uses", SHARE * facility + idc + equity, facility + it + idc + payment / 2)
# 5. the project's NPV stands at financial close
near("operation starts after two years", y[3]["end_years"], 3.0)
check_flows("construction", r, 0.10)
print("construction: interest while building, service, reserve; sources = uses")
