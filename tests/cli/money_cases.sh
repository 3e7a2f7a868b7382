# What misled: stale decks, levelised cost of another ledger, flat property tax, residuals, one write-off table
PYTHONDONTWRITEBYTECODE=1 python3 - <<'PY'
import sys
sys.path.insert(0, "tests/published")
from worked import run, near, npv, BIN, DEMO
import subprocess

def screen(*sets, quiet=True):
    args = [BIN, "run", DEMO, *(["--quiet"] if quiet else [])]
    for s in sets:
        args += ["--set", s]
    return subprocess.run(args, capture_output=True, text=True)

# 1. a product that is sold no more leads the verdict and is warned of; today's does neither
p = screen("workloads.chat.price.deck=deepseek-r1-list", quiet=False)
print(p.stdout.splitlines()[0])
print("W932" in p.stderr, "W932" in screen(quiet=False).stderr)
print(" ".join(screen("horizon.start=2028-06-01", quiet=False).stderr.split()).count("W931"))
# ... and the NPV stands beside its price path and its range
out = screen("economics.price_half_life_years=3").stdout
print([l.strip()[-50:] for l in out.splitlines() if "list prices" in l], "P10 P50 P90" in out)
assert all(len(l) <= 80 for l in out.splitlines()) and len(out.splitlines()) <= 24
p = screen("workloads.chat.price.discount_frac=6")
print(p.stdout.splitlines()[0][:46])
assert len(p.stdout.splitlines()) <= 24

# 2. the levelised cost is the price at which the NPV of the chosen ledger is 0
for ledger in ("owner-operator", "hyperscaler", "colo-tenant", "neocloud",
               '{"type":"colo-tenant","colo_rent_usd_per_kw_month":95}', '{"type":"owner-operator","it":"leased"}',
               '{"type":"owner-operator","it":"hired"}'):
    for more in ((), ("economics.appraisal_years=12", "economics.tax_rate_frac=0.25")):
        r = run("economics.ledger=" + ledger, *more)
        factor = r["m"]["lcot_total_usd_per_mtok"] * r["m"]["total_tok_sold"] / 1e6 / r["m"]["revenue_usd"]
        z = run("economics.ledger=" + ledger, f"workloads.chat.price.discount_frac={0.85 * factor!r}", *more)
        near(f"NPV at the levelised cost, {ledger}", z["m"]["npv_usd"], 0.0, scale=max(z["m"]["capex_usd"], z["m"]["revenue_usd"]))
print("levelised cost: NPV 0 under seven ledgers")
tenant = run('economics.ledger={"type":"colo-tenant","colo_rent_usd_per_kw_month":95}')
near("rent of 95", tenant["line"]["colocation rent"], run("economics.ledger=colo-tenant")["line"]["colocation rent"] * 95 / 120)
print(screen("economics.ledger=colo-tenant").stdout.splitlines()[0].split(";")[1].strip())
print(screen("economics.ledger.it=hired").stdout.splitlines()[0].split(";")[1].strip())

# 3. the place's tax with its schedule: 4.15 per 100 of 50, 40, 30, 20, 10 % of cost
from worked import json
flat = run()
args = [BIN, "run", DEMO, "--format", "json", "--quiet", "--no-range"]
taxed = json.loads(subprocess.run(args, capture_output=True, text=True).stdout)
line = {l["name"]: l["usd"] for l in taxed["ledger"]}
it = flat["line"]["depreciation, IT"] * 5
near("mean of the schedule", line["property tax, IT"], 0.0415 * 0.3 * it)
for t in range(1, 6):
    others = (taxed["yearly"][1]["opex_usd"] - 0.0415 * 0.5 * it) * 1.03 ** (t - 1)
    near(f"tax of year {t}", taxed["yearly"][t]["opex_usd"], others + 0.0415 * (0.6 - 0.1 * t) * it)
print(f"power share B {100 * taxed['metrics']['power_share_b_frac']['value']:.1f} % in Loudoun, {100 * flat['m']['power_share_b_frac']:.1f} % flat")

# 4. the facility is worth nothing at the end of its life
r = run("economics.appraisal_years=20", "economics.end_of_life=repurchase")
near("20 of 20 years", r["yearly"][20]["residual_usd"], it * 0.125)

# part years count as parts
three, more, half = (run(f"horizon.years={y}") for y in (3, 3.001, 3.5))
near("3.001 years", more["m"]["npv_usd"], three["m"]["npv_usd"], rel=0.005)
near("half a year of OpEx", half["yearly"][4]["opex_usd"], half["yearly"][3]["opex_usd"] * 1.03 / 2, rel=1e-3)
near("ends after 3.5", half["yearly"][4]["end_years"], 3.5)
# real money is nominal money without inflation
nominal = run("economics.discount_rate_frac=0.1", "economics.opex_escalation_frac=0.03", "economics.power_escalation_frac=0.03")
real = run("economics.money=real", "economics.inflation_frac=0", "economics.discount_rate_frac=0.1",
           "economics.opex_escalation_frac=0.03", "economics.power_escalation_frac=0.03")
near("no inflation", real["m"]["npv_usd"], nominal["m"]["npv_usd"])
real = run("economics.money=real", "economics.inflation_frac=0.025", "economics.debt_share_frac=0",
           "economics.discount_rate_frac=0.1", "economics.opex_escalation_frac=0", "economics.power_escalation_frac=0")
plain = run("economics.inflation_frac=0.025", "economics.debt_share_frac=0", "economics.discount_rate_frac=0.1",
            "economics.opex_escalation_frac=0", "economics.power_escalation_frac=0")
print(f"real terms: IRR {100 * real['m']['irr_frac']:.1f} %, nominal without growth {100 * plain['m']['irr_frac']:.1f} %")
# a price of carbon is paid
r = run("economics.carbon_usd_per_t=50")
near("carbon", r["line"]["carbon price"], 50 * r["m"]["carbon_kg"] / 1000)
PY
