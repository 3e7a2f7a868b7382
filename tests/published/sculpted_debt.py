"""Sculpted debt: service in proportion to cash, no more lent than a coverage of 1.4 allows."""
from worked import *

HALF_LIFE, RATE, TERM, TARGET = 3.0, 0.08, 5, 1.4
r = run("economics.price_half_life_years=3",
        'economics.debt=[{"name":"senior","share_frac":0.9,"rate_frac":0.08,"term_years":5,"repayment":"sculpted","dscr_target":1.4}]')
revenue, power, opex = cash_of(r)
# 1. cash available for debt service of years 1..5
cash = [revenue * 2 ** (-t / HALF_LIFE) - power * 1.03 ** t - opex * 1.03 ** t for t in range(TERM)]
# 2. its worth when operation starts; what coverage and the share of the capital allow
present = sum(c / (1 + RATE) ** (t + 1) for t, c in enumerate(cash))
debt = min(present / TARGET, 0.9 * r["m"]["capex_usd"])
near("debt", r["m"]["debt_usd"], debt)
# 3. service is the same share of cash in every year; what is owed ends at 0
owed = debt
for t, c in enumerate(cash):
    y = r["yearly"][t + 1]
    service, interest = c * debt / present, RATE * owed
    owed -= service - interest
    near(f"interest {t + 1}", y["interest_usd"], interest)
    near(f"principal {t + 1}", y["principal_usd"], service - interest)
    near(f"DSCR {t + 1}", y["dscr"], present / debt)
    near(f"owed {t + 1}", y["debt_usd"], owed, scale=debt)
near("all is repaid", owed, 0.0, scale=debt)
near("DSCR min", r["m"]["dscr_min"], present / debt)
near("LLCR is the DSCR of a sculpted loan", r["m"]["llcr"], present / debt)
check_flows("sculpted", r, 0.10)

# with a grace of two years interest alone is paid in them; then one coverage to the end of the term, and nothing is left
GRACE, TERM = 2, 7
r = run("economics.price_half_life_years=3", "economics.appraisal_years=7", "economics.end_of_life=repurchase",
        'economics.debt=[{"name":"senior","share_frac":0.9,"rate_frac":0.08,"term_years":7,"grace_years":2,"repayment":"sculpted","dscr_target":1.4}]')
cash = [revenue * 2 ** (-t / HALF_LIFE) - power * 1.03 ** t - opex * 1.03 ** t for t in range(TERM)]
present = sum(c / (1 + RATE) ** (t + 1 - GRACE) for t, c in enumerate(cash) if t >= GRACE)
debt = owed = min(present / TARGET, 0.9 * r["m"]["capex_usd"])
near("debt after a grace", r["m"]["debt_usd"], debt)
for t, c in enumerate(cash):
    y = r["yearly"][t + 1]
    service = RATE * owed if t < GRACE else c * debt / present
    owed -= service - RATE * owed
    near(f"service {t + 1} with a grace", y["interest_usd"] + y["principal_usd"], service)
    near(f"DSCR {t + 1} with a grace", y["dscr"], c / service)
near("all is repaid at the end of the term", owed, 0.0, scale=debt)
near("and not before", r["yearly"][TERM - 1]["debt_usd"], cash[-1] * debt / present / (1 + RATE))
print("sculpted debt: one DSCR in each year, which is the LLCR")
