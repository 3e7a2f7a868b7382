# Power contracts, certificates, the connection, working capital, time to power: each by hand
PYTHONDONTWRITEBYTECODE=1 python3 - <<'PY'
import csv, os, subprocess, sys, tempfile
sys.path.insert(0, "tests/published")
from worked import run, near, check_flows, npv, BIN, DEMO

def ppa(**more):
    import json
    return "site.ppas=" + json.dumps([dict({"name": "p", "contract_mw": 50, "usd_per_mwh": 40}, **more)])

base = run()
with tempfile.TemporaryDirectory() as d:
    # the meter by 15 minutes, and a plant that gives by day
    subprocess.run([BIN, "run", DEMO, "--quiet", "--no-range", "--set", "site.local_tax=none", "--series", "-o", d + "/o"], check=True, stdout=subprocess.DEVNULL)
    with open(d + "/o/series.csv") as f:
        mw = [float(r["meter_mw"]) for r in csv.DictReader(f)]
    plant = d + "/day.csv"
    with open(plant, "w") as f:
        f.write("hour_of_year,solar_frac\n" + "".join(f"{h},{0.8 if 8 <= h % 24 < 18 else 0}\n" for h in range(8760)))

    # fixed against the load: takes the place of 55 $/MWh up to what is drawn
    r = run(ppa())
    mwh = sum(min(50, x) / 4 for x in mw)
    near("settled", r["m"]["ppa_mwh"], mwh)
    near("net", r["m"]["ppa_net_usd"], mwh * (40 - 55))
    near("line", r["line"]["power purchase agreements"], mwh * (40 - 55))
    near("power", r["m"]["power_cost_usd"], base["m"]["power_cost_usd"] - 15 * mwh)
    # its price stays, the tariff's grows by 3 %; after its term it is over
    r = run(ppa(term_years=2.5))
    for y in r["yearly"][1:]:
        t = y["year"]
        on = max(0.0, min(1.0, 2.5 - (t - 1)))
        near(f"power of year {t}", y["power_usd"], base["yearly"][t]["power_usd"] + on * mwh * (40 - 55 * 1.03 ** (t - 1)))
    check_flows("agreement", r, 0.1)
    # index: market and 2 $ on it; as produced: a contract for difference, whatever is drawn
    r = run(ppa(kind="index", usd_per_mwh=2))
    near("index", r["m"]["ppa_net_usd"], 2 * mwh)
    r = run(ppa(settled="produced", contract_mw=100))
    near("as produced", r["m"]["ppa_net_usd"], 100 * 8760 * (40 - 55))
    # shape, certificates by year and by hour
    r = run(ppa(file=plant, contract_mw=200), "site.certificates.matching=hourly", "site.certificates.usd_per_mwh=5")
    hours = [sum(mw[4 * h:4 * h + 4]) / 4 for h in range(8760)]
    # hour_of_year counts hours of the file's clock, UTC here
    given = [160.0 if 8 <= h % 24 < 18 else 0.0 for h in range(8760)]
    covered = [sum(min(g, x) / 4 for x in mw[4 * h:4 * h + 4]) for h, g in enumerate(given)]
    load = sum(hours)
    near("matched by hour, before what is bought", sum(covered) + r["m"]["certificate_cost_usd"] / 5, load)
    near("certificates", r["m"]["certificate_cost_usd"], 5 * sum(l - c for l, c in zip(hours, covered)))
    near("all matched", r["m"]["matched_hourly_frac"], 1.0)
    r = run(ppa(file=plant, contract_mw=200, settled="produced"))
    near("annual", r["m"]["matched_annual_frac"], min(1.0, sum(given) / load))
    near("hourly", r["m"]["matched_hourly_frac"], sum(min(g, l) for g, l in zip(given, hours)) / load)
    near("market-based carbon", r["m"]["carbon_market_kg"], r["m"]["carbon_kg"] * (1 - min(1.0, sum(given) / load)))
    print("sun in hours covers less of the load than in sums:", r["m"]["matched_hourly_frac"] < r["m"]["matched_annual_frac"])

# one payer: a tenant's bill has it, a landlord passes it on, who hires by the hour sees none
landlord = "economics.ledger=" + '{"type":"owner-operator","sells":"space"}'
for ledger, change in (("economics.ledger=colo-tenant", -1), (landlord, 0), ("economics.ledger.it=hired", 0)):
    without, having = run(ledger), run(ledger, ppa(escalation_frac=0.03))
    near(ledger, having["m"]["npv_usd"] - without["m"]["npv_usd"],
         -change * sum(15 * mwh * 1.03 ** (t - 1) / (1 + (0.11 if "tenant" in ledger else 0.1)) ** t for t in range(1, 6)), rel=1e-6, scale=1e-3 * base["m"]["capex_usd"] if not change else 0)

# the connection: 0.2 M$/MW lost, 0.5 M$/MW deposited and back after 3 years; a tenant sees neither
grid = ("site.interconnection.cost_usd_per_mw=200000", "site.interconnection.security_usd_per_mw=500000", "site.interconnection.security_years=3")
r = run(*grid)
check_flows("connection", r, 0.1)
near("connection", r["m"]["npv_usd"] - base["m"]["npv_usd"], -20e6 - 50e6 + 50e6 / 1.1 ** 3, rel=1e-6)
near("TCO", r["m"]["tco_usd_per_year"] - base["m"]["tco_usd_per_year"], 20e6 * 0.1 / (1 - 1.1 ** -20) + 5e6, rel=1e-6)
near("tenant", run("economics.ledger=colo-tenant", *grid)["m"]["npv_usd"], run("economics.ledger=colo-tenant")["m"]["npv_usd"])

# working capital: 60 days of revenue less 30 of cash cost, back at the end
r = run("economics.receivable_days=60", "economics.payable_days=30", "economics.price_half_life_years=2")
check_flows("working capital", r, 0.1)
owed, before = [0.0], 0.0
for y in r["yearly"][1:]:
    now = (60 * y["revenue_usd"] - 30 * (y["power_usd"] + y["opex_usd"])) / 365 if y["year"] < 5 else 0.0
    near(f"tied in year {y['year']}", y["tied_usd"], now - before, scale=1e6)
    before = now

# waiting 18 months: the same flows one and a half years later, the hall paid a day before
r = run("site.interconnection.wait_months=18")
rate, day = 0.1, 1 / 365
hall = base["line"]["depreciation, facility"] * 20
later = npv([y["flow_usd"] for y in base["yearly"]], rate, [y["end_years"] + 1.5 for y in base["yearly"]])
by_hand = later - hall * (1.1 ** -(1.5 - day) - 1.1 ** -1.5)
near("NPV after a wait", r["m"]["npv_usd"], by_hand, scale=base["m"]["capex_usd"])
near("time to power", r["m"]["time_to_power_usd"], base["m"]["npv_usd"] - r["m"]["npv_usd"])
built = run("economics.construction.years=1", "site.interconnection.wait_months=12")
near("construction is not shorter than the wait", built["m"]["time_to_power_usd"], 0.0, scale=1)
print("waiting costs:", 0 < r["m"]["time_to_power_usd"])

# the levelised cost is the price with NPV 0 with all of it
for more in ((), ("economics.tax_rate_frac=0.25", "economics.tax_write_off=macrs", "economics.appraisal_years=12")):
    sets = (*grid, ppa(), "economics.receivable_days=45", "economics.payable_days=20", "site.interconnection.wait_months=20", *more)
    r = run(*sets)
    factor = r["m"]["lcot_total_usd_per_mtok"] * r["m"]["total_tok_sold"] / 1e6 / r["m"]["revenue_usd"]
    z = run(*sets, f"workloads.chat.price.discount_frac={0.85 * factor!r}")
    near("NPV at the levelised cost", z["m"]["npv_usd"], 0.0, scale=z["m"]["capex_usd"])
PY
