#!/bin/sh
# Two halls: the table by hall, the array in result.json, the verdict when a hall's limit binds.
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
f=scenarios/sites/dallas-100mw-two-halls.json
"$BIN" run "$f" --no-range --set horizon.years=0.02 --show halls --format csv 2>/dev/null | cut -d, -f1-6
"$BIN" run "$f" --no-range --set horizon.years=0.02 --set workloads.r1.demand.output_tok_per_s=1e9 \
    --set fleet.rubin.count=18648 --set site.halls.1.it_limit_mw=20 --format json 2>/dev/null >"$tmp/r.json"
python3 - "$tmp/r.json" <<'PY'
import json, sys
r = json.load(open(sys.argv[1]))
m = {x["key"]: x["value"] for x in r["metrics"]} if isinstance(r["metrics"], list) else r["metrics"]
value = lambda k: m[k]["value"] if isinstance(m[k], dict) else m[k]
h = {x["name"]: x for x in r["halls"]}
assert abs(sum(x["energy_mwh"] for x in h.values()) / value("site_energy_mwh") - 1) < 1e-9
assert h["new"]["it_peak_mw"] <= 20 * (1 + 1e-9) and h["new"]["bound_hours"] > 100
assert h["old"]["bound_hours"] == 0 and value("hall_capped_hours") == h["new"]["bound_hours"]
print("closed")
PY
"$BIN" run "$f" --no-range --set horizon.years=0.02 --set workloads.r1.demand.output_tok_per_s=1e9 \
    --set fleet.rubin.count=18648 --set site.halls.1.it_limit_mw=20 2>/dev/null | grep -o 'limited by [a-z ]*'
# Each interval's halls add up to the site; the figure's rows are the table's.
"$BIN" run "$f" --no-range --set horizon.years=0.02 -o "$tmp/o" --series --quiet >/dev/null 2>&1
python3 - "$tmp/o" <<'PY'
import csv, json, os, sys
rows = lambda n: list(csv.DictReader(open(os.path.join(sys.argv[1], n))))
r = json.load(open(os.path.join(sys.argv[1], "result.json")))
h = {x["name"]: x for x in r["halls"]}
sums, energy = {}, {}
for x in rows("hall_series.csv"):
    t = sums.setdefault(x["time_utc"], [0.0, 0.0])
    t[0] += float(x["it_mw"])
    t[1] += float(x["site_mw"])
    energy[x["hall"]] = energy.get(x["hall"], 0.0) + float(x["site_mw"]) / 4
site = rows("series.csv")
assert len(site) == len(sums) and all(
    abs(sums[x["time_utc"]][i] - float(x[k])) < 1e-9 * float(x[k]) for x in site for i, k in enumerate(("it_mw", "site_mw")))
assert all(abs(energy[k] - x["energy_mwh"]) < 1e-9 * x["energy_mwh"] for k, x in h.items())
for x in rows("hall_power.csv"):
    assert abs(float(x["with_house_mw"]) - h[x["hall"]]["power_mean_mw"]) < 1e-9
    assert abs(float(x["with_losses_mw"]) * len(site) / 4 - sum(h[x["hall"]][k + "_mwh"] for k in ("it_energy", "cooling", "conversion"))) < 1e-6
for k, m in (("capacity_out_tok_per_s", sum(p["capacity_out_tok_per_s"] for p in r["pools"])),
             ("output_tok_served", r["metrics"]["output_tok_served"]["value"]), ("water_m3", r["metrics"]["water_m3"]["value"])):
    assert abs(sum(x[k] for x in h.values()) - m) < 1e-9 * m, k
assert all(abs(x["load_frac"] - x["it_mean_mw"] / x["it_design_mw"]) < 1e-12 and
           abs(x["wue_l_per_kwh"] - x["water_m3"] / x["it_energy_mwh"]) < 1e-12 for x in h.values())
print("halls add up in every interval")
PY
"$BIN" run "$f" --set fleet.rubin.count=90000 --set site.halls.1.rows=10 --set site.halls.1.racks_per_row=20 2>&1 |
    grep E301 || true
"$BIN" run "$f" --set site.halls.1.rack_limit_kw=120 2>&1 | grep E301 || true
