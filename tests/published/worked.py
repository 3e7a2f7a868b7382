"""What the worked examples share: a run of the demo on other terms, and a comparison that says what differs.

Each example reads from the run what happened physically and in cash (revenue, power, cash OpEx, capital,
a year of them) and recomputes the finance from first principles, step by step, with nothing of the
program's own code.
"""
import json
import os
import subprocess
import sys

BIN = os.environ.get("BIN", "build/wattmill")
DEMO = "scenarios/virginia-100mw-gb300.json"


def run(*sets, scenario=DEMO):
    args = [BIN, "run", scenario, "--format", "json", "--quiet", "--no-range", "--set", "site.local_tax=none"]
    for s in sets:
        args += ["--set", s]
    p = subprocess.run(args, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if p.returncode != 0:
        sys.exit(f"{' '.join(args)}: exit {p.returncode}\n{p.stderr}")
    r = json.loads(p.stdout)
    r["m"] = {k: v["value"] for k, v in r["metrics"].items()}
    r["line"] = {l["name"]: l["usd"] for l in r["ledger"]}
    return r


def near(name, got, want, rel=1e-9, scale=0.0):
    size = max(abs(want), abs(scale), 1e-12)
    if not abs(got - want) <= rel * size:
        sys.exit(f"{name}: {got!r}, by hand {want!r} ({(got - want) / size:+.2e})")


def npv(flows, rate, at=None):
    return sum(f / (1 + rate) ** (at[t] if at else t) for t, f in enumerate(flows))


def cash_of(r):
    """A year of the demo, as the appraisal repeats it: revenue, power, other cash OpEx."""
    power = r["m"]["power_cost_usd"]
    return r["m"]["revenue_usd"], power, r["m"]["opex_usd"] - power


def check_flows(name, r, rate):
    """The NPV is the sum of the yearly flows, discounted; sources are uses until operation starts."""
    years = r["yearly"]
    near(f"{name}: NPV is the sum of discounted flows", r["m"]["npv_usd"],
         sum(y["flow_usd"] / (1 + rate) ** y["end_years"] for y in years), scale=r["m"]["capex_usd"])
    for y in years:
        near(f"{name}: flow of year {y['year']}", y["flow_usd"],
             y["revenue_usd"] - y["power_usd"] - y["opex_usd"] - y["capex_usd"] + y["residual_usd"] - y["tax_usd"] - y["tied_usd"],
             scale=r["m"]["capex_usd"])


# resale of IT by its age (GLRI), and a straight line for the facility
RESALE = [1.0, 0.625, 0.425, 0.30, 0.175, 0.125]
