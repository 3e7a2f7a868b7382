# Prices that react: who gets what is saved, and volumes against full runs at the demand that the price brings
PYTHONDONTWRITEBYTECODE=1 python3 - <<'PY'
import sys
sys.path.insert(0, "tests/published")
from worked import run, near, DEMO

# a new seller gains 40 % a year and passes half of it on: by hand from the levelised cost
flat = run()
r = run("economics.market.gain_per_year=0.4", "economics.market.pass_through_frac=0.5")
k = flat["m"]["levelised_cost_usd_per_year"] / flat["m"]["revenue_usd"]
for y in r["yearly"][1:]:
    s = y["end_years"] - y["length_years"]
    near(f"price of year {y['year']}", y["price_frac"], 1 - 0.5 * k * (1 - 1.4 ** -s))
    near(f"revenue of year {y['year']}", y["revenue_usd"], flat["m"]["revenue_usd"] * y["price_frac"])
near("passed on", r["m"]["savings_passed_on_frac"], 0.5)
assert "flat" in flat["headline"]["price_path"] and "flat" not in r["headline"]["price_path"], r["headline"]
near("kept", r["m"]["savings_kept_frac"], 0.5)
near("levelised cost is at prices that stay", r["m"]["lcot_total_usd_per_mtok"], flat["m"]["lcot_total_usd_per_mtok"])

# volumes: the appraisal's year s against a run that is asked for as much as its price brings
more = []
for rate in (25e6, 70e6, 150e6):
    demand = f"workloads.chat.demand.output_tok_per_s={rate}"
    base = run(f"workloads.chat.demand.output_tok_per_s={rate * 0.85 ** -1.11}")
    r = run(demand, "economics.price_half_life_years=2", "workloads.chat.demand.elasticity=-1.11")
    for s in (1, 3):
        y = r["yearly"][1 + s]
        asked = 2 ** (-s / 2 * -1.11) * 0.85 ** -1.11  # the discount brings its own
        full = run(f"workloads.chat.demand.output_tok_per_s={rate * asked}")
        near(f"tokens of year {s + 1} at {rate:g}", y["volume_frac"], full["m"]["revenue_usd"] / base["m"]["revenue_usd"], rel=0.004)
        near(f"power of year {s + 1} at {rate:g}", y["power_usd"] / 1.03 ** s, full["m"]["power_cost_usd"], rel=0.02)
    more.append(r["yearly"][3]["volume_frac"])
assert 2 ** 1.11 > more[0] * (1 - 1e-3) and more[0] > more[1] > more[2] > 1, more
print("at half the price: more tokens, the less of them the nearer the site is to what it can do")

# undercut: told, and nothing is sold by the token
r = run("economics.market.competitor_price_frac=0.9", "economics.market.competitor_half_life_years=0.5", "economics.market.margin_floor_frac=0")
print([y["year"] for y in r["yearly"] if y["year"] and y["revenue_usd"] == 0])
PY
"$BIN" check scenarios/virginia-100mw-gb300.json --quiet --set economics.market.gain_per_year=0.3 \
    --set economics.price_half_life_years=2 --set economics.market.competitor_half_life_years=1 2>&1 | grep -c E211
