"""End of life: prices that halve every year do not pay for a second set of IT; the site is given up."""
from worked import *

sets = ("economics.appraisal_years=10", "economics.price_half_life_years=1.2")
better, repurchase = run(*sets), run(*sets, "economics.end_of_life=repurchase")
revenue, power, opex = cash_of(better)
it = better["line"]["depreciation, IT"] * 5
facility = better["line"]["depreciation, facility"] * 20


def value(years):
    flows = [-(it + facility)]
    for t in range(years):
        flows.append(revenue * 2 ** (-t / 1.2) - (power + opex) * 1.03 ** t)
        if (t + 1) % 5 == 0:
            flows[-1] += it * RESALE[5] - (it if t + 1 < years else 0)
    flows[-1] += facility * (1 - years / 20)
    return npv(flows, 0.10)


near("going on", repurchase["m"]["npv_usd"], value(10))
near("giving up after five years", better["m"]["npv_usd"], value(5))
assert better["m"]["abandoned_after_years"] == 5 and value(5) > value(10)
assert "abandoned_after_years" not in run("economics.appraisal_years=10")["m"], "flat prices go on"
print("abandonment: given up after five years, worth more than a second set")
