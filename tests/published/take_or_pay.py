"""GPU-hours under take-or-pay: 80 % paid at least, a buyer who fails with 5 % a year, on demand after 3 years."""
import math
from worked import *

r = run("economics.ledger.sells=gpu-hours", 'economics.gpu_sales=[{"name":"anchor","kind":"take-or-pay","usd_per_gpu_h":3,'
        '"used_frac":0.5,"take_frac":0.8,"term_years":3,"default_frac":0.05,"on_demand_usd_per_gpu_h":2}]')
m = r["m"]
hours = m["gpus_online_mean"] * 8760
k = -math.log(0.95)
income = []
for t in range(5):
    # 1. years under contract that are still paid: the integral of 0.95^t over the year, to the term
    a, b = t, min(t + 1, 3)
    paid = (math.exp(-k * a) - math.exp(-k * b)) / k if b > a else 0.0
    # 2. what is paid is the larger of use and take; what is free is sold on demand as far as it is used
    income.append(hours * (paid * 0.8 * 3 + (1 - paid) * 0.5 * 2))
near("revenue of the run", m["revenue_usd"], income[0])
near("backlog", m["backlog_usd"], 3 * hours * 0.8 * 3)
for t in range(5):
    near(f"revenue {t + 1}", r["yearly"][t + 1]["revenue_usd"], income[t])
assert "lcot_total_usd_per_mtok" not in m, "tokens are the buyer's"
check_flows("take-or-pay", r, 0.10)
assert income[0] > income[4] > 0, "after the term what is used is sold on demand"
print("take-or-pay: defaults, backlog, on demand after the term")
