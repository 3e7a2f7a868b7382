"""GPU-hour ledgers against published revenue per MW and power shares (operators.json): each row is inside, or says why not."""
import json
import os
import subprocess
import sys

BIN = os.environ.get("BIN", "build/wattmill")
HERE = os.path.dirname(os.path.abspath(__file__))


def run(scenario, *sets):
    args = [BIN, "run", f"scenarios/{scenario}.json", "--format", "json", "--quiet", "--no-range"]
    for s in ("horizon.years=0.02", "site.local_tax=none", "site.ceiling.calendar=[]",
              "workloads.chat.demand.output_tok_per_s=300e6", *sets):
        args += ["--set", s]
    p = subprocess.run(args, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if p.returncode != 0:
        sys.exit(f"{' '.join(args)}: exit {p.returncode}\n{p.stderr}")
    r = json.loads(p.stdout)
    return {k: v["value"] for k, v in r["metrics"].items()}, {l["name"]: l["usd"] for l in r["ledger"]}


def figure(row):
    if row["what"].startswith("power_share"):
        return run(row["scenario"])[0][row["what"]]
    if row["what"] == "tenant":
        m, line = run(row["scenario"])
        cost = m["power_cost_usd"] / m["power_share_c_frac"] + line["capital recovery, IT"]
        return (m["power_cost_usd"] + line["colocation rent"]) / cost
    if row["what"] == "embedded":  # the landlord's power over what the renter pays
        m, _ = run(row["scenario"])
        return m["power_cost_usd"] / (m["gpus_installed"] * 0.02 * 8760 * row["usd_per_gpu_h"])
    sale = {"name": "sale", "kind": "on-demand", "usd_per_gpu_h": row["usd_per_gpu_h"], "used_frac": row["used_frac"]}
    m, _ = run(row["scenario"], 'economics.ledger={"type":"neocloud","sells":"gpu-hours"}', "economics.gpu_sales=" + json.dumps([sale]))
    return 1e-6 * m[f"revenue_usd_per_mw_{row['per']}_year"] * row.get("ramp", 1.0)


rows = json.load(open(os.path.join(HERE, "operators.json")))["rows"]
n_bad = 0
for row in rows:
    value = figure(row)
    inside = row["low"] <= value <= row["high"]
    told = "" if inside else ", and the row says why" if "why_not" in row else ", WITHOUT A REASON"
    n_bad += inside == ("why_not" in row)
    if len(sys.argv) > 1:  # any argument: the figures too, which move with every refit
        print(f"{value:.3g}", end=" ")
    print(f"{row['who']}: {row['what']} {row['low']:g} to {row['high']:g} ({row['date']}): {'inside' if inside else 'outside' + told}")
sys.exit(1 if n_bad else 0)
